"""When each drug of a question starts and stops: the dates that were typed, else the patient file's, else today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.drug_course import Course, course_on_file
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

    Raises:
        WrongUsage: a date is malformed, the stop comes before the start, or two options contradict each other.

    """
    if question.stopping and question.stop is not None:
        raise WrongUsage("--stopping means that it stops today: leave it out beside --stop")
    start, stop = _day("--start", question.start), _day("--stop", question.stop)
    courses, findings = [], []
    for row in rows:
        filed = None
        if facts.record is not None:
            filed = course_on_file(row, facts.record.history.drugs, facts.today, read_policy().interaction)
        course = _course(row, filed, (start, stop), facts.today, stopping=question.stopping)
        courses.append(course)
        findings += _that_win(course, question)
    return courses, tuple(findings)


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
    if start is not None and filed is not None and filed.stop is not None and filed.stop < start:
        filed = None  # the file's course was over before the one that is asked about
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
