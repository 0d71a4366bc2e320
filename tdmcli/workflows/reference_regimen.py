"""The last regimen before a drug began: shown beside a plan for its stop to compare with, never as the proposal."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.interaction import direction_of, fading_days, find_drug
from tdmcli.domain.units import clean
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.interact_data import ReferenceAnswer
from tdmcli.workflows.regimens import regimen_answer

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.drug_course import Course
    from tdmcli.domain.history import History
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.facts import Facts

_REFERENCE = "a reference, not the dose to give"


def reference_answer(facts: Facts, course: Course, newer: tuple[str, ...]) -> ReferenceAnswer:
    """Return the regimen in force before a drug began, or why none is shown; `newer` drugs were not there then."""
    name = course.row.names[0]
    if facts.regimen_given and facts.current is not None and course.start is not None and course.start >= facts.today:
        return _typed(facts, facts.current, course)
    if facts.record is None:
        return _none(f"not known without a patient file: look up the dose taken before {name} began")
    if course.start is None:
        return _none(f"the file does not say when {name} began: give --start")
    from tdmcli.domain.history import day_of, period_at
    from tdmcli.domain.sample_checks import is_held

    history = facts.record.history
    moment = datetime.combine(course.start, time(), history.zone) - timedelta(seconds=1)
    period = period_at(history, moment)
    if period is None or is_held(history, moment):
        return _none(f"the file has no regimen in force before {name} began")
    if period.route != "oral":
        return _none(f"the route was {period.route} before {name} began")
    before, now = period.regimen, facts.current
    if now is not None and now.product != before.product:
        was, is_ = (one.product.name if one.product else "not known" for one in (before, now))
        return _none(f"the product was {was}, now it is {is_}: their doses do not compare")
    since = day_of(period.start, history.zone)
    notes = [_REFERENCE]
    if (course.start - since).days <= read_policy().interaction.repeat_to_days:
        notes.append(f"begun shortly before {name}: was it lowered or raised for it already?")
    if newer:
        notes.append(f"without {', '.join(newer)}, which moves the level now")
    moving = _moving_then(history, course, moment.date())
    if moving:
        notes.append(f"taken with {', '.join(moving)}, which moves the level too")
    return ReferenceAnswer(regimen_answer(before), since, "; ".join(notes))


def _typed(facts: Facts, current: Regimen, course: Course) -> ReferenceAnswer:
    """Return the regimen that was typed for a drug that begins today or later."""
    name, product = course.row.names[0], current.product
    if product is not None and product.route != "oral":
        return _none(f"the route is {product.route} before {name} begins")
    there = ", ".join(clean(one) for one in facts.drugs if find_drug(one, (course.row,)) is None)
    beside = f", with {there}" if there else ""
    return ReferenceAnswer(regimen_answer(current), None, f"taken before {name}{beside}; {_REFERENCE}")


def _none(why: str) -> ReferenceAnswer:
    return ReferenceAnswer(None, None, why)


def _moving_then(history: History, course: Course, day: date) -> list[str]:
    """Return the other drugs that moved the level on a day: taken, or stopped so shortly before that they still did."""
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    policy = read_policy().interaction
    found = []
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        if row is None or row is course.row or direction_of(row) is None or drug.start > day:
            continue
        if drug.stop is None or (day - drug.stop).days <= fading_days(row, policy):
            found.append(row.names[0])
    return list(dict.fromkeys(found))
