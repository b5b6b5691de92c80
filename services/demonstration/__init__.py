"""A demonstration city of Xiamen's shape: who is in it, what they file and what they report.

Everything is made up, by rule and from a seed, and the same on every machine. ``story.json`` is the
README's; the sectors (``meat``, ``produce``, ``liquor``, ``drugs``, ``inputs``, ``imports``,
``food``) write the everyday of three months, and ``faults`` what went wrong in it. Reports are in
the city form, as an ERP would post them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from random import Random
from typing import Any

from services.demonstration import drugs, faults, food, imports, inputs, liquor, meat, produce
from services.demonstration.book import DAYS, Book, Report
from services.demonstration.enterprises import Decision, everybody
from services.demonstration.products import filed_by
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Use, recognise

_SEED = "鹭岛"


class Part(StrEnum):
    """How much of the demonstration there is to be."""

    CITY = "city"
    STORY = "story"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Participant:
    """A fictitious enterprise, and what it files with the department of its ``home``.

    ``dossier`` is the body of ``POST /v1/filings``; ``decisions`` are what the department does with
    it after it has approved it.
    """

    uscc: str
    name: str
    home: str
    dossier: Mapping[str, Any]
    decisions: Sequence[Decision] = ()

    @property
    def caller(self) -> Caller:
        """The enterprise as the owner of a key."""
        return Caller(CallerRole.ENTERPRISE, recognise(self.uscc, use=Use.PARTY), self.home)


@dataclass(frozen=True, slots=True)
class Page:
    """A code that a shopper would scan, the path of its page, and what it is on."""

    code: str
    path: str
    zh: str
    en: str


def participants(part: Part = Part.CITY) -> list[Participant]:
    """Everybody in a part of the demonstration."""
    told = [Participant(e["uscc"], e["name"], e["home"], e["dossier"]) for e in _story()]
    if part is Part.CITY:
        told += [
            Participant(one.uscc, one.name, one.home, one.dossier(filed_by(name)), one.revoked)
            for name, one in everybody().items()
        ]
    return [] if part is Part.NONE else told


def reports(part: Part = Part.CITY) -> dict[str, list[Report]]:
    """What each of them reports, by its USCC, in the order in which it wrote it down."""
    if part is Part.NONE:
        return {}
    told = {e["uscc"]: list(e["reports"]) for e in _story()}
    return told | dict(everyday().reports) if part is Part.CITY else told


def purchases(part: Part = Part.CITY) -> dict[str, list[str]]:
    """By seller, the ids of the sales whose purchasers it registers."""
    return dict(everyday().named) if part is Part.CITY else {}


def everyday() -> Book:
    """Three months of all sectors and the faults: over 20,000 reports, in half a second."""
    book = Book(Random(_SEED))  # noqa: S311 - made-up data needs no cryptographic chance
    meat.write(book, range(2, DAYS))
    produce.write(book, range(1, DAYS - 20))
    liquor.write(book, range(12, DAYS - 20, 2))
    drugs.write(book, range(1, DAYS - 20, 2))
    inputs.write(book, range(10, DAYS - 20, 3))
    imports.write(book, range(1, DAYS - 20))
    food.write(book, range(3, DAYS - 1, 2))
    faults.write(book)
    return book


def pages(part: Part = Part.CITY) -> list[Page]:
    """What to look at; the first is the README's, that crosses three departments."""
    table = tomllib.loads(_text("pages.toml"))
    return [Page(**row) for row in table[part.value]] if part is not Part.NONE else []


def _story() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(_text("story.json"))["enterprises"]
    return told


def _text(name: str) -> str:
    return files("services.demonstration").joinpath(name).read_text("utf-8")
