"""The days around now as an SVG for a note or a slide: levels as measured and as fitted, then the troughs ahead.

Shapes and dashes as well as colours tell things apart, so that it reads in grey too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.chart import Axis
from tdmcli.cli.forecast_chart import ahead, day_marks, day_name, days_from, days_shown, recent, top_of
from tdmcli.cli.svg import BAND, FIELD_WIDTH, GREY, INK, LEFT, axes, cross, dot, line, page, text
from tdmcli.domain.units import show, show_range

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.workflows.forecast_data import CoursePoint, FittedLevel, ForecastData

TOP, FIELD, ROW = 70, 320, 20
DAY_ROOM = 48  # pixels: the least between the numbers of two days


class Pen(NamedTuple):
    """How a regimen is drawn: its colour, and the dashes of its median."""

    colour: str
    dashes: str


CURRENT, PROPOSED = Pen(GREY, "6 6"), Pen("#b3541e", "none")


class Place(NamedTuple):
    """Where moments and levels stand in pixels."""

    now: datetime
    across: Axis
    up: Axis

    def x(self, moment: datetime) -> int:
        """Return how far to the right a moment stands."""
        return LEFT + self.across.place(days_from(self.now, moment))

    def y(self, value: float) -> int:
        """Return how far down a level in ng/mL stands."""
        return TOP + FIELD - self.up.place(value)


def as_svg(data: ForecastData, now: datetime) -> str:
    """Return the chart as an SVG document."""
    first, last = days_shown(data, now)
    place = Place(now, Axis(first, last, FIELD_WIDTH), Axis(0, top_of(data, now), FIELD))
    regimens = ahead(data)
    height = TOP + FIELD + 50 + len(regimens) * ROW
    parts = [*_key(data), *_range(data, place), *axes(place.up, TOP), *_days(place)]
    for number, (name, current, points) in enumerate(regimens):
        pen = CURRENT if current else PROPOSED
        parts += [*_ahead(points, pen, place), *_name(name, pen, TOP + FIELD + 50 + number * ROW, current=current)]
    parts += [part for one in recent(data, now) for part in _level(one, place)]
    heading = f"Tacrolimus (ng/mL), in days from {now.date().isoformat()}"
    return page("Tacrolimus troughs ahead", heading, height, parts)


def _key(data: ForecastData) -> list[str]:
    band = f"green band: range {show_range(data.target.low_ng_ml, data.target.high_ng_ml)}"
    return [
        text(LEFT, 40, f"dot: measured; cross: fitted with {data.model.id}; {band}", size=12, fill=GREY),
        text(LEFT, 56, "line: median of the troughs ahead; band around it: their 80 % interval", size=12, fill=GREY),
    ]


def _range(data: ForecastData, place: Place) -> list[str]:
    top, bottom = place.y(float(data.target.high_ng_ml)), place.y(float(data.target.low_ng_ml))
    size = f'width="{place.across.places}" height="{bottom - top}"'
    return [f'<rect x="{LEFT}" y="{top}" {size} fill="{BAND}"/>']


def _days(place: Place) -> list[str]:
    bottom, parts = TOP + FIELD, []
    for day in day_marks(place.across, DAY_ROOM):
        x = LEFT + place.across.place(day)
        parts.append(line(x, bottom, x, bottom + 4))
        parts.append(text(x, bottom + 18, day_name(day), anchor="middle"))
    now = LEFT + place.across.place(0)
    return [*parts, line(now, TOP, now, bottom, INK)]


def _ahead(points: list[CoursePoint], pen: Pen, place: Place) -> list[str]:
    def path(ends: list[tuple[int, int]]) -> str:
        return " L".join(f"{x},{y}" for x, y in ends)

    upper = [(place.x(one.at), place.y(float(one.p90))) for one in points]
    lower = [(place.x(one.at), place.y(float(one.p10))) for one in points]
    middle = [(place.x(one.at), place.y(float(one.median))) for one in points]
    edge = f'stroke="{pen.colour}" stroke-dasharray="{pen.dashes}"'
    stroke = f'fill="none" stroke="{pen.colour}" stroke-width="2" stroke-dasharray="{pen.dashes}"'
    return [
        f'<path d="M{path([*upper, *reversed(lower)])} Z" fill="{pen.colour}" fill-opacity="0.2" {edge}/>',
        f'<path d="M{path([*middle, middle[-1]])}" {stroke} stroke-linecap="square"/>',  # seen with one trough too
    ]


def _name(name: str, pen: Pen, y: int, *, current: bool) -> list[str]:
    stroke = f'stroke="{pen.colour}" stroke-width="2" stroke-dasharray="{pen.dashes}"'
    return [
        f'<path d="M{LEFT},{y - 4} L{LEFT + 30},{y - 4}" {stroke}/>',
        text(LEFT + 38, y, f"{'now' if current else 'proposed'}: {name}"),
    ]


def _level(one: FittedLevel, place: Place) -> list[str]:
    x, y, fitted = place.x(one.taken), place.y(float(one.level_ng_ml)), place.y(float(one.predicted_ng_ml))
    words = f"{one.taken.date().isoformat()}: {one.level}, fitted {show(one.predicted_ng_ml, 1)} ng/mL"
    return [cross(x, fitted, INK), dot(x, y, words)]
