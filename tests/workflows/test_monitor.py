"""`monitor` on patient files: what is due, what crosses a limit, and what is left out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]
    Asks = Callable[..., dict[str, Any]]

HEAD = """schema = 1
[patient]
id = "p"
time_zone = "Europe/Paris"
"""
NEPHROTIC = '[condition]\nindication = "nephrotic-syndrome"\nstart = 2026-09-01\n'
KIDNEY = '[transplant]\norgan = "kidney"\ndate = 2026-09-01\n'


def creatinine(*values: tuple[str, float]) -> str:
    """Return laboratory rows of creatinine in umol/L, each with its day."""
    return "".join(f"[[labs]]\ntaken = {day}\ncreatinine_umol_l = {value}\n" for day, value in values)


@pytest.fixture
def monitored(tmp_path: Path, ask: Callable[..., Said]) -> Asks:
    """Return a function that writes a patient file and returns the data of `monitor` on 2026-11-21."""

    def asked(text: str, *words: str, as_of: str = "2026-11-21T09:00+01:00") -> dict[str, Any]:
        path = tmp_path / f"patient-{len(list(tmp_path.iterdir()))}.toml"
        path.write_text(HEAD + text, encoding="utf-8")
        said = ask("monitor", *words, "--patient", str(path), "--as-of", as_of, "--json")
        assert said.returncode == 0, said.stderr
        data: dict[str, Any] = json.loads(said.stdout)["data"]
        return data

    return asked


def one(data: dict[str, Any], test: str) -> dict[str, Any]:
    """Return one test of an answer."""
    (found,) = [row for row in data["tests"] if row["id"] == test]
    return dict(found)


@pytest.mark.parametrize(
    ("last", "state", "due"),
    [
        ("2026-11-20", "not-yet", "2026-12-20"),
        ("2026-10-22", "due", "2026-11-21"),
        ("2026-10-21", "overdue", "2026-11-20"),
    ],
)
def test_creatinine_in_nephrotic_syndrome_is_monthly(monitored: Asks, last: str, state: str, due: str) -> None:
    """Due on the 30th day after the last one, overdue on the 31st."""
    found = one(monitored(NEPHROTIC + creatinine((last, 80))), "creatinine-nephrotic")
    assert (found["state"], found["due"], found["last"]) == (state, due, last)
    assert found["overdue"] is (state == "overdue")


def test_a_test_never_recorded_is_not_recorded(monitored: Asks) -> None:
    """It has no day on which it fell due, and is neither due nor overdue."""
    found = one(monitored(NEPHROTIC), "creatinine-nephrotic")
    assert (found["state"], found["due"], found["overdue"], found["last"]) == ("not-recorded", None, None, None)


def test_a_flagged_level_is_no_level(monitored: Asks) -> None:
    """A level that is set aside does not put off the next one."""
    level = '[[levels]]\ntaken = 2026-{0}T08:00:00\nvalue = 7\nunit = "ng/mL"\n'
    text = KIDNEY + level.format("09-10") + level.format("11-19") + 'flags = ["clotted"]\n'
    found = one(monitored(text), "trough-transplant-web-2m-on")
    assert (found["last"], found["state"], found["due"]) == ("2026-09-10", "overdue", "2026-11-09")


def test_the_same_rise_crosses_only_where_a_source_gives_the_limit(monitored: Asks) -> None:
    """+24 %: above 20 % in membranous nephropathy, not above 25 % in nephrotic syndrome, no limit in ILD."""
    text = creatinine(("2026-08-30", 100), ("2026-11-20", 124))
    found = {
        name: [row["threshold"] for row in monitored(NEPHROTIC + text, name)["findings"]]
        for name in ("nephrotic-syndrome", "membranous-nephropathy", "ild")
    }
    assert found == {"nephrotic-syndrome": [], "membranous-nephropathy": ["creatinine-membranous-20"], "ild": []}


def test_a_finding_states_both_values_and_days(monitored: Asks) -> None:
    """The last value, the baseline, their days, the change, and the source's own course, with its source."""
    text = creatinine(("2026-08-01", 60), ("2026-08-30", 80), ("2026-11-20", 110))
    (found,) = monitored(NEPHROTIC + text)["findings"]
    assert found["says"] == "creatinine 110 umol/L on 2026-11-20, against 80 umol/L on 2026-08-30: +37.5 %"
    assert (found["latest"]["value"], found["reference"]["value"], found["change_percent"]) == (110, 80, 37.5)
    assert found["source"] == "seed-nephrotic"
    assert "measures the trough again" in found["text"]


