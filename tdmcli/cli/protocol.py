"""`tdmcli protocol`: a centre's own protocol, written, checked, compared and tried."""

from pathlib import Path
from typing import Annotated

import typer

from tdmcli.cli import options as opt
from tdmcli.cli.command import fill, group, show_group_help
from tdmcli.errors import ExitCode

ProtocolArgument = Annotated[Path, typer.Argument(metavar="FILE|DIR", help="The protocol.")]


def new(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it; left out, it is printed.")
    ] = None,
) -> None:
    """Write a commented protocol that passes all checks, to be filled in. A file that is there is never touched.

    \b
    Examples:
      tdmcli protocol new
      tdmcli protocol new our-centre.toml
    """
    from tdmcli.cli.output import say, write, write_new
    from tdmcli.domain.units import clean
    from tdmcli.tables.location import data_folder

    text = (data_folder() / "examples" / "protocol.toml").read_text(encoding="utf-8")
    if file is None:
        write(text)
    else:
        write_new(file, text)
        say(f"wrote {clean(file.name)}; check it with: tdmcli protocol lint")


def lint(
    path: ProtocolArgument,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Find all that is wrong with a protocol: file, line, row and reason. Exit code 3 if there is anything.

    \b
    Examples:
      tdmcli protocol lint our-centre.toml
      tdmcli protocol lint our-centre.toml --json
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.protocol_view import LINT
    from tdmcli.workflows.protocol import answer_lint

    form = opt.chosen(form, json)
    answer = answer_lint(path, opt.utc(as_of))
    show(answer, LINT, form)
    if not answer.data.valid:
        raise typer.Exit(ExitCode.BAD_FILE)


def diff(
    first: ProtocolArgument,
    second: Annotated[
        Path | None, typer.Argument(metavar="FILE|DIR", help="The later one; left out, FIRST against the tables.")
    ] = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Say in words what changes from one protocol to another, or what one changes in the bundled tables.

    \b
    Examples:
      tdmcli protocol diff our-centre.toml
      tdmcli protocol diff last-year.toml this-year.toml
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.protocol_view import DIFF
    from tdmcli.workflows.protocol import answer_diff

    form = opt.chosen(form, json)
    show(answer_diff(first, second, opt.utc(as_of)), DIFF, form)


def try_cases(
    path: ProtocolArgument,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Ask the worked cases that stand in a protocol, and compare. Exit code 3 if one does not hold.

    \b
    Examples:
      tdmcli protocol test our-centre.toml
      tdmcli protocol test our-centre.toml --json
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.protocol_cases import run_cases
    from tdmcli.cli.protocol_view import TEST

    form = opt.chosen(form, json)
    answer = run_cases(path, opt.utc(as_of))
    show(answer, TEST, form)
    if not answer.data.passed:
        raise typer.Exit(ExitCode.BAD_FILE)


protocol = group()


@protocol.callback(invoke_without_command=True)
def about(ctx: typer.Context) -> None:
    """Write, check, compare and try a centre's own protocol.

    \b
    Examples:
      tdmcli protocol new our-centre.toml
      tdmcli protocol lint our-centre.toml
    """
    show_group_help(ctx)


fill(protocol, {"new": new, "lint": lint, "diff": diff, "test": try_cases})
