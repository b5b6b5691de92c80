"""The tables of complaints: a complaint is stored once, answers are appended.

Both are read by the role that writes them: the role that answers the public cannot see a contact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text

from suyuan.domain.complaints import Answer, Case, Complaint, State, Topic
from suyuan.domain.errors import Conflict, NotKnown
from suyuan.storage.engine import WriteConnection

_COLUMNS = "number, made_at, code, subsystems, topic, message, contact"

_INSERT = text("""
    INSERT INTO complaints (number, code, subsystems, topic, message, contact)
    VALUES (:number, :code, :subsystems, :topic, :message, :contact)
    ON CONFLICT DO NOTHING
""")
_ONE = text(f"SELECT {_COLUMNS} FROM complaints WHERE number = :number")
# Newest first; a page goes on behind the last one of the page before.
_LIST = text(f"""
    SELECT {_COLUMNS} FROM complaints
    WHERE (CAST(:subsystem AS text) IS NULL OR :subsystem = ANY (subsystems))
      AND (CAST(:after AS text) IS NULL OR (made_at, number) <
           (SELECT made_at, number FROM complaints WHERE number = :after))
    ORDER BY made_at DESC, number DESC LIMIT :limit
""")
_ANSWERS = text("""
    SELECT complaint, author, state, message, answered_at FROM complaint_answers
    WHERE complaint = ANY (CAST(:numbers AS text[])) ORDER BY complaint, number
""")
# Whoever answers waits for whoever is answering the same complaint.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:number, 0))")
_ANSWER = text("""
    INSERT INTO complaint_answers (complaint, number, author, state, message, answered_at)
    SELECT :complaint, count(*) + 1, :author, :state, :message, :answered_at
    FROM complaint_answers WHERE complaint = :complaint
""")
_FORGET = text("UPDATE complaints SET contact = NULL WHERE number = :number")


async def add(connection: WriteConnection, complaint: Complaint) -> None:
    """Store a complaint; the same one again changes nothing.

    Raises Conflict where its number is another complaint's.
    """
    values = {
        "number": complaint.number,
        "code": complaint.code,
        "subsystems": list(complaint.subsystems),
        "topic": complaint.topic.value,
        "message": complaint.message,
        "contact": complaint.contact,
    }
    done = await connection.execute(_INSERT, values)
    if done.rowcount:
        return
    known = (await find(connection, complaint.number)).complaint
    if (known.code, known.message) != (complaint.code, complaint.message):
        raise Conflict("complaint_taken")


async def find(connection: WriteConnection, number: str) -> Case:
    """The complaint of a number, with its answers. Raises NotKnown."""
    row = (await connection.execute(_ONE, {"number": number})).one_or_none()
    if row is None:
        raise NotKnown("complaint_unknown", number=number)
    return (await _cases(connection, [row]))[0]


async def newest(
    connection: WriteConnection, subsystem: str | None, *, after: str | None, limit: int
) -> list[Case]:
    """Complaints, newest first: of one subsystem's codes, or all; behind the one numbered
    ``after``. All their answers come in one statement.
    """
    asked = {"subsystem": subsystem, "after": after, "limit": limit}
    return await _cases(connection, (await connection.execute(_LIST, asked)).all())


async def answer(connection: WriteConnection, number: str, told: Answer) -> None:
    """Append an answer; with the one that closes it, the contact is erased.

    Raises NotKnown, and Conflict where the complaint is closed.
    """
    await connection.execute(_LOCK, {"number": number})
    if (await find(connection, number)).state is State.CLOSED:
        raise Conflict("complaint_closed")
    values = {
        "complaint": number,
        "author": told.author,
        "state": told.state.value,
        "message": told.message,
        "answered_at": told.answered_at,
    }
    await connection.execute(_ANSWER, values)
    if told.state is State.CLOSED:
        await connection.execute(_FORGET, {"number": number})


async def _cases(connection: WriteConnection, rows: Sequence[Any]) -> list[Case]:
    answers: dict[str, list[Answer]] = defaultdict(list)
    asked = {"numbers": [row.number for row in rows]}
    told: Iterable[Any] = await connection.execute(_ANSWERS, asked) if rows else ()
    for a in told:
        answers[a.complaint].append(Answer(a.author, State(a.state), a.message, a.answered_at))
    return [
        Case(
            Complaint(r.number, r.code, Topic(r.topic), r.message, r.contact, tuple(r.subsystems)),
            r.made_at,
            tuple(answers[r.number]),
        )
        for r in rows
    ]
