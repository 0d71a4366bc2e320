"""The drugs that acted when the symptoms began, when the level was drawn, or that act now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import day_of, drugs_on, noon
from tdmcli.domain.interaction import find_drug
from tdmcli.workflows.other_drugs import moving_drugs

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.history import History
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.facts import Facts


class ActingDrug(NamedTuple):
    """A drug of the table, and the day it was stopped where it is no longer taken; `now`: it acts today."""

    row: InteractionRow
    stopped: date | None
    now: bool

    @property
    def text(self) -> str:
        """Return the drug with its stop, for a person."""
        if self.stopped is None:
            return self.row.names[0]
        acts = "still acting" if self.now else "it acted at the onset or the level"
        return f"{self.row.names[0]}, stopped {self.stopped.isoformat()} ({acts})"


class ActingDrugs(NamedTuple):
    """The drugs that act or acted, and the names that no row has."""

    found: tuple[ActingDrug, ...]
    unlisted: tuple[str, ...]


def acting_drugs(facts: Facts, began: date | None) -> ActingDrugs:
    """Return the drugs that act today, or acted at the onset or when the level was drawn."""
    rows, unlisted = moving_drugs(facts)
    taken = [row for row in rows if any(find_drug(name, (row,)) is not None for name in facts.drugs)]
    if facts.record is None:
        return ActingDrugs(tuple(ActingDrug(row, None, now=True) for row in taken), tuple(unlisted))
    history = facts.record.history
    drawn = None if facts.drawn is None or facts.level_given else day_of(facts.drawn.taken, history.zone)
    earlier = [row for day in {began, drawn} - {None} if day is not None for row in moving_drugs(_on(facts, day))[0]]
    acting = {row.id: row for row in (*rows, *earlier)}
    now = {row.id for row in rows}
    there = {row.id for row in taken}
    found = [
        ActingDrug(row, None if row.id in there else _stopped(row, history, facts.today), now=row.id in now)
        for row in acting.values()
    ]
    return ActingDrugs(tuple(found), tuple(unlisted))


def _on(facts: Facts, day: date) -> Facts:
    """Return the facts as if asked on another day, as far as drugs go."""
    if facts.record is None:
        return facts
    history = facts.record.history
    names = tuple(drug.name for drug in drugs_on(history, day))
    return facts._replace(now=noon(day, history.zone), drugs=facts.drugs_said + names)


def _stopped(row: InteractionRow, history: History, today: date) -> date | None:
    """Return when a drug of the file was stopped, the last time of several."""
    stops = (drug.stop for drug in history.drugs if drug.stop is not None and find_drug(drug.name, (row,)) is not None)
    return max((stop for stop in stops if stop <= today), default=None)
