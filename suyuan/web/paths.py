"""``{code:text}`` in a route: any text at all, as a code may be; ``{ai:ai}``: two to four digits.

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


class ApplicationIdentifierConvertor(TextConvertor):
    """What a GS1 Digital Link's path begins with; no subsystem's id begins with a digit."""

    regex = "[0-9]{2,4}"


def install() -> None:
    """Make the converters known; a module calls this before its routes use them."""
    register_url_convertor("text", TextConvertor())
    register_url_convertor("ai", ApplicationIdentifierConvertor())
