"""Cases in which a plausible program gives a dose that harms: each is refused, held or warned of here."""

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
    'schema = 1\n[patient]\nid = "t-1"\ntime_zone = "Europe/Paris"\n[transplant]\norgan = "kidney"\ndate = 2026-10-12\n'
)
REGIMEN = '[[regimens]]\nstart = 2026-10-13T08:00:00\nproduct = "prograf"\nintakes_mg = [3, 3]\ninterval_h = 12\n'
ORAL = ("--dose", "3", "--every", "12", "--product", "prograf")


def level(value: str, taken: str = "2026-11-20T07:55:00", last_dose: str | None = "2026-11-19T20:00:00") -> str:
    """Return a level of the file."""
    dose = "" if last_dose is None else f"last_dose = {last_dose}\n"
    return f'[[levels]]\ntaken = {taken}\n{dose}value = {value}\nunit = "ng/mL"\n'


def ask(*arguments: str) -> dict[str, Any]:
    """Return the JSON answer to a command line, its exit code under `exit`."""
    result = CliRunner().invoke(app, [*arguments, *NOW])
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed | {"exit": result.exit_code}


def ask_file(tmp_path: Path, command: str, text: str, *more: str) -> dict[str, Any]:
    """Return the answer to a question about a patient file."""
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    first, *words = command.split()
    return ask(first, *words, "--patient", str(path), *more)


def codes(answer: dict[str, Any]) -> set[str]:
    """Return the codes of the warnings."""
    return {one["code"] for one in answer["warnings"]}


def change(answer: dict[str, Any]) -> float:
    """Return the change that is proposed, in per cent."""
    return float(answer["data"]["proposal"]["change_percent"])


@pytest.mark.parametrize("route", ["intravenous", "sublingual"])
def test_r50_no_factor_on_another_route(tmp_path: Path, route: str) -> None:
    """R50: a third of an infusion is no dose."""
    text = HEAD + REGIMEN + f'route = "{route}"\n'
    answer = ask_file(tmp_path, "interact voriconazole", text)
    assert answer["data"]["adjusted"] is None
    assert "NOT_ORAL" in codes(answer)


def test_r33_no_factor_while_held(tmp_path: Path) -> None:
    """R33: a third of a dose that is held is no dose."""
    text = HEAD + REGIMEN + '[[events]]\nat = 2026-11-20T08:00:00\nkind = "held"\n'
    answer = ask_file(tmp_path, "interact voriconazole", text)
    assert answer["data"]["adjusted"] is None
    assert "HELD" in codes(answer)


@pytest.mark.parametrize(
    ("drug", "stop", "given"),
    [("paxlovid", "2026-11-19", False), ("fluconazole", "2026-11-19", False), ("fluconazole", "2026-11-01", True)],
)
def test_r48_no_factor_while_an_inhibitor_fades(tmp_path: Path, drug: str, stop: str, given: bool) -> None:  # noqa: FBT001
    """R48: two days after an inhibitor the dose taken is not one taken without it; three weeks after it is."""
    text = HEAD + REGIMEN + f'[[drugs]]\nname = "{drug}"\nstart = 2026-10-20\nstop = {stop}\n'
    answer = ask_file(tmp_path, "interact voriconazole", text)
    assert (answer["data"]["adjusted"] is not None) == given


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--with", "rifampicin"), "OTHER_DRUG_MOVES"),
        (("rifampicin",), "OTHER_DRUG_MOVES"),
        (("posaconazole",), "OTHER_DRUG_MOVES"),
        (("--with", "fluconazole"), "ALREADY_INHIBITED"),
    ],
)
def test_no_factor_beside_another_drug_that_moves_the_level(more: tuple[str, ...], code: str) -> None:
    """A factor counts from the dose taken without any of them; unlisted drugs are named."""
    answer = ask("interact", "voriconazole", *more, *ORAL)
    assert answer["data"]["adjusted"] is None
    assert code in codes(answer)
    unlisted = ask("interact", "voriconazole", "--with", "moonberry", *ORAL)
    assert "UNLISTED_DRUG" in codes(unlisted)


