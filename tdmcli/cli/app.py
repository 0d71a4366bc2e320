"""The list of commands, and the one place where an expected error becomes a message and an exit code."""

import itertools
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from tdmcli import __version__
from tdmcli.cli.command import HELP, Group, fill, show_group_help
from tdmcli.domain.units import clean
from tdmcli.errors import Code, ExitCode, ExpectedError, NotWritten, WrongUsage
from tdmcli.tables.overlay import put_in_force

_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[
    2
]  # Typer does not export its usage error; a test guards this


class Commands(Group):
    """The program: the single place where errors end, and the list of commands, each made when it is asked for.

    Making all of them costs more than any one answer.
    """

    def list_commands(self, _ctx: Any) -> list[str]:
        """Return the names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """Return the command of a name, made from the function of that name in the module of that name."""
        if cmd_name not in COMMANDS:
            return None
        made = getattr(import_module(f"tdmcli.cli.{cmd_name}"), cmd_name)
        if isinstance(made, typer.Typer):
            group = typer.main.get_command(made)
            group.name = cmd_name
            return group
        alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
        fill(alone, {cmd_name: made})
        return typer.main.get_command(alone)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: Any
    ) -> Any:
        """Run, and turn whatever happens into an answer, one clear line or one JSON object, and an exit code."""
        argv = list(sys.argv[1:] if args is None else args)
        json = _wants_json(argv)
        put_in_force(None)  # several questions of one process each name their own protocol
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # names, for Typer's "did you mean"
        try:
            code = super().main(args=argv, standalone_mode=False, **extra)
        except ExpectedError as error:
            code = _end(argv, error, json=json)
        except _USAGE_ERROR as error:
            code = _end(argv, _as_usage(error), json=json)
        except typer.Abort:
            code = ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - a bug: one line, no dose, no patient text
            code = _end(argv, _as_bug(error), json=json)
        if code == ExitCode.INTERRUPTED:
            _end(argv, _Interrupted("interrupted", Code.INTERRUPTED), json=json)
        if standalone_mode:
            sys.exit(code or 0)
        return code


class _Interrupted(ExpectedError):
    """Raised when the person pressed Ctrl-C."""

    exit_code = ExitCode.INTERRUPTED


class _Bug(ExpectedError):
    """Raised for what nobody expected."""

    exit_code = ExitCode.BUG


def _as_usage(error: Any) -> WrongUsage:
    message = " ".join(str(error.format_message()).split())
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "tdmcli"
    return WrongUsage(f"{clean(message, 300)} Try: {where} --help")


def _as_bug(error: Exception) -> _Bug:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"
    what = f"a fault in tdmcli {__version__} ({type(error).__name__} at {where})"
    return _Bug(f"{what}; no number was given. Please report it without patient data", Code.BUG)


def _end(argv: list[str], error: ExpectedError, *, json: bool) -> int:
    """Say what went wrong, on stderr and with --json as one object on stdout, and return the exit code."""
    from tdmcli.cli import output
    from tdmcli.workflows.answer import error_envelope, message_of, protocol_used

    try:
        message = message_of(error)
        if json and not (isinstance(error, NotWritten) and error.stdout):
            output.write(output.json_text(error_envelope(_command_of(argv), error)))
    except NotWritten as failed:
        error, message = failed, failed.message
    except ExpectedError as broken_table:
        error, message = broken_table, broken_table.message
    except Exception as fault:  # noqa: BLE001 - a fault in the message itself must not become a traceback
        message = f"{error.message or 'no text'} ({type(fault).__name__} in its text)"
    if message:
        used = protocol_used()
        by = "" if used is None else f" (protocol {used.name}, version {used.version}, sha256 {used.sha256})"
        output.say(f"{error.status}: {error.code}: {message}{by}")
    return error.exit_code


def _command_of(argv: list[str]) -> str | None:
    """Return the command asked for; one of a group as `protocol-lint` or `patient-add`."""
    words = [word for word in argv if not word.startswith("-")]
    place = next((number for number, word in enumerate(words) if word in COMMANDS), None)
    if place is None:
        return None
    return "-".join(words[place : place + (2 if words[place] in {"patient", "protocol"} else 1)])


def _wants_json(argv: list[str]) -> bool:
    words = argv[: argv.index("--")] if "--" in argv else argv
    pairs = itertools.pairwise(words)
    return "--json" in words or "--format=json" in words or ("--format", "json") in pairs


COMMANDS = (
    "target",
    "adjust",
    "interact",
    "neurotox",
    "cdratio",
    "start",
    "convert",
    "monitor",
    "patient",
    "trend",
    "forecast",
    "auc",
    "explain",
    "sources",
    "protocol",
    "schema",
    "completions",
)

app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP},
)


def _show_version(value: bool) -> None:
    if value:
        from tdmcli.cli import output
        from tdmcli.tables.readers import read_data_version

        output.write(f"tdmcli {__version__}, tables {read_data_version()}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def tdmcli(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the versions of program and tables."
        ),
    ] = False,
) -> None:
    """Therapeutic drug monitoring of tacrolimus: targets, doses, interactions, with the source of every number.

    Decision support for health professionals; verify before acting.
    """
    show_group_help(ctx)
