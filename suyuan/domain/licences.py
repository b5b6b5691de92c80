"""Licences on a finished chain: who made or sold something without one that held on the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from suyuan.domain.chain import Chain, Finding
from suyuan.domain.naming import Known
from suyuan.domain.register import Licence, today

# What needs a licence: making and selling. Who only receives, stores or unpacks needs none for it.
_LICENSED = {
    "production": frozenset({"harvest", "slaughter", "process", "commission"}),
    "wholesale": frozenset({"sale", "split", "merge"}),
    "retail": frozenset({"sale", "dispense"}),
    "import": frozenset({"release"}),
}


def with_licences(chain: Chain, known: Known) -> Chain:
    """The chain with the finding ``licence_expired`` at each event that it is true of.

    It follows from what the register says today: a party without any licence there, or of which
    only a later one is known, gives no finding.
    """
    found = tuple(_expired(chain, known))
    return replace(chain, findings=(*chain.findings, *found)) if found else chain


def lapsed(licences: Iterable[Licence], on: date) -> Licence | None:
    """The licence that ended last before a day on which none holds; ``None`` if one holds.

    A licence without a beginning or an end has held always, or holds for ever.
    """
    known = list(licences)
    if any(_holds(one, on) for one in known):
        return None
    ended = [(one.valid_to, one) for one in known if one.valid_to is not None and one.valid_to < on]
    return max(ended, key=lambda each: each[0])[1] if ended else None


def _expired(chain: Chain, known: Known) -> Iterator[Finding]:
    for event in (one.stored.event for one in chain.events):
        party = known.parties.get(event.party.key)
        if party is None or event.activity not in _LICENSED.get(event.kind or "", ()):
            continue
        licence = lapsed(party.licences, today(event.time))
        if licence is not None:
            told = {
                "party": event.party.short,
                "licence": licence.number,
                "valid_to": licence.valid_to,
            }
            yield Finding("licence_expired", event.id, None, told)


def _holds(licence: Licence, on: date) -> bool:
    begun = licence.valid_from is None or licence.valid_from <= on
    return begun and (licence.valid_to is None or on <= licence.valid_to)
