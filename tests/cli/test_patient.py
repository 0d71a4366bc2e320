"""`tdmcli patient`: what is stored is what was typed, what may not stand is refused, and undo gives the very bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdmcli.records.backups import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]

AS_OF = ("--as-of", "2026-11-21T09:00+01:00")
SECRET = "SECRETNAME42"  # noqa: S105 - a mark that no error may repeat
LEVEL = ("level", "7.40", "--taken", "2026-11-20T07:45", "--last-dose", "2026-11-19T20:00")
REGIMEN = ("regimen", "--start", "2026-11-20T20:00", "--product", "prograf", "--dose", "3+2.5", "--every", "12")
DRUG = ("drug", "fluconazole", "--start", "2026-11-18", "--stop", "2026-11-20")
LAB = ("lab", "--taken", "2026-11-20", "--hematocrit", "31", "--creatinine-umol-l", "128")
SYMPTOM = ("symptom", "tremor", "--noted", "2026-11-20")
ENTRIES = {"levels": LEVEL, "regimens": REGIMEN, "drugs": DRUG, "labs": LAB, "symptoms": SYMPTOM}
STORED: dict[str, dict[str, Any]] = {
    "levels": {
        "taken": datetime(2026, 11, 20, 7, 45),  # noqa: DTZ001 - in the file's zone
        "last_dose": datetime(2026, 11, 19, 20),  # noqa: DTZ001
        "value": Decimal("7.40"),
        "unit": "ng/mL",
    },
    "regimens": {
        "start": datetime(2026, 11, 20, 20),  # noqa: DTZ001
        "product": "prograf",
        "intakes_mg": [3, Decimal("2.5")],
        "interval_h": 12,
    },
    "drugs": {
        "name": "fluconazole",
        "start": datetime(2026, 11, 18, tzinfo=UTC).date(),
        "stop": datetime(2026, 11, 20, tzinfo=UTC).date(),
    },
    "labs": {"taken": datetime(2026, 11, 20, tzinfo=UTC).date(), "hematocrit_percent": 31, "creatinine_umol_l": 128},
    "symptoms": {"noted": datetime(2026, 11, 20, tzinfo=UTC).date(), "name": "tremor"},
}


@pytest.fixture
def file(tmp_path: Path, checkout: Path) -> Path:
    """Return a copy of the example patient, for its owner alone."""
    path = tmp_path / "demo.toml"
    path.write_bytes((checkout / "data" / "examples" / "nephrotic-month-4.toml").read_bytes())
    path.chmod(0o600)
    return path


def tables(path: Path) -> dict[str, Any]:
    """Return what a file holds, read without the program."""
    return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.fixture
def add(ask: Callable[..., Said], file: Path) -> Callable[..., Said]:
    """Return a function that adds an entry to the file: `add("level", "7.4", ...)`."""
    count = iter(range(1_000_000))

    def added(kind: str, *words: str, as_of: tuple[str, ...] = AS_OF) -> Said:
        return ask("patient", "add", kind, str(file), *words, *as_of, again=next(count))

    return added


@pytest.mark.parametrize("table", ENTRIES)
def test_what_is_typed_is_stored(table: str, add: Callable[..., Said], file: Path) -> None:
    """Each kind of entry stands at the end of its table as typed, digits and all, after the old bytes."""
    old, before = file.read_bytes(), tables(file)
    said = add(*ENTRIES[table])
    assert said.returncode == 0, said.stderr
    assert file.read_bytes().startswith(old)
    after = tables(file)
    assert after[table][-1] == STORED[table]
    assert {**after, table: after[table][:-1]} == {table: [], **before}
    assert f"number {len(after[table])} of {table}" in said.stdout
    assert "tdmcli patient undo demo.toml" in said.stdout


@pytest.mark.parametrize("table", ENTRIES)
def test_the_json_answer_keeps_to_its_schema(table: str, add: Callable[..., Said], ask: Callable[..., Said]) -> None:
    """`patient add --json` validates against `tdmcli schema patient-add` and holds each key that was typed."""
    answer = json.loads(add(*ENTRIES[table], "--json").stdout)
    jsonschema.validate(answer, json.loads(ask("schema", "patient-add").stdout))
    fields = {one["key"]: one["value"] for one in answer["data"]["entry"]["fields"]}
    assert answer["command"] == "patient-add"
    assert answer["data"]["entry"]["table"] == table
    assert fields.keys() == STORED[table].keys()


def test_digits_are_kept(add: Callable[..., Said], file: Path) -> None:
    """8 stays 8, 8.0 stays 8.0, a limit keeps its sign, and each level its unit."""
    for minute, text in enumerate(("8", "8.0", "<2", "9.2nmol/L", "7.4 ug/L")):
        assert add("level", text, "--taken", f"2026-11-20T07:{minute:02d}").returncode == 0
    stored = [(str(one["value"]), one["unit"]) for one in tables(file)["levels"][1:]]
    assert stored == [("8", "ng/mL"), ("8.0", "ng/mL"), ("<2", "ng/mL"), ("9.2", "nmol/L"), ("7.4", "ug/L")]
    assert re.search(r"^value = 8$", file.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("level", "7,4", "--taken", "2026-11-20T07:45"), 2, "comma"),
        (("level", "0", "--taken", "2026-11-20T07:45"), 2, "above 0"),
        (("level", "nan", "--taken", "2026-11-20T07:45"), 2, "not a level"),
        (("level", "7.4mg/L", "--taken", "2026-11-20T07:45"), 2, "not a unit"),
        (("level", "7.4ug/L", "--unit", "ng/mL", "--taken", "2026-11-20T07:45"), 2, "--unit"),
        (("level", "7.4", "--taken", "03/04/2026"), 2, "not a time"),
        (("level", "7.4", "--taken", "2026-02-30"), 2, "not a time that exists"),
        (("level", "7.4", "--taken", "2026-10-25T02:30"), 2, "clocks change"),
        (("level", "7.4", "--taken", "2026-11-21T09:06+01:00"), 2, "later than now"),
        (("level", "7.4", "--taken", "2026-11-20T07:45", "--last-dose", "2026-11-20T08:00"), 2, "last_dose is after"),
        (("level", "7.4", "--taken", "2026-11-20T07:45", "--corrects", "2026-11-19"), 2, "is the time of no entry"),
        (("level", "7.4", "--taken", "2020-11-20T07:45"), 2, "before the transplant or the start"),
        (("level", "7.4", "--taken", "2026-11-20T07:45", "--note", "a\nb"), 2, "no screen shows"),
        (("level", "7.4", "--taken", "2026-11-20T07:45", "--flag", " "), 2, "must not be empty"),
        (("level", "7.4"), 2, "--taken"),
        (("regimen", *REGIMEN[1:3], "--product", "prograff", *REGIMEN[5:]), 4, "UNKNOWN_PRODUCT"),
        (("regimen", *REGIMEN[1:5], "--dose", "3", "--every", "13"), 2, "an interval is one of"),
        (("regimen", *REGIMEN[1:5], "--dose", "30", "--every", "12"), 2, "--confirm-value 30"),
        (("regimen", "--start", "2026-11-20", *REGIMEN[3:]), 2, "needs a time of day"),
        (("regimen", *REGIMEN[1:], "--route", "nasal"), 2, "must be one of"),
        (("drug", "fluconazole", "--start", "2026-11-18", "--stop", "2026-11-17"), 2, "is before its start"),
        (("lab", "--taken", "2026-11-20"), 2, "at least one result"),
        (("lab", "--taken", "2026-11-22", "--hematocrit", "31"), 2, "later than now"),
        (("lab", "--taken", "2026-11-20", "--hematocrit", "0"), 2, "must be above 0"),
        (("symptom", "tremor", "--noted", "2026-11-23"), 2, "later than now"),
        (("symptom", "tremor", "--noted", "2026-11-20T08:00"), 2, "a day alone"),
    ],
)
def test_r30_r36_r38_what_may_not_stand_is_refused(
    words: tuple[str, ...], code: int, says: str, add: Callable[..., Said], file: Path
) -> None:
    """A value that is malformed, of the future or against another entry is refused in one line; nothing is written."""
    old = file.read_bytes()
    said = add(*words)
    assert (said.returncode, said.stdout) == (code, "")
    assert says in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert file.read_bytes() == old
    assert not file.with_name(FOLDER).exists()


def test_r31_a_level_beyond_belief_must_be_repeated(add: Callable[..., Said], file: Path) -> None:
    """312 ng/mL is stored only with --confirm-value 312, and then called critical."""
    words = ("level", "312", "--taken", "2026-11-20T07:45")
    assert add(*words).returncode == 2
    assert add(*words, "--confirm-value", "321").returncode == 2
    said = add(*words, "--confirm-value", "312")
    assert said.returncode == 0
    assert "CRITICAL_LEVEL" in said.stdout
    assert tables(file)["levels"][-1]["value"] == 312


def test_r31_a_unit_apart_is_confirmed_alike(add: Callable[..., Said]) -> None:
    """--confirm-value repeats the number as it was typed, also where --unit stands apart."""
    words = ("level", "500", "--unit", "nmol/L", "--taken", "2026-11-20T07:45")
    assert add(*words).returncode == 2
    assert add(*words, "--confirm-value", "500").returncode == 0


def test_r34_r35_a_high_or_tenfold_dose_is_said(add: Callable[..., Said], file: Path) -> None:
    """A regimen ten times the one before, and a dose above 0.3 mg/kg/day, are stored and warned of."""
    with file.open("ab") as stream:
        stream.write(b"\n[[weights]]\nmeasured = 2026-11-01\nkg = 60\n")
    said = add("regimen", "--start", "2026-11-20T20:00", "--product", "prograf", "--dose", "20", "--every", "12")
    assert said.returncode == 0
    assert "TENFOLD" in said.stdout
    assert "DOSE_HIGH" in said.stdout


def test_r54_duplicates_are_refused_and_corrections_appended(add: Callable[..., Said], file: Path) -> None:
    """The same level twice, or another value at its time, is refused; a correction stands beside the old one."""
    assert add(*LEVEL).returncode == 0
    stored = file.read_bytes()
    same, other = add(*LEVEL), add("level", "8.1", *LEVEL[2:])
    assert (same.returncode, other.returncode) == (2, 2)
    assert "is the same entry twice" in same.stderr
    assert "with another value" in other.stderr
    assert "number 2" in same.stderr
    assert file.read_bytes() == stored
    assert add("level", "8.1", *LEVEL[2:], "--corrects", "2026-11-20T07:45").returncode == 0
    assert [str(one["value"]) for one in tables(file)["levels"]][1:] == ["7.40", "8.1"]
    assert add("level", "8.2", *LEVEL[2:], "--corrects", "2026-11-20T07:45").returncode == 2


@pytest.mark.parametrize("table", ["regimens", "drugs", "labs", "symptoms"])
def test_r54_no_entry_stands_twice(table: str, add: Callable[..., Said], file: Path) -> None:
    """Of every kind, the same entry a second time is refused."""
    assert add(*ENTRIES[table]).returncode == 0
    stored = file.read_bytes()
    assert add(*ENTRIES[table]).returncode == 2
    assert file.read_bytes() == stored


def test_a_day_alone_and_an_unknown_drug_are_said(add: Callable[..., Said]) -> None:
    """R39 and R72: a level without a time is stored as untimed; what is in no table is named as such."""
    assert "UNTIMED_LEVEL" in add("level", "7.4", "--taken", "2026-11-20").stdout
    assert "UNLISTED_DRUG" in add("drug", "zzzmab", "--start", "2026-11-18").stdout
    assert "UNKNOWN_SYMPTOM" in add("symptom", "zzz", "--noted", "2026-11-18").stdout


def test_r40_a_time_without_offset_needs_a_zone(add: Callable[..., Said], file: Path) -> None:
    """In a file without a zone a naive time is refused, one with an offset is stored."""
    file.write_bytes(b'schema = 1\n[patient]\nid = "x"\n')
    assert "offset" in add("level", "7.4", "--taken", "2026-11-20T07:45").stderr
    assert add("level", "7.4", "--taken", "2026-11-20T07:45+01:00").returncode == 0


def test_a_file_with_a_fault_is_not_added_to(add: Callable[..., Said], file: Path) -> None:
    """A fault that stands in the file is named as the file's (exit 3), and nothing is written."""
    file.write_bytes(file.read_bytes() + f"\n[[levels]]\n{SECRET} = 1\n".encode())
    old = file.read_bytes()
    said = add(*LEVEL)
    assert said.returncode == 3
    assert "line" in said.stderr
    assert file.read_bytes() == old


