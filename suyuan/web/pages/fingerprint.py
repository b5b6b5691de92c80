"""The fingerprint of a record: a hash that whoever has the public data can compute anew.

It covers what everybody may see and nothing else: over hidden members (a price, a buyer) it would
let a stranger try out values until the hash fits.
"""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec

from suyuan.domain.chain import Chain, ChainEvent
from suyuan.web.pages.facts import shown_events
from suyuan.wire.chains import write_documents, write_id, write_product, write_temperature

# Members of an event in ``GET /v1/chains/{code}``, in this order.
MEMBERS = (
    *("id", "time", "kind", "activity", "step", "disposition", "party", "place"),
    *("product", "documents", "said_by"),
)


def fingerprint(chain: Chain) -> str:
    """SHA-256, in hex, over one line for each event of the page, oldest first.

    A line is the JSON array of the event's ``MEMBERS`` as the public chain gives them, and of its
    temperature where it has one, without blanks, in UTF-8, ended by a line feed. ``docs/pages.md``
    computes it from the chain's JSON.
    """
    lines = (
        json.dumps(_values(e), ensure_ascii=False, separators=(",", ":"), default=_moment) + "\n"
        for e in shown_events(chain)
    )
    return sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _values(shown: ChainEvent) -> list[Any]:
    event = shown.stored.event
    values: dict[str, Any] = {
        "id": event.id,
        "time": event.time,
        "kind": event.kind,
        "activity": event.activity,
        "step": event.step,
        "disposition": event.disposition,
        "party": write_id(event.party),
        "place": write_id(event.place),
        "product": write_product(event.product),
        "documents": write_documents([event]),
        "said_by": shown.said_by,
    }
    measured = write_temperature(event.temperature)
    also = [] if measured is None else [msgspec.to_builtins(measured)]
    return [values[name] for name in MEMBERS] + also


def _moment(value: date) -> str:
    """A date or an instant as our JSON spells it."""
    return msgspec.json.encode(value).decode().strip('"')
