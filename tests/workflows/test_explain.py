"""`explain`: every code, row and formula is explained, with the values that stand in its file and nothing made up."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tdmcli.domain.findings import Refused
from tdmcli.errors import Code, ExitCode
from tdmcli.tables.readers import read_formulas, read_sources, read_tables
from tdmcli.tables.row_index import explained_ids, read_every_row
from tdmcli.workflows.explain import Explained, answer_explain

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]
    RawRows = dict[tuple[str, str, str], Any]

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
AS_OF = ("--as-of", "2026-11-21T09:00+01:00")

ERRORS = {
    "USAGE": 2,
    "UNREADABLE_FILE": 3,
    "BAD_PATIENT_FILE": 3,
    "BAD_TABLE": 3,
    "BAD_PROTOCOL": 3,
    "NOT_WRITTEN": 5,
    "INTERRUPTED": 130,
    "BUG": 1,
}
ERROR_NAMES = {
    "USAGE": ExitCode.USAGE,
    "UNREADABLE_FILE": ExitCode.BAD_FILE,
    "BAD_PATIENT_FILE": ExitCode.BAD_FILE,
    "BAD_TABLE": ExitCode.BAD_FILE,
    "BAD_PROTOCOL": ExitCode.BAD_FILE,
    "NOT_WRITTEN": ExitCode.NOT_WRITTEN,
    "INTERRUPTED": ExitCode.INTERRUPTED,
    "BUG": ExitCode.BUG,
}
REFUSALS = {
    *("UNKNOWN_INDICATION", "UNKNOWN_DRUG", "UNKNOWN_PRODUCT", "UNKNOWN_SOURCE", "UNKNOWN_ID", "MISSING_INDICATION"),
    *("MISSING_TIME", "MISSING_LEVEL", "MISSING_REGIMEN", "MISSING_TARGET", "MISSING_AIM", "MISSING_WEIGHT"),
    *("MISSING_AGE", "MISSING_HEIGHT", "MISSING_GENOTYPE", "GENOTYPE_UNDETERMINED", "DONOR_GENOTYPE", "NO_METHOD"),
    *("OUTSIDE_POPULATION", "OTHER_PRODUCT", "OTHER_SITUATION", "REFUTED_METHOD", "START_WITH_INHIBITOR"),
    *(
        "NO_GUIDANCE",
        "TOO_HIGH_TO_SCALE",
        "FALLS_AFTER_DOSE",
        "CENSORED_LEVEL",
        "INTERACTION_AFTER_LEVEL",
        "PRODUCT_SWITCHED",
    ),
    *("ROUNDED_TOO_FAR", "UNKNOWN_MODEL", "NO_MODEL", "CHANGE_TO_COME", "DOSES_TOO_CLOSE"),
}
EITHER = {
    *("MISSING_PRODUCT", "CRITICAL_LEVEL", "NOT_A_TROUGH", "NOT_STEADY_STATE", "DISCREPANT", "INTERACTION_SETTLING"),
    *("TWO_PRODUCTS", "NOT_ORAL", "HELD", "MISSED_DOSE", "STALE_LEVEL", "ROUNDS_TO_ZERO", "SAMPLE_AT_DOSE"),
    *("AVOID_COMBINATION", "TROUGH_EXISTS", "LEVEL_AGAINST_MODEL", "FIT_FAILED"),
}
ID_KEYS = {
    *("id", "row", "rows", "threshold", "threshold_row", "code", "formula"),
    *("within", "below", "above", "undetermined"),  # of the split of a level: ids of rows
}
SHARED = {
    "andrews-2019": {("starting_algorithms.toml", "starting_algorithm"), ("models/andrews-2019.toml", "model")},
    "andrews-2020": {("starting_algorithms.toml", "starting_algorithm"), ("models/andrews-2020.toml", "model")},
    "blood-pressure-label": {("monitoring.toml", "test"), ("cautions.toml", "caution")},
    "ciclosporin": {("interactions/immunosuppressants.toml", "interaction"), ("cautions.toml", "caution")},
    "francke-2025": {("starting_algorithms.toml", "starting_algorithm"), ("models/francke-2025.toml", "model")},
    "live-vaccines": {("interactions/additive-toxicity.toml", "interaction"), ("cautions.toml", "caution")},
    "mycophenolate": {("interactions/immunosuppressants.toml", "interaction"), ("cautions.toml", "caution")},
    "none": {("co_therapies.toml", "co_therapy"), ("co_therapies.toml", "induction")},
    "sirolimus": {("interactions/immunosuppressants.toml", "interaction"), ("co_therapies.toml", "co_therapy")},
}


def entries(name: str) -> tuple[Explained, ...]:
    """Return what `explain` has on an id."""
    return answer_explain(name, NOW).data.entries


@pytest.fixture(scope="module")
def every_entry() -> dict[str, tuple[Explained, ...]]:
    """Return what `explain` has on every id that TAB offers, and on every code."""
    return {name: entries(name) for name in [*explained_ids(), *Code]}


def row_entries(every_entry: dict[str, tuple[Explained, ...]]) -> dict[tuple[str, str, str], Explained]:
    """Return the entries of rows by id, file and table."""
    return {
        (one.id, one.file or "", one.table or ""): one
        for found in every_entry.values()
        for one in found
        if one.what == "row"
    }


def leaves(value: Any) -> Iterator[Any]:
    """Return all numbers and texts in a raw value, however deep."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for part in value:
            yield from leaves(part)
    else:
        yield value


