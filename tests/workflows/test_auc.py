"""`auc` on the command line and with patient files: which methods answer, and a fitted area against a known one."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step, make_case, predict
from tdmcli.tables.model_forms import Covariate
from tdmcli.tables.model_readers import read_model
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.auc_map import Window, area_of
from tdmcli.workflows.facts import gather
from tdmcli.workflows.model_choice import Fitting, consider
from tdmcli.workflows.model_course import course_of
from tdmcli.workflows.model_covariates import steps_of
from tdmcli.workflows.model_fit import drift_for

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from tdmcli.workflows.model_course import ModelCourse

    Said = subprocess.CompletedProcess[str]

NOW = ("--as-of", "2026-11-21T09:00+01:00")
PROGRAF = ("--dose", "3", "--every", "12", "--product", "prograf", "--indication", "kidney")
THREE = ("--sample", "0=5.6", "--sample", "1=18", "--sample", "4=9.1")
PROFILE = "tests/golden/patients/auc-profile.toml"
NUMBERS = ("auc_ng_h_ml", "interval_h", "p10_ng_h_ml", "p90_ng_h_ml", "intercept", "terms", "parameters")
ZONE = ZoneInfo("Europe/Paris")
DOSE_AT = datetime(2026, 11, 20, 8, tzinfo=ZONE)


def auc(ask: Callable[..., Said], *words: str) -> dict[str, Any]:
    """Return the JSON answer of `auc`, with its exit code."""
    said = ask("auc", *words, *NOW, "--json")
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer | {"exit": said.returncode}


def methods(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the methods of an answer by id, without the word that each regression begins with."""
    return {one["id"].removeprefix("regression-"): one for one in answer["data"]["methods"]}


def answering(answer: dict[str, Any]) -> set[str]:
    """Return which methods answer."""
    return {name for name, one in methods(answer).items() if one["refused"] is None}


def of_file(path: Path, text: str, *changes: tuple[str, str]) -> str:
    """Write a patient file with texts replaced, each of which must stand in it; returns its name."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def profile(checkout: Path) -> str:
    """Return the text of a made-up patient with levels before, 1 and 4 hours after a dose."""
    return (checkout / PROFILE).read_text(encoding="utf-8")


@given(
    st.lists(st.sampled_from(["0", "0.9", "1", "1.5", "2", "4", "12"]), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(["3.1", "8", "25", "61", "<2", ">30", "9nmol/L"]), min_size=4, max_size=4),
    st.sampled_from(["prograf", "modigraf", "advagraf", "envarsus", "intravenous"]),
    st.sampled_from(["12", "24"]),
    st.sampled_from(["kidney", "liver", "kidney-pancreas"]),
    st.sampled_from([(), ("--days", "40"), ("--months", "6"), ("--days", "800")]),
    st.sampled_from([(), ("--age", "9"), ("--age", "40")]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_r63_a_refused_method_has_no_number_and_any_answer_exits_0(  # noqa: PLR0917
    ask: Callable[..., Said],
    hours: list[str],
    levels: list[str],
    product: str,
    every: str,
    indication: str,
    days: tuple[str, ...],
    age: tuple[str, ...],
) -> None:
    """Whatever is asked: refused means all numbers null, an area is of the regimen's interval, none at all exits 4."""
    samples = [word for pair in zip(hours, levels, strict=False) for word in ("--sample", "=".join(pair))]
    known = ("--dose", "3", "--every", every, "--product", product, "--indication", indication)
    answer = auc(ask, *samples, *known, *days, *age)
    if answer["exit"] == 4:
        assert (answer["data"], answer["code"]) == (None, "NO_METHOD")
        return
    assert answer["exit"] == 0
    assert indication == "kidney"
    assert age != ("--age", "9")
    for one in answer["data"]["methods"]:
        if one["refused"] is not None:
            assert one["why"]
            assert [one[key] for key in NUMBERS] == [None] * len(NUMBERS)
            assert one["sources"] == []
        else:
            assert one["auc_ng_h_ml"] > 0
            assert one["interval_h"] == int(every)
            assert one["sources"]
    spread = answer["data"]["spread"]
    areas = [one["auc_ng_h_ml"] for one in answer["data"]["methods"] if one["refused"] is None]
    assert (spread is None) == (len(areas) == 1)
    assert spread is None or (spread["low_ng_h_ml"], spread["high_ng_h_ml"]) == (min(areas), max(areas))


