"""Rules of SAFETY that show on the command line: what is refused, warned of, shown, and never shown."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tdmcli.cli.app import app
from tdmcli.domain.units import clean
from tdmcli.errors import Code
from tdmcli.tables.readers import read_codes, read_policy, read_products
from tdmcli.workflows.asked import OVERRIDABLE

PACKAGE = Path(__file__).resolve().parents[2] / "tdmcli"
AS_OF = ("--as-of", "2026-11-21T09:00+01:00")
ADJUST = ("adjust", "--level", "11.2", "--dose", "3", "--every", "12", "--product", "prograf", "--target", "6-9")


def run(*arguments: str, width: int = 80, **environment: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a command line."""
    result = CliRunner().invoke(app, [*arguments, *AS_OF], env={"COLUMNS": str(width), "NO_COLOR": "1"} | environment)
    return result.exit_code, result.stdout, result.stderr


def answer(*arguments: str) -> dict[str, Any]:
    """Return the JSON answer to a command line, its exit code under `exit`."""
    code, out, _ = run(*arguments, "--json")
    parsed: dict[str, Any] = json.loads(out)
    assert (parsed["data"] is None) == (code != 0)
    return parsed | {"exit": code}


def codes(parsed: dict[str, Any]) -> set[str]:
    """Return the codes of the warnings."""
    return {one["code"] for one in parsed["warnings"]}


def replaced(arguments: tuple[str, ...], **changes: str | None) -> list[str]:
    """Return a command line with options changed, added or (None) left out."""
    pairs = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    for name, value in changes.items():
        pairs[f"--{name.replace('_', '-')}"] = value  # type: ignore[assignment]
    return [arguments[0], *(part for pair in pairs.items() if pair[1] is not None for part in pair)]


@pytest.mark.parametrize("width", [20, 24, 40, 80, 120])
@pytest.mark.parametrize("form", ["plain", "table"])
def test_r03_r04_nothing_is_cut_and_no_number_parts_from_its_unit(width: int, form: str) -> None:
    """R03, R04: at any width no cell is cut short and no line ends between a number and its unit."""
    for arguments in (ADJUST, ("target", "kidney", "--days", "40"), ("interact", "fluconazole")):
        _, out, _ = run(*arguments, "--format", form, width=width)
        assert "\u2026" not in out
        assert not re.search(r"\d\n\s*(mg|ng/mL|h|mmol/L|%)\b", out)
        joined = re.sub(r"\s+", " ", out)
        if arguments is ADJUST:
            assert "2 mg every 12 hours = 4 mg/day" in joined


def test_r05_r07_units_stand_with_numbers_in_words_that_are_safe() -> None:
    """R05, R07: no micro sign and no Latin frequency; the JSON names units in its keys."""
    _, out, _ = run(*ADJUST)
    assert not re.search(r"\u00b5|\bug\b|\b(QD|OD|BD|BID)\b", out)
    assert "every 12 hours" in out
    data = answer(*ADJUST)["data"]
    assert {"level_ng_ml", "unrounded_daily_dose_mg", "rounding_percent"} <= set(data)


def test_r08_r09_each_intake_the_day_and_the_product_are_named() -> None:
    """R08, R09: a dose is shown for each intake and for the day, with the generic name and the product."""
    _, out, _ = run(*ADJUST)
    assert "tacrolimus (Prograf) 2 mg every 12 hours = 4 mg/day" in re.sub(r"\s+", " ", out)
    assert answer(*replaced(ADJUST, every=None))["code"] == "MISSING_REGIMEN"


def test_r13_a_volume_says_nothing() -> None:
    """R13: a dose in mL without a strength is not taken."""
    parsed = answer(*replaced(ADJUST, dose="3mL"))
    assert (parsed["exit"], parsed["code"]) == (2, "USAGE")