def as_typed(number: Decimal | int) -> str:
    """Return a number as TOML would have it, without zeros that say nothing: an independent way to write it."""
    digits = str(number)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def stands(text: str, number: str) -> bool:
    """Return whether a number stands in a text and is no part of a longer one."""
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d|[.,]\d)", text) is not None


# codes


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_meaning(code: Code) -> None:
    """A code is explained by a sentence of its own, says what it prints, and is the only thing of that id."""
    (entry,) = entries(code)
    assert (entry.id, entry.what, entry.file, entry.cited) == (code, "code", "codes.toml", ())
    assert re.fullmatch(r"[A-Z].{20,}\.", entry.meaning, re.DOTALL)
    assert [one.key for one in entry.values] == ["says"]
    assert entry.meaning != entry.values[0].value


@pytest.mark.parametrize("code", Code)
def test_the_exit_code_is_the_programs(code: Code) -> None:
    """An error has the exit code of its kind, a refusal 4, a warning none; the statuses are typed here again."""
    (entry,) = entries(code)
    if code in ERRORS:
        assert (entry.status, entry.exit_code) == ("error", ERRORS[code])
        assert entry.exit_code == ERROR_NAMES[code].value
    elif code in REFUSALS | EITHER:
        status = "refusal" if code in REFUSALS else "refusal-or-warning"
        assert (entry.status, entry.exit_code) == (status, 4)
        assert entry.exit_code == ExitCode.REFUSED.value
    else:
        assert (entry.status, entry.exit_code) == ("warning", None)


def test_the_statuses_are_those_of_the_answers(golden_answers: dict[str, dict[str, Any]]) -> None:
    """What was refused with is a refusal, what an answer warns of is a warning, what ended in an error is an error."""
    warned = {one["code"] for answer in golden_answers.values() if answer["data"] for one in answer["warnings"]}
    refused = {answer["code"] for answer in golden_answers.values() if answer["status"] == "refused"}
    failed = {answer["code"] for answer in golden_answers.values() if answer["status"] == "error"}
    assert len(warned) >= 30
    assert len(refused) >= 20
    assert warned & (set(ERRORS) | REFUSALS) == set()
    assert refused <= REFUSALS | EITHER
    assert failed <= set(ERRORS)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (("interact", "voriconazole", "--dose", "3", "--every", "12"), "MISSING_PRODUCT"),
        (("interact", "voriconazole", "--dose", "0.5", "--every", "24", "--product", "prograf"), "ROUNDS_TO_ZERO"),
        (("interact", "rifampicin", "--dose", "3", "--every", "24", "--product", "intravenous"), None),
        (("target", "kidney", "--days", "40", "--level", "65"), "CRITICAL_LEVEL"),
    ],
)
def test_a_code_that_both_refuses_and_warns_is_called_both(
    question: tuple[str, ...], code: str | None, ask: Callable[..., Said]
) -> None:
    """A question that is answered with a warning of a code proves that the code is no refusal alone."""
    answer = json.loads(ask(*question, *AS_OF, "--json").stdout)
    assert answer["status"] == "ok"
    warned = {one["code"] for one in answer["warnings"]}
    assert warned & (REFUSALS | set(ERRORS)) == set()
    assert code is None or code in warned
    assert code is None or entries(code)[0].status == "refusal-or-warning"


