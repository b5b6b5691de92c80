from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from migrations import __main__ as tool
from suyuan.storage.provision import on_database, provision, service_url

VERSIONS = sorted(Path(tool.__file__).with_name("versions").glob("[0-9]*.py"))


@pytest.fixture(scope="module")
def migrated_url(postgres_url: str) -> str:
    """A database of this module's own: what others have stored may not fit a changed column."""
    asyncio.run(provision(postgres_url, ["migrations"]))
    return service_url(postgres_url, "migrations")


async def test_the_migrations_give_the_tables(migrated_url: str) -> None:
    assert await on_database(migrated_url, tool.differences) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE keys DROP COLUMN label",
        "ALTER TABLE keys ADD COLUMN more text",
        "ALTER TABLE events ALTER COLUMN form TYPE bigint",
        "ALTER TABLE events ALTER COLUMN kind SET NOT NULL",
        'ALTER TABLE events ALTER COLUMN id TYPE text COLLATE "default"',
        "ALTER TABLE keys ALTER COLUMN label DROP DEFAULT",
        "DROP INDEX edges_by_code",
        "CREATE INDEX another ON events (content)",
    ],
)
async def test_a_difference_is_found(migrated_url: str, change: str) -> None:
    def differ(connection: Connection) -> int:
        connection.execute(text(change))
        found = tool.check(connection)
        connection.rollback()
        return found

    assert await on_database(migrated_url, differ) == 1


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_a_revision_waits_only_so_long_for_a_lock(version: Path) -> None:
    for step in ("upgrade", "downgrade"):
        body = version.read_text().split(f"def {step}() -> None:\n", 1)[1]
        first = next(line for line in body.splitlines() if not line.strip().startswith("#"))
        assert first.strip() == """op.execute("SET LOCAL lock_timeout = '4s'")"""


def test_revisions_are_numbered_one_after_the_other() -> None:
    assert [int(version.name[:4]) for version in VERSIONS] == list(range(1, len(VERSIONS) + 1))


@pytest.mark.parametrize("arguments", [[], ["revision"], ["revision", " "], ["nonsense"]])
def test_a_command_that_is_none_is_told_how(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err
