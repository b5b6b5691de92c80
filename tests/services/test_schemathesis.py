"""What a machine makes of the ingest API's own description: whatever it sends, no 5xx."""

from __future__ import annotations

import time
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from services.ingest.app import create_app
from suyuan.web.settings import ServiceSettings
from tests.city import City

# For all operations together; each gets its share.
SECONDS = 30
EXAMPLES = 60


def operations() -> list[Any]:
    """Every operation of the ingest service as it describes itself."""
    app = create_app(
        ServiceSettings.load(
            service="ingest", subsystem="food", database_url="postgresql://nowhere.invalid/x"
        )
    )
    schema = schemathesis.openapi.from_dict(app.openapi())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert found
    return found


def can_be_wrong(operation: Any) -> bool:
    """Whether a request has anything that could break the description."""
    return bool(operation.definition.raw.keys() & {"parameters", "requestBody"})


CASES = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in operations()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or can_be_wrong(operation)
]


@pytest.mark.parametrize(("operation", "mode"), CASES)
def test_whatever_is_sent_is_answered_below_500(
    city: City, operation: Any, mode: GenerationMode
) -> None:
    client = city.client("department meat", at="meat")
    ends = time.monotonic() + SECONDS / len(CASES)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        if time.monotonic() > ends:
            return
        answer = case.call(base_url=str(client.base_url), headers=dict(client.headers))
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"]

    ask()