def test_r17_rounding_of_a_factor_is_said() -> None:
    """R17: 2 mg a day to one third is 0.67; 1 mg is half, and that is said; 6 to 2 is exact."""
    answer = ask("interact", "voriconazole", "--dose", "1", "--every", "12", "--product", "prograf")
    assert answer["data"]["adjusted"]["rounding_percent"] == pytest.approx(50)
    assert "FACTOR_ROUNDED" in codes(answer)
    exact = ask("interact", "voriconazole", *ORAL)
    assert exact["data"]["adjusted"]["intakes_mg"] == [1, 1]
    assert "FACTOR_ROUNDED" not in codes(exact)


def test_r24_no_dose_on_a_drug_to_avoid() -> None:
    """R24: nobody is at steady state on Paxlovid."""
    answer = ask("adjust", "--level", "4", *ORAL, "--target", "6-9", "--with", "paxlovid")
    assert (answer["exit"], answer["code"]) == (4, "AVOID_COMBINATION")


def test_r44_a_restart_is_a_start(tmp_path: Path) -> None:
    """R44: one day after a pause of ten the level is rising: low, it raises nothing."""
    events = "".join(
        f'[[events]]\nat = 2026-11-{day}T07:00:00\nkind = "{kind}"\n'
        for day, kind in (("09", "held"), ("19", "resumed"))
    )
    answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("4") + events)
    assert (answer["exit"], answer["code"]) == (4, "NOT_STEADY_STATE")


@pytest.mark.parametrize(
    "before",
    [
        'product = "envarsus"\nintakes_mg = [6]\ninterval_h = 24\n',
        'product = "prograf"\nintakes_mg = [6]\ninterval_h = 24\n',
    ],
)
@pytest.mark.parametrize("value", ["11.4", "4"])
def test_r44_a_switch_has_no_known_direction(tmp_path: Path, before: str, value: str) -> None:
    """R44: two days after another product or interval neither a high nor a low level changes the dose."""
    regimens = f"[[regimens]]\nstart = 2026-10-13T08:00:00\n{before}" + REGIMEN.replace("10-13", "11-18")
    answer = ask_file(tmp_path, "adjust", HEAD + regimens + level(value))
    assert (answer["exit"], answer["code"]) == (4, "NOT_STEADY_STATE")


def test_r51_a_missed_last_dose_makes_a_level_unusable(tmp_path: Path) -> None:
    """R51: missed at 20:00, drawn at 08:05: five minutes over twelve hours are no excuse."""
    text = HEAD + REGIMEN + level("4", "2026-11-20T08:05:00", None)
    answer = ask_file(tmp_path, "adjust", text + '[[events]]\nat = 2026-11-19T20:00:00\nkind = "missed-dose"\n')
    assert (answer["exit"], answer["code"]) == (4, "MISSED_DOSE")


def test_r41_r51_a_missed_dose_is_counted_in_utc(tmp_path: Path) -> None:
    """R41: the night the clocks go forward is an hour shorter, however the times are written."""
    naive = REGIMEN.replace("2026-10-13", "2026-02-13")
    text = HEAD.replace("2026-10-12", "2026-02-12") + naive
    for event, taken in (
        ("2026-03-28T17:30:00", "2026-03-29T09:00:00"),
        ("2026-03-28T17:30:00+01:00", "2026-03-29T09:00:00+02:00"),
    ):
        more = level("4", taken, None) + f'[[events]]\nat = {event}\nkind = "missed-dose"\n'
        path = tmp_path / "p.toml"
        path.write_text(text + more, encoding="utf-8")
        when = ["--as-of", "2026-03-30T09:00+02:00", "--json"]
        result = CliRunner().invoke(app, ["adjust", "--patient", str(path), *when])
        assert json.loads(result.stdout)["code"] == "MISSED_DOSE"


def test_diarrhoea_and_anaemia_are_no_reason_to_raise(tmp_path: Path) -> None:
    """A low level after diarrhoea raises no dose; a recent haematocrit of 21 % is said above the proposal."""
    symptom = '[[symptoms]]\nnoted = 2026-11-19\nname = "diarrhoea"\n'
    anaemia = "[[labs]]\ntaken = 2026-11-20\nhematocrit_percent = 21\n"
    answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("4") + symptom)
    assert change(answer) == 0
    assert {"GUT_EVENT", "HELD_BY_TIMING"} <= codes(answer)
    assert "LOW_HEMATOCRIT" in codes(ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("4") + anaemia))
    shown = CliRunner().invoke(app, ["adjust", "--patient", str(tmp_path / "p.toml"), *NOW[:2]]).stdout
    assert shown.index("LOW_HEMATOCRIT") < shown.index("Proposal")
    old = anaemia.replace("2026-11-20", "2026-10-14")
    assert "LOW_HEMATOCRIT" not in codes(ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("4") + old))


