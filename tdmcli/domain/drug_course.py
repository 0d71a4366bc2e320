"""The course of a drug beside tacrolimus: when it starts and stops, what a plan is asked for, which way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.interaction import direction_of, fading_days, find_drug, turned

if TYPE_CHECKING:
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


def course_on_file(
    row: InteractionRow, drugs: tuple[DrugPeriod, ...], day: date, policy: InteractionPolicy
) -> DrugPeriod | None:
    """Return the last course of a drug in a file, unless it is over and its effect has faded by a day."""
    own = [drug for drug in drugs if find_drug(drug.name, (row,)) is not None]
    last = max(own, key=lambda drug: drug.start, default=None)
    if last is None or (last.stop is not None and (day - last.stop).days > fading_days(row, policy)):
        return None
    return last
