"""The plan of `interact`: dates, sources, the way back without a factor, the reference, what is not predicted."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tdmcli.cli.app import app
from tdmcli.domain.drug_course import Course
from tdmcli.domain.interaction import fading_days
from tdmcli.tables.interaction_rows import Effect, InteractionRow, Phase
from tdmcli.tables.readers import read_interactions, read_policy
from tdmcli.workflows.answer import Citations
from tdmcli.workflows.interaction_plan import plan_steps
from tdmcli.workflows.other_drugs import OtherDrugs

if TYPE_CHECKING:
    from pathlib import Path

    from tdmcli.workflows.interact_data import PlanStep

NOW = ("--as-of", "2026-11-21T12:00:00+01:00", "--json")
TODAY = date(2026, 11, 21)
HEAD = (
    'schema = 1\n[patient]\nid = "t-1"\ntime_zone = "Europe/Paris"\n[transplant]\norgan = "kidney"\ndate = 2026-02-02\n'
)
REGIMEN = '[[regimens]]\nstart = 2026-09-01T08:00:00\nproduct = "prograf"\nintakes_mg = [3, 3]\ninterval_h = 12\n'
LEVEL = '[[levels]]\ntaken = 2026-11-19T07:55:00\nlast_dose = {}\nvalue = {}\nunit = "ng/mL"\n'
TROUGH = LEVEL.format("2026-11-18T20:00:00", 7)
ORAL = ("--dose", "3", "--every", "12", "--product", "prograf")
MOVING = [row for row in read_interactions() if row.effect is not Effect.UNKNOWN]
ROWS = st.sampled_from(MOVING)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
NAMES = st.sampled_from([(), ("fluconazole",), ("rifampicin", "voriconazole")])
OTHERS = st.builds(
    OtherDrugs, there=NAMES, together=st.booleans(), strong=NAMES, newer=NAMES, gone=NAMES, fading=NAMES, crossing=NAMES
)


def drug(name: str, start: str, stop: str | None = None) -> str:
    """Return a drug of the file."""
    return f'[[drugs]]\nname = "{name}"\nstart = {start}\n' + ("" if stop is None else f"stop = {stop}\n")


def ask(*arguments: str) -> dict[str, Any]:
    """Return the JSON answer to a command line."""
    parsed: dict[str, Any] = json.loads(CliRunner().invoke(app, [*arguments, *NOW]).stdout)
    return parsed


def ask_file(tmp_path: Path, text: str, *words: str) -> dict[str, Any]:
    """Return the answer to a question about a patient file."""
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    return ask("interact", *words, "--patient", str(path))


def codes(answer: dict[str, Any]) -> set[str]:
    """Return the codes of the warnings."""
    return {one["code"] for one in answer["warnings"]}


def steps(row: InteractionRow, phases: tuple[Phase, ...], others: OtherDrugs | None = None) -> tuple[PlanStep, ...]:
    """Return the plan of a course that starts today and, where its stop is asked about, lasts ten days."""
    course = Course(row, TODAY, TODAY + timedelta(days=10) if Phase.STOP in phases else None, phases)
    return plan_steps([(course, others or OtherDrugs())], TODAY, Citations())


def predicted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what is predicted for the first drug."""
    found: dict[str, Any] = answer["data"]["interactions"][0]["predicted"]
    return found


@given(ROWS, DAYS, st.integers(0, 400), OTHERS)
@settings(max_examples=300, deadline=None)
def test_r48_no_step_of_a_stopping_plan_multiplies_a_dose(
    row: InteractionRow, start: date, length: int, others: OtherDrugs
) -> None:
    """R48: whatever the drug, its dates and what else is taken, the way back names no dose and no factor to apply."""
    course = Course(row, start, start + timedelta(days=length), (Phase.STOP,))
    found = plan_steps([(course, others)], TODAY, Citations())
    assert found
    for step in found:
        assert not re.search(r"\d(\.\d+)? ?mg|one third|\d ?-?fold|\b\d+(\.\d+)? times\b|\bx \d|\bhalf\b", step.text)
    assert any("apply no factor" in step.text for step in found)


