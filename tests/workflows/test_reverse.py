"""`interact --reverse`: each thing on file that could explain a level, with the way it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tdmcli.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

NOW = ("--as-of", "2026-11-21T12:00:00+01:00", "--json")
HEAD = (
    'schema = 1\n[patient]\nid = "t-1"\ntime_zone = "Europe/Paris"\n[transplant]\norgan = "kidney"\ndate = 2026-02-02\n'
)
TARGET = '[target]\nlow_ng_ml = 6\nhigh_ng_ml = 9\nreason = "r"\n'
REGIMEN = '[[regimens]]\nstart = 2026-09-01T08:00:00\nproduct = "prograf"\nintakes_mg = [3, 3]\ninterval_h = 12\n'
HIGH, LOW = "14", "3.5"


def level(value: str, taken: str = "2026-11-20T07:55:00", more: str = "last_dose = 2026-11-19T20:00:00\n") -> str:
    """Return a level of the file."""
    return f'[[levels]]\ntaken = {taken}\n{more}value = {value}\nunit = "ng/mL"\n'


def drug(name: str, start: str, stop: str | None = None) -> str:
    """Return a drug of the file."""
    return f'[[drugs]]\nname = "{name}"\nstart = {start}\n' + ("" if stop is None else f"stop = {stop}\n")


def ask(*words: str) -> dict[str, Any]:
    """Return the JSON answer to a question."""
    parsed: dict[str, Any] = json.loads(CliRunner().invoke(app, ["interact", "--reverse", *words, *NOW]).stdout)
    return parsed


def reverse(tmp_path: Path, text: str, *words: str) -> dict[str, Any]:
    """Return what explains the last level of a file."""
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    answer = ask("--patient", str(path), *words)
    assert answer["status"] == "ok", answer
    found: dict[str, Any] = answer["data"]["reverse"]
    return found


SWITCH = '[[regimens]]\nstart = 2026-11-10T08:00:00\nproduct = "{}"\nintakes_mg = [{}]\ninterval_h = {}\n'
CASES = [
    (level(HIGH) + drug("clarithromycin", "2026-11-16"), "drug-started", "raises", True),
    (level(LOW) + drug("clarithromycin", "2026-11-16"), "drug-started", "raises", False),
    (level(LOW) + drug("rifampicin", "2026-11-10"), "drug-started", "lowers", True),
    (level(HIGH) + drug("diltiazem", "2026-03-01"), "drug-taken", "raises", True),
    (level(HIGH) + drug("carbamazepine", "2026-03-01", "2026-10-30"), "drug-stopped", "raises", True),
    (level(LOW) + drug("clarithromycin", "2026-11-01", "2026-11-16"), "drug-stopped", "lowers", True),
    (level(HIGH) + drug("clarithromycin", "2026-11-01", "2026-11-16"), "drug-stopped", "lowers", None),
    (level(LOW) + drug("carbamazepine", "2026-03-01", "2026-10-30"), "drug-stopped", "raises", None),
    (SWITCH.format("envarsus", "4", 24) + level(HIGH), "product", "either", None),
    (SWITCH.format("prograf", "4, 4", 12) + level(HIGH), "dose", "raises", True),
    (SWITCH.format("prograf", "4, 4", 12) + level(LOW), "dose", "raises", False),
    (level(HIGH, "2026-11-20T02:00:00"), "timing", "raises", True),
    (level(HIGH, "2026-11-20T06:20:00"), "timing", "raises", True),
    (level(LOW, "2026-11-20T10:00:00"), "timing", "lowers", True),
    (level(HIGH, "2026-11-20T11:00:00", ""), "timing", "raises", True),
    (level(LOW) + '[[events]]\nat = 2026-11-19T20:00:00\nkind = "missed-dose"\n', "missed-dose", "lowers", True),
    (level(LOW) + '[[events]]\nat = 2026-11-18T20:00:00\nkind = "vomited"\n', "vomited", "lowers", True),
    (level(HIGH) + '[[symptoms]]\nnoted = 2026-11-18\nname = "diarrhea"\n', "gut", "raises", True),
    (level(LOW) + '[[symptoms]]\nnoted = 2026-11-18\nname = "diarrhoea"\n', "gut", "raises", False),
    (level(LOW) + "[[labs]]\ntaken = 2026-11-15\nhematocrit_percent = 27\n", "haematocrit", "lowers", True),
    (level(HIGH, more='flags = ["line_draw"]\n'), "flagged-sample", "raises", True),
    (level(HIGH, more='flags = ["clotted"]\n'), "flagged-sample", "either", None),
    (level(LOW) + '[[events]]\nat = 2026-11-18T08:00:00\nkind = "held"\n', "held", "lowers", True),
    (
        level("7", "2026-11-10T07:55:00", 'assay = "lc-ms/ms"\n') + level(HIGH, more='assay = "cmia"\n'),
        "assay",
        "raises",
        True,
    ),
]


@pytest.mark.parametrize(("text", "kind", "direction", "fits"), CASES)
def test_each_kind_goes_its_way(tmp_path: Path, text: str, kind: str, direction: str, fits: bool | None) -> None:  # noqa: FBT001
    """R32, R51, R70: one thing on file, the way it moves the level, and whether that is the way the level is off."""
    found = reverse(tmp_path, HEAD + TARGET + REGIMEN + text)
    one = {one["kind"]: one for one in found["explanations"]}[kind]
    assert (one["direction"], one["fits"]) == (direction, fits)
    assert one["source"]


OUTSIDE = [
    level(HIGH) + drug("clarithromycin", "2026-10-01", "2026-11-01"),
    level(HIGH) + drug("clarithromycin", "2026-11-21"),
    level(HIGH) + drug("pantoprazole", "2026-11-18"),
    level(HIGH) + '[[symptoms]]\nnoted = 2026-11-01\nname = "diarrhoea"\n',
    level(HIGH) + '[[symptoms]]\nnoted = 2026-11-21\nname = "diarrhoea"\n',
    level(HIGH) + '[[symptoms]]\nnoted = 2026-11-19\nname = "tremor"\n',
    level(LOW) + "[[labs]]\ntaken = 2026-10-15\nhematocrit_percent = 27\n",
    level(LOW) + "[[labs]]\ntaken = 2026-11-15\nhematocrit_percent = 41\n",
    level(LOW) + '[[events]]\nat = 2026-11-10T20:00:00\nkind = "missed-dose"\n',
    level(LOW) + '[[events]]\nat = 2026-11-20T20:00:00\nkind = "missed-dose"\n',
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_lies_outside_its_window_explains_nothing(tmp_path: Path, text: str) -> None:
    """What was over long before, came after, or is not said to move the level is no explanation."""
    assert reverse(tmp_path, HEAD + TARGET + REGIMEN + text)["explanations"] == []


def test_r54_a_corrected_sample_is_not_the_one_to_explain(tmp_path: Path) -> None:
    """R54: a flagged level that a later entry corrects is passed over; one that none corrects is explained."""
    wrong = level("30", more='flags = ["line_draw"]\n')
    assert reverse(tmp_path, HEAD + TARGET + REGIMEN + wrong)["level"] == "30 ng/mL"
    for flags in ("", "flags = []\n"):
        right = level(HIGH, more=f"corrects = 2026-11-20T07:55:00\n{flags}")
        assert reverse(tmp_path, HEAD + TARGET + REGIMEN + wrong + right)["level"] == f"{HIGH} ng/mL"


def test_r39_a_level_without_a_time_is_given_none(tmp_path: Path) -> None:
    """R39: of a level with its day alone no time is shown, and its timing explains nothing."""
    text = HEAD + TARGET + REGIMEN + level(HIGH, "2026-11-20", "")
    found = reverse(tmp_path, text)
    assert found["untimed"] is True
    assert found["explanations"] == []
    path = tmp_path / "p.toml"
    shown = CliRunner().invoke(app, ["interact", "--reverse", "--patient", str(path), *NOW[:-1]]).stdout
    assert "drawn 2026-11-20 (1 day ago): ABOVE" in shown


def test_what_fits_comes_first(tmp_path: Path) -> None:
    """Explanations that go the level's way stand before open ones, and those before the others."""
    text = level(HIGH) + drug("rifampicin", "2026-11-15") + drug("clarithromycin", "2026-11-12")
    text += drug("methylprednisolone", "2026-11-16") + '[[symptoms]]\nnoted = 2026-11-19\nname = "diarrhoea"\n'
    fits = [one["fits"] for one in reverse(tmp_path, HEAD + TARGET + REGIMEN + text)["explanations"]]
    assert fits == [True, True, None, False]


