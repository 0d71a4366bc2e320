"""The dose at a source's factor of the one taken without an inhibitor, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.capsules import units_for
from tdmcli.domain.dose_case import check_interval
from tdmcli.domain.findings import Finding
from tdmcli.domain.interaction import FactorDose, direction_of, factor_dose
from tdmcli.domain.units import clean
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Effect, InteractionRow, Phase
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.answer import Citations
from tdmcli.workflows.facts import regimen_findings
from tdmcli.workflows.interact_data import AdjustedRegimen
from tdmcli.workflows.other_drugs import moving_drugs
from tdmcli.workflows.regimens import units_answer

if TYPE_CHECKING:
    from tdmcli.domain.drug_course import Course
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.other_drugs import OtherDrugs


def adjusted_regimen(
    courses: list[tuple[Course, OtherDrugs]], facts: Facts, citations: Citations
) -> tuple[AdjustedRegimen | None, tuple[Finding, ...]]:
    """Return the dose at a source's factor, or why there is none (a factor counts from the uninhibited dose).

    Where a drug is stopped no factor is ever applied, and none where it began before today: the dose is adapted since.
    """
    starting = [one for one, _ in courses if Phase.START in one.phases and not one.stops_by(facts.today)]
    with_factor = [one for one in starting if one.row.dose_factor is not None]
    if not starting or facts.current is None:
        return None, ()
    if not with_factor:
        if not facts.regimen_given or any(one.row.effect is Effect.AVOID for one in starting):
            return None, ()
        return None, (Finding(Code.NO_FACTOR, {"drug": ", ".join(one.row.names[0] for one in starting)}),)
    course = with_factor[0]
    row = course.row
    against = _against_factor(facts, row, [one.row for one, _ in courses])
    there = next(others.there for one, others in courses if one is course)
    if there and not any(finding.refuses for finding in against):
        against += (Finding(Code.OTHER_DRUG_MOVES, {"drug": there[0]}, refuses=True),)
    if course.start is not None and course.start < facts.today and row.inhibitor:
        against += (Finding(Code.ALREADY_INHIBITED, {"drug": row.names[0]}, refuses=True),)
    if any(finding.refuses for finding in against):
        return None, against
    dose, findings = factor_dose(row, facts.current, read_policy().dose)
    if dose is None or row.dose_factor is None:
        return None, against + findings
    return _adjusted_answer(row, facts.current, dose, citations), against + findings


def _against_factor(facts: Facts, row: InteractionRow, asked: list[InteractionRow]) -> tuple[Finding, ...]:
    """Return what speaks against the factor: a route, a hold, a drug that moves the level now or still (R48, R50)."""
    current = facts.current
    if current is None:
        return ()
    product = current.product
    if product is not None and product.route != "oral":
        return (Finding(Code.NOT_ORAL, {"route": product.route}, refuses=True),)
    findings: tuple[Finding, ...] = ()
    if product is not None:
        findings += check_interval(current.interval_h, product)
    findings += regimen_findings(facts, facts.now, facts.now)
    on_board, unlisted = moving_drugs(facts)
    findings += tuple(Finding(Code.UNLISTED_DRUG, {"drug": clean(name), "near": ""}) for name in unlisted)
    if any(one.inhibitor for one in on_board):
        name = next(one.names[0] for one in on_board if one.inhibitor)
        findings += (Finding(Code.ALREADY_INHIBITED, {"drug": name}, refuses=True),)
    others = [one for one in (*on_board, *asked) if one is not row and not (one in on_board and one.inhibitor)]
    moving = [one for one in others if direction_of(one) is not None]
    if moving:
        findings += (Finding(Code.OTHER_DRUG_MOVES, {"drug": moving[0].names[0]}, refuses=True),)
    return findings


def _adjusted_answer(
    row: InteractionRow, current: Regimen, dose: FactorDose, citations: Citations
) -> AdjustedRegimen | None:
    product = dose.regimen.product
    if product is None or row.dose_factor is None:
        return None
    most = read_policy().dose.units_per_intake
    citations.add(product.source, f"{product.locator} (strengths)")
    return AdjustedRegimen(
        intakes_mg=dose.regimen.day_mg,
        interval_h=dose.regimen.interval_h,
        daily_dose_mg=dose.regimen.daily_dose_mg,
        unrounded_daily_dose_mg=dose.unrounded_daily_dose_mg,
        rounding_percent=dose.rounding_percent,
        product=product.id,
        product_name=product.name,
        text=dose.regimen.text,
        drug=row.names[0],
        source=row.dose_factor.source,
        units=tuple(units_answer(units_for(mg, product, most)) for mg in dose.regimen.day_mg),
        from_text=current.text,
    )
