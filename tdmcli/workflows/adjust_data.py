"""The JSON contract of `adjust`: what its answer holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tdmcli.workflows.asked import Asked
from tdmcli.workflows.ranges import RangeAnswer
from tdmcli.workflows.regimens import RegimenAnswer, UnitsAnswer


class AimAnswer(NamedTuple):
    """The range used, the level aimed at in it, and the row it comes from (null for a range of one's own)."""

    low_ng_ml: Decimal
    high_ng_ml: Decimal
    aim_ng_ml: Decimal | None
    row: RangeAnswer | None
    from_: str


class OptionAnswer(NamedTuple):
    """A regimen that can be given, and the trough it is predicted to lead to."""

    intakes_mg: tuple[Decimal, ...]
    interval_h: int
    daily_dose_mg: Decimal
    change_percent: Decimal
    predicted_trough_ng_ml: Decimal
    position: str
    units: tuple[tuple[UnitsAnswer, ...] | None, ...]
    text: str
    current: bool
    proposed: bool
    over_cap: bool


class NextLevel(NamedTuple):
    """When to draw the next level, and why."""

    from_: date
    to: date
    reason: str
    source: str


class AdjustData(NamedTuple):
    """The answer of `adjust`."""

    current: RegimenAnswer
    sampled: RegimenAnswer
    level_ng_ml: Decimal
    level: str
    taken: str | None
    target: AimAnswer
    position: str
    other_ranges: tuple[RangeAnswer, ...]
    unrounded_daily_dose_mg: Decimal
    capped_daily_dose_mg: Decimal
    rounding_percent: Decimal | None
    options: tuple[OptionAnswer, ...]
    tried: tuple[OptionAnswer, ...]
    proposal: OptionAnswer
    next_level: NextLevel
    not_checked: tuple[str, ...]
    product_name: str
    form: str


class AdjustQuestion(NamedTuple):
    """What only `adjust` asks: an aim, regimens to try, conditions of the range."""

    asked: Asked
    aim: str | None = None
    tried: tuple[str, ...] = ()
    source: str | None = None
    equal_intakes: bool = False
