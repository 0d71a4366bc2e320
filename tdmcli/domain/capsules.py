"""Which doses can be given: sums of a product's strengths, and the regimens made of them (R14, R21)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.units import show, show_mg
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdmcli.tables.product_rows import ProductRow


class Units(NamedTuple):
    """How many capsules, tablets or sachets of one strength make part of an intake."""

    number: int
    strength_mg: Decimal


@cache
def units_up_to(strengths_mg: tuple[Decimal, ...], most: int, up_to_mg: Decimal) -> Mapping[Decimal, tuple[Units, ...]]:
    """Return every intake (mg) that at most so many units make, in rising order, with the fewest units.

    Where two ways need the same number, the one with the larger strengths is kept.
    """
    fewest: dict[Decimal, tuple[Decimal, ...]] = {Decimal(0): ()}
    frontier = dict(fewest)
    for _ in range(most):
        reached: dict[Decimal, tuple[Decimal, ...]] = {}
        for total, parts in frontier.items():
            for strength in reversed(strengths_mg):
                new = total + strength
                if new <= up_to_mg and new not in fewest and new not in reached:
                    reached[new] = (*parts, strength)
        fewest.update(reached)
        frontier = reached
    return MappingProxyType({total: _count(parts) for total, parts in sorted(fewest.items()) if total > 0})


def _count(parts: tuple[Decimal, ...]) -> tuple[Units, ...]:
    return tuple(Units(parts.count(strength), strength) for strength in sorted(set(parts), reverse=True))


def units_for(intake_mg: Decimal, product: ProductRow, most: int) -> tuple[Units, ...] | None:
    """Return the fewest units that make an intake, or None if the strengths don't sum to it."""
    return units_up_to(product.strengths_mg, most, intake_mg).get(intake_mg)


def check_units(intakes_mg: Iterable[Decimal], product: ProductRow, most: int) -> tuple[Finding, ...]:
    """Return the first intake that is no sum of the product's strengths (R14)."""
    for mg in intakes_mg:
        if units_for(mg, product, most) is None:
            strengths = ", ".join(show(strength) for strength in product.strengths_mg)
            return (Finding(Code.NOT_ACHIEVABLE, {"dose": show_mg(mg), "strengths": strengths}),)
    return ()


def achievable_regimens(
    product: ProductRow, interval_h: int, up_to_daily_mg: Decimal, most: int, *, equal: bool = False
) -> tuple[Regimen, ...]:
    """Return the regimens of whole units up to a daily dose, by rising daily dose.

    Intakes of a day differ by at most one step, the larger first (in the morning); `equal` leaves those out.
    """
    a_day = max(1, 24 // interval_h)
    per_intake = up_to_daily_mg * max(interval_h, 24) / 24 / a_day
    largest = max(product.strengths_mg, default=Decimal(0))
    intakes = list(units_up_to(product.strengths_mg, most, per_intake + largest))
    if not intakes:
        return ()
    regimens: dict[Decimal, Regimen] = {}
    for smaller, larger in zip(intakes, [*intakes[1:], intakes[-1]], strict=True):
        for larger_ones in range(1 if equal else a_day):
            day = (larger,) * larger_ones + (smaller,) * (a_day - larger_ones)
            cycle = day if larger_ones else (smaller,)
            regimen = Regimen(cycle, interval_h, product)
            if regimen.daily_dose_mg <= up_to_daily_mg:
                regimens.setdefault(regimen.daily_dose_mg, regimen)
    return tuple(regimens[daily] for daily in sorted(regimens))
