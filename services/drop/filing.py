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
_NAME_BYTES = 255 - 30
_STAMP = "%Y%m%d-%H%M%S"


def put_away(folder: DropFolder, name: str, signature: Signature, outcome: Outcome) -> str:
    """Write what became of a file beside it, and move it; where it went, below the folder.

    Never over another file. Raises OSError, after which it can be done again.
    """
    where = DONE if outcome.is_whole else FAILED
    note = folder.note(signature)
    if note.get("where") != where:
        # A name is bytes, which need not be text; as Latin-1 any bytes are.
        chosen = os.fsencode(_free_name(folder, where, name)).decode("latin-1")
        note = {**note, "where": where, "name": chosen}
        folder.keep_note(signature, note)
    new_name = os.fsdecode(note["name"].encode("latin-1"))
    for ending in outcome.lists:
        folder.publish(f"{signature.inode}{ending}", where, _beside(new_name, ending))
    scratch = f"{signature.inode}{REPORT}"
    with folder.scratch(scratch) as file:
        file.write(_report(name, new_name, outcome).encode("utf-8-sig"))
    folder.publish(scratch, where, _beside(new_name, REPORT))
    try:
        folder.put_away(name, where, new_name)
    except FileNotFoundError:  # taken away by somebody while it was read; the report stands
        new_name = _beside(new_name, REPORT)
    folder.forget(signature)
    return f"{where}/{shown(new_name)}"


def _free_name(folder: DropFolder, where: str, name: str) -> str:
    """The file's own name; with the time in it where there was one of that name before."""
    path = PurePath(name)
    stem, suffix = _cut(name.removesuffix(path.suffix)), path.suffix
    now = datetime.now().astimezone().strftime(_STAMP)
    names = (name, *(f"{stem}.{now}{n}{suffix}" for n in ("", *(f"-{n}" for n in range(2, 1000)))))
    return next(one for one in names if not _is_taken(folder, where, one))


def _is_taken(folder: DropFolder, where: str, name: str) -> bool:
    return any(folder.has(where, one) for one in (name, *(_beside(name, e) for e in _ENDINGS)))


def _beside(name: str, ending: str) -> str:
    return _cut(name) + ending


def _cut(name: str) -> str:
    while len(os.fsencode(name)) > _NAME_BYTES:
        name = name[:-1]
    return name


def _report(name: str, new_name: str, outcome: Outcome) -> str:
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
        names = [shown(_beside(new_name, ending)) for ending in outcome.lists]
        said.append(both("drop_lists", {"names": names}))
    when = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}"
    chinese, english = zip(*said, strict=True)
    return "\r\n".join([shown(name), when, "", *chinese, "", *english, ""])


def _head(outcome: Outcome) -> Sentence:
    if outcome.is_whole:
        return both("drop_taken_in", {})
    if outcome.problems and not outcome.counts.read:
        return both("drop_not_read", {})
    return both("drop_taken_in_part", {})
