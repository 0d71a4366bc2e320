"""What sources say of one product beside its strengths: inside the rows of `products.toml`, each with its source."""

from __future__ import annotations

from typing import NamedTuple


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
