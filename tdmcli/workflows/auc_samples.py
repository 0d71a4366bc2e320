"""The levels of one dosing interval: typed as HOURS=LEVEL, or those of a patient file around one dose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.findings import Finding
from tdmcli.domain.limited_sampling import Sample
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import clean, parse_level, parse_number, show
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_molecular_weight, read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.model_levels import by_the_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.asked import Asked


class Interval(NamedTuple):
    """The levels around one dose, in order of their hours.

    `records` are those of a patient file; `dose_at` is None where the levels were typed or there is a trough alone.
    `regimen` is what gave them. `before` is the trough before the first of them. `findings` are of the trough's time.
    `older` is the last level of an earlier dose, where a trough was drawn since and stands in that profile's stead.
    """

    samples: tuple[Sample, ...]
    records: tuple[LevelRecord, ...] = ()
    dose_at: datetime | None = None
    regimen: Regimen | None = None
    before: LevelRecord | None = None
    findings: tuple[Finding, ...] = ()
    older: LevelRecord | None = None

    @property
    def trough_only(self) -> bool:
        """Return whether the trough is the only level."""
        return [one.hours for one in self.samples] == [0]


def typed_samples(asked: Asked, texts: tuple[str, ...], interval_h: int) -> tuple[Sample, ...]:
    """Return the samples that were typed, in order.

    Raises:
        WrongUsage: one is malformed, stands twice, lies beyond the interval, or is beyond belief.

    """
    samples: dict[Decimal, Sample] = {}
    for text in texts:
        hours_text, equals, level_text = text.partition("=")
        if not equals:
            raise WrongUsage(f"--sample: {clean(text)!r} is not HOURS=LEVEL, such as 0=5.6 or 1=18")
        hours = ask.typed("--sample", parse_number, hours_text.strip(" ").removesuffix("h"))
        level = ask.typed("--sample", lambda one: parse_level(one, read_molecular_weight()), level_text)
        if hours > interval_h:
            raise WrongUsage(f"--sample: hour {show(hours)} is beyond the interval of {interval_h} h")
        if hours in samples:
            raise WrongUsage(f"--sample: hour {show(hours)} is given twice")
        ask.confirm(asked, level.value_ng_ml, level_text, read_policy().level.confirm_above, "ng/mL")
        samples[hours] = Sample(hours, level)
    return tuple(samples[hours] for hours in sorted(samples))


def interval_of(history: History, now: datetime) -> Interval:
    """Return the levels of a file around the last dose after which one was drawn that is no trough, else its trough.

    A trough drawn later on another regimen counts in the profile's stead, and so does one of a later visit that is no
    late one: the area is of now. Only levels with a known last dose are used, and troughs by the clock.
    """
    used, _ = past.usable_levels(history, now)
    known = {with_dose(history, one, used): one for one in used if not one.untimed}
    found = _interval_of(history, [one for one in known if one.last_dose is not None and one.last_dose < one.taken])
    return found._replace(
        records=tuple(known[one] for one in found.records),
        before=None if found.before is None else known[found.before],
        older=None if found.older is None else known[found.older],
        findings=found.findings + _taken_by_the_clock(history, [known[one] for one in found.records]),
    )


def with_dose(history: History, record: LevelRecord, used: Sequence[LevelRecord]) -> LevelRecord:
    """Return a level, one that is a trough by the clock of its regimen with the dose due before it as its last.

    No other level may name a dose since then: whether this one was drawn before that dose is not known.
    """
    if record.last_dose is not None:
        return record
    due, found = by_the_clock(record, history)
    if due is None or any(one.refuses or one.code is Code.UNTIMED_LEVEL for one in found):
        return record
    if any(one.last_dose is not None and due < one.last_dose <= record.taken for one in used):
        return record
    return replace(record, last_dose=due)


def _taken_by_the_clock(history: History, records: Iterable[LevelRecord]) -> tuple[Finding, ...]:
    """Return that a level of an interval has no last dose in the file."""
    by_clock = [one for one in records if one.last_dose is None]
    said = [f"{one.level.text} of {one.taken.astimezone(history.zone):%Y-%m-%d %H:%M}" for one in by_clock]
    why = "is taken as a trough by the clock: its last dose is not in the file"
    return tuple(Finding(Code.UNTIMED_LEVEL, {"why": f"{one} {why}"}) for one in said)


def _interval_of(history: History, timed: list[LevelRecord]) -> Interval:
    troughs = [one for one in timed if not is_early(history, one)]
    after = [one for one in timed if is_early(history, one)]
    last = troughs[-1] if troughs else None
    profile, older = after[-1] if after else None, None
    if profile is not None and profile.last_dose is not None:
        found = _profile(history, timed, profile.last_dose, _regimen_at(history, profile.last_dose))
        last, older = _since(history, found, profile, troughs), [profile, *found.records][-1]
        if last is None:
            return found
    if last is None:
        return Interval(())
    return _with_trough(history, Interval((), regimen=_regimen_of(history, last), older=older), last, troughs)


def _since(history: History, found: Interval, profile: LevelRecord, troughs: list[LevelRecord]) -> LevelRecord | None:
    """Return the trough that tells of now in a profile's stead: on another regimen, or of a later visit."""
    newest = troughs[-1] if troughs else None
    if newest is not None and newest.taken > profile.taken and _regimen_of(history, newest) != found.regimen:
        return newest
    visit_h = read_policy().forecast.same_visit_h
    last = max([profile.taken, *(one.taken for one in found.records)])
    later = [one for one in troughs if past.hours_between(last, one.taken) > visit_h and not is_late(history, one)]
    return later[-1] if later else None