@pytest.mark.parametrize(("now", "where"), [("[1, 1]", "below"), ("[5, 5]", "above")])
def test_r45_in_range_on_another_dose_is_not_in_range(tmp_path: Path, now: str, where: str) -> None:
    """R45: 7.5 was drawn on 3 + 3; on what is taken now the trough is predicted out of range, and measured soon."""
    text = HEAD + REGIMEN + level("7.5") + REGIMEN.replace("10-13T08", "11-20T20").replace("[3, 3]", now)
    answer = ask_file(tmp_path, "adjust", text)
    assert answer["data"]["proposal"]["position"] == where
    assert "DOSE_CHANGED_SINCE" in codes(answer)
    assert answer["data"]["next_level"]["from"] == "2026-11-23"
    shown = CliRunner().invoke(app, ["adjust", "--patient", str(tmp_path / "p.toml"), *NOW[:2]]).stdout
    assert "(in range)" not in " ".join(shown.split())


def test_r45_an_increase_over_what_is_taken_now_is_capped(tmp_path: Path) -> None:
    """R45, R56: a level drawn on 10 + 10 does not take 1 + 1 to 7.5 + 7."""
    high = REGIMEN.replace("[3, 3]", "[10, 10]")
    text = HEAD + high + level("10.5") + REGIMEN.replace("10-13T08", "11-20T20").replace("[3, 3]", "[1, 1]")
    assert change(ask_file(tmp_path, "adjust", text)) <= 50


def test_a_sample_in_the_middle_of_the_day_is_said(tmp_path: Path) -> None:
    """A level of 14:00 under intakes at 8 and 20 o'clock, without a last dose, is not taken as a trough in silence."""
    answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("11.4", "2026-11-20T14:00:00", None))
    assert "UNTIMED_LEVEL" in codes(answer)


def test_r44_the_next_level_agrees_with_the_warning() -> None:
    """R44: a level in range on the first day is measured again in days, not in a week."""
    answer = ask("adjust", "--level", "7", *ORAL, "--target", "6-9", "--days-on-dose", "1")
    assert "NOT_STEADY_STATE" in codes(answer)
    assert answer["data"]["next_level"]["from"] == "2026-11-23"


def test_a_lone_range_of_a_cohort_is_no_default() -> None:
    """One cohort's range for ulcerative colitis is shown and not aimed at."""
    assert ask("target", "ulcerative-colitis")["data"]["default"] is None
    refused = ask("adjust", "--level", "4", *ORAL, "--indication", "ulcerative-colitis")
    assert refused["code"] == "MISSING_TARGET"


def test_neurotox_takes_one_high_pressure_and_no_old_values(tmp_path: Path) -> None:
    """A systolic of 210 alone makes a headache severe; an old magnesium is not assessed, an old seizure is history."""
    text = HEAD + REGIMEN
    alone = ask_file(tmp_path, "neurotox headache", text + "[[labs]]\ntaken = 2026-11-20\nsystolic_mmhg = 210\n")
    assert alone["data"]["grade"] == "severe"
    old = "[[labs]]\ntaken = 2026-10-13\nmagnesium_mmol_l = 0.9\n"
    old += '[[symptoms]]\nnoted = 2020-01-01\nname = "seizure"\n'
    answer = ask_file(tmp_path, "neurotox tremor", text + old)
    assert answer["data"]["grade"] == "mild"
    assert {one["name"]: one["present"] for one in answer["data"]["factors"]}["low magnesium"] is None
    days = "[[labs]]\ntaken = 2026-11-19\ndiastolic_mmhg = 85\n[[labs]]\ntaken = 2026-11-20\nsystolic_mmhg = 118\n"
    apart = ask_file(tmp_path, "neurotox tremor", text + days)
    assert {one["name"]: one["present"] for one in apart["data"]["factors"]}["high blood pressure"] is None


