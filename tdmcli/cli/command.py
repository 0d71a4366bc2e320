"""What every command and group of the program does alike: one writer for the help, no option twice."""

from collections.abc import Callable, Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

HELP = ["-h", "--help"]


def _show_help(ctx: Any, _param: Any, value: bool) -> None:
    """Write the help through the one writer of stdout, so that a full disk or a gone reader ends as anywhere else."""
    if value and not ctx.resilient_parsing:
        _write_help(ctx)
        ctx.exit()


def show_group_help(ctx: Any) -> None:
    """Write the help of a group that was called without a command."""
    if ctx.invoked_subcommand is None:
        _write_help(ctx)


def _write_help(ctx: Any) -> None:
    from tdmcli.cli import output

    output.write(ctx.get_help() + "\n")


def group() -> typer.Typer:
    """Return an empty group of commands, set up as every group of the program is."""
    return typer.Typer(
        cls=Group,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": HELP},
    )


def fill(made: typer.Typer, commands: Mapping[str, Callable[..., None]]) -> None:
    """Put functions into a group as its commands, each under its name."""
    for name, function in commands.items():
        made.command(name, cls=Command, context_settings={"help_option_names": HELP})(function)


class Command(TyperCommand):
    """A command that takes each single option once: a second one is an error, not the last one wins (R65)."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return --help, shown by `_show_help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show_help
        return option

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, after looking for an option that is given twice."""
        if not ctx.resilient_parsing:
            _, _, order = self.make_parser(ctx).parse_args(list(args))
            for param in {id(one): one for one in order}.values():
                if order.count(param) > 1 and not getattr(param, "multiple", False) and param.nargs == 1:
                    raise typer.BadParameter("given more than once", ctx=ctx, param=param)
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    """A group of commands, whose help is written as that of any command."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return --help, shown by `_show_help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _show_help
        return option
