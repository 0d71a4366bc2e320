"""The JSON contract of `interact --reverse`: a surprising level, and what in the file could explain it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class ExpectedAnswer(NamedTuple):
    """What the level is compared with, in ng/mL: a range, or the level before it in proportion to the dose.

    `kind`: range or previous-level. `source` is null for a range that the question or the patient file sets.
    """

    kind: str
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    text: str
    source: str | None


class ExplanationAnswer(NamedTuple):
    """One thing that could explain a level.

    `direction`: raises, lowers or either. `fits`: whether that is the way the level is off; null where it is open: a
    possibility all the same.
    """

    what: str
    kind: str
    when: str | None
    direction: str
    fits: bool | None
    source: str


class ReverseAnswer(NamedTuple):
    """A level, what was expected, which way it is off, and what could explain it.

    `surprise`: above, below, none, or undetermined where the laboratory gave a limit alone. `untimed`: only the day it
    was drawn on is known. `age_days`: days from the sample until now; null where it was typed. `absent` names what the
    file does not hold: no entry says nothing either way.
    """

    level: str
    level_ng_ml: Decimal
    taken: datetime | None
    untimed: bool
    age_days: int | None
    expected: ExpectedAnswer
    surprise: str
    explanations: tuple[ExplanationAnswer, ...]
    absent: tuple[str, ...]
