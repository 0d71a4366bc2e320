"""What the commands on a patient file share: the file's name, what is asked of it, and who else can read it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tdmcli.cli import options as opt

if TYPE_CHECKING:
    from tdmcli.workflows.asked import Asked

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The patient file (TOML).")]


def asked_as_of(as_of: str | None, confirm_value: Sequence[str] | None = None, **typed: Any) -> "Asked":
    """Return what is asked as of a time, with the values that were typed."""
    from tdmcli.workflows.asked import Asked

    now = opt.moment(as_of)
    return Asked(now=now, retrospective=as_of is not None, confirm_value=tuple(confirm_value or ()), **typed)


def say_exposed(what: str | None) -> None:
    """Warn on stderr that others can read a file: it is no part of the answer, which hangs on the file's content."""
    from tdmcli.cli.output import say

    if what is not None:
        say(f"warning: {what}")
