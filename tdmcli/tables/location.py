"""Where the tables are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tdmcli.errors import BadFile, Code

_PACKAGE = Path(__file__).resolve().parent.parent
_CANDIDATES = (_PACKAGE / "data", _PACKAGE.parent / "data")


@cache
def data_folder() -> Path:
    """Return the folder of tables: the first candidate that holds MANIFEST.toml.

    Raises:
        BadFile: the installation has no tables.

    """
    for folder in _CANDIDATES:
        if (folder / "MANIFEST.toml").is_file():
            return folder
    message = "the tables (data/MANIFEST.toml) are not there: install tdmcli again"
    raise BadFile(message, Code.BAD_TABLE)


def completions_folder() -> Path:
    """Return the folder of the shipped completion scripts.

    Raises:
        BadFile: the installation has none.

    """
    for folder in (_PACKAGE / "completions", _PACKAGE.parent / "completions"):
        if (folder / "_tdmcli").is_file():
            return folder
    message = "the completion scripts are not there: install tdmcli again"
    raise BadFile(message, Code.BAD_TABLE)
