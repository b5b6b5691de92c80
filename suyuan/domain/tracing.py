"""A walk's tasks in their order: worked off until facts are missing, its events with their reasons.

Tasks are worked off in the order in which they arise: what is near is found first. What each does
is ``suyuan.domain.steps``.
"""

from __future__ import annotations

from collections import deque

from suyuan.domain.chain import Via
from suyuan.domain.facts import Facts, within
from suyuan.domain.lookup import Direction, Key
from suyuan.domain.steps import Steps
from suyuan.domain.tasks import History, WalkTask
from suyuan.domain.trail import Question, Reason

# So many tasks are done at a stretch; then whoever drives the walk may end it, or do other work.
_STRETCH = 200


class Tracing(Steps):
    """Works off tasks as far as the facts reach; what blocks it is the next frontier."""

    def __init__(self, question: Question, facts: Facts) -> None:
        super().__init__(question, facts)
        self._queued: set[WalkTask] = set()
        self._tasks: deque[WalkTask] = deque()
        self._blocked: list[tuple[WalkTask, list[Key]]] = []
        code, direction, as_of = question.code.key, question.direction, question.as_of
        if direction is not Direction.DOWN:
            upward = Direction.UP if direction is Direction.BOTH else direction
            self.add(History(code, upward, (None, as_of), 0, Via.DIRECT))
        if direction in (Direction.DOWN, Direction.BOTH):
            self.add(History(code, Direction.DOWN, (question.since, as_of), 0, Via.DIRECT))

    def advance(self) -> list[Key] | None:
        """Do what can be done: ``None`` after a stretch of it, else the questions that are open."""
        self.forget_flows()
        for _ in range(_STRETCH):
            if "max_events" in self.trail.limits_hit:
                return []
            if not self._tasks:
                return self._frontier()
            task = self._tasks.popleft()
            if missing := self.missing(task):
                self._blocked.append((task, missing))
            else:
                self.do(task)
        return None

    def _frontier(self) -> list[Key]:
        """The questions that all blocked tasks wait for; those are tried again afterwards."""
        wanted = [key for _, missing in self._blocked for key in missing]
        self._tasks.extend(task for task, _ in self._blocked)
        self._blocked.clear()
        return wanted

    def add(self, task: WalkTask) -> None:
        """Queue a task, each once."""
        if task not in self._queued:
            self._queued.add(task)
            self._tasks.append(task)

    def note(self, reason: Reason) -> None:
        """Keep the best reason for an event, cut to the time that was asked for."""
        edge, question = reason.edge, self.question
        if not within(edge.time, (question.since, question.as_of)):
            return
        ref = (edge.event, edge.party)
        known = self.trail.reasons.get(ref)
        if known is None and len(self.trail.reasons) >= question.after + question.max_events:
            self.limit("max_events")
        elif known is None or reason.rank < known.rank:
            self.trail.reasons[ref] = reason
