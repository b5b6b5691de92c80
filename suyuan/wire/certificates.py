"""Certificates on the wire and in the table: read from strangers, written for everybody."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from suyuan.domain.activities import SECTORS
from suyuan.domain.certificates import (
    MOST_STEPS,
    Action,
    Adopted,
    Certificate,
    Issuer,
    Kept,
    Status,
    Step,
)
from suyuan.domain.codes import Use
from suyuan.domain.errors import ReportRefused
from suyuan.domain.register import Naming
from suyuan.wire.reading import Reading, pointer
from suyuan.wire.register import read_names
from suyuan.wire.register_cards import NamingCard
from suyuan.wire.reports import decode

_T = TypeVar("_T")

NUMBER_LIMIT = 80
STANDARD_LIMIT, MOST_STANDARDS = 80, 50
NOTE_LIMIT = 500
URL_LIMIT = 2_000

MEMBERS = frozenset(
    ["number", "issuer", "party", "system", "sectors", "standards", "valid_from", "valid_to", "url"]
)
_ISSUER = frozenset({"names", "code"})
_ADDRESS = re.compile("https://[!-~]+")
# Taking something away, or giving it back, wants a reason.
_NOTED = (Action.SUSPEND, Action.RESUME, Action.WITHDRAW)


def read_certificate(body: bytes, systems: Collection[str]) -> Certificate:
    """What a body says. Raises ReportRefused with every fault.

    ``systems`` are the subsystems that a certificate can be about here.
    """
    reading = Reading()
    raw = reading.members(decode(body), "", MEMBERS)
    found = _certificate(reading, raw) if raw is not None else None
    if found is not None and found.system is not None and found.system not in systems:
        known = ", ".join(sorted(systems))
        reading.fault("certificate_no_system", "/system", system=found.system, known=known)
    if reading.faults or found is None:
        raise ReportRefused(faults=reading.faults)
    return found


def _certificate(reading: Reading, raw: dict[str, Any]) -> Certificate | None:
    party = reading.code(raw, "party", "", use=Use.PARTY)
    system = reading.text(raw, "system", limit=30)
    if (raw.get("party") is None) == (raw.get("system") is None):
        reading.fault("certificate_subject", "/party")
    number = reading.text(raw, "number", limit=NUMBER_LIMIT, required=True)
    standards = reading.texts(raw, "standards", "", limit=STANDARD_LIMIT, count=MOST_STANDARDS)
    if not raw.get("standards"):
        reading.fault("missing", "/standards", field="standards")
    first, last = (_day(reading, raw, name) for name in ("valid_from", "valid_to"))
    if first is not None and last is not None and last < first:
        reading.fault("dates_reversed", "/valid_to", first=first, last=last)
    issuer = _issuer(reading, raw)
    sectors = _sectors(reading, raw)
    url = _url(reading, raw)
    if reading.faults or number is None or first is None or last is None or issuer is None:
        return None
    return Certificate(
        number,
        issuer,
        first,
        last,
        tuple(dict.fromkeys(standards)),
        party=party,
        system=system,
        sectors=sectors,
        url=url,
    )


def _day(reading: Reading, raw: dict[str, Any], name: str) -> date | None:
    if raw.get(name) is None:
        reading.fault("missing", pointer("", name), field=name)
    return reading.date(raw, name, "")


def _issuer(reading: Reading, raw: dict[str, Any]) -> Issuer | None:
    told = reading.object(raw, "issuer", "", _ISSUER)
    if told is None:
        if raw.get("issuer") is None:
            reading.fault("missing", "/issuer", field="issuer")
        return None
    names = read_names(reading, told, "/issuer")
    return Issuer(names, reading.code(told, "code", "/issuer", use=Use.PARTY))


def _sectors(reading: Reading, raw: dict[str, Any]) -> tuple[str, ...]:
    told = enumerate(reading.array(raw, "sectors", "", len(SECTORS)))
    found = (reading.one_of({str(n): value}, str(n), "/sectors", SECTORS) for n, value in told)
    return tuple(dict.fromkeys(sector for sector in found if sector is not None))


def _url(reading: Reading, raw: dict[str, Any]) -> str | None:
    url = reading.text(raw, "url", limit=URL_LIMIT)
    if url is not None and not _ADDRESS.fullmatch(url):
        reading.fault("link_url", "/url", url=url)
        return None
    return url


def read_note(body: bytes, action: Action) -> str:
    """Why a step is taken. Raises ReportRefused where the body does not say."""
    reading = Reading()
    raw = reading.members(decode(body), "", frozenset({"note"})) or {}
    note = reading.text(raw, "note", limit=NOTE_LIMIT, required=action in _NOTED)
    if reading.faults:
        raise ReportRefused(faults=reading.faults)
    return note or ""


def write_document(certificate: Certificate) -> str:
    """The certificate as the table keeps it: as a body says it."""
    return msgspec.json.encode(_said(certificate)).decode()


def read_document(document: str) -> Certificate:
    """The certificate of a stored document."""
    reading = Reading()
    found = _certificate(reading, msgspec.json.decode(document))
    assert found is not None, "it was checked when it came in"
    return found


def write_certificate(kept: Kept, on: date, *, source: str, history: bool) -> dict[str, Any]:
    """A certificate for everybody; ``source`` is whose register it is in.

    With ``history`` every step, but not by which key.
    """
    told = {
        "id": kept.id,
        **_said(kept.certificate),
        "status": kept.status(on).value,
        "source": source,
    }
    return {**told, "history": [_step(one) for one in kept.steps]} if history else told


def _said(certificate: Certificate) -> dict[str, Any]:
    issuer, party = certificate.issuer, certificate.party
    return {
        "number": certificate.number,
        "issuer": {
            "names": {k: v for k, v in (("zh", issuer.names.zh), ("en", issuer.names.en)) if v},
            "code": issuer.code.short if issuer.code is not None else None,
        },
        "party": party.short if party is not None else None,
        "system": certificate.system,
        "sectors": list(certificate.sectors),
        "standards": list(certificate.standards),
        "valid_from": certificate.valid_from,
        "valid_to": certificate.valid_to,
        "url": certificate.url,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "step": step.number,
        "action": step.action.value,
        "at": step.at,
        "by": step.owner,
        "note": step.note,
    }


# --- What a subsystem tells the gateway ---------------------------------------------------------

_Text = Annotated[str, msgspec.Meta(max_length=URL_LIMIT)]


class IssuerRow(msgspec.Struct):
    """An issuer as a certificate says it."""

    names: Annotated[dict[str, _Text], msgspec.Meta(max_length=2)]
    code: _Text | None = None


class StepRow(msgspec.Struct):
    """A step of a certificate's history."""

    step: int
    action: Action
    at: datetime
    by: _Text
    note: _Text


