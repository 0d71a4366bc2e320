"""The shapes of the rows of `auc.toml` and `variability.toml`, and of remarks on measures of exposure."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Population, Release

_INTERVALS_H = frozenset({12, 24})
_WHOLE = 100  # per cent


class AucKind(StrEnum):
    """What an AUC of a row is; only a target may be aimed at.

    MINIMUM is proposed as the least; CUT_OFF told outcomes apart in a study; DERIVED was computed from troughs by a
    regression and tested against no outcome; ALGORITHM is a constant inside one dosing formula: no conversion.
    """

    TARGET = "target"
    MINIMUM = "minimum"
    CUT_OFF = "cut-off"
    DERIVED = "derived"
    ALGORITHM = "algorithm"


class AucTargetRow(NamedTuple):
    """An AUC (ng*h/mL) over one dosing interval that one source gives; low equals high where it gives one number.

    The window is half-open in days after the transplant. `over_h` stands where the area covers only the first hours of
    the interval. The troughs (ng/mL) are those that the source pairs with the area.
    """

    id: str
    kind: AucKind
    indications: tuple[str, ...]
    low_ng_h_ml: Decimal
    high_ng_h_ml: Decimal
    interval_h: int
    source: str
    locator: str
    over_h: int | None = None
    from_day: int | None = None
    to_day: int | None = None
    population: Population | None = None
    release: Release | None = None
    trough_low_ng_ml: Decimal | None = None
    trough_high_ng_ml: Decimal | None = None
    condition: str | None = None
    evidence: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Check the area, the interval, the window and the pair of troughs."""
        if not 0 < self.low_ng_h_ml <= self.high_ng_h_ml:
            raise ValueError("low_ng_h_ml must be above 0 and not above high_ng_h_ml")
        if self.interval_h not in _INTERVALS_H:
            raise ValueError("interval_h must be 12 or 24")
        if self.over_h is not None and not 0 < self.over_h < self.interval_h:
            raise ValueError("over_h must be above 0 and below interval_h")
        if self.over_h is not None and self.trough_low_ng_ml is not None:
            raise ValueError("a part of the interval is paired with no trough")
        if not self.indications:
            raise ValueError("indications must not be empty")
        _check_window(self.from_day, self.to_day)
        _check_pair(self.trough_low_ng_ml, self.trough_high_ng_ml)
        if self.kind in {AucKind.DERIVED, AucKind.ALGORITHM} and self.trough_low_ng_ml is None:
            raise ValueError("an AUC that comes from a trough must name it")


class RegressionTerm(NamedTuple):
    """One sample of a regression: hours after the dose (0 is the trough) and ng*h/mL per ng/mL."""

    time_h: Decimal
    coefficient: Decimal


