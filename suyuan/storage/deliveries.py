"""Deliveries: copies of reports on their way to other subsystems, in the gateway's database.

A delivery is written down before its report is sent to the subsystem that takes it (``pending``),
released once that has committed (``waiting``), and settled by the other subsystem's answer
(``delivered`` or ``refused``). What a process had claimed when it was killed is claimed again when
the claim has run out; that nothing is stored twice is owed to the events' own ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.listing import Place
from suyuan.storage.engine import ReadConnection, WriteConnection

# Longer than one call to a subsystem may take.
CLAIM_SECONDS = 60
# What was delivered can be asked for so long; what waits or was refused stays.
KEPT_DAYS = 30


class State(StrEnum):
    PENDING = "pending"  # whether the first subsystem took the report is not known yet
    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A copy of one report for one subsystem.

    ``identity``  16 bytes over event, party, kind and content: one report, whoever sends it again
    ``event``     the event's key, ``uri`` its id as a URI, ``content`` the hash of what it says
    ``role``, ``party``, ``home``  the reporter, on whose behalf it is delivered
    ``origin``    the subsystem that takes the report first, ``subsystem`` the one of the copy
    ``document``  the report's JSON text
    """

    identity: bytes
    subsystem: str
    origin: str
    event: bytes
    uri: str
    declaration: bool
    content: bytes
    subject: str
    owner: str
    role: str
    party: str | None
    home: str | None
    language: str
    document: str


@dataclass(frozen=True, slots=True)
class Told:
    """How a delivery stands. ``problem`` is JSON with code, pointer and detail."""

    identity: bytes
    uri: str
    origin: str
    subsystem: str
    state: State
    attempts: int
    problem: str | None
    created_at: datetime
    tried_at: datetime | None
    settled_at: datetime | None


_COLUMNS = (
    *("identity", "subsystem", "origin", "event", "uri", "declaration", "content", "subject"),
    *("owner", "role", "party", "home", "language", "document"),
)
_ARRAYS = ", ".join(
    f"CAST(:{name} AS {kind}[])"
    for name, kind in zip(
        _COLUMNS,
        ("uuid", "text", "text", "uuid", "text", "boolean", "uuid", *["text"] * 7),
        strict=True,
    )
)
# Who reports the same again takes an open delivery over, and has a refused one tried again.
_PUT = text(f"""
    INSERT INTO deliveries ({", ".join(_COLUMNS)}, report, state)
    SELECT told.*, :report, :state FROM unnest({_ARRAYS}) AS told
    ON CONFLICT (identity, subsystem) DO UPDATE
    SET state = :state, report = :report, attempts = 0, problem = NULL, settled_at = NULL,
        document = excluded.document, created_at = now(), claimed_until = '-infinity'
    WHERE deliveries.state = 'pending'
       OR deliveries.state = 'refused'
""")
_DROP = text("DELETE FROM deliveries WHERE report = :report AND state = 'pending'")
_CLAIM = text(f"""
    UPDATE deliveries AS d
    SET claimed_until = now() + make_interval(secs => {CLAIM_SECONDS}),
        attempts = attempts + 1, tried_at = now()
    FROM (SELECT identity, subsystem FROM deliveries
          WHERE subsystem = :subsystem AND state = 'waiting' AND claimed_until < now()
          ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED) AS due
    WHERE d.identity = due.identity AND d.subsystem = due.subsystem
    RETURNING {", ".join(f"d.{name}" for name in _COLUMNS)}
""")
_CLAIM_UNSETTLED = text(f"""
    UPDATE deliveries AS d
    SET claimed_until = now() + make_interval(secs => {CLAIM_SECONDS})
    FROM (SELECT identity, subsystem FROM deliveries
          WHERE origin = :origin AND state = 'pending' AND claimed_until < now()
            AND created_at < now() - make_interval(secs => :age)
          ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED) AS due
    WHERE d.identity = due.identity AND d.subsystem = due.subsystem
    RETURNING {", ".join(f"d.{name}" for name in _COLUMNS)}
""")
_SETTLE = text("""
    UPDATE deliveries AS d
    SET state = told.state, problem = told.problem, settled_at = now(),
        document = CASE WHEN told.state = 'delivered' THEN '' ELSE d.document END
    FROM unnest(CAST(:identities AS uuid[]), CAST(:states AS text[]), CAST(:problems AS text[]))
         AS told (identity, state, problem)
    WHERE d.identity = told.identity AND d.subsystem = :subsystem AND d.state = 'waiting'
""")
_PUT_OFF = text("""
    UPDATE deliveries
    SET claimed_until = now() + make_interval(secs => :seconds), problem = :problem
    WHERE subsystem = :subsystem AND state = 'waiting'
      AND identity = ANY(CAST(:identities AS uuid[]))
""")
_RELEASE = text("""
    UPDATE deliveries SET state = 'waiting', claimed_until = '-infinity'
    WHERE state = 'pending' AND identity = ANY(CAST(:identities AS uuid[]))
""")
_FORGET = text("""
    DELETE FROM deliveries WHERE state = 'pending' AND identity = ANY(CAST(:identities AS uuid[]))
""")
_SWEEP = text("""
    DELETE FROM deliveries
    WHERE state = 'delivered' AND settled_at < now() - make_interval(days => :days)
""")
_TOLD = """identity, uri, origin, subsystem, state, attempts, problem, created_at, tried_at,
    settled_at"""
