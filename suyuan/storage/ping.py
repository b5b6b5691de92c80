"""Whether a database answers."""

from __future__ import annotations

from sqlalchemy import text

from suyuan.storage.engine import Database
from suyuan.storage.faults import translated


async def answers(database: Database) -> None:
    """Ask both sides of a database the least there is to ask; ``Unavailable`` if one is silent."""
    with translated():
        async with database.reading() as connection:
            await connection.execute(text("SELECT 1"))
        async with database.writing() as connection:
            await connection.execute(text("SELECT 1"))
