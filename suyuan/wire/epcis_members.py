"""The members of EPCIS 2.0 events (clause 7.4), checked, as values of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from suyuan.domain.codes import Code, Level, Use
from suyuan.domain.events import Action, Document, Endpoint, Item, Product
from suyuan.wire import epcis_vocabulary as cbv
from suyuan.wire.epcis_context import CBVMDA_NAMESPACE
from suyuan.wire.epcis_shapes import EventReading, Reader, an_array, an_object, entry, read_members
from suyuan.wire.epcis_values import (
    a_code,
    a_word,
    code_value,
    id_value,
    matching,
    moment,
    quantity,
    uri,
    word_value,
)
from suyuan.wire.reading import pointer

# The type of a document that EPCIS names without saying what it is.
TRANSACTION = "transaction"

_ACTIONS = tuple(Action)


def skip(*_: Any) -> None:
    """A member that is looked at elsewhere."""


def action(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Action | None:
    """A member that is an action."""
    word = reading.one_of(raw, name, at, _ACTIONS)
    return None if word is None else Action(word)


# --- What ---------------------------------------------------------------------------------------

_codes = an_array(code_value)


def epcs(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> tuple[Item, ...]:
    """A member that is a list of things; one that is named in two spellings is one."""
    codes: list[Code] = _codes(reading, raw, name, at)
    return tuple({code.key: Item(code) for code in codes}.values())


def distinct_epcs(
    reading: EventReading, raw: Mapping[str, Any], name: str, at: str
) -> tuple[Item, ...]:
    """As ``epcs``, but nothing may be named twice in one spelling."""
    items, values = epcs(reading, raw, name, at), raw[name]
    if isinstance(values, list) and len(items) < len(values):
        seen = set()
        for place, value in enumerate(values):
            if isinstance(value, str) and value in seen:
                reading.fault("code_repeated", f"{at}/{name}/{place}", text=value)
            elif isinstance(value, str):
                seen.add(value)
    return items


_class = entry(
    {
        "epcClass": a_code(Use.THING),
        "quantity": quantity,
        "uom": matching("[A-Z0-9]{2,3}", "unit_malformed"),
    },
    "epcClass",
    sealed=True,
)


def _quantity(reading: EventReading, value: Any, at: str) -> Item | None:
    fields = _class(reading, value, at) or {}
    code: Code | None = fields.get("epcClass")
    if code is None:
        return None
    amount = fields.get("quantity")
    # Elsewhere the code's form or the quantity tells already that this is a lot.
    classed = amount is None and code.level is Level.OPEN
    return Item(code, amount, fields.get("uom"), classed)


def quantities(
    reading: EventReading, raw: Mapping[str, Any], name: str, at: str
) -> tuple[Item, ...]:
    """A member that is a list of classes or lots, with quantities or without."""
    return tuple(_quantities(reading, raw, name, at))


_quantities = an_array(_quantity)


def ilmd(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Product | None:
    """A member that is instance/lot master data: the facts that a ``Product`` has.

    Their words are of CBV 2.0, 9.3; everything else in it is kept and not understood.
    """
    if _ilmd(reading, raw, name, at) is None:
        return None
    facts: dict[str, str] = {}
    for member, value in raw[name].items():
        prefix, _, local = member.partition(":")
        if reading.names.get(prefix, "").rstrip(":") == CBVMDA_NAMESPACE and _is_fact(value):
            facts[local] = value
    product = Product(
        name=facts.get("descriptionShort"),
        lot=facts.get("lotNumber"),
        produced_on=_day(facts.get("productionDate")),
        expires_on=_day(facts.get("itemExpirationDate")),
        origin=facts.get("countryOfOrigin"),
    )
    return None if product == Product() else product


_ilmd = an_object({})


def _is_fact(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 500 and value.isprintable()


def _day(value: str | None) -> date | None:
    """The day of an XML date or time; free text is no fault here, and no day."""
    try:
        return None if value is None else date.fromisoformat(value[:10])
    except ValueError:
        return None


# --- Where, why, who ----------------------------------------------------------------------------

_place = an_object({"id": a_code(Use.PLACE)}, "id")


def place(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Code | None:
    """A member that is a read point or a business location."""
    fields = _place(reading, raw, name, at)
    found: Code | None = fields.get("id") if fields else None
    return found


def endpoint(member: str) -> Reader:
    """A member that is a list of sources or destinations: who owns before who has, and where."""

    def read_entry(reading: EventReading, value: Any, at: str) -> dict[str, Any] | None:
        fields: dict[str, Any] | None = shape(reading, value, at)
        if fields is not None and value.get(member) is not None:
            use = Use.PLACE if fields.get("type") == "location" else Use.PARTY
            fields["code"] = code_value(reading, value[member], pointer(at, member), use)
        return fields

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Endpoint:
        codes: dict[str | None, Code | None] = {}
        for fields in entries(reading, raw, name, at):
            codes.setdefault(fields.get("type"), fields.get("code"))
        party = codes.get("owning_party") or codes.get("possessing_party")
        return Endpoint(party, codes.get("location"))

    shape = entry({"type": a_word(cbv.ENDPOINT_TYPES), member: skip}, "type", member, sealed=True)
    entries = an_array(read_entry)
    return read


def transactions(*, least: int = 0) -> Reader:
    """A member that is a list of business transactions, each a document."""

    def read(
        reading: EventReading, raw: Mapping[str, Any], name: str, at: str
    ) -> tuple[Document, ...]:
        return tuple(
            Document(found.get("type") or TRANSACTION, number=found["bizTransaction"])
            for found in entries(reading, raw, name, at)
            if found.get("bizTransaction")
        )

    members = {"type": a_word(cbv.BIZ_TRANSACTION_TYPES), "bizTransaction": uri}
    shape = entry(members, "bizTransaction", sealed=True)
    entries = an_array(shape, least=least)
    return read


def persistent_disposition(
    reading: EventReading, raw: Mapping[str, Any], name: str, at: str
) -> None:
    """A member that sets or unsets dispositions that last (clause 7.3.5.4); it is only kept."""
    if raw[name] == {}:
        reading.fault("missing", pointer(at, name) + "/set", field="set")
    _set_and_unset(reading, raw[name], pointer(at, name))


def _disposition(reading: EventReading, value: Any, at: str) -> str | None:
    return word_value(reading, value, at, cbv.DISPOSITIONS)


def _dispositions(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> None:
    words = _words(reading, raw, name, at)
    if len(set(words)) < len(words):
        reading.fault("word_repeated", pointer(at, name))


_words = an_array(_disposition, least=1)
_set_and_unset = entry({"set": _dispositions, "unset": _dispositions}, sealed=True)


# --- Error declarations -------------------------------------------------------------------------


def _own_reason(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    return reading.text(raw, name, at)


_correctives = an_array(id_value)
_declaration = {
    "declarationTime": moment,
    "reason": a_word(cbv.ERROR_REASONS),
    "correctiveEventIDs": _correctives,
}


def error_declaration(
    reading: EventReading, raw: Mapping[str, Any], name: str, at: str
) -> dict[str, Any] | None:
    """A member that declares the event to be in error: its own members' values by name."""
    value, here = raw[name], pointer(at, name)
    if not isinstance(value, dict):
        reading.fault("not_object", here)
        return None
    if "declarationTime" not in value:
        reading.fault("missing", here + "/declarationTime", field="declarationTime")
    return read_members(reading, value, here, _declaration, {"reason": _own_reason})
