"""Courses of `interact`: which one of a file is meant, what else is at work at its start and stop, what leads back."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tdmcli.cli.app import app
from tdmcli.domain.drug_course import Course, course_on_file, first_start
from tdmcli.domain.history import DrugPeriod
from tdmcli.domain.interaction import fading_days, find_drug
from tdmcli.domain.prediction_by_fold import predicts_a_trough
from tdmcli.tables.interaction_rows import Effect, Phase
from tdmcli.tables.readers import read_interactions, read_policy
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.facts import gather
from tdmcli.workflows.other_drugs import OtherDrugs, others_of

if TYPE_CHECKING:
    from pathlib import Path

    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.facts import Facts

AS_OF = "2026-11-22T10:00:00+01:00"
TODAY = date(2026, 11, 22)
HEAD = (
    'schema = 1\n[patient]\nid = "t-1"\ntime_zone = "Europe/Paris"\n[transplant]\norgan = "kidney"\ndate = 2026-02-02\n'
)
POLICY = read_policy().interaction


def regimen(start: str, mg: int, every: str = "T08:00:00") -> str:
    """Return a regimen of the file, twice a day."""
    text = '[[regimens]]\nstart = {}{}\nproduct = "prograf"\nintakes_mg = [{}, {}]\ninterval_h = 12\n'
    return text.format(start, every, mg, mg)


def level(day: str, value: str = "7.5", more: str = "") -> str:
    """Return a morning trough of the file."""
    return f'[[levels]]\ntaken = {day}T07:50:00\nvalue = {value}\nunit = "ng/mL"\n{more}'


def drug(name: str, start: str, stop: str | None = None) -> str:
    """Return a drug of the file."""
    return f'[[drugs]]\nname = "{name}"\nstart = {start}\n' + ("" if stop is None else f"stop = {stop}\n")


CUT = regimen("2026-09-01", 3) + regimen("2026-11-10", 1)
STABLE = regimen("2026-09-01", 3) + level("2026-11-20")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the patient file of a test stands."""
    return tmp_path / "p.toml"


def say(file: Path, text: str | None, *words: str, form: str = "json") -> str:
    """Return what `interact` prints, about a patient file where there is a text for one."""
    patient: tuple[str, ...] = ()
    if text is not None:
        file.write_text(HEAD + text, encoding="utf-8")
        patient = ("--patient", str(file))
    result = CliRunner().invoke(app, ["interact", *words, *patient, "--as-of", AS_OF, "--format", form])
    return str(result.stdout)


def ask(file: Path, text: str | None, *words: str) -> dict[str, Any]:
    """Return the JSON answer."""
    import json

    answer: dict[str, Any] = json.loads(say(file, text, *words))
    return answer


