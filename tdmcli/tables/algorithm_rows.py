"""The shapes of the rows of `starting_algorithms.toml`: published equations for the first dose."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Population


class Covariate(StrEnum):
    """What an equation takes of the patient, with its unit in the name."""

    AGE_YEARS = "age_years"
    WEIGHT_KG = "weight_kg"
    HEIGHT_CM = "height_cm"
    BSA_M2 = "bsa_m2"


class PowerRow(NamedTuple):
    """A factor of clearance: (value / centre) to the power of the exponent."""

    of: Covariate
    centre: Decimal
    exponent: Decimal

    def check(self) -> None:
        """Check that the centre can be divided by."""
        if not self.centre > 0:
            raise ValueError("centre must be above 0")


class LimitRow(NamedTuple):
    """Within which values, both included, an equation was made; an end that the source does not give is open."""

    of: Covariate
    low: Decimal | None = None
    high: Decimal | None = None

    def check(self) -> None:
        """Check that an end is there and that they are in order."""
        if self.low is None and self.high is None:
            raise ValueError("low or high must be there")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")

    def holds(self, value: Decimal) -> bool:
        """Return whether a value lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


class DayFactorRow(NamedTuple):
    """A factor of clearance from one day after the transplant to another, both included."""

    from_day: int
    to_day: int
    times: Decimal

    def check(self) -> None:
        """Check that the days run forward."""
        if self.to_day < self.from_day or not self.times > 0:
            raise ValueError("from_day must not be after to_day, and times must be above 0")


class DrugGroupRow(NamedTuple):
    """A factor of clearance where a drug of a group of `interactions/` is taken."""

    group: str
    times: Decimal


class ExposureRow(NamedTuple):
    """The AUC0-12 (ng*h/mL) that the authors pair with a trough (ng/mL); it belongs to their equation alone."""

    trough_ng_ml: Decimal
    auc_ng_h_ml: Decimal


class StartingAlgorithmRow(NamedTuple):
    """An equation for the first dose of oral immediate-release tacrolimus: clearance (CL/F, L/h) and its factors.

    `to_day` is the last day after the transplant it was made from. `exposures` name the AUC aimed at, the first the
    usual one; without any, the trough stands for the mean level.
    """

    id: str
    name: str
    indications: tuple[str, ...]
    population: Population
    who: str
    clearance_l_h: Decimal
    cyp3a5_one: Decimal
    cyp3a5_two: Decimal
    intakes_per_day: int
    source: str
    locator: str
    powers: tuple[PowerRow, ...]
    limits: tuple[LimitRow, ...]
    cyp3a4_22: Decimal | None = None
    day_factors: tuple[DayFactorRow, ...] = ()
    to_day: int | None = None
    steroid_sparing: Decimal | None = None
    drug_group: DrugGroupRow | None = None
    exposures: tuple[ExposureRow, ...] = ()
    note: str | None = None
    errata: tuple[str, ...] = ()

    def check(self) -> None:
        """Check that clearance is positive and that expressers clear no less."""
        if not self.clearance_l_h > 0:
            raise ValueError("clearance_l_h must be above 0")
        if not 1 <= self.cyp3a5_one <= self.cyp3a5_two:
            raise ValueError("cyp3a5_one must be 1 or more and not above cyp3a5_two")


class RefutedAlgorithmRow(NamedTuple):
    """An equation that must not be used, named so that nobody looks for it in vain."""

    id: str
    name: str
    indications: tuple[str, ...]
    population: Population
    text: str
    source: str
    locator: str


class AlgorithmTables(NamedTuple):
    """The whole of `starting_algorithms.toml`."""

    starting_algorithm: tuple[StartingAlgorithmRow, ...]
    refuted_algorithm: tuple[RefutedAlgorithmRow, ...]
