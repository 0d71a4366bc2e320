"""The last regimen before a drug began: shown beside a plan for its stop to compare with, never as the proposal."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.drug_course import first_start, is_faded
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.units import clean, listed
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.interact_data import ReferenceAnswer
from tdmcli.workflows.regimens import regimen_answer

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.drug_course import Course
    from tdmcli.domain.history import History, RegimenPeriod
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.other_drugs import OtherDrugs

_REFERENCE = "a reference, not the dose to give"


def reference_answer(facts: Facts, course: Course, others: OtherDrugs) -> ReferenceAnswer:
    """Return the regimen in force before a drug first moved the level, or why none is shown.

    Earlier courses of the same drug that had not faded when the next began belong to it.
    """
    name = course.row.names[0]
    if others.gone:
        return _none(f"the dose before {name} was taken with {listed(others.gone)}, stopped since: it does not compare")
    policy = read_policy().interaction
    drugs = facts.record.history.drugs if facts.record is not None else ()
    start = None if course.start is None else first_start(course.start, course.row, drugs, policy)
    if facts.regimen_given and facts.current is not None and start is not None and start >= facts.today:
        return _typed(facts, facts.current, course)
    if facts.record is None:
        return _none(f"not known without a patient file: look up the dose taken before {name} began")
    if start is None:
        return _none(f"the file does not say when {name} began: give --start")
    return _of_file(facts, facts.record.history, course._replace(start=start), start, others)


def _of_file(facts: Facts, history: History, course: Course, start: date, others: OtherDrugs) -> ReferenceAnswer:
    from tdmcli.domain.history import day_of, period_at
    from tdmcli.domain.sample_checks import is_held

    name = course.row.names[0]
    moment = datetime.combine(start, time(), history.zone) - timedelta(seconds=1)
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
    earlier = None
    if (start - since).days <= read_policy().interaction.dose_in_advance_days:
        notes.append(f"begun shortly before {name}: was it lowered or raised for it already?")
        earlier = _earlier(history, period)
    if others.newer:
        moves = "moves" if len(others.newer) == 1 else "move"
        notes.append(f"{listed(others.newer)} {moves} the level now, and may not have then")
    moving = _moving_then(history, course, moment.date())
    if moving:
        notes.append(f"taken with {listed(moving)}, which moves the level too")
    return ReferenceAnswer(
        regimen=regimen_answer(before),
        since=since,
        earlier=None if earlier is None else regimen_answer(earlier.regimen),
        earlier_since=None if earlier is None else day_of(earlier.start, history.zone),
        note="; ".join(notes),
    )


def _earlier(history: History, period: RegimenPeriod) -> RegimenPeriod | None:
    """Return the regimen before one, where it was of the same product and by mouth."""
    before = [one for one in history.regimens if one.start < period.start]
    if not before or before[-1].route != "oral" or before[-1].regimen.product != period.regimen.product:
        return None
    return before[-1]


def _typed(facts: Facts, current: Regimen, course: Course) -> ReferenceAnswer:
    """Return the regimen that was typed for a drug that begins today or later."""
    name, product = course.row.names[0], current.product
    if product is not None and product.route != "oral":
        return _none(f"the route is {product.route} before {name} begins")
    there = [clean(one) for one in facts.drugs if find_drug(one, (course.row,)) is None]
    beside = f", with {listed(there)}" if there else ""
    note = f"taken before the start{beside}; {_REFERENCE}"
    return ReferenceAnswer(regimen_answer(current), since=None, earlier=None, earlier_since=None, note=note)


def _none(why: str) -> ReferenceAnswer:
    return ReferenceAnswer(regimen=None, since=None, earlier=None, earlier_since=None, note=why)


def _moving_then(history: History, course: Course, day: date) -> list[str]:
    """Return the other drugs that moved the level on a day: taken, or stopped so shortly before that they still did."""
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    policy = read_policy().interaction
    found = []
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        if row is None or row is course.row or direction_of(row) is None or drug.start > day:
            continue
        if not is_faded(row, drug.stop, day, policy):
            found.append(row.names[0])
    return list(dict.fromkeys(found))
