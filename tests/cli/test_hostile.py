"""Command lines and patient files made to hurt: each ends in an answer or one clear line, never in a wrong number.

SAFETY.md, section 3, row by row. Most run in this process; where the process matters, in one of their own.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tdmcli.cli.app import app

SECRET = "SECRETNAME42"  # noqa: S105 - a mark in files that no error may repeat
AS_OF = ("--as-of", "2026-11-21T08:00+01:00")
PLAIN_ENV = {"FORCE_COLOR": None, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "80"}

REGIMEN = ("--dose", "3", "--every", "12", "--product", "prograf")
ADJUST = ("adjust", *REGIMEN, "--target", "6-9")
CONVERT = ("convert", "--from", "prograf", "--to", "advagraf", "--dose", "3", "--every", "12")

FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]",
)
STATUS = {2: "error", 3: "error", 4: "refused"}


@dataclass(frozen=True)
class Said:
    """What the program said, and how it ended."""

    code: int
    out: str
    err: str


def say(*words: str) -> Said:
    """Return what the program says to words, in this process; whatever it is, it must be safe to show."""
    result = CliRunner().invoke(app, list(words), env=PLAIN_ENV, prog_name="tdmcli")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    said = Said(result.exit_code, result.stdout, result.stderr)
    check_safe(said)
    return said


def check_safe(said: Said) -> None:
    """Check what holds of everything the program says: no bug, no traceback, no character that a screen obeys."""
    both = said.out + said.err
    assert said.code != 1, said.err
    assert "Traceback" not in both
    assert "BUG" not in said.err
    found = FORBIDDEN.search(both)
    assert found is None, repr(both[max(0, found.start() - 40) : found.end() + 40])


def strict(text: str) -> dict[str, Any]:
    """Return the one JSON object that a text is: nothing before or after it, no NaN, no number as Infinity."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    content = json.loads(text, parse_constant=refuse)
    assert isinstance(content, dict)
    return content


def fails(words: tuple[str, ...], exit_code: int, code: str, *, secret: str = SECRET) -> str:
    """Return the line that words fail with, after checking the contract of a failure as text and as JSON (R63)."""
    said = say(*words)
    assert (said.code, said.out) == (exit_code, ""), said
    assert said.err.count("\n") == 1, said.err
    assert said.err.endswith("\n"), said.err
    assert said.err.startswith(f"{STATUS[exit_code]}: {code}: "), said.err
    assert secret not in said.err
    as_json = say(words[0], "--json", *words[1:])
    content = strict(as_json.out)
    assert (as_json.code, content["status"], content["code"]) == (exit_code, STATUS[exit_code], code)
    assert content["data"] is None
    assert content["schema"] == "tdmcli.answer/1"
    assert as_json.err.count("\n") == 1
    assert as_json.out.isascii()
    assert secret not in as_json.out + as_json.err
    return said.err


def answers(*words: str) -> str:
    """Return the answer to words as text, after checking that the JSON of the same is one object with data."""
    said = say(*words)
    assert (said.code, said.err) == (0, ""), said
    as_json = say(words[0], "--json", *words[1:])
    content = strict(as_json.out)
    assert (as_json.code, content["status"], content["code"]) == (0, "ok", None)
    assert content["data"] is not None
    return said.out


# --- levels

NO_LEVEL = [
    "0", "0.0", "-5", "<-1", "<<2", ">", "<", "~7", "+7", ".5", "7.", "7.4.1", "0.0001", "00007", "12345",
    "7.4mg/L", "7.4ng/L", "7.4 ng/dL", "7.4NG/ML", "7.4 ng/mL ng/mL", "7.4 mol", "7.4kg", "nan", "NaN", "inf",
    "-inf", "Infinity", "1e400", "1e1", "7e-1", "true", "False", "None", '"7.5"', "'7.5'", "7,5", "1,234",
    "1.234,5", "0x10", "1_0", "7 4", "7..5", "7 .5", "6-9", "\uff17.\uff15", "\u0667", "\u22125", "7\xa0.4",
    "7.4\xa0ng/mL", "7\u00b2", "\u2077", "7\u066b4", "", " ", "\t", "\n", "7.4\n", "\n7.4", "7.4\x00",
    "\x1b[2J7.4", "7.4\u202e", "\u200b7.4", "7.4\u200bng/mL", "$(id)", "`id`", "7.4; rm -rf /", "%s%n", "{0}",
    "{level}", "[/]", "[bold]7[/bold]", ":pill:", "9" * 5000, "x" * 10000, "7." + "0" * 10000, "\udcff", "\ud800",
    "\U0001f48a", "7.4 \U0001f48a",
]  # fmt: skip


@pytest.mark.parametrize("level", NO_LEVEL)
def test_r30_what_is_no_level_is_wrong_usage(level: str) -> None:
    """R30: a level that is not a plain ASCII number above zero, with a known unit, is never read as one."""
    line = fails((*ADJUST, "--level", level), 2, "USAGE")
    assert "--level" in line
    assert len(line) < 400


@pytest.mark.parametrize("level", ["7,5", "1,234", "1.234,5"])
def test_a_comma_is_refused_with_the_hint(level: str) -> None:
    """A comma may be a decimal or a thousand: it is refused and the line says what to write."""
    assert "write 2.5" in fails((*ADJUST, "--level", level), 2, "USAGE")


@pytest.mark.parametrize("unit", ["mg/L", "ng/L", "ng/dL", "NG/ML"])
def test_r10_a_unit_that_is_refused_is_answered_with_the_known_ones(unit: str) -> None:
    """R10: units are a closed list, and the list is named."""
    line = fails((*ADJUST, "--level", f"7.4{unit}"), 2, "USAGE")
    assert "known: ng/mL, ug/L, mcg/L, nmol/L" in line


@pytest.mark.parametrize(
    "level", ["7.4", " 7.4 ", "7.40", "07.4", "7.4ng/mL", "7.4 ug/L", "7.4mcg/L", "7.4 \u00b5g/L", "7.4 \u03bcg/L"]
)
def test_r10_spellings_of_one_level_give_one_number(level: str) -> None:
    """R10: both micro signs, mcg and ug are the same unit, and blanks around a level are nothing."""
    answers(*ADJUST, "--level", level)
    data = strict(say(*ADJUST, "--json", "--level", level).out)["data"]
    assert data["level_ng_ml"] == 7.4
    assert data["position"] == "within"


@pytest.mark.parametrize("level", ["<2", ">30", "< 2", "<2ng/mL", ">30 \u00b5g/L"])
def test_r37_a_limit_is_no_number_to_scale(level: str) -> None:
    """R37: a censored level is read, and no dose is worked out from it."""
    fails((*ADJUST, "--level", level), 4, "CENSORED_LEVEL")


@pytest.mark.parametrize("level", ["60.1", "96.4", "300"])
def test_r31_a_critical_level_gives_no_dose(level: str) -> None:
    """R31: a real level above 60 is believed and never scaled."""
    fails((*ADJUST, "--level", level), 4, "CRITICAL_LEVEL")


@pytest.mark.parametrize(
    "again", [(), ("--confirm-value", "313"), ("--confirm-value", "312.0"), ("--confirm-value", "")]
)
def test_r31_a_level_beyond_belief_must_be_said_twice(again: tuple[str, ...]) -> None:
    """R31: 312 is not taken unless the very same text repeats it."""
    assert "--confirm-value 312" in fails((*ADJUST, "--level", "312", *again), 2, "USAGE")


