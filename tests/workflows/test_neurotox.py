"""Neurotoxicity: the dose for mild signs is adjust's own, what to look at first, and the file's course of events."""

from __future__ import annotations

import csv
import io
import itertools
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tdmcli.cli.app import app
from tdmcli.domain.findings import Refused
from tdmcli.domain.neurotoxicity import look_first, onset
from tdmcli.errors import Code
from tdmcli.tables.readers import read_factors, read_policy, read_symptoms
from tdmcli.workflows.adjust import answer_adjust
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.neurotox import answer_neurotox
from tdmcli.workflows.neurotox_data import NeurotoxData, NeurotoxQuestion

if TYPE_CHECKING:
    from pathlib import Path

    from tdmcli.workflows.adjust_data import AdjustData
    from tdmcli.workflows.answer import Answer

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
AS_OF = ("--as-of", "2026-11-21T12:00:00+01:00", "--json")
ORAL = ("--dose", "3", "--every", "12", "--product", "prograf")
HEAD = 'schema = 1\n[patient]\nid = "t-1"\nweight_kg = 70\nbirth_date = 1970-01-01\ntime_zone = "Europe/Paris"\n'
TARGET = "[target]\nlow_ng_ml = 6\nhigh_ng_ml = 9\n"

SYMPTOMS = {
    grade: sorted(row.names[0] for row in read_symptoms() if row.grade == grade) for grade in ("mild", "severe")
}
TENTHS = st.integers(10, 150).map(lambda number: Decimal(number) / 10)
DOSES = st.integers(1, 30).map(lambda number: Decimal(number) / 2)
PRODUCTS = st.sampled_from([("prograf", "12"), ("adoport", "12"), ("advagraf", "24"), ("envarsus", "24")])


def transplant(organ: str = "kidney") -> str:
    """Return the table of a transplant forty days ago."""
    return f'[transplant]\norgan = "{organ}"\ndate = 2026-10-12\n'


def regimen(mg: str = "3", start: str = "2026-10-13") -> str:
    """Return a regimen of the file, twice a day."""
    return f'[[regimens]]\nstart = {start}T08:00:00\nproduct = "prograf"\nintakes_mg = [{mg}, {mg}]\ninterval_h = 12\n'


def level(value: str, day: str = "20") -> str:
    """Return a trough of the file, of a day in November."""
    before = f"{int(day) - 1:02}"
    return (
        f"[[levels]]\ntaken = 2026-11-{day}T08:00:00\nlast_dose = 2026-11-{before}T20:00:00\n"
        f'value = {value}\nunit = "ng/mL"\n'
    )


def drug(name: str, start: str, stop: str | None = None) -> str:
    """Return another drug of the file."""
    return f'[[drugs]]\nname = "{name}"\nstart = {start}\n' + ("" if stop is None else f"stop = {stop}\n")


def symptom(name: str, day: str) -> str:
    """Return a symptom of the file."""
    return f'[[symptoms]]\nnoted = {day}\nname = "{name}"\n'


def ask(*words: str) -> dict[str, Any]:
    """Return the JSON answer of neurotox, its exit code under `exit`."""
    result = CliRunner().invoke(app, ["neurotox", *words, *AS_OF])
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed | {"exit": result.exit_code}


def ask_file(tmp_path: Path, text: str, *words: str) -> dict[str, Any]:
    """Return the data of the answer about a patient file."""
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    answer = ask(*words, "--patient", str(path))
    assert answer["exit"] == 0, answer
    data: dict[str, Any] = answer["data"]
    return data


def asked(value: Decimal, low: Decimal, high: Decimal, dose: Decimal, product: tuple[str, str]) -> Asked:
    """Return a question of one's own."""
    name, every = product
    return Asked(NOW, level=f"{value}", target=f"{low}-{high}", dose=f"{dose}", every=every, product=name)


def of(question: Asked, *symptoms: str, aim: str | None = None) -> NeurotoxData:
    """Return what neurotox says."""
    return answer_neurotox(NeurotoxQuestion(question, symptoms, aim=aim)).data


def adjusted(question: AdjustQuestion) -> Answer[AdjustData] | Code:
    """Return what adjust says, or the code with which it refuses."""
    try:
        return answer_adjust(question)
    except Refused as refused:
        return refused.code


