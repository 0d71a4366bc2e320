"""The proportional dose: current daily dose x aim / level, capped, and rounded to what can be given.

It holds at steady state with linear kinetics. Rules: SAFETY R17-R22, R56-R59.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import Units, achievable_regimens, units_for
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.units import Censor, Level, LevelUnit, show, show_mg, show_percent
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.policy import DosePolicy
    from tdmcli.tables.rows import ProductRow


class Case(NamedTuple):
    """A trough and the regimen that gave it, the range to reach (ng/mL), and what may not be done.

    `sampled` was taken when the level was drawn, `current` is taken now. `aim_ng_ml` is None only where the
    range is too wide for its midpoint and no aim was named.
    """

    level: Level
    sampled: Regimen
    current: Regimen
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    aim_ng_ml: Decimal | None
    sample_time_known: bool = False
    out_before: bool = False
    no_increase: bool = False
    no_decrease: bool = False
    equal_intakes: bool = False


class Option(NamedTuple):
    """A regimen with the trough (ng/mL) that it leads to, its place in the range and its change in per cent."""

    regimen: Regimen
    change_percent: Decimal
    predicted_trough_ng_ml: Decimal
    position: Position
    units: tuple[tuple[Units, ...] | None, ...]
    over_cap: bool


class Adjustment(NamedTuple):
    """The dose worked out (mg/day, before and after the cap), the options around it and the one proposed."""

    position: Position
    unrounded_daily_dose_mg: Decimal
    capped_daily_dose_mg: Decimal
    options: tuple[Option, ...]
    proposal: Option
    repeat_first: bool
    findings: tuple[Finding, ...]


def midpoint(low: Decimal, high: Decimal) -> Decimal:
    """Return the level halfway between two limits."""
    return (low + high) / 2


def adjust_dose(case: Case, policy: DosePolicy) -> Adjustment:
    """Return the adjustment for a case.

    Raises:
        Refused: the level is censored, too high to scale, needs an aim, or the dose rounds to zero.

    """
    where = position(case.level, case.low_ng_ml, case.high_ng_ml)
    _refuse_unscalable(case, where, policy)
    sampled_daily = case.sampled.daily_dose_mg
    if where is Position.WITHIN or case.aim_ng_ml is None:
        unrounded = case.current.daily_dose_mg
    else:
        unrounded = sampled_daily * case.aim_ng_ml / case.level.value_ng_ml
    capped = unrounded if where is not Position.BELOW else min(unrounded, highest_allowed(case, policy))
    findings = _dose_findings(case, where, unrounded, capped, policy)
    achievable = achievable_regimens(
        _product(case),
        case.current.interval_h,
        _highest_of_interest(case, capped),
        policy.units_per_intake,
        equal=case.equal_intakes,
    )
    current = make_option(case, case.current, policy)
    marginal = _is_marginal(case, where, policy)
    keep, why = _reason_to_keep(case, where, marginal=marginal)
    proposal = current if keep else _nearest(case, where, capped, achievable, policy) or current
    findings += why
    if not keep and proposal is current and where is not Position.WITHIN:
        findings += (Finding(Code.ROUNDS_TO_CURRENT, {"dose": show_mg(unrounded)}),)
    around = _around(capped, achievable, policy)
    options = tuple(make_option(case, regimen, policy) for regimen in around)
    if proposal is not current and all(option.regimen != proposal.regimen for option in options):
        options = _in_order((*options, proposal))
    if all(option.regimen.day_mg != case.current.day_mg for option in options):
        options = _in_order((*options, current))
    if where is not Position.WITHIN:
        findings += _no_option_in_range(case, achievable, policy)
    findings += _large_decrease(case, proposal, policy)
    return Adjustment(where, unrounded, capped, options, proposal, marginal, findings)


def highest_allowed(case: Case, policy: DosePolicy) -> Decimal:
    """Return the daily dose (mg) that no proposal passes: the cap on an increase, or what is taken now (R56)."""
    smaller = min(case.sampled.daily_dose_mg, case.current.daily_dose_mg)
    return max(smaller * (1 + policy.max_increase_percent / 100), case.current.daily_dose_mg)


def _highest_of_interest(case: Case, capped: Decimal) -> Decimal:
    """Return a daily dose (mg) that leaves room above all that is shown or compared."""
    reaching_high = case.sampled.daily_dose_mg * case.high_ng_ml / case.level.value_ng_ml
    return 2 * max(capped, case.current.daily_dose_mg, reaching_high)


def make_option(case: Case, regimen: Regimen, policy: DosePolicy) -> Option:
    """Return a regimen as an option: its trough by proportion, and its change from the current dose."""
    daily = regimen.daily_dose_mg
    trough = case.level.value_ng_ml * daily / case.sampled.daily_dose_mg
    current = case.current.daily_dose_mg
    product = _product(case)
    return Option(
        regimen,
        (daily - current) * 100 / current,
        trough,
        position(Level(trough, Censor.NONE, LevelUnit.NG_ML, ""), case.low_ng_ml, case.high_ng_ml),
        tuple(units_for(mg, product, policy.units_per_intake) for mg in regimen.day_mg),
        daily > highest_allowed(case, policy),
    )


def _product(case: Case) -> ProductRow:
    if case.current.product is None:
        raise Refused(Finding(Code.MISSING_PRODUCT, refuses=True))
    return case.current.product


def _refuse_unscalable(case: Case, where: Position, policy: DosePolicy) -> None:
    if not case.level.is_number:
        raise Refused(Finding(Code.CENSORED_LEVEL, {"level": case.level.text}, refuses=True))
    if case.aim_ng_ml is None:
        if where is not Position.WITHIN:
            values = {"low": show(case.low_ng_ml), "high": show(case.high_ng_ml)}
            raise Refused(Finding(Code.MISSING_AIM, values, refuses=True))
        return
    if where is Position.ABOVE and case.level.value_ng_ml > policy.refuse_above_aims * case.aim_ng_ml:
        values = {
            "level": case.level.text,
            "aim": show(case.aim_ng_ml),
            "times": show(policy.refuse_above_aims),
        }
        raise Refused(Finding(Code.TOO_HIGH_TO_SCALE, values, refuses=True))


def _dose_findings(
    case: Case, where: Position, unrounded: Decimal, capped: Decimal, policy: DosePolicy
) -> tuple[Finding, ...]:
    findings: tuple[Finding, ...] = ()
    if where is Position.BELOW and case.aim_ng_ml is not None:
        if case.level.value_ng_ml * policy.refuse_above_aims < case.aim_ng_ml:
            findings += (Finding(Code.VERY_LOW, {"level": case.level.text, "aim": show(case.aim_ng_ml)}),)
        if capped < unrounded:
            values = {
                "unrounded": show(unrounded),
                "capped": show(capped),
                "percent": show(policy.max_increase_percent),
            }
            findings += (Finding(Code.CAPPED, values),)
    for mg in case.current.intakes_mg:
        if units_for(mg, _product(case), policy.units_per_intake) is None:
            strengths = ", ".join(show(strength) for strength in _product(case).strengths_mg)
            findings += (Finding(Code.NOT_ACHIEVABLE, {"dose": show_mg(mg), "strengths": strengths}),)
            break
    if case.sampled.daily_dose_mg != case.current.daily_dose_mg:
        values = {"sampled": case.sampled.text, "current": case.current.text}
        findings += (Finding(Code.DOSE_CHANGED_SINCE, values),)
    return findings


def _is_marginal(case: Case, where: Position, policy: DosePolicy) -> bool:
    margin = policy.marginal_percent / 100
    value = case.level.value_ng_ml
    if case.out_before:
        return False
    if where is Position.BELOW:
        return value >= case.low_ng_ml * (1 - margin)
    return where is Position.ABOVE and value <= case.high_ng_ml * (1 + margin)


def _reason_to_keep(case: Case, where: Position, *, marginal: bool) -> tuple[bool, tuple[Finding, ...]]:
    if where is Position.WITHIN:
        return True, ()
    if marginal:
        return True, (Finding(Code.REPEAT_BEFORE_CHANGING, {"level": case.level.text}),)
    if where is Position.ABOVE and case.no_decrease:
        return True, (Finding(Code.HELD_BY_TIMING, {"change": "decrease"}),)
    if where is Position.BELOW and case.no_increase:
        return True, (Finding(Code.HELD_BY_TIMING, {"change": "increase"}),)
    return False, ()


def _nearest(
    case: Case, where: Position, dose: Decimal, achievable: Sequence[Regimen], policy: DosePolicy
) -> Option | None:
    """Return the achievable regimen nearest to the dose: never past it when capped, never the wrong way (R19)."""
    current = case.current.daily_dose_mg
    sampled = case.sampled.daily_dose_mg
    if where is Position.BELOW:
        highest = highest_allowed(case, policy)
        fitting = [regimen for regimen in achievable if min(sampled, current) <= regimen.daily_dose_mg <= highest]
    else:
        fitting = [regimen for regimen in achievable if regimen.daily_dose_mg <= max(sampled, current)]
    if where is Position.ABOVE and achievable and dose < achievable[0].daily_dose_mg / 2:
        values = {"dose": show_mg(dose), "smallest": achievable[0].text}
        raise Refused(Finding(Code.ROUNDS_TO_ZERO, values, refuses=True))
    if not fitting:
        return None
    best = min(fitting, key=lambda regimen: (abs(regimen.daily_dose_mg - dose), abs(regimen.daily_dose_mg - current)))
    if best.daily_dose_mg == current:
        return None
    return make_option(case, best, policy)


def _around(dose: Decimal, achievable: Sequence[Regimen], policy: DosePolicy) -> tuple[Regimen, ...]:
    below = [regimen for regimen in achievable if regimen.daily_dose_mg <= dose]
    above = [regimen for regimen in achievable if regimen.daily_dose_mg > dose]
    return tuple(below[-policy.options_each_side :] + above[: policy.options_each_side])


def _in_order(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda option: option.regimen.daily_dose_mg))


def _no_option_in_range(case: Case, achievable: Sequence[Regimen], policy: DosePolicy) -> tuple[Finding, ...]:
    troughs = [make_option(case, regimen, policy) for regimen in achievable]
    if any(option.position is Position.WITHIN for option in troughs):
        return ()
    below = [option for option in troughs if option.position is Position.BELOW]
    above = [option for option in troughs if option.position is Position.ABOVE]
    texts = [
        f"{option.regimen.per_intake} gives {show(option.predicted_trough_ng_ml, 1)} ng/mL"
        for option in below[-1:] + above[:1]
    ]
    return (Finding(Code.NO_REGIMEN_IN_RANGE, {"alternatives": "; ".join(texts)}),)


def _large_decrease(case: Case, proposal: Option, policy: DosePolicy) -> tuple[Finding, ...]:
    if case.sample_time_known or proposal.change_percent >= -policy.large_decrease_percent:
        return ()
    return (Finding(Code.LARGE_DECREASE_UNVERIFIED, {"percent": show_percent(proposal.change_percent)}),)
