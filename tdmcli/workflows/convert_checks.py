"""What is to be said of a change of product: the file, drugs, doses, intervals, weight, and the brands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.capsules import units_for
from tdmcli.domain.dose_case import check_interval
from tdmcli.domain.findings import Finding
from tdmcli.domain.formulation import (
    Intervals,
    against_intervals,
    below_a_day_to_above,
    crosses_a_day,
    daily_doses,
)
from tdmcli.domain.sample_checks import check_tenfold
from tdmcli.domain.trough import check_size_for_dose
from tdmcli.domain.units import show, show_mg
from tdmcli.domain.whole_units import check_rounding
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.tables.rows import Route
from tdmcli.workflows.convert_rows import ANEW, interval_change, is_rule
from tdmcli.workflows.facts import drawn_at, regimen_findings, stale_findings
from tdmcli.workflows.weight_checks import weight_findings

if TYPE_CHECKING:
    from tdmcli.domain.formulation import Switch
    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.convert_data import ConversionAnswer, Said
    from tdmcli.workflows.convert_rows import Converted
    from tdmcli.workflows.facts import Facts


def _about_file(facts: Facts, before: ProductRow) -> tuple[Finding, ...]:
    """Return what the file says of the regimen in force: held, two products, another route than the product's.

    A regimen that was typed is not the file's: then they warn. One that is held is converted for its return.
    """
    found = regimen_findings(facts, facts.now, facts.now)
    if before.route is Route.INTRAVENOUS:
        found = tuple(one for one in found if one.values.get("route") != before.route)
    return tuple(
        Finding(Code.HELD, {"when": "is in force now"})
        if one.code is Code.HELD
        else one._replace(refuses=not facts.regimen_given)
        for one in found
    ) + _tenfold(facts)


def _tenfold(facts: Facts) -> tuple[Finding, ...]:
    """Return whether the regimen of the file is just ten times the one before it, or a tenth (R35)."""
    if facts.record is None or facts.regimen_given:
        return ()
    return check_tenfold(facts.record.history, facts.now)


def against_change(facts: Facts, switch: Switch, current: Regimen, interval_h: int) -> tuple[Finding, ...]:
    """Return what is to be said of the change whatever dose it leads to: file, level, drugs, intervals."""
    same = switch.before == switch.after
    found = tuple(one for one in facts.findings if one.code in {Code.FLAG_WINS, Code.CLOCK})
    found += _about_level(facts)
    found += _about_file(facts, switch.before)
    if facts.drugs or facts.record is not None:
        from tdmcli.workflows.convert_drugs import about_drugs

        found += about_drugs(facts, same_product=same)
    if same:
        found += _about_interval(facts, switch, Intervals(current.interval_h, interval_h))
    found += _odd_dose(current, switch.before)
    return found + (check_interval(interval_h, switch.after) or check_interval(current.interval_h, switch.before))


def about_doses(facts: Facts, made: Converted) -> tuple[Finding, ...]:
    """Return what the doses say against rounding and weight, those of a hospital's rule among them."""
    doses = [made.current.daily_dose_mg]
    found: tuple[Finding, ...] = ()
    if made.dose is not None:
        doses.append(made.dose.regimen.daily_dose_mg)
        found += check_rounding(made.dose, read_policy().dose)
    for row in made.choice.others:
        if is_rule(row):
            doses += daily_doses(row, made.current.daily_dose_mg)
    return found + weight_findings(facts, *doses)


def _about_level(facts: Facts) -> tuple[Finding, ...]:
    """Return what the level says, of the file the last one that may be used: no dose above the critical limit (R31)."""
    level = facts.level
    if level is None:
        return ()
    drawn = drawn_at(facts)
    named = level if drawn is None else level._replace(text=f"{level.text} (drawn {drawn})")
    sizes = check_size_for_dose(named, read_policy().level)
    return (*sizes, *(one._replace(refuses=False) for one in stale_findings(facts)))


def _about_interval(facts: Facts, switch: Switch, intervals: Intervals) -> tuple[Finding, ...]:
    """Return the refusal of another interval of one product, for which no source has a dose.

    Across 24 hours the same mg a day holds only where it was taken under the same booster, and never from several
    intakes a day to less than one.
    """
    why = against_intervals(None, switch, intervals)
    if why is None and crosses_a_day(intervals):
        from tdmcli.workflows.convert_drugs import has_settled_booster

        if below_a_day_to_above(intervals):
            why = "No source gives a dose at that interval, and none leads there from several intakes a day."
        elif not has_settled_booster(facts):
            why = (
                "No source gives a dose at that interval: the same mg a day holds only if the dose was already taken "
                "under the same booster (--with; in a patient file as old as the regimen, and past its onset)."
            )
    if why is None:
        return ()
    values = {"what": interval_change(switch, intervals), "known": f"{why} {ANEW}"}
    return (Finding(Code.NO_GUIDANCE, values, refuses=True),)


def _odd_dose(current: Regimen, before: ProductRow) -> tuple[Finding, ...]:
    """Return whether what is taken now is no sum of the old product's strengths (R14)."""
    most = read_policy().dose.units_per_intake
    odd = [mg for mg in current.intakes_mg if before.strengths_mg and units_for(mg, before, most) is None]
    strengths = ", ".join(show(one) for one in before.strengths_mg)
    return tuple(Finding(Code.NOT_ACHIEVABLE, {"dose": show_mg(mg), "strengths": strengths}) for mg in odd[:1])


def about_rules(made: Converted, beside: tuple[ConversionAnswer, ...]) -> tuple[Finding, ...]:
    """Return whose rule it is where no label gives a dose."""
    if made.dose is not None:
        return ()
    names = {"before": made.switch.before.name, "after": made.switch.after.name}
    source = ", ".join(one.source for one in beside if one.doses)
    return (Finding(Code.HOSPITAL_RULE_ONLY, {**names, "source": source}),)


def about_brands(switch: Switch, mix_ups: tuple[Said, ...]) -> tuple[Finding, ...]:
    """Return that the products are not one another; nothing of one product at another interval."""
    if switch.before == switch.after:
        return ()
    said = ", ".join(one.source for one in mix_ups)
    names = {"before": switch.before.name, "after": switch.after.name}
    return (Finding(Code.BRAND_MIX_UP, {**names, "sources": f" [{said}]" if said else ""}),)
