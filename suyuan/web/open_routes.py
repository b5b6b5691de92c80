"""Routes that pages of any origin may call: what a resolver answers is for everybody."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from suyuan.domain.errors import SuyuanError, Unavailable
from suyuan.web.problems import problem_of

METHODS = "GET, HEAD, OPTIONS"
# Fetch, 3.3: cookies are never asked for, so any origin may read; a key is sent on purpose.
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Authorization",
    "Access-Control-Expose-Headers": "Link, Location, Content-Language, Retry-After",
    "Access-Control-Max-Age": "86400",
}


class OpenRoute(APIRoute):
    """A route whose answers, problems too, carry the headers of CORS."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def opened(request: Request) -> Response:
            try:
                response = await handle(request)
            except Unavailable:
                raise  # it is logged where it is answered
            except SuyuanError as error:
                response = problem_of(request.scope, error)
            response.headers.update(_OPEN)
            return response

        return opened


def preflight() -> Response:
    """The answer to ``OPTIONS``: which methods there are (RFC 9110, 9.3.7)."""
    return Response(status_code=204, headers={"Allow": METHODS})
