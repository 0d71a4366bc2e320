"""`trend` from a patient file: what counts, the range of each time, what is compared, and what must change nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdmcli.tables.dosing_readers import read_variability_thresholds

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]
    Ask = Callable[..., Said]

AS_OF = "2026-11-21T09:00:00+00:00"
HEAD = """schema = 1
[patient]
id = "p"
birth_date = 1970-01-01
"""
KIDNEY = HEAD + '[transplant]\norgan = "kidney"\ndate = 2026-01-01\n'
START = datetime(2026, 1, 2, 8, tzinfo=UTC)

on_the_command_line = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def regimen(day: float, mg: float, at: datetime = START) -> str:
    """Return a regimen of a patient file, every 12 hours from so many days after the start."""
    begin = (at + timedelta(days=day)).isoformat()
    return f'[[regimens]]\nstart = {begin}\nproduct = "prograf"\nintakes_mg = [{mg}, {mg}]\ninterval_h = 12\n'


def level(day: float, value: object, *more: str, at: datetime = START) -> str:
    """Return a trough of a patient file, 12 hours after a dose."""
    taken = at + timedelta(days=day)
    dose = (taken - timedelta(hours=12)).isoformat()
    rows = [f"[[levels]]\ntaken = {taken.isoformat()}\nlast_dose = {dose}\nvalue = {value}", 'unit = "ng/mL"', *more]
    return "\n".join(rows) + "\n"


def trend(ask: Ask, folder: Path, text: str, *words: str, as_of: str = AS_OF) -> dict[str, Any]:
    """Return the whole answer to a patient file of this text."""
    path = folder / "patient.toml"
    path.write_text(text, encoding="utf-8")
    trend.asked += 1  # type: ignore[attr-defined]
    said = ask("trend", str(path), "--as-of", as_of, "--json", *words, again=trend.asked)  # type: ignore[attr-defined]
    assert said.returncode == 0, said.stderr
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


trend.asked = 0  # type: ignore[attr-defined]


def data_of(ask: Ask, folder: Path, text: str, *words: str, as_of: str = AS_OF) -> dict[str, Any]:
    """Return the data of the answer to a patient file of this text."""
    data: dict[str, Any] = trend(ask, folder, text, *words, as_of=as_of)["data"]
    return data


# what counts


def test_variability_needs_its_levels(ask: Ask, tmp_path: Path) -> None:
    """Two levels have no CV and no time in range, each with its reason; a third gives both."""
    two = KIDNEY + regimen(0, 3) + level(20, 8) + level(40, 7)
    data = data_of(ask, tmp_path, two)
    for name in ("cd_cv_percent", "cv_percent", "ttr_percent", "mean_trough_ng_ml"):
        assert data[name]["value"] is None
        assert data[name]["because"] == "2 of the 3 levels that it needs [policy]"
        assert data[name]["n"] == 2
    data = data_of(ask, tmp_path, two + level(60, 9))
    assert (data["cv_percent"]["value"], data["cd_cv_percent"]["value"]) == (12.5, 12.5)
    assert data["cv_percent"]["low"] < 12.5 < data["cv_percent"]["high"]


def test_levels_that_move_with_the_dose_vary_no_more_by_dose(ask: Ask, tmp_path: Path) -> None:
    """Half the dose, half the level: C0/D does not vary, C0 does, and its CV is said not to be IPV as defined."""
    text = KIDNEY + regimen(0, 4) + level(20, 8) + level(30, 8) + regimen(40.1, 2) + level(60, 4) + level(70, 4)
    data = data_of(ask, tmp_path, text)
    assert (data["cd_cv_percent"]["value"], data["cd_cv_percent"]["n"]) == (0, 4)
    assert data["cv_percent"]["value"] == 38.5
    assert data["dose_changed"] is True
    assert "not IPV as defined" in data["cv_percent"]["because"]


def test_a_level_on_the_way_to_a_new_dose_counts_for_time_alone(ask: Ask, tmp_path: Path) -> None:
    """A true trough two days after a change is in the time in range, not in the CV."""
    text = KIDNEY + regimen(0, 4) + level(20, 8) + level(30, 8) + level(40, 8) + regimen(48.1, 2) + level(50, 6)
    data = data_of(ask, tmp_path, text)
    assert (data["levels_used"], data["levels_steady"]) == (4, 3)
    assert (data["ttr_percent"]["n"], data["cv_percent"]["n"]) == (4, 3)
    assert data["levels"][-1]["not_steady_because"] == ["NOT_STEADY_STATE"]


def test_each_level_set_aside_is_listed_with_its_code(ask: Ask, tmp_path: Path) -> None:
    """R52, R37, R54: flagged, censored and corrected levels stand under ignored with the time they bear."""
    text = KIDNEY + regimen(0, 3) + level(20, 8) + level(30, 9, 'flags = ["clotted"]') + level(40, '"<2"')
    text += level(50, 9) + level(50, 7, f"corrects = {(START + timedelta(days=50)).isoformat()}")
    ignored = data_of(ask, tmp_path, text)["ignored"]
    assert [(one["record"][:10], one["code"]) for one in ignored] == [
        ("2026-02-01", "LEVEL_IGNORED"),
        ("2026-02-11", "CENSORED_LEVEL"),
        ("2026-02-21", "LEVEL_IGNORED"),
    ]
    assert [one["why"] for one in ignored[::2]] == ["flagged clotted", "corrected by a later entry"]


# time in range


def test_time_in_range_follows_the_range_of_each_time(ask: Ask, tmp_path: Path) -> None:
    """A level that stays at 9 is in the range while that is 8-12 and 6-9, and above once it is 4-8."""
    days = (10, 40, 80, 120, 160)
    data = data_of(ask, tmp_path, KIDNEY + regimen(0, 3) + "".join(level(day, 9) for day in days))
    targets = [(one["low_ng_ml"], one["high_ng_ml"]) for one in data["targets"]]
    assert targets == [(8, 12), (6, 9), (4, 8)]
    edge = datetime.fromisoformat(data["targets"][2]["from"])
    inside = (edge - (START + timedelta(days=10))) / timedelta(days=150)
    assert data["ttr_percent"]["value"] == pytest.approx(100 * inside, abs=0.05)
    assert data["ttr_percent"]["above_percent"] == pytest.approx(100 * (1 - inside), abs=0.051)
    assert [one["position"] for one in data["levels"]] == ["within", "within", "within", "above", "above"]


def test_the_range_of_the_file_wins_all_the_time(ask: Ask, tmp_path: Path) -> None:
    """[target] holds for every day, and the answer says that it was taken so."""
    text = KIDNEY + "[target]\nlow_ng_ml = 8\nhigh_ng_ml = 10\n" + regimen(0, 3)
    data = data_of(ask, tmp_path, text + "".join(level(day, 9) for day in (10, 60, 110)))
    assert (data["ttr_percent"]["value"], len(data["targets"]), data["targets"][0]["row"]) == (100, 1, None)


@pytest.mark.parametrize(
    ("first", "days", "counted"),
    [(10, 60, True), (10, 61, False), (360, 61, False), (370, 61, True), (370, 120, True), (370, 121, False)],
)
def test_a_gap_that_is_too_long_is_left_out_and_said(
    first: int,
    days: int,
    counted: bool,  # noqa: FBT001
    ask: Ask,
    tmp_path: Path,
) -> None:
    """60 days in the first year and 120 later are joined, more are not: the gap stands in the answer with its days."""
    text = KIDNEY.replace("2026-01-01", "2025-01-01") + regimen(-366, 3)
    at = datetime(2025, 1, 1, 8, tzinfo=UTC)
    text += "".join(level(day, 7, at=at) for day in (first, first + days, first + days + 1))
    data = data_of(ask, tmp_path, text.replace("2025-01-01T08:00:00+00:00\nproduct", "2025-01-01T08:00:00Z\nproduct"))
    assert data["ttr_percent"]["days"] == (days + 1 if counted else 1)
    assert [(one["days"], "[policy]" in one["why"]) for one in data["gaps"]] == ([] if counted else [(days, True)])


def test_a_pause_is_not_bridged(ask: Ask, tmp_path: Path) -> None:
    """Where tacrolimus was held between two levels, no line is drawn through the pause."""
    text = KIDNEY + regimen(0, 3) + "".join(level(day, 7) for day in (40, 50, 70))
    held = f'[[events]]\nat = {(START + timedelta(days=52)).isoformat()}\nkind = "held"\n'
    held += f'[[events]]\nat = {(START + timedelta(days=55)).isoformat()}\nkind = "resumed"\n'
    data = data_of(ask, tmp_path, text + held)
    assert [one["why"] for one in data["gaps"]] == ["tacrolimus was held or stopped"]
    assert data["ttr_percent"]["days"] == 10


def test_without_a_known_range_no_time_in_range_is_said(ask: Ask, tmp_path: Path) -> None:
    """A file without organ or target has its CV, and no time in range and no position."""
    data = data_of(ask, tmp_path, HEAD + regimen(0, 3) + "".join(level(day, 7) for day in (40, 50, 70)))
    assert data["ttr_percent"]["value"] is None
    assert data["ttr_percent"]["because"] == "no range is known for these days"
    assert (data["in_range_percent"], data["positions"]["no_range"]) == (None, 3)
    assert data["cv_percent"]["value"] == 0


# rules


def test_r45_the_ratio_is_of_the_dose_when_the_level_was_drawn(ask: Ask, tmp_path: Path) -> None:
    """The dose was halved the evening after: the level is divided by the dose before."""
    data = data_of(ask, tmp_path, KIDNEY + regimen(0, 4) + level(20, 8) + regimen(20.5, 2))
    (one,) = data["cd_ratio"]
    assert (one["daily_dose_mg"], one["cd_ratio_ng_ml_per_mg"]) == (8, 1)


def test_r70_a_standardised_level_decides_nothing(ask: Ask, tmp_path: Path) -> None:
    """With a low haematocrit both standardised levels stand beside the level, and every other number is unchanged."""
    text = KIDNEY + regimen(0, 3) + "".join(level(day, 6.5) for day in (40, 50, 60))
    plain = data_of(ask, tmp_path, text)
    lab = "[[labs]]\ntaken = 2026-02-18\nhematocrit_percent = 26\n"
    with_lab = data_of(ask, tmp_path, text + lab)
    standard = [(one["reference_percent"], one["level_ng_ml"]) for one in with_lab["levels"][1]["standardised"]]
    assert standard == [(45, 11.3), (35, 8.8)]
    assert with_lab["levels"][0]["standardised"] == []
    for name in ("cd_cv_percent", "cv_percent", "ttr_percent", "in_range_percent", "positions", "cd_ratio"):
        assert with_lab[name] == plain[name]
    assert [one["position"] for one in with_lab["levels"]] == [one["position"] for one in plain["levels"]]


def test_r71_a_threshold_is_compared_over_its_own_window_alone(ask: Ask, tmp_path: Path) -> None:
    """The mean of the first year is compared once that year is over and all looked at, never for part of it."""
    at = datetime(2025, 1, 2, 8, tzinfo=UTC)
    text = KIDNEY.replace("2026-01-01", "2025-01-01") + regimen(0, 3, at)
    text += "".join(level(day, 7, at=at) for day in range(20, 360, 40)) + level(500, 20, at=at)

    def davis(*words: str, as_of: str = AS_OF) -> dict[str, Any]:
        found = data_of(ask, tmp_path, text, *words, as_of=as_of)["thresholds"]
        (one,) = [row for row in found if row["id"] == "variability-mean-trough-davis-2018"]
        return dict(one)

    whole = davis()
    assert (whole["state"], whole["value"], whole["n"]) == ("crossed", 7, 9)
    for part in (davis("--from", "2025-02-01"), davis(as_of="2025-12-01")):
        assert (part["state"], part["value"]) == ("not-compared", None)


def test_r71_a_number_of_another_definition_gets_no_verdict(ask: Ask, tmp_path: Path) -> None:
    """TTR below 60 % and 78 %, CV and time-weighted CV: shown with the reason why they are not compared."""
    at = datetime(2025, 1, 2, 8, tzinfo=UTC)
    text = KIDNEY.replace("2026-01-01", "2025-01-01") + regimen(0, 3, at)
    text += "".join(level(day, 3 + day % 7, at=at) for day in range(20, 400, 20))
    found = {one["id"]: one for one in data_of(ask, tmp_path, text)["thresholds"]}
    rows = {row.id: row for row in read_variability_thresholds()}
    assert {"variability-ttr-davis-2018", "variability-ttr-song-2019", "variability-twcv-park-2022"} <= set(found)
    for name, one in found.items():
        if rows[name].metric not in {"mean-trough", "standard-deviation"}:
            assert (one["state"], one["value"]) == ("not-compared", None)
            assert one["because"]


def test_a_childs_limit_is_for_a_child(ask: Ask, tmp_path: Path) -> None:
    """SD above 2 is the limit of children with a liver more than a year after: compared for a child, for no adult."""
    at = datetime(2025, 1, 2, 8, tzinfo=UTC)
    text = KIDNEY.replace("2026-01-01", "2025-01-01").replace("kidney", "liver") + regimen(0, 3, at)
    text += "".join(level(day, value, at=at) for day, value in ((380, 4), (400, 9), (420, 5)))
    for born, state in (("1970-01-01", "not-compared"), ("2016-01-01", "crossed")):
        found = data_of(ask, tmp_path, text.replace("1970-01-01", born))["thresholds"]
        (one,) = [row for row in found if row["id"] == "variability-sd-liver-child"]
        assert one["state"] == state


# what must change nothing

values = st.integers(30, 150).map(lambda ten: Decimal(ten) / 10)
patients = st.lists(st.tuples(st.integers(12, 250), values), min_size=3, max_size=8, unique_by=lambda one: one[0])
doses = st.lists(
    st.tuples(st.integers(1, 250), st.integers(1, 8)), min_size=0, max_size=4, unique_by=lambda one: one[0]
)


def rows_of(levels: Sequence[tuple[int, Decimal]], steps: Sequence[tuple[int, int]], at: datetime = START) -> list[str]:
    """Return the rows of a patient file: a first dose, its changes in the evening, and troughs in the morning."""
    rows = [regimen(0, 3, at), *(regimen(day + 0.5, mg, at) for day, mg in steps)]
    return rows + [level(day, value, at=at) for day, value in levels]


@on_the_command_line
@given(patients, doses, st.randoms(use_true_random=False))
def test_m17_the_order_of_rows_changes_nothing(
    ask: Ask, tmp_path: Path, levels: list[tuple[int, Decimal]], steps: list[tuple[int, int]], draw: Any
) -> None:
    """Shuffled rows give the same answer but for the digest of the file."""
    rows = rows_of(levels, steps)
    before = trend(ask, tmp_path, KIDNEY + "".join(rows))
    draw.shuffle(rows)
    after = trend(ask, tmp_path, KIDNEY + "".join(rows))
    assert after["data"] == before["data"]
    assert after["warnings"] == before["warnings"]


@on_the_command_line
@given(patients, doses, st.integers(-90, 90))
def test_m20_shifting_all_times_changes_nothing(
    ask: Ask, tmp_path: Path, levels: list[tuple[int, Decimal]], steps: list[tuple[int, int]], days: int
) -> None:
    """The transplant, every row and --as-of so many days later: the same numbers."""
    shift = timedelta(days=days)
    moved = KIDNEY.replace("date = 2026-01-01", f"date = {(datetime(2026, 1, 1, tzinfo=UTC) + shift).date()}")
    before = data_of(ask, tmp_path, KIDNEY + "".join(rows_of(levels, steps)))
    as_of = (datetime.fromisoformat(AS_OF) + shift).isoformat()
    after = data_of(ask, tmp_path, moved + "".join(rows_of(levels, steps, START + shift)), as_of=as_of)
    for name in ("cd_cv_percent", "cv_percent", "time_weighted_cv_percent", "ttr_percent", "positions"):
        assert after[name] == before[name]
    assert [one["code"] for one in after["ignored"]] == [one["code"] for one in before["ignored"]]


@on_the_command_line
@given(patients, doses)
def test_m02_doubling_levels_and_doses_leaves_the_variability_of_c_over_d(
    ask: Ask, tmp_path: Path, levels: list[tuple[int, Decimal]], steps: list[tuple[int, int]]
) -> None:
    """Twice the dose and twice the level: the same C0/D, so the same CV of it."""
    text = KIDNEY + "".join(rows_of(levels, steps))
    double = (
        KIDNEY
        + regimen(0, 6)
        + "".join(rows_of([(day, 2 * value) for day, value in levels], [(day, 2 * mg) for day, mg in steps])[1:])
    )
    before, after = data_of(ask, tmp_path, text), data_of(ask, tmp_path, double)
    assert after["cd_cv_percent"] == before["cd_cv_percent"]
    assert [one["cd_ratio_ng_ml_per_mg"] for one in after["cd_ratio"]] == [
        one["cd_ratio_ng_ml_per_mg"] for one in before["cd_ratio"]
    ]


@on_the_command_line
@given(patients, doses)
def test_the_answer_holds_together(
    ask: Ask, tmp_path: Path, levels: list[tuple[int, Decimal]], steps: list[tuple[int, int]]
) -> None:
    """Every level counts or is set aside, time in range lies in 0 to 100, and its parts make up the whole."""
    data = data_of(ask, tmp_path, KIDNEY + "".join(rows_of(levels, steps)))
    assert data["levels_used"] + len(data["ignored"]) == len(levels)
    assert data["levels_used"] == len(data["levels"]) == sum(data["positions"].values())
    time = data["ttr_percent"]
    if time["value"] is not None:
        assert 0 <= time["value"] <= 100
        assert time["value"] + time["below_percent"] + time["above_percent"] == pytest.approx(100, abs=0.2)
    for before, after in pairwise(data["targets"]):
        assert before["to"] == after["from"]


def test_a_change_of_clocks_moves_nothing(ask: Ask, tmp_path: Path) -> None:
    """R41: with the clock's hour in between, the days counted are elapsed ones."""
    text = KIDNEY.replace('id = "p"', 'id = "p"\ntime_zone = "Europe/Paris"')
    rows = regimen(0, 3) + "".join(
        f'[[levels]]\ntaken = {day}T08:00:00\nvalue = 7\nunit = "ng/mL"\n'
        for day in ("2026-03-28", "2026-03-29", "2026-03-30")
    )
    assert data_of(ask, tmp_path, text + rows)["ttr_percent"]["days"] == 2  # 47 hours, to a tenth of a day
    assert "2026-03-30T08:00:00+02:00" in str(data_of(ask, tmp_path, text + rows)["window"])


