"""patient show: the page before a ward round says of each level what held when it was drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]

HEAD = """schema = 1
[patient]
id = "p-1"
birth_date = 1971-03-02
time_zone = "Europe/Paris"
[transplant]
organ = "kidney"
date = 2026-10-12
[[regimens]]
start = 2026-10-13T08:00:00
product = "prograf"
intakes_mg = [4]
interval_h = 12
[[regimens]]
start = 2026-11-10T20:00:00
product = "prograf"
intakes_mg = [3]
interval_h = 12
"""
LEVEL = """[[levels]]
taken = {}
value = {}
unit = "ng/mL"
"""
EARLY = LEVEL.format("2026-11-10T07:45:00", 10)
LATE = LEVEL.format("2026-11-20T07:45:00", 10)


@pytest.fixture
def page(ask: Callable[..., Said], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that shows the page of a patient file's text, as data."""

    def _page(text: str, as_of: str = "2026-11-21", *more: str) -> dict[str, Any]:
        path = tmp_path / "p.toml"
        path.write_text(text, encoding="utf-8")
        said = ask("patient", "show", str(path), "--as-of", as_of, "--json", *more, again=hash(text) % 1000)
        answer: dict[str, Any] = json.loads(said.stdout)
        return answer

    return _page


def test_each_level_stands_in_the_range_and_dose_of_its_time(page: Callable[..., dict[str, Any]]) -> None:
    """10 ng/mL on day 29 lies within 8-12 on 8 mg, on day 39 above 6-9 on 6 mg: neither is judged by today."""
    early, late = page(HEAD + EARLY + LATE)["data"]["levels"]
    assert (early["position"], early["low_ng_ml"], early["daily_dose_mg"]) == ("within", 8, 8)
    assert (late["position"], late["low_ng_ml"], late["daily_dose_mg"]) == ("above", 6, 6)
    assert (early["cd_ratio_ng_ml_per_mg"], late["cd_ratio_ng_ml_per_mg"]) == (1.25, 1.667)


def test_a_level_set_aside_is_shown_without_a_judgement(page: Callable[..., dict[str, Any]]) -> None:
    """A clotted sample stands in the list with the reason, without position or ratio."""
    (level,) = page(HEAD + LATE + 'flags = ["clotted"]\n')["data"]["levels"]
    assert level["set_aside"] == "flagged clotted"
    assert (level["position"], level["cd_ratio_ng_ml_per_mg"]) == (None, None)


def test_the_page_of_an_earlier_day_knows_nothing_later(page: Callable[..., dict[str, Any]]) -> None:
    """With --as-of before the second regimen and level, the first are in force and counted alone."""
    data = page(HEAD + EARLY + LATE, "2026-11-10T12:00")["data"]
    assert (data["regimen"]["daily_dose_mg"], len(data["levels"]), data["levels_in_file"]) == (8, 1, 1)


def test_drugs_that_fade_are_shown_and_those_that_have_faded_are_not(page: Callable[..., dict[str, Any]]) -> None:
    """A drug stopped yesterday still fades, one stopped two months ago is gone, an unknown one is said to be so."""
    drug = '[[drugs]]\nname = "{}"\nstart = {}\n'
    text = (
        HEAD
        + drug.format("fluconazole", "2026-11-01")
        + "stop = 2026-11-20\n"
        + drug.format("newdrugimab", "2026-11-19")
    )
    text += drug.format("clarithromycin", "2026-09-01") + "stop = 2026-09-10\n"
    drugs = {one["name"]: one for one in page(text)["data"]["drugs"]}
    assert set(drugs) == {"fluconazole", "newdrugimab"}
    assert (drugs["fluconazole"]["direction"], drugs["fluconazole"]["fading"]) == ("raises", True)
    assert drugs["newdrugimab"]["known"] is False


