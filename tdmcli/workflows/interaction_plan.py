"""The dated steps of an interaction: what to do on which day of a drug's course, and how to come back after it.

A step is a source's own where its text names the day, or says to avoid the drug; what no source here dates is policy
and says so. No step works a dose out: on stopping none is ever multiplied, and on starting the one factor there is
stands apart (`factor_dose`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.interaction import direction_of, fading_days
from tdmcli.domain.units import listed, show
from tdmcli.tables.interaction_rows import AdviceRow, Direction, Effect, Phase, StepKind
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.interact_data import PlanStep

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tdmcli.domain.drug_course import Course
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.other_drugs import OtherDrugs

POLICY = "policy"


class _Step(NamedTuple):
    """A step with its days counted from the start or the stop of the course; `every` the days between repeats of it."""

    days: tuple[int, int]
    kind: StepKind
    text: str
    source: str = POLICY
    counted_from: Phase | None = None
    every: tuple[int, int] | None = None


def plan_steps(courses: Iterable[tuple[Course, OtherDrugs]], today: date, citations: Citations) -> tuple[PlanStep, ...]:
    """Return the steps of each course by their day, each drug's own."""
    steps = [step for course, others in courses for step in _course_steps(course, others, today)]
    for step in steps:
        citations.add(step.source, "" if step.covered else "data/policy.toml")
    return tuple(sorted(steps, key=lambda step: (step.from_, step.to)))


def _course_steps(course: Course, others: OtherDrugs, today: date) -> list[PlanStep]:
    if course.row.effect is Effect.UNKNOWN:
        return []
    steps: list[PlanStep] = []
    if Phase.START in course.phases:
        starting = [one for one in _starting(course, others) if not _is_late(one, course, today)]
        steps += _dated(starting, course, Phase.START, today)
    if Phase.STOP in course.phases:
        steps += _dated(_stopping(course, others), course, Phase.STOP, today)
    return steps


def _is_late(step: _Step, course: Course, today: date) -> bool:
    """Return whether a step of the start does not fit the length of the course.

    A way back stands under the stop where that is known, and has no day while the drug is still taken on it. What no
    source dates ends with the course.
    """
    if course.start is None:
        return False
    day = course.start + timedelta(days=step.days[0])
    if step.kind is StepKind.RETURN:
        return course.stop is not None or course.start < day <= today
    return course.stop is not None and step.source == POLICY and course.start < day and course.stop <= day


def _dated(steps: Iterable[_Step], course: Course, phase: Phase, today: date) -> list[PlanStep]:
    """Return the steps with their dates; a course has the day that each part of it counts from."""
    days = {Phase.START: course.start, Phase.STOP: course.stop}
    found = []
    for step in steps:
        day_0 = days[step.counted_from or phase]
        if day_0 is None:
            continue
        first, last = (day_0 + timedelta(days=day) for day in step.days)
        if phase is Phase.START and step.every is not None and course.stop is not None:
            last = min(last, course.stop)
        found.append(
            PlanStep(
                from_=first,
                to=last,
                text=step.text,
                drug=course.row.names[0],
                source=step.source,
                phase=phase,
                kind=step.kind,
                every_days=step.every,
                covered=step.source != POLICY,
                past=last < today,
            )
        )
    return found


def _of_sources(rows: Iterable[AdviceRow]) -> list[_Step]:
    """Return the advice whose day its source says."""
    return [
        _Step((row.from_day, row.to_day), row.kind or StepKind.ADVICE, row.text, row.source, row.from_day_of)
        for row in rows
        if row.from_day is not None and row.to_day is not None
    ]


def _starting(course: Course, others: OtherDrugs) -> list[_Step]:
    """Return the steps of a start; beside other drugs that the dose is adapted to no cut counts from it."""
    row, policy = course.row, read_policy().interaction
    name = row.names[0]
    steps = _of_sources(row.start)
    dated = [one for one in row.start if one.from_day is not None]
    avoid = row.effect is Effect.AVOID
    if others.there and not avoid:
        steps = [step for step in steps if step.kind is not StepKind.DOSE]
        beside = "a drug begun on the same day" if others.together else listed(others.there)
        text = f"Beside {beside}, no source sets the dose for the start of {name}: levels decide."
        steps.insert(0, _Step((0, 0), StepKind.DOSE, text))
    kinds = {step.kind for step in steps}
    if avoid:
        plan = f"Before {name} begins: agree on a plan with the transplant centre."
        steps.insert(0, _Step((0, 0), StepKind.ADVICE, plan))
        if row.start and row.start[0] not in dated:
            steps.insert(0, _Step((0, 0), StepKind.ADVICE, row.start[0].text, row.start[0].source))
    elif StepKind.DOSE not in kinds:
        text = f"No source here sets a tacrolimus dose for the first day of {name}: levels decide."
        steps.append(_Step((0, 0), StepKind.DOSE, text))
    restart = f"To restart only if the course of {name} is over by then."
    steps += [_Step(step.days, StepKind.RETURN, restart) for step in steps if step.kind is StepKind.RETURN]
    if row.first_level is not None:
        first = row.first_level
        text = f"First trough after starting {name}."
        steps.append(_Step((first.from_day, first.to_day), StepKind.LEVEL, text, first.source))
    if StepKind.LEVEL not in kinds:
        onset = policy.inducer_onset_days if direction_of(row) is Direction.LOWERS else policy.inhibitor_onset_days
        begin = "if it is taken all the same, a trough" if avoid else "a trough"
        steps.append(_repeated(f"Onset of {name}: {begin} {{every}}, a level still moves.", onset))
    return steps


