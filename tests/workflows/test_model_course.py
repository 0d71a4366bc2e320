"""From a patient file to what the engine takes: doses by the clock on the wall, what was missed or held, covariates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tdmcli.errors import BadFile
from tdmcli.records.patient import PatientRecord, read_patient
from tdmcli.tables.model_forms import Assay, Covariate
from tdmcli.tables.readers import read_products
from tdmcli.workflows.model_course import assay_of, course_of
from tdmcli.workflows.model_covariates import steps_of
from tdmcli.workflows.model_intakes import taken_of

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
HEAD = """schema = 1
[patient]
id = "p"
birth_date = 1970-01-01
sex = "male"
height_cm = 180
time_zone = "Europe/Paris"
[transplant]
organ = "kidney"
date = 2026-10-20
"""
REGIMEN = """[[regimens]]
start = 2026-10-23T08:00:00
product = "prograf"
intakes_mg = [4, 3]
interval_h = 12
"""
NOW = datetime(2026, 10, 27, 9, tzinfo=PARIS)


def record_of(folder: Path, text: str) -> PatientRecord:
    """Return what a patient file of this text holds."""
    path = folder / "p.toml"
    path.write_text(text, encoding="utf-8")
    return read_patient(path, read_products(), Decimal("804.02"))


def level(taken: str, value: float = 8, *more: str) -> str:
    """Return a level of a patient file."""
    return "\n".join([f'[[levels]]\ntaken = {taken}\nvalue = {value}\nunit = "ng/mL"', *more]) + "\n"


def test_r41_intakes_follow_the_clock_on_the_wall_and_hours_are_those_that_passed(tmp_path: Path) -> None:
    """In the night the clocks go back, 20:00 to 08:00 is 13 h; the cycle of intakes goes on."""
    course = course_of(record_of(tmp_path, HEAD + REGIMEN).history, NOW)
    assert [(one.time_h, one.amount_mg) for one in course.doses[:6]] == [
        (0, 4),
        (12, 3),
        (24, 4),
        (36, 3),
        (49, 4),
        (61, 3),
    ]
    assert course.zero == datetime(2026, 10, 23, 6, tzinfo=UTC)
    assert course.moment(49) == datetime(2026, 10, 25, 8, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("events", "gone"),
    [
        ('[[events]]\nat = 2026-10-24T08:00:00\nkind = "missed-dose"\n', {"24 08"}),
        ('[[events]]\nat = 2026-10-24T10:30:00\nkind = "missed-dose"\n', {"24 08"}),
        (
            (
                '[[events]]\nat = 2026-10-24T07:00:00\nkind = "held"\n'
                '[[events]]\nat = 2026-10-25T12:00:00\nkind = "resumed"\n'
            ),
            {"24 08", "24 20", "25 08"},
        ),
        ('[[events]]\nat = 2026-10-26T09:00:00\nkind = "held"\n', {"26 20", "27 08"}),
        ('[[events]]\nat = 2026-10-24T08:00:00\nkind = "vomited"\n', set()),
    ],
)
def test_what_was_missed_or_held_was_not_taken(tmp_path: Path, events: str, gone: set[str]) -> None:
    """Exactly the intakes told of are left out, and the others keep their doses."""
    full = list(taken_of(record_of(tmp_path, HEAD + REGIMEN).history, NOW).intakes)
    less = list(taken_of(record_of(tmp_path, HEAD + REGIMEN + events).history, NOW).intakes)
    assert set(less) <= set(full)
    assert {f"{one.at:%d %H}" for one in set(full) - set(less)} == gone


def test_a_last_dose_named_beside_a_level_moves_the_intake_nearest_to_it(tmp_path: Path) -> None:
    """That intake moves, the one due just before the sample comes after it, none is added, and the order stays."""
    named = level("2026-10-26T08:05:00", 8, "last_dose = 2026-10-25T22:30:00")
    full = list(taken_of(record_of(tmp_path, HEAD + REGIMEN).history, NOW).intakes)
    moved = list(taken_of(record_of(tmp_path, HEAD + REGIMEN + named).history, NOW).intakes)
    expected = [datetime(2026, 10, 25, 22, 30, tzinfo=PARIS), datetime(2026, 10, 26, 8, 6, tzinfo=PARIS)]
    assert [one.at for one in moved if one not in full] == expected
    assert [one.mg for one in moved] == [one.mg for one in full]
    assert moved == sorted(moved)


def test_a_new_regimen_ends_the_one_before_and_a_drip_runs_between_its_doses(tmp_path: Path) -> None:
    """No intake of the old regimen is counted from the start of the new one."""
    drip = (
        '[[regimens]]\nstart = 2026-10-20T08:00:00\nroute = "intravenous"\nintakes_mg = [1]\ninterval_h = 24\n'
        'product = "intravenous"\n'
    )
    later = REGIMEN.replace("10-23T08", "10-25T20").replace("[4, 3]", "[2, 2]")
    found = list(taken_of(record_of(tmp_path, HEAD + drip + REGIMEN + later).history, NOW).intakes)
    assert [(one.mg, one.infusion_h) for one in found[:3]] == [(1, 24)] * 3
    assert [one.mg for one in found if datetime(2026, 10, 23, tzinfo=PARIS) < one.at] == [4, 3, 4, 3, 4, 2, 2, 2, 2]


@pytest.mark.parametrize(
    ("levels", "why"),
    [
        (level("2026-10-26"), "the file has its date only"),
        (level("2026-10-22T08:00:00"), "drawn before any dose of the file"),
        (level("2026-10-26T08:00:00", 8, 'flags = ["line_draw"]'), "flagged line_draw"),
        (
            level("2026-10-26T08:00:00") + '[[drugs]]\nname = "voriconazole"\nstart = 2026-10-26\n',
            "drawn while voriconazole was setting in or fading",
        ),
    ],
)
def test_a_level_that_tells_nothing_of_the_clearance_now_is_set_aside_with_why(
    tmp_path: Path, levels: str, why: str
) -> None:
    """Such a level is in no estimate; the answer says why."""
    course = course_of(record_of(tmp_path, HEAD + REGIMEN + levels).history, NOW)
    assert (course.levels, [one for _, one in course.ignored]) == ((), [why])


def test_a_level_below_a_limit_is_a_limit_and_its_assay_is_told(tmp_path: Path) -> None:
    """`<2` becomes a censored level, never a level of 2."""
    text = level("2026-10-26T08:00:00").replace("value = 8", 'value = "<2"') + level(
        "2026-10-27T08:00:00", 7, 'assay = "lc-ms/ms"'
    )
    first, second = course_of(record_of(tmp_path, HEAD + REGIMEN + text).history, NOW).levels
    assert first.censoring is not None
    assert first.censoring.below
    assert first.censoring.limit_ng_ml == 2
    assert (second.censoring, second.assay, second.value_ng_ml) == (None, Assay.LC_MS_MS, 7)


@pytest.mark.parametrize(
    ("name", "assay"),
    [
        ("LC-MS/MS", Assay.LC_MS_MS),
        ("lcms", Assay.LC_MS_MS),
        ("CMIA", Assay.IMMUNOASSAY),
        ("immunoassay", Assay.IMMUNOASSAY),
        ("architect", Assay.ANY),
        (None, Assay.ANY),
    ],
)
def test_assays_are_told_apart_only_where_their_name_says_so(name: str | None, assay: Assay) -> None:
    """A name that isn't known is any assay, not a guess."""
    assert assay_of(name) is assay