def test_r14_proposals_are_sums_of_strengths() -> None:
    """R14: each intake of each option is made of whole capsules of the product."""
    strengths = {row.id: set(row.strengths_mg) for row in read_products()}
    for product, every in (("prograf", "12"), ("modigraf", "12"), ("envarsus-xr", "24"), ("advagraf", "24")):
        data = answer(*replaced(ADJUST, product=product, every=every))["data"]
        for option in data["options"]:
            for mg, units in zip(option["intakes_mg"], option["units"], strict=True):
                assert sum(one["number"] * one["strength_mg"] for one in units) == pytest.approx(mg)
                assert {one["strength_mg"] for one in units} <= {float(one) for one in strengths[product]}


def test_r15_colour_never_speaks_alone() -> None:
    """R15: the coloured answer without its colours says the same words as the plain table."""
    _, coloured, _ = run(*ADJUST, "--format", "table", NO_COLOR="", FORCE_COLOR="1")
    _, plain, _ = run(*ADJUST, "--format", "table")
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in stripped.splitlines()] == [line.rstrip() for line in plain.splitlines()]


def test_r16_dates_are_iso() -> None:
    """R16: no date is written with slashes; JSON times bear an offset."""
    code, out, _ = run(*ADJUST)
    assert code == 0
    assert "2026-11-23 to 2026-11-24" in re.sub(r"\s+", " ", out)
    assert not re.search(r"\b\d{1,2}/\d{1,2}/\d{2,4}\b", out)
    assert answer(*ADJUST)["as_of"].endswith("+01:00")


def test_r17_r19_rounding_is_shown_once_and_at_the_end() -> None:
    """R17, R19: unrounded, capped and rounded dose and the error of rounding are all in the answer."""
    data = answer(*ADJUST)["data"]
    assert data["unrounded_daily_dose_mg"] == pytest.approx(6 * 7.5 / 11.2)
    assert data["capped_daily_dose_mg"] == data["unrounded_daily_dose_mg"]
    assert data["proposal"]["daily_dose_mg"] == 4
    assert data["rounding_percent"] == pytest.approx((4 / (45 / 11.2) - 1) * 100)


def test_r20_no_regimen_in_range_is_said_with_both_neighbours() -> None:
    """R20: if no whole capsule reaches the range, the trough below and the one above it are named."""
    parsed = answer(*replaced(ADJUST, dose="1", every="24", product="astagraf-xl", level="13", target="8-9", aim="8.5"))
    assert "NO_REGIMEN_IN_RANGE" in codes(parsed)


def test_r21_unequal_days_can_be_left_out() -> None:
    """R21: with --equal-doses each option has one dose."""
    data = answer(*ADJUST, "--equal-doses")["data"]
    assert all(len(set(option["intakes_mg"])) == 1 for option in data["options"])
    assert any(len(set(option["intakes_mg"])) == 2 for option in answer(*ADJUST)["data"]["options"])


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        ("level", "MISSING_LEVEL"),
        ("dose", "MISSING_REGIMEN"),
        ("every", "MISSING_REGIMEN"),
        ("product", "MISSING_PRODUCT"),
        ("target", "MISSING_TARGET"),
    ],
)
def test_r23_r24_r26_what_is_missing_is_named(left_out: str, code: str) -> None:
    """R23, R24, R26: without any one of them there is no number; there is no product and no organ by default."""
    parsed = answer(*replaced(ADJUST, **{left_out: None}))
    assert (parsed["exit"], parsed["status"], parsed["code"]) == (4, "refused", code)


def test_r23_an_unknown_organ_is_suggested_never_corrected() -> None:
    """R23: 'kidny' is refused with the known ones and a suggestion."""
    parsed = answer("target", "kidny", "--days", "40")
    assert (parsed["exit"], parsed["code"]) == (4, "UNKNOWN_INDICATION")
    assert "did you mean kidney" in parsed["message"]


def test_r24_what_is_not_said_is_assumed_and_said() -> None:
    """R24: a trough, at steady state, no interacting drug: one line, which goes when it is said."""
    _, assumed, _ = run(*ADJUST)
    assert "Assumed: a trough, at steady state, no interacting drug, an adult." in assumed
    said = ("--hours-after-dose", "12", "--days-on-dose", "9", "--age", "50", "--with", "diltiazem")
    _, nothing, _ = run(*ADJUST, *said)
    assert "Assumed" not in nothing


