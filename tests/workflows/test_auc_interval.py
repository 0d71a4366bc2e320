"""Of which interval `auc` speaks: a newer trough before an older profile, and what is not of it is named."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tdmcli.domain.findings import Refused
from tdmcli.domain.limited_sampling import Sample
from tdmcli.domain.units import parse_level
from tdmcli.errors import Code
from tdmcli.workflows.auc_map import _refuse_below_trough
from tdmcli.workflows.auc_samples import Interval

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Ask = Callable[..., subprocess.CompletedProcess[str]]

NOW = "2026-11-28T10:00+01:00"
HEAD = """schema = 1
[patient]
id = "p"
birth_date = 1971-03-02
sex = "female"
height_cm = 165
time_zone = "Europe/Paris"
[transplant]
organ = "kidney"
date = 2026-06-01
[genotype]
cyp3a5 = "*3/*3"
[[labs]]
taken = 2026-11-01
hematocrit_percent = 35
[[weights]]
measured = 2026-11-01
kg = 68
[[regimens]]
start = 2026-06-13T08:00:00
product = "prograf"
intakes_mg = [3, 3]
interval_h = 12
"""


def level(taken: str, last_dose: str | None, value: object, *more: str) -> str:
    """Return a level of a patient file."""
    lines = ["[[levels]]", f"taken = {taken}", f"last_dose = {last_dose}" if last_dose else "", f"value = {value}"]
    return "\n".join([*filter(None, lines), 'unit = "ng/mL"', 'assay = "lc-ms/ms"', *more]) + "\n"


def trough(day: int, value: object, *more: str) -> str:
    """Return a morning trough of November 2026."""
    return level(f"2026-11-{day:02}T07:50:00", f"2026-11-{day - 1:02}T20:00:00", value, *more)


def after(day: int, hours: int, value: object, month: str = "11") -> str:
    """Return a level some hours after the morning dose of a day."""
    return level(f"2026-{month}-{day:02}T{8 + hours:02}:00:00", f"2026-{month}-{day:02}T08:00:00", value)


def profile(day: int) -> str:
    """Return levels before, 1 and 4 hours after a morning dose."""
    return trough(day, 8.4) + after(day, 1, 21.4) + after(day, 4, 12.9)


def auc(ask: Ask, path: Path, text: str, now: str = NOW) -> dict[str, Any]:
    """Return the JSON answer about a patient with these levels."""
    path.write_text(HEAD + text, encoding="utf-8")
    auc.asked += 1  # type: ignore[attr-defined]
    said = ask("auc", "--patient", str(path), "--as-of", now, "--json", again=auc.asked)  # type: ignore[attr-defined]
    found: dict[str, Any] = json.loads(said.stdout)
    return found


auc.asked = 0  # type: ignore[attr-defined]


def used(answer: dict[str, Any]) -> list[float]:
    """Return the levels of the interval."""
    return [one["level_ng_ml"] for one in answer["data"]["samples"]]


def warnings(answer: dict[str, Any]) -> dict[str, str]:
    """Return the messages of the warnings by their codes."""
    return {one["code"]: one["message"] for one in answer["warnings"]}


def refusals(answer: dict[str, Any]) -> dict[str, str | None]:
    """Return the code with which each method refuses."""
    return {one["id"]: one["refused"] for one in answer["data"]["methods"]}


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [
        (profile(20) + trough(26, 5), [5]),
        (after(1, 4, 13.6) + trough(12, 8.1) + trough(26, 5), [5]),
        (profile(20) + trough(22, 5), [5]),
        (profile(20) + trough(21, 5), [8.4, 21.4, 12.9]),
        (profile(20), [8.4, 21.4, 12.9]),
        (trough(12, 5) + profile(20), [8.4, 21.4, 12.9]),
        (profile(12) + trough(18, 5) + profile(20), [8.4, 21.4, 12.9]),
        (profile(20) + level("2026-11-26T07:50:00", None, 5), [5]),
        (profile(20) + level("2026-11-26T10:50:00", None, 5), [8.4, 21.4, 12.9]),
        (trough(12, 7) + level("2026-11-26T07:50:00", None, 5), [5]),
        (level("2026-11-20T07:50:00", None, 8.4) + after(20, 1, 21.4), [8.4, 21.4]),
        (level("2026-11-20T07:50:00", None, 8.4) + level("2026-11-20T09:00:00", "2026-11-20T07:30:00", 21), [21]),
        (profile(20) + level("2026-11-26", None, 5), [8.4, 21.4, 12.9]),
        (profile(20) + trough(26, 5, 'flags = ["clotted"]'), [8.4, 21.4, 12.9]),
        (profile(20) + level("2026-11-26T07:50:00", "2026-11-25T08:00:00", 5), [8.4, 21.4, 12.9]),
        (
            profile(10) + trough(20, 6) + level("2026-11-26T07:50:00", "2026-11-25T08:00:00", 5),
            [6],
        ),
    ],
)
def test_a_trough_of_a_later_visit_stands_in_an_older_profile_s_stead(
    levels: str, wanted: list[float], ask: Ask, tmp_path: Path
) -> None:
    """The same regimen or not: levels long ago don't tell of now; a level without a usable time is no such trough."""
    assert used(auc(ask, tmp_path / "p.toml", levels)) == wanted


