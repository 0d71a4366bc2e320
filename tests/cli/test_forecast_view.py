"""What a person sees of a forecast: the order of the screen, the chart, the SVG, the note."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdmcli.cli.chart import BAND, MARGIN, Axis
from tdmcli.cli.forecast_chart import BOTH, FITTED, HEIGHT, MEASURED, chart, day_marks, days_shown, recent, row_of
from tdmcli.cli.forecast_svg import as_svg
from tdmcli.cli.forecast_view import chance
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.forecast import answer_forecast
from tdmcli.workflows.forecast_data import ForecastQuestion

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from tdmcli.workflows.forecast_data import ForecastData

    Said = subprocess.CompletedProcess[str]
    Ask = Callable[..., Said]

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
FILE = "data/examples/kidney-day-40.toml"
FORECAST = ("forecast", FILE, "--as-of", "2026-11-21T09:00+01:00")
YEAR_2 = ("forecast", "data/examples/kidney-year-2.toml", "--as-of", "2026-03-20T09:00+01:00")
CHANGED = "francke-2025"  # the model whose proposal for this file differs from the dose now


@pytest.fixture(scope="module")
def data(checkout: Path) -> ForecastData:
    """Return a forecast that proposes another dose, so that two courses are drawn."""
    asked = Asked(now=NOW, retrospective=True, patient=checkout / FILE)
    found = answer_forecast(ForecastQuestion(asked, model=CHANGED)).data
    assert not found.proposal.current
    return found


# the screen


def test_the_screen_says_first_what_to_do(ask: Ask) -> None:
    """The proposal comes first; then capsules, range, regimens, chart, model, fit, other models, adjust, next level."""
    text = " ".join(ask(*FORECAST).stdout.split())
    parts = (
        *(
            "Proposal: ",
            "Capsules: ",
            "Range ",
            "Trough of ",
            "Days around now ",
            "Model: ",
            "Levels that the estimate",
        ),
        *("without any level", "What each model", "Not for this patient", "By proportion", "Next level: ", "Warnings"),
    )
    places = [text.index(one) for one in parts]
    assert places[0] == 0
    assert places == sorted(places)


def test_a_level_set_aside_is_named_once(ask: Ask) -> None:
    """What a warning names is not listed again; what none names is listed, by its day where the file has no time."""
    assert ask(*FORECAST).stdout.count("2026-11-13") == 1
    assert "Levels set aside" not in ask(*FORECAST).stdout
    said = ask(*YEAR_2).stdout
    assert "- 2025-06-25, 6.1 ng/mL: the file has its date only" in said.partition("Levels set aside")[2]


def test_models_that_disagree_are_alarmed_before_the_numbers(ask: Ask) -> None:
    """Models that put the trough on another side of a limit are said above the table of regimens."""
    said = ask(*FORECAST, "--target", "6-10").stdout
    assert said.index("MODELS_DISAGREE:") < said.index("Trough of ")


@pytest.mark.parametrize(
    ("share", "text"),
    [("0", "<1 %"), ("0.0049", "<1 %"), ("0.005", "1 %"), ("0.34", "34 %"), ("0.9949", "99 %"), ("0.995", ">99 %")],
)
def test_a_chance_is_never_certain(share: str, text: str) -> None:
    """A probability is whole per cent, and what a sample says is neither 0 nor 100 %."""
    assert chance(Decimal(share)) == text


def test_the_note_has_four_lines_with_the_proposal(ask: Ask) -> None:
    """`--format note` is four lines: model and range, proposal with interval and chance, next level, warnings."""
    lines = ask(*FORECAST, "--format", "note").stdout.splitlines()
    assert [one.split()[0] for one in lines] == ["Tacrolimus", "Proposal", "Next", "Warnings:"]
    assert lines[0].endswith("Last level 11.4 ng/mL of 2026-11-20 07:55: above.")
    assert re.search(r"80 % interval \S+\), chance in range \d+ %", lines[1])


def test_csv_has_a_row_for_each_regimen(ask: Ask) -> None:
    """`--format csv` has the candidates, one a row."""
    rows = list(csv.DictReader(io.StringIO(ask(*FORECAST, "--format", "csv").stdout)))
    candidates = json.loads(ask(*FORECAST, "--json").stdout)["data"]["candidates"]
    assert [row["text"] for row in rows] == [one["text"] for one in candidates]


# the chart


@settings(max_examples=40, deadline=None)
@given(width=st.integers(MARGIN + 10, 400))
def test_the_chart_keeps_to_any_width(data: ForecastData, width: int) -> None:
    """No line of the field or axis is longer than the width, and each level of the last weeks is in it."""
    lines = chart(data, NOW, width)
    field = "".join(lines[1 : 1 + HEIGHT])
    assert all(len(one) <= width for one in lines[: HEIGHT + 3])
    assert 1 <= field.count(MEASURED) + field.count(BOTH) <= len(recent(data, NOW))
    assert 1 <= field.count(FITTED) + field.count(BOTH) <= len(recent(data, NOW))
    assert BAND in field


@given(
    value=st.floats(0, 40),
    low=st.floats(3, 10),
    wide=st.floats(2, 10),
    room=st.floats(5, 30),
)
def test_what_is_out_of_range_never_stands_in_the_band(value: float, low: float, wide: float, room: float) -> None:
    """A level stands in a row of the range where it is in range, above or below the band where it is not."""
    high = low + wide
    up = Axis(0, int(high + room) + 1, HEIGHT)
    row = row_of(value, up, low, high)
    assert (row > up.place(high), row < up.place(low)) == (value > high, value < low)


@pytest.mark.parametrize("width", [40, 80])
def test_each_course_is_drawn_right_of_now(data: ForecastData, width: int) -> None:
    """Medians and ends of both regimens stand after now, levels and fits before it."""
    across = Axis(*days_shown(data, NOW), width - MARGIN)
    rows = [one[MARGIN:] for one in chart(data, NOW, width)[1 : 1 + HEIGHT]]
    now = across.place(0)
    before, after = "".join(one[:now] for one in rows), "".join(one[now + 1 :] for one in rows)
    assert {MEASURED, FITTED} <= set(before)
    assert set("=-#~") <= set(after)
    assert set("=-#~").isdisjoint(before)
    assert {MEASURED, FITTED}.isdisjoint(after)


def test_one_course_is_drawn_where_the_dose_stays(ask: Ask) -> None:
    """Where the proposal is to keep the dose, no second course stands in the chart or its key."""
    said = ask(*YEAR_2).stdout
    assert said.startswith("Proposal: keep")
    assert "on the dose proposed" not in said


def test_without_a_level_of_late_the_chart_has_no_level(data: ForecastData) -> None:
    """Levels of months ago are left out of the chart and of its key, not squeezed to its edge."""
    long_ago = tuple(one._replace(taken=one.taken - timedelta(days=300)) for one in data.levels)
    text = "\n".join(chart(data._replace(levels=long_ago), NOW, 80))
    assert MEASURED not in text.partition(" = trough")[0].partition("+-")[0]
    assert "measured" not in text


@given(first=st.integers(-28, -2), last=st.integers(1, 28), places=st.integers(20, 900), room=st.integers(4, 48))
def test_now_is_always_numbered(first: int, last: int, places: int, room: int) -> None:
    """Now is among the numbered days, and all of them lie on the axis."""
    days = day_marks(Axis(first, last, places), room)
    assert 0 in days
    assert first <= days[0] <= days[-1] <= last


# the SVG


def test_the_svg_is_written_once_and_holds_every_level(ask: Ask, tmp_path: Path) -> None:
    """--svg writes well-formed XML with a dot for each level of the last weeks, and never over a file."""
    path = tmp_path / "ahead.svg"
    words = (*FORECAST, "--svg", str(path))
    assert ask(*words, again=1).returncode == 0
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own
    names = [one.tag.rpartition("}")[2] for one in root.iter()]
    assert root.tag.endswith("svg")
    assert names.count("circle") == 3
    before = path.read_bytes()
    assert ask(*words, again=2).returncode == 5
    assert path.read_bytes() == before


def test_the_svg_needs_nothing_from_outside(data: ForecastData) -> None:
    """It holds shapes and text alone: no script, image, style sheet or address but that of its own format."""
    text = as_svg(data, NOW)
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert {one.tag.rpartition("}")[2] for one in root.iter()} == {
        *("svg", "title", "rect", "text", "line", "path", "circle")
    }
    assert re.findall(r"\w+://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert "href" not in text


def test_the_svg_names_both_regimens_and_stays_in_its_frame(data: ForecastData) -> None:
    """Both regimens are named, and every point of a line lies within the picture."""
    root = ET.fromstring(as_svg(data, NOW))  # noqa: S314 - our own
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert f"now: {data.current.text}" in texts
    assert f"proposed: {data.proposal.text}" in texts
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    points = [
        tuple(map(float, pair.split(",")))
        for one in root.iter()
        if one.tag.endswith("path")
        for pair in re.findall(r"-?[\d.]+,-?[\d.]+", one.attrib["d"])
    ]
    assert len(points) > 20
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_one_trough_ahead_is_seen_in_the_svg(data: ForecastData) -> None:
    """With a single trough its median is a line of no length with ends, which draws a dot."""
    text = as_svg(data._replace(course=data.course[:1]), NOW)
    assert re.search(r'd="M(\d+,\d+) L\1" .*stroke-linecap="square"', text)


def test_text_is_escaped_in_the_svg(data: ForecastData) -> None:
    """Words that are markup stand in the SVG as text."""
    odd = '<script>&"'
    course = tuple(one._replace(regimen=odd) for one in data.course)
    root = ET.fromstring(as_svg(data._replace(course=course), NOW))  # noqa: S314 - our own
    assert f"proposed: {odd}" in [one.text for one in root.iter()]


# refusals


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), 2),
        ((FILE, "--patient", FILE), 2),
        ((FILE, "--try", "3,5"), 2),
        ((FILE, "--until", "01/12/2026"), 2),
        (("no-such-file.toml",), 3),
        ((FILE, "--model", "spleen"), 4),
    ],
)
def test_what_cannot_be_answered_draws_nothing(words: tuple[str, ...], status: int, ask: Ask, tmp_path: Path) -> None:
    """Wrong usage is exit 2, a file that is not there 3, an unknown model 4: no number on stdout, no SVG."""
    path = tmp_path / "ahead.svg"
    said = ask("forecast", *words, "--as-of", "2026-11-21T09:00+01:00", "--svg", str(path))
    assert (said.returncode, said.stdout, path.exists()) == (status, "", False)
