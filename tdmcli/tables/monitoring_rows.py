"""The shapes of the rows of `monitoring.toml` and `cautions.toml`."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

LEVEL = "level"


class When(StrEnum):
    """When a test is made: before the first dose, or again and again."""

    BASELINE = "baseline"
    INTERVAL = "interval"


class MonitoringTestRow(NamedTuple):
    """Something that one source says to measure or look for.

    `indications` are those the source speaks of, empty for all; a row that `lends` is shown for the others
    too. `measures` are keys of the patient file's labs, or `level`. The window is half-open in days after the
    transplant; without `every_to_days` the source gives no interval.
    """

    id: str
    name: str
    when: When
    measures: tuple[str, ...]
    text: str
    source: str
    locator: str
    indications: tuple[str, ...] = ()
    lends: bool = False
    from_day: int | None = None
    to_day: int | None = None
    every_from_days: int | None = None
    every_to_days: int | None = None

    def check(self) -> None:
        """Check the window and the interval, and that no interval is lent to another indication."""
        start = 0 if self.from_day is None else self.from_day
        if start < 0 or (self.to_day is not None and self.to_day <= start):
            raise ValueError("the window from_day..to_day must run forward")
        if self.every_from_days is not None and self.every_to_days is None:
            raise ValueError("every_from_days needs every_to_days")
        if self.every_to_days is not None:
            soonest = self.every_to_days if self.every_from_days is None else self.every_from_days
            if not 0 < soonest <= self.every_to_days:
                raise ValueError("every_from_days must be above 0 and not after every_to_days")
            if self.when is When.BASELINE:
                raise ValueError("a baseline test has no interval")
            if not self.measures:
                raise ValueError("an interval needs measures, to know the last one")
        if self.lends and (self.every_to_days is not None or not self.indications):
            raise ValueError("only a row of named indications without an interval can be lent")


class Rule(StrEnum):
    """How a value crosses a threshold."""

    RISES_ABOVE_PERCENT = "rises-above-percent"
    RISES = "rises"
    AT_OR_BELOW = "at-or-below"


class Against(StrEnum):
    """Which earlier value a rise is measured from."""

    FIRST = "first"
    LOWEST = "lowest"


class MonitoringThresholdRow(NamedTuple):
    """A limit that one source gives, for its indications alone.

    `limit` is in per cent for a rise, else in the unit of the measure; `against` stands where it is a rise.
    """

    id: str
    name: str
    indications: tuple[str, ...]
    measures: tuple[str, ...]
    rule: Rule
    text: str
    source: str
    locator: str
    limit: Decimal | None = None
    against: Against | None = None

    def check(self) -> None:
        """Check that the rule has what it needs, and that it names its indications and measures."""
        if not self.indications or not self.measures:
            raise ValueError("indications and measures must not be empty")
        if (self.limit is None) != (self.rule is Rule.RISES):
            raise ValueError("limit stands with every rule but rises")
        if self.limit is not None and self.limit <= 0:
            raise ValueError("limit must be above 0")
        if (self.against is None) != (self.rule is Rule.AT_OR_BELOW):
            raise ValueError("against stands where a rise is meant, and only there")


class CautionRow(NamedTuple):
    """What one source warns of; `about` is the matter in a word or two."""

    id: str
    about: str
    text: str
    source: str
    locator: str
    indications: tuple[str, ...] = ()
