"""The shapes of the rows of `conversions.toml`: from one product or route to another, as a source gives it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Population, Release, Route


class ConversionKind(StrEnum):
    """What a conversion is: a label's word, a hospital's own rule, how a study did it, or the dose that it ended at."""

    LABEL = "label"
    PROTOCOL = "protocol"
    STUDY = "study"
    OBSERVED = "observed"


class FirstDoseRow(NamedTuple):
    """When the first dose of the new product is taken: hours after the event that `after` names."""

    after: str
    from_h: int
    source: str
    locator: str
    to_h: int | None = None
    text: str | None = None

    def check(self) -> None:
        """Check that the hours run forward."""
        if self.from_h < 0 or (self.to_h is not None and self.to_h < self.from_h):
            raise ValueError("from_h must not be below 0 nor after to_h")


class LevelsAfterRow(NamedTuple):
    """When to measure after the change: at least so many levels within so many days, where a source counts them."""

    text: str
    source: str
    locator: str
    at_least: int | None = None
    within_days: int | None = None

    def check(self) -> None:
        """Check that a count and its days stand together, above 0."""
        if (self.at_least is None) != (self.within_days is None):
            raise ValueError("at_least and within_days stand together")
        if self.at_least is not None and self.within_days is not None and min(self.at_least, self.within_days) < 1:
            raise ValueError("at_least and within_days must be above 0")


class ConversionRow(NamedTuple):
    """What one source says of a change, in the one direction that it speaks of: its reverse needs a row of its own.

    A side names products by id, or all of a release and route (both must fit); `from_drug` is another drug. A side to
    without any is every product. The factors are of the TOTAL DAILY dose in mg, equal where the source gives one
    number; `mg_per_kg_day` stands where it gives a new dose by weight instead.
    """

    id: str
    kind: ConversionKind
    text: str
    source: str
    locator: str
    from_products: tuple[str, ...] = ()
    from_release: Release | None = None
    from_route: Route | None = None
    from_drug: str | None = None
    to_products: tuple[str, ...] = ()
    to_release: Release | None = None
    to_route: Route | None = None
    factor_low: Decimal | None = None
    factor_high: Decimal | None = None
    mg_per_kg_day_low: Decimal | None = None
    mg_per_kg_day_high: Decimal | None = None
    first_dose: FirstDoseRow | None = None
    levels: LevelsAfterRow | None = None
    indications: tuple[str, ...] = ()
    population: Population | None = None
    group: str | None = None
    patients: int | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the row says from what and what to do, in numbers that are in order."""
        if sum((bool(self.from_products), bool(self.from_release or self.from_route), bool(self.from_drug))) != 1:
            raise ValueError("from is products, or a release and route, or a drug: one of them")
        if self.to_products and (self.to_release or self.to_route):
            raise ValueError("to is products, or a release and route: not both")
        if set(self.from_products) & set(self.to_products):
            raise ValueError("a product is not converted to itself")
        _check_pair("factor", self.factor_low, self.factor_high)
        _check_pair("mg_per_kg_day", self.mg_per_kg_day_low, self.mg_per_kg_day_high)
        if self.factor_low is not None and self.mg_per_kg_day_low is not None:
            raise ValueError("a factor and a dose by weight exclude each other")
        if self.factor_low is None and self.mg_per_kg_day_low is None and self.first_dose is None:
            raise ValueError("a row needs a factor, a dose by weight or the time of the first dose")


def _check_pair(name: str, low: Decimal | None, high: Decimal | None) -> None:
    if (low is None) != (high is None):
        raise ValueError(f"{name}_low and {name}_high stand together")
    if low is not None and high is not None and not 0 < low <= high:
        raise ValueError(f"{name}_low must be above 0 and not above {name}_high")


class NotInterchangeableRow(NamedTuple):
    """Products that one label says do not stand for each other: a release as one group, and each that is named."""

    id: str
    text: str
    products: tuple[str, ...]
    source: str
    locator: str
    release: Release | None = None

    def check(self) -> None:
        """Check that there are two groups at least."""
        if len(self.products) + (self.release is not None) < 2:  # noqa: PLR2004
            raise ValueError("at least two products or groups")
