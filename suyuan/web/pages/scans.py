"""How often a code was scanned, in words that accuse nobody."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.domain.chain import Chain
from suyuan.domain.codes import Level
from suyuan.domain.scans import ScanCount
from suyuan.web.pages.moments import day
from suyuan.web.pages.states import level_of
from suyuan.web.pages.texts import texts
from suyuan.web.pages.words import Language


@dataclass(frozen=True, slots=True)
class ScanLines:
    """``told`` is the count, ``explained`` what it does and does not mean."""

    told: str
    explained: str


def scan_lines(scans: ScanCount | None, chain: Chain, language: Language) -> ScanLines:
    """What a page says of the scans before this one; ``None`` where the count cannot be read."""
    sentences = texts(language)
    if scans is None:
        return ScanLines(sentences["scans_unknown"], "")
    if scans.first is None:
        told = sentences["scans_none"]
    else:
        told = sentences["scans"].format(scans.consumers, day(scans.first, language))
    explained = [sentences["scans_line"]]
    if level_of(chain) == Level.LOT.value:
        explained.insert(0, sentences["scans_lot"])
    if scans.trade:
        explained.insert(0, sentences["scans_trade"].format(scans.trade))
    return ScanLines(told, ("" if language == "zh" else " ").join(explained))