@pytest.mark.parametrize("name", ["not_steady_state", "NOT-STEADY-STATE", "not-steady-state", "Not_Steady_State"])
def test_a_code_is_found_however_it_is_typed(name: str) -> None:
    """Case, and hyphens for underscores, make no difference."""
    assert [one.id for one in entries(name)] == ["NOT_STEADY_STATE"]


@pytest.mark.parametrize("name", ["Kidney-Seed-1-3m", "KIDNEY-SEED-1-3M", "kidney-seed-1-3m"])
def test_a_row_is_found_however_it_is_typed(name: str) -> None:
    """Case makes no difference to a row, and the answer has the id as the file has it."""
    answer = answer_explain(name, NOW)
    assert (answer.data.id, [one.id for one in answer.data.entries]) == ("kidney-seed-1-3m", ["kidney-seed-1-3m"])


# rows


def test_the_index_is_whole(raw_rows: RawRows) -> None:
    """Every row of every file stands in the index with its file and table, and nothing else does."""
    indexed = Counter((one.id, one.file, one.table) for one in read_every_row())
    formulas = {key for key in raw_rows if key[2] == "formula"}
    assert len(formulas) >= 15
    assert set(indexed) == set(raw_rows) - formulas
    assert set(indexed.values()) == {1}


def test_tab_offers_what_is_explained() -> None:
    """The ids read off the text of the files are those of all rows and formulas."""
    assert set(explained_ids()) == {one.id for one in read_every_row()} | set(read_formulas())
    assert explained_ids() == sorted(set(explained_ids()))


def test_every_kind_of_table_is_explained_and_used(raw_rows: RawRows) -> None:
    """tables.toml says of each table what its rows are, and of no table that does not exist."""
    assert set(read_tables()) == {table for _, _, table in raw_rows}


def test_every_row_is_explained(every_entry: dict[str, tuple[Explained, ...]], raw_rows: RawRows) -> None:
    """Each row has an entry in its table's own words, in its own file, and carries no code's status."""
    found = row_entries(every_entry)
    assert set(found) == {key for key in raw_rows if key[2] != "formula"}
    tables = read_tables()
    for (_, _, table), one in found.items():
        assert (one.meaning, one.to_do) == (tables[table].meaning, tables[table].to_do)
        assert (one.status, one.exit_code, one.equation, one.symbols) == (None, None, None, ())


def test_every_value_is_shown_exactly(every_entry: dict[str, tuple[Explained, ...]], raw_rows: RawRows) -> None:
    """Each key of a row in its file is shown, each number digit for digit, each text word for word."""
    wrong = []
    checked = 0
    for (name, file, table), raw in raw_rows.items():
        if table in {"formula", "policy"}:
            continue
        entry = row_entries({name: every_entry[name]})[name, file, table]
        shown = {one.key: one.value for one in entry.values}
        assert len(shown) == len(entry.values)
        for key, value in raw.items():
            if key == "id" or value == []:
                continue
            text = "; ".join(part for label, part in shown.items() if re.fullmatch(rf"{key}(?: \d+)?", label))
            for leaf in leaves(value):
                checked += 1
                if isinstance(leaf, bool):
                    right = ("yes" if leaf else "no") in text
                elif isinstance(leaf, Decimal | int):
                    right = stands(text, as_typed(leaf))
                else:
                    right = re.sub(r"\{(\w+)\}", r"<\1>", leaf) in text
                if not right:
                    wrong.append(f"{file} {name} {key}: {leaf} not in {text!r}")
            if isinstance(value, Decimal | int) and not isinstance(value, bool):
                assert Decimal(shown[key]) == value
    assert wrong == []
    assert checked > 5000


