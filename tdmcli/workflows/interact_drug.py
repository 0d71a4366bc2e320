"""One drug as `interact` answers it: what its row says for the part of its course that is asked about."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.interaction import direction_of
from tdmcli.domain.units import clean
from tdmcli.tables.interaction_rows import AdviceRow, Effect, InteractionRow, MagnitudeRow, Phase
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.answer import Citations
from tdmcli.workflows.interact_data import (
    AdviceAnswer,
    CourseAnswer,
    FoldAnswer,
    InteractionAnswer,
    PredictedAnswer,
    ReferenceAnswer,
    StrengthAnswer,
    TroughRange,
)

if TYPE_CHECKING:
    from tdmcli.domain.drug_course import Course
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.other_drugs import OtherDrugs


def unlisted_answer(name: str) -> InteractionAnswer:
    """Return a drug that is not in the table."""
    return InteractionAnswer(
        drug=clean(name), matched=None, group=None, effect=Effect.UNKNOWN, direction=None, mechanism=None, strengths=(),
        exposure_fold=(), action="Not in this table: not the same as safe. Look it up elsewhere.", advice=(),
        dose_factor=None, dose_factor_text=None, dose_factor_source=None, dose_factor_note=None,
        first_level_days=None, sources=(), note=None, course=None, predicted=None, reference=None,
    )  # fmt: skip


def drug_answer(
    name: str, course: Course, others: OtherDrugs, organ: str | None, facts: Facts, citations: Citations
) -> InteractionAnswer:
    """Return all that a drug's row says for its course, the troughs it predicts and the regimen to compare with."""
    row = course.row
    starting = Phase.START in course.phases and not course.stops_by(facts.today)
    advice = _advice(course, organ)
    factor = row.dose_factor if starting else None
    first_level = row.first_level if starting else None
    own = Citations()
    for source, locator in (
        *((one.source, one.locator) for one in row.strengths),
        *((one.source, one.locator) for one in row.magnitudes),
        *((one.source, one.locator) for _, one in advice),
        *(((factor.source, factor.locator),) if factor else ()),
        *(((first_level.source, first_level.locator),) if first_level else ()),
    ):
        citations.add(source, locator)
        own.add(source)
    predicted = _predicted(course, facts, others) if starting else None
    return InteractionAnswer(
        drug=clean(name),
        matched=row.names[0],
        group=row.group,
        effect=_effect(row, organ),
        direction=direction_of(row),
        mechanism=row.mechanism,
        strengths=tuple(StrengthAnswer(one.value, one.view, one.source) for one in row.strengths),
        exposure_fold=tuple(_fold(one, predicted) for one in row.magnitudes),
        action=" ".join(one.text for _, one in advice) or _no_advice(row),
        advice=tuple(AdviceAnswer(one.text, one.source, one.organ, phase) for phase, one in advice),
        dose_factor=Decimal(factor.multiply) / factor.divide if factor else None,
        dose_factor_text=f"{factor.multiply}/{factor.divide}" if factor else None,
        dose_factor_source=factor.source if factor else None,
        dose_factor_note=factor.note if factor else None,
        first_level_days=(first_level.from_day, first_level.to_day) if first_level else None,
        sources=tuple(one.id for one in own.cited()),
        note=row.note,
        course=CourseAnswer(course.start, course.stop, course.phases, course.state(facts.today), course.dates_from),
        predicted=predicted,
        reference=_reference(course, facts, others),
    )


def _fold(fold: MagnitudeRow, predicted: PredictedAnswer | None) -> FoldAnswer:
    return FoldAnswer(
        low=fold.low,
        high=fold.high,
        measure=fold.measure,
        condition=fold.condition,
        population=fold.population,
        source=fold.source,
        open_ended=bool(fold.open_ended),
        on_top_of=fold.on_top_of,
        no_prediction=fold.no_prediction,
        predicted_trough_ng_ml=_troughs(fold, predicted),
    )


def _troughs(fold: MagnitudeRow, predicted: PredictedAnswer | None) -> TroughRange | None:
    if predicted is None or predicted.level_ng_ml is None:
        return None
    from tdmcli.workflows.predicted_trough import trough_range

    return trough_range(predicted.level_ng_ml, fold)


def _predicted(course: Course, facts: Facts, others: OtherDrugs) -> PredictedAnswer | None:
    """Return the troughs that are predicted; nothing where there is neither a level nor a file that might have one."""
    if (facts.level is None and facts.record is None) or course.row.effect is Effect.UNKNOWN:
        return None
    from tdmcli.workflows.predicted_trough import predicted_answer

    return predicted_answer(facts, course, others)


def _reference(course: Course, facts: Facts, others: OtherDrugs) -> ReferenceAnswer | None:
    if Phase.STOP not in course.phases or course.row.effect is Effect.UNKNOWN:
        return None
    from tdmcli.workflows.reference_regimen import reference_answer

    return reference_answer(facts, course, others)


def _no_advice(row: InteractionRow) -> str:
    if row.effect is Effect.UNKNOWN:
        return "No source here says what to do on stopping, nor for sure which way the level goes: measure."
    policy = read_policy().interaction
    often = f"every {policy.repeat_from_days} to {policy.repeat_to_days} days until levels settle [policy]"
    return (
        "No source here says what to do on stopping. The effect goes over days to weeks: "
        f"measure {often}; no factor is ever applied."
    )


def _effect(row: InteractionRow, organ: str | None) -> Effect:
    """Return a drug's effect, or the one that holds for the organ where a source says so."""
    return next((one.effect for one in row.organ_advice if one.organ == organ and one.effect), row.effect)


def _advice(course: Course, organ: str | None) -> list[tuple[Phase, AdviceRow]]:
    """Return what the sources say for the parts of a course, what holds for the organ first."""
    row = course.row
    by_phase = {Phase.START: row.organ_advice + row.start, Phase.STOP: row.stop}
    for_organ = tuple(one for one in row.organ_advice if one.organ == organ)
    if for_organ:
        by_phase[Phase.START] = for_organ + row.start
    return [(phase, one) for phase in course.phases for one in by_phase[phase]]
