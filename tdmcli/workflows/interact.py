"""What will this drug do? Class, direction, published size, what the source says to do, and when to measure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.interaction import direction_of, find_drug, opposite
from tdmcli.domain.units import clean
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.interaction_rows import AdviceRow, Effect, InteractionRow
from tdmcli.tables.readers import read_interactions, read_interactions_naming, read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.drug_checks import unlisted
from tdmcli.workflows.factor_dose import adjusted_regimen
from tdmcli.workflows.facts import gather
from tdmcli.workflows.interact_data import (
    AdviceAnswer,
    FoldAnswer,
    InteractData,
    InteractionAnswer,
    InteractQuestion,
    ListedDrug,
    StrengthAnswer,
)
from tdmcli.workflows.interaction_plan import plan_steps

if TYPE_CHECKING:
    from tdmcli.workflows.facts import Facts


def answer_interact(question: InteractQuestion) -> Answer[InteractData]:
    """Return what each drug does, with a dose only where a source gives a factor.

    Raises:
        ExpectedError: nothing was asked, or no drug that was named is in the table.

    """
    ask.refuse_product_alone(question.asked)
    facts = gather(question.asked)
    citations = Citations()
    if question.whole_table and (question.drugs or question.organ):
        raise WrongUsage("--list shows the whole table: leave out drugs and --organ")
    if question.whole_table:
        return _whole_table(question, facts)
    if not question.drugs:
        raise WrongUsage("name at least one drug, or --list for the whole table")
    organ = _organ(question, facts)
    rows = read_interactions_naming(question.drugs)
    found: list[tuple[str, InteractionRow | None]] = []
    for name in dict.fromkeys(question.drugs):
        row = find_drug(name, rows)
        if row is None or all(row is not other for _, other in found):
            found.append((name, row))
    found.sort(key=lambda one: one[1] is not None)
    unknown = [unlisted(name) for name, row in found if row is None]
    known = [(name, row) for name, row in found if row is not None]
    if not known:
        names = ", ".join(finding.values["drug"] for finding in unknown)
        close = unknown[0].values["near"] if len(unknown) == 1 else ""
        raise refuse(Code.UNKNOWN_DRUG, known="tdmcli interact --list shows them", name=names, near=close)
    findings = tuple(one for one in facts.findings if one.code is Code.FLAG_WINS) + tuple(unknown)
    adjusted, dose_findings = adjusted_regimen(question, facts, known, citations)
    findings += dose_findings
    if opposite([row for _, row in known]):
        findings += (Finding(Code.OPPOSITE_DIRECTIONS),)
    findings += _conflicts(known, organ)
    answers = tuple(
        _unlisted_answer(name) if row is None else _interaction(name, row, organ, citations, stopping=question.stopping)
        for name, row in found
    )
    data = InteractData(
        stopping=question.stopping,
        organ=organ,
        interactions=answers,
        adjusted=adjusted,
        plan=plan_steps(question, facts, [row for _, row in known], citations),
        table=(),
        regimen=facts.current.text if facts.current else None,
    )
    return Answer(
        command="interact",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question, organ),
        assumed=None,
    )


def _whole_table(question: InteractQuestion, facts: Facts) -> Answer[InteractData]:
    rows = sorted(read_interactions(), key=lambda row: (row.group, row.names[0]))
    table = tuple(ListedDrug(row.names[0], row.group, row.effect, row.names) for row in rows)
    data = InteractData(question.stopping, question.organ, (), None, (), table, None)
    return Answer(command="interact", data=data, as_of=facts.now, inputs=facts.inputs)


def _own_inputs(question: InteractQuestion, organ: str | None) -> dict[str, object]:
    """Return what only this command takes, as it was given (R62)."""
    inputs: dict[str, object] = {"asked": {"value": [clean(name) for name in question.drugs], "from": "arguments"}}
    if question.stopping:
        inputs["stopping"] = {"value": True, "from": "--stopping"}
    if question.organ is not None:
        inputs["organ"] = {"value": organ, "from": "--organ"}
    return inputs


def _organ(question: InteractQuestion, facts: Facts) -> str | None:
    return ask.find_indication(question.organ) if question.organ is not None else facts.indication


def _unlisted_answer(name: str) -> InteractionAnswer:
    return InteractionAnswer(
        drug=clean(name), matched=None, group=None, effect=Effect.UNKNOWN, direction=None, mechanism=None, strengths=(),
        exposure_fold=(), action="Not in this table: not the same as safe. Look it up elsewhere.", advice=(),
        dose_factor=None, dose_factor_text=None, dose_factor_source=None, dose_factor_note=None,
        first_level_days=None, sources=(), note=None,
    )  # fmt: skip


def _interaction(
    name: str, row: InteractionRow, organ: str | None, citations: Citations, *, stopping: bool
) -> InteractionAnswer:
    advice = _advice(row, stopping=stopping, organ=organ)
    factor = None if stopping else row.dose_factor
    own = Citations()
    for source, locator in (
        *((one.source, one.locator) for one in row.strengths),
        *((one.source, one.locator) for one in row.magnitudes),
        *((one.source, one.locator) for one in advice),
        *(((factor.source, factor.locator),) if factor else ()),
        *(((row.first_level.source, row.first_level.locator),) if row.first_level and not stopping else ()),
    ):
        citations.add(source, locator)
        own.add(source)
    return InteractionAnswer(
        drug=clean(name),
        matched=row.names[0],
        group=row.group,
        effect=_effect(row, organ),
        direction=direction_of(row),
        mechanism=row.mechanism,
        strengths=tuple(StrengthAnswer(one.value, one.view, one.source) for one in row.strengths),
        exposure_fold=tuple(
            FoldAnswer(one.low, one.high, one.measure, one.condition, one.population, one.source)
            for one in row.magnitudes
        ),
        action=" ".join(one.text for one in advice) or _no_advice(),
        advice=tuple(AdviceAnswer(one.text, one.source, one.organ) for one in advice),
        dose_factor=Decimal(factor.multiply) / factor.divide if factor else None,
        dose_factor_text=f"{factor.multiply}/{factor.divide}" if factor else None,
        dose_factor_source=factor.source if factor else None,
        dose_factor_note=factor.note if factor else None,
        first_level_days=(row.first_level.from_day, row.first_level.to_day)
        if row.first_level and not stopping
        else None,
        sources=tuple(one.id for one in own.cited()),
        note=row.note,
    )


def _no_advice() -> str:
    policy = read_policy().interaction
    often = f"every {policy.repeat_from_days} to {policy.repeat_to_days} days until levels settle [policy]"
    return (
        "No source here says what to do on stopping. The effect goes over days to weeks: "
        f"measure {often}; no factor is ever applied."
    )


def _effect(row: InteractionRow, organ: str | None) -> Effect:
    """Return a drug's effect, or the one that holds for the organ where a source says so."""
    return next((one.effect for one in row.organ_advice if one.organ == organ and one.effect), row.effect)


def _advice(row: InteractionRow, *, stopping: bool, organ: str | None) -> tuple[AdviceRow, ...]:
    if stopping:
        return row.stop
    for_organ = tuple(one for one in row.organ_advice if one.organ == organ)
    return for_organ + row.start if for_organ else row.organ_advice + row.start


def _conflicts(known: list[tuple[str, InteractionRow]], organ: str | None) -> tuple[Finding, ...]:
    return tuple(
        Finding(Code.SOURCES_CONFLICT, {"what": f"{row.names[0]} for {organ or 'an organ that was not named'}"})
        for _, row in known
        if row.organ_advice
    )
