"""What charts as SVG share: a page with its heading, the axes, texts, lines and marks. Every text is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tdmcli.cli.chart import numbers_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.cli.chart import Axis

_WIDTH, _RIGHT = 900, 20
LEFT = 60
FIELD_WIDTH = _WIDTH - LEFT - _RIGHT
INK, GREY, BAND, LEVEL = "#222222", "#777777", "#cfe8d5", "#1f4e79"


def page(title: str, heading: str, height: int, parts: Iterable[str]) -> str:
    """Return an SVG document of that height: its title, a white ground, a heading, and the parts."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif">',
        _title(title),
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        text(LEFT, 22, heading, size=16),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def axes(up: Axis, top: int) -> list[str]:
    """Return the lines left of and below a field, with the numbers of its levels."""
    bottom = top + up.places
    parts = [line(LEFT, top, LEFT, bottom), line(LEFT, bottom, LEFT + FIELD_WIDTH, bottom)]
    for value in numbers_on(up):
        y = bottom - up.place(value)
        parts += [text(LEFT - 8, y + 4, str(value), anchor="end"), line(LEFT - 4, y, LEFT, y)]
    return parts


def text(x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", fill: str = INK) -> str:
    """Return a text that starts, ends or has its middle at a place."""
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = GREY) -> str:
    """Return a straight line."""
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{stroke}"/>'


def dot(x: int, y: int, words: str) -> str:
    """Return the mark of a level, with words for whoever points at it."""
    return f'<circle cx="{x}" cy="{y}" r="4" fill="{LEVEL}">{_title(words)}</circle>'


def cross(x: int, y: int, stroke: str, words: str = "") -> str:
    """Return a mark of two strokes, with words for whoever points at it."""
    drawn = f"M{x - 4},{y - 4} L{x + 4},{y + 4} M{x - 4},{y + 4} L{x + 4},{y - 4}"
    path = f'<path d="{drawn}" stroke="{stroke}" stroke-width="2"'
    return f"{path}>{_title(words)}</path>" if words else f"{path}/>"


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>"
