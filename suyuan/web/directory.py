"""What ``GET /v1/directory`` takes, at a subsystem and at the gateway alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from suyuan.wire.directory import MOST_LISTED

# A page of so many costs a second of nobody's time; anybody may ask.
DEFAULT_LISTED = 20
_LONGEST_CODE = 2_048
# No code and no name has control characters, and the database takes no U+0000.
_PRINTED = r"^[^\x00-\x1f]*$"


class DirectoryQuery(BaseModel):
    """``q`` is part of a name, or the beginning of a code; ``after`` the page before's ``next``."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(min_length=2, max_length=100, pattern=_PRINTED)] | None = None
    after: Annotated[str, Field(max_length=_LONGEST_CODE, pattern=_PRINTED)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = DEFAULT_LISTED


DIRECTORY_TEXT = """企业公示 · The enterprises that departments stand for, for everybody to read.

Names, categories, division, licences, brands, and what was revoked: no address, and nobody's name.
`q` is part of a name in Chinese or English (width and case do not matter), or the beginning of a
统一社会信用代码. In order of code; `next` goes into `after` for the following page.
"""
EVERYWHERE_TEXT = """
At the gateway over all departments: who files with several stands there once for each. `sources`
says how each subsystem fared, and `complete` whether all of them answered.
"""
