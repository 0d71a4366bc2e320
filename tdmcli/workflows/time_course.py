"""What the patient file tells of the days around the onset of symptoms: doses, levels, drugs, events, values."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.neurotoxicity import onset, pressure_present
from tdmcli.domain.sample_checks import DOES
from tdmcli.domain.target_range import position
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import clean, show, show_range
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.neurotox_data import TimeCourseEntry
from tdmcli.workflows.trend_targets import ranges_over_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod
    from tdmcli.workflows.facts import Facts

    Told = Iterator[tuple[date, str]]


def onset_on_file(facts: Facts) -> date | None:
    """Return the first day of the spell of nervous symptoms that the patient file notes, or None."""
    if facts.record is None:
        return None
    noted = (one.noted for one in facts.record.history.symptoms if not one.is_diarrhoea)
    return onset(noted, facts.today, read_policy().neurotoxicity.recent_days)


def time_course(facts: Facts, began: date | None) -> tuple[TimeCourseEntry, ...]:
    """Return what the file tells from some days [policy] before the onset (without one: before today) until now."""
    if facts.record is None:
        return ()
    history = facts.record.history
    first = (began or facts.today) - timedelta(days=read_policy().neurotoxicity.recent_days)
    told = chain(
        ((one.noted, clean(one.name)) for one in history.symptoms),
        _doses(history, facts.now),
        _drugs(history),
        _events(history, facts.now),
        _levels(facts, history, first),
        _magnesium(history),
        _pressures(history),
    )
    within = sorted((one for one in told if first <= one[0] <= facts.today), key=lambda one: one[0])
    return tuple(
        TimeCourseEntry(day, what, None if began is None else (day - began).days) for day, what in dict.fromkeys(within)
    )


def _doses(history: History, now: datetime) -> Told:
    """Yield each start, change and end of a regimen up to now."""
    begun = [one for one in history.regimens if one.start <= now]
    before: RegimenPeriod | None = None
    for one, after in zip_longest(begun, begun[1:]):
        what = _change(before, one)
        if what:
            yield past.day_of(one.start, history.zone), what
        ends = one.stop is not None and one.stop <= now and (after is None or one.stop < after.start)
        if ends and one.stop is not None:
            yield past.day_of(one.stop, history.zone), "tacrolimus stopped"
        before = None if ends else one


def _change(before: RegimenPeriod | None, after: RegimenPeriod) -> str | None:
    """Return what a new regimen changes, or None where it changes nothing."""
    new, name = after.regimen, after.regimen.product.name if after.regimen.product else "tacrolimus"
    if before is None:
        return f"{name} started: {new.text}"
    old = before.regimen
    if old.product != new.product:
        old_name = old.product.name if old.product else "another product"
        return f"product changed from {old_name} ({old.text}) to {name} ({new.text})"
    if before.route != after.route:
        return f"route changed from {before.route} to {after.route}: {new.text}"
    if old.daily_dose_mg != new.daily_dose_mg:
        way = "raised" if new.daily_dose_mg > old.daily_dose_mg else "lowered"
        return f"dose {way} from {show(old.daily_dose_mg)} mg/day to {new.text}"
    return None if old == new else f"dose divided anew: {new.text}"


def _drugs(history: History) -> Told:
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        direction = None if row is None else direction_of(row)
        does = ", not in the table," if row is None else "" if direction is None else f", which {DOES[direction]},"
        yield drug.start, f"{clean(drug.name)}{does} started"
        if drug.stop is not None:
            yield drug.stop, f"{clean(drug.name)}{does} stopped"


def _events(history: History, now: datetime) -> Told:
    for one in history.events:
        if one.at <= now:
            yield past.day_of(one.at, history.zone), one.kind.replace("-", " ")


def _levels(facts: Facts, history: History, first: date) -> Told:
    """Yield each level with its place in the range of its time, or why it has none."""
    used, ignored = past.usable_levels(history, facts.now)
    begin = past.noon(first - timedelta(days=1), history.zone)
    other = facts.other_indication and facts.target is None  # its ranges are not those of the file's days
    stretches = () if other else ranges_over_time(facts, history, begin, facts.now + timedelta(days=1))
    for one in used:
        says = _not_compared(history, one)
        stretch = next((when for when in stretches if when.start <= one.taken < when.end), None)
        if says is None and stretch is not None:
            low, high = stretch.low_ng_ml, stretch.high_ng_ml
            says = f"{position(one.level, low, high)} {show_range(low, high)}"
        yield past.day_of(one.taken, history.zone), f"level {one.level.text}{f': {says}' if says else ''}"
    for one, why in ignored:
        if one.taken <= facts.now:
            yield past.day_of(one.taken, history.zone), f"level {one.level.text}: not used, {why}"


def _not_compared(history: History, record: LevelRecord) -> str | None:
    """Return why a level may not be held against a range of troughs, or None (R42)."""
    period = past.period_at(history, past.dosed_at(history, record))
    if record.last_dose is None or period is None:
        return None
    hours = past.hours_between(record.last_dose, record.taken)
    findings = check_sample_time(hours, period.regimen.interval_h, read_policy().sampling)
    return f"no trough, drawn {show(hours, 1)} h after a dose" if any(one.refuses for one in findings) else None


def _magnesium(history: History) -> Told:
    limits = read_policy().neurotoxicity
    units = {
        "magnesium_mmol_l": ("mmol/L", limits.magnesium_mmol_l),
        "magnesium_mg_dl": ("mg/dL", limits.magnesium_mg_dl),
    }
    for test, one in history.labs:
        if test in units:
            unit, limit = units[test]
            low = f": below {show(limit)} {unit} [policy]" if one.value < limit else ""
            yield one.day, f"magnesium {show(one.value)} {unit}{low}"


def _pressures(history: History) -> Told:
    policy = read_policy().neurotoxicity
    limits = (policy.systolic_mmhg, policy.diastolic_mmhg)
    systolic = {one.at: one for test, one in history.labs if test == "systolic_mmhg"}
    diastolic = {one.at: one for test, one in history.labs if test == "diastolic_mmhg"}
    for moment in sorted(systolic | diastolic):
        above, below = systolic.get(moment), diastolic.get(moment)
        if above is not None and below is not None:
            high = ": high [policy]" if pressure_present(above.value, below.value, limits) else ""
            yield above.day, f"blood pressure {show(above.value)}/{show(below.value)} mmHg{high}"
            continue
        for name, one, limit in (("systolic", above, limits[0]), ("diastolic", below, limits[1])):
            if one is not None:
                yield one.day, f"{name} {show(one.value)} mmHg{': high [policy]' if one.value >= limit else ''}"
