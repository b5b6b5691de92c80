"""Another Suyuan subsystem as a source, over its ``POST /v1/lookups``."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from suyuan.domain.lookup import Answer, Lookup
from suyuan.sources.asking import ask
from suyuan.wire import lookups


class RemoteSource:
    """Asks one subsystem. ``authorise`` gives the headers that carry the caller's signed claims.

    Raises Silent when the subsystem is down, slow, refuses, or answers with what is no answer.
    """

    whole = True

    def __init__(
        self,
        subsystem: str,
        client: httpx.AsyncClient,
        url: str,
        *,
        authorise: Callable[[], dict[str, str]],
        timeout: float,
        trace_id: str = "",
    ) -> None:
        self.subsystem = subsystem
        self._client = client
        self._url = url.rstrip("/") + "/v1/lookups"
        self._authorise = authorise
        self._timeout = timeout
        self._trace_id = trace_id

    async def ask(self, lookup: Lookup) -> Answer:
        body = lookups.write_request(
            lookup, trace_id=self._trace_id, deadline_ms=int(self._timeout * 1000)
        )
        return await ask(
            self._client,
            "POST",
            self._url,
            lambda content: lookups.read_response(content, lookup, self.subsystem),
            headers={"Content-Type": "application/json", **self._authorise()},
            content=body,
            timeout=self._timeout,
        )