def test_r43_a_trough_by_the_clock_is_told_to_be_one(ask: Ask, tmp_path: Path) -> None:
    """A timed level without a last dose counts in every method as the model counts it, and the answer says so."""
    answer = auc(ask, tmp_path / "p.toml", trough(12, 7) + level("2026-11-26T07:50:00", None, 5.2))
    assert used(answer) == [5.2]
    assert refusals(answer)["map"] is refusals(answer)["regression-saint-marcoux-2013-3-12m"] is None
    said = warnings(answer)["UNTIMED_LEVEL"]
    assert "5.2 ng/mL of 2026-11-26 07:50 is taken as a trough by the clock: its last dose is not in the file" in said
    assert "UNTIMED_LEVEL" not in warnings(auc(ask, tmp_path / "p.toml", trough(26, 5.2)))


def test_an_older_profile_is_named_with_the_way_to_ask_for_it(ask: Ask, tmp_path: Path) -> None:
    """The warning's own --as-of gives the profile's area; without an older profile it is not said."""
    levels = profile(20) + trough(26, 5)
    now = auc(ask, tmp_path / "p.toml", levels)
    said = warnings(now)["OLDER_PROFILE"]
    assert "2026-11-20" in said
    assert "--as-of 2026-11-20T12:00." in said
    then = auc(ask, tmp_path / "p.toml", levels, "2026-11-20T12:00")
    assert used(then) == [8.4, 21.4, 12.9]
    assert "OLDER_PROFILE" not in warnings(then)
    text = ask("auc", "--patient", str(tmp_path / "p.toml"), "--as-of", NOW, width=300).stdout
    assert "--as-of 2026-11-20T12:00" in text


def test_r46_a_good_trough_after_a_stale_profile_is_answered(ask: Ask, tmp_path: Path) -> None:
    """A profile of half a year ago no longer refuses what a trough of two days ago says."""
    path = tmp_path / "p.toml"
    path.write_text(
        HEAD.replace("2026-06", "2025-06") + after(20, 4, 12.9, month="04") + trough(26, 6.4),
        encoding="utf-8",
    )
    answer = json.loads(ask("auc", "--patient", str(path), "--as-of", NOW, "--json").stdout)
    assert used(answer) == [6.4]
    assert refusals(answer)["regression-saint-marcoux-2013-12m-on"] is None


@pytest.mark.parametrize(
    ("newest", "why"),
    [
        (level("2026-11-26", None, 6), "the file has its date only"),
        (level("2026-11-26T10:50:00", None, 6), "its last dose is not known"),
        (level("2026-11-21T07:50:00", None, 6), "it is of another interval, within 36 h of these levels [policy]"),
        (trough(21, 6), "it is of another interval, within 36 h of these levels [policy]"),
        (level("2026-11-26T07:50:00", "2026-11-25T08:00:00", 6), "it was drawn 23.8 h after its last dose"),
    ],
)
def test_the_newest_level_that_is_not_of_the_interval_is_named_with_its_reason(
    newest: str, why: str, ask: Ask, tmp_path: Path
) -> None:
    """Whatever the area is of, the newest level of the file stands beside it."""
    answer = auc(ask, tmp_path / "p.toml", profile(20) + newest)
    assert used(answer) == [8.4, 21.4, 12.9]
    assert f", is none of the interval's: {why}." in warnings(answer)["NOT_OF_INTERVAL"]
    assert "6 ng/mL of 2026-11-2" in warnings(answer)["NOT_OF_INTERVAL"]
    assert "NOT_OF_INTERVAL" not in warnings(auc(ask, tmp_path / "p.toml", profile(20)))


