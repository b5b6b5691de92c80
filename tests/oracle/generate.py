"""Random event sets that are full of what goes wrong: collisions, loops, reuse, corrections.

Single events of a small world, and among them *tales*: a few events about the same things in the
order of a rule that lone events would seldom meet (a return that reopens, a container reused).
"""

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
Tale = tuple[Record, ...]

# Few instants, so that they collide; two of them more than a year after the others.
_TIMES = st.sampled_from((*range(9), *range(9), 500, 501))
_SEVERAL = st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True).map(tuple)
_SOME = st.lists(st.sampled_from(CODES), max_size=2, unique=True).map(tuple)
_END = st.tuples(st.sampled_from(PLACES), st.sampled_from((None, *PARTIES)))
_FAR_END = _END.filter(any)


def _record(draw: st.DrawFn, kind: str, **parts: object) -> Record:
    """A report by anybody, anywhere, at any time; its id is given when its set is whole."""
    party, place = draw(st.sampled_from(PARTIES)), draw(st.sampled_from(PLACES))
    return replace(Record("", kind, draw(_TIMES), party, place=place), **parts)  # type: ignore[arg-type]


# --- Single events --------------------------------------------------------------------------------


@st.composite
def _moved(draw: st.DrawFn) -> Record:
    step = draw(st.sampled_from(("shipping", "receiving", "storing", None, "retail_selling")))
    moved = _record(draw, "obj", step=step, items=draw(_SEVERAL))
    if step in ("shipping", "receiving") and draw(st.booleans()):
        moved = replace(moved, source=draw(_END))
    return replace(moved, target=draw(_FAR_END)) if step == "shipping" else moved


@st.composite
def _returned(draw: st.DrawFn) -> Record:
    return _record(draw, "obj", step="receiving", items=draw(_SEVERAL), returned=True)


@st.composite
def _commissioned(draw: st.DrawFn) -> Record:
    items, lot = draw(_SEVERAL), draw(st.sampled_from((None, *LOTS)))
    return _record(draw, "obj", action="ADD", step="commissioning", items=items, lot=lot)


@st.composite
def _ended(draw: st.DrawFn) -> Record:
    step = draw(st.sampled_from(("retail_selling", "destroying", None)))
    items = (draw(st.sampled_from(CODES)),)
    return _record(draw, "obj", action="DELETE", step=step, items=items)


@st.composite
def _packed(draw: st.DrawFn) -> Record:
    parent = draw(st.sampled_from(CONTAINERS))
    action = draw(st.sampled_from(("ADD", "ADD", "ADD", "DELETE", "DELETE", "OBSERVE")))
    others = [c for c in CODES if c != parent]
    least = 0 if action == "DELETE" else 1
    children = draw(st.lists(st.sampled_from(others), min_size=least, max_size=2, unique=True))
    return _record(draw, "agg", action=action, parent=parent, children=tuple(children))


@st.composite
def _made(draw: st.DrawFn) -> Record:
    inputs, outputs = draw(_SOME), draw(_SOME)
    inputs = inputs if inputs or outputs else ("X",)
    xid, lot = draw(st.sampled_from((None, None, "T"))), draw(st.sampled_from((None, *LOTS)))
    return _record(draw, "xf", inputs=inputs, outputs=outputs, xid=xid, lot=lot)


_SINGLE = st.one_of(_moved(), _moved(), _packed(), _packed(), _packed(), _made(), _made(),
                    _commissioned(), _returned(), _ended())  # fmt: skip


# --- Tales ----------------------------------------------------------------------------------------


def _in_turn(draw: st.DrawFn, *records: Record) -> Tale:
    """The records in the order of time: here and there at one instant."""
    times = sorted(draw(_TIMES) for _ in records)
    return tuple(replace(r, t=t) for r, t in zip(records, times, strict=True))


def _pack(draw: st.DrawFn, parent: str, *children: str, action: str = "ADD") -> Record:
    return _record(draw, "agg", action=action, parent=parent, children=children)


@st.composite
def _taken_back(draw: st.DrawFn) -> Tale:
    """What was sold out of a container came back; the container went on."""
    thing, container = draw(st.sampled_from(ITEMS)), draw(st.sampled_from(CONTAINERS))
    sold = _record(draw, "obj", step="retail_selling", items=(thing,))
    back = replace(draw(_returned()), items=(thing,))
    moved = replace(draw(_moved()), items=(container,))
    return _in_turn(draw, _pack(draw, container, thing), sold, back, moved)


@st.composite
def _used_again(draw: st.DrawFn) -> Tale:
    """A container is commissioned for the second time, and holds another thing."""
    first, second = draw(st.permutations(THINGS))[:2]
    container = draw(st.sampled_from(CONTAINERS))
    begun = replace(draw(_commissioned()), items=(container,))
    return _in_turn(
        draw, begun, _pack(draw, container, first), begun, _pack(draw, container, second)
    )


@st.composite
def _nested(draw: st.DrawFn) -> Tale:
    """A thing in a container in a container, which moves and is emptied."""
    thing = draw(st.sampled_from(THINGS))
    inner, outer = draw(st.permutations(CONTAINERS))[:2]
    moved = replace(draw(_moved()), items=(outer,))
    emptied = _pack(draw, draw(st.sampled_from((inner, outer))), action="DELETE")
    return _in_turn(draw, _pack(draw, inner, thing), _pack(draw, outer, inner), moved, emptied)


@st.composite
def _in_halves(draw: st.DrawFn) -> Tale:
    """A transformation whose inputs one reporter tells, and its outputs another."""
    taken = _record(draw, "xf", inputs=draw(_SEVERAL), xid="T")
    given = _record(draw, "xf", outputs=draw(_SEVERAL), xid="T", lot=draw(st.sampled_from(LOTS)))
    return _in_turn(draw, taken, given)


@st.composite
def _spread(draw: st.DrawFn) -> Tale:
    """A lot leaves one place for two others; something is made of it at one of them."""
    lot, made = draw(st.permutations(LOTS))[:2]
    home, *others = draw(st.permutations(PLACES[1:]))
    out = [
        _record(draw, "obj", step="shipping", items=(lot,), place=home, target=(other, None))
        for other in others
    ]
    used = _record(draw, "xf", inputs=(lot,), outputs=(made,), place=others[0])
    return _in_turn(draw, *out, used)


_TALES = st.one_of(_taken_back(), _taken_back(), _used_again(), _nested(), _in_halves(), _spread())


# --- Whole sets -----------------------------------------------------------------------------------


@st.composite
def event_sets(draw: st.DrawFn, most: int = 9) -> tuple[Record, ...]:
    """Events of one small world, with late ones, repeated ones, and errors declared by anybody."""
    told = [record for tale in draw(st.lists(_TALES, max_size=2)) for record in tale]
    told += draw(st.lists(_SINGLE, min_size=0 if told else 2, max_size=most - len(told) // 2))
    # The ids decide the order of one instant.
    records = [
        replace(r, id=f"e{number}", rec=r.t + draw(st.sampled_from((0, 0, 0, 30))))
        for number, r in enumerate(draw(st.permutations(told)))
    ]
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
