"""The register on the wire: an entry's JSON in, with every fault, and its versions out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

from suyuan.domain.activities import SECTORS
from suyuan.domain.codes import Code, Use, candidates, recognise
from suyuan.domain.codes.private import NOBODYS
from suyuan.domain.errors import CodeError
from suyuan.domain.register import (
    CATEGORIES,
    Brand,
    Contact,
    Entry,
    Kind,
    Licence,
    Naming,
    Party,
    Place,
    Product,
    Version,
)
from suyuan.wire.divisions import division_name, read_district
from suyuan.wire.reading import Reading
from suyuan.wire.register_cards import (
    ADDRESS_LIMIT,
    BRANDS_LIMIT,
    CATEGORIES_LIMIT,
    LICENCES_LIMIT,
    NAME_LIMIT,
    WORD_LIMIT,
)
from suyuan.wire.register_links import read_links, write_links

_NAMES = frozenset({"zh", "en"})
_LICENCE = frozenset({"number", "type", "valid_from", "valid_to"})
_BRAND = frozenset({"names", "trademark"})
_CONTACT = frozenset({"person", "phone", "legal_representative"})

MEMBERS: dict[Kind, frozenset[str]] = {
    Kind.PARTY: frozenset(
        [
            *("names", "type", "district", "address", "licences", "contact", "categories"),
            *("brands", "valid_from"),
        ]
    ),
    Kind.PLACE: frozenset({"names", "party", "district", "address", "valid_from"}),
    Kind.PRODUCT: frozenset(
        [
            *("names", "party", "producer", "spec", "shelf_life", "sector", "standard"),
            *("links", "valid_from"),
        ]
    ),
}

# What may be registered, by its scheme; anything else names no party, no place, no product.
_SCHEMES: dict[Kind, tuple[str, ...]] = {
    Kind.PARTY: ("uscc", "gln", "private"),
    Kind.PLACE: ("gln", "meat_node", "private"),
    Kind.PRODUCT: ("gtin", "private"),
}
_USES = {Kind.PARTY: Use.PARTY, Kind.PLACE: Use.PLACE, Kind.PRODUCT: Use.THING}
# GS1 keys of one scheme that name another kind of thing: 417 is a party, 414 a place.
_GLN_KEYS = {Kind.PARTY: "https://id.gs1.org/417/", Kind.PLACE: "https://id.gs1.org/414/"}

# Licences whose first letters name a scheme with a fixed form.
_LICENCE_FORMS = {"SC": "SC + N14", "JY": "JY + N14"}

ORGANISATION, PERSON = "organisation", "person"


@dataclass(frozen=True, slots=True)
class Frame:
    """What an entry is read against.

    ``holder`` is the enterprise that registers its own, ``None`` for a department; ``today`` is
    the city's day, from which an entry without a date holds; ``categories`` are the words of the
    register for what a party does.
    """

    holder: Code | None
    today: date
    categories: Collection[str] = CATEGORIES


def read_id(kind: Kind, text: str, holder: Code | None) -> Code:
    """The code that an id is, in any spelling; a private one is the holder's.

    Raises ``CodeError``: ``register_id_scheme`` where the code names no such thing,
    ``register_id_unowned`` for a private code that stands in nobody's list, and what
    ``recognise`` raises.
    """
    owner = holder.short if holder is not None else None
    code = recognise(text, owner=owner, use=_USES[kind])
    if code.key.startswith(NOBODYS):
        raise CodeError("register_id_unowned", text=code.text)
    of_other_kind = code.scheme == "gln" and not code.key.startswith(_GLN_KEYS[kind])
    if code.scheme not in _SCHEMES[kind] or of_other_kind:
        allowed = list(_SCHEMES[kind])
        raise CodeError("register_id_scheme", text=code.text, kind=kind.plural, allowed=allowed)
    return code


def read_body(reading: Reading, kind: Kind, code: Code, raw: Any, frame: Frame) -> Entry | None:
    """The entry that a JSON value says of ``code``; ``None`` where it has faults."""
    before = len(reading.faults)
    members = reading.members(raw, "", MEMBERS[kind])
    if members is None:
        return None
    since = reading.date(members, "valid_from", "") or frame.today
    entry = _READERS[kind](reading, code, members, since, frame)
    return entry if len(reading.faults) == before else None


def _read_party(
    reading: Reading, code: Code, raw: dict[str, Any], since: date, frame: Frame
) -> Party:
    stated = reading.one_of(raw, "type", "", (ORGANISATION, PERSON))
    # Only a registration says that a private code is no person's.
    organisation = stated == ORGANISATION if stated else code.scheme != "private"
    contact = reading.object(raw, "contact", "", _CONTACT)
    return Party(
        code,
        read_names(reading, raw),
        since,
        organisation,
        read_district(reading, raw, "district", "", since),
        reading.text(raw, "address", limit=ADDRESS_LIMIT),
        _read_licences(reading, raw),
        _read_contact(reading, contact) if contact else None,
        _read_categories(reading, raw, frame.categories),
        _read_brands(reading, raw),
    )


def _read_place(
    reading: Reading, code: Code, raw: dict[str, Any], since: date, frame: Frame
) -> Place:
    return Place(
        code,
        read_names(reading, raw),
        since,
        _read_party_code(reading, raw, "party", frame) or frame.holder,
        read_district(reading, raw, "district", "", since),
        reading.text(raw, "address", limit=ADDRESS_LIMIT),
    )


def _read_product(
    reading: Reading, code: Code, raw: dict[str, Any], since: date, frame: Frame
) -> Product:
    return Product(
        code,
        read_names(reading, raw),
        since,
        _read_party_code(reading, raw, "party", frame) or frame.holder,
        _read_party_code(reading, raw, "producer", frame),
        reading.text(raw, "spec", limit=NAME_LIMIT),
        reading.text(raw, "shelf_life", limit=WORD_LIMIT),
        reading.one_of(raw, "sector", "", SECTORS),
        reading.text(raw, "standard", limit=WORD_LIMIT),
        read_links(reading, raw),
    )


_READERS: dict[Kind, Callable[[Reading, Code, dict[str, Any], date, Frame], Entry]] = {
    Kind.PARTY: _read_party,
    Kind.PLACE: _read_place,
    Kind.PRODUCT: _read_product,
}


def read_names(reading: Reading, raw: dict[str, Any], at: str = "") -> Naming:
    """The member ``names``: in Chinese, in English, or both; a fault where there is neither."""
    names = reading.object(raw, "names", at, _NAMES)
    if raw.get("names") is not None and names is None:
        return Naming()  # it is no object, and that is said
    known = [(names or {}).get(language) for language in ("zh", "en")]
    if known == [None, None]:
        reading.fault("names_missing", f"{at}/names")
        return Naming()
    assert names is not None
    return Naming(
        reading.text(names, "zh", f"{at}/names", limit=NAME_LIMIT),
        reading.text(names, "en", f"{at}/names", limit=NAME_LIMIT),
    )


def _read_categories(
    reading: Reading, raw: dict[str, Any], words: Collection[str]
) -> tuple[str, ...]:
    """What the party does, each word once."""
    found: dict[str, None] = {}
    for place, value in enumerate(reading.array(raw, "categories", "", CATEGORIES_LIMIT)):
        word = reading.one_of({str(place): value}, str(place), "/categories", words)
        if word is not None:
            found[word] = None
    return tuple(found)


def _read_brands(reading: Reading, raw: dict[str, Any]) -> tuple[Brand, ...]:
    found = []
    for place, value in enumerate(reading.array(raw, "brands", "", BRANDS_LIMIT)):
        at = f"/brands/{place}"
        brand = reading.members(value, at, _BRAND)
        if brand is not None:
            number = reading.text(brand, "trademark", at, limit=WORD_LIMIT)
            found.append(Brand(read_names(reading, brand, at), number))
    return tuple(found)


def _read_licences(reading: Reading, raw: dict[str, Any]) -> tuple[Licence, ...]:
    found = []
    for place, value in enumerate(reading.array(raw, "licences", "", LICENCES_LIMIT)):
        at = f"/licences/{place}"
        licence = reading.members(value, at, _LICENCE)
        if licence is not None:
            found.append(_read_licence(reading, licence, at))
    return tuple(found)


def _read_licence(reading: Reading, raw: dict[str, Any], at: str) -> Licence:
    number = reading.text(raw, "number", at, limit=WORD_LIMIT, required=True)
    first, last = reading.date(raw, "valid_from", at), reading.date(raw, "valid_to", at)
    if first is not None and last is not None and last < first:
        reading.fault("dates_reversed", f"{at}/valid_to", first=first, last=last)
    kind = reading.text(raw, "type", at, limit=WORD_LIMIT)
    return Licence(_checked(reading, number or "", f"{at}/number"), kind, first, last)


def _checked(reading: Reading, number: str, at: str) -> str:
    """A licence's number; SC and JY numbers in capitals, with the form and digit they need.

    SC numbers close with MOD 11,10 (GB/T 17710); of JY numbers that is not certain.
    """
    plain = "".join(normalize("NFKC", number).split()).upper()
    form = _LICENCE_FORMS.get(plain[:2])
    if form is None:
        return number.strip()
    read = next((c for c in candidates(plain) if c.scheme.endswith("_licence")), None)
    if read is None:
        reading.fault("licence_malformed", at, number=plain, form=form)
    elif read.problem is not None and "expected" in read.problem:
        reading.fault("licence_check_digit", at, number=plain, expected=read.problem["expected"])
    return plain


def _read_contact(reading: Reading, raw: dict[str, Any]) -> Contact:
    return Contact(
        *(
            reading.text(raw, name, "/contact", limit=WORD_LIMIT)
            for name in ("person", "phone", "legal_representative")
        )
    )


def _read_party_code(reading: Reading, raw: dict[str, Any], name: str, frame: Frame) -> Code | None:
    owner = frame.holder.short if frame.holder is not None else None
    code = reading.code(raw, name, "", owner=owner, use=Use.PARTY)
    if code is not None and code.key.startswith(NOBODYS):
        reading.fault("register_id_unowned", f"/{name}", text=code.text)
        return None
    return code


# --- Out ----------------------------------------------------------------------------------------


def write_version(version: Version, *, subsystem: str, redacted: tuple[str, ...]) -> dict[str, Any]:
    """A version as the world sees it; what is not known or not to be seen is null or empty."""
    entry = version.entry
    return {
        "id": entry.code.short,
        "code": entry.code.key,
        "scheme": entry.code.scheme,
        "names": {"zh": entry.names.zh, "en": entry.names.en},
        **write_members(entry),
        "valid_from": entry.valid_from,
        "valid_to": version.valid_to,
        "version": version.number,
        "recorded_at": version.recorded_at,
        "said_by": "department" if version.authority else "enterprise",
        "subsystem": subsystem,
        "redacted": list(redacted),
    }


def write_members(entry: Entry) -> dict[str, Any]:
    """What an entry says besides its code, names and date."""
    match entry:
        case Party():
            return {
                "type": ORGANISATION if entry.organisation else PERSON,
                **_where(entry),
                "licences": entry.licences,
                "contact": entry.contact,
                "categories": entry.categories,
                "brands": entry.brands,
            }
        case Place():
            return {"party": _short(entry.party), **_where(entry)}
        case Product():
            return {
                "party": _short(entry.party),
                "producer": _short(entry.producer),
                "spec": entry.spec,
                "shelf_life": entry.shelf_life,
                "sector": entry.sector,
                "standard": entry.standard,
                "links": write_links(entry.links),
            }


def _where(entry: Party | Place) -> dict[str, Any]:
    name = division_name(entry.district) if entry.district else None
    return {"district": entry.district, "district_name": name, "address": entry.address}


def _short(code: Code | None) -> str | None:
    return code.short if code is not None else None
