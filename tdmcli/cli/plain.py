"""An answer as plain aligned text, for pipes and terminals without colour."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Bullets, Facts, Figure, Grid, Line
from tdmcli.cli.layout import beside_is_too_narrow, cards, column_widths, glue, label_width, pad, unglue, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence


def as_plain(blocks: Sequence[Block], width: int) -> str:
    """Return the blocks as text of lines no longer than the width, where words allow it."""
    lines: list[str] = []
    for block in blocks:
        if lines and not isinstance(block, Line):
            lines.append("")
        lines += _lines(block, width)
    return unglue("\n".join(lines)) + "\n"


def _lines(block: Block, width: int) -> list[str]:
    if isinstance(block, Line):
        text = "".join(cell.text for cell in block.cells)
        return wrap(text, width, " " * block.indent, " " * block.indent) if text else [""]
    if isinstance(block, Facts):
        return _title(block.title, width) + _facts(block, width)
    if isinstance(block, Bullets):
        marks = [f"{number}. " if block.numbered else "- " for number in range(1, len(block.items) + 1)]
        return _title(block.title, width) + [
            line
            for mark, item in zip(marks, block.items, strict=True)
            for line in wrap(item.text, width, mark, " " * len(mark))
        ]
    if isinstance(block, Figure):
        return _title(block.title, width) + block.draw(width)
    return _title(block.title, width) + _grid(block, width)


def _title(title: str, width: int) -> list[str]:
    return wrap(title, width) if title else []


def _facts(block: Facts, width: int) -> list[str]:
    label = label_width(block)
    lines = []
    for name, cell in block.rows:
        if beside_is_too_narrow(block, width):
            lines += wrap(f"{name}: {cell.text}", width, "", "  ")
        else:
            lines += wrap(cell.text, width, f"{name}:".ljust(label), " " * label)
    return lines


def _grid(grid: Grid, width: int) -> list[str]:
    widths = column_widths(grid, width)
    if widths is None:
        return _cards(grid, width)
    lines = [pad(grid.columns, widths), pad(["-" * one for one in widths], widths)]
    for row in grid.rows:
        *first, last = row
        wrapped = wrap(last.text, widths[-1])
        start = [glue(cell.text) for cell in first]
        for index, (text, _) in enumerate(zip_longest(wrapped, [None])):
            lines.append(pad([*(start if index == 0 else [""] * len(start)), text or ""], widths))
    return lines


def _cards(grid: Grid, width: int) -> list[str]:
    lines = []
    for name, *rest in cards(grid):
        lines += wrap(name.text, width, "", "  ")
        for cell in rest:
            lines += wrap(cell.text, width, "  ", "    ")
    return lines
