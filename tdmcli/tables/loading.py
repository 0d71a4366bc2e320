"""What every reader does: load a file with just its tables, and remember the rows until another protocol decides."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from tdmcli.errors import BadFile, Code
from tdmcli.tables.builder import load_toml
from tdmcli.tables.location import data_folder
from tdmcli.tables.overlay import forget_on_change

if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import _lru_cache_wrapper

Table = TypeVar("Table")


def remembered(reader: Callable[..., Table]) -> _lru_cache_wrapper[Table]:
    """Return a reader that reads once, and again when another protocol is in force."""
    cached = cache(reader)
    forget_on_change(cached.cache_clear)
    return cached


def load_table(name: str, keys: set[str]) -> dict[str, Any]:
    """Return a file of `data/` that has just these tables.

    Raises:
        BadFile: one is missing or unknown.

    """
    table = load_toml(data_folder() / name)
    for wrong in sorted(set(table) ^ keys):
        what = "missing" if wrong in keys else "unknown"
        message = f"{name}: {what} table {wrong!r}"
        raise BadFile(message, Code.BAD_TABLE)
    return table
