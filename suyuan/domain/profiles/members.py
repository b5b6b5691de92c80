"""The members of a profile's tables, each of the right type and one of the words it may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from suyuan.domain import units
from suyuan.domain.activities import KINDS
from suyuan.domain.errors import Fault
from suyuan.domain.nearness import nearest
from suyuan.domain.profiles.fields import EXTRA, GETTERS, MOMENTS
from suyuan.domain.profiles.profile import Mode, Value, Words
from suyuan.domain.register import CATEGORIES

T = TypeVar("T")
Table = Mapping[str, Any]

# Long enough for a sentence, short enough for a problem document.
TEXT_LIMIT = 300
# A profile with more rows than this is not read by anybody.
ROWS_LIMIT = 200
FAULTS_LIMIT = 100

# A sector's own word for a kind of party, as the register keeps it.
OWN_WORD = "[a-z][a-z0-9_]{1,39}"
# So like a word that every register has is a misspelling of it.
_MISSPELT = 0.8

ACTIVITIES = frozenset(f"{kind}.{name}" for kind, names in KINDS.items() for name in names)


@dataclass(slots=True)
class Members:
    """Reads members. What is wrong is noted, and something harmless stands in its place.

    ``raw`` is a table, ``at`` its place and ``name`` that of the member in it.
    """

    faults: list[Fault] = field(default_factory=list)

    def fault(self, code: str, at: str, **params: Any) -> None:
        if len(self.faults) < FAULTS_LIMIT:
            self.faults.append(Fault(code, at, params))

    def wrong_type(self, at: str, zh: str, en: str) -> None:
        self.fault("profile_type", at, expected={"zh": zh, "en": en})

    def known(self, raw: Table, at: str, names: tuple[str, ...]) -> None:
        for name in raw:
            if name not in names:
                params = {"field": name, "closest": nearest(name, names), "allowed": list(names)}
                self.fault("profile_unknown_field", join(at, name), **params)

    def table(self, value: Any, at: str) -> Table:
        if isinstance(value, dict):
            return value
        self.wrong_type(at, "表（table）", "a table")
        return {}

    def rows(
        self, raw: Table, at: str, name: str, read: Callable[[Table, str], T], least: int = 0
    ) -> tuple[T, ...]:
        value = self.array(raw, at, name)
        if len(value) < least:
            self.fault("profile_missing", join(at, name), field=name)
        return tuple(
            read(self.table(row, here), here)
            for here, row in ((f"{join(at, name)}[{n}]", row) for n, row in enumerate(value))
        )

    def array(self, raw: Table, at: str, name: str) -> list[Any]:
        value = raw.get(name, [])
        if not isinstance(value, list) or len(value) > ROWS_LIMIT:
            many = f"最多 {ROWS_LIMIT} 项的数组", f"an array of at most {ROWS_LIMIT} entries"
            self.wrong_type(join(at, name), *many)
            return []
        return value

    def text(self, raw: Table, at: str, name: str) -> str:
        if name not in raw:
            self.fault("profile_missing", join(at, name), field=name)
            return ""
        return self.text_of(raw[name], join(at, name))

    def text_of(self, value: Any, at: str) -> str:
        if isinstance(value, str) and 0 < len(value) <= TEXT_LIMIT and value.isprintable():
            return value
        self.wrong_type(
            at, f"1 至 {TEXT_LIMIT} 个字符的文本", f"a text of 1 to {TEXT_LIMIT} characters"
        )
        return ""

    def optional(self, raw: Table, at: str, name: str) -> str | None:
        return self.text(raw, at, name) if name in raw else None

    def identifier(self, raw: Table, at: str) -> str:
        value = self.text(raw, at, "id")
        if value and not EXTRA.fullmatch(f"extra.{value}"):
            self.fault("profile_identifier", join(at, "id"), value=value)
        return value

    def words(self, raw: Table, at: str, name: str) -> Words:
        here = join(at, name)
        if name not in raw:
            self.fault("profile_missing", here, field=name)
            return Words("", "")
        table = self.table(raw[name], here)
        self.known(table, here, ("zh", "en"))
        return Words(self.text(table, here, "zh"), self.text(table, here, "en"))

    def texts(self, raw: Table, at: str, name: str) -> tuple[str, ...]:
        values = self.array(raw, at, name)
        if not values:
            self.fault("profile_missing", join(at, name), field=name)
            return ("",)
        return tuple(self.text_of(v, f"{join(at, name)}[{n}]") for n, v in enumerate(values))

    def word(self, raw: Table, at: str, name: str, allowed: tuple[str, ...]) -> str:
        return self.one(self.text(raw, at, name), join(at, name), allowed)

    def category(self, raw: Table, at: str, name: str) -> str:
        """A kind of party: a word that every register has, or one of the sector's own."""
        value, here = self.text(raw, at, name), join(at, name)
        close = get_close_matches(value, CATEGORIES, 1, _MISSPELT)
        if not value or value in CATEGORIES or (re.fullmatch(OWN_WORD, value) and not close):
            return value
        return self.one(value, here, CATEGORIES)

    def one(self, value: str, at: str, allowed: tuple[str, ...]) -> str:
        if value and value not in allowed:
            close = get_close_matches(value, allowed, 3, 0.4) or list(allowed)
            self.fault("profile_unknown_word", at, value=value, allowed=close)
        return value

    def list_of(self, raw: Table, at: str, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        if name not in raw:
            return ()
        here = join(at, name)
        values = self.texts(raw, at, name)
        return tuple(self.one(v, f"{here}[{n}]", allowed) for n, v in enumerate(values))

    def activities(
        self, raw: Table, at: str, name: str, allowed: frozenset[str]
    ) -> tuple[str, ...]:
        """Activities; outside the stages only those that a stage has."""
        values = self.texts(raw, at, name)
        for place, value in enumerate(values):
            here = f"{join(at, name)}[{place}]"
            if value and value not in ACTIVITIES:
                close = get_close_matches(value, sorted(ACTIVITIES), 3, 0.4)
                self.fault("profile_unknown_activity", here, value=value, allowed=close)
            elif value and value not in allowed:
                self.fault("profile_activity_without_stage", here, value=value)
        return values

    def units(self, raw: Table) -> tuple[str, ...]:
        values = self.texts(raw, "", "units") if "units" in raw else ()
        return tuple(self.unit(value, f"units[{n}]") for n, value in enumerate(values))

    def unit(self, value: str, at: str) -> str:
        if value and value not in units.UNITS:
            self.fault("profile_unknown_word", at, value=value, allowed=["KGM", "LTR", "C62"])
        return value

    def fields(self, raw: Table, at: str, name: str) -> tuple[str, ...]:
        here = join(at, name)
        values = self.texts(raw, at, name)
        return tuple(self.field(v, f"{here}[{n}]") for n, v in enumerate(values))

    def field(self, value: str, at: str) -> str:
        if value and value not in GETTERS and not EXTRA.fullmatch(value):
            close = get_close_matches(value, sorted(GETTERS), 3, 0.4)
            self.fault("profile_unknown_word", at, value=value, allowed=[*close, "extra.…"])
            return "place"
        return value

    def moment(self, raw: Table, at: str, name: str) -> str:
        value = self.text(raw, at, name)
        if value and value not in MOMENTS and not EXTRA.fullmatch(value):
            allowed = [*MOMENTS, "extra.…"]
            self.fault("profile_unknown_word", join(at, name), value=value, allowed=allowed)
            return "time"
        return value

    def values(self, raw: Table, at: str, name: str) -> tuple[Value, ...]:
        values = self.array(raw, at, name)
        for place, value in enumerate(values):
            if not isinstance(value, str | bool | int | Decimal):
                here = f"{join(at, name)}[{place}]"
                self.wrong_type(here, "文本、数字或真假值", "a text, a number, true or false")
        return tuple(cast("list[Value]", values))

    def number(self, raw: Table, at: str, name: str) -> Decimal | None:
        value = raw.get(name)
        if value is None:
            return None
        right = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if right and abs(Decimal(value)) < 10**12:
            return Decimal(value)
        self.wrong_type(join(at, name), "数字", "a number")
        return None

    def flag(self, raw: Table, at: str, name: str, *, default: bool) -> bool:
        value = raw.get(name, default)
        if not isinstance(value, bool):
            self.wrong_type(join(at, name), "true 或 false", "true or false")
            return default
        return value

    def mode(self, raw: Table, at: str) -> Mode | None:
        if "mode" not in raw:
            return None
        value = self.word(raw, at, "mode", tuple(Mode))
        return Mode(value) if value in tuple(Mode) else None

    def once(self, ids: list[str], name: str) -> None:
        for value in {i for i in ids if ids.count(i) > 1}:
            self.fault("profile_repeated", name, value=value)


def join(at: str, name: str) -> str:
    """The place of a member within the place of its table."""
    return f"{at}.{name}" if at else name
