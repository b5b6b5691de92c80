"""Which codes a lot number of one party stands for: a recall may know no more than the label."""

from __future__ import annotations

from collections.abc import Iterator

from suyuan.domain.codes import Level, Use, recognise
from suyuan.domain.codes.gs1 import encode, lot_key
from suyuan.domain.events import Event
from suyuan.storage.engine import Database
from suyuan.storage.lots import find_telling
from suyuan.storage.rows import FORMS
from suyuan.wire.reports import read_stored


class OwnLots:
    """The lots in a subsystem's own reports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, party: str, lot: str) -> list[str]:
        """The canonical keys of what a party (by its key) reported as of a lot, in order."""
        async with self._database.reading() as connection:
            telling = await find_telling(connection, party, lot)
        known = recognise(party, use=Use.PARTY)
        events = [read_stored(FORMS[form], document, known, id_) for form, document, id_ in telling]
        return sorted({key for event in events for key in _of_lot(event, lot)})


def _of_lot(event: Event, lot: str) -> Iterator[str]:
    """What an event says is of the lot, by its product's lot number or by the code itself.

    A piece stands for its lot, where the two have one number: a recall of the lot has its pieces.
    """
    told = event.product is not None and event.product.lot == lot
    ending = f"/10/{encode(lot)}"
    for item in (*event.items, *event.outputs):
        key = item.code.key
        if told and item.code.level is Level.SERIAL:
            yield lot_key(key, lot) or key
        elif told or key.endswith(ending):
            yield key
