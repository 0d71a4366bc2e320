"""What a forecast proposes where last level and model agree, differ, or can't be compared (R42, R56-R58, M10)."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from test_forecast_answer import BEGUN, HEAD, RANGE, ZONE, codes, data_of, few, file_of, level, regimen, said_of

if TYPE_CHECKING:
    from test_forecast_answer import Ask

AZOLE = '[[drugs]]\nname = "fluconazole"\nstart = {}\n'
LONG_AGO = HEAD.replace("2026-10-30", "2025-08-01").replace("[[labs]]", 'cyp3a4 = "*1/*1"\n[[labs]]')


@given(st.lists(st.floats(3, 18).map(lambda one: round(one, 1)), min_size=1, max_size=4))
@few
def test_m10_no_proposal_goes_against_the_last_level(ask: Ask, tmp_path: Path, found: list[float]) -> None:
    """A steady trough above the range never raises the dose, one below never lowers it, one in range keeps it."""
    answer = said_of(ask, tmp_path, file_of((3, 3), found), *RANGE)
    if answer["data"] is None:
        return
    change = answer["data"]["proposal"]["daily_dose_mg"] - 6
    last = answer["data"]["last_level"]
    assert last["position"] == ("below" if found[-1] < 6 else "above" if found[-1] > 9 else "within")
    assert {"below": change >= 0, "above": change <= 0, "within": change == 0}[last["position"]]


def test_r58_a_level_and_a_model_that_contradict_each_other_move_nothing(ask: Ask, tmp_path: Path) -> None:
    """One level far below, predicted in range: the dose stays, the level is repeated, and soon."""
    answer = said_of(ask, tmp_path, file_of((3, 3), (11, 11, 11, 5.2)), *RANGE, "--model", "woillard-2011")
    data = answer["data"]
    assert data["proposal"]["current"]
    assert data["proposal"]["position"] == "within"
    assert data["kept_because"] == "repeat the level first"
    assert "LEVEL_AGAINST_MODEL" in codes(answer)
    assert data["next_level"]["to"] <= "2026-11-23"


def test_r58_two_levels_just_outside_keep_the_dose_where_the_model_is_inside(ask: Ask, tmp_path: Path) -> None:
    """5.7 and 5.6 below 6 while the model says 6 or more: repeated, not refused."""
    data = data_of(ask, tmp_path, file_of((3, 3), (7.5, 7, 5.7, 5.6)), *RANGE, "--model", "woillard-2011")
    assert data["proposal"]["current"] or data["proposal"]["daily_dose_mg"] > 6


def test_r58_two_levels_in_a_row_against_the_model_leave_no_forecast(ask: Ask, tmp_path: Path) -> None:
    """A model whose occasions forget the patient puts 5.4, 5.5 and 5.3 in range for ever: it does not decide."""
    taken = "".join(
        f'[[levels]]\ntaken = {day}T07:50:00\nvalue = {value}\nunit = "ng/mL"\n'
        for day, value in (("2026-09-10", 5.4), ("2026-10-10", 5.5), ("2026-11-20", 5.3))
    )
    course = regimen((4,), datetime(2026, 8, 3, 8, tzinfo=ZONE), "envarsus", 24)
    answer = said_of(ask, tmp_path, LONG_AGO + course + taken, *RANGE)
    assert (answer["code"], answer["data"]) == ("LEVEL_AGAINST_MODEL", None)


@pytest.mark.parametrize(("found", "hematocrit"), [((8.5, 9.3), 27), ((9, 9.6), 26), ((6.5, 5.6), 44)])
def test_r58_r70_a_level_just_outside_goes_before_a_haematocrit(
    ask: Ask, tmp_path: Path, found: tuple[float, float], hematocrit: int
) -> None:
    """Whatever a new haematocrit makes of the trough ahead, a first level just outside the range is repeated."""
    lab = f"[[labs]]\ntaken = 2026-11-21T07:30:00\nhematocrit_percent = {hematocrit}\n"
    text = HEAD.replace("= 33", "= 36") + regimen((3, 3)) + level(14, found[0]) + level(21, found[1]) + lab
    data = data_of(ask, tmp_path, text, *RANGE)
    assert data["proposal"]["current"]
    assert data["next_level"]["to"] <= "2026-11-23"


def test_r45_r56_a_dose_changed_since_the_level_is_measured_on_first(ask: Ask, tmp_path: Path) -> None:
    """No second step up on one level, none back up after a cut that was right by proportion, no second cut."""
    for old, new, found in ((2, 3, 2.6), (3, 2, 10.9), (3, 2.5, 9.6), (4, 3.5, 8.8)):
        changed = regimen((new, new), datetime(2026, 11, 20, 20, tzinfo=ZONE))
        lab = "[[labs]]\ntaken = 2026-11-20\nhematocrit_percent = 26\n"
        text = HEAD + regimen((old, old)) + changed + level(16, found) + level(20, found) + lab
        answer = said_of(ask, tmp_path, text, *RANGE)
        assert answer["data"]["proposal"]["current"], (old, new, found)


def test_a_dose_raised_too_far_since_the_level_is_cut_back(ask: Ask, tmp_path: Path) -> None:
    """6 mg where 2 mg gave 5: back towards the dose that was measured, not beyond it."""
    changed = regimen((6, 6), datetime(2026, 11, 20, 20, tzinfo=ZONE))
    data = data_of(ask, tmp_path, HEAD + regimen((2, 2)) + changed + level(16, 5) + level(20, 5), *RANGE)
    assert 4 < data["proposal"]["daily_dose_mg"] < 12


def test_a_trough_too_near_chooses_no_dose(ask: Ask, tmp_path: Path) -> None:
    """Tomorrow's trough is forecast, but a dose is chosen by the one in a week."""
    text = file_of((3, 3), (12, 13, 13))
    near = data_of(ask, tmp_path, text, *RANGE, "--until", "2026-11-23T08:00")
    assert near["proposal"]["current"]
    assert "too near" in near["kept_because"]
    assert not data_of(ask, tmp_path, text, *RANGE)["proposal"]["current"]


