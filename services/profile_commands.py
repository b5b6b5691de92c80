"""``suyuan profile``: a department tries its own sector profile before it is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from suyuan.domain.profiles.reading import ProfileRefused
from suyuan.web.profiles import read_file, told
from suyuan.wire.profiles import shipped_text

_REFUSED = 1

profile_commands = typer.Typer(
    help="Sector profiles: what a department asks of its reports (docs/profiles.md).",
    no_args_is_help=True,
)
ProfileId = Literal["food", "drugs", "liquor", "produce", "inputs", "imports", "meat", "enterprise"]


@profile_commands.command("show")
def show(
    sector: Annotated[ProfileId, typer.Argument(help="A sector, or enterprise.")],
) -> None:
    """Print the profile that is shipped, to begin one of your own with."""
    typer.echo(shipped_text(sector).decode(), nl=False)


@profile_commands.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Such as food.toml.")],
) -> None:
    """Say of each file what in it is wrong, and where; in Chinese and in English."""
    refused = False
    for path in files:
        try:
            typer.echo(f"{path}: {read_file(path).label}")
        except ProfileRefused as error:
            refused = True
            typer.echo("\n".join(told(path.name, fault) for fault in error.faults), err=True)
    if refused:
        raise typer.Exit(_REFUSED)