@settings(max_examples=150, deadline=None)
@given(value=TENTHS.map(lambda one: one * 2), low=TENTHS, width=TENTHS, dose=DOSES, product=PRODUCTS)
def test_r56_r57_r58_r59_the_dose_is_adjusts_own(
    value: Decimal, low: Decimal, width: Decimal, dose: Decimal, product: tuple[str, str]
) -> None:
    """R56-R59: for any level and range it is what adjust says of the lower half, or its refusal; never an increase."""
    high = min(low + width, Decimal(30))
    if high <= low:
        return
    question = asked(value, low, high, dose, product)
    middle = (low + high) / 2
    data = of(question, "tremor")
    if value < middle:
        assert data.dose is None
        assert data.dose_because
        return
    given = data.dose
    assert given is not None
    aim = low + (high - low) * read_policy().neurotoxicity.aim_percent_of_range / 100
    if high > low * read_policy().target.wide_ratio:
        assert (given.refused, given.proposal, given.aim_ng_ml) == ("MISSING_AIM", None, None)
        given = of(question, "tremor", aim=f"{aim:f}").dose
        assert given is not None
    assert (given.low_ng_ml, given.high_ng_ml, given.aim_ng_ml) == (low, middle, aim)
    assert low <= aim <= middle
    own = adjusted(AdjustQuestion(question._replace(target=f"{low}-{middle}"), aim=f"{aim:f}"))
    if not isinstance(own, Code) and own.data.proposal.predicted_trough_ng_ml < low:
        staying = [one for one in own.data.options if one.predicted_trough_ng_ml >= low and one.change_percent < 0]
        if not staying:
            assert (given.refused, given.proposal, given.options) == ("NO_REGIMEN_IN_RANGE", None, ())
            return
        lowest = min(staying, key=lambda one: one.daily_dose_mg)
        assert given.proposal is not None
        assert given.proposal.intakes_mg == lowest.intakes_mg
        assert given.position in {"within", "above"}
        assert [one.intakes_mg for one in given.options if one.proposed] == [lowest.intakes_mg]
        return
    if isinstance(own, Code):
        assert (given.refused, given.proposal, given.unrounded_daily_dose_mg) == (own, None, None)
        assert (given.change_percent, given.predicted_trough_ng_ml, given.options) == (None, None, ())
        return
    assert given.proposal is not None
    assert given.change_percent is not None
    assert given.change_percent <= 0
    assert given.proposal.daily_dose_mg > 0
    assert given.proposal.intakes_mg == own.data.proposal.intakes_mg
    assert given.change_percent == own.data.proposal.change_percent
    assert given.predicted_trough_ng_ml == own.data.proposal.predicted_trough_ng_ml
    assert given.unrounded_daily_dose_mg == own.data.unrounded_daily_dose_mg
    assert given.next_level == own.data.next_level
    assert given.warnings == tuple(dict.fromkeys(one.code for one in own.warnings))


@settings(max_examples=60, deadline=None)
@given(
    named=st.sampled_from([*((name,) for name in SYMPTOMS["severe"]), ("glowing-ears",), ("none",)]),
    mild=st.booleans(),
    value=TENTHS,
)
def test_r59_r72_no_dose_for_severe_or_unknown_signs(named: tuple[str, ...], mild: bool, value: Decimal) -> None:  # noqa: FBT001
    """R59, R72: whatever the level, signs that are severe or unknown get no dose, nor does no symptom."""
    question = asked(value, Decimal(6), Decimal(9), Decimal(3), ("prograf", "12"))
    names = (*named, "tremor") if mild and named != ("none",) else named
    data = of(question, *names)
    assert data.dose is None
    assert data.dose_because


@pytest.mark.parametrize("name", SYMPTOMS["mild"])
def test_r58_each_mild_sign_alone_has_the_dose(name: str) -> None:
    """R58: adjust would keep a dose in range; with a mild sign it aims lower."""
    data = ask(name, "--level", "8.5", "--target", "6-9", *ORAL)["data"]
    assert (data["dose"]["aim_ng_ml"], data["dose"]["aim_from"]) == (6.75, "policy")
    assert data["dose"]["change_percent"] < 0
    assert data["position"] == "within"