def test_neurotox_does_not_read_a_peak_as_a_trough() -> None:
    """R42: two hours after a dose there is no position, and so no step that lowers the dose."""
    answer = ask("neurotox", "tremor", "--level", "14.2", "--target", "6-9", "--hours-after-dose", "2")
    assert answer["data"]["position"] is None
    assert "NOT_A_TROUGH" in codes(answer)
    assert not any("lower dose" in step["text"] for step in answer["data"]["steps"] if "Consider" in step["text"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--product", "prograf", "--every", "24"), "ONCE_DAILY_PRODUCT"),
        (("--product", "prograf", "--every", "12", "--indication", "liver"), "OTHER_INDICATION"),
    ],
)
def test_r71_thresholds_hold_only_where_they_were_made(more: tuple[str, ...], code: str) -> None:
    """R71: not for once-daily dosing and not after a liver transplant."""
    answer = ask("cdratio", "--level", "2.1", "--dose", "2", "--days", "90", *more)
    assert answer["data"]["class"] == "not-classified"
    assert code in answer["data"]["not_classified_because"]


def test_thirds_have_their_upper_edge_in_the_middle() -> None:
    """Suwelack: the middle third ends with 1.38 and 1.53, the highest begins above."""
    ir = ask("cdratio", "--level", "6.9", "--dose", "2.5", "--every", "12", "--product", "prograf", "--days", "30")
    assert {one["class"] for one in ir["data"]["other_thresholds"]} == {"middle-third"}
    lcpt = ask("cdratio", "--level", "6.12", "--dose", "4", "--every", "24", "--product", "envarsus", "--days", "30")
    assert lcpt["data"]["class"] == "middle-third"


def test_m23_a_higher_level_loses_no_warning() -> None:
    """M23: above 30 all that is said above 20 is still said."""
    lower = codes(ask("target", "heart", "--days", "20", "--level", "25"))
    higher = codes(ask("target", "heart", "--days", "20", "--level", "31"))
    assert "HIGH_LEVEL" in lower & higher


def test_r52_a_missing_level_says_what_was_set_aside(tmp_path: Path) -> None:
    """R52: the only level is clotted: there is none to use, and that is said."""
    answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("9") + 'flags = ["clotted"]\n')
    assert answer["code"] == "MISSING_LEVEL"
    assert "LEVEL_IGNORED" in codes(answer)


def test_a_stopped_patient_is_not_dosed(tmp_path: Path) -> None:
    """R33: a regimen that ended after the level is held, not missing."""
    answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + "stop = 2026-11-20T20:00:00\n" + level("4"))
    assert answer["code"] == "HELD"


def test_the_file_fills_what_no_flag_gives(tmp_path: Path) -> None:
    """--dose takes the product of the file; --product alone contradicts it; a lone flag that overrides is said."""
    text = HEAD + REGIMEN + level("11.4", last_dose=None)
    answer = ask_file(tmp_path, "adjust", text, "--dose", "5", "--every", "12")
    assert answer["data"]["current"]["product"] == "prograf"
    assert ask_file(tmp_path, "adjust", text, "--product", "advagraf")["exit"] == 2
    assert "FLAG_WINS" in codes(ask_file(tmp_path, "adjust", text, "--days-on-dose", "9"))
    timed = HEAD + REGIMEN + level("11.4")
    assert ask_file(tmp_path, "adjust", timed, "--hours-after-dose", "12")["exit"] == 2


def test_another_indication_takes_nothing_of_the_files(tmp_path: Path) -> None:
    """Asked for a heart, a kidney's day, phase and target say nothing."""
    answer = ask_file(tmp_path, "target heart", HEAD + REGIMEN)
    assert (answer["exit"], answer["code"]) == (4, "MISSING_TIME")


def test_target_and_adjust_use_the_same_range(tmp_path: Path) -> None:
    """Everolimus in the file decides the range for both."""
    text = HEAD + REGIMEN + level("9.9") + '[[drugs]]\nname = "everolimus"\nstart = 2026-10-12\n'
    target, adjust = ask_file(tmp_path, "target", text), ask_file(tmp_path, "adjust", text)
    assert target["data"]["default"]["id"] == adjust["data"]["target"]["row"]["id"]
    assert target["data"]["default"]["low_ng_ml"] == 4


