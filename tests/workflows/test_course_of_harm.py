"""Courses of a patient file that once led to a wrong number: each stands here as it was found."""

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
time_zone = "Europe/Paris"
[transplant]
organ = "kidney"
date = 2026-05-01
[[regimens]]
start = 2026-05-02T08:00:00
product = "prograf"
intakes_mg = [{}]
interval_h = 12
"""
NEXT = '[[regimens]]\nstart = 2026-11-20T08:00:00\nproduct = "prograf"\nintakes_mg = [{}]\ninterval_h = 12\n'


@pytest.fixture
def say(ask: Callable[..., Said], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that asks a command about a patient file's text."""

    def _say(command: str, text: str) -> dict[str, Any]:
        path = tmp_path / "p.toml"
        path.write_text(text, encoding="utf-8")
        words = [command, "--patient", str(path), "--as-of", "2026-11-21T08:30:00+01:00", "--json"]
        answer: dict[str, Any] = json.loads(ask(*words, again=hash(text)).stdout)
        return answer

    return _say


def level(taken: str, value: str, more: str = "") -> str:
    """Return a level as the file has it."""
    return f'[[levels]]\ntaken = {taken}\nvalue = {value}\nunit = "ng/mL"\n{more}'


@pytest.mark.parametrize(
    "drawn",
    [
        level("2026-11-20T08:30:00", "10", "last_dose = 2026-11-19T20:00:00\n"),
        level("2026-11-20T08:00:00", "10", "last_dose = 2026-11-19T20:00:00\n"),
        level("2026-11-20T08:00:00", "10"),
    ],
)
@pytest.mark.parametrize(("command", "key"), [("adjust", "sampled"), ("cdratio", None)])
def test_r45_the_trough_before_the_first_new_dose_shows_the_old_one(
    drawn: str, command: str, key: str | None, say: Callable[..., dict[str, Any]]
) -> None:
    """0.5 mg twice a day gave 10 ng/mL; that 5 mg began that morning does not make it the level of 10 mg a day."""
    answer = say(command, HEAD.format("0.5") + NEXT.format("5") + drawn)
    if answer["data"] is None:
        assert answer["code"] not in {None, "BUG"}
        return
    data = answer["data"]
    assert (data[key]["daily_dose_mg"] if key else data["daily_dose_mg"]) == 1


def test_r37_no_line_of_time_in_range_runs_past_a_level_below_the_assay(say: Callable[..., dict[str, Any]]) -> None:
    """6, 7, <2, <2, 7, 6 in summer and autumn is no 100 % in range: the stretch around the limits is left out."""
    course = [("09-01", "6"), ("09-10", "7"), ("09-20", '"<2"'), ("09-30", '"<2"'), ("10-10", "7"), ("10-20", "6")]
    text = HEAD.format("3") + "".join(level(f"2026-{day}T07:45:00", value) for day, value in course)
    data = say("trend", text)["data"]
    assert [(one["from"][:10], one["to"][:10]) for one in data["gaps"]] == [("2026-09-10", "2026-10-10")]
    assert "limit" in data["gaps"][0]["why"]
    assert data["ttr_percent"]["days"] == 19


def test_r54_a_correction_back_and_forth_is_refused(say: Callable[..., dict[str, Any]]) -> None:
    """Time corrected to the day before and back again would set all three aside and leave an old level to decide."""
    text = HEAD.format("3") + level("2026-11-14T07:45:00", "5") + level("2026-11-20T07:45:00", "14")
    text += level("2026-11-19T07:45:00", "14", "corrects = 2026-11-20T07:45:00\n")
    text += level("2026-11-20T07:45:00", "14", "corrects = 2026-11-19T07:45:00\n")
    answer = say("adjust", text)
    assert (answer["data"], answer["code"]) == (None, "BAD_PATIENT_FILE")


def test_r63_a_file_that_is_not_written_is_said_in_json_too(ask: Callable[..., Said], tmp_path: Path) -> None:
    """A failure to write a file leaves one JSON object on stdout, with its code, and exit 5."""
    path = tmp_path / "there.toml"
    path.write_text("mine", encoding="utf-8")
    said = ask("patient", "new", str(path), "--id", "a", "--no-input", "--json")
    answer = json.loads(said.stdout)
    assert (said.returncode, answer["code"], answer["data"]) == (5, "NOT_WRITTEN", None)
    assert path.read_text(encoding="utf-8") == "mine"
