"""The ``suyuan`` command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from services import operate
from services.home import Home, LocalSettings
from services.profile_commands import profile_commands
from services.terminal import Terminal
from suyuan import __version__
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Refused, SuyuanError, Unavailable

# Exit status: the command was misused, or it was right and could not be done.
_MISUSED, _FAILED = 2, 1

app = typer.Typer(
    help="溯源 Suyuan: a city's product traceability. Start with `suyuan run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
key_commands = typer.Typer(
    help="Issue, revoke and list API keys. A key works at the gateway and at every subsystem.\n\n"
    "They are those of the city on this machine, or, with SUYUAN_DATABASE_URL and SUYUAN_REGISTRY,"
    " those of that server and its subsystems.",
    no_args_is_help=True,
)
app.add_typer(key_commands, name="key")
edge_commands = typer.Typer(
    help="Prove or rebuild the edge table, the index by which chains are found.\n\n"
    "Of the subsystems given, else those in SUYUAN_REGISTRY, else those of the city on this"
    " machine; on the server SUYUAN_DATABASE_URL, else that of this machine.",
    no_args_is_help=True,
)
app.add_typer(edge_commands, name="edges")
coverage_commands = typer.Typer(
    help="Prove or rebuild the coverage figures (docs/coverage.md).\n\nOf the subsystems and on the"
    " server that `suyuan edges` is about.",
    no_args_is_help=True,
)
app.add_typer(coverage_commands, name="coverage")
filing_commands = typer.Typer(
    help="What the register takes from filings (docs/register.md).\n\nOf the subsystems and on the"
    " server that `suyuan edges` is about.",
    no_args_is_help=True,
)
app.add_typer(filing_commands, name="filings")
holder_commands = typer.Typer(
    help="The gateway's index of who probably holds what (docs/federation.md).",
    no_args_is_help=True,
)
app.add_typer(holder_commands, name="holders")
app.add_typer(profile_commands, name="profile")
Subsystems = Annotated[
    list[str] | None, typer.Option("--subsystem", metavar="ID", help="May be given several times.")
]

RowKind = Literal["events", "parties", "places", "products"]
ServiceKind = Literal["ingest", "query", "subsystem", "gateway"]
_SUBSYSTEM_ID = "A subsystem's id, such as food."
ServiceId = Annotated[str, typer.Argument(metavar="ID", help="As `suyuan status` names it.")]


@contextmanager
def _in_sentences() -> Iterator[Terminal]:
    """Say an error of ours in one sentence; the exit status tells whose mistake it was."""
    terminal = Terminal()
    try:
        yield terminal
    except SuyuanError as error:
        typer.echo(terminal.refusal(error), err=True)
        raise typer.Exit(_MISUSED if isinstance(error, Refused) else _FAILED) from None


@contextmanager
def _file_errors() -> Iterator[None]:
    """Raise what the file system refuses as ``Unavailable``."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable("file_not_writable", path=error.filename, reason=reason) from error


def _home() -> Home:
    return Home(LocalSettings.from_environment(os.environ).home)


@app.command()
def run() -> None:
    """Run a whole city on this machine, with demonstration data, until Ctrl-C.

    SUYUAN_HOME is its folder; SUYUAN_HOST and SUYUAN_PORT are where the gateway listens
    (127.0.0.1, 8000; port 0 is any free one); SUYUAN_PUBLIC_URL is what QR codes carry;
    SUYUAN_DATABASE_URL names a PostgreSQL server, 16 or newer, to use for the embedded one.
    """
    from services import local

    with _in_sentences() as terminal:
        local.run(LocalSettings.from_environment(os.environ), terminal)


@app.command()
def stop(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="A service.")] = None,
) -> None:
    """Stop one service of the city on this machine; without an ID, the whole city."""
    with _in_sentences():
        if name is None:
            operate.stop_city(_home())
        else:
            operate.stop_service(_home(), name)


@app.command()
def start(name: ServiceId) -> None:
    """Start a service of the running city again, where it was before."""
    with _in_sentences() as terminal:
        terminal.line(operate.start_service(_home(), name).url)


@app.command()
def status() -> None:
    """Show the processes of the city on this machine; the exit status is 1 if one is missing."""
    with _in_sentences() as terminal:
        states = operate.states(_home())
        for state in states:
            how = f"running {state.pid}" if state.pid is not None else "stopped"
            terminal.line(f"{state.name:<11} {how:<15} {state.address}")
        if any(state.pid is None for state in states):
            raise typer.Exit(_FAILED)


