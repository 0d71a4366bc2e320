"""Levels around one dose that no dose gives: no method of `auc` makes an area of them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tdmcli.domain.limited_sampling import Sample, falls_after_dose
from tdmcli.domain.units import parse_level
from tdmcli.errors import Code

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Ask = Callable[..., subprocess.CompletedProcess[str]]

NOW = ("--as-of", "2026-11-21T09:00+01:00")
PROGRAF = ("--dose", "3", "--every", "12", "--product", "prograf", "--indication", "kidney", "--days", "40")


@pytest.mark.parametrize(
    ("levels", "falls"),
    [
        ({"0": "8.4", "1": "2.1", "4": "1.3"}, True),
        ({"0": "8.4", "1": "4", "4": "3"}, True),
        ({"0": "21.4", "1": "8.4", "4": "12.9"}, True),
        ({"0": "10", "1": "7", "4": "12"}, False),
        ({"0": "10", "1": "6.9", "4": "12"}, True),
        ({"0": "8.4", "1": "21.4", "4": "5.8"}, True),
        ({"0": "8.4", "1": "21.4", "9.9": "5.8"}, True),
        ({"0": "8.4", "1": "21.4", "10": "5.8"}, False),
        ({"0": "8.4", "1": "21.4", "12": "2"}, False),
        ({"1": "8", "4": "2"}, False),
        ({"0": "<9", "1": "4"}, False),
        ({"0": ">9", "1": "4"}, True),
        ({"0": "9", "1": "<5"}, True),
        ({"0": "9", "1": "<8"}, False),
        ({"0": "9", "1": ">5"}, False),
        ({"0": "9nmol/L", "1": "5.1"}, False),
    ],
)
def test_r32_a_level_after_a_dose_is_not_clearly_below_the_one_before(levels: dict[str, str], *, falls: bool) -> None:
    """Below 70 % it falls; a limit only where it leaves no doubt; near the next dose it is a trough."""
    samples = [Sample(Decimal(hour), parse_level(text, Decimal("804.02"))) for hour, text in levels.items()]
    found = falls_after_dose(samples, Decimal(10), Decimal(70))
    assert (found is not None) == falls
    assert found is None or (found.code is Code.FALLS_AFTER_DOSE and found.refuses)


@pytest.mark.parametrize(
    ("levels", "falls"),
    [
        ({"0": "8.4", "1": "7.6", "4": "6.2"}, True),
        ({"0": "8.4", "1": "8.4", "4": "6.2"}, False),
        ({"0": "8.4", "1": "7.6"}, False),
        ({"0": "8.4", "1": "7.6", "12": "7"}, False),
        ({"0": "8.4", "1": "7.6", "4": ">6"}, False),
        ({"0": "8.4", "1": "7.6", "4": "<8.4"}, True),
        ({"0": "8.4", "1": "7.6", "4": "<9"}, False),
    ],
)
def test_r32_after_immediate_release_some_level_rises(levels: dict[str, str], *, falls: bool) -> None:
    """Each of several a little below the one before is a dose not taken; a slow release may begin so."""
    samples = [Sample(Decimal(hour), parse_level(text, Decimal("804.02"))) for hour, text in levels.items()]
    assert (falls_after_dose(samples, Decimal(10), Decimal(70), prompt=True) is not None) == falls
    assert falls_after_dose(samples, Decimal(10), Decimal(70)) is None


def of_file(checkout: Path, path: Path, *pairs: tuple[str, str]) -> str:
    """Return the path of the profile of the golden answers with something else in it."""
    text = (checkout / "tests/golden/patients/auc-profile.toml").read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_r32_a_dose_that_raises_nothing_gives_no_area(checkout: Path, tmp_path: Path, ask: Ask) -> None:
    """Levels that go on falling through a dose of Prograf, none of them by much."""
    pairs = (("value = 7.2\n", "value = 8.4\n"), ("value = 19.4\n", "value = 7.6\n"), ("= 11.3\n", "= 6.2\n"))
    answer = json.loads(ask("auc", "--patient", of_file(checkout, tmp_path / "p.toml", *pairs), *NOW, "--json").stdout)
    assert (answer["code"], answer["data"]) == ("NO_METHOD", None)
    assert "lies below 8.4 ng/mL before it, and so does every level until the next trough" in answer["message"]


@pytest.mark.parametrize(("late", "code"), [("1.5", "DISCREPANT"), ("30", "DISCREPANT"), ("2.6", "FIT_FAILED")])
def test_r32_a_trough_at_the_end_of_the_interval_speaks_too(
    late: str, code: str, checkout: Path, tmp_path: Path, ask: Ask
) -> None:
    """One three times apart from the one before the dose refuses all; one that the model misses warns of the others."""
    entry = (
        f"[[levels]]\ntaken = 2026-11-20T19:50:00\nlast_dose = 2026-11-20T08:00:00\nvalue = {late}\n"
        'unit = "ng/mL"\nassay = "lc-ms/ms"\n\n'
    )
    path = of_file(checkout, tmp_path / "p.toml", ("[[labs]]", f"{entry}[[labs]]"))
    answer = json.loads(ask("auc", "--patient", path, *NOW, "--json").stdout)
    if code == "DISCREPANT":
        assert (answer["code"], answer["data"]) == ("NO_METHOD", None)
        assert f"DISCREPANT: {late} ng/mL (11.8 h after a dose) after 7.2 ng/mL" in answer["message"]
    else:
        assert code in [one["code"] for one in answer["warnings"]]
        assert next(one["refused"] for one in answer["data"]["methods"] if one["id"] == "map") == code


def test_r32_a_level_just_before_the_dose_counts_though_its_own_dose_is_long_ago(
    checkout: Path, tmp_path: Path, ask: Ask
) -> None:
    """After a missed dose it is no C0 of a regression, yet nothing falls from it after the next dose."""
    pairs = (("last_dose = 2026-11-19T20:00:00", "last_dose = 2026-11-19T08:00:00"), ("= 7.2\n", "= 26.4\n"))
    answer = json.loads(ask("auc", "--patient", of_file(checkout, tmp_path / "p.toml", *pairs), *NOW, "--json").stdout)
    assert answer["data"] is None
    assert "FALLS_AFTER_DOSE: 11.3 ng/mL" in answer["message"]


def test_r32_levels_that_are_typed_and_fall_are_refused(ask: Ask) -> None:
    """Three falling levels give no area; the reason names the first of them."""
    said = ask("auc", "--sample", "0=5.6", "--sample", "1=3", "--sample", "4=2", *PROGRAF, "--json")
    answer = json.loads(said.stdout)
    assert (said.returncode, answer["code"], answer["data"]) == (4, "NO_METHOD", None)
    assert "FALLS_AFTER_DOSE: 3 ng/mL 1 h after a dose lies below 70 % [policy] of 5.6 ng/mL" in answer["message"]


@pytest.mark.parametrize(
    ("c0", "c1", "c4"),
    [("8.4", "2.1", "1.3"), ("8.4", "4.0", "3.0"), ("21.4", "8.4", "12.9"), ("8.4", "58", "4.0")],
)
def test_r32_levels_of_a_file_that_fall_give_no_area(
    c0: str, c1: str, c4: str, checkout: Path, tmp_path: Path, ask: Ask
) -> None:
    """A dose that was not taken, samples swapped, a level of another patient: no model and no regression answers."""
    text = (checkout / "tests/golden/patients/auc-profile.toml").read_text(encoding="utf-8")
    for old, new in (("7.2", c0), ("19.4", c1), ("11.3", c4)):
        assert f"value = {old}\n" in text
        text = text.replace(f"value = {old}\n", f"value = {new}\n")
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    answer = json.loads(ask("auc", "--patient", str(path), *NOW, "--json").stdout)
    assert (answer["code"], answer["data"]) == ("NO_METHOD", None)
    assert "FALLS_AFTER_DOSE: " in answer["message"]
    assert "map, " in answer["message"]


def test_two_samples_equally_near_an_hour_are_no_sample_of_it(ask: Ask) -> None:
    """57 and 63 minutes with 11 and 18 ng/mL: which of them was meant is not known; a nearer or an equal one is."""
    for more, code in (
        (("0.95=11", "1.05=18"), "MISSING_LEVEL"),
        (("0.95=11", "1=18"), None),
        (("0.95=18", "1.05=18"), None),
    ):
        samples = [word for one in ("0=5.6", *more, "4=9.1") for word in ("--sample", one)]
        answer = json.loads(ask("auc", *samples, *PROGRAF, "--json").stdout)
        found = next(one for one in answer["data"]["methods"] if one["id"] == "regression-lss-ir-0-1-4h")
        assert found["refused"] == code
        assert code is None or "2 samples lie equally near it" in found["why"]
        assert code is not None or found["terms"][1]["level_ng_ml"] == 18


def test_r11_a_level_in_nmol_stands_in_ng_ml_beside(ask: Ask) -> None:
    """Areas are in ng*h/mL: the level that was typed in nmol/L is shown in ng/mL too, one in ng/mL once."""
    said = ask("auc", "--sample", "0=9.2nmol/L", "--sample", "1=18", *PROGRAF, width=200).stdout
    assert "9.2 nmol/L = 7.4 ng/mL before the dose; 18 ng/mL at 1 h" in said
