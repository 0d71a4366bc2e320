"""From one product, route or interval to another, only where a source gives the factor and in its direction."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain.findings import refuse, settle
from tdmcli.domain.formulation import (
    Choice,
    Switch,
    choose,
    needs_indication,
    not_said,
)
from tdmcli.domain.regimen import INTERVALS_H, Regimen
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import parse_whole
from tdmcli.domain.whole_units import RoundedDose
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.dosing_readers import read_conversions
from tdmcli.tables.readers import read_indication, read_policy
from tdmcli.tables.rows import Route
from tdmcli.workflows import asked as ask
from tdmcli.workflows import convert_after as after_change
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.convert_after import Taken
from tdmcli.workflows.convert_checks import about_brands, about_doses, about_rules, against_change
from tdmcli.workflows.convert_data import ConvertData, ConvertQuestion, NewRegimen
from tdmcli.workflows.convert_doses import converted
from tdmcli.workflows.convert_rows import (
    Converted,
    conversion_answer,
    is_rule,
    new_regimen,
    no_guidance,
    rows_beside,
    shown_regimen,
)
from tdmcli.workflows.facts import gather

if TYPE_CHECKING:
    from tdmcli.domain.findings import Finding
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.tables.rows import Population
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts


def answer_convert(question: ConvertQuestion) -> Answer[ConvertData]:
    """Return the regimen of another product or interval, or a level in other units.

    Raises:
        ExpectedError: the question can't be read, something is missing, or no source gives the change.

    """
    asked = question.asked
    if question.to is None:
        return _level_alone(question)
    if asked.product is not None and ask.find_product(asked.product) is None:
        from tdmcli.workflows.convert_drugs import refuse_other_drug

        refuse_other_drug(asked.product)
    facts = gather(asked)
    after = ask.product(asked._replace(product=question.to))
    current = _current(asked, facts)
    before = current.product if isinstance(current, Regimen) else current
    if before is None or after is None:
        raise refuse(Code.MISSING_PRODUCT)
    interval_h = _interval(question, after)
    switch = Switch(before, after, facts.population or _usual_population(facts), facts.indication)
    if isinstance(current, Regimen):
        _refuse_no_change(switch, current, interval_h)
    choice = _choose(switch)
    if not isinstance(current, Regimen):
        raise refuse(Code.MISSING_REGIMEN, what="none was given")
    against = against_change(facts, switch, current, interval_h)
    settle(against, frozenset())  # a refusal that needs no number comes before the numbers
    made = converted(asked, switch, current, interval_h, choice)
    return _answer(question, facts, made, against)


def _level_alone(question: ConvertQuestion) -> Answer[ConvertData]:
    """Return one level in each unit.

    Raises:
        WrongUsage: neither a change nor a level was asked for.

    """
    asked = question.asked
    others = (asked.product, asked.dose, asked.every, question.to_every, asked.indication, asked.age, asked.weight)
    alone = all(one is None for one in (*others, asked.patient)) and not asked.drugs
    if asked.level is None or not alone:
        raise WrongUsage("give --to with --from, --dose and --every (or --patient); or --level alone for its units")
    facts = gather(asked)
    citations = Citations()
    level = ask.level(asked)
    if level is None:
        raise refuse(Code.MISSING_LEVEL, why="")
    data = _EMPTY._replace(level=after_change.level_in_units(level, citations))
    warnings = warn(check_size(level, read_policy().level))
    return Answer("convert", data, facts.now, warnings, citations.cited(), {"level": facts.inputs["level"]})


_EMPTY = ConvertData(
    from_=None, to=None, factor=None, weight_kg=None, unrounded_daily_dose_mg=None, row=None,
    options=(), beside=(), first_dose=None, next_level=None, taking=(), no_longer_applies=(), not_interchangeable=(),
    level=None, not_checked=(), from_name=None, to_name=None, form=None,
)  # fmt: skip


def _current(asked: Asked, facts: Facts) -> Regimen | ProductRow | None:
    """Return what is taken now, or the old product alone where no regimen is known.

    Raises:
        WrongUsage: --from contradicts the product of the patient file's regimen.

    """
    named = ask.product(asked)
    current = facts.current
    if current is None:
        if facts.record is not None and facts.record.history.regimens:
            raise refuse(Code.HELD, when="is in force now")
        if named is None and facts.record is not None:
            raise refuse(Code.MISSING_REGIMEN, what="the patient file has none")
        return named
    if named is not None and current.product is not None and named != current.product:
        raise WrongUsage("--from is not the product of the patient file's regimen: give --dose and --every beside it")
    return current if current.product is not None else None


def _usual_population(facts: Facts) -> Population | None:
    """Return whom the indication is of, where it says so."""
    return None if facts.indication is None else read_indication(facts.indication)[0].population


def _interval(question: ConvertQuestion, after: ProductRow) -> int:
    """Return the hours between intakes of the new regimen: as typed, else the product's own."""
    if question.to_every is None:
        return after.intervals_h[0]
    allowed = INTERVALS_H if after.route is Route.ORAL else after.intervals_h
    hours = ask.typed("--to-every", parse_whole, question.to_every.removesuffix("h"))
    if hours not in allowed:
        raise WrongUsage(f"--to-every: one of {', '.join(str(one) for one in allowed)} hours, not {hours}")
    return hours


