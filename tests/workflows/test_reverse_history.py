"""`interact --reverse`: what a course of drugs, regimens and levels says of the last level."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
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


NO_RANGE = HEAD.replace('[transplant]\norgan = "kidney"\ndate = 2026-02-02\n', "")
BEFORE = level("7.5", "2026-10-20T07:55:00", "last_dose = 2026-10-19T20:00:00\n")


def regimen(start: str, intakes: str, product: str = "prograf", interval: int = 12, more: str = "") -> str:
    """Return a regimen of the file."""
    head = f'[[regimens]]\nstart = {start}T08:00:00\nproduct = "{product}"\n'
    return f"{head}intakes_mg = [{intakes}]\ninterval_h = {interval}\n{more}"


def event(at: str, kind: str) -> str:
    """Return an event of the file."""
    return f'[[events]]\nat = {at}\nkind = "{kind}"\n'


def symptom(noted: str, name: str) -> str:
    """Return a symptom of the file."""
    return f'[[symptoms]]\nnoted = {noted}\nname = "{name}"\n'


def one_of(found: dict[str, Any], kind: str) -> tuple[str, bool | None]:
    """Return the direction and the fit of the one explanation of a kind."""
    kinds = [one for one in found["explanations"] if one["kind"] == kind]
    assert len(kinds) == 1, found["explanations"]
    return kinds[0]["direction"], kinds[0]["fits"]


def shown(tmp_path: Path, text: str, *words: str) -> str:
    """Return what a person sees."""
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["interact", "--reverse", "--patient", str(path), *NOW[:-1], *words])
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


COURSES = [
    # the last doses of a drug are those of the day before the sample, or of its day
    (level("16") + drug("clarithromycin", "2026-11-10", "2026-11-20"), "drug-taken", "raises", True),
    (level("16") + drug("diltiazem", "2026-11-18", "2026-11-19"), "drug-taken", "raises", True),
    (level(LOW) + drug("diltiazem", "2026-11-10", "2026-11-19"), "drug-taken", "raises", False),
    (level(LOW) + drug("diltiazem", "2026-11-10", "2026-11-18"), "drug-stopped", "lowers", True),
    # begun on the day of the sample: before or after it
    (level(HIGH) + drug("clarithromycin", "2026-11-20"), "drug-started", "raises", None),
    # an inhibitor is gone and the dose is what it was, or was there at the level before
    (level("3") + drug("voriconazole", "2026-09-10", "2026-11-10"), "drug-stopped", "lowers", True),
    (level(HIGH) + drug("rifampicin", "2026-03-10", "2026-10-01"), "drug-stopped", "raises", True),
    (BEFORE + level("7") + drug("clarithromycin", "2026-10-01", "2026-10-25"), "drug-stopped", "lowers", None),
]


@pytest.mark.parametrize(("text", "kind", "direction", "fits"), COURSES)
def test_r48_a_drug_counts_from_its_last_doses_until_something_made_up_for_its_end(
    tmp_path: Path,
    text: str,
    kind: str,
    direction: str,
    fits: bool | None,  # noqa: FBT001
) -> None:
    """R48: on the last day and the day after a drug is taken; later it is gone for as long as the dose is as it was."""
    assert one_of(reverse(tmp_path, HEAD + TARGET + REGIMEN + text), kind) == (direction, fits)


def test_r48_a_dose_changed_since_made_up_for_the_drug(tmp_path: Path) -> None:
    """A drug that has faded explains nothing once the dose was changed after its end; nor one that is taken again."""
    gone = drug("voriconazole", "2026-09-10", "2026-10-20")
    later = regimen("2026-10-25", "4, 4")
    kinds = {
        one["kind"] for one in reverse(tmp_path, HEAD + TARGET + REGIMEN + later + level("3") + gone)["explanations"]
    }
    assert "drug-stopped" not in kinds
    again = gone + drug("voriconazole", "2026-11-01")
    kinds = {one["kind"] for one in reverse(tmp_path, HEAD + TARGET + REGIMEN + level("3") + again)["explanations"]}
    assert kinds == {"drug-taken"}


def test_the_level_before_is_compared_with_its_drugs(tmp_path: Path) -> None:
    """Without a range: three times lower than under clarithromycin, which is gone since."""
    under = level("24", "2026-10-20T07:55:00", "last_dose = 2026-10-19T20:00:00\n")
    text = NO_RANGE + REGIMEN + under + level("7") + drug("clarithromycin", "2026-10-01", "2026-10-25")
    found = reverse(tmp_path, text)
    assert (found["expected"]["kind"], found["surprise"]) == ("previous-level", "below")
    assert one_of(found, "drug-stopped") == ("lowers", True)
    assert "at the level of 2026-10-20" in found["explanations"][0]["what"]


REGIMENS = [
    # a hold that ended so recently that the level shows it, and one that lasts
    (
        event("2026-11-15T08:00:00", "held") + event("2026-11-19T08:00:00", "resumed") + level("3"),
        "held",
        "lowers",
        True,
    ),
    (event("2026-11-15T08:00:00", "held") + level("3"), "held", "lowers", True),
    # what counts is the regimen of the level before against the present one
    (BEFORE + regimen("2026-11-14", "8, 8") + regimen("2026-11-18", "7, 7") + level("16"), "dose", "raises", True),
    (BEFORE + regimen("2026-11-14", "8, 8") + regimen("2026-11-18", "3, 3") + level("16"), "dose", "raises", True),
    (BEFORE + regimen("2026-11-14", "8, 8") + regimen("2026-11-18", "2, 2") + level("16"), "dose", "either", None),
    (BEFORE + regimen("2026-10-25", "8, 8") + regimen("2026-11-01", "2, 2") + level("3"), "dose", "lowers", True),
    # without one, each change by itself
    (regimen("2026-11-10", "6, 6") + regimen("2026-11-18", "12", "envarsus", 24) + level("16"), "dose", "raises", True),
    (regimen("2026-11-18", "5", "envarsus", 24) + level("3"), "dose", "lowers", None),
    # the same mg by vein is more, by mouth less
    (regimen("2026-11-18", "3, 3", "intravenous") + level("16"), "route", "raises", True),
    (regimen("2026-11-18", "1, 1", "intravenous") + level("16"), "route", "either", None),
    # begun after the last dose before the level before, and not at steady state at it
    (
        regimen("2026-11-17", "6, 6")
        + level("7.5", "2026-11-17T09:50:00", "last_dose = 2026-11-16T20:00:00\n")
        + level("16"),
        "dose",
        "raises",
        True,
    ),
    (
        regimen("2026-11-16", "6, 6")
        + level("9", "2026-11-17T19:50:00", "last_dose = 2026-11-17T08:00:00\n")
        + level("16"),
        "dose",
        "raises",
        True,
    ),
]


@pytest.mark.parametrize(("text", "kind", "direction", "fits"), REGIMENS)
def test_r44_r45_the_regimen_of_a_steady_level_against_the_present_one(
    tmp_path: Path,
    text: str,
    kind: str,
    direction: str,
    fits: bool | None,  # noqa: FBT001
) -> None:
    """R44, R45: pauses and changes since the regimen of the last steady trough, whichever came last."""
    assert one_of(reverse(tmp_path, HEAD + TARGET + REGIMEN + text), kind) == (direction, fits)


def test_a_gap_between_regimens_lowers(tmp_path: Path) -> None:
    """R55: a regimen that ended four days before the next began: the level shows the days without any."""
    text = regimen("2026-09-01", "3, 3", more="stop = 2026-11-14T08:00:00\n") + regimen("2026-11-18", "3, 3")
    assert one_of(reverse(tmp_path, HEAD + TARGET + text + level("3")), "held") == ("lowers", True)


def test_every_change_is_listed(tmp_path: Path) -> None:
    """Two changes since the level before: the net and both steps stand in the answer."""
    text = BEFORE + regimen("2026-11-14", "8, 8") + regimen("2026-11-18", "7, 7") + level("16")
    (one,) = reverse(tmp_path, HEAD + TARGET + REGIMEN + text)["explanations"]
    assert one["what"].endswith("6 to 14 mg/day (2026-11-14: 6 to 16; 2026-11-18: 16 to 14)")


def test_what_was_settled_again_long_ago_explains_nothing(tmp_path: Path) -> None:
    """A dose changed and changed back, and a pause, weeks before the level: neither shows in it."""
    back = BEFORE + regimen("2026-10-22", "8, 8") + regimen("2026-10-26", "3, 3") + level("16")
    assert reverse(tmp_path, HEAD + TARGET + REGIMEN + back)["explanations"] == []
    pause = event("2026-10-01T08:00:00", "held") + event("2026-10-10T08:00:00", "resumed") + level("3")
    assert reverse(tmp_path, HEAD + TARGET + REGIMEN + pause)["explanations"] == []


def test_no_regimen_on_file_is_no_hold(tmp_path: Path) -> None:
    """A level before the first regimen of the file: nothing is said to be held, and that the file has none is said."""
    found = reverse(tmp_path, HEAD + TARGET + REGIMEN.replace("2026-09-01", "2026-11-21") + level("3"))
    assert found["explanations"] == []
    assert "the regimen when the level was drawn" in found["absent"]


UNLIKE = [
    ("2026-11-10T10:00:00", "last_dose = 2026-11-10T08:00:00\n", "", "not a trough"),
    ("2026-11-10T10:00:00", "", "", "by the regimen's clock"),
    ("2026-11-10T07:50:00", "", event("2026-11-08T08:00:00", "held") + event("2026-11-11T08:00:00", "resumed"), "held"),
    ("2026-11-10T07:50:00", "", drug("clarithromycin", "2026-11-07"), "interaction settling"),
    ("2026-11-10T07:50:00", "", event("2026-11-09T20:00:00", "missed-dose"), "missed dose"),
]


@pytest.mark.parametrize(("taken", "more", "around", "why"), UNLIKE)
def test_r32_only_a_steady_trough_is_compared_with(
    tmp_path: Path, taken: str, more: str, around: str, why: str
) -> None:
    """R32, R42-R44, R48: a level before that is none leaves the present one as its range has it, and it is said why."""
    found = reverse(tmp_path, HEAD + TARGET + REGIMEN + level("25", taken, more) + level("7.5") + around)
    assert (found["expected"]["kind"], found["surprise"]) == ("range", "none")
    assert any(f"2026-11-10 is not compared with: {why}" in one for one in found["absent"])


@pytest.mark.parametrize(("value", "surprise"), [("6.7", "none"), ("8.9", "none"), ("2.4", "below"), ("22.6", "above")])
def test_r32_a_level_in_range_is_off_only_by_the_policy_s_ratio(tmp_path: Path, value: str, surprise: str) -> None:
    """R32: 7.5 to 6.7 within 6 to 9 is as expected; without a range three times the level before decides."""
    if surprise == "none":
        assert reverse(tmp_path, HEAD + TARGET + REGIMEN + BEFORE + level(value))["surprise"] == "none"
    assert reverse(tmp_path, NO_RANGE + REGIMEN + BEFORE + level(value))["surprise"] == surprise


@pytest.mark.parametrize(
    ("value", "surprise"),
    [
        (">8", "undetermined"),
        ("<7", "undetermined"),
        (">9", "above"),
        ("<6", "below"),
        (">30", "above"),
        ("<2", "below"),
    ],
)
def test_r22_a_limit_alone_leaves_open_what_it_straddles(value: str, surprise: str) -> None:
    """R22: a censored level is off only where all that it can be is; the words say so."""
    words = ("--level", value, "--target", "6-9", "--with", "fluconazole")
    found = ask(*words)["data"]["reverse"]
    assert found["surprise"] == surprise
    assert (found["explanations"][0]["fits"] is None) == (surprise == "undetermined")
    text = CliRunner().invoke(app, ["interact", "--reverse", *words]).stdout
    assert ("not known whether" in text) == (surprise == "undetermined")
    assert "as expected" not in text


GUT = [
    (symptom("2026-11-16", "diarrhoea"), "gut", "raises", None),
    (symptom("2026-11-18", "vomiting"), "gut", "lowers", False),
    (symptom("2026-11-16", "vomiting"), "gut", "lowers", None),
    (event("2026-11-16T08:00:00", "admitted"), "hospital", "either", None),
    (event("2026-11-16T08:00:00", "discharged"), "hospital", "either", None),
]


@pytest.mark.parametrize(("text", "kind", "direction", "fits"), GUT)
def test_r51_gut_and_hospital_stay_open_with_their_day(
    tmp_path: Path,
    text: str,
    kind: str,
    direction: str,
    fits: bool | None,  # noqa: FBT001
) -> None:
    """R51: what was noted some days before may have lasted: possible, with its day, and never called absent."""
    text = HEAD + TARGET + REGIMEN + level("16") + text
    found = reverse(tmp_path, text)
    assert one_of(found, kind) == (direction, fits)
    assert found["explanations"][0]["when"] in {"2026-11-16", "2026-11-18"}
    if fits is None:
        assert "Nothing on file" not in shown(tmp_path, text)
        assert "Possible" in shown(tmp_path, text)
        assert "Possible: " in shown(tmp_path, text, "--format", "note")


def test_r72_each_kind_of_entry_is_absent_by_itself(tmp_path: Path) -> None:
    """R72: a tremor is no diarrhoea, an admission no missed dose, a drug begun later none that was taken."""
    more = symptom("2026-11-16", "tremor") + event("2026-11-16T08:00:00", "admitted") + drug("diltiazem", "2026-11-21")
    absent = " ".join(reverse(tmp_path, HEAD + TARGET + REGIMEN + level("16") + more)["absent"])
    for what in ("diarrhoea or vomiting within", "missed or vomited doses", "other drugs"):
        assert what in absent
    some = " ".join(
        reverse(tmp_path, HEAD + TARGET + REGIMEN + level("16") + symptom("2026-11-16", "vomiting"))["absent"]
    )
    assert "diarrhoea within" in some


MISSED = [
    ("2026-11-20T07:55:00", "last_dose = 2026-11-19T20:00:00\n", "2026-11-20T07:55:00"),
    ("2026-11-20T07:55:00", "last_dose = 2026-11-19T20:00:00\n", "2026-11-20T08:00:00"),
    ("2026-11-20T09:50:00", "last_dose = 2026-11-19T20:00:00\n", "2026-11-20T08:00:00"),
    ("2026-11-20T07:55:00", "last_dose = 2026-11-19T08:00:00\n", "2026-11-19T20:00:00"),
]


@pytest.mark.parametrize(("taken", "last_dose", "missed"), MISSED)
def test_r51_a_dose_missed_after_the_last_is_no_second_cause(
    tmp_path: Path, taken: str, last_dose: str, missed: str
) -> None:
    """R51: missed at the sample or after it lowers nothing; withheld before it, its hours say it."""
    found = reverse(tmp_path, HEAD + TARGET + REGIMEN + level("3", taken, last_dose) + event(missed, "missed-dose"))
    assert {one["kind"] for one in found["explanations"]} <= {"timing"}


ASSAYS = [
    ("cmia", "lc-ms/ms", "lowers", "assay-comparison-181"),
    ("LC-MS/MS", "ECLIA", "raises", "assay-comparison-181"),
    ("eclia", "cmia", "raises", "assay-comparison-181"),
    ("acmia", "emit", "raises", "assay-comparison-118"),
    ("clia", "emit", "either", "assay-comparison-118"),
    ("acmia", "cmia", "either", "assay-comparison-181"),
    ("home made", "other", "either", "policy"),
]


@pytest.mark.parametrize(("old", "new", "direction", "source"), ASSAYS)
def test_r53_an_assay_goes_the_way_of_the_study_that_compared_both(
    tmp_path: Path, old: str, new: str, direction: str, source: str
) -> None:
    """R53: a direction only where one study has both assays; its row is what is cited."""
    text = level("7", "2026-11-10T07:55:00", f'assay = "{old}"\n') + level(HIGH, more=f'assay = "{new}"\n')
    (one,) = reverse(tmp_path, HEAD + TARGET + REGIMEN + text)["explanations"]
    assert (one["kind"], one["direction"], one["source"]) == ("assay", direction, source)


def test_r53_another_laboratory_alone_goes_either_way(tmp_path: Path) -> None:
    """R53: the same assay elsewhere has no direction."""
    text = level("7", "2026-11-10T07:55:00", 'assay = "cmia"\nlab = "A"\n') + level(
        HIGH, more='assay = "CMIA"\nlab = "B"\n'
    )
    assert one_of(reverse(tmp_path, HEAD + TARGET + REGIMEN + text), "assay") == ("either", None)


def test_r43_a_sample_at_the_time_of_the_dose_is_open(tmp_path: Path) -> None:
    """R43: sample and dose at one time: which came first is not known."""
    text = level("12", "2026-11-20T08:00:00", "last_dose = 2026-11-20T08:00:00\n")
    assert one_of(reverse(tmp_path, HEAD + TARGET + REGIMEN + text), "timing") == ("either", None)


REFUSED = [
    ("--reverse", "--level", "12", "--target", "6-9", "--dose", "3", "--every", "12"),
    ("--reverse", "--level", "12", "--target", "6-9", "--product", "prograf"),
    ("--reverse", "--level", "12", "--target", "6-9", "--organ", "kidney"),
    ("--list", "--level", "5"),
    ("--list", "--stopping"),
    ("--list", "--with", "fluconazole"),
    ("--list", "--dose", "3", "--every", "12"),
    ("--list", "--target", "6-9"),
]


@pytest.mark.parametrize("words", REFUSED)
def test_an_option_that_would_not_be_used_is_refused(words: tuple[str, ...]) -> None:
    """What would change nothing is no option here: exit 2, not silence."""
    result = CliRunner().invoke(app, ["interact", *words])
    assert (result.exit_code, "USAGE" in result.output) == (2, True)


def test_a_regimen_beside_a_file_is_refused(tmp_path: Path) -> None:
    """The regimens of the file are those that gave the level: one that is typed can't win."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD + TARGET + REGIMEN + level(HIGH), encoding="utf-8")
    assert ask("--patient", str(path), "--dose", "3", "--every", "12")["code"] == "USAGE"


