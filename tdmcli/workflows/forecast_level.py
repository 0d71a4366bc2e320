"""What the last level of a patient file says of a change of the dose, beside what a model says (R42-R44, R56-R58)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import hours_between, period_at
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_sample_time, check_steady_state
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.forecast_plan import day_of_intakes

if TYPE_CHECKING:
    from tdmcli.domain.findings import Finding
    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.aim import Aim
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.model_course import ModelCourse

_NO_TROUGH = frozenset({Code.NOT_A_TROUGH, Code.SAMPLE_AT_DOSE, Code.MISSED_DOSE})


class LastLevel(NamedTuple):
    """The last level beside the range.

    `where` it lies, undetermined where it is no trough. `steady`: a trough at steady state on the dose of now, of the
    time of day that is forecast. `far`: beyond the margin outside the range; `twice`: the trough before it on the same
    dose lay on the same side (R58). `no_increase` is what forbids an increase, or empty. `sampled` is the regimen that
    gave it where another one is taken now, `scaled` where it would lie on that by proportion. `timed`: whether the
    file has the time of its last dose.
    """

    text: str
    where: Position
    steady: bool
    far: bool
    twice: bool
    no_increase: str
    sampled: Regimen | None
    scaled: Position | None
    timed: bool

    @property
    def out(self) -> Position | None:
        """Return the side of the range on which a steady trough lies for sure."""
        return self.where if self.steady and (self.far or self.twice) else None


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
    """Return what the last level, the newest of the course, says of a change of the dose."""
    last, where, moving = course.records[-1], place_of(facts, aim), _moving(facts)
    same = facts.sampled == facts.current
    steady = same and where is not Position.UNDETERMINED and not (moving or _kept_badly(facts) or _of_evening(facts))
    margin = read_policy().dose.marginal_percent / 100
    beyond = position(last.level, aim.low * (1 - margin), aim.high * (1 + margin))
    outside = where in {Position.BELOW, Position.ABOVE}
    why = ""
    if any(one.code is Code.GUT_EVENT for one in warnings):
        why = "what happened shortly before the level"
    elif moving:
        why = "the time on this dose"
    elif where is Position.UNDETERMINED:
        why = "the time of the sample"
    return LastLevel(
        text=last.level.text,
        where=where,
        steady=steady,
        far=outside and beyond is where,
        twice=outside and _before(facts, aim, course) is where,
        no_increase=why,
        sampled=None if same else facts.sampled,
        scaled=None if same else _scaled(facts, aim, where),
        timed=facts.hours_after_dose is not None,
    )


def _scaled(facts: Facts, aim: Aim, where: Position) -> Position | None:
    """Return where a trough would lie by proportion on the dose that is taken now, None where it is no trough."""
    if where is Position.UNDETERMINED or facts.level is None or facts.sampled is None or facts.current is None:
        return None
    level = facts.level.value_ng_ml * facts.current.daily_dose_mg / facts.sampled.daily_dose_mg
    return position(facts.level._replace(value_ng_ml=level), aim.low, aim.high)


def _kept_badly(facts: Facts) -> bool:
    """Return whether a dose was missed or vomited so shortly before the level that it may have moved it."""
    if facts.record is None or facts.drawn is None:
        return True
    recent = timedelta(days=read_policy().event.recent_days)
    events = facts.record.history.events
    return any(
        one.kind in {"missed-dose", "vomited"} and facts.drawn.taken - recent <= one.at <= facts.drawn.taken
        for one in events
    )


def _of_evening(facts: Facts) -> bool:
    """Return whether intakes differ and the level was drawn before another one than the first of the day."""
    if facts.record is None or facts.drawn is None or facts.current is None or len(set(facts.current.day_mg)) == 1:
        return False
    history = facts.record.history
    period = period_at(history, facts.drawn.taken)
    if period is None:
        return False
    times = sorted(day_of_intakes(period, history))
    drawn = facts.drawn.taken.astimezone(history.zone)
    hours = [(one.hour - drawn.hour + (one.minute - drawn.minute) / 60 + 12) % 24 - 12 for one in times]
    return min(range(len(times)), key=lambda place: abs(hours[place])) != 0


def _before(facts: Facts, aim: Aim, course: ModelCourse) -> Position | None:
    """Return where the trough before the last one lay, if it was drawn on the same dose and is used."""
    last, before = facts.drawn, facts.before
    if facts.record is None or last is None or before is None or before not in course.records:
        return None
    history = facts.record.history
    then, now = period_at(history, before.taken), period_at(history, last.taken)
    if then is None or now is None or then.regimen != now.regimen or not is_trough(before, history):
        return None
    return position(before.level, aim.low, aim.high)


def _moving(facts: Facts) -> bool:
    """Return whether the last level was drawn before steady state on the dose of now."""
    if facts.current is None or facts.current.product is None:
        return False
    release, policies = facts.current.product.release, read_policy().steady_state
    found = check_steady_state(facts.days_on_dose, facts.change, Position.BELOW, release, policies)
    return any(one.code is Code.NOT_STEADY_STATE for one in found)
