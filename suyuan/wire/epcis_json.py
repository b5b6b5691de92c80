"""EPCIS 2.0 JSON in and out: the door to the modules ``epcis_*`` for everyone else."""

from suyuan.wire.epcis_document import EpcisEvent, EpcisReading, read_document, read_stored
from suyuan.wire.epcis_write import write_document, write_event, write_query_document

__all__ = [
    "EpcisEvent",
    "EpcisReading",
    "read_document",
    "read_stored",
    "write_document",
    "write_event",
    "write_query_document",
]
