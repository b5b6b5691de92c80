"""Temporary files, and a disk that has no room for them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from suyuan.domain.errors import Unavailable

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def room() -> Iterator[None]:
    """Raise Unavailable (``no_room``) where the disk is full: it will not stay so for ever."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise Unavailable("no_room") from error