def test_r27_a_range_has_limits_and_a_source() -> None:
    """R27: low below high, within 1 and 30 ng/mL; the answer says whose range it is."""
    for target in ("9-6", "0.5-5", "20-31", "6-6"):
        assert answer(*replaced(ADJUST, target=target))["exit"] == 2
    assert answer(*ADJUST)["data"]["target"]["from"] == "--target"
    own = answer(*replaced(ADJUST, target=None, indication="kidney", days="40"))
    assert own["data"]["target"]["row"]["source"] == "seed-smolecule"


def test_r28_no_dose_for_a_child_without_a_weight() -> None:
    """R28: a child without a weight is refused; an adult without one is told what was not checked."""
    assert answer(*ADJUST, "--age", "9")["code"] == "MISSING_WEIGHT"
    assert answer(*ADJUST, "--age", "9", "--weight", "30")["exit"] == 0
    assert answer(*ADJUST)["data"]["not_checked"]


def test_r31_high_levels_have_steps() -> None:
    """R31: above 20 and 30 warned, above 60 refused and not overridable, above 300 said twice."""
    assert "HIGH_LEVEL" in codes(answer("target", "heart", "--days", "20", "--level", "21"))
    assert "ABOVE_ASSAY_RANGE" in codes(answer("target", "heart", "--days", "20", "--level", "31"))
    assert answer(*replaced(ADJUST, level="60.1"))["code"] == "CRITICAL_LEVEL"
    assert answer(*replaced(ADJUST, level="60.1"), "--accept", "CRITICAL_LEVEL")["exit"] == 2
    assert answer("target", "kidney", "--days", "40", "--level", "301")["exit"] == 2
    twice = answer("target", "kidney", "--days", "40", "--level", "301", "--confirm-value", "301")
    assert "CRITICAL_LEVEL" in codes(twice)


def test_r34_a_high_dose_for_the_weight_is_said_and_a_huge_one_said_twice() -> None:
    """R34: over 0.3 mg/kg/day is a warning, over 40 mg/day needs --confirm-value."""
    assert "DOSE_HIGH" in codes(answer(*replaced(ADJUST, dose="10"), "--weight", "60"))
    assert "DOSE_HIGH" not in codes(answer(*ADJUST, "--weight", "60"))
    assert answer(*replaced(ADJUST, dose="20.5"))["exit"] == 2
    assert answer(*replaced(ADJUST, dose="20.5"), "--confirm-value", "20.5")["exit"] == 0


def test_r35_a_dose_that_is_no_sum_of_strengths_is_said() -> None:
    """R35: 3.2 mg can't be made of Prograf capsules; 1.75 and 2 mg can of Envarsus tablets."""
    assert "NOT_ACHIEVABLE" in codes(answer(*replaced(ADJUST, dose="3.2")))
    for dose in ("1.75", "2", "4"):
        parsed = answer(*replaced(ADJUST, dose=dose, every="24", product="envarsus-xr"))
        assert "NOT_ACHIEVABLE" not in codes(parsed)


@pytest.mark.parametrize("text", ["03/04/2026", "20261121", "2026-W47-6", "2026-13-01", "21.11.2026", "yesterday"])
def test_r38_only_iso_times(text: str) -> None:
    """R38: a day that could be read in two ways is not read."""
    result = CliRunner().invoke(app, [*ADJUST, "--json", "--as-of", text])
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, "USAGE")


def test_r46_r47_the_time_asked_about_is_printed() -> None:
    """R47: each answer says as of when it holds."""
    _, out, _ = run(*ADJUST)
    assert "as of 2026-11-21T09:00+01:00" in re.sub(r"\s+", " ", out)


def test_r56_r57_caps_and_refusals() -> None:
    """R56, R57: an increase stops at 50 %, a decrease does not; above three aims nothing is scaled."""
    low = answer(*replaced(ADJUST, level="3"))
    assert low["data"]["proposal"]["daily_dose_mg"] == 9
    assert "CAPPED" in codes(low)
    high = answer(*replaced(ADJUST, level="22.5"))
    assert high["data"]["proposal"]["daily_dose_mg"] == 2
    assert "LARGE_DECREASE_UNVERIFIED" in codes(high)
    timed = answer(*replaced(ADJUST, level="22.5"), "--hours-after-dose", "12")
    assert "LARGE_DECREASE_UNVERIFIED" not in codes(timed)
    assert answer(*replaced(ADJUST, level="22.6"))["code"] == "TOO_HIGH_TO_SCALE"
    assert "VERY_LOW" in codes(answer(*replaced(ADJUST, level="2.4")))


