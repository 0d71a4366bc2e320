"""The shape of each row of the tables: an immutable named tuple of plain types (cheap to define at every start).

What must hold between fields is in `check`, which the builder calls on every row it makes: ValueError says
what is wrong, and the builder adds file and row.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class SourceKind(StrEnum):
    """What a source is: a centre's own protocol, then the strongest first."""

    PROTOCOL = "protocol"
    LABEL = "label"
    GUIDELINE = "guideline"
    CONSENSUS = "consensus"
    REGULATOR = "regulator"
    TRIAL = "trial"
    COHORT = "cohort"
    MODEL = "model"
    CASE_SERIES = "case-series"
    REVIEW = "review"
    REFERENCE = "reference"
    WEB_SUMMARY = "web-summary"
    POLICY = "policy"


class HowRead(StrEnum):
    """How we know what a source says."""

    READ = "read"
    COPY = "copy"
    SECONDARY = "secondary"
    OWN = "own"


class SourceRow(NamedTuple):
    """One entry of `sources.toml`; its id is the table's name."""

    id: str
    citation: str
    kind: SourceKind
    read: HowRead
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    note: str | None = None


class RangeKind(StrEnum):
    """What a range of levels is; only the first two may be aimed at."""

    TARGET = "target"
    LABEL_RANGE = "label_range"
    OBSERVED_MEAN = "observed_mean"
    OUTER = "outer"


class Release(StrEnum):
    """How a product lets go of tacrolimus; decides the time of the trough and of steady state."""

    IMMEDIATE = "immediate"
    PROLONGED = "prolonged"


class Population(StrEnum):
    """Whom a row speaks of."""

    ADULT = "adult"
    CHILD = "child"


class IndicationRow(NamedTuple):
    """What tacrolimus is given for, at the head of a file in `targets/`.

    `phase_decides`: without a phase there is no default. `nmol`: a source prints nmol/L too.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    transplant: bool
    phases: tuple[str, ...] = ()
    phase_decides: bool = False
    population: Population | None = None
    nmol: bool = False
    note: str | None = None


def within_days(day: int, from_day: int | None, to_day: int | None) -> bool:
    """Return whether a day lies in a half-open window: from_day <= day < to_day, None being open."""
    return (from_day is None or from_day <= day) and (to_day is None or day < to_day)


class TargetRow(NamedTuple):
    """A range of troughs (ng/mL) that one source gives for one situation.

    Days count from the transplant; the window is half-open: from_day <= day < to_day.
    `default` marks the seed's row; `only_if_stated` one that stands only when its condition was said; `beside`
    one, such as a centre's own practice, that is shown on request and never chosen unless its source is named.
    """

    id: str
    kind: RangeKind
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    source: str
    locator: str
    from_day: int | None = None
    to_day: int | None = None
    phase: str | None = None
    population: Population | None = None
    co_therapy: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    induction: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    release: Release | None = None
    default: bool = False
    only_if_stated: bool = False
    beside: bool = False
    condition: str | None = None
    evidence: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the range and the window run forward."""
        exact = self.kind in {RangeKind.OBSERVED_MEAN, RangeKind.OUTER}
        if not (self.low_ng_ml < self.high_ng_ml or (exact and self.low_ng_ml == self.high_ng_ml)):
            raise ValueError("low_ng_ml must be below high_ng_ml")
        if self.low_ng_ml < 0 or (self.low_ng_ml == 0 and self.kind is not RangeKind.OUTER):
            raise ValueError("low_ng_ml must be above 0")
        start = 0 if self.from_day is None else self.from_day
        if start < 0 or (self.to_day is not None and self.to_day <= start):
            raise ValueError("the window from_day..to_day must run forward")
        if self.default and self.kind not in {RangeKind.TARGET, RangeKind.LABEL_RANGE}:
            raise ValueError("only a target or a label range can be the default")
        if self.beside and (self.default or not self.condition):
            raise ValueError("a row that stands beside names its condition and is not the default")


class Route(StrEnum):
    """How a product is given."""

    ORAL = "oral"
    INTRAVENOUS = "intravenous"
    SUBLINGUAL = "sublingual"


class CoTherapyRow(NamedTuple):
    """An immunosuppressant or an induction and its spellings; a rival rules out ranges made for another."""

    id: str
    names: tuple[str, ...]
    rival: bool
