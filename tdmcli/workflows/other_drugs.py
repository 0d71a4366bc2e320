"""Other drugs that move the level beside the one asked about: those there when it starts, those begun since."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.drug_course import Course
from tdmcli.domain.interaction import direction_of, fading_days, find_drug
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.ranges import co_therapies_among

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.facts import Facts


class OtherDrugs(NamedTuple):
    """Names of other drugs that move the level.

    `there`: taken, begun or still fading on the day it starts, so that the dose is no longer the one that advice on a
    start counts from. `newer`: begun since and still taken, so that its stop does not lead back to the dose before it.
    """

    there: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()


def moving_drugs(facts: Facts) -> tuple[list[InteractionRow], list[str]]:
    """Return the drugs taken now or stopped so recently that they still work, and the names that no row has."""
    names = list(facts.drugs)
    if facts.record is not None:
        stopped = [(one.name, one.stop) for one in facts.record.history.drugs if one.stop and one.stop < facts.today]
        rows = read_interactions_naming(name for name, _ in stopped)
        for name, stop in stopped:
            found = find_drug(name, rows)
            fading = 0 if found is None else fading_days(found, read_policy().interaction)
            if (facts.today - stop).days <= fading:
                names.append(name)
    taken = read_interactions_naming(names)
    found_rows = [(name, find_drug(name, taken)) for name in dict.fromkeys(names)]
    co_therapies = co_therapies_among(tuple(names))
    unlisted = [name for name, found in found_rows if found is None and name not in co_therapies]
    return [found for _, found in found_rows if found is not None], unlisted


def others_of(course: Course, courses: Iterable[Course], facts: Facts) -> OtherDrugs:
    """Return the other drugs that move the level beside one course.

    Where a source gives a factor any of them is `there`; elsewhere an inhibitor is, since the dose is lowered for it.
    """
    row, start = course.row, course.start or facts.today
    there: list[InteractionRow] = []
    newer: list[InteractionRow] = []
    for other in _spans(courses, facts):
        if other.row.id == row.id or direction_of(other.row) is None:
            continue
        fading = fading_days(other.row, read_policy().interaction)
        gone = other.stop is not None and (start - other.stop).days > fading
        counts = other.row.inhibitor or row.dose_factor is not None
        if counts and not gone and (other.start is None or other.start <= start):
            there.append(other.row)
        if other.start is not None and other.start >= start and not other.stops_by(facts.today):
            newer.append(other.row)
    return OtherDrugs(_names(there), _names(newer))


def _spans(courses: Iterable[Course], facts: Facts) -> list[Course]:
    """Return the courses asked about and those of the file, and the drugs said to be taken, since when is not known."""
    spans = list(courses)
    asked = {course.row.id for course in spans}
    drugs = facts.record.history.drugs if facts.record is not None else ()
    rows = read_interactions_naming([*facts.drugs_said, *(drug.name for drug in drugs)])
    said = [(name, None, None) for name in facts.drugs_said]
    for name, start, stop in [*said, *((drug.name, drug.start, drug.stop) for drug in drugs)]:
        row = find_drug(name, rows)
        if row is not None and row.id not in asked:
            spans.append(Course(row, start, stop, ()))
    return spans


def _names(rows: Iterable[InteractionRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.names[0] for row in rows))