@given(ROWS, DAYS, st.integers(0, 400), OTHERS)
@settings(max_examples=300, deadline=None)
def test_steps_are_in_order_and_say_who_stands_behind_them(
    row: InteractionRow, start: date, length: int, others: OtherDrugs
) -> None:
    """Steps run forward and by date; one is covered just where its source is not policy; past is before today."""
    course = Course(row, start, start + timedelta(days=length), (Phase.START, Phase.STOP))
    found = plan_steps([(course, others)], TODAY, Citations())
    assert list(found) == sorted(found, key=lambda step: (step.from_, step.to))
    cited = {one.source for one in (*row.start, *row.stop, row.fading, row.first_level) if one is not None}
    for step in found:
        assert start <= step.from_ <= step.to
        assert step.covered == (step.source != "policy")
        assert step.source in cited | {"policy"}
        assert step.past == (step.to < TODAY)
        assert step.drug == row.names[0]
    assert {"level", "return", "fade"} <= {step.kind for step in found if step.phase == "stop"}


@pytest.mark.parametrize("row", MOVING, ids=lambda row: row.id)
def test_the_effect_fades_when_its_source_or_policy_says(row: InteractionRow) -> None:
    """The day of fading is the row's own with its source, else policy's for its direction; rifampicin takes weeks."""
    stop = TODAY + timedelta(days=10)
    fade = [step for step in steps(row, (Phase.STOP,)) if step.kind == "fade"]
    days = fading_days(row, read_policy().interaction)
    assert [step.from_ for step in fade] == [stop + timedelta(days=days)]
    assert [step.source for step in fade] == ["policy" if row.fading is None else row.fading.source]


@pytest.mark.parametrize("row", MOVING, ids=lambda row: row.id)
def test_advice_of_a_dated_row_stands_on_its_day(row: InteractionRow) -> None:
    """Each advice whose source says the day is a step of that day; no other is one, but for a source's own ban."""
    dated = {(one.text, one.source) for one in row.start if one.from_day is not None}
    found = {(step.text, step.source) for step in steps(row, (Phase.START,)) if step.covered}
    own = {text for text, _ in found} - {text for text, _ in dated}
    assert dated - {(one.text, one.source) for one in row.start if one.source == "policy"} <= found
    banned = {row.start[0].text} if row.effect is Effect.AVOID else set()
    assert all("First trough after starting" in text or text in banned for text in own)


def test_r48_the_restart_after_nirmatrelvir_counts_from_the_start() -> None:
    """R48, R59: the restart is 8 to 10 days after the first dose of the course, and is said once."""
    answer = ask("interact", "paxlovid", "--start", "2026-11-23", "--stop", "2026-11-28")
    plan = answer["data"]["plan"]
    (restart,) = [step for step in plan if "restart" in step["text"]]
    assert (restart["from"], restart["to"]) == ("2026-12-01", "2026-12-03")
    assert "transplant team's decision" in restart["text"]
    (fade,) = [step for step in plan if step["kind"] == "fade"]
    assert fade["from"] == "2026-12-08"


@pytest.mark.parametrize("words", [("--stopping",), ("--start", "2026-11-23", "--stop", "2026-12-03")])
def test_r48_no_restart_while_nirmatrelvir_is_taken(words: tuple[str, ...]) -> None:
    """R48: of a course that lasts longer, or began nobody says when, the restart has no day; the levels lead back."""
    data = ask("interact", "paxlovid", *words)["data"]
    assert not [step for step in data["plan"] if "restart" in step["text"]]
    assert "between day 8 and 10 from the start" in data["interactions"][0]["action"]
    assert any("comes back up in steps" in step["text"] for step in data["plan"])


@pytest.mark.parametrize(("start", "restarts"), [("2026-11-12", False), ("2026-11-13", False), ("2026-11-15", True)])
def test_r48_no_restart_of_a_course_that_goes_on(tmp_path: Path, start: str, restarts: bool) -> None:  # noqa: FBT001
    """R48: taken still on its eighth day, the drug leaves no day for the restart; until then the source's stands."""
    plan = ask_file(tmp_path, HEAD + REGIMEN + drug("paxlovid", start), "paxlovid")["data"]["plan"]
    assert any("restart" in step["text"] for step in plan) == restarts


@pytest.mark.parametrize(
    "words",
    [
        ("--start", "2026-11-28", "--stop", "2026-11-23"),
        ("--stop", "2026-11-20"),
        ("--stopping", "--start", "2026-11-22"),
        ("--stopping", "--stop", "2026-11-22"),
        ("--start", "21 November"),
        ("--start", "2026-02-30"),
        ("--stop", "9999-12-31"),
        ("--target", "6-9"),
    ],
)
def test_dates_that_can_not_be_are_refused(words: tuple[str, ...]) -> None:
    """A stop before the start, two stops, and what is no day end in exit 2, not in a plan."""
    assert ask("interact", "fluconazole", *words)["code"] == "USAGE"


