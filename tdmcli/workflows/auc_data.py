"""The JSON contract of `auc`: what its answer holds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.asked import Asked
from tdmcli.workflows.forecast_data import IgnoredLevel

MAP_NAME = "population model fitted to the levels (MAP)"


class UsedSample(NamedTuple):
    """A level of the interval: hours after its dose (0 is the trough before it); `taken` stands with a patient file."""

    hours: Decimal
    level: str
    level_ng_ml: Decimal
    taken: datetime | None


class TermAnswer(NamedTuple):
    """One term of a regression: the hour, ng*h/mL per ng/mL, and the level put in."""

    hours: Decimal
    coefficient: Decimal
    level_ng_ml: Decimal


class ParametersUsed(NamedTuple):
    """What a model made of all levels: apparent clearance in the interval, and how many levels it rests on."""

    cl_l_h: Decimal
    levels: int


class MethodAnswer(NamedTuple):
    """One way to the area over an interval; the numbers are null where `refused` names a code.

    `kind` is `map` (a population model fitted to all levels of a patient file) or `regression`. `p10` and `p90` bound
    the middle 80 % of a `map`, by its slopes at the estimate: they read a little low. `from` is the dose that begins
    the interval of a `map`. `patients` is whom it was made from, `assumed` what a model takes for unknown.
    """

    id: str
    kind: str
    name: str
    sources: tuple[str, ...]
    auc_ng_h_ml: Decimal | None = None
    interval_h: int | None = None
    p10_ng_h_ml: Decimal | None = None
    p90_ng_h_ml: Decimal | None = None
    intercept: Decimal | None = None
    terms: tuple[TermAnswer, ...] | None = None
    r2: Decimal | None = None
    model: str | None = None
    parameters: ParametersUsed | None = None
    from_: datetime | None = None
    patients: str | None = None
    note: str | None = None
    assumed: tuple[str, ...] = ()
    refused: str | None = None
    why: str | None = None


class Spread(NamedTuple):
    """The lowest and highest area of the methods that answer (ng*h/mL), and which they are."""

    low_ng_h_ml: Decimal
    high_ng_h_ml: Decimal
    low_method: str
    high_method: str
    methods: int


class TargetArea(NamedTuple):
    """An area over the same interval that a source gives; `kind` says what it is, and none is a verdict."""

    id: str
    kind: str
    low_ng_h_ml: Decimal
    high_ng_h_ml: Decimal
    trough_low_ng_ml: Decimal | None
    trough_high_ng_ml: Decimal | None
    population: str | None
    condition: str | None
    evidence: str | None
    source: str


class RemarkAnswer(NamedTuple):
    """What a source says of such estimates."""

    text: str
    source: str


class AucData(NamedTuple):
    """The answer of `auc`; `trough_only`: the samples are a trough alone; `ignored`: levels that the fit leaves out.

    `regimen` is the one that the areas are of, `regimen_now` stands where another is taken now.
    """

    indication: str
    product: str
    release: str
    regimen: str
    regimen_now: str | None
    interval_h: int
    days_after_transplant: int | None
    samples: tuple[UsedSample, ...]
    trough_only: bool
    ignored: tuple[IgnoredLevel, ...]
    methods: tuple[MethodAnswer, ...]
    spread: Spread | None
    targets: tuple[TargetArea, ...]
    remarks: tuple[RemarkAnswer, ...]


class AucQuestion(NamedTuple):
    """What only `auc` asks: the levels of one interval as HOURS=LEVEL, as typed."""

    asked: Asked
    samples: tuple[str, ...] = ()
