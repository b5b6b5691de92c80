"""``python -m migrations check`` compares revisions and tables; ``revision TEXT`` adds one.

Both build a database from the revisions, on a server of their own that is gone afterwards.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from suyuan.storage.provision import migrations_config, on_database, provision, service_url
from suyuan.storage.server import EmbeddedServer
from suyuan.storage.tables import metadata

_SERVICE = "migrations"


def differences(connection: Connection) -> list[Any]:
    """What a new revision would have to do for the database to be as the tables are."""
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return [*compare_metadata(context, metadata), *_other_collations(connection)]


def _other_collations(connection: Connection) -> list[str]:
    """The columns that sort otherwise than the tables say, which Alembic does not compare."""
    query = text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = current_schema()"
    )
    found = {(table, column): collation for table, column, collation in connection.execute(query)}
    return [
        f"{table.name}.{column.name} has the collation {found[table.name, column.name]}"
        for table in metadata.tables.values()
        for column in table.columns
        if (table.name, column.name) in found
        and found[table.name, column.name] != getattr(column.type, "collation", None)
    ]


def check(connection: Connection) -> int:
    """Say every difference; 1 if there is one."""
    found = differences(connection)
    for difference in found:
        print("The migrations do not give the tables:", difference)
    if found:
        print('Write the missing one with: make revision m="what it does"')
    return 1 if found else 0


def write_revision(connection: Connection, message: str) -> int:
    """Write a revision with what ``differences`` found, numbered after the last one."""
    config = migrations_config(connection)
    numbers = [
        int(path.name[:4])
        for path in Path(__file__).with_name("versions").glob("*.py")
        if re.match(r"\d{4}_", path.name)
    ]
    command.revision(config, message, autogenerate=True, rev_id=f"{max(numbers, default=0) + 1:04}")
    return 0


async def _on_fresh_database(server_url: str, do: Callable[[Connection], int]) -> int:
    await provision(server_url, [_SERVICE])
    return await on_database(service_url(server_url, _SERVICE), do)


def main(arguments: list[str]) -> int:
    """Run one of the two commands; 2 for anything else."""
    match arguments:
        case ["check"]:
            do = check
        case ["revision", message] if message.strip():

            def do(connection: Connection) -> int:
                return write_revision(connection, message)

        case _:
            print('usage: python -m migrations check | revision "what it does"', file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder), durable=False) as it:
        return asyncio.run(_on_fresh_database(it.url, do))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
