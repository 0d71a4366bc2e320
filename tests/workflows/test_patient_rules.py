"""The rules of SAFETY that judge a level by what a patient file says around it, each by its refusal or warning."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from tdmcli.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2026-11-21T09:00:00+01:00"


@dataclass
class Patient:
    """A patient file in parts; each part may be replaced."""

    head: str = 'schema = 1\n[patient]\nid = "t-1"\ntime_zone = "Europe/Paris"\n'
    transplant: str = '[transplant]\norgan = "kidney"\ndate = 2026-10-12\n'
    regimens: list[str] = field(default_factory=lambda: [regimen("2026-10-13T08:00:00", "[3, 3]")])
    levels: list[str] = field(default_factory=lambda: [level("2026-11-20T07:50:00", "11.4")])
    rest: str = ""

    def text(self) -> str:
        """Return the file."""
        return "".join((self.head, self.transplant, *self.regimens, *self.levels, self.rest))


def regimen(start: str, intakes: str, product: str = "prograf", more: str = "") -> str:
    """Return one regimen, every 12 hours unless `more` says otherwise."""
    every = "" if "interval_h" in more else "interval_h = 12\n"
    return f'[[regimens]]\nstart = {start}\nproduct = "{product}"\nintakes_mg = {intakes}\n{every}{more}\n'


def level(taken: str, value: str, more: str = "") -> str:
    """Return one level in ng/mL."""
    return f'[[levels]]\ntaken = {taken}\nvalue = {value}\nunit = "ng/mL"\n{more}\n'


def ask(tmp_path: Path, patient: Patient, *more: str, command: str = "adjust", now: str = NOW) -> dict[str, Any]:
    """Return the JSON answer to a question about a patient, with its exit code under `exit`."""
    path = tmp_path / "patient.toml"
    path.write_text(patient.text(), encoding="utf-8")
    arguments = [command, "--patient", str(path), "--json", *more]
    result = CliRunner().invoke(app, arguments if now == "" else [*arguments, "--as-of", now])
    answer: dict[str, Any] = json.loads(result.stdout)
    assert (answer["data"] is None) == (result.exit_code != 0)
    return answer | {"exit": result.exit_code}


def codes(answer: dict[str, Any]) -> set[str]:
    """Return the codes of an answer's warnings."""
    return {one["code"] for one in answer["warnings"]}


def refused(answer: dict[str, Any], code: str) -> bool:
    """Return whether an answer was refused with a code."""
    return (answer["exit"], answer["status"], answer["code"]) == (4, "refused", code)


def test_a_plain_case_is_answered(tmp_path: Path) -> None:
    """Without anything against it, a trough of the file gives a dose."""
    answer = ask(tmp_path, Patient())
    assert answer["exit"] == 0
    assert answer["data"]["unrounded_daily_dose_mg"] == pytest.approx(6 * 7.5 / 11.4)
    assert answer["data"]["proposal"]["daily_dose_mg"] == 4


def test_r29_an_old_weight_is_said(tmp_path: Path) -> None:
    """R29: a weight over 90 days old in an adult is a warning."""
    old = Patient(rest="[[weights]]\nmeasured = 2026-08-01\nkg = 70\n")
    new = Patient(rest="[[weights]]\nmeasured = 2026-11-01\nkg = 70\n")
    assert "WEIGHT_OLD" in codes(ask(tmp_path, old))
    assert "WEIGHT_OLD" not in codes(ask(tmp_path, new))


def test_r32_a_discrepant_level_is_refused_unless_accepted(tmp_path: Path) -> None:
    """R32: more than three times the level before on an unchanged dose; --accept lets it through and is recorded."""
    patient = Patient(levels=[level("2026-11-12T07:50:00", "5"), level("2026-11-20T07:50:00", "15.1")])
    assert refused(ask(tmp_path, patient), "DISCREPANT")
    accepted = ask(tmp_path, patient, "--accept", "DISCREPANT")
    assert accepted["exit"] == 0
    assert "ACCEPTED" in codes(accepted)
    three_times = Patient(levels=[level("2026-11-12T07:50:00", "5"), level("2026-11-20T07:50:00", "15")])
    assert ask(tmp_path, three_times)["exit"] == 0


