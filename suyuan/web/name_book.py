"""Names for one chain: asked once it is finished, before it is cut to what its reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain
from suyuan.domain.naming import Known
from suyuan.domain.register import Naming
from suyuan.web.pages.names import Names
from suyuan.web.pages.words import Label


class NameBook(Protocol):
    """Looks up what registers say of a chain's parties, places and products: one round a chain."""

    async def names(self, chain: Chain, caller: Caller) -> Known: ...


class NoNames:
    """The book of a service without a register."""

    async def names(self, chain: Chain, caller: Caller) -> Known:
        del chain, caller
        return Known()


def page_names(known: Known, subsystems: Mapping[str, Label]) -> Names:
    """What a page takes of it; in a language without a name the other's stands."""
    return Names(
        parties={key: _label(party.names) for key, party in known.parties.items()},
        places={key: _label(place.names) for key, place in known.places.items()},
        subsystems=subsystems,
        licences={key: party.licences for key, party in known.parties.items()},
        products=known.products,
        certificates=known.certificates,
    )


def _label(names: Naming) -> Label:
    return Label(names.of("zh"), names.of("en"))
