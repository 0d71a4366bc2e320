"""Regimens and capsules as answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.capsules import Units
    from tdmcli.domain.regimen import Regimen


class RegimenAnswer(NamedTuple):
    """A regimen as answers show it: one day's intakes."""

    intakes_mg: tuple[Decimal, ...]
    interval_h: int
    daily_dose_mg: Decimal
    product: str | None
    text: str


class UnitsAnswer(NamedTuple):
    """Capsules, tablets or sachets of one strength in one intake."""

    number: int
    strength_mg: Decimal


def regimen_answer(regimen: Regimen) -> RegimenAnswer:
    """Return a regimen with one day's intakes."""
    product = regimen.product.id if regimen.product else None
    return RegimenAnswer(regimen.day_mg, regimen.interval_h, regimen.daily_dose_mg, product, regimen.text)


def units_answer(units: tuple[Units, ...] | None) -> tuple[UnitsAnswer, ...] | None:
    """Return the units of one intake, or None where the strengths don't sum to it."""
    return None if units is None else tuple(UnitsAnswer(one.number, one.strength_mg) for one in units)