# undo and check


@pytest.mark.parametrize("table", ENTRIES)
def test_m26_add_then_undo_gives_the_same_bytes(
    table: str, add: Callable[..., Said], ask: Callable[..., Said], file: Path
) -> None:
    """Adding and taking back leaves the file byte for byte, and the answer names what is gone."""
    old = file.read_bytes()
    add(*ENTRIES[table])
    said = ask("patient", "undo", str(file), *AS_OF, "--json", again=hash(str(file)))
    assert said.returncode == 0, said.stderr
    answer = json.loads(said.stdout)
    jsonschema.validate(answer, json.loads(ask("schema", "patient-undo").stdout))
    assert [one["table"] for one in answer["data"]["removed"]] == [table]
    assert file.read_bytes() == old


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(sorted(ENTRIES)))
def test_m26_the_order_of_adding_changes_nothing(
    order: list[str], ask: Callable[..., Said], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Entries of different kinds give the same content in whichever order they are added."""
    path = tmp_path_factory.mktemp("order") / "demo.toml"
    path.write_bytes(b'schema = 1\n[patient]\nid = "x"\ntime_zone = "Europe/Paris"\n')
    for table in order:
        kind, *words = ENTRIES[table]
        assert ask("patient", "add", kind, str(path), *words, *AS_OF).returncode == 0
    content = tables(path)
    assert {name: content[name] for name in ENTRIES} == {name: [row] for name, row in STORED.items()}


def test_m26_two_levels_in_either_order_are_read_alike(ask: Callable[..., Said], tmp_path: Path) -> None:
    """Add A then B gives every command the same as B then A."""
    first, second = ("7.4", "--taken", "2026-11-18T07:45+01:00"), ("9.1", "--taken", "2026-11-20T07:45+01:00")
    answers = []
    for name, order in (("a", (first, second)), ("b", (second, first))):
        path = tmp_path / name / "demo.toml"
        path.parent.mkdir()
        path.write_bytes(b'schema = 1\n[patient]\nid = "x"\n')
        for words in order:
            assert ask("patient", "add", "level", str(path), *words, *AS_OF).returncode == 0
        answer = json.loads(ask("target", "kidney", "--days", "40", "-p", str(path), *AS_OF, "--json").stdout)
        del answer["inputs"]["patient"]["sha256"]
        answers.append(answer)
    assert answers[0] == answers[1]


def test_undo_refuses_after_a_change_by_hand(add: Callable[..., Said], ask: Callable[..., Said], file: Path) -> None:
    """One byte by another hand and undo is refused (exit 5), in one line without patient text."""
    add(*LEVEL, "--note", SECRET)
    with file.open("ab") as stream:
        stream.write(b"#\n")
    edited = file.read_bytes()
    said = ask("patient", "undo", str(file), *AS_OF)
    assert (said.returncode, said.stdout) == (5, "")
    assert "something else changed it" in said.stderr
    assert SECRET not in said.stderr
    assert file.read_bytes() == edited


def test_undo_without_a_write_is_refused(ask: Callable[..., Said], file: Path) -> None:
    """Where tdmcli never wrote there is nothing to take back: exit 5."""
    said = ask("patient", "undo", str(file), *AS_OF)
    assert said.returncode == 5
    assert "no write of tdmcli to undo" in said.stderr


def test_check_names_what_is_odd(ask: Callable[..., Said], file: Path) -> None:
    """A level of the future, one without regimen, an unknown drug and symptom and a dose that no strengths make."""
    with file.open("ab") as stream:
        stream.write(
            b'\n[[levels]]\ntaken = 2026-12-01T08:00:00\nvalue = 7\nunit = "ng/mL"\n'
            b'\n[[drugs]]\nname = "zzzmab"\nstart = 2026-11-01\n'
            b'\n[[symptoms]]\nname = "zzz"\nnoted = 2026-11-01\n'
            b'\n[[regimens]]\nstart = 2026-11-05T20:00:00\nproduct = "prograf"\nintakes_mg = [3.3]\ninterval_h = 8\n'
        )
    odd = "\n".join(json.loads(ask("patient", "check", str(file), *AS_OF, "--json").stdout)["data"]["odd"])
    for words in ("1 level drawn later", "zzzmab is not", "symptom zzz is not", "3.3 mg is not a sum", "every 8 hours"):
        assert words in odd
    assert len(odd.splitlines()) == len(set(odd.splitlines()))


# new


def test_new_makes_a_file_that_answers(ask: Callable[..., Said], tmp_path: Path) -> None:
    """A file made with flags is read by `target`, holds what was typed, and keeps to the schema of its answer."""
    path = tmp_path / "demo.toml"
    words = ("--id", "demo-1", "--organ", "kidney", "--transplant-date", "2026-10-12", "--weight", "68")
    more = ("--birth-date", "1971-03-02", "--sex", "female", "--time-zone", "Europe/Paris", "--cyp3a5", "*1/*3")
    said = ask("patient", "new", str(path), *words, *more, "--no-input", *AS_OF, "--json")
    assert said.returncode == 0, said.stderr
    jsonschema.validate(json.loads(said.stdout), json.loads(ask("schema", "patient-new").stdout))
    made = tables(path)
    assert made["patient"] | {"birth_date": None} == {
        "id": "demo-1",
        "birth_date": None,
        "sex": "female",
        "weight_kg": 68,
        "time_zone": "Europe/Paris",
    }
    assert made["transplant"]["organ"] == "kidney"
    assert ask("target", "-p", str(path), *AS_OF).returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "--id"),
        (("--id", "Marie Curie"), 2, "A-Z a-z 0-9"),
        (("--id", "x", "--organ", "kidny"), 4, "UNKNOWN_INDICATION"),
        (("--id", "x", "--organ", "kidney", "--indication", "ild"), 2, "give the one"),
        (("--id", "x", "--transplant-date", "2026-10-12"), 2, "needs --organ"),
        (("--id", "x", "--organ", "kidney", "--transplant-date", "2026-12-12"), 2, "later than now"),
        (("--id", "x", "--weight", "500"), 2, "300 kg"),
        (("--id", "x", "--time-zone", "Paris"), 2, "IANA"),
        (("--id", "x", "--sex", "f"), 2, "must be one of"),
    ],
)
def test_new_refuses_what_may_not_stand(
    words: tuple[str, ...], code: int, says: str, ask: Callable[..., Said], tmp_path: Path
) -> None:
    """A malformed or contradictory option makes no file."""
    path = tmp_path / "demo.toml"
    said = ask("patient", "new", str(path), *words, "--no-input", *AS_OF)
    assert (said.returncode, said.stdout) == (code, "")
    assert says in said.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_new_asks_on_stderr(tmp_path: Path, clean_env: dict[str, str], checkout: Path) -> None:
    """On a terminal what was not given is asked for, again where it is malformed; stdout has the answer alone."""
    import pty

    path = tmp_path / "demo.toml"
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "tdmcli", "patient", "new", str(path), "--json", *AS_OF]
    answers = "\nkidny\nkidney\n12/10/2026\n2026-10-12\n\nfemale\n68\nEurope/Paris\n"
    os.write(master, answers.encode())
    env = clean_env | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(words, stdin=slave, capture_output=True, encoding="utf-8", env=env, check=False, timeout=60)
    os.close(master)
    os.close(slave)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["patient_id"] == "demo"
    assert done.stderr.count("Organ transplanted") == 2
    assert done.stderr.count("Day of the transplant") == 2
    assert tables(path)["transplant"]["date"].isoformat() == "2026-10-12"


# privacy


@pytest.mark.skipif(sys.platform == "win32", reason="modes as POSIX has them")
def test_a_file_that_others_can_read_is_warned_of(
    ask: Callable[..., Said], add: Callable[..., Said], file: Path
) -> None:
    """Readable by others: said on stderr by check and add, and no longer so after a write."""
    file.chmod(0o644)
    said = ask("patient", "check", str(file), *AS_OF)
    assert said.returncode == 0
    assert "can be read by other users" in said.stderr
    assert "can be read by other users" in add(*LEVEL).stderr
    assert add(*DRUG).stderr == ""


def test_no_error_repeats_what_stands_in_the_file(
    add: Callable[..., Said], ask: Callable[..., Said], file: Path
) -> None:
    """R67: notes, names and values of the file never stand in an error, and its files bear no more than its name."""
    noted = file.read_bytes() + f'\n[[drugs]]\nname = "{SECRET}"\nstart = 2026-11-01\nnote = "{SECRET}"\n'.encode()
    file.write_bytes(noted)
    add(*LEVEL)
    errors = [add(*LEVEL).stderr, add("level", "8", *LEVEL[2:]).stderr]
    file.write_bytes(file.read_bytes() + f'\n[[drugs]]\nname = "{SECRET}"\nstart = "{SECRET}"\n'.encode())
    errors += [add(*DRUG).stderr, ask("patient", "check", str(file)).stderr, ask("patient", "undo", str(file)).stderr]
    assert all(errors)
    assert [one for one in errors if SECRET in one] == []
    assert [path.name for path in file.parent.rglob("*") if SECRET in path.name] == []


def test_adding_is_quick_to_refuse_the_future_by_the_clock(add: Callable[..., Said]) -> None:
    """Without --as-of the clock decides: a level of tomorrow is refused, one of an hour ago is not."""
    now = datetime.now(UTC).replace(microsecond=0)
    later, earlier = now + timedelta(days=1), now - timedelta(hours=1)
    assert add("level", "7", "--taken", later.isoformat(), as_of=()).returncode == 2
    assert add("level", "7", "--taken", earlier.isoformat(), as_of=()).returncode == 0


def test_check_counts_levels_without_a_regimen_as_the_rules_do(ask: Callable[..., Said], tmp_path: Path) -> None:
    """A level before the first regimen, one at its stop and one after it count; one at its start does not."""
    path = tmp_path / "demo.toml"
    rows = "".join(
        f'[[levels]]\ntaken = 2026-10-{day:02d}T08:00:00Z\nvalue = 7\nunit = "ng/mL"\n' for day in (1, 2, 5, 9, 10)
    )
    regimen = 'start = 2026-10-02T08:00:00Z\nstop = 2026-10-09T08:00:00Z\nproduct = "prograf"\nintakes_mg = [3]\n'
    path.write_text(f'schema = 1\n[patient]\nid = "x"\n{rows}[[regimens]]\n{regimen}interval_h = 12\n')
    odd = json.loads(ask("patient", "check", str(path), *AS_OF, "--json").stdout)["data"]["odd"]
    assert "3 levels drawn while no regimen was in force" in odd


@pytest.mark.parametrize("width", [24, 40, 80])
@pytest.mark.parametrize("table", ENTRIES)
def test_r03_r04_what_was_stored_is_shown_whole(
    table: str, width: int, add: Callable[..., Said], ask: Callable[..., Said], file: Path
) -> None:
    """At any width the entry is shown in full: no word or number of it is cut, and no dose has a trailing zero."""
    kind, *words = ENTRIES[table]
    said = ask("patient", "add", kind, str(file), *words, *AS_OF, width=width, again=hash((str(file), width)))
    assert said.returncode == 0
    text = " ".join(said.stdout.split())
    assert "\u2026" not in text
    assert re.search(r"\d+\.\d*0\s*mg", text) is None
    for key, value in STORED[table].items():
        values = value if isinstance(value, list) else [value]
        shown = ", ".join(one.isoformat() if hasattr(one, "isoformat") else str(one) for one in values)
        assert re.search(rf"{key}: +{re.escape(shown)}", text) is not None, (key, text)
    assert add("symptom", "tremor", "--noted", "2026-11-01").returncode == 0
