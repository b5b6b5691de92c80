"""``suyuan key``: keys of callers, and those that services sign and give codes out with."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from services import operate
from services.commands import city_home, file_errors, in_sentences
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Refused

key_commands = typer.Typer(
    help="Issue, revoke and list API keys. A key works at the gateway and at every subsystem.\n\n"
    "They are those of the city on this machine, or, with SUYUAN_DATABASE_URL and SUYUAN_REGISTRY,"
    " those of that server and its subsystems.",
    no_args_is_help=True,
)


@key_commands.command()
def issue(
    role: Annotated[CallerRole, typer.Option(help="Whose key it is.")],
    party: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="A USCC, a GLN, or a private code as urn:suyuan:…:…."),
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="A department's or inspector's subsystem; where an enterprise's reports go.",
        ),
    ] = None,
    label: Annotated[str, typer.Option(help="A note for those who list the keys.")] = "",
) -> None:
    """Issue a key and print it, this once: only its hash is stored."""
    from services.key_ring import party_of
    from services.place import find_place

    with in_sentences() as terminal:
        place = find_place(os.environ)
        if home is not None:
            place.require(home)
        caller = Caller(role, party_of(party) if party is not None else None, home)
        terminal.line(asyncio.run(place.key_ring().issue(caller, label)))


@key_commands.command()
def demo(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="An enterprise's USCC, inspectors.food, city ..."),
    ] = None,
) -> None:
    """Print a demonstration key of the city on this machine; without a name, list them all."""
    from services.demonstration import participants

    with in_sentences() as terminal:
        known = operate.demonstration_keys(city_home())
        if name is None:
            owners = {one.uscc: f"{one.caller.home:<8}  {one.name}" for one in participants()}
            for each in known:
                terminal.line(f"{each:<20}  {owners.get(each, '')}".rstrip())
        elif name in known:
            terminal.line(known[name])
        else:
            raise Refused("demo_key_unknown", name=name)


@key_commands.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key, or 12 or more digits of its hash.")],
) -> None:
    """End a key at the gateway and at every subsystem."""
    from services.place import find_place

    with in_sentences() as terminal:
        stored = asyncio.run(find_place(os.environ).key_ring().revoke(key))
        terminal.line(f"{stored.id}  {stored.caller.owner}")


@key_commands.command("list")
def list_keys() -> None:
    """List the keys: the beginning of each hash, whose it is, since when, until when."""
    from services.place import find_place

    with in_sentences() as terminal:
        for stored in asyncio.run(find_place(os.environ).key_ring().known()):
            ended = f"revoked {stored.revoked_at:%Y-%m-%d}" if stored.revoked_at else ""
            home = stored.caller.home or ""
            terminal.line(
                f"{stored.id}  {stored.caller.role.value:<10}  {stored.caller.owner:<20}"
                f"  {home:<8}  {stored.issued_at:%Y-%m-%d}  {ended:<18}  {stored.label}".rstrip()
            )


@key_commands.command()
def claims(
    private: Annotated[Path, typer.Option(metavar="FILE", help="For the gateway alone.")],
    public: Annotated[Path, typer.Option(metavar="FILE", help="For every subsystem.")],
) -> None:
    """Make the key pair that the gateway signs claims with, unless both files are there."""
    from services.city import ensure_claims_keys

    with in_sentences() as terminal, file_errors():
        if ensure_claims_keys(private, public):
            terminal.line(f"{private}\n{public}")


@key_commands.command()
def coding(
    file: Annotated[Path, typer.Option(metavar="FILE", help="For every subsystem.")],
) -> None:
    """Make the secret that codes are given out by, unless the file is there.

    A new key is a new first line of the file; the old lines stay, for what is printed already.
    """
    from services.city import ensure_coding_keys

    with in_sentences() as terminal, file_errors():
        if ensure_coding_keys(file):
            terminal.line(str(file))
