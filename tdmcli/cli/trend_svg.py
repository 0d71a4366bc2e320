"""The course of a patient as an SVG for a note or a slide: levels, ranges, doses and other drugs on one time axis.

Shapes as well as colours tell levels apart, so that it reads in grey too. Every text of the file is escaped.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tdmcli.cli.trend_chart import MOST_DRUGS, Axis, day_places, step_of, time_span, top_of
from tdmcli.domain.units import show

if TYPE_CHECKING:
    from tdmcli.workflows.trend_data import TrendData

WIDTH, LEFT, RIGHT = 900, 60, 20
TOP, FIELD, ROW = 50, 280, 26
NARROWEST_TEXT = 34  # pixels: a dose step with less room has no number
INK, GREY, BAND, LEVEL, IGNORED, DRUG = "#222222", "#777777", "#cfe8d5", "#1f4e79", "#b3541e", "#8a7aa8"


def as_svg(data: TrendData) -> str:
    """Return the chart as an SVG document."""
    start, end = time_span(data)
    across = Axis(start.timestamp(), end.timestamp(), WIDTH - LEFT - RIGHT)
    up = Axis(0, top_of(data), FIELD)
    rows = len({one.name for one in data.drugs[:MOST_DRUGS]}) + 1
    height = TOP + FIELD + 60 + rows * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        "<title>Tacrolimus levels over time</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        _text(LEFT, 22, "Tacrolimus troughs (ng/mL) with their target range", size=16),
        *_bands(data, across, up),
        *_axes(data, across, up),
        *_levels(data, across, up),
        *_doses(data, across, TOP + FIELD + 44),
        *_drugs(data, across, TOP + FIELD + 44 + ROW),
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", fill: str = INK) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str = GREY) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{stroke}"/>'


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


def _axes(data: TrendData, across: Axis, up: Axis) -> list[str]:
    start, end = time_span(data)
    bottom, right = TOP + FIELD, LEFT + across.places
    parts = [_line(LEFT, TOP, LEFT, bottom), _line(LEFT, bottom, right, bottom)]
    for value in range(0, int(up.high) + 1, step_of(up.high)):
        parts.append(_text(LEFT - 8, _y(up, value) + 4, str(value), anchor="end"))
        parts.append(_line(LEFT - 4, _y(up, value), LEFT, _y(up, value)))
    parts.append(_text(LEFT, bottom + 18, start.date().isoformat()))
    parts.append(_text(right, bottom + 18, end.date().isoformat(), anchor="end"))
    return parts


def _levels(data: TrendData, across: Axis, up: Axis) -> list[str]:
    places = [(LEFT + across.place(one.taken.timestamp()), _y(up, float(one.level_ng_ml))) for one in data.levels]
    not_joined = {one.from_ for one in data.gaps}
    parts = [
        f'<path d="M{first[0]},{first[1]} L{last[0]},{last[1]}" stroke="{LEVEL}" stroke-opacity="0.4"/>'
        for one, (first, last) in zip(data.levels, pairwise(places), strict=False)
        if one.taken not in not_joined
    ]
    for one, (x, y) in zip(data.levels, places, strict=True):
        says = f"<title>{escape(f'{one.taken.date().isoformat()}: {one.level}')}</title>"
        parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{LEVEL}">{says}</circle>')
    for ignored in data.ignored:
        x, y = LEFT + across.place(ignored.record.timestamp()), _y(up, float(ignored.level_ng_ml))
        says = f"<title>{escape(f'{ignored.record.date().isoformat()}: {ignored.level}, {ignored.code}')}</title>"
        cross = f"M{x - 4},{y - 4} L{x + 4},{y + 4} M{x - 4},{y + 4} L{x + 4},{y - 4}"
        parts.append(f'<path d="{cross}" stroke="{IGNORED}" stroke-width="2">{says}</path>')
    key = "dot: level that counts; cross: level that does not; band: target range"
    return [*parts, _text(LEFT, 40, key, size=12, fill=GREY)]


def _doses(data: TrendData, across: Axis, y: int) -> list[str]:
    parts = [_text(LEFT - 8, y, "mg/day", anchor="end")]
    for one in data.doses:
        places = across.stretch(one.from_.timestamp(), one.to.timestamp())
        if places is None:
            continue
        first, last = (LEFT + place for place in places)
        parts.append(_line(first, y - 12, first, y + 4))
        parts.append(_line(first, y + 4, last, y + 4, INK))
        if last - first >= NARROWEST_TEXT:
            parts.append(_text(first + 4, y, show(one.daily_dose_mg)))
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
    parts += [_text(LEFT, y + row * ROW - 3, name, size=12) for name, row in rows.items()]
    return parts
