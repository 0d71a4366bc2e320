"""The shapes of the rows of `starting_doses.toml`."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Population, Release, Route


class DoseUnit(StrEnum):
    """The unit of a starting dose."""

    MG = "mg"
    MG_PER_KG = "mg/kg"


class Per(StrEnum):
    """What a starting dose is for: the whole day, each intake, or one dose that is given once."""

    DAY = "day"
    INTAKE = "intake"
    ONCE = "once"


class StartEvent(StrEnum):
    """What the hours until the first dose count from."""

    TRANSPLANT = "transplant"
    REPERFUSION = "reperfusion"
    INFUSION_STOPPED = "infusion-stopped"


class StartTimeRow(NamedTuple):
    """When the first dose is given: hours after an event (minus is before it), open where the source gives one end."""

    after: StartEvent
    from_h: int | None = None
    to_h: int | None = None
    text: str | None = None

    def check(self) -> None:
        """Check that an end is there, and that the hours run forward."""
        if self.from_h is None and self.to_h is None:
            raise ValueError("from_h or to_h must be there")
        if self.from_h is not None and self.to_h is not None and self.to_h <= self.from_h:
            raise ValueError("from_h must be below to_h")


class StartingDoseRow(NamedTuple):
    """A starting dose that one source gives; `low` and `high` are equal where it gives one number.

    `other_indications` are those that have no file in `targets/`, in words. `co_therapy` is what it is given with:
    another rival of `co_therapies.toml` rules it out. `induction` is any of those named. `rejection` marks a dose on
    changing to tacrolimus for a rejection. An intravenous dose is a continuous infusion over the day.
    """

    id: str
    indications: tuple[str, ...]
    low: Decimal
    high: Decimal
    unit: DoseUnit
    per: Per
    text: str
    source: str
    locator: str
    intakes_per_day: int | None = None
    condition: str | None = None
    note: str | None = None
    other_indications: tuple[str, ...] = ()
    route: Route = Route.ORAL
    release: Release | None = None
    products: tuple[str, ...] = ()
    population: Population | None = None
    age_from_years: int | None = None
    co_therapy: tuple[str, ...] = ()
    induction: tuple[str, ...] = ()
    rejection: bool = False
    first_dose: StartTimeRow | None = None

    def check(self) -> None:
        """Check that the dose is positive and in order, and that a dose per intake says how many there are."""
        if not 0 < self.low <= self.high:
            raise ValueError("low must be above 0 and not above high")
        if self.intakes_per_day is not None and self.intakes_per_day < 1:
            raise ValueError("intakes_per_day must be 1 or more")
        if self.per is Per.INTAKE and self.intakes_per_day is None:
            raise ValueError("a dose per intake needs intakes_per_day")
        if self.per is Per.ONCE and self.intakes_per_day is not None:
            raise ValueError("a dose given once has no intakes_per_day")
        if not (self.indications or self.other_indications):
            raise ValueError("indications must not be empty")
        if self.route is Route.INTRAVENOUS and (self.per is not Per.DAY or self.intakes_per_day is not None):
            raise ValueError("an infusion is told per day, without intakes")

    @property
    def daily(self) -> tuple[Decimal, Decimal]:
        """Return the lowest and highest total of a day, in the row's unit (mg or mg/kg); of a dose given once, it."""
        times = (self.intakes_per_day or 1) if self.per is Per.INTAKE else 1
        return self.low * times, self.high * times


class StartingAdjustmentRow(NamedTuple):
    """What one source says changes a starting dose or its time; a factor multiplies the dose of adults."""

    id: str
    about: str
    text: str
    source: str
    locator: str
    indications: tuple[str, ...] = ()
    release: Release | None = None
    products: tuple[str, ...] = ()
    population: Population | None = None
    factor_low: Decimal | None = None
    factor_high: Decimal | None = None
    first_dose: StartTimeRow | None = None

    def check(self) -> None:
        """Check that the factor is a positive range."""
        if (self.factor_low is None) != (self.factor_high is None):
            raise ValueError("factor_low and factor_high stand together")
        if self.factor_low is not None and self.factor_high is not None and not 0 < self.factor_low <= self.factor_high:
            raise ValueError("factor_low must be above 0 and not above factor_high")


class ObservedDoseRow(NamedTuple):
    """The daily dose (mg/kg/day, mean or median) that patients of one study took: a report, never a dose to give.

    `low` and `high` are its range, `trough_ng_ml` the mean level on it, `day` the day after transplant.
    """

    id: str
    indications: tuple[str, ...]
    who: str
    mg_per_kg_day: Decimal
    text: str
    source: str
    locator: str
    day: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    trough_ng_ml: Decimal | None = None
    patients: int | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the dose is positive and lies in its range."""
        low = self.mg_per_kg_day if self.low is None else self.low
        high = self.mg_per_kg_day if self.high is None else self.high
        if not 0 < low <= self.mg_per_kg_day <= high:
            raise ValueError("mg_per_kg_day must be above 0 and lie from low to high")
        if self.trough_ng_ml is not None and self.trough_ng_ml <= 0:
            raise ValueError("trough_ng_ml must be above 0")


class StartingTables(NamedTuple):
    """The whole of `starting_doses.toml`."""

    starting_dose: tuple[StartingDoseRow, ...]
    starting_adjustment: tuple[StartingAdjustmentRow, ...]
    observed_dose: tuple[ObservedDoseRow, ...]
