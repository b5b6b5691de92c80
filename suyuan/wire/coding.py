"""The code service on the wire: what is asked for, what was given, what is told of codes since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.coding.ranges import CodeRange, CodeState, Notice, Run
from suyuan.domain.coding.schemes import SCHEMES, Scheme
from suyuan.domain.errors import CodeError, Fault, ReportRefused
from suyuan.wire.labels.layouts import LAYOUTS, LabelFormat
from suyuan.wire.reading import Reading
from suyuan.wire.reports import decode

# One row whatever its length; what bounds it is how long a download of it takes.
MOST_CODES = 10_000_000
# A sheet is put together in memory, some 1 kB a label.
MOST_LABELS = 50_000
# Codes named one by one in a notice.
MOST_NAMED = 10_000

_GTIN = "https://id.gs1.org/01/"
_LOT_LIMIT = 20  # GS1 General Specifications, AI 10
_REASON_LIMIT = 500
_TITLE_LIMIT = 60

_ORDER = frozenset({"scheme", "stem", "count", "lot", "party"})
_NOTICE = frozenset({"state", "reason", "lot", "first", "count", "codes"})
_LABELS = frozenset({"format", "layout", "title", "first", "count"})
# Nobody tells a code that it is given out: that it is.
_STATES = tuple(state.value for state in CodeState if state is not CodeState.ISSUED)


@dataclass(frozen=True, slots=True)
class Order:
    """Codes that are asked for. ``party`` is whom a department asks for, else ``None``."""

    scheme: Scheme
    stem: str
    count: int
    lot: str | None
    party: Code | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of codes: those of ``run``, counted in their range, or those of ``codes``."""

    state: CodeState
    reason: str
    lot: str | None
    run: Run
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """Which labels of a range are asked for; ``run`` is counted from the range's beginning."""

    format: LabelFormat
    layout: str
    title: str
    run: Run


def read_order(body: bytes) -> Order:
    """What codes a body asks for. Raises ReportRefused with every fault."""
    reading = Reading()
    raw = reading.members(decode(body), "", _ORDER) or {}
    named = reading.one_of(raw, "scheme", "", tuple(SCHEMES), required=True)
    text = reading.text(raw, "stem", required=True)
    count = _whole(reading, raw, "count", 1, MOST_CODES)
    lot = reading.text(raw, "lot", limit=_LOT_LIMIT)
    party = reading.code(raw, "party", "", use=Use.PARTY)
    scheme = None if named is None else SCHEMES[named]
    stem = None if scheme is None or text is None else _stem(scheme, text)
    if scheme is not None and text is not None and stem is None:
        reading.fault("stem_malformed", "/stem", text=text, form=scheme.stem_form)
    if scheme is not None and lot is not None and not scheme.lots:
        reading.fault("lot_not_with", "/lot", scheme=scheme.id)
    if reading.faults or scheme is None or stem is None or count is None:
        raise ReportRefused(faults=reading.faults)
    return Order(scheme, stem, count, lot, party)


def read_told(body: bytes, given: CodeRange) -> Told:
    """What a body tells of codes of a range. Raises ReportRefused with every fault."""
    reading = Reading()
    raw = reading.members(decode(body), "", _NOTICE) or {}
    state = reading.one_of(raw, "state", "", _STATES, required=True)
    reason = reading.text(raw, "reason", limit=_REASON_LIMIT)
    lot = reading.text(raw, "lot", limit=_LOT_LIMIT)
    codes = _codes(reading, raw)
    if codes and ("first" in raw or "count" in raw):
        reading.fault("codes_or_run", "/codes")
    run = _run(reading, raw, given, given.run.count)
    if state in (CodeState.LOST, CodeState.VOID) and reason is None and not reading.faults:
        reading.fault("missing", "/reason", field="reason")
    if reading.faults or state is None or run is None:
        raise ReportRefused(faults=reading.faults)
    return Told(CodeState(state), reason or "", lot, run, codes)


def read_labels(body: bytes, given: CodeRange) -> Labels:
    """Which labels a body asks for. Raises ReportRefused with every fault."""
    reading = Reading()
    raw = reading.members(decode(body), "", _LABELS) or {}
    formats = tuple(each.value for each in LabelFormat)
    form = reading.one_of(raw, "format", "", formats, required=True)
    layout = reading.one_of(raw, "layout", "", tuple(LAYOUTS)) or next(iter(LAYOUTS))
    title = reading.text(raw, "title", limit=_TITLE_LIMIT)
    run = _run(reading, raw, given, MOST_LABELS)
    if reading.faults or form is None or run is None:
        raise ReportRefused(faults=reading.faults)
    return Labels(LabelFormat(form), layout, title or "", run)


def write_range(given: CodeRange, first: str, last: str) -> dict[str, Any]:
    """A range as JSON, with its first and last code."""
    return {
        "id": str(given.id),
        "scheme": given.scheme,
        "stem": given.stem,
        "count": given.run.count,
        "lot": given.lot,
        "owner": given.owner,
        "issued_at": given.issued_at,
        "first_code": first,
        "last_code": last,
    }


def write_notices(given: CodeRange, told: Sequence[Notice]) -> list[dict[str, Any]]:
    """Notices as JSON; their runs are counted from the range's beginning."""
    return [
        {
            "first": max(notice.run.first, given.run.first) - given.run.first,
            "count": min(notice.run.end, given.run.end) - max(notice.run.first, given.run.first),
            "state": notice.state.value,
            "reason": notice.reason,
            "lot": notice.lot,
            "recorded_at": notice.recorded_at,
        }
        for notice in told
    ]


def _stem(scheme: Scheme, text: str) -> str | None:
    """The stem that a text is, a GTIN in any of its spellings; ``None`` if it is none."""
    stem = text
    if scheme.id == "sgtin":
        try:
            key = recognise(text).key
        except CodeError:
            return None
        stem = key.removeprefix(_GTIN)
    return stem if scheme.is_stem(stem) else None


def _run(reading: Reading, raw: dict[str, Any], given: CodeRange, most: int) -> Run | None:
    """``first`` and ``count`` as numbers behind the stem; both have sensible defaults."""
    first = _whole(reading, raw, "first", 0, given.run.count - 1, default=0)
    if first is None:
        return None
    left = min(given.run.count - first, most)
    count = _whole(reading, raw, "count", 1, left, default=left)
    return None if count is None else Run(given.run.first + first, count)


def _codes(reading: Reading, raw: dict[str, Any]) -> tuple[str, ...]:
    """The canonical keys of the codes that a body names."""
    named = raw.get("codes")
    if named is None:
        return ()
    if not isinstance(named, list) or not 0 < len(named) <= MOST_NAMED:
        reading.fault("codes_malformed", "/codes", limit=MOST_NAMED)
        return ()
    members = [{"code": one} for one in named]
    codes = [
        reading.code(one, "code", f"/codes/{n}", required=True) for n, one in enumerate(members)
    ]
    return tuple(code.key for code in codes if code is not None)


def _whole(
    reading: Reading, raw: dict[str, Any], name: str, least: int, most: int, *, default: int = -1
) -> int | None:
    """A member that is a whole number within bounds; ``default`` -1 is none."""
    value = raw.get(name)
    if value is None and default >= 0:
        return default
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    reading.fault("not_whole", f"/{name}", field=name, least=least, most=most)
    return None


def not_of_range(index: int, code: str) -> Fault:
    """The fault of a code in a notice that its range does not hold."""
    return Fault("code_not_in_range", f"/codes/{index}", {"text": code})
