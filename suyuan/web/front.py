"""Routes that services ask each other many times for one chain, tried before all others.

FastAPI goes through the routers of an app one after the other, twice, and resolves the dependencies
of a route for each call: half of what a small lookup costs. A front route is found by its bare path
and does by hand what every route does. It is declared as a route of FastAPI's as well, for the
API's description, and for the methods that it has not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from suyuan.domain.caller import Caller
from suyuan.web.auth import identify
from suyuan.web.parameters import known_parameters


class FrontRoute(Route):
    """Answers POST at one path, without parameters, by ``answer(request, caller)``."""

    def __init__(self, path: str, answer: Callable[[Request, Caller], Awaitable[Response]]) -> None:
        async def endpoint(request: Request) -> Response:
            await known_parameters(request)
            return await answer(request, await identify(request))

        super().__init__(path, endpoint, methods=["POST"])

    def matches(self, scope: Scope) -> tuple[Match, dict[str, Any]]:
        is_ours = scope["type"] == "http" and scope["path"] == self.path
        if not is_ours or scope["method"] != "POST":
            return Match.NONE, {}
        return Match.FULL, {"endpoint": self.endpoint, "route": self}
