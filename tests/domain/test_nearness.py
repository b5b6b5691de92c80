"""A hint is given where a name is near to another, and nowhere else."""

from __future__ import annotations

import pytest

from suyuan.domain.nearness import nearest

KNOWN = ("activity", "code", "items", "lot", "place", "quantity", "time", "unit", "单位", "数量")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("actvity", "activity"),
        ("quantities", "quantity"),
        ("eventTime", "time"),
        ("barcode", "code"),
        ("数量（公斤）", "数量"),
        ("price", ""),
        ("weight", ""),
        ("colour", ""),
        ("__proto__", ""),
        ("备注", ""),
        ("", ""),
    ],
)
def test_a_name_is_near_to_what_it_was_meant_for(name: str, hint: str) -> None:
    assert nearest(name, KNOWN) == hint
