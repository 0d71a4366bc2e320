"""The shape of each row of the tables: an immutable named tuple of plain types (cheap to define at every start).

What must hold between fields is in `check`, which the builder calls on every row it makes: ValueError says
what is wrong, and the builder adds file and row.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.product_rows import DaysRow, HoursRow, PreparationRow, TakingRow


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


class ProductRow(NamedTuple):
    """A product: strengths in mg of one capsule, tablet or sachet, and the intervals it is given at.

    What a source says beside them, each with that source: `trough` is hours after the dose, `steady_state` days on an
    unchanged dose, `missed_dose` how many hours late it is still taken. Absent where no source read says.
    """

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
    strength_mg_per_ml: Decimal | None = None
    trough: HoursRow | None = None
    steady_state: DaysRow | None = None
    missed_dose: HoursRow | None = None
    taking: TakingRow | None = None
    preparation: PreparationRow | None = None

    def check(self) -> None:
        """Check that the strengths fit the route, and that a trough is drawn just before the next dose."""
        if any(mg <= 0 for mg in self.strengths_mg) or list(self.strengths_mg) != sorted(set(self.strengths_mg)):
            raise ValueError("strengths_mg must be positive and rise")
        if self.route is Route.ORAL and not self.strengths_mg:
            raise ValueError("an oral product needs strengths_mg")
        if self.strength_mg_per_ml is not None and (
            self.route is not Route.INTRAVENOUS or self.strength_mg_per_ml <= 0
        ):
            raise ValueError("strength_mg_per_ml is above 0 and stands on an intravenous product alone")
        if self.trough is not None and self.trough.hours not in self.intervals_h:
            raise ValueError("a trough is drawn at the end of one of intervals_h")


class SetKind(StrEnum):
    """What a set of C/D thresholds sorts into."""

    OUTCOME = "outcome"
    THIRDS = "thirds"


class ThresholdSetRow(NamedTuple):
    """Two cut-offs of the concentration-to-dose ratio (ng/mL per mg) and where they hold.

    `lower_inclusive`: a ratio at the lower cut-off belongs to the part below it.
    """

    id: str
    name: str
    kind: SetKind
    indications: tuple[str, ...]
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
    lower_inclusive: bool = False
    note: str | None = None

    def check(self) -> None:
        """Check that the cut-offs are in order."""
        if not 0 < self.lower < self.upper:
            raise ValueError("lower must be above 0 and below upper")


class CoTherapyRow(NamedTuple):
    """An immunosuppressant or an induction and its spellings; a rival rules out ranges made for another."""

    id: str
    names: tuple[str, ...]
    rival: bool


class UnitsRow(NamedTuple):
    """What converts units of a level: the molecular weight of tacrolimus in g/mol."""

    molecular_weight_g_per_mol: Decimal
    source: str


class CodeStatus(StrEnum):
    """What a code says of the answer: there is none, none would be safe, or mind this."""

    ERROR = "error"
    REFUSAL = "refusal"
    REFUSAL_OR_WARNING = "refusal-or-warning"
    WARNING = "warning"


class CodeRow(NamedTuple):
    """The text of a warning or refusal: a template with named gaps, what to do, and what the code means.

    `exit_code` stands on an error; a refusal always ends with the same one.
    """

    id: str
    message: str
    action: str
    meaning: str
    status: CodeStatus
    exit_code: int | None = None

    def check(self) -> None:
        """Check that an error, and nothing else, has its exit code."""
        if (self.exit_code is None) == (self.status is CodeStatus.ERROR):
            raise ValueError("exit_code stands on an error, and only there")