def test_r31_a_level_said_twice_is_believed_and_still_not_scaled() -> None:
    """R31: --confirm-value overrides the doubt, not the refusal above 60."""
    fails((*ADJUST, "--level", "312", "--confirm-value", "312"), 4, "CRITICAL_LEVEL")


# --- doses, intervals, products, ranges

NO_DOSE = [
    "0", "0.0", "-3", "0.5+0", "3+", "+3", "3++2", "3+2+1", "3mL", "3 ml", "3 mg/day", "3mgmg", "3kg", "5.", ".5",
    "3,5", "2,5+3", "1,000", "nan", "inf", "1e400", "3e1", "true", "\u0663", "\uff13", "\u22123", "3\xa0mg", "",
    "9" * 5000, "+".join(["1"] * 5000), "x" * 10000, "$(id)", "\x1b[2J", "3\n", "3;4", "3/2", "12345",
]  # fmt: skip


@pytest.mark.parametrize("dose", NO_DOSE)
def test_what_is_no_dose_is_wrong_usage(dose: str) -> None:
    """A dose is plain numbers of mg joined by +, each above zero, as many as a day has or one."""
    line = fails(("adjust", "--level", "5", "--dose", dose, *REGIMEN[2:], "--target", "6-9"), 2, "USAGE")
    assert "--dose" in line


@pytest.mark.parametrize(
    "every",
    ["13", "0", "-12", "12.0", "12hh", "h", "", " 12", "99999", "9" * 5000, "nan", "\uff11\uff12", "12,0", "daily"],
)
def test_what_is_no_interval_is_wrong_usage(every: str) -> None:
    """An interval is one of a closed list of hours."""
    fails(
        ("adjust", "--level", "5", "--dose", "3", "--every", every, "--product", "prograf", "--target", "6-9"),
        2,
        "USAGE",
    )


@pytest.mark.parametrize("dose", ["20.5", "41", "9999", "20+20.5"])
def test_r34_a_dose_beyond_belief_must_be_said_twice(dose: str) -> None:
    """R34: more than 40 mg a day is not taken unless it is repeated."""
    line = fails(("adjust", "--level", "5", "--dose", dose, *REGIMEN[2:], "--target", "6-9"), 2, "USAGE")
    assert f"--confirm-value {dose}" in line


def test_r34_a_dose_said_twice_is_taken() -> None:
    """R34: a patient on rifampicin may take more than 40 mg a day."""
    words = ("adjust", "--level", "7", "--dose", "21", *REGIMEN[2:], "--target", "6-9")
    assert "42 mg/day" in answers(*words, "--confirm-value", "21")


def test_a_dose_is_never_shown_as_none() -> None:
    """R59: the smallest dose that can be typed is not shown as 0 mg."""
    out = answers("adjust", "--level", "7", "--dose", "0.001", *REGIMEN[2:], "--target", "6-9")
    assert "0.001 mg every 12 hours" in out
    assert not re.search(r"\b0 mg", out)


NO_PRODUCT = [
    "", "foo", "\u0410dvagraf", "prograf\u200b", "pr\u043egraf", "\uff50rograf", "progra", "envarsus xr",
    "[bold]x[/]", "../products", "pro\ngraf", "\x1b]52;c;aGk=\x07", "x" * 10000, "$(id)", ":pill:",
    "prograf,adoport", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize(
    "product",
    NO_PRODUCT,
)
def test_r26_an_unknown_product_is_refused_never_guessed(product: str) -> None:
    """R26: homoglyphs, near names and rubbish are not products; a near name is only suggested."""
    words = ("adjust", "--level", "5", "--dose", "3", "--every", "12", "--product", product, "--target", "6-9")
    fails(words, 4, "UNKNOWN_PRODUCT")


NO_RANGE = [
    "9-6", "6-6", "6", "6-", "-9", "-6-9", "6-9-12", "0-5", "5-50", "6 to 9", "6\u20139", "6\u22129", "6..9", "",
    "-", "--", "nan-inf", "6-9ng/mL", "6,5-9", "\uff16-\uff19", "6-9\n", "9" * 5000 + "-9", "x" * 10000,
    "6-9 \x1b[2J",
]  # fmt: skip


@pytest.mark.parametrize(
    "target",
    NO_RANGE,
)
def test_r27_what_is_no_range_is_wrong_usage(target: str) -> None:
    """R27: a range runs from a lower to a higher number within the limits of policy."""
    line = fails(("adjust", "--level", "5", *REGIMEN, f"--target={target}"), 2, "USAGE")
    assert "--target" in line


# --- indications, drugs, symptoms


NO_INDICATION = [
    "kidny", "", " ", "../../etc/passwd", "kidney/../liver", "./kidney", "kidney.toml", "/etc/passwd", "..",
    "C:\\kidney", "kidney\x00", "\u202ekidney", "[red]kidney[/red]", ":kidney:", "k\u0456dney", "\uff4bidney",
    "ki\u200bdney", "*", "$(id)", "`id`", "{name}", "%s", "x" * 10000, "kidney\nliver", "\x9b31mkidney", "\udcff",
    "none", "null", "1",
]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    NO_INDICATION,
)
def test_r23_an_unknown_indication_is_refused_never_guessed(name: str) -> None:
    """R23: only a known id or alias is an indication; nothing typed becomes a path or a correction."""
    fails(("target", name, "--days", "40"), 4, "UNKNOWN_INDICATION")
    fails((*ADJUST[:-2], "--level", "5", "--days", "40", "--indication", name), 4, "UNKNOWN_INDICATION")


def test_r23_a_near_indication_is_suggested() -> None:
    """R23: kidny suggests kidney, and says it as a question."""
    assert "did you mean kidney?" in fails(("target", "kidny", "--days", "40"), 4, "UNKNOWN_INDICATION")


NASTY = {
    "markup": "[note] [/] [bold]x[/bold] [link=http://x]y[/link]",
    "emoji": ":pill: :100:",
    "ansi": "\x1b[2J\x1b[31mred",
    "osc52": "\x1b]52;c;aGk=\x07",
    "c1": "\x9b31m\x85\x90",
    "bidi": "\u202eabc\u2066def\u2069",
    "zero-width": "a\u200bb\u200dc\ufeffd\u00ade",
    "separators": "a\u2028b\u2029c\x0bd\x0ce",
    "newlines": "a\nb\r\nc\td",
    "nul": "a\x00b",
    "delete": "a\x7fb",
    "shell": "$(id) `id` ; rm -rf / | cat",
    "format": "{name} {0} %s %n {known.__class__}",
    "formula": "=HYPERLINK(1)+cmd|' /C calc'!A0",
    "html": "<img src=x onerror=alert(1)></script>",
    "markdown": "| a | b |\n|---|---|\n# x [y](javascript:z)",
    "long": "x" * 10_000,
    "surrogate": "a\udcffb\ud800c",
    "astral": "\U0001f48a\U000e0001",
    "private": "a\ue000b\uf8ffc",
    "combining": "a" + "\u0301" * 200,
    "option": "--json",
}
FORMATS = ("table", "plain", "json", "csv", "markdown", "note")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_r72_an_unknown_drug_is_refused_whatever_it_is_called(text: str) -> None:
    """R72: a drug of a hostile name is not in the table, and the name can't move the screen."""
    said = say("interact", "--", text)
    assert (said.code, said.out) == (4, "")
    assert said.err.count("\n") == 1
    assert "UNKNOWN_DRUG" in said.err
    content = strict(say("interact", "--json", "--", text).out)
    assert (content["status"], content["code"], content["data"]) == ("refused", "UNKNOWN_DRUG", None)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_hostile_name_beside_a_known_one_is_inert_in_every_format(text: str, form: str) -> None:
    """A name that is shown in an answer reaches no format as a control, direction or markup character."""
    for words in (
        ("interact", "--format", form, "--", "fluconazole", text),
        ("neurotox", "--format", form, "--", "tremor", text),
        (*ADJUST, "--level", "5", "--format", form, f"--with={text}"),
        ("cdratio", "--level", "6", *REGIMEN, "--days", "90", "--format", form, f"--with={text}"),
        (*CONVERT, "--format", form, f"--with={text}"),
    ):
        said = say(*words)
        assert said.code == 0
        if form == "json":
            strict(said.out)