class CertificateRow(msgspec.Struct, omit_defaults=False):
    """A certificate as another system tells it: these members, and no others, go on."""

    id: UUID
    number: _Text
    issuer: IssuerRow
    party: _Text | None
    system: _Text | None
    sectors: Annotated[list[_Text], msgspec.Meta(max_length=len(SECTORS))]
    standards: Annotated[list[_Text], msgspec.Meta(max_length=MOST_STANDARDS)]
    valid_from: date
    valid_to: date
    url: Annotated[str, msgspec.Meta(pattern="^https://[!-~]+$", max_length=URL_LIMIT)] | None
    status: Status
    source: _Text
    history: Annotated[list[StepRow], msgspec.Meta(max_length=MOST_STEPS)] | msgspec.UnsetType = (
        msgspec.UNSET
    )


class CertificatePage(msgspec.Struct):
    """A page of a subsystem's certificates."""

    certificates: Annotated[list[CertificateRow], msgspec.Meta(max_length=500)]
    next: UUID | None = None


class CertificateCard(msgspec.Struct, frozen=True):
    """A certificate that is in force, as it goes with a name; ``party`` is a key.

    ``source`` is who adopted it: whoever passes it on puts there whom it is from.
    """

    number: Annotated[str, msgspec.Meta(max_length=NUMBER_LIMIT)]
    issuer: NamingCard
    standards: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1, max_length=MOST_STANDARDS)]
    sectors: Annotated[tuple[_Text, ...], msgspec.Meta(max_length=len(SECTORS))]
    valid_from: date
    valid_to: date
    url: Annotated[str, msgspec.Meta(pattern="^https://[!-~]+$", max_length=URL_LIMIT)] | None
    source: Annotated[str, msgspec.Meta(max_length=30)] = ""
    party: Annotated[str, msgspec.Meta(max_length=2_048)] = ""


def certificate_card(adopted: Adopted) -> CertificateCard:
    certificate = adopted.certificate
    names = certificate.issuer.names
    return CertificateCard(
        certificate.number,
        NamingCard(names.zh, names.en),
        certificate.standards,
        certificate.sectors,
        certificate.valid_from,
        certificate.valid_to,
        certificate.url,
        adopted.source,
        certificate.subject,
    )


def certificate_of(card: CertificateCard) -> Certificate:
    """The certificate of a card, which does not say whom it is about as a code."""
    return Certificate(
        card.number,
        Issuer(Naming(card.issuer.zh, card.issuer.en)),
        card.valid_from,
        card.valid_to,
        card.standards,
        sectors=card.sectors,
        url=card.url,
    )


_page_decoder = msgspec.json.Decoder(CertificatePage)
_row_decoder = msgspec.json.Decoder(CertificateRow)


def read_page(body: bytes, source: str) -> CertificatePage:
    """The page that a subsystem answered; it speaks for itself alone. Raises ValueError."""
    page = _decoded(_page_decoder, body)
    for row in page.certificates:
        row.source = source
    return page


def read_row(body: bytes, source: str) -> CertificateRow:
    """The certificate that a subsystem answered. Raises ValueError when it is none."""
    row = _decoded(_row_decoder, body)
    row.source = source
    return row


def _decoded(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no certificates: {error}") from error