@pytest.mark.parametrize(
    ("organ", "effect"), [("liver", "avoid"), ("heart", "avoid"), ("lung", "avoid"), ("kidney", "unknown")]
)
def test_sirolimus_by_organ(organ: str, effect: str) -> None:
    """Not recommended in liver, heart and lung; not established in kidney; both seeds stand beside it."""
    answer = ask("interact", "sirolimus", "--organ", organ)
    row = answer["data"]["interactions"][0]
    assert row["effect"] == effect
    assert {"seed-ild", "seed-neurotoxicity"} <= set(row["sources"])
    assert answer["data"]["adjusted"] is None


def test_r54_two_corrections_are_a_fault_and_a_chain_is_followed(tmp_path: Path) -> None:
    """R54: the order of rows decides nothing."""
    first = level("30", last_dose=None)
    one = level("5", "2026-11-20T08:00:00", None) + "corrects = 2026-11-20T07:55:00\n"
    two = level("11", "2026-11-20T08:05:00", None) + "corrects = 2026-11-20T07:55:00\n"
    chained = two.replace("corrects = 2026-11-20T07:55:00", "corrects = 2026-11-20T08:00:00")
    for rows in ((first, one, two), (two, one, first)):
        assert ask_file(tmp_path, "adjust", HEAD + REGIMEN + "".join(rows))["exit"] == 3
    for rows in ((first, one, chained), (chained, one, first)):
        answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + "".join(rows))
        assert answer["data"]["level_ng_ml"] == 11


def test_odd_intervals_have_troughs_too() -> None:
    """R42: an hour after a dose every 48 hours is no trough."""
    words = "adjust --level 12 --dose 3 --every 48 --product prograf --target 6-9 --hours-after-dose 1"
    answer = ask(*words.split())
    assert answer["code"] == "NOT_A_TROUGH"


@pytest.mark.parametrize(
    ("value", "more", "flags", "code"),
    [
        ("12", '[[events]]\nat = 2026-11-20T09:00:00\nkind = "held"\n', ("--dose", "3", "--every", "12"), "HELD"),
        ("12", "", ("--product", "advagraf", "--dose", "6", "--every", "24"), "PRODUCT_SWITCHED"),
        (
            "4",
            '[[events]]\nat = 2026-11-15T08:00:00\nkind = "held"\n'
            + REGIMEN.replace("2026-10-13T08:00:00", "2026-11-19T20:00:00"),
            (),
            "NOT_STEADY_STATE",
        ),
        ("12", '[[drugs]]\nname = "paxlovid"\nstart = 2026-11-19\n', (), "AVOID_COMBINATION"),
        (
            "12",
            '[[drugs]]\nname = "amiodarone"\nstart = 2026-06-19\nstop = 2026-10-01\n',
            (),
            "INTERACTION_SETTLING",
        ),
    ],
    ids=["held, dose typed", "another product typed", "taken again after a hold", "drug to avoid", "long half-life"],
)
def test_what_the_file_says_is_checked_with_and_without_flags(
    tmp_path: Path, value: str, more: str, flags: tuple[str, ...], code: str
) -> None:
    """A typed dose or product takes no check of the file's history away."""
    answer = ask_file(tmp_path, "adjust", HEAD + REGIMEN + level(value) + more, *flags)
    assert answer["code"] == code
    assert answer["exit"] in (3, 4)


def test_an_old_haematocrit_is_not_todays(tmp_path: Path) -> None:
    """Anaemia of the week is warned of beside the proposal; that of a month ago is not."""
    found = [
        codes(ask_file(tmp_path, "adjust", HEAD + REGIMEN + level("5") + f"[[labs]]\ntaken = {day}\n{lab}"))
        for day, lab in (("2026-11-19", "hematocrit_percent = 30\n"), ("2026-10-20", "hematocrit_percent = 30\n"))
    ]
    assert ["LOW_HEMATOCRIT" in one for one in found] == [True, False]


def test_no_class_beside_a_drug_to_avoid() -> None:
    """The ratio of a trough under ritonavir says nothing of the patient's own metabolism."""
    answer = ask("cdratio", "--level", "8", *ORAL, "--days", "90", "--with", "paxlovid")
    assert answer["data"]["class"] == "not-classified"
    assert "AVOID_COMBINATION" in codes(answer)
