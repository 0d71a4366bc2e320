"""A daily dose in whole capsules, tablets or sachets: the regimen nearest to it, and how far that is (R14, R17-R20)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import achievable_regimens
from tdmcli.domain.dose_case import PLACES
from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.units import rounded, show, show_mg, show_percent
from tdmcli.errors import Code
from tdmcli.tables.rows import Route

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.tables.policy import DosePolicy
    from tdmcli.tables.product_rows import ProductRow


class RoundedDose(NamedTuple):
    """A daily dose (mg) worked out, the regimen nearest to it, and those just below and above it."""

    unrounded_daily_dose_mg: Decimal
    regimen: Regimen
    around: tuple[Regimen, ...]

    @property
    def rounding_percent(self) -> Decimal:
        """Return by how much rounding moved the dose, in per cent."""
        return rounding_percent(self.regimen, self.unrounded_daily_dose_mg)


def rounding_percent(regimen: Regimen, daily_dose_mg: Decimal) -> Decimal:
    """Return how far a regimen lies from a daily dose (mg), in per cent of that."""
    return rounded((regimen.daily_dose_mg - daily_dose_mg) * 100 / daily_dose_mg, PLACES)


def round_dose(
    daily_dose_mg: Decimal,
    product: ProductRow,
    interval_h: int,
    policy: DosePolicy,
    *,
    cap_mg: Decimal | None = None,
) -> RoundedDose:
    """Return the regimen of whole units nearest to a daily dose (mg), the lower of two as near, never above a cap.

    Neither of two as near is nearer to what was taken (R19), of another product or of none: the lower is taken, and
    those around it stand beside. An infusion has no units and is not rounded.

    Raises:
        Refused: the dose is nearer to none, or whole units would move it further than the policy allows (R19, R20).

    """
    if product.route is not Route.ORAL:
        return RoundedDose(daily_dose_mg, _infusion(daily_dose_mg, product), ())
    smallest = product.strengths_mg[0] * 24 / interval_h * 2
    most = 2 * daily_dose_mg + smallest if cap_mg is None else cap_mg
    fitting = achievable_regimens(product, interval_h, most, policy.units_per_intake, equal=policy.equal_intakes)
    if not fitting or daily_dose_mg < fitting[0].daily_dose_mg / 2:
        values = {"dose": show_mg(daily_dose_mg), "smallest": fitting[0].text if fitting else "none"}
        raise refuse(Code.ROUNDS_TO_ZERO, **values)
    nearest = min(fitting, key=lambda one: (rounded(abs(one.daily_dose_mg - daily_dose_mg), PLACES), one.daily_dose_mg))
    percent = rounding_percent(nearest, daily_dose_mg)
    if abs(percent) > policy.max_rounding_percent:
        values = {"dose": show_mg(daily_dose_mg), "nearest": nearest.text, "percent": show_percent(percent)}
        raise refuse(Code.ROUNDED_TOO_FAR, **values, limit=show(policy.max_rounding_percent))
    place = fitting.index(nearest)
    return RoundedDose(daily_dose_mg, nearest, fitting[max(place - 1, 0) : place + 2])


def in_figures(dose: RoundedDose, figures: int) -> RoundedDose:
    """Return an infusion's dose with so many significant figures."""
    context = Context(prec=figures)
    intakes = tuple(context.plus(mg).normalize() for mg in dose.regimen.intakes_mg)
    return dose._replace(regimen=replace(dose.regimen, intakes_mg=intakes))


def _infusion(daily_dose_mg: Decimal, product: ProductRow) -> Regimen:
    interval = product.intervals_h[0]
    return Regimen((rounded(daily_dose_mg * interval / 24, PLACES).normalize(),), interval, product)


def check_rounding(dose: RoundedDose, policy: DosePolicy) -> tuple[Finding, ...]:
    """Return whether what can be given lies notably off the dose worked out."""
    if abs(dose.rounding_percent) <= policy.marginal_percent:
        return ()
    values = {
        "unrounded": show(dose.unrounded_daily_dose_mg),
        "given": show(dose.regimen.daily_dose_mg),
        "percent": show_percent(dose.rounding_percent),
    }
    return (Finding(Code.FACTOR_ROUNDED, values),)
