"""The course of a patient as an SVG for a note or a slide: levels, ranges, doses and other drugs on one time axis.

Shapes as well as colours tell levels apart, so that it reads in grey too.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tdmcli.cli.chart import Axis
from tdmcli.cli.svg import BAND, FIELD_WIDTH, GREY, INK, LEFT, LEVEL, axes, cross, dot, line, page, text
from tdmcli.cli.trend_chart import MOST_DRUGS, day_places, time_span, top_of
from tdmcli.domain.units import show

if TYPE_CHECKING:
    from tdmcli.workflows.trend_data import TrendData

TOP, FIELD, ROW = 50, 280, 26
NARROWEST_TEXT = 34  # pixels: a dose step with less room has no number
IGNORED, DRUG = "#b3541e", "#8a7aa8"


def as_svg(data: TrendData) -> str:
    """Return the chart as an SVG document."""
    start, end = time_span(data)
    across = Axis(start.timestamp(), end.timestamp(), FIELD_WIDTH)
    up = Axis(0, top_of(data), FIELD)
    rows = len({one.name for one in data.drugs[:MOST_DRUGS]}) + 1
    height = TOP + FIELD + 60 + rows * ROW
    parts = [
        *_bands(data, across, up),
        *axes(up, TOP),
        *_dates(data),
        *_levels(data, across, up),
        *_doses(data, across, TOP + FIELD + 44),
        *_drugs(data, across, TOP + FIELD + 44 + ROW),
    ]
    return page("Tacrolimus levels over time", "Tacrolimus troughs (ng/mL) with their target range", height, parts)


def _y(up: Axis, value: float) -> int:
    return TOP + FIELD - up.place(value)


def _bands(data: TrendData, across: Axis, up: Axis) -> list[str]:
    found = []
    for one in data.targets:
        places = across.stretch(one.from_.timestamp(), one.to.timestamp())
        if places is None:
            continue
        first, last = (LEFT + place for place in places)
        top, bottom = _y(up, float(one.high_ng_ml)), _y(up, float(one.low_ng_ml))
        found.append(f'<rect x="{first}" y="{top}" width="{last - first}" height="{bottom - top}" fill="{BAND}"/>')
    return found


def _dates(data: TrendData) -> list[str]:
    start, end = time_span(data)
    y = TOP + FIELD + 18
    return [
        text(LEFT, y, start.date().isoformat()),
        text(LEFT + FIELD_WIDTH, y, end.date().isoformat(), anchor="end"),
    ]


def _levels(data: TrendData, across: Axis, up: Axis) -> list[str]:
    places = [(LEFT + across.place(one.taken.timestamp()), _y(up, float(one.level_ng_ml))) for one in data.levels]
    not_joined = {one.from_ for one in data.gaps}
    parts = [
        f'<path d="M{first[0]},{first[1]} L{last[0]},{last[1]}" stroke="{LEVEL}" stroke-opacity="0.4"/>'
        for one, (first, last) in zip(data.levels, pairwise(places), strict=False)
        if one.taken not in not_joined
    ]
    for one, (x, y) in zip(data.levels, places, strict=True):
        parts.append(dot(x, y, f"{one.taken.date().isoformat()}: {one.level}"))
    for ignored in data.ignored:
        x, y = LEFT + across.place(ignored.record.timestamp()), _y(up, float(ignored.level_ng_ml))
        says = f"{ignored.record.date().isoformat()}: {ignored.level}, {ignored.code}"
        parts.append(cross(x, y, IGNORED, says))
    key = "dot: level that counts; cross: level that does not; band: target range"
    return [*parts, text(LEFT, 40, key, size=12, fill=GREY)]


def _doses(data: TrendData, across: Axis, y: int) -> list[str]:
    parts = [text(LEFT - 8, y, "mg/day", anchor="end")]
    for one in data.doses:
        places = across.stretch(one.from_.timestamp(), one.to.timestamp())
        if places is None:
            continue
        first, last = (LEFT + place for place in places)
        parts.append(line(first, y - 12, first, y + 4))
        parts.append(line(first, y + 4, last, y + 4, INK))
        if last - first >= NARROWEST_TEXT:
            parts.append(text(first + 4, y, show(one.daily_dose_mg)))
    return parts


def _drugs(data: TrendData, across: Axis, y: int) -> list[str]:
    parts = []
    shown = data.drugs[:MOST_DRUGS]
    rows = {name: row for row, name in enumerate(dict.fromkeys(one.name for one in shown))}
    for one in shown:
        places = day_places(one, across)
        if places is None:
            continue
        first, last = (LEFT + place for place in places)
        top = y + rows[one.name] * ROW
        parts.append(f'<rect x="{first}" y="{top}" width="{max(last - first, 2)}" height="5" fill="{DRUG}"/>')
    parts += [text(LEFT, y + row * ROW - 3, name, size=12) for name, row in rows.items()]
    return parts
