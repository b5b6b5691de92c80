"""``suyuan edges``, ``filings``, ``coverage``, ``holders``: tables that follow from reports."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands import FAILED, Subsystems, in_sentences

if TYPE_CHECKING:
    from services.place import Place
    from services.terminal import Terminal

edge_commands = typer.Typer(
    help="Prove or rebuild the edge table, the index by which chains are found.\n\n"
    "Of the subsystems given, else those in SUYUAN_REGISTRY, else those of the city on this"
    " machine; on the server SUYUAN_DATABASE_URL, else that of this machine.",
    no_args_is_help=True,
)
coverage_commands = typer.Typer(
    help="Prove or rebuild the coverage figures (docs/coverage.md).\n\nOf the subsystems and on the"
    " server that `suyuan edges` is about.",
    no_args_is_help=True,
)
filing_commands = typer.Typer(
    help="What the register takes from filings (docs/register.md).\n\nOf the subsystems and on the"
    " server that `suyuan edges` is about.",
    no_args_is_help=True,
)
holder_commands = typer.Typer(
    help="The gateway's index of who probably holds what (docs/federation.md).",
    no_args_is_help=True,
)


@edge_commands.command("prove")
def prove_edges(subsystem: Subsystems = None) -> None:
    """Compare every edge with its event, as of one moment; ingest may go on.

    The exit status is 1 if they differ.
    """
    from services import edge_table

    _hold(edge_table.prove, subsystem)


@edge_commands.command("rebuild")
def rebuild_edges(subsystem: Subsystems = None) -> None:
    """Make the edges anew from the events, and prove them.

    Chains are answered meanwhile; reports wait, and are answered 503 if it takes long. Whatever
    goes wrong leaves the old table.
    """
    from services import edge_table

    _hold(edge_table.rebuild, subsystem)


@filing_commands.command("rebuild")
def rebuild_from_filings(subsystem: Subsystems = None) -> None:
    """Let the register say again whatever filings' steps have decided.

    What it says already stays as it is, and what enterprises said themselves too; services may go
    on. For a register that lost rows, or was restored from before.
    """
    from services import filing_table
    from services.place import find_place

    with in_sentences() as terminal:
        filing_table.rebuild(find_place(os.environ, subsystem), terminal)


@coverage_commands.command("prove")
def prove_coverage(subsystem: Subsystems = None) -> None:
    """Count every enterprise's day from its events, and compare; ingest may go on.

    The exit status is 1 if they differ.
    """
    from services import coverage_table

    _hold(coverage_table.prove, subsystem)


@coverage_commands.command("rebuild")
def rebuild_coverage(subsystem: Subsystems = None) -> None:
    """Count every enterprise's day anew from its events, and prove it; ingest may go on."""
    from services import coverage_table

    _hold(coverage_table.rebuild, subsystem)


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

    with in_sentences() as terminal:
        holder_index.rebuild(find_place(os.environ), terminal, wait=wait)


def _hold(work: Callable[[Place, Terminal], bool], subsystem: list[str] | None) -> None:
    """Do the work where the command is about; the exit status says whether all agrees."""
    from services.place import find_place

    with in_sentences() as terminal:
        if not work(find_place(os.environ, subsystem), terminal):
            raise typer.Exit(FAILED)
