"""What a caller may rely on: exit codes, the envelope, the keys of each answer, help, the start, and colour."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from tdmcli import __version__
from tdmcli.cli.app import COMMANDS
from tdmcli.errors import Code, ExitCode
from tdmcli.tables.readers import read_codes

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Said = subprocess.CompletedProcess[str]

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
NOW = ("--as-of", "2026-11-21T09:00+01:00")
PATIENT = ("--patient", "data/examples/kidney-day-40.toml")
ANSWERING = {
    "target": ("target", "kidney", "--days", "40", "--level", "7.4", *NOW),
    "adjust": (
        *("adjust", "--level", "11.2", "--dose", "3", "--every", "12"),
        *("--product", "prograf", "--indication", "kidney", "--days", "40", *NOW),
    ),
    "interact": ("interact", "voriconazole", "--dose", "3", "--every", "12", "--product", "prograf", *NOW),
    "neurotox": ("neurotox", "tremor", "--level", "14.2", "--target", "6-9", *NOW),
    "cdratio": (
        "cdratio",
        "--level",
        "6.1",
        "--dose",
        "4",
        "--every",
        "12",
        "--product",
        "prograf",
        "--days",
        "90",
        *NOW,
    ),
    "convert": ("convert", "--from", "prograf", "--to", "envarsus-xr", "--dose", "3", "--every", "12", *NOW),
    "monitor": ("monitor", "kidney", "--days", "40", *NOW),
    "start": (
        *("start", "kidney", "--weight", "75", "--age", "56", "--height", "178"),
        *("--cyp3a5", "*1/*3", "--days", "3", "--product", "prograf", *NOW),
    ),
    "auc": (
        *("auc", "--sample", "0=5.6", "--sample", "1=18", "--sample", "4=9.1", "--dose", "3", "--every", "12"),
        *("--product", "prograf", "--indication", "kidney", "--days", "40", *NOW),
    ),
}
OF_A_FILE = {  # they answer of a patient file alone
    "trend": ("trend", "data/examples/kidney-day-40.toml", "--to", "2026-11-15", *NOW),
    "forecast": ("forecast", "data/examples/kidney-day-40.toml", *NOW),
}
REFERENCE = {  # they answer from the tables, not from a patient's numbers
    "explain": ("explain", "kidney-seed-1-3m", *NOW),
    "sources": ("sources", "seed-lupus", *NOW),
}
ALL_ANSWERING = ANSWERING | OF_A_FILE | REFERENCE
PLAIN_COMMANDS = {"schema", "completions"}
GROUPS = {"patient", "protocol"}  # commands of commands

ENVELOPE = {
    *("schema", "command", "status", "code", "message", "data"),
    *("warnings", "sources", "inputs", "worked", "tool", "as_of"),
}
REGIMEN = {"intakes_mg", "interval_h", "daily_dose_mg", "product"}
ROW = {
    *("id", "low_ng_ml", "high_ng_ml", "kind", "population", "condition"),
    *("source", "evidence", "position"),
}
OPTION = {
    *("intakes_mg", "daily_dose_mg", "change_percent", "predicted_trough_ng_ml", "position", "units"),
}
KEYS: dict[str, set[str]] = {  # DESIGN.md, section 4: keys that exist at least, `[]` being the first of a list
    "target": {"indication", "days_after_transplant", "default", "rows", "position", "level_ng_ml"}
    | {f"default.{key}" for key in ROW}
    | {f"rows[].{key}" for key in ROW},
    "adjust": {"current", "sampled", "level_ng_ml", "target", "position", "unrounded_daily_dose_mg"}
    | {"capped_daily_dose_mg", "options", "proposal", "next_level"}
    | {f"{regimen}.{key}" for regimen in ("current", "sampled") for key in REGIMEN}
    | {f"target.{key}" for key in ("low_ng_ml", "high_ng_ml", "aim_ng_ml", "row")}
    | {f"{option}.{key}" for option in ("options[]", "proposal") for key in OPTION}
    | {f"next_level.{key}" for key in ("from", "to", "reason", "source")},
    "interact": {"interactions", "adjusted", "plan", "reverse"}
    | {f"plan[].{key}" for key in ("from", "to", "text", "drug", "source", "phase", "kind", "covered", "past")}
    | {f"interactions[].{key}" for key in ("course", "predicted", "reference")}
    | {f"interactions[].{key}" for key in ("drug", "matched", "effect", "strengths", "exposure_fold", "action")}
    | {f"interactions[].{key}" for key in ("dose_factor", "first_level_days", "sources")}
    | {f"interactions[].strengths[].{key}" for key in ("value", "source")}
    | {f"interactions[].exposure_fold[].{key}" for key in ("low", "high", "measure", "condition", "source")}
    | {f"adjusted.{key}" for key in REGIMEN},
    "neurotox": {"grade", "symptoms", "factors", "steps", "conflicts"}
    | {f"symptoms[].{key}" for key in ("name", "grade")}
    | {f"factors[].{key}" for key in ("name", "present", "value", "limit")}
    | {f"steps[].{key}" for key in ("order", "text", "source")},
    "cdratio": {"cd_ratio_ng_ml_per_mg", "weight_normalised_ng_ml_per_mg_kg", "class"}
    | {"threshold_row", "other_thresholds", "history"},
    "convert": {"from", "to", "factor", "unrounded_daily_dose_mg", "first_dose", "next_level"}
    | {f"{regimen}.{key}" for regimen in ("from", "to") for key in REGIMEN}
    | {f"next_level.{key}" for key in ("from", "to", "reason", "source")}
    | {f"first_dose.{key}" for key in ("after", "from_h", "to_h", "text", "source")},
    "monitor": {"tests", "cautions", "findings"} | {f"tests[].{key}" for key in ("name", "when", "due", "source")},
    "start": {"methods"}
    | {f"methods[].{key}" for key in ("id", "daily_dose_mg", "intakes_mg", "interval_h", "mg_per_kg_per_day")}
    | {f"methods[].{key}" for key in ("unrounded_daily_dose_mg", "refused", "sources")},
    "auc": {"methods"}
    | {f"methods[].{key}" for key in ("id", "auc_ng_h_ml", "interval_h", "sources", "refused", "why")},
    "trend": {"window", "levels_used", "cv_percent", "ttr_percent", "in_range_percent", "cd_ratio", "ignored"}
    | {f"cv_percent.{key}" for key in ("value", "low", "high", "n")}
    | {f"ttr_percent.{key}" for key in ("value", "n", "days")}
    | {f"ignored[].{key}" for key in ("record", "code")},
    "forecast": {"model", "models_considered", "parameters", "parameters.cl_l_h", "etas", "apriori", "candidates"}
    | {"proposal", "proportional"}
    | {f"candidates[].{key}" for key in ("intakes_mg", "interval_h", "auc_ng_h_ml", "probability_in_target")}
    | {f"candidates[].trough_ng_ml.{key}" for key in ("p10", "median", "p90")},
    "explain": {"id", "entries"}
    | {f"entries[].{key}" for key in ("id", "what", "meaning", "to_do", "status", "exit_code", "equation", "symbols")}
    | {f"entries[].{key}" for key in ("file", "table", "values", "values[].key", "values[].value", "cited")}
    | {f"entries[].cited[].{key}" for key in ("source", "locator")},
    "sources": {"sources"}
    | {f"sources[].{key}" for key in ("id", "citation", "kind", "read", "year", "doi", "pmid", "url", "note", "rows")}
    | {f"sources[].rows[].{key}" for key in ("id", "file", "table", "locators")},
}
HEAVY = {"pydantic", "pydantic_core", "rich", "numpy", "scipy", "dask", "matplotlib"}
COLOUR = "\x1b["
BORDER = "\u2500"  # what Rich rules its table heads with; plain text uses hyphens


def key_paths(value: Any, path: str = "") -> set[str]:
    """Return the paths of all keys in a JSON value, a list standing for its items."""
    if isinstance(value, list):
        return {one for item in value for one in key_paths(item, f"{path}[]")}
    if not isinstance(value, dict):
        return set()
    below = {one for key, item in value.items() for one in key_paths(item, f"{path}.{key}".lstrip("."))}
    return {f"{path}.{key}".lstrip(".") for key in value} | below


def test_exit_codes_are_frozen() -> None:
    """Scripts rely on these numbers: they never change their meaning."""
    assert {code.name: code.value for code in ExitCode} == {
        "ANSWERED": 0,
        "BUG": 1,
        "USAGE": 2,
        "BAD_FILE": 3,
        "REFUSED": 4,
        "NOT_WRITTEN": 5,
        "OUT_OF_RANGE": 10,
        "INTERRUPTED": 130,
    }


def test_every_code_has_its_text() -> None:
    """Each code of a warning, refusal or error is its own name and has a text in codes.toml; no text lacks a code."""
    assert all(code.name == code.value for code in Code)
    assert {str(code) for code in read_codes()} == set(Code)


@pytest.mark.parametrize(
    ("command", "words", "status", "code"),
    [
        *((command, (), "ok", 0) for command in ALL_ANSWERING),
        *((command, ("--no-such-option",), "error", 2) for command in ALL_ANSWERING),
        *((command, ("--protocol", "no-such-file.toml"), "error", 3) for command in ALL_ANSWERING),
        *((command, ("--patient", "no-such-file.toml"), "error", 3) for command in ANSWERING),
    ],
)
def test_the_envelope_is_frozen(
    command: str, words: tuple[str, ...], status: str, code: int, ask: Callable[..., Said]
) -> None:
    """With --json stdout is one object with the same twelve keys, whatever happened."""
    said = ask(*ALL_ANSWERING[command], *words, "--json")
    envelope = json.loads(said.stdout)
    assert set(envelope) == ENVELOPE
    assert (envelope["schema"], envelope["command"]) == ("tdmcli.answer/1", command)
    assert (envelope["status"], said.returncode) == (status, code)
    assert set(envelope["tool"]) == {"version", "data_version", "protocol"}
    assert all(set(one) == {"code", "message"} for one in envelope["warnings"])
    assert all({"id", "citation", "locator"} <= set(one) for one in envelope["sources"])
    assert (envelope["data"] is None) == (envelope["code"] is not None) == (status != "ok")


@pytest.mark.parametrize(
    "words",
    [
        ("target", "kidny", "--days", "40"),
        ("adjust", "--level", "61", "--dose", "3", "--every", "12", "--product", "prograf", "--target", "6-9"),
        ("interact", "zzzmab"),
        ("cdratio", "--level", "<2", "--dose", "3", "--every", "12"),
        ("neurotox", "tremor", "--organ", "spleen"),
        ("convert", "--from", "advagraf", "--to", "prograf", "--dose", "6", "--every", "24"),
        ("monitor", "spleen"),
        ("auc", "--sample", "0=5.6", "--dose", "3", "--every", "12", "--product", "prograf", "--indication", "liver"),
        ("trend", "data/examples/kidney-day-40.toml", "--from", "2026-11-21"),
        ("forecast", "data/examples/kidney-day-40.toml", "--model", "spleen"),
        ("explain", "spleen"),
        ("sources", "spleen"),
    ],
)
def test_a_refusal_has_the_same_envelope_and_no_data(words: tuple[str, ...], ask: Callable[..., Said]) -> None:
    """A refusal is exit 4, names its code on stderr and in JSON, and holds no number to pick up."""
    spoken, said = ask(*words, *NOW), ask(*words, *NOW, "--json")
    envelope = json.loads(said.stdout)
    assert set(envelope) == ENVELOPE
    assert (spoken.returncode, said.returncode) == (4, 4)
    assert (envelope["status"], envelope["data"]) == ("refused", None)
    assert spoken.stdout == ""
    assert spoken.stderr.startswith(f"refused: {envelope['code']}: ")
    assert envelope["message"] in spoken.stderr


@pytest.mark.parametrize("form", [("--json",), ("--format", "json"), ("--format=json",)])
def test_usage_errors_are_json_too(form: tuple[str, ...], ask: Callable[..., Said]) -> None:
    """However JSON was asked for, a misspelt option is one object with code USAGE."""
    said = ask("target", "kidney", "--dyas", "40", *form)
    assert said.returncode == 2
    assert json.loads(said.stdout)["code"] == "USAGE"


def test_json_and_another_format_contradict(ask: Callable[..., Said]) -> None:
    """--json with --format note is wrong usage, not one of the two."""
    assert ask("target", "kidney", "--days", "40", "--json", "--format", "note").returncode == 2


def test_after_two_hyphens_json_is_a_word(ask: Callable[..., Said]) -> None:
    """`-- --json` names a drug: the answer is no JSON."""
    said = ask("interact", "--", "--json")
    assert said.returncode == 4
    assert said.stdout == ""


@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_the_keys_of_data_exist(command: str, ask: Callable[..., Said]) -> None:
    """Every key that DESIGN.md promises is in the answer of its command."""
    data = json.loads(ask(*ALL_ANSWERING[command], "--json").stdout)["data"]
    assert sorted(KEYS[command] - key_paths(data)) == []


@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_each_source_is_cited(command: str, ask: Callable[..., Said]) -> None:
    """A `source` in the data is the id of an entry of `sources`."""
    envelope = json.loads(ask(*ALL_ANSWERING[command], "--json").stdout)

    def named(value: Any) -> set[str]:
        if isinstance(value, list):
            return {one for item in value for one in named(item)}
        if not isinstance(value, dict):
            return set()
        here = {value["source"]} if isinstance(value.get("source"), str) else set()
        return here | {one for item in value.values() for one in named(item)}

    assert named(envelope["data"]) <= {one["id"] for one in envelope["sources"]}


def test_every_command_is_known_here() -> None:
    """A new command comes into this test, as answering, as plain or as a group."""
    assert set(COMMANDS) == set(ALL_ANSWERING) | PLAIN_COMMANDS | GROUPS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, ask: Callable[..., Said]) -> None:
    """`--help` and `-h` say what the command is for and show an example."""
    said = ask(command, "--help")
    assert said.returncode == 0
    assert re.search(r"^ *Examples?:\n +tdmcli ", said.stdout, re.MULTILINE)
    assert ask(command, "-h").stdout == said.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_help(command: str, ask: Callable[..., Said]) -> None:
    """No option stands in the help without a word on what it is."""
    text = ask(command, "--help", width=200).stdout.partition("Options:")[2]
    options = re.split(r"\n(?=  -)", text)[1:]
    assert len(options) > 0
    assert [one for one in options if re.search(r"(?:  |\n *)\S+ \S", one[2:]) is None] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_mentions_every_command(command: str, checkout: Path) -> None:
    """README.md shows each command as it is typed."""
    assert f"tdmcli {command}" in (checkout / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ExitCode)
def test_the_readme_lists_every_exit_code(code: ExitCode, checkout: Path) -> None:
    """README.md has a table of exit codes with a row for each."""
    readme = (checkout / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|? *`?{code.value}`? *[|·:]", readme, re.MULTILINE)


@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_every_command_has_a_golden_case(command: str) -> None:
    """Each answering command has a recorded answer and a recorded refusal or warning."""
    lines = [path.read_text(encoding="utf-8") for path in GOLDEN.glob("*/command.txt")]
    assert len([line for line in lines if line.startswith(f"{command} ")]) >= 5


def test_bare_tdmcli_prints_help(ask: Callable[..., Said]) -> None:
    """Without a word: the help, on stdout, exit 0."""
    said = ask()
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.rstrip("\n") == ask("--help").stdout.rstrip("\n")
    assert all(re.search(rf"^  {command} ", said.stdout, re.MULTILINE) for command in COMMANDS)


def test_version(ask: Callable[..., Said]) -> None:
    """`--version` names the version of the program and of the tables."""
    said = ask("--version")
    assert said.returncode == 0
    assert re.fullmatch(rf"tdmcli {re.escape(__version__)}, tables \d{{4}}\.\d{{1,2}}\.\d{{1,2}}\S*\n", said.stdout)


def test_typer_still_hides_its_errors_there() -> None:
    """The class that app.py takes for usage errors is still the one that all of Typer's own errors come from."""
    line = [one.__name__ for one in typer.BadParameter.__mro__]
    assert line[:3] == ["BadParameter", "UsageError", "ClickException"]
    assert callable(getattr(typer.BadParameter.__mro__[2], "format_message", None))