def test_r58_the_aim_is_the_midpoint_or_chosen() -> None:
    """R58: in range the dose stays; a range wider than 2.5 needs an aim; an aim must lie in the range."""
    inside = answer(*replaced(ADJUST, level="8.9"))["data"]["proposal"]
    assert (inside["daily_dose_mg"], inside["change_percent"]) == (6, 0)
    assert answer(*replaced(ADJUST, level="3", target="4-11"))["code"] == "MISSING_AIM"
    assert answer(*replaced(ADJUST, level="3", target="4-11", aim="6"))["data"]["target"]["aim_ng_ml"] == 6
    assert answer(*replaced(ADJUST, aim="9.1"))["exit"] == 2


def test_r59_no_proposal_is_to_stop() -> None:
    """R59: no dose of none; withholding is the transplant team's decision wherever it is named."""
    assert answer(*replaced(ADJUST, dose="0.5", level="22", target="4-8"))["code"] in {
        "TOO_HIGH_TO_SCALE",
        "ROUNDS_TO_ZERO",
    }
    steps = answer("neurotox", "seizure")["data"]["steps"]
    assert any("withhold" in step["text"] and "decision" in step["text"] for step in steps)


def test_r61_the_same_question_has_the_same_answer() -> None:
    """R61: byte for byte, in any language of the machine."""
    assert run(*ADJUST, "--json") == run(*ADJUST, "--json")
    assert run(*ADJUST) == run(*ADJUST, LC_ALL="de_DE.UTF-8", LANG="tr_TR.UTF-8")


def test_r63_a_failure_is_one_object_without_numbers() -> None:
    """R63: with --json a refusal or error is one object with data null; its line is on stderr."""
    for arguments, code in ((replaced(ADJUST, level="61"), 4), (replaced(ADJUST, level="x"), 2), (["adjust", "-x"], 2)):
        exit_code, out, err = run(*arguments, "--json")
        parsed = json.loads(out)
        assert (exit_code, parsed["data"]) == (code, None)
        assert err.count("\n") == 1


def test_r64_overrides_are_specific() -> None:
    """R64: one code at a time, recorded; what must not be overridden can't be."""
    assert not {option for option in ("--force", "--yes") if option in run("adjust", "--help")[1]}
    accepted = answer(*ADJUST, "--days-on-dose", "1", "--accept", "NOT_STEADY_STATE")
    assert "ACCEPTED" in codes(accepted)
    never = {"NOT_A_TROUGH", "CRITICAL_LEVEL", "CENSORED_LEVEL", "PRODUCT_SWITCHED", "NOT_ORAL", "TWO_PRODUCTS", "HELD"}
    assert not never & {str(code) for code in OVERRIDABLE}
    for code in never:
        assert answer(*ADJUST, "--accept", code)["exit"] == 2


def test_r65_an_option_given_twice_is_an_error() -> None:
    """R65: the last one does not win silently; a repeatable option may be repeated."""
    assert answer(*ADJUST, "--level", "6")["exit"] == 2
    assert answer(*ADJUST, "--try", "2", "--try", "2.5")["exit"] == 0


