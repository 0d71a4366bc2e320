"""Neurotoxicity: the grade from the symptoms, when they began, what to look at first, and which steps stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.spelling import spelling
from tdmcli.domain.target_range import Position
from tdmcli.tables.neurotoxicity_rows import FactorRow, Grade, StepRow, SymptomRow, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of all symptoms (None while one is unknown) and each symptom with its own."""

    grade: Grade | None
    symptoms: tuple[tuple[str, SymptomRow | None, Grade], ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the symptoms that stand in no table."""
        return tuple(name for name, row, _ in self.symptoms if row is None)


def grade(names: Iterable[str], rows: Iterable[SymptomRow]) -> Graded:
    """Return the grade: the worst symptom decides, an unknown one leaves none, no symptom is grade none (R72).

    A symptom that is severe together with another (a headache with visual change) counts as severe.
    """
    rows = tuple(rows)
    found: list[tuple[str, SymptomRow | None]] = []
    for name in names:
        row = _find(name, rows)
        if row is None or all(row is not known for _, known in found):
            found.append((name, row))
    ids = {row.id for _, row in found if row is not None}
    symptoms = tuple((name, row, _grade_of(row, ids)) for name, row in found)
    grades = {one for _, _, one in symptoms}
    if Grade.UNKNOWN in grades:
        return Graded(None, symptoms)
    for worst in (Grade.SEVERE, Grade.MILD):
        if worst in grades:
            return Graded(worst, symptoms)
    return Graded(Grade.NONE, symptoms)


def with_raised_pressure(graded: Graded) -> Graded:
    """Return the grade again when blood pressure is raised: a headache with it is severe."""
    symptoms = tuple(
        (name, row, Grade.SEVERE if row and "raised-pressure" in row.severe_with else one)
        for name, row, one in graded.symptoms
    )
    worse = any(one is Grade.SEVERE for _, _, one in symptoms)
    return Graded(Grade.SEVERE if worse and graded.grade is not None else graded.grade, symptoms)


def _find(name: str, rows: tuple[SymptomRow, ...]) -> SymptomRow | None:
    wanted = spelling(name)
    return next((row for row in rows if wanted in row.names), None)


def _grade_of(row: SymptomRow | None, ids: set[str]) -> Grade:
    if row is None:
        return Grade.UNKNOWN
    return Grade.SEVERE if ids & set(row.severe_with) else row.grade


def onset(noted: Iterable[date], today: date, recent_days: int) -> date | None:
    """Return the first day of the spell of symptoms that goes on, or None where none was noted of late.

    A spell is broken by more than `recent_days` without a note.
    """
    first = None
    for day in sorted((day for day in noted if day <= today), reverse=True):
        if (first or today) - day > timedelta(days=recent_days):
            break
        first = day
    return first


def look_first(rows: Iterable[FactorRow], present: Mapping[str, bool | None]) -> FactorRow | None:
    """Return the factor to look at first: one that is present, else one not assessed, by the order of the table."""
    ordered = sorted((row.order.place, row) for row in rows if row.order is not None)
    found = [row for wanted in (True, None) for _, row in ordered if present[row.id] is wanted]
    return found[0] if found else None


def steps_for(
    graded: Graded, position: Position | None, steps: Iterable[StepRow], *, lower_half: bool = False
) -> tuple[StepRow, ...]:
    """Return the steps that stand for a grade and for where the level lies, in order.

    `lower_half`: it lies within the range, below the midpoint.
    """
    wanted = Grade.UNKNOWN if graded.grade is None else graded.grade
    if position in {Position.WITHIN, Position.ABOVE}:
        when = {When.ALWAYS, When.LOWER_HALF if lower_half else When.AT_OR_ABOVE}
    elif position is Position.BELOW:
        when = {When.ALWAYS, When.BELOW}
    else:
        when = {When.ALWAYS, When.UNKNOWN}
    return tuple(step for step in steps if wanted in step.grades and step.when in when)


def pressure_present(systolic: Decimal, diastolic: Decimal, limits: tuple[Decimal, Decimal]) -> bool:
    """Return whether either pressure (mmHg) is at or above its limit."""
    return systolic >= limits[0] or diastolic >= limits[1]
