"""Relations that must hold for any patient: what may not change an answer, and what may never make it bolder.

M17-M25 of the safety rules, over made-up patient files read as a user's are.
"""

from __future__ import annotations

import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tdmcli.domain.findings import Refused
from tdmcli.errors import ExpectedError
from tdmcli.workflows.adjust import answer_adjust
from tdmcli.workflows.adjust_data import AdjustData, AdjustQuestion
from tdmcli.workflows.asked import Asked

if TYPE_CHECKING:
    import random

    from tdmcli.workflows.answer import Answer

DRUGS = ("fluconazole", "rifampicin", "diltiazem", "omeprazole")
NEEDED = (("levels", "unit"), ("levels", "value"), ("regimens", "product"), ("regimens", "interval_h"))
ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)
RELATION = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Said(NamedTuple):
    """What adjust says: a refusal's code, or the proposal; and every warning's code."""

    code: str | None
    intakes_mg: tuple[str, ...] | None
    unrounded: str | None
    warnings: frozenset[str]


Row = dict[str, str]
Patient = dict[str, Any]


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """Make a kidney patient with regimens, levels in the morning, drugs, labs and events."""
    day = draw(st.integers(10, 300))
    start = (NOW - timedelta(days=day)).date()
    dose = draw(st.sampled_from([1, 1.5, 2, 3, 4, 5]))
    first = NOW - timedelta(days=day - 1)
    regimens = [_regimen(first.replace(hour=8), dose)]
    if draw(st.booleans()):
        changed = draw(st.integers(0, min(day - 2, 20)))
        regimens.append(_regimen((NOW - timedelta(days=changed)).replace(hour=20), draw(st.sampled_from([1, 2, 3, 4]))))
    ages = draw(st.lists(st.integers(0, min(day - 2, 40)), min_size=1, max_size=5, unique=True))
    levels = [_level(NOW - timedelta(days=age), draw(st.integers(20, 250)), draw(st.booleans())) for age in ages]
    drugs = draw(st.lists(st.sampled_from(DRUGS), max_size=2, unique=True))
    begun = [(NOW - timedelta(days=draw(st.integers(0, 30)))).date().isoformat() for _ in drugs]
    return {
        "patient": {"id": '"p-1"', "birth_date": "1971-03-02", "weight_kg": "68", "time_zone": '"Europe/Paris"'},
        "transplant": {"organ": '"kidney"', "date": start.isoformat()},
        "regimens": regimens,
        "levels": levels,
        "drugs": [{"name": f'"{name}"', "start": day} for name, day in zip(drugs, begun, strict=True)],
        "labs": [{"taken": NOW.date().isoformat(), "hematocrit_percent": str(draw(st.integers(20, 45)))}],
    }


def _regimen(start: datetime, mg: float) -> Row:
    return {
        "start": start.isoformat(timespec="seconds"),
        "product": '"prograf"',
        "intakes_mg": f"[{mg}]",
        "interval_h": "12",
    }


def _level(day: datetime, tenths: int, timed: bool) -> Row:  # noqa: FBT001 - drawn
    taken = day.replace(hour=7, minute=45)
    row = {"taken": taken.isoformat(timespec="seconds"), "value": str(tenths / 10), "unit": '"ng/mL"'}
    if timed:
        row["last_dose"] = (taken - timedelta(hours=11, minutes=45)).isoformat(timespec="seconds")
    return row


def written(patient: Patient) -> str:
    """Return a patient as a TOML file."""
    lines = ["schema = 1"]
    for name, part in patient.items():
        for row in part if isinstance(part, list) else [part]:
            lines += ["", f"[[{name}]]" if isinstance(part, list) else f"[{name}]"]
            lines += [f"{key} = {value}" for key, value in row.items()]
    return "\n".join(lines) + "\n"


