"""Profiles as files: TOML texts in and profiles out, and those that are shipped.

Each sector's file stands beside this module and is shipped with it; docs/profiles.md says what its
members mean, and how a department replaces it by one of its own.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from suyuan.domain.errors import Fault
from suyuan.domain.profiles import reading
from suyuan.domain.profiles.profile import PROFILE_IDS, Profile
from suyuan.domain.profiles.reading import ProfileRefused, parsed_number

# Ten times the longest that is shipped.
PROFILE_BYTES_LIMIT = 256 * 1024
_DIGEST_DIGITS = 12


def read_profile(text: bytes) -> Profile:
    """The profile of a file. Raises ProfileRefused with every fault and its place.

    Its digest is over what it says, whatever its comments and the order of its members.
    """
    if len(text) > PROFILE_BYTES_LIMIT:
        raise _refused("profile_too_large", limit=PROFILE_BYTES_LIMIT)
    try:
        raw = tomllib.loads(text.decode(), parse_float=parsed_number)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refused("profile_not_toml", reason=str(error)) from error
    told = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return reading.read_profile(raw, sha256(told.encode()).hexdigest()[:_DIGEST_DIGITS])


def _refused(code: str, **params: object) -> ProfileRefused:
    return ProfileRefused(faults=[Fault(code, "", params)])


@cache
def shipped() -> Mapping[str, Profile]:
    """The profiles that come with this software, by their ids."""
    return {name: read_profile(shipped_text(name)) for name in PROFILE_IDS}


def shipped_text(profile_id: str) -> bytes:
    """The file of a shipped profile, as it is."""
    return files(__name__).joinpath(f"{profile_id}.toml").read_bytes()