def test_no_value_is_made_up(every_entry: dict[str, tuple[Explained, ...]], raw_rows: RawRows) -> None:
    """What is shown of a row is in its file, but for what holds where the file is silent: no flag, by mouth."""
    for (name, file, table), entry in row_entries(every_entry).items():
        if table == "policy":
            continue
        raw = raw_rows[name, file, table]
        for one in entry.values:
            key = re.sub(r" \d+$", "", one.key)
            assert key in raw or one.value == "no" or (one.key, one.value) == ("route", "oral"), (file, name, one)
            numbers = {as_typed(leaf) for leaf in leaves(raw.get(key)) if isinstance(leaf, Decimal | int)}
            if isinstance(raw.get(key), Decimal | int) and not isinstance(raw.get(key), bool):
                assert numbers == {one.value}


@pytest.mark.parametrize(
    ("heading", "key", "value"),
    [
        ("dose", "max_increase_percent", "50"),
        ("dose", "high_mg_per_kg_day", "0.3"),
        ("dose", "equal_intakes", "no"),
        ("target", "wide_ratio", "2.5"),
        ("neurotoxicity", "magnesium_mmol_l", "0.7"),
        ("sampling", "1", "interval_h 12; refuse_before 10; early_before 11; late_after 13; refuse_after 16"),
        ("steady_state", "2", "release prolonged; decrease_days 7; increase_days 7; source label-us-envarsus"),
    ],
)
def test_the_policy_is_shown_by_heading(heading: str, key: str, value: str) -> None:
    """A heading of the policy shows its choices, one of a list by its number, and is called no evidence."""
    (entry,) = entries(f"policy.{heading}")
    assert {one.key: one.value for one in entry.values}[key] == value
    assert "no evidence" in entry.meaning


def test_every_number_of_the_policy_is_shown(
    every_entry: dict[str, tuple[Explained, ...]], raw_files: dict[str, dict[str, Any]]
) -> None:
    """Each heading of policy.toml shows every number in it."""
    for heading, content in raw_files["policy.toml"].items():
        (entry,) = every_entry[f"policy.{heading}"]
        text = "; ".join(f"{one.key} {one.value}" for one in entry.values)
        parts = content if isinstance(content, list) else [content]
        numbers = [(key, value) for part in parts for key, value in part.items() if isinstance(value, Decimal | int)]
        for key, value in numbers:
            shown = ("yes" if value else "no") if isinstance(value, bool) else as_typed(value)
            assert f"{key} {shown}" in text


@pytest.mark.parametrize("name", SHARED)
def test_an_id_of_two_tables_shows_both(name: str, ask: Callable[..., Said]) -> None:
    """Rows that share an id stand one after the other, each with its own table."""
    assert {(one.file, one.table) for one in entries(name)} == SHARED[name]
    text = " ".join(ask("explain", name, *AS_OF).stdout.split())
    assert all(f"As it stands in {file}" in text for file, _ in SHARED[name])
    assert all(f"{name} {table.replace('_', ' ')}" in text for _, table in SHARED[name])


def test_these_are_all_that_share_an_id(raw_rows: RawRows) -> None:
    """No other row shares its id with another or with a formula; the one that is spelt like a code shows both."""
    counted = Counter(name for name, _, _ in raw_rows)
    assert {name for name, count in counted.items() if count > 1} == set(SHARED)
    assert {name for name in counted if name.upper().replace("-", "_") in set(Code)} == {"interacting-drug"}
    assert [one.what for one in entries("interacting-drug")] == ["code", "row"]


def test_only_known_sources_are_cited(every_entry: dict[str, tuple[Explained, ...]]) -> None:
    """Each source that an entry cites is in sources.toml, and stands among the answer's sources with its place."""
    known = read_sources()
    for name, found in every_entry.items():
        cited = {(place.source, place.locator) for one in found for place in one.cited}
        assert {source for source, _ in cited} <= set(known)
        if cited:
            listed = {one.id: one.locator for one in answer_explain(name, NOW).sources}
            assert set(listed) == {source for source, _ in cited}
            assert all(locator in listed[source] for source, locator in cited)