def test_r58_close_above_the_midpoint_repeats_first() -> None:
    """R58: within 10 % of the midpoint the dose stays until the level is repeated, and the range meant is named."""
    answer = ask("tremor", "--level", "8", "--target", "6-9", *ORAL)
    assert answer["data"]["dose"]["change_percent"] == 0
    (said,) = (one["message"] for one in answer["warnings"] if one["code"] == "REPEAT_BEFORE_CHANGING")
    assert said.startswith("For the lower half of the range, 6-7.5 ng/mL:")


def test_r45_never_more_than_is_taken_now(tmp_path: Path) -> None:
    """R45: lowered since by more than the aim takes: no number that would raise it again."""
    text = HEAD + TARGET + transplant() + regimen("4") + regimen("1", "2026-11-20") + level("8.6", "19")
    data = ask_file(tmp_path, text, "tremor")
    assert (data["dose"]["refused"], data["dose"]["proposal"]) == ("DOSE_CHANGED_SINCE", None)
    assert data["dose"]["options"] == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (drug("fluconazole", "2026-11-21"), "INTERACTION_AFTER_LEVEL"),
        (drug("fluconazole", "2026-11-01", "2026-11-18"), "INTERACTION_SETTLING"),
        ('[[events]]\nat = 2026-11-21T08:00:00\nkind = "held"\n', "HELD"),
        ('[[events]]\nat = 2026-11-19T20:00:00\nkind = "missed-dose"\n', "MISSED_DOSE"),
        (level("2.1", "17"), "DISCREPANT"),
        (regimen("2.5", "2026-11-19"), "NOT_STEADY_STATE"),
    ],
)
def test_r32_r33_r44_r48_r51_refusals_of_adjust_hold(tmp_path: Path, more: str, code: str) -> None:
    """R32, R33, R44, R48, R51: where adjust refuses there is its code and reason and no number."""
    text = HEAD + TARGET + transplant() + regimen() + level("8.8") + more
    if code == "NOT_STEADY_STATE":
        text = text.replace("[3, 3]", "[4, 4]")
    dose = ask_file(tmp_path, text, "tremor")["dose"]
    assert dose["refused"] == code
    assert dose["why"]
    numbers = ("unrounded_daily_dose_mg", "proposal", "change_percent", "predicted_trough_ng_ml", "next_level")
    assert {dose[key] for key in numbers} == {None}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--level", "8.8"), "MISSING_REGIMEN"),
        (("--level", "8.8", "--dose", "3", "--every", "12"), "MISSING_PRODUCT"),
        (("--level", ">30", *ORAL), "CENSORED_LEVEL"),
        (("--level", "61", *ORAL), "CRITICAL_LEVEL"),
        (("--level", "25", *ORAL), "TOO_HIGH_TO_SCALE"),
        (("--level", "8.8", "--hours-after-dose", "2", *ORAL), "NOT_A_TROUGH"),
        (("--level", "8.8", "--age", "9", *ORAL), "MISSING_WEIGHT"),
        (("--level", "8.8", "--days-on-dose", "1", "--last-change", "decrease", *ORAL), "NOT_STEADY_STATE"),
        (("--level", "8.8", "--with", "paxlovid", *ORAL), "AVOID_COMBINATION"),
    ],
)
def test_r24_r31_r37_r42_r57_what_is_missing_or_unsafe(words: tuple[str, ...], code: str) -> None:
    """R24, R31, R37, R42, R57: a one-off question is refused its dose as adjust refuses it, and keeps its steps."""
    data = ask("tremor", "--target", "6-9", *words)["data"]
    assert (data["dose"]["refused"], data["dose"]["proposal"]) == (code, None)
    assert data["steps"]


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--target", "6-9"), "no level"),
        (("--level", "8"), "no range"),
        (("--level", "7.4", "--target", "6-9"), "lower half"),
        (("--level", "5.9", "--target", "6-9"), "risk rejection"),
        (("--level", "<8", "--target", "6-9"), "can't be compared"),
        (("--level", "7", "--target", "6-9", "--hours-after-dose", "2"), "can't be compared"),
    ],
)
def test_no_dose_says_why(words: tuple[str, ...], because: str) -> None:
    """Below the midpoint, or without what is needed, there is no dose, and a reason."""
    data = ask("tremor", *words, *ORAL)["data"]
    assert data["dose"] is None
    assert because in data["dose_because"]


