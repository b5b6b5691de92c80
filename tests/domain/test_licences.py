"""Who acted without a licence that held on the day, by what the register says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from suyuan.domain.chain import Chain, ChainEvent, Via
from suyuan.domain.events import Event
from suyuan.domain.licences import with_licences
from suyuan.domain.licensing import lapsed
from suyuan.domain.naming import Known
from suyuan.domain.register import Licence, Naming, Party
from tests.build import moved, party, stored, thing

MAKER = party("91350200M000100Y5X")
CITY_NIGHT = datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=8)))


def licence(valid_from: str | None, valid_to: str | None, number: str = "SC1") -> Licence:
    ends = [date.fromisoformat(day) if day else None for day in (valid_from, valid_to)]
    return Licence(number, None, *ends)


def made_at(time: datetime = CITY_NIGHT, **more: Any) -> Event:
    told = {"kind": "production", "activity": "process", "party": MAKER, **more}
    return replace(moved("made", 0, "X", **told), time=time)


def findings(event: Event, *licences: Licence) -> list[tuple[str, str | None]]:
    entry = Party(MAKER, Naming("厂", None), date(2020, 1, 1), licences=licences)
    chain = Chain(thing("X"), "up", (ChainEvent(stored(event), Via.DIRECT),))
    seen = with_licences(chain, Known({MAKER.key: entry}))
    return [(f.type, f.event) for f in seen.findings]


def test_making_after_the_licence_ended_is_found_by_the_day_of_the_city() -> None:
    until_new_year = licence("2021-01-01", "2025-12-31")
    assert findings(made_at(), until_new_year) == [("licence_expired", "made")]
    assert findings(made_at(CITY_NIGHT - timedelta(hours=1)), until_new_year) == []


@pytest.mark.parametrize(
    "licences",
    [
        (),
        (licence("2026-01-01", None),),
        (licence(None, None),),
        (licence("2026-02-01", None),),  # what it had before is not known
        (licence("2020-01-01", "2024-12-31"), licence("2025-01-01", "2029-12-31")),
    ],
)
def test_where_one_holds_or_none_is_known_to_have_ended_there_is_no_finding(
    licences: tuple[Licence, ...],
) -> None:
    assert findings(made_at(), *licences) == []


def test_a_gap_between_two_licences_is_found() -> None:
    before, after = licence("2020-01-01", "2025-06-30", "SC1"), licence("2026-03-01", None, "SC2")
    assert lapsed([before, after], date(2026, 1, 1)) == before
    assert findings(made_at(), before, after) == [("licence_expired", "made")]


def test_the_one_that_ended_last_is_named() -> None:
    old, older = licence(None, "2025-06-30"), licence(None, "2020-06-30")
    assert lapsed([older, old], date(2026, 1, 1)) == old


@pytest.mark.parametrize(
    ("kind", "activity"), [("wholesale", "entry"), ("logistics", "store"), (None, None)]
)
def test_who_does_not_make_or_sell_needs_none(kind: str | None, activity: str | None) -> None:
    expired = licence("2021-01-01", "2025-12-31")
    assert findings(made_at(kind=kind, activity=activity), expired) == []


def test_a_party_that_no_register_knows_gives_no_finding() -> None:
    chain = Chain(thing("X"), "up", (ChainEvent(stored(made_at()), Via.DIRECT),))
    assert with_licences(chain, Known()) is chain