@pytest.mark.parametrize("form", ["table", "plain"])
@pytest.mark.parametrize("text", ["[note]", "[/]", ":pill:", "[link=x]y", "{name}", "$(id)", "\\[b]", "a|b", "50%"])
def test_printable_text_is_shown_as_it_is(text: str, form: str) -> None:
    """Markup, emoji codes and format fields in a name are text, shown to the letter."""
    assert text in say("interact", "--format", form, "--", "fluconazole", text).out


@pytest.mark.parametrize("text", ["=1+1", "+1", "@x", "\t=1"])
def test_csv_holds_no_formula(text: str) -> None:
    """A name that a spreadsheet would run is quoted in CSV."""
    out = say("interact", "--format", "csv", "--", "fluconazole", text).out
    assert all(cell.lstrip('"')[:1] not in {"=", "+", "@"} for line in out.splitlines() for cell in line.split(",")[:1])


# --- times


NO_TIME = [
    "03/04/2026", "20261121", "2026-W47-6", "2026-325", "2026-02-30", "2026-13-01", "2026-11-21T25:00",
    "21 Nov 2026", "2026-11-21T08:00+99:00", "2026-11-21T08:00+24:00", "2026-11-21T08:00:00.5", "2026-11-21T08",
    "now", "", "tomorrow", "0000-01-01", "0001-01-01", "9999-12-31", "9999-12-31T23:59+00:00", "1899-12-31",
    "2026-11-21\n", " 2026-11-21", "\uff12026-11-21", "2026\u201111-21", "1795298400", "x" * 10000, "\x1b[2J",
    "2026-11-21T08:00 Europe/Paris",
]  # fmt: skip


@pytest.mark.parametrize(
    "when",
    NO_TIME,
)
def test_r38_an_ambiguous_or_impossible_time_is_wrong_usage(when: str) -> None:
    """R38: only ISO dates and times of our centuries are times; nothing overflows later."""
    for words in (("target", "kidney", "--days", "40"), ("interact", "fluconazole"), (*ADJUST, "--level", "5")):
        assert "--as-of" in fails((*words, "--as-of", when), 2, "USAGE")


@pytest.mark.parametrize(
    "when", ["1900-01-01", "2200-12-31T23:59-23:59", "2026-11-21T08:00Z", "2026-11-21 08:00:59+14:00"]
)
def test_the_edges_of_time_are_answered(when: str) -> None:
    """The first and last moment that may be asked about lead to no overflow."""
    for words in (("target", "kidney", "--days", "40"), ("interact", "fluconazole"), (*ADJUST, "--level", "5")):
        answers(*words, "--as-of", when)


@pytest.mark.parametrize("option", ["--days", "--months"])
@pytest.mark.parametrize(
    "number", ["-1", "40.5", "1e3", "999999", "99999", "", "NaN", "\u0664\u0660", "4 0", "9" * 5000]
)
def test_what_is_no_number_of_days_is_wrong_usage(option: str, number: str) -> None:
    """Days and months are whole numbers of at most a hundred years."""
    fails(("target", "kidney", option, number), 2, "USAGE")


# --- other options

WRONG_VALUES = [
    ("--hours-after-dose", "-1"),
    ("--hours-after-dose", "nan"),
    ("--hours-after-dose", "12:00"),
    ("--days-on-dose", "1e400"),
    ("--days-on-dose", "\u0667"),
    ("--weight", "0"),
    ("--weight", "1.9"),
    ("--weight", "301"),
    ("--weight", "150lb"),
    ("--weight", "nan"),
    ("--age", "-1"),
    ("--age", "50.5"),
    ("--age", "inf"),
    ("--aim", "5"),
    ("--aim", "nan"),
    ("--aim", "10"),
    ("--aim", ""),
    ("--try", "0"),
    ("--try", "-3"),
    ("--try", "3,5"),
    ("--try", "3+2+1"),
    ("--accept", "CRITICAL_LEVEL"),
    ("--accept", "CENSORED_LEVEL"),
    ("--accept", "NOT_A_TROUGH"),
    ("--accept", "TWO_PRODUCTS"),
    ("--accept", "everything"),
    ("--accept", ""),
    ("--accept", "not_steady_state"),
    ("--last-change", "sideways"),
    ("--last-change", "\x1b[31m"),
    ("--last-change", ""),
    ("--last-change", "START"),
]


@pytest.mark.parametrize(("option", "value"), WRONG_VALUES)
def test_a_wrong_value_of_an_option_is_wrong_usage(option: str, value: str) -> None:
    """Every option refuses what it can't mean, and R64: what is never overridden can't be accepted."""
    assert option in fails((*ADJUST, "--level", "5", option, value), 2, "USAGE")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--magnesium", value) for value in ("", "nan", "0.6", "0mmol/L", "-1mmol/L", "1,5mg/dL", "0.6mg/L", "x" * 10_000)]
    + [("--cholesterol", value) for value in ("110", "1e2mg/dL", "\u0661mmol/L", "110MG/DL")]
    + [
        ("--bp", value)
        for value in ("", "160", "95/160", "160/95/3", "160-95", "1e2/95", "\u0661\u0666\u0660/95", "0/0")
    ],
)
def test_a_measurement_without_its_unit_or_sense_is_wrong_usage(option: str, value: str) -> None:
    """A value whose unit changes its meaning must name it; a blood pressure has its larger number first."""
    assert option in fails(("neurotox", "tremor", option, value), 2, "USAGE")


USAGE = {
    "level twice": (*ADJUST, "--level", "5", "--level", "6"),
    "level twice, one with =": (*ADJUST, "--level=5", "--level", "5"),
    "product twice": (*ADJUST, "--level", "5", "--product", "adoport"),
    "patient twice": ("adjust", "--patient", "a", "-p", "b"),
    "as-of twice": (*ADJUST, "--level", "5", *AS_OF, *AS_OF),
    "days and months": ("target", "kidney", "--days", "40", "--months", "2"),
    "json and table": ("target", "kidney", "--days", "40", "--format", "table"),
    "unknown option": ("target", "kidney", "--dayz", "40"),
    "unknown short option": ("target", "kidney", "-x"),
    "force": (*ADJUST, "--level", "5", "--force"),
    "short of an option": ("target", "kidney", "--day", "40", "--lev", "5"),
    "missing value": (*ADJUST, "--level"),
    "two indications": ("target", "kidney", "liver", "--days", "40"),
    "after --": ("target", "kidney", "--", "--days", "40"),
    "positional level": (*ADJUST, "5"),
    "negative positional": (*ADJUST, "-5"),
    "option with ansi": ("target", "kidney", "--\x1b[31mx"),
    "option with bidi": ("target", "kidney", "--\u202edays", "40"),
    "long option": ("target", "kidney", f"--{'x' * 10_000}"),
    "flag with a value": ("target", "kidney", "--days", "40", "--all=yes"),
    "population": ("target", "kidney", "--days", "40", "--population", "everybody"),
    "no drug": ("interact",),
    "no symptom": ("neurotox",),
    "schema of nothing": ("schema", "everything"),
    "shell": ("completions", "cmd.exe"),
    "unknown phase": ("target", "lupus-nephritis", "--phase", f"{SECRET[:0]}\x1b[2J"),
}


