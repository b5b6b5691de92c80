"""The statements of counting coverage (``suyuan.storage.coverage`` says what they are for)."""

from __future__ import annotations

from suyuan.domain.coverage import Need
from suyuan.domain.lookup import Movement, Rank, Role
from suyuan.domain.register import Kind
from suyuan.storage.tables.coverage import SUMS

# A cell that was counted is not counted again before so many times what counting it took, roughly:
# an enterprise that reports all day long costs a fiftieth of a core, however much it reports.
_SECONDS_A_REPORT = 0.01
_LONGEST_WAIT_SECONDS = 600

_DAY = "(({0}.time AT TIME ZONE 'UTC') + interval '8 hours')::date"
_VOIDED = """EXISTS (SELECT FROM events d WHERE d.key = {0}.{1} AND d.declaration
                     AND (d.authority OR d.party = {0}.party))"""

_PACKED = f"""EXISTS (SELECT FROM edges b WHERE b.code = {{0}}.code AND b.other = {{0}}.other
                     AND b.role = {int(Role.CHILD)} AND b.rank = {int(Rank.ADD)}
                     AND b.time <= {{0}}.time AND NOT {_VOIDED.format("b", "event")})"""

# Taken without writing: a transaction that has written holds the change feed back while it lasts.
LOCK = int.from_bytes(b"coverage")
CLAIM = "SELECT pg_try_advisory_xact_lock($1)"
WAIT = "SELECT pg_advisory_xact_lock($1)"
PLACE = "SELECT xact, key, party, declaration, register_xact FROM coverage_feed WHERE id = 1"
BEGIN = "INSERT INTO coverage_feed (id) VALUES (1)"
ADVANCE = """
    UPDATE coverage_feed SET xact = $1, key = $2, party = $3, declaration = $4 WHERE id = 1
"""
ADVANCE_REGISTER = "UPDATE coverage_feed SET register_xact = $1 WHERE id = 1"

MARK = f"""
    INSERT INTO coverage_dirty (party, day, due_at)
    SELECT m.party, m.day, now() + make_interval(secs => least(
        {_LONGEST_WAIT_SECONDS}, {_SECONDS_A_REPORT} * coalesce(known.reports, 0)))
    FROM (SELECT DISTINCT party, day FROM ({{marked}}) AS each) AS m
    LEFT JOIN LATERAL (SELECT sum(c.reports)::float8 AS reports FROM coverage_cells c
                       WHERE c.party = m.party AND c.day = m.day) AS known ON true
    ON CONFLICT DO NOTHING
"""
# Of every event that was told of or declared in error: all who reported it.
OWN = f"""
    SELECT v.party, {_DAY.format("v")} AS day FROM events v
    WHERE v.key = ANY($1::uuid[]) AND NOT v.declaration
"""
# What came later to the things, and to what was ever in them.
LATER = f"""
    WITH RECURSIVE below (code, since) AS (
        SELECT code COLLATE "C", since
        FROM unnest($1::text[], $2::timestamptz[]) AS told (code, since)
        UNION
        SELECT p.code, b.since FROM below b
        CROSS JOIN LATERAL (
            SELECT e.code FROM edges e WHERE e.other = b.code AND e.role = {int(Role.CHILD)}
        ) AS p
    )
    SELECT e.party, {_DAY.format("e")} AS day FROM below b
    CROSS JOIN LATERAL (
        SELECT * FROM edges e WHERE e.code = b.code AND e.time >= b.since ORDER BY e.time
    ) AS e
    WHERE e.moves <> 0 OR e.ends OR e.role = {int(Role.INPUT)}
"""
# Things of which it is now known otherwise than before where they were before: taken out without
# having been put in, or put in where they had been taken out.
UNSETTLED = f"""
    SELECT DISTINCT a.code
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[])
         AS a (code, other, time, taken)
    WHERE CASE WHEN a.taken THEN NOT {_PACKED.format("a")}
          ELSE EXISTS (SELECT FROM edges x WHERE x.code = a.code AND x.other = a.other
                       AND x.role = {int(Role.CHILD)} AND x.rank = {int(Rank.DELETE)}
                       AND x.time >= a.time) END
"""
# The other ends of movements. Each code's edges are read once, however many ends are looked for.
_TOLD = f"""
    asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::int[])
              AS a (code, party, far, received, n)),
    told AS MATERIALIZED (
        SELECT e.* FROM (SELECT DISTINCT code FROM asked) AS c
        CROSS JOIN LATERAL (
            SELECT e.code, e.party, e.far_party, e.moves, e.event, e.time, e.ends FROM edges e
            WHERE e.code = c.code AND e.moves <> 0 ORDER BY e.time
        ) AS e
        WHERE NOT {_VOIDED.format("e", "event")}
    ),
    ends AS (
        SELECT a.n, t.party, t.time FROM asked a
        JOIN told t ON t.code = a.code AND t.party = a.far
        WHERE t.party <> a.party AND {{is_other_end}}
        UNION
        SELECT a.n, t.party, t.time FROM asked a
        JOIN told t ON t.code = a.code AND t.far_party = a.party
        WHERE t.party <> a.party AND {{is_other_end}}
    )
"""
_OTHER_END = f"""CASE WHEN a.received THEN t.moves = {int(Movement.OUT)} AND NOT t.ends
                 ELSE t.moves IN ({int(Movement.IN)}, {int(Movement.BACK)}) END"""
