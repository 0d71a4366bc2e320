"""What could explain a surprising level? What it is compared with, and what in the file goes which way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.findings import refuse
from tdmcli.domain.trough import check_age, check_size
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.drug_checks import check_taken
from tdmcli.workflows.interact_data import InteractData
from tdmcli.workflows.reverse_absent import absent_from_file, unsaid
from tdmcli.workflows.reverse_cause import Finder
from tdmcli.workflows.reverse_data import ReverseAnswer
from tdmcli.workflows.reverse_drugs import causes_said, drugs_in_file
from tdmcli.workflows.reverse_expected import find_off
from tdmcli.workflows.reverse_level import find_sample
from tdmcli.workflows.reverse_regimen import regimens_in_file
from tdmcli.workflows.reverse_sample import sample_itself
from tdmcli.workflows.reverse_state import state_of_patient

if TYPE_CHECKING:
    from tdmcli.domain.findings import Finding
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.interact_data import InteractQuestion
    from tdmcli.workflows.reverse_cause import Cause, Sample
    from tdmcli.workflows.reverse_expected import Off

_ORDER = {True: 0, None: 1, False: 2}


def answer_reverse(question: InteractQuestion, facts: Facts) -> Answer[InteractData]:
    """Return what could explain a level: the last of the file, whatever its flags, or one that was typed.

    Raises:
        WrongUsage: drugs, dates or another option was given that says nothing of a level.
        Refused: there is no level, or nothing to compare it with.

    """
    _refuse_unused(question)
    organ = facts.indication if question.organ is None else ask.find_indication(question.organ)
    sample = find_sample(facts)
    from_file = facts.record is not None and not facts.level_given
    age = past.days_between(sample.record.taken, facts.now) if from_file else None
    aged = () if age is None else check_age(age, facts.day, read_policy().stale)
    off = find_off(facts, sample, organ, old=bool(aged))
    if off is None:
        why = ": no target, no indication with its time, and no steady trough before it to compare with"
        raise refuse(Code.MISSING_TARGET, why=why)
    citations = Citations()
    if off.expected.source is not None:
        citations.add(off.expected.source)
    causes = _causes(facts, sample, off)
    for one in causes:
        citations.add(one.answer.source, one.locator)
    reverse = ReverseAnswer(
        level=sample.record.level.text,
        level_ng_ml=sample.record.level.value_ng_ml,
        taken=sample.record.taken if from_file else None,
        untimed=sample.record.untimed,
        age_days=None if age is None else int(age),
        expected=off.expected,
        surprise=off.surprise,
        explanations=tuple(one.answer for one in causes),
        absent=(*absent_from_file(sample, facts), *unsaid(facts.drugs_said)),
    )
    return Answer(
        command="interact",
        data=InteractData(
            stopping=False, organ=organ, interactions=(), adjusted=None, plan=(), table=(),
            regimen=sample.period.regimen.text if sample.period else None, reverse=reverse,
        ),
        as_of=facts.now,
        warnings=warn((*_findings(facts, sample), *aged)),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question, facts, sample, organ),
    )  # fmt: skip


def _refuse_unused(question: InteractQuestion) -> None:
    """Refuse what `--reverse` would not use.

    Raises:
        WrongUsage: it was given.

    """
    if question.drugs or question.start or question.stop or question.stopping or question.whole_table:
        raise WrongUsage("--reverse explains a level: leave out drugs, dates and --list (--with names what is taken)")
    asked = question.asked
    for option, value in (("--dose", asked.dose), ("--every", asked.every), ("--product", asked.product)):
        if value is not None:
            raise WrongUsage(f"{option} says nothing to --reverse: regimens are those of the patient file")
    if question.organ is not None and asked.target is not None:
        raise WrongUsage("--target is the range itself: leave out --organ")


def _causes(facts: Facts, sample: Sample, off: Off) -> list[Cause]:
    """Return what could explain the level: what fits first, then what is open, each the newest first."""
    causes = causes_said(facts, off.surprise)
    if facts.record is not None:
        finder = Finder(sample, facts.record.history, off.surprise, off.expected.kind)
        for found in (drugs_in_file, regimens_in_file, sample_itself, state_of_patient):
            causes += found(finder)
    causes = list(dict.fromkeys(causes))
    causes.sort(key=lambda one: one.answer.when or "", reverse=True)
    return sorted(causes, key=lambda one: _ORDER[one.answer.fits])


def _findings(facts: Facts, sample: Sample) -> tuple[Finding, ...]:
    findings = tuple(one for one in facts.findings if one.code is Code.FLAG_WINS)
    findings += check_size(sample.record.level, read_policy().level)
    return findings + tuple(one for one in check_taken(facts.drugs_said) if one.code is Code.UNLISTED_DRUG)


def _own_inputs(question: InteractQuestion, facts: Facts, sample: Sample, organ: str | None) -> dict[str, object]:
    inputs: dict[str, object] = {"reverse": {"value": True, "from": "--reverse"}}
    if question.organ is not None:
        inputs["organ"] = {"value": organ, "from": "--organ"}
    if facts.record is not None and not facts.level_given:
        taken = sample.record.taken.isoformat()
        inputs["level"] = {"value": sample.record.level.text, "from": "patient file", "taken": taken}
    return inputs
