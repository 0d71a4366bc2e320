"""Which drugs move the tacrolimus level: matching names, and the one dose that a source gives a factor for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tdmcli.domain.capsules import achievable_regimens
from tdmcli.domain.findings import Finding
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import show, show_mg, show_percent
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Direction, Effect, InteractionRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.policy import DosePolicy, InteractionPolicy

_STRONG = "strong"


@dataclass(frozen=True, slots=True)
class FactorDose:
    """The regimen that a factor leads to, rounded to whole units, and the daily dose before rounding (mg)."""

    regimen: Regimen
    unrounded_daily_dose_mg: Decimal

    @property
    def rounding_percent(self) -> Decimal:
        """Return by how much rounding moved the dose, in per cent."""
        return (self.regimen.daily_dose_mg - self.unrounded_daily_dose_mg) * 100 / self.unrounded_daily_dose_mg


def find_drug(name: str, rows: Iterable[InteractionRow]) -> InteractionRow | None:
    """Return the row that bears this name, exactly but for case, accents and hyphens; never a near match."""
    wanted = spelling(name)
    return next((row for row in rows if wanted in {spelling(known) for known in row.names}), None)


def direction_of(row: InteractionRow) -> Direction | None:
    """Return which way a drug moves the level, or None where no source says that it does."""
    if row.direction is not None:
        return row.direction
    known = {Effect.RAISES: Direction.RAISES, Effect.LOWERS: Direction.LOWERS, Effect.EITHER: Direction.EITHER}
    return known.get(row.effect)


def fading_days(row: InteractionRow, policy: InteractionPolicy) -> int:
    """Return the days after its stop for which a drug still works: its source's, else policy's for its direction."""
    if row.fading is not None:
        return row.fading.days
    lowers = direction_of(row) is Direction.LOWERS
    return policy.inducer_fading_days if lowers else policy.inhibitor_fading_days


def changes_others(row: InteractionRow) -> bool:
    """Return whether a drug changes what others do: an inhibitor, or what a source calls strong."""
    return row.inhibitor or any(one.value == _STRONG for one in row.strengths)


def turned(direction: Direction | None) -> Direction | None:
    """Return the way the level goes when a drug that moves it this way is stopped."""
    back = {Direction.RAISES: Direction.LOWERS, Direction.LOWERS: Direction.RAISES}
    return direction if direction is None else back.get(direction, direction)


def opposite(directions: Iterable[Direction | None]) -> bool:
    """Return whether some of the changes raise the level and others lower it."""
    return {Direction.RAISES, Direction.LOWERS} <= set(directions)


def factor_dose(
    row: InteractionRow, regimen: Regimen, policy: DosePolicy
) -> tuple[FactorDose | None, tuple[Finding, ...]]:
    """Return the regimen at the source's part of the dose taken without the drug, rounded to whole units.

    The nearest regimen is taken, and the lower of two as near: the factor is there to lower the dose.
    """
    factor, product = row.dose_factor, regimen.product
    if factor is None or row.effect is not Effect.RAISES:
        return None, ()
    if product is None:
        return None, (Finding(Code.MISSING_PRODUCT),)
    unrounded = regimen.daily_dose_mg * factor.multiply / factor.divide
    fitting = achievable_regimens(product, regimen.interval_h, regimen.daily_dose_mg, policy.units_per_intake)
    if not fitting or unrounded < fitting[0].daily_dose_mg / 2:
        values = {"dose": show_mg(unrounded), "smallest": fitting[0].text if fitting else "none"}
        return None, (Finding(Code.ROUNDS_TO_ZERO, values),)
    best = min(fitting, key=lambda one: (abs(one.daily_dose_mg - unrounded), one.daily_dose_mg))
    dose = FactorDose(best, unrounded)
    if best.daily_dose_mg == unrounded:
        return dose, ()
    values = {
        "unrounded": show(unrounded),
        "given": show(best.daily_dose_mg),
        "percent": show_percent(dose.rounding_percent),
    }
    return dose, (Finding(Code.FACTOR_ROUNDED, values),)
