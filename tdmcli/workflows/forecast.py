"""What would each regimen give? A population model fitted to the patient's levels, and the troughs ahead."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.capsules import check_units
from tdmcli.domain.findings import settle
from tdmcli.domain.target_range import Position
from tdmcli.errors import WrongUsage
from tdmcli.pharmacokinetics.forecast import most_probable
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.adjust_data import AdjustQuestion, AimAnswer
from tdmcli.workflows.aim import find_aim
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.best_model import choose_model
from tdmcli.workflows.facts import gather
from tdmcli.workflows.forecast_beside import course_ahead, methods_differ, proportional
from tdmcli.workflows.forecast_candidates import (
    Plan,
    Seen,
    candidate,
    doses_on,
    look_at,
    position_of,
    regimens_around,
)
from tdmcli.workflows.forecast_checks import (
    about_level,
    after_newest,
    needed,
    refuse_change_to_come,
    refuse_doses_too_close,
    refuse_far_above,
    refuse_without_newest,
)
from tdmcli.workflows.forecast_choice import choose
from tdmcli.workflows.forecast_data import ForecastData, ForecastQuestion, IgnoredLevel, LastLevelAnswer
from tdmcli.workflows.forecast_level import judge
from tdmcli.workflows.forecast_models import (
    DRAWS,
    Setting,
    apriori,
    considered_answer,
    covariates_now,
    etas,
    fitted_levels,
    model_answer,
    models_disagree,
    parameters,
)
from tdmcli.workflows.forecast_plan import morning_first, plan_of
from tdmcli.workflows.intakes_due import merged
from tdmcli.workflows.model_choice import consider
from tdmcli.workflows.model_course import course_of
from tdmcli.workflows.model_covariates import steps_of
from tdmcli.workflows.next_level import planned
from tdmcli.workflows.ranges import range_answer, with_evidence
from tdmcli.workflows.regimens import regimen_answer, tried_regimen
from tdmcli.workflows.weight_checks import weight_findings

if TYPE_CHECKING:
    from tdmcli.domain.regimen import Regimen
    from tdmcli.pharmacokinetics.ahead import Ahead
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.facts import Facts


def answer_forecast(question: ForecastQuestion) -> Answer[ForecastData]:
    """Return what the current regimen and others would give, with how sure it is.

    Raises:
        ExpectedError: the question can't be read, something is missing, no model fits, or a number would not be safe.

    """
    facts = gather(question.asked)
    if facts.record is None:
        raise WrongUsage("forecast reads a patient file: --patient FILE")
    accepted = ask.accepted(question.asked)
    history = merged(facts.record.history)
    period, product = needed(facts, history)
    current = morning_first(period, history)
    aim = find_aim(AdjustQuestion(question.asked, question.aim), facts, product)
    findings = facts.findings + (aim.ranges.findings if aim.ranges else ()) + about_level(facts, aim)
    warnings = settle(findings + weight_findings(facts, current.daily_dose_mg), accepted)
    course = course_of(history, facts.now)
    refuse_doses_too_close(facts, course, history)
    refuse_without_newest(facts, course)
    steps = steps_of(facts.record, course, facts.now)
    considered = consider(facts, steps, question.model)
    setting = Setting(plan_of(question, period, course, history, facts.now), current, question.hold)
    refuse_change_to_come(facts, history, period, setting.plan.until)
    chosen = choose_model(considered, course, hold=question.hold, forced=question.model)
    made, fitting = chosen.made, chosen.made.fitting
    warnings += chosen.doubts + after_newest(facts, course)
    plan, ahead = setting.plan, setting.ahead(made, DRAWS)
    tried = tuple(tried_regimen(question.asked, text, current) for text in question.tried)
    for regimen in (current, *tried):
        warnings += check_units(regimen.day_mg, product, read_policy().dose.units_per_intake)
    seen = _seen(ahead, plan, current, product, aim, tried)
    now = next(one for one in seen if one.regimen.day_mg == current.day_mg)
    refuse_far_above(facts, now, aim)
    last = judge(facts, aim, course, warnings)
    choice = choose(seen, current, aim, last, aimed=question.aim is not None, too_near=plan.near)
    best = choice.best
    warnings += choice.findings
    citations = Citations()
    others = tuple(considered_answer(one, chosen, setting, citations) for one in considered)
    warnings += models_disagree(others, fitting, now, aim)
    by_proportion = proportional(question, facts, aim, best)
    warnings += methods_differ(by_proportion, best)
    data = ForecastData(
        model=model_answer(fitting, chosen.why, citations, hold=question.hold),
        models_considered=others,
        covariates=covariates_now(fitting, history, facts.now),
        parameters=parameters(made),
        etas=etas(made),
        levels=fitted_levels(course, made.found),
        last_level=LastLevelAnswer(course.records[-1].taken, last.text, last.where),
        ignored=tuple(IgnoredLevel(one.taken, one.level.text, why) for one, why in course.ignored),
        apriori=apriori(fitting, setting, aim),
        current=regimen_answer(period.regimen),
        target=_target(facts, aim, citations),
        intake_times=tuple(f"{at:%H:%M}" for at in plan.times),
        trough_at=doses_on(plan, current)[1][-1],
        candidates=tuple(
            candidate(one, current, product, aim, proposed=one is best, tried=one.regimen in tried) for one in seen
        ),
        proposal=candidate(best, current, product, aim, proposed=True, tried=best.regimen in tried),
        kept_because=choice.kept,
        proportional=by_proportion,
        next_level=planned(facts, choice.after, product, current.interval_h, citations),
        course=course_ahead(ahead, plan, current, best),
        product_name=product.name,
        form=product.form,
    )
    citations.add(product.source, f"{product.locator} (strengths)")
    citations.add("policy", "data/policy.toml")
    return Answer(
        command="forecast",
        data=data,
        as_of=facts.now,
        warnings=warn(warnings),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question),
        assumed="Assumed: doses taken as the file has them.",
        out_of_range=position_of(now.found.trough_ng_ml.median, aim) is not Position.WITHIN,
    )


def _target(facts: Facts, aim: Aim, citations: Citations) -> AimAnswer:
    """Return the range with the row that it is from."""
    row = None
    if aim.row is not None and aim.ranges is not None and facts.level is not None:
        row = range_answer(aim.row, aim.ranges, facts.level, citations)
        row = with_evidence((row,), citations.cited())[0]
    return AimAnswer(aim.low, aim.high, aim.aim, row, aim.source)


def _seen(
    ahead: Ahead, plan: Plan, current: Regimen, product: ProductRow, aim: Aim, tried: tuple[Regimen, ...]
) -> tuple[Seen, ...]:
    """Return the regimens around the dose that would bring the trough to the aim, each with what it would give."""
    doses, times = doses_on(plan, current)
    trough = most_probable(ahead, doses, plan.course.hour(times[-1]))
    middle = aim.aim if aim.aim is not None else (aim.low + aim.high) / 2
    wanted = current.daily_dose_mg * middle / Decimal(repr(max(trough, 0.1)))
    return look_at(ahead, plan, regimens_around(current, product, wanted, tried), aim)


def _own_inputs(question: ForecastQuestion) -> dict[str, object]:
    given: dict[str, object] = {
        "try": list(question.tried) or None,
        "until": question.until,
        "model": question.model,
        "no-drift": question.hold or None,
        "aim": question.aim,
        "accept": list(question.asked.accept) or None,
    }
    return {
        name.replace("-", "_"): {"value": value, "from": f"--{name}"}
        for name, value in given.items()
        if value is not None
    }
