"""Who takes part in the demonstration city: ``enterprises.toml``, with codes of nobody's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from services.demonstration import codes

Entry = Mapping[str, Any]

# Since when everybody is on file: before anything happened.
FILED = "2024-01-01"
_LICENSED = ("2023-07-01", "2028-06-30")
_LICENCE_NAMES = {"SC": "食品生产许可证", "JY": "食品经营许可证"}
# Who answers for each of them is nobody: a filing's people are for its department alone.
PEOPLE: Sequence[Entry] = ({"role": "person_in_charge", "name": "某某（虚构）", "phone": "000"},)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a department does with a filing that it approved: a step (``revoke``), and its body."""

    step: str
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Enterprise:
    """One of the city's enterprises.

    ``place``    where its events happen: a market node (9 digits), or a GLN
    ``merchant`` its number of 13 digits at a market, empty for the others
    ``entry``    what it files of itself; ``places`` are its own
    ``revoked``  what its department revoked later
    """

    id: str
    uscc: str
    home: str
    zh: str
    en: str
    place: str
    places: Sequence[Entry]
    merchant: str
    entry: Entry
    revoked: tuple[Decision, ...] = ()

    @property
    def name(self) -> str:
        """The name in both languages, with the word that nobody exists by it."""
        return f"{self.zh}（虚构） {self.en} (fictitious)"

    def dossier(self, products: Sequence[Entry]) -> Entry:
        """What it files: itself, its place unless another files that market, and its products."""
        return {
            "party": self.entry,
            "places": self.places,
            "products": products,
            "people": PEOPLE,
            "valid_from": FILED,
        }


@cache
def everybody() -> Mapping[str, Enterprise]:
    """All of them by their short names in the table."""
    table = _table()
    markets = dict(table["market"])
    found = {}
    for name, row in table["enterprise"].items():
        market = table["market"].get(row.get("market", ""))
        # Whoever stands first in the table files the market; an id is its first registrar's.
        place = markets.pop(row.get("market", ""), None) if market else row
        found[name] = _enterprise(name, row, market, place)
    return found


def named(*names: str) -> Sequence[Enterprise]:
    """Some of them, in the order of their names given."""
    return [everybody()[name] for name in names]


def _enterprise(
    name: str, row: Mapping[str, Any], market: Mapping[str, Any] | None, place: Entry | None
) -> Enterprise:
    uscc = codes.uscc(row["district"], row["number"], trader=row.get("trader", False))
    node = market["node"] if market else row.get("node", "")
    where = node or codes.gln(row["number"])
    entry = _party(row)
    return Enterprise(
        id=name.replace("_", "-"),
        uscc=uscc,
        home=row["home"],
        zh=row["zh"],
        en=row["en"],
        place=where,
        places=[_place(where, place)] if place else [],
        merchant=f"{node}{row.get('merchant', 1):04}" if node else "",
        entry=entry,
        revoked=_revoked(row, entry),
    )


def _party(row: Mapping[str, Any]) -> Entry:
    entry = {"names": _names(row), "categories": row["categories"], "district": row["district"]}
    return entry | ({"licences": [_licence(row)]} if "licence" in row else {})


def _place(where: str, row: Mapping[str, Any]) -> Entry:
    return {"id": where, "names": _names(row), "district": row["district"]}


def _revoked(row: Mapping[str, Any], entry: Entry) -> tuple[Decision, ...]:
    if "revoked" not in row:
        return ()
    told = {name: row["revoked"][name] for name in ("from", "note")}
    if row["revoked"]["what"] == "filing":
        return (Decision("revoke", told),)
    return (Decision("revoke-licence", {**told, "licence": entry["licences"][0]["number"]}),)


def _names(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {"zh": f"{row['zh']}（虚构）", "en": f"{row['en']} (fictitious)"}


def _licence(row: Mapping[str, Any]) -> Mapping[str, str]:
    kind, detail = row["licence"]
    district, number = row["district"], row["number"]
    match kind:
        case "SC":
            written = codes.sc_licence(detail, district, number)
        case "JY":
            written = codes.jy_licence(detail, district, number)
        case _:
            written = detail
    begins, ends = _LICENSED
    return {
        "number": written,
        "type": _LICENCE_NAMES.get(kind, kind),
        "valid_from": begins,
        "valid_to": row.get("to", ends),
    }


def _table() -> dict[str, Any]:
    text = files("services.demonstration").joinpath("enterprises.toml").read_text("utf-8")
    return tomllib.loads(text)
