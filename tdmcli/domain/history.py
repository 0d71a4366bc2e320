"""A patient over time: the shapes of what a patient file holds, and questions about a moment.

Every time is aware. Differences are taken in UTC, so a change of clocks moves nothing (SAFETY R41).
Rows are sorted by time when a history is made: the order in the file says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.spelling import spelling
from tdmcli.domain.trough import Change

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from tdmcli.domain.regimen import Regimen
    from tdmcli.domain.units import Level


@dataclass(frozen=True, slots=True)
class RegimenPeriod:
    """A regimen from its start until its stop or the next one."""

    start: datetime
    regimen: Regimen
    route: str
    stop: datetime | None = None


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """A level as drawn; `untimed` where only its date is known, so its time of day means nothing."""

    taken: datetime
    level: Level
    untimed: bool = False
    last_dose: datetime | None = None
    assay: str | None = None
    lab: str | None = None
    flags: tuple[str, ...] = ()
    corrects: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrugPeriod:
    """Another drug from its first to its last day; no stop means it goes on."""

    name: str
    start: date
    stop: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: missed-dose, vomited, held, resumed, admitted, discharged, rejection."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Symptom:
    """A symptom and when it was noted; diarrhoea is one."""

    noted: date
    name: str

    @property
    def is_diarrhoea(self) -> bool:
        """Return whether it is diarrhoea, in either spelling."""
        return spelling(self.name) in {"diarrhoea", "diarrhea"}

    @property
    def is_vomiting(self) -> bool:
        """Return whether it is vomiting."""
        return spelling(self.name) in {"vomiting", "vomited"}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its day and moment: a weight (kg), or a laboratory value in the unit of its name."""

    day: date
    value: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one patient, sorted by time; genotypes are diplotypes as text, such as `*1/*3`."""

    patient_id: str
    zone: tzinfo
    birth_date: date | None = None
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    sex: str | None = None
    cyp3a5: str | None = None
    cyp3a4: str | None = None
    donor_cyp3a5: str | None = None
    indication: str | None = None
    start_date: date | None = None
    phase: str | None = None
    target_ng_ml: tuple[Decimal, Decimal] | None = None
    target_reason: str | None = None
    regimens: tuple[RegimenPeriod, ...] = ()
    levels: tuple[LevelRecord, ...] = ()
    drugs: tuple[DrugPeriod, ...] = ()
    events: tuple[Event, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    weights: tuple[Measured, ...] = ()
    labs: tuple[tuple[str, Measured], ...] = ()


def days_between(earlier: datetime, later: datetime) -> Decimal:
    """Return elapsed days, in UTC."""
    return hours_between(earlier, later) / 24


def hours_between(earlier: datetime, later: datetime) -> Decimal:
    """Return elapsed hours, in UTC."""
    seconds = (later.astimezone(UTC) - earlier.astimezone(UTC)) // timedelta(seconds=1)
    return Decimal(seconds) / 3600


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the calendar day of a moment where the patient is."""
    return moment.astimezone(zone).date()


def days_after_start(history: History, moment: datetime) -> int | None:
    """Return the days from the transplant (or the start of treatment) to a moment, or None."""
    if history.start_date is None:
        return None
    return (day_of(moment, history.zone) - history.start_date).days


def age_years(history: History, moment: datetime) -> int | None:
    """Return the age in whole years, or None."""
    born = history.birth_date
    if born is None:
        return None
    today = day_of(moment, history.zone)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def period_at(history: History, moment: datetime) -> RegimenPeriod | None:
    """Return the regimen in force at a moment: the last one begun by then, unless it was stopped."""
    begun = [period for period in history.regimens if period.start <= moment]
    if not begun:
        return None
    last = begun[-1]
    return None if last.stop is not None and last.stop <= moment else last


def dosed_at(history: History, record: LevelRecord) -> datetime:
    """Return the moment whose regimen gave a level (R43, R45).

    A trough is drawn before the next dose: where a regimen began after the level's last dose, or at the very minute of
    the sample, it is the regimen before that one which the level shows.
    """
    since = record.taken if record.last_dose is None else record.last_dose
    begun = [one.start for one in history.regimens if since < one.start <= record.taken or one.start == record.taken]
    first = min(begun, default=None)
    if first is None or not any(one.start < first for one in history.regimens):
        return record.taken
    return first - timedelta(seconds=1)


