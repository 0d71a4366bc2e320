"""The dose in mild neurotoxicity: what `adjust` gives for the lower half of the range, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.dose_adjustment import midpoint
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.units import Censor, Level, LevelUnit, show, show_percent, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.neurotoxicity_rows import Grade
from tdmcli.tables.readers import read_policy, read_range_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.aim import Aim
from tdmcli.workflows.answer import Answer, Warned, text_of, warn
from tdmcli.workflows.neurotox_data import DoseAnswer, NeurotoxQuestion
from tdmcli.workflows.ranges import disagreement
from tdmcli.workflows.regimens import RegimenAnswer

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.workflows.adjust_data import AdjustData, OptionAnswer
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.neurotox_range import RangeUsed


class DosePart(NamedTuple):
    """The dose or None, why, what was found on the way, and the answer of `adjust` that it is from."""

    dose: DoseAnswer | None
    because: str
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Warned, ...] = ()
    answer: Answer[AdjustData] | None = None


_BY_GRADE = {
    Grade.SEVERE: "the signs are severe, and the transplant team decides now",
    None: "the grade is not known and is treated as severe; the transplant team decides now",
    Grade.NONE: "no symptom was named",
}


def dose_part(
    question: NeurotoxQuestion,
    grade: Grade | None,
    facts: Facts,
    used: RangeUsed | None,
    where: Position | None,
    drawn_before: str | None,
) -> DosePart:
    """Return the dose for mild signs with a level at or above the midpoint of the range, else why there is none.

    `where` is the level's position in the range, None where it may not be compared; `drawn_before` says that it was
    drawn long before the symptoms.

    Raises:
        WrongUsage: an aim that is no number, outside the lower half of the range, or without a range.

    """
    aim = ask.number("--aim", question.aim)
    if grade in _BY_GRADE:
        return DosePart(None, _BY_GRADE[grade])
    if used is None and aim is not None:
        raise WrongUsage("--aim: there is no range for it: give --target, or --organ with --days")
    if used is not None and aim is not None and not used.low <= aim <= midpoint(used.low, used.high):
        half = show_range(used.low, midpoint(used.low, used.high))
        raise WrongUsage(f"--aim: {show(aim)} is outside the lower half of the range, {half}")
    if facts.level is None:
        return DosePart(None, "there is no level; measure first")
    if drawn_before is not None:
        return DosePart(None, drawn_before)
    if used is None:
        return DosePart(None, "there is no range to compare the level with")
    upper = position(facts.level, midpoint(used.low, used.high), used.high)
    if upper in {Position.BELOW, Position.UNDETERMINED}:
        return DosePart(None, _why_not_lower(facts.level, used, where))
    return _of_adjust(question, facts, facts.level, used, aim)


def _why_not_lower(level: Level, used: RangeUsed, where: Position | None) -> str:
    if where is None or where is Position.UNDETERMINED:
        return f"the level can't be compared with the range {show_range(used.low, used.high)}; measure first"
    if where is Position.BELOW:
        return "the level is below the range; a lower dose would risk rejection"
    middle = show(midpoint(used.low, used.high))
    return (
        f"{level.text} lies in the lower half of {show_range(used.low, used.high)}, below its midpoint "
        f"{middle}; contributing factors first [policy]"
    )


def _of_adjust(
    question: NeurotoxQuestion, facts: Facts, level: Level, used: RangeUsed, aim: Decimal | None
) -> DosePart:
    """Return what `adjust` answers with the lower half as the range to reach: in range it would keep the dose (R58)."""
    middle = midpoint(used.low, used.high)
    whole = show_range(used.low, used.high)
    because = f"mild signs, with {level.text} at or above the midpoint {show(middle)} of {whole}"
    findings: tuple[Finding, ...] = ()
    if used.ranges is not None:
        findings = used.ranges.findings + disagreement(level, used.low, used.high, used.row, used.ranges)
    aim_from = "policy" if aim is None else "--aim"
    if aim is None and used.high > read_range_policy().wide_ratio * used.low:
        wide = Finding(Code.MISSING_AIM, {"low": show(used.low), "high": show(used.high)})
        return DosePart(_refused(used, (None, aim_from), wide.code, text_of(wide)), because, findings)
    if aim is None:
        aim = used.low + (used.high - used.low) * read_policy().neurotoxicity.aim_percent_of_range / 100
    from tdmcli.workflows.adjust import answer_aiming

    half = Aim(used.low, middle, aim, None, None, used.source)
    try:
        answer = answer_aiming(AdjustQuestion(question.asked), facts, half)
    except Refused as refused:
        first, *others = refused.findings
        return DosePart(_refused(used, (aim, aim_from), first.code, text_of(first)), because, findings, warn(others))
    if answer.data.proposal.change_percent > 0:  # only after a decrease since the sample; never more than is taken now
        why = next(one.message for one in answer.warnings if one.code == Code.DOSE_CHANGED_SINCE)
        return DosePart(_refused(used, (aim, aim_from), Code.DOSE_CHANGED_SINCE, why), because, findings)
    lower = _not_below(answer, used)
    if lower is None:
        code, why = _only_below(answer, used)
        kept = tuple(one for one in answer.warnings if one.code not in {code, *_ABOUT_THE_PROPOSAL})
        return DosePart(_refused(used, (aim, aim_from), code, why), because, findings, kept)
    answer = lower
    warnings = tuple(_of_half(one, used.low, middle) for one in answer.warnings)
    return DosePart(_given(answer, used, aim_from), because, findings, warnings, answer)


def _not_below(answer: Answer[AdjustData], used: RangeUsed) -> Answer[AdjustData] | None:
    """Return the answer with a proposal that stays in the whole range: its own, else the lowest option that does.

    None where every dose below the present one is predicted to fall below the range.
    """
    data = answer.data
    if data.proposal.predicted_trough_ng_ml >= used.low:
        return answer
    staying = [one for one in data.options if one.predicted_trough_ng_ml >= used.low and one.change_percent < 0]
    if not staying:
        return None
    chosen = min(staying, key=lambda one: one.daily_dose_mg)
    options = tuple(one._replace(proposed=one == chosen) for one in data.options)
    warnings = tuple(one for one in answer.warnings if one.code != Code.LARGE_DECREASE_UNVERIFIED)
    if Code.LARGE_DECREASE_UNVERIFIED in {one.code for one in answer.warnings}:
        limit = read_policy().dose.large_decrease_percent
        large = Finding(Code.LARGE_DECREASE_UNVERIFIED, {"percent": show_percent(chosen.change_percent)})
        warnings += warn((large,)) if chosen.change_percent < -limit else ()
    chosen = chosen._replace(proposed=True)
    return answer._replace(data=data._replace(proposal=chosen, options=options), warnings=warnings)


def _only_below(answer: Answer[AdjustData], used: RangeUsed) -> tuple[Code, str]:
    """Return why no dose is given where each would lead below the whole range."""
    for one in answer.warnings:
        if one.code == Code.DOSE_CHANGED_SINCE:
            return Code.DOSE_CHANGED_SINCE, one.message
    proposal = answer.data.proposal
    gives = f"{proposal.text} is predicted to give {show(proposal.predicted_trough_ng_ml, 1)} ng/mL"
    whole = show_range(used.low, used.high)
    why = f"no lower dose of whole units stays within {whole}: {gives}. Contributing factors first."
    return Code.NO_REGIMEN_IN_RANGE, why


_ABOUT_THE_RANGE = frozenset(
    {Code.REPEAT_BEFORE_CHANGING, Code.NO_REGIMEN_IN_RANGE, Code.STILL_RISING, Code.STILL_FALLING}
)


_ABOUT_THE_PROPOSAL = _ABOUT_THE_RANGE | {Code.LARGE_DECREASE_UNVERIFIED, Code.ROUNDS_TO_CURRENT, Code.HELD_BY_TIMING}


def _of_half(warning: Warned, low: Decimal, high: Decimal) -> Warned:
    """Return a warning with the range that it speaks of, where that is the lower half."""
    if warning.code not in _ABOUT_THE_RANGE:
        return warning
    return Warned(warning.code, f"For the lower half of the range, {show_range(low, high)}: {warning.message}")


def _refused(used: RangeUsed, aim: tuple[Decimal | None, str], code: Code, why: str) -> DoseAnswer:
    return DoseAnswer(
        low_ng_ml=used.low,
        high_ng_ml=midpoint(used.low, used.high),
        aim_ng_ml=aim[0],
        aim_from=aim[1],
        sampled=None,
        current=None,
        unrounded_daily_dose_mg=None,
        proposal=None,
        units=(),
        change_percent=None,
        predicted_trough_ng_ml=None,
        position=None,
        options=(),
        product_name=None,
        next_level=None,
        refused=code,
        why=why,
        warnings=(),
    )


def _given(answer: Answer[AdjustData], used: RangeUsed, aim_from: str) -> DoseAnswer:
    data = answer.data
    proposal, target = data.proposal, data.target
    trough = Level(proposal.predicted_trough_ng_ml, Censor.NONE, LevelUnit.NG_ML, "")
    return DoseAnswer(
        low_ng_ml=target.low_ng_ml,
        high_ng_ml=target.high_ng_ml,
        aim_ng_ml=target.aim_ng_ml,
        aim_from=aim_from,
        sampled=data.sampled,
        current=data.current,
        unrounded_daily_dose_mg=data.unrounded_daily_dose_mg,
        proposal=_regimen(proposal, data.current.product),
        units=proposal.units,
        change_percent=proposal.change_percent,
        predicted_trough_ng_ml=proposal.predicted_trough_ng_ml,
        position=position(trough, used.low, used.high),
        options=data.options,
        product_name=data.product_name,
        next_level=data.next_level,
        refused=None,
        why=None,
        warnings=tuple(dict.fromkeys(one.code for one in answer.warnings)),
    )


def _regimen(option: OptionAnswer, product: str | None) -> RegimenAnswer:
    return RegimenAnswer(option.intakes_mg, option.interval_h, option.daily_dose_mg, product, option.text)
