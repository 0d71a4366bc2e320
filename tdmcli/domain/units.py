"""Numbers and units: the one parser of numbers, levels with their unit, and how numbers are written.

A number that a person reads has no trailing zero, a zero before the point, a comma from 1,000 on
and never an exponent (SAFETY R01, R02, R06).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Patterns are compiled when they are first used: most answers need one of them.
_NUMBER = r"[0-9]{1,4}(\.[0-9]{1,3})?"
_LEVEL = r"([<>]?) ?([0-9][0-9.,]*) ?([^\s0-9].*)?"

COMMA_HINT = "write 2.5, or 2+5 for two intakes"


class LevelUnit(StrEnum):
    """Units of a whole-blood level; the first four are the same number."""

    NG_ML = "ng/mL"
    UG_L = "ug/L"
    MCG_L = "mcg/L"
    MICRO_G_L = "\u00b5g/L"
    NMOL_L = "nmol/L"


class Censor(StrEnum):
    """Whether a laboratory gave a number, or only a limit below or above which the level lies."""

    NONE = ""
    BELOW = "<"
    ABOVE = ">"


class Level(NamedTuple):
    """A whole-blood tacrolimus level in ng/mL, or the limit that it lies below or above.

    `text` is what the laboratory wrote, with its unit.
    """

    value_ng_ml: Decimal
    censor: Censor
    unit: LevelUnit
    text: str

    @property
    def is_number(self) -> bool:
        """Return whether this is a measured number, not a limit."""
        return self.censor is Censor.NONE


def parse_number(text: str) -> Decimal:
    """Return the number that a text of ASCII digits says, at most four before and three after a point.

    >>> parse_number("7.50")
    Decimal('7.50')

    Raises:
        ValueError: the text is anything else; the message says what to write.

    """
    if re.fullmatch(_NUMBER, text, re.ASCII):
        return Decimal(text)
    if "," in text:
        raise ValueError(f"{clean(text)!r} has a comma: {COMMA_HINT}")
    raise ValueError(f"{clean(text)!r} is not a number such as 7 or 7.5")


def parse_whole(text: str) -> int:
    """Return the whole number, at most five digits, that a text says.

    Raises:
        ValueError: the text is anything else.

    """
    if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII):
        return int(text)
    raise ValueError(f"{clean(text)!r} is not a whole number such as 40")


def parse_unit(text: str) -> LevelUnit:
    """Return the unit of a level; both micro signs are the same, all else is exact.

    Raises:
        ValueError: the unit is not on the closed list (mg/L, ng/L and ng/dL are not).

    """
    spelled = text.replace("\u03bc", "\u00b5")
    if spelled in set(LevelUnit):
        return LevelUnit(spelled)
    raise ValueError(f"{clean(text)!r} is not a unit of a level; known: ng/mL, ug/L, mcg/L, nmol/L")


def parse_level(text: str, molecular_weight: Decimal) -> Level:
    """Return the level that a text says: `7.4`, `7.4ug/L`, `9.2 nmol/L`, `<2`, `>30`; bare is ng/mL.

    Args:
        text: what was typed.
        molecular_weight: of tacrolimus, g/mol, for nmol/L.

    Raises:
        ValueError: it is no level.

    """
    match = re.fullmatch(_LEVEL, text.strip(" "), re.ASCII)
    if match is None:
        raise ValueError(f"{clean(text)!r} is not a level such as 7.4, 7.4ug/L or <2")
    censor, number, unit = match.groups()
    return make_level(parse_number(number), Censor(censor), parse_unit(unit or LevelUnit.NG_ML), molecular_weight)


def make_level(value: Decimal, censor: Censor, unit: LevelUnit, molecular_weight: Decimal) -> Level:
    """Return a level in ng/mL from a number in its unit.

    Raises:
        ValueError: the number is not above zero.

    """
    if not value > 0:
        raise ValueError(f"a level must be above 0, not {value}")
    in_ng_ml = nmol_l_to_ng_ml(value, molecular_weight) if unit is LevelUnit.NMOL_L else value
    shown = LevelUnit.MCG_L if unit is LevelUnit.MICRO_G_L else unit
    return Level(in_ng_ml, censor, unit, f"{censor}{value:f} {shown}")


def nmol_l_to_ng_ml(value: Decimal, molecular_weight: Decimal) -> Decimal:
    """Return a level in ng/mL from nmol/L.

    >>> nmol_l_to_ng_ml(Decimal(10), Decimal("804.02"))
    Decimal('8.0402')
    """
    return value * molecular_weight / 1000


def ng_ml_to_nmol_l(value: Decimal, molecular_weight: Decimal) -> Decimal:
    """Return a level in nmol/L from ng/mL."""
    return value * 1000 / molecular_weight


def rounded(value: Decimal, places: int = 2) -> Decimal:
    """Return the number rounded half up to so many places, for showing only."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def from_float(value: float, places: int = 2) -> Decimal:
    """Return a number of the models for an answer, rounded half up to so many places."""
    return rounded(Decimal(repr(value)), places)


def show(value: Decimal, places: int = 2) -> str:
    """Return a number as it is written for a person: rounded half up, without trailing zeros.

    What is not 0 is never shown as 0: it gets the places that its first digit needs.

    >>> show(Decimal("5.00")), show(Decimal("8.108108")), show(Decimal("1500")), show(Decimal("0.001"))
    ('5', '8.11', '1,500', '0.001')
    """
    if value and not rounded(value, places):
        places = -value.adjusted()
    text = f"{rounded(value, places):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def show_mg(value: Decimal) -> str:
    """Return a dose for a person, such as `2.5 mg`."""
    return f"{show(value)} mg"


def show_range(low: Decimal, high: Decimal) -> str:
    """Return a range of levels for a person, such as `6-9 ng/mL`, or one number where both are equal."""
    if low == high:
        return f"{show(low)} ng/mL"
    return f"{show(low)}-{show(high)} ng/mL"


def show_percent(value: Decimal) -> str:
    """Return a change in per cent with its sign, whole numbers, such as `+25 %`."""
    number = show(rounded(value, 0), 0)
    return f"+{number} %" if value > 0 and number != "0" else f"{number} %"


_UNSAFE = (
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff\ufff9-\ufffb]"
)


def clean(text: str, longest: int = 60) -> str:
    """Return text from outside made safe to show: no control or direction characters, not too long."""
    safe = re.sub(_UNSAFE, "?", text.replace("\u00a0", " "))
    return safe if len(safe) <= longest else safe[: longest - 3] + "..."


def listed(names: Iterable[str]) -> str:
    """Return names as a sentence has them: a, b and c."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