@pytest.mark.parametrize("form", ["plain", "json"])
@pytest.mark.parametrize("command", [*ANSWERING, *REFERENCE])
def test_a_one_off_question_loads_no_heavy_library(command: str, form: str, run: Callable[..., Said]) -> None:
    """Plain text and JSON start without pydantic, Rich and numpy (PERFORMANCE.md)."""
    said = run(*ALL_ANSWERING[command], "--format", form, PYTHONPROFILEIMPORTTIME="1")
    loaded = {one.rsplit("|", 1)[-1].strip().split(".")[0] for one in said.stderr.splitlines() if "|" in one}
    assert said.returncode == 0
    assert "typer" in loaded
    assert sorted(loaded & HEAVY) == []


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("target", "--help")])
def test_help_loads_no_heavy_library(words: tuple[str, ...], run: Callable[..., Said]) -> None:
    """Help and version start without pydantic, Rich and numpy."""
    said = run(*words, PYTHONPROFILEIMPORTTIME="1")
    loaded = {one.rsplit("|", 1)[-1].strip().split(".")[0] for one in said.stderr.splitlines() if "|" in one}
    assert sorted(loaded & HEAVY) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_a_terminal_gets_a_table_in_colour(command: str, on_terminal: Callable[..., str]) -> None:
    """On a terminal the answer is Rich's, with colour."""
    assert COLOUR in on_terminal(*ALL_ANSWERING[command])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_terminal_gets_richs_table(on_terminal: Callable[..., str]) -> None:
    """On a terminal a table has Rich's rule, also without colour."""
    assert BORDER in on_terminal(*ANSWERING["target"])
    assert BORDER in on_terminal(*ANSWERING["target"], NO_COLOR="1")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_colour_is_left_out(command: str, env: dict[str, str], on_terminal: Callable[..., str]) -> None:
    """NO_COLOR and TERM=dumb leave no escape sequence on a terminal; NO_COLOR wins over FORCE_COLOR."""
    shown = on_terminal(*ALL_ANSWERING[command], **env)
    assert shown != ""
    assert "\x1b" not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_a_terminal_shows_what_a_pipe_shows(
    command: str, columns: int, on_terminal: Callable[..., str], ask: Callable[..., Said]
) -> None:
    """Table and plain text say the same words: colour and rules add nothing and leave nothing out."""

    def words(text: str) -> list[str]:
        bare = re.sub("\x1b\\[[0-9;]*m", "", text)
        return sorted(word for word in bare.split() if re.search(r"\w|%", word))

    shown = on_terminal(*ALL_ANSWERING[command], columns=columns)
    assert words(shown) == words(ask(*ALL_ANSWERING[command], width=columns).stdout)


