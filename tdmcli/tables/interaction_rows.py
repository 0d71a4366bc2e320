"""The shapes of the rows of `interactions/`: a drug, what it does to the level, and what sources say to do."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

LONGEST_PLAN_DAYS = 3650


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


class Phase(StrEnum):
    """A part of a drug's course: its start and the days after, or its stop and the days after."""

    START = "start"
    STOP = "stop"


class StepKind(StrEnum):
    """What a step of a plan is about."""

    DOSE = "dose"
    LEVEL = "level"
    FADE = "fade"
    RETURN = "return"
    ADVICE = "advice"


class StrengthRow(NamedTuple):
    """How strong one source calls an interaction (strong, moderate, listed …)."""

    value: str
    view: str
    source: str
    locator: str


class MagnitudeRow(NamedTuple):
    """A published fold change: 2 means doubled. `measure` says of what, `population` in whom.

    `open_ended`: the source says more than `high`. `on_top_of`: the drug that was taken already in what it counts from.
    `no_prediction`: why it is no change from a level without the drug to one with it in the same patients, so that it
    predicts no trough.
    """

    measure: str
    low: Decimal
    high: Decimal
    condition: str
    population: str
    source: str
    locator: str
    open_ended: bool | None = None
    on_top_of: str | None = None
    no_prediction: str | None = None

    def check(self) -> None:
        """Check that the fold change is a positive range."""
        if not 0 < self.low <= self.high:
            raise ValueError("low and high must be positive and in order")


class AdviceRow(NamedTuple):
    """What one source says to do, restated; `organ` where it holds for one organ only, with its own effect.

    `from_day` and `to_day` stand where the source says the day. They count from the start of the course under start,
    from its stop under stop, unless `from_day_of` says otherwise; day 0 is that day itself.
    """

    text: str
    source: str
    locator: str
    organ: str | None = None
    effect: Effect | None = None
    from_day: int | None = None
    to_day: int | None = None
    from_day_of: Phase | None = None
    kind: StepKind | None = None

    def check(self) -> None:
        """Check that the days stand together and run forward, and that what only a dated row has stands on one."""
        if self.from_day is None or self.to_day is None:
            if (self.from_day, self.to_day, self.from_day_of, self.kind) != (None, None, None, None):
                raise ValueError("from_day and to_day stand together, and from_day_of and kind beside them alone")
        elif not 0 <= self.from_day <= self.to_day <= LONGEST_PLAN_DAYS:
            raise ValueError(f"from_day must not be after to_day, both within 0 to {LONGEST_PLAN_DAYS}")


class DoseFactorRow(NamedTuple):
    """The part of the dose taken without the drug that a source says to give: multiply / divide."""

    multiply: int
    divide: int
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the factor lowers the dose: no source gives one that raises it."""
        if not 0 < self.multiply < self.divide:
            raise ValueError("multiply must be above 0 and below divide")


class FirstLevelRow(NamedTuple):
    """When to draw the first level after the drug starts: days from and to, with the source."""

    from_day: int
    to_day: int
    source: str
    locator: str

    def check(self) -> None:
        """Check that the days run forward."""
        if not 0 <= self.from_day <= self.to_day:
            raise ValueError("from_day must not be after to_day")


class FadingRow(NamedTuple):
    """How many days after the last dose of a drug its effect on the level has faded."""

    days: int
    source: str
    locator: str


class InteractionRow(NamedTuple):
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

    def check(self) -> None:
        """Check that the row says something and that a factor stands only where the level rises."""
        if not self.names:
            raise ValueError("names must not be empty")
        if not (self.start or self.organ_advice):
            raise ValueError("a row must say what a source says to do: start or organ_advice")
        if self.dose_factor is not None and self.effect is not Effect.RAISES:
            raise ValueError("a dose factor stands only on a drug that raises the level")
        if self.effect is Effect.AVOID and self.direction is None:
            raise ValueError("a drug to avoid must say its direction")
        if any(one.from_day_of is Phase.STOP for one in self.start):
            raise ValueError("advice under start counts its days from the start")
