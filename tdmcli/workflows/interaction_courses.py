"""When each drug of a question starts and stops: the dates that were typed, else the patient file's, else today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.drug_course import Course, course_on_file, filed_courses
from tdmcli.domain.findings import Finding
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.interaction_rows import Phase
from tdmcli.tables.readers import read_policy

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.history import DrugPeriod
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.interact_data import InteractQuestion


def courses_of(
    question: InteractQuestion, facts: Facts, rows: list[InteractionRow]
) -> tuple[list[Course], tuple[Finding, ...]]:
    """Return the course of each drug, and where an option was used instead of the file's date.

    A stop today of a drug whose start was not typed is a drug that is stopped today.

    Raises:
        WrongUsage: a date is malformed, the stop comes before the start, two options contradict each other, or a start
            is later than that of a course which the file has going on then.

    """
    if question.stopping and question.stop is not None:
        raise WrongUsage("--stopping means that it stops today: leave it out beside --stop")
    start, stop = _day("--start", question.start), _day("--stop", question.stop)
    stopping = question.stopping or (start is None and stop == facts.today)
    courses, findings = [], []
    for row in rows:
        filed = _filed(row, start, facts)
        course = _course(row, filed, (start, stop), facts.today, stopping=stopping)
        courses.append(course)
        findings += _that_win(course, question) + _on_file(course, facts)
    return courses, tuple(findings)


def _filed(row: InteractionRow, start: date | None, facts: Facts) -> DrugPeriod | None:
    """Return the course of a drug in the patient file that is meant: with a start the one that begins on that day.

    Raises:
        WrongUsage: the course that the file has going on then began before that start.

    """
    if facts.record is None:
        return None
    drugs = facts.record.history.drugs
    filed = course_on_file(row, drugs, facts.today, read_policy().interaction)
    if start is None:
        return filed
    own = filed_courses(row, drugs)
    if begun := next((drug for drug in own if drug.start == start), None):
        return begun
    going_on = next((one for one in own if one.start < start and (one.stop is None or start <= one.stop)), None)
    if going_on is not None and going_on.start <= facts.today:
        since = going_on.start.isoformat()
        raise WrongUsage(f"--start: the file has {row.names[0]} taken since {since} on that day: leave --start out")
    # a course that was over before the one asked about is not the one meant
    return None if filed is not None and filed.stop is not None and filed.stop < start else filed


def _on_file(course: Course, facts: Facts) -> list[Finding]:
    """Return what else the file has of the drug that is planned, and whether its course is yet to come there."""
    if facts.record is None:
        return []
    name, filed = course.row.names[0], course.filed
    findings = []
    if filed is not None and filed.start > facts.today:
        findings.append(Finding(Code.COURSE_TO_COME, {"drug": name, "start": filed.start.isoformat()}))
    for other in filed_courses(course.row, facts.record.history.drugs):
        if other is not filed:
            until = "" if other.stop is None else f" to {other.stop.isoformat()}"
            values = {"drug": name, "start": other.start.isoformat(), "until": until}
            findings.append(Finding(Code.OTHER_COURSE, values))
    return findings


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    from tdmcli.workflows.asked import FIRST_YEAR, LAST_YEAR, typed
    from tdmcli.workflows.patient_entries import parse_day

    day = typed(option, parse_day, text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise WrongUsage(f"{option}: not within the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def _course(
    row: InteractionRow,
    filed: DrugPeriod | None,
    typed: tuple[date | None, date | None],
    today: date,
    *,
    stopping: bool,
) -> Course:
    """Return one drug's course: what was typed comes before the file, and the file before today."""
    start, stop = typed
    if filed is not None:
        start = start or filed.start
        stop = stop or filed.stop
    if stopping and (stop is None or stop > today):
        stop = today
    phases = (Phase.START,) if stop is None else (Phase.STOP,) if stopping else (Phase.START, Phase.STOP)
    if start is None and not stopping:
        start = today
    if start is not None and stop is not None and stop < start:
        since = "" if typed[0] or filed else ", today, as no --start was given"
        option = "--stopping" if stopping else "--stop"
        raise WrongUsage(f"{option}: {stop.isoformat()} is before the start, {start.isoformat()}{since}")
    givers = ["options"] if typed != (None, None) else []
    givers += ["patient file"] if filed is not None and (typed[0] is None or typed[1] is None) else []
    return Course(row, start, stop, phases, filed, " and ".join(givers) or "today")


def _that_win(course: Course, question: InteractQuestion) -> list[Finding]:
    filed = course.filed
    if filed is None:
        return []
    name = course.row.names[0]
    starts = course.start != filed.start
    stops = filed.stop is not None and course.stop != filed.stop
    option = "--stop" if question.stop is not None else "--stopping"
    both = (("--start", f"start of {name}", starts), (option, f"stop of {name}", stops))
    return [Finding(Code.FLAG_WINS, {"flag": flag, "what": what}) for flag, what, wins in both if wins]
