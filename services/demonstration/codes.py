"""Codes that belong to nobody, each with the check digit that its scheme asks for.

GS1 keys have the prefix 952, which GS1 keeps for examples; the organisation codes begin with
``MADEMA``, which no registration authority has given away.
"""

from __future__ import annotations

from suyuan.domain.codes.check_digits import (
    USCC_ALPHABET,
    gs1_check_digit,
    mod_11_10_check_digit,
    uscc_check_character,
)

_GS1_PREFIX = "9521235"
_ORGANISATION = "MADEMA"
# GB 11714-1997, 3.3: the weights of the eight characters of an organisation code.
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(district: str, number: int, *, trader: bool = False) -> str:
    """统一社会信用代码 of the ``number``-th organisation; ``trader`` for a 个体工商户."""
    high, low = divmod(number, len(USCC_ALPHABET))
    organisation = _ORGANISATION + USCC_ALPHABET[high] + USCC_ALPHABET[low]
    body = ("92" if trader else "91") + district + organisation + _closing(organisation)
    return body + uscc_check_character(body)


def _closing(organisation: str) -> str:
    """GB 11714-1997, 3.3: the ninth character of an organisation code."""
    values = (int(c, 36) for c in organisation)
    total = sum(w * v for w, v in zip(_ORGANISATION_WEIGHTS, values, strict=True))
    return "0123456789X0"[11 - total % 11]


def gtin(item: int) -> str:
    """A product, as element string: ``(01)`` and 14 digits."""
    body = f"0{_GS1_PREFIX}{item:05}"
    return f"(01){body}{gs1_check_digit(body)}"


def gln(place: int) -> str:
    """A place, 13 digits."""
    body = f"{_GS1_PREFIX}{place:05}"
    return body + gs1_check_digit(body)


def sscc(number: int) -> str:
    """A logistic unit, as element string: ``(00)`` and 18 digits."""
    body = f"0{_GS1_PREFIX}{number:09}"
    return f"(00){body}{gs1_check_digit(body)}"


def sc_licence(kind: int, district: str, number: int) -> str:
    """食品生产许可证: SC, the class of food, where, and which."""
    body = f"1{kind:02}{district}{number:04}"
    return f"SC{body}{mod_11_10_check_digit(body)}"


def jy_licence(business: int, district: str, number: int) -> str:
    """食品经营许可证: JY, the kind of business, where, and which."""
    body = f"{business}{district}{number:06}"
    return f"JY{body}{mod_11_10_check_digit(body)}"


def meat_batch(node: str, number: int) -> str:
    """进场批次号, 16 digits: the node that the batch began at, and which."""
    return f"{node}{number:07}"


def meat_trace(merchant: str, number: int) -> str:
    """追溯码, 20 digits: the merchant (13) who sold, and which sale."""
    return f"{merchant}{number:07}"


def drug(product: int, number: int) -> str:
    """药品追溯码, 20 digits: one packaging level of one medicine (7), and which package."""
    return f"{product:07}{number:013}"


def drug_standard(firm: int, product: int) -> str:
    """国家药品编码本位码, 14 digits (GB 18937)."""
    body = f"869{firm:04}{product:06}"
    return body + gs1_check_digit(body)


def pesticide(registration: str, spec: int, unit: int) -> str:
    """农药单元识别代码, 32 digits: the registration (6), who made it, the pack, and which unit."""
    return f"1{registration}1{spec:03}{unit:021}"


def customs_declaration(number: int, *, year: int) -> str:
    """报关单号, 18 digits: the customs (3701, Xiamen), the year, import, and which."""
    return f"3701{year}1{number:09}"


def own(owner: str, code: str) -> str:
    """An enterprise's own code, as everybody else may write it."""
    return f"urn:suyuan:{owner}:{code}"
