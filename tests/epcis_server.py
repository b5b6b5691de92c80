"""A small EPCIS 2.0 server that knows the standard and nothing of this project.

It is a program of its own (``python epcis_server.py EVENTS.json``), imports nothing but the
standard library, and prints its port. It keeps each id as it was captured and finds it by that
spelling alone, gives ``perPage`` events a page with an opaque token, refuses parameters that it
does not know, and asks for a bearer token where ``EPCIS_TOKEN`` is set.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
PER_PAGE = int(os.environ.get("EPCIS_PER_PAGE", "2"))
TOKEN = os.environ.get("EPCIS_TOKEN")

Event = dict[str, Any]
pages: dict[str, tuple[list[Event], int]] = {}


def epcs(event: Event) -> set[str]:
    lists = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
    parent = [event["parentID"]] if "parentID" in event else []
    return {one for name in lists for one in event.get(name, [])} | set(parent)


def classes(event: Event) -> set[str]:
    names = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
    return {one["epcClass"] for name in names for one in event.get(name, [])}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


PARAMETERS = {
    "MATCH_anyEPC": lambda event, values: bool(epcs(event) & values),
    "MATCH_anyEPCClass": lambda event, values: bool(classes(event) & values),
    "EQ_transformationID": lambda event, values: event.get("transformationID") in values,
    "EQ_eventID": lambda event, values: event.get("eventID") in values,
    "EQ_ILMD_cbvmda:lotNumber": lambda event, values: (
        event.get("ilmd", {}).get("cbvmda:lotNumber") in values
    ),
    "LT_eventTime": lambda event, values: (
        instant(event["eventTime"]) < min(instant(v) for v in values)
    ),
}


class Handler(BaseHTTPRequestHandler):
    events: ClassVar[list[Event]] = []

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if TOKEN and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.problem(401, "SecurityException")
        if parts.path != "/epcis/events":
            return self.problem(404, "NoSuchResourceException")
        if "nextPageToken" in query:
            found, start = pages.pop(query["nextPageToken"][0])
            return self.page(found, start)
        if unknown := set(query) - set(PARAMETERS):
            return self.problem(400, "QueryParameterException", f"unknown: {unknown}")
        found = [
            event
            for event in self.events
            if all(PARAMETERS[n](event, set(v[0].split("|"))) for n, v in query.items())
        ]
        return self.page(found, 0)

    def page(self, found: list[Event], start: int) -> None:
        shown = found[start : start + PER_PAGE]
        body = {
            "@context": CONTEXT,
            "type": "EPCISQueryDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-06-01T00:00:00Z",
            "epcisBody": {
                "queryResults": {
                    "queryName": "SimpleEventQuery",
                    "resultsBody": {"eventList": shown},
                }
            },
        }
        links = []
        if start + PER_PAGE < len(found):
            token = secrets.token_urlsafe(8)
            pages[token] = (found, start + PER_PAGE)
            links = [("Link", f'</epcis/events?nextPageToken={token}>; rel="next"')]
        self.answer(200, body, links)

    def problem(self, status: int, kind: str, detail: str = "") -> None:
        self.answer(status, {"type": f"epcisException:{kind}", "status": status, "detail": detail})

    def answer(self, status: int, body: Any, headers: list[tuple[str, str]] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers or []:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        sys.stderr.write(self.requestline + "\n")


if __name__ == "__main__":
    Handler.events = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
