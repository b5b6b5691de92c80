"""Entries of the register as JSON that is kept and passed on: exact types both ways.

What is stored was checked on its way in; what another subsystem says is hostile input. Both are
decoded against these types, whose bounds are those of ``suyuan.wire.register``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, structs

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import CodeError, Fault, ReportRefused
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.register import (
    Brand,
    Contact,
    Entry,
    Kind,
    Licence,
    Naming,
    Party,
    Place,
    Product,
    ProductLink,
    public_view,
)

NAME_LIMIT = 200
ADDRESS_LIMIT = 500
WORD_LIMIT = 100
LICENCES_LIMIT = 50
CATEGORIES_LIMIT = 20
BRANDS_LIMIT = 50
LINKS_LIMIT = 30
URL_LIMIT = 1_000
LANGUAGES_LIMIT = 20

_Key = Annotated[str, Meta(min_length=1, max_length=2_048)]
_Name = Annotated[str, Meta(min_length=1, max_length=NAME_LIMIT)]
_Address = Annotated[str, Meta(max_length=ADDRESS_LIMIT)]
_Word = Annotated[str, Meta(max_length=WORD_LIMIT)]
_District = Annotated[str, Meta(pattern="^[0-9]{6}$")]


class NamingCard(Struct, frozen=True, omit_defaults=True):
    zh: _Name | None = None
    en: _Name | None = None


class LicenceCard(Struct, frozen=True, omit_defaults=True):
    number: _Word
    type: _Word | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class ContactCard(Struct, frozen=True, omit_defaults=True):
    person: _Word | None = None
    phone: _Word | None = None
    legal_representative: _Word | None = None


class BrandCard(Struct, frozen=True, omit_defaults=True):
    names: NamingCard
    trademark: _Word | None = None


class PartyCard(Struct, frozen=True, omit_defaults=True):
    code: _Key
    names: NamingCard
    valid_from: date
    organisation: bool = True
    district: _District | None = None
    address: _Address | None = None
    licences: Annotated[tuple[LicenceCard, ...], Meta(max_length=LICENCES_LIMIT)] = ()
    contact: ContactCard | None = None
    categories: Annotated[tuple[_Word, ...], Meta(max_length=CATEGORIES_LIMIT)] = ()
    brands: Annotated[tuple[BrandCard, ...], Meta(max_length=BRANDS_LIMIT)] = ()


class PlaceCard(Struct, frozen=True, omit_defaults=True):
    code: _Key
    names: NamingCard
    valid_from: date
    party: _Key | None = None
    district: _District | None = None
    address: _Address | None = None


class LinkCard(Struct, frozen=True, omit_defaults=True):
    type: _Word
    url: Annotated[str, Meta(pattern="^https://", max_length=URL_LIMIT)]
    title: NamingCard = NamingCard()
    languages: Annotated[tuple[_Word, ...], Meta(max_length=LANGUAGES_LIMIT)] = ()
    media_type: _Word | None = None


class ProductCard(Struct, frozen=True, omit_defaults=True):
    code: _Key
    names: NamingCard
    valid_from: date
    party: _Key | None = None
    producer: _Key | None = None
    spec: _Name | None = None
    shelf_life: _Word | None = None
    sector: _Word | None = None
    standard: _Word | None = None
    links: Annotated[tuple[LinkCard, ...], Meta(max_length=LINKS_LIMIT)] = ()


Card = PartyCard | PlaceCard | ProductCard


class NamesRequest(Struct, forbid_unknown_fields=True):
    """``POST /v1/names``: the canonical keys of a chain."""

    parties: list[_Key] = []
    places: list[_Key] = []
    products: list[_Key] = []


class NamesResponse(Struct):
    """What a subsystem's register says publicly of the keys it was asked for."""

    parties: list[PartyCard] = []
    places: list[PlaceCard] = []
    products: list[ProductCard] = []


_encoder = msgspec.json.Encoder()
_READERS: dict[Kind, msgspec.json.Decoder[Card]] = {
    Kind.PARTY: msgspec.json.Decoder(PartyCard),
    Kind.PLACE: msgspec.json.Decoder(PlaceCard),
    Kind.PRODUCT: msgspec.json.Decoder(ProductCard),
}
_request_decoder = msgspec.json.Decoder(NamesRequest)
_response_decoder = msgspec.json.Decoder(NamesResponse)


# --- Stored entries -----------------------------------------------------------------------------


def write_entry(entry: Entry) -> tuple[str, bytes]:
    """The JSON to store, and 16 bytes that are equal where only the dates of entries differ."""
    card = _card(entry)
    undated = structs.replace(card, valid_from=date.min)
    return _encoder.encode(card).decode(), sha256(_encoder.encode(undated)).digest()[:16]


def read_entry(kind: int, document: str) -> Entry:
    """The entry of a stored document."""
    return _entry(_READERS[Kind(kind)].decode(document))


# --- Names for a chain --------------------------------------------------------------------------


def write_names_request(wanted: Wanted) -> bytes:
    request = NamesRequest(list(wanted.parties), list(wanted.places), list(wanted.products))
    return _encoder.encode(request)


def read_names_request(body: bytes, *, most: int) -> Wanted:
    """What a body asks for. Raises ReportRefused: ``names_malformed``, ``too_many_keys``."""
    try:
        request = _request_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        fault = Fault("names_malformed", "", {"reason": str(error)})
        raise ReportRefused("names_malformed", faults=[fault]) from error
    for name in ("parties", "places", "products"):
        if len(getattr(request, name)) > most:
            fault = Fault("too_many_keys", f"/{name}", {"limit": most})
            raise ReportRefused("too_many_keys", faults=[fault], limit=most)
    return Wanted(tuple(request.parties), tuple(request.places), tuple(request.products))