def test_r66_no_check_rests_on_assert_or_a_bare_except() -> None:
    """R66: no assert and no bare except in the program: python -O must not change an answer."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Assert), path
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), path


def test_r67_a_bug_is_one_line_without_text_of_the_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """R67: an unexpected fault exits 1 with its place and no value."""

    def broken(*_: object) -> None:
        raise RuntimeError("SECRETNAME42")

    monkeypatch.setattr("tdmcli.workflows.target.gather", broken)
    code, out, err = run("target", "kidney", "--days", "40", "--json")
    assert (code, json.loads(out)["code"], json.loads(out)["data"]) == (1, "BUG", None)
    assert "SECRETNAME42" not in out + err
    assert "Traceback" not in err
    assert err.count("\n") == 1


def test_r68_every_answer_and_the_help_say_to_verify() -> None:
    """R68: a short fixed line."""
    for arguments in (
        ADJUST,
        ("target", "kidney", "--days", "40"),
        ("interact", "fluconazole"),
        ("neurotox", "tremor"),
    ):
        assert "Decision support for health professionals; verify" in run(*arguments)[1]
    assert "Decision support for health professionals; verify" in CliRunner().invoke(app, ["--help"]).stdout


def test_r69_ranges_that_disagree_stand_first() -> None:
    """R69: heart day 20 at 15: above the seed's 9-12, within the label's 10-20; means and outer ranges don't count."""
    _, out, _ = run(*replaced(ADJUST, level="15", target=None, indication="heart", days="20"))
    first, second = out.splitlines()[:2]
    assert "9-12 ng/mL" in first
    assert "seed-smolecule" in first
    assert second.startswith("RANGES_DISAGREE")
    lupus = answer("target", "lupus-nephritis", "--level", "3.5")
    assert "RANGES_DISAGREE" not in codes(lupus)
    assert answer(*replaced(ADJUST, target=None, indication="autoimmune-hepatitis"))["code"] == "MISSING_TARGET"


def test_r72_unknown_is_never_none() -> None:
    """R72: an unknown symptom has no grade, an unlisted drug is not safe, what was not measured is not absent."""
    parsed = answer("neurotox", "tremor", "glowing-ears")
    assert parsed["data"]["grade"] is None
    assert any("treat it as severe" in step["text"] for step in parsed["data"]["steps"])
    assert {one["present"] for one in parsed["data"]["factors"]} == {None}
    drugs = answer("interact", "fluconazole", "moonberry")["data"]["interactions"]
    assert [one["matched"] for one in drugs] == [None, "fluconazole"]
    assert "not the same as safe" in drugs[0]["action"]


def test_r10_r11_r12_a_level_bears_its_unit() -> None:
    """R10, R11, R12: bare is ng/mL, ug/L the same, nmol/L by molecular weight; mg/L, ng/L and ng/dL are rejected."""
    plain = answer("target", "kidney", "--days", "40", "--level", "7.4")["data"]["level_ng_ml"]
    for text in ("7.4ng/mL", "7.4 ug/L", "7.4mcg/L", "7.4\u00b5g/L", "7.4\u03bcg/L"):
        assert answer("target", "kidney", "--days", "40", "--level", text)["data"]["level_ng_ml"] == plain
    nmol = answer("target", "kidney", "--days", "40", "--level", "9.2nmol/L")["data"]["level_ng_ml"]
    assert nmol == pytest.approx(9.2 * 0.80402)
    for unit in ("mg/L", "ng/L", "ng/dL", "NG/ML", "ng"):
        assert answer("target", "kidney", "--days", "40", "--level", f"7.4{unit}")["exit"] == 2


def test_r30_a_level_is_a_number_above_zero() -> None:
    """R30: zero, negative, not a number, infinite, in words."""
    for text in ("0", "-5", "nan", "inf", "1e3", "seven", "", "7_4", "0x7"):
        assert answer("target", "kidney", "--days", "40", "--level", text)["exit"] == 2


def test_every_code_has_its_text_and_each_text_its_code() -> None:
    """The closed world: codes.toml and the enum are the same set, and every text has no stray gap."""
    texts = read_codes()
    assert set(texts) == {str(code) for code in Code}
    for row in texts.values():
        assert row.message
        assert clean(row.message, 400) == row.message


def test_policy_is_called_policy() -> None:
    """A number of policy.toml that decides is called policy where it is shown."""
    assert read_policy().dose.max_increase_percent == 50
    for arguments in (replaced(ADJUST, level="3"), replaced(ADJUST, level="22.6"), replaced(ADJUST, level="9.4")):
        _, out, err = run(*arguments)
        assert "[policy]" in out + err