@pytest.mark.parametrize("kind", ["held", "vomited", "missed-dose"])
def test_r33_r51_events_before_the_level_refuse(tmp_path: Path, kind: str) -> None:
    """R33, R51: a level while held, or within an interval after a missed or vomited dose, gives no dose."""
    patient = Patient(rest=f'[[events]]\nat = 2026-11-20T00:00:00\nkind = "{kind}"\n')
    assert refused(ask(tmp_path, patient), "HELD" if kind == "held" else "MISSED_DOSE")


def test_r51_diarrhoea_within_three_days_warns(tmp_path: Path) -> None:
    """R51: diarrhoea noted two days before the level is a warning that names its direction."""
    answer = ask(tmp_path, Patient(rest='[[symptoms]]\nnoted = 2026-11-18\nname = "diarrhoea"\n'))
    assert "GUT_EVENT" in codes(answer)
    old = ask(tmp_path, Patient(rest='[[symptoms]]\nnoted = 2026-11-10\nname = "diarrhoea"\n'))
    assert "GUT_EVENT" not in codes(old)


def test_r35_tenfold_change_of_an_intake_warns(tmp_path: Path) -> None:
    """R35: 0.5 mg after 5 mg is a likely mix-up of capsules."""
    regimens = [regimen("2026-10-13T08:00:00", "[5, 5]"), regimen("2026-11-10T08:00:00", "[0.5, 0.5]")]
    patient = Patient(regimens=regimens, levels=[level("2026-11-20T07:50:00", "4.2")])
    assert "TENFOLD" in codes(ask(tmp_path, patient))


def test_r36_a_level_of_the_future_is_rejected_now_and_left_out_in_retrospect(tmp_path: Path) -> None:
    """R36: later than now is a fault of the file; with --as-of it was not known then."""
    later = Patient(levels=[level("2026-11-12T07:50:00", "9.4"), level("2046-11-22T07:50:00", "8")])
    answer = ask(tmp_path, later, now="")
    assert (answer["exit"], answer["code"]) == (3, "BAD_PATIENT_FILE")
    then = ask(tmp_path, later)
    assert then["exit"] == 0
    assert then["data"]["level_ng_ml"] == 9.4
    assert "LEVEL_IGNORED" in codes(then)


def test_r36_birth_after_transplant_is_rejected(tmp_path: Path) -> None:
    """R36: nobody is born after the transplant."""
    head = Patient().head + "birth_date = 2026-11-01\n"
    answer = ask(tmp_path, Patient(head=head))
    assert (answer["exit"], answer["code"]) == (3, "BAD_PATIENT_FILE")


def test_r37_a_limit_gives_no_dose(tmp_path: Path) -> None:
    """R37: a level known only as below 2 is compared and never divided."""
    patient = Patient(levels=[level("2026-11-20T07:50:00", '"<2"')])
    assert refused(ask(tmp_path, patient), "CENSORED_LEVEL")
    compared = ask(tmp_path, patient, command="target")
    assert (compared["data"]["position"], compared["data"]["level_ng_ml"]) == ("below", None)


def test_r39_a_level_without_time_is_said(tmp_path: Path) -> None:
    """R39: a day alone is never read as midnight: the level counts, with a warning."""
    answer = ask(tmp_path, Patient(levels=[level("2026-11-20", "11.4")]))
    assert "UNTIMED_LEVEL" in codes(answer)


def test_r40_r41_times_are_aware_and_exist(tmp_path: Path) -> None:
    """R40, R41: no offset and no zone, or an hour that the clocks skip or repeat, is a fault of the file."""
    no_zone = Patient(head='schema = 1\n[patient]\nid = "t-1"\n')
    skipped = Patient(levels=[level("2026-03-29T02:30:00", "8")])
    repeated = Patient(levels=[level("2026-10-25T02:30:00", "8")])
    for patient in (no_zone, skipped, repeated):
        answer = ask(tmp_path, patient)
        assert (answer["exit"], answer["code"]) == (3, "BAD_PATIENT_FILE")


