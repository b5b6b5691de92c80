"""Who is asking: from the gateway's claims, else from a key, else a consumer.

A key is looked up at most every ``CACHE_SECONDS``, so a revoked key works for that long at most.
Claims never leave the house: only the gateway makes them, and only its calls carry them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Annotated, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.errors import NotAllowed, NotAuthenticated
from suyuan.storage import keys
from suyuan.storage.faults import translated
from suyuan.web.logs import remember_caller
from suyuan.web.quotas import Quotas
from suyuan.web.state import database_of
from suyuan.web.vouching import Verifier

CLAIMS_HEADER = "Suyuan-Claims"
# Under which key the codes in a change feed are to be hashed; the gateway's, as claims are.
CHANGES_KEY_HEADER = "Suyuan-Changes-Key"
CACHE_SECONDS = 5.0
# About 2 MB of callers; more keys than this in five seconds are looked up again.
_CACHE_KEYS = 10_000

# For the API's description alone: ``identify`` reads the header itself, since a malformed one
# must be refused and not taken for none.
_DESCRIBED = HTTPBearer(
    scheme_name="key",
    description="An API key of this platform; without one the caller is a consumer.",
    auto_error=False,
)


class KeyCache:
    """The callers of the keys seen lately, by the keys' hashes. Unknown keys are never kept."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._callers: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    def get(self, digest: bytes) -> Caller | None:
        until, caller = self._callers.get(digest, (0.0, None))
        return caller if until > self._clock() else None

    def put(self, digest: bytes, caller: Caller) -> None:
        self._callers[digest] = (self._clock() + CACHE_SECONDS, caller)
        self._callers.move_to_end(digest)
        if len(self._callers) > _CACHE_KEYS:
            self._callers.popitem(last=False)


async def caller(request: Request, _described: Annotated[object, Security(_DESCRIBED)]) -> Caller:
    """Who is asking; raises ``NotAuthenticated`` for claims or a key that do not hold."""
    return await identify(request)


Asking = Annotated[Caller, Depends(caller)]


def require(*roles: CallerRole) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that lets only these roles pass: ``Annotated[Caller, Depends(require(...))]``.

    Raises ``NotAuthenticated`` where nobody said who they are, ``NotAllowed`` for any other role.
    """

    async def required(asking: Asking) -> Caller:
        if asking.role in roles:
            return asking
        names = [role.value for role in roles]
        if asking.role is CallerRole.CONSUMER:
            raise NotAuthenticated("key_required", roles=names)
        raise NotAllowed("role_not_allowed", role=asking.role.value, roles=names)

    return required


# Who may look at what others reported, as far as it concerns them: authorities of every kind.
Official = Annotated[
    Caller, Depends(require(CallerRole.DEPARTMENT, CallerRole.INSPECTOR, CallerRole.CITY))
]


def require_reporting(asking: Caller, refusal: str = "may_not_report") -> None:
    """Raise ``NotAuthenticated`` for nobody, ``NotAllowed`` for who may read and not report."""
    if asking.may_report:
        return
    if asking.role is CallerRole.CONSUMER:
        roles = [CallerRole.ENTERPRISE.value, CallerRole.DEPARTMENT.value]
        raise NotAuthenticated("key_required", roles=roles)
    raise NotAllowed(refusal, role=asking.role.value)


async def identify(request: Request) -> Caller:
    """Who is asking, without FastAPI's dependencies; remembered for the request's log line."""
    given_claims = request.headers.getlist(CLAIMS_HEADER)
    authorizations = request.headers.getlist("Authorization")
    if given_claims:
        asking = _vouched_for(request, given_claims)
    elif authorizations:
        asking = await _counted_holder(request, authorizations)
    else:
        _quotas(request).count_stranger(request.scope)
        asking = CONSUMER
    remember_caller(request.scope, asking)
    return asking


def _vouched_for(request: Request, given: list[str]) -> Caller:
    verifier = cast(Verifier | None, request.app.state.verifier)
    if verifier is None or len(given) > 1:
        raise NotAuthenticated("claims_refused")
    return verifier.verify(given[0])


async def _counted_holder(request: Request, given: list[str]) -> Caller:
    """The holder of a key, whose quota this request takes from; who guesses is a stranger."""
    try:
        key = _presented(given)
        holder = await _holder(request, key)
    except NotAuthenticated:
        _quotas(request).count_stranger(request.scope)
        raise
    _quotas(request).count_key(keys.digest(key))
    return holder


def _presented(given: list[str]) -> str:
    """The key in ``Authorization: Bearer <key>`` (RFC 6750, 2.1)."""
    scheme, _, key = given[0].partition(" ")
    key = key.strip()
    if len(given) > 1 or scheme.lower() != "bearer" or not keys.is_key(key):
        raise NotAuthenticated("authorization_malformed")
    return key


def _quotas(request: Request) -> Quotas:
    return cast(Quotas, request.app.state.quotas)


async def _holder(request: Request, key: str) -> Caller:
    cache = cast(KeyCache, request.app.state.key_cache)
    digest = keys.digest(key)
    holder = cache.get(digest)
    if holder is None:
        holder = await _look_up(request, key)
        cache.put(digest, holder)
    return holder


async def _look_up(request: Request, key: str) -> Caller:
    database = await database_of(request)
    with translated():
        async with database.reading() as connection:
            holder = await keys.find(connection, key)
    if holder is None:
        raise NotAuthenticated("key_refused")
    return holder