@pytest.mark.parametrize("words", [one for name, one in USAGE.items() if name != "json and table"])
def test_r65_a_wrong_command_line_is_one_line_and_exit_2(words: tuple[str, ...]) -> None:
    """R65: no option is taken twice, guessed from its beginning, or left out in silence."""
    line = fails(words, 2, "USAGE")
    assert len(line) < 600


def test_json_with_another_format_is_wrong_usage() -> None:
    """--json and --format table contradict each other; the answer to that is JSON."""
    said = say(*USAGE["json and table"], "--json")
    content = strict(said.out)
    assert (said.code, content["code"], content["data"]) == (2, "USAGE", None)


@pytest.mark.parametrize("form", ["yaml", "", "JSON", "json ", "\x1b[2J", "x" * 10_000])
def test_an_unknown_format_is_wrong_usage(form: str) -> None:
    """A format is one of a closed list."""
    said = say("target", "kidney", "--days", "40", "--format", form)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "command", ["kidney", "ADJUST", "adjus", "../adjust", "\x1b[2J", "", "x" * 10_000, "--\u202e", "\ud800"]
)
def test_an_unknown_command_is_wrong_usage(command: str) -> None:
    """A command is one of a closed list, with --json too."""
    said = say(command)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    content = strict(say(command, "--json").out)
    assert (content["status"], content["code"], content["data"]) == ("error", "USAGE", None)


# --- patient files

PATIENT = f"""schema = 1
[patient]
id = "demo-1"
birth_date = 1971-03-02
weight_kg = 68
time_zone = "Europe/Paris"
note = "{SECRET}"
[transplant]
organ = "kidney"
date = 2026-10-12
[genotype]
cyp3a5 = "*3/*3"
[[regimens]]
start = 2026-10-13T08:00:00+02:00
product = "prograf"
intakes_mg = [3, 3]
interval_h = 12
[[levels]]
taken = 2026-11-20T07:45:00+01:00
last_dose = 2026-11-19T20:00:00+01:00
value = 7.4
unit = "ng/mL"
note = "{SECRET}"
[[drugs]]
name = "co-trimoxazole"
start = 2026-10-14
[[labs]]
taken = 2026-11-19
magnesium_mmol_l = 0.8
[[weights]]
measured = 2026-11-19
kg = 67
[[symptoms]]
noted = 2026-11-19
name = "tremor"
[[events]]
at = 2026-10-20T08:00:00+02:00
kind = "admitted"
"""


def written(folder: Path, content: str | bytes) -> Path:
    """Return a file that holds a text or bytes."""
    path = folder / "patient.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def changed(old: str, new: str) -> str:
    """Return the patient file with one text replaced, which must stand in it once."""
    assert PATIENT.count(old) == 1, old
    return PATIENT.replace(old, new)


def asking(path: Path, *more: str) -> tuple[str, ...]:
    """Return the words that ask for a dose from a patient file."""
    return ("adjust", "--patient", str(path), *AS_OF, *more)


def test_the_patient_file_itself_is_answered(tmp_path: Path) -> None:
    """What the cases below change is a good file: its note, which no answer needs, is in none."""
    path = written(tmp_path, PATIENT)
    for command in ("adjust", "target", "cdratio", "neurotox"):
        assert SECRET not in answers(command, "--patient", str(path), *AS_OF)


VALUE, TAKEN, UNIT = "value = 7.4", "taken = 2026-11-20T07:45:00+01:00", 'unit = "ng/mL"'
DOSES, HOURS, PRODUCT = "intakes_mg = [3, 3]", "interval_h = 12", 'product = "prograf"'
ORGAN, DATE, BORN, ZONE = (
    'organ = "kidney"',
    "date = 2026-10-12",
    "birth_date = 1971-03-02",
    'time_zone = "Europe/Paris"',
)

NO_VALUE = [
    "nan", "-nan", "inf", "-inf", "1e400", "1e-400", "1e99", "1e999999999", "1e-999999999",
    "1e99999999999999999999", "true", "false", '"7.5"', f'"{SECRET}"', "0", "0.0", "-5", "[7]", "{ a = 1 }",
    "2026-01-01", "07:00:00", '""', "7,5", "1,234", "\uff17.\uff15", "\u22125", "12345", "100000", "7.4001",
    "7.4000000000000000001", "9" * 5000, "", '"<-1"', '"<<2"', '"~7"', '"<nan"', '"<"', '"<2,5"', '"<2 ng/mL"',
    '"\\u003c\\uff12"', '"> 1e3"', '"<0"',
]  # fmt: skip


@pytest.mark.parametrize("value", NO_VALUE)
def test_r30_what_is_no_level_in_a_file_is_a_bad_file(tmp_path: Path, value: str) -> None:
    """R30: a level in a file is a number above zero of the digits a laboratory gives, or a limit in quotes."""
    line = fails(asking(written(tmp_path, changed(VALUE, f"value = {value}"))), 3, "BAD_PATIENT_FILE")
    assert "patient.toml" in line
    assert len(line) < 300