def test_a_course_on_file_has_its_own_dates(tmp_path: Path) -> None:
    """With a file the plan is that of its course, what is over marked so; an option wins and is said to."""
    text = HEAD + REGIMEN + drug("diflucan", "2026-11-10", "2026-11-19")
    answer = ask_file(tmp_path, text, "fluconazole")
    (course,) = [one["course"] for one in answer["data"]["interactions"]]
    assert (course["start"], course["stop"], course["state"]) == ("2026-11-10", "2026-11-19", "stopped")
    assert course["from"] == "patient file"
    assert {step["past"] for step in answer["data"]["plan"]} == {True, False}
    moved = ask_file(tmp_path, text, "fluconazole", "--stop", "2026-11-25")
    assert moved["data"]["interactions"][0]["course"]["stop"] == "2026-11-25"
    assert "FLAG_WINS" in codes(moved)


def test_a_course_long_over_is_not_the_one_that_starts_now(tmp_path: Path) -> None:
    """A drug taken months ago is planned as started today."""
    text = HEAD + REGIMEN + drug("fluconazole", "2026-03-10", "2026-03-20")
    course = ask_file(tmp_path, text, "fluconazole")["data"]["interactions"][0]["course"]
    assert (course["start"], course["stop"], course["from"]) == ("2026-11-21", None, "today")


@pytest.mark.parametrize(
    "words", [("--start", "2026-11-10", *ORAL), ("--start", "2026-11-10", "--stop", "2026-11-20", *ORAL)]
)
def test_no_factor_for_a_drug_begun_before_today(words: tuple[str, ...]) -> None:
    """The dose taken now is no longer the one without the drug: no third of it, begun ten days ago or stopped since."""
    answer = ask("interact", "voriconazole", *words)
    assert answer["data"]["adjusted"] is None
    assert ask("interact", "voriconazole", "--start", "2026-11-21", *ORAL)["data"]["adjusted"] is not None


@pytest.mark.parametrize("other", ["fluconazole", "rifampicin"])
def test_beside_another_drug_no_step_cuts_the_dose(other: str) -> None:
    """A switch from one azole to another: the cut to a third counts from the dose without one, so it is no step."""
    plan = ask("interact", "voriconazole", "--with", other)["data"]["plan"]
    assert not [step for step in plan if "third" in step["text"]]
    (dose,) = [step for step in plan if step["kind"] == "dose"]
    assert (dose["covered"], other in dose["text"]) == (False, True)
    assert [step for step in ask("interact", "voriconazole")["data"]["plan"] if "third" in step["text"]]


def test_a_switch_goes_both_ways_and_says_so(tmp_path: Path) -> None:
    """One azole stops as another starts: opposite directions, no way back to the dose before, each its own steps."""
    text = HEAD + REGIMEN + drug("fluconazole", "2026-11-02", "2026-11-21") + drug("voriconazole", "2026-11-21")
    answer = ask_file(tmp_path, text, "voriconazole", "fluconazole")
    assert {"OPPOSITE_DIRECTIONS", "ALREADY_INHIBITED"} <= codes(answer)
    assert {step["drug"] for step in answer["data"]["plan"]} == {"voriconazole", "fluconazole"}
    back = [step["text"] for step in answer["data"]["plan"] if step["kind"] == "return"]
    assert any("voriconazole moves the level too" in one for one in back)
    assert not any("comes back up" in one for one in back)


def test_the_reference_is_the_regimen_before_the_drug(tmp_path: Path) -> None:
    """R09: the last regimen before the course, with its product and since when; the present one is not it."""
    lowered = '[[regimens]]\nstart = 2026-11-10T20:00:00\nproduct = "prograf"\nintakes_mg = [1, 1]\ninterval_h = 12\n'
    text = HEAD + REGIMEN + lowered + drug("fluconazole", "2026-11-10")
    found = ask_file(tmp_path, text, "fluconazole", "--stopping")["data"]["interactions"][0]["reference"]
    assert (found["regimen"]["daily_dose_mg"], found["regimen"]["product"]) == (6, "prograf")
    assert found["since"] == "2026-09-01"
    assert "not the dose to give" in found["note"]


