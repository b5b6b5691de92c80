"""What ``GET /v1/directory`` takes, and its page, at a subsystem and at the gateway alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.profiles.members import OWN_WORD
from suyuan.domain.profiles.profile import Profile
from suyuan.web.consumer import choice, html_answer, is_elder, page_language
from suyuan.web.pages import Label, Names, PageLinks
from suyuan.web.pages.directory import ListedPage, Search, render_directory
from suyuan.web.pages.environment import form_security_policy
from suyuan.web.pages.texts import texts
from suyuan.web.profiles import ProfilesInForce
from suyuan.wire.directory import MOST_LISTED

# A page of so many costs a second of nobody's time; anybody may ask.
DEFAULT_LISTED = 20
_LONGEST_CODE = 2_048
_LEAST_SOUGHT, _MOST_SOUGHT = 2, 100
# No code and no name has control characters, and the database takes no U+0000.
_PRINTED = r"^[^\x00-\x1f]*$"


class DirectoryQuery(BaseModel):
    """``q`` is part of a name, or the beginning of a code; ``after`` the page before's ``next``.

    ``category`` asks for those alone who are on file as that.
    """

    model_config = ConfigDict(extra="forbid")

    q: (
        Annotated[str, Field(min_length=_LEAST_SOUGHT, max_length=_MOST_SOUGHT, pattern=_PRINTED)]
        | None
    ) = None
    category: Annotated[str, Field(pattern=f"^{OWN_WORD}$")] | None = None
    after: Annotated[str, Field(max_length=_LONGEST_CODE, pattern=_PRINTED)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = DEFAULT_LISTED


class DirectoryPageQuery(BaseModel):
    """What the page's own form and links ask; ``lang`` and ``size`` as every page has them."""

    q: Annotated[str, Field(max_length=_MOST_SOUGHT, pattern=_PRINTED)] = ""
    after: Annotated[str, Field(max_length=_LONGEST_CODE, pattern=_PRINTED)] = ""
    lang: str | None = None
    size: str | None = None


DIRECTORY_TEXT = """企业公示 · The enterprises that departments stand for, for everybody to read.

Names, categories, division, licences, brands, and what was revoked: no address, and nobody's name.
`q` is part of a name in Chinese or English (width and case do not matter), or the beginning of a
统一社会信用代码; `category` asks for those alone who are on file as that, such as
`designated_outlet`. In order of code; `next` goes into `after` for the following page.
"""
EVERYWHERE_TEXT = """
At the gateway over all departments: who files with several stands there once for each. `sources`
says how each subsystem fared, and `complete` whether all of them answered.
"""
PAGE_TEXT = """企业公示页 · The same as a page for people, in Chinese or English, without script.

`q` and `after` as in `GET /v1/directory`, whose entries it shows twenty at a time; `lang` is `zh`
or `en`, `size=large` the large version.
"""


async def directory_page(
    request: Request,
    query: DirectoryPageQuery,
    list_page: Callable[[DirectoryQuery], Awaitable[ListedPage]],
) -> Response:
    """The answer to ``GET /directory``. A search too short to be one is 422, on the page itself.

    Its links are relative: a department's own page leads to its own, also through the gateway.
    """
    language, elder = page_language(request), is_elder(request)
    sought, fault = query.q.strip(), None
    if 0 < len(sought) < _LEAST_SOUGHT:
        fault, found = texts(language.value)["directory_short"], ListedPage((), None, ())
    else:
        found = await list_page(DirectoryQuery(q=sought or None, after=query.after))
    search = {"q": sought} if sought else {}
    here = {**search, **({"after": query.after} if query.after else {})}
    following = {**search, "after": found.following, **choice(language, elder=elder)}
    names: Names = getattr(request.app.state, "names", None) or Names()
    profiles: ProfilesInForce = request.app.state.profiles
    page = render_directory(
        found,
        Search(sought, fault, f"?{urlencode(following)}" if found.following else None),
        names=replace(names, kinds=kinds(profiles.profiles.values())),
        language=language.value,
        links=PageLinks.of(
            f"?{urlencode(here)}&" if here else "",
            language=language.value,
            elder=elder,
        ),
        elder=elder,
    )
    response = html_answer(page, 422 if fault else 200, language)
    response.headers["Content-Security-Policy"] = form_security_policy()
    return response


def kinds(profiles: Iterable[Profile]) -> dict[str, Label]:
    """What the sectors call the kinds of party that they have."""
    return {
        kind.id: Label(kind.name.zh, kind.name.en)
        for profile in profiles
        for kind in profile.parties
    }
