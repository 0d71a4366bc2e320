"""Which levels of a patient file tell a model of the clearance now, and why the others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.drug_days import days_taken, settling_days
from tdmcli.domain.history import day_of, days_after_start, days_between, hours_between, period_at, standing_levels
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.intakes_due import scheduled

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.findings import Finding
    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.workflows.model_intakes import Taken


class Witness:
    """Says of each level up to now why it does not tell of the clearance now, if so."""

    def __init__(self, history: History, taken: Taken, now: datetime) -> None:
        self._history = history
        self._taken = taken
        self._moving = _Moving(history, now)
        self._begun_unknown = _begun_unknown(history, now)

    def against(self, record: LevelRecord) -> str | None:
        """Return why a level is not used, or None."""
        if record.untimed:
            return "the file has its date only"
        if not any(one.at < record.taken for one in self._taken.intakes):
            return "drawn before any dose of the file"
        return (
            self._taken.against.get(record)
            or self._against_doses(record.taken)
            or self._moving.against(record.taken)
            or _against_clock(record, self._history)
        )

    def _against_doses(self, drawn: datetime) -> str | None:
        """Return why it is not known what was taken before a level, or None."""
        policy, begun = read_policy(), self._begun_unknown
        if begun is not None:
            days = days_between(begun, drawn)
            if days <= policy.forecast.unknown_doses_days:
                span = f"{show(days, 1)} {'day' if show(days, 1) == '1' else 'days'}"
                return f"drawn {span} after the file's first regimen; doses before it are not known"
        for doubt in self._taken.doubts:
            if doubt.at <= drawn and days_between(doubt.at, drawn) <= doubt.days:
                return f"drawn {show(hours_between(doubt.at, drawn), 1)} h after {doubt.why}"
        return None


def _begun_unknown(history: History, now: datetime) -> datetime | None:
    """Return when the file's first regimen began, unless that was with the transplant or the treatment itself."""
    if not history.regimens:
        return None
    begun = history.regimens[0].start
    days, day = days_after_start(history, begun), day_of(begun, history.zone)
    before = any(
        day_of(one.taken, history.zone) < day if one.untimed else one.taken < begun
        for one in standing_levels(history, now)
    )
    known = days is not None and days <= read_policy().forecast.first_dose_days and not before
    return None if known else begun


def by_the_clock(record: LevelRecord, history: History) -> tuple[datetime | None, tuple[Finding, ...]]:
    """Return the dose due before a level by its regimen's clock, and what the hours since then say of it (R42)."""
    period = period_at(history, record.taken)
    if period is None:
        return None, ()
    due = [at for at, _ in scheduled(period.start, period.regimen, record.taken, history)]
    if not due:
        return None, ()
    hours = hours_between(due[-1], record.taken)
    return due[-1], check_sample_time(hours, period.regimen.interval_h, read_policy().sampling)


def _against_clock(record: LevelRecord, history: History) -> str | None:
    """Return why a level without a known last dose is not used: by the clock it is no trough, so either may be true."""
    if record.last_dose is not None:
        return None
    _, found = by_the_clock(record, history)
    unclear = any(one.code in {Code.NOT_A_TROUGH, Code.SAMPLE_AT_DOSE} for one in found)
    return "whether the dose due before it had been taken is not known" if unclear else None


class _Moving:
    """Which other drugs moved the level on a day: a clearance under one says nothing of a clearance without it."""

    def __init__(self, history: History, now: datetime) -> None:
        rows = tuple(read_interactions_naming(drug.name for drug in history.drugs))
        self._taken = days_taken(history.drugs, rows)
        self._settling = settling_days(history.drugs, rows, read_policy())
        self._zone = history.zone
        self._now = self._on(now)

    def _on(self, moment: datetime) -> frozenset[str]:
        day = day_of(moment, self._zone)
        return frozenset(found.values["drug"] for span in self._taken for found in span.on(day))

    def against(self, moment: datetime) -> str | None:
        """Return why a level of a moment does not speak of the clearance of now, or None."""
        day = day_of(moment, self._zone)
        settling = [found.values["drug"] for span in self._settling for found in span.on(day)]
        then = self._on(moment)
        if settling:
            return f"drawn while {settling[0]} was setting in or fading"
        if then - self._now:
            return f"drawn with {min(then - self._now)}, unlike now"
        return f"drawn without {min(self._now - then)}, unlike now" if self._now - then else None