# the chart


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_chart_fits_its_width(width: int, ask: Ask) -> None:
    """At any width the chart's lines fit, are plain ASCII, and show a mark for every level, near ones sharing one."""
    said = ask("trend", "data/examples/kidney-year-2.toml", "--as-of", "2026-04-01", width=width).stdout
    chart = said.partition("ng/mL\n")[2].partition("C0/D CV")[0]
    assert chart.isascii()
    assert max(len(line) for line in chart.splitlines()) <= width
    field = "".join(re.findall(r"(?m)^ *\d* \|(.*)$", chart.partition("+-")[0]))
    assert set(field) <= set(" :o^vx*")
    assert field.count("x") == 2
    assert "clarithromycin\n" in chart
    assert "#" in chart


def test_what_lies_outside_the_chart_is_not_drawn_at_its_edge(ask: Ask, tmp_path: Path) -> None:
    """A range, a dose and a drug that ended before the first level leave no mark in its column."""
    text = KIDNEY + regimen(0, 5) + regimen(10.5, 3) + level(100, 7) + level(130, 7)
    text += '[[drugs]]\nname = "fluconazole"\nstart = 2026-01-10\nstop = 2026-01-12\n'
    path = tmp_path / "patient.toml"
    path.write_text(text, encoding="utf-8")
    said = ask("trend", str(path), "--as-of", AS_OF, again=101).stdout
    field = said.partition("ng/mL\n")[2].partition("+-")[0].replace("o", ":")
    low_and_high = [number for number, line in enumerate(field.splitlines()) if ":" in line]
    columns = {tuple(":" in field.splitlines()[row][column] for row in low_and_high) for column in (5, 40, 70)}
    assert len(columns) == 1
    assert "|6====" in said
    assert "#" not in said.partition("C0/D CV")[0]