def test_without_a_range_the_level_before_is_what_is_expected(tmp_path: Path) -> None:
    """R32: half the dose since, so half the level is expected; more than three times that is a surprise."""
    head = HEAD.replace('[transplant]\norgan = "kidney"\ndate = 2026-02-02\n', "")
    text = (
        head + REGIMEN + level("8", "2026-11-05T07:55:00", "") + SWITCH.format("prograf", "1.5, 1.5", 12) + level("13")
    )
    found = reverse(tmp_path, text)
    assert (found["expected"]["kind"], found["expected"]["low_ng_ml"], found["surprise"]) == (
        "previous-level",
        4,
        "above",
    )
    assert [one["fits"] for one in found["explanations"] if one["kind"] == "dose"] == [None]


def test_r49_another_product_is_in_no_proportion(tmp_path: Path) -> None:
    """R49: after a change of product the level before says nothing of what to expect, whatever the doses."""
    head = HEAD.replace('[transplant]\norgan = "kidney"\ndate = 2026-02-02\n', "")
    text = head + REGIMEN + level("8", "2026-11-05T07:55:00", "") + SWITCH.format("envarsus", "4", 24) + level("8")
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    assert ask("--patient", str(path))["code"] == "MISSING_TARGET"


def test_a_change_that_the_level_before_shows_already_explains_nothing(tmp_path: Path) -> None:
    """A dose raised before the level before is no news; one raised after it is."""
    higher = SWITCH.format("prograf", "4, 4", 12)
    for taken, explains in (("2026-11-16T07:55:00", False), ("2026-11-09T07:55:00", True)):
        text = HEAD + TARGET + REGIMEN + higher + level("8", taken, "") + level(HIGH)
        assert ("dose" in {one["kind"] for one in reverse(tmp_path, text)["explanations"]}) == explains


