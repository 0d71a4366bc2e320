"""The course of a drug beside tacrolimus: when it starts and stops, what a plan is asked for, which way it goes.

The stop of a course is the last day on which the drug is taken; its effect fades from there on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.interaction import direction_of, fading_days, find_drug, turned

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tdmcli.domain.history import DrugPeriod
    from tdmcli.tables.interaction_rows import Direction, InteractionRow, Phase
    from tdmcli.tables.policy import InteractionPolicy


class Course(NamedTuple):
    """A drug with its first and last day, where they are known, and the parts of its course that are asked about.

    `filed` is its course in the patient file, where that is the one meant; `dates_from` says who gave the dates.
    """

    row: InteractionRow
    start: date | None
    stop: date | None
    phases: tuple[Phase, ...]
    filed: DrugPeriod | None = None
    dates_from: str = "today"

    def stops_by(self, day: date) -> bool:
        """Return whether the drug is stopped on a day or was before."""
        return self.stop is not None and self.stop <= day

    def state(self, day: date) -> str:
        """Return whether the drug is planned, running, stopping or stopped on a day."""
        if self.stops_by(day):
            return "stopping" if self.stop == day else "stopped"
        return "running" if self.start is not None and self.start < day else "planned"

    def moves(self, day: date) -> Direction | None:
        """Return which way the level goes by what is done on a day: back where the drug is stopped."""
        direction = direction_of(self.row)
        return turned(direction) if self.stops_by(day) else direction

    def works_on(self, day: date, policy: InteractionPolicy) -> bool:
        """Return whether the drug acts on a day: begun by then, as an unknown start counts, and not faded yet."""
        return (self.start is None or self.start <= day) and not is_faded(self.row, self.stop, day, policy)


def is_faded(row: InteractionRow, stop: date | None, day: date, policy: InteractionPolicy) -> bool:
    """Return whether the effect of a drug has gone by a day: more days have passed than it takes to fade."""
    return stop is not None and (day - stop).days > fading_days(row, policy)


def filed_courses(row: InteractionRow, drugs: Iterable[DrugPeriod]) -> list[DrugPeriod]:
    """Return the courses of a drug in a file, under any of its names, by their start."""
    return sorted((drug for drug in drugs if find_drug(drug.name, (row,)) is not None), key=lambda drug: drug.start)


def course_on_file(
    row: InteractionRow, drugs: Iterable[DrugPeriod], day: date, policy: InteractionPolicy
) -> DrugPeriod | None:
    """Return the course of a drug that a file means on a day: one taken then, else one that still works, else the next.

    None where the file has none but courses that have faded.
    """
    own = filed_courses(row, drugs)
    begun = [drug for drug in own if drug.start <= day and not is_faded(row, drug.stop, day, policy)]
    if begun:
        return max(begun, key=lambda drug: (drug.stop is None or drug.stop >= day, drug.start))
    return next((drug for drug in own if drug.start > day), None)


def first_start(start: date, row: InteractionRow, drugs: Iterable[DrugPeriod], policy: InteractionPolicy) -> date:
    """Return since when a drug has moved the level without a break: earlier courses that had not faded count in."""
    for drug in reversed(filed_courses(row, drugs)):
        if drug.start < start and not is_faded(row, drug.stop, start, policy):
            start = drug.start
    return start
