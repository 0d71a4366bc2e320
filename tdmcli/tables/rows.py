"""The shape of each row of the tables: frozen, with plain types, checked as it is made.

A row that breaks a rule between its fields raises ValueError; the reader adds file and row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class SourceKind(StrEnum):
    """What a source is, the strongest first."""

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


@dataclass(frozen=True, slots=True)
class SourceRow:
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


@dataclass(frozen=True, slots=True)
class IndicationRow:
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


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A range of troughs (ng/mL) that one source gives for one situation.

    Days count from the transplant; the window is half-open: from_day <= day < to_day.
    `default` marks the seed's row; `only_if_stated` one that stands only when its condition was said.
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
    condition: str | None = None
    evidence: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
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


class Route(StrEnum):
    """How a product is given."""

    ORAL = "oral"
    INTRAVENOUS = "intravenous"
    SUBLINGUAL = "sublingual"


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product: strengths in mg of one capsule, tablet or sachet, and the intervals it is given at."""

    id: str
    name: str
    aliases: tuple[str, ...]
    release: Release
    route: Route
    form: str
    strengths_mg: tuple[Decimal, ...]
    intervals_h: tuple[int, ...]
    source: str
    locator: str
    note: str | None = None

    def __post_init__(self) -> None:
        """Check that the strengths are positive, in order and there for a product that is swallowed."""
        if any(mg <= 0 for mg in self.strengths_mg) or list(self.strengths_mg) != sorted(set(self.strengths_mg)):
            raise ValueError("strengths_mg must be positive and rise")
        if self.route is Route.ORAL and not self.strengths_mg:
            raise ValueError("an oral product needs strengths_mg")


class SetKind(StrEnum):
    """What a set of C/D thresholds sorts into."""

    OUTCOME = "outcome"
    THIRDS = "thirds"


@dataclass(frozen=True, slots=True)
class ThresholdSetRow:
    """Two cut-offs of the concentration-to-dose ratio (ng/mL per mg) and where they hold."""

    id: str
    name: str
    kind: SetKind
    release: Release
    products: tuple[str, ...]
    lower: Decimal
    upper: Decimal
    lower_source: str
    upper_source: str
    locator: str
    from_day: int
    to_day: int | None = None
    usual_from_day: int | None = None
    usual_to_day: int | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        """Check that the cut-offs are in order."""
        if not 0 < self.lower < self.upper:
            raise ValueError("lower must be above 0 and below upper")


@dataclass(frozen=True, slots=True)
class CoTherapyRow:
    """An immunosuppressant or an induction and its spellings; a rival rules out ranges made for another."""

    id: str
    names: tuple[str, ...]
    rival: bool


@dataclass(frozen=True, slots=True)
class CodeRow:
    """The text of a warning or refusal: a template with named gaps, and what to do."""

    id: str
    message: str
    action: str


class Effect(StrEnum):
    """What a drug does to the tacrolimus level."""

    RAISES = "raises"
    LOWERS = "lowers"
    EITHER = "either"
    AVOID = "avoid"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    """Which way a drug that is to be avoided moves the level, for checks against a history."""

    RAISES = "raises"
    LOWERS = "lowers"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class StrengthRow:
    """How strong one source calls an interaction (strong, moderate, listed …)."""

    value: str
    view: str
    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class MagnitudeRow:
    """A published fold change: 2 means doubled. `measure` says of what, `population` in whom."""

    measure: str
    low: Decimal
    high: Decimal
    condition: str
    population: str
    source: str
    locator: str

    def __post_init__(self) -> None:
        """Check that the fold change is a positive range."""
        if not 0 < self.low <= self.high:
            raise ValueError("low and high must be positive and in order")


@dataclass(frozen=True, slots=True)
class AdviceRow:
    """What one source says to do, restated; `organ` where it holds for one organ only."""

    text: str
    source: str
    locator: str
    organ: str | None = None


@dataclass(frozen=True, slots=True)
class DoseFactorRow:
    """The part of the dose taken without the drug that a source says to give: multiply / divide."""

    multiply: int
    divide: int
    source: str
    locator: str
    note: str | None = None

    def __post_init__(self) -> None:
        """Check that the factor lowers the dose: no source gives one that raises it."""
        if not 0 < self.multiply < self.divide:
            raise ValueError("multiply must be above 0 and below divide")


@dataclass(frozen=True, slots=True)
class FirstLevelRow:
    """When to draw the first level after the drug starts: days from and to, with the source."""

    from_day: int
    to_day: int
    source: str
    locator: str

    def __post_init__(self) -> None:
        """Check that the days run forward."""
        if not 0 <= self.from_day <= self.to_day:
            raise ValueError("from_day must not be after to_day")


@dataclass(frozen=True, slots=True)
class FadingRow:
    """How many days after the last dose of a drug its effect on the level has faded."""

    days: int
    source: str
    locator: str


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """A drug (or food) that changes tacrolimus levels or must not be given with it.

    `names` are all spellings and brands that match, the generic first. `organ_advice` says what
    holds for one organ (sirolimus). `inhibitor` marks a drug that must not already be on board
    when a dose factor is applied.
    """

    id: str
    names: tuple[str, ...]
    group: str
    effect: Effect
    mechanism: str
    strengths: tuple[StrengthRow, ...] = ()
    magnitudes: tuple[MagnitudeRow, ...] = ()
    start: tuple[AdviceRow, ...] = ()
    stop: tuple[AdviceRow, ...] = ()
    organ_advice: tuple[AdviceRow, ...] = ()
    dose_factor: DoseFactorRow | None = None
    first_level: FirstLevelRow | None = None
    fading: FadingRow | None = None
    direction: Direction | None = None
    inhibitor: bool = False
    note: str | None = None

    def __post_init__(self) -> None:
        """Check that the row says something and that a factor stands only where the level rises."""
        if not self.names:
            raise ValueError("names must not be empty")
        if not (self.start or self.organ_advice):
            raise ValueError("a row must say what a source says to do: start or organ_advice")
        if self.dose_factor is not None and self.effect is not Effect.RAISES:
            raise ValueError("a dose factor stands only on a drug that raises the level")
        if self.effect is Effect.AVOID and self.direction is None:
            raise ValueError("a drug to avoid must say its direction")
