"""The JSON contract of `start`: what its answer holds."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.asked import Asked
from tdmcli.workflows.regimens import UnitsAnswer


class HighDose(NamedTuple):
    """The other end of a method that gives a range, with the same keys as the method itself."""

    daily_dose_mg: Decimal | None
    intakes_mg: tuple[Decimal, ...] | None
    mg_per_kg_per_day: Decimal | None
    unrounded_daily_dose_mg: Decimal
    rounding_percent: Decimal | None
    units: tuple[tuple[UnitsAnswer, ...] | None, ...] | None


class ClearanceAnswer(NamedTuple):
    """What an equation worked out: CL/F, its own before the factors, each factor, and the AUC0-12 aimed at."""

    cl_l_h: Decimal
    own_l_h: Decimal
    auc_ng_h_ml: Decimal | None
    factors: tuple[FactorAnswer, ...]


class FactorAnswer(NamedTuple):
    """One factor of a clearance."""

    name: str
    times: Decimal


class MethodAnswer(NamedTuple):
    """One way to choose the first dose.

    The numbers are null where `refused` names a code. Of a method that gives a range they are its low end, and `high`
    holds the other. `daily_dose_mg` and `intakes_mg` are in whole units of `product`, or, where that is null, of the
    immediate-release capsules that every brand has; an infusion has no intakes. `once`: one dose, given once.
    `standard` is the dose that a genotype's factor counts from, `times` that factor's ends; the unrounded dose is after
    its cap.
    """

    id: str
    name: str
    kind: str
    text: str
    sources: tuple[str, ...]
    daily_dose_mg: Decimal | None = None
    intakes_mg: tuple[Decimal, ...] | None = None
    interval_h: int | None = None
    mg_per_kg_per_day: Decimal | None = None
    unrounded_daily_dose_mg: Decimal | None = None
    rounding_percent: Decimal | None = None
    high: HighDose | None = None
    units: tuple[tuple[UnitsAnswer, ...] | None, ...] | None = None
    product: str | None = None
    route: str = "oral"
    release: str | None = None
    once: bool = False
    capped: bool = False
    standard: str | None = None
    times: tuple[Decimal, Decimal] | None = None
    cap_mg_per_kg_day: Decimal | None = None
    target_ng_ml: Decimal | None = None
    clearance: ClearanceAnswer | None = None
    population: str | None = None
    condition: str | None = None
    limits: tuple[str, ...] = ()
    first_dose: str | None = None
    notes: tuple[str, ...] = ()
    refused: str | None = None
    why: str | None = None


class Spread(NamedTuple):
    """The lowest and highest daily dose by mouth of the methods that answer (mg, not rounded), and which they are."""

    low_mg: Decimal
    high_mg: Decimal
    low_method: str
    high_method: str
    methods: int


class AdjustmentAnswer(NamedTuple):
    """What one source says changes a first dose or its time."""

    about: str
    text: str
    source: str


class GenotypeAnswer(NamedTuple):
    """A diplotype and what it makes; null where its alleles don't settle it."""

    gene: str
    diplotype: str
    phenotype: str | None
    name_2015: str | None
    expresser: bool | None
    source: str | None
    effects: tuple[EffectAnswer, ...]


class EffectAnswer(NamedTuple):
    """What the genotype does as one source measured it; `measure` says what low and high are of."""

    measure: str
    low: Decimal
    high: Decimal
    who: str
    text: str
    source: str


class StartData(NamedTuple):
    """The answer of `start`."""

    indication: str
    methods: tuple[MethodAnswer, ...]
    spread: Spread | None
    genotypes: tuple[GenotypeAnswer, ...]
    adjustments: tuple[AdjustmentAnswer, ...]
    population: str | None
    weight_kg: Decimal | None
    bsa_m2: Decimal | None
    aim_ng_ml: Decimal | None
    aim_from: str | None


class StartQuestion(NamedTuple):
    """What `start` takes beside the options that other commands take, as typed."""

    asked: Asked
    height: str | None = None
    sex: str | None = None
    cyp3a5: str | None = None
    cyp3a4: str | None = None
    donor_cyp3a5: str | None = None
    population: str | None = None
    induction: str | None = None
    steroid_sparing: bool = False
    rejection: bool = False