def first(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of the first drug."""
    found: dict[str, Any] = answer["data"]["interactions"][0]
    return found


def texts(answer: dict[str, Any], *kinds: str) -> str:
    """Return the steps of these kinds, or all, in one text."""
    return "\n".join(step["text"] for step in answer["data"]["plan"] if not kinds or step["kind"] in kinds)


def warned(answer: dict[str, Any]) -> set[str]:
    """Return the codes of the warnings."""
    return {one["code"] for one in answer["warnings"]}


def row_of(name: str) -> InteractionRow:
    """Return the row of a drug."""
    found = find_drug(name, read_interactions())
    assert found is not None
    return found


def course(name: str, start: int | None, stop: int | None) -> Course:
    """Return a course with its days counted from today."""
    first, last = (None if days is None else TODAY + timedelta(days=days) for days in (start, stop))
    return Course(row_of(name), first, last, (Phase.STOP,) if stop is not None and stop <= 0 else (Phase.START,))


def facts_of(*said: str) -> Facts:
    """Return the facts of a question that says drugs to be taken."""
    from datetime import UTC, datetime

    return gather(Asked(now=datetime(2026, 11, 22, 10, tzinfo=UTC), drugs=said))


# what else is at work


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        # stops today: begun since and taken on, begun before and taken on, stopped the same day as another question
        ((-10, 0), ("clarithromycin", -3, None), {"newer": ("clarithromycin",)}),
        ((-10, 0), ("clarithromycin", -30, None), {}),
        ((-10, 0), ("clarithromycin", -30, -5), {"gone": ("clarithromycin",)}),
        ((-10, 0), ("clarithromycin", -8, -5), {"fading": ("clarithromycin",)}),
        ((-10, 0), ("rifampicin", -8, -5), {"crossing": ("rifampicin",)}),
        ((-20, 0), ("clarithromycin", -15, -8), {}),  # faded by today
        # stopped two days ago: what begins before it has faded counts, what begins later does not
        ((-20, -2), ("clarithromycin", 3, None), {"newer": ("clarithromycin",)}),
        ((-20, -2), ("clarithromycin", 28, None), {}),
        # nobody says when it began
        ((None, 0), ("clarithromycin", -30, None), {"newer": ("clarithromycin",)}),
        ((-10, 0), ("clarithromycin", None, None), {"newer": ("clarithromycin",)}),
    ],
)
def test_other_drugs_are_judged_by_the_stop(
    own: tuple[int | None, int], other: tuple[str, int | None, int | None], expected: dict[str, tuple[str, ...]]
) -> None:
    """Whether another drug is newer, gone, fading or crossing is said of the day of the stop, not of today."""
    asked = course("voriconazole", *own)
    beside = course(*other)._replace(phases=())
    found = others_of(asked, [asked, beside], facts_of())
    for field in ("newer", "gone", "fading", "crossing"):
        assert getattr(found, field) == expected.get(field, ()), field


@given(st.integers(-60, 60), st.integers(0, 60), st.integers(-60, 60), st.integers(0, 60))
def test_no_other_drug_is_in_two_places(start: int, length: int, other: int, other_length: int) -> None:
    """At a stop another drug is newer, gone, fading or crossing, or none of them: never two."""
    asked = course("voriconazole", start, start + length)
    beside = course("rifampicin", other, other + other_length)._replace(phases=())
    found = others_of(asked, [asked, beside], facts_of())
    places = (found.newer, found.gone, found.fading, found.crossing)
    assert sum(bool(place) for place in places) <= 1


def test_an_inducer_said_to_be_taken_is_there() -> None:
    """A strong inducer stands against advice on a dose as an inhibitor does; a steroid only against a factor."""
    asked = course("fluconazole", 0, None)
    found = others_of(asked, [asked], facts_of("carbamazepine", "prednisolone"))
    assert found.there == found.strong == ("carbamazepine",)
    factor = course("voriconazole", 0, None)
    assert others_of(factor, [factor], facts_of("prednisolone")).there == ("corticosteroid",)
    assert others_of(factor, [factor], facts_of()) == OtherDrugs()


@pytest.mark.parametrize("text", [None, CUT + drug("voriconazole", "2026-11-10")])
def test_r48_a_drug_only_said_to_be_taken_counts_on_a_stop(file: Path, text: str | None) -> None:
    """R48: beside --with clarithromycin the stop of voriconazole leads back by levels alone, and says why."""
    answer = ask(file, text, "voriconazole", "--stopping", "--with", "clarithromycin")
    assert "clarithromycin moves the level too" in texts(answer, "return")
    assert "comes back up" not in texts(answer)
    assert "OPPOSITE_DIRECTIONS" in warned(answer)
    if text is not None:
        assert "clarithromycin moves the level now, and may not have then" in first(answer)["reference"]["note"]


def test_three_drugs_that_stop_on_one_day_lead_back_together(file: Path) -> None:
    """Drugs that stop on the same day are not newer than each other; each names its steps, joined in the text."""
    answer = ask(file, None, "voriconazole", "clarithromycin", "diltiazem", "--stopping")
    assert texts(answer, "return").count("comes back up in steps") == 3
    assert "levels alone" not in texts(answer)
    shown = " ".join(say(file, None, "voriconazole", "clarithromycin", "diltiazem", "--stopping", form="plain").split())
    assert shown.count("comes back up in steps") == 1
    assert "Stop of voriconazole, clarithromycin and diltiazem: apply no factor" in shown


def test_two_newer_drugs_move_the_level(file: Path) -> None:
    """The verb agrees with several names."""
    text = regimen("2026-09-01", 3) + drug("voriconazole", "2026-11-01")
    text += drug("clarithromycin", "2026-11-05") + drug("diltiazem", "2026-11-06")
    assert "clarithromycin and diltiazem move the level too" in texts(ask(file, text, "voriconazole", "--stopping"))


def test_a_drug_that_begins_long_after_the_stop_is_not_newer(file: Path) -> None:
    """What begins a month after a stop does not speak against the way back; a drug long faded by a stop neither."""
    text = regimen("2026-04-01", 3) + drug("voriconazole", "2026-11-01", "2026-11-20")
    assert "comes back up" in texts(ask(file, text + drug("clarithromycin", "2026-12-20"), "voriconazole"))
    text = regimen("2026-04-01", 3) + drug("fluconazole", "2026-11-01", "2027-03-01")
    text += drug("clarithromycin", "2026-11-20", "2026-11-27")
    assert "comes back up" in texts(ask(file, text, "fluconazole"))


def test_a_fading_drug_that_goes_the_other_way_is_named(file: Path) -> None:
    """Rifampicin stops while clarithromycin fades: levels alone."""
    text = regimen("2026-04-01", 3) + drug("rifampicin", "2026-04-18")
    answer = ask(file, text + drug("clarithromycin", "2026-11-10", "2026-11-21"), "rifampicin", "--stopping")
    assert "clarithromycin was stopped too and still moves the level" in texts(answer, "return")
    assert "OPPOSITE_DIRECTIONS" in warned(answer)


def test_r48_the_newer_drug_is_named_beside_a_restart(file: Path) -> None:
    """R48: a source's own restart does not hide that another inhibitor is there now."""
    text = STABLE + drug("paxlovid", "2026-11-17") + drug("clarithromycin", "2026-11-19")
    said = texts(ask(file, text, "paxlovid", "--stopping"), "return")
    assert "clarithromycin moves the level too" in said
    assert "restart at partial or full dose" in said


@pytest.mark.parametrize("other", ["carbamazepine", "rifampicin"])
def test_directions_are_held_against_drugs_of_the_file(file: Path, other: str) -> None:
    """An inhibitor that starts beside an inducer on file or named with --with: opposite directions, no dose advice."""
    on_file = ask(file, STABLE + drug(other, "2026-05-01"), "itraconazole")
    for answer in (on_file, ask(file, None, "itraconazole", "--with", other)):
        assert "OPPOSITE_DIRECTIONS" in warned(answer)
        assert f"Beside {other}, no source sets the dose" in texts(answer, "dose")
    assert "OPPOSITE_DIRECTIONS" not in warned(ask(file, STABLE + drug("prednisolone", "2026-02-02"), "itraconazole"))


# which course is meant


def test_a_later_start_of_a_drug_that_is_going_on_is_refused(file: Path) -> None:
    """The file's course goes on: a second start of it would cut the dose twice."""
    text = CUT + level("2026-11-20") + drug("voriconazole", "2026-11-10")
    answer = ask(file, text, "voriconazole", "--start", "2026-11-25")
    assert (answer["code"], answer["data"]) == ("USAGE", None)
    assert ask(file, text, "voriconazole", "--start", "2026-11-10")["data"]["plan"]
    planned = ask(file, STABLE + drug("voriconazole", "2026-12-01"), "voriconazole", "--start", "2026-12-05")
    assert first(planned)["course"]["start"] == "2026-12-05"
    assert {"FLAG_WINS", "COURSE_TO_COME"} <= warned(planned)


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        (drug("voriconazole", "2026-11-01", "2026-11-18"), ("--start", "2026-11-22")),
        (drug("voriconazole", "2026-10-01", "2026-11-21") + drug("vfend", "2026-11-21"), ()),
    ],
)
def test_r48_a_drug_begun_again_before_it_faded_cuts_no_dose(file: Path, earlier: str, words: tuple[str, ...]) -> None:
    """R48: the cut to one third counts from the dose without the drug, and this one still works."""
    answer = ask(file, STABLE + earlier, "voriconazole", *words)
    assert "third" not in texts(answer)
    assert "an earlier course of voriconazole" in texts(answer, "dose")
    assert answer["data"]["adjusted"] is None