def test_the_dose_typed_before_a_start_is_the_reference() -> None:
    """The dose taken now is the one before a drug that starts today or later; of one begun before it is not."""
    course = ("interact", "clarithromycin", "--stop", "2026-11-30", *ORAL)
    (found,) = [one["reference"] for one in ask(*course)["data"]["interactions"]]
    assert (found["regimen"]["daily_dose_mg"], found["since"]) == (6, None)
    assert "not the dose to give" in found["note"]
    (late,) = [one["reference"] for one in ask(*course, "--start", "2026-11-20")["data"]["interactions"]]
    assert late["regimen"] is None
    infused = ("--stop", "2026-11-30", "--dose", "1", "--every", "24", "--product", "intravenous")
    assert ask(*course[:2], *infused)["data"]["interactions"][0]["reference"]["regimen"] is None
    (stopping,) = [one["reference"] for one in ask(*course[:2], "--stopping", *ORAL)["data"]["interactions"]]
    assert stopping["regimen"] is None


ENVARSUS = '[[regimens]]\nstart = 2026-11-12T08:00:00\nproduct = "envarsus"\nintakes_mg = [2]\ninterval_h = 24\n'


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        (REGIMEN + drug("fluconazole", "2026-08-10"), (), "no regimen in force"),
        (REGIMEN + ENVARSUS + drug("fluconazole", "2026-11-10"), (), "do not compare"),
        (REGIMEN, (), "does not say when"),
        (REGIMEN + 'route = "intravenous"\n' + drug("fluconazole", "2026-11-10"), (), "intravenous"),
        (
            REGIMEN + '[[events]]\nat = 2026-11-08T08:00:00\nkind = "held"\n' + drug("fluconazole", "2026-11-10"),
            (),
            "no regimen in force",
        ),
    ],
)
def test_no_reference_where_the_file_does_not_know_it(
    tmp_path: Path, text: str, words: tuple[str, ...], why: str
) -> None:
    """No regimen then, another product now, another route, held, or an unknown start: none is shown, and why."""
    answer = ask_file(tmp_path, HEAD + text, "fluconazole", "--stopping", *words)
    found = answer["data"]["interactions"][0]["reference"]
    assert found["regimen"] is None
    assert why in found["note"]


def test_the_reference_says_what_else_differs(tmp_path: Path) -> None:
    """A regimen lowered the day before, or taken with another inhibitor still there, is shown with that beside it."""
    lowered = '[[regimens]]\nstart = 2026-11-09T20:00:00\nproduct = "prograf"\nintakes_mg = [1, 1]\ninterval_h = 12\n'
    text = HEAD + REGIMEN + lowered + drug("diltiazem", "2026-05-01") + drug("fluconazole", "2026-11-10")
    note = ask_file(tmp_path, text, "fluconazole", "--stopping")["data"]["interactions"][0]["reference"]["note"]
    assert "lowered or raised for it already" in note
    assert "diltiazem" in note


def test_a_trough_is_predicted_from_a_level_that_may_be_used(tmp_path: Path) -> None:
    """Level x fold, as a range, from a typed level and from the file's trough alike."""
    for answer in (
        ask("interact", "fluconazole", "--level", "7"),
        ask_file(tmp_path, HEAD + REGIMEN + TROUGH, "fluconazole"),
    ):
        assert (predicted(answer)["low_ng_ml"], predicted(answer)["high_ng_ml"]) == (9.8, 21.7)
        folds = answer["data"]["interactions"][0]["exposure_fold"]
        assert [one["predicted_trough_ng_ml"] for one in folds][:2] == [
            {"low": 21.7, "high": 21.7},
            {"low": 9.8, "high": 9.8},
        ]
        assert folds[2]["measure"] == "dose needed without / with"
        assert folds[2]["predicted_trough_ng_ml"] is None


