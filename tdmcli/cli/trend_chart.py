"""The course of a patient in plain characters: levels, ranges, doses and other drugs on one time axis."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from tdmcli.cli.chart import BAND, MARGIN, Axis, field_width, key_lines, numbered
from tdmcli.domain.units import show

if TYPE_CHECKING:
    from tdmcli.workflows.trend_data import TrendData, TrendDrug, TrendLevel

HEIGHT = 12  # rows of the field in which levels stand
MOST_DRUGS = 12
IGNORED, NO_RANGE = "x", "*"
MARKS = {"below": "v", "within": "o", "above": "^"}  # a row is coarser than a limit: the mark says where a level lies
KEY = (
    f"{MARKS['within']} in range",
    f"{MARKS['above']} above",
    f"{MARKS['below']} below",
    f"{NO_RANGE} no range known",
    f"{IGNORED} does not count",
    f"{BAND} target range",
)


def time_span(data: TrendData) -> tuple[datetime, datetime]:
    """Return the first and last moments that a chart shows: those of the levels, a day around a single one."""
    times = [one.taken for one in data.levels] + [one.record for one in data.ignored]
    first, last = min(times), max(times)
    return (data.window.from_, data.window.to) if first == last else (first, last)


def top_of(data: TrendData) -> int:
    """Return the highest value of the axis of levels in ng/mL, and room above the highest level and range."""
    values = [float(one.level_ng_ml) for one in data.levels] + [float(one.high_ng_ml) for one in data.targets]
    values += [float(one.level_ng_ml) for one in data.ignored]
    return int(max(values)) + 1


def chart(data: TrendData, width: int) -> list[str]:
    """Return the lines of the chart, none longer than the width."""
    start, end = time_span(data)
    across = Axis(start.timestamp(), end.timestamp(), field_width(width))
    lines = ["ng/mL", *_field(data, across)]
    lines.append(" " * (MARGIN - 1) + "+" + "-" * across.places)
    lines.append(_dates(start, end, across.places))
    lines += _doses(data, across, width)
    lines += _drugs(data, across)
    lines += key_lines(KEY, width)
    return [line.rstrip() for line in lines]


def mark(level: TrendLevel) -> str:
    """Return the sign of a level, which says where it lies."""
    return MARKS.get(level.position or "", NO_RANGE)


def _field(data: TrendData, across: Axis) -> list[str]:
    up = Axis(0, top_of(data), HEIGHT)
    rows = [[" "] * across.places for _ in range(HEIGHT)]
    for one in data.targets:
        places = across.stretch(one.from_.timestamp(), one.to.timestamp())
        if places is None:
            continue
        first, last = places
        for row in range(up.place(float(one.low_ng_ml)), up.place(float(one.high_ng_ml)) + 1):
            for column in range(first, last + 1):
                rows[row][column] = BAND
    for ignored in data.ignored:
        rows[up.place(float(ignored.level_ng_ml))][across.place(ignored.record.timestamp())] = IGNORED
    for level in data.levels:
        rows[up.place(float(level.level_ng_ml))][across.place(level.taken.timestamp())] = mark(level)
    return numbered(rows, up)


def _dates(start: datetime, end: datetime, places: int) -> str:
    first, last = start.date().isoformat(), end.date().isoformat()
    if first == last:
        return " " * MARGIN + first
    return " " * MARGIN + first + last.rjust(places - len(first))


def _doses(data: TrendData, across: Axis, width: int) -> list[str]:
    """Return the steps of the daily dose: a number where a dose began and has room, a bar where it has none."""
    if not data.doses:
        return []
    line = [" "] * across.places
    shown = []
    for one in data.doses:
        places = across.stretch(one.from_.timestamp(), one.to.timestamp())
        if places is not None:
            shown.append((one, *places))
    following = [first for _, first, _ in shown[1:]] + [across.places]
    for (one, first, last), until in zip(shown, following, strict=True):
        line[first : last + 1] = "=" * (last + 1 - first)
        line[first] = "|"
        text = show(one.daily_dose_mg)
        if len(text) + 1 < until - first:
            line[first + 1 : first + 1 + len(text)] = text
    title = "daily dose in mg, each from its bar on"
    return [title if len(title) <= width else "daily dose in mg", " " * MARGIN + "".join(line)]


def _drugs(data: TrendData, across: Axis) -> list[str]:
    """Return the bars of each other drug under its name."""
    names = list(dict.fromkeys(one.name for one in data.drugs))
    lines = []
    for name in names[:MOST_DRUGS]:
        bar = [" "] * across.places
        for one in data.drugs:
            if one.name == name:
                places = day_places(one, across)
                if places is not None:
                    first, last = places
                    bar[first : last + 1] = "#" * (last - first + 1)
        lines += [name, " " * MARGIN + "".join(bar)]
    if len(names) > MOST_DRUGS:
        lines.append(f"and {len(names) - MOST_DRUGS} other drugs")
    return lines


def day_places(drug: TrendDrug, across: Axis) -> tuple[int, int] | None:
    """Return the places of a drug's first and last day, no last day standing for the end of the scale."""
    first = datetime.combine(drug.from_, time(), UTC).timestamp()
    if drug.to is None:
        return across.stretch(first, max(across.high, first))
    return across.stretch(first, datetime.combine(drug.to, time(23, 59), UTC).timestamp())