def test_the_svg_is_written_once_and_holds_every_level(ask: Ask, tmp_path: Path) -> None:
    """--svg writes well-formed XML with a dot for each level that counts, and never over a file."""
    path = tmp_path / "course.svg"
    words = ("trend", "data/examples/kidney-year-2.toml", "--as-of", "2026-04-01", "--svg", str(path))
    said = ask(*words, again=1)
    assert said.returncode == 0
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own
    names = [one.tag.rpartition("}")[2] for one in root.iter()]
    assert root.tag.endswith("svg")
    assert names.count("circle") == 14
    assert "script" not in names
    before = path.read_bytes()
    assert ask(*words, again=2).returncode == 5
    assert path.read_bytes() == before


def test_text_of_the_file_is_escaped_in_the_svg(ask: Ask, tmp_path: Path) -> None:
    """A drug whose name is markup stands in the SVG as text."""
    path = tmp_path / "course.svg"
    text = KIDNEY + regimen(0, 3) + level(20, 7) + level(30, 7)
    text += '[[drugs]]\nname = "<script>&\\u202e"\nstart = 2026-01-10\n'
    trend(ask, tmp_path, text, "--svg", str(path))
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own
    assert "<script>&?" in [one.text for one in root.iter()]


# refusals


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), 2),
        (("data/examples/kidney-day-40.toml", "--patient", "data/examples/kidney-day-40.toml"), 2),
        (("data/examples/kidney-day-40.toml", "--from", "01/11/2026"), 2),
        (("data/examples/kidney-day-40.toml", "--from", "2026-11-20", "--to", "2026-11-01"), 2),
        (("data/examples/kidney-day-40.toml", "--accept", "NOT_A_TROUGH"), 2),
        (("no-such-file.toml",), 3),
        (("data/examples/kidney-day-40.toml", "--to", "2026-10-14"), 4),
    ],
)
def test_what_cannot_be_answered_is_refused(words: tuple[str, ...], status: int, ask: Ask) -> None:
    """Wrong usage is exit 2, a file that is not there 3, a window without a level 4; no number stands on stdout."""
    said = ask("trend", *words, "--as-of", AS_OF)
    assert (said.returncode, said.stdout) == (status, "")


def test_a_level_beyond_belief_must_be_said_again(ask: Ask, tmp_path: Path) -> None:
    """R31: a level above 300 anywhere in the window needs --confirm-value; with it, it counts and is alarmed."""
    text = KIDNEY + regimen(0, 3) + level(20, 312) + level(40, 8)
    path = tmp_path / "patient.toml"
    path.write_text(text, encoding="utf-8")
    assert ask("trend", str(path), "--as-of", AS_OF).returncode == 2
    answer = trend(ask, tmp_path, text, "--confirm-value", "312")
    assert "CRITICAL_LEVEL" in {one["code"] for one in answer["warnings"]}