def _profile(history: History, timed: list[LevelRecord], dose_at: datetime, regimen: Regimen | None) -> Interval:
    interval_h = regimen.interval_h if regimen else 0
    window = next((one for one in read_policy().sampling if one.interval_h == interval_h), None)
    samples, own = [], []
    for one in timed:
        if one.last_dose is None or not _near(one.last_dose, dose_at):
            continue
        hours = past.hours_between(one.last_dose, one.taken)
        late = window is not None and hours <= window.refuse_after and _is_last(history, one, timed)
        if hours <= interval_h or late:
            samples.append(Sample(hours, one.level))
            own.append(one)
    found = Interval(tuple(samples), tuple(own), dose_at, regimen)
    troughs = [
        one
        for one in timed
        if one.last_dose is not None and one.last_dose < dose_at and one.taken <= dose_at and not is_early(history, one)
    ]
    before = troughs[-1] if troughs else None
    if before is None or window is None or before.last_dose is None:
        return found._replace(before=before)
    if past.hours_between(before.last_dose, dose_at) > window.refuse_after:
        return found._replace(before=before)
    return _with_trough(history, found, before, troughs)


def _is_last(history: History, record: LevelRecord, timed: list[LevelRecord]) -> bool:
    """Return whether nothing in the file names a dose or begins a regimen between a level's last dose and the level."""
    doses = [one.last_dose for one in timed if one.last_dose is not None and not _near(one.last_dose, record.last_dose)]
    turns = [*doses, *(one.start for one in history.regimens)]
    return not any(record.last_dose is not None and record.last_dose < one <= record.taken for one in turns)


def _with_trough(history: History, found: Interval, trough: LevelRecord, troughs: list[LevelRecord]) -> Interval:
    regimen = _regimen_of(history, trough)
    hours = None if trough.last_dose is None else past.hours_between(trough.last_dose, trough.taken)
    earlier = [one for one in troughs if one.taken < trough.taken]
    return found._replace(
        samples=(Sample(Decimal(0), trough.level), *found.samples),
        records=(trough, *found.records),
        before=earlier[-1] if earlier else None,
        findings=_off_time(hours, regimen)
        + _off_time(_hours_to_the_dose(found, trough), regimen)
        + _twice(history, trough, troughs),
    )


def _near(first: datetime | None, second: datetime | None) -> bool:
    """Return whether two times are as near as samples of one hour: those of one dose."""
    if first is None or second is None:
        return False
    return abs(first - second) <= timedelta(minutes=read_policy().auc.sample_minutes)


def _twice(history: History, trough: LevelRecord, troughs: list[LevelRecord]) -> tuple[Finding, ...]:
    """Refuse a trough where another one before the same dose is further from it than levels scatter (R32)."""
    ratio = 1 + read_policy().auc.troughs_apart_percent / 100
    for one in troughs:
        if one == trough or not (_near(one.last_dose, trough.last_dose) or _near(one.taken, trough.taken)):
            continue
        numbers = one.level.is_number and trough.level.is_number
        low, high = sorted((one.level.value_ng_ml, trough.level.value_ng_ml))
        if high > low * ratio if numbers else one.level != trough.level:
            level, before = (
                f"{each.level.text} ({each.taken.astimezone(history.zone):%H:%M})" for each in (trough, one)
            )
            values = {"level": level, "before": before, "ratio": show(ratio)}
            return (Finding(Code.DISCREPANT, values, refuses=True),)
    return ()


def _hours_to_the_dose(found: Interval, trough: LevelRecord) -> Decimal | None:
    """Return the hours between the dose before a trough and the dose after it: a late dose makes it no C0."""
    if found.dose_at is None or trough.last_dose is None:
        return None
    return past.hours_between(trough.last_dose, found.dose_at)


def _off_time(hours: Decimal | None, regimen: Regimen | None) -> tuple[Finding, ...]:
    """Return what the hours say of a trough; early and late, too, refuse what was made with true troughs."""
    found = check_sample_time(hours, regimen.interval_h if regimen else 0, read_policy().sampling)
    off = {Code.EARLY_SAMPLE, Code.LATE_SAMPLE}
    return tuple(one._replace(refuses=one.refuses or one.code in off) for one in found)


def is_early(history: History, record: LevelRecord) -> bool:
    """Return whether a level was drawn too soon after its dose for a trough."""
    return Code.NOT_A_TROUGH in _of_its_time(history, record)


def is_late(history: History, record: LevelRecord) -> bool:
    """Return whether a level was drawn so long after its dose that another one was missed."""
    return Code.MISSED_DOSE in _of_its_time(history, record)


def _of_its_time(history: History, record: LevelRecord) -> set[Code]:
    regimen = _regimen_of(history, record)
    if record.last_dose is None or regimen is None:
        return set()
    hours = past.hours_between(record.last_dose, record.taken)
    return {one.code for one in check_sample_time(hours, regimen.interval_h, read_policy().sampling)}


def _regimen_of(history: History, record: LevelRecord) -> Regimen | None:
    """Return the regimen whose dose a level followed."""
    if record.last_dose is not None and past.period_at(history, record.last_dose) is not None:
        return _regimen_at(history, record.last_dose)
    return _regimen_at(history, past.dosed_at(history, record))


def _regimen_at(history: History, moment: datetime) -> Regimen | None:
    period = past.period_at(history, moment)
    return period.regimen if period else None
