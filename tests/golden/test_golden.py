"""Golden answers: each folder here is one command line and all that the program says to it.

`pytest tests/golden --update-golden` writes them anew; read the difference before you keep it.
"""

from __future__ import annotations

import json
import re
import shlex
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    Said = subprocess.CompletedProcess[str]

GOLDEN = Path(__file__).resolve().parent
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/command.txt"))
WIDTHS = {"stdout.txt": 80, "narrow.txt": 40}
UNITS = (
    r"(?:mg|mcg|ng|kg|h|hours?|days?|weeks?|months?|years?|%|per cent|mmol|nmol|mmHg|mL|times"
    r"|capsules?|sachets?|tablets?)"
)
BROKEN_OFF = re.compile(rf"(?:^|[ (\[<>+\-/])[0-9][0-9.,\-]*$\n^ *{UNITS}(?![\w-])", re.MULTILINE)

FORBIDDEN = {
    "R01 a trailing zero before mg": re.compile(r"\d+\.\d*0\s*mg(?!/dL)"),
    "R02 a number without its leading zero": re.compile(r"(?<![\w.])\.\d"),
    "R03 a number parted from its unit by a line break": BROKEN_OFF,
    "R04 something cut short": re.compile("\u2026|\\.\\.\\."),
    "R05 a micro sign or ug for micrograms": re.compile("[\u00b5\u03bc]g|\\bug\\b(?!/L)"),
    "R05 QD, OD, BD, BID or TID as words": re.compile(r"\b(?:QD|OD|BD|BID|TID|QID|qd|od|bd|bid|tid|qid)\b"),
    "R06 an exponent": re.compile(r"(?<![0-9a-f])\d+[eE][+-]?\d+(?![0-9a-f])"),
    "R16 a date in figures that is not ISO 8601": re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})\b"),
}


def words_of(case: str) -> tuple[str, ...]:
    """Return the words after `tdmcli` of a case."""
    return tuple(shlex.split((GOLDEN / case / "command.txt").read_text(encoding="utf-8")))


def recorded(case: str, name: str) -> str | None:
    """Return a recorded file of a case, or None where the case has none."""
    path = GOLDEN / case / name
    return path.read_bytes().decode("utf-8") if path.is_file() else None


def answered(case: str) -> dict[str, Any]:
    """Return the JSON answer of a case."""
    content: dict[str, Any] = json.loads(recorded(case, "answer.json") or "null")
    return content


def texts() -> Iterator[tuple[str, str, int]]:
    """Return every recorded text for people, with its case and width."""
    for case in CASES:
        for name, width in WIDTHS.items():
            text = recorded(case, name)
            if text is not None:
                yield f"{case}/{name}", text, width


def say(case: str, ask: Callable[..., Said], again: int = 0) -> dict[str, str]:
    """Return what the program says to a case, as the files that record it."""
    words = words_of(case)
    wide = ask(*words, again=again)
    files = {"answer.json": ask(*words, "--json", again=again).stdout}
    if wide.returncode != 0:
        files["exit.txt"] = f"{wide.returncode}\n"
    if wide.stdout:
        files["stdout.txt"] = wide.stdout
        files["narrow.txt"] = ask(*words, width=40, again=again).stdout
    else:
        files["stderr.txt"] = wide.stderr
    return files


def as_written(value: float, places: int = 2) -> str:
    """Return a number as a person reads it: rounded half up, no trailing zero, commas in thousands."""
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def stands_in(words: str, text: str) -> bool:
    """Return whether words stand in a text, their numbers not being parts of longer ones."""
    return re.search(rf"(?<![\d.,]){re.escape(words)}(?!\d|[.,]\d)", text) is not None


def reference_texts(answer: dict[str, Any]) -> list[str]:
    """Return what the text must say of what `explain` and `sources` look up."""
    data = answer["data"]
    if answer["command"] == "explain":
        values = [f"{one['key']}: {one['value']}" for entry in data["entries"] for one in entry["values"]]
        equations = [entry["equation"] for entry in data["entries"] if entry["equation"]]
        return [data["id"], *(" ".join(text.split()) for text in values + equations)]
    if len(data["sources"]) > 1:
        return [f"{len(data['sources'])} sources", *(one["id"] for one in data["sources"])]
    count = len(data["sources"][0]["rows"])
    return ["1 row rests on it" if count == 1 else f"{count} rows rest on it"]