LABS = """[[labs]]
taken = 2026-10-24
hematocrit_percent = 28
[[labs]]
taken = 2026-10-26
hematocrit_percent = 32
creatinine_umol_l = 130
[[weights]]
measured = 2026-10-24
kg = 80
"""


def test_covariates_count_from_halfway_to_the_value_before_and_the_first_holds_before_it(tmp_path: Path) -> None:
    """Haematocrit changes at noon between its dates; what was measured once holds throughout; days count up."""
    record = record_of(tmp_path, HEAD + '[genotype]\ncyp3a5 = "*1/*3"\n' + REGIMEN + LABS)
    course = course_of(record.history, NOW)
    steps = steps_of(record, course, NOW)
    halfway = course.hour(datetime(2026, 10, 25, 12, tzinfo=PARIS))
    hematocrits = {(one.from_h >= halfway, one.values[Covariate.HEMATOCRIT_PERCENT]) for one in steps}
    assert hematocrits == {(False, 28.0), (True, 32.0)}
    assert {one.values[Covariate.CREATININE_UMOL_L] for one in steps} == {130.0}
    assert {one.values[Covariate.CYP3A5] for one in steps} == {"*1/*3"}
    assert steps[0].values[Covariate.DAYS_AFTER_TRANSPLANT] == 3.0
    assert [one.from_h for one in steps] == sorted(one.from_h for one in steps)
    assert steps[0].from_h == 0