def test_the_running_course_is_planned_and_the_others_named(file: Path) -> None:
    """Of two courses the one taken now is planned; when it has faded, the next; the other one is named."""
    text = STABLE + drug("voriconazole", "2026-11-01", "2026-11-30") + drug("voriconazole", "2027-01-04")
    answer = ask(file, text, "voriconazole")
    assert (first(answer)["course"]["start"], first(answer)["course"]["stop"]) == ("2026-11-01", "2026-11-30")
    (other,) = [one["message"] for one in answer["warnings"] if one["code"] == "OTHER_COURSE"]
    assert "2027-01-04" in other


@given(st.lists(st.tuples(st.integers(-90, 90), st.none() | st.integers(0, 60)), max_size=5))
def test_the_course_of_a_file_is_one_that_works_or_is_to_come(spans: list[tuple[int, int | None]]) -> None:
    """Never one that has faded; never one to come while another works; and it is one of the file's own."""
    row = row_of("voriconazole")
    drugs = [
        DrugPeriod("vfend", TODAY + timedelta(days=start), None if n is None else TODAY + timedelta(days=start + n))
        for start, n in spans
    ]
    works = [one for one in drugs if Course(row, one.start, one.stop, ()).works_on(TODAY, POLICY)]
    found = course_on_file(row, drugs, TODAY, POLICY)
    assert found in works if works else found in [None, *(one for one in drugs if one.start > TODAY)]
    assert (found is None) == (not works and all(one.start <= TODAY for one in drugs))


