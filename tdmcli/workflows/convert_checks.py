"""What is to be said of a change of product: the file, drugs, doses, intervals, weight, and the brands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.capsules import units_for
from tdmcli.domain.dose_case import check_interval
from tdmcli.domain.findings import Finding
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import show, show_mg
from tdmcli.domain.whole_units import check_rounding
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.tables.rows import Route
from tdmcli.workflows.facts import regimen_findings
from tdmcli.workflows.weight_checks import weight_findings

if TYPE_CHECKING:
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
    )


def findings(facts: Facts, made: Converted) -> tuple[Finding, ...]:
    """Return what is to be said of the change, beside the rows."""
    switch, current = made.switch, made.current
    same = switch.before == switch.after
    found = tuple(one for one in facts.findings if one.code in {Code.FLAG_WINS, Code.CLOCK})
    found += _about_file(facts, switch.before)
    if facts.drugs or facts.record is not None:
        from tdmcli.workflows.convert_drugs import about_drugs

        found += about_drugs(facts, same_product=same)
    if facts.level_given and facts.level is not None:
        found += check_size(facts.level, read_policy().level)
    found += _odd_dose(current, switch.before)
    found += check_interval(current.interval_h, switch.before)
    found += check_interval(made.interval_h, switch.after)
    doses = [current.daily_dose_mg]
    if made.dose is not None:
        doses.append(made.dose.regimen.daily_dose_mg)
        found += check_rounding(made.dose, read_policy().dose)
    return found + weight_findings(facts, *doses)


def _odd_dose(current: Regimen, before: ProductRow) -> tuple[Finding, ...]:
    """Return whether what is taken now is no sum of the old product's strengths (R14)."""
    most = read_policy().dose.units_per_intake
    odd = [mg for mg in current.intakes_mg if before.strengths_mg and units_for(mg, before, most) is None]
    strengths = ", ".join(show(one) for one in before.strengths_mg)
    return tuple(Finding(Code.NOT_ACHIEVABLE, {"dose": show_mg(mg), "strengths": strengths}) for mg in odd[:1])


def about_change(made: Converted, mix_ups: tuple[Said, ...], beside: tuple[ConversionAnswer, ...]) -> list[Finding]:
    """Return that the products are not one another, and whose rule it is where no label gives a dose."""
    switch = made.switch
    if switch.before == switch.after:
        return []
    names = {"before": switch.before.name, "after": switch.after.name}
    said = ", ".join(one.source for one in mix_ups)
    found = [Finding(Code.BRAND_MIX_UP, {**names, "sources": f" [{said}]" if said else ""})]
    if made.dose is None:
        source = ", ".join(one.source for one in beside if one.doses)
        found.insert(0, Finding(Code.HOSPITAL_RULE_ONLY, {**names, "source": source}))
    return found
