"""The proportional dose: current daily dose x aim / level, capped, and rounded to what can be given.

It holds at steady state with linear kinetics. Rules: SAFETY R17-R22, R34, R45, R56-R59.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import achievable_regimens, check_units
from tdmcli.domain.dose_case import PLACES, Case, Option, check_interval, highest_allowed, make_option, product_of
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_far_above, check_far_below
from tdmcli.domain.units import rounded, show, show_mg, show_percent
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.policy import DosePolicy


class Adjustment(NamedTuple):
    """The dose worked out (mg/day, before and after the cap), the options around it and the one proposed.

    `kept`: the proposal is what is taken now. `repeat_first`: because the level is just outside the range.
    """

    position: Position
    unrounded_daily_dose_mg: Decimal
    capped_daily_dose_mg: Decimal
    options: tuple[Option, ...]
    proposal: Option
    kept: bool
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
    current = make_option(case, case.current, policy)
    if where is Position.WITHIN or case.aim_ng_ml is None:
        unrounded = capped = case.current.daily_dose_mg
    else:
        unrounded = case.sampled.daily_dose_mg * case.aim_ng_ml / case.level.value_ng_ml
        capped = min(unrounded, highest_allowed(case, policy))
    achievable = _achievable(case, capped, policy)
    marginal = _is_marginal(case, where, policy)
    findings = _dose_findings(case, unrounded, capped, current, policy)
    if where is not Position.WITHIN and case.aim_ng_ml is not None:
        findings += check_far_below(case.level.text, case.level.value_ng_ml, case.aim_ng_ml, policy)
    if where is Position.WITHIN or marginal:
        proposal = current
        findings += (_repeat(case, policy),) if marginal else ()
    else:
        proposal, why = _choose(case, where, (unrounded, capped), achievable, policy)
        if any(finding.code is Code.HELD_BY_TIMING for finding in why):
            findings = tuple(finding for finding in findings if finding.code is not Code.CAPPED)
        findings += why + _no_option_in_range(case, achievable, policy)
    findings += _large_decrease(case, proposal, policy)
    options = _options(case, capped, achievable, (proposal, current), policy)
    return Adjustment(where, unrounded, capped, options, proposal, proposal == current, marginal, findings)


def _refuse_unscalable(case: Case, where: Position, policy: DosePolicy) -> None:
    if not case.level.is_number:
        raise Refused(Finding(Code.CENSORED_LEVEL, {"level": case.level.text}, refuses=True))
    if case.aim_ng_ml is None:
        if where is not Position.WITHIN:
            values = {"low": show(case.low_ng_ml), "high": show(case.high_ng_ml)}
            raise Refused(Finding(Code.MISSING_AIM, values, refuses=True))
        return
    too_high = check_far_above(case.level.text, case.level.value_ng_ml, case.aim_ng_ml, policy)
    if where is Position.ABOVE and too_high:
        raise Refused(*too_high)


def _achievable(case: Case, capped: Decimal, policy: DosePolicy) -> tuple[Regimen, ...]:
    """Return the regimens that can be given, up to well above all that is shown or compared."""
    product, interval = product_of(case), case.current.interval_h
    reaching_high = case.sampled.daily_dose_mg * case.high_ng_ml / case.level.value_ng_ml
    smallest = product.strengths_mg[0] * 24 / interval
    most = 2 * max(capped, case.current.daily_dose_mg, reaching_high, smallest)
    return achievable_regimens(product, interval, most, policy.units_per_intake, equal=case.equal_intakes)


def _dose_findings(
    case: Case, unrounded: Decimal, capped: Decimal, current: Option, policy: DosePolicy
) -> tuple[Finding, ...]:
    findings: tuple[Finding, ...] = ()
    product = product_of(case)
    if capped < unrounded:
        by_percent = capped < policy.confirm_above_mg
        limit = f"{show(policy.max_increase_percent)} %" if by_percent else f"{show(policy.confirm_above_mg)} mg/day"
        values = {"unrounded": show(unrounded), "capped": show(capped), "limit": limit}
        findings += (Finding(Code.CAPPED, values),)
    findings += check_units(case.current.intakes_mg, product, policy.units_per_intake)
    findings += check_interval(case.current.interval_h, product)
    if case.sampled.daily_dose_mg != case.current.daily_dose_mg:
        trough = f"{show(current.predicted_trough_ng_ml, 1)} ng/mL ({current.position})"
        values = {"sampled": case.sampled.text, "current": case.current.text, "trough": trough}
        findings += (Finding(Code.DOSE_CHANGED_SINCE, values),)
    return findings


def _repeat(case: Case, policy: DosePolicy) -> Finding:
    values = {"level": case.level.text, "percent": show(policy.marginal_percent)}
    return Finding(Code.REPEAT_BEFORE_CHANGING, values)


def _is_marginal(case: Case, where: Position, policy: DosePolicy) -> bool:
    margin = policy.marginal_percent / 100
    value = case.level.value_ng_ml
    if case.out_before:
        return False
    if where is Position.BELOW:
        return value >= case.low_ng_ml * (1 - margin)
    return where is Position.ABOVE and value <= case.high_ng_ml * (1 + margin)


def _choose(
    case: Case,
    where: Position,
    doses: tuple[Decimal, Decimal],
    achievable: Sequence[Regimen],
    policy: DosePolicy,
) -> tuple[Option, tuple[Finding, ...]]:
    """Return the option nearest to the capped dose, or the current one with the reason why it stays (R19, R42).

    `doses` are the dose worked out and the same after the cap.
    """
    unrounded, capped = doses
    current = make_option(case, case.current, policy)
    held = _held(case, capped)
    if held is not None:
        return current, (held,)
    if not achievable or capped < achievable[0].daily_dose_mg / 2:
        smallest = achievable[0].text if achievable else "none"
        raise Refused(Finding(Code.ROUNDS_TO_ZERO, {"dose": show_mg(capped), "smallest": smallest}, refuses=True))
    best = _nearest(case, where, capped, achievable, policy)
    if best is None or best.daily_dose_mg == case.current.daily_dose_mg:
        beyond = [one for one in achievable if one.daily_dose_mg > case.current.daily_dose_mg]
        if capped < unrounded and beyond:
            values = {"capped": show(capped), "next": beyond[0].text}
            return current, (Finding(Code.NO_STEP_WITHIN_CAP, values),)
        if case.sampled.daily_dose_mg != case.current.daily_dose_mg:
            return current, ()  # the dose was changed since, and to the right one: DOSE_CHANGED_SINCE says so
        return current, (Finding(Code.ROUNDS_TO_CURRENT, {"dose": show_mg(unrounded)}),)
    held = _held(case, best.daily_dose_mg)
    return (make_option(case, best, policy), ()) if held is None else (current, (held,))


def _held(case: Case, daily_dose_mg: Decimal) -> Finding | None:
    """Return the finding that holds the dose where the time of the sample forbids this change from what is taken."""
    current = case.current.daily_dose_mg
    if daily_dose_mg > current and case.no_increase:
        return Finding(Code.HELD_BY_TIMING, {"change": "increase", "why": case.no_increase})
    if daily_dose_mg < current and case.no_decrease:
        return Finding(Code.HELD_BY_TIMING, {"change": "decrease", "why": case.no_decrease})
    return None


def _nearest(
    case: Case, where: Position, dose: Decimal, achievable: Sequence[Regimen], policy: DosePolicy
) -> Regimen | None:
    """Return the regimen nearest to a dose, on a tie the one nearer to what is taken now.

    Never past the cap, and never the wrong way from the dose that gave the level.
    """
    current, sampled = case.current.daily_dose_mg, case.sampled.daily_dose_mg
    highest = rounded(highest_allowed(case, policy), PLACES)
    lowest = rounded(min(sampled, current), PLACES) if where is Position.BELOW else 0
    if where is Position.ABOVE:
        highest = min(highest, max(sampled, current))
    fitting = [one for one in achievable if lowest <= rounded(one.daily_dose_mg, PLACES) <= highest]

    def distance(one: Regimen) -> tuple[Decimal, Decimal]:
        daily = one.daily_dose_mg
        return rounded(abs(daily - dose), PLACES), rounded(abs(daily - current), PLACES)

    return min(fitting, key=distance, default=None)


def _options(
    case: Case,
    dose: Decimal,
    achievable: Sequence[Regimen],
    always: tuple[Option, Option],
    policy: DosePolicy,
) -> tuple[Option, ...]:
    """Return the regimens just below and above a dose, with the proposal and the current one among them."""
    below = [one for one in achievable if one.daily_dose_mg <= dose]
    above = [one for one in achievable if one.daily_dose_mg > dose]
    around = below[-policy.options_each_side :] + above[: policy.options_each_side]
    options = {one.day_mg: make_option(case, one, policy) for one in around}
    for option in always:
        options.setdefault(option.regimen.day_mg, option)
    return tuple(sorted(options.values(), key=lambda option: (option.regimen.daily_dose_mg, option.regimen.day_mg)))


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
