"""The shapes of the rows of `neurotoxicity.toml`; a `locator` is the place in the source."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """How bad: the worst symptom decides; an unknown symptom leaves no grade."""

    NONE = "none"
    MILD = "mild"
    SEVERE = "severe"
    UNKNOWN = "unknown"


class SymptomRow(NamedTuple):
    """A symptom, its spellings and its grade; with any of `severe_with` it counts as severe."""

    id: str
    names: tuple[str, ...]
    grade: Grade
    source: str
    severe_with: tuple[str, ...] = ()
    note: str | None = None
    locator: str | None = None


class LookOrder(NamedTuple):
    """A place, from 1, among what to look at first, and what the order rests on."""

    place: int
    source: str
    locator: str


class FactorRow(NamedTuple):
    """Something that contributes to neurotoxicity and what to do about it; no order where nothing can be done."""

    id: str
    name: str
    source: str
    action: str
    locator: str | None = None
    order: LookOrder | None = None


class When(StrEnum):
    """What must be known of the level for a step to stand."""

    ALWAYS = "always"
    AT_OR_ABOVE = "at-or-above"
    LOWER_HALF = "lower-half"
    BELOW = "below"
    UNKNOWN = "unknown"


class StepRow(NamedTuple):
    """One step of what to do, in the order of the file."""

    id: str
    grades: tuple[Grade, ...]
    when: When
    text: str
    source: str
    locator: str | None = None


class RemarkRow(NamedTuple):
    """Something that a source says beside the steps, and why it is not a step.

    It stands for its grades and its organ alone, where it names them.
    """

    id: str
    text: str
    source: str
    locator: str | None = None
    grades: tuple[Grade, ...] = ()
    organ: str | None = None


class AlternativeRow(NamedTuple):
    """What a source names instead of tacrolimus or says of it; for its organ alone where it names one."""

    id: str
    name: str
    text: str
    source: str
    locator: str
    organ: str | None = None