def test_a_flagged_newest_level_is_named_by_its_flag(ask: Ask, tmp_path: Path) -> None:
    """What the laboratory flagged is not used, and is said with its reason."""
    answer = auc(ask, tmp_path / "p.toml", profile(20) + trough(26, 5, 'flags = ["clotted"]'))
    assert "flagged clotted" in warnings(answer)["LEVEL_IGNORED"]


@pytest.mark.parametrize(
    ("newest", "said", "refused"),
    [
        (trough(21, 20.4), "HIGH_LEVEL", None),
        (level("2026-11-26", None, 20.4), "HIGH_LEVEL", None),
        (level("2026-11-26T10:50:00", None, 20.4), "HIGH_LEVEL", None),
        (trough(21, 27), None, "DISCREPANT"),
        (trough(21, 2.4), None, "DISCREPANT"),
        (level("2026-11-26", None, 2.4), None, "DISCREPANT"),
        (level("2026-11-26", None, 61), None, "CRITICAL_LEVEL"),
    ],
)
def test_r31_r32_what_the_newest_level_says_reaches_every_method(
    newest: str, said: str | None, refused: str | None, ask: Ask, tmp_path: Path
) -> None:
    """High is said, discrepant and critical give no area, though the levels of the interval are fine by themselves."""
    target = "[target]\nlow_ng_ml = 8\nhigh_ng_ml = 12\n"
    answer = auc(ask, tmp_path / "p.toml", target + profile(20) + newest)
    if refused is None:
        assert refusals(answer)["regression-lss-ir-0-1-4h"] is None
        assert said in warnings(answer)
    else:
        assert (answer["code"], answer["data"]) == ("NO_METHOD", None)
        assert f"{refused}: " in answer["message"]
        assert "regression-lss-ir-0-1-4h" in answer["message"]


def test_r57_an_area_that_leaves_out_a_newest_level_far_above_the_aim_is_none(ask: Ask, tmp_path: Path) -> None:
    """A trough next morning of more than three times the aim, from one that was high already."""
    high = trough(20, 12) + after(20, 1, 30) + after(20, 4, 18)
    answer = auc(ask, tmp_path / "p.toml", high + trough(21, 30))
    assert (answer["code"], answer["data"]) == ("NO_METHOD", None)
    assert "TOO_HIGH_TO_SCALE: " in answer["message"]


def test_a_trough_the_morning_after_is_no_discrepancy_with_a_peak(ask: Ask, tmp_path: Path) -> None:
    """A third of the peak of the day before is where a trough lies."""
    answer = auc(ask, tmp_path / "p.toml", trough(20, 8.4) + after(20, 1, 30) + trough(21, 8))
    assert refusals(answer)["map"] is None