def test_r41_elapsed_hours_are_counted_in_utc(tmp_path: Path) -> None:
    """R41: 20:00 to 08:00 is 13 hours over the night the clocks go back, and 12 over any other."""
    transplant = Patient().transplant
    for day, hours in (("25", 13), ("28", 12)):
        before = f"2026-10-{int(day) - 1}T20:00:00"
        drawn = level(f"2026-10-{day}T08:00:00", "11.4", f"last_dose = {before}")
        patient = Patient(transplant=transplant, levels=[drawn])
        answer = ask(tmp_path, patient, now="2026-10-29T09:00:00+01:00")
        assert answer["inputs"]["hours_after_dose"]["value"] == hours


@pytest.mark.parametrize(
    ("last_dose", "code", "is_refusal"),
    [
        ("2026-11-20T00:00:00", "NOT_A_TROUGH", True),
        ("2026-11-19T21:20:00", "EARLY_SAMPLE", False),
        ("2026-11-19T19:50:00", None, False),
        ("2026-11-19T18:00:00", "LATE_SAMPLE", False),
        ("2026-11-19T15:00:00", "MISSED_DOSE", True),
    ],
)
def test_r42_hours_after_the_dose(tmp_path: Path, last_dose: str, code: str | None, is_refusal: bool) -> None:  # noqa: FBT001
    """R42: twice daily, before 10 h no trough, to 11 h early, 11-13 h fine, to 16 h late, then a missed dose."""
    answer = ask(tmp_path, Patient(levels=[level("2026-11-20T07:50:00", "11.4", f"last_dose = {last_dose}")]))
    if is_refusal:
        assert refused(answer, str(code))
    elif code is not None:
        assert code in codes(answer)
    else:
        assert not codes(answer) & {"EARLY_SAMPLE", "LATE_SAMPLE"}


def test_r42_no_decrease_on_an_early_and_no_increase_on_a_late_sample(tmp_path: Path) -> None:
    """R42: an early sample above range and a late one below it leave the dose as it is."""
    early = level("2026-11-20T07:50:00", "11.4", "last_dose = 2026-11-19T21:20:00")
    late = level("2026-11-20T07:50:00", "4.1", "last_dose = 2026-11-19T18:00:00")
    for drawn in (early, late):
        answer = ask(tmp_path, Patient(levels=[drawn]))
        assert answer["data"]["proposal"]["change_percent"] == 0
        assert "HELD_BY_TIMING" in codes(answer)


def test_r43_sample_and_dose_at_the_same_minute(tmp_path: Path) -> None:
    """R43: which came first is not known, so no dose."""
    drawn = level("2026-11-20T08:00:00", "11.4", "last_dose = 2026-11-20T08:00:00")
    assert refused(ask(tmp_path, Patient(levels=[drawn])), "SAMPLE_AT_DOSE")


@pytest.mark.parametrize(
    ("before", "value", "expected"),
    [
        ("[2, 2]", "12.4", "STILL_RISING"),
        ("[2, 2]", "4.1", "NOT_STEADY_STATE"),
        ("[5, 5]", "12.4", "NOT_STEADY_STATE"),
        ("[5, 5]", "4.1", "STILL_FALLING"),
    ],
)
def test_r44_steady_state_has_a_direction(tmp_path: Path, before: str, value: str, expected: str) -> None:
    """R44: two days after an increase a high level lowers the dose, a low one waits; mirrored after a decrease."""
    regimens = [regimen("2026-10-13T08:00:00", before), regimen("2026-11-18T08:00:00", "[3, 3]")]
    answer = ask(tmp_path, Patient(regimens=regimens, levels=[level("2026-11-20T07:50:00", value)]))
    if expected == "NOT_STEADY_STATE":
        assert refused(answer, expected)
    else:
        assert answer["exit"] == 0
        assert expected in codes(answer)


