"""Sentences for coverage figures: ``{code: (Chinese, English)}``."""

from __future__ import annotations

COVERAGE_SENTENCES: dict[str, tuple[str, str]] = {
    "coverage_ahead": (
        "起始日期 {value} 在今天（{today}）之后，尚无数据。",
        "It begins on {value}, after today ({today}), of which nothing can be known yet.",
    ),
    "coverage_reversed": (
        "起始日期 {first} 晚于截止日期 {last}，请对调。",
        "It begins on {first}, after it ends on {last}; turn the two around.",
    ),
    "coverage_too_long": (
        "共 {days} 天，按 {by} 统计最多 {limit} 天；请缩短，或改用 by=month、by=year。",
        "These are {days} days; by {by} at most {limit} are told. Ask for fewer, or by month.",
    ),
}