def test_a_rise_after_a_transplant_asks_for_the_level_and_to_exclude_rejection(monitored: Asks) -> None:
    """Counted from the lowest value since the transplant, which policy asks for and no source gives a size of."""
    text = creatinine(("2026-09-02", 600), ("2026-10-01", 110), ("2026-11-20", 121))
    findings = monitored(KIDNEY + text)["findings"]
    assert [(row["source"], row["reference"]["value"]) for row in findings] == [("policy", 110)]
    assert "rejection to be excluded" in findings[0]["text"]


@pytest.mark.parametrize(("egfr", "states"), [(46, ["not-crossed"]), (45, ["crossed"]), (None, ["not-assessed"])])
def test_the_limit_of_egfr_is_for_lupus_nephritis(monitored: Asks, egfr: int | None, states: list[str]) -> None:
    """Above 45 in lupus nephritis, where the guideline says so; without a value it is not assessed."""
    labs = "" if egfr is None else f"[[labs]]\ntaken = 2026-11-20\negfr_ml_min = {egfr}\n"
    data = monitored(labs, "lupus-nephritis")
    assert [row["state"] for row in data["thresholds"]] == states
    assert [row["says"] for row in data["findings"]] == ["eGFR 45 mL/min on 2026-11-20"] * (states == ["crossed"])
    assert monitored(labs, "kidney")["findings"] == []


def test_extreme_values_are_answered(monitored: Asks) -> None:
    """The smallest and largest values that a file may hold make a number, not a fault."""
    (found,) = monitored(NEPHROTIC + creatinine(("2026-08-30", 0.001), ("2026-11-20", 90000)))["findings"]
    assert found["change_percent"] > 1_000_000


def test_values_after_the_time_asked_about_are_not_known(monitored: Asks) -> None:
    """With --as-of the later value neither crosses a limit nor puts off a test."""
    text = NEPHROTIC + creatinine(("2026-08-30", 80), ("2026-11-20", 110))
    data = monitored(text, as_of="2026-10-10T09:00+02:00")
    assert data["findings"] == []
    assert one(data, "creatinine-nephrotic")["due"] == "2026-09-29"


def test_a_borrowed_test_is_never_due(monitored: Asks) -> None:
    """What is listed for another indication has no day on which it falls due."""
    tests = monitored(KIDNEY + "[[labs]]\ntaken = 2026-09-02\nmagnesium_mmol_l = 0.8\n")["tests"]
    borrowed = [row for row in tests if row["borrowed"]]
    assert {row["source"] for row in borrowed} == {"seed-ild"}
    assert {row["due"] for row in borrowed} == {None}
    assert {row["state"] for row in borrowed} == {"not-recorded", "recorded", "after-start", None}


def test_without_a_file_nothing_is_due(ask: Callable[..., Said]) -> None:
    """No patient file: no state, no day, no finding, and every limit not assessed."""
    data = json.loads(ask("monitor", "kidney", "--as-of", "2026-11-21", "--json").stdout)["data"]
    assert {(row["state"], row["due"], row["overdue"]) for row in data["tests"]} == {(None, None, None)}
    assert {row["state"] for row in data["thresholds"]} == {None}
    assert data["findings"] == []
