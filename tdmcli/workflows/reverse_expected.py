"""What a level is compared with, and which way it is off: its range, else the steady trough before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.findings import Refused
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.units import rounded, show, show_range
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.facts import population_of
from tdmcli.workflows.ranges import RangeQuestion, co_therapies_among, find_ranges
from tdmcli.workflows.reverse_data import ExpectedAnswer

if TYPE_CHECKING:
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.reverse_cause import Sample

_SURPRISE = {Position.ABOVE: "above", Position.BELOW: "below", Position.WITHIN: "none"}


class Off(NamedTuple):
    """What a level is compared with, and which way it is off: above, below, none, or undetermined."""

    expected: ExpectedAnswer
    surprise: str


def find_off(facts: Facts, sample: Sample, organ: str | None, *, old: bool) -> Off | None:
    """Return how far off a level is, or None where there is nothing to compare it with.

    Within its range a level is off only where it does not fit the one before it (R32). `old`: the level is too old to
    be taken as of now, which is said of a range that bears no date.
    """
    against_range = _against_range(facts, sample, organ, old=old)
    if against_range is not None and against_range.surprise != "none":
        return against_range
    against_previous = _against_previous(sample)
    if against_range is None or (against_previous is not None and against_previous.surprise != "none"):
        return against_previous
    return against_range


def _against_range(facts: Facts, sample: Sample, organ: str | None, *, old: bool) -> Off | None:
    found = _range(facts, sample, organ, old=old)
    if found is None:
        return None
    where = position(sample.record.level, found.low_ng_ml, found.high_ng_ml)
    return Off(found, _SURPRISE.get(where, "undetermined"))


def _range(facts: Facts, sample: Sample, organ: str | None, *, old: bool) -> ExpectedAnswer | None:
    """Return the range that was set, unless for another organ; else the table's for the day of the sample."""
    typed = facts.target_from == "--target"
    same_organ = organ == facts.indication
    if facts.target is not None and (typed or same_organ):
        dated = ", as the file has it now" if old and not typed else ""
        text = f"{show_range(*facts.target)} ({facts.target_from}{dated})"
        return ExpectedAnswer("range", *facts.target, text, None)
    if organ is None:
        return None
    try:
        default = find_ranges(_question(facts, sample, organ, same_organ=same_organ)).default
    except Refused:  # the time is not known, or several ranges of a protocol apply
        return None
    if default is None:
        return None
    text = f"{show_range(default.low_ng_ml, default.high_ng_ml)}, {organ}"
    return ExpectedAnswer("range", default.low_ng_ml, default.high_ng_ml, text, default.source)


def _question(facts: Facts, sample: Sample, organ: str, *, same_organ: bool) -> RangeQuestion:
    """Return what decides the range on the day of the sample: its time, age, product and other drugs."""
    if facts.record is None:
        return RangeQuestion(organ, None, co_therapy=co_therapies_among(facts.drugs_said))
    history, taken = facts.record.history, sample.record.taken
    names = tuple(drug.name for drug in past.drugs_on(history, past.day_of(taken, history.zone)))
    return RangeQuestion(
        organ,
        past.days_after_start(history, taken) if same_organ else None,
        phase=facts.phase if same_organ else None,
        population=population_of(past.age_years(history, taken)),
        co_therapy=co_therapies_among((*facts.drugs_said, *names)),
        product=sample.period.regimen.product if sample.period else None,
    )


def _against_previous(sample: Sample) -> Off | None:
    """Return the level against the steady trough before it, brought to the dose of now in proportion (R32).

    Another product, interval or route is in no proportion (R49, R50).
    """
    now, before, previous = sample.period, sample.previous_period, sample.previous
    if now is None or before is None or previous is None or not sample.record.level.is_number:
        return None
    kinds = {(one.regimen.product, one.regimen.interval_h, one.route) for one in (now, before)}
    if len(kinds) > 1 or now.route != "oral":
        return None
    expected = previous.level.value_ng_ml * now.regimen.daily_dose_mg / before.regimen.daily_dose_mg
    ratio, level = read_policy().level.previous_ratio, sample.record.level.value_ng_ml
    surprise = "above" if level > expected * ratio else "below" if level * ratio < expected else "none"
    text = (
        f"{show(expected, 1)} ng/mL, from {previous.level.text} on {previous.taken.date().isoformat()}"
        f" in proportion to the dose; up to {show(ratio)} times more or less is as expected [policy]"
    )
    return Off(ExpectedAnswer("previous-level", rounded(expected), rounded(expected), text, "policy"), surprise)
