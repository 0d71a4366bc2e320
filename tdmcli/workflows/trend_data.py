"""What `trend` answers with: the parts of its data, each a plain tuple."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal


class TrendWindow(NamedTuple):
    """The time looked at, and the first and last level in it that count."""

    from_: datetime
    to: datetime
    first_level: datetime | None
    last_level: datetime | None


class Measure(NamedTuple):
    """A measure with the limits of its interval and the number of levels that it rests on.

    `because` says why there is no value, or what keeps it from meaning what it is called; `interval_because` why
    there are no limits.
    """

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    n: int
    because: str | None
    interval_because: str | None


class TimeInRangeAnswer(NamedTuple):
    """The share of counted days within the range; the levels and days that it rests on."""

    value: Decimal | None
    n: int
    days: Decimal
    below_percent: Decimal | None
    above_percent: Decimal | None
    days_without_range: Decimal
    because: str | None


class TrendGap(NamedTuple):
    """A time between two levels that is not counted, and why."""

    from_: datetime
    to: datetime
    days: Decimal
    why: str


class Positions(NamedTuple):
    """How many of the levels that count lay below, within and above the range of their time, or had none."""

    below: int
    within: int
    above: int
    no_range: int


class Standardised(NamedTuple):
    """A level brought to another haematocrit; it decides nothing (R70)."""

    reference_percent: Decimal
    level_ng_ml: Decimal
    source: str


class TrendLevel(NamedTuple):
    """A level that counts, the range of its time, and whether it counts for variability too."""

    taken: datetime
    days_after_transplant: int | None
    level: str
    level_ng_ml: Decimal
    low_ng_ml: Decimal | None
    high_ng_ml: Decimal | None
    position: str | None
    steady: bool
    not_steady_because: tuple[str, ...]
    notes: tuple[str, ...]
    hematocrit_percent: Decimal | None
    standardised: tuple[Standardised, ...]


class TrendRatio(NamedTuple):
    """The ratio of a level to the daily dose in force when it was drawn, and its class."""

    taken: datetime
    level_ng_ml: Decimal
    daily_dose_mg: Decimal
    cd_ratio_ng_ml_per_mg: Decimal
    class_: str
    not_classified_because: tuple[str, ...]
    product: str | None
    threshold: str | None


class IgnoredLevel(NamedTuple):
    """A level that counts for nothing: the time it bears, what it says, and why."""

    record: datetime
    level: str
    level_ng_ml: Decimal
    code: str
    why: str


class TrendTarget(NamedTuple):
    """A range and when it applied; `row` is None where the patient file sets it."""

    from_: datetime
    to: datetime
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    row: str | None
    source: str | None


class TrendDose(NamedTuple):
    """A regimen and when it was in force."""

    from_: datetime
    to: datetime
    daily_dose_mg: Decimal
    regimen: str
    product: str | None


class TrendDrug(NamedTuple):
    """Another drug in the window, and whether the tables say that it moves the level."""

    name: str
    from_: date
    to: date | None
    moves: str | None


class TrendLab(NamedTuple):
    """A laboratory value of the window."""

    name: str
    day: date
    value: Decimal


class TrendThreshold(NamedTuple):
    """What a study found for a measure, with the patient's number over the study's own window where it may be compared.

    `state` is crossed, not-crossed, or not-compared with `because`.
    """

    id: str
    metric: str
    unit: str
    limit: Decimal | None
    low: Decimal | None
    high: Decimal | None
    direction: str | None
    outcome: str
    condition: str | None
    state: str
    because: str | None
    value: Decimal | None
    n: int | None
    source: str


class TrendData(NamedTuple):
    """The answer of `trend`."""

    window: TrendWindow
    levels_used: int
    levels_steady: int
    confidence_percent: Decimal
    cd_cv_percent: Measure
    cv_percent: Measure
    dose_changed: bool | None
    time_weighted_cv_percent: Measure
    mean_absolute_deviation_percent: Measure
    mean_trough_ng_ml: Measure
    standard_deviation_ng_ml: Measure
    ttr_percent: TimeInRangeAnswer
    gaps: tuple[TrendGap, ...]
    in_range_percent: Decimal | None
    positions: Positions
    cd_ratio: tuple[TrendRatio, ...]
    levels: tuple[TrendLevel, ...]
    ignored: tuple[IgnoredLevel, ...]
    targets: tuple[TrendTarget, ...]
    doses: tuple[TrendDose, ...]
    drugs: tuple[TrendDrug, ...]
    labs: tuple[TrendLab, ...]
    thresholds: tuple[TrendThreshold, ...]
