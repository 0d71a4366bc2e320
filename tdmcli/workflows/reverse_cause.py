"""A cause of a surprising level: the level in its history, and what could explain it with the way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.tables.interaction_rows import Direction
from tdmcli.workflows.reverse_data import ExplanationAnswer

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod

CODES = ("policy", "data/codes.toml")
SAMPLING = ("policy", "data/policy.toml sampling")
_WAY = {"above": Direction.RAISES, "below": Direction.LOWERS}


class Sample(NamedTuple):
    """The level that is asked about and the usable one before it, each with the regimen that gave it.

    `untold`: it was typed, so nothing is known of its sample.
    """

    record: LevelRecord
    period: RegimenPeriod | None
    previous: LevelRecord | None
    previous_period: RegimenPeriod | None
    untold: bool = False


class Cause(NamedTuple):
    """An explanation with the place in its source."""

    answer: ExplanationAnswer
    locator: str = ""


class Finder(NamedTuple):
    """The level in its history, and which way it is off against what."""

    sample: Sample
    history: History
    surprise: str
    expected: str

    @property
    def day(self) -> date:
        """Return the day of the level."""
        return past.day_of(self.sample.record.taken, self.history.zone)

    def cause(
        self,
        kind: str,
        what: str,
        when: date | None,
        direction: Direction,
        source: tuple[str, str],
        *,
        open_: bool = False,
    ) -> Cause:
        """Return a cause, fitting where it goes the way that the level is off; `open_` leaves that open."""
        fitting = None if open_ else fits(direction, self.surprise)
        shown = None if when is None else when.isoformat()
        return Cause(ExplanationAnswer(what, kind, shown, direction, fitting, source[0]), source[1])


def fits(direction: Direction, surprise: str) -> bool | None:
    """Return whether a direction is the way that a level is off; None where that is open."""
    way = _WAY.get(surprise)
    return None if way is None or direction is Direction.EITHER else direction is way


def before_level(day: date, other: date) -> str:
    """Return how long before a level's day another day was, in words."""
    days = (day - other).days
    return "on the day of the level" if days == 0 else f"{days} {'day' if days == 1 else 'days'} before the level"
