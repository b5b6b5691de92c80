"""The bodies of a filing's steps: which step they answer, why, and what is revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from suyuan.domain.errors import ReportRefused
from suyuan.domain.filing import FilingAction, Reason
from suyuan.wire.reading import Reading
from suyuan.wire.register_cards import WORD_LIMIT
from suyuan.wire.reports import decode

NOTE_LIMIT = 500
MOST_REASONS = 100
_POINTER_LIMIT = 200

_MEMBERS: dict[FilingAction, frozenset[str]] = {
    FilingAction.WITHDRAW: frozenset({"step", "note"}),
    FilingAction.APPROVE: frozenset({"step", "note"}),
    FilingAction.RETURN: frozenset({"step", "note", "reasons"}),
    FilingAction.REVOKE: frozenset({"step", "note", "from"}),
    FilingAction.REVOKE_LICENCE: frozenset({"step", "note", "from", "licence"}),
    FilingAction.REINSTATE_LICENCE: frozenset({"step", "note", "licence"}),
}
# Who takes something away, or gives it back, says why.
_NOTED = (FilingAction.REVOKE, FilingAction.REVOKE_LICENCE, FilingAction.REINSTATE_LICENCE)
_REASON = frozenset({"pointer", "text"})


@dataclass(frozen=True, slots=True)
class StepBody:
    """What a step says: ``answers`` is the number of the last step that was seen."""

    answers: int
    note: str = ""
    reasons: tuple[Reason, ...] = ()
    licence: str | None = None
    since: date | None = None


def read_step(body: bytes, action: FilingAction) -> StepBody:
    """What a body says of a step. Raises ReportRefused with every fault."""
    reading = Reading()
    raw = reading.members(decode(body), "", _MEMBERS[action]) or {}
    read = StepBody(
        _answers(reading, raw),
        reading.text(raw, "note", limit=NOTE_LIMIT, required=action in _NOTED) or "",
        _reasons(reading, raw) if action is FilingAction.RETURN else (),
        reading.text(raw, "licence", limit=WORD_LIMIT, required="licence" in _MEMBERS[action]),
        reading.date(raw, "from", ""),
    )
    if reading.faults:
        raise ReportRefused(faults=reading.faults)
    return read


def _answers(reading: Reading, raw: dict[str, Any]) -> int:
    value = raw.get("step")
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31:
        return value
    reading.fault("step_number_missing", "/step")
    return 0


def _reasons(reading: Reading, raw: dict[str, Any]) -> tuple[Reason, ...]:
    found = []
    for number, told in enumerate(reading.array(raw, "reasons", "", MOST_REASONS)):
        at = f"/reasons/{number}"
        reason = reading.members(told, at, _REASON)
        if reason is None:
            continue
        text = reading.text(reason, "text", at, limit=NOTE_LIMIT, required=True)
        where = reason.get("pointer")
        if not isinstance(where, str) or len(where) > _POINTER_LIMIT:
            reading.fault("reason_pointer", f"{at}/pointer", pointer="…")
        else:
            found.append(Reason(where, text or ""))
    if not raw.get("reasons"):
        reading.fault("reasons_missing", "/reasons")
    return tuple(found)


def resolves(document: Any, pointer: str) -> bool:
    """Whether a JSON pointer (RFC 6901) names something in a plain JSON value."""
    if pointer and not pointer.startswith("/"):
        return False
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list | tuple) and _is_place(name, len(document)):
            document = document[int(name)]
        else:
            return False
    return True


def _is_place(name: str, length: int) -> bool:
    digits = name.isascii() and name.isdigit() and len(name) < 10
    return digits and (name == "0" or name[0] != "0") and int(name) < length
