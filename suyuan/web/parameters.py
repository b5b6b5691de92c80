"""Query parameters that a route has not are refused: a misspelt ``dry_run`` must not store."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from suyuan.domain.errors import Fault, QuestionRefused

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


async def known_parameters(request: Request) -> None:
    """Refuse what the description of the route does not name.

    A route that only reads and has no parameters takes any: on pages and in codes they belong to
    the code (GS1 Digital Link URI 1.2, 4.9), or to whoever counts the clicks. Raises
    QuestionRefused with every unknown parameter and all that there are.
    """
    if not request.query_params:
        return
    operation = _operation(request)
    described = operation.get("parameters", ()) if operation is not None else ()
    known = [p["name"] for p in described if p["in"] == "query"]
    if operation is None or (not known and request.method in _READING):
        return
    code = "parameter_unknown" if known else "takes_no_parameters"
    faults = [
        Fault(code, f"/query/{_escaped(name)}", {"name": name, "known": known})
        for name in dict.fromkeys(request.query_params)
        if name not in known
    ]
    if faults:
        raise QuestionRefused("parameters_refused", faults=faults)


def _operation(request: Request) -> dict[str, Any] | None:
    """The route as the API's description tells it; ``None`` for one that is not described."""
    path = getattr(request.scope.get("route"), "path_format", "")
    operations: dict[str, Any] = request.app.openapi()["paths"].get(path, {})
    found: dict[str, Any] | None = operations.get(request.method.lower())
    return found


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
