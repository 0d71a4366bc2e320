"""Time in range: straight lines between troughs, and the share of time that they run within the range of that time.

Nothing is drawn before the first trough or after the last, over a gap that is too long, or where no range is known.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from tdmcli.domain.variability import Point

_SECONDS_A_DAY = 86_400


class Spell(NamedTuple):
    """A range of troughs (ng/mL) and from when until when it applied; without a high end it is one-sided."""

    start: datetime
    end: datetime
    low_ng_ml: Decimal
    high_ng_ml: Decimal | None


class Gap(NamedTuple):
    """A time between two troughs over which no line is drawn, its length in days, and why."""

    start: datetime
    end: datetime
    days: Decimal
    why: str


class TimeInRange(NamedTuple):
    """Days below, within and above the range; days between troughs without a known range; what was left out."""

    below: Decimal
    within: Decimal
    above: Decimal
    no_range: Decimal
    gaps: tuple[Gap, ...]

    @property
    def days(self) -> Decimal:
        """Return the days that were counted."""
        return self.below + self.within + self.above

    @property
    def percent(self) -> Decimal | None:
        """Return the share of the counted days within the range in per cent, None where none was counted."""
        return 100 * self.within / self.days if self.days else None


def time_in_range(
    points: Sequence[Point], spells: Sequence[Spell], why_not: Callable[[Point, Point, Decimal], str | None]
) -> TimeInRange:
    """Return the days below, within and above the range between the first and the last trough.

    Args:
        points: troughs in order of time.
        spells: ranges in order of time, none beginning before the one before has ended.
        why_not: says of two troughs and the days between them why no line joins them, or None.

    Source: song-2019, methods (Rosendaal's linear interpolation).

    """
    totals = dict.fromkeys(("below", "within", "above", "no_range"), Decimal(0))
    gaps = []
    place = 0
    for before, after in pairwise(points):
        start, end = _seconds(before.taken), _seconds(after.taken)
        if start == end:
            continue
        days = Decimal(end - start) / _SECONDS_A_DAY
        why = why_not(before, after, days)
        if why is not None:
            gaps.append(Gap(before.taken, after.taken, days, why))
            continue
        while place < len(spells) and _seconds(spells[place].end) <= start:
            place += 1
        known = Decimal(0)
        for spell, first, last in _parts(spells, place, start, end):
            part = [_between(before, after, start, end, moment) for moment in (first, last)]
            share_below, share_within = _shares(min(part), max(part), spell)
            length = Decimal(last - first)
            known += length
            totals["below"] += length * share_below
            totals["within"] += length * share_within
            totals["above"] += length * (1 - share_below - share_within)
        totals["no_range"] += end - start - known
    in_days = {name: seconds / _SECONDS_A_DAY for name, seconds in totals.items()}
    return TimeInRange(gaps=tuple(gaps), **in_days)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _parts(spells: Sequence[Spell], place: int, start: int, end: int) -> Iterator[tuple[Spell, int, int]]:
    """Return the spells that a line runs through, each with the seconds at which it enters and leaves it."""
    for number in range(place, len(spells)):
        spell = spells[number]
        first, last = max(start, _seconds(spell.start)), min(end, _seconds(spell.end))
        if first >= end:
            return
        if first < last:
            yield spell, first, last


def _between(before: Point, after: Point, start: int, end: int, moment: int) -> Decimal:
    return before.value + (after.value - before.value) * (moment - start) / (end - start)


def _shares(lowest: Decimal, highest: Decimal, spell: Spell) -> tuple[Decimal, Decimal]:
    """Return which shares of a straight line lie below and within a range, whose limits belong to it."""
    low, high = spell.low_ng_ml, spell.high_ng_ml
    if lowest == highest:
        below, within = lowest < low, lowest >= low and (high is None or lowest <= high)
        return Decimal(below), Decimal(within)
    below_part = max(min(highest, low) - lowest, Decimal(0))
    top = highest if high is None else min(highest, high)
    within_part = max(top - max(lowest, low), Decimal(0))
    return below_part / (highest - lowest), within_part / (highest - lowest)
