"""The shapes of the rows of `sampling.toml`: assays, haematocrit, steady state, kinetics."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Population, Release, Route

_PERCENT_MAX = 100


class AssayRelationRow(NamedTuple):
    """How levels of one assay map to another: level_to = slope x level_from + intercept_ng_ml.

    Seen between `from_low_ng_ml` and `from_high_ng_ml` of the first assay, in so many `pairs`.
    """

    id: str
    from_assay: str
    to_assay: str
    slope: Decimal
    intercept_ng_ml: Decimal
    from_low_ng_ml: Decimal
    from_high_ng_ml: Decimal
    pairs: int
    text: str
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the slope is positive and the range in order."""
        if self.slope <= 0:
            raise ValueError("slope must be above 0")
        if not 0 < self.from_low_ng_ml < self.from_high_ng_ml:
            raise ValueError("from_low_ng_ml must be above 0 and below from_high_ng_ml")


class BiasDirection(StrEnum):
    """Which way an assay reads."""

    HIGH = "high"
    LOW = "low"


class AssayBiasRow(NamedTuple):
    """How far an assay read from the others in one comparison (per cent, minus is low); no conversion."""

    id: str
    assay: str
    direction: BiasDirection
    against: str
    text: str
    source: str
    locator: str
    low_percent: Decimal | None = None
    high_percent: Decimal | None = None
    samples: int | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the numbers are in order and go the way that is told."""
        if (self.low_percent is None) != (self.high_percent is None):
            raise ValueError("low_percent and high_percent stand together")
        if self.low_percent is not None and self.high_percent is not None:
            if self.low_percent > self.high_percent:
                raise ValueError("low_percent must not be above high_percent")
            if not (self.low_percent > 0 if self.direction is BiasDirection.HIGH else self.high_percent < 0):
                raise ValueError("the sign of the percent must fit the direction")


class HematocritMethod(StrEnum):
    """How a level is brought to another haematocrit.

    proportional: level x reference / haematocrit. binding: solve the plasma level Cp (ug/L) from
    level = Cp x (1 + capacity x haematocrit fraction / (half_saturation + Cp)), then take it at the reference.
    """

    PROPORTIONAL = "proportional"
    BINDING = "binding"


class HematocritStandardRow(NamedTuple):
    """A way to bring a whole-blood level to a reference haematocrit (per cent): a second line beside the level."""

    id: str
    method: HematocritMethod
    reference_percent: Decimal
    text: str
    source: str
    locator: str
    capacity: Decimal | None = None
    half_saturation_ug_l: Decimal | None = None
    note: str | None = None

    def check(self) -> None:
        """Check the reference, and that the constants stand with the binding method alone."""
        if not 0 < self.reference_percent < _PERCENT_MAX:
            raise ValueError("reference_percent must lie between 0 and 100")
        for constant in (self.capacity, self.half_saturation_ug_l):
            if (constant is not None) != (self.method is HematocritMethod.BINDING):
                raise ValueError("capacity and half_saturation_ug_l stand with the binding method, and only there")
            if constant is not None and constant <= 0:
                raise ValueError("capacity and half_saturation_ug_l must be above 0")


class SteadyStateShareRow(NamedTuple):
    """The trough of a day on an unchanged dose, as per cent of the one at steady state."""

    id: str
    release: Release
    day: int
    percent: Decimal
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the day and the share can be."""
        if self.day < 1 or not 0 < self.percent <= _PERCENT_MAX:
            raise ValueError("day must be 1 or more and percent above 0 and up to 100")


class Quantity(StrEnum):
    """What a number of `product_kinetics` is, with its unit."""

    HALF_LIFE_H = "half-life-h"
    CLEARANCE_L_H_KG = "clearance-l-h-kg"
    BIOAVAILABILITY_PERCENT = "bioavailability-percent"
    TIME_OF_PEAK_H = "time-of-peak-h"
    AUC_CHANGE_PERCENT = "auc-change-percent"
    PEAK_CHANGE_PERCENT = "peak-change-percent"
    BIOAVAILABILITY_CHANGE_PERCENT = "bioavailability-change-percent"


_CHANGES = {
    Quantity.AUC_CHANGE_PERCENT,
    Quantity.PEAK_CHANGE_PERCENT,
    Quantity.BIOAVAILABILITY_CHANGE_PERCENT,
}


class ProductKineticsRow(NamedTuple):
    """One number of the kinetics in one group of people, its standard deviation or its range; a change is in per cent.

    `against` says from what a change is counted. None of it decides a time to steady state.
    """

    id: str
    quantity: Quantity
    value: Decimal
    who: str
    source: str
    locator: str
    sd: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    patients: int | None = None
    route: Route | None = None
    products: tuple[str, ...] = ()
    population: Population | None = None
    against: str | None = None
    text: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Check the sign, the range, and that a change says against what."""
        change = self.quantity in _CHANGES
        if change != (self.against is not None):
            raise ValueError("against stands where a change is told, and only there")
        if self.value <= (-_PERCENT_MAX if change else 0):
            raise ValueError("value is too low for what it is")
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high stand together")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError("value must lie from low to high")


class SamplingRemarkRow(NamedTuple):
    """What one source says of samples and levels that is no number to compute with; `about` is the matter in a word."""

    id: str
    about: str
    text: str
    source: str
    locator: str


class SamplingTables(NamedTuple):
    """The whole of `sampling.toml`."""

    assay_relation: tuple[AssayRelationRow, ...]
    assay_bias: tuple[AssayBiasRow, ...]
    hematocrit_standard: tuple[HematocritStandardRow, ...]
    steady_state: tuple[SteadyStateShareRow, ...]
    product_kinetics: tuple[ProductKineticsRow, ...]
    remark: tuple[SamplingRemarkRow, ...]
