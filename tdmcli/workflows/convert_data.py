"""The JSON contract of `convert`: what its answer holds, and what only it asks."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.adjust_data import NextLevel
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.regimens import RegimenAnswer, UnitsAnswer


class ConvertQuestion(NamedTuple):
    """What only `convert` asks: the new product and its interval. The old product is the one of `asked`."""

    asked: Asked
    to: str | None = None
    to_every: str | None = None


class NewRegimen(NamedTuple):
    """A regimen of the new product, how far it lies from the dose worked out, and its units (none: an infusion).

    `proposed`: a label's row or arithmetic led to it, and it is the nearest; never one of a hospital's rule.
    """

    intakes_mg: tuple[Decimal, ...]
    interval_h: int
    daily_dose_mg: Decimal
    product: str
    text: str
    rounding_percent: Decimal
    units: tuple[tuple[UnitsAnswer, ...], ...]
    proposed: bool


class RuleDose(NamedTuple):
    """One end of a hospital's rule: factor, daily dose, and the regimen nearest to it (null: none can be given)."""

    factor: Decimal
    unrounded_daily_dose_mg: Decimal
    regimen: NewRegimen | None


class ConversionAnswer(NamedTuple):
    """One row that speaks of the change.

    `kind` says what it is (label, protocol, study, observed), `assumed` whom it holds for beyond what was said,
    `other_label` the product that it names, where that is this one under another country's label. `doses` stand on a
    hospital's own rule alone. `mg_per_kg_day` is a first dose after the transplant, which converts nothing.
    """

    id: str
    kind: str
    text: str
    factor_low: Decimal | None
    factor_high: Decimal | None
    mg_per_kg_day: Decimal | None
    assumed: tuple[str, ...]
    other_label: str | None
    group: str | None
    patients: int | None
    doses: tuple[RuleDose, ...]
    note: str | None
    source: str
    locator: str


class FirstDose(NamedTuple):
    """When the new product is first taken: hours after what; `to_h` null where the source gives no latest hour."""

    after: str
    from_h: int
    to_h: int | None
    text: str | None
    source: str


class Lapsed(NamedTuple):
    """Something that held under the old regimen and holds no longer, and what holds now; no source: it follows."""

    what: str
    now: str | None
    source: str | None


class Said(NamedTuple):
    """What a source says, in a line."""

    text: str
    source: str


class Taking(NamedTuple):
    """What a source says of taking the new product; `about` is taking, preparation, missed dose or levels."""

    about: str
    text: str
    source: str


class LevelInUnits(NamedTuple):
    """One level in each unit; `censor` is < or > where only a limit is known."""

    given: str
    censor: str
    ng_ml: Decimal
    ug_l: Decimal
    nmol_l: Decimal
    molecular_weight_g_per_mol: Decimal
    source: str


class ConvertData(NamedTuple):
    """The answer of `convert`; where only a level was asked for, all but `level` is null or empty.

    `to`, `factor` and `unrounded_daily_dose_mg` come from `row`, a label's; without one that decides they are null.
    The same product at another interval has no row: the factor is 1.
    """

    from_: RegimenAnswer | None
    to: NewRegimen | None
    factor: Decimal | None
    weight_kg: Decimal | None
    unrounded_daily_dose_mg: Decimal | None
    row: ConversionAnswer | None
    options: tuple[NewRegimen, ...]
    beside: tuple[ConversionAnswer, ...]
    first_dose: FirstDose | None
    next_level: NextLevel | None
    taking: tuple[Taking, ...]
    no_longer_applies: tuple[Lapsed, ...]
    not_interchangeable: tuple[Said, ...]
    level: LevelInUnits | None
    not_checked: tuple[str, ...]
    from_name: str | None
    to_name: str | None
    form: str | None