ENDS = f"WITH {_TOLD.format(is_other_end=_OTHER_END)} "
# A report that is declared in error supports nobody any more, so here it is still looked for.
FAR = f"""
    {ENDS} SELECT t.party, {_DAY.format("t")} AS day FROM ends t
"""
EVERYTHING = f"SELECT v.party, {_DAY.format('v')} AS day FROM events v WHERE NOT v.declaration"
OF_PARTIES = "SELECT party, day FROM coverage_cells WHERE party = ANY($1::text[])"

HASTEN = """
    WITH hastened AS (UPDATE coverage_dirty SET due_at = now() RETURNING 1)
    SELECT count(*) FROM hastened
"""
DUE = "SELECT party, day FROM coverage_dirty WHERE due_at <= now() ORDER BY due_at LIMIT $1"
COUNTED = """
    DELETE FROM coverage_dirty d USING unnest($1::text[], $2::date[]) AS c (party, day)
    WHERE d.party = c.party AND d.day = c.day
"""

EVENTS = f"""
    SELECT c.n, v.sector, v.key, v.party, v.declaration, v.authority, v.content, v.record_time,
           v.form, v.reporter, v.document, v.id, v.profile, v.breaches,
           EXISTS (SELECT FROM events o WHERE o.key = v.key AND o.party <> v.party
                   AND NOT o.declaration AND o.content = v.content) AS shared
    FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::int[])
         AS c (party, begins, ends, n)
    CROSS JOIN LATERAL (
        SELECT * FROM events e
        WHERE e.party = c.party AND e.time >= c.begins AND e.time < c.ends AND NOT e.declaration
        ORDER BY e.time, e.record_time
    ) AS v
    WHERE NOT {_VOIDED.format("v", "key")}
"""