def test_a_stop_today_is_stopping(file: Path) -> None:
    """--stop with the day of today, and no start typed, plans the stop of a drug that is taken, as --stopping does."""
    said, stopping = (ask(file, None, "fluconazole", *words) for words in (("--stop", "2026-11-22"), ("--stopping",)))
    assert said["data"]["stopping"] is True
    assert said["data"]["plan"] == stopping["data"]["plan"]


@pytest.mark.parametrize(("again", "newer"), [("2026-12-03", True), ("2027-01-04", False)])
def test_a_course_that_follows_soon_is_newer(file: Path, again: str, newer: bool) -> None:  # noqa: FBT001
    """Begun again before it has faded, the drug leads back to no dose; begun later it does."""
    text = STABLE + drug("voriconazole", "2026-11-01", "2026-11-30") + drug("voriconazole", again)
    said = texts(ask(file, text, "voriconazole"), "return")
    assert ("a later course of voriconazole moves the level too" in said) == newer
    assert ("comes back up" in said) != newer


# the regimen before


def test_r09_the_reference_is_from_before_the_first_unfaded_course(file: Path) -> None:
    """R09: a dose lowered for an earlier course that had not faded is not the one to come back to."""
    text = regimen("2026-09-01", 3) + regimen("2026-10-01", 1)
    text += drug("voriconazole", "2026-10-01", "2026-11-08") + drug("vfend", "2026-11-10")
    assert first(ask(file, text, "voriconazole", "--stopping"))["reference"]["regimen"]["daily_dose_mg"] == 6