BAD = {
    # numbers
    "unit missing": (UNIT, ""),
    "unit number": (UNIT, "unit = 1"),
    "unit mg/L": (UNIT, 'unit = "mg/L"'),
    "unit case": (UNIT, 'unit = "NG/ML"'),
    "unit secret": (UNIT, f'unit = "{SECRET}"'),
    "dose missing": (DOSES, ""),
    "dose alone": (DOSES, "dose = 6"),
    "dose no array": (DOSES, "intakes_mg = 3"),
    "dose none": (DOSES, "intakes_mg = []"),
    "dose three": (DOSES, "intakes_mg = [3, 3, 3]"),
    "dose quoted": (DOSES, 'intakes_mg = ["3", "3"]'),
    "dose zero": (DOSES, "intakes_mg = [3, 0]"),
    "dose negative": (DOSES, "intakes_mg = [-3]"),
    "dose nan": (DOSES, "intakes_mg = [nan]"),
    "dose bool": (DOSES, "intakes_mg = [true]"),
    "dose nested": (DOSES, "intakes_mg = [[3]]"),
    "dose invisible": (DOSES, "intakes_mg = [1e-9]"),
    "dose huge": (DOSES, "intakes_mg = [99999]"),
    "interval missing": (HOURS, ""),
    "interval 13": (HOURS, "interval_h = 13"),
    "interval 24 for two": (HOURS, "interval_h = 24"),
    "interval float": (HOURS, "interval_h = 12.0"),
    "interval quoted": (HOURS, 'interval_h = "12"'),
    "interval bool": (HOURS, "interval_h = true"),
    "interval zero": (HOURS, "interval_h = 0"),
    "interval negative": (HOURS, "interval_h = -12"),
    "interval huge": (HOURS, f"interval_h = {'9' * 400}"),
    "weight quoted": ("weight_kg = 68", 'weight_kg = "68"'),
    "weight zero": ("weight_kg = 68", "weight_kg = 0"),
    "weight one": ("weight_kg = 68", "weight_kg = 1"),
    "weight 301": ("weight_kg = 68", "weight_kg = 301"),
    "weight nan": ("weight_kg = 68", "weight_kg = nan"),
    "weighed 1000": ("kg = 67", "kg = 1000"),
    "lab negative": ("magnesium_mmol_l = 0.8", "magnesium_mmol_l = -1"),
    "lab without unit": ("magnesium_mmol_l = 0.8", "magnesium = 0.8"),
    "lab quoted": ("magnesium_mmol_l = 0.8", f'magnesium_mmol_l = "{SECRET}"'),
    # names
    "product unknown": (PRODUCT, f'product = "{SECRET}"'),
    "product homoglyph": (PRODUCT, 'product = "\\u0410dvagraf"'),
    "product missing": (PRODUCT, ""),
    "product empty": (PRODUCT, 'product = ""'),
    "organ missing": (ORGAN, ""),
    "organ number": (ORGAN, "organ = 1"),
    "organ blank": (ORGAN, 'organ = " "'),
    "id missing": ('id = "demo-1"', ""),
    "id path": ('id = "demo-1"', 'id = "../x"'),
    "id blank": ('id = "demo-1"', f'id = "{SECRET} x"'),
    "id long": ('id = "demo-1"', f'id = "{"a" * 65}"'),
    "id number": ('id = "demo-1"', "id = 5"),
    "id invisible": ('id = "demo-1"', 'id = "d\\u200bx"'),
    "id newline": ('id = "demo-1"', 'id = "d\\n"'),
    "note number": ("[transplant]", "note = 1\n[transplant]"),
    "drug array": ('name = "co-trimoxazole"', f'name = ["{SECRET}"]'),
    "drug missing": ('name = "co-trimoxazole"', ""),
    "symptom bool": ('name = "tremor"', "name = true"),
    "event unknown": ('kind = "admitted"', f'kind = "{SECRET}"'),
    "genotype number": ('cyp3a5 = "*3/*3"', "cyp3a5 = 3"),
    "flags text": (UNIT, UNIT + f'\nflags = "{SECRET}"'),
    "flags numbers": (UNIT, UNIT + "\nflags = [1]"),
    "assay number": (UNIT, UNIT + "\nassay = 1"),
    "route unknown": (HOURS, HOURS + f'\nroute = "{SECRET}"'),
    "sex unknown": (BORN, BORN + f'\nsex = "{SECRET}"'),
    # keys
    "schema missing": ("schema = 1\n", ""),
    "schema 2": ("schema = 1", "schema = 2"),
    "schema text": ("schema = 1", 'schema = "1"'),
    "schema bool": ("schema = 1", "schema = true"),
    "schema float": ("schema = 1", "schema = 1.0"),
    "schema twice": ("schema = 1", "schema = 1\nschema = 1"),
    "key hostile": ("schema = 1", 'schema = 1\n"\\u001b[2J\\u202e\\u009b" = 1'),
    "key empty": ("schema = 1", 'schema = 1\n"" = 1'),
    "key newline": ("schema = 1", 'schema = 1\n"a\\nb" = 1'),
    "dotted": ("schema = 1", "schema = 1\npatient.extra.more = 1"),
    "table for rows": ("[[drugs]]", "[drugs]"),
    "rows for table": ("[transplant]", "[[transplant]]"),
    "rows of numbers": ("schema = 1", "schema = 1\nmedicines = [1]"),
    "two indications": ("[transplant]", '[condition]\nindication = "lupus-nephritis"\n[transplant]'),
    "target reversed": ("[transplant]", "[target]\nlow_ng_ml = 9\nhigh_ng_ml = 6\n[transplant]"),
    "target low": ("[transplant]", "[target]\nlow_ng_ml = 0.5\nhigh_ng_ml = 6\n[transplant]"),
    "target high": ("[transplant]", "[target]\nlow_ng_ml = 6\nhigh_ng_ml = 50\n[transplant]"),
    "target half": ("[transplant]", "[target]\nlow_ng_ml = 6\n[transplant]"),
    # times
    "taken missing": (TAKEN, ""),
    "taken quoted": (TAKEN, f'taken = "{SECRET}"'),
    "taken number": (TAKEN, "taken = 20261120"),
    "taken time only": (TAKEN, "taken = 07:45:00"),
    "taken american": (TAKEN, "taken = 11/20/2026"),
    "taken twice that night": (TAKEN, "taken = 2026-10-25T02:30:00"),
    "taken in year 1": (TAKEN, "taken = 0001-01-01T00:00:00+14:00"),
    "taken in year 9999": (TAKEN, "taken = 9999-12-31T23:59:59-14:00"),
    "taken before the dose": (TAKEN, "taken = 2026-11-19T07:45:00+01:00"),
    "taken before transplant": (TAKEN + "\nlast_dose = 2026-11-19T20:00:00+01:00", "taken = 2026-10-11T07:45:00+02:00"),
    "dose time a day": ("last_dose = 2026-11-19T20:00:00+01:00", "last_dose = 2026-11-19"),
    "start a day": ("start = 2026-10-13T08:00:00+02:00", "start = 2026-10-13"),
    "stop before start": (HOURS, HOURS + "\nstop = 2026-10-12T08:00:00+02:00"),
    "event a day": ("at = 2026-10-20T08:00:00+02:00", "at = 2026-10-20"),
    "event never": ("at = 2026-10-20T08:00:00+02:00", "at = 2026-03-29T02:30:00"),
    "drug stops before": ("start = 2026-10-14", "start = 2026-10-14\nstop = 2026-10-13"),
    "drug quoted day": ("start = 2026-10-14", 'start = "2026-10-14"'),
    "noted text": ("noted = 2026-11-19", 'noted = "yesterday"'),
    "measured missing": ("measured = 2026-11-19", ""),
    "born after": (BORN, "birth_date = 2026-10-13"),
    "born in year 1": (BORN, "birth_date = 0001-01-01"),
    "born quoted": (BORN, 'birth_date = "1971-03-02"'),
    "born a year": (BORN, "birth_date = 1971"),
    "transplant to come": (DATE, "date = 2027-10-12"),
    "transplant in year 9999": (DATE, "date = 9999-12-31"),
    "transplant quoted": (DATE, f'date = "{SECRET}"'),
    "no zone": (ZONE + "\n", ""),
    "zone unknown": (ZONE, f'time_zone = "{SECRET}"'),
    "zone path": (ZONE, 'time_zone = "../../etc/passwd"'),
    "zone absolute": (ZONE, 'time_zone = "/etc/localtime"'),
    "zone nul": (ZONE, 'time_zone = "Europe/Paris\\u0000"'),
    "zone of the machine": (ZONE, 'time_zone = "localtime"'),
    "zone folder": (ZONE, 'time_zone = "Europe"'),
    "zone number": (ZONE, "time_zone = 1"),
    # text that TOML refuses
    "raw escape": (SECRET + '"\n[transplant]', SECRET + '\x1b"\n[transplant]'),
    "raw nul": (SECRET + '"\n[transplant]', SECRET + '\x00"\n[transplant]'),
    "bare cr": ("schema = 1\n", "schema = 1\r"),
    "open string": (SECRET + '"\n[transplant]', SECRET + "\n[transplant]"),
    "lone surrogate": (SECRET + '"\n[transplant]', '\\ud800"\n[transplant]'),
}
NAIVE = "start = 2026-10-13T08:00:00+02:00"