def test_levels_in_nmol_are_the_same_levels(ask: Callable[..., Said]) -> None:
    """12.438 nmol/L is 10 ng/mL: the area is the same to a thousandth."""
    plain, nmol = (
        methods(auc(ask, "--sample", f"0={level}", *PROGRAF, "--days", "40"))["saint-marcoux-2013-0-3m"]
        for level in ("10", "12.438nmol/L")
    )
    assert plain["auc_ng_h_ml"] == 189.9
    assert nmol["auc_ng_h_ml"] == pytest.approx(189.9, rel=1e-3)


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        ((*THREE, "--dose", "3", "--every", "12", "--indication", "kidney"), 4, "MISSING_PRODUCT"),
        ((*THREE, "--product", "prograf", "--indication", "kidney"), 4, "MISSING_REGIMEN"),
        ((*THREE, *PROGRAF[:-2]), 4, "MISSING_INDICATION"),
        (PROGRAF, 4, "MISSING_LEVEL"),
        ((*THREE, *PROGRAF, "--age", "9", "--days", "40"), 4, "NO_METHOD"),
        (("--sample", "0", *PROGRAF), 2, "USAGE"),
        (("--sample", "0=", *PROGRAF), 2, "USAGE"),
        (("--sample", "=5", *PROGRAF), 2, "USAGE"),
        (("--sample", "-1=5", *PROGRAF), 2, "USAGE"),
        (("--sample", "0=5,6", *PROGRAF), 2, "USAGE"),
        (("--sample", "0=0", *PROGRAF), 2, "USAGE"),
        (("--sample", "13=5", *PROGRAF), 2, "USAGE"),
        (("--sample", "1=5", "--sample", "1.0=6", *PROGRAF), 2, "USAGE"),
        (("--sample", "0=301", *PROGRAF, "--days", "40"), 2, "USAGE"),
        (("--sample", "0=301", *PROGRAF, "--days", "40", "--confirm-value", "301"), 4, "NO_METHOD"),
        (("--patient", PROFILE, "--sample", "0=5"), 2, "USAGE"),
        (("--patient", PROFILE, "--age", "50"), 2, "USAGE"),
    ],
)
def test_what_is_not_answered(words: tuple[str, ...], exit_code: int, code: str, ask: Callable[..., Said]) -> None:
    """What is missing or malformed ends with its own code, and no number."""
    answer = auc(ask, *words)
    assert (answer["exit"], answer["code"], answer["data"]) == (exit_code, code, None)


def test_no_area_of_another_interval_stands_beside(ask: Callable[..., Said]) -> None:
    """Beside an AUC0-24 no target of twice-daily tacrolimus stands, and constants of dosing formulas never do."""
    daily = auc(ask, "--sample", "0=6", "--sample", "2=14", "--sample", "4=11", "--dose", "6", "--every", "24",
                "--product", "advagraf", "--indication", "kidney", "--days", "40")  # fmt: skip
    twice = auc(ask, *THREE, *PROGRAF, "--days", "40")
    assert daily["data"]["targets"] == []
    kinds = {one["kind"] for one in twice["data"]["targets"]}
    assert {"target", "minimum", "cut-off", "derived"} == kinds


# patient files


def test_a_profile_answers_by_every_method(ask: Callable[..., Said]) -> None:
    """The levels around the last dose with one that is no trough are used, with the hours of their own times."""
    answer = auc(ask, "--patient", PROFILE)
    assert answering(answer) == {"map", "saint-marcoux-2013-0-3m", "lss-ir-0-1-4h"}
    assert [(round(one["hours"], 2), one["level_ng_ml"]) for one in answer["data"]["samples"]] == [
        (0, 7.2), (1, 19.4), (4.08, 11.3),
    ]  # fmt: skip
    found = methods(answer)["map"]
    assert found["from"] == "2026-11-20T08:00:00+01:00"
    assert found["p10_ng_h_ml"] < found["auc_ng_h_ml"] < found["p90_ng_h_ml"]
    assert not answer["data"]["trough_only"]


