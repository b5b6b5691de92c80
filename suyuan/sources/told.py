"""What one member of a federation has told of its own accord, until the walk asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from suyuan.domain.answers import answers
from suyuan.domain.facts import Window, contains
from suyuan.domain.lookup import Ask, Edge, Key


class ToldAhead:
    """Questions that a member has answered whole, and the edges of those nobody asked yet."""

    def __init__(self) -> None:
        self._covered: dict[tuple[Ask, str], list[Window]] = defaultdict(list)
        self._of_code: dict[str, dict[Edge, None]] = defaultdict(dict)
        self._of_other: dict[str, dict[Edge, None]] = defaultdict(dict)

    def cover(self, keys: Iterable[Key]) -> None:
        """Remember questions as answered, within their windows."""
        for key in keys:
            self._covered[key.ask, key.key].append((key.since, key.until))

    def keep(self, edges: Iterable[Edge]) -> None:
        """Keep edges for questions to come."""
        for edge in edges:
            self._of_code[edge.code][edge] = None
            if edge.other is not None:
                self._of_other[edge.other][edge] = None

    def covers(self, key: Key) -> bool:
        """Whether the question was answered, as it is or wider."""
        asks = (Ask.CONTAINER, Ask.CODE) if key.ask is Ask.CONTAINER else (key.ask,)
        window = (key.since, key.until)
        return any(
            contains(outer, window)
            for ask in asks
            for outer in self._covered.get((ask, key.key), ())
        )

    def answer(self, key: Key) -> Iterator[Edge]:
        """The edges that were kept and answer a question."""
        by_code = key.ask in (Ask.CODE, Ask.CONTAINER)
        kept = (self._of_code if by_code else self._of_other).get(key.key, ())
        return (edge for edge in kept if answers(edge, key))