NEW_DOSE = '[[regimens]]\nstart = {}T20:00:00\nproduct = "prograf"\nintakes_mg = [2, 2]\ninterval_h = 12\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LEVEL.format("2026-11-19T03:00:00", 7), "NOT_A_TROUGH"),
        (LEVEL.format("2026-11-18T20:00:00", '"<2"'), "only known as"),
        (LEVEL.format("2026-11-18T20:00:00", 72), "repeated first"),
        (NEW_DOSE.format("2026-11-17") + TROUGH, "NOT_STEADY_STATE"),
        (TROUGH + NEW_DOSE.format("2026-11-20"), "dose was changed"),
        (TROUGH + drug("diltiazem", "2026-05-01"), "diltiazem is taken already"),
        (TROUGH + drug("carbamazepine", "2026-05-01"), "carbamazepine is taken already"),
        (TROUGH + drug("paxlovid", "2026-10-01"), "nirmatrelvir/ritonavir is taken already"),
        (TROUGH + drug("diltiazem", "2026-05-01", "2026-11-20"), "INTERACTION_AFTER_LEVEL"),
        (TROUGH + drug("diflucan", "2026-05-01") + drug("fluconazole", "2026-11-21"), "fluconazole is taken already"),
        (TROUGH + drug("clarithromycin", "2026-11-10", "2026-11-16"), "INTERACTION_SETTLING"),
        (TROUGH + drug("fluconazole", "2026-11-18"), "fluconazole begun already"),
        (TROUGH + drug("fluconazole", "2026-11-19"), "fluconazole begun already"),
        (REGIMEN.replace("2026-09-01", "2026-02-05") + TROUGH.replace("2026-11-1", "2026-04-1"), "STALE_LEVEL"),
        (TROUGH + '[[events]]\nat = 2026-11-18T20:00:00\nkind = "missed-dose"\n', "MISSED_DOSE"),
        ("", "no level"),
    ],
)
def test_r48_nothing_is_predicted_from_a_level_that_may_not_be_used(tmp_path: Path, text: str, why: str) -> None:
    """R37, R42, R44, R46, R48, R51: the checks of adjust hold here too, and the reason is said."""
    found = predicted(ask_file(tmp_path, HEAD + REGIMEN + text, "fluconazole"))
    assert (found["low_ng_ml"], found["high_ng_ml"]) == (None, None)
    assert why in found["why"]


def test_a_steroid_on_board_is_said_beside_the_range(tmp_path: Path) -> None:
    """What no source calls strong, and is no inhibitor, leaves the range standing and is named beside it."""
    found = predicted(ask_file(tmp_path, HEAD + REGIMEN + TROUGH + drug("prednisolone", "2026-02-02"), "fluconazole"))
    assert (found["low_ng_ml"], found["high_ng_ml"]) == (9.8, 21.7)
    assert "taken with corticosteroid" in found["why"]
    assert (
        "is taken already" in predicted(ask("interact", "fluconazole", "--level", "7", "--with", "rifampicin"))["why"]
    )


def test_a_typed_level_counts_as_drawn_now(tmp_path: Path) -> None:
    """Typed on the day that the file has the drug begin, or after it, a level is no base; the day before it is."""
    for start, why in (
        ("2026-11-20", "begun already"),
        ("2026-11-21", "begun already"),
        ("2026-11-22", "single studies"),
    ):
        answer = ask_file(tmp_path, HEAD + REGIMEN + drug("fluconazole", start), "fluconazole", "--level", "7")
        assert why in predicted(answer)["why"]


def test_a_level_before_the_course_on_file_predicts(tmp_path: Path) -> None:
    """The drug's own start after the level is what the prediction is for, and does not speak against it."""
    text = HEAD + REGIMEN + TROUGH + drug("fluconazole", "2026-11-20")
    assert predicted(ask_file(tmp_path, text, "fluconazole"))["high_ng_ml"] == 21.7


def test_a_peak_is_no_trough_and_a_high_one_is_critical() -> None:
    """A predicted end above the critical level is marked; where no size is published, that is said."""
    assert predicted(ask("interact", "viekira", "--level", "5"))["critical_ng_ml"] == 60
    assert predicted(ask("interact", "maviret", "--level", "5"))["critical_ng_ml"] is None
    assert predicted(ask("interact", "phenytoin", "--level", "5"))["why"] == "no size published here"
    assert predicted(ask("interact", "itraconazole", "--level", "5"))["why"] == "no size of exposure published here"
    assert ask("interact", "viekira", "--level", "5", "--stopping")["data"]["interactions"][0]["predicted"] is None


def test_several_drugs_are_predicted_one_by_one() -> None:
    """Two inhibitors at once: each has its own range, as if alone, and says so; no range holds their product."""
    both = ask("interact", "fluconazole", "diltiazem", "--level", "7")["data"]["interactions"]
    alone = [predicted(ask("interact", name, "--level", "7")) for name in ("fluconazole", "diltiazem")]
    for one, single in zip(both, alone, strict=True):
        assert one["predicted"]["high_ng_ml"] == single["high_ng_ml"]
        assert "never multiplied" in one["predicted"]["why"]
        assert "never multiplied" not in single["why"]
