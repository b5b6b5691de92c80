"""What a department stands for on a day: its own word alone, and while the filing holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from suyuan.domain.codes import Use, recognise
from suyuan.domain.licensing import Revocation
from suyuan.domain.register import Naming, Party, Version
from suyuan.domain.standing import on_file_as

SHOP = recognise("91350203MA00000005", use=Use.PARTY)
DAY = date(2026, 3, 1)
OUTLET = frozenset({"retail", "designated_outlet"})


def version(number: int, since: date, *categories: str, authority: bool = True) -> Version:
    entry = Party(SHOP, Naming("店"), since, categories=categories)
    recorded = datetime(2026, 1, number, tzinfo=UTC)
    return Version(entry, number, recorded, "department:inputs", authority)


FILED = version(1, date(2026, 1, 1), "retail", "designated_outlet")


def test_a_party_is_on_file_from_the_day_on_which_its_filing_holds() -> None:
    assert on_file_as([FILED], [], DAY) == OUTLET
    assert on_file_as([FILED], [], date(2026, 1, 1)) == OUTLET
    assert on_file_as([FILED], [], date(2025, 12, 31)) == frozenset()
    assert on_file_as([], [], DAY) == frozenset()


def test_nobodys_own_word_adds_or_takes_away() -> None:
    own = version(2, date(2026, 2, 1), "retail", "designated_outlet", authority=False)
    assert on_file_as([own], [], DAY) == frozenset()
    closed = version(2, date(2026, 2, 1), "retail", authority=False)
    assert on_file_as([FILED, closed], [], DAY) == OUTLET


def test_a_later_filing_without_it_ends_it_on_its_day() -> None:
    ended = version(2, date(2026, 2, 15), "retail")
    assert on_file_as([FILED, ended], [], date(2026, 2, 14)) == OUTLET
    assert on_file_as([FILED, ended], [], date(2026, 2, 15)) == frozenset({"retail"})


@pytest.mark.parametrize(
    ("day", "held"), [(date(2026, 1, 31), True), (date(2026, 2, 1), False), (DAY, False)]
)
def test_a_revoked_filing_holds_nothing(day: date, held: bool) -> None:
    revoked = Revocation("", date(2026, 2, 1), datetime(2026, 2, 1, tzinfo=UTC))
    assert on_file_as([FILED], [revoked], day) == (OUTLET if held else frozenset())


def test_a_revoked_licence_is_no_revoked_filing() -> None:
    licence = Revocation("JY1", date(2026, 2, 1), datetime(2026, 2, 1, tzinfo=UTC))
    assert on_file_as([FILED], [licence], DAY) == OUTLET
