"""An area under the curve from a few levels of one dosing interval, by a published regression.

A regression holds for its own organ, release, interval, age, time after transplant and sampling times: `against` says
what of them a question lacks. The level before the dose is the sample at hour 0.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.units import Censor, show
from tdmcli.errors import Code
from tdmcli.tables.rows import Population

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.domain.units import Level
    from tdmcli.tables.exposure_rows import RegressionRow, RegressionTerm
    from tdmcli.tables.product_rows import ProductRow


_A_MINUTE_H = Decimal(1) / 60


class Sample(NamedTuple):
    """A level and its hours after the dose; 0 is the trough before that dose."""

    hours: Decimal
    level: Level


class Sampled(NamedTuple):
    """Whose levels they are: None is not known, but for the product and the indication."""

    indication: str
    product: ProductRow
    interval_h: int
    day: int | None
    population: Population | None
    samples: tuple[Sample, ...]


def against(row: RegressionRow, of: Sampled, minutes: int, critical_ng_ml: Decimal) -> Finding | None:
    """Return why a regression does not hold for these levels, or None.

    Args:
        row: the regression.
        of: the levels and whose they are.
        minutes: how far a sample may lie off its time.
        critical_ng_ml: a level above this is not used.

    """
    return _other_drug(row, of) or _other_patient(row, of) or _other_levels(row, of.samples, minutes, critical_ng_ml)


def _other_drug(row: RegressionRow, of: Sampled) -> Finding | None:
    if of.product.id == "intravenous" or of.product.release is not row.release:
        return Finding(Code.OTHER_PRODUCT, {"what": f"{row.release} release by mouth"})
    if row.products and of.product.id not in row.products:
        return Finding(Code.OTHER_PRODUCT, {"what": " and ".join(row.products)})
    if of.interval_h != row.interval_h:
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"for one dose every {row.interval_h} h"})
    return None


def _other_patient(row: RegressionRow, of: Sampled) -> Finding | None:
    if of.indication not in row.indications:
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"for {' and '.join(row.indications)}"})
    if of.population is Population.CHILD and row.population is not Population.CHILD:
        return Finding(Code.OUTSIDE_POPULATION, {"what": "not known to hold for children"})
    if row.from_day is None:
        return None
    if of.day is None:
        return Finding(Code.MISSING_TIME, {"what": "It"})
    if of.day < row.from_day or (row.to_day is not None and of.day >= row.to_day):
        until = "on" if row.to_day is None else f"to {row.to_day - 1}"
        return Finding(Code.OUTSIDE_POPULATION, {"what": f"for day {row.from_day} {until} after transplant"})
    return None


def _other_levels(
    row: RegressionRow, samples: Iterable[Sample], minutes: int, critical_ng_ml: Decimal
) -> Finding | None:
    given = tuple(samples)
    for term in row.terms:
        values = {one.level.value_ng_ml for one in _nearest(term, given, minutes)}
        if len(values) > 1:
            why = f" at hour {show(term.time_h)}: {len(values)} samples lie equally near it"
            return Finding(Code.MISSING_LEVEL, {"why": why})
    found = matching(row, given, minutes)
    lacking = [show(term.time_h) for term, one in zip(row.terms, found, strict=True) if one is None]
    if lacking:
        near = "" if lacking == ["0"] else f", within {minutes} minutes [policy]"
        return Finding(Code.MISSING_LEVEL, {"why": f" at hour {' and '.join(lacking)}{near}"})
    used = [one.level for one in found if one is not None]
    limit = next((one for one in used if not one.is_number), None)
    if limit is not None:
        return Finding(Code.CENSORED_LEVEL, {"level": limit.text})
    high = next((one for one in used if one.value_ng_ml > critical_ng_ml), None)
    if high is not None:
        return Finding(Code.CRITICAL_LEVEL, {"level": high.text, "limit": show(critical_ng_ml)})
    return None


def matching(row: RegressionRow, samples: Iterable[Sample], minutes: int) -> tuple[Sample | None, ...]:
    """Return the sample of each term, the nearest in time, or None where none is near enough; hour 0 is exact."""
    given = tuple(samples)
    return tuple(next(iter(_nearest(term, given, minutes)), None) for term in row.terms)


def _nearest(term: RegressionTerm, samples: tuple[Sample, ...], minutes: int) -> list[Sample]:
    """Return the samples nearest to the time of a term, if near enough: several where no minute parts them."""
    within = Decimal(minutes) / 60 if term.time_h else Decimal(0)
    away = {
        one: abs(one.hours - term.time_h)
        for one in samples
        if abs(one.hours - term.time_h) <= within and bool(one.hours) == bool(term.time_h)
    }
    least = min(away.values(), default=Decimal(0))
    near = [one for one, hours in away.items() if hours - least < _A_MINUTE_H]
    return sorted(near, key=lambda one: away[one])


def falls_after_dose(
    samples: Iterable[Sample], until_h: Decimal, percent: Decimal, *, prompt: bool = False
) -> Finding | None:
    """Return that a level after the dose lies clearly below the one before it, or None (R32).

    A limit counts only where it leaves no doubt. From `until_h` on a level is the next trough and not meant. After a
    `prompt` (immediate) release no dose leaves every one of several levels below the one before it.
    """
    given = tuple(samples)
    before = next((one.level for one in given if not one.hours), None)
    if before is None or before.censor is Censor.BELOW:
        return None
    after = [one for one in given if 0 < one.hours < until_h]
    below = [one for one in after if one.level.censor is not Censor.ABOVE and _is_below(one.level, before)]
    clearly = next((one for one in below if one.level.value_ng_ml * 100 < before.value_ng_ml * percent), None)
    if clearly is not None:
        return _falls(clearly, f"{show(percent)} % [policy] of {before.text} before it")
    if prompt and len(after) > 1 and below == after:
        return _falls(below[0], f"{before.text} before it, and so does every level until the next trough")
    return None


def _is_below(level: Level, before: Level) -> bool:
    """Return whether a level, or the limit that it lies below, is not above the level before the dose."""
    limit = before.value_ng_ml
    return level.value_ng_ml <= limit if level.censor is Censor.BELOW else level.value_ng_ml < limit


def _falls(sample: Sample, what: str) -> Finding:
    values = {"level": sample.level.text, "hours": show(sample.hours, 1), "what": what}
    return Finding(Code.FALLS_AFTER_DOSE, values, refuses=True)


def area_ng_h_ml(row: RegressionRow, levels_ng_ml: Iterable[Decimal]) -> Decimal:
    """Return the area (ng*h/mL) over the interval: intercept plus the sum of coefficient times level."""
    terms = zip(row.terms, levels_ng_ml, strict=True)
    return row.intercept + sum((term.coefficient * level for term, level in terms), Decimal(0))
