"""The trough that a drug's published sizes predict from the level there is, or why none is predicted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.prediction_by_fold import predict_trough, predict_troughs
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_steady_state
from tdmcli.domain.units import rounded, show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_codes, read_interactions_naming, read_policy
from tdmcli.workflows.facts import history_findings, timing_findings
from tdmcli.workflows.interact_data import PredictedAnswer, TroughRange

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.drug_course import Course
    from tdmcli.domain.findings import Finding
    from tdmcli.tables.interaction_rows import InteractionRow, MagnitudeRow
    from tdmcli.workflows.facts import Facts

_STRONG = "strong"


def trough_range(level_ng_ml: Decimal, fold: MagnitudeRow) -> TroughRange | None:
    """Return the troughs (ng/mL) of one published size, or None where it is not of exposure."""
    found = predict_trough(level_ng_ml, fold)
    return None if found is None else TroughRange(rounded(found.low_ng_ml), rounded(found.high_ng_ml))


def predicted_answer(facts: Facts, course: Course, *, alone: bool) -> PredictedAnswer:
    """Return the troughs that all published sizes of one drug span, or why none is predicted.

    `alone`: no other drug is asked about.
    """
    against = _against(facts, course)
    if facts.level is None or against:
        return _nothing(against)
    level = facts.level.value_ng_ml
    if not course.row.magnitudes:
        return _nothing("no size published here", level)
    found = predict_troughs(level, course.row.magnitudes)
    if found is None:
        return _nothing("no size of exposure published here", level)
    critical = read_policy().level.critical
    why = "single studies, other patients and doses, the tacrolimus dose unchanged"
    why += "; an AUC stands for the trough" if found.by_area else ""
    beside = ", ".join(dict.fromkeys(row.names[0] for row in _taken_beside(facts, course)))
    why += f"; taken with {beside}, which moves the level too" if beside else ""
    why += "" if alone else "; this drug alone: sizes of several drugs are never multiplied"
    return PredictedAnswer(
        level_ng_ml=level,
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
        low_ng_ml=None,
        high_ng_ml=None,
        low_fold=None,
        high_fold=None,
        by_area=False,
        open_ended=False,
        critical_ng_ml=None,
        why=why,
    )


def _against(facts: Facts, course: Course) -> str:
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
    others = _without(facts, course)
    findings = timing_findings(others, facts.sampled.product if facts.sampled else None)
    product = facts.sampled.product if facts.sampled else None
    if product is not None:
        findings += check_steady_state(
            facts.days_on_dose, facts.change, Position.UNDETERMINED, product.release, policy.steady_state
        )
    findings += history_findings(others, Position.UNDETERMINED)
    for finding in findings:
        if finding.refuses and finding.code is not Code.AVOID_COMBINATION:
            return _said(finding)
    strong = [row.names[0] for row in _taken_beside(facts, course) if _is_strong(row)]
    if not strong:
        return ""
    return f"{strong[0]} is taken already and moves the level: published sizes count from a level without it"


def _drawn_under(facts: Facts, course: Course) -> bool:
    """Return whether the drug had begun when the level was drawn; one that is to begin that day has not yet.

    A level that was typed counts as drawn now. On the first day that a file gives, which came first is not known.
    """
    if course.start is None:
        return True
    drawn = facts.today
    if facts.drawn is not None and facts.record is not None:
        from tdmcli.domain.history import day_of

        drawn = day_of(facts.drawn.taken, facts.record.history.zone)
    return course.start < drawn or (course.filed is not None and course.start == drawn)


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


def _is_strong(row: InteractionRow) -> bool:
    """Return whether a drug changes what others do: an inhibitor, or what a source calls strong."""
    return row.inhibitor or any(one.value == _STRONG for one in row.strengths)
