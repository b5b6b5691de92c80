"""A file's end: its report is written, and it goes to ``done`` or ``failed``.

Where it goes is noted first; then come the lists, the report, and last the file. Whoever is killed
in between leaves a file in ``working``, of which the next one writes the same report again.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import PurePath

from services.drop.folder import DONE, FAILED, DropFolder, shown
from services.drop.service import Sentence, both
from services.drop.taking import REASONS, REJECTED_CSV, REJECTED_NDJSON, Outcome
from services.drop.wholeness import Signature

REPORT = ".report.txt"
_ENDINGS = (REPORT, REJECTED_CSV, REJECTED_NDJSON, REASONS)
# What a file system takes as a name, less what is added to it.
_STEM_BYTES = 255 - 60
_STAMP = "%Y%m%d-%H%M%S"


def put_away(folder: DropFolder, name: str, signature: Signature, outcome: Outcome) -> str:
    """Write what became of a file beside it, and move it; where it went, below the folder.

    Never over another file. Raises OSError, after which it can be done again.
    """
    where = DONE if outcome.is_whole else FAILED
    note = folder.note(signature)
    if note.get("where") != where:
        # A name is bytes, which need not be text; as Latin-1 any bytes are.
        stem = os.fsencode(_free_stem(folder, where, name)).decode("latin-1")
        note = {**note, "where": where, "stem": stem}
        folder.keep_note(signature, note)
    stem = os.fsdecode(note["stem"].encode("latin-1"))
    for ending in outcome.lists:
        folder.publish(f"{signature.inode}{ending}", where, stem + ending)
    scratch = f"{signature.inode}{REPORT}"
    with folder.scratch(scratch) as file:
        file.write(_report(shown(name), shown(stem), outcome).encode("utf-8-sig"))
    folder.publish(scratch, where, stem + REPORT)
    suffix = PurePath(name).suffix
    try:
        folder.put_away(name, where, stem + suffix)
    except FileNotFoundError:  # taken away by somebody while it was read; the report stands
        suffix = REPORT
    folder.forget(signature)
    return f"{where}/{shown(stem + suffix)}"


def _free_stem(folder: DropFolder, where: str, name: str) -> str:
    """The file's name without its ending; with the time where another one had that name before."""
    path = PurePath(name)
    stem = _cut(path.name.removesuffix(path.suffix))
    now = datetime.now().astimezone().strftime(_STAMP)
    candidates = (stem, f"{stem}.{now}", *(f"{stem}.{now}-{n}" for n in range(2, 1000)))
    endings = (path.suffix, *_ENDINGS)
    return next(c for c in candidates if not any(folder.has(where, c + e) for e in endings))


def _cut(stem: str) -> str:
    while len(stem.encode(errors="surrogateescape")) > _STEM_BYTES:
        stem = stem[:-1]
    return stem


def _report(name: str, stem: str, outcome: Outcome) -> str:
    counts = {
        "read": outcome.counts.read,
        "accepted": outcome.counts.accepted,
        "repeated": outcome.counts.repeated,
        "rejected": outcome.counts.rejected,
    }
    said = [_head(outcome), *outcome.problems]
    if outcome.counts.read or not outcome.problems:
        said.append(both("drop_counts", counts))
    if outcome.lists:
        said.append(both("drop_lists", {"names": [f"{stem}{each}" for each in outcome.lists]}))
    when = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}"
    chinese, english = zip(*said, strict=True)
    return "\r\n".join([name, when, "", *chinese, "", *english, ""])


def _head(outcome: Outcome) -> Sentence:
    if outcome.is_whole:
        return both("drop_taken_in", {})
    if outcome.problems and not outcome.counts.read:
        return both("drop_not_read", {})
    return both("drop_taken_in_part", {})
