"""Which other drugs could explain a level: taken, begun, or stopped before it.

A stopped drug counts for as long as it fades (`sample_checks`), and after that for as long as nothing made up for its
end: the dose is the same as then, or the drug was there at the level before. A drug's direction is that of its row.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.interaction import direction_of, fading_days, find_drug, turned
from tdmcli.tables.interaction_rows import Direction, InteractionRow
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.reverse_cause import Cause, Finder, before_level, fits
from tdmcli.workflows.reverse_data import ExplanationAnswer

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.history import DrugPeriod
    from tdmcli.workflows.facts import Facts


def causes_said(facts: Facts, surprise: str) -> list[Cause]:
    """Return the drugs named with --with that move the level, each once."""
    rows = read_interactions_naming(facts.drugs_said)
    causes = []
    for row in (find_drug(name, rows) for name in facts.drugs_said):
        direction = None if row is None else direction_of(row)
        if row is not None and direction is not None:
            source, locator = _source(row)
            what = f"{row.names[0]} is taken (--with)"
            answer = ExplanationAnswer(what, "drug-taken", None, direction, fits(direction, surprise), source)
            causes.append(Cause(answer, locator))
    return causes


def _source(row: InteractionRow) -> tuple[str, str]:
    """Return where a row's effect stands: with its strength, else with what is said to be done."""
    if row.strengths:
        return row.strengths[0].source, row.strengths[0].locator
    first = (*row.start, *row.organ_advice)[0]
    return first.source, first.locator


def drugs_in_file(finder: Finder) -> list[Cause]:
    """Return the drugs of the file that move the level, taken, begun or stopped before it."""
    drugs = finder.history.drugs
    rows = read_interactions_naming(drug.name for drug in drugs)
    causes = []
    for drug in drugs:
        row = find_drug(drug.name, rows)
        direction = None if row is None else direction_of(row)
        if row is None or direction is None or drug.start > finder.day:
            continue
        if is_taken(drug, finder.day):
            causes.append(_taken(finder, drug, row, direction))
        elif not any(is_taken(one, finder.day) for one in drugs if find_drug(one.name, (row,))):
            causes += _stopped(finder, drug, row, direction)
    return causes


def is_taken(drug: DrugPeriod, day: date) -> bool:
    """Return whether a level of a day shows a drug as taken: on that day, or the day before, whose doses it shows."""
    return drug.start <= day and (drug.stop is None or drug.stop >= day - timedelta(days=1))


def _taken(finder: Finder, drug: DrugPeriod, row: InteractionRow, direction: Direction) -> Cause:
    """Return a drug that was taken when the level was drawn: newly begun, or for long."""
    policy, name, day = read_policy().interaction, row.names[0], finder.day
    source = _source(row)
    if drug.stop is not None and drug.stop <= day:
        what = f"{name} was taken from {drug.start.isoformat()} to {drug.stop.isoformat()}, "
        what += "the day of the level" if drug.stop == day else "the day before the level"
        return finder.cause("drug-taken", what, drug.start, direction, source)
    onset = policy.inducer_onset_days if direction is Direction.LOWERS else policy.inhibitor_onset_days
    if (day - drug.start).days <= onset:
        what = f"{name} was started {before_level(day, drug.start)}"
        same_day = drug.start == day
        what += ", before or after the sample" if same_day else ""
        return finder.cause("drug-started", what, drug.start, direction, source, open_=same_day)
    previous = finder.sample.previous
    counted = (
        finder.expected == "previous-level"
        and previous is not None
        and (finder.day_of(previous.taken) - drug.start).days > onset
    )
    what = f"{name} is taken since {drug.start.isoformat()}" + (", as at the level before" if counted else "")
    return finder.cause("drug-taken", what, drug.start, direction, source, open_=counted)


def _stopped(finder: Finder, drug: DrugPeriod, row: InteractionRow, direction: Direction) -> list[Cause]:
    """Return a drug that was stopped: fading still, or gone while nothing made up for it."""
    if drug.stop is None:
        return []
    back = turned(direction) or direction
    fit = fits(back, finder.surprise)
    what = f"{row.names[0]} was stopped {before_level(finder.day, drug.stop)}"
    earlier = finder.earlier
    if (finder.day - drug.stop).days <= fading_days(row, read_policy().interaction):
        rest = fit is False
        what += "; part of its effect may be there still" if rest else ""
        return [finder.cause("drug-stopped", what, drug.stop, back, _source(row), open_=rest)]
    if earlier is not None and is_taken(drug, finder.day_of(earlier.taken)):
        what += f"; it was taken at the level of {finder.day_of(earlier.taken).isoformat()}, not at this one"
    elif fit is False or finder.surprise == "none" or not _same_dose_since(finder, drug.stop):
        return []
    else:
        what += "; the dose has not changed since"
    return [finder.cause("drug-stopped", what, drug.stop, back, _source(row))]


def _same_dose_since(finder: Finder, day: date) -> bool:
    """Return whether the regimen that the level shows was in force, unchanged, on a day before it already."""
    on_dose = past.days_on_dose(finder.history, finder.sample.moment)
    if on_dose is None:
        return False
    since = finder.sample.moment - timedelta(days=float(on_dose[0]))
    return finder.day_of(since) <= day