@pytest.mark.parametrize(("old", "new"), BAD.values(), ids=BAD)
def test_a_bad_patient_file_is_one_line_and_exit_3(tmp_path: Path, old: str, new: str) -> None:
    """R25, R36-R41: each fault of a file is found, named with the file, and nothing in the file is repeated."""
    text = changed(old, new)
    if old == ZONE + "\n":
        text = text.replace(NAIVE, "start = 2026-10-13T08:00:00")
    line = fails(asking(written(tmp_path, text)), 3, "BAD_PATIENT_FILE")
    assert "patient.toml" in line
    assert len(line) < 400


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ("weight_kg = 68", "wieght_kg = 68", "line 5: patient.wieght_kg is not a known key: did you mean weight_kg?"),
        ("[[levels]]", "[[leveles]]", "line 18: leveles is not a known key: did you mean levels?"),
        (VALUE, f"{VALUE}\nvalu = 7.4", "line 22: levels[1].valu is not a known key: did you mean value?"),
        (ORGAN, "orgn = 1\n" + ORGAN, "transplant.orgn is not a known key: did you mean organ?"),
        (HOURS, f"{HOURS}\ndaily_dose_mg = 6", "regimens[1].daily_dose_mg is not a known key"),
        ("kg = 67", "kg = 67\nkgs = 67", "weights[1].kgs is not a known key"),
        ('name = "tremor"', 'name = "tremor"\nnmae = "x"', "symptoms[1].nmae is not a known key: did you mean name?"),
        ('kind = "admitted"', 'kind = "admitted"\nknd = 1', "events[1].knd is not a known key: did you mean kind?"),
        (
            'cyp3a5 = "*3/*3"',
            'cyp3a5 = "*3/*3"\ncyp3a6 = "x"',
            "genotype.cyp3a6 is not a known key: did you mean cyp3a5?",
        ),
    ],
)
def test_r25_an_unknown_key_is_refused_with_its_line_and_the_nearest(
    tmp_path: Path, old: str, new: str, near: str
) -> None:
    """R25: a typo never vanishes; the line is named and a known key suggested."""
    assert near in fails(asking(written(tmp_path, changed(old, new))), 3, "BAD_PATIENT_FILE")


LEVEL = '[[levels]]\ntaken = {taken}\nvalue = {value}\nunit = "ng/mL"\n'
SAME = "2026-11-20T07:45:00+01:00"


@pytest.mark.parametrize(
    "more",
    [
        LEVEL.format(taken=SAME, value="7.4"),
        LEVEL.format(taken=SAME, value="9.9"),
        LEVEL.format(taken="2026-11-20T06:45:00Z", value="7.4"),
        LEVEL.format(taken="2026-11-20T07:45:00", value="9.9"),
        LEVEL.format(taken="2026-11-21T07:45:00+01:00", value="9.9") + "corrects = 2026-11-10T07:45:00+01:00\n",
        f"[[regimens]]\n{NAIVE}\n{PRODUCT}\nintakes_mg = [6]\ninterval_h = 12\n",
    ],
)
def test_r54_entries_that_contradict_each_other_are_refused(tmp_path: Path, more: str) -> None:
    """R54: one moment has one level and one regimen, in whatever offset it is written; a correction names its entry."""
    fails(asking(written(tmp_path, PATIENT + more)), 3, "BAD_PATIENT_FILE")


def test_r55_two_products_at_once_are_refused(tmp_path: Path) -> None:
    """R55: which product is taken is not guessed."""
    more = f'[[regimens]]\n{NAIVE}\nproduct = "advagraf"\nintakes_mg = [6]\ninterval_h = 24\n'
    fails(asking(written(tmp_path, PATIENT + more)), 4, "TWO_PRODUCTS")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (VALUE, 'value = "<2"', "CENSORED_LEVEL"),
        (VALUE, 'value = "> 30"', "CENSORED_LEVEL"),
        (VALUE, "value = 96.4", "CRITICAL_LEVEL"),
        (PRODUCT, 'product = "iv"', "NOT_ORAL"),
        (HOURS, HOURS + '\nroute = "sublingual"', "NOT_ORAL"),
        (DATE, "", "MISSING_TIME"),
        (TAKEN, "taken = 2027-11-20T07:45:00+01:00", "MISSING_LEVEL"),
        (TAKEN, "taken = 2026-11-19T20:00:00+01:00", "SAMPLE_AT_DOSE"),
        (UNIT, UNIT + '\nflags = ["\\u001b[2J\\u202e[/]:pill:"]', "MISSING_LEVEL"),
    ],
)
def test_a_file_that_is_sound_but_unsafe_to_use_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    """A good file with a level, route or organ that no dose may rest on ends in a refusal."""
    fails(asking(written(tmp_path, changed(old, new))), 4, code)


@pytest.mark.parametrize("organ", ["kidny", "../../etc/passwd", "\\u202ekidney\\u001b[2J", "SECRETNAME42"])
def test_an_unknown_organ_in_a_file_is_a_fault_of_the_file(tmp_path: Path, organ: str) -> None:
    """R23: the known ones are named, and what stood there is not repeated."""
    fails(asking(written(tmp_path, changed(ORGAN, f'organ = "{organ}"'))), 3, "BAD_PATIENT_FILE")


@pytest.mark.parametrize(("old", "new"), [(VALUE, "value = 7.4E2"), (DOSES, "intakes_mg = [21, 21]")])
def test_r31_r34_what_is_beyond_belief_in_a_file_must_be_said_again(tmp_path: Path, old: str, new: str) -> None:
    """R31, R34: a level over 300 ng/mL or a dose over 40 mg/day in a file needs --confirm-value."""
    fails(asking(written(tmp_path, changed(old, new))), 2, "USAGE")


@pytest.mark.parametrize("unit", ["\u00b5g/L", "\u03bcg/L", "\\u00b5g/L", "\\u03bcg/L", "ug/L", "mcg/L"])
def test_r10_spellings_of_a_unit_in_a_file_give_one_number(tmp_path: Path, unit: str) -> None:
    """R10: both micro signs are accepted in a file, raw and escaped."""
    path = written(tmp_path, changed(UNIT, f'unit = "{unit}"'))
    assert strict(say(*asking(path, "--json")).out)["data"]["level_ng_ml"] == 7.4


HOSTILE_TEXT = (
    r"[note] [/] :pill: \u001b[2J\u001b]52;c;aGk=\u0007 \u009b31m \u202e\u2066 \u200b\ufeff \u0000 {name} $(id) <b>"
)


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_in_every_place_of_a_file_is_inert(tmp_path: Path, form: str) -> None:
    """Names, notes, flags, assays, laboratories and reasons of a file reach no format as control characters."""
    nasty = f'"{HOSTILE_TEXT}"'
    text = changed("[transplant]", f"[target]\nlow_ng_ml = 6\nhigh_ng_ml = 9\nreason = {nasty}\n[transplant]")
    text = text.replace(f'"{SECRET}"', nasty).replace('"*3/*3"', nasty)
    text = text.replace('"co-trimoxazole"', nasty).replace('"tremor"', nasty)
    text = text.replace(UNIT, f"{UNIT}\nassay = {nasty}\nlab = {nasty}")
    text += LEVEL.format(taken="2026-11-10T07:45:00+01:00", value="7") + 'assay = "a"\nlab = "b"\n'
    text += LEVEL.format(taken="2026-11-12T07:45:00+01:00", value="7") + f"flags = [{nasty}, {nasty}]\nnote = {nasty}\n"
    path = written(tmp_path, text)
    for command in ("adjust", "target", "cdratio", "neurotox"):
        said = say(command, "--patient", str(path), *AS_OF, "--format", form)
        assert said.code == 0, said.err
        if form == "json":
            strict(said.out)


