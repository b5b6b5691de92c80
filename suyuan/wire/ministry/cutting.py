"""XML cut into its rows by their names, so that a row that is broken breaks nothing but itself.

A parser that reads the file whole must stop at the first broken tag, or guess where every row after
it ends. The rows are flat, and their names (``…_info``, ``…_info_base``) are no field's, so they
can be found as text; each is then parsed alone (``rows.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from suyuan.domain.errors import Fault, ReportRefused

# A row has some twenty short fields; the platform's own are under two kilobytes.
ROW_CHARACTERS = 64 * 1024
_CHUNK = 256 * 1024
_TAG_CHARACTERS = 4 * 1024
_COMMENT_CHARACTERS = 1024 * 1024

_TOKEN = re.compile(
    r"<!--|<!(?:DOCTYPE|ENTITY)|<(?P<end>/?)(?P<name>[a-z][a-z_]*_info(?:_[a-z]+)*)"
    r"(?P<rest>\s[^<>]*|/?)>",
    re.IGNORECASE | re.ASCII,
)
_HAS_TEXT = re.compile(r">[^<>]*[^<>\s][^<>]*<")


class Piece(NamedTuple):
    """The text of one row, from its name to its end; ``whole`` is false where it has no end."""

    name: str
    text: str
    whole: bool


def cut(file: TextIO) -> Iterator[Piece]:
    """The rows of a file in their order; what is only around them, such as a head, is left out.

    Raises ReportRefused: ``xml_doctype``, ``xml_comment_endless``.
    """
    cutter = _Cutter()
    while chunk := file.read(_CHUNK):
        yield from cutter.feed(chunk)
    yield from cutter.end()


class _Cutter:
    """What has been read and is not yet cut, and the row that is open in it."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._name = ""
        self._start = 0
        self._in_comment = False

    def feed(self, chunk: str) -> Iterator[Piece]:
        self._in_comment = False
        self._text = self._text[self._keep() :] + chunk
        while (token := _TOKEN.search(self._text, self._at)) is not None:
            if token[0] == "<!--":
                end = self._text.find("-->", token.end())
                if end < 0:
                    self._wait_for_comment(token.start())
                    return
                self._at = end + 3
            elif token["name"] is None:
                raise ReportRefused("file_refused", faults=[Fault("xml_doctype")])
            else:
                yield from self._step(token)
        # A tag may go on in the next chunk.
        begun = self._text.rfind("<", self._at)
        rest = self._text[begun:] if begun >= 0 else ">"
        goes_on = ">" not in rest and len(rest) < _TAG_CHARACTERS
        self._at = begun if goes_on else len(self._text)
        yield from self._too_long()

    def end(self) -> Iterator[Piece]:
        if self._in_comment:  # whatever is behind it would be lost without a word
            raise ReportRefused("file_refused", faults=[Fault("xml_comment_endless")])
        if self._name:
            yield from self._left_open(len(self._text))

    def _keep(self) -> int:
        """Forget what is cut; give back how much of the text that is."""
        done = min(self._start, self._at) if self._name else self._at
        self._start -= done
        self._at -= done
        return done

    def _step(self, token: re.Match[str]) -> Iterator[Piece]:
        if token["end"]:
            if self._name:
                yield Piece(self._name, self._text[self._start : token.end()], whole=True)
            self._name = ""
        else:
            if self._name:
                yield from self._left_open(token.start())
            self._name, self._start = token["name"].lower(), token.start()
            if token["rest"].endswith("/"):
                yield Piece(self._name, token[0], whole=True)
                self._name = ""
        self._at = token.end()

    def _left_open(self, end: int) -> Iterator[Piece]:
        """A row without an end; an element that only holds rows is none."""
        text = self._text[self._start : end][:ROW_CHARACTERS]
        if _HAS_TEXT.search(text):
            yield Piece(self._name, text, whole=False)
        self._name = ""

    def _too_long(self) -> Iterator[Piece]:
        if self._name and self._at - self._start > ROW_CHARACTERS:
            yield from self._left_open(self._at)

    def _wait_for_comment(self, start: int) -> None:
        if len(self._text) - start > _COMMENT_CHARACTERS:
            raise ReportRefused("file_refused", faults=[Fault("xml_comment_endless")])
        self._at = start
        self._in_comment = True