@pytest.mark.parametrize(("value", "step"), [("7.4", "lower half"), ("7.5", "Consider a lower dose"), ("5", "below")])
def test_the_step_on_the_dose_agrees_with_it(value: str, step: str) -> None:
    """No step speaks of a lower dose where none is worked out because the level is low already."""
    steps = [one["text"] for one in ask("tremor", "--level", value, "--target", "6-9", *ORAL)["data"]["steps"]]
    assert sum("lower dose" in one for one in steps) == 1
    assert any(step in one for one in steps if "lower dose" in one)


@pytest.mark.parametrize("aim", ["5.9", "7.6", "9"])
def test_an_aim_lies_in_the_lower_half(aim: str) -> None:
    """An aim elsewhere is a usage error for mild signs, as is one without a range; severe ones wait for no option."""
    assert ask("tremor", "--level", "8.5", "--target", "6-9", "--aim", aim, *ORAL)["exit"] == 2
    assert ask("tremor", "--level", "8.5", "--aim", aim, *ORAL)["exit"] == 2
    assert ask("seizure", "--level", "8.5", "--target", "6-9", "--aim", aim, *ORAL)["data"]["grade"] == "severe"


def test_factors_have_an_order() -> None:
    """Each place is taken once, all but the organ have one, and it is policy until a source gives one."""
    rows = read_factors()
    places = [row.order.place for row in rows if row.order is not None]
    assert sorted(places) == list(range(1, len(places) + 1))
    assert [row.id for row in rows if row.order is None] == ["liver-transplant"]
    assert {row.order.source for row in rows if row.order is not None} == {"policy"}


@given(present=st.fixed_dictionaries({row.id: st.sampled_from([True, False, None]) for row in read_factors()}))
def test_the_first_factor_is_present_or_else_not_assessed(present: dict[str, bool | None]) -> None:
    """One that is present stands first, then one not assessed; among each the order of the table decides."""
    order = {row.id: row.order.place for row in read_factors() if row.order is not None}
    found = look_first(read_factors(), present)
    for wanted in (True, None):
        such = [name for name in order if present[name] is wanted]
        if such:
            assert found is not None
            assert found.id == min(such, key=order.__getitem__)
            return
    assert found is None


@given(
    noted=st.lists(st.integers(0, 60), max_size=8),
    recent=st.integers(1, 20),
)
def test_the_onset_is_the_first_day_of_an_unbroken_spell(noted: list[int], recent: int) -> None:
    """Every gap within the spell and up to today is short, the one before it is long, later notes count for nothing."""
    today = date(2026, 11, 21)
    days = [today - timedelta(days=one) for one in noted]
    found = onset([*days, today + timedelta(days=3)], today, recent)
    if found is None:
        assert all(one > recent for one in noted)
        return
    spell = sorted({today, *(day for day in days if day >= found)})
    assert all((later - earlier).days <= recent for earlier, later in itertools.pairwise(spell))
    assert all((found - day).days > recent for day in days if day < found)


def test_the_time_course_counts_from_the_onset(tmp_path: Path) -> None:
    """Doses, levels, drugs, values and events stand with their days from the onset, and nothing later than now."""
    text = (
        HEAD + TARGET + transplant() + regimen("2.5") + regimen("3", "2026-11-12") + level("6.2", "09") + level("8.8")
        + drug("fluconazole", "2026-11-13", "2026-11-18") + drug("moonberry", "2026-11-14")
        + symptom("tremor", "2026-11-16") + symptom("tremor", "2026-11-20")
        + symptom("diarrhoea", "2026-11-15") + symptom("tremor", "2026-09-01")
        + "[[labs]]\ntaken = 2026-11-17\nmagnesium_mg_dl = 1.5\nsystolic_mmhg = 150\ndiastolic_mmhg = 80\n"
        + "[[labs]]\ntaken = 2026-11-25\nmagnesium_mg_dl = 1.1\n"
        + '[[events]]\nat = 2026-11-10T08:00:00\nkind = "vomited"\n'
    )  # fmt: skip
    data = ask_file(tmp_path, text)
    assert data["onset"] == "2026-11-16"
    told = {(one["days_from_onset"], one["what"]) for one in data["time_course"]}
    assert told == {
        (-7, "level 6.2 ng/mL: within 6-9 ng/mL"),
        (-6, "vomited"),
        (-4, "dose raised from 5 mg/day to 3 mg every 12 hours = 6 mg/day"),
        (-3, "fluconazole, which raises the level, started"),
        (-2, "moonberry, not in the table, started"),
        (-1, "diarrhoea"),
        (0, "tremor"),
        (1, "magnesium 1.5 mg/dL: below 1.7 mg/dL [policy]"),
        (1, "blood pressure 150/80 mmHg: high [policy]"),
        (2, "fluconazole, which raises the level, stopped"),
        (4, "tremor"),
        (4, "level 8.8 ng/mL: within 6-9 ng/mL"),
    }