@app.command("demo")
def walk_through(
    yes: Annotated[bool, typer.Option("--yes", help="Do not wait for Enter at each stop.")] = False,
) -> None:
    """Walk a newcomer through the city on this machine: post, trace, scan, recall,
    find a fault.

    Every stop shows the command that does the same. It may be walked over and over.
    """
    from services import tour

    with _in_sentences() as terminal:
        tour.walk(_home(), terminal, wait=not yes and sys.stdin.isatty())


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV or XLSX files.")],
    url: Annotated[
        str | None, typer.Option(help="A gateway or subsystem; else the city on this machine.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(envvar="SUYUAN_KEY", help="The key to report with.")
    ] = None,
    demo_name: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="A demonstration key; see `suyuan key demo`."),
    ] = None,
    kind: Annotated[
        RowKind, typer.Option(help="What the rows are: events, or entries of the register.")
    ] = "events",
    dry_run: Annotated[bool, typer.Option(help="Check the rows, and store none.")] = False,
) -> None:
    """Load spreadsheets of events, or of parties, places or products for the register, a row each.

    Waits until they are taken in.

    Refused rows are written to FILE.rejected.csv, with the reasons, to be corrected and loaded
    again. Ctrl-C cancels; rows stored before stay. The exit status is 1 if a row was refused.
    """
    from services import loading

    with _in_sentences() as terminal:
        place = loading.place(_home(), url=url, key=key, name=demo_name)
        whole = [loading.load(place, p, terminal, kind=kind, dry_run=dry_run) for p in files]
        if not all(whole):
            raise typer.Exit(_FAILED)


@app.command()
def drop(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Where files are dropped.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="An ingest service, or a gateway.")
    ] = None,
    subsystem: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Folder and address as SUYUAN_REGISTRY has them."),
    ] = None,
    settle: Annotated[
        float | None,
        typer.Option(min=0.1, max=3600, help="Seconds that a file rests before it is whole; 5."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when nothing is left.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Only say how the folder is.")] = False,
) -> None:
    """Watch a folder: every CSV, XLSX, NDJSON or EPCIS JSON file in it is taken in, once.

    The key is in SUYUAN_KEY. Each file goes to done or failed below the folder, with a report.
    Killed at any point, it goes on where it was. The exit status is 1 if something was refused
    (--once), or nobody watches (--status).
    """
    from services.drop import command

    with _in_sentences() as terminal:
        watched = command.watched(
            os.environ, folder=folder, url=to, subsystem=subsystem, settle=settle, keyed=not status
        )
        if not command.run(watched, terminal, once=once, status=status):
            raise typer.Exit(_FAILED)


@app.command()
def serve(
    service: Annotated[ServiceKind, typer.Argument(help="subsystem is ingest and query together.")],
    subsystem: Annotated[str | None, typer.Option(metavar="ID", help=_SUBSYSTEM_ID)] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the port.")] = 1,
) -> None:
    """Serve one service in this process, from the settings in the environment.

    docs/settings.md lists them; SUYUAN_DATABASE_URL is the one that must be set.
    """
    from services.serve import serve as serve_it
    from suyuan.web.settings import Service, SettingsRefused

    try:
        serve_it(Service(service), subsystem=subsystem, host=host, port=port, workers=workers)
    except SettingsRefused as error:
        typer.echo("\n".join(error.sentences), err=True)
        raise typer.Exit(_MISUSED) from None


@app.command()
def migrate(
    subsystem: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="May be given several times.")
    ] = None,
) -> None:
    """Make the roles and databases that are missing, and bring all tables up to date.

    For the gateway and the subsystems given, else those in SUYUAN_REGISTRY, else those of the city
    on this machine; on the server SUYUAN_DATABASE_URL, else that of this machine.
    """
    from services.place import find_place
    from suyuan.storage.provision import provision

    with _in_sentences() as terminal:
        place = find_place(os.environ, subsystem)
        asyncio.run(provision(place.server_url, place.services))
        terminal.line(", ".join(place.services))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A file that is not there yet.")]) -> None:
    """Back every database up into one file, while the services run.

    Of the city on this machine, or, with SUYUAN_DATABASE_URL and SUYUAN_REGISTRY, of that server.
    """
    from services import backups

    with _in_sentences() as terminal, _file_errors():
        backups.write(os.environ, file, terminal)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `suyuan backup` wrote.")]) -> None:
    """Make every database anew from a backup, and bring the tables up to date.

    The services must be stopped, and no database may hold anything. On the server
    SUYUAN_DATABASE_URL, else on that of the city on this machine.
    """
    from services import backups

    with _in_sentences() as terminal, _file_errors():
        backups.read(os.environ, file, terminal)


