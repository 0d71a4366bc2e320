"""What the sample and the patient's state say of a level: time, flags, missed doses, gut, haematocrit, assay.

A direction is a table's own (cautions, codes); what no table gives a direction goes either way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.interaction import find_drug
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import clean, show
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Direction
from tdmcli.tables.readers import read_cautions, read_interactions_naming, read_policy
from tdmcli.workflows.ranges import co_therapies_among
from tdmcli.workflows.reverse_cause import CODES, SAMPLING, Cause, Finder, Sample, before_level

if TYPE_CHECKING:
    from tdmcli.workflows.facts import Facts

_FROM_LINE = "line_draw"


def sample_and_state(finder: Finder) -> list[Cause]:
    """Return what the sample, events, symptoms, blood and assay of the file could explain of a level."""
    return [*_sample(finder), *_events(finder), *_body(finder), *_assay(finder)]


def _sample(finder: Finder) -> list[Cause]:
    """Return what the sample itself says: its flags, and its time after the dose."""
    record, period = finder.sample.record, finder.sample.period
    causes = []
    for flag in record.flags:
        direction = Direction.RAISES if flag == _FROM_LINE else Direction.EITHER
        what = f"the sample is flagged {clean(flag)}"
        causes.append(finder.cause("flagged-sample", what, finder.day, direction, CODES))
    if period is None or finder.sample.untold or record.untimed:
        return causes
    interval_h = period.regimen.interval_h
    if record.last_dose is not None:
        hours = past.hours_between(record.last_dose, record.taken)
        for found in check_sample_time(hours, interval_h, read_policy().sampling):
            if found.code in _TIMING:
                what = f"drawn {show(hours, 1)} h after the dose, not {interval_h} h"
                causes.append(finder.cause("timing", what, finder.day, _TIMING[found.code], SAMPLING))
        return causes
    window = next((one for one in read_policy().sampling if one.interval_h == interval_h), None)
    hours = past.hours_by_the_clock(period, record.taken)
    if window is not None and window.late_after - interval_h < hours < window.early_before:
        what = f"by the regimen's clock an intake lay {show(hours, 1)} h before the sample, if it was taken before it"
        causes.append(finder.cause("timing", what, finder.day, Direction.RAISES, SAMPLING))
    return causes


_TIMING = {
    Code.NOT_A_TROUGH: Direction.RAISES,
    Code.EARLY_SAMPLE: Direction.RAISES,
    Code.LATE_SAMPLE: Direction.LOWERS,
    Code.MISSED_DOSE: Direction.LOWERS,
    Code.SAMPLE_AT_DOSE: Direction.RAISES,
}


def _events(finder: Finder) -> list[Cause]:
    """Return missed and vomited doses shortly before the level."""
    taken, recent = finder.sample.record.taken, read_policy().event.recent_days
    words = {"missed-dose": "a dose was missed", "vomited": "a dose was vomited"}
    return [
        finder.cause(
            event.kind,
            f"{words[event.kind]} {show(past.hours_between(event.at, taken), 0)} h before the level",
            past.day_of(event.at, finder.history.zone),
            Direction.LOWERS,
            CODES,
        )
        for event in finder.history.events
        if event.kind in words and event.at <= taken and past.days_between(event.at, taken) <= recent
    ]


def _body(finder: Finder) -> list[Cause]:
    """Return diarrhoea and a low haematocrit, with the way that the sources of the cautions say."""
    history, policy = finder.history, read_policy()
    sources = {row.id: (row.source, row.locator) for row in read_cautions() if row.id in {"diarrhoea", "haematocrit"}}
    recent = timedelta(days=policy.event.recent_days)
    causes = [
        finder.cause(
            "gut",
            f"diarrhoea noted {before_level(finder.day, one.noted)}",
            one.noted,
            Direction.RAISES,
            sources["diarrhoea"],
        )
        for one in history.symptoms
        if one.is_diarrhoea and timedelta() <= finder.day - one.noted <= recent
    ]
    found = _haematocrit(finder)
    if found is not None and found.value < policy.level.hematocrit_low_percent:
        limit = show(policy.level.hematocrit_low_percent)
        what = f"haematocrit {show(found.value)} %, below {limit} % [policy]: no reason to raise the dose"
        causes.append(finder.cause("haematocrit", what, found.day, Direction.LOWERS, sources["haematocrit"]))
    return causes


def _haematocrit(finder: Finder) -> past.Measured | None:
    found = past.lab(finder.history, "hematocrit_percent", finder.day)
    recent = read_policy().level.hematocrit_recent_days
    return None if found is None or (finder.day - found.day).days > recent else found


def _assay(finder: Finder) -> list[Cause]:
    """Return a change of assay or laboratory since the level before: assays read high or low against each other."""
    record, previous = finder.sample.record, finder.sample.previous
    if previous is None:
        return []
    changes = [
        (name, old, new)
        for name, old, new in (("assay", previous.assay, record.assay), ("laboratory", previous.lab, record.lab))
        if old and new and old != new
    ]
    if not changes:
        return []
    from tdmcli.tables.dosing_readers import read_sampling

    bias = read_sampling().assay_bias[0]
    return [
        finder.cause(
            "assay", f"the {name} changed from {clean(old)} to {clean(new)}", finder.day, Direction.EITHER,
            (bias.source, bias.locator),
        )
        for name, old, new in changes
    ]  # fmt: skip


def absent_from_file(sample: Sample, facts: Facts) -> tuple[str, ...]:
    """Return what the file does not hold around the level; without a file, that there is none."""
    if facts.record is None:
        return ("doses and their times, other drugs, events and laboratory values: no patient file was given",)
    history, record = facts.record.history, sample.record
    finder = Finder(sample, history, "none", "")
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    names = dict.fromkeys(drug.name for drug in history.drugs if find_drug(drug.name, rows) is None)
    unlisted = [clean(name) for name in names if not co_therapies_among((name,))]
    missing = (
        ("when the dose before the sample was taken", record.last_dose is None),
        ("the time of day of the sample", record.untimed),
        ("other drugs, herbs and foods", not history.drugs),
        ("missed or vomited doses", not history.events),
        ("diarrhoea", not history.symptoms),
        (f"a haematocrit within {read_policy().level.hematocrit_recent_days} days", _haematocrit(finder) is None),
        ("the assay", record.assay is None),
        ("a level before it", sample.previous is None),
    )
    return tuple(what for what, is_missing in missing if is_missing) + tuple(
        f"what {name} does: it is not in the table" for name in unlisted
    )
