"""A case for the proportional rule, and what a regimen would do in it: trough, change, cap.

Doses are compared to a billionth of a mg: 24 hours over 72 or 168 does not terminate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import Units, units_for
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.units import Censor, Level, LevelUnit, rounded
from tdmcli.errors import Code

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.policy import DosePolicy
    from tdmcli.tables.product_rows import ProductRow

PLACES = 9


class Case(NamedTuple):
    """A trough and the regimen that gave it, the range to reach (ng/mL), and what may not be done.

    `sampled` was taken when the level was drawn, `current` is taken now. `aim_ng_ml` is None only where the
    range is too wide for its midpoint and no aim was named. `no_increase` and `no_decrease` say why not, or nothing.
    """

    level: Level
    sampled: Regimen
    current: Regimen
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    aim_ng_ml: Decimal | None
    sample_time_known: bool = False
    out_before: bool = False
    no_increase: str = ""
    no_decrease: str = ""
    equal_intakes: bool = False


class Option(NamedTuple):
    """A regimen with the trough (ng/mL) that it leads to, its place in the range and its change in per cent."""

    regimen: Regimen
    change_percent: Decimal
    predicted_trough_ng_ml: Decimal
    position: Position
    units: tuple[tuple[Units, ...] | None, ...]
    over_cap: bool


def make_option(case: Case, regimen: Regimen, policy: DosePolicy) -> Option:
    """Return a regimen as an option: its trough by proportion, and its change from the current dose."""
    daily, current = regimen.daily_dose_mg, case.current.daily_dose_mg
    trough = rounded(case.level.value_ng_ml * daily / case.sampled.daily_dose_mg, PLACES)
    product = product_of(case)
    return Option(
        regimen,
        (daily - current) * 100 / current,
        trough,
        position(Level(trough, Censor.NONE, LevelUnit.NG_ML, ""), case.low_ng_ml, case.high_ng_ml),
        tuple(units_for(mg, product, policy.units_per_intake) for mg in regimen.day_mg),
        rounded(daily, PLACES) > rounded(highest_allowed(case, policy), PLACES),
    )


def product_of(case: Case) -> ProductRow:
    """Return the product that is taken.

    Raises:
        Refused: it is not known.

    """
    if case.current.product is None:
        raise Refused(Finding(Code.MISSING_PRODUCT, refuses=True))
    return case.current.product


def highest_allowed(case: Case, policy: DosePolicy) -> Decimal:
    """Return the daily dose (mg) that no proposal passes (R34, R56).

    It is the cap on an increase of what is taken now or was taken at the sample, whichever is less, and the dose
    that must be said twice; but never below what is taken now.
    """
    current = case.current.daily_dose_mg
    capped = min(case.sampled.daily_dose_mg, current) * (1 + policy.max_increase_percent / 100)
    return max(min(capped, policy.confirm_above_mg), current)


def check_interval(interval_h: int, product: ProductRow) -> tuple[Finding, ...]:
    """Return whether a product is taken at another interval (hours) than its own."""
    if interval_h in product.intervals_h:
        return ()
    usual = " or ".join(str(hours) for hours in product.intervals_h)
    values = {"product": product.name, "usual": usual, "interval": str(interval_h)}
    return (Finding(Code.UNUSUAL_INTERVAL, values),)