def test_r42_r52_a_level_that_is_no_trough_is_not_placed(tmp_path: Path) -> None:
    """R42, R52: in the time course a peak or a flagged sample is said to be one and held against no range."""
    peak = level("18", "18").replace("2026-11-17T20:00:00", "2026-11-18T06:00:00")
    flagged = level("22", "19") + 'flags = ["line_draw"]\n'
    text = HEAD + TARGET + transplant() + regimen() + peak + flagged + symptom("tremor", "2026-11-19")
    said = [one["what"] for one in ask_file(tmp_path, text)["time_course"]]
    assert "level 18 ng/mL: no trough, drawn 2 h after a dose" in said
    assert "level 22 ng/mL: not used, flagged line_draw" in said


def test_without_an_onset_the_course_ends_today(tmp_path: Path) -> None:
    """A symptom that was only typed has no onset: the days of the file stand without a count."""
    data = ask_file(tmp_path, HEAD + TARGET + transplant() + regimen() + level("8.8"), "tremor")
    assert data["onset"] is None
    assert [(one["when"], one["days_from_onset"]) for one in data["time_course"]] == [("2026-11-20", None)]
    assert ask("tremor")["data"]["time_course"] == []


@pytest.mark.parametrize(
    ("name", "stop", "present"),
    [
        ("fluconazole", "2026-11-18", True),
        ("fluconazole", "2026-11-01", None),
        ("rifampicin", "2026-11-10", None),
        ("moonberry", "2026-11-18", None),
        ("methylprednisolone", "2026-11-20", None),
    ],
)
def test_r48_a_drug_stopped_of_late_still_counts(tmp_path: Path, name: str, stop: str, present: bool | None) -> None:  # noqa: FBT001
    """R48: an inhibitor still acts for its days of fading; a stopped inducer is a factor of its own."""
    text = HEAD + TARGET + transplant() + regimen() + drug(name, "2026-10-20", stop)
    factors = {one["name"]: one for one in ask_file(tmp_path, text, "tremor")["factors"]}
    found = factors["a drug that raises the level"]
    assert found["present"] is present
    assert present is None or f"stopped {stop}" in found["value"]
    stopped = factors.get("a drug that lowered the level, stopped of late")
    assert (stopped is not None) == (name == "rifampicin")
    assert stopped is None or f"rifampicin, stopped {stop}" in stopped["value"]


@pytest.mark.parametrize(
    ("organ", "source", "words"),
    [
        ("liver", "label-us-generic", "Not recommended"),
        ("heart", "label-us-generic", "Not recommended"),
        ("kidney", "label-us-generic", "not established"),
        ("lung", "rapamune-label", "bronchial join"),
    ],
)
def test_the_sirolimus_answer_is_the_organs_own(tmp_path: Path, organ: str, source: str, words: str) -> None:
    """With a patient file only its organ's answer on sirolimus stands, said to be in conflict; other organs' do not."""
    data = ask_file(tmp_path, HEAD + transplant(organ) + regimen(), "tremor")
    own = [one for one in data["alternatives"] if one["organ"] is not None]
    assert {one["organ"] for one in own} == {organ}
    sirolimus = [one for one in own if one["name"] == "tacrolimus with sirolimus"]
    assert all(one["conflict"] for one in sirolimus)
    assert any(one["source"] == source and words in one["text"] for one in sirolimus)
    assert [(one["text"], one["organ"]) for one in data["alternatives"] if one["conflict"]] == [
        (one["text"], one["organ"]) for one in data["conflicts"]
    ]


