"""Notices of recalls as a subsystem tells an enterprise, read by the gateway: hostile input."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from suyuan.domain.recall import RecallState
from suyuan.wire.recalls import MOST_CODES, ToldWording

_Key = Annotated[str, Meta(max_length=2_048)]


class _About(msgspec.Struct, frozen=True):
    id: UUID
    home: Annotated[str, Meta(max_length=31)]
    state: RecallState
    drill: bool
    codes: Annotated[list[_Key], Meta(max_length=MOST_CODES)]
    party: _Key | None
    lot: _Key | None
    level: Literal[1, 2, 3]
    stop_sale: bool
    reason: ToldWording
    advice: ToldWording | None
    phone: Annotated[str, Meta(max_length=40)] | None


class MemberNotice(msgspec.Struct, frozen=True):
    """One notice, with what the recall is."""

    recall: UUID
    party: _Key
    things: Annotated[int, Meta(ge=0)]
    told_at: Annotated[datetime, Meta(tz=True)]
    acknowledged_at: Annotated[datetime, Meta(tz=True)] | None
    delivered_at: Annotated[datetime, Meta(tz=True)] | None
    attempts: int
    problem: Annotated[str, Meta(max_length=500)] | None
    about: _About


class _Inbox(msgspec.Struct, frozen=True):
    notices: list[MemberNotice]


class _Acknowledged(msgspec.Struct, frozen=True):
    recall: UUID
    acknowledged_at: Annotated[datetime, Meta(tz=True)]


def read_inbox(body: bytes, home: str) -> list[MemberNotice]:
    """The notices of the recalls of a subsystem. Raises ValueError for anything else.

    A department tells of its own recalls, whatever it says.
    """
    try:
        told = msgspec.json.decode(body, type=_Inbox).notices
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("no inbox") from error
    return [one for one in told if one.about.home == home]


def read_acknowledged(body: bytes) -> dict[str, Any]:
    """The answer to an acknowledgement. Raises ValueError for anything else."""
    try:
        told = msgspec.json.decode(body, type=_Acknowledged)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("no acknowledgement") from error
    return {"recall": str(told.recall), "acknowledged_at": told.acknowledged_at}
