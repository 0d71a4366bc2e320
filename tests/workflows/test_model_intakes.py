"""What was taken before a level: a course told in two ways is one course, contradictions set levels aside."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tdmcli.records.patient import read_patient
from tdmcli.tables.readers import read_products
from tdmcli.workflows.model_course import course_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tdmcli.workflows.model_course import ModelCourse

    Course = Callable[[str], ModelCourse]

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 21, 9, tzinfo=PARIS)
HEAD = """schema = 1
[patient]
id = "p"
time_zone = "Europe/Paris"
[transplant]
organ = "kidney"
date = 2026-08-01
"""


def regimen(start: str, mg: str = "3, 3", product: str = "prograf", hours: int = 12, stop: str = "") -> str:
    """Return a regimen of a patient file, its times of the year 2026."""
    more = f"stop = 2026-{stop}:00\n" if stop else ""
    head = f'[[regimens]]\nstart = 2026-{start}:00\nproduct = "{product}"\n'
    return f"{head}intakes_mg = [{mg}]\ninterval_h = {hours}\n{more}"


def event(at: str, kind: str = "missed-dose") -> str:
    """Return an event of a patient file."""
    return f'[[events]]\nat = 2026-{at}:00\nkind = "{kind}"\n'


TWICE = HEAD + regimen("08-03T08:00")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a function that reads the course of a patient file's text, up to 21 November at 09:00."""

    def read(text: str) -> ModelCourse:
        path = tmp_path / "p.toml"
        path.write_text(text, encoding="utf-8")
        return course_of(read_patient(path, read_products(), Decimal("804.02")).history, NOW)

    return read


def taken(found: ModelCourse, since: str = "11-01") -> list[tuple[str, float]]:
    """Return the doses from a day on, by the clock of the patient."""
    times = ((found.moment(one.time_h).astimezone(PARIS), one.amount_mg) for one in found.doses)
    return [(f"{at:%m-%d %H:%M}", mg) for at, mg in times if f"{at:%m-%d}" >= since]


def test_a_hold_that_a_new_regimen_ends_is_one_that_was_resumed(course: Course) -> None:
    """Held then begun anew, held then resumed with it, and the old regimen stopped: the same doses."""
    new = regimen("11-14T08:00", "2, 2")
    held = TWICE + event("11-12T20:00", "held") + new
    stopped = HEAD + regimen("08-03T08:00", stop="11-12T20:00") + new
    found = [taken(course(text)) for text in (held, held + event("11-14T08:00", "resumed"), stopped)]
    assert found[0] == found[1] == found[2]
    assert ("11-14 08:00", 2) in found[0]
    assert ("11-13 08:00", 3) not in found[0]
