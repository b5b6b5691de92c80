"""Lots at several places, in a reach: of which all events are in the flow from their making.

A lot that a transformation put out at one place is followed as far as its flow goes
(docs/tracing.md, "A lot at two places"). For nearly every lot that is all of it, and this is what
says so. Sites are told apart as ``suyuan.domain.flow`` does. A lot passes if

1. every making of it is surely where the walk came to it,
2. nothing moved it before that,
3. the movements of one instant all left one site, and
4. no movement may have come to where it left from, but from the site of its making.

Then every site that is explained by a movement is reached by it: the source of the movement is
explained earlier, by the making or by a movement whose source is, and so on back to the making.
What does not pass is followed by the walk in this round. The task that reaches furthest back stands
for all of a lot's; one without a site is about the whole lot, and nothing need be told apart.
"""

from __future__ import annotations

from suyuan.storage.reach_tables import ADD, CHILD, ITEM, NONE, OUT, OUTPUT, SITE, Scene

# Movements of containers count from the moment the lot was packed: some may be of a later stay of
# another thing, and then a lot that would pass is followed by the walk for nothing.
_FLOW = f"""
    WITH RECURSIVE lots AS (
        SELECT DISTINCT ON (k.code) k.code, t.since, {SITE}
        FROM reach_fact k JOIN reach_task t ON t.code = k.code AND t.round = k.front
        {{put_out}}
        WHERE k.front = $1 AND k.is_lot AND NOT k.odd AND {{matters}}
          AND (k.moved OR k.makings > 1 OR k.box IS NOT NULL)
        ORDER BY k.code, t.since, (coalesce(t.site_party, o.party) IS NOT NULL)
    ), around (lot, code, since) AS (
        SELECT code, code, NULL::timestamptz FROM lots
        UNION
        SELECT a.lot, p.other, greatest(a.since, p.time) FROM around a
        JOIN edges p ON p.code = a.code
        WHERE p.role = {CHILD} AND p.rank = {ADD}{{known_p}}
    ), told AS (
        SELECT l.*, e.time,
               e.code = l.code
                   AND (e.role = {OUTPUT} OR (e.role = {ITEM} AND e.rank = {ADD})) AS makes,
               e.moves <> {NONE} AND (e.moves = {OUT} OR e.far_place IS NOT NULL
                                      OR e.far_party IS NOT NULL) AS moves,
               e.place, e.party, e.far_place, e.far_party,
               CASE WHEN e.moves = {OUT} THEN e.place ELSE e.far_place END AS source_place,
               CASE WHEN e.moves = {OUT} THEN e.party ELSE e.far_party END AS source_party
        FROM lots l JOIN around a ON a.lot = l.code JOIN edges e ON e.code = a.code
        WHERE l.site_party IS NOT NULL AND (a.since IS NULL OR e.time >= a.since){{known}}
    ), unclear AS (
        SELECT code FROM told
        GROUP BY code
        HAVING bool_or(makes AND NOT ({{made_there}}))
            OR bool_or(moves AND time < since)
            OR count(DISTINCT time) FILTER (WHERE moves)
               <> count(DISTINCT (time, source_place, source_party)) FILTER (WHERE moves)
            OR bool_or(moves AND ({{comes_back}}) AND NOT ({{left_making}}))
    )
    UPDATE reach_fact f SET by_walk = $1, followed = timestamptz 'infinity'
    FROM unclear u WHERE u.code = f.code
"""


def flow_of(scene: Scene, *, leads: bool) -> str:
    """The statement that gives to the walk the lots of a front whose flow may not be all of them.

    The flow decides which consumptions are followed, so it matters for lots that were consumed, or
    with ``leads`` may have been inside a container that was.
    """
    return _FLOW.format(
        matters="(k.consumed OR k.box IS NOT NULL)" if leads else "k.consumed",
        put_out=scene.put_out("t"),
        known=scene.known("e"),
        known_p=scene.known("p"),
        made_there=_is_surely("place", "party", "site_place", "site_party"),
        comes_back=_may_be("place", "party", "far_place", "far_party"),
        left_making=_is_surely("source_place", "source_party", "site_place", "site_party"),
    )


def _may_be(place: str, party: str, other_place: str, other_party: str) -> str:
    """``Site.may_be``."""
    return f"""CASE WHEN {place} IS NOT NULL AND {other_place} IS NOT NULL
                    THEN {place} = {other_place}
                    WHEN {party} IS NOT NULL AND {other_party} IS NOT NULL
                    THEN {party} = {other_party} ELSE true END"""


def _is_surely(place: str, party: str, other_place: str, other_party: str) -> str:
    """``Site.is_surely``."""
    return f"""CASE WHEN {place} IS NULL AND {other_place} IS NULL
                    THEN coalesce({party} = {other_party}, false)
                    ELSE coalesce({place} = {other_place}, false) END"""