def test_the_days_of_a_break_are_those_of_fading() -> None:
    """A course belongs to the one before while that has not faded, and is its own a day later."""
    row = row_of("voriconazole")
    days = fading_days(row, POLICY)
    drugs = [DrugPeriod("voriconazole", TODAY - timedelta(days=60), TODAY - timedelta(days=days))]
    assert first_start(TODAY, row, drugs, POLICY) == TODAY - timedelta(days=60)
    assert first_start(TODAY + timedelta(days=1), row, drugs, POLICY) == TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "other"),
    [
        (regimen("2026-08-01", 10) + regimen("2026-10-10", 3), ("rifampicin", "2026-07-01", "2026-10-15")),
        (regimen("2026-04-01", 3) + regimen("2026-10-01", 1), ("fluconazole", "2026-10-01", "2026-10-10")),
    ],
)
def test_no_reference_from_under_a_drug_stopped_since(file: Path, before: str, other: tuple[str, str, str]) -> None:
    """A dose taken with a drug that was stopped since does not compare; the way back is for levels alone."""
    answer = ask(file, before + drug(*other) + drug("voriconazole", "2026-10-10"), "voriconazole", "--stopping")
    reference = first(answer)["reference"]
    assert reference["regimen"] is None
    assert f"taken with {other[0]}, stopped since" in reference["note"]
    assert "levels alone" in texts(answer, "return")
    assert "comes back up" not in texts(answer)


@pytest.mark.parametrize(("start", "shown"), [("2026-11-05", True), ("2026-10-27", True), ("2026-10-26", False)])
def test_a_dose_set_in_advance_shows_the_one_before_it(file: Path, start: str, shown: bool) -> None:  # noqa: FBT001
    """Within the policy's days before the drug a new dose may be its own: the regimen before it stands beside it."""
    assert POLICY.dose_in_advance_days == 14
    text = regimen("2026-04-01", 3) + regimen(start, 1) + drug("voriconazole", "2026-11-10")
    reference = first(ask(file, text, "voriconazole", "--stopping"))["reference"]
    earlier = reference["earlier"]
    assert reference["regimen"]["daily_dose_mg"] == 2
    assert ((earlier or {}).get("daily_dose_mg") == 6) == shown
    assert (
        "Before that 3 mg" in " ".join(say(file, text, "voriconazole", "--stopping", form="plain").split())
    ) == shown


# the prediction


def test_r48_nothing_is_predicted_when_another_drug_will_be_there(file: Path) -> None:
    """R48: what the file begins before the drug is on board by then, even if it is not today."""
    text = STABLE + drug("voriconazole", "2026-12-01")
    found = first(ask(file, text, "clarithromycin", "--start", "2026-12-05"))["predicted"]
    assert found["low_ng_ml"] is None
    assert "voriconazole is at work when clarithromycin begins" in found["why"]
    steroid = STABLE + drug("prednisolone", "2026-02-02", "2026-12-01")
    found = first(ask(file, steroid, "clarithromycin", "--start", "2026-12-05"))["predicted"]
    assert "started or stopped before clarithromycin begins" in found["why"]


def test_r46_a_prediction_says_its_level_and_how_old_it_is(file: Path) -> None:
    """R46, R52: the day of the level, its age and a newer level set aside are said; too old at the start is none."""
    flagged = level("2026-11-20", "40", 'flags = ["line_draw"]\n')
    text = regimen("2026-04-01", 3) + level("2026-08-20") + flagged
    answer = ask(file, text, "fluconazole")
    assert first(answer)["predicted"]["level_taken"] == "2026-08-20"
    assert {"AGEING_LEVEL", "LEVEL_IGNORED"} <= warned(answer)
    shown = say(file, text, "fluconazole", form="plain")
    assert "7.5 ng/mL of 2026-08-20" in " ".join(shown.split())
    late = ask(file, text, "fluconazole", "--start", "2027-03-01")
    assert "STALE_LEVEL" in first(late)["predicted"]["why"]
    assert "AGEING_LEVEL" not in warned(late)


def test_r51_diarrhoea_before_the_level_is_a_warning(file: Path) -> None:
    """R51: what may have moved the level is said beside a trough that is predicted from it."""
    text = STABLE + '[[symptoms]]\nnoted = 2026-11-19\nname = "diarrhoea"\n'
    answer = ask(file, text, "fluconazole")
    assert first(answer)["predicted"]["high_ng_ml"] is not None
    assert "GUT_EVENT" in warned(answer)