def test_r44_in_range_too_soon_keeps_the_dose_and_says_so(tmp_path: Path) -> None:
    """R44: a level in range on the second day is no reason to change, and no proof either."""
    regimens = [regimen("2026-10-13T08:00:00", "[2, 2]"), regimen("2026-11-18T08:00:00", "[3, 3]")]
    answer = ask(tmp_path, Patient(regimens=regimens, levels=[level("2026-11-20T07:50:00", "7.4")]))
    assert answer["data"]["proposal"]["change_percent"] == 0
    assert "NOT_STEADY_STATE" in codes(answer)


def test_r45_the_regimen_of_the_sample_is_scaled(tmp_path: Path) -> None:
    """R45: the dose changed this afternoon on this morning's level: computed from the morning's, both shown."""
    regimens = [regimen("2026-10-13T08:00:00", "[3, 3]"), regimen("2026-11-20T20:00:00", "[2, 2]")]
    answer = ask(tmp_path, Patient(regimens=regimens))
    data = answer["data"]
    assert (data["sampled"]["daily_dose_mg"], data["current"]["daily_dose_mg"]) == (6, 4)
    assert data["unrounded_daily_dose_mg"] == pytest.approx(6 * 7.5 / 11.4)
    assert data["proposal"]["daily_dose_mg"] == 4
    assert data["proposal"]["change_percent"] == 0
    assert "DOSE_CHANGED_SINCE" in codes(answer)


def test_r45_a_level_before_any_regimen_gives_no_dose(tmp_path: Path) -> None:
    """R45: if what was taken at the sample is unknown, nothing is scaled."""
    patient = Patient(regimens=[regimen("2026-11-20T20:00:00", "[3, 3]")])
    assert refused(ask(tmp_path, patient), "HELD")


@pytest.mark.parametrize(
    ("transplant", "taken", "expected"),
    [
        ("2026-10-12", "2026-11-05T07:50:00", "STALE_LEVEL"),
        ("2026-03-01", "2026-07-25T07:50:00", "AGEING_LEVEL"),
        ("2026-01-10", "2026-05-01T07:50:00", "STALE_LEVEL"),
    ],
)
def test_r46_stale_levels(tmp_path: Path, transplant: str, taken: str, expected: str) -> None:
    """R46: over 14 days in the first 90 days, or over 180 later, is refused; over 90 later is a warning."""
    patient = Patient(
        transplant=f'[transplant]\norgan = "kidney"\ndate = {transplant}\n',
        regimens=[regimen(f"{transplant}T20:00:00", "[3, 3]")],
        levels=[level(taken, "11.4")],
    )
    answer = ask(tmp_path, patient)
    assert refused(answer, expected) if expected == "STALE_LEVEL" else expected in codes(answer)


def test_r47_a_result_later_than_now_is_said(tmp_path: Path) -> None:
    """R47: a weight dated after now means that a clock or a date is wrong; the answer says as of when it holds."""
    future = Patient(
        transplant='[transplant]\norgan = "kidney"\ndate = 2020-10-12\n',
        rest="[[weights]]\nmeasured = 2046-01-01\nkg = 70\n",
    )
    answer = ask(tmp_path, future, command="target", now="")
    assert "CLOCK" in codes(answer)
    assert answer["as_of"]


@pytest.mark.parametrize(("start", "stop"), [("2026-11-20", None), ("2026-10-20", "2026-11-21")])
def test_r48_a_drug_changed_after_the_level_refuses(tmp_path: Path, start: str, stop: str | None) -> None:
    """R48: fluconazole started or stopped after the sample: the level no longer says what the dose does."""
    end = "" if stop is None else f"stop = {stop}\n"
    drug = f'[[drugs]]\nname = "fluconazole"\nstart = {start}\n{end}'
    patient = Patient(levels=[level("2026-11-19T07:50:00", "11.4")], rest=drug)
    assert refused(ask(tmp_path, patient), "INTERACTION_AFTER_LEVEL")


