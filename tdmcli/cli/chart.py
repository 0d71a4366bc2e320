"""What charts share, in plain characters or as SVG: a scale, the numbers on it, the rows of a field, a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.layout import GLUE, unglue, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARGIN = 5  # columns before the field: the numbers of the axis and its line
BAND = ":"  # where a range is
_NARROWEST = 10  # columns of a field
_STEPS = (1, 2, 5, 10, 20, 50, 100)  # ng/mL between the numbers of an axis
_TICKS = 4


class Axis(NamedTuple):
    """A scale: from its lowest to its highest value over so many places."""

    low: float
    high: float
    places: int

    def place(self, value: float) -> int:
        """Return the place of a value, those outside the scale at its ends."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return min(max(int(share * (self.places - 1) + 0.5), 0), self.places - 1)

    def stretch(self, first: float, last: float) -> tuple[int, int] | None:
        """Return the places of a stretch as far as it lies on the scale, None where it does not."""
        if last < self.low or first > self.high:
            return None
        return self.place(first), self.place(last)


def field_width(width: int) -> int:
    """Return how many columns of a chart are left for its field."""
    return max(width - MARGIN, _NARROWEST)


def numbers_on(up: Axis) -> range:
    """Return the values that stand as numbers on an axis of levels from 0 on."""
    step = next((step for step in _STEPS if up.high / step <= _TICKS), _STEPS[-1])
    return range(0, int(up.high) + 1, step)


def numbered(rows: Sequence[Sequence[str]], up: Axis) -> list[str]:
    """Return the lines of a field, the highest row first, each behind its number and the line of the axis."""
    labels = {up.place(value): str(value) for value in numbers_on(up)}
    lines = [f"{labels.get(number, ''):>{MARGIN - 2}} |{''.join(row)}" for number, row in enumerate(rows)]
    return lines[::-1]


def key_lines(signs: Iterable[str], width: int) -> list[str]:
    """Return what the signs of a chart mean; none parts from its meaning at the end of a line."""
    return [unglue(line) for line in wrap(", ".join(one.replace(" ", GLUE) for one in signs), width)]
