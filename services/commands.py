"""What the parts of the ``suyuan`` command share: saying errors, and where the city is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from services.home import Home, LocalSettings
from services.terminal import Terminal
from suyuan.domain.errors import Refused, SuyuanError, Unavailable

# Exit status: the command was misused, or it was right and could not be done.
MISUSED, FAILED = 2, 1

Subsystems = Annotated[
    list[str] | None, typer.Option("--subsystem", metavar="ID", help="May be given several times.")
]


@contextmanager
def in_sentences() -> Iterator[Terminal]:
    """Say an error of ours in one sentence; the exit status tells whose mistake it was."""
    terminal = Terminal()
    try:
        yield terminal
    except SuyuanError as error:
        typer.echo(terminal.refusal(error), err=True)
        raise typer.Exit(MISUSED if isinstance(error, Refused) else FAILED) from None


@contextmanager
def file_errors() -> Iterator[None]:
    """Raise what the file system refuses as ``Unavailable``."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable("file_not_writable", path=error.filename, reason=reason) from error


def city_home() -> Home:
    """The folder of the city on this machine."""
    return Home(LocalSettings.from_environment(os.environ).home)
