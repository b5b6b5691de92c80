"""What a department stands for of a party on a day: what it is on file as.

Nobody's own word counts here: who says of himself that he is a designated outlet is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from suyuan.domain.licensing import Revocation, licensing_of
from suyuan.domain.register import Party, Version, in_force


def on_file_as(
    versions: Sequence[Version], revocations: Iterable[Revocation], on: date
) -> frozenset[str]:
    """The categories that a department's word on a party lists on a day.

    None while its filing is revoked, and none of a party that no department has on file.
    """
    lapses = licensing_of(versions, revocations).lapses
    if any(one.since <= on and (one.until is None or on < one.until) for one in lapses):
        return frozenset()
    held = in_force((version for version in versions if version.authority), on)
    entry = held.entry if held is not None else None
    return frozenset(entry.categories) if isinstance(entry, Party) else frozenset()