# How long a thing was in which containers: from its packing until it was taken out, or all was.
# What was taken out and never put in was inside before: packed where this subsystem does not see.
_STAYS = f"""
    SELECT e.other, e.time AS since, (
        SELECT min(x.time) FROM (
            SELECT x.time FROM edges x
            WHERE x.code = e.code AND x.other = e.other AND NOT e.is_lot
              AND x.role = {int(Role.CHILD)} AND x.rank = {int(Rank.DELETE)}
              AND x.time >= e.time AND NOT {_VOIDED.format("x", "event")}
            UNION ALL
            SELECT x.time FROM edges x
            WHERE x.code = e.other AND x.role = {int(Role.EMPTIED)}
              AND x.time >= e.time AND NOT {_VOIDED.format("x", "event")}
        ) AS x) AS until
    FROM edges e
    WHERE e.code = a.code AND e.role = {int(Role.CHILD)} AND e.rank = {int(Rank.ADD)}
      AND e.time <= a.until AND NOT {_VOIDED.format("e", "event")}
    UNION ALL
    SELECT e.other, '-infinity', e.time FROM edges e
    WHERE e.code = a.code AND e.role = {int(Role.CHILD)} AND e.rank = {int(Rank.DELETE)}
      AND NOT {_VOIDED.format("e", "event")} AND NOT {_PACKED.format("e")}
"""
# The first time that anybody sent a thing, and that each party had it: itself, or as something that
# was inside a container which was sent or received meanwhile.
SOURCES = f"""
    WITH RECURSIVE asked AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::int[])
                      AS a (code, party, time, need, n)
    ),
    around (root, code, since, until) AS (
        SELECT DISTINCT a.code COLLATE "C", a.code COLLATE "C", '-infinity'::timestamptz,
               'infinity'::timestamptz FROM asked a
        UNION
        SELECT a.root, p.other, greatest(a.since, p.since), least(a.until, p.until)
        FROM around a CROSS JOIN LATERAL ({_STAYS}) AS p
        WHERE p.until IS NULL OR p.until >= a.since
    ),
    told AS MATERIALIZED (
        SELECT a.root, e.party, e.time, e.moves = {int(Movement.OUT)} AND NOT e.ends AS sent,
               e.moves IN ({int(Movement.IN)}, {int(Movement.BACK)}) OR e.role = {int(Role.OUTPUT)}
               OR (e.rank = {int(Rank.ADD)} AND e.role IN ({int(Role.ITEM)}, {int(Role.PARENT)}))
               OR (e.role = {int(Role.ITEM)} AND EXISTS (
                   SELECT FROM events v WHERE v.key = e.event AND v.party = e.party
                   AND NOT v.declaration AND v.kind = 'import')) AS had
        FROM around a
        CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.code = a.code AND e.time BETWEEN a.since AND a.until ORDER BY e.time
        ) AS e
        WHERE NOT {_VOIDED.format("e", "event")}
    ),
    by_any AS (SELECT root, min(time) FILTER (WHERE sent) AS sent,
                      min(time) FILTER (WHERE had) AS had FROM told GROUP BY root),
    by_own AS (SELECT root, party, min(time) AS had FROM told WHERE had GROUP BY root, party)
    SELECT a.n FROM asked a
    LEFT JOIN by_any y ON y.root = a.code
    LEFT JOIN by_own o ON o.root = a.code AND o.party = a.party
    WHERE CASE a.need WHEN {int(Need.SHIPMENT)} THEN y.sent WHEN {int(Need.ENTRY)} THEN o.had
          ELSE y.had END <= a.time
"""