class RegressionRow(NamedTuple):
    """A formula of one source: AUC over the interval (ng*h/mL) = intercept + the sum of coefficient times level.

    One term at hour 0 is a regression on the trough; more terms are a limited sampling strategy. The window is
    half-open in days after the transplant. `r2` is the share of the variance explained, `patients` whom it
    was made from; without `products` it holds for the release.
    """

    id: str
    name: str
    interval_h: int
    intercept: Decimal
    terms: tuple[RegressionTerm, ...]
    indications: tuple[str, ...]
    release: Release
    source: str
    locator: str
    r2: Decimal | None = None
    from_day: int | None = None
    to_day: int | None = None
    population: Population | None = None
    products: tuple[str, ...] = ()
    patients: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the samples follow each other within the interval, and the share of the variance."""
        if self.interval_h not in _INTERVALS_H:
            raise ValueError("interval_h must be 12 or 24")
        times = [term.time_h for term in self.terms]
        if not times or times != sorted(set(times)) or times[0] < 0 or times[-1] > self.interval_h:
            raise ValueError("terms must be there, rise in time_h and lie in the interval")
        if any(term.coefficient <= 0 for term in self.terms):
            raise ValueError("coefficient must be above 0")
        if self.r2 is not None and not 0 < self.r2 <= 1:
            raise ValueError("r2 must be above 0 and not above 1")
        if not self.indications:
            raise ValueError("indications must not be empty")
        _check_window(self.from_day, self.to_day)

    @property
    def on_trough_alone(self) -> bool:
        """Return whether the trough is the only sample."""
        return len(self.terms) == 1 and self.terms[0].time_h == 0


class VariabilityMetric(StrEnum):
    """What was computed from a patient's levels; a threshold holds for its own metric alone.

    LEVEL is a level that the source calls no mean; UNSPECIFIED a variability whose formula the text read does not say.
    """

    CV = "cv"
    TIME_WEIGHTED_CV = "time-weighted-cv"
    STANDARD_DEVIATION = "standard-deviation"
    TIME_IN_RANGE = "time-in-range"
    MEAN_TROUGH = "mean-trough"
    LEVEL = "level"
    UNSPECIFIED = "unspecified"


class VariabilityUnit(StrEnum):
    """The unit of a limit."""

    PERCENT = "%"
    NG_ML = "ng/mL"


class VariabilityKind(StrEnum):
    """What the numbers of a row are: one cut-off, the two edges of thirds of a cohort, usual values, or none."""

    LIMIT = "limit"
    TERTILES = "tertiles"
    USUAL = "usual"
    NO_LIMIT = "no-limit"


class BadSide(StrEnum):
    """On which side of a limit the outcome was worse."""

    ABOVE = "above"
    BELOW = "below"


class RangePart(NamedTuple):
    """The range of troughs (ng/mL) that time in range was counted against, and on which days; no high is one-sided."""

    low_ng_ml: Decimal
    high_ng_ml: Decimal | None = None
    from_day: int | None = None
    to_day: int | None = None

    def check(self) -> None:
        """Check that the range and the window run forward."""
        if self.low_ng_ml <= 0 or (self.high_ng_ml is not None and self.high_ng_ml <= self.low_ng_ml):
            raise ValueError("low_ng_ml must be above 0 and below high_ng_ml")
        _check_window(self.from_day, self.to_day)


_METRICS_IN_NG_ML = frozenset(
    {VariabilityMetric.STANDARD_DEVIATION, VariabilityMetric.MEAN_TROUGH, VariabilityMetric.LEVEL}
)


class VariabilityThresholdRow(NamedTuple):
    """What one study found for one metric of a patient's levels.

    A `limit` has its bad side and says whether it belongs to it (`inclusive`); `low` and `high` are the edges of
    thirds or usual values; a negative or a purely comparative study has none of them. The window is half-open in
    days after the transplant; `ranges` is what time in range was counted against; `values_min` the fewest levels
    that the source asks for; `n` the patients. Empty `indications`: the source read speaks of no organ.
    """

    id: str
    kind: VariabilityKind
    metric: VariabilityMetric
    unit: VariabilityUnit
    indications: tuple[str, ...]
    outcome: str
    source: str
    locator: str
    limit: Decimal | None = None
    direction: BadSide | None = None
    inclusive: bool = False
    low: Decimal | None = None
    high: Decimal | None = None
    from_day: int | None = None
    to_day: int | None = None
    population: Population | None = None
    ranges: tuple[RangePart, ...] = ()
    values_min: int | None = None
    n: int | None = None
    condition: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the numbers are those of the kind, the unit that of the metric, and the window forward."""
        if (self.limit is not None) != (self.kind is VariabilityKind.LIMIT):
            raise ValueError("limit stands with the kind limit, and only there")
        if self.kind in {VariabilityKind.LIMIT, VariabilityKind.TERTILES} and self.direction is None:
            raise ValueError("a limit and tertiles need a direction")
        if self.kind in {VariabilityKind.USUAL, VariabilityKind.NO_LIMIT} and self.direction is not None:
            raise ValueError("direction stands where there is a limit or tertiles")
        pair = self.kind in {VariabilityKind.TERTILES, VariabilityKind.USUAL}
        if pair != (self.low is not None) or pair != (self.high is not None):
            raise ValueError("low and high stand with tertiles and usual values, and only there")
        if (self.unit is VariabilityUnit.NG_ML) != (self.metric in _METRICS_IN_NG_ML):
            raise ValueError("the unit must be that of the metric")
        if self.ranges and self.metric is not VariabilityMetric.TIME_IN_RANGE:
            raise ValueError("ranges belong to time-in-range")
        if any(count is not None and count < 1 for count in (self.values_min, self.n)):
            raise ValueError("values_min and n must be 1 or more")
        _check_pair(self.low, self.high)
        if any(number is not None and number <= 0 for number in (self.limit, self.low)):
            raise ValueError("limit and low must be above 0")
        if self.unit is VariabilityUnit.PERCENT and self.limit is not None and self.limit >= _WHOLE:
            raise ValueError("a limit in per cent must be below 100")
        _check_window(self.from_day, self.to_day)


class ExposureRemarkRow(NamedTuple):
    """What one source says of a measure of exposure that is no threshold; `about` is the matter in a word or two.

    With a `population` it speaks of that one alone.
    """

    id: str
    about: str
    text: str
    source: str
    locator: str
    indications: tuple[str, ...] = ()
    population: Population | None = None


def _check_window(from_day: int | None, to_day: int | None) -> None:
    start = 0 if from_day is None else from_day
    if start < 0 or (to_day is not None and to_day <= start):
        raise ValueError("the window from_day..to_day must run forward")


def _check_pair(low: Decimal | None, high: Decimal | None) -> None:
    if (low is None) != (high is None):
        raise ValueError("a low stands with its high")
    if low is not None and high is not None and not 0 < low <= high:
        raise ValueError("a low must be above 0 and not above its high")
