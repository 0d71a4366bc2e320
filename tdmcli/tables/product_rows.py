"""The shape of the rows of `products.toml`, and what sources say of a product beside its strengths."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tdmcli.tables.rows import Release, Route


class HoursRow(NamedTuple):
    """A time in hours: after the dose for a trough; how late a missed dose is still taken."""

    hours: int
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the time is above 0."""
        if self.hours <= 0:
            raise ValueError("hours must be above 0")


class DaysRow(NamedTuple):
    """A time in days, for steady state on an unchanged dose."""

    days: int
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the time is above 0."""
        if self.days <= 0:
            raise ValueError("days must be above 0")


class TakingRow(NamedTuple):
    """How a product is taken; without `empty_stomach` or `morning` the source read does not say."""

    text: str
    source: str
    locator: str
    empty_stomach: bool | None = None
    morning: bool | None = None


class PreparationRow(NamedTuple):
    """How a product is made ready: mixed or diluted, in what, and for how long it keeps."""

    text: str
    source: str
    locator: str


class ProductRow(NamedTuple):
    """A product: strengths in mg of one capsule, tablet or sachet, and the intervals it is given at.

    What a source says beside them, each with that source: `trough` is hours after the dose, `steady_state` days on an
    unchanged dose, `missed_dose` how many hours late it is still taken. Absent where no source read says.
    `other_label` is the id that stands for the same product under another country's label.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    release: Release
    route: Route
    form: str
    strengths_mg: tuple[Decimal, ...]
    intervals_h: tuple[int, ...]
    source: str
    locator: str
    note: str | None = None
    strength_mg_per_ml: Decimal | None = None
    trough: HoursRow | None = None
    steady_state: DaysRow | None = None
    missed_dose: HoursRow | None = None
    taking: TakingRow | None = None
    preparation: PreparationRow | None = None
    other_label: str | None = None

    def check(self) -> None:
        """Check that the strengths fit the route, and that a trough is drawn just before the next dose."""
        if any(mg <= 0 for mg in self.strengths_mg) or list(self.strengths_mg) != sorted(set(self.strengths_mg)):
            raise ValueError("strengths_mg must be positive and rise")
        if self.route is Route.ORAL and not self.strengths_mg:
            raise ValueError("an oral product needs strengths_mg")
        if self.strength_mg_per_ml is not None and (
            self.route is not Route.INTRAVENOUS or self.strength_mg_per_ml <= 0
        ):
            raise ValueError("strength_mg_per_ml is above 0 and stands on an intravenous product alone")
        if self.trough is not None and self.trough.hours not in self.intervals_h:
            raise ValueError("a trough is drawn at the end of one of intervals_h")