def test_a_regimen_entered_again_at_a_visit_goes_on_by_its_old_clock(ask: Ask, tmp_path: Path) -> None:
    """The same regimen from 10:00, after the intake of 08:00, is no further dose."""
    again = regimen((3, 3), datetime(2026, 11, 18, 10, tzinfo=ZONE))
    levels = level(17, 8) + level(20, 8)
    one, two = (data_of(ask, tmp_path, HEAD + regimen((3, 3)) + row + levels, *RANGE) for row in ("", again))
    assert one["parameters"] == two["parameters"]
    assert one["candidates"] == two["candidates"]


def test_two_doses_close_together_set_the_levels_after_them_aside(ask: Ask, tmp_path: Path) -> None:
    """Another dose entered at the hour of a visit, two weeks ago: the level of the next day does not count."""
    more = regimen((4, 4), datetime(2026, 11, 5, 11, tzinfo=ZONE))
    data = data_of(ask, tmp_path, HEAD + regimen((3, 3)) + more + level(6, 14) + level(20, 8, 10), *RANGE)
    assert [one["level"] for one in data["levels"]] == ["8 ng/mL"]
    (why,) = [one["why"] for one in data["ignored"]]
    assert "two doses 3 h apart" in why


def test_what_is_open_since_the_last_level_is_said(ask: Ask, tmp_path: Path) -> None:
    """A dose vomited after it: no level has shown how much was absorbed."""
    text = HEAD + regimen((3, 3)) + level(16, 8) + level(18, 8)
    answer = said_of(ask, tmp_path, text + '[[events]]\nat = 2026-11-20T20:00:00\nkind = "vomited"\n', *RANGE)
    assert "MISSED_DOSE" in codes(answer)
    assert answer["data"] is not None


def test_a_haematocrit_as_a_fraction_is_a_fault_of_the_file(ask: Ask, tmp_path: Path) -> None:
    """0.36 is no 36 %: with it a level would be forecast as next to nothing."""
    answer = said_of(ask, tmp_path, file_of((3, 3), (8, 8)).replace("= 33", "= 0.36"), *RANGE)
    assert answer["code"] == "BAD_PATIENT_FILE"
    assert "36 and not 0.36" in answer["message"]


def test_r42_a_level_two_hours_after_a_dose_is_no_trough_and_raises_nothing(ask: Ask, tmp_path: Path) -> None:
    """It lies nowhere in a range of troughs: no position, no word of ranges, no increase from it alone."""
    peak = level(20, 10.5, 10, "last_dose = 2026-11-20T08:00:00")
    answer = said_of(ask, tmp_path, HEAD + regimen((3, 3)) + peak, *RANGE)
    assert answer["data"]["last_level"]["position"] == "undetermined"
    assert answer["data"]["proposal"]["current"]
    assert {"RANGES_DISAGREE", "VERY_LOW"}.isdisjoint(codes(answer))


