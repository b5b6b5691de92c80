"""Pieces in cases, and cases on pallets: the same for spirits, medicines, pesticides and cans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.demonstration.book import Book, Lorry, piece
from services.demonstration.enterprises import Enterprise


def pack(book: Book, who: Enterprise, when: datetime, outer: str, inner: Sequence[str]) -> None:
    """Put things into a container."""
    children = [piece(code) for code in inner]
    book.tell(who, when, "production pack", parent=outer, children=children)


def unpack(book: Book, who: Enterprise, when: datetime, outer: str, inner: Sequence[str]) -> None:
    """Take things out of a container."""
    children = [piece(code) for code in inner]
    book.tell(who, when, "wholesale unpack", parent=outer, children=children)


def in_cases(
    book: Book, who: Enterprise, when: datetime, cases: Sequence[str], pieces: Sequence[str]
) -> dict[str, list[str]]:
    """Pack pieces evenly into cases, a minute each; what is in which."""
    size = len(pieces) // len(cases)
    inside = {case: list(pieces[n * size : (n + 1) * size]) for n, case in enumerate(cases)}
    for n, (case, inner) in enumerate(inside.items()):
        pack(book, who, when + timedelta(minutes=n), case, inner)
    return inside


def sell_case(
    book: Book,
    seller: Enterprise,
    shop: Enterprise,
    case: str,
    inner: Sequence[str],
    lorry: Lorry,
    **members: Any,
) -> None:
    """A case goes to a shop, and is opened there."""
    book.hand_over(seller, shop, [piece(case)], lorry, **members)
    unpack(book, shop, lorry.arrives + timedelta(minutes=30), case, inner)
