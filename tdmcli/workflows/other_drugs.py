"""Other drugs that move the level beside the one asked about: those there when it starts, and when it stops."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.drug_course import Course, first_start, is_faded
from tdmcli.domain.interaction import changes_others, direction_of, fading_days, find_drug, turned
from tdmcli.tables.interaction_rows import Direction, InteractionRow, Phase
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.ranges import co_therapies_among

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tdmcli.domain.history import DrugPeriod
    from tdmcli.workflows.facts import Facts


class OtherDrugs(NamedTuple):
    """Names of other drugs that move the level beside one course; other courses of its own drug are among them.

    `there`: at work on the day it starts, so that the dose is no longer the one that advice on a start counts from;
    `together` where all of them just begin with it by the same question. `strong`: those among the others that change
    what others do. The rest is judged by its stop. `newer`: begun since, or nobody says when, and taken on. `gone`: at
    work before it began, stopped since. `fading`: stopped by then, no part of the question and still fading, so that
    the level goes the same way; `crossing`: the same, but it goes another. `against`: the directions that its own is
    held against. `alone`: no other drug that is asked about begins.
    """

    there: tuple[str, ...] = ()
    together: bool = False
    strong: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    fading: tuple[str, ...] = ()
    crossing: tuple[str, ...] = ()
    against: tuple[Direction, ...] = ()
    alone: bool = True


def moving_drugs(facts: Facts) -> tuple[list[InteractionRow], list[str]]:
    """Return the drugs taken now or stopped so recently that they still work, and the names that no row has."""
    names = list(facts.drugs)
    if facts.record is not None:
        stopped = [(one.name, one.stop) for one in facts.record.history.drugs if one.stop and one.stop < facts.today]
        rows = read_interactions_naming(name for name, _ in stopped)
        for name, stop in stopped:
            found = find_drug(name, rows)
            if found is not None and not is_faded(found, stop, facts.today, read_policy().interaction):
                names.append(name)
    taken = read_interactions_naming(names)
    found_rows = [(name, find_drug(name, taken)) for name in dict.fromkeys(names)]
    co_therapies = co_therapies_among(tuple(names))
    unlisted = [name for name, found in found_rows if found is None and name not in co_therapies]
    return [found for _, found in found_rows if found is not None], unlisted


def others_of(course: Course, courses: Iterable[Course], facts: Facts) -> OtherDrugs:
    """Return the other drugs that move the level beside one course."""
    courses = list(courses)
    others = [one for one in _spans(courses, facts) if one is not course and direction_of(one.row) is not None]
    own = [one for one in others if one.row.id == course.row.id]
    others = [one for one in others if one.row.id != course.row.id]
    start, policy = course.start or facts.today, read_policy().interaction
    again = tuple(
        f"an earlier course of {one.row.names[0]}"
        for one in own
        if one.start is not None and one.start < start and one.works_on(start, policy)
    )
    there = [one for one in others if one.works_on(start, policy)]
    strong = [one for one in there if changes_others(one.row)]
    counting = there if course.row.dose_factor is not None else strong
    before = [one for one in there if one.start is None or one.start < start or one not in courses]
    together = bool(counting) and not again and not any(one in before for one in counting)
    alone = not any(
        one.row.id != course.row.id and Phase.START in one.phases and not one.stops_by(facts.today)
        for one in courses
        if direction_of(one.row) is not None
    )
    found = OtherDrugs(
        there=again + _names(counting),
        together=together,
        strong=again + _names(one for one in before if one in strong),
        alone=alone,
    )
    if not course.stops_by(facts.today):
        found = found._replace(against=_directions(strong))
    if course.stop is None:
        return found
    found = _at_the_stop(found, course, course.stop, others, facts)
    faded = course.stop + timedelta(days=fading_days(course.row, policy))
    later = [
        one for one in own if one.start is not None and start < one.start <= faded and not one.stops_by(course.stop)
    ]
    return found._replace(newer=tuple(f"a later course of {name}" for name in _names(later)) + found.newer)


def _at_the_stop(found: OtherDrugs, course: Course, stop: date, others: list[Course], facts: Facts) -> OtherDrugs:
    """Return what else moves the level from the stop of a course on, and what did before it began and stopped since."""
    policy = read_policy().interaction
    faded = stop + timedelta(days=fading_days(course.row, policy))
    newer = [one for one in others if _is_newer(one, course, facts.today) and _is_taken(one, stop, faded)]
    stopped = [one for one in others if one.stops_by(stop)]
    gone: list[Course] = []
    if course.start is not None:
        before = first_start(course.start, course.row, _filed(facts), policy) - timedelta(days=1)
        gone = [one for one in stopped if one.works_on(before, policy)]
    fading = [one for one in stopped if one not in gone and one.works_on(stop, policy)]
    crossing = [one for one in fading if direction_of(one.row) is not direction_of(course.row)]
    fading = [one for one in fading if one not in crossing and one.phases != course.phases]
    against = found.against
    if course.stops_by(facts.today):
        against += _directions(newer) + tuple(turned(one) or one for one in _directions(crossing))
    return found._replace(
        newer=_names(newer), gone=_names(gone), fading=_names(fading), crossing=_names(crossing), against=against
    )


def _is_newer(other: Course, course: Course, today: date) -> bool:
    """Return whether a drug began with a course or since; one since when nobody says, unless the course is to come."""
    if course.start is None:
        return True
    if other.start is None:
        return course.start < today
    return other.start >= course.start


def _is_taken(other: Course, stop: date, faded: date) -> bool:
    """Return whether a drug is taken after a stop, and begins before the effect of what was stopped has faded."""
    return not other.stops_by(stop) and (other.start is None or other.start <= faded)


def _filed(facts: Facts) -> tuple[DrugPeriod, ...]:
    return facts.record.history.drugs if facts.record is not None else ()


def _spans(courses: list[Course], facts: Facts) -> list[Course]:
    """Return the courses asked about, the others of the file, and the drugs that are only said to be taken."""
    drugs = [drug for drug in _filed(facts) if all(drug is not course.filed for course in courses)]
    rows = read_interactions_naming([*facts.drugs_said, *(drug.name for drug in drugs)])
    spans = list(courses)
    for drug in drugs:
        row = find_drug(drug.name, rows)
        if row is not None:
            spans.append(Course(row, drug.start, drug.stop, (), drug))
    running = (one for one in spans if one.start is not None and one.state(facts.today) in {"running", "stopping"})
    known = {one.row.id for one in (*courses, *running)}
    for name in facts.drugs_said:
        row = find_drug(name, rows)
        if row is not None and row.id not in known:
            spans.append(Course(row, None, None, ()))
    return spans


def _directions(courses: Iterable[Course]) -> tuple[Direction, ...]:
    found = (direction_of(one.row) for one in courses)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _names(courses: Iterable[Course]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.row.names[0] for one in courses))