def the_map(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the area by a fitted model."""
    found: dict[str, Any] = next(one for one in answer["data"]["methods"] if one["id"] == "map")
    return found


DRUG = '[[drugs]]\nname = "voriconazole"\nstart = 2026-10-01\nstop = 2026-10-20\n'


@pytest.mark.parametrize(
    ("levels", "counted", "ignored"),
    [
        (profile(20), "all levels", []),
        (
            level("2026-10-15T07:50:00", "2026-10-14T20:00:00", 9.8) + profile(20) + DRUG,
            "3 of 4 levels",
            [("2026-10-15T07:50:00+02:00", "9.8 ng/mL", "drawn with voriconazole, unlike now")],
        ),
        (
            level("2026-11-12", None, 9.8) + profile(20),
            "3 of 4 levels",
            [("2026-11-12T12:00:00+01:00", "9.8 ng/mL", "the file has its date only")],
        ),
        (
            profile(20) + trough(30, 5),
            "all levels",
            [("2026-11-30T07:50:00+01:00", "5 ng/mL", "drawn after the time asked about")],
        ),
    ],
)
def test_a_fit_says_how_many_levels_it_rests_on_and_which_it_leaves_out(
    levels: str, counted: str, ignored: list[tuple[str, str, str]], ask: Ask, tmp_path: Path
) -> None:
    """No fit is called one to all levels where some were set aside; a level yet to come is none that it lacks."""
    answer = auc(ask, tmp_path / "p.toml", levels)
    assert f"fitted to {counted} (MAP)" in the_map(answer)["name"]
    assert [tuple(one.values()) for one in answer["data"]["ignored"]] == ignored
    text = ask("auc", "--patient", str(tmp_path / "p.toml"), "--as-of", NOW, width=300).stdout
    assert all(why in text or "LEVEL_IGNORED" in text for _, _, why in ignored)


def test_r60_another_model_whose_area_lies_outside_the_interval_is_named(ask: Ask, tmp_path: Path) -> None:
    """Levels that models read differently: each area outside the middle 80 % stands in a warning, none inside it."""
    path = tmp_path / "p.toml"
    early = HEAD.replace("2026-06-01", "2026-10-12").replace("2026-06-13", "2026-10-13")
    odd = level("2026-11-20T07:50:00", "2026-11-19T20:00:00", '"<2"') + after(20, 1, 21.4) + after(20, 3, 14.9)
    for number, (levels, said) in enumerate(((odd, True), (profile(20), False))):
        path.write_text(early + levels, encoding="utf-8")
        words = ("auc", "--patient", str(path), "--as-of", NOW, "--json")
        answer = json.loads(ask(*words, again=1000 + number).stdout)
        assert ("AREAS_DISAGREE" in warnings(answer)) == said
        if said:
            low, high = (the_map(answer)[name] for name in ("p10_ng_h_ml", "p90_ng_h_ml"))
            areas = [float(one) for one in re.findall(r"([0-9.]+) ng\*h/mL", warnings(answer)["AREAS_DISAGREE"])]
            assert areas
            assert not [one for one in areas if low + 1 < one < high - 1]


def test_r41_times_of_samples_are_those_of_the_patient_s_clock(ask: Ask, tmp_path: Path) -> None:
    """Levels written in UTC stand beside the interval by the same clock."""
    utc = level("2026-11-20T06:50:00Z", "2026-11-19T19:00:00Z", 8.4) + level(
        "2026-11-20T08:00:00Z", "2026-11-20T07:00:00Z", 21.4
    )
    answer = auc(ask, tmp_path / "p.toml", level("2026-11-12T00:00:00Z", None, 9) + utc)
    assert [one["taken"] for one in answer["data"]["samples"]] == [
        "2026-11-20T07:50:00+01:00", "2026-11-20T09:00:00+01:00",
    ]  # fmt: skip
    assert the_map(answer)["from"] == "2026-11-20T08:00:00+01:00"


def test_the_interval_of_an_area_says_that_it_reads_low(ask: Ask, tmp_path: Path) -> None:
    """The middle 80 % is worked out by slopes, and the answer says how to read it."""
    auc(ask, tmp_path / "p.toml", profile(20))
    for form in ("auto", "note"):
        words = ("auc", "--patient", str(tmp_path / "p.toml"), "--as-of", NOW, "--format", form)
        assert "(by slopes: it reads a little low)" in " ".join(ask(*words, width=300).stdout.split())


@pytest.mark.parametrize(("assay", "said"), [("lc-ms/ms", False), ("cmia", True)])
def test_r53_levels_by_immunoassay_in_a_model_from_lc_ms_ms_are_told(
    assay: str, *, said: bool, ask: Ask, tmp_path: Path
) -> None:
    """Nothing is converted between assays, so the answer says that the model was made with the other one."""
    answer = auc(ask, tmp_path / "p.toml", profile(20).replace("lc-ms/ms", assay))
    assert the_map(answer)["model"] == "woillard-2011"
    assert ("OTHER_ASSAY" in warnings(answer)) == said
    assert not said or "3 of the 3 fitted here are by immunoassay" in warnings(answer)["OTHER_ASSAY"]


STEADY = trough(3, 7.6) + trough(10, 8.4) + trough(17, 7.8)


@pytest.mark.parametrize("newest", [12, 14])
def test_r60_a_model_that_misses_the_trough_an_area_rests_on_gives_none(newest: int, ask: Ask, tmp_path: Path) -> None:
    """No mean lies below its lowest level: an area below the trough times the interval is of another trough."""
    answer = auc(ask, tmp_path / "p.toml", STEADY + trough(27, newest))
    assert used(answer) == [newest]
    fitted = the_map(answer)
    if fitted["refused"] is None:
        assert fitted["auc_ng_h_ml"] >= newest * 12
    else:
        assert fitted["refused"] == "FIT_FAILED"
        assert f"the last level, {newest} ng/mL of 2026-11-27" in fitted["why"]
    assert the_map(auc(ask, tmp_path / "p.toml", STEADY + trough(27, 8)))["refused"] is None


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        (level("2026-11-20T07:40:00", "2026-11-19T20:00:00", 5.2), True),
        (level("2026-11-20T07:40:00", "2026-11-19T20:00:00", 7.4), False),
        (level("2026-11-20T07:40:00", None, 5.2), True),
        (level("2026-11-20T07:48:00", "2026-11-19T20:05:00", 12), True),
        (level("2026-11-20T07:45:00", "2026-11-19T21:00:00", 12), True),
        (level("2026-11-20T07:40:00", "2026-11-19T20:00:00", '"<5"'), True),
        (level("2026-11-20T07:40:00", "2026-11-19T20:00:00", 5.2, 'flags = ["clotted"]'), False),
    ],
)
def test_r32_two_troughs_before_one_dose_that_differ_give_no_area(
    other: str, *, refused: bool, ask: Ask, tmp_path: Path
) -> None:
    """Which of them is right is not known, so none is taken in silence: before a profile and alone."""
    for levels in (profile(20), trough(20, 8.4)):
        answer = auc(ask, tmp_path / "p.toml", trough(12, 8) + other + levels)
        assert (answer["data"] is None) == refused
        assert not refused or "DISCREPANT: 8.4 ng/mL (07:50) after " in answer["message"]
        assert not refused or "more than 1.2 times apart [policy]" in answer["message"]


@pytest.mark.parametrize(("transplant", "said"), [("2026-05-26", False), ("2026-05-20", True)])
def test_r60_a_model_s_days_are_those_of_the_interval(transplant: str, *, said: bool, ask: Ask, tmp_path: Path) -> None:
    """A profile of day 178 asked about on day 186 is of a model until day 180; one of day 184 is not."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD.replace("2026-06-01", transplant) + profile(20), encoding="utf-8")
    again = 2000 + said
    answer = json.loads(ask("auc", "--patient", str(path), "--as-of", NOW, "--json", again=again).stdout)
    assert the_map(answer)["model"] == "woillard-2011"
    assert ("OUTSIDE_MODEL" in warnings(answer)) == said


def at(taken: str, last_dose: str, value: object) -> str:
    """Return a level of 20 November, its times as hours and minutes."""
    return level(f"2026-11-20T{taken}:00", f"2026-11-20T{last_dose}:00", value)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (at("20:05", "08:00", 7.9), [8.4, 21.4, 12.9, 7.9]),
        (at("23:50", "08:00", 7.9), [8.4, 21.4, 12.9, 7.9]),
        (level("2026-11-21T00:30:00", "2026-11-20T08:00:00", 7.9), [8.4, 21.4, 12.9]),
        (at("20:05", "08:00", 7.9) + level("2026-11-21T07:50:00", "2026-11-20T20:00:00", 8), [8.4, 21.4, 12.9]),
        (at("14:00", "08:05", 10.5), [8.4, 21.4, 12.9, 10.5]),
        (at("14:00", "08:15", 10.5), [10.5]),
    ],
)
def test_which_levels_belong_to_a_profile(more: str, wanted: list[float], ask: Ask, tmp_path: Path) -> None:
    """A trough a little late is of the interval unless another dose is named since; minutes between doses are none."""
    assert used(auc(ask, tmp_path / "p.toml", profile(20) + more))[-len(wanted) :] == wanted


