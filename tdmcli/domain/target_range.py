"""Which range of troughs applies: how a row fits a situation, the default, and where a level lies."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.units import Censor, Level
from tdmcli.tables.rows import Population, RangeKind, TargetRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.tables.exposure_rows import AucTargetRow
    from tdmcli.tables.product_rows import ProductRow

_DAYS_A_MONTH, _MONTHS_A_YEAR, _DAYS_A_YEAR = 30, 12, 365

AIMABLE = frozenset({RangeKind.TARGET, RangeKind.LABEL_RANGE})


class Position(StrEnum):
    """Where a level lies; undetermined when only a limit is known."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    UNDETERMINED = "undetermined"


class Fit(StrEnum):
    """How a row fits a situation, the best first."""

    MATCHES = "matches"
    CONDITION_NOT_STATED = "condition-not-stated"
    NEEDS_STATING = "needs-stating"
    CONTRADICTED = "contradicted"
    OTHER_TIME = "other-time"


APPLIES = frozenset({Fit.MATCHES, Fit.CONDITION_NOT_STATED})


class Situation(NamedTuple):
    """What is known of a patient when a range is looked for; None is not stated.

    `rivals` are the co-therapies and inductions of which one rules out the others; `source_named`: only one
    source's rows are asked for, so those that stand beside are meant too.
    """

    day: int | None = None
    phase: str | None = None
    population: Population | None = None
    co_therapy: frozenset[str] | None = None
    induction: str | None = None
    product: ProductRow | None = None
    rivals: frozenset[str] = frozenset()
    usual_population: Population = Population.ADULT
    source_named: bool = False


def months_to_days(months: int) -> int:
    """Return the days that so many months are in the tables: 30 a month, 365 a year.

    >>> [months_to_days(months) for months in (1, 3, 6, 12, 13)]
    [30, 90, 180, 365, 395]
    """
    years, rest = divmod(months, _MONTHS_A_YEAR)
    return years * _DAYS_A_YEAR + rest * _DAYS_A_MONTH


def fit(row: TargetRow, situation: Situation) -> Fit:
    """Return how a row fits: its window first, then each of its conditions."""
    if not in_window(row, situation.day):
        return Fit.OTHER_TIME
    parts = {
        _fit_population(row, situation),
        _fit_product(row, situation),
        _fit_co_therapy(row, situation),
        _fit_one(row.induction, situation.induction),
        _fit_one((row.phase,) if row.phase else (), situation.phase),
        Fit.NEEDS_STATING if row.beside and not situation.source_named else Fit.MATCHES,
    }
    for worst in (Fit.CONTRADICTED, Fit.NEEDS_STATING):
        if worst in parts:
            return worst
    if Fit.CONDITION_NOT_STATED in parts:
        return Fit.NEEDS_STATING if row.only_if_stated else Fit.CONDITION_NOT_STATED
    return Fit.MATCHES


def in_window(row: TargetRow | AucTargetRow, day: int | None) -> bool:
    """Return whether a day after transplant lies in the row's window; without a day every window does."""
    if day is None:
        return True
    return (row.from_day or 0) <= day and (row.to_day is None or day < row.to_day)


def _fit_population(row: TargetRow, situation: Situation) -> Fit:
    if row.population is None or row.population is (situation.population or situation.usual_population):
        return Fit.MATCHES
    return Fit.NEEDS_STATING if situation.population is None else Fit.CONTRADICTED


def _fit_product(row: TargetRow, situation: Situation) -> Fit:
    if row.release and situation.product and row.release is not situation.product.release:
        return Fit.CONTRADICTED
    if not row.products:
        return Fit.MATCHES
    if situation.product is None:
        return Fit.NEEDS_STATING
    return Fit.MATCHES if situation.product.id in row.products else Fit.CONTRADICTED


def _fit_co_therapy(row: TargetRow, situation: Situation) -> Fit:
    stated = situation.co_therapy
    if stated is None:
        return Fit.CONDITION_NOT_STATED if row.co_therapy else Fit.MATCHES
    if stated & set(row.not_with):
        return Fit.CONTRADICTED
    if set(row.co_therapy) <= stated:
        return Fit.MATCHES
    rival = (stated & situation.rivals) - set(row.co_therapy)
    return Fit.CONTRADICTED if rival and set(row.co_therapy) & situation.rivals else Fit.CONDITION_NOT_STATED


def _fit_one(wanted: tuple[str, ...], stated: str | None) -> Fit:
    if not wanted:
        return Fit.MATCHES
    if stated is None:
        return Fit.CONDITION_NOT_STATED
    return Fit.MATCHES if stated in wanted else Fit.CONTRADICTED


def find_default(rows: Iterable[TargetRow], situation: Situation) -> TargetRow | None:
    """Return the row to use: the seed's if it applies, else the only row made for just what was stated.

    None where several are left, such as a phase that was not given, or none may be aimed at.
    """
    rows = tuple(rows)
    seeds = [row for row in rows if row.default and fit(row, situation) in APPLIES]
    if seeds:
        return seeds[0] if len(seeds) == 1 else None
    made_for = [
        row
        for row in rows
        if row.kind in AIMABLE and fit(row, situation) is Fit.MATCHES and is_made_for(row, situation)
    ]
    return made_for[0] if len(made_for) == 1 else None


def is_made_for(row: TargetRow, situation: Situation) -> bool:
    """Return whether a row has a condition, which was stated."""
    for_population = situation.population is not None and row.population is not None
    return bool(for_population or row.co_therapy or row.induction or row.products or row.phase)


def position(level: Level, low: Decimal, high: Decimal) -> Position:
    """Return where a level lies in a range whose limits belong to it (R22)."""
    value = level.value_ng_ml
    if level.censor is Censor.BELOW:
        return Position.BELOW if value <= low else Position.UNDETERMINED
    if level.censor is Censor.ABOVE:
        return Position.ABOVE if value >= high else Position.UNDETERMINED
    if value < low:
        return Position.BELOW
    return Position.ABOVE if value > high else Position.WITHIN


def positions_disagree(level: Level, used: TargetRow | None, rows: Iterable[TargetRow]) -> bool:
    """Return whether a range that may be aimed at puts the level elsewhere than the one used (R69)."""
    seen = {position(level, row.low_ng_ml, row.high_ng_ml) for row in rows if row.kind in AIMABLE}
    if used is not None:
        seen.add(position(level, used.low_ng_ml, used.high_ng_ml))
    return len(seen) > 1


def common_range(rows: Iterable[TargetRow]) -> tuple[Decimal, Decimal] | None:
    """Return the range (ng/mL) inside every range that may be aimed at, or None if there is none."""
    aimable = [row for row in rows if row.kind in AIMABLE]
    if not aimable:
        return None
    low, high = max(row.low_ng_ml for row in aimable), min(row.high_ng_ml for row in aimable)
    return (low, high) if low <= high else None


def neighbours(rows: Iterable[TargetRow], used: TargetRow, day: int, within_days: int) -> tuple[TargetRow, ...]:
    """Return the rows of the same source whose window begins or ended within so many days."""
    near = range(day - within_days, day + within_days + 1)
    return tuple(
        row
        for row in rows
        if row.source == used.source
        and row.default == used.default
        and not in_window(row, day)
        and (row.from_day in near or (row.to_day is not None and row.to_day - 1 in near))
    )