def test_an_unknown_organ_has_every_answer() -> None:
    """Without an organ all answers on sirolimus stand side by side; without a symptom there is none."""
    data = ask("tremor")["data"]
    assert {one["organ"] for one in data["alternatives"]} == {"liver", "heart", "lung", "kidney", None}
    assert ask("none")["data"]["alternatives"] == []


@pytest.mark.parametrize(
    ("noted", "grade"),
    [
        ((("seizure", "2026-11-06"), ("tremor", "2026-11-12")), "severe"),
        ((("glowing-ears", "2026-11-06"), ("tremor", "2026-11-12")), None),
        ((("seizure", "2026-11-04"),), "mild"),
        ((("diarrhoea", "2026-11-18"),), "mild"),
    ],
)
def test_r59_r72_the_whole_spell_is_graded(
    tmp_path: Path, noted: tuple[tuple[str, str], ...], grade: str | None
) -> None:
    """R59, R72: a seizure or an unknown sign that an unbroken spell began with counts; an earlier spell does not."""
    signs = "".join(symptom(name, day) for name, day in (*noted, ("tremor", "2026-11-19")))
    text = HEAD + TARGET + transplant() + regimen() + level("8.8") + signs
    data = ask_file(tmp_path, text)
    assert data["grade"] == grade
    assert (data["dose"] is None) == (grade != "mild")


@pytest.mark.parametrize(
    ("value", "dose", "refused", "given"),
    [
        ("7.9", "1", "NO_REGIMEN_IN_RANGE", None),
        ("7.9", "1.5", None, "1 mg every 24 hours = 1 mg/day"),
        ("7.9", "3", None, "2 mg every 24 hours = 2 mg/day"),
    ],
)
def test_r58_no_dose_is_predicted_below_the_range(
    value: str, dose: str, refused: str | None, given: str | None
) -> None:
    """R58: in range no dose is proposed that leads below the whole range: a higher one that stays, else none."""
    words = ("--dose", dose, "--every", "24", "--product", "advagraf")
    part = ask("tremor", "--level", value, "--target", "5-8", *words)["data"]["dose"]
    assert (part["refused"], part["proposal"] and part["proposal"]["text"]) == (refused, given)
    assert part["position"] in {None, "within"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (drug("fluconazole", "2026-11-21"), "INTERACTION_AFTER_LEVEL"),
        (regimen("1", "2026-11-21"), "DOSE_CHANGED_SINCE"),
        (regimen().replace("prograf", "adoport").replace("10-13", "11-20"), "PRODUCT_SWITCHED"),
        ('[[events]]\nat = 2026-11-21T08:00:00\nkind = "held"\n', "HELD"),
        ("", None),
    ],
)
def test_r33_r45_r48_steps_agree_with_a_dose_withheld(tmp_path: Path, more: str, code: str | None) -> None:
    """R33, R45, R48: where level, route or a change withholds the dose no step names a lower one."""
    data = ask_file(tmp_path, HEAD + TARGET + transplant() + regimen() + level("9.9") + more, "tremor")
    assert data["dose"]["refused"] == code
    steps = [one["text"] for one in data["steps"] if "lower dose" in one["text"]]
    assert bool(steps) == (code is None)
    assert data["position"] == (None if code else "above")
    assert (data["first_factor"]["name"] == "tacrolimus level above range") == (code is None)


@pytest.mark.parametrize(("day", "noted", "compared"), [("01", "2026-11-15", True), ("01", "2026-11-16", False)])
def test_r46_a_level_of_long_before_the_symptoms_gives_no_dose(
    tmp_path: Path,
    day: str,
    noted: str,
    compared: bool,  # noqa: FBT001
) -> None:
    """R46: a level drawn more than 14 days [policy] before the onset is not compared: measure first."""
    old = transplant().replace("2026-10-12", "2026-01-12") + regimen(start="2026-02-01")
    drawn = level("9.5", day).replace("2026-11-00", "2026-10-31")
    data = ask_file(tmp_path, HEAD + TARGET + old + drawn + symptom("tremor", noted))
    assert (data["position"] == "above") == compared
    assert ("measure first" in data["dose_because"]) != compared
    assert compared or data["dose"] is None


