"""What stands beside a forecast: what `adjust` says, the troughs ahead for the chart, and the next level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.units import from_float
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.forecast import troughs
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.answer import text_of
from tdmcli.workflows.forecast_candidates import Plan, Seen, doses_on
from tdmcli.workflows.forecast_data import CoursePoint, ForecastQuestion, ProportionalAnswer

if TYPE_CHECKING:
    from tdmcli.domain.regimen import Regimen
    from tdmcli.pharmacokinetics.ahead import Ahead
    from tdmcli.workflows.adjust_data import AdjustData
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.facts import Facts


_FOR_THE_CHART = 5  # one draw in so many: a picture needs fewer than a number


def proportional(question: ForecastQuestion, facts: Facts, aim: Aim, best: Seen) -> ProportionalAnswer:
    """Return what `adjust` says of the same level and range."""
    from tdmcli.workflows.adjust import answer_aiming

    try:
        data: AdjustData = answer_aiming(AdjustQuestion(question.asked, question.aim), facts, aim).data
    except Refused as refused:
        first = refused.findings[0]
        return ProportionalAnswer(None, None, None, str(first.code), text_of(first), None)
    same = data.proposal.intakes_mg == best.regimen.day_mg
    because = None if same else "adjust scales the last level alone, at steady state; the forecast weighs all levels."
    return ProportionalAnswer(
        data.proposal.daily_dose_mg, data.proposal.intakes_mg, data.proposal.text, None, None, because
    )


def methods_differ(by_proportion: ProportionalAnswer, best: Seen) -> tuple[Finding, ...]:
    """Return that `adjust` proposes another regimen."""
    if by_proportion.because is None or by_proportion.text is None:
        return ()
    values = {"adjust": by_proportion.text, "forecast": best.regimen.text, "why": by_proportion.because}
    return (Finding(Code.METHODS_DIFFER, values),)


def course_ahead(ahead: Ahead, plan: Plan, current: Regimen, best: Seen) -> tuple[CoursePoint, ...]:
    """Return the troughs ahead on the current and the proposed regimen, for the chart."""
    few = ahead._replace(draws=ahead.draws[::_FOR_THE_CHART])
    points: list[CoursePoint] = []
    for regimen in dict.fromkeys((current, best.regimen)):
        doses, times = doses_on(plan, regimen)
        hours = [plan.course.hour(at) for at in times[1:]]
        points += [
            CoursePoint(at, regimen.text, from_float(one.p10), from_float(one.median), from_float(one.p90))
            for at, one in zip(times[1:], troughs(few, doses, hours), strict=True)
        ]
    return tuple(points)