def asked(text: str, now: datetime = NOW, **options: Any) -> Answer[AdjustData]:
    """Return the answer of adjust for the text of a patient file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patient.toml"
        path.write_bytes(text.encode())
        return answer_adjust(AdjustQuestion(Asked(now=now, retrospective=True, patient=path, **options)))


def said(text: str, now: datetime = NOW, **options: Any) -> Said:
    """Return what adjust says, answered or refused."""
    try:
        answer = asked(text, now, **options)
    except Refused as refused:
        codes = frozenset(str(one.code) for one in refused.findings[1:])
        return Said(str(refused.code), None, None, codes)
    except ExpectedError as error:
        return Said(str(error.code), None, None, frozenset())
    data = answer.data
    warnings = frozenset(one.code for one in answer.warnings)
    return Said(None, tuple(map(str, data.proposal.intakes_mg)), str(data.unrounded_daily_dose_mg), warnings)


@RELATION
@given(patients(), st.randoms(use_true_random=False))
def test_m17_the_order_of_rows_says_nothing(patient: Patient, rng: random.Random) -> None:
    """Rows in any order, and tables in any order, give the same answer."""
    shuffled = {name: rng.sample(part, len(part)) if isinstance(part, list) else part for name, part in patient.items()}
    names = rng.sample(list(shuffled), len(shuffled))
    assert said(written({name: shuffled[name] for name in names})) == said(written(patient))


@RELATION
@given(patients())
def test_m18_comments_and_line_ends_say_nothing(patient: Patient) -> None:
    """Comments, blank lines, the order of keys and CRLF change nothing."""
    text = written(patient)
    noisy = re.sub(r"\n", "  # a note, 3 mg = 5\n\n", text).replace("\n", "\r\n")
    turned = {
        name: [dict(reversed(row.items())) for row in part] if isinstance(part, list) else part
        for name, part in patient.items()
    }
    assert said(noisy) == said(text) == said(written(turned))


@RELATION
@given(patients(), st.integers(20, 250))
def test_m19_an_older_or_a_flagged_level_decides_nothing(patient: Patient, tenths: int) -> None:
    """A level older than the last two leaves the proposal; a clotted one is only said to be set aside."""
    oldest = min(row["taken"] for row in patient["levels"])
    assume(len(patient["levels"]) > 1)
    older = _level(datetime.fromisoformat(oldest) - timedelta(days=1), tenths, timed=False)
    assume(older["taken"] > patient["regimens"][0]["start"])
    before = said(written(patient))
    assert said(written(patient | {"levels": [*patient["levels"], older]})) == before
    clotted = _level(NOW - timedelta(hours=1), tenths, timed=False) | {"flags": '["clotted"]', "value": "99"}
    clotted["taken"] = (NOW - timedelta(hours=1)).isoformat(timespec="seconds")
    after = said(written(patient | {"levels": [*patient["levels"], clotted]}))
    assert after[:3] == before[:3]
    assert after.warnings - before.warnings <= {"LEVEL_IGNORED"}


@RELATION
@given(patients(), st.integers(-400, 400))
def test_m20_a_shift_of_all_times_changes_nothing(patient: Patient, days: int) -> None:
    """All times and the time asked about moved by the same whole days, over changes of clocks too, say the same."""
    zone = {"time_zone": '"UTC"'}
    plain = patient | {"patient": patient["patient"] | zone}

    def moved(value: str) -> str:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            return (datetime.fromisoformat(value) + timedelta(days=days)).date().isoformat()
        if re.match(r"\d{4}-\d\d-\d\dT", value):
            return (datetime.fromisoformat(value) + timedelta(days=days)).isoformat(timespec="seconds")
        return value

    shifted = {
        name: [{key: moved(value) for key, value in row.items()} for row in part]
        if isinstance(part, list)
        else {key: value if key == "birth_date" else moved(value) for key, value in part.items()}
        for name, part in plain.items()
    }
    assert said(written(shifted), NOW + timedelta(days=days)) == said(written(plain))


@RELATION
@given(patients())
def test_m21_one_dose_or_two_of_the_same_is_the_same(patient: Patient) -> None:
    """[3] every 12 hours and [3, 3] every 12 hours are one regimen."""
    twice = [row | {"intakes_mg": re.sub(r"\[(.*)\]", r"[\1, \1]", row["intakes_mg"])} for row in patient["regimens"]]
    assert said(written(patient | {"regimens": twice})) == said(written(patient))


@RELATION
@given(patients(), st.sampled_from(NEEDED))
def test_m22_without_a_needed_field_there_is_no_number(patient: Patient, gone: tuple[str, str]) -> None:
    """A field that a row needs, taken away, is an error, never a number."""
    table, key = gone
    rows = [{name: value for name, value in row.items() if name != key} for row in patient[table]]
    assert said(written(patient | {table: rows})).code == "BAD_PATIENT_FILE"


@RELATION
@given(patients(), st.sampled_from(["older", "untimed", "inhibitor", "missed", "early"]))
def test_m23_worse_data_never_make_it_bolder(patient: Patient, how: str) -> None:
    """An older, untimed or early sample, a new inhibitor or a missed dose never turn a refusal into a dose."""
    before = said(written(patient))
    worse = dict(patient)
    now = NOW
    last = max(patient["levels"], key=lambda row: str(row["taken"]))
    others = [row for row in patient["levels"] if row is not last]
    if how == "older":
        now = NOW + timedelta(days=200)
    elif how == "untimed":
        worse["levels"] = [*others, {key: value for key, value in last.items() if key != "last_dose"}]
    elif how == "early":
        drawn = datetime.fromisoformat(last["taken"])
        worse["levels"] = [*others, last | {"last_dose": (drawn - timedelta(hours=3)).isoformat(timespec="seconds")}]
    elif how == "inhibitor":
        worse["drugs"] = [*patient["drugs"], {"name": '"voriconazole"', "start": NOW.date().isoformat()}]
    else:
        missed = datetime.fromisoformat(last["taken"]) - timedelta(hours=12)
        worse["events"] = [{"at": missed.isoformat(timespec="seconds"), "kind": '"missed-dose"'}]
    after = said(written(worse), now)
    if before.code is not None:
        assert after.code is not None
    if how in {"older", "early", "missed"}:
        assert after.code is not None


@RELATION
@given(patients(), st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True))
def test_m24_who_it_is_says_nothing(patient: Patient, name: str) -> None:
    """Another id and notes anywhere give the same numbers, and the note is never said."""
    named = patient | {"patient": patient["patient"] | {"id": f'"{name}"', "note": '"SECRET-NOTE"'}}
    noted = [row | {"note": '"SECRET-NOTE"'} for row in patient["levels"]]
    text = written(named | {"levels": noted})
    assert said(text) == said(written(patient))
    try:
        told = repr(asked(text))
    except ExpectedError as error:
        told = str(error)
    assert "SECRET" not in told


@RELATION
@given(patients())
def test_m25_the_page_says_the_numbers_of_the_answer(patient: Patient) -> None:
    """The text for people holds the proposal and the dose worked out that the JSON has."""
    from tdmcli.cli.adjust_view import VIEW
    from tdmcli.domain.units import show

    try:
        answer = asked(written(patient))
    except ExpectedError:
        return
    said_line = VIEW.note(answer)[1]
    assert f"{show(answer.data.proposal.daily_dose_mg)} mg/day" in said_line
    if answer.data.proposal.change_percent != 0:
        assert f"{show(answer.data.proposal.predicted_trough_ng_ml, 1)} ng/mL" in said_line


def test_the_made_up_patients_are_of_every_kind() -> None:
    """Of the patients made up here a good part is answered, with and without a change, and a good part refused."""
    kinds: dict[str, int] = {}

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(patients())
    def count(patient: Patient) -> None:
        one = said(written(patient))
        kinds[one.code or "answered"] = kinds.get(one.code or "answered", 0) + 1

    count()
    assert kinds["answered"] >= 30
    assert len(kinds) >= 3
