"""The trough that a drug's published sizes predict from the level there is, or why none is predicted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdmcli.domain.interaction import changes_others, direction_of, find_drug
from tdmcli.domain.prediction_by_fold import predict_trough, predict_troughs
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_age, check_steady_state
from tdmcli.domain.units import rounded, show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_codes, read_interactions_naming, read_policy
from tdmcli.workflows.facts import history_findings, timing_findings
from tdmcli.workflows.interact_data import PredictedAnswer, TroughRange

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from tdmcli.domain.drug_course import Course
    from tdmcli.domain.findings import Finding
    from tdmcli.tables.interaction_rows import InteractionRow, MagnitudeRow
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.other_drugs import OtherDrugs

_SAID = {Code.AGEING_LEVEL, Code.GUT_EVENT, Code.UNTIMED_LEVEL}


def trough_range(level_ng_ml: Decimal, fold: MagnitudeRow) -> TroughRange | None:
    """Return the troughs (ng/mL) of one published size, or None where it is not of exposure."""
    found = predict_trough(level_ng_ml, fold)
    return None if found is None else TroughRange(rounded(found.low_ng_ml), rounded(found.high_ng_ml))


def predicted_answer(facts: Facts, course: Course, others: OtherDrugs) -> PredictedAnswer:
    """Return the troughs that all published sizes of one drug span, or why none is predicted."""
    against = _against(facts, course, others)
    if facts.level is None or against:
        return _nothing(against)
    level = facts.level.value_ng_ml
    if not course.row.magnitudes:
        return _nothing("no size published here", level)
    found = predict_troughs(level, course.row.magnitudes)
    if found is None:
        kept = dict.fromkeys(one.no_prediction for one in course.row.magnitudes if one.no_prediction is not None)
        why = (
            f"no size published here predicts one ({'; '.join(kept)})" if kept else "no size of exposure published here"
        )
        return _nothing(why, level)
    critical = read_policy().level.critical
    why = "single studies, other patients and doses, the tacrolimus dose unchanged"
    why += "; an AUC stands for the trough" if found.by_area else ""
    beside = ", ".join(dict.fromkeys(row.names[0] for row in _taken_beside(facts, course)))
    why += f"; taken with {beside}, which moves the level too" if beside else ""
    why += "" if others.alone else "; this drug alone: sizes of several drugs are never multiplied"
    return PredictedAnswer(
        level_ng_ml=level,
        level_taken=None if facts.level_given else _drawn_on(facts),
        low_ng_ml=rounded(found.low_ng_ml),
        high_ng_ml=rounded(found.high_ng_ml),
        low_fold=found.low_fold,
        high_fold=found.high_fold,
        by_area=found.by_area,
        open_ended=found.open_ended,
        critical_ng_ml=critical if found.high_ng_ml > critical else None,
        why=why,
    )


def _nothing(why: str, level: Decimal | None = None) -> PredictedAnswer:
    return PredictedAnswer(
        level_ng_ml=level,
        level_taken=None,
        low_ng_ml=None,
        high_ng_ml=None,
        low_fold=None,
        high_fold=None,
        by_area=False,
        open_ended=False,
        critical_ng_ml=None,
        why=why,
    )


def level_findings(facts: Facts, courses: Iterable[Course]) -> tuple[Finding, ...]:
    """Return what is to be said of the level that troughs are predicted from, if drugs start on their days.

    Its age counts to the latest start; newer levels that were set aside are named.
    """
    found = [one for one in history_findings(facts, Position.UNDETERMINED) if one.code in _SAID]
    drawn = _drawn_on(facts)
    if drawn is None or facts.level_given:
        return tuple(found)
    aged = [one for course in courses for one in _age_at_start(facts, course)]
    if aged:
        found = [one for one in found if one.code is not Code.AGEING_LEVEL] + [aged[-1]]
    newer = (drawn.isoformat(), facts.today.isoformat())
    ignored = [one for one in facts.findings if one.code is Code.LEVEL_IGNORED]
    return (*found, *(one for one in ignored if newer[0] < one.values["taken"] <= newer[1]))


def _age_at_start(facts: Facts, course: Course) -> tuple[Finding, ...]:
    """Return whether the file's level is old or too old on the day that a drug begins which is yet to come."""
    if course.start is None or course.start <= facts.today or facts.drawn is None or facts.level_given:
        return ()
    from tdmcli.domain.history import days_between

    days = (course.start - facts.today).days
    day = None if facts.day is None else facts.day + days
    return check_age(days_between(facts.drawn.taken, facts.now) + days, day, read_policy().stale)


