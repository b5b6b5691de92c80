"""The ``suyuan`` command."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from services import operate
from services.commands import FAILED, MISUSED, city_home, file_errors, in_sentences
from services.home import LocalSettings
from services.key_commands import key_commands
from services.profile_commands import profile_commands
from services.table_commands import (
    coverage_commands,
    edge_commands,
    filing_commands,
    holder_commands,
)
from suyuan import __version__

app = typer.Typer(
    help="溯源 Suyuan: a city's product traceability. Start with `suyuan run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(key_commands, name="key")
app.add_typer(edge_commands, name="edges")
app.add_typer(coverage_commands, name="coverage")
app.add_typer(filing_commands, name="filings")
app.add_typer(holder_commands, name="holders")
app.add_typer(profile_commands, name="profile")

RowKind = Literal["events", "parties", "places", "products", "filings"]
ServiceKind = Literal["ingest", "query", "subsystem", "gateway"]
_SUBSYSTEM_ID = "A subsystem's id, such as food."
ServiceId = Annotated[str, typer.Argument(metavar="ID", help="As `suyuan status` names it.")]


@app.command()
def run() -> None:
    """Run a whole city on this machine, with demonstration data, until Ctrl-C.

    SUYUAN_HOME is its folder; SUYUAN_HOST and SUYUAN_PORT are where the gateway listens
    (127.0.0.1, 8000; port 0 is any free one); SUYUAN_PUBLIC_URL is what QR codes carry;
    SUYUAN_DATABASE_URL names a PostgreSQL server, 16 or newer, to use for the embedded one.
    """
    from services import local

    with in_sentences() as terminal:
        local.run(LocalSettings.from_environment(os.environ), terminal)


@app.command()
def stop(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="A service.")] = None,
) -> None:
    """Stop one service of the city on this machine; without an ID, the whole city."""
    with in_sentences():
        if name is None:
            operate.stop_city(city_home())
        else:
            operate.stop_service(city_home(), name)


@app.command()
def start(name: ServiceId) -> None:
    """Start a service of the running city again, where it was before."""
    with in_sentences() as terminal:
        terminal.line(operate.start_service(city_home(), name).url)


@app.command()
def status() -> None:
    """Show the processes of the city on this machine; the exit status is 1 if one is missing."""
    with in_sentences() as terminal:
        states = operate.states(city_home())
        for state in states:
            how = f"running {state.pid}" if state.pid is not None else "stopped"
            terminal.line(f"{state.name:<11} {how:<15} {state.address}")
        if any(state.pid is None for state in states):
            raise typer.Exit(FAILED)


@app.command("demo")
def walk_through(
    yes: Annotated[bool, typer.Option("--yes", help="Do not wait for Enter at each stop.")] = False,
) -> None:
    """Walk a newcomer through the city on this machine: post, trace, scan, recall,
    find a fault.

    Every stop shows the command that does the same. It may be walked over and over.
    """
    from services import tour

    with in_sentences() as terminal:
        tour.walk(city_home(), terminal, wait=not yes and sys.stdin.isatty())


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
        RowKind,
        typer.Option(help="What the rows are: events, entries of the register, or filings."),
    ] = "events",
    dry_run: Annotated[bool, typer.Option(help="Check the rows, and store none.")] = False,
) -> None:
    """Load spreadsheets of events, of parties, places or products, or of filings, a row each.

    Waits until they are taken in.

    Refused rows are written to FILE.rejected.csv, with the reasons, to be corrected and loaded
    again. Ctrl-C cancels; rows stored before stay. The exit status is 1 if a row was refused.
    """
    from services import loading

    with in_sentences() as terminal:
        place = loading.place(city_home(), url=url, key=key, name=demo_name)
        whole = [loading.load(place, p, terminal, kind=kind, dry_run=dry_run) for p in files]
        if not all(whole):
            raise typer.Exit(FAILED)


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

    with in_sentences() as terminal:
        watched = command.watched(
            os.environ, folder=folder, url=to, subsystem=subsystem, settle=settle, keyed=not status
        )
        if not command.run(watched, terminal, once=once, status=status):
            raise typer.Exit(FAILED)


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
        raise typer.Exit(MISUSED) from None


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

    with in_sentences() as terminal:
        place = find_place(os.environ, subsystem)
        asyncio.run(provision(place.server_url, place.services))
        terminal.line(", ".join(place.services))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A file that is not there yet.")]) -> None:
    """Back every database up into one file, while the services run.

    Of the city on this machine, or, with SUYUAN_DATABASE_URL and SUYUAN_REGISTRY, of that server.
    """
    from services import backups

    with in_sentences() as terminal, file_errors():
        backups.write(os.environ, file, terminal)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `suyuan backup` wrote.")]) -> None:
    """Make every database anew from a backup, and bring the tables up to date.

    The services must be stopped, and no database may hold anything. On the server
    SUYUAN_DATABASE_URL, else on that of the city on this machine.
    """
    from services import backups

    with in_sentences() as terminal, file_errors():
        backups.read(os.environ, file, terminal)


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
        raise typer.Exit(FAILED)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"suyuan {__version__}")


if __name__ == "__main__":
    sys.exit(app())