def test_r72_a_drug_said_never_vanishes() -> None:
    """R72: a drug in no table, or one that no source gives a direction, is named; one said twice stands once."""
    words = ("--level", "14", "--target", "6-9")
    found = ask(
        *words, "--with", "pantoprazole", "--with", "tacrolimus", "--with", "omeprazole", "--with", "omeprazole"
    )
    absent = " ".join(found["data"]["reverse"]["absent"])
    assert "pantoprazole does: no source here says" in absent
    assert "tacrolimus does: it is not in the table" in absent
    assert len(found["data"]["reverse"]["explanations"]) == 1


def test_r46_an_old_level_says_its_age(tmp_path: Path) -> None:
    """R46: half a year old: its age stands beside it, as a warning too, and the undated range is said to be of now."""
    text = HEAD + TARGET + REGIMEN.replace("2026-09-01", "2026-03-01") + level("7.5", "2026-05-20T07:50:00", "")
    assert reverse(tmp_path, text)["age_days"] == (date(2026, 11, 21) - date(2026, 5, 20)) // timedelta(days=1)
    said = shown(tmp_path, text)
    for what in ("(185 days ago)", "STALE_LEVEL", "as the file has it now"):
        assert what in said


def test_the_range_is_that_of_the_day_of_the_sample(tmp_path: Path) -> None:
    """Without a target: the window, product and other drugs of then decide, whatever changed since."""
    then = HEAD + REGIMEN.replace("2026-09-01", "2026-02-03") + level("7.5", "2026-03-20T07:50:00", "")
    now = regimen("2026-10-01", "4", "envarsus", 24) + drug("everolimus", "2026-10-01")
    assert reverse(tmp_path, then)["expected"] == reverse(tmp_path, then + now)["expected"]


