"""Pages of several members, joined: nothing lost, nothing twice, in one order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import NotAllowed, NotAuthenticated
from suyuan.domain.listing import Page, Place, join, party_to_list

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MILL, SHOP = Code("urn:suyuan:cn:MILL"), Code("urn:suyuan:cn:SHOP")


def place(hour: int, key: int = 0, party: str = "p") -> Place:
    return Place(NOON + timedelta(hours=hour), NOON, bytes([key] * 16), party)


MEMBERS = st.dictionaries(
    st.sampled_from(["food", "meat", "imports"]),
    st.sets(st.builds(place, st.integers(0, 5), st.integers(0, 9))),
)


def page_of(places: set[Place], after: Place | None, limit: int) -> Page[Place]:
    """What a member answers: its places behind ``after``, newest first."""
    behind = sorted((p for p in places if after is None or p < after), reverse=True)
    return Page([(p, p) for p in behind[:limit]], more=len(behind) > limit)


@given(MEMBERS, st.integers(1, 5))
def test_every_event_of_every_member_comes_and_the_order_is_kept(
    members: dict[str, set[Place]], limit: int
) -> None:
    given_by: dict[Place, set[str]] = {}
    after: dict[str, Place] = {}
    read: list[Place] = []
    while True:
        pages = {name: page_of(places, after.get(name), limit) for name, places in members.items()}
        joined = join(pages, limit=limit, after=after)
        assert len(joined.entries) <= limit
        for body, names in joined.entries:
            read.append(body)
            given_by.setdefault(body, set()).update(names)
        if not joined.more:
            break
        assert joined.places != after, "a page that leads nowhere"
        after = joined.places
    everything = set().union(*members.values())
    expected = {p: {name for name, own in members.items() if p in own} for p in everything}
    assert given_by == expected
    assert read == sorted(read, reverse=True)


def test_one_event_from_two_members_is_one_entry_if_they_tell_it_alike() -> None:
    alike = {"food": Page([(place(1), "x")]), "meat": Page([(place(1), "x")])}
    assert join(alike, limit=9).entries == [("x", ("food", "meat"))]
    unlike = {"food": Page([(place(1), "x")]), "meat": Page([(place(1), "y")])}
    assert len(join(unlike, limit=9).entries) == 2


def test_whoever_gave_nothing_is_read_from_the_same_place_again() -> None:
    joined = join({"food": Page([(place(1), "x")])}, limit=9, after={"meat": place(3)})
    assert joined.places == {"food": place(1), "meat": place(3)}


def test_there_is_more_where_a_member_says_so_or_a_page_was_cut() -> None:
    entries = [(place(2), "x"), (place(1), "y")]
    assert not join({"food": Page(entries)}, limit=2).more
    assert join({"food": Page(entries)}, limit=1).more
    assert join({"food": Page(entries, more=True)}, limit=2).more


@pytest.mark.parametrize("asked", [None, MILL])
def test_an_enterprise_lists_its_own_events(asked: Code | None) -> None:
    assert party_to_list(Caller(CallerRole.ENTERPRISE, MILL), asked) == MILL


def test_an_enterprise_lists_nobody_elses_events() -> None:
    with pytest.raises(NotAllowed):
        party_to_list(Caller(CallerRole.ENTERPRISE, MILL), SHOP)


@pytest.mark.parametrize("asked", [None, MILL])
@pytest.mark.parametrize("role", [CallerRole.CITY, CallerRole.INSPECTOR, CallerRole.DEPARTMENT])
def test_officials_list_whose_events_they_ask_for(role: CallerRole, asked: Code | None) -> None:
    assert party_to_list(Caller(role), asked) == asked


def test_a_consumer_lists_nothing() -> None:
    with pytest.raises(NotAuthenticated):
        party_to_list(CONSUMER, MILL)