def write_names_response(known: Known, wanted: Wanted) -> bytes:
    """What may leave the subsystem: of parties the public view alone.

    Links go with the first product alone, which the chain is of: a chain can name thousands.
    """
    seen = [public_view(party) for party in known.parties.values()]
    first = wanted.products[:1]
    products = [
        product if product.code.key in first else replace(product, links=())
        for product in known.products.values()
    ]
    return _encoder.encode(
        NamesResponse(
            [card for p in seen if p is not None and isinstance(card := _card(p), PartyCard)],
            [card for p in known.places.values() if isinstance(card := _card(p), PlaceCard)],
            [card for p in products if isinstance(card := _card(p), ProductCard)],
        )
    )


def read_names_response(body: bytes, wanted: Wanted) -> Known:
    """What a subsystem answered, cut to what it was asked. Raises ValueError when it is none."""
    try:
        response = _response_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not an answer about names: {error}") from error
    parties = _asked(map(_party, _bounded(response.parties, wanted.parties)))
    public = {key: seen for key, p in parties.items() if (seen := public_view(p)) is not None}
    places = _asked(map(_place, _bounded(response.places, wanted.places)))
    products = _asked(map(_product, _bounded(response.products, wanted.products)))
    return Known(public, places, products)


_C = TypeVar("_C", PartyCard, PlaceCard, ProductCard)
_E = TypeVar("_E", Party, Place, Product)


def _bounded(cards: Iterable[_C], keys: Iterable[str]) -> Iterable[_C]:
    asked = set(keys)
    return (card for card in cards if card.code in asked and (card.names.zh or card.names.en))


def _asked(entries: Iterable[_E]) -> Mapping[str, _E]:
    return {entry.code.key: entry for entry in entries}


# --- Between cards and entries ------------------------------------------------------------------


def _card(entry: Entry) -> Card:
    names = NamingCard(entry.names.zh, entry.names.en)
    key, since = entry.code.key, entry.valid_from
    match entry:
        case Party():
            licences = tuple(
                LicenceCard(one.number, one.type, one.valid_from, one.valid_to)
                for one in entry.licences
            )
            contact = _contact_card(entry.contact) if entry.contact is not None else None
            where = (entry.district, entry.address)
            brands = tuple(map(_brand_card, entry.brands))
            known = PartyCard(key, names, since, entry.organisation, *where, licences, contact)
            return structs.replace(known, categories=entry.categories, brands=brands)
        case Place():
            return PlaceCard(key, names, since, _key(entry.party), entry.district, entry.address)
        case Product():
            parties = (_key(entry.party), _key(entry.producer))
            facts = (entry.spec, entry.shelf_life, entry.sector, entry.standard)
            links = tuple(map(_link_card, entry.links))
            return ProductCard(key, names, since, *parties, *facts, links)


def _entry(card: Card) -> Entry:
    match card:
        case PartyCard():
            return _party(card)
        case PlaceCard():
            return _place(card)
        case ProductCard():
            return _product(card)


def _party(card: PartyCard) -> Party:
    return Party(
        _code(card.code, Use.PARTY),
        Naming(card.names.zh, card.names.en),
        card.valid_from,
        card.organisation,
        card.district,
        card.address,
        tuple(Licence(o.number, o.type, o.valid_from, o.valid_to) for o in card.licences),
        _contact(card.contact) if card.contact is not None else None,
        card.categories,
        tuple(Brand(Naming(b.names.zh, b.names.en), b.trademark) for b in card.brands),
    )


def _brand_card(brand: Brand) -> BrandCard:
    return BrandCard(NamingCard(brand.names.zh, brand.names.en), brand.trademark)


def _contact(card: ContactCard) -> Contact:
    return Contact(card.person, card.phone, card.legal_representative)


def _contact_card(contact: Contact) -> ContactCard:
    return ContactCard(contact.person, contact.phone, contact.legal_representative)


def _place(card: PlaceCard) -> Place:
    return Place(
        _code(card.code, Use.PLACE),
        Naming(card.names.zh, card.names.en),
        card.valid_from,
        _optional(card.party),
        card.district,
        card.address,
    )


def _product(card: ProductCard) -> Product:
    return Product(
        _code(card.code, Use.THING),
        Naming(card.names.zh, card.names.en),
        card.valid_from,
        _optional(card.party),
        _optional(card.producer),
        card.spec,
        card.shelf_life,
        card.sector,
        card.standard,
        tuple(map(_link, card.links)),
    )


def _link(card: LinkCard) -> ProductLink:
    title = Naming(card.title.zh, card.title.en)
    return ProductLink(card.type, card.url, title, card.languages, card.media_type)


def _link_card(link: ProductLink) -> LinkCard:
    title = NamingCard(link.title.zh, link.title.en)
    return LinkCard(link.type, link.url, title, link.languages, link.media_type)


def _key(code: Code | None) -> str | None:
    return code.key if code is not None else None


def _optional(key: str | None) -> Code | None:
    return _code(key, Use.PARTY) if key is not None else None


def _code(key: str, use: Use) -> Code:
    """The code of a canonical key; a key that is none stays the text it is."""
    try:
        return recognise(key, use=use)
    except CodeError:
        return Code(key, text=key)
