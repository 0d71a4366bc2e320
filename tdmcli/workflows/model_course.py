"""A patient file as the engine takes it: every intake and every level on one axis of hours."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.drug_days import days_taken, settling_days
from tdmcli.domain.history import day_of, period_at, usable_levels
from tdmcli.domain.spelling import spelling
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import Censor
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.likelihood import Censoring, Level
from tdmcli.tables.model_forms import Assay
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.tables.rows import Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod
    from tdmcli.domain.regimen import Regimen

_A_MINUTE = timedelta(minutes=1)


class Intake(NamedTuple):
    """One dose as it was taken: when, how many mg, and over how many hours it ran in (0 by mouth)."""

    at: datetime
    mg: float
    infusion_h: float


class ModelCourse(NamedTuple):
    """Doses and levels in hours after `zero`; `records` are those of the levels, `ignored` why others are not used."""

    zero: datetime
    doses: tuple[Dose, ...]
    levels: tuple[Level, ...]
    records: tuple[LevelRecord, ...]
    ignored: tuple[tuple[LevelRecord, str], ...]

    def hour(self, moment: datetime) -> float:
        """Return a moment in hours after zero, by elapsed time (R41)."""
        return (moment.astimezone(UTC) - self.zero).total_seconds() / 3600

    def moment(self, hour: float) -> datetime:
        """Return the moment of an hour after zero."""
        return self.zero + timedelta(hours=hour)


def course_of(history: History, now: datetime) -> ModelCourse:
    """Return the doses taken and the levels that tell of them, up to now.

    Set aside: what `usable_levels` sets aside, a level of a day without a time, one before any dose, and one drawn
    under other drugs that move the level than are taken now.
    """
    intakes = tuple(intakes_of(history, now))
    zero = intakes[0].at.astimezone(UTC) if intakes else now.astimezone(UTC)
    course = ModelCourse(zero, (), (), (), ())
    doses = tuple(Dose(course.hour(one.at), one.mg, one.infusion_h) for one in intakes)
    used, ignored = usable_levels(history, now)
    moving = _Moving(history, now)
    kept, aside = [], list(ignored)
    for record in used:
        why = _against(record, intakes, moving) or _against_clock(record, history)
        if why is None:
            kept.append(record)
        else:
            aside.append((record, why))
    levels = tuple(_level(record, course.hour(record.taken)) for record in kept)
    return ModelCourse(zero, doses, levels, tuple(kept), tuple(aside))


def _against(record: LevelRecord, intakes: tuple[Intake, ...], moving: _Moving) -> str | None:
    if record.untimed:
        return "the file has its date only"
    if not any(one.at < record.taken for one in intakes):
        return "drawn before any dose of the file"
    return moving.against(record.taken)


def _against_clock(record: LevelRecord, history: History) -> str | None:
    """Return why a level without a known last dose is not used: by the clock it is no trough, so either may be true."""
    period = period_at(history, record.taken)
    if record.last_dose is not None or period is None:
        return None
    due = [at for at, _ in scheduled(period.start, period.regimen, record.taken, history)]
    hours = Decimal(repr((record.taken - due[-1]).total_seconds() / 3600)) if due else None
    found = check_sample_time(hours, period.regimen.interval_h, read_policy().sampling)
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


def _level(record: LevelRecord, hour: float) -> Level:
    value = float(record.level.value_ng_ml)
    limit = None if record.level.is_number else Censoring(value, record.level.censor is Censor.BELOW)
    return Level(hour, value, assay_of(record.assay), limit)


def assay_of(name: str | None) -> Assay:
    """Return the assay of a level as models tell them apart; one that is not known is any."""
    if name is None:
        return Assay.ANY
    plain = spelling(name).replace(" ", "").replace("-", "").replace("/", "")
    if plain.startswith("lc") or "tandem" in plain:
        return Assay.LC_MS_MS
    return Assay.IMMUNOASSAY if plain in IMMUNOASSAYS else Assay.ANY


IMMUNOASSAYS = frozenset({"immunoassay", "cmia", "eclia", "acmia", "emit", "meia", "clia", "qms"})


def intakes_of(history: History, until: datetime) -> Iterator[Intake]:
    """Return every intake before a moment: by the clock of the patient's zone, less those missed or held.

    Where a level names its last dose, the intake nearest to it (within half an interval) was taken then; none was
    taken from there to the sample, and one due shortly before the sample was taken right after it.
    """
    drawn = [(one.last_dose, one.taken) for one in history.levels if one.last_dose is not None]
    named = sorted(one.last_dose for one in history.levels if one.last_dose is not None)
    missed = sorted(one.at for one in history.events if one.kind == "missed-dose")
    for number, period in enumerate(history.regimens):
        ends = [until, *((period.stop,) if period.stop else ()), *(one.start for one in history.regimens[number + 1 :])]
        end = min(ends)
        half = timedelta(hours=period.regimen.interval_h) / 2
        for at, mg in scheduled(period.start, period.regimen, end, history):
            if _was_held(history, at) or _near(missed, at, half) is not None:
                continue
            said = _near(named, at, half)
            taken = at if said is None or not period.start - half <= said < end else said
            sample = next((level for last, level in drawn if last < taken < level), None)
            if sample is not None and sample - taken > half:
                continue
            taken = taken if sample is None else min(sample + _A_MINUTE, until)
            infusion = float(period.regimen.interval_h) if period.route == Route.INTRAVENOUS else 0.0
            yield Intake(taken, mg, infusion)


def _near(moments: list[datetime], at: datetime, within: timedelta) -> datetime | None:
    """Return the moment nearest to another, if it lies less than so far away; the moments are in order."""
    place = bisect_left(moments, at)
    nearest = min(moments[max(place - 1, 0) : place + 1], key=lambda one: abs(one - at), default=None)
    return nearest if nearest is not None and abs(nearest - at) < within else None


def scheduled(
    start: datetime, regimen: Regimen, end: datetime, history: History, turn: int = 0
) -> Iterator[tuple[datetime, float]]:
    """Return the times and mg of a regimen from a moment to before its end, by the clock on the wall (R41).

    `turn` is the number of the first intake in the regimen's cycle.
    """
    local = start.astimezone(history.zone).replace(tzinfo=None)
    number = 0
    while True:
        at = (local + timedelta(hours=regimen.interval_h * number)).replace(tzinfo=history.zone)
        if at.astimezone(UTC) >= end.astimezone(UTC):
            return
        yield at, float(regimen.intakes_mg[(turn + number) % len(regimen.intakes_mg)])
        number += 1


def _was_held(history: History, moment: datetime) -> bool:
    """Return whether tacrolimus was held at a moment: the last hold before it was not yet ended."""
    told = [one for one in history.events if one.kind in {"held", "resumed"} and one.at <= moment]
    return bool(told) and told[-1].kind == "held"


def next_intake(period: RegimenPeriod, now: datetime, history: History) -> datetime:
    """Return when the next intake of a regimen in force is due, at a moment or after it."""
    end = now + timedelta(hours=2 * period.regimen.interval_h) + _A_MINUTE
    times = (at for at, _ in scheduled(period.start, period.regimen, end, history))
    return next(at for at in times if at.astimezone(UTC) >= now.astimezone(UTC))
