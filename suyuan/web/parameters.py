"""Query parameters that a route has not are refused: a misspelt ``dry_run`` must not store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fastapi import Request
from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from suyuan.domain.errors import Fault, QuestionRefused

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# In the description of a route whose parameters may be those of a code that stands in its path.
_ANY = "x-any-parameter"
TAKES_ANY = {_ANY: True}


def word_of(words: Iterable[str]) -> tuple[AfterValidator, WithJsonSchema]:
    """What makes a text parameter one of some words: ``Annotated[str, *word_of(…)]``."""
    known = tuple(words)
    return AfterValidator(_one_of(known)), WithJsonSchema({"type": "string", "enum": list(known)})


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in allowed:
            # pydantic names a custom type by a literal; the code travels in the context.
            context = {"code": "unknown_word", "value": value, "allowed": allowed}
            raise PydanticCustomError("suyuan", "{code}", context)
        return value

    return check


async def known_parameters(request: Request) -> None:
    """Refuse what the description of the route does not name.

    A route that only reads and has no parameters, or says that it ``TAKES_ANY``, takes any: on
    pages and in codes they belong to the code (GS1 Digital Link URI 1.2, 4.9), or to whoever counts
    the clicks. So does every page for people: whoever passes its link on may add to it, as WeChat
    adds ``from``. Raises QuestionRefused with every unknown parameter and all that there are.
    """
    if not request.query_params:
        return
    operation = _operation(request)
    if operation is None or _ANY in operation:
        return
    if request.method in _READING and _is_page(operation):
        return
    known = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
    if not known and request.method in _READING:
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


def _is_page(operation: dict[str, Any]) -> bool:
    return "text/html" in operation["responses"].get("200", {}).get("content", {})


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