@pytest.fixture(scope="module")
def yardstick() -> float:
    """Return what parsing an honest file of 200 kB costs on this machine, in seconds of this process."""
    text = "".join(f"[[levels]]\nvalue = {number}\nunit = 'ng/mL'\n" for number in range(5000))
    began = time.process_time()
    tomllib.loads(text)
    return time.process_time() - began


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "BAD_PATIENT_FILE"),
        (b"\x00", "BAD_PATIENT_FILE"),
        (b"\x00" * 1000, "BAD_PATIENT_FILE"),
        (PATIENT.encode("utf-16"), "BAD_PATIENT_FILE"),
        (PATIENT.encode("utf-16-le"), "BAD_PATIENT_FILE"),
        (PATIENT.encode("utf-32"), "BAD_PATIENT_FILE"),
        (PATIENT.replace("demo-1", "d\u00e9").encode("latin-1"), "BAD_PATIENT_FILE"),
        (PATIENT.replace("\n", "\r").encode(), "BAD_PATIENT_FILE"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + PATIENT.encode(), "BAD_PATIENT_FILE"),
        (PATIENT.encode() + b"\xff\xfe\x80", "BAD_PATIENT_FILE"),
        (b'{"schema": 1}', "BAD_PATIENT_FILE"),
        (b"\x7fELF\x02\x01\x01", "BAD_PATIENT_FILE"),
        (PATIENT.encode()[:-5], "BAD_PATIENT_FILE"),
        (b"#" * (2 << 20), "UNREADABLE_FILE"),
        (b"x = " + b"9" * 5000, "BAD_PATIENT_FILE"),
        (b"x = " + b"9" * 9000 + b".0", "BAD_PATIENT_FILE"),
        (b"x = " + b"[" * 1000 + b"]" * 1000, "BAD_PATIENT_FILE"),
        (b"x = [" + b"\n[" * 5000, "BAD_PATIENT_FILE"),
        (b"x = " + b"{a = " * 1000 + b"1" + b"}" * 1000, "BAD_PATIENT_FILE"),
        (b".".join([b"a"] * 1000) + b" = 1", "BAD_PATIENT_FILE"),
        (b" . ".join([b"'a'"] * 1000) + b" = 1", "BAD_PATIENT_FILE"),
        (b".".join([b"a"] * 20_000) + b" = 1", "BAD_PATIENT_FILE"),
        (b"x = {" + b".".join([b'"a"'] * 1000) + b" = 1}", "BAD_PATIENT_FILE"),
        (
            b"[" + b".".join([b"a"] * 998) + b"]\n" + b"".join(b"k%d=1\n" % one for one in range(80_000)),
            "BAD_PATIENT_FILE",
        ),
        (
            b"[" + b".".join([b"a"] * 998) + b"]\n" + b"".join(b"k%d=1\n" % one for one in range(50_000)),
            "BAD_PATIENT_FILE",
        ),
        (b"[a.a.a.a.a.a.a.a]\n" + b"".join(b"k%d=1\n" % one for one in range(59_000)), "BAD_PATIENT_FILE"),
        (b"".join(b"a%d.b.c.d.e.f.g.h = 1\n" % one for one in range(30_000)), "BAD_PATIENT_FILE"),
        (b"\n" * 1_000_000, "BAD_PATIENT_FILE"),
        (PATIENT.encode() + b'[[drugs]]\nname = "x"\nstart = 2026-10-14\nx = 1\n' * 12_000, "BAD_PATIENT_FILE"),
        (PATIENT.encode() + b"[[levels]]\n" * 50_000, "BAD_PATIENT_FILE"),
        (b'"' * 9999, "BAD_PATIENT_FILE"),
        ((b'x = "' + b"\\\\" * 4900 + b"\n") * 90, "BAD_PATIENT_FILE"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else "",
)
def test_a_file_made_to_cost_time_or_memory_is_refused_at_once(
    tmp_path: Path, content: bytes, code: str, yardstick: float
) -> None:
    """Other encodings, bombs of depth, digits, keys and size end in one line, at the cost of a few honest files."""
    path = written(tmp_path, content)
    began = time.process_time()
    said = say(*asking(path))
    took = time.process_time() - began
    assert (said.code, said.out, said.err.count("\n")) == (3, "", 1)
    assert said.err.startswith(f"error: {code}: patient.toml")
    assert SECRET not in said.err
    assert took < 30 * yardstick
    content_of = strict(say(*asking(path, "--json")).out)
    assert (content_of["status"], content_of["code"], content_of["data"]) == ("error", code, None)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + PATIENT.encode(),
        PATIENT.replace("\n", "\r\n").encode(),
        PATIENT.rstrip("\n").encode(),
        PATIENT.encode() + b"# the end",
        PATIENT.replace(" = ", "\t=\t").encode(),
    ],
    ids=["bom", "crlf", "no final newline", "comment at the end", "tabs"],
)
def test_m18_bom_line_ends_and_blanks_change_no_number(tmp_path: Path, content: bytes) -> None:
    """M18: a byte order mark, CRLF and layout are nothing."""
    plain = strict(say(*asking(written(tmp_path, PATIENT), "--json")).out)
    other = strict(say(*asking(written(tmp_path, content), "--json")).out)
    assert other["data"] == plain["data"]


def test_what_is_no_regular_file_is_unreadable(tmp_path: Path) -> None:
    """A device, pipe, folder or missing file is refused before it is opened: nothing hangs."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nothing")
    odd = [tmp_path / "missing.toml", fifo, tmp_path, loop, dangling, Path("/dev/zero"), Path("/dev/null")]
    for path in [
        *odd,
        *map(Path, ("/dev/stdin", "x" * 10_000, "\x1b[2J\u202e", "\udcff", "/proc/self/mem/x")),
    ]:
        fails(asking(path), 3, "UNREADABLE_FILE")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    """A file that may not be read is one line."""
    path = written(tmp_path, PATIENT)
    path.chmod(0)
    fails(asking(path), 3, "UNREADABLE_FILE")


# --- any text at all

ANY = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.,+-<>eE ngmulkL/\u00b5\u03bc\u0663\uff17\u2212\u00a0\x1b[]", max_size=12),
    st.sampled_from(list(NASTY.values())),
)


@pytest.mark.parametrize(
    "option", ["--level", "--dose", "--every", "--target", "--days", "--with", "--weight", "--indication"]
)
@ANY
@given(text=TEXTS)
def test_any_text_as_an_option_is_answered_or_refused(option: str, text: str) -> None:
    """Whatever is typed after an option ends in 0, 2 or 4, and in JSON that any parser takes."""
    words = {"--level": "5", "--dose": "3", "--every": "12", "--product": "prograf", "--target": "6-9"} | {option: text}
    said = say("adjust", "--json", *(f"{name}={value}" for name, value in words.items()))
    assert said.code in {0, 2, 4}
    content = strict(said.out)
    assert (content["data"] is not None) == (said.code == 0)


@pytest.mark.parametrize("command", ["interact", "neurotox", "target"])
@ANY
@given(text=TEXTS)
def test_any_text_as_a_name_is_answered_or_refused(command: str, text: str) -> None:
    """Whatever a drug, a symptom or an indication is called, the end is 0, 2 or 4."""
    said = say(command, "--days=40", "--", text) if command != "interact" else say(command, "--", text)
    assert said.code in {0, 2, 4}


@ANY
@given(text=st.text(max_size=200))
def test_any_text_as_a_patient_file_is_a_bad_file(tmp_path: Path, text: str) -> None:
    """Whatever a file holds, it is read or refused; text that is no patient never is."""
    said = say(*asking(written(tmp_path, text)))
    assert said.code == 3


@ANY
@given(data=st.data())
def test_any_damage_to_a_patient_file_is_answered_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """A good file with a piece cut out or text put in ends in 0, 3 or 4, never in a bug."""
    start = data.draw(st.integers(0, len(PATIENT)))
    end = data.draw(st.integers(start, min(len(PATIENT), start + 30)))
    put = data.draw(
        st.one_of(st.text(max_size=8), st.sampled_from(["nan", "1e400", "[[", "}", '"""', "0001-01-01", "=", "-"]))
    )
    said = say(*asking(written(tmp_path, PATIENT[:start] + put + PATIENT[end:])))
    assert said.code in {0, 3, 4}


