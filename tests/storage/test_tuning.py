from __future__ import annotations

import pytest

from suyuan.storage import tuning
from suyuan.storage.tuning import settings

GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("memory", "buffers"),
    [
        (GIGABYTE // 4, "128MB"),
        (2 * GIGABYTE, "512MB"),
        (8 * GIGABYTE, "2048MB"),
        (256 * GIGABYTE, "4096MB"),
    ],
)
def test_a_quarter_of_the_memory_is_taken_within_bounds(
    memory: int, buffers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "_memory_bytes", lambda: memory)
    assert settings(5432, durable=True)["shared_buffers"] == buffers


def test_only_a_forgetful_server_does_without_the_disk() -> None:
    assert "fsync" not in settings(5432, durable=True)
    assert settings(5432, durable=False)["fsync"] == "off"


def test_a_machine_has_memory() -> None:
    assert GIGABYTE // 8 < tuning._memory_bytes() < 1024**5


def test_no_statement_and_no_row_is_logged() -> None:
    chosen = settings(5432, durable=True)
    assert chosen["log_min_error_statement"] == "panic"
    assert chosen["log_error_verbosity"] == "terse"
