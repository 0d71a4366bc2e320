"""What was given that could explain a level: other drugs within their windows, and changes of the regimen.

The windows are those of the checks of a level (`sample_checks`); a drug's direction is that of its row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.interaction import direction_of, fading_days, find_drug, turned
from tdmcli.domain.sample_checks import is_held
from tdmcli.domain.units import show
from tdmcli.tables.interaction_rows import Direction, InteractionRow
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.reverse_cause import CODES, SAMPLING, Cause, Finder, before_level, fits
from tdmcli.workflows.reverse_data import ExplanationAnswer

if TYPE_CHECKING:
    from tdmcli.domain.history import DrugPeriod
    from tdmcli.workflows.facts import Facts


def causes_said(facts: Facts, surprise: str) -> list[Cause]:
    """Return the drugs named with --with that move the level."""
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
    """Return the drugs of the file that move the level, taken, begun or stopped within their windows before it."""
    drugs = finder.history.drugs
    rows = read_interactions_naming(drug.name for drug in drugs)
    causes = []
    for drug in drugs:
        row = find_drug(drug.name, rows)
        direction = None if row is None else direction_of(row)
        if row is not None and direction is not None:
            causes += _of_drug(finder, drug, row, direction)
    return causes


def _of_drug(finder: Finder, drug: DrugPeriod, row: InteractionRow, direction: Direction) -> list[Cause]:
    """Return whether a drug was stopped, started or taken when the level was drawn."""
    policy, name, day = read_policy().interaction, row.names[0], finder.day
    source = _source(row)
    if drug.stop is not None and drug.stop <= day:
        if (day - drug.stop).days > fading_days(row, policy):
            return []
        back = turned(direction) or direction
        rest = fits(direction, finder.surprise) is True
        what = f"{name} was stopped {before_level(day, drug.stop)}" + (
            "; part of its effect may be there still" if rest else ""
        )
        return [finder.cause("drug-stopped", what, drug.stop, back, source, open_=rest)]
    if drug.start > day:
        return []
    onset = policy.inducer_onset_days if direction is Direction.LOWERS else policy.inhibitor_onset_days
    if (day - drug.start).days <= onset:
        what = f"{name} was started {before_level(day, drug.start)}"
        return [finder.cause("drug-started", what, drug.start, direction, source)]
    previous = finder.sample.previous
    counted = finder.expected == "previous-level" and previous is not None
    if counted and previous is not None:
        counted = (past.day_of(previous.taken, finder.history.zone) - drug.start).days > onset
    what = f"{name} is taken since {drug.start.isoformat()}" + (", as at the level before" if counted else "")
    return [finder.cause("drug-taken", what, drug.start, direction, source, open_=counted)]


def regimens_in_file(finder: Finder) -> list[Cause]:
    """Return the last change of product, interval or dose, if since the level before, and a dose that was held."""
    history, period = finder.history, finder.sample.period
    taken = finder.sample.record.taken
    causes = []
    if is_held(history, taken) or (period is None and history.regimens):
        what = "tacrolimus was held or stopped when the level was drawn"
        causes.append(finder.cause("held", what, None, Direction.LOWERS, CODES))
    begun = [one for one in history.regimens if period is not None and one.start <= period.start]
    previous = finder.sample.previous
    if len(begun) < 2 or (previous is not None and begun[-1].start < previous.taken):  # noqa: PLR2004 - a change needs two
        return causes
    before, now = begun[-2].regimen, begun[-1].regimen
    changed = past.day_of(begun[-1].start, history.zone)
    since = f"{before_level(finder.day, changed)}"
    if before.product != now.product:
        names = " to ".join(one.product.name if one.product else "not known" for one in (before, now))
        causes.append(
            finder.cause("product", f"product changed {since}: {names}", changed, Direction.EITHER, _switch())
        )
    if before.interval_h != now.interval_h:
        what = f"interval changed {since}: {before.interval_h} to {now.interval_h} hours"
        causes.append(finder.cause("interval", what, changed, Direction.EITHER, SAMPLING))
    if before.daily_dose_mg != now.daily_dose_mg:
        up = now.daily_dose_mg > before.daily_dose_mg
        what = f"dose changed {since}: {show(before.daily_dose_mg)} to {show(now.daily_dose_mg)} mg/day"
        direction = Direction.RAISES if up else Direction.LOWERS
        counted = finder.expected == "previous-level"
        what += ", counted in already" if counted else ""
        source = ("policy", "data/formulas.toml predicted-trough")
        causes.append(finder.cause("dose", what, changed, direction, source, open_=counted))
    return causes


def _switch() -> tuple[str, str]:
    from tdmcli.tables.dosing_readers import read_not_interchangeable

    row = read_not_interchangeable()[0]
    return row.source, row.locator
