"""`tdmcli completions`: the shipped completion script of a shell."""

from enum import StrEnum
from typing import Annotated

import typer


class Shell(StrEnum):
    """Shells that a script is shipped for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


FILES = {
    Shell.BASH: "tdmcli.bash",
    Shell.ZSH: "_tdmcli",
    Shell.FISH: "tdmcli.fish",
    Shell.POWERSHELL: "tdmcli.ps1",
}


def completions(shell: Annotated[Shell, typer.Argument(help="The shell to print the script for.")]) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      tdmcli completions bash > ~/.local/share/bash-completion/completions/tdmcli
      tdmcli completions zsh > ~/.zfunc/_tdmcli
      tdmcli completions fish > ~/.config/fish/completions/tdmcli.fish
      tdmcli completions powershell >> $PROFILE
    """
    from tdmcli.cli.output import write
    from tdmcli.tables.location import completions_folder

    write((completions_folder() / FILES[shell]).read_text(encoding="utf-8"))
