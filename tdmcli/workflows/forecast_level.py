"""What the last level of a patient file says of a change of the dose, beside what a model says (R42-R44, R56-R58)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import hours_between, period_at
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_sample_time, check_steady_state
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.facts import history_findings

if TYPE_CHECKING:
    from tdmcli.domain.findings import Finding
    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.model_course import ModelCourse

_NO_TROUGH = frozenset({Code.NOT_A_TROUGH, Code.SAMPLE_AT_DOSE, Code.MISSED_DOSE})


class LastLevel(NamedTuple):
    """The last level beside the range.

    `where` it lies, undetermined where it is no trough. `steady`: a trough at steady state on the dose of now.
    `out` is the side of the range on which such a trough lies for sure: beyond the margin, or like the trough before
    it on the same dose, which makes it `twice` (R58). `no_increase` is what forbids an increase, or empty; `timed`
    whether the file has the time of its last dose.
    """

    where: Position
    steady: bool
    out: Position | None
    twice: bool
    no_increase: str
    timed: bool


def is_trough(record: LevelRecord, history: History) -> bool:
    """Return whether a level was drawn when a trough is (R42); without its last dose it counts as one."""
    period = period_at(history, record.taken)
    if period is None or record.last_dose is None:
        return period is not None
    hours = hours_between(record.last_dose, record.taken)
    found = check_sample_time(hours, period.regimen.interval_h, read_policy().sampling)
    return not any(one.code in _NO_TROUGH for one in found)


def place_of(facts: Facts, aim: Aim) -> Position:
    """Return where the last level lies; a level that is no trough lies nowhere in a range of troughs."""
    if facts.level is None or facts.record is None or facts.drawn is None:
        return Position.UNDETERMINED
    if not is_trough(facts.drawn, facts.record.history):
        return Position.UNDETERMINED
    return position(facts.level, aim.low, aim.high)


def judge(facts: Facts, aim: Aim, course: ModelCourse, warnings: tuple[Finding, ...]) -> LastLevel:
    """Return what the last level says of a change of the dose."""
    where, moving = place_of(facts, aim), _moving(facts)
    missed = any(one.code is Code.MISSED_DOSE for one in history_findings(facts, Position.UNDETERMINED))
    same = facts.sampled == facts.current and not moving and not missed
    steady = same and where is not Position.UNDETERMINED
    out, twice = None, False
    if steady and facts.level is not None:
        margin = read_policy().dose.marginal_percent / 100
        twice = where in {Position.BELOW, Position.ABOVE} and _before(facts, aim, course) is where
        beyond = position(facts.level, aim.low * (1 - margin), aim.high * (1 + margin))
        out = where if twice or (beyond is where and where is not Position.WITHIN) else None
    why = ""
    if any(one.code is Code.GUT_EVENT for one in warnings):
        why = "what happened shortly before the level"
    elif moving:
        why = "the time on this dose"
    elif where is Position.UNDETERMINED:
        why = "the time of the sample"
    return LastLevel(where, steady, out, twice, why, facts.hours_after_dose is not None)


def _before(facts: Facts, aim: Aim, course: ModelCourse) -> Position | None:
    """Return where the trough before the last one lay, if it was drawn on the same dose and is used."""
    last, before = facts.drawn, facts.before
    if facts.record is None or last is None or before is None or before not in course.records:
        return None
    history = facts.record.history
    if period_at(history, before.taken) != period_at(history, last.taken) or not is_trough(before, history):
        return None
    return position(before.level, aim.low, aim.high)


def _moving(facts: Facts) -> bool:
    """Return whether the last level was drawn before steady state on the dose of now."""
    if facts.current is None or facts.current.product is None:
        return False
    release, policies = facts.current.product.release, read_policy().steady_state
    found = check_steady_state(facts.days_on_dose, facts.change, Position.BELOW, release, policies)
    return any(one.code is Code.NOT_STEADY_STATE for one in found)