def test_sizes_follow_height_weight_and_sex(tmp_path: Path) -> None:
    """Mosteller: sqrt(180 x 80 / 3600) = 2.00 m2; Janmahasatian: 9270 x 80 / (6680 + 216 x 24.69) = 61.7 kg."""
    record = record_of(tmp_path, HEAD + REGIMEN + LABS)
    values = steps_of(record, course_of(record.history, NOW), NOW)[-1].values
    assert values[Covariate.BODY_SURFACE_M2] == pytest.approx(2.0)
    assert values[Covariate.FAT_FREE_MASS_KG] == pytest.approx(9270 * 80 / (6680 + 216 * 80 / 1.8**2))


def test_what_the_file_does_not_have_is_not_there(tmp_path: Path) -> None:
    """No genotype, no weight, no laboratory test is made up; an azole that is not listed was not taken."""
    record = record_of(tmp_path, HEAD + REGIMEN)
    (values,) = {tuple(sorted(one.values)) for one in steps_of(record, course_of(record.history, NOW), NOW)}
    assert set(values) == {
        Covariate.HEIGHT_CM,
        Covariate.DAYS_AFTER_TRANSPLANT,
        Covariate.AGE_YEARS,
        Covariate.RELEASE,
        Covariate.AZOLE,
    }


def test_an_azole_counts_from_its_first_day_and_on_after_its_last(tmp_path: Path) -> None:
    """The day before the first day it does not act; the day after the last one it still does."""
    drug = '[[drugs]]\nname = "fluconazole"\nstart = 2026-10-24\nstop = 2026-10-25\n'
    record = record_of(tmp_path, HEAD + REGIMEN + drug)
    course = course_of(record.history, NOW)
    steps = steps_of(record, course, NOW)

    def taken(hour: int, day: int) -> object:
        at = course.hour(datetime(2026, 10, day, hour, tzinfo=PARIS))
        return [one for one in steps if one.from_h <= at][-1].values[Covariate.AZOLE]

    assert [taken(12, day) for day in (23, 24, 25, 26)] == ["no", "yes", "yes", "yes"]


def test_azoles_that_overlap_are_one_time_under_azoles(tmp_path: Path) -> None:
    """The stop of the first does not end the second; a step at now has the days of now."""
    rows = (("fluconazole", "24", "26"), ("voriconazole", "25", "26"), ("fluconazole", "26", None))
    drugs = "".join(
        f'[[drugs]]\nname = "{name}"\nstart = 2026-10-{start}\n' + (f"stop = 2026-10-{stop}\n" if stop else "")
        for name, start, stop in rows
    )
    record = record_of(tmp_path, HEAD + REGIMEN + drugs)
    steps = steps_of(record, course_of(record.history, NOW), NOW)
    assert steps[-1].values[Covariate.AZOLE] == "yes"
    assert steps[-1].values[Covariate.DAYS_AFTER_TRANSPLANT] == 7.0


def test_values_of_long_before_the_first_dose_are_not_of_this_patient_now(tmp_path: Path) -> None:
    """A haematocrit of six years before is not there."""
    old = "[[labs]]\ntaken = 2020-01-01\nhematocrit_percent = 22\n"
    record = record_of(tmp_path, HEAD + REGIMEN + old)
    steps = steps_of(record, course_of(record.history, NOW), NOW)
    assert not any(Covariate.HEMATOCRIT_PERCENT in one.values for one in steps)


def test_a_genotype_that_can_not_be_read_is_a_fault_of_the_file_without_its_text(tmp_path: Path) -> None:
    """The message names the heading and none of what it held."""
    record = record_of(tmp_path, HEAD + '[genotype]\ncyp3a5 = "secret words"\n' + REGIMEN)
    with pytest.raises(BadFile) as caught:
        steps_of(record, course_of(record.history, NOW), NOW)
    assert "[genotype]" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_doses_do_not_depend_on_when_they_are_asked_for(tmp_path: Path) -> None:
    """Those before a moment are the same from any later one."""
    history = record_of(tmp_path, HEAD + REGIMEN).history
    early = taken_of(history, NOW).intakes
    late = taken_of(history, NOW + timedelta(days=5)).intakes
    assert late[: len(early)] == early