def test_every_row_with_a_source_cites_it(every_entry: dict[str, tuple[Explained, ...]], raw_rows: RawRows) -> None:
    """The sources cited for a row are those that its file names in it; the policy cites itself."""

    def named(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, part in value.items():
                if key == "source" or key.endswith("_source"):
                    yield part
                else:
                    yield from named(part)
        elif isinstance(value, list):
            for part in value:
                yield from named(part)

    for key, entry in row_entries(every_entry).items():
        expected = set(named(raw_rows[key])) | ({"policy"} if key[2] == "policy" else set())
        assert {place.source for place in entry.cited} == expected, key


# formulas


@pytest.mark.parametrize("name", sorted(read_formulas()))
def test_every_formula_is_explained(name: str, checkout: Path, ask: Callable[..., Said]) -> None:
    """A formula shows its equation, its symbols with their units, when it holds, and its source."""
    listed = tomllib.loads((checkout / "data" / "formulas.toml").read_text(encoding="utf-8"))["formula"]
    (raw,) = [one for one in listed if one["id"] == name]
    (entry,) = entries(name)
    assert entry.equation == raw["equation"]
    assert [one._asdict() for one in entry.symbols] == raw["symbols"]
    assert [(one.key, one.value) for one in entry.values] == [("holds when", raw["holds"])]
    assert [tuple(place) for place in entry.cited] == [(raw["source"], raw["locator"])]
    text = " ".join(ask("explain", name, *AS_OF, width=200).stdout.split())
    assert all(part in text for part in (raw["equation"], raw["holds"], *(one["meaning"] for one in raw["symbols"])))
    assert raw.get("note", "") in text


@pytest.mark.parametrize("name", sorted(read_formulas()))
def test_every_symbol_of_an_equation_is_explained(name: str) -> None:
    """Each letter or word of an equation is a symbol, a function that any reader knows, or said in the symbols."""
    formula = read_formulas()[name]
    words = set(re.findall(r"[A-Za-z][A-Za-z_]*", formula.equation))
    explained = {word for one in formula.symbols for word in re.findall(r"[A-Za-z][A-Za-z_]*", one.symbol)}
    plain = {"x", "root", "mean", "max", "min", "if", "else", "below", "above", "within"}
    assert words - plain - explained == set()
    assert explained - words == set()


# ids that answers print


def test_every_id_of_an_answer_is_explained(golden_answers: dict[str, dict[str, Any]]) -> None:
    """Whatever id of a row, code or formula a recorded answer shows, `explain` knows it."""
    known = set(explained_ids()) | set(Code)
    named: set[str] = set()

    def collect(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                collect(part, name)
        elif isinstance(value, list):
            for part in value:
                collect(part, key)
        elif isinstance(value, str) and key in ID_KEYS:
            named.add(value)

    for answer in golden_answers.values():
        data = answer["data"]
        if answer["command"] == "sources" and data:
            data = [one["rows"] for one in data["sources"]]
        collect([data, answer["warnings"], answer["worked"], {"code": answer["code"]}])
    assert len(named) > 400
    assert sorted(named - known) == []


# an unknown id


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("kidney-sed-1-3m", "kidney-seed-1-3m"),
        ("KIDNEY-SED-1-3M", None),
        ("CAPED", "CAPPED"),
        ("STALE_LEVL", "STALE_LEVEL"),
        ("proportonal-dose", "proportional-dose"),
        ("policy.doses", "policy.dose"),
        ("zzz", None),
        ("", None),
        ("policy", None),
        ("policy.", "policy.dose"),
        ("target", None),
    ],
)
def test_an_unknown_id_is_refused_with_near_names(name: str, near: str | None, ask: Callable[..., Said]) -> None:
    """It is never taken for a near one: exit 4, UNKNOWN_ID, and the names that it may have been."""
    said = ask("explain", name, *AS_OF, "--json")
    answer = json.loads(said.stdout)
    assert (said.returncode, answer["status"], answer["code"], answer["data"]) == (4, "refused", "UNKNOWN_ID", None)
    suggested = re.search(r"did you mean ([^?]*)\?", answer["message"])
    assert near is None or (suggested is not None and near in suggested[1])
    if suggested is not None:
        assert set(suggested[1].split(" or ")) <= set(explained_ids()) | set(Code)


def test_a_hostile_id_is_cleaned() -> None:
    """Control characters of an unknown id do not reach the message."""
    with pytest.raises(Refused) as refused:
        answer_explain("kidney\x1b[31m\u202e", NOW)
    assert refused.value.findings[0].values["name"] == "kidney?[31m?"


