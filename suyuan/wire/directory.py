"""The directory on the wire: a page out, and another subsystem's page in, as hostile input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from suyuan.domain.certificates import Adopted
from suyuan.domain.chain import SourceReport
from suyuan.domain.directory import Listed, ListedLicence
from suyuan.wire.certificates import CertificateCard, certificate_card
from suyuan.wire.divisions import division_name
from suyuan.wire.register_cards import (
    BRANDS_LIMIT,
    CATEGORIES_LIMIT,
    LICENCES_LIMIT,
    BrandCard,
    Key,
    NamingCard,
    Word,
)
from suyuan.wire.source_reports import write_sources

MOST_LISTED = 100
CERTIFICATES_LIMIT = 50
_Id = Annotated[str, Meta(min_length=1, max_length=200)]


class LicenceRow(Struct, frozen=True):
    number: Word
    type: Word | None
    valid_from: date | None
    valid_to: date | None
    revoked_on: date | None


class DirectoryRow(Struct, frozen=True):
    """An enterprise in the directory: these members, and no others."""

    id: _Id
    code: Key
    names: NamingCard
    categories: Annotated[tuple[Word, ...], Meta(max_length=CATEGORIES_LIMIT)]
    district: Annotated[str, Meta(pattern="^[0-9]{6}$")] | None
    district_name: Word | None
    licences: Annotated[tuple[LicenceRow, ...], Meta(max_length=LICENCES_LIMIT)]
    brands: Annotated[tuple[BrandCard, ...], Meta(max_length=BRANDS_LIMIT)]
    state: Annotated[str, Meta(pattern="^(approved|revoked)$")]
    revoked_on: date | None
    valid_from: date
    subsystem: _Id
    certificates: Annotated[tuple[CertificateCard, ...], Meta(max_length=CERTIFICATES_LIMIT)] = ()


class MemberPage(Struct, frozen=True):
    """A page as a subsystem tells it."""

    parties: Annotated[tuple[DirectoryRow, ...], Meta(max_length=MOST_LISTED)]
    next: Key | None = None


_pages = msgspec.json.Decoder(MemberPage)


def write_row(listed: Listed, subsystem: str, certificates: Sequence[Adopted] = ()) -> DirectoryRow:
    """One enterprise of a subsystem's directory, with its certificates that are in force."""
    return DirectoryRow(
        listed.code.short,
        listed.code.key,
        NamingCard(listed.names.zh, listed.names.en),
        listed.categories,
        listed.district,
        division_name(listed.district) if listed.district else None,
        tuple(map(_licence, listed.licences)),
        tuple(BrandCard(NamingCard(b.names.zh, b.names.en), b.trademark) for b in listed.brands),
        "approved" if listed.revoked_on is None else "revoked",
        listed.revoked_on,
        listed.valid_from,
        subsystem,
        tuple(map(certificate_card, certificates[:CERTIFICATES_LIMIT])),
    )


def with_certificates(row: DirectoryRow, certificates: Sequence[Adopted]) -> DirectoryRow:
    """The row with more certificates behind its own."""
    more = tuple(map(certificate_card, certificates))
    return msgspec.structs.replace(
        row, certificates=(*row.certificates, *more)[:CERTIFICATES_LIMIT]
    )


def write_page(
    rows: Iterable[DirectoryRow],
    *,
    following: str | None,
    sources: Sequence[SourceReport],
    now: datetime,
) -> dict[str, Any]:
    """A page: ``next`` goes into ``after`` for the following one, ``None`` where it ends."""
    return {
        "parties": [_shown(row) for row in rows],
        "next": following,
        **write_sources(sources),
        "generated_at": now,
    }


def read_page(body: bytes, subsystem: str) -> MemberPage:
    """A subsystem's page, whose rows are said to be its own. Raises ValueError when it is none."""
    try:
        page = _pages.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no page of a directory: {error}") from error
    rows = tuple(_own(row, subsystem) for row in page.parties)
    keys = [row.code for row in rows]
    if keys != sorted(keys):
        raise ValueError("a directory is in order of code")
    return MemberPage(rows, page.next)


def _own(row: DirectoryRow, subsystem: str) -> DirectoryRow:
    """A row as its subsystem's own word, about its own certificates too."""
    certificates = tuple(
        msgspec.structs.replace(one, source=subsystem, party=row.code) for one in row.certificates
    )
    return msgspec.structs.replace(row, subsystem=subsystem, certificates=certificates)


def _licence(one: ListedLicence) -> LicenceRow:
    licence = one.licence
    dates = (licence.valid_from, licence.valid_to, one.revoked_on)
    return LicenceRow(licence.number, licence.type, *dates)


def _shown(row: DirectoryRow) -> dict[str, Any]:
    """A row with every member there, whatever it is."""
    return {
        **msgspec.to_builtins(row),
        "names": _names(row.names),
        "brands": [{"names": _names(b.names), "trademark": b.trademark} for b in row.brands],
        "certificates": [_certificate(one) for one in row.certificates],
    }


def _certificate(card: CertificateCard) -> dict[str, Any]:
    told = {**msgspec.to_builtins(card), "issuer": {"names": _names(card.issuer)}}
    del told["party"]  # the row says it
    return told


def _names(card: NamingCard) -> dict[str, str | None]:
    return {"zh": card.zh, "en": card.en}