@pytest.mark.parametrize(
    ("name", "value", "code", "is_refusal"),
    [
        ("fluconazole", "11.4", "STILL_RISING", False),
        ("fluconazole", "4.1", "INTERACTION_SETTLING", True),
        ("rifampicin", "4.1", "STILL_FALLING", False),
        ("rifampicin", "11.4", "INTERACTION_SETTLING", True),
        ("ibuprofen", "11.4", None, False),
    ],
)
def test_r48_onset_has_a_direction(
    tmp_path: Path,
    name: str,
    value: str,
    code: str | None,
    is_refusal: bool,  # noqa: FBT001
) -> None:
    """R48: three days after an inhibitor a high level may lower the dose and a low one waits; an inducer mirrors it."""
    drug = f'[[drugs]]\nname = "{name}"\nstart = 2026-11-17\n'
    answer = ask(tmp_path, Patient(levels=[level("2026-11-20T07:50:00", value)], rest=drug))
    if is_refusal:
        assert refused(answer, str(code))
    else:
        assert answer["exit"] == 0
        assert code is None or code in codes(answer)


def test_r48_a_settled_drug_is_named(tmp_path: Path) -> None:
    """R48: an inhibitor taken for a month changes no arithmetic; the answer says that it is on board."""
    drug = '[[drugs]]\nname = "diltiazem"\nstart = 2026-10-15\n'
    assert "INTERACTING_DRUG" in codes(ask(tmp_path, Patient(rest=drug)))


def test_r48_nirmatrelvir_fades_for_ten_days(tmp_path: Path) -> None:
    """R48: nine days after the last dose of nirmatrelvir/ritonavir a high level is still falling: no dose."""
    drug = '[[drugs]]\nname = "paxlovid"\nstart = 2026-11-06\nstop = 2026-11-11\n'
    assert refused(ask(tmp_path, Patient(rest=drug)), "INTERACTION_SETTLING")


def test_r49_a_product_switched_after_the_level_refuses(tmp_path: Path) -> None:
    """R49: a level on Prograf can't scale a dose of Envarsus."""
    regimens = [
        regimen("2026-10-13T08:00:00", "[3, 3]"),
        regimen("2026-11-20T20:00:00", "[4]", "envarsus", "interval_h = 24\n"),
    ]
    assert refused(ask(tmp_path, Patient(regimens=regimens)), "PRODUCT_SWITCHED")


@pytest.mark.parametrize("route", ["intravenous", "sublingual"])
def test_r50_another_route_refuses(tmp_path: Path, route: str) -> None:
    """R50: the proportional rule is for oral doses only."""
    patient = Patient(regimens=[regimen("2026-10-13T08:00:00", "[3, 3]", more=f'route = "{route}"\n')])
    assert refused(ask(tmp_path, patient), "NOT_ORAL")


def test_r52_flagged_levels_are_set_aside_and_said(tmp_path: Path) -> None:
    """R52: a clotted sample changes nothing but one line."""
    patient = Patient()
    flagged = Patient(levels=[*patient.levels, level("2026-11-21T07:50:00", "30", 'flags = ["clotted"]')])
    first, second = ask(tmp_path, patient), ask(tmp_path, flagged)
    assert first["data"]["proposal"] == second["data"]["proposal"]
    assert codes(second) - codes(first) == {"LEVEL_IGNORED"}


def test_r53_another_assay_is_said(tmp_path: Path) -> None:
    """R53: immunoassay after LC-MS/MS is a warning."""
    levels = [
        level("2026-11-12T07:50:00", "10", 'assay = "lc-ms/ms"'),
        level("2026-11-20T07:50:00", "11.4", 'assay = "cmia"'),
    ]
    assert "ASSAY_CHANGED" in codes(ask(tmp_path, Patient(levels=levels)))


