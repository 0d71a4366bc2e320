"""How a regimen is written, wherever an answer has one: its doses, their capsules, and when to measure next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_mg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from tdmcli.workflows.adjust_data import NextLevel
    from tdmcli.workflows.regimens import UnitsAnswer


def dose_text(intakes_mg: Sequence[Decimal]) -> str:
    """Return the doses of a day's intakes, once where all are the same: `3 mg`, `3 + 2.5 mg`."""
    return show_mg(intakes_mg[0]) if len(set(intakes_mg)) == 1 else f"{' + '.join(map(shown, intakes_mg))} mg"


def one_intake(units: tuple[UnitsAnswer, ...] | None) -> str:
    """Return the capsules of one intake for a person: `1 x 1 mg + 1 x 0.5 mg`."""
    if units is None:
        return "not a sum of the strengths"
    return " + ".join(f"{one.number} x {show_mg(one.strength_mg)}" for one in units)


def each_intake(day: Sequence[tuple[UnitsAnswer, ...] | None]) -> str:
    """Return the capsules of a day's intakes for a person, once where all are the same."""
    texts = [one_intake(units) for units in day]
    if len(set(texts)) == 1:
        return texts[0]
    if len(texts) == 2:  # noqa: PLR2004
        return f"morning {texts[0]}; evening {texts[1]}"
    return "; ".join(texts)


def days_of(following: NextLevel) -> str:
    """Return the days of the next level: `2026-11-23 to 2026-11-24`, or one."""
    first, last = following.from_.isoformat(), following.to.isoformat()
    return first if first == last else f"{first} to {last}"