@pytest.mark.parametrize(
    ("stop", "noted", "present"),
    [("2026-11-04", "2026-11-10", True), ("2026-11-02", "2026-11-10", None), ("2026-11-18", "2026-11-10", True)],
)
def test_r48_a_drug_counts_that_acted_at_the_onset(
    tmp_path: Path,
    stop: str,
    noted: str,
    present: bool | None,  # noqa: FBT001
) -> None:
    """R48: an inhibitor whose effect had not faded when the symptoms began is a factor, though it has by now."""
    text = HEAD + TARGET + transplant() + regimen() + drug("fluconazole", "2026-10-20", stop) + symptom("tremor", noted)
    found = {one["name"]: one for one in ask_file(tmp_path, text)["factors"]}["a drug that raises the level"]
    assert found["present"] is present


def test_a_drug_that_may_do_either_is_not_absent(tmp_path: Path) -> None:
    """A drug that may raise or lower the level leaves the factor open and is named."""
    text = HEAD + TARGET + transplant() + regimen() + drug("methylprednisolone", "2026-11-15")
    found = {one["name"]: one for one in ask_file(tmp_path, text, "tremor")["factors"]}["a drug that raises the level"]
    assert (found["present"], found["value"]) == (None, "methylprednisolone: may raise or lower the level")


@pytest.mark.parametrize(
    ("words", "noted", "says"),
    [
        ((), "2026-12-25", "2026-12-25, later than"),
        ((), "2026-05-19", "2026-05-19, more than 14 days ago"),
        (("none",), "2026-11-19", "the patient file notes tremor"),
        (("",), "2026-11-19", "without a name"),
    ],
)
def test_r36_what_the_file_notes_at_another_time_is_said(
    tmp_path: Path, words: tuple[str, ...], noted: str, says: str
) -> None:
    """R36: a symptom to come or of months ago is none of today, and none contradicts one of today: each is said."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD + transplant() + regimen() + symptom("tremor", noted), encoding="utf-8")
    answer = ask(*words, "--patient", str(path))
    assert (answer["exit"], says in answer["message"]) == (2, True)


def test_r36_a_symptom_of_the_future_is_refused_now(tmp_path: Path) -> None:
    """R36: without --as-of a symptom of a day to come is a fault of the file, as a level is."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD + symptom("tremor", "2126-11-19"), encoding="utf-8")
    result = CliRunner().invoke(app, ["neurotox", "seizure", "--patient", str(path), "--json"])
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "BAD_PATIENT_FILE")


@pytest.mark.parametrize("words", [("--magnesium", "12mg/dL"), ("--cholesterol", "110mmol/L")])
def test_r34_a_value_beyond_belief_is_said_twice(words: tuple[str, str]) -> None:
    """R34: a magnesium or cholesterol that only a slip explains is asked for again."""
    assert ask("tremor", *words)["exit"] == 2
    assert ask("tremor", *words, "--confirm-value", words[1])["exit"] == 0


def test_r62_an_organ_over_the_files_is_said_with_the_range_set_aside(tmp_path: Path) -> None:
    """R62: FLAG_WINS names --organ, and that the file's own range no longer counts."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD + TARGET + transplant() + regimen() + level("8.8"), encoding="utf-8")
    for organ, aside in (("liver", True), ("kidney", False)):
        answer = ask("tremor", "--organ", organ, "--patient", str(path))
        (said,) = [one["message"] for one in answer["warnings"] if one["code"] == "FLAG_WINS"]
        assert said.startswith("--organ was used instead of the patient file's organ")
        assert ("[target]" in said) == aside


def test_csv_has_grade_and_dose() -> None:
    """CSV begins with the grade and with the dose or why there is none; the factors follow."""
    words = ("tremor", "--level", "8.5", "--target", "6-9", *ORAL, "--format", "csv", *AS_OF[:2])
    rows = list(csv.DictReader(io.StringIO(CliRunner().invoke(app, ["neurotox", *words]).stdout)))
    assert [(row["about"], row["value"]) for row in rows[:2]] == [
        ("grade", "mild"),
        ("dose", "2.5 mg every 12 hours = 5 mg/day"),
    ]
    assert {row["about"] for row in rows[2:]} == {"factor"}