LAST = "taken = 2026-11-20T12:05:00\nlast_dose = 2026-11-20T08:00:00\nvalue = 11.3"
HOUR_1 = "taken = 2026-11-20T09:00:00\nlast_dose = 2026-11-20T08:00:00\nvalue = 19.4"
TROUGH = "taken = 2026-11-20T07:50:00\nlast_dose = 2026-11-19T20:00:00\nvalue = 7.2"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        (((LAST, f'flags = ["clotted"]\n{LAST}'),), {"lss-ir-0-1-4h": "MISSING_LEVEL"}),
        (((LAST, LAST.replace("11.3", '"<2"')),), {"lss-ir-0-1-4h": "CENSORED_LEVEL"}),
        (((HOUR_1, HOUR_1.replace("19.4", "61")),), {"lss-ir-0-1-4h": "CRITICAL_LEVEL", "map": "CRITICAL_LEVEL"}),
        (((HOUR_1, HOUR_1.replace("09:00", "09:20")),), {"lss-ir-0-1-4h": "MISSING_LEVEL"}),
        (((TROUGH, TROUGH.replace("07:50", "06:20").replace("20:00", "21:00")),), {
            "saint-marcoux-2013-0-3m": "MISSING_LEVEL", "lss-ir-0-1-4h": "MISSING_LEVEL",
        }),
        ((("start = 2026-10-20T20:00:00", "start = 2026-11-18T20:00:00"),), {
            "saint-marcoux-2013-0-3m": "NOT_STEADY_STATE", "lss-ir-0-1-4h": "NOT_STEADY_STATE",
        }),
        ((("[[labs]]", '[[drugs]]\nname = "fluconazole"\nstart = 2026-11-21\n\n[[labs]]'),), {
            "saint-marcoux-2013-0-3m": "INTERACTION_AFTER_LEVEL", "map": "INTERACTION_AFTER_LEVEL",
        }),
        ((("[[labs]]", '[[events]]\nat = 2026-11-19T20:00:00\nkind = "missed-dose"\n\n[[labs]]'),), {
            "saint-marcoux-2013-0-3m": "MISSED_DOSE",
        }),
        ((("birth_date = 1975-05-20", "birth_date = 2015-05-20"),), {
            "saint-marcoux-2013-0-3m": "OUTSIDE_POPULATION", "lss-ir-0-1-4h": "OUTSIDE_POPULATION",
        }),
        ((("birth_date = 1975-05-20\n", ""), ("weight_kg = 74", "weight_kg = 21")), {
            "saint-marcoux-2013-0-3m": "MISSING_AGE", "lss-ir-0-1-4h": "MISSING_AGE", "map": "MISSING_AGE",
        }),
    ],
)  # fmt: skip
def test_what_the_file_says_against_a_method(
    changes: tuple[tuple[str, str], ...],
    refused: dict[str, str],
    profile: str,
    tmp_path: Path,
    ask: Callable[..., Said],
) -> None:
    """Flagged, censored, critical, mistimed and unsteady levels, drugs and missed doses each shut out their methods."""
    answer = auc(ask, "--patient", of_file(tmp_path / "p.toml", profile, *changes))
    if answer["exit"] == 4:
        assert answer["code"] == "NO_METHOD"
        assert all(f"{code}: " in answer["message"] for code in refused.values())
        return
    found = methods(answer)
    assert {name: found[name]["refused"] for name in refused} == refused


def test_a_trough_alone_says_so(ask: Callable[..., Said]) -> None:
    """With troughs alone the model takes the interval of now, and the answer says that it is from a trough."""
    answer = auc(ask, "--patient", "data/examples/kidney-day-40.toml")
    assert answer["data"]["trough_only"]
    assert answering(answer) == {"map", "saint-marcoux-2013-0-3m"}
    assert methods(answer)["map"]["from"] == "2026-11-21T08:00:00+01:00"


