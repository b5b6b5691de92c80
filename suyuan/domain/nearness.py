"""Which of the names that are known somebody may have meant by one that is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

# At 0.6, the usual cutoff, "price" is near to "place". A hint that is wrong costs more than none.
_CUTOFF = 0.65
# Longer than any name of ours; what is longer is not compared.
_LONGEST = 80
# A name of so many characters that stands within another says something: Chinese words have two.
_LEAST_ASCII, _LEAST = 4, 2


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of ``known`` that ``name`` is nearest to, or else has within it (``eventTime``,
    ``数量(公斤)``); empty where there is none.
    """
    name, known = name[:_LONGEST], list(known)
    spelled = get_close_matches(name, known, n=1, cutoff=_CUTOFF)
    return spelled[0] if spelled else max(_within(name.casefold(), known), key=len, default="")


def _within(name: str, known: Iterable[str]) -> list[str]:
    least = {each: _LEAST_ASCII if each.isascii() else _LEAST for each in known}
    return [each for each in least if len(each) >= least[each] and each.casefold() in name]
