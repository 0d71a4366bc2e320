"""What dose gets there? The proportional rule, with everything that speaks for and against using it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdmcli.domain.dose_adjustment import Adjustment, adjust_dose
from tdmcli.domain.dose_case import Case, Option, make_option
from tdmcli.domain.findings import Finding, Refused, refuse, settle
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_sample_time, check_size_for_dose, check_steady_state
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.adjust_data import AdjustData, AdjustQuestion, AimAnswer, OptionAnswer
from tdmcli.workflows.aim import Aim, find_aim
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import assumed, drawn_at, drug_findings, gather, history_findings
from tdmcli.workflows.next_level import next_level
from tdmcli.workflows.ranges import (
    disagreement,
    range_answer,
    with_evidence,
)
from tdmcli.workflows.regimens import regimen_answer, tried_regimen, units_answer
from tdmcli.workflows.weight_checks import weight_findings

if TYPE_CHECKING:
    from tdmcli.domain.units import Level
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.facts import Facts


def answer_adjust(question: AdjustQuestion) -> Answer[AdjustData]:
    """Return the dose for a level and a range, its options, and when to measure next.

    Raises:
        ExpectedError: the question can't be read, something is missing, or a number would not be safe.

    """
    asked = question.asked
    accepted = ask.accepted(asked)
    ask.refuse_product_alone(asked)
    facts = gather(asked)
    product = _needed(facts)[-1]
    return answer_aiming(question, facts, find_aim(question, facts, product), accepted)


def answer_aiming(
    question: AdjustQuestion, facts: Facts, aim: Aim, accepted: frozenset[Code] = frozenset()
) -> Answer[AdjustData]:
    """Return the answer for facts that are gathered and a range and aim that are chosen.

    Raises:
        Refused: something is missing, or a number would not be safe.

    """
    level, sampled, current, product = _needed(facts)
    where = position(level, aim.low, aim.high)
    findings = facts.findings + (aim.ranges.findings if aim.ranges else ())
    if aim.ranges is not None:
        findings += disagreement(level, aim.low, aim.high, aim.row, aim.ranges)
    findings += _about_level(facts, level, sampled, product, where)
    findings += weight_findings(facts, current.daily_dose_mg)
    warnings = settle(findings, accepted)
    codes = {finding.code for finding in warnings}
    case = Case(
        level=level,
        sampled=replace(sampled, product=product),
        current=replace(current, product=product),
        low_ng_ml=aim.low,
        high_ng_ml=aim.high,
        aim_ng_ml=aim.aim,
        sample_time_known=facts.hours_after_dose is not None,
        out_before=_out_before(facts, aim, where),
        no_increase=next((why for code, why in _NO_INCREASE.items() if code in codes), ""),
        no_decrease="the time of the sample" if Code.EARLY_SAMPLE in codes else "",
        equal_intakes=question.equal_intakes or read_policy().dose.equal_intakes,
    )
    try:
        adjustment = adjust_dose(case, read_policy().dose)
    except Refused as refused:
        raise Refused(*refused.findings, *warnings) from None
    return _answer(question, facts, aim, case, adjustment, warnings)


_NO_INCREASE = {
    Code.LATE_SAMPLE: "the time of the sample",
    Code.GUT_EVENT: "what happened shortly before the level",
}


def _needed(facts: Facts) -> tuple[Level, Regimen, Regimen, ProductRow]:
    if facts.level is None:
        why = "" if facts.record is None else " in the patient file"
        raise Refused(Finding(Code.MISSING_LEVEL, {"why": why}, refuses=True), *facts.findings)
    if facts.drawn is not None and (facts.sampled is None or facts.current is None):
        settle(history_findings(facts, Position.UNDETERMINED), frozenset())
    if facts.sampled is None or facts.current is None:
        raise refuse(Code.MISSING_REGIMEN, what="none was given")
    product = facts.current.product
    if product is None:
        raise refuse(Code.MISSING_PRODUCT)
    drawn_on = facts.sampled.product
    if drawn_on is not None and drawn_on != product:
        raise refuse(Code.PRODUCT_SWITCHED, before=drawn_on.name, after=product.name)
    if product.route != "oral":
        raise refuse(Code.NOT_ORAL, route=product.route)
    return facts.level, facts.sampled, facts.current, product


def _about_level(
    facts: Facts, level: Level, sampled: Regimen, product: ProductRow, where: Position
) -> tuple[Finding, ...]:
    policy = read_policy()
    findings = check_size_for_dose(level, policy.level)
    findings += history_findings(facts, where) + drug_findings(facts)
    findings += check_sample_time(facts.hours_after_dose, sampled.interval_h, policy.sampling)
    findings += check_steady_state(facts.days_on_dose, facts.change, where, product.release, policy.steady_state)
    return tuple(sorted(findings, key=lambda finding: finding.code is not Code.CRITICAL_LEVEL))


def _out_before(facts: Facts, aim: Aim, where: Position) -> bool:
    if facts.before is None or where is Position.WITHIN:
        return False
    return position(facts.before.level, aim.low, aim.high) is where


def _answer(
    question: AdjustQuestion,
    facts: Facts,
    aim: Aim,
    case: Case,
    adjustment: Adjustment,
    warnings: tuple[Finding, ...],
) -> Answer[AdjustData]:
    citations = Citations()
    product = case.current.product
    if product is None:  # adjust_dose has refused this before
        raise refuse(Code.MISSING_PRODUCT)
    row = range_answer(aim.row, aim.ranges, case.level, citations) if aim.row and aim.ranges else None
    others = tuple(one for one in aim.ranges.applying if one is not aim.row) if aim.ranges else ()
    other_ranges = tuple(range_answer(one, aim.ranges, case.level, citations) for one in others) if aim.ranges else ()
    citations.add(product.source, f"{product.locator} (strengths)")
    citations.add("policy", "data/policy.toml")
    policy = read_policy()
    own = [tried_regimen(question.asked, text, case.current) for text in question.tried]
    tried = tuple(_option(make_option(case, one, policy.dose), case, adjustment.proposal) for one in own)
    following = next_level(facts, adjustment, product, warnings + adjustment.findings, citations)
    cited = citations.cited()
    proposal = adjustment.proposal
    capped = adjustment.capped_daily_dose_mg
    data = AdjustData(
        current=regimen_answer(case.current),
        sampled=regimen_answer(case.sampled),
        level_ng_ml=case.level.value_ng_ml,
        level=case.level.text,
        taken=drawn_at(facts),
        target=AimAnswer(aim.low, aim.high, aim.aim, with_evidence((row,), cited)[0] if row else None, aim.source),
        position=adjustment.position,
        other_ranges=with_evidence(other_ranges, cited),
        unrounded_daily_dose_mg=adjustment.unrounded_daily_dose_mg,
        capped_daily_dose_mg=capped,
        rounding_percent=None if adjustment.kept else (proposal.regimen.daily_dose_mg - capped) * 100 / capped,
        options=tuple(_option(option, case, proposal) for option in adjustment.options),
        tried=tried,
        proposal=_option(proposal, case, proposal),
        next_level=following,
        not_checked=_not_checked(facts),
        product_name=product.name,
        form=product.form,
    )
    return Answer(
        command="adjust",
        data=data,
        as_of=facts.now,
        warnings=warn(warnings + adjustment.findings),
        sources=cited,
        inputs=facts.inputs | _own_inputs(question),
        assumed=assumed(facts, *(() if facts.age is not None else ("an adult",))),
        out_of_range=adjustment.position in {Position.BELOW, Position.ABOVE},
    )


def _own_inputs(question: AdjustQuestion) -> dict[str, object]:
    """Return the options that only this command takes, as they were given (R62)."""
    given: dict[str, object] = {
        "aim": question.aim,
        "try": list(question.tried) or None,
        "source": question.source,
        "phase": question.asked.phase,
        "accept": list(question.asked.accept) or None,
        "equal-doses": question.equal_intakes or None,
    }
    return {
        name.replace("-", "_"): {"value": value, "from": f"--{name}"}
        for name, value in given.items()
        if value is not None
    }


def _option(option: Option, case: Case, proposal: Option) -> OptionAnswer:
    regimen = option.regimen
    return OptionAnswer(
        intakes_mg=regimen.day_mg,
        interval_h=regimen.interval_h,
        daily_dose_mg=regimen.daily_dose_mg,
        change_percent=option.change_percent,
        predicted_trough_ng_ml=option.predicted_trough_ng_ml,
        position=option.position,
        units=tuple(units_answer(units) for units in option.units),
        text=regimen.text,
        current=regimen.day_mg == case.current.day_mg and regimen.interval_h == case.current.interval_h,
        proposed=regimen.day_mg == proposal.regimen.day_mg,
        over_cap=option.over_cap,
    )


def _not_checked(facts: Facts) -> tuple[str, ...]:
    missing = []
    if facts.weight_kg is None:
        missing.append("mg/kg (no weight)")
    if facts.age is None:
        missing.append("age")
    return tuple(missing)