# what is printed


@pytest.mark.parametrize("form", ["plain", "json", "markdown", "note", "csv"])
@pytest.mark.parametrize("name", ["CAPPED", "NOT_STEADY_STATE", "sirolimus", "proportional-dose", "policy.sampling"])
def test_every_format_explains(name: str, form: str, ask: Callable[..., Said]) -> None:
    """Each format names the id and leaves no gap brace and no Python behind."""
    said = ask("explain", name, *AS_OF, "--format", form)
    assert said.returncode == 0
    assert name in said.stdout.replace("\\_", "_")  # as Markdown has it
    text = said.stdout if form != "json" else json.dumps(json.loads(said.stdout)["data"]["entries"][0]["values"])
    assert re.search(r"\{\w*\}|Decimal\(|<class|NoneType", text) is None


def test_no_gap_and_no_python_is_printed(every_entry: dict[str, tuple[Explained, ...]]) -> None:
    """No text of any entry has a {gap}, a number with an exponent, a Python name or an empty value."""
    bad = [
        (name, text)
        for name, found in every_entry.items()
        for one in found
        for text in (one.meaning, one.to_do, *(value.value for value in one.values))
        if re.search(r"[{}]|Decimal|None\b|\b\w+\(\w+=|\b\d[\d.]*E[+-]?\d", text)
    ]
    assert bad == []
    assert [name for name, found in every_entry.items() for one in found for part in one.values if not part.value] == []


@pytest.mark.parametrize("code", Code)
def test_the_gaps_of_a_message_are_named(code: Code, checkout: Path) -> None:
    """A gap {level} of codes.toml is shown as <level>, and the suggestion of near names, which may be empty, is not."""
    raw = tomllib.loads((checkout / "data" / "codes.toml").read_text(encoding="utf-8"))["code"][code]
    (entry,) = entries(code)
    shown = f"{entry.values[0].value} {entry.to_do}"
    gaps = set(re.findall(r"\{(\w+)\}", raw["message"] + raw["action"])) - {"near"}
    assert set(re.findall(r"<(\w+)>", shown)) == gaps
    assert re.sub(r"[{}]", "", raw["message"].replace("{near}", "")) == re.sub(r"[<>]", "", entry.values[0].value)


def test_explaining_loads_no_network(run: Callable[..., Said]) -> None:
    """A process that explains imports nothing that opens a connection."""
    said = run("explain", "sirolimus", *AS_OF, PYTHONPROFILEIMPORTTIME="1")
    loaded = {one.rsplit("|", 1)[-1].strip() for one in said.stderr.splitlines() if "|" in one}
    assert said.returncode == 0
    assert "typer" in loaded
    assert loaded & {"socket", "_socket", "ssl", "http.client", "urllib.request", "asyncio"} == set()


# a centre's protocol

PROTOCOL = ("--protocol", "data/examples/protocol.toml")


@pytest.mark.parametrize(
    ("name", "file", "cited"),
    [
        ("example-kidney-0-3m", "the protocol", {"protocol"}),
        ("example-drug", "the protocol", {"protocol"}),
        ("prograf", "the protocol", {"protocol", "label-eu-prograf"}),
        ("kidney-seed-1-3m", "targets/kidney.toml", {"seed-smolecule"}),
        ("policy.dose", "the protocol over policy.toml", {"policy", "protocol"}),
        ("policy.level", "policy.toml", {"policy"}),
    ],
)
def test_a_row_of_the_protocol_stands_in_the_protocol(
    name: str, file: str, cited: set[str], ask: Callable[..., Said]
) -> None:
    """With a protocol in force each row is said to stand where it stands, and rests on what gave its numbers."""
    answer = json.loads(ask("explain", name, *PROTOCOL, *AS_OF, "--json").stdout)
    (entry,) = answer["data"]["entries"]
    assert (entry["file"], {one["source"] for one in entry["cited"]}) == (file, cited)
    listed = json.loads(ask("sources", "protocol", *PROTOCOL, *AS_OF, "--json").stdout)["data"]["sources"][0]["rows"]
    assert ((name, file) in {(one["id"], one["file"]) for one in listed}) == ("protocol" in cited)
