"""``{code:text}`` in a route: any text at all, as a code may be.

Starlette's own ``path`` ends at the first line break, and a seed package's QR text has four lines.
"""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor


class TextConvertor(Convertor[str]):
    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def install() -> None:
    """Make the converter known; a module calls this before its routes use it."""
    register_url_convertor("text", TextConvertor())
