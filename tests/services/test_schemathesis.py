"""What a machine makes of the services' descriptions: whatever it asks, no 5xx, and as described.

One test for each service, since an operation takes less time than emptying the city for it. What
is asked is the same every time, and as much of it on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.city import City

OPENAPI = Path(__file__).parents[2] / "openapi"
# Of each operation, with what the description allows and with what it does not.
EXAMPLES = 3
CONFORMANCE = [content_type_conformance, response_schema_conformance, status_code_conformance]
# Of 64 KiB of address the server itself says so, before any of our code is asked.
UNREADABLE = (400, b"Invalid HTTP request received.")


def operations(service: str) -> list[Any]:
    """Every operation of a service, as ``openapi/`` describes it."""
    schema = schemathesis.openapi.from_path(OPENAPI / f"{service}.json")
    return [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]


def can_be_wrong(operation: Any) -> bool:
    """Whether a request has anything that could break the description."""
    return bool(operation.definition.raw.keys() & {"parameters", "requestBody"})


def faults(case: Case[Any], answer: Response) -> Iterator[str]:
    """What is wrong with an answer."""
    if (answer.status_code, answer.content) == UNREADABLE:
        return
    # 503 is how a subsystem that is away is told of, and too many questions at once.
    if answer.status_code >= 500 and answer.status_code != 503:
        yield f"{answer.status_code}"
    try:
        case.validate_response(answer, checks=CONFORMANCE)
    except FailureGroup as found:
        yield from (str(failure).partition("\n\n")[0] for failure in found.exceptions)


def ask(operation: Any, mode: GenerationMode, clients: Sequence[httpx.Client]) -> list[str]:
    """Ask one operation as each of the clients in turn: the first answer that is wrong."""
    wrong: list[str] = []
    callers = cycle(clients)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask_once(case: Case[Any]) -> None:
        client = next(callers)
        answer = case.call(base_url=str(client.base_url), headers=dict(client.headers))
        if not wrong and (found := ", ".join(faults(case, answer))):
            told = f"{answer.status_code} {answer.content[:300].decode(errors='replace')}"
            wrong.append(f"{operation.label}: {found}\n{case.as_curl_command()}\n{told}")

    ask_once()
    return wrong


# The city's own threads draw from it meanwhile, which Hypothesis takes for ours.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.parametrize(
    ("service", "at"), [("ingest", "meat"), ("query", "meat"), ("gateway", "gateway")]
)
def test_whatever_is_asked_is_answered_as_described(city: City, service: str, at: str) -> None:
    clients = [city.client(key, at=at) for key in ("department meat", "city", "seller", None)]
    wrong = [
        told
        for operation in operations(service)
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or can_be_wrong(operation)
        for told in ask(operation, mode, clients)
    ]
    assert wrong == [], "\n\n".join(wrong)
