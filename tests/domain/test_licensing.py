"""What a party lacked on a day, by what registers say of its licences over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from suyuan.domain.licensing import (
    Expired,
    Lapse,
    Licensing,
    Period,
    Revocation,
    Revoked,
    RevokedLicence,
    Unfiled,
    judged,
    licensing_of,
    merged,
)
from suyuan.domain.register import Licence, Naming, Party, Version
from tests.build import party

MAKER = party("91350200M000100Y5X")
NEW_YEAR = date(2026, 1, 1)
DAY = timedelta(days=1)
OLD = Licence("A", None, date(2020, 1, 1), date(2025, 12, 31))
NEXT = Licence("B", None, NEW_YEAR, date(2030, 12, 31))


def version(
    number: int, since: date, *licences: Licence, authority: bool = True, at: int = 0
) -> Version:
    entry = Party(MAKER, Naming("厂", None), since, licences=licences)
    recorded = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=at)
    return Version(entry, number, recorded, "x", authority)


def revoked(number: str, since: date, at: int = 0) -> Revocation:
    return Revocation(number, since, datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=at))


def test_a_renewal_that_was_registered_late_counts_from_its_own_beginning() -> None:
    late = licensing_of(
        [version(1, date(2024, 1, 1), OLD), version(2, date(2026, 2, 10), NEXT)], []
    )
    assert judged(late, NEW_YEAR) is None
    assert judged(late, NEW_YEAR - DAY) is None
    unrenewed = licensing_of([version(1, date(2024, 1, 1), OLD)], [])
    assert judged(unrenewed, NEW_YEAR) == Expired(OLD)


def test_what_held_then_is_not_lost_because_todays_entry_lists_another() -> None:
    licensing = licensing_of([version(1, date(2020, 1, 1), OLD), version(2, NEW_YEAR, NEXT)], [])
    assert judged(licensing, date(2025, 6, 1)) is None


def test_a_licence_that_an_entry_lists_no_more_holds_no_more() -> None:
    endless = Licence("C", None, date(2020, 1, 1), None)
    ended = Licence("D", None, date(2019, 1, 1), date(2019, 12, 31))
    struck_off = licensing_of(
        [version(1, date(2020, 1, 1), ended, endless), version(2, NEW_YEAR, ended)], []
    )
    assert judged(struck_off, NEW_YEAR - DAY) is None
    assert judged(struck_off, NEW_YEAR) == Expired(ended)


def test_before_the_first_entry_its_licences_are_what_is_known() -> None:
    licensing = licensing_of([version(1, date(2026, 3, 1), OLD)], [])
    assert judged(licensing, date(2025, 6, 1)) is None
    assert judged(licensing, NEW_YEAR) == Expired(OLD)


def test_a_revoked_licence_holds_until_its_day() -> None:
    licensing = licensing_of(
        [version(1, NEW_YEAR, NEXT)], [revoked("B", date(2026, 5, 1)), revoked("Z", NEW_YEAR)]
    )
    assert judged(licensing, date(2026, 4, 30)) is None
    assert judged(licensing, date(2026, 5, 1)) == Revoked("B", date(2026, 5, 1))
    other = licensing_of([version(1, NEW_YEAR, NEXT, replace(NEXT, number="E"))], [])
    assert judged(replace(other, revoked=licensing.revoked), date(2026, 5, 1)) is None


def test_a_revoked_filing_is_none_until_another_is_approved() -> None:
    versions = [version(1, NEW_YEAR, NEXT)]
    gone = revoked("", date(2026, 5, 1), at=1)
    licensing = licensing_of(versions, [gone])
    assert judged(licensing, date(2026, 4, 30)) is None
    assert judged(licensing, date(2026, 5, 1)) == Unfiled(date(2026, 5, 1))
    back = licensing_of([*versions, version(2, date(2026, 7, 1), NEXT, at=2)], [gone])
    assert judged(back, date(2026, 6, 30)) == Unfiled(date(2026, 5, 1))
    assert judged(back, date(2026, 7, 1)) is None
    lifted = licensing_of([*versions, version(2, NEW_YEAR, NEXT, at=2)], [gone])
    assert judged(lifted, date(2026, 5, 1)) is None


def test_nobody_licenses_himself_where_a_department_has_spoken() -> None:
    own_word = version(2, date(2026, 3, 1), OLD, replace(NEXT, number="F"), authority=False)
    licensing = licensing_of([version(1, date(2024, 1, 1), OLD), own_word], [])
    assert judged(licensing, date(2026, 4, 1)) == Expired(OLD)
    alone = licensing_of([own_word], [])
    assert (alone.reviewed, judged(alone, date(2026, 4, 1))) == (False, None)


def test_of_two_versions_of_one_day_the_later_one_counts() -> None:
    licensing = licensing_of([version(2, NEW_YEAR, NEXT), version(1, NEW_YEAR, OLD)], [])
    assert licensing.periods == (Period(NEW_YEAR, (NEXT,)),)


@pytest.mark.parametrize("licences", [(), (NEXT,)])
def test_who_lists_no_licence_or_only_a_later_one_lacks_none(
    licences: tuple[Licence, ...],
) -> None:
    assert judged(licensing_of([version(1, date(2020, 1, 1), *licences)], []), OLD.valid_to) is None


def test_several_registers_are_one_and_any_department_may_revoke() -> None:
    own_word = Licensing((Period(NEW_YEAR, (NEXT,)),), lapses=(Lapse(NEW_YEAR),))
    reviewed = Licensing((Period(NEW_YEAR, (OLD,)),), reviewed=True)
    third = Licensing((), revoked=(RevokedLicence("A", NEW_YEAR),))
    assert merged([own_word, reviewed, third]) == replace(reviewed, revoked=third.revoked)
    assert merged([own_word, third]).periods == own_word.periods
