"""What a chain will name, known before its events are there: names need no round of their own."""

from __future__ import annotations

from collections import defaultdict

from suyuan.domain.codes import Code
from suyuan.domain.lookup import Answer, Edge, Lookup
from suyuan.domain.naming import MOST_NAMES, foreseen
from suyuan.sources.federation import FederatedSource
from suyuan.web.seen import Foresee


class Foreseeing:
    """A federation as a walk asks it; when the walk wants its events, ``foresee`` is told.

    Edges name the parties, places and codes of most events whole. So registers are asked beside
    the events, and once more only for what nothing but the events names.
    """

    whole = False

    def __init__(self, source: FederatedSource, code: Code, foresee: Foresee) -> None:
        self._source = source
        self._code = code
        self._foresee: Foresee | None = foresee
        self._of_event: dict[bytes, list[Edge]] = defaultdict(list)

    async def ask(self, lookup: Lookup) -> Answer:
        if lookup.bodies and self._foresee is not None:
            asked = (bytes.fromhex(key.key) for key in lookup.keys)
            edges = (edge for event in asked for edge in self._of_event.get(event, ()))
            self._foresee(foreseen(self._code, edges), self._source.silent)
            self._foresee = None
            self._of_event.clear()
        answer = await self._source.ask(lookup)
        if self._foresee is not None:
            self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        """Of so many events as there may be names; a longer chain has the rest asked at its end."""
        for edge in answer.edges:
            if edge.event in self._of_event or len(self._of_event) < MOST_NAMES:
                self._of_event[edge.event].append(edge)
