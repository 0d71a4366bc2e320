"""A regimen: what is taken at each intake, how often, and of which product."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.units import COMMA_HINT, clean, parse_number, show, show_mg

if TYPE_CHECKING:
    from tdmcli.tables.product_rows import ProductRow

INTERVALS_H = (6, 8, 12, 24, 48, 72, 168)
_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Regimen:
    """A cycle of intakes in mg, repeated every interval; the product where it is known.

    Raises:
        ValueError: a dose is not above zero, the interval isn't one of INTERVALS_H, or the cycle has
            neither one entry nor one for each intake of a day.

    """

    intakes_mg: tuple[Decimal, ...]
    interval_h: int
    product: ProductRow | None = None

    def __post_init__(self) -> None:
        """Check the cycle against the interval."""
        if self.interval_h not in INTERVALS_H:
            known = ", ".join(str(hours) for hours in INTERVALS_H)
            raise ValueError(f"an interval is one of {known} hours, not {self.interval_h}")
        if any(not mg > 0 for mg in self.intakes_mg):
            raise ValueError("each intake must be above 0 mg")
        if len(self.intakes_mg) not in {1, self.intakes_a_day}:
            raise ValueError(
                f"{len(self.intakes_mg)} intakes do not fit every {self.interval_h} hours: "
                f"give one dose{'' if self.intakes_a_day == 1 else f', or {self.intakes_a_day} joined by +'}"
            )

    @property
    def intakes_a_day(self) -> int:
        """Return how many intakes a day has, 1 for longer intervals."""
        return max(1, _HOURS_A_DAY // self.interval_h)

    @property
    def daily_dose_mg(self) -> Decimal:
        """Return the dose a day in mg: the mean intake times 24 over the interval."""
        return sum(self.intakes_mg, Decimal(0)) * _HOURS_A_DAY / (len(self.intakes_mg) * self.interval_h)

    @property
    def day_mg(self) -> tuple[Decimal, ...]:
        """Return the intakes of one day in mg, or the one intake of a longer interval."""
        if len(self.intakes_mg) == self.intakes_a_day:
            return self.intakes_mg
        return self.intakes_mg * self.intakes_a_day

    @property
    def per_intake(self) -> str:
        """Return the intakes for a person: `3 mg every 12 hours`, `3 mg then 2.5 mg, every 12 hours`."""
        if len(set(self.intakes_mg)) == 1:
            return f"{show_mg(self.intakes_mg[0])} every {self.interval_h} hours"
        return f"{' then '.join(show_mg(mg) for mg in self.intakes_mg)}, every {self.interval_h} hours"

    @property
    def text(self) -> str:
        """Return intakes and daily dose for a person: `3 mg every 12 hours = 6 mg/day`."""
        return f"{self.per_intake} = {show(self.daily_dose_mg)} mg/day"


def parse_dose(text: str) -> tuple[Decimal, ...]:
    """Return the intakes in mg that `3` or `3+2.5` says.

    Raises:
        ValueError: a part is no number, or something follows it (mg/day, mL).

    """
    if "," in text:
        raise ValueError(f"{clean(text)!r} has a comma: {COMMA_HINT}")
    if re.search("ml", text, re.IGNORECASE):
        raise ValueError("a dose in mL says nothing without its strength: give the dose in mg")
    return tuple(parse_number(part.strip(" ").removesuffix("mg").strip(" ")) for part in text.split("+"))
