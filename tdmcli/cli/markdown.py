"""An answer as Markdown, for a page or a ticket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Bullets, Facts, Figure, Grid, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIGURE_WIDTH = 80  # columns


def as_markdown(blocks: Sequence[Block]) -> str:
    """Return the blocks as Markdown: tables as tables, titles as headings."""
    return "\n".join(text for block in blocks for text in _lines(block)).strip() + "\n"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)


def _lines(block: Block) -> list[str]:
    if isinstance(block, Line):
        return [_escaped("".join(cell.text for cell in block.cells)), ""]
    title = [f"### {_escaped(block.title)}", ""] if block.title else []
    if isinstance(block, Facts):
        return [*title, *(f"- {_escaped(name)}: {_escaped(cell.text)}" for name, cell in block.rows), ""]
    if isinstance(block, Bullets):
        marks = [f"{number}." if block.numbered else "-" for number in range(1, len(block.items) + 1)]
        return [*title, *(f"{mark} {_escaped(item.text)}" for mark, item in zip(marks, block.items, strict=True)), ""]
    if isinstance(block, Figure):
        return [*title, "```text", *block.draw(_FIGURE_WIDTH), "```", ""]
    return [*title, *_grid(block), ""]


def _grid(grid: Grid) -> list[str]:
    rows = [grid.columns, tuple("---" for _ in grid.columns)]
    texts = [" | ".join(row) for row in rows]
    texts += [" | ".join(_escaped(cell.text) for cell in row) for row in grid.rows]
    return [f"| {text} |" for text in texts]