@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_a_pipe_gets_plain_text(command: str, run: Callable[..., Said]) -> None:
    """In a pipe there is neither colour nor Rich's rule, and stderr stays empty."""
    said = run(*ALL_ANSWERING[command], COLUMNS="80", TERM="xterm-256color")
    assert "\x1b" not in said.stdout
    assert BORDER not in said.stdout
    assert said.stderr == ""


def test_force_color_colours_a_pipe(run: Callable[..., Said]) -> None:
    """FORCE_COLOR gives a pipe what a terminal gets."""
    assert COLOUR in run(*ANSWERING["target"], FORCE_COLOR="1").stdout


@pytest.mark.parametrize("command", ALL_ANSWERING)
def test_json_is_never_coloured(command: str, run: Callable[..., Said]) -> None:
    """FORCE_COLOR does not reach JSON, CSV or a note."""
    for form in ("json", "csv", "note"):
        assert "\x1b" not in run(*ALL_ANSWERING[command], "--format", form, FORCE_COLOR="1").stdout


@pytest.mark.parametrize("command", ANSWERING)
def test_a_note_has_four_lines(command: str, ask: Callable[..., Said]) -> None:
    """`--format note` is four lines to paste, whatever the width."""
    assert len(ask(*ANSWERING[command], "--format", "note").stdout.splitlines()) == 4


@pytest.mark.parametrize("command", ANSWERING)
def test_a_patient_file_answers(command: str, ask: Callable[..., Said]) -> None:
    """Each answering command takes what it needs from a patient file."""
    more = {"interact": ("fluconazole",), "convert": ("--to", "advagraf")}.get(command, ())
    said = ask(command, *more, *PATIENT, *NOW, "--json")
    assert said.returncode == 0
    assert json.loads(said.stdout)["inputs"] != {}


def test_check_turns_out_of_range_into_ten(ask: Callable[..., Said]) -> None:
    """A level out of range exits with 0, and with 10 only where --check asks for it."""
    question = ("target", "kidney", "--days", "40", *NOW)
    codes = [
        ask(*question, "--level", level, *check).returncode for level in ("7", "12") for check in ((), ("--check",))
    ]
    assert codes == [0, 0, 0, 10]