_FIND = f"""
    SELECT {_TOLD} FROM deliveries
    WHERE (CAST(:event AS uuid) IS NULL OR event = :event)
      AND (CAST(:state AS text) IS NULL OR state = :state)
      AND (CAST(:owner AS text) IS NULL OR owner = :owner)
      AND (CAST(:home AS text) IS NULL OR origin = :home OR subsystem = :home)
      AND (CAST(:time AS timestamptz) IS NULL
           OR (created_at, identity, subsystem) < (:time, :identity, :after))
    ORDER BY created_at DESC, identity DESC, subsystem DESC LIMIT :most
"""
_DEPTH = text("""
    SELECT subsystem, state, count(*), CAST(extract(epoch FROM now() - min(created_at)) AS float)
    FROM deliveries WHERE state IN ('pending', 'waiting', 'refused') GROUP BY subsystem, state
""")
_HOMES = text("""
    SELECT DISTINCT party, home FROM keys
    WHERE party = ANY(CAST(:parties AS text[])) AND home IS NOT NULL AND revoked_at IS NULL
""")


async def find_homes(connection: ReadConnection, parties: Iterable[str]) -> list[tuple[str, str]]:
    """Of each party with a key that holds the subsystem, or subsystems, that are its home."""
    found = await connection.execute(_HOMES, {"parties": list(parties)})
    return [(party, home) for party, home in found]


async def put(
    connection: WriteConnection, deliveries: Sequence[Delivery], *, report: UUID, state: State
) -> None:
    """Write deliveries down, in the order of their identities; one that is settled stays so."""
    ordered = sorted(deliveries, key=lambda d: (d.identity, d.subsystem))
    columns: dict[str, object] = {
        name: [getattr(each, name) for each in ordered] for name in _COLUMNS
    }
    for name in ("identity", "event", "content"):
        columns[name] = [getattr(each, name).hex() for each in ordered]
    await connection.execute(_PUT, {**columns, "report": report, "state": state.value})


async def drop(connection: WriteConnection, report: UUID) -> None:
    """Forget what was written down for a report that was not taken."""
    await connection.execute(_DROP, {"report": report})


async def claim(connection: WriteConnection, subsystem: str, most: int) -> list[Delivery]:
    """What is to be delivered to a subsystem now, for this process alone while the claim lasts."""
    found = await connection.execute(_CLAIM, {"subsystem": subsystem, "most": most})
    return [_delivery(*row) for row in found]


async def claim_unsettled(
    connection: WriteConnection, origin: str, *, age: float, most: int
) -> list[Delivery]:
    """Of ``origin`` what has been pending for ``age`` seconds: its process was killed."""
    asked = {"origin": origin, "age": age, "most": most}
    return [_delivery(*row) for row in await connection.execute(_CLAIM_UNSETTLED, asked)]


async def settle(
    connection: WriteConnection, subsystem: str, problems: dict[bytes, str | None]
) -> None:
    """Deliveries by their identities: delivered, or refused for a reason."""
    asked = {
        "subsystem": subsystem,
        "identities": [identity.hex() for identity in problems],
        "states": [State.REFUSED if p else State.DELIVERED for p in problems.values()],
        "problems": list(problems.values()),
    }
    await connection.execute(_SETTLE, asked)


async def put_off(
    connection: WriteConnection,
    subsystem: str,
    identities: Iterable[bytes],
    *,
    seconds: float,
    problem: str,
) -> None:
    """Have deliveries tried again, no sooner than in ``seconds``."""
    asked = {"subsystem": subsystem, "seconds": seconds, "problem": problem}
    asked["identities"] = [identity.hex() for identity in identities]
    await connection.execute(_PUT_OFF, asked)


async def release(connection: WriteConnection, identities: Iterable[bytes]) -> None:
    """The first subsystem holds these reports: their copies may go."""
    await connection.execute(_RELEASE, {"identities": [i.hex() for i in identities]})


async def forget(connection: WriteConnection, identities: Iterable[bytes]) -> None:
    """The first subsystem does not hold these reports, and nobody was told that it does."""
    await connection.execute(_FORGET, {"identities": [i.hex() for i in identities]})


async def sweep(connection: WriteConnection) -> None:
    """Forget what was delivered long ago."""
    await connection.execute(_SWEEP, {"days": KEPT_DAYS})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deliveries: of an event, in a state, of an owner, from or to a subsystem."""

    event: bytes | None = None
    state: State | None = None
    owner: str | None = None
    home: str | None = None


async def find(
    connection: ReadConnection, asked: Asked, *, after: Place | None, most: int
) -> list[Told]:
    """Deliveries, the newest first, behind a place."""
    given = {
        "event": UUID(bytes=asked.event) if asked.event else None,
        "state": asked.state,
        "owner": asked.owner,
        "home": asked.home,
        "time": after.time if after else None,
        "identity": UUID(bytes=after.key) if after else None,
        "after": after.party if after else None,
        "most": most,
    }
    return [
        Told(identity.bytes, uri, origin, subsystem, State(state), *rest)
        for identity, uri, origin, subsystem, state, *rest in await connection.execute(
            text(_FIND), given
        )
    ]


async def depth(connection: ReadConnection) -> list[tuple[str, str, int, float]]:
    """Of each subsystem and open state how many there are, and the age of the oldest in seconds."""
    return [(s, state, n, age) for s, state, n, age in await connection.execute(_DEPTH)]


def _delivery(identity: UUID, subsystem: str, origin: str, event: UUID, *rest: object) -> Delivery:
    uri, declaration, content, *others = rest
    assert isinstance(content, UUID)
    known = (identity.bytes, subsystem, origin, event.bytes, uri, declaration, content.bytes)
    return Delivery(*known, *others)  # type: ignore[arg-type]  # a row, column by column
