"""The drawings beside steps and states: 24 by 24, strokes only, in the colour of the text."""

from __future__ import annotations

from collections.abc import Iterable

SYMBOLS: dict[str, str] = {
    "production": "M12 21v-8m0 0c0-5 3-8 8-8 0 5-3 8-8 8zm0 4c0-4-3-6-8-6 0 4 3 6 8 6",
    "wholesale": "M4 8l8-4 8 4v8l-8 4-8-4zl8 4 8-4m-8 4v8",
    "retail": "M6 8h12l1 12H5zm3 3V7a3 3 0 0 1 6 0v4",
    "import": "M3 14h18l-3 6H6zm4 0V9h10v5m-5-5V4h3",
    "logistics": "M2 6h12v11H2zm12 4h4l4 4v3h-8M7 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"
    "m10 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "inspection": "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zm-3 9l2 2 4-4",
    "other": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v5l3 2",
    "barcode": "M4 6v12m4-12v12m3-12v12m5-12v12m4-12v12",
    "missing": "M12 4v2m0 4v2m0 4v2m0 3v.1",
    "ok": "M5 13l4 4L19 7",
    "warning": "M12 4l9 16H3zm0 6v4m0 3v.1",
    "phone": "M5 3l4 1 1 5-3 2c1 3 3 5 6 6l2-3 5 1 1 4c0 2-2 2-3 2C10 20 4 14 3 6c0-1 0-3 2-3z",
    "stop": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
    "eye": "M2 12c5-8 15-8 20 0-5 8-15 8-20 0zm10-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "unknown": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 10c0-4 6-4 6 0 0 2-3 2-3 4m0 3v.1",
}


def drawn(names: Iterable[str]) -> dict[str, str]:
    """The paths of the named symbols, each once: a page carries only those that it shows."""
    return {name: SYMBOLS[name] for name in dict.fromkeys(names)}
