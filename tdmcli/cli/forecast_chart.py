"""The days around now in plain characters: levels as measured and as fitted, then the troughs ahead."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.chart import BAND, MARGIN, Axis, field_width, key_lines, numbered

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.workflows.forecast_data import CoursePoint, FittedLevel, ForecastData

HEIGHT = 16  # rows of the field
MOST_PAST = timedelta(days=28)  # of levels that are drawn: with more, nothing could be told apart ahead
LEAST_PAST = timedelta(days=2)  # room before now where no level is drawn
STEPS = (1, 7, 14, 28)  # days between the numbers under the field
LABEL = 6  # columns of a number of days with a gap
MEASURED, FITTED, BOTH, NOW, TICK = "o", "*", "@", "|", "+"


class Pen(NamedTuple):
    """The signs that a regimen is drawn with: its median, and the ends of its 80 % interval."""

    median: str
    end: str


CURRENT, PROPOSED = Pen("=", "-"), Pen("#", "~")


def recent(data: ForecastData, now: datetime) -> list[FittedLevel]:
    """Return the levels of the last weeks."""
    return [one for one in data.levels if now - MOST_PAST <= one.taken <= now]


def ahead(data: ForecastData) -> list[tuple[str, bool, list[CoursePoint]]]:
    """Return each regimen that is drawn, whether it is the one taken now, and its troughs: the one taken now first."""
    names = dict.fromkeys(one.regimen for one in data.course)
    found = [(name, name == data.current.text, [one for one in data.course if one.regimen == name]) for name in names]
    return sorted(found, key=lambda one: not one[1])


def days_shown(data: ForecastData, now: datetime) -> tuple[int, int]:
    """Return the first and last day of the axis, whole days counted from now."""
    levels = recent(data, now)
    first = min([one.taken for one in levels] + [now - LEAST_PAST])
    last = max(one.at for one in data.course)
    return math.floor(days_from(now, first)), math.ceil(days_from(now, last))


def days_from(now: datetime, moment: datetime) -> float:
    """Return how many days after now a moment is, below zero before it."""
    return (moment - now) / timedelta(days=1)


def top_of(data: ForecastData, now: datetime) -> int:
    """Return the highest value of the axis in ng/mL."""
    values = [data.target.high_ng_ml, *(one.p90 for one in data.course)]
    values += [max(one.level_ng_ml, one.predicted_ng_ml) for one in recent(data, now)]
    return int(max(values)) + 1


def row_of(value: float, up: Axis, low: float, high: float) -> int:
    """Return the row of a level; a row is coarser than a limit, so what lies out of range never stands in its band."""
    row = up.place(value)
    if value > high:
        row = max(row, up.place(high) + 1)
    elif value < low:
        row = min(row, up.place(low) - 1)
    return min(max(row, 0), up.places - 1)


def day_marks(across: Axis, room: int) -> list[int]:
    """Return the days that are numbered under the field, now among them: as many as have so much room each."""
    step = next(
        (one for one in STEPS if one * (across.places - 1) >= room * (across.high - across.low)),
        STEPS[-1],
    )
    first, last = math.ceil(across.low / step), math.floor(across.high / step)
    return [number * step for number in range(first, last + 1)]


def day_name(day: int) -> str:
    """Return a day as it stands under the field, such as `-7 d`."""
    return "now" if day == 0 else f"{day:+d} d"


def chart(data: ForecastData, now: datetime, width: int) -> list[str]:
    """Return the lines of the chart, none longer than the width."""
    first, last = days_shown(data, now)
    across = Axis(first, last, field_width(width))
    lines = ["ng/mL", *_field(data, now, across), *_days(across), *key_lines(_key(data, now), width)]
    return [line.rstrip() for line in lines]


def _field(data: ForecastData, now: datetime, across: Axis) -> list[str]:
    up = Axis(0, top_of(data, now), HEIGHT)
    low, high = float(data.target.low_ng_ml), float(data.target.high_ng_ml)
    rows = [[" "] * across.places for _ in range(HEIGHT)]
    for number in range(up.place(low), up.place(high) + 1):
        rows[number] = [BAND] * across.places
    for row in rows:
        row[across.place(0)] = NOW

    def put(at: datetime, value: float, sign: str) -> None:
        row, column = rows[row_of(value, up, low, high)], across.place(days_from(now, at))
        row[column] = BOTH if {row[column], sign} == {MEASURED, FITTED} else sign

    for sign_of in (_ends, _medians):  # a median is never hidden by the end of an interval
        for at, value, sign in sign_of(data):
            put(at, value, sign)
    for one in recent(data, now):
        put(one.taken, float(one.predicted_ng_ml), FITTED)
    for one in recent(data, now):
        put(one.taken, float(one.level_ng_ml), MEASURED)
    return numbered(rows, up)


def _ends(data: ForecastData) -> list[tuple[datetime, float, str]]:
    return [
        (one.at, float(value), _pen(current=current).end)
        for _, current, points in ahead(data)
        for one in points
        for value in (one.p10, one.p90)
    ]


def _medians(data: ForecastData) -> list[tuple[datetime, float, str]]:
    return [
        (one.at, float(one.median), _pen(current=current).median)
        for _, current, points in ahead(data)
        for one in points
    ]


def _pen(*, current: bool) -> Pen:
    return CURRENT if current else PROPOSED


def _days(across: Axis) -> list[str]:
    rule, names = ["-"] * across.places, [" "] * (MARGIN + across.places)
    for day in day_marks(across, LABEL):
        place, name = across.place(day), day_name(day)
        rule[place] = TICK
        start = min(MARGIN + place, len(names) - len(name))
        if names[start - 1] == " ":
            names[start : start + len(name)] = name
    return [" " * (MARGIN - 1) + TICK + "".join(rule), "".join(names)]


def _key(data: ForecastData, now: datetime) -> list[str]:
    parts = [f"{MEASURED} measured", f"{FITTED} fitted", f"{BOTH} both"] if recent(data, now) else []
    for _, current, _ in ahead(data):
        pen, name = _pen(current=current), "on the dose now" if current else "on the dose proposed"
        parts += [f"{pen.median} trough {name}", f"{pen.end} its 80 % interval"]
    return [*parts, f"{BAND} range"]
