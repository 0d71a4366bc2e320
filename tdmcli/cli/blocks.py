"""The few things that an answer is made of on a screen, whatever it is printed as."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tdmcli.workflows.answer import protocol_used

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from tdmcli.workflows.answer import Answer

Data = TypeVar("Data")


class Tone(StrEnum):
    """What a piece of text means; it may be coloured by it, and always says it in words too."""

    PLAIN = "plain"
    STRONG = "strong"
    DIM = "dim"
    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    CAUTION = "caution"
    DANGER = "danger"


class Cell(NamedTuple):
    """A piece of text with its tone."""

    text: str
    tone: Tone = Tone.PLAIN


class Line(NamedTuple):
    """One paragraph; `indent` is for lines that belong to the one before."""

    cells: tuple[Cell, ...]
    indent: int = 0


class Facts(NamedTuple):
    """Labels with their values, one a line."""

    title: str
    rows: tuple[tuple[str, Cell], ...]


class Grid(NamedTuple):
    """A table; the last column takes what room is left and wraps."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Bullets(NamedTuple):
    """A list of paragraphs under a title, each with a mark or a number."""

    title: str
    items: tuple[Cell, ...]
    numbered: bool = False


class Figure(NamedTuple):
    """A picture in plain characters: `draw` returns its lines for a width in columns."""

    title: str
    draw: Callable[[int], list[str]]


class Headlines(NamedTuple):
    """Stands where the warnings that must not be missed are to be shown."""


Block = Line | Facts | Grid | Bullets | Figure
Part = Block | Headlines


class View(NamedTuple, Generic[Data]):
    """How one command's answer is shown.

    `blocks` for people, `note` the lines to paste into a record, `records` the rows of CSV.
    """

    blocks: Callable[[Answer[Data]], Sequence[Part]]
    note: Callable[[Answer[Data]], Sequence[str]]
    records: Callable[[Answer[Data]], Sequence[object]]


def line(text: str, tone: Tone = Tone.PLAIN, indent: int = 0) -> Line:
    """Return a line of one piece of text."""
    return Line((Cell(text, tone),), indent)


def minute(moment: datetime) -> str:
    """Return a moment to the minute: `2026-11-20 07:45`."""
    return moment.strftime("%Y-%m-%d %H:%M")


def tone_of(position: str | None) -> Tone:
    """Return the tone of a position: its own for below, within and above, plain for the rest."""
    return Tone(position) if position in {"below", "within", "above"} else Tone.PLAIN


def said_of(pairs: Iterable[tuple[str, str]], tone: Tone = Tone.PLAIN) -> tuple[Cell, ...]:
    """Return each text once, with the names of all that it is said of."""
    names: dict[str, dict[str, None]] = {}
    for text, name in pairs:
        names.setdefault(text, {})[name] = None
    return tuple(Cell(f"{text}: {', '.join(found)}", tone) for text, found in names.items())


def warned(answer: Answer[Data]) -> str:
    """Return the codes of the warnings, each once, as a note has them."""
    codes = ", ".join(dict.fromkeys(one.code for one in answer.warnings)) or "none"
    return f"Warnings: {codes}."


def signed(answer: Answer[Data]) -> str:
    """Return the last words of a note: the tool, the centre's protocol if one decided, the day, and what it is not."""
    used = protocol_used()
    by = "" if used is None else f", protocol {used.name} version {used.version} (sha256 {used.sha256})"
    return f"tdmcli{by}, as of {answer.as_of.date().isoformat()}; decision support, verify."
