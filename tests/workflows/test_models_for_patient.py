"""Which models are for a patient, as `auc` and `forecast` say it: the days of a release, and other drugs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tdmcli.errors import BadFile
from tdmcli.tables.builder import build_row, load_toml
from tdmcli.tables.location import data_folder
from tdmcli.tables.model_forms import Covariate
from tdmcli.tables.model_readers import model_ids, read_model
from tdmcli.tables.model_rows import ModelRow
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.facts import gather
from tdmcli.workflows.model_course import course_of
from tdmcli.workflows.model_covariates import steps_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Ask = Callable[..., subprocess.CompletedProcess[str]]

NOW = ("--as-of", "2026-11-28T10:00+01:00")
HEAD = """schema = 1
[patient]
id = "p"
birth_date = 1971-03-02
sex = "female"
height_cm = 165
time_zone = "Europe/Paris"
[transplant]
organ = "{organ}"
date = {transplanted}
[genotype]
cyp3a5 = "*3/*3"
[[labs]]
taken = 2026-11-01
hematocrit_percent = 33
[[weights]]
measured = 2026-11-01
kg = 68
"""


def patient(organ: str, transplanted: str, product: str, mg: str, hours: int) -> str:
    """Return a patient with one trough of yesterday on a regimen of many weeks."""
    dose = "2026-11-26T20:00:00" if hours == 12 else "2026-11-26T08:00:00"
    return (
        HEAD.format(organ=organ, transplanted=transplanted)
        + f'[[regimens]]\nstart = 2026-09-13T08:00:00\nproduct = "{product}"\nintakes_mg = {mg}\ninterval_h = {hours}\n'
        + f'[[levels]]\ntaken = 2026-11-27T07:50:00\nlast_dose = {dose}\nvalue = 6.4\nunit = "ng/mL"\n'
        + 'assay = "lc-ms/ms"\n'
    )


def answer(ask: Ask, path: Path, text: str, *words: str) -> dict[str, Any]:
    """Return the JSON answer of a command about a patient file of this text."""
    path.write_text(text, encoding="utf-8")
    named = ("forecast", str(path), "--target", "5-8") if "forecast" in words else ("auc", "--patient", str(path))
    found: dict[str, Any] = json.loads(ask(*named, *NOW, "--json").stdout)
    return found


def drug(name: str, start: str, stop: str | None = None) -> str:
    """Return another drug of a patient file."""
    return f'[[drugs]]\nname = "{name}"\nstart = {start}\n' + (f"stop = {stop}\n" if stop else "")


def azole_by_day(path: Path, text: str) -> dict[str, str | None]:
    """Return from which day on the file says what of an azole, None where that is not known."""
    path.write_text(text, encoding="utf-8")
    facts = gather(Asked(datetime.fromisoformat(NOW[1]), retrospective=True, patient=path))
    assert facts.record is not None
    course = course_of(facts.record.history, facts.now)
    found: dict[str, str | None] = {}
    for step in steps_of(facts.record, course, facts.now):
        value = step.values.get(Covariate.AZOLE)
        assert value is None or isinstance(value, str)
        day = course.moment(step.from_h).astimezone(facts.record.history.zone).date().isoformat()
        if not found or value != list(found.values())[-1]:
            found[day] = value
    return found


def outside(found: dict[str, Any]) -> list[str]:
    """Return what the warnings say of a patient outside the model."""
    return [one["message"] for one in found["warnings"] if one["code"] == "OUTSIDE_MODEL"]


@pytest.mark.parametrize("command", ["auc", "forecast"])
@pytest.mark.parametrize(
    ("transplanted", "product", "mg", "hours", "said"),
    [
        ("2026-09-12", "prograf", "[3, 3]", 12, None),
        ("2026-06-01", "prograf", "[3, 3]", 12, None),
        ("2026-05-31", "prograf", "[3, 3]", 12, "Prograf, days after transplant 181, not 7 to 180"),
        ("2018-11-28", "prograf", "[3, 3]", 12, "Prograf, days after transplant 2922, not 7 to 180"),
        ("2026-09-12", "advagraf", "[6]", 24, "Advagraf, days after transplant 77, not 365 on"),
        ("2025-11-29", "advagraf", "[6]", 24, "Advagraf, days after transplant 364, not 365 on"),
        ("2025-11-28", "advagraf", "[6]", 24, None),
    ],
)
def test_r60_outside_the_days_of_its_release_a_model_answers_and_says_so(  # noqa: PLR0917
    command: str, transplanted: str, product: str, mg: str, hours: int, said: str | None, ask: Ask, tmp_path: Path
) -> None:
    """Woillard 2011 saw Prograf for six months and Advagraf after a year: it is used on any day, beyond with a word."""
    found = answer(ask, tmp_path / "p.toml", patient("kidney", transplanted, product, mg, hours), command)
    assert found["data"] is not None, found["message"]
    used = found["data"]["model"]["id"] if command == "forecast" else found["data"]["methods"][0]["model"]
    assert used == "woillard-2011"
    assert len(outside(found)) == (said is not None)
    assert said is None or said in outside(found)[0]


def test_days_of_a_release_are_those_of_the_model(tmp_path: Path) -> None:
    """Days of a release that the model has not, or twice, or backwards, stop with the reason."""
    table = load_toml(data_folder() / "models" / "woillard-2011.toml")["model"]
    day = {"release": "prolonged", "from_day": 365}
    for days, message in (
        ([day, day], "each once"),
        ([day | {"release": "extended"}], "release"),
        ([day | {"to_day": 365}], "forward"),
    ):
        with pytest.raises(BadFile, match=message):
            build_row(ModelRow, table | {"own_days": days}, str(tmp_path))


HEART = patient("heart", "2026-09-12", "prograf", "[1, 1]", 12)


@pytest.mark.parametrize(
    ("drugs", "wanted"),
    [
        ("", {"2026-09-13": "no"}),
        (drug("Sporanox", "2026-09-12"), {"2026-09-13": "yes"}),
        (
            drug("fluconazole", "2026-10-01", "2026-10-10"),
            {"2026-09-13": "no", "2026-10-01": "yes", "2026-10-18": "no"},
        ),
        (
            drug("clotrimazole", "2026-10-01", "2026-10-10"),
            {"2026-09-13": "no", "2026-10-01": None, "2026-10-18": "no"},
        ),
        (
            drug("itraconazole", "2026-09-12", "2026-10-10") + drug("posaconazole", "2026-10-05", "2026-10-06"),
            {"2026-09-13": "yes", "2026-10-05": None, "2026-10-14": "yes", "2026-10-18": "no"},
        ),
        (drug("azoles", "2026-10-01"), {"2026-09-13": "no", "2026-10-01": None}),
    ],
)
def test_an_azole_of_the_model_counts_a_week_longer_and_another_is_not_known(
    drugs: str, wanted: dict[str, str | None], tmp_path: Path
) -> None:
    """The paper pooled three azoles, each to a week after its stop; while another acts or fades nothing is known."""
    assert azole_by_day(tmp_path / "p.toml", HEART + drugs) == wanted


@pytest.mark.parametrize("command", ["auc", "forecast"])
@pytest.mark.parametrize("name", ["clotrimazole", "isavuconazole", "posaconazole", "miconazole", "ketoconazole", None])
def test_r60_a_heart_model_with_three_azoles_is_not_used_with_another(
    command: str, name: str | None, ask: Ask, tmp_path: Path
) -> None:
    """With an azole that was none of the model's no number is made of it; without one there is."""
    found = answer(ask, tmp_path / "p.toml", HEART + (drug(name, "2026-09-12") if name else ""), command)
    if name is None:
        assert found["data"] is not None, found["message"]
    else:
        assert found["data"] is None
        assert "it asks for azole (itraconazole, voriconazole, fluconazole or none, no other)" in found["message"]


def test_only_one_model_says_which_azoles_it_was_made_with() -> None:
    """Steps of covariates are the same for all models, so two lists of azoles could not both be kept."""
    rows = [one for name in model_ids() for one in read_model(name).covariate if one.covariate is Covariate.AZOLE]
    assert [(one.drugs, one.days_after_stop) for one in rows] == [(("itraconazole", "voriconazole", "fluconazole"), 7)]