def _against(facts: Facts, course: Course, beside: OtherDrugs) -> str:
    """Return why the level is no base for a published size, or nothing (R31, R37, R42-R48)."""
    level, policy = facts.level, read_policy()
    if level is None:
        return "the patient file has no level to use"
    if not level.is_number:
        return f"the level is only known as {level.text}"
    if level.value_ng_ml > policy.level.critical:
        return f"a level above {show(policy.level.critical)} ng/mL is repeated first"
    if _drawn_under(facts, course):
        return f"the level was drawn with {course.row.names[0]} begun already"
    if facts.sampled is not None and facts.current is not None and facts.sampled != facts.current:
        return "the dose was changed after the level"
    return _refused(facts, course) or _changed_by_others(facts, course, beside)


def _refused(facts: Facts, course: Course) -> str:
    """Return what the checks of a level refuse, the course itself apart, or nothing."""
    policy = read_policy()
    others = _without(facts, course)
    findings = timing_findings(others, facts.sampled.product if facts.sampled else None)
    product = facts.sampled.product if facts.sampled else None
    if product is not None:
        findings += check_steady_state(
            facts.days_on_dose, facts.change, Position.UNDETERMINED, product.release, policy.steady_state
        )
    findings += history_findings(others, Position.UNDETERMINED) + _age_at_start(facts, course)
    for finding in findings:
        if finding.refuses and finding.code is not Code.AVOID_COMBINATION:
            return _said(finding)
    return ""


def _changed_by_others(facts: Facts, course: Course, beside: OtherDrugs) -> str:
    """Return which other drug makes the level another one by the time that the drug begins, or nothing."""
    name = course.row.names[0]
    strong = [row.names[0] for row in _taken_beside(facts, course) if changes_others(row)]
    if strong:
        return f"{strong[0]} is taken already and moves the level: published sizes count from a level without it"
    if beside.strong:
        return f"{beside.strong[0]} is at work when {name} begins: published sizes count from a level without it"
    changed = _changed_by_the_start(_without(facts, course), course)
    return f"{changed} is started or stopped before {name} begins: the level will not be this one" if changed else ""


def _changed_by_the_start(others: Facts, course: Course) -> str | None:
    """Return a drug that moves the level and, by the file, is started or stopped from now to the start of a course."""
    if others.record is None or course.start is None:
        return None
    drugs = others.record.history.drugs
    rows = read_interactions_naming(drug.name for drug in drugs)
    for drug in drugs:
        row = find_drug(drug.name, rows)
        if row is None or direction_of(row) is None:
            continue
        if any(day is not None and others.today < day < course.start for day in (drug.start, drug.stop)):
            return row.names[0]
    return None


def _drawn_on(facts: Facts) -> date | None:
    """Return the day on which the level was drawn, today where it was typed beside a file; None without one."""
    if facts.drawn is None or facts.record is None:
        return None
    from tdmcli.domain.history import day_of

    return day_of(facts.drawn.taken, facts.record.history.zone)


def _drawn_under(facts: Facts, course: Course) -> bool:
    """Return whether the drug had begun when the level was drawn; one that is to begin that day has not yet.

    A level that was typed counts as drawn now. On the first day that a file gives, which came first is not known.
    The file's course counts as well as the one that was typed instead of it.
    """
    if course.start is None:
        return True
    drawn = _drawn_on(facts) or facts.today
    return course.start < drawn or (course.filed is not None and min(course.filed.start, course.start) <= drawn)


def _without(facts: Facts, course: Course) -> Facts:
    """Return the facts without the course that is asked about, so that it does not speak against its own base."""
    own = {name for name in facts.drugs if find_drug(name, (course.row,)) is not None}
    facts = facts._replace(drugs=tuple(name for name in facts.drugs if name not in own))
    if facts.record is None or course.filed is None:
        return facts
    history = facts.record.history
    drugs = tuple(drug for drug in history.drugs if drug is not course.filed)
    return facts._replace(record=replace(facts.record, history=replace(history, drugs=drugs)))


def _said(finding: Finding) -> str:
    row = read_codes({finding.code}).get(finding.code)
    said = "" if row is None else f": {row.message.format_map(finding.values).rstrip('.')}"
    return f"{finding.code}{said}"


def _taken_beside(facts: Facts, course: Course) -> list[InteractionRow]:
    """Return what else moves the level and was taken when it was drawn, or is now; another course of the drug too."""
    others = _without(facts, course)
    names = list(others.drugs)
    if others.drawn is not None and others.record is not None:
        from tdmcli.domain.history import day_of, drugs_on

        history = others.record.history
        names += [drug.name for drug in drugs_on(history, day_of(others.drawn.taken, history.zone))]
    rows = read_interactions_naming(names)
    found = [find_drug(name, rows) for name in dict.fromkeys(names)]
    return [row for row in found if row is not None and direction_of(row) is not None]
