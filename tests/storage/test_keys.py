import pytest
from sqlalchemy import select

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import Ambiguous, NotKnown, Refused
from suyuan.storage import keys
from suyuan.storage.engine import Database, ReadConnection, WriteConnection
from suyuan.storage.tables.keys import keys as table

MILL = Code("urn:suyuan:cn:91350200612002789K")


@pytest.fixture(autouse=True)
async def no_keys(writing: WriteConnection) -> None:
    """Other tests' keys are out of sight for the length of this transaction."""
    await writing.execute(table.delete())


async def test_a_new_key_is_its_holders(writing: WriteConnection, reading: ReadConnection) -> None:
    key = await keys.issue(writing, role=CallerRole.ENTERPRISE, party=MILL, home="food")
    assert await keys.find(reading, key) == Caller(CallerRole.ENTERPRISE, MILL, "food")


async def test_two_keys_are_never_alike(writing: WriteConnection) -> None:
    first = await keys.issue(writing, role=CallerRole.CITY)
    assert await keys.issue(writing, role=CallerRole.CITY) != first
    assert keys.is_key(first)


async def test_only_the_hash_of_a_key_is_stored(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    key = await keys.issue(writing, role=CallerRole.CITY, label="city hall")
    rows = (await reading.execute(select(table))).all()
    assert [row.key_hash for row in rows] == [keys.digest(key)]
    assert key.removeprefix("sk_") not in repr(rows)


@pytest.mark.parametrize("text", ["", "sk_", "sk_" + "A" * 43, "sk_" + "é" * 43, "x\0"])
async def test_what_was_never_issued_is_nobodys(reading: ReadConnection, text: str) -> None:
    assert await keys.find(reading, text) is None


async def test_a_revoked_key_is_nobodys(writing: WriteConnection, reading: ReadConnection) -> None:
    key = await keys.issue(writing, role=CallerRole.CITY)
    revoked = await keys.revoke(writing, key)
    assert revoked.revoked_at is not None
    assert await keys.find(reading, key) is None


async def test_a_key_is_revoked_by_the_beginning_of_its_hash(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    key = await keys.issue(writing, role=CallerRole.CITY)
    (stored,) = await keys.list_keys(reading)
    await keys.revoke(writing, stored.id.upper())
    assert await keys.find(reading, key) is None


async def test_revoking_twice_keeps_the_first_time(database: Database) -> None:
    async with database.writing() as first:
        key = await keys.issue(first, role=CallerRole.CITY)
        revoked = await keys.revoke(first, key)
    async with database.writing() as second:
        assert await keys.revoke(second, key) == revoked


@pytest.mark.parametrize("named", ["", "%", "ab", "sk_" + "A" * 43, "0" * 12, "zzzzzzzzzzzz"])
async def test_revoking_what_is_not_there_is_refused(writing: WriteConnection, named: str) -> None:
    await keys.issue(writing, role=CallerRole.CITY)
    with pytest.raises(NotKnown) as refused:
        await keys.revoke(writing, named)
    assert refused.value.code == "key_unknown"


async def test_a_beginning_that_two_keys_share_revokes_neither(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    for last in (b"\0", b"\1"):
        row = {"key_hash": bytes(31) + last, "role": "city", "label": ""}
        await writing.execute(table.insert().values(row))
    with pytest.raises(Ambiguous):
        await keys.revoke(writing, "0" * 12)
    assert [stored.revoked_at for stored in await keys.list_keys(reading)] == [None, None]


async def test_keys_are_listed_with_their_holders_and_labels(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    await keys.issue(writing, role=CallerRole.INSPECTOR, home="meat", label="night shift")
    (stored,) = await keys.list_keys(reading)
    assert (stored.caller.owner, stored.label) == ("inspector:meat", "night shift")
    assert len(stored.id) == 12


async def test_a_key_of_another_database_becomes_known_once(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    key = "sk_" + "k" * 43
    for label in ("first", "second"):
        await keys.ensure(writing, key, role=CallerRole.DEPARTMENT, home="food", label=label)
    assert [stored.label for stored in await keys.list_keys(reading)] == ["first"]


async def test_ensuring_a_revoked_key_leaves_it_revoked(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    key = await keys.issue(writing, role=CallerRole.CITY)
    await keys.revoke(writing, key)
    await keys.ensure(writing, key, role=CallerRole.CITY)
    assert await keys.find(reading, key) is None


@pytest.mark.parametrize(
    ("role", "party", "home", "code"),
    [
        (CallerRole.CONSUMER, None, None, "key_for_consumer"),
        (CallerRole.ENTERPRISE, None, "food", "key_party"),
        (CallerRole.DEPARTMENT, MILL, "food", "key_party"),
        (CallerRole.DEPARTMENT, None, None, "key_home"),
        (CallerRole.INSPECTOR, None, None, "key_home"),
        (CallerRole.CITY, None, "food", "key_home"),
    ],
)
async def test_a_key_without_a_proper_holder_is_not_issued(
    writing: WriteConnection, role: CallerRole, party: Code | None, home: str | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await keys.issue(writing, role=role, party=party, home=home)
    assert refused.value.code == code


async def test_a_malformed_key_is_not_ensured(writing: WriteConnection) -> None:
    with pytest.raises(Refused) as refused:
        await keys.ensure(writing, "secret", role=CallerRole.CITY)
    assert refused.value.code == "key_malformed"
