"""The readings of a text in the order of a sector, which knows its own codes best.

The order is all that changes: a text has one key, whoever asks (``recognition``).
"""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.domain.codes.code import Candidate


def preferred(found: Sequence[Candidate], schemes: Sequence[str]) -> list[Candidate]:
    """The readings, those first that are valid and of one of ``schemes``, in the schemes' order.

    The others follow as they were.

    >>> preferred([], ["drug_code"])
    []
    """
    ranks = {scheme: place for place, scheme in enumerate(schemes)}
    last = len(ranks)
    return sorted(found, key=lambda one: ranks.get(one.scheme, last) if one.valid else last)
