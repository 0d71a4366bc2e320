"""Regimens and capsules as answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.regimen import Regimen, parse_dose
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.capsules import Units
    from tdmcli.workflows.asked import Asked


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


def tried_regimen(asked: Asked, text: str, current: Regimen) -> Regimen:
    """Return the regimen that `--try` names, at the interval and of the product of the current one.

    Raises:
        ExpectedError: it can't be read, or its daily dose is so high that it must be confirmed.

    """
    intakes = ask.typed("--try", parse_dose, text)
    made = ask.typed("--try", lambda _: Regimen(intakes, current.interval_h, current.product), text)
    ask.confirm(asked, made.daily_dose_mg, text, read_policy().dose.confirm_above_mg, "mg/day")
    return made