def trend_texts(data: dict[str, Any]) -> list[str]:
    """Return what the text must say of a course: each measure with its levels, the gaps, what is set aside."""
    of_levels = [data["cd_cv_percent"], data["cv_percent"], data["time_weighted_cv_percent"]]
    said = [f"{as_written(one['value'], 1)} %" for one in of_levels if one["value"] is not None]
    said += [f"n = {one['n']}" for one in of_levels if one["value"] is not None]
    time = data["ttr_percent"]
    if time["value"] is not None:
        said.append(f"{as_written(time['value'], 1)} % of {as_written(time['days'], 1)} days, n = {time['n']}")
    said += [f"{one['record'][:10]}, {one['level']}: {one['code']}" for one in data["ignored"]]
    return said + [f"{as_written(one['days'], 1)} days: {one['why']}" for one in data["gaps"]]


def start_texts(data: dict[str, Any]) -> list[str]:
    """Return what the text must say of first doses: each method that answers, and its daily dose in the table."""
    said = []
    for one in data["methods"]:
        said.append(one["id"])
        if one["refused"] is None and not one["once"]:
            high = one["high"] or one
            low_high = dict.fromkeys((as_written(one["daily_dose_mg"]), as_written(high["daily_dose_mg"])))
            said.append("-".join(low_high))
    return said


def lower_dose_texts(data: dict[str, Any]) -> list[str]:
    """Return what the text must say of the dose in mild neurotoxicity: the dose and its aim, or the refusal."""
    dose = data["dose"]
    if dose is None:
        return [data["dose_because"]] if data["symptoms"] else []
    if dose["refused"] is not None:
        return [f"{dose['refused']}: {dose['why']}"]
    proposal = dose["proposal"]
    return [
        f"every {proposal['interval_h']} hours = {as_written(proposal['daily_dose_mg'])} mg/day",
        f"aim of {as_written(dose['aim_ng_ml'])} ng/mL",
        "Dose: keep"
        if dose["change_percent"] == 0
        else f"predicted trough {as_written(dose['predicted_trough_ng_ml'], 1)} ng/mL",
    ]


def convert_texts(data: dict[str, Any]) -> list[str]:
    """Return what the text must say of a change: the doses before and after it, a hospital's rule, a level."""
    level = data["level"]
    units = [] if level is None else [(level["ng_ml"], "ng/mL"), (level["ug_l"], "mcg/L"), (level["nmol_l"], "nmol/L")]
    said = [f"{level['censor']}{as_written(value)} {unit}" for value, unit in units]
    if data["from"] is not None:
        said.append(data["from"]["text"])
    if data["to"] is not None:
        said += [data["to"]["text"], f"= {as_written(data['to']['daily_dose_mg'])} mg/day"]
        said.append(f"{as_written(data['unrounded_daily_dose_mg'])} mg/day")
    rules = [dose for one in data["beside"] for dose in one["doses"]]
    return said + [f"x {as_written(one['factor'])}" for one in rules]