def test_a_level_as_expected_has_no_explanation_that_fits(tmp_path: Path) -> None:
    """Within its range and like the one before: nothing fits, since nothing is off."""
    found = reverse(tmp_path, HEAD + TARGET + REGIMEN + level("7.5") + drug("diltiazem", "2026-03-01"))
    assert found["surprise"] == "none"
    assert [one["fits"] for one in found["explanations"]] == [None]


def test_absence_of_an_entry_is_named(tmp_path: Path) -> None:
    """R72: what the file does not hold is listed, unlisted drugs among it; a full file lists nothing of the kind."""
    absent = reverse(tmp_path, HEAD + TARGET + REGIMEN + level(HIGH, more="") + drug("moonberry", "2026-11-01"))[
        "absent"
    ]
    assert any("dose before the sample" in one for one in absent)
    assert any("moonberry" in one for one in absent)
    assert not any("other drugs" in one for one in absent)
    assert any("other drugs" in one for one in reverse(tmp_path, HEAD + TARGET + REGIMEN + level(HIGH))["absent"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--target", "6-9"), "MISSING_LEVEL"),
        (("--level", "12"), "MISSING_TARGET"),
        (("fluconazole", "--level", "12", "--target", "6-9"), "USAGE"),
        (("--level", "12", "--target", "6-9", "--start", "2026-11-20"), "USAGE"),
        (("--level", "12", "--target", "6-9", "--stopping"), "USAGE"),
        (("--level", "12", "--target", "6-9", "--list"), "USAGE"),
    ],
)
def test_what_is_missing_or_too_much_is_refused(words: tuple[str, ...], code: str) -> None:
    """R23, R24: no level or nothing to compare it with is a refusal; drugs and dates are no part of the question."""
    assert ask(*words)["code"] == code


def test_no_answer_of_it_holds_a_dose(tmp_path: Path) -> None:
    """An explanation proposes nothing: no regimen, no factor, no plan."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD + TARGET + REGIMEN + level(HIGH), encoding="utf-8")
    data = ask("--patient", str(path))["data"]
    assert (data["adjusted"], data["plan"], data["interactions"]) == (None, [], [])
