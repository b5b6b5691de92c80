"""Names for a chain: what a gateway asks of a subsystem's register, and what that may answer.

What another subsystem says is hostile input: it is decoded against exact, bounded types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from suyuan.domain.certificates import Adopted
from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.licensing import Lapse, Licensing, Period, RevokedLicence
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.register import Party, Place, Product, public_view
from suyuan.wire.certificates import CertificateCard, certificate_card, certificate_of
from suyuan.wire.register_cards import (
    LICENCES_LIMIT,
    Key,
    LicenceCard,
    PartyCard,
    PlaceCard,
    ProductCard,
    Word,
    card_of,
    licence_cards,
    licences_of,
    party_of,
    place_of,
    product_of,
)

# As many versions of a party as are looked through (suyuan/storage/register.py).
PERIODS_LIMIT = 50
REVOKED_LIMIT = 500
# Licences in one answer; of parties beyond them only what their entry lists today is told.
MOST_LICENCES = 20_000
# Certificates in force in one answer: the parties of a chain have one or two each, if any.
MOST_CERTIFICATES = 500


class PeriodCard(Struct, frozen=True):
    since: date
    licences: Annotated[tuple[LicenceCard, ...], Meta(max_length=LICENCES_LIMIT)]


class RevokedCard(Struct, frozen=True):
    number: Word
    since: date


class LapseCard(Struct, frozen=True, omit_defaults=True):
    since: date
    until: date | None = None


class LicensingCard(Struct, frozen=True, omit_defaults=True):
    party: Key
    periods: Annotated[tuple[PeriodCard, ...], Meta(max_length=PERIODS_LIMIT)]
    reviewed: bool = False
    revoked: Annotated[tuple[RevokedCard, ...], Meta(max_length=REVOKED_LIMIT)] = ()
    lapses: Annotated[tuple[LapseCard, ...], Meta(max_length=REVOKED_LIMIT)] = ()


class NamesRequest(Struct, forbid_unknown_fields=True):
    """``POST /v1/names``: the canonical keys of a chain."""

    parties: list[Key] = []
    places: list[Key] = []
    products: list[Key] = []


class NamesResponse(Struct):
    """What a subsystem's register says publicly of the keys it was asked for."""

    parties: list[PartyCard] = []
    places: list[PlaceCard] = []
    products: list[ProductCard] = []
    licensing: list[LicensingCard] = []
    certificates: Annotated[list[CertificateCard], Meta(max_length=MOST_CERTIFICATES)] = []


_encoder = msgspec.json.Encoder()
_request_decoder = msgspec.json.Decoder(NamesRequest)
_response_decoder = msgspec.json.Decoder(NamesResponse)


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
            [card for p in seen if p is not None and isinstance(card := card_of(p), PartyCard)],
            [card for p in known.places.values() if isinstance(card := card_of(p), PlaceCard)],
            [card for p in products if isinstance(card := card_of(p), ProductCard)],
            list(_licensing_cards(known)),
            list(_certificate_cards(known)),
        )
    )


def read_names_response(body: bytes, wanted: Wanted) -> Known:
    """What a subsystem answered, cut to what it was asked. Raises ValueError when it is none."""
    try:
        response = _response_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not an answer about names: {error}") from error
    parties = _asked(map(party_of, _bounded(response.parties, wanted.parties)))
    public = {key: seen for key, p in parties.items() if (seen := public_view(p)) is not None}
    places = _asked(map(place_of, _bounded(response.places, wanted.places)))
    products = _asked(map(product_of, _bounded(response.products, wanted.products)))
    licensing = {
        card.party: _licensing(card) for card in response.licensing if card.party in wanted.parties
    }
    certificates = _certificates(c for c in response.certificates if c.party in wanted.parties)
    return Known(public, places, products, licensing, certificates)


_C = TypeVar("_C", PartyCard, PlaceCard, ProductCard)
_E = TypeVar("_E", Party, Place, Product)


def _bounded(cards: Iterable[_C], keys: Iterable[str]) -> Iterable[_C]:
    asked = set(keys)
    return (card for card in cards if card.code in asked and (card.names.zh or card.names.en))


def _asked(entries: Iterable[_E]) -> Mapping[str, _E]:
    return {entry.code.key: entry for entry in entries}


def _licensing_cards(known: Known) -> Iterable[LicensingCard]:
    left = MOST_LICENCES
    for key, said in known.licensing.items():
        left -= sum(len(period.licences) for period in said.periods)
        if left >= 0:
            yield LicensingCard(
                key,
                tuple(PeriodCard(p.since, licence_cards(p.licences)) for p in said.periods),
                said.reviewed,
                tuple(RevokedCard(o.number, o.since) for o in said.revoked[:REVOKED_LIMIT]),
                tuple(LapseCard(o.since, o.until) for o in said.lapses[:REVOKED_LIMIT]),
            )


def _certificate_cards(known: Known) -> Iterable[CertificateCard]:
    found = (one for adopted in known.certificates.values() for one in adopted)
    return (certificate_card(one) for one in islice(found, MOST_CERTIFICATES))


def _certificates(cards: Iterable[CertificateCard]) -> dict[str, tuple[Adopted, ...]]:
    found: dict[str, tuple[Adopted, ...]] = {}
    for card in cards:
        found[card.party] = (*found.get(card.party, ()), Adopted(certificate_of(card)))
    return found


def _licensing(card: LicensingCard) -> Licensing:
    return Licensing(
        tuple(Period(p.since, licences_of(p.licences)) for p in card.periods),
        card.reviewed,
        tuple(RevokedLicence(o.number, o.since) for o in card.revoked),
        tuple(Lapse(o.since, o.until) for o in card.lapses),
    )