@edge_commands.command("prove")
def prove_edges(subsystem: Subsystems = None) -> None:
    """Compare every edge with its event, as of one moment; ingest may go on.

    The exit status is 1 if they differ.
    """
    from services import edge_table
    from services.place import find_place

    with _in_sentences() as terminal:
        if not edge_table.prove(find_place(os.environ, subsystem), terminal):
            raise typer.Exit(_FAILED)


@edge_commands.command("rebuild")
def rebuild_edges(subsystem: Subsystems = None) -> None:
    """Make the edges anew from the events, and prove them.

    Chains are answered meanwhile; reports wait, and are answered 503 if it takes long. Whatever
    goes wrong leaves the old table.
    """
    from services import edge_table
    from services.place import find_place

    with _in_sentences() as terminal:
        if not edge_table.rebuild(find_place(os.environ, subsystem), terminal):
            raise typer.Exit(_FAILED)


@filing_commands.command("rebuild")
def rebuild_from_filings(subsystem: Subsystems = None) -> None:
    """Let the register say again whatever filings' steps have decided.

    What it says already stays as it is, and what enterprises said themselves too; services may go
    on. For a register that lost rows, or was restored from before.
    """
    from services import filing_table
    from services.place import find_place

    with _in_sentences() as terminal:
        filing_table.rebuild(find_place(os.environ, subsystem), terminal)


@coverage_commands.command("prove")
def prove_coverage(subsystem: Subsystems = None) -> None:
    """Count every enterprise's day from its events, and compare; ingest may go on.

    The exit status is 1 if they differ.
    """
    from services import coverage_table
    from services.place import find_place

    with _in_sentences() as terminal:
        if not coverage_table.prove(find_place(os.environ, subsystem), terminal):
            raise typer.Exit(_FAILED)


@coverage_commands.command("rebuild")
def rebuild_coverage(subsystem: Subsystems = None) -> None:
    """Count every enterprise's day anew from its events, and prove it; ingest may go on."""
    from services import coverage_table
    from services.place import find_place

    with _in_sentences() as terminal:
        if not coverage_table.rebuild(find_place(os.environ, subsystem), terminal):
            raise typer.Exit(_FAILED)


@holder_commands.command("rebuild")
def rebuild_holders(
    wait: Annotated[
        bool, typer.Option(help="Watch until the running gateway has read every feed.")
    ] = True,
) -> None:
    """Empty the index; the running gateway fills it anew from the subsystems' change feeds.

    The exit status is 1 if a feed did not come to its end.
    """
    from services import holder_index
    from services.place import find_place

    with _in_sentences() as terminal:
        holder_index.rebuild(find_place(os.environ), terminal, wait=wait)


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

    with _in_sentences() as terminal:
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

    with _in_sentences() as terminal:
        known = operate.demonstration_keys(_home())
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

    with _in_sentences() as terminal:
        stored = asyncio.run(find_place(os.environ).key_ring().revoke(key))
        terminal.line(f"{stored.id}  {stored.caller.owner}")


@key_commands.command("list")
def list_keys() -> None:
    """List the keys: the beginning of each hash, whose it is, since when, until when."""
    from services.place import find_place

    with _in_sentences() as terminal:
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

    with _in_sentences() as terminal, _file_errors():
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

    with _in_sentences() as terminal, _file_errors():
        if ensure_coding_keys(file):
            terminal.line(str(file))


@app.command()
def openapi(
    folder: Annotated[Path, typer.Argument(help="Where the files are written.")] = Path("openapi"),
    check: Annotated[
        bool, typer.Option("--check", help="Only say which files are not up to date.")
    ] = False,
) -> None:
    """Write each service's OpenAPI description as JSON: ingest, query, gateway."""
    from services.descriptions import differing, write

    if not check:
        write(folder)
        return
    found = differing(folder)
    for path in found:
        typer.echo(f"{path} is not up to date; write it with: make openapi", err=True)
    if found:
        raise typer.Exit(_FAILED)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"suyuan {__version__}")


if __name__ == "__main__":
    sys.exit(app())
