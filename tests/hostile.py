"""What somebody who doubts the rules of docs/tracing.md would try, rule by rule, as data.

``tests/rules.py`` says how such a case is read; both lists are asked in the same ways.
"""

from __future__ import annotations

from suyuan.domain.events import Action, Event
from tests.build import at, lot, made, moved, packed, unpacked
from tests.rules import B, F, on_pallet, rule, ship

SOLD = {"step": "retail_selling"}
RETURNED = {"step": "receiving", "disposition": "returned"}
BORN = {"step": "commissioning", "action": Action.ADD}


def _seen(event_id: str, day: float, name: str) -> Event:
    return moved(event_id, day, name, step="storing")


_NESTED = [
    packed("in", 1, "C", "X"),
    packed("on", 2, "P", "C"),
    moved("truck", 3, "P"),
    unpacked("off", 4, "P", "C"),
    moved("empty-truck", 5, "P"),
    _seen("shelf", 6, "C"),
    unpacked("out", 7, "C"),
    _seen("waste", 8, "C"),
]
_HALVES = [
    _seen("before", 1, "A"),
    made("taken", 2, ["A"], transformation="urn:x:batch"),
    _seen("rest", 3, "A"),
    made("given", 4, outputs=["M"], transformation="urn:x:batch"),
    moved("sold", 5, "M", **SOLD),
]
_REUSED = [
    packed("first", -500, "P", "X"),
    _seen("trip-1", -499, "P"),
    packed("second", 1, "P", "Y"),
    made("mill", 2, ["P"], ["FLOUR"]),
]

