"""What all tables share: the metadata, and columns of one kind."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, Text, func

metadata = MetaData()

# Codes and ids are compared byte by byte: the database's own collation would cost time and could
# change with the operating system under an index.
CODE = Text(collation="C")


def moment(name: str, *, given_here: bool = False) -> Column[object]:
    default = func.now() if given_here else None
    return Column(name, DateTime(timezone=True), nullable=False, server_default=default)
