"""One EPCIS 2.0 event: what each type must and may say (clause 7.4), as the domain's ``Event``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, TypeAlias

from suyuan.domain.activities import KINDS
from suyuan.domain.codes import Code, Use
from suyuan.domain.events import (
    Action,
    Correction,
    Document,
    Endpoint,
    Event,
    EventType,
    Item,
    local_event_id,
)
from suyuan.wire import epcis_members as members
from suyuan.wire import epcis_vocabulary as cbv
from suyuan.wire.epcis_own import OWN, ordered, read_spelled
from suyuan.wire.epcis_sensors import sensor_elements
from suyuan.wire.epcis_shapes import EventReading, Reader, read_members, require
from suyuan.wire.epcis_values import (
    a_code,
    a_word,
    id_value,
    moment,
    offset,
    stamp,
    uri,
    uri_or_uris,
)
from suyuan.wire.reading import NAME_LIMIT, pointer
from suyuan.wire.temperatures import of_extra, of_sensors

# A transformation id that says no more than that the event is whole and joins no other.
WHOLE = "urn:suyuan:whole:"
CERTIFICATION = "certification"

_Fields: TypeAlias = Mapping[str, Any]


def read_event(
    reading: EventReading,
    raw: Mapping[str, Any],
    at: str,
    reporter: Code | None,
    settled: Code | None = None,
) -> Event | None:
    """The event that a bare EPCIS event object tells; ``None`` with the faults in ``reading``.

    It is its reporter's unless it names another party; ``settled`` overrides both. The id is empty
    where it has none.
    """
    name = raw.get("type")
    if not isinstance(name, str) or name not in _FORMS:
        shown = name[:NAME_LIMIT] if isinstance(name, str) else ""
        reading.fault("event_type_unknown", at + "/type", value=shown, allowed=tuple(EventType))
        return None
    form = _FORMS[name]
    reading.owner = None if reporter is None else reporter.short
    reading.spelled = read_spelled(reading, raw, at)
    require(reading, raw, at, *form.required)
    fields = read_members(reading, raw, at, form.readers, OWN)
    form.check(reading, raw, at)
    _check_own(reading, fields, at)
    party = settled or fields.get("suyuan:party") or reporter
    if party is None and "suyuan:party" not in fields:
        reading.fault("party_missing", at + "/suyuan:party")
    if reading.faults or party is None:
        return None
    event = _event(reading, EventType(name), fields, at, party)
    return None if reading.faults else event


# --- From members to the event --------------------------------------------------------------------


def _event(reading: EventReading, form: EventType, fields: _Fields, at: str, party: Code) -> Event:
    order = fields.get("suyuan:order") or {}

    def things(name: str, *parts: str) -> tuple[Item, ...]:
        found: tuple[Item, ...] = sum((fields.get(part, ()) for part in parts), ())
        return ordered(reading, found, order, name, at) if order else found

    return Event(
        id=_local(reading, fields.get("eventID", ""), party),
        party=party,
        type=form,
        time=fields["eventTime"].astimezone(_zone(fields["eventTimeZoneOffset"])),
        action=fields.get("action"),
        kind=fields.get("suyuan:kind"),
        activity=fields.get("suyuan:activity"),
        step=fields.get("bizStep"),
        disposition=fields.get("disposition"),
        place=fields.get("bizLocation") or fields.get("readPoint"),
        items=things("items", "epcList", "quantityList"),
        inputs=things("inputs", "inputEPCList", "inputQuantityList"),
        outputs=things("outputs", "outputEPCList", "outputQuantityList"),
        parent=fields.get("parentID"),
        children=things("children", "childEPCs", "childQuantityList"),
        source=fields.get("sourceList", _NOWHERE),
        destination=fields.get("destinationList", _NOWHERE),
        product=fields["suyuan:product"] if "suyuan:product" in fields else fields.get("ilmd"),
        documents=_documents(fields),
        transformation=_transformation(reading, fields.get("transformationID")),
        correction=_correction(reading, fields.get("errorDeclaration"), party),
        sector=fields.get("suyuan:sector"),
        extra=fields.get("suyuan:extra", {}),
        temperature=of_sensors(fields.get("sensorElementList", ()))
        or of_extra(fields.get("suyuan:extra", {})),
    )


_NOWHERE = Endpoint()


@lru_cache(128)
def _zone(text: str) -> timezone:
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def _local(reading: EventReading, uri: str, party: Code) -> str:
    """The id as the party itself spells it, where the URI was made from one."""
    if uri in reading.spelled:
        return reading.spelled[uri]
    own = local_event_id(uri)
    return own[1] if own is not None and own[0] == party.short else uri


def _documents(fields: _Fields) -> tuple[Document, ...]:
    if "suyuan:documents" in fields:
        documents: tuple[Document, ...] = fields["suyuan:documents"]
        return documents
    certificates = (Document(CERTIFICATION, url=url) for url in fields.get("certificationInfo", ()))
    return (*certificates, *fields.get("bizTransactionList", ()))


def _transformation(reading: EventReading, uri: str | None) -> str | None:
    if uri is None or not uri.startswith(WHOLE):
        return uri
    return uri if uri in reading.spelled.values() else None


def _correction(reading: EventReading, fields: _Fields | None, party: Code) -> Correction | None:
    if fields is None:
        return None
    declared_at: datetime = fields["declarationTime"]
    reason = fields.get("suyuan:reason") or fields.get("reason")
    replaced_by = (_local(reading, uri, party) for uri in fields.get("correctiveEventIDs", ()))
    return Correction(declared_at, reason, tuple(replaced_by))


def _check_own(reading: EventReading, fields: _Fields, at: str) -> None:
    kind, activity = fields.get("suyuan:kind"), fields.get("suyuan:activity")
    if activity is not None and activity not in KINDS.get(kind or "", ()):
        reading.fault(
            "activity_unknown",
            at + "/suyuan:activity",
            kind=kind or "",
            value=activity,
            allowed=tuple(KINDS.get(kind or "", ())),
        )


# --- What each type of event must say: clauses 7.4.2 to 7.4.6, and the schema ---------------------


def _check_object(reading: EventReading, raw: _Fields, at: str) -> None:
    observed = raw.get("sensorElementList") and raw.get("readPoint")
    if "epcList" not in raw and not raw.get("quantityList") and not observed:
        reading.fault("things_missing", at + "/epcList")
    if "ilmd" in raw and raw.get("action") != Action.ADD:
        reading.fault("ilmd_not_allowed", at + "/ilmd")


def _check_aggregation(reading: EventReading, raw: _Fields, at: str) -> None:
    action = raw.get("action")
    if raw.get("parentID") is None and action in (Action.ADD, Action.DELETE):
        reading.fault("parent_id_missing", at + "/parentID", action=action)
    _check_children(reading, raw, at)


def _check_children(reading: EventReading, raw: _Fields, at: str) -> None:
    children = raw.get("childEPCs") or raw.get("childQuantityList")
    if not children and raw.get("action") != Action.DELETE:
        reading.fault("children_missing", at + "/childEPCs")


def _check_transaction(reading: EventReading, raw: _Fields, at: str) -> None:
    named = "epcList" in raw or raw.get("quantityList")
    if not named and raw.get("action") != Action.DELETE:
        reading.fault("things_missing", at + "/epcList")


def _check_transformation(reading: EventReading, raw: _Fields, at: str) -> None:
    inputs = raw.get("inputEPCList") or raw.get("inputQuantityList")
    outputs = raw.get("outputEPCList") or raw.get("outputQuantityList")
    joined = "transformationID" in raw and (inputs or outputs)
    if not (inputs and outputs) and not joined:
        reading.fault("transformation_incomplete", at + "/transformationID")


class _Form:
    """An event type: its readers by member, what is required, and what else it must say."""

    __slots__ = ("check", "readers", "required")

    def __init__(
        self,
        check: Callable[[EventReading, _Fields, str], None],
        required: tuple[str, ...],
        readers: Mapping[str, Reader],
    ) -> None:
        self.check = check
        self.required = ("eventTime", "eventTimeZoneOffset", *required)
        self.readers = {**_COMMON, **readers}


def _event_id(reading: EventReading, raw: _Fields, name: str, at: str) -> str | None:
    return id_value(reading, raw[name], pointer(at, name))


_COMMON: dict[str, Reader] = {
    "@context": members.skip,
    "type": members.skip,
    "eventTime": moment,
    "recordTime": stamp,
    "eventTimeZoneOffset": offset,
    "eventID": _event_id,
    "certificationInfo": uri_or_uris,
    "errorDeclaration": members.error_declaration,
    "bizStep": a_word(cbv.BIZ_STEPS),
    "disposition": a_word(cbv.DISPOSITIONS),
    "readPoint": members.place,
    "bizLocation": members.place,
    "bizTransactionList": members.transactions(),
    "sourceList": members.endpoint("source"),
    "destinationList": members.endpoint("destination"),
    "sensorElementList": sensor_elements,
}
_PARENT = a_code(Use.THING)
_CHILDREN: dict[str, Reader] = {
    "parentID": _PARENT,
    "childEPCs": members.epcs,
    "childQuantityList": members.quantities,
    "action": members.action,
}
_FORMS: dict[str, _Form] = {
    EventType.OBJECT: _Form(
        _check_object,
        ("action",),
        {
            "epcList": members.distinct_epcs,
            "quantityList": members.quantities,
            "action": members.action,
            "persistentDisposition": members.persistent_disposition,
            "ilmd": members.ilmd,
        },
    ),
    EventType.AGGREGATION: _Form(_check_aggregation, ("action",), _CHILDREN),
    EventType.ASSOCIATION: _Form(_check_children, ("action", "parentID"), _CHILDREN),
    EventType.TRANSACTION: _Form(
        _check_transaction,
        ("action", "bizTransactionList"),
        {
            "bizTransactionList": members.transactions(least=1),
            "parentID": _PARENT,
            "epcList": members.epcs,
            "quantityList": members.quantities,
            "action": members.action,
        },
    ),
    EventType.TRANSFORMATION: _Form(
        _check_transformation,
        (),
        {
            "inputEPCList": members.distinct_epcs,
            "inputQuantityList": members.quantities,
            "outputEPCList": members.distinct_epcs,
            "outputQuantityList": members.quantities,
            "transformationID": uri,
            "persistentDisposition": members.persistent_disposition,
            "ilmd": members.ilmd,
        },
    ),
}
