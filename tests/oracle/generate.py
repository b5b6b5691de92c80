"""Random event sets that are full of what goes wrong: collisions, loops, reuse, corrections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from tests.oracle.records import Record

ITEMS = ("X", "Y", "S1", "S2")
LOTS = ("L1", "L2", "L3")
CONTAINERS = ("C", "D", "P")
THINGS = ITEMS + LOTS
CODES = THINGS + CONTAINERS
PLACES = (None, "a", "b", "c")
PARTIES = ("p", "q")

Draw = Callable[[st.SearchStrategy[object]], object]

# Few instants, so that they collide; two of them more than a year after the others.
_TIMES = st.sampled_from((*range(9), *range(9), 500, 501))
_SEVERAL = st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True).map(tuple)
_SOME = st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple)
_END = st.tuples(st.sampled_from(PLACES), st.sampled_from((None, *PARTIES)))


@st.composite
def _moved(draw: st.DrawFn, number: int) -> Record:
    step = draw(st.sampled_from(("shipping", "receiving", "storing", None, "retail_selling")))
    shipped, received = step == "shipping", step == "receiving"
    return Record(
        id=f"e{number}",
        type="obj",
        t=draw(_TIMES),
        party=draw(st.sampled_from(PARTIES)),
        place=draw(st.sampled_from(PLACES)),
        step=step,
        items=draw(_SEVERAL),
        returned=received and draw(st.booleans()),
        source=draw(_END) if (shipped or received) and draw(st.booleans()) else (None, None),
        target=draw(_END) if shipped and draw(st.booleans()) else (None, None),
    )


@st.composite
def _commissioned(draw: st.DrawFn, number: int) -> Record:
    return Record(
        id=f"e{number}",
        type="obj",
        action="ADD",
        t=draw(_TIMES),
        party=draw(st.sampled_from(PARTIES)),
        place=draw(st.sampled_from(PLACES)),
        step="commissioning",
        items=draw(_SEVERAL),
        lot=draw(st.sampled_from((None, *LOTS))),
    )


@st.composite
def _ended(draw: st.DrawFn, number: int) -> Record:
    items = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=1).map(tuple))
    step = draw(st.sampled_from(("retail_selling", "destroying", None)))
    return Record(
        f"e{number}", "obj", draw(_TIMES), draw(st.sampled_from(PARTIES)), "DELETE",
        step=step, items=items,
    )  # fmt: skip


@st.composite
def _packed(draw: st.DrawFn, number: int) -> Record:
    parent = draw(st.sampled_from(CONTAINERS))
    action = draw(st.sampled_from(("ADD", "ADD", "ADD", "DELETE", "DELETE", "OBSERVE")))
    others = [c for c in CODES if c != parent]
    least = 0 if action == "DELETE" else 1
    children = draw(st.lists(st.sampled_from(others), min_size=least, max_size=2, unique=True))
    return Record(
        id=f"e{number}",
        type="agg",
        action=action,
        t=draw(_TIMES),
        party=draw(st.sampled_from(PARTIES)),
        place=draw(st.sampled_from(PLACES)),
        parent=parent,
        children=tuple(children),
    )


@st.composite
def _made(draw: st.DrawFn, number: int) -> Record:
    inputs, outputs = draw(_SOME), draw(_SOME)
    return Record(
        id=f"e{number}",
        type="xf",
        t=draw(_TIMES),
        party=draw(st.sampled_from(PARTIES)),
        place=draw(st.sampled_from(PLACES)),
        inputs=inputs if inputs or outputs else ("X",),
        outputs=outputs,
        xid=draw(st.sampled_from((None, None, "T"))),
        lot=draw(st.sampled_from((None, *LOTS))),
    )


@st.composite
def event_sets(draw: st.DrawFn, most: int = 11) -> tuple[Record, ...]:
    """Events of one small world, with late ones, repeated ones, and errors declared by anybody."""
    kinds = (_moved, _moved, _packed, _packed, _packed, _made, _made, _commissioned, _ended)
    count = draw(st.integers(2, most))
    records = [draw(draw(st.sampled_from(kinds))(number)) for number in range(count)]
    records = [replace(r, rec=r.t + draw(st.sampled_from((0, 0, 0, 30)))) for r in records]
    for first in draw(st.lists(st.sampled_from(records), max_size=2)):
        other = "q" if first.party == "p" else "p"
        change = draw(st.sampled_from(("error", "stranger", "authority", "repeated", "twice")))
        late = first.rec + draw(st.sampled_from((0, 5)))
        match change:
            case "error":
                records.append(replace(first, error=True, rec=late))
            case "stranger":
                records.append(replace(first, error=True, party=other, rec=late))
            case "authority":
                records.append(replace(first, error=True, party=other, authority=True, rec=late))
            case "repeated":
                records.append(replace(first, rec=late))
            case _:
                records.append(replace(first, party=other, rec=late))
    return tuple(records)
