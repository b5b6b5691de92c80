"""Complaints of shoppers: what is said, and a number that only who complained knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import choice

from suyuan.domain.errors import Fault, ReportRefused

# Long enough for a story, short enough to be read.
MESSAGE_LIMIT = 2_000
CONTACT_LIMIT = 200
CODE_LIMIT = 300
ANSWER_LIMIT = 2_000

# Crockford's Base32: no letter that could be taken for a digit. 16 of them are 80 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER = re.compile(f"[{_ALPHABET}]{{16}}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Topic(StrEnum):
    """What a complaint is about."""

    QUALITY = "quality"
    HEALTH = "health"
    LABEL = "label"
    RECORD = "record"
    OTHER = "other"


class State(StrEnum):
    """How far a complaint is. ``received`` is that of one that nobody has answered."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a shopper said. ``code`` is the text of the package, ``contact`` is his to give.

    ``subsystems`` are those that know the code, and so the departments that see the complaint.
    """

    number: str
    code: str
    topic: Topic
    message: str
    contact: str | None = None
    subsystems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A department's word on a complaint; ``author`` is the owner of its key."""

    author: str
    state: State
    message: str
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A complaint with the answers to it, oldest first."""

    complaint: Complaint
    made_at: datetime
    answers: tuple[Answer, ...] = ()

    @property
    def state(self) -> State:
        return self.answers[-1].state if self.answers else State.RECEIVED


def new_number() -> str:
    """A number that nobody guesses: whoever has it may read the complaint's answers."""
    return "".join(choice(_ALPHABET) for _ in range(16))


def read_number(text: str) -> str | None:
    """A number as people copy it, with blanks, hyphens and small letters; ``None`` for others."""
    plain = re.sub(r"[\s-]", "", text).upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return plain if _NUMBER.fullmatch(plain) else None


def spaced(number: str) -> str:
    """A number in groups of four, to be read out."""
    return "-".join(number[i : i + 4] for i in range(0, len(number), 4))


def complaint_of(fields: Mapping[str, str]) -> Complaint:
    """The complaint of a form. Raises ReportRefused with a fault for each field that is wrong."""
    faults: list[Fault] = []
    number = read_number(fields.get("number", ""))
    if number is None:
        faults.append(Fault("complaint_number_malformed", "/number"))
    code = _text(fields, "code", CODE_LIMIT, faults)
    message = _text(fields, "message", MESSAGE_LIMIT, faults)
    contact = _text(fields, "contact", CONTACT_LIMIT, faults, optional=True)
    topic = fields.get("topic", "")
    if topic not in set(Topic):
        allowed = tuple(Topic)
        faults.append(Fault("complaint_topic_unknown", "/topic", {"allowed": allowed}))
    if faults or number is None:
        raise ReportRefused("complaint_refused", faults=faults)
    return Complaint(number, code, Topic(topic), message, contact or None)


def answer_of(fields: Mapping[str, object], author: str, now: datetime) -> Answer:
    """A department's answer. Raises ReportRefused with a fault for each member that is wrong."""
    faults: list[Fault] = []
    words = {k: v for k, v in fields.items() if isinstance(v, str)}
    message = _text(words, "message", ANSWER_LIMIT, faults)
    state = words.get("state", "")
    allowed = (State.IN_PROGRESS, State.CLOSED)
    if state not in allowed:
        faults.append(Fault("complaint_state_unknown", "/state", {"allowed": allowed}))
    if faults:
        raise ReportRefused("answer_refused", faults=faults)
    return Answer(author, State(state), message, now)


def _text(
    fields: Mapping[str, str],
    name: str,
    limit: int,
    faults: list[Fault],
    *,
    optional: bool = False,
) -> str:
    text = fields.get(name, "").replace("\r\n", "\n").strip()
    if not text and not optional:
        faults.append(Fault("complaint_field_missing", f"/{name}", {"name": name}))
    if len(text) > limit:
        params = {"name": name, "limit": limit, "length": len(text)}
        faults.append(Fault("complaint_field_too_long", f"/{name}", params))
    if _CONTROL.search(text):
        faults.append(Fault("text_not_storable", f"/{name}"))
    return text