CONTAINMENT = [
    rule("a nested thing has the moves of all that carries it, while it does", _NESTED, "X", "own",
         "in on truck off shelf out"),
    rule("down from a pallet goes into the box and on after the unpacking", _NESTED, "P", "down",
         "on truck off empty-truck shelf out waste"),
    rule("unpacking everything takes out one level", [*_NESTED[:3], unpacked("all", 4, "P"),
         *_NESTED[4:]], "X", "own", "in on truck all shelf out"),
    rule("a pack elsewhere moves a serial",
         [packed("a", 1, "A", "X"), packed("b", 2, "B", "X"), moved("gone", 3, "A"),
          moved("trip", 4, "B")], "X", "own", "a b trip", ("implicit_move", "b")),
    rule("an unpacking at the instant of the move explains it",
         [packed("a", 1, "A", "X"), packed("b", 2, "B", "X"), unpacked("why", 2, "A", "X")],
         "X", "own", "a b why", without="implicit_move unpack_without_pack"),
    rule("an unpacking at the instant of the sale explains it",
         [packed("a", 1, "A", "X"), moved("sell", 2, "X", **SOLD), unpacked("why", 2, "A", "X")],
         "X", "own", "a sell why", without="inferred_unpack unpack_without_pack"),
    rule("parts of a lot are in two boxes",
         [packed("a", 1, "A", lot("L", "60")), packed("b", 2, "B", lot("L", "40")),
          moved("trip-a", 3, "A"), moved("trip-b", 4, "B")], "L", "own", "a b trip-a trip-b",
         without="implicit_move"),
    rule("a retail sale ends a stay and a wholesale sale does not",
         [packed("a", 1, "A", "X"), moved("sell", 2, "X", kind="wholesale", activity="sale"),
          moved("trip", 3, "A"), moved("retail", 4, "X", **SOLD), moved("on", 5, "A")], "X", "own",
         "a sell trip retail", ("inferred_unpack", "retail")),
    rule("so does each other end",
         [packed("a", 1, "A", "X", "Y", "Z"), moved("burnt", 2, "X", step="destroying"),
          moved("deleted", 2, "Y", step=None, action=Action.DELETE),
          moved("dispensed", 2, "Z", step="dispensing"), moved("trip", 3, "A")], "A", "down",
         "a burnt deleted dispensed trip", ("inferred_unpack", "burnt"),
         ("inferred_unpack", "deleted"), ("inferred_unpack", "dispensed")),
    rule("consumption ends a stay and needs no finding",
         [packed("a", 1, "A", "X"), made("use", 2, ["X"], ["M"]), moved("trip", 3, "A")],
         "X", "own", "a use", without="inferred_unpack implicit_move"),
    rule("an unpacking from elsewhere changes nothing",
         [packed("a", 1, "A", "X"), unpacked("wrong", 2, "B", "X"), moved("trip", 3, "A")],
         "X", "own", "a wrong trip", ("unpack_without_pack", "wrong")),
    rule("what is packed twice into one box is unpacked once",
         [packed("a", 1, "A", "X"), packed("again", 2, "A", "X"), unpacked("out", 3, "A", "X"),
          moved("trip", 4, "A")], "X", "own", "a again out", without="implicit_move"),
    rule("what else is in the box is nobody's history",
         [packed("a", 1, "A", "X"), packed("b", 2, "A", "Y"), _seen("y", 3, "Y"),
          unpacked("c", 4, "A", "Y"), moved("trip", 5, "A")], "X", "both", "a trip"),
    rule("moves at the instants of packing and unpacking count",
         [moved("go", 1, "A"), packed("a", 1, "A", "X"), moved("stop", 2, "A"),
          unpacked("out", 2, "A", "X")], "X", "own", "go a stop out"),
    rule("a return into a box that was emptied meanwhile opens nothing",
         [packed("a", 1, "A", "X"), moved("sell", 2, "X", **SOLD), unpacked("all", 3, "A"),
          moved("back", 4, "X", **RETURNED), moved("trip", 5, "A")], "X", "own", "a sell back"),
    rule("a box that is sold takes along what is inside",
         [packed("a", 1, "A", "X"), moved("sell", 2, "A", **SOLD),
          moved("back", 3, "A", **RETURNED), unpacked("out", 4, "A", "X")],
         "X", "own", "a sell back out"),
    rule("a crate is not inside itself through others",
         [packed("a", 1, "B", "A"), packed("b", 2, "C", "B"), packed("c", 3, "A", "C"),
          moved("trip", 4, "A")], "C", "own", "b c", ("containment_cycle", "c")),
    rule("crates hold each other on different days",
         [packed("a", 1, "B", "A"), unpacked("b", 2, "B", "A"), packed("c", 3, "A", "B"),
          moved("trip", 4, "A")], "B", "own", "a b c trip", without="containment_cycle"),
    rule("a second life begins with a pack after a year of rest", [on_pallet(e) for e in _REUSED],
         "X", "down", "first trip-1"),
    rule("and what is milled is of the second alone", [on_pallet(e) for e in _REUSED], "FLOUR",
         "up", "second mill"),
]  # fmt: skip

TRANSFORMATIONS = [
    rule("halves are one, and each side has its own instant", _HALVES, "M", "up",
         "before taken given sold"),
    rule("and the other way", _HALVES, "A", "down", "before taken rest given sold"),
    rule("co-inputs are not downstream of each other",
         [_seen("a", 0, "A"), _seen("b", 0, "B"), made("mix", 1, ["A", "B"], ["M"])], "A", "down",
         "a mix"),
    rule("siblings are not upstream of each other",
         [made("split", 1, ["A"], ["M", "N"]), _seen("m", 2, "M"), _seen("n", 2, "N")], "M", "up",
         "split m"),
    rule("an input's later life is not the output's past",
         [_seen("early", 0, "A"), made("use", 1, [lot("A")], ["M"]), _seen("late", 2, "A"),
          made("more", 3, [lot("A")], ["N"])], "M", "up", "early use"),
    rule("rework of a thing into itself ends",
         [moved("born", 0, "S", **BORN), made("rework", 1, ["S"], ["S"]), _seen("seen", 2, "S")],
         "S", "both", "born rework seen"),
    rule("a loop over two things ends",
         [made("ab", 1, ["A"], ["B"]), made("ba", 2, ["B"], ["A"]), made("am", 3, ["A"], ["M"])],
         "M", "up", "ab ba am"),
    rule("a crate that is consumed takes along what is inside",
         [moved("x", 0, "X", **BORN), packed("a", 1, "C", "X"), packed("b", 2, "P", "C"),
          made("melt", 3, ["P"], ["M"])], "M", "up", "x a b melt"),
    rule("and what left it before is not upstream",
         [moved("x", 0, "X", **BORN), packed("a", 1, "C", "X"), unpacked("out", 2, "C", "X"),
          made("melt", 3, ["C"], ["M"])], "M", "up", "a out melt"),
    rule("only its own transformation is downstream of a serial",
         [made("one", 1, ["S1"], ["P1"]), made("two", 1, ["S2"], ["P2"])], "S1", "down", "one"),
]  # fmt: skip