def test_what_is_overdue_comes_first(page: Callable[..., dict[str, Any]]) -> None:
    """A trough of eleven days ago on day 28 is overdue; one of yesterday is not due."""
    old = HEAD + LEVEL.format("2026-10-29T07:45:00", 10)
    due = {one["name"]: one["state"] for one in page(old, "2026-11-09")["data"]["due"]}
    assert due.get("trough") == "overdue"
    new = {one["name"] for one in page(HEAD + LEVEL.format("2026-11-08T07:45:00", 10), "2026-11-09")["data"]["due"]}
    assert "trough" not in new


def test_no_regimen_and_no_organ_are_said(page: Callable[..., dict[str, Any]]) -> None:
    """A file with an id alone gives a page that says what is missing, and no range."""
    data = page('schema = 1\n[patient]\nid = "p-2"\n')["data"]
    assert (data["regimen"], data["target"], data["levels"], data["due"]) == (None, None, [], [])


def test_a_held_drug_is_never_shown_as_taken(page: Callable[..., dict[str, Any]]) -> None:
    """While tacrolimus is held the regimen is marked, and a level of that time has no position and no ratio."""
    held = '[[events]]\nat = 2026-11-18T08:00:00\nkind = "held"\n'
    data = page(HEAD + LATE + held)["data"]
    assert data["held"] is True
    assert (data["levels"][0]["position"], data["levels"][0]["set_aside"]) == (None, "HELD")


def test_a_sample_soon_after_the_dose_is_no_trough(page: Callable[..., dict[str, Any]]) -> None:
    """Drawn two hours after the dose, a level is neither above a range nor a ratio."""
    data = page(HEAD + LATE + "last_dose = 2026-11-20T05:45:00\n")["data"]
    assert (data["levels"][0]["position"], data["levels"][0]["set_aside"]) == (None, "NOT_A_TROUGH")
    assert data["held"] is False


def test_r45_a_level_belongs_to_the_dose_before_the_sample(page: Callable[..., dict[str, Any]]) -> None:
    """Drawn after the new dose began but twelve hours after the last old one, a level shows the old dose."""
    drawn = LEVEL.format("2026-11-10T20:30:00", 10) + "last_dose = 2026-11-10T08:00:00\n"
    same_minute = LEVEL.format("2026-11-10T20:00:00", 10)
    for text in (drawn, same_minute):
        (level,) = page(HEAD + text)["data"]["levels"]
        assert (level["daily_dose_mg"], level["cd_ratio_ng_ml_per_mg"]) == (8, 1.25)


def test_a_usable_level_is_shown_behind_newer_flagged_ones(page: Callable[..., dict[str, Any]]) -> None:
    """Nine clotted samples after a good level do not push it off the page."""
    text = (
        HEAD
        + EARLY
        + "".join(LEVEL.format(f"2026-11-1{n}T07:45:00", 9) + 'flags = ["clotted"]\n' for n in range(1, 10))
    )
    assert [one["level_ng_ml"] for one in page(text)["data"]["levels"] if one["set_aside"] is None] == [10]


def test_r54_a_correction_keeps_what_it_does_not_say(page: Callable[..., dict[str, Any]]) -> None:
    """A corrected value keeps the sample's last dose and flags; a correction can't take another entry's time."""
    mistimed = LATE + "last_dose = 2026-11-20T05:45:00\n"
    better = LEVEL.format("2026-11-20T07:45:00", 9) + "corrects = 2026-11-20T07:45:00\n"
    levels = {one["level_ng_ml"]: one["set_aside"] for one in page(HEAD + mistimed + better)["data"]["levels"]}
    assert levels == {10: "corrected by a later entry", 9: "NOT_A_TROUGH"}
    back = LEVEL.format("2026-11-19T07:45:00", 10) + "corrects = 2026-11-20T07:45:00\n"
    again = LEVEL.format("2026-11-20T07:45:00", 10) + "corrects = 2026-11-19T07:45:00\n"
    assert page(HEAD + LATE + back + again)["code"] == "BAD_PATIENT_FILE"
