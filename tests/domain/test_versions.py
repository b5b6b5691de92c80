"""Of all that was reported under one id: which event it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suyuan.domain.codes import Code
from suyuan.domain.errors import Ambiguous, NotKnown
from suyuan.domain.events import Correction, Event
from suyuan.domain.sentences import sentence
from suyuan.domain.versions import Version, settle
from tests.build import at, moved, party, stored

MILL, SHOP = party("MILL"), party("SHOP")


def version(by: Code = MILL, *, content: bytes = b"1", hidden: tuple[str, ...] = ()) -> Version:
    event = moved("e1", 1, "X", party=by)
    seen = replace(stored(event), content=content, redacted=hidden)
    return Version(event.key, by.key, event.uri, False, seen)


def declaration(of: Version, by: Code = MILL, *, authority: bool = False) -> Version:
    event = replace(of.stored.event, correction=Correction(at(2), "did_not_occur"))
    return replace(
        of,
        party=by.key,
        declaration=True,
        stored=replace(of.stored, event=event, authority=authority, content=b"2"),
    )


def settled(*versions: Version, asker: Code | None = None) -> Event:
    return settle(versions, "e1", asker).stored.event


def test_nothing_is_not_known() -> None:
    with pytest.raises(NotKnown):
        settle([], "e1")


def test_the_same_event_from_two_subsystems_is_one_and_the_one_seen_whole() -> None:
    hidden, whole = version(hidden=("extra",)), version()
    assert settle([hidden, whole], "e1") is whole


def test_of_a_report_and_its_copy_the_report_says_what_it_was_checked_by() -> None:
    copy, report = version(), version()
    report = replace(report, stored=replace(report.stored, profile="meat/2026.1/0"))
    assert settle([copy, report], "e1") is report


def test_two_contents_of_one_event_are_ambiguous() -> None:
    with pytest.raises(Ambiguous):
        settle([version(), version(content=b"other")], "e1")


def test_two_reporters_of_a_bare_id_are_ambiguous_unless_one_of_them_asks() -> None:
    one, other = version(MILL), version(SHOP)
    with pytest.raises(Ambiguous) as error:
        settle([one, other], "e1")
    assert error.value.params == {"id": "e1", "uris": [one.uri, other.uri]}
    assert settle([one, other], "e1", SHOP) is other


def test_a_uri_that_others_report_too_is_to_its_reporter_what_it_reported() -> None:
    uri = "urn:uuid:1"
    event = replace(moved("e1", 1, "X", party=MILL), id=uri)
    one = Version(event.key, MILL.key, uri, False, replace(stored(event), content=b"1"))
    other = replace(one, party=SHOP.key, stored=replace(one.stored, content=b"2"))
    declared = declaration(other, SHOP)
    for asker in (None, party("NOBODY")):
        with pytest.raises(Ambiguous) as error:
            settle([one, other], uri, asker)
        assert "GET /v1/events?party=" in sentence(error.value.code, error.value.params, "en")
    assert settle([other, one, declared], uri, MILL) is one
    assert settle([one, other, declared], uri, SHOP).stored.event.correction is not None


@pytest.mark.parametrize(
    ("by", "authority", "corrected"),
    [(MILL, False, True), (SHOP, True, True), (SHOP, False, False)],
)
def test_a_correction_counts_by_its_own_reporter_or_an_authority(
    by: Code, authority: bool, corrected: bool
) -> None:
    one = version()
    event = settled(one, declaration(one, by, authority=authority))
    assert (event.correction is not None) == corrected


def test_an_authority_that_corrects_a_namesake_corrects_no_other() -> None:
    one, namesake = version(MILL), version(SHOP)
    with pytest.raises(Ambiguous):
        settle([one, declaration(namesake, SHOP, authority=True)], "e1")
    mine = settled(one, declaration(namesake, SHOP, authority=True), asker=MILL)
    assert mine.correction is None


def test_a_declaration_alone_is_all_that_is_known() -> None:
    assert settled(declaration(version())).correction is not None