@pytest.mark.parametrize(
    ("more", "rows"), [("", 1), (drug("clarithromycin", "2026-11-16") + symptom("2026-11-18", "diarrhoea"), 2)]
)
def test_csv_has_the_level_in_every_row(tmp_path: Path, more: str, rows: int) -> None:
    """A row for each explanation, and one where there is none: level, what was expected, what is not on file."""
    path = tmp_path / "p.toml"
    path.write_text(HEAD + TARGET + REGIMEN + level(HIGH) + more, encoding="utf-8")
    words = ["interact", "--reverse", "--patient", str(path), *NOW[:-1], "--format", "csv"]
    found = list(csv.DictReader(io.StringIO(CliRunner().invoke(app, words).stdout)))
    assert len(found) == rows
    for row in found:
        assert (row["level"], row["surprise"], bool(row["what"])) == (f"{HIGH} ng/mL", "above", bool(more))
        assert "the assay" in row["absent"]


def test_a_regimen_changed_before_a_level_that_was_a_peak_is_not_hidden(tmp_path: Path) -> None:
    """A level before that is no trough shows no dose: the change before it is still named."""
    text = regimen("2026-11-10", "6, 6") + level("20", "2026-11-17T10:00:00", "last_dose = 2026-11-17T08:00:00\n")
    assert one_of(reverse(tmp_path, HEAD + TARGET + REGIMEN + text + level("16")), "dose") == ("raises", True)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("", "Nothing on file or said here explains it."),
        (drug("clarithromycin", "2026-11-16"), "Nothing on file or said here goes its way."),
        (event("2026-11-16T08:00:00", "admitted"), ""),
    ],
)
def test_nothing_is_said_only_of_an_empty_list(tmp_path: Path, more: str, says: str) -> None:
    """A low level: with nothing on file, with what goes the other way alone, and with what is possible."""
    for form in ((), ("--format", "note")):
        said = shown(tmp_path, HEAD + TARGET + REGIMEN + level("3") + more, *form)
        assert says in said
        assert ("Nothing on file" in said) == bool(says)
