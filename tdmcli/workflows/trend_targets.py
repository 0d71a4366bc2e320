"""Which range applied when: the file's own, or the default of the tables for each stretch of days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.findings import Refused
from tdmcli.domain.time_in_range import Spell
from tdmcli.tables.readers import read_indication, read_policy
from tdmcli.tables.rows import TargetRow
from tdmcli.workflows.facts import population_of
from tdmcli.workflows.ranges import RangeQuestion, co_therapies_among, find_ranges

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.history import History
    from tdmcli.workflows.facts import Facts


class Stretch(NamedTuple):
    """A range and from when until when it applied; the row of the tables, or None where the file has its own."""

    start: datetime
    end: datetime
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    row: TargetRow | None

    @property
    def spell(self) -> Spell:
        """Return it as time in range needs it."""
        return Spell(self.start, self.end, self.low_ng_ml, self.high_ng_ml)


def ranges_over_time(facts: Facts, history: History, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """Return the ranges between two moments in order of time; a time without a range is in none of them.

    The file's own range and phase are taken for the whole time: the file does not say since when they hold.
    """
    if facts.target is not None:
        return (Stretch(start, end, *facts.target, None),)
    if facts.indication is None:
        return ()
    edges = sorted({start, end, *(edge for edge in _edges(facts, history) if start < edge < end)})
    asked = _Asked(facts, history)
    stretches: list[Stretch] = []
    for first, last in pairwise(edges):
        row = asked.row_at(first)
        if row is None:
            continue
        if stretches and stretches[-1].row == row and stretches[-1].end == first:
            stretches[-1] = stretches[-1]._replace(end=last)
        else:
            stretches.append(Stretch(first, last, row.low_ng_ml, row.high_ng_ml, row))
    return tuple(stretches)


class _Asked:
    """The default range at a moment, each different question asked of the tables once."""

    def __init__(self, facts: Facts, history: History) -> None:
        self._facts = facts
        self._history = history
        self._window_edges = _window_edges(facts)
        self._known: dict[object, TargetRow | None] = {}
        self._co_therapies = [drug for drug in history.drugs if co_therapies_among((drug.name,))]

    def row_at(self, moment: datetime) -> TargetRow | None:
        """Return the default at a moment, or None where the tables leave it open."""
        history = self._history
        after = past.days_after_start(history, moment)
        day = past.day_of(moment, history.zone)
        period = past.period_at(history, moment)
        product = period.regimen.product if period else None
        taken = tuple(drug.name for drug in self._co_therapies if drug.start <= day <= (drug.stop or day))
        population = population_of(past.age_years(history, moment))
        window = sum(edge <= (after or 0) for edge in self._window_edges)
        key = (window, after is None, product.id if product else None, taken, population)
        if key not in self._known:
            question = RangeQuestion(
                indication=self._facts.indication or "",
                day=after,
                phase=self._facts.phase,
                population=population,
                co_therapy=co_therapies_among(taken),
                product=product,
            )
            try:
                self._known[key] = find_ranges(question).default
            except Refused:
                self._known[key] = None
        return self._known[key]


def _window_edges(facts: Facts) -> tuple[int, ...]:
    """Return the days after the transplant on which a range of the indication begins or ends."""
    _, rows = read_indication(facts.indication or "")
    days = {day for row in rows for day in (row.from_day, row.to_day) if day is not None}
    return tuple(sorted(days))


def _edges(facts: Facts, history: History) -> list[datetime]:
    """Return every moment at which the default may change: a window, a birthday, a product, another drug."""
    zone = history.zone
    edges = [period.start for period in history.regimens]
    edges += [period.stop for period in history.regimens if period.stop is not None]
    days: list[date] = []
    if history.start_date is not None:
        days += [history.start_date + timedelta(days=day) for day in _window_edges(facts)]
    if history.birth_date is not None:
        days.append(_birthday(history.birth_date, read_policy().weight.adult_from_years))
    for drug in history.drugs:
        if co_therapies_among((drug.name,)):
            days += [drug.start, *([drug.stop + timedelta(days=1)] if drug.stop else [])]
    return edges + [datetime.combine(day, time(), zone) for day in days]


def _birthday(born: date, years: int) -> date:
    """Return the day on which so many years of age are reached; for 29 February 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
