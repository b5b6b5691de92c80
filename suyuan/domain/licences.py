"""Licences on a finished chain: who made or sold something without one that held on the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from suyuan.domain.chain import Chain, Finding
from suyuan.domain.licensing import Breach, Expired, Licensing, Period, Revoked, Unfiled, judged
from suyuan.domain.naming import Known
from suyuan.domain.register import today

# What needs a licence: making and selling. Who only receives, stores or unpacks needs none for it.
_LICENSED = {
    "production": frozenset({"harvest", "slaughter", "process", "commission"}),
    "wholesale": frozenset({"sale", "split", "merge"}),
    "retail": frozenset({"sale", "dispense"}),
    "import": frozenset({"release"}),
}


def with_licences(chain: Chain, known: Known) -> Chain:
    """The chain with ``licence_expired``, ``licence_revoked`` or ``filing_revoked`` at each event.

    Judged by what held on the event's own day, as ``suyuan.domain.licensing`` says.
    """
    found = tuple(_breaches(chain, known))
    return replace(chain, findings=(*chain.findings, *found)) if found else chain


def _breaches(chain: Chain, known: Known) -> Iterator[Finding]:
    for event in (one.stored.event for one in chain.events):
        licensing = licensing_of_party(known, event.party.key)
        if licensing is None or event.activity not in _LICENSED.get(event.kind or "", ()):
            continue
        breach = judged(licensing, today(event.time))
        if breach is not None:
            type_, told = _said(breach)
            yield Finding(type_, event.id, None, {"party": event.party.short, **told})


def licensing_of_party(known: Known, key: str) -> Licensing | None:
    """What registers say of a party's licences; ``None`` where none knows the party."""
    party = known.parties.get(key)
    if key in known.licensing or party is None:
        return known.licensing.get(key)
    return Licensing((Period(date.min, party.licences),))


def _said(breach: Breach) -> tuple[str, dict[str, Any]]:
    match breach:
        case Expired():
            told = {"licence": breach.licence.number, "valid_to": breach.licence.valid_to}
            return "licence_expired", told
        case Revoked():
            return "licence_revoked", {"licence": breach.number, "since": breach.since}
        case Unfiled():
            return "filing_revoked", {"since": breach.since}