def _choose(switch: Switch) -> Choice:
    """Return the rows of a change; the same product at another interval needs none.

    Raises:
        Refused: no row has a number, or it depends on an indication that is not known.

    """
    if switch.before == switch.after:
        return Choice(None, ())
    rows = read_conversions()
    if needs_indication(rows, switch):
        raise refuse(Code.MISSING_INDICATION, how="--indication: the sources for children differ by it")
    choice = choose(rows, switch)
    if choice.deciding is None and not any(is_rule(row) for row in choice.others):
        raise no_guidance(choice, switch)
    return choice


def _refuse_no_change(switch: Switch, current: Regimen, interval_h: int) -> None:
    """Refuse what is no change, or an infusion that is not one rate.

    Raises:
        WrongUsage: nothing changes, or the doses of an infusion differ.

    """
    if switch.before == switch.after and interval_h == current.interval_h:
        raise WrongUsage("the same product at the same interval: nothing to convert (--to-every chooses another)")
    if switch.before.route is Route.INTRAVENOUS and len(set(current.intakes_mg)) > 1:
        raise WrongUsage("--dose: an infusion runs at one rate: give the mg of 24 hours as one dose")


def _answer(
    question: ConvertQuestion, facts: Facts, made: Converted, against: tuple[Finding, ...]
) -> Answer[ConvertData]:
    """Return the answer to a change: dose, options, what else speaks of it, and what follows."""
    warnings = settle((*against, *about_doses(facts, made)), frozenset())
    citations = Citations()
    switch, row, dose = made.switch, made.choice.deciding, made.dose
    before, after = switch.before, switch.after
    same = before == after
    decided = None if row is None else conversion_answer(row, switch, citations)
    beside = rows_beside(made.choice, switch, made.current, made.interval_h, citations)
    rows = (*((row,) if row else ()), *made.choice.others)
    old, new = Taken(before, made.current.interval_h), Taken(after, made.interval_h)
    mix_ups = () if same else after_change.not_interchangeable(before, after, citations)
    following = after_change.next_level(facts, row, new, citations)
    level = after_change.level_in_units(facts.level, citations) if facts.level_given and facts.level else None
    if after.strengths_mg:
        citations.add(after.source, f"{after.locator} (strengths)")
    citations.add("policy", "data/policy.toml")
    data = ConvertData(
        from_=shown_regimen(made.current),
        to=new_regimen(dose.regimen, dose.unrounded_daily_dose_mg, proposed=True) if dose else None,
        factor=Decimal(1) if same else row.factor_low if row else None,
        weight_kg=facts.weight_kg,
        unrounded_daily_dose_mg=dose.unrounded_daily_dose_mg if dose else None,
        row=decided,
        options=_options(dose),
        beside=beside,
        first_dose=after_change.first_dose(rows, citations),
        next_level=following,
        taking=after_change.taking(after, row, citations),
        no_longer_applies=after_change.no_longer_applies(facts, old, new, citations),
        not_interchangeable=mix_ups,
        level=level,
        not_checked=_not_checked(facts),
        from_name=before.name,
        to_name=after.name,
        form=after.form,
    )
    return Answer(
        command="convert",
        data=data,
        as_of=facts.now,
        warnings=warn((*about_rules(made, beside), *warnings, *about_brands(switch, mix_ups))),
        sources=citations.cited(),
        inputs=_inputs(question, facts),
        assumed=_assumed(facts, made),
    )


def _options(dose: RoundedDose | None) -> tuple[NewRegimen, ...]:
    """Return the regimen proposed between the next lower and the next higher one."""
    if dose is None:
        return ()
    daily = dose.unrounded_daily_dose_mg
    return tuple(new_regimen(one, daily, proposed=one == dose.regimen) for one in dose.around)


def _assumed(facts: Facts, made: Converted) -> str | None:
    """Return the line of what the question did not say: whom the row, or else the rule, holds for (R24)."""
    if made.switch.before == made.switch.after:
        return None
    deciding = made.choice.deciding
    rows = [row for row in made.choice.others if is_rule(row)] if deciding is None else [deciding]
    parts = [part for row in rows for part in not_said(row, made.switch)]
    if not facts.drugs and facts.record is None:
        parts.append("no interacting drug")
    return f"Assumed: {', '.join(dict.fromkeys(parts))}." if parts else None


def _inputs(question: ConvertQuestion, facts: Facts) -> dict[str, object]:
    """Return what was used and where it came from; the old product is --from here (R62)."""
    inputs = dict(facts.inputs)
    if question.asked.product is not None:
        inputs["product"] = {"value": question.asked.product, "from": "--from"}
    inputs["to"] = {"value": question.to, "from": "--to"}
    if question.to_every is not None:
        inputs["to_every"] = {"value": question.to_every, "from": "--to-every"}
    return inputs


def _not_checked(facts: Facts) -> tuple[str, ...]:
    return ("mg/kg (no weight)",) if facts.weight_kg is None else ()
