"""What will this drug do? Class, direction, published size, what the source says to do, and when to measure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import units_for
from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.interaction import FactorDose, factor_dose, find_drug, opposite, spelling
from tdmcli.domain.units import clean
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.interaction_rows import AdviceRow, Effect, InteractionRow
from tdmcli.tables.readers import read_interactions, read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import gather
from tdmcli.workflows.interact_data import (
    AdjustedRegimen,
    AdviceAnswer,
    FoldAnswer,
    InteractData,
    InteractionAnswer,
    ListedDrug,
    PlanStep,
    StrengthAnswer,
)
from tdmcli.workflows.regimens import units_answer

if TYPE_CHECKING:
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts

NO_ADVICE_ON_STOPPING = (
    "No source here says what to do on stopping. The effect goes over days to weeks: measure every 2 to 3 days "
    "until levels settle [policy]; no factor is ever applied."
)


class InteractQuestion(NamedTuple):
    """Drugs that are to be started (or stopped), those already taken, and the organ."""

    asked: Asked
    drugs: tuple[str, ...] = ()
    stopping: bool = False
    organ: str | None = None
    whole_table: bool = False


def answer_interact(question: InteractQuestion) -> Answer[InteractData]:
    """Return what each drug does, with a dose only where a source gives a factor.

    Raises:
        ExpectedError: nothing was asked, or no drug that was named is in the table.

    """
    facts = gather(question.asked)
    citations = Citations()
    if question.whole_table and (question.drugs or question.organ):
        raise WrongUsage("--list shows the whole table: leave out drugs and --organ")
    if question.whole_table:
        return _whole_table(question, facts)
    if not question.drugs:
        raise WrongUsage("name at least one drug, or --list for the whole table")
    organ = _organ(question, facts)
    rows = read_interactions()
    found = [(name, find_drug(name, rows)) for name in dict.fromkeys(question.drugs)]
    found.sort(key=lambda one: one[1] is not None)
    unknown = [_unlisted(name, rows) for name, row in found if row is None]
    known = [(name, row) for name, row in found if row is not None]
    if not known:
        raise refuse(
            Code.UNKNOWN_DRUG,
            known="tdmcli interact --list shows them",
            name=unknown[0].values["drug"],
            near=unknown[0].values["near"],
        )
    findings = tuple(one for one in facts.findings if one.code is Code.FLAG_WINS) + tuple(unknown)
    adjusted, dose_findings = _adjusted(question, facts, known, citations)
    findings += dose_findings
    if facts.current is not None and not question.stopping and not any(row.dose_factor for _, row in known):
        findings += (Finding(Code.NO_FACTOR, {"drug": ", ".join(row.names[0] for _, row in known)}),)
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
        plan=_plan(question, facts, [row for _, row in known], citations),
        table=(),
        regimen=facts.current.text if facts.current else None,
    )
    return Answer(
        command="interact",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs,
        assumed=None,
    )


def _whole_table(question: InteractQuestion, facts: Facts) -> Answer[InteractData]:
    rows = sorted(read_interactions(), key=lambda row: (row.group, row.names[0]))
    table = tuple(ListedDrug(row.names[0], row.group, row.effect, row.names) for row in rows)
    data = InteractData(question.stopping, question.organ, (), None, (), table, None)
    return Answer(command="interact", data=data, as_of=facts.now, inputs=facts.inputs)


def _organ(question: InteractQuestion, facts: Facts) -> str | None:
    return ask.find_indication(question.organ) if question.organ is not None else facts.indication


def _unlisted(name: str, rows: tuple[InteractionRow, ...]) -> Finding:
    known = [one for row in rows for one in row.names]
    return Finding(Code.UNLISTED_DRUG, {"drug": clean(name), "near": ask.near(spelling(name), known)})


def _unlisted_answer(name: str) -> InteractionAnswer:
    return InteractionAnswer(
        drug=clean(name), matched=None, group=None, effect=Effect.UNKNOWN, mechanism=None, strengths=(),
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
        effect=row.effect,
        mechanism=row.mechanism,
        strengths=tuple(StrengthAnswer(one.value, one.view, one.source) for one in row.strengths),
        exposure_fold=tuple(
            FoldAnswer(one.low, one.high, one.measure, one.condition, one.population, one.source)
            for one in row.magnitudes
        ),
        action=" ".join(one.text for one in advice) or NO_ADVICE_ON_STOPPING,
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


def _advice(row: InteractionRow, *, stopping: bool, organ: str | None) -> tuple[AdviceRow, ...]:
    if stopping:
        return row.stop
    for_organ = tuple(one for one in row.organ_advice if one.organ == organ)
    return for_organ + row.start if for_organ else row.organ_advice + row.start


def _adjusted(
    question: InteractQuestion, facts: Facts, known: list[tuple[str, InteractionRow]], citations: Citations
) -> tuple[AdjustedRegimen | None, tuple[Finding, ...]]:
    """Return the dose at a source's factor, or why there is none (a factor counts from the uninhibited dose)."""
    with_factor = [row for _, row in known if row.dose_factor is not None]
    if question.stopping or not with_factor or facts.current is None:
        return None, ()
    on_board = [name for name in facts.drugs if (row := find_drug(name, read_interactions())) and row.inhibitor]
    others = [row.names[0] for _, row in known if row.inhibitor and row is not with_factor[0]]
    if on_board or others:
        return None, (Finding(Code.ALREADY_INHIBITED, {"drug": clean((on_board + others)[0])}),)
    row = with_factor[0]
    dose, findings = factor_dose(row, facts.current, read_policy().dose)
    if dose is None or row.dose_factor is None:
        return None, findings
    return _adjusted_answer(row, facts.current, dose, citations), findings


