"""An answer on a terminal, with Rich: coloured by position and severity, the word always beside the colour."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tdmcli.cli.blocks import Block, Bullets, Cell, Facts, Figure, Grid, Line, Tone
from tdmcli.cli.layout import beside_is_too_narrow, cards, column_widths, glue, unglue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

_STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.DIM: "dim",
    Tone.WITHIN: "green",
    Tone.BELOW: "cyan",
    Tone.ABOVE: "red",
    Tone.CAUTION: "yellow",
    Tone.DANGER: "bold red",
}


def as_terminal(blocks: Sequence[Block], width: int, *, colour: bool) -> str:
    """Return the blocks as text with Rich's tables, and colours where wanted."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    for number, block in enumerate(blocks):
        if number and not isinstance(block, Line):
            console.print()
        for part in _parts(block, width):
            console.print(part, overflow="fold", no_wrap=False, crop=False)
    lines = [line.rstrip() if not colour else line for line in out.getvalue().split("\n")]
    return unglue("\n".join(lines))


def _text(cell: Cell) -> Text:
    return Text(glue(cell.text), style=_STYLES[cell.tone])


def _parts(block: Block, width: int) -> list[RenderableType]:
    if isinstance(block, Line):
        text = Text.assemble(*((glue(cell.text), _STYLES[cell.tone]) for cell in block.cells))
        return [Padding(text, (0, 0, 0, block.indent))]
    title: list[RenderableType] = [Text(block.title, style="bold")] if block.title else []
    if isinstance(block, Facts):
        return [*title, *_facts(block, width)]
    if isinstance(block, Bullets):
        return [*title, _bullets(block)]
    if isinstance(block, Figure):
        return [*title, Text("\n".join(block.draw(width)))]
    widths = column_widths(block, width - 2)
    return [*title, *(_cards(block) if widths is None else [_grid(block, widths)])]


def _plain_table() -> Table:
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))


def _facts(block: Facts, width: int) -> list[RenderableType]:
    if beside_is_too_narrow(block, width):
        return [Text.assemble((f"{name}: ", "dim"), _text(cell)) for name, cell in block.rows]
    table = _plain_table()
    table.add_column(overflow="fold", style="dim")
    table.add_column(overflow="fold")
    for name, cell in block.rows:
        table.add_row(f"{name}:", _text(cell))
    return [table]


def _bullets(block: Bullets) -> Table:
    table = _plain_table()
    table.add_column(overflow="fold", no_wrap=True)
    table.add_column(overflow="fold")
    for number, item in enumerate(block.items, 1):
        table.add_row(f"{number}." if block.numbered else "-", _text(item))
    return table


def _grid(grid: Grid, widths: Sequence[int]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for number, (name, width) in enumerate(zip(grid.columns, widths, strict=True)):
        last = number == len(grid.columns) - 1
        table.add_column(name, overflow="fold", width=width if not last else None, no_wrap=not last)
    for row in grid.rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _cards(grid: Grid) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for name, *rest in cards(grid):
        parts.append(_text(name))
        parts += [Padding(_text(cell), (0, 0, 0, 2)) for cell in rest]
    return parts
