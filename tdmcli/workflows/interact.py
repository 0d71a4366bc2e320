"""What will this drug do? Class, direction, published size, what the source says to do, and when to measure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import units_for
from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.interaction import FactorDose, direction_of, factor_dose, find_drug, opposite
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.interaction_rows import AdviceRow, Effect, InteractionRow
from tdmcli.tables.readers import read_interactions, read_interactions_naming, read_policy
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
from tdmcli.workflows.ranges import co_therapies_among
from tdmcli.workflows.regimens import units_answer

if TYPE_CHECKING:
    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts


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
    unknown = [_unlisted(name) for name, row in found if row is None]
    known = [(name, row) for name, row in found if row is not None]
    if not known:
        names = ", ".join(finding.values["drug"] for finding in unknown)
        close = unknown[0].values["near"] if len(unknown) == 1 else ""
        raise refuse(Code.UNKNOWN_DRUG, known="tdmcli interact --list shows them", name=names, near=close)
    findings = tuple(one for one in facts.findings if one.code is Code.FLAG_WINS) + tuple(unknown)
    adjusted, dose_findings = _adjusted(question, facts, known, citations)
    findings += dose_findings
    if opposite([row for _, row in known]):
        findings += (Finding(Code.OPPOSITE_DIRECTIONS),)
    findings += _conflicts(known, organ)
    inputs = dict(facts.inputs) | {"asked": {"value": [clean(name) for name in question.drugs], "from": "arguments"}}
    if question.stopping:
        inputs["stopping"] = {"value": True, "from": "--stopping"}
    if question.organ is not None:
        inputs["organ"] = {"value": organ, "from": "--organ"}
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
        inputs=inputs,
        assumed=None,
    )


def _whole_table(question: InteractQuestion, facts: Facts) -> Answer[InteractData]:
    rows = sorted(read_interactions(), key=lambda row: (row.group, row.names[0]))
    table = tuple(ListedDrug(row.names[0], row.group, row.effect, row.names) for row in rows)
    data = InteractData(question.stopping, question.organ, (), None, (), table, None)
    return Answer(command="interact", data=data, as_of=facts.now, inputs=facts.inputs)


def _organ(question: InteractQuestion, facts: Facts) -> str | None:
    return ask.find_indication(question.organ) if question.organ is not None else facts.indication


def _unlisted(name: str) -> Finding:
    known = [one for row in read_interactions() for one in row.names]
    return Finding(Code.UNLISTED_DRUG, {"drug": clean(name), "near": ask.near(spelling(name), known)})


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


def _adjusted(
    question: InteractQuestion, facts: Facts, known: list[tuple[str, InteractionRow]], citations: Citations
) -> tuple[AdjustedRegimen | None, tuple[Finding, ...]]:
    """Return the dose at a source's factor, or why there is none (a factor counts from the uninhibited dose)."""
    with_factor = [row for _, row in known if row.dose_factor is not None]
    if question.stopping or facts.current is None:
        return None, ()
    if not with_factor:
        return None, (Finding(Code.NO_FACTOR, {"drug": ", ".join(row.names[0] for _, row in known)}),)
    row = with_factor[0]
    against = _against_factor(facts, row, [one for _, one in known])
    if any(finding.refuses for finding in against):
        return None, against
    dose, findings = factor_dose(row, facts.current, read_policy().dose)
    if dose is None or row.dose_factor is None:
        return None, against + findings
    return _adjusted_answer(row, facts.current, dose, citations), against + findings


def _against_factor(facts: Facts, row: InteractionRow, asked: list[InteractionRow]) -> tuple[Finding, ...]:
    """Return what speaks against the factor: a route, a hold, a drug that moves the level now or still (R48, R50)."""
    current = facts.current
    if current is None:
        return ()
    product = current.product
    if product is not None and product.route != "oral":
        return (Finding(Code.NOT_ORAL, {"route": product.route}, refuses=True),)
    findings: tuple[Finding, ...] = ()
    if product is not None and current.interval_h not in product.intervals_h:
        usual = " or ".join(str(hours) for hours in product.intervals_h)
        values = {"product": product.name, "usual": usual, "interval": str(current.interval_h)}
        findings += (Finding(Code.UNUSUAL_INTERVAL, values),)
    findings += _of_file(facts)
    on_board, unlisted = _moving_drugs(facts)
    findings += tuple(Finding(Code.UNLISTED_DRUG, {"drug": clean(name), "near": ""}) for name in unlisted)
    if any(one.inhibitor for one in on_board):
        name = next(one.names[0] for one in on_board if one.inhibitor)
        findings += (Finding(Code.ALREADY_INHIBITED, {"drug": name}, refuses=True),)
    others = [one for one in (*on_board, *asked) if one is not row and not (one in on_board and one.inhibitor)]
    moving = [one for one in others if direction_of(one) is not None]
    if moving:
        findings += (Finding(Code.OTHER_DRUG_MOVES, {"drug": moving[0].names[0]}, refuses=True),)
    return findings


def _of_file(facts: Facts) -> tuple[Finding, ...]:
    if facts.record is None or facts.regimen_given:
        return ()
    from tdmcli.domain.sample_checks import check_regimens

    return check_regimens(facts.record.history, facts.now, facts.now)


def _moving_drugs(facts: Facts) -> tuple[list[InteractionRow], list[str]]:
    """Return the drugs taken now or stopped so recently that they still work, and the names that no row has."""
    names = list(facts.drugs)
    if facts.record is not None:
        policy = read_policy().interaction
        longest = max(policy.inhibitor_fading_days, policy.inducer_fading_days)
        stopped = [one for one in facts.record.history.drugs if one.stop is not None and one.stop < facts.today]
        rows = read_interactions_naming(one.name for one in stopped)
        for one in stopped:
            found = find_drug(one.name, rows)
            fading = found.fading.days if found is not None and found.fading is not None else longest
            if found is not None and found.direction is None and found.inhibitor and found.fading is None:
                fading = policy.inhibitor_fading_days
            if found is not None and one.stop is not None and (facts.today - one.stop).days <= fading:
                names.append(one.name)
    taken = read_interactions_naming(names)
    found_rows = [(name, find_drug(name, taken)) for name in dict.fromkeys(names)]
    co_therapies = co_therapies_among(tuple(names))
    unlisted = [name for name, found in found_rows if found is None and name not in co_therapies]
    return [found for _, found in found_rows if found is not None], unlisted


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
        rounding_percent=dose.rounding_percent,
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
    today = facts.today
    return PlanStep(today + timedelta(days=days[0]), today + timedelta(days=days[1]), text, drug, source)