def whole_percent(share: float) -> str:
    """Return a probability as a person reads it: whole per cent, never certain or impossible."""
    percent = (Decimal(str(share)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return "<1 %" if percent < 1 else ">99 %" if percent > 99 else f"{percent} %"


def forecast_texts(data: dict[str, Any]) -> list[str]:
    """Return what the text must say of a forecast: the proposal, each regimen, the fit, and all models."""
    said = ["Proposal: keep" if data["proposal"]["current"] else "Proposal: tacrolimus", data["proposal"]["text"]]
    said.append(f"predicted trough {as_written(data['proposal']['trough_ng_ml']['median'], 1)} ng/mL")
    said.append(f"Range {as_written(data['target']['low_ng_ml'])}-{as_written(data['target']['high_ng_ml'])} ng/mL")
    for one in data["candidates"]:
        low, middle, high = (as_written(one["trough_ng_ml"][key], 1) for key in ("p10", "median", "p90"))
        said += [f"{middle} ({low}-{high})", whole_percent(one["probability_in_target"])]
    said += [one["level"] for one in data["levels"][-10:]]
    said += [as_written(one["predicted_ng_ml"], 1) for one in data["levels"][-10:]]
    said += [one["taken"][:10] for one in data["ignored"]]
    said += [one["id"] for one in data["models_considered"]]
    said += [as_written(one["trough_ng_ml"], 1) for one in data["models_considered"] if one["applies"]]
    before = as_written(data["apriori"]["trough_ng_ml"]["median"], 1)
    said.append(f"without any level: trough {before} ng/mL")
    return [*said, data["proportional"]["text"] or data["proportional"]["refused"], data["next_level"]["from"]]


def auc_texts(data: dict[str, Any]) -> list[str]:
    """Return what the text must say of areas: each method, its area in the table, and whether a trough is all."""
    said = ["a trough alone"] if data["trough_only"] else []
    for one in data["methods"]:
        said.append(one["id"])
        if one["refused"] is None:
            said.append(f"{as_written(one['auc_ng_h_ml'], 0)} ng*h/mL over {one['interval_h']} h by {one['id']}")
    return said


OF_DATA = {
    "trend": trend_texts,
    "start": start_texts,
    "convert": convert_texts,
    "forecast": forecast_texts,
    "auc": auc_texts,
}


def key_texts(answer: dict[str, Any]) -> list[str]:  # noqa: C901, PLR0911 - one return for each command
    """Return what the text must say of an answer's numbers, each number with the words that it stands in."""
    data = answer["data"]
    if answer["command"] in OF_DATA:
        return OF_DATA[answer["command"]](data)
    if answer["command"] == "target":
        used = data["own"] or data["default"]
        if used is None:
            return ["No default"]
        low, high = as_written(used["low_ng_ml"]), as_written(used["high_ng_ml"])
        return [f"Target {low if low == high else f'{low}-{high}'} ng/mL"]
    if answer["command"] == "adjust":
        proposal, target = data["proposal"], data["target"]
        trough = f"predicted trough {as_written(proposal['predicted_trough_ng_ml'], 1)} ng/mL"
        return [
            f"Range {as_written(target['low_ng_ml'])}-{as_written(target['high_ng_ml'])} ng/mL",
            f"every {proposal['interval_h']} hours = {as_written(proposal['daily_dose_mg'])} mg/day",
            *([trough] if proposal["change_percent"] else ["Proposal: keep"]),
        ]
    if answer["command"] == "cdratio":
        return [f"C/D {as_written(data['cd_ratio_ng_ml_per_mg'], 3)} ng/mL per mg: {data['class']}"]
    if answer["command"] == "interact" and data["reverse"] is not None:
        return [data["reverse"]["level"], *(one["what"] for one in data["reverse"]["explanations"])]
    if answer["command"] == "interact":
        dose = data["adjusted"]
        adjusted = (
            [] if dose is None else [f"every {dose['interval_h']} hours = {as_written(dose['daily_dose_mg'])} mg/day"]
        )
        folds = [one for drug in data["interactions"] for one in drug["exposure_fold"]]
        predicted = [drug["predicted"] for drug in data["interactions"] if drug["predicted"] is not None]
        highest = [one["high_ng_ml"] for one in predicted if one["high_ng_ml"] is not None]
        troughs = [f"{as_written(one, 1 if one < 100 else 0)} ng/mL" for one in highest]
        days = [step["from"] for step in data["plan"]]
        return [*adjusted, *days, *(f"x {as_written(one['low'])}" for one in folds), *troughs]
    if answer["command"] in {"explain", "sources"}:
        return reference_texts(answer)
    if answer["command"] == "patient-show":
        return [data["patient_id"], *(one["level"].split()[0] for one in data["levels"])]
    if answer["command"] == "patient-check":
        last = data["last_level"]
        return [
            f"patient {data['patient_id']}",
            *data["odd"],
            *([] if last is None else [last["level"], last["taken"]]),
        ]
    if answer["command"].startswith("protocol-"):
        return [one["says"] for one in [*data.get("changes", ()), *data.get("faults", ())]]
    if answer["command"] == "monitor":
        late = [f"overdue since {one['due']}" for one in data["tests"] if one["overdue"]]
        return [data["name"], *late, *(one["says"] for one in data["findings"])]
    return [f"{number}. " for number in range(1, len(data["steps"]) + 1)] + lower_dose_texts(data)


@pytest.mark.parametrize("case", CASES)
def test_the_program_says_what_is_recorded(case: str, ask: Callable[..., Said], update_golden: bool) -> None:  # noqa: FBT001
    """What is printed at 80 and 40 columns and as JSON, and the exit code, have not changed."""
    said = say(case, ask)
    folder = GOLDEN / case
    if update_golden:
        for path in folder.iterdir():
            if path.name not in {*said, "command.txt"}:
                path.unlink()
        for name, text in said.items():
            (folder / name).write_bytes(text.encode())
    assert {path.name for path in folder.iterdir()} == {*said, "command.txt"}
    for name, text in said.items():
        assert text == recorded(case, name), name


def test_there_are_cases_of_every_kind() -> None:
    """The folder holds at least 70 cases, answers and refusals of all commands that answer."""
    commands = {words_of(case)[0] for case in CASES}
    statuses = {answered(case)["status"] for case in CASES}
    assert len(CASES) >= 70
    assert commands == {
        "target",
        "adjust",
        "interact",
        "neurotox",
        "cdratio",
        "convert",
        "monitor",
        "start",
        "trend",
        "forecast",
        "auc",
        "explain",
        "sources",
        "protocol",
        "patient",
    }
    assert statuses == {"ok", "refused", "error"}


@pytest.mark.parametrize("case", CASES)
def test_a_second_run_says_the_same(case: str, ask: Callable[..., Said]) -> None:
    """The same inputs give the same bytes (R61)."""
    assert say(case, ask, again=1) == say(case, ask)


@pytest.mark.parametrize(
    "case",
    [
        "target-all",
        "adjust-patient",
        "interact-voriconazole-dose",
        "neurotox-patient",
        "cdratio-patient",
        "convert-patient",
        "monitor-patient",
        "start-kidney-genotype",
        "trend-kidney",
        "forecast-kidney",
        "auc-patient-profile",
    ],
)
def test_the_hash_seed_changes_nothing(case: str, run: Callable[..., Said]) -> None:
    """No order in an answer hangs on Python's hash seed (R61)."""
    words = (*words_of(case), "--json")
    said = {run(*words, PYTHONHASHSEED=seed).stdout for seed in ("0", "1", "2")}
    assert said == {recorded(case, "answer.json")}


@pytest.mark.parametrize("case", CASES)
def test_the_answer_keeps_to_its_schema(case: str, ask: Callable[..., Said]) -> None:
    """Every recorded JSON answer validates against `tdmcli schema COMMAND`."""
    answer = answered(case)
    schema = json.loads(ask("schema", answer["command"]).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("case", CASES)
def test_the_exit_code_fits_the_status(case: str) -> None:
    """Answers exit with 0 (10 with --check), refusals with 4, errors with 2 or 3, and only answers have data.

    A protocol with a fault, or with a case that does not hold, is an answer of lint or test that exits with 3.
    """
    answer = answered(case)
    code = int(recorded(case, "exit.txt") or 0)
    if answer["command"] in {"protocol-lint", "protocol-test"} and answer["data"] is not None:
        sound = answer["data"]["valid" if answer["command"] == "protocol-lint" else "passed"]
        assert code == (0 if sound else 3)
        return
    assert code in {"ok": {0, 10}, "refused": {4}, "error": {2, 3}}[answer["status"]]
    assert (answer["data"] is not None) == (answer["status"] == "ok") == (recorded(case, "stdout.txt") is not None)


@pytest.mark.parametrize("name", WIDTHS)
@pytest.mark.parametrize("case", [case for case in CASES if recorded(case, "stdout.txt") is not None])
def test_text_and_json_say_the_same_numbers(case: str, name: str) -> None:
    """The numbers that matter in the JSON answer stand in the text too (M25)."""
    text = recorded(case, name) or ""
    missing = [words for words in key_texts(answered(case)) if not stands_in(words, " ".join(text.split()))]
    assert missing == []


@pytest.mark.parametrize("case", [case for case in CASES if recorded(case, "stdout.txt") is not None])
def test_text_and_json_warn_of_the_same(case: str) -> None:
    """Every warning and every source of the JSON answer is named in the text (M25)."""
    text = recorded(case, "stdout.txt") or ""
    answer = answered(case)
    named = [one["code"] for one in answer["warnings"]] + [one["id"] for one in answer["sources"]]
    assert [name for name in named if f"{name}:" not in text] == []


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_the_display_rule_holds(rule: str) -> None:
    """No recorded text, at 80 or 40 columns, writes a number, dose, unit or date in a way that misleads."""
    broken = [f"{where}: {match[0]!r}" for where, text, _ in texts() for match in FORBIDDEN[rule].finditer(text)]
    assert broken == []


def test_no_gap_of_a_message_is_left_unfilled() -> None:
    """No {gap} of codes.toml stands in what is printed: each was filled."""
    names = (*WIDTHS, "stderr.txt", "answer.json")
    said = [(f"{case}/{name}", recorded(case, name) or "") for case in CASES for name in names]
    gap = re.compile(r"\{[a-z_]+\}")
    assert [f"{where}: {match[0]}" for where, text in said for match in gap.finditer(text)] == []


def test_no_line_is_too_long() -> None:
    """No line is longer than the width, unless it is one word (or one number with its unit) that must not be broken."""
    long = []
    for where, text, width in texts():
        for line in text.splitlines():
            tied = re.sub(r"(?<=\d) (?=[A-Za-z%])", "_", line).strip().removeprefix("- ")
            if len(line) > width and " " in re.sub(r"^(?:\d+\. |Address: +)", "", tied):
                long.append(f"{where}: {line}")
    assert long == []


def test_the_text_is_clean() -> None:
    """No recorded text has trailing blanks, tabs, control characters or ends without a newline."""
    bad = [
        where
        for where, text, _ in texts()
        if re.search(r"[ \t]$|[\x00-\x09\x0b-\x1f\x7f\x1b\ue000]", text, re.MULTILINE) or not text.endswith("\n")
    ]
    assert bad == []