def test_last_doses_a_minute_apart_give_an_area_by_the_model_too(ask: Ask, tmp_path: Path) -> None:
    """One dose, written down twice: neither level speaks against the other."""
    answer = auc(ask, tmp_path / "p.toml", trough(20, 8.4) + after(20, 1, 21.4) + at("12:00", "08:01", 12.9))
    assert refusals(answer)["map"] is refusals(answer)["regression-lss-ir-0-1-4h"] is None


def test_an_older_profile_is_asked_for_with_its_last_level(ask: Ask, tmp_path: Path) -> None:
    """The trough at its end belongs to it."""
    levels = profile(20) + at("19:55", "08:00", 7.9) + trough(26, 5)
    said = warnings(auc(ask, tmp_path / "p.toml", levels))["OLDER_PROFILE"]
    assert "--as-of 2026-11-20T19:55." in said
    assert used(auc(ask, tmp_path / "p.toml", levels, "2026-11-20T19:55")) == [8.4, 21.4, 12.9, 7.9]


def test_what_a_newest_level_lacks_is_said_where_it_lacks_it(ask: Ask, tmp_path: Path) -> None:
    """A level with its time and last dose is not told to need them."""
    for newest, lacks in ((trough(21, 6), False), (level("2026-11-26", None, 6), True)):
        said = warnings(auc(ask, tmp_path / "p.toml", profile(20) + newest))["NOT_OF_INTERVAL"]
        assert ("with its time and last_dose the level could be used" in said) == lacks