def _stopping(course: Course, others: OtherDrugs) -> list[_Step]:
    """Return the steps of a stop; where other drugs moved the level since it began, levels alone lead back."""
    row, policy = course.row, read_policy().interaction
    name, fading = row.names[0], fading_days(row, policy)
    look = "" if others.gone else "; look up the dose taken before"
    steps = [_Step((0, 0), StepKind.RETURN, f"Stop of {name}: apply no factor{look}."), *_on_stop(course)]
    kinds = {step.kind for step in steps[1:]}
    if StepKind.LEVEL not in kinds:
        steps.append(_repeated(f"Fading of {name}: a trough {{every}} until it settles.", fading))
    by_levels = _by_levels_alone(name, others)
    if by_levels or StepKind.RETURN not in kinds:
        days = (min(policy.repeat_from_days, fading), fading)
        steps.append(_Step(days, StepKind.RETURN, by_levels or _way_back(direction_of(row), others.fading)))
    if StepKind.FADE not in kinds:
        text = f"Faded from here on: {name}; levels before this were still moving."
        source = POLICY if row.fading is None else row.fading.source
        steps.append(_Step((fading, fading), StepKind.FADE, text, source))
    return steps


def _on_stop(course: Course) -> list[_Step]:
    """Return the dated advice on a stop; what counts from the start needs that day, and must not come before the stop.

    A restart so many days from the first dose is that of a course which is over by then.
    """
    steps = _of_sources(course.row.stop)
    if course.start is None or course.stop is None:
        return [step for step in steps if step.counted_from is not Phase.START]
    length = (course.stop - course.start).days
    return [step for step in steps if step.counted_from is not Phase.START or step.days[0] > length]


def _repeated(text: str, last: int) -> _Step:
    """Return the troughs that are repeated until a day; `{every}` in the text is how often."""
    policy = read_policy().interaction
    every = (policy.repeat_from_days, policy.repeat_to_days)
    often = f"every {every[0]} to {every[1]} days"
    return _Step((every[0], max(every[1], last)), StepKind.LEVEL, text.format(every=often), every=every)


def _by_levels_alone(name: str, others: OtherDrugs) -> str:
    """Return why a stop leads back to no dose known before, or nothing where it does."""
    why = []
    if others.newer:
        why.append(f"{listed(others.newer)} {_verb(others.newer, 'moves', 'move')} the level too")
    if others.crossing:
        were, move = _verb(others.crossing, "was", "were"), _verb(others.crossing, "moves", "move")
        why.append(f"{listed(others.crossing)} {were} stopped too and still {move} the level")
    if others.gone:
        were = _verb(others.gone, "was", "were")
        why.append(f"{listed(others.gone)}, at work before {name} began, {were} stopped since")
    if not why:
        return ""
    said = "; ".join(why)
    return f"{said}: which way the dose goes is for levels alone, each step on a new level with tdmcli adjust."


def _verb(names: tuple[str, ...], one: str, several: str) -> str:
    return one if len(names) == 1 else several


def _way_back(direction: Direction | None, fading: tuple[str, ...]) -> str:
    """Return how the dose follows the level when a drug that moved it this way is stopped: by levels alone."""
    also = f" {listed(fading)} {_verb(fading, 'fades', 'fade')} too." if fading else ""
    return _way_back_alone(direction) + also


def _way_back_alone(direction: Direction | None) -> str:
    if direction is Direction.RAISES:
        cap = show(read_policy().dose.max_increase_percent)
        return (
            "The level falls as the effect fades: the dose comes back up in steps, each on a new level with tdmcli"
            f" adjust (at most +{cap} % a step), never in one go."
        )
    if direction is Direction.LOWERS:
        return (
            "The level rises as the effect fades, for weeks: the dose comes down in steps, each on a new level with"
            " tdmcli adjust (a decrease has no cap)."
        )
    return (
        "The level may go either way as the effect fades: the dose follows, each step on a new level by tdmcli adjust."
    )