def usable_levels(
    history: History, now: datetime
) -> tuple[tuple[LevelRecord, ...], tuple[tuple[LevelRecord, str], ...]]:
    """Return the levels up to now that may be used, and those set aside with the reason.

    Set aside: drawn after `now`, flagged by the laboratory (R52), or corrected by a later entry (R54).
    """
    standing = set(standing_levels(history, now))
    used, ignored = [], []
    for record in history.levels:
        if not _is_drawn(history, record, now):
            ignored.append((record, "drawn after the time asked about"))
        elif record.flags:
            ignored.append((record, f"flagged {', '.join(record.flags)}"))
        elif record not in standing:
            ignored.append((record, "corrected by a later entry"))
        else:
            used.append(record)
    return tuple(used), tuple(ignored)


def standing_levels(history: History, now: datetime) -> tuple[LevelRecord, ...]:
    """Return the levels up to now that no later entry corrects (R54), flagged ones among them."""
    corrected = {one.corrects for one in history.levels if one.corrects is not None and one.taken <= now}
    return tuple(
        record
        for record in history.levels
        if _is_drawn(history, record, now) and (record.taken not in corrected or record.corrects == record.taken)
    )


def _is_drawn(history: History, record: LevelRecord, now: datetime) -> bool:
    """Return whether a level was drawn by a moment; of one without a time, by its day."""
    today = record.untimed and day_of(record.taken, history.zone) == day_of(now, history.zone)
    return record.taken <= now or today


def days_on_dose(history: History, moment: datetime) -> tuple[Decimal, Change | None] | None:
    """Return the days on an unchanged regimen before a moment, and which way it changed, None where that is not known.

    A change of product or interval has no known direction. None where no regimen was in force.
    """
    if period_at(history, moment) is None:
        return None
    begun = [one for one in history.regimens if one.start <= moment]
    since, change = begun[-1].start, _change_to(history, begun, len(begun) - 1)
    for number in range(len(begun) - 1, 0, -1):
        if held_between(history, begun[number - 1].start, begun[number].start):
            break
        if not _same_regimen(begun[number - 1], begun[number]):
            break
        since, change = begun[number - 1].start, _change_to(history, begun, number - 1)
    resumed = max((one.at for one in history.events if one.kind == "resumed" and one.at <= moment), default=since)
    if resumed > since:
        since, change = resumed, Change.START
    return days_between(since, moment), change


def held_between(history: History, earlier: datetime, later: datetime) -> bool:
    """Return whether tacrolimus was held at some time after one moment and by another."""
    return any(one.kind == "held" and earlier < one.at <= later for one in history.events)


def _same_regimen(before: RegimenPeriod, after: RegimenPeriod) -> bool:
    stopped = before.stop is not None and before.stop < after.start
    return not stopped and before.regimen == after.regimen


def _change_to(history: History, begun: list[RegimenPeriod], number: int) -> Change | None:
    """Return which way the dose went at the start of a regimen; a start after a pause, None where it is not known."""
    if number == 0:
        return Change.START
    before, after = begun[number - 1], begun[number]
    if before.stop is not None and before.stop < after.start:
        return Change.START
    if held_between(history, before.start, after.start):
        return Change.START
    if before.regimen.product != after.regimen.product or before.regimen.interval_h != after.regimen.interval_h:
        return None
    old, new = before.regimen.daily_dose_mg, after.regimen.daily_dose_mg
    if old == new:
        return None
    return Change.INCREASE if new > old else Change.DECREASE


def hours_by_the_clock(period: RegimenPeriod, moment: datetime) -> Decimal:
    """Return the hours since the last intake that the regimen's start and interval put before a moment."""
    return hours_between(period.start, moment) % period.regimen.interval_h


def drugs_on(history: History, day: date) -> tuple[DrugPeriod, ...]:
    """Return the other drugs taken on a day."""
    return tuple(drug for drug in history.drugs if drug.start <= day and (drug.stop is None or day <= drug.stop))


def latest(values: Iterable[Measured], day: date) -> Measured | None:
    """Return the last value measured by a day, or None."""
    return max((one for one in values if one.day <= day), key=lambda one: one.at, default=None)


def lab(history: History, name: str, day: date) -> Measured | None:
    """Return the last value of a laboratory test by a day, or None."""
    return latest((one for test, one in history.labs if test == name), day)


def noon(day: date, zone: tzinfo) -> datetime:
    """Return the middle of a day, which stands for a time that is not known."""
    return datetime.combine(day, time(12), zone)
