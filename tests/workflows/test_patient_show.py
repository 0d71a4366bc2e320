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
