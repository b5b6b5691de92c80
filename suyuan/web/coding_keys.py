"""The secrets of the code service: a file with a key a line, in hexadecimal, the newest first."""

from __future__ import annotations

import secrets
from pathlib import Path

_BYTES = 32
_LEAST_BYTES = 16
_MOST_BYTES = 64  # BLAKE2b's longest key


def generate_key() -> str:
    """A new line for the file."""
    return secrets.token_bytes(_BYTES).hex()


def read_keys(path: Path | None) -> tuple[bytes, ...]:
    """The keys of a file; none without one. Raises ValueError with a sentence of what to do."""
    if path is None:
        return ()
    try:
        lines = path.read_text().split()
        keys = tuple(bytes.fromhex(line) for line in lines)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} must hold a key a line, in hexadecimal: {error}") from None
    if not keys or any(not _LEAST_BYTES <= len(key) <= _MOST_BYTES for key in keys):
        raise ValueError(f"{path} must hold keys of {_LEAST_BYTES} to {_MOST_BYTES} bytes")
    return keys