@ANY
@given(content=st.binary(max_size=120))
def test_any_bytes_as_a_patient_file_are_a_bad_file(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no text are refused as such."""
    assert say(*asking(written(tmp_path, content))).code == 3


# --- the process

PROGRAM = (sys.executable, "-m", "tdmcli")
QUESTION = (*ADJUST, "--level", "11.2", *AS_OF)


def shell(command: str, **env: str | None) -> subprocess.CompletedProcess[bytes]:
    """Return what bash makes of a command line in which PROGRAM stands for the program."""
    here = {name: value for name, value in (dict(os.environ) | PLAIN_ENV | env).items() if value is not None}
    line = command.replace("PROGRAM", shlex.join(PROGRAM)).replace("QUESTION", shlex.join(QUESTION))
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], env=here, capture_output=True, check=False, timeout=60
    )


ALL_THAT_WRITE = [
    "QUESTION", "QUESTION --json", "QUESTION --format table", "--version", "--help", "adjust --help", "",
    "schema adjust", "target kidny --json", "completions bash",
]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ALL_THAT_WRITE,
)
def test_a_full_disk_is_exit_5(words: str) -> None:
    """An answer that can't be written is no answer: exit 5 and one line, for help and refusals too."""
    done = shell(f"PROGRAM {words} > /dev/full")
    assert (done.returncode, done.stdout) == (5, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"NOT_WRITTEN" in done.stderr


@pytest.mark.parametrize(
    "words",
    ["QUESTION", "QUESTION --json", "QUESTION --format table", "--help", "target kidny --json", "schema adjust"],
)
def test_a_closed_stdout_is_exit_5(words: str) -> None:
    """A caller that closed stdout gets exit 5, not a traceback."""
    done = shell(f"PROGRAM {words} >&-")
    assert done.returncode == 5
    assert done.stderr.count(b"\n") == 1
    assert b"NOT_WRITTEN" in done.stderr


@pytest.mark.parametrize("words", ["QUESTION", "QUESTION --json", "--help", "adjust --help", "interact --list"])
def test_a_reader_that_went_away_is_exit_5_in_silence(words: str) -> None:
    """When the reader is gone before the answer comes, the program ends with 5 and says nothing."""
    reading, writing = os.pipe()
    os.close(reading)
    line = shlex.split(words.replace("QUESTION", shlex.join(QUESTION)))
    done = subprocess.run([*PROGRAM, *line], stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (5, b"")


def test_head_ends_the_program_in_silence() -> None:
    """`| head -0` leads to no traceback."""
    done = shell("PROGRAM QUESTION | head -0")
    assert done.returncode in {0, 5}
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("ending", "code"), [("2>&-", 4), ("2>/dev/full", 4), (">&- 2>&-", 4), ("< /dev/null", 4), ("<&-", 4)]
)
def test_a_closed_stderr_or_stdin_changes_no_exit_code(ending: str, code: int) -> None:
    """Where the line can't be said, the exit code still is."""
    assert shell(f"PROGRAM target kidny --days 40 {ending}").returncode == code


ENVIRONMENTS: dict[str, dict[str, str | None]] = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "ascii strict": {"PYTHONIOENCODING": "ascii:strict"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "LC_ALL=C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "COLUMNS=20": {"COLUMNS": "20"},
    "COLUMNS=1": {"COLUMNS": "1"},
    "COLUMNS=0": {"COLUMNS": "0"},
    "COLUMNS=-5": {"COLUMNS": "-5"},
    "COLUMNS=huge": {"COLUMNS": "99999999999"},
    "COLUMNS=text": {"COLUMNS": "wide"},
    "no TERM": {"TERM": None},
    "TERM unknown": {"TERM": "\x1b[2J"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
}


@pytest.mark.parametrize("form", ["plain", "table"])
@pytest.mark.parametrize("env", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_every_environment_gets_the_whole_answer(env: dict[str, str | None], form: str) -> None:
    """Other encodings, locales and widths get each dose whole, and names they can't spell don't crash."""
    done = shell(f"PROGRAM QUESTION --format {form} --with 'Sirop d\u2019\u00e9t\u00e9 \u2264 \u836f'", **env)
    assert (done.returncode, done.stderr) == (0, b"")
    text = " ".join(done.stdout.decode("latin-1").split())
    assert "2 mg every 12 hours = 4 mg/day" in text
    assert "\u2026" not in done.stdout.decode("utf-8", "replace")


@pytest.mark.parametrize("env", [{"COLUMNS": "20"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}], ids=str)
def test_json_is_the_same_everywhere(env: dict[str, str | None]) -> None:
    """R61: width, encoding and locale change no byte of JSON."""
    there, here = shell("PROGRAM QUESTION --json", **env), shell("PROGRAM QUESTION --json")
    assert there.stdout == here.stdout
    strict(there.stdout.decode("ascii"))


def test_an_empty_environment_is_answered() -> None:
    """`env -i` has no HOME, no PATH, no locale: the answer needs none of them."""
    done = shell(f"env -i {shlex.quote(sys.executable)} -m tdmcli QUESTION")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"2 mg every 12 hours" in done.stdout


def test_bytes_that_are_no_text_on_the_command_line_are_refused() -> None:
    """Arguments that are not UTF-8 end in one line of text, as usage or refusal."""
    for words, code in ((b"target \xff\xfe", 4), (b"target kidney --days \x80", 2), (b"interact \xc0\xaf", 4)):
        done = subprocess.run(
            [*(one.encode() for one in PROGRAM), *words.split()], capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (code, b"", 1)
        assert b"Traceback" not in done.stderr


def test_nothing_on_a_command_line_is_run(tmp_path: Path) -> None:
    """Text that a shell, a formatter or a file system would act on does nothing here."""
    mark = tmp_path / "mark"
    for text in (f"$(touch {mark})", f"`touch {mark}`", f"; touch {mark}", f"__import__('os').system('touch {mark}')"):
        for words in (("interact", "--", text), ("target", text), (*ADJUST, "--level", text)):
            assert say(*words).code in {2, 4}
    assert not mark.exists()
