"""How the API description tells the body of ``POST /v1/events``, at ingest and at the gateway."""

from __future__ import annotations

from typing import Any

REPORTS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "description": "One event, an array of events, or an EPCIS 2.0 document.",
                    "oneOf": [{"type": "object"}, {"type": "array", "items": {}}],
                }
            },
            "application/ld+json": {"schema": {"type": "object"}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    }
}
