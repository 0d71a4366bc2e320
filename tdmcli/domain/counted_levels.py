"""Which levels of a course count, and for what: one judgement a level, each at the moment it was drawn.

A level that is no trough of the oral regimen, or does not fit those before it, counts for nothing. One that was still
moving (not at steady state, an interacting drug setting in or fading) is a true trough of that day: it counts for time
in range, not for variability. The checks are those of `trough` and `sample_checks`, on the rows near each level only,
so that a course of thousands of levels takes no longer than its length. Rules: SAFETY R32, R37, R42-R45, R48-R52, R55.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.cd_ratio import release_of
from tdmcli.domain.drug_days import days_taken, settling_days
from tdmcli.domain.findings import Finding
from tdmcli.domain.sample_checks import check_events
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_sample_time, check_size, check_steady_state
from tdmcli.domain.units import show
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.tables.policy import Policy

_FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


class Judged(NamedTuple):
    """A level, the regimen in force when it was drawn, and what speaks against it.

    `against`: it counts for nothing. `moving`: not for variability. `notes`: it counts, and this is to be known.
    """

    record: LevelRecord
    period: RegimenPeriod | None
    against: tuple[Finding, ...] = ()
    moving: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()

    @property
    def counts(self) -> bool:
        """Return whether it counts as a trough."""
        return not self.against

    @property
    def is_steady(self) -> bool:
        """Return whether it counts for variability too."""
        return not self.against and not self.moving


def judge_levels(
    history: History,
    now: datetime,
    rows: Iterable[InteractionRow],
    policy: Policy,
    soonest_h: Decimal,
    accepted: frozenset[Code] = frozenset(),
) -> tuple[Judged, ...]:
    """Return every level with what speaks against it, in order of time.

    Args:
        history: the patient's file.
        now: levels drawn later do not count.
        rows: the interactions that name the file's drugs.
        policy: the limits.
        soonest_h: hours before which a sample is no trough of any regimen.
        accepted: codes that speak against nothing here.

    """
    used, ignored = past.usable_levels(history, now)
    course = _Course(history, tuple(rows), policy, soonest_h, accepted)
    judged = [
        Judged(record, None, (Finding(Code.LEVEL_IGNORED, _said(record, why), refuses=True),))
        for record, why in ignored
    ]
    judged += course.judge(used)
    return tuple(sorted(judged, key=lambda one: one.record.taken))


def _said(record: LevelRecord, why: str) -> dict[str, str]:
    return {"taken": record.taken.date().isoformat(), "level": record.level.text, "why": why}


class _Course:
    """A history with its rows indexed by time."""

    def __init__(
        self,
        history: History,
        rows: tuple[InteractionRow, ...],
        policy: Policy,
        soonest_h: Decimal,
        accepted: frozenset[Code],
    ) -> None:
        self._history = history
        self._policy = policy
        self._soonest_h = soonest_h
        self._accepted = accepted
        self._starts = [period.start for period in history.regimens]
        self._event_times = [event.at for event in history.events]
        self._noted = [symptom.noted for symptom in history.symptoms]
        self._turns = [event for event in history.events if event.kind in {"held", "resumed"}]
        self._turn_times = [event.at for event in self._turns]
        self._overlaps = _overlaps(history.regimens)
        self._settling = settling_days(history.drugs, rows, policy)
        self._on_board = days_taken(history.drugs, rows)
        longest = max(max(one.decrease_days, one.increase_days) for one in policy.steady_state)
        self._needed = timedelta(days=int(longest) + 1)
        hours = max((one.refuse_after for one in policy.sampling), default=soonest_h)
        self._recent = timedelta(days=policy.event.recent_days) + timedelta(hours=float(hours))

    def judge(self, records: Sequence[LevelRecord]) -> list[Judged]:
        """Return the usable levels with what speaks against them.

        A level is discrepant where it fits neither the steady one before it nor the last that fitted: after a single
        wrong level the next is not wrong too. What moves for a known reason is not compared.
        """
        judged: list[Judged] = []
        last: Judged | None = None
        fitting: Judged | None = None
        for record in records:
            one = self._judge(record)
            if one.is_steady:
                misfits = [self._discrepant(one, before) for before in (last, fitting) if before is not None]
                last = one
                if misfits and all(misfits):
                    one = one._replace(against=self._unless_accepted(misfits[0]))
                if one.counts:
                    fitting = one
            judged.append(one)
        return judged

    def _unless_accepted(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(one for one in findings if one.code not in self._accepted)

    def _judge(self, record: LevelRecord) -> Judged:
        local = self._near(record.taken)
        moment = past.dosed_at(local, record)
        period = past.period_at(local, moment)
        policy, day = self._policy, past.day_of(record.taken, self._history.zone)
        against, notes = self._regimen(moment, period), check_size(record.level, policy.level)
        if not record.level.is_number:
            against += (Finding(Code.CENSORED_LEVEL, {"level": record.level.text}, refuses=True),)
        timing = self._timing(record, period)
        window_h = next(
            (one.refuse_after for one in policy.sampling if period and one.interval_h == period.regimen.interval_h),
            self._soonest_h,
        )
        timing += check_events(local, record.taken, window_h, policy.event)
        against += tuple(one for one in timing if one.refuses)
        notes += tuple(one for one in timing if not one.refuses)
        moving = tuple(finding for spans in self._settling for finding in spans.on(day))
        on_dose = past.days_on_dose(local, moment)
        if period is not None and on_dose is not None:
            days, change = on_dose
            release = release_of(period.regimen)
            moving += check_steady_state(days, change, Position.UNDETERMINED, release, policy.steady_state)
        notes += tuple(finding for spans in self._on_board for finding in spans.on(day))
        return Judged(record, period, self._unless_accepted(against), self._unless_accepted(moving), notes)

    def _near(self, moment: datetime) -> History:
        """Return the history with those rows alone that a check of a level at this moment can need."""
        history = self._history
        begun = bisect_right(self._starts, moment)
        first = min(bisect_left(self._starts, moment - self._needed), begun - 1)
        regimens = history.regimens[max(first - 1, 0) : begun]
        recent = moment - max(self._recent, self._needed)
        until = bisect_right(self._event_times, moment)
        events = history.events[bisect_left(self._event_times, recent) : until]
        oldest = bisect_left(self._turn_times, min([recent, *(period.start for period in regimens[:1])]))
        turned = bisect_left(self._turn_times, recent)
        events = (*self._turns[min(oldest, max(turned - 1, 0)) : turned], *events)
        day = past.day_of(moment, history.zone)
        noted = bisect_left(self._noted, day - timedelta(days=self._policy.event.recent_days))
        return replace(
            history,
            regimens=regimens,
            events=events,
            symptoms=history.symptoms[noted : bisect_right(self._noted, day)],
            levels=(),
            drugs=(),
            labs=(),
            weights=(),
        )

    def _regimen(self, taken: datetime, period: RegimenPeriod | None) -> tuple[Finding, ...]:
        """Return whether two products ran together, none did, or the route was another (R33, R50, R55)."""
        if not self._history.regimens:
            return ()
        place = bisect_right(self._overlaps, (taken, _FOREVER))
        if place and taken < self._overlaps[place - 1][1]:
            return (Finding(Code.TWO_PRODUCTS, refuses=True),)
        turned = bisect_right(self._turn_times, taken)
        held = turned and self._turns[turned - 1].kind == "held"
        if held and period is not None and period.start > self._turns[turned - 1].at:
            held = False
        if period is None or held:
            return (Finding(Code.HELD, {"when": "was in force when the level was drawn"}, refuses=True),)
        if period.route != "oral":
            return (Finding(Code.NOT_ORAL, {"route": period.route}, refuses=True),)
        return ()

    def _timing(self, record: LevelRecord, period: RegimenPeriod | None) -> tuple[Finding, ...]:
        if record.untimed or record.last_dose is None:
            return (Finding(Code.UNTIMED_LEVEL, {"why": "the file does not have the hours after the dose"}),)
        hours = past.hours_between(record.last_dose, record.taken)
        if period is not None:
            return check_sample_time(hours, period.regimen.interval_h, self._policy.sampling)
        if hours < self._soonest_h:
            values = {"hours": show(hours, 1), "limit": show(self._soonest_h), "interval": "12 or 24"}
            return (Finding(Code.NOT_A_TROUGH, values, refuses=True),)
        return ()

    def _discrepant(self, one: Judged, before: Judged) -> tuple[Finding, ...]:
        """Return whether a level does not fit an earlier one on the same regimen (R32)."""
        if one.period is None or before.period is None or one.period.regimen != before.period.regimen:
            return ()
        ratio = self._policy.level.previous_ratio
        change = one.record.level.value_ng_ml / before.record.level.value_ng_ml
        if change * ratio >= 1 and change <= ratio:
            return ()
        values = {"level": one.record.level.text, "before": before.record.level.text, "ratio": show(ratio)}
        return (Finding(Code.DISCREPANT, values, refuses=True),)


def _overlaps(regimens: Sequence[RegimenPeriod]) -> list[tuple[datetime, datetime]]:
    """Return from when until when two products were taken together, in order of time."""
    found: list[tuple[datetime, datetime]] = []
    last: RegimenPeriod | None = None  # of those begun, the one that is said to run longest
    for before, after in pairwise(regimens):
        if before.stop is not None and (last is None or last.stop is None or before.stop > last.stop):
            last = before
        if last is not None and last.stop is not None and last.stop > after.start:
            if last.regimen.product != after.regimen.product:
                found.append((after.start, last.stop))
        elif before.start == after.start and before.regimen.product != after.regimen.product:
            found.append((after.start, after.stop or _FOREVER))
    return found