FINDINGS = [
    rule("a second retail sale without a return", [moved("one", 1, "X", **SOLD),
         moved("two", 2, "X", **SOLD)], "X", "own", "one two", ("sold_twice", "two")),
    rule("a return between excuses it", [moved("one", 1, "X", **SOLD),
         moved("back", 2, "X", **RETURNED), moved("two", 3, "X", **SOLD)], "X", "own",
         "one back two", without="sold_twice"),
    rule("a lot is sold as often as it likes", [moved("one", 1, lot("L"), **SOLD),
         moved("two", 2, lot("L"), **SOLD)], "L", "own", "one two", without="sold_twice"),
    rule("life after destruction", [moved("end", 1, "X", step="destroying", action=Action.DELETE),
         _seen("ghost", 2, "X")], "X", "own", "end ghost", ("event_after_end", "ghost")),
    rule("received after it was consumed", [made("use", 1, ["X"], ["M"]),
         moved("get", 2, "X", step="receiving")], "X", "own", "use get",
         ("chronology_conflict", "get"), ("gap", "get"), ("gap", "use")),
    rule("received and nobody sent it", [moved("get", 1, "X", step="receiving")], "X", "own", "get",
         ("gap", "get")),
    rule("sold and never come in", [moved("sell", 1, "X", **SOLD)], "X", "own", "sell",
         ("gap", "sell")),
    rule("made of what nobody made", [made("use", 1, ["A"], ["M"])], "M", "up", "use",
         ("gap", "use")),
    rule("more went out than came in",
         [moved("born", 0, lot("L", "10"), place=F, **BORN),
          ship("go", 1, lot("L", "12"), F, B)], "L", "own", "born go", ("over_issue", "go")),
]  # fmt: skip

_DAYS = [_seen(f"d{n}", n, "X") for n in range(5)]
_LATE_USE = [made("early", 1, [lot("L")], ["M"]), _seen("m", 2, "M"),
             made("late", 3, [lot("L")], ["N"]), _seen("n", 4, "N")]  # fmt: skip

WINDOWS = [
    rule("both bounds of a window are in it", _DAYS, "X", "own", "d1 d2 d3",
         since=at(1), as_of=at(3)),
    rule("since hides a pack and not what it opened",
         [packed("a", 1, "A", "X"), moved("trip", 5, "A")], "X", "own", "trip", since=at(3)),
    rule("as_of hides an unpacking and shows the stay as it was",
         [packed("a", 1, "A", "X"), moved("trip", 2, "A"), unpacked("out", 3, "A", "X"),
          moved("on", 4, "A")], "X", "own", "a trip", as_of=at(2)),
    rule("down from since, earlier consumption is not followed", _LATE_USE, "L", "down", "late n",
         since=at(2)),
    rule("down until as_of, later consumption is not either", _LATE_USE, "L", "down", "early m",
         as_of=at(2)),
    rule("what was packed before since is followed down",
         [packed("a", 1, "A", "X"), made("melt", 5, ["A"], ["M"])], "X", "down", "melt",
         since=at(3)),
]  # fmt: skip


HOSTILE = [*CONTAINMENT, *TRANSFORMATIONS, *FINDINGS, *WINDOWS]
