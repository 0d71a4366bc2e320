"""One builder that makes an immutable row from a TOML table, or says what is wrong with it.

It serves the bundled tables at every start, so it knows only plain types and needs no pydantic.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from tdmcli.errors import BadFile, Code

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = TypeVar("Row")


def load_toml(path: Path) -> dict[str, Any]:
    """Return the TOML tables of a bundled file, with every number that has a point as Decimal.

    Raises:
        BadFile: the file can't be read or isn't TOML.

    """
    return parse_toml(read_text(path), path.name)


def read_text(path: Path) -> str:
    """Return the text of a bundled file.

    Raises:
        BadFile: it can't be read.

    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.name}: can't be read ({type(error).__name__})"
        raise BadFile(message, Code.BAD_TABLE) from error


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the tables of a TOML text; `name` is for the message.

    Raises:
        BadFile: it isn't TOML.

    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        message = f"{name}: not valid TOML ({error})"
        raise BadFile(message, Code.BAD_TABLE) from error


def faults_of(shape: type[Row], table: object, within: str = "") -> list[str]:
    """Return all that is wrong with a TOML table as a row of a shape, each fault with the key that it is about."""
    if not isinstance(table, dict):
        return [f"{within}must be a table, not {_name_of(table)}"]
    hints = hints_of(shape)
    optional = getattr(shape, "_field_defaults", {})
    faults = [f"{within}unknown key {name!r}; known: {', '.join(hints)}" for name in table if name not in hints]
    faults += [f"{within}missing key {name!r}" for name in hints if name not in table and name not in optional]
    for name, hint in hints.items():
        if name in table:
            faults += _faults_of_value(hint, table[name], f"{within}{name}")
    if not faults:
        try:
            build_row(shape, table, "")
        except BadFile as fault:
            faults.append(f"{within}{fault.message.partition(': ')[2]}")
    return faults


def _faults_of_value(hint: Any, value: object, name: str) -> list[str]:
    part = part_of(hint)
    if part is not None and isinstance(value, list):
        return [one for number, row in enumerate(value, 1) for one in faults_of(part, row, f"{name} {number}: ")]
    if part is not None:
        return faults_of(part, value, f"{name}: ")
    try:
        _convert(hint, value, name)
    except BadFile as fault:
        return [fault.message]
    return []


def part_of(hint: Any) -> Any:
    """Return the shape that a key's value, or each of its values, has; None where it is a plain value."""
    return next((one for one in (hint, *get_args(hint)) if hasattr(one, "_fields")), None)


def build_row(shape: type[Row], table: object, where: str) -> Row:
    """Return the row that a TOML table describes.

    Args:
        shape: a named tuple of plain types (str, int, bool, Decimal, StrEnum, tuple, another such shape); its
            `check`, if it has one, is called.
        table: the TOML table.
        where: file and row, for the message.

    Raises:
        BadFile: an unknown or missing key, a wrong type, or a value that breaks the shape's own check.

    """
    if not isinstance(table, dict):
        raise _bad(where, f"must be a table, not {_name_of(table)}")
    where = f"{where} {table['id']!r}" if isinstance(table.get("id"), str) else where
    hints = hints_of(shape)
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise _bad(where, f"unknown key {unknown[0]!r}; known: {', '.join(hints)}")
    values = {}
    optional = getattr(shape, "_field_defaults", {})
    for name, hint in hints.items():
        if name in table:
            values[name] = _convert(hint, table[name], f"{where}, {name}")
        elif name not in optional:
            raise _bad(where, f"missing key {name!r}")
    row = shape(**values)
    check: Callable[[], None] | None = getattr(row, "check", None)
    try:
        if check is not None:
            check()
    except ValueError as error:
        raise _bad(where, str(error)) from error
    return row


def build_rows(shape: type[Row], tables: object, where: str) -> tuple[Row, ...]:
    """Return the rows of an array of tables, in their order.

    Raises:
        BadFile: it is no array, or one row is wrong, or an id stands twice.

    """
    if not isinstance(tables, list):
        raise _bad(where, "must be an array of tables: [[…]]")
    rows = tuple(build_row(shape, table, f"{where} row {number}") for number, table in enumerate(tables, 1))
    _refuse_twice(rows, where)
    return rows


def _refuse_twice(rows: tuple[object, ...], where: str) -> None:
    ids = [getattr(row, "id", None) for row in rows]
    for number, row_id in enumerate(ids):
        if row_id is not None and row_id in ids[:number]:
            raise _bad(where, f"id {row_id!r} stands twice")


_HINTS: dict[type, dict[str, Any]] = {}


def hints_of(shape: type) -> dict[str, Any]:
    """Return the keys of a shape with their types, read once."""
    if shape not in _HINTS:
        _HINTS[shape] = get_type_hints(shape)
    return _HINTS[shape]


def _convert(hint: Any, value: object, where: str) -> Any:
    origin = get_origin(hint)
    if origin is UnionType:
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
        origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list):
            raise _bad(where, f"must be an array, not {_name_of(value)}")
        (item, _) = get_args(hint)
        rows = tuple(_convert(item, part, f"{where}[{number}]") for number, part in enumerate(value))
        _refuse_twice(rows, where)
        return rows
    if origin is dict:
        hint = dict
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        return build_row(hint, value, where)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if isinstance(value, str) and value in set(hint):
            return hint(value)
        raise _bad(where, f"must be one of {', '.join(hint)}")
    return _convert_plain(hint, value, where)


def _convert_plain(hint: type, value: object, where: str) -> object:
    if hint is Decimal and type(value) in {int, Decimal}:
        number = Decimal(value)  # type: ignore[arg-type]
        if number.is_finite():
            return number
        raise _bad(where, "must be a finite number")
    if type(value) is not hint:
        raise _bad(where, f"must be {_NAMES.get(hint, hint.__name__)}, not {_name_of(value)}")
    return value


_NAMES = {str: "a string", int: "a whole number", bool: "true or false", Decimal: "a number", dict: "a table"}


def _name_of(value: object) -> str:
    return _NAMES.get(type(value), type(value).__name__)


def _bad(where: str, what: str) -> BadFile:
    return BadFile(f"{where}: {what}", Code.BAD_TABLE)
