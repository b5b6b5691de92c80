"""Profile files: what is read, what is refused, where, and in which words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.domain.profiles.categories import Categories
from suyuan.domain.profiles.fields import EXTRA, GETTERS, PUBLIC
from suyuan.domain.profiles.profile import (
    FINDINGS,
    LOOKS,
    PROFILE_IDS,
    ActivityRules,
    Clock,
    Colour,
    ControlPoint,
    DocumentRule,
    FieldRule,
    Gate,
    GateCheck,
    Mode,
    PartyKind,
    Profile,
    RegisterRule,
    Stage,
    Terms,
    When,
    Words,
)
from suyuan.domain.profiles.reading import ProfileRefused
from suyuan.domain.profiles.reading import read_profile as read_tables
from suyuan.domain.register import CATEGORIES
from suyuan.domain.sentences import sentence
from suyuan.wire.profiles import PROFILE_BYTES_LIMIT, read_profile, shipped, shipped_text
from tests.wire.profiles.files import SMALL, file_of

TEXT = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="\x7f"),
    min_size=1,
    max_size=20,
)
WORDS = st.builds(Words, TEXT, TEXT)
ID = st.from_regex(EXTRA, fullmatch=True).map(lambda text: text.removeprefix("extra.")[:20])
FIELD = st.one_of(st.sampled_from(sorted(GETTERS)), ID.map("extra.{}".format))
ACTS = ("wholesale.entry", "retail.sale", "production.process")
ON = st.lists(st.sampled_from(ACTS), min_size=1, max_size=3, unique=True).map(tuple)
NUMBER = st.decimals(-500, 500, places=2)
VALUE = st.one_of(st.booleans(), st.integers(-9, 9), TEXT, NUMBER)
VALUES = st.lists(VALUE, min_size=1, max_size=3).map(tuple)
MAYBE = st.none()
TERMS = st.builds(
    Terms,
    MAYBE | TEXT,
    MAYBE | WORDS,
    MAYBE | st.sampled_from(Mode),
    MAYBE | st.builds(When, FIELD, VALUES),
    MAYBE | TEXT,
)
FIELDS = st.lists(FIELD, min_size=1, max_size=3).map(tuple)
FIELD_RULE = st.builds(FieldRule, FIELDS, WORDS, VALUES, st.booleans(), TERMS)
DOCUMENT_RULE = st.builds(
    DocumentRule,
    st.lists(TEXT, min_size=1, max_size=3).map(tuple),
    WORDS,
    MAYBE | st.sampled_from(["customs_declaration", "uscc"]),
    TERMS,
)
REGISTER_RULE = st.builds(
    lambda name, filed, terms: RegisterRule(name, filed, not filed, terms),
    WORDS,
    st.sampled_from([(), ("retail",), ("production", "retail")]),
    TERMS,
)
ACTIVITY = st.builds(
    ActivityRules,
    ON,
    WORDS,
    st.sampled_from([(), ("production",), ("production", "retail")]),
    st.lists(FIELD_RULE, max_size=3).map(tuple),
    st.lists(DOCUMENT_RULE, max_size=2).map(tuple),
    st.lists(REGISTER_RULE, max_size=2).map(tuple),
    MAYBE | TEXT,
)
COLOUR = st.sampled_from([Colour.YELLOW, Colour.RED])
CHECK_TERMS = TERMS.map(lambda terms: replace(terms, mode=None))
CHECK = st.one_of(
    st.builds(
        lambda of, colour, name, terms: GateCheck(of, colour, name, terms=terms),
        st.sampled_from([of for of in LOOKS if of not in ("entry", "finding", "document")]),
        COLOUR,
        MAYBE | WORDS,
        CHECK_TERMS,
    ),
    st.builds(
        GateCheck,
        st.just("document"),
        COLOUR,
        WORDS,
        st.lists(TEXT, min_size=1, max_size=3).map(tuple),
        MAYBE | st.integers(0, 30),
        st.sampled_from([(), ("production.slaughter",)]),
        CHECK_TERMS,
    ),
    st.builds(
        lambda colour, any_of, terms: GateCheck("finding", colour, None, any_of, terms=terms),
        COLOUR,
        st.lists(st.sampled_from(FINDINGS), min_size=1, max_size=3).map(tuple),
        CHECK_TERMS,
    ),
    st.builds(
        lambda colour, terms: GateCheck("entry", colour, None, ("code", "unit"), terms=terms),
        COLOUR,
        CHECK_TERMS,
    ),
)
GATE = st.builds(
    Gate,
    WORDS,
    ON,
    st.sampled_from([(), ("retail",)]),
    st.lists(CHECK, min_size=1, max_size=4).map(tuple),
    MAYBE | TEXT,
)
MOMENT = st.sampled_from(["time", "record_time", "product.expires_on", "extra.pushed_at"])
HOURS = st.decimals(0, 500, places=1)
CLOCK = st.builds(Clock, ID, WORDS, ON, MOMENT, MOMENT, HOURS, TERMS)
LIMITS = st.tuples(NUMBER, NUMBER).map(sorted)
POINT = st.builds(
    lambda ident, name, on, limits, required, terms: ControlPoint(
        ident, name, on, "CEL", *limits, required, terms
    ),
    ID,
    WORDS,
    ON,
    LIMITS | NUMBER.map(lambda n: [None, n]) | NUMBER.map(lambda n: [n, None]),
    st.booleans(),
    TERMS,
)
PROFILE = st.builds(
    Profile,
    id=st.sampled_from(PROFILE_IDS),
    version=st.from_regex(r"[0-9]{4}\.[0-9]", fullmatch=True),
    name=WORDS,
    department=WORDS,
    source=TEXT,
    stages=st.just((Stage("all", Words("全部", "all"), ACTS),)),
    activities=st.lists(ACTIVITY, max_size=3).map(tuple),
    mode=st.sampled_from(Mode),
    parties=st.just(
        (PartyKind("production", Words("厂", "maker")), PartyKind("retail", Words("店", "shop")))
    ),
    codes=st.sampled_from([(), ("drug_code", "sgtin")]),
    units=st.sampled_from([(), ("KGM", "C62")]),
    clocks=st.lists(CLOCK, max_size=2, unique_by=lambda c: c.id).map(tuple),
    points=st.lists(POINT, max_size=2, unique_by=lambda p: p.id).map(tuple),
    consumer=st.lists(st.sampled_from(sorted(PUBLIC)), max_size=4).map(tuple),
    gate=MAYBE | GATE,
)


def refused(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(ProfileRefused) as caught:
        read_profile(text if isinstance(text, bytes) else text.encode())
    for fault in caught.value.faults:
        chinese, english = (sentence(fault.code, fault.params, lang) for lang in ("zh", "en"))
        assert "…" not in english.replace("extra.…", "")
        assert chinese != english
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


@settings(max_examples=60, deadline=None)
@given(PROFILE)
def test_a_profile_is_the_same_after_a_round_through_its_file(profile: Profile) -> None:
    again = read_profile(file_of(profile))
    assert replace(again, digest="") == profile
    assert read_profile(file_of(again)) == again


@pytest.mark.parametrize("name", PROFILE_IDS)
def test_a_shipped_profile_is_the_same_after_a_round_through_its_file(name: str) -> None:
    profile = shipped()[name]
    assert replace(read_profile(file_of(profile)), digest=profile.digest) == profile


def test_the_digest_is_over_what_a_file_says_and_not_how() -> None:
    text = shipped_text("food").decode()
    digest = read_profile(text.encode()).digest
    assert read_profile(("# another comment\n" + text).encode()).digest == digest
    assert read_profile(text.replace("hours = 24", "hours = 25").encode()).digest != digest
    assert len(digest) == 12


WRONG = {
    "a field that is not there": (
        ('version = "1"', 'version = "1"\nverion = "2"'),
        ("verion", "profile_unknown_field"),
    ),
    "an activity that is not there": (
        ('"production.harvest"]', '"production.harvst"]'),
        ("stage[0].activities[1]", "profile_unknown_activity"),
    ),
    "an activity of no stage": (
        ('on = ["wholesale.entry"]', 'on = ["retail.sale"]'),
        ("activity[0].on[0]", "profile_activity_without_stage"),
    ),
    "a wrong type": (('version = "1"', "version = 1"), ("version", "profile_type")),
    "a table that is a text": (
        ('name = { zh = "进场", en = "an entry" }', 'name = "进场"'),
        ("activity[0].name", "profile_type"),
    ),
    "one language alone": (
        (', en = "an entry"', ""),
        ("activity[0].name.en", "profile_missing"),
    ),
    "a scheme that is not there": (
        ('"meat_batch"', '"meat_bach"'),
        ("codes[0]", "profile_unknown_word"),
    ),
    "a unit that is not there": (('"KGM"', '"KILO"'), ("units[0]", "profile_unknown_word")),
    "another format": (("format = 1", "format = 2"), ("format", "profile_format")),
    "no format": (("format = 1", ""), ("format", "profile_format")),
    "an id that is no sector": (('id = "meat"', 'id = "fish"'), ("id", "profile_unknown_word")),
    "a version that cannot be told apart": (
        ('version = "1"', 'version = "1 a"'),
        ("version", "profile_version"),
    ),
    "a field of no event": (
        ('"product.name"', '"product.nam"'),
        ("activity[0].field[0].any_of[0]", "profile_unknown_word"),
    ),
    "a kind of party that it does not name": (
        ('name = { zh = "进场"', 'by = ["shop"]\nname = { zh = "进场"'),
        ("activity[0].by[0]", "profile_unknown_word"),
    ),
    "a kind of party that is misspelt": (
        (
            'version = "1"',
            'version = "1"\nparty = [{ id = "retial", name = { zh = "店", en = "a" } }]',
        ),
        ("party[0].id", "profile_unknown_word"),
    ),
    "a kind of party that no register could keep": (
        (
            'version = "1"',
            'version = "1"\nparty = [{ id = "My shop", name = { zh = "店", en = "a" } }]',
        ),
        ("party[0].id", "profile_unknown_word"),
    ),
    "a mode that is none": (
        ('version = "1"', 'version = "1"\nmode = "strict"'),
        ("mode", "profile_unknown_word"),
    ),
    "what a shopper may not see": (
        ('version = "1"', 'version = "1"\nconsumer = ["to.party"]'),
        ("consumer[0]", "profile_unknown_word"),
    ),
}


def test_a_sector_may_have_a_kind_of_party_of_its_own() -> None:
    own = 'version = "1"\nparty = [{ id = "shop", name = { zh = "店", en = "a shop" } }]'
    profile = read_profile(SMALL.replace('version = "1"', own).encode())
    assert [kind.id for kind in profile.parties] == ["shop"]
    categories = Categories.of([profile])
    assert categories.words == (*CATEGORIES, "shop")
    assert categories.named == {"店": "shop", "a shop": "shop"}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_is_told_with_its_place(
    wrong: tuple[tuple[str, str], tuple[str, str]],
) -> None:
    (before, after), expected = wrong
    assert before in SMALL
    assert expected in refused(SMALL.replace(before, after))


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = SMALL.replace('"KGM"', '"KILO"').replace('version = "1"', "version = 1\nmod = 3")
    assert {code for _, code in refused(text)} == {
        *("profile_unknown_word", "profile_type", "profile_unknown_field"),
    }


def test_the_closest_field_is_named() -> None:
    with pytest.raises(ProfileRefused) as caught:
        read_profile(SMALL.replace("document =", "documents =").encode())
    (fault,) = caught.value.faults
    assert fault.pointer == "activity[0].documents"
    assert 'the closest one is "document"' in sentence(fault.code, fault.params, "en")


CLOCK_TEXT = """
[[clock]]
id = "confirm"
name = { zh = "确认", en = "confirmation" }
on = ["wholesale.entry"]
from = "extra.pushed_at"
to = "time"
hours = 24
"""
POINT_TEXT = """
[[control_point]]
id = "heat"
name = { zh = "加热", en = "heat" }
on = ["wholesale.entry"]
unit = "CEL"
least = 70
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLOCK_TEXT.replace("hours = 24", "hours = -1"), ("clock[0].hours", "profile_limits")),
        (CLOCK_TEXT.replace("hours = 24", 'hours = "24"'), ("clock[0].hours", "profile_type")),
        (CLOCK_TEXT.replace("hours = 24", "hours = nan"), ("clock[0].hours", "profile_type")),
        (CLOCK_TEXT.replace("hours = 24\n", ""), ("clock[0].hours", "profile_missing")),
        (
            CLOCK_TEXT.replace('to = "time"', 'to = "place"'),
            ("clock[0].to", "profile_unknown_word"),
        ),
        (CLOCK_TEXT + CLOCK_TEXT, ("clock", "profile_repeated")),
        (POINT_TEXT + "most = 60\n", ("control_point[0].least", "profile_limits")),
        (POINT_TEXT.replace("least = 70", ""), ("control_point[0].least", "profile_missing")),
        (
            POINT_TEXT.replace("least = 70", "least = inf"),
            ("control_point[0].least", "profile_type"),
        ),
        (
            POINT_TEXT.replace("least = 70", "least = true"),
            ("control_point[0].least", "profile_type"),
        ),
        (POINT_TEXT.replace('"heat"', '"not so"'), ("control_point[0].id", "profile_identifier")),
        (POINT_TEXT.replace('"CEL"', '"HOT"'), ("control_point[0].unit", "profile_unknown_word")),
    ],
)
def test_clocks_and_points_that_cannot_be_kept_are_refused(
    text: str, expected: tuple[str, str]
) -> None:
    read_profile((SMALL + CLOCK_TEXT + POINT_TEXT).encode())
    assert expected in refused(SMALL + text)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"format = ", "profile_not_toml"),
        (b"\xff\xfe", "profile_not_toml"),
        (b"#" * (PROFILE_BYTES_LIMIT + 1), "profile_too_large"),
        (b"x = " + b"[" * 100_000, "profile_not_toml"),
    ],
)
def test_what_is_no_toml_is_refused(body: bytes, code: str) -> None:
    assert refused(body) == [("", code)]


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(VALUE | st.floats(), lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner))
)
def test_nothing_but_a_refusal_comes_of_anything(value: object) -> None:
    for name in ("stage", "activity", "clock", "control_point", "name", "codes", "mode", "units"):
        with pytest.raises(ProfileRefused):
            read_tables({"format": 1, name: value})


def test_a_number_is_what_was_written() -> None:
    profile = read_profile((SMALL + POINT_TEXT.replace("70", "70.10")).encode())
    assert profile.points[0].least == Decimal("70.10")
