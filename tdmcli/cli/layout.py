"""Fitting text to a width: a number never parts from its unit, nothing is cut short (SAFETY R03, R04)."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.cli.blocks import Cell, Facts, Grid

GLUE = "\ue000"
GAP = 2
NARROWEST_LAST = 18

_AFTER_NUMBER = re.compile(r"(?<=[0-9]) (?=[A-Za-z%])|(?<=[0-9] x) (?=[0-9])")


def glue(text: str) -> str:
    """Return text with each number tied to the word after it; `unglue` undoes it just before writing."""
    return _AFTER_NUMBER.sub(GLUE, text)


def unglue(text: str) -> str:
    """Return text with the ties turned back into spaces."""
    return text.replace(GLUE, " ")


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return the lines of a paragraph; a word longer than the width stands on a line of its own, whole."""
    return textwrap.wrap(
        glue(text),
        max(width, 1),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def label_width(facts: Facts) -> int:
    """Return the width of the column of names, with the colon and the gap after it."""
    return max(len(name) for name, _ in facts.rows) + 2


def beside_is_too_narrow(facts: Facts, width: int) -> bool:
    """Return whether what stands beside the names would get so little room that it is better written after them."""
    return width < 2 * label_width(facts) + 10


def column_widths(grid: Grid, width: int) -> list[int] | None:
    """Return the widths of a table's columns, or None where it does not fit and is better shown as cards."""
    natural = [
        max(len(column), *(len(row[index].text) for row in grid.rows)) if grid.rows else len(column)
        for index, column in enumerate(grid.columns)
    ]
    fixed = sum(natural[:-1]) + GAP * (len(natural) - 1)
    left = width - fixed
    if left >= natural[-1]:
        return natural
    return [*natural[:-1], left] if left >= NARROWEST_LAST else None


def cards(grid: Grid) -> list[list[Cell]]:
    """Return the rows of a table as cards: its name, then a line a column that says something.

    A first column without a title is a mark and stands before the name.
    """
    marked = grid.columns[0] == ""
    return [_card(grid.columns, row, marked=marked) for row in grid.rows]


def _card(columns: Sequence[str], row: Sequence[Cell], *, marked: bool) -> list[Cell]:
    name = row[1]._replace(text=f"{row[0].text} {row[1].text}".strip()) if marked else row[0]
    skipped = 2 if marked else 1
    return [name] + [
        cell._replace(text=f"{column}: {cell.text}")
        for column, cell in zip(columns[skipped:], row[skipped:], strict=True)
        if cell.text
    ]


def pad(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return cells side by side, each padded to its width."""
    return (" " * GAP).join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
