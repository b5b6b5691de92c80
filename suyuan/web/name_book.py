"""Names for one chain: asked beside its tracing, or once it is finished, before it is cut."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.register import Naming
from suyuan.web.pages.names import Names
from suyuan.web.pages.words import Label


class ChainNames(Protocol):
    """What registers say of the parties, places and products of one chain."""

    def foresee(self, wanted: Wanted, silent: Collection[str]) -> None:
        """Told, while the chain is traced, of what it will name, and who has been silent."""

    async def of(self, chain: Chain) -> Known: ...


class NameBook(Protocol):
    """Opened for each chain, before it is traced; what is asked is given up when it is closed."""

    def opened(self, caller: Caller) -> AbstractAsyncContextManager[ChainNames]: ...


class NoNames:
    """The book of a service without a register."""

    @asynccontextmanager
    async def opened(self, caller: Caller) -> AsyncIterator[ChainNames]:
        del caller
        yield self

    def foresee(self, wanted: Wanted, silent: Collection[str]) -> None:
        pass

    async def of(self, chain: Chain) -> Known:
        del chain
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
