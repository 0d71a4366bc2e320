"""A cause of a surprising level: the level in its history, and what could explain it with the way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.tables.interaction_rows import Direction
from tdmcli.workflows.reverse_data import ExplanationAnswer

if TYPE_CHECKING:
    from datetime import date, datetime

    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod

CODES = ("policy", "data/codes.toml")
SAMPLING = ("policy", "data/policy.toml sampling")
STEADY_STATE = ("policy", "data/policy.toml steady_state")
_WAY = {"above": Direction.RAISES, "below": Direction.LOWERS}


class Sample(NamedTuple):
    """The level that is asked about and those before it, each with the regimen that gave it.

    `moment`: whose regimen the level shows. `previous`: the last steady trough before it, the only kind that a level is
    compared with. `before`: the last one that may be used at all, and `unlike` why it is no such trough. `untold`: the
    level was typed, so nothing is known of its sample.
    """

    record: LevelRecord
    moment: datetime
    period: RegimenPeriod | None = None
    previous: LevelRecord | None = None
    previous_period: RegimenPeriod | None = None
    before: LevelRecord | None = None
    unlike: str | None = None
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
        return self.day_of(self.sample.record.taken)

    @property
    def earlier(self) -> LevelRecord | None:
        """Return the level before this one: that it is compared with where it is, else the last that may be used."""
        sample = self.sample
        return sample.previous if self.expected == "previous-level" else sample.before or sample.previous

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day of a moment where the patient is."""
        return past.day_of(moment, self.history.zone)

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
