"""What the demonstration city makes and sells under a GTIN: ``products.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from services.demonstration import codes
from services.demonstration.enterprises import Entry

_FACTS = ("spec", "shelf_life", "sector", "standard")


@dataclass(frozen=True, slots=True)
class Product:
    """A product by its GTIN, and the enterprise (by its short name) that files it."""

    gtin: str
    owner: str
    zh: str
    en: str
    spec: str
    entry: Entry

    def lot(self, lot: str) -> str:
        """One lot of it."""
        return f"{self.gtin}(10){lot}"

    def serial(self, serial: str) -> str:
        """One piece of it."""
        return f"{self.gtin}(21){serial}"

    def facts(self, **more: str) -> Mapping[str, str]:
        """What a report says of it beside the code."""
        return {"name": f"{self.zh} {self.en}", "spec": self.spec, **more}


@cache
def products() -> Mapping[str, Product]:
    """All of them by their short names in the table."""
    text = files("services.demonstration").joinpath("products.toml").read_text("utf-8")
    return {name: _product(row) for name, row in tomllib.loads(text)["product"].items()}


def filed_by(owner: str) -> list[Entry]:
    """The entries of one enterprise's products."""
    return [one.entry for one in products().values() if one.owner == owner]


def _product(row: Mapping[str, Any]) -> Product:
    facts = {name: row[name] for name in _FACTS if name in row}
    gtin = codes.gtin(row["item"])
    entry = {"id": gtin, "names": {"zh": row["zh"], "en": row["en"]}, **facts}
    return Product(gtin, row["owner"], row["zh"], row["en"], row.get("spec", ""), entry)
