"""Event sets on which the walk and the oracle once differed."""

from __future__ import annotations

from tests.oracle.records import Record

# Each with its name, the code and the direction that are asked.
CASES: list[tuple[str, tuple[Record, ...], str, str]] = [
    (
        "a lot of which nothing is known but its serial",
        (Record("e0", "obj", 1, "p", "ADD", items=("S1",), lot="L1"),),
        "S1",
        "up",
    ),
    (
        "a lot that is first seen after its serial",
        (
            Record("e0", "obj", 1, "p", "ADD", items=("S1",), lot="L1"),
            Record("e1", "obj", 2, "p", items=("L1",)),
        ),
        "S1",
        "up",
    ),
    (
        "a pallet's rest is broken by what was seen of it before anything was packed",
        (
            Record("e0", "obj", 0, "p", "ADD", items=("P",)),
            Record("e1", "obj", 300, "p", items=("P",)),
            Record("e2", "agg", 500, "p", "ADD", parent="P", children=("X",)),
            Record("e3", "obj", 501, "p", "ADD", items=("P",)),
            Record("e4", "obj", 502, "p", items=("P",)),
        ),
        "X",
        "own",
    ),
    (
        "a pack that begins the pallet's second life is no cycle with its first",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("P",)),
            Record("e1", "agg", 500, "p", "ADD", parent="P", children=("C",)),
            Record("e2", "obj", 501, "p", items=("P",)),
        ),
        "C",
        "own",
    ),
    (
        "what was consumed after its sale is back in nothing when it is returned",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("X",)),
            Record("e1", "obj", 2, "p", step="retail_selling", items=("X",)),
            Record("e2", "xf", 3, "p", inputs=("X",)),
            Record("e3", "obj", 4, "p", step="receiving", items=("X",), returned=True),
            Record("e4", "obj", 5, "p", items=("C",)),
        ),
        "X",
        "own",
    ),
    (
        "a container that holds its former container does not return into it",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("D",)),
            Record("e1", "obj", 2, "p", step="retail_selling", items=("D",)),
            Record("e2", "agg", 3, "p", "ADD", parent="D", children=("C",)),
            Record("e3", "obj", 4, "p", step="receiving", items=("D",), returned=True),
            Record("e4", "obj", 5, "p", items=("C",)),
        ),
        "D",
        "own",
    ),
    (
        "a return takes back no end before a pack",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("X",)),
            Record("e1", "obj", 2, "p", step="retail_selling", items=("X",)),
            Record("e2", "agg", 3, "p", "ADD", parent="D", children=("X",)),
            Record("e3", "agg", 4, "p", "DELETE", parent="D", children=("X",)),
            Record("e4", "obj", 5, "p", step="receiving", items=("X",), returned=True),
            Record("e5", "obj", 6, "p", items=("C",)),
        ),
        "X",
        "own",
    ),
    (
        "a container that was returned before the thing was packed is where it was",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("D",)),
            Record("e1", "obj", 2, "p", step="retail_selling", items=("D",)),
            Record("e2", "obj", 3, "p", step="receiving", items=("D",), returned=True),
            Record("e3", "agg", 5, "p", "ADD", parent="D", children=("X",)),
            Record("e4", "obj", 6, "p", items=("C",)),
        ),
        "X",
        "own",
    ),
    (
        "a lot used at two places has a gap at the one that it never came to",
        (
            Record("e0", "xf", 0, "p", place="a", outputs=("L1",)),
            Record("e1", "xf", 3, "q", place="b", inputs=("L1",), outputs=("L2",)),
            Record("e2", "xf", 4, "q", place="c", inputs=("L1",), outputs=("L2",)),
        ),
        "L2",
        "up",
    ),
    (
        "an emptying that ends the outer of two stays in one container is told",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("L1",)),
            Record("e1", "agg", 1, "p", "ADD", parent="D", children=("L1",)),
            Record("e2", "agg", 2, "p", "ADD", parent="C", children=("D",)),
            Record("e3", "agg", 5, "p", "DELETE", parent="C", children=("L1",)),
            Record("e4", "agg", 5, "p", "DELETE", parent="C"),
        ),
        "L1",
        "own",
    ),
    (
        "an emptying that two report is one event with two sources",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("X",)),
            Record("e1", "agg", 2, "p", "DELETE", parent="C"),
            Record("e1", "agg", 2, "q", "DELETE", parent="C"),
        ),
        "X",
        "own",
    ),
    (
        "an emptying around the container that two report is one event with two sources",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("X",)),
            Record("e1", "agg", 2, "p", "ADD", parent="D", children=("C",)),
            Record("e2", "agg", 3, "p", "DELETE", parent="D"),
            Record("e2", "agg", 3, "q", "DELETE", parent="D"),
        ),
        "X",
        "own",
    ),
    (
        "a second emptying at one instant is another event, and ends nothing",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("X",)),
            Record("e1", "agg", 2, "p", "DELETE", parent="C"),
            Record("e2", "agg", 2, "q", "DELETE", parent="C"),
        ),
        "X",
        "own",
    ),
    (
        "a sale that two report is one end, and a return takes it back",
        (
            Record("e0", "agg", 1, "p", "ADD", parent="C", children=("S2",)),
            Record("e1", "obj", 2, "p", step="retail_selling", items=("S2",)),
            Record("e1", "obj", 2, "q", step="retail_selling", items=("S2",)),
            Record("e2", "obj", 3, "p", step="receiving", returned=True, items=("S2",)),
            Record("e3", "obj", 4, "p", step="storing", items=("C",)),
        ),
        "S2",
        "own",
    ),
    (
        "a sale that is reported again is one end, also at the instant of its return",
        (
            Record("e0", "agg", 0, "p", "ADD", parent="C", children=("S2",)),
            Record("e1", "obj", 0, "p", step="retail_selling", items=("S2",)),
            Record("e1", "obj", 0, "p", rec=5, step="retail_selling", items=("S2",)),
            Record("e2", "obj", 0, "p", step="receiving", returned=True, items=("S2",)),
            Record("e3", "obj", 1, "p", step="storing", items=("C",)),
        ),
        "S2",
        "own",
    ),
]