def test_a_trough_on_a_new_regimen_comes_before_an_old_profile(
    profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """After a change of dose the profile of before says nothing of now: the trough drawn since is used."""
    new = (
        '[[regimens]]\nstart = 2026-11-20T20:00:00\nproduct = "prograf"\nintakes_mg = [2, 2]\ninterval_h = 12\n\n'
        '[[levels]]\ntaken = 2026-11-27T07:50:00\nlast_dose = 2026-11-26T20:00:00\nvalue = 4.9\nunit = "ng/mL"\n\n'
        "[[labs]]"
    )
    file = of_file(tmp_path / "p.toml", profile, ("[[labs]]", new))
    said = ask("auc", "--patient", file, "--as-of", "2026-11-27T09:00+01:00", "--json")
    data = json.loads(said.stdout)["data"]
    assert [one["level_ng_ml"] for one in data["samples"]] == [4.9]
    assert data["regimen"].startswith("2 mg every 12 hours")


def test_an_area_of_a_regimen_that_was_changed_since_says_so(
    profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """The areas of a profile stay those of its own regimen; the one taken now is named beside them."""
    new = (
        '[[regimens]]\nstart = 2026-11-20T20:00:00\nproduct = "prograf"\nintakes_mg = [2, 2]\ninterval_h = 12\n\n'
        "[[labs]]"
    )
    file = of_file(tmp_path / "p.toml", profile, ("[[labs]]", new))
    answer, before = auc(ask, "--patient", file), auc(ask, "--patient", PROFILE)
    assert answer["data"]["regimen"].startswith("3 mg every 12 hours")
    assert answer["data"]["regimen_now"].startswith("2 mg every 12 hours")
    assert before["data"]["regimen_now"] is None
    assert methods(answer)["map"]["auc_ng_h_ml"] == methods(before)["map"]["auc_ng_h_ml"]
    assert "changed since" in ask("auc", "--patient", file, *NOW).stdout


def lone_trough(profile: str) -> str:
    """Return the profile's patient with the troughs alone."""
    head, _, rest = profile.partition("[[levels]]\ntaken = 2026-11-20T09")
    return head + "[[labs]]" + rest.partition("[[labs]]")[2]


def regimen(start: str, intakes: str, hours: int) -> str:
    """Return a regimen of a patient file."""
    return f'[[regimens]]\nstart = {start}\nproduct = "prograf"\nintakes_mg = {intakes}\ninterval_h = {hours}\n\n'


def level(taken: str, last_dose: str, value: str) -> str:
    """Return a level of a patient file."""
    return f'[[levels]]\ntaken = {taken}\nlast_dose = {last_dose}\nvalue = {value}\nunit = "ng/mL"\n\n'


def event(at: str, kind: str) -> str:
    """Return an event of a patient file."""
    return f'[[events]]\nat = {at}\nkind = "{kind}"\n\n'


def why_not(answer: dict[str, Any], name: str) -> str | None:
    """Return the code with which a method refuses, also where none answers."""
    if answer["data"] is not None:
        code: str | None = methods(answer)[name]["refused"]
        return code
    reasons = (one.split(": ")[:2] for one in answer["message"].partition("methods): ")[2].split("; "))
    return next(
        (one[1] for one in reasons if len(one) > 1 and name in one[0].replace("regression-", "").split(", ")), None
    )


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (regimen("2026-11-20T20:00:00", "[5, 5]", 12), "DOSE_CHANGED_SINCE"),
        (regimen("2026-11-20T20:00:00", "[6]", 24), "DOSE_CHANGED_SINCE"),
        (event("2026-11-20T20:00:00", "missed-dose"), "MISSED_DOSE"),
        ("", None),
    ],
)
def test_r44_r45_a_trough_alone_tells_only_of_its_own_regimen(
    entry: str, code: str | None, profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """With a trough alone the model answers for now only while the dose stays and none was missed."""
    file = of_file(tmp_path / "p.toml", lone_trough(profile), ("[[labs]]", f"{entry}[[labs]]"))
    assert why_not(auc(ask, "--patient", file), "map") == code


def test_r44_a_trough_alone_before_steady_state_gives_no_area(
    profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """The regimen began two days before the trough."""
    change = ("start = 2026-10-20T20:00:00", "start = 2026-11-18T20:00:00")
    file = of_file(tmp_path / "p.toml", lone_trough(profile), change)
    assert why_not(auc(ask, "--patient", file), "map") == "NOT_STEADY_STATE"


LATE = ("2026-11-21T07:50:00", "2026-11-20T20:00:00")
EARLIER = ("2026-11-12T07:50:00", "2026-11-11T20:00:00")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (level(*LATE, "28"), "TOO_HIGH_TO_SCALE"),
        (level(*LATE, "59"), "TOO_HIGH_TO_SCALE"),
        (level(*LATE, "22"), "DISCREPANT"),
        (level(*LATE, "1.5"), "DISCREPANT"),
        (level(*EARLIER, "85") + level("2026-11-16T07:50:00", "2026-11-15T20:00:00", "9"), "CRITICAL_LEVEL"),
        (event("2026-11-17T08:20:00", "vomited"), "MISSED_DOSE"),
        (event("2026-10-17T20:20:00", "vomited"), None),
        (event("2026-11-09T20:20:00", "vomited"), None),
        (event("2026-11-21T08:20:00", "vomited"), None),
        (level(*LATE, "7") + event("2026-11-20T20:20:00", "vomited"), "MISSED_DOSE"),
        (event("2026-11-18T20:00:00", "missed-dose"), "MISSED_DOSE"),
        (regimen("2026-11-20T10:00:00", "[1, 1]", 12), "MISSED_DOSE"),
        (level(*LATE, "7"), None),
    ],
)
def test_r31_r32_r51_r57_no_area_by_a_model_where_forecast_gives_no_dose(
    entry: str, code: str | None, profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """A critical, discrepant or far too high level, also outside the interval, and doses not kept refuse the model.

    A vomited dose does so while the interval may still show it; levels soon after an earlier one are set aside.
    """
    file = of_file(tmp_path / "p.toml", profile, ("[[labs]]", f"{entry}[[labs]]"))
    late = ask("auc", "--patient", file, "--as-of", "2026-11-22T10:00+01:00", "--json")
    assert why_not(json.loads(late.stdout), "map") == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("last_dose = 2026-11-20T08:00:00", "last_dose = 2026-11-20T06:00:00"), "MISSED_DOSE"),
        (("taken = 2026-11-20T09:00:00", "taken = 2026-11-20T08:00:00"), "SAMPLE_AT_DOSE"),
    ],
)
def test_r43_times_that_contradict_each_other_give_no_area_by_a_model(
    change: tuple[str, str], code: str, profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """A dose named between another level's dose and its sample, or at the minute of its own sample."""
    assert why_not(auc(ask, "--patient", of_file(tmp_path / "p.toml", profile, change)), "map") == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ((("taken = 2026-11-20T07:50:00", "taken = 2026-11-20T06:10:00"),), "EARLY_SAMPLE"),
        (
            (
                ("2026-11-20T08:00:00", "2026-11-20T11:45:00"),
                ("taken = 2026-11-20T09:00:00", "taken = 2026-11-20T12:45:00"),
                ("taken = 2026-11-20T12:05:00", "taken = 2026-11-20T15:45:00"),
            ),
            "LATE_SAMPLE",
        ),
    ],
)
def test_r42_a_trough_off_its_time_gives_no_regression(
    changes: tuple[tuple[str, str], ...], code: str, profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """A level hours before the trough, or long before a late dose, is none at hour 0; the model knows the times."""
    path = of_file(tmp_path / "p.toml", profile, *changes)
    answer = json.loads(ask("auc", "--patient", path, "--as-of", "2026-11-22T10:00+01:00", "--json").stdout)
    found = methods(answer)
    assert {found[one]["refused"] for one in ("saint-marcoux-2013-0-3m", "lss-ir-0-1-4h")} == {code}
    assert answering(answer) == {"map"}


@pytest.mark.parametrize(("days", "exit_code"), [("2", 4), ("4", 4), ("5", 0)])
def test_r44_typed_levels_of_the_first_days_are_not_at_steady_state(
    days: str, exit_code: int, ask: Callable[..., Said]
) -> None:
    """Sooner after the transplant than the days to steady state no regression answers."""
    answer = auc(ask, *THREE, *PROGRAF, "--days", days)
    assert answer["exit"] == exit_code
    assert ("NOT_STEADY_STATE" in (answer["message"] or "")) == bool(exit_code)


def test_a_note_says_when_how_sure_and_what_is_assumed(profile: str, tmp_path: Path, ask: Callable[..., Said]) -> None:
    """What goes into a record has the dates, the middle 80 %, the regimen of now and what was assumed."""
    new = regimen("2026-11-20T20:00:00", "[2, 2]", 12)
    changes = (("birth_date = 1975-05-20\n", ""), ("[[labs]]", f"{new}[[labs]]"))
    note = ask("auc", "--patient", of_file(tmp_path / "p.toml", profile, *changes), *NOW, "--format", "note").stdout
    plain = " ".join(note.split())
    for words in ("2026-11-20 07:50", "middle 80 %", "interval 2026-11-20 08:00 to 2026-11-20 20:00", "Now: 2 mg",
                  "Assumed: an adult"):  # fmt: skip
        assert words in plain


def test_what_a_model_is_limited_to_stands_beside_its_area(ask: Callable[..., Said]) -> None:
    """What the row says of the model's limits is printed with the area, not only in JSON."""
    note = methods(auc(ask, "--patient", PROFILE))["map"]["note"]
    assert note
    for form in ("auto", "markdown", "plain"):
        said = ask("auc", "--patient", PROFILE, *NOW, "--format", form, width=300).stdout
        assert note in " ".join(said.replace("\\", "").split()), form


def test_a_child_sees_no_area_quoted_for_adults(ask: Callable[..., Said], profile: str, tmp_path: Path) -> None:
    """Areas that a paper about adults quotes are for adults."""
    file = of_file(tmp_path / "p.toml", profile, ("birth_date = 1975-05-20", "birth_date = 2009-05-20"))
    answer = auc(ask, "--patient", file)
    if answer["data"] is not None:
        assert {one["population"] for one in answer["data"]["targets"]} <= {"child"}


@pytest.mark.parametrize(("kind", "at"), [("missed-dose", "08:00"), ("vomited", "08:20"), ("vomited", "02:00")])
def test_r51_a_dose_that_was_not_kept_gives_no_area(
    kind: str, at: str, profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """Where the dose of the levels was missed by the file's own word, or vomited, no method gives an area."""
    event = f'[[events]]\nat = 2026-11-20T{at}:00\nkind = "{kind}"\n\n[[labs]]'
    answer = auc(ask, "--patient", of_file(tmp_path / "p.toml", profile, ("[[labs]]", event)))
    assert (answer["exit"], answer["code"]) == (4, "NO_METHOD")
    assert "MISSED_DOSE" in answer["message"]


def test_r46_levels_without_a_last_dose_are_for_the_model_and_guarded_too(
    profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """Without a last dose only the trough by the clock is of the interval, and no level is used that is stale."""
    path = tmp_path / "p.toml"
    path.write_text(re.sub(r"last_dose = .*\n", "", profile), encoding="utf-8")
    answer = auc(ask, "--patient", str(path))
    assert answering(answer) == {"map", "saint-marcoux-2013-0-3m"}
    assert [one["hours"] for one in answer["data"]["samples"]] == [0]
    late = ask("auc", "--patient", str(path), "--as-of", "2027-11-21T09:00+01:00", "--json")
    assert late.returncode == 4
    assert ": STALE_LEVEL" in json.loads(late.stdout)["message"]


def test_r46_no_area_by_a_model_where_the_newest_level_is_set_aside(
    profile: str, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """A newest level whose last dose is no intake of the regimen is not outvoted by the profile before it."""
    for last, code in (("18:00", None), ("14:00", "MISSING_LEVEL")):
        entry = level("2026-11-21T05:50:00", f"2026-11-20T{last}:00", "7")
        file = of_file(tmp_path / f"{code}.toml", profile, ("[[labs]]", f"{entry}[[labs]]"))
        assert why_not(auc(ask, "--patient", file), "map") == code


HOURS = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0)
PANELS = 100  # an hour, of an area worked out apart from the program


BINDING: dict[Covariate, float | str] = {  # what the model with binding to red cells asks for
    Covariate.FAT_FREE_MASS_KG: 58.0,
    Covariate.HEMATOCRIT_PERCENT: 28.0,
    Covariate.CYP3A5: "*3/*3",
    Covariate.PREDNISOLONE_MG_DAY: 0.0,
    Covariate.DAYS_AFTER_TRANSPLANT: 50.0,
}


class Known(NamedTuple):
    """A made-up patient as each model sees them, and the text of the file with a gap for each level."""

    text: str
    course: ModelCourse
    fittings: dict[str, Fitting]


@pytest.fixture
def known(profile: str, tmp_path: Path) -> Known:
    """Return the patient of the profile with six levels after a dose, which are still to be filled in."""
    entries = "".join(
        f"[[levels]]\ntaken = {DOSE_AT + timedelta(hours=hour):%Y-%m-%dT%H:%M:%S}\n"
        f'last_dose = 2026-11-20T08:00:00\nvalue = LEVEL{number}\nunit = "ng/mL"\nassay = "lc-ms/ms"\n\n'
        for number, hour in enumerate(HOURS)
    )
    head, _, rest = profile.partition("[[levels]]")
    text = head + entries + "[[labs]]" + rest.partition("[[labs]]")[2]
    path = tmp_path / "nines.toml"
    path.write_text(re.sub(r"LEVEL\d", "9", text), encoding="utf-8")
    facts = gather(Asked(datetime.fromisoformat(NOW[1]), retrospective=True, patient=path))
    assert facts.record is not None
    course = course_of(facts.record.history, facts.now)
    considered = consider(facts, steps_of(facts.record, course, facts.now), None)
    return Known(text, course, {one.row.id: one.fitting for one in considered if one.fitting is not None})


def curve_of(fitting: Fitting, course: ModelCourse, shift: float) -> tuple[list[float], list[float]]:
    """Return unknowns with the first one shifted, and the levels that they give over the interval, as it is drawn."""
    drifts = drift_for(fitting.model, hold=False) is not None
    unknowns = [shift, *[0.0] * (len(fitting.model.omega) - 1), *[0.0] * (2 * drifts)]
    start = course.hour(DOSE_AT)
    doses = [one for one in course.doses if one.time_h <= start]
    grid = [start + number / PANELS for number in range(12 * PANELS + 1)]
    case = make_case(fitting.model, doses, fitting.steps, grid, [start + 12] if drifts else ())
    return unknowns, predict(case, unknowns)


def trapezoids(curve: list[float]) -> float:
    """Return the area under levels."""
    return sum((one + two) / (2 * PANELS) for one, two in pairwise(curve))


@pytest.mark.parametrize("shift", [-0.4, 0.3])
def test_r60_the_area_is_that_under_the_model_s_own_curve(shift: float, known: Known) -> None:
    """For each model that applies, with or without binding: mass balance or Simpson against plain trapezoids."""
    bound = Fitting(make_model(read_model("storset-2014")), (Step(0.0, BINDING),), (), (), frozenset())
    assert bound.model.binding is not None
    start = known.course.hour(DOSE_AT)
    for name, fitting in {**known.fittings, "storset-2014": bound}.items():
        unknowns, curve = curve_of(fitting, known.course, shift)
        area = area_of(fitting, known.course, unknowns, Window(start, start + 12))
        assert area == pytest.approx(trapezoids(curve), rel=1e-3), name


@pytest.mark.parametrize("shift", [-0.5, 0.0, 0.4])
def test_r60_a_fitted_area_is_that_of_known_parameters(
    shift: float, known: Known, tmp_path: Path, ask: Callable[..., Said]
) -> None:
    """Levels made with known parameters give an area within 10 % of the one that those parameters have."""
    _, curve = curve_of(known.fittings["woillard-2011"], known.course, shift)
    text = known.text
    for number, hour in enumerate(HOURS):
        text = text.replace(f"LEVEL{number}", f"{curve[round(hour * PANELS)]:.2f}")
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    found = methods(auc(ask, "--patient", str(path)))["map"]
    assert found["auc_ng_h_ml"] == pytest.approx(trapezoids(curve), rel=0.1)