def test_a_refusal_names_the_older_profile_and_the_way_to_ask_for_it(ask: Ask, tmp_path: Path) -> None:
    """After a change of dose with a trough too soon there is no area of now, but one of before."""
    new = '[[regimens]]\nstart = 2026-11-25T08:00:00\nproduct = "prograf"\nintakes_mg = [5, 5]\ninterval_h = 12\n'
    answer = auc(ask, tmp_path / "p.toml", new + profile(20) + trough(27, 9))
    assert answer["data"] is None
    assert "NOT_STEADY_STATE: " in answer["message"]
    assert "; OLDER_PROFILE: " in answer["message"]
    assert "ask with --as-of 2026-11-20T12:00." in answer["message"]


def test_r60_the_product_that_keeps_a_model_from_a_patient_is_named(ask: Ask, tmp_path: Path) -> None:
    """A model made from Envarsus alone is for the product of now, not for the one of before."""
    path = tmp_path / "p.toml"
    new = '[[regimens]]\nstart = 2026-08-01T08:00:00\nproduct = "envarsus"\nintakes_mg = [4]\ninterval_h = 24\n'
    levels = level("2026-11-20T07:50:00", "2026-11-19T08:00:00", 6.1)
    path.write_text(HEAD.replace("2026-06", "2025-06") + new + levels, encoding="utf-8")
    answer = json.loads(ask("auc", "--patient", str(path), "--as-of", NOW, "--json", again=3000).stdout)
    said = "mohammed-ali-2023: made from Envarsus alone, and the file has Prograf too"
    assert f"map: NO_MODEL: No population model fits this patient: {said}" in answer["message"]


def test_a_last_dose_before_any_regimen_of_the_file_is_answered_with_a_reason(ask: Ask, tmp_path: Path) -> None:
    """What was taken then is not known, so the level belongs to no interval; a trough since then does."""
    odd = level("2026-06-13T09:00:00", "2026-06-13T07:00:00", 9)
    answer = auc(ask, tmp_path / "p.toml", odd)
    assert (answer["code"], answer["data"]) == ("MISSING_REGIMEN", None)
    assert used(auc(ask, tmp_path / "p.toml", odd + trough(26, 6))) == [6]


def test_r60_no_area_lies_below_its_trough_times_the_hours() -> None:
    """However near a fit comes to a trough, no mean lies below it; a limit or a profile says nothing."""
    for samples, area, refused in (
        ({"0": "8"}, 95.0, True),
        ({"0": "8"}, 97.0, False),
        ({"0": ">8"}, 95.0, False),
        ({"0": "8", "1": "18"}, 95.0, False),
        ({}, 95.0, False),
    ):
        levels = tuple(Sample(Decimal(hour), parse_level(text, Decimal("804.02"))) for hour, text in samples.items())
        if refused:
            with pytest.raises(Refused) as caught:
                _refuse_below_trough(area, Interval(levels), 12, "m")
            assert caught.value.findings[0].code is Code.FIT_FAILED
        else:
            _refuse_below_trough(area, Interval(levels), 12, "m")