def test_r57_a_peak_is_not_held_against_the_aim_of_troughs(ask: Ask, tmp_path: Path) -> None:
    """24 ng/mL two hours after the dose is no trough three times above its aim."""
    peak = level(20, 24, 10, "last_dose = 2026-11-20T08:00:00")
    answer = said_of(ask, tmp_path, HEAD + regimen((3, 3)) + peak, *RANGE)
    assert answer["data"] is not None, answer["message"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (AZOLE.format("2026-11-24"), "fluconazole from 2026-11-24"),
        (AZOLE.format("2026-08-01") + "stop = 2026-11-23\n", "no fluconazole from 2026-11-24"),
    ],
)
def test_a_drug_that_comes_or_goes_within_the_time_looked_at_is_refused(
    ask: Ask, tmp_path: Path, row: str, what: str
) -> None:
    """What holds today won't then; before that day the question has an answer."""
    text = LONG_AGO + regimen((3, 3), BEGUN - timedelta(days=100)) + level(17, 8) + level(20, 8) + row
    answer = said_of(ask, tmp_path, text, *RANGE)
    assert (answer["code"], answer["data"]) == ("CHANGE_TO_COME", None)
    assert what in answer["message"]
    assert data_of(ask, tmp_path, text, *RANGE, "--until", "2026-11-23T09:00")


def test_a_drug_that_moves_no_level_may_come_and_go(ask: Ask, tmp_path: Path) -> None:
    """Only what some source says of the level counts."""
    row = '[[drugs]]\nname = "ibuprofen"\nstart = 2026-11-24\n'
    assert data_of(ask, tmp_path, file_of((3, 3), (8, 8)) + row, *RANGE)["proposal"]["current"]


def test_a_regimen_that_ends_within_the_time_looked_at_is_refused(ask: Ask, tmp_path: Path) -> None:
    """Its own stop is a change to come."""
    text = HEAD + regimen((3, 3)) + "stop = 2026-11-23T08:00:00\n" + level(20, 8)
    assert said_of(ask, tmp_path, text, *RANGE)["code"] == "CHANGE_TO_COME"


def test_a_haematocrit_drawn_with_a_level_is_that_level_s_own(ask: Ask, tmp_path: Path) -> None:
    """The same day's value with or without a time, or the day before's: nearly one answer."""
    text = file_of((3, 3), (8, 8, 6))
    rows = [f"[[labs]]\ntaken = {at}\nhematocrit_percent = 26\n" for at in ("2026-11-21", "2026-11-21T07:30:00")]
    rows.append("[[labs]]\ntaken = 2026-11-20\nhematocrit_percent = 26\n")
    found = [data_of(ask, tmp_path, text + row, *RANGE, "--model", "woillard-2011") for row in rows]
    fitted = [[one["predicted_ng_ml"] for one in data["levels"]] for data in found]
    assert fitted[0] == pytest.approx(fitted[1], rel=0.03)
    assert fitted[0] == pytest.approx(fitted[2], rel=0.03)
    (used,) = [one for one in found[0]["covariates"] if one["covariate"] == "hematocrit_percent"]
    assert (used["value"], used["measured"]) == (26, "2026-11-21")


def test_of_equal_chances_the_aim_decides_where_one_was_asked_for(ask: Ask, tmp_path: Path) -> None:
    """A higher aim in the range never gives a lower trough."""
    text = file_of((3, 3), (11, 12, 12))
    medians = [
        data_of(ask, tmp_path, text, *RANGE, *words)["proposal"]["trough_ng_ml"]["median"]
        for words in (("--aim", "6.2"), ("--aim", "7.5"), ("--aim", "8.9"))
    ]
    assert medians[0] < medians[2]
    assert medians[0] <= medians[1] <= medians[2]


def test_r14_a_dose_to_try_that_no_capsules_make_says_so(ask: Ask, tmp_path: Path) -> None:
    """It is forecast, with a warning."""
    answer = said_of(ask, tmp_path, file_of((3, 3), (8, 8)), *RANGE, "--try", "3.3")
    assert "NOT_ACHIEVABLE" in codes(answer)


def test_a_regimen_that_only_passes_through_the_range_is_never_in_it(ask: Ask, tmp_path: Path) -> None:
    """From 11 towards 4 the first trough may lie in the range: no time until in range is said."""
    data = data_of(ask, tmp_path, file_of((3, 3), (11, 11, 11)), *RANGE, "--try", "1")
    (tried,) = [one for one in data["candidates"] if one["tried"]]
    assert tried["position"] == "below"
    assert tried["in_range_after_h"] is None
