"""What an event does not keep of a sector's profile (docs/profiles.md)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that one event does not keep, in the sector's words.

    ``pointer`` leads into the event in the city form (RFC 6901), ``profile`` is the profile's
    label; ``enforced`` says that the event is to be refused for it.
    """

    rule: str
    pointer: str
    zh: str
    en: str
    profile: str
    enforced: bool = False
