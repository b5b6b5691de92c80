"""``POST /v1/events`` as ingest and the gateway both have it: its query, its body as described."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class CaptureQuery(BaseModel):
    """A misspelt ``dry_run`` must not store: what is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False


REPORTS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "One event, an array of events, or one a line. An object with `@context` is EPCIS 2.0;"
            " any other is a `CityEvent`, of which `GET /v1/schemas/city` is the JSON Schema."
        ),
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