PREDICTING = {
    "nirmatrelvir-ritonavir": ["trough 10", "trough 23"],
    "lopinavir-ritonavir": ["AUC 9.7"],
    "telaprevir": ["AUC 70"],
    "boceprevir": ["AUC 17"],
    "ombitasvir-paritaprevir-ritonavir": ["AUC 57", "AUC 57.13"],
    "elbasvir-grazoprevir": ["AUC 1.43", "C24 1.7", "AUC 1.43"],
    "glecaprevir-pibrentasvir": ["AUC 1.45", "AUC 1.45"],
    "letermovir": ["AUC 1.78"],
    "maribavir": ["AUC 1.51", "C12 1.57"],
    "ensitrelvir": ["trough 3"],
    "voriconazole": ["AUC 3.2", "AUC 3"],
    "posaconazole": ["AUC 4.58"],
    "ketoconazole": ["AUC 2.9"],
    "fluconazole": ["trough 3.1", "trough 1.4"],
    "isavuconazole": ["AUC 2.25"],
    "caspofungin": ["C12 0.74", "C/D 1.17"],
    "diltiazem": ["AUC/dose 1.44", "AUC/dose 1.25", "trough 4.26"],
    "amlodipine": ["AUC 2.3"],
    "rifampicin": ["AUC (oral) 0.33"],
    "st-johns-wort": ["AUC 0.65", "AUC/dose 0.42"],
    "clarithromycin": ["level 10"],
    "erythromycin": ["level 10"],
    "metronidazole": ["trough 2.63", "trough 1.52"],
    "grapefruit": ["trough 10.1"],
    "cannabidiol": ["AUC 3.1", "AUC 3.2", "dose-normalised level 3"],
    "omeprazole": ["AUC0-6 1.16", "level 1.27"],
    "lansoprazole": ["AUC0-8 1.48", "AUC0-8 1.81", "AUC0-8 1.29"],
    "magnesium-aluminium-hydroxide": ["AUC 1.21"],
}


def test_every_size_that_predicts_was_looked_at() -> None:
    """Each is a change from without to with the drug, the dose unchanged or normalised: a new one is to be read."""
    found: dict[str, list[str]] = {}
    for row in read_interactions():
        for fold in row.magnitudes:
            if predicts_a_trough(fold):
                found.setdefault(row.id, []).append(f"{fold.measure} {fold.low}")
    assert found == PREDICTING


@pytest.mark.parametrize(
    ("name", "reason"),
    [("darunavir/cobicistat", "other patients are compared"), ("verapamil", "no primary number was found")],
)
def test_a_size_between_other_patients_predicts_nothing(file: Path, name: str, reason: str) -> None:
    """Sizes that are no change from without to with are shown with their reason, and make no trough."""
    found = first(ask(file, None, name, "--level", "7"))
    assert found["predicted"]["low_ng_ml"] is None
    assert reason in found["predicted"]["why"]
    assert reason in found["exposure_fold"][0]["no_prediction"]


# what is said


@pytest.mark.parametrize("name", ["paxlovid", "nelfinavir", "ciclosporin", "grapefruit"])
def test_a_ban_is_its_sources_own_words(file: Path, name: str) -> None:
    """A drug to avoid: the source's text under its name, and the plan with the centre as policy."""
    row = row_of(name)
    assert row.effect is Effect.AVOID
    plan = ask(file, None, name)["data"]["plan"]
    assert (plan[0]["text"], plan[0]["source"], plan[0]["covered"]) == (row.start[0].text, row.start[0].source, True)
    (own,) = [step for step in plan if "agree on a plan" in step["text"]]
    assert (own["source"], own["covered"]) == ("policy", False)


