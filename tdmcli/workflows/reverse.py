"""What could explain a surprising level? What it is compared with, and what in the file goes which way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.findings import Refused, refuse
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import rounded, show, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.drug_checks import check_taken
from tdmcli.workflows.facts import population_of
from tdmcli.workflows.interact_data import InteractData
from tdmcli.workflows.ranges import RangeQuestion, co_therapies_among, find_ranges
from tdmcli.workflows.reverse_cause import Finder, Sample
from tdmcli.workflows.reverse_data import ExpectedAnswer, ReverseAnswer
from tdmcli.workflows.reverse_drugs import causes_said, drugs_in_file, regimens_in_file
from tdmcli.workflows.reverse_sample import absent_from_file, sample_and_state

if TYPE_CHECKING:
    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.interact_data import InteractQuestion


class _Off(NamedTuple):
    """What a level is compared with, and which way it is off: above, below or none."""

    expected: ExpectedAnswer
    surprise: str


def answer_reverse(question: InteractQuestion, facts: Facts) -> Answer[InteractData]:
    """Return what could explain a level: the last of the file, whatever its flags, or one that was typed.

    Raises:
        WrongUsage: drugs or dates were named.
        Refused: there is no level, or nothing to compare it with.

    """
    if question.drugs or question.start or question.stop or question.stopping or question.whole_table:
        raise WrongUsage("--reverse explains a level: leave out drugs, dates and --list (--with names what is taken)")
    organ = facts.indication if question.organ is None else ask.find_indication(question.organ)
    sample = _sample(facts)
    citations = Citations()
    off = _off(facts, sample, organ)
    if off is None:
        why = ": no target, no indication with its time, and no level before it to compare with"
        raise refuse(Code.MISSING_TARGET, why=why)
    if off.expected.source is not None:
        citations.add(off.expected.source)
    causes = causes_said(facts, off.surprise)
    if facts.record is not None:
        finder = Finder(sample, facts.record.history, off.surprise, off.expected.kind)
        causes += [*drugs_in_file(finder), *regimens_in_file(finder), *sample_and_state(finder)]
    causes.sort(key=lambda one: one.answer.when or "", reverse=True)
    explanations = tuple(one.answer for one in sorted(causes, key=lambda one: _ORDER[one.answer.fits]))
    for one in causes:
        citations.add(one.answer.source, one.locator)
    reverse = ReverseAnswer(
        level=sample.record.level.text,
        level_ng_ml=sample.record.level.value_ng_ml,
        taken=None if facts.record is None or facts.level_given else sample.record.taken,
        untimed=sample.record.untimed,
        expected=off.expected,
        surprise=off.surprise,
        explanations=explanations,
        absent=absent_from_file(sample, facts),
    )
    findings = tuple(one for one in facts.findings if one.code is Code.FLAG_WINS)
    findings += check_size(sample.record.level, read_policy().level)
    findings += tuple(one for one in check_taken(facts.drugs_said) if one.code is Code.UNLISTED_DRUG)
    return Answer(
        command="interact",
        data=InteractData(
            stopping=False, organ=organ, interactions=(), adjusted=None, plan=(), table=(),
            regimen=sample.period.regimen.text if sample.period else None, reverse=reverse,
        ),
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question, facts, sample, organ),
    )  # fmt: skip


_ORDER = {True: 0, None: 1, False: 2}


def _own_inputs(question: InteractQuestion, facts: Facts, sample: Sample, organ: str | None) -> dict[str, object]:
    inputs: dict[str, object] = {"reverse": {"value": True, "from": "--reverse"}}
    if question.organ is not None:
        inputs["organ"] = {"value": organ, "from": "--organ"}
    if facts.record is not None and not facts.level_given:
        taken = sample.record.taken.isoformat()
        inputs["level"] = {"value": sample.record.level.text, "from": "patient file", "taken": taken}
    return inputs


def _sample(facts: Facts) -> Sample:
    """Return the level that is asked about, with the regimen that gave it and the usable level before it.

    Raises:
        Refused: there is none.

    """
    if facts.record is None:
        if facts.level is None:
            raise refuse(Code.MISSING_LEVEL, why="")
        return Sample(past.LevelRecord(facts.now, facts.level), None, None, None, untold=True)
    history = facts.record.history
    used, ignored = past.usable_levels(history, facts.now + timedelta(minutes=read_policy().stale.future_minutes))
    if facts.level_given and facts.drawn is not None:
        record = facts.drawn
    else:
        flagged = [one for one, _ in ignored if one.flags and one.taken <= facts.now and not _corrected(one, history)]
        records = sorted([*used, *flagged], key=lambda one: one.taken)
        if not records:
            raise refuse(Code.MISSING_LEVEL, why=" in the patient file")
        record = records[-1]
    before = [one for one in used if one.taken < record.taken]
    previous = before[-1] if before else None
    return Sample(
        record,
        past.period_at(history, past.dosed_at(history, record)),
        previous,
        None if previous is None else past.period_at(history, past.dosed_at(history, previous)),
        untold=facts.level_given,
    )


def _corrected(record: LevelRecord, history: History) -> bool:
    return any(one is not record and one.corrects == record.taken for one in history.levels)


def _off(facts: Facts, sample: Sample, organ: str | None) -> _Off | None:
    """Return how far off the level is: against its range, else against the level before it at the dose of now."""
    against_range = _against_range(facts, sample.record, organ)
    if against_range is not None and against_range.surprise != "none":
        return against_range
    against_previous = _against_previous(sample)
    if against_range is None or (against_previous is not None and against_previous.surprise != "none"):
        return against_previous
    return against_range


def _against_range(facts: Facts, record: LevelRecord, organ: str | None) -> _Off | None:
    found = _range(facts, record, organ)
    if found is None:
        return None
    where = position(record.level, found.low_ng_ml, found.high_ng_ml)
    return _Off(found, str(where) if where in {Position.ABOVE, Position.BELOW} else "none")


def _range(facts: Facts, record: LevelRecord, organ: str | None) -> ExpectedAnswer | None:
    if facts.target is not None and facts.target_from is not None:
        text = f"{show_range(*facts.target)} ({facts.target_from})"
        return ExpectedAnswer("range", *facts.target, text, None)
    if organ is None or facts.record is None:
        return None
    history = facts.record.history
    try:
        default = find_ranges(
            RangeQuestion(
                organ,
                past.days_after_start(history, record.taken),
                phase=facts.phase,
                population=population_of(past.age_years(history, record.taken)),
                co_therapy=co_therapies_among(facts.drugs),
                product=facts.current.product if facts.current else None,
            )
        ).default
    except Refused:  # the time is not known, or several ranges of a protocol apply
        return None
    if default is None:
        return None
    text = f"{show_range(default.low_ng_ml, default.high_ng_ml)}, {organ}"
    return ExpectedAnswer("range", default.low_ng_ml, default.high_ng_ml, text, default.source)


def _against_previous(sample: Sample) -> _Off | None:
    """Return the level against the one before it, brought to the dose of now in proportion; within a margin none.

    Another product, interval or route is in no proportion (R49, R50).
    """
    now, before, previous = sample.period, sample.previous_period, sample.previous
    if now is None or before is None or previous is None:
        return None
    kinds = {(one.regimen.product, one.regimen.interval_h, one.route) for one in (now, before)}
    if len(kinds) > 1 or now.route != "oral":
        return None
    if not (previous.level.is_number and sample.record.level.is_number):
        return None
    expected = previous.level.value_ng_ml * now.regimen.daily_dose_mg / before.regimen.daily_dose_mg
    margin = read_policy().dose.marginal_percent
    ratio = sample.record.level.value_ng_ml * 100 / expected
    surprise = "above" if ratio > 100 + margin else "below" if ratio < 100 - margin else "none"
    text = (
        f"{show(expected, 1)} ng/mL, from {previous.level.text} on {previous.taken.date().isoformat()}"
        f" in proportion to the dose; within {show(margin)} % is as expected [policy]"
    )
    return _Off(ExpectedAnswer("previous-level", rounded(expected), rounded(expected), text, "policy"), surprise)
