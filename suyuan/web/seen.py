"""A chain as its reader may see it: traced, named, and cut to the caller's rights."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from fastapi import Request

from suyuan.domain import policy
from suyuan.domain.caller import Caller
from suyuan.domain.chain import Chain
from suyuan.domain.confirmations import with_confirmations
from suyuan.domain.errors import QuestionRefused
from suyuan.domain.licences import with_licences
from suyuan.domain.naming import Known, Wanted, with_names
from suyuan.domain.trail import Question
from suyuan.web.accesses import tell
from suyuan.web.confirmations import hours_of
from suyuan.web.language import Language
from suyuan.web.name_book import NameBook, NoNames
from suyuan.web.profiles import ProfilesInForce

# Told of what a chain will name, and of who has been silent, as soon as that is known.
Foresee = Callable[[Wanted, Collection[str]], None]


class Tracer(Protocol):
    """Finds the whole chain; what of it the caller may see is cut by ``policy`` afterwards.

    ``seconds`` is how long it may take, where that is not for who asks to say.
    """

    async def trace(
        self,
        question: Question,
        caller: Caller,
        foresee: Foresee | None = None,
        *,
        seconds: float | None = None,
    ) -> Chain: ...


async def seen(
    request: Request,
    question: Question,
    caller: Caller,
    language: Language,
    *,
    seconds: float | None = None,
) -> tuple[Chain, Known]:
    """The chain as the caller may see it, with names, and what registers say of its codes."""
    if question.since and question.as_of and question.since > question.as_of:
        raise QuestionRefused("window_empty", since=question.since, as_of=question.as_of)
    tracer: Tracer = request.app.state.tracer
    book: NameBook = getattr(request.app.state, "name_book", None) or NoNames()
    async with book.opened(caller) as names:
        chain = await tracer.trace(question, caller, names.foresee, seconds=seconds)
        known = await names.of(chain)
    cut = policy.view(_marked(request, chain), caller, known.organisations)
    events = len(cut.events)
    tell(request.scope, codes=[question.code], events=events, held=events > 0)
    answered = with_confirmations(cut, hours_of(request.app.state.profiles), datetime.now(UTC))
    unshown = policy.unshown_of(cut, caller)
    return with_licences(with_names(answered, known, language.value, unshown), known), known


def _marked(request: Request, chain: Chain) -> Chain:
    """The chain with what the sectors' profiles in force here say of its events."""
    profiles: ProfilesInForce = request.app.state.profiles
    showing = profiles.showing
    marked = ((one, showing.marked(one.stored)) for one in chain.events)
    events = (one if same is one.stored else replace(one, stored=same) for one, same in marked)
    return replace(chain, events=tuple(events))