def test_r48_a_restart_needs_the_course_to_be_over(file: Path) -> None:
    """R48: with no stop known the restart is conditional; of a course that goes on past it there is none."""
    said = texts(ask(file, None, "paxlovid", "--level", "6"), "return")
    assert "To restart only if the course of nirmatrelvir/ritonavir is over by then." in said
    running = ask(file, STABLE + drug("paxlovid", "2026-11-12"), "paxlovid")
    assert "restart" not in texts(running)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fluconazole",), "Next level 2026-11-24 to 2026-11-25, then every 2 to 3 days until 2026-11-29."),
        (("voriconazole",), "Next level 2026-11-23 to 2026-11-25."),
        (("fluconazole", "--start", "2026-11-19"), "Levels every 2 to 3 days until 2026-11-26."),
        (("fluconazole", "--start", "2026-11-02"), "Next level: ask the transplant centre."),
    ],
)
def test_the_note_names_the_next_level(file: Path, words: tuple[str, ...], said: str) -> None:
    """The next level is one that is drawn: the first, or the repeats that are under way, never the end of the onset."""
    assert said in say(file, None, *words, form="note").splitlines()


def test_repeats_are_past_when_their_end_is(file: Path) -> None:
    """Repeated troughs are one step to the end of onset or fading, and past only after it; a stop ends those before."""
    plan = ask(file, None, "rifampicin", "--start", "2026-11-10")["data"]["plan"]
    (repeats,) = [step for step in plan if step["every_days"] is not None]
    assert (repeats["from"], repeats["to"], repeats["past"]) == ("2026-11-12", "2026-11-24", False)
    plan = ask(file, None, "rifampicin", "--start", "2026-11-10", "--stop", "2026-11-20")["data"]["plan"]
    repeats = [step for step in plan if step["every_days"] is not None]
    assert [(step["from"], step["to"]) for step in repeats] == [
        ("2026-11-12", "2026-11-20"),
        ("2026-11-22", "2026-12-18"),
    ]


@pytest.mark.parametrize(
    ("stop", "said"),
    [("2026-11-18", "stopped voriconazole: the level will FALL"), (None, "taking voriconazole: raises")],
)
def test_the_note_says_where_the_course_is(file: Path, stop: str | None, said: str) -> None:
    """A stopped drug is not starting, and its level goes back."""
    note = say(file, STABLE + drug("voriconazole", "2026-11-01", stop), "voriconazole", form="note")
    assert said in note
    assert "tarting" not in note


def test_no_direction_where_sources_conflict(file: Path) -> None:
    """Sirolimus stopped: its effect is not known, so nothing says that the level will rise."""
    shown = say(file, None, "sirolimus", "--stopping", form="plain") + say(
        file, None, "sirolimus", "--stopping", form="note"
    )
    assert "RISE" not in shown
    assert "conflict" in shown
    assert "goes over days to weeks" not in shown


def test_many_drugs_say_it_once(file: Path) -> None:
    """Four drugs with start and stop: the caveat, a day's trough and shared advice stand once."""
    words = ("fluconazole", "voriconazole", "clarithromycin", "diltiazem", "--start", "2026-11-23")
    shown = say(file, None, *words, "--stop", "2026-12-03", "--level", "7", form="plain")
    flat = " ".join(shown.split())
    assert flat.count("single studies") == flat.count("a level still moves") == 1
    assert flat.count("One patient needed a 90 % cut") == 1
    assert len(shown.splitlines()) <= 150


def test_csv_has_a_row_a_step(file: Path) -> None:
    """One record a step of the plan, one for a drug without a plan or row; no cell holds JSON."""
    words = ("fluconazole", "vancomycin", "moonberry", "--stop", "2026-12-03", "--level", "7")
    rows = list(csv.DictReader(io.StringIO(say(file, None, *words, form="csv"))))
    plan = ask(file, None, *words)["data"]["plan"]
    assert [row["text"] for row in rows if row["from"]] == [step["text"] for step in plan]
    assert {row["drug"] for row in rows} == {"fluconazole", "vancomycin", "moonberry"}
    assert {row["predicted_high_ng_ml"] for row in rows if row["drug"] == "fluconazole"} == {"21.7"}
    assert not any(cell.startswith(("[", "{")) for row in rows for cell in row.values())
