"""What was reported under one event id: which version it is, or that there are several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.errors import Ambiguous, NotKnown
from suyuan.domain.events import StoredEvent, event_key

# Where each reporter's events are, whatever their ids.
_LISTS = "GET /v1/events?party=…"


@dataclass(frozen=True, slots=True)
class Version:
    """One report of an event, as its asker may see it.

    ``key``, ``party`` and ``uri`` are those of the event, also where ``stored`` withholds its
    party; ``declaration`` says whether the report declares the event in error. ``document`` is
    the EPCIS JSON text that was reported, where it was EPCIS and may be seen whole, and
    ``declared_in`` that of the report whose declaration the event is shown with.
    """

    key: bytes
    party: str
    uri: str
    declaration: bool
    stored: StoredEvent
    document: str | None = None
    declared_in: str | None = None


def settle(versions: Sequence[Version], event_id: str, asker: Code | None = None) -> Version:
    """The event that ``event_id`` names, with the correction that voids it if there is one.

    What the enterprise that asks has reported itself goes first, also under a URI: nobody can hide
    an event from its reporter by reporting something else under its id.
    Raises NotKnown for no versions; Ambiguous, with the URIs, where several reporters use the bare
    id or report one URI with different content.
    """
    if asker is not None:
        versions = _own_first(versions, event_key(event_id, asker), asker)
    if not versions:
        raise NotKnown("event_unknown", id=event_id)
    known = {v.key for v in versions if not v.declaration}
    several: dict[tuple[bytes, bytes], list[Version]] = defaultdict(list)
    for version in versions:
        if not version.declaration:
            several[version.key, version.stored.content].append(version)
        elif version.key not in known:  # all that is known of an event is that it is in error
            several[version.key, b""].append(version)
    if len(several) > 1:
        uris = [found[0].uri for found in several.values()]
        params: dict[str, Any] = {"id": event_id, "uris": uris}
        if len(set(uris)) < len(uris):
            params["lists"] = _LISTS
        raise Ambiguous("event_ambiguous", **params)
    (same,) = several.values()
    return _corrected(min(same, key=_hides), versions)


def _own_first(versions: Sequence[Version], key: bytes, asker: Code) -> Sequence[Version]:
    """The asker's reports under its key, with every correction of them; all if there are none."""
    own = [v for v in versions if v.key == key and (v.declaration or v.party == asker.key)]
    return own if any(version.party == asker.key for version in own) else versions


def _hides(version: Version) -> tuple[int, bool]:
    """How much a version leaves out: a copy does not say what the report was checked by."""
    return len(version.stored.redacted), version.stored.profile is None


def _corrected(version: Version, versions: Sequence[Version]) -> Version:
    """A version with the correction of its own reporter or of an authority."""
    for other in versions:
        may_void = other.stored.authority or other.party == version.party
        if other.declaration and other.key == version.key and may_void:
            event = replace(version.stored.event, correction=other.stored.event.correction)
            shown = replace(version.stored, event=event)
            return replace(version, stored=shown, declared_in=other.document)
    return version
