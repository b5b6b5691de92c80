"""Entries of the register as JSON that is kept and passed on: exact types both ways.

What is stored was checked on its way in; what another subsystem says is hostile input. Both are
decoded against these types, whose bounds are those of ``suyuan.wire.register``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, structs

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import CodeError
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

Key = Annotated[str, Meta(min_length=1, max_length=2_048)]
_Name = Annotated[str, Meta(min_length=1, max_length=NAME_LIMIT)]
_Address = Annotated[str, Meta(max_length=ADDRESS_LIMIT)]
Word = Annotated[str, Meta(max_length=WORD_LIMIT)]
_District = Annotated[str, Meta(pattern="^[0-9]{6}$")]


class NamingCard(Struct, frozen=True, omit_defaults=True):
    zh: _Name | None = None
    en: _Name | None = None


class LicenceCard(Struct, frozen=True, omit_defaults=True):
    number: Word
    type: Word | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class ContactCard(Struct, frozen=True, omit_defaults=True):
    person: Word | None = None
    phone: Word | None = None
    legal_representative: Word | None = None


class BrandCard(Struct, frozen=True, omit_defaults=True):
    names: NamingCard
    trademark: Word | None = None


class PartyCard(Struct, frozen=True, omit_defaults=True):
    code: Key
    names: NamingCard
    valid_from: date
    organisation: bool = True
    district: _District | None = None
    address: _Address | None = None
    licences: Annotated[tuple[LicenceCard, ...], Meta(max_length=LICENCES_LIMIT)] = ()
    contact: ContactCard | None = None
    categories: Annotated[tuple[Word, ...], Meta(max_length=CATEGORIES_LIMIT)] = ()
    brands: Annotated[tuple[BrandCard, ...], Meta(max_length=BRANDS_LIMIT)] = ()


class PlaceCard(Struct, frozen=True, omit_defaults=True):
    code: Key
    names: NamingCard
    valid_from: date
    party: Key | None = None
    district: _District | None = None
    address: _Address | None = None


class LinkCard(Struct, frozen=True, omit_defaults=True):
    type: Word
    url: Annotated[str, Meta(pattern="^https://", max_length=URL_LIMIT)]
    title: NamingCard = NamingCard()
    languages: Annotated[tuple[Word, ...], Meta(max_length=LANGUAGES_LIMIT)] = ()
    media_type: Word | None = None


class ProductCard(Struct, frozen=True, omit_defaults=True):
    code: Key
    names: NamingCard
    valid_from: date
    party: Key | None = None
    producer: Key | None = None
    spec: _Name | None = None
    shelf_life: Word | None = None
    sector: Word | None = None
    standard: Word | None = None
    links: Annotated[tuple[LinkCard, ...], Meta(max_length=LINKS_LIMIT)] = ()


Card = PartyCard | PlaceCard | ProductCard


_encoder = msgspec.json.Encoder()
_READERS: dict[Kind, msgspec.json.Decoder[Card]] = {
    Kind.PARTY: msgspec.json.Decoder(PartyCard),
    Kind.PLACE: msgspec.json.Decoder(PlaceCard),
    Kind.PRODUCT: msgspec.json.Decoder(ProductCard),
}


# --- Stored entries -----------------------------------------------------------------------------


def write_entry(entry: Entry) -> tuple[str, bytes]:
    """The JSON to store, and 16 bytes that are equal where only the dates of entries differ."""
    card = card_of(entry)
    undated = structs.replace(card, valid_from=date.min)
    return _encoder.encode(card).decode(), sha256(_encoder.encode(undated)).digest()[:16]


def read_entry(kind: int, document: str) -> Entry:
    """The entry of a stored document."""
    return _entry(_READERS[Kind(kind)].decode(document))


# --- Between cards and entries ------------------------------------------------------------------


def card_of(entry: Entry) -> Card:
    """An entry as it is kept and passed on."""
    names = NamingCard(entry.names.zh, entry.names.en)
    key, since = entry.code.key, entry.valid_from
    match entry:
        case Party():
            licences = licence_cards(entry.licences)
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
            return party_of(card)
        case PlaceCard():
            return place_of(card)
        case ProductCard():
            return product_of(card)


def party_of(card: PartyCard) -> Party:
    """The entry of a card, whose key may be no code at all."""
    return Party(
        _code(card.code, Use.PARTY),
        Naming(card.names.zh, card.names.en),
        card.valid_from,
        card.organisation,
        card.district,
        card.address,
        licences_of(card.licences),
        _contact(card.contact) if card.contact is not None else None,
        card.categories,
        tuple(Brand(Naming(b.names.zh, b.names.en), b.trademark) for b in card.brands),
    )


def licence_cards(licences: Iterable[Licence]) -> tuple[LicenceCard, ...]:
    return tuple(LicenceCard(o.number, o.type, o.valid_from, o.valid_to) for o in licences)


def licences_of(cards: Iterable[LicenceCard]) -> tuple[Licence, ...]:
    return tuple(Licence(o.number, o.type, o.valid_from, o.valid_to) for o in cards)


def _brand_card(brand: Brand) -> BrandCard:
    return BrandCard(NamingCard(brand.names.zh, brand.names.en), brand.trademark)


def _contact(card: ContactCard) -> Contact:
    return Contact(card.person, card.phone, card.legal_representative)


def _contact_card(contact: Contact) -> ContactCard:
    return ContactCard(contact.person, contact.phone, contact.legal_representative)


def place_of(card: PlaceCard) -> Place:
    """As ``party_of``."""
    return Place(
        _code(card.code, Use.PLACE),
        Naming(card.names.zh, card.names.en),
        card.valid_from,
        _optional(card.party),
        card.district,
        card.address,
    )


def product_of(card: ProductCard) -> Product:
    """As ``party_of``."""
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