def test_r54_duplicates_are_faults_and_corrections_win(tmp_path: Path) -> None:
    """R54: the same time twice is rejected; an entry that corrects another replaces it and both stay in the file."""
    same = level("2026-11-20T07:50:00", "11.4")
    for second in (same, level("2026-11-20T07:50:00", "9")):
        answer = ask(tmp_path, Patient(levels=[same, second]))
        assert (answer["exit"], answer["code"]) == (3, "BAD_PATIENT_FILE")
    correction = level("2026-11-20T07:50:00", "9.4", "corrects = 2026-11-20T07:50:00")
    answer = ask(tmp_path, Patient(levels=[same, correction]))
    assert answer["data"]["level_ng_ml"] == 9.4
    assert "LEVEL_IGNORED" in codes(answer)


def test_r55_two_products_at_once_refuse(tmp_path: Path) -> None:
    """R55: two products that start together are not a regimen."""
    regimens = [
        regimen("2026-10-13T08:00:00", "[3, 3]"),
        regimen("2026-10-13T08:00:00", "[4]", "advagraf", "interval_h = 24\n"),
    ]
    assert refused(ask(tmp_path, Patient(regimens=regimens)), "TWO_PRODUCTS")


def test_r58_a_second_level_out_on_the_same_side_is_acted_on(tmp_path: Path) -> None:
    """R58: 9.4 over 6-9 is repeated first; after a level that was high too, the dose is changed."""
    once = Patient(levels=[level("2026-11-12T07:50:00", "8"), level("2026-11-20T07:50:00", "9.4")])
    twice = Patient(levels=[level("2026-11-12T07:50:00", "9.8"), level("2026-11-20T07:50:00", "9.4")])
    first, second = ask(tmp_path, once), ask(tmp_path, twice)
    assert first["data"]["proposal"]["change_percent"] == 0
    assert "REPEAT_BEFORE_CHANGING" in codes(first)
    assert second["data"]["proposal"]["change_percent"] < 0


def test_r24_a_flag_wins_over_the_file_and_is_said(tmp_path: Path) -> None:
    """R24: --level and --target win over the file's, and the answer says so."""
    own = Patient(rest='[target]\nlow_ng_ml = 8\nhigh_ng_ml = 10\nreason = "clinic"\n')
    from_file = ask(tmp_path, own)
    assert (from_file["data"]["target"]["low_ng_ml"], from_file["data"]["target"]["row"]) == (8, None)
    answer = ask(tmp_path, own, "--level", "9.8", "--target", "6-9")
    assert (answer["data"]["target"]["low_ng_ml"], answer["data"]["level_ng_ml"]) == (6, 9.8)
    assert "FLAG_WINS" in codes(answer)


def test_r62_the_answer_names_what_it_used(tmp_path: Path) -> None:
    """R62: versions, time, file digest, inputs with their origin, and sources stand in the answer."""
    answer = ask(tmp_path, Patient())
    assert len(answer["inputs"]["patient"]["sha256"]) == 64
    assert answer["inputs"]["level"]["from"] == "patient file"
    assert set(answer["tool"]) == {"version", "data_version", "protocol"}
    assert answer["as_of"] == NOW
    assert {one["id"] for one in answer["sources"]} >= {"seed-smolecule", "policy"}


def test_order_of_rows_says_nothing(tmp_path: Path) -> None:
    """M17: levels and regimens in any order give the same answer but for the file's digest."""
    regimens = [regimen("2026-10-13T08:00:00", "[4, 4]"), regimen("2026-11-04T20:00:00", "[3, 3]")]
    levels = [level("2026-11-12T07:50:00", "10"), level("2026-11-20T07:50:00", "11.4")]
    first = ask(tmp_path, Patient(regimens=regimens, levels=levels))
    second = ask(tmp_path, Patient(regimens=regimens[::-1], levels=levels[::-1]))
    assert first["data"] == second["data"]
    assert first["warnings"] == second["warnings"]