def _adjusted_answer(
    row: InteractionRow, current: Regimen, dose: FactorDose, citations: Citations
) -> AdjustedRegimen | None:
    product = dose.regimen.product
    if product is None or row.dose_factor is None:
        return None
    most = read_policy().dose.units_per_intake
    citations.add(product.source, f"{product.locator} (strengths)")
    return AdjustedRegimen(
        intakes_mg=dose.regimen.day_mg,
        interval_h=dose.regimen.interval_h,
        daily_dose_mg=dose.regimen.daily_dose_mg,
        unrounded_daily_dose_mg=dose.unrounded_daily_dose_mg,
        product=product.id,
        product_name=product.name,
        text=dose.regimen.text,
        drug=row.names[0],
        source=row.dose_factor.source,
        units=tuple(units_answer(units_for(mg, product, most)) for mg in dose.regimen.day_mg),
        from_text=current.text,
    )


def _conflicts(known: list[tuple[str, InteractionRow]], organ: str | None) -> tuple[Finding, ...]:
    return tuple(
        Finding(Code.SOURCES_CONFLICT, {"what": f"{row.names[0]} for {organ or 'an organ that was not named'}"})
        for _, row in known
        if row.organ_advice
    )


def _plan(
    question: InteractQuestion, facts: Facts, rows: list[InteractionRow], citations: Citations
) -> tuple[PlanStep, ...]:
    steps = [
        step
        for row in rows
        for step in (_stopping_steps(row, facts) if question.stopping else _starting_steps(row, facts))
    ]
    for step in steps:
        citations.add(step.source, "data/policy.toml" if step.source == "policy" else "")
    return tuple(sorted(steps, key=lambda step: (step.from_, step.to)))


def _stopping_steps(row: InteractionRow, facts: Facts) -> tuple[PlanStep, ...]:
    if row.effect is Effect.UNKNOWN:
        return ()
    name = row.names[0]
    note = f"Stopping {name}: apply no factor; look up the dose taken before it began."
    return (_step(facts, (0, 0), note, name, "policy"), _repeat_step(row, facts))


def _starting_steps(row: InteractionRow, facts: Facts) -> tuple[PlanStep, ...]:
    name = row.names[0]
    if row.effect is Effect.UNKNOWN:
        return ()
    if row.effect is Effect.AVOID:
        text = f"Before the first dose of {name}: avoid it, or agree on a plan with the transplant centre."
        return (_step(facts, (0, 0), text, name, row.start[0].source if row.start else "policy"),)
    first = row.first_level
    if first is None:
        return (_repeat_step(row, facts),)
    text = f"First trough after starting {name}."
    return (_step(facts, (first.from_day, first.to_day), text, name, first.source), _repeat_step(row, facts))


def _repeat_step(row: InteractionRow, facts: Facts) -> PlanStep:
    policy = read_policy().interaction
    name, first, last = row.names[0], policy.repeat_from_days, policy.repeat_to_days
    text = f"Trough with {name} in mind, then every {first} to {last} days until it settles."
    return _step(facts, (first, last), text, name, "policy")


def _step(facts: Facts, days: tuple[int, int], text: str, drug: str, source: str) -> PlanStep:
    today = facts.now.date()
    return PlanStep(today + timedelta(days=days[0]), today + timedelta(days=days[1]), text, drug, source)
