"""On which days other drugs that move the level were taken, set in or faded, for looking up day after day."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.interaction import direction_of, fading_days, find_drug
from tdmcli.domain.sample_checks import on_board
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Direction, InteractionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tdmcli.domain.history import DrugPeriod
    from tdmcli.tables.policy import Policy


class Spans(NamedTuple):
    """The days on which something holds, as first and last days of stretches that do not touch, and what it means."""

    firsts: list[date]
    lasts: list[date]
    findings: tuple[Finding, ...]

    def on(self, day: date) -> tuple[Finding, ...]:
        """Return what it means if it holds on a day, else nothing."""
        place = bisect_right(self.firsts, day) - 1
        return self.findings if place >= 0 and day <= self.lasts[place] else ()


def _named(
    drugs: Iterable[DrugPeriod], rows: tuple[InteractionRow, ...]
) -> list[tuple[DrugPeriod, InteractionRow, Direction]]:
    """Return the drugs that move the level, each with its row."""
    by_name = {name: find_drug(name, rows) for name in {drug.name for drug in drugs}}
    named = []
    for drug in drugs:
        row = by_name[drug.name]
        direction = None if row is None else direction_of(row)
        if row is not None and direction is not None:
            named.append((drug, row, direction))
    return named


def _spans(days: Iterable[tuple[date, date]], findings: tuple[Finding, ...]) -> Spans:
    """Return stretches of days, first and last, put together where they overlap."""
    firsts: list[date] = []
    lasts: list[date] = []
    for first, last in sorted(days):
        if last < first:
            continue
        if lasts and first <= lasts[-1]:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return Spans(firsts, lasts, findings)


def settling_days(drugs: Sequence[DrugPeriod], rows: tuple[InteractionRow, ...], policy: Policy) -> list[Spans]:
    """Return the days on which a drug was setting in or fading, for each that moves the level (R48)."""
    days: dict[str, list[tuple[date, date]]] = {}
    for drug, row, direction in _named(drugs, rows):
        lowers = direction is Direction.LOWERS
        onset = policy.interaction.inducer_onset_days if lowers else policy.interaction.inhibitor_onset_days
        end = drug.start + timedelta(days=onset)
        if drug.stop is not None:
            fading = drug.stop + timedelta(days=fading_days(row, policy.interaction))
            days.setdefault(row.names[0], []).append((drug.stop, fading))
            end = min(end, drug.stop)
        days.setdefault(row.names[0], []).append((drug.start, end))
    return [
        _spans(found, (Finding(Code.INTERACTION_SETTLING, {"drug": name}, refuses=True),))
        for name, found in sorted(days.items())
    ]


def days_taken(drugs: Sequence[DrugPeriod], rows: tuple[InteractionRow, ...]) -> list[Spans]:
    """Return the days, the last one not among them, on which each drug that moves the level was taken."""
    days: dict[str, list[tuple[date, date]]] = {}
    findings: dict[str, tuple[Finding, ...]] = {}
    for drug, row, _ in _named(drugs, rows):
        last = date.max if drug.stop is None else drug.stop - timedelta(days=1)
        days.setdefault(row.id, []).append((drug.start, last))
        findings[row.id] = on_board(row)
    return [_spans(found, findings[name]) for name, found in sorted(days.items())]