_COLUMNS = ", ".join(SUMS)
_ADDED = ", ".join(f"{n} = coverage_days.{n} + excluded.{n}" for n in SUMS)
_TYPES = ", ".join(f"${n}::bigint[]" for n in range(5, 5 + len(SUMS)))
FORGET = f"""
    DELETE FROM coverage_cells o USING unnest($1::text[], $2::date[]) AS c (party, day)
    WHERE o.party = c.party AND o.day = c.day
    RETURNING o.party, o.day, o.sector, o.district, {", ".join(f"o.{n}" for n in SUMS)}
"""
STORE = f"""
    INSERT INTO coverage_cells (party, day, sector, district, {_COLUMNS})
    SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], {_TYPES})
"""
ADD = f"""
    INSERT INTO coverage_days (day, sector, district, {_COLUMNS})
    SELECT * FROM unnest($1::date[], $2::text[], $3::text[],
                         {", ".join(f"${n}::bigint[]" for n in range(4, 4 + len(SUMS)))})
    ON CONFLICT (day, sector, district) DO UPDATE SET {_ADDED}
"""
ADD_MONTHS = """
    INSERT INTO coverage_months AS m (month, sector, district, party, days)
    SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    ON CONFLICT (month, sector, district, party) DO UPDATE SET days = m.days + excluded.days
"""
FORGET_MONTHS = """
    DELETE FROM coverage_months m
    USING unnest($1::date[], $2::text[], $3::text[], $4::text[])
          AS c (month, sector, district, party)
    WHERE (m.month, m.sector, m.district, m.party) = (c.month, c.sector, c.district, c.party)
      AND m.days = 0
"""
_SINCE = "xact > $1 AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# Who is on file follows from what the register says, and from filings that were revoked.
REGISTERED = f"""
    SELECT code, xact FROM (
        (SELECT code, xact FROM register WHERE kind = {int(Kind.PARTY)} AND {_SINCE}
         ORDER BY xact LIMIT $2)
        UNION ALL
        (SELECT party, xact FROM revocations WHERE licence = '' AND {_SINCE}
         ORDER BY xact LIMIT $2)
    ) AS told ORDER BY xact LIMIT $2
"""
REGISTERED_AT = f"""
    SELECT code FROM register WHERE kind = {int(Kind.PARTY)} AND xact = $1
    UNION SELECT party FROM revocations WHERE licence = '' AND xact = $1
"""
REVOKED = """
    SELECT party, since, at FROM revocations
    WHERE licence = '' AND party = ANY($1::text[]) ORDER BY party, at
"""
VERSIONS = f"""
    SELECT kind, code, number, recorded_at, reporter, authority, document FROM register
    WHERE kind = {int(Kind.PARTY)} AND code = ANY($1::text[])
"""
UNFILE = "DELETE FROM coverage_filings WHERE party = ANY($1::text[])"
UNFILE_UNKNOWN = f"""
    DELETE FROM coverage_filings f WHERE NOT EXISTS (
        SELECT FROM register r WHERE r.code = f.party AND r.kind = {int(Kind.PARTY)})
"""
FILE = """
    INSERT INTO coverage_filings (party, since, until, district)
    SELECT * FROM unnest($1::text[], $2::date[], $3::date[], $4::text[])
"""
FILINGS = """
    SELECT party, since, until, nullif(district, '') FROM coverage_filings
    WHERE party = ANY($1::text[]) ORDER BY party, since
"""

# --- Proving ------------------------------------------------------------------------------------

CELLS = f"""
    SELECT party, day FROM ({EVERYTHING} UNION SELECT party, day FROM coverage_cells) AS each
    ORDER BY party, day
"""
STORED = f"""
    SELECT o.party, o.day, o.sector, o.district, {", ".join(f"o.{n}" for n in SUMS)}
    FROM coverage_cells o
    JOIN unnest($1::text[], $2::date[]) AS c (party, day) ON o.party = c.party AND o.day = c.day
"""
_TOTALS = ", ".join(f"sum({name})::bigint AS {name}" for name in SUMS)
_OF_CELLS = f"SELECT day, sector, district, {_TOTALS} FROM coverage_cells GROUP BY 1, 2, 3"
WRONG_DAYS = f"""
    SELECT count(*) FROM ({_OF_CELLS}) AS c
    FULL JOIN coverage_days d USING (day, sector, district)
    WHERE {" OR ".join(f"coalesce(c.{name}, 0) <> coalesce(d.{name}, 0)" for name in SUMS)}
"""
MONTHS_OF_CELLS = """
    SELECT date_trunc('month', c.day)::date AS month, k.sector, k.district, c.party,
           sum(k.days)::bigint AS days
    FROM coverage_cells c
    CROSS JOIN LATERAL (VALUES
        (c.sector, c.district, c.active), (c.sector, '*', c.active),
        ('', c.district, c.active_any), ('', '*', c.active_any)) AS k (sector, district, days)
    WHERE k.days > 0 GROUP BY 1, 2, 3, 4
"""
WRONG_MONTHS = f"""
    SELECT count(*) FROM ({MONTHS_OF_CELLS}) AS c
    FULL JOIN coverage_months m USING (month, sector, district, party)
    WHERE c.days IS DISTINCT FROM m.days
"""
ADD_UP = (
    "DELETE FROM coverage_days",
    f"INSERT INTO coverage_days (day, sector, district, {_COLUMNS}) {_OF_CELLS}",
    "DELETE FROM coverage_months",
    f"INSERT INTO coverage_months (month, sector, district, party, days) {MONTHS_OF_CELLS}",
)
