"""What was taken before a level: a course told in two ways is one course, contradictions set levels aside."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tdmcli.records.patient import read_patient
from tdmcli.tables.readers import read_policy, read_products
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


def level(taken: str, last: str = "", *more: str) -> str:
    """Return a level of a patient file."""
    named = [f"last_dose = 2026-{last}:00"] if last else []
    return "\n".join([f'[[levels]]\ntaken = 2026-{taken}:00\nvalue = 8\nunit = "ng/mL"', *named, *more]) + "\n"


def event(at: str, kind: str = "missed-dose") -> str:
    """Return an event of a patient file."""
    return f'[[events]]\nat = 2026-{at}:00\nkind = "{kind}"\n'


TWICE = HEAD + regimen("08-03T08:00")
ONCE = HEAD + regimen("08-03T08:00", "6", "advagraf", 24)


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


def why(found: ModelCourse) -> list[str]:
    """Return why levels were set aside, in the order of their times."""
    return [text for _, text in found.ignored]


def test_a_hold_that_a_new_regimen_ends_is_one_that_was_resumed(course: Course) -> None:
    """Held then begun anew, held then resumed with it, and the old regimen stopped: the same doses."""
    new = regimen("11-14T08:00", "2, 2")
    held = TWICE + event("11-12T20:00", "held") + new
    stopped = HEAD + regimen("08-03T08:00", stop="11-12T20:00") + new
    found = [taken(course(text)) for text in (held, held + event("11-14T08:00", "resumed"), stopped)]
    assert found[0] == found[1] == found[2]
    assert ("11-14 08:00", 2) in found[0]
    assert ("11-13 08:00", 3) not in found[0]


@pytest.mark.parametrize("last", ["11-19T08:00", "11-18T20:00", "11-18T21:00"])
def test_a_last_dose_of_long_before_drops_no_dose_that_the_file_does_not_tell_as_missed(
    course: Course, last: str
) -> None:
    """The level is set aside, the intakes are those of the file without it; told as missed or held, it is believed."""
    doubtful = TWICE + level("11-20T07:50", last)
    found = course(doubtful)
    assert taken(found) == taken(course(TWICE))
    assert "h before it, and the file tells of no missed dose at 2026-11-19" in why(found)[0]
    missed = [event(at) for at in ("11-19T08:00", "11-19T20:00") if at > last]
    for number in range(len(missed)):
        assert not course(doubtful + "".join(missed[:number])).levels
    told = course(doubtful + "".join(missed))
    assert len(told.levels) == 1
    assert len(told.doses) == len(found.doses) - len(missed)
    held = course(doubtful + event(f"{last[:-2]}30", "held") + event("11-20T07:55", "resumed"))
    assert (len(held.levels), held.doses) == (1, told.doses)


def test_r54_a_corrected_level_tells_nothing_of_doses(course: Course) -> None:
    """A last dose that a later entry corrects leaves the doses of a file that never had it."""
    wrong, right = level("11-06T07:50", "11-05T23:00"), level("11-06T07:50", "11-05T20:00")
    for taken_at in ("11-06T07:55", "11-06T07:50"):
        mended = level(taken_at, "11-05T20:00", "corrects = 2026-11-06T07:50:00")
        assert course(TWICE + wrong + mended).doses == course(TWICE + right).doses
    assert course(TWICE + wrong).doses != course(TWICE + right).doses


def test_a_dose_told_as_missed_and_as_taken_leaves_levels_aside(course: Course) -> None:
    """The level that names it, and those of the days after it, tell nothing; a week later they do."""
    text = TWICE + event("11-09T20:00") + level("11-10T07:50", "11-09T20:00")
    later = level("11-11T07:50", "11-10T20:00") + level("11-19T07:50", "11-18T20:00")
    found = course(text + later)
    assert why(found) == [
        "its last dose is told as a missed dose too",
        "drawn 35.8 h after a dose that the file tells as taken and as missed",
    ]
    assert [one.taken.day for one in found.records] == [19]


def test_a_missed_dose_halfway_between_two_leaves_levels_aside(course: Course) -> None:
    """Which of the two was missed is not known; nearer to one it is that one."""
    found = course(TWICE + event("11-20T02:00") + level("11-20T07:50"))
    assert why(found) == ["drawn 5.8 h after a missed dose that is no intake of the regimen"]
    nearer = course(TWICE + event("11-20T01:59") + level("11-20T07:50"))
    assert len(nearer.doses) == len(found.doses) - 1
    assert nearer.levels


@pytest.mark.parametrize(
    ("text", "last", "hours"),
    [
        (ONCE, "11-19T20:00", "08:00"),
        (ONCE, "11-19T19:00", "08:00"),
        (ONCE, "11-19T21:00", "08:00"),
        (HEAD + regimen("08-03T14:00"), "11-19T20:00", "02:00, 14:00"),
        (HEAD + regimen("08-03T00:00"), "11-19T20:00", "00:00, 12:00"),
        (HEAD + regimen("08-03T06:00", "2, 2, 2", hours=8), "11-20T02:00", "06:00, 14:00, 22:00"),
    ],
)
def test_a_last_dose_far_from_the_regimens_hours_is_of_another_regimen(
    course: Course, text: str, last: str, hours: str
) -> None:
    """The level is set aside with both, and no intake is moved for it."""
    found = course(text + level("11-20T08:50", last))
    assert why(found) == [f"its last dose {last[6:]} is no intake of the regimen ({hours})"]
    assert found.doses == course(text).doses


@pytest.mark.parametrize(("start", "interval"), [("08-03T12:00", 12), ("08-03T12:00", 24)])
def test_how_far_off_its_hour_a_dose_may_have_been_taken_is_policy(course: Course, start: str, interval: int) -> None:
    """A last dose up to that share of the interval off, early or late, is the intake itself; beyond it is none."""
    text = HEAD + regimen(start, ", ".join(["3"] * (24 // interval)), hours=interval)
    limit = timedelta(hours=interval) * float(read_policy().forecast.intake_off_percent) / 100
    due = datetime(2026, 11, 19, 12)  # noqa: DTZ001
    for off in (limit, -limit):
        for more, believed in ((timedelta(minutes=-5), True), (timedelta(minutes=5), False)):
            last = due + off + (more if off > timedelta() else -more)
            found = course(text + level("11-19T22:00", f"{last:%m-%dT%H:%M}"))
            assert (f"{last:%m-%d %H:%M}" in dict(taken(found))) == believed
            assert len(found.levels) == believed
            assert len(found.doses) == len(course(text).doses)


def test_a_last_dose_is_the_nearest_intake_of_all_regimens(course: Course) -> None:
    """Half an hour late on the evening before a change to once a day: that dose moves by half an hour, and no other."""
    text = TWICE + regimen("11-09T08:00", "6", "advagraf", 24)
    punctual, late = (taken(course(text + level("11-09T07:50", f"11-08T20:{minute}"))) for minute in ("00", "30"))
    assert [one for one in punctual if one not in late] == [("11-08 20:00", 3)]
    assert [one for one in late if one not in punctual] == [("11-08 20:30", 3)]
    assert ("11-09 08:00", 6) in late


def test_between_two_regimens_close_together_a_last_dose_must_be_nearer_to_one(course: Course) -> None:
    """From 08:00 to 10:00 there are two hours: 09:00 may be either, 10:20 is the new one."""
    text = TWICE + regimen("11-12T10:00", "2, 2")
    doubtful, clear = (course(text + level("11-12T19:00", f"11-12T{last}")) for last in ("09:00", "10:20"))
    assert "is no intake of the regimen" in why(doubtful)[0]
    assert ("11-12 10:20", 2) in taken(clear)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (level("11-20T07:50", "11-19T20:00"), level("11-20T09:00", "11-20T06:00")),
        (level("11-20T07:50", "11-19T20:00"), level("11-20T07:58", "11-19T20:30")),
        (level("11-20T07:40", "11-20T07:20"), level("11-20T09:00", "11-20T08:00")),
    ],
)
def test_r43_two_levels_whose_last_doses_contradict_each_other_are_both_set_aside(
    course: Course, one: str, other: str
) -> None:
    """Which of the two is wrong is not known; alone each is believed. Nothing is moved."""
    found = course(TWICE + one + other)
    assert len(why(found)) == 2
    assert all("contradict each other" in text for text in why(found))
    assert found.doses == course(TWICE).doses
    assert len(course(TWICE + one).levels) == len(course(TWICE + other).levels) == 1


def test_a_dose_that_waited_for_two_samples_was_taken_after_the_second(course: Course) -> None:
    """Nothing was taken between the last dose and either sample."""
    text = TWICE + level("11-20T08:30", "11-19T20:00") + level("11-20T09:30", "11-19T20:00")
    assert [at for at, _ in taken(course(text), "11-20")] == ["11-20 09:31", "11-20 20:00", "11-21 08:00"]


def test_a_dose_that_waited_for_the_sample_gives_way_to_a_new_regimen_that_morning(course: Course) -> None:
    """Changed at the clinic at 10:00: as if the old regimen had stopped that morning; not so in the evening."""
    sample, new = level("11-20T09:30", "11-19T20:00"), regimen("11-20T10:00", "2.5, 2.5")
    changed = course(TWICE + new + sample)
    assert changed.doses == course(HEAD + regimen("08-03T08:00", stop="11-20T08:00") + new + sample).doses
    assert len(changed.levels) == 1
    evening = course(TWICE + regimen("11-20T20:00", "2.5, 2.5") + sample)
    assert taken(evening, "11-20") == [("11-20 09:31", 3), ("11-20 20:00", 2.5), ("11-21 08:00", 2.5)]


@pytest.mark.parametrize(
    ("head", "more"),
    [
        (HEAD.replace("2026-08-01", "2024-01-10"), ""),
        (HEAD.replace("2026-08-01", "2026-11-06"), ""),
        (HEAD.replace("date = 2026-08-01\n", ""), ""),
        (HEAD.replace("2026-08-01", "2026-11-09"), level("11-09T20:00")),
        (HEAD.replace("2026-08-01", "2026-11-09"), '[[levels]]\ntaken = 2026-11-09\nvalue = 8\nunit = "ng/mL"\n'),
    ],
)
def test_doses_before_the_first_regimen_of_the_file_are_not_taken_for_none(
    course: Course, head: str, more: str
) -> None:
    """Not begun with the transplant, or a level before it: levels of the next 7 days are set aside, later ones not."""
    drawn = level("11-11T07:50", "11-10T20:00") + level("11-17T07:50", "11-16T20:00")
    found = course(head + regimen("11-10T08:00") + more + drawn + level("11-17T08:10", "11-16T20:00"))
    assert why(found)[-2:] == [
        f"drawn {days} after the file's first regimen; doses before it are not known" for days in ("1 day", "7 days")
    ]
    assert [f"{one.taken:%d %H}" for one in found.records] == ["17 08"]


def test_a_first_regimen_within_days_of_the_transplant_begins_with_the_first_dose(course: Course) -> None:
    """Then levels of the first week are used."""
    for day in ("10", "07"):
        text = HEAD.replace("2026-08-01", f"2026-11-{day}") + regimen("11-10T08:00")
        assert len(course(text + level("11-12T07:50", "11-11T20:00")).levels) == 1


def test_r51_levels_after_a_vomited_dose_are_set_aside(course: Course) -> None:
    """Within the days of policy; before it and long after it they are used, and no dose is left out."""
    levels = "".join(level(f"11-{day}T07:50", f"11-{day - 1:02}T20:00") for day in (10, 11, 13, 14))
    found = course(TWICE + levels + event("11-10T20:00", "vomited"))
    assert [one.taken.day for one in found.records] == [10, 14]
    assert [text[:10] for text in why(found)] == ["drawn 11.8", "drawn 59.8"]
    assert found.doses == course(TWICE + levels).doses


def test_a_level_of_a_day_alone_says_nothing_of_when_a_dose_waited(course: Course) -> None:
    """Its noon is no time of a sample: the morning's dose stays where it was due."""
    text = TWICE + '[[levels]]\ntaken = 2026-11-13\nlast_dose = 2026-11-12T20:00:00\nvalue = 8\nunit = "ng/mL"\n'
    assert course(text).doses == course(TWICE).doses


def test_what_is_drawn_after_the_time_asked_about_moves_no_dose(course: Course) -> None:
    """A level and an event of tomorrow leave the doses until now as they were."""
    text = TWICE + level("11-21T09:30", "11-20T22:00") + event("11-21T09:30")
    assert course(text).doses == course(TWICE).doses
