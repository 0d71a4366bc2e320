"""A daily dose against the body weight: needed for a child, high for the weight, and a weight of long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy
from tdmcli.tables.rows import Population

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.workflows.facts import Facts


def weight_findings(facts: Facts, *daily_doses_mg: Decimal) -> tuple[Finding, ...]:
    """Return what the weight says against the largest of some daily doses (mg); nothing for an adult without one.

    Raises:
        Refused: a child's weight is not known (R28).

    """
    policy = read_policy()
    child = facts.population is Population.CHILD
    if facts.weight_kg is None:
        if child:
            raise refuse(Code.MISSING_WEIGHT, who=f"The patient is {facts.age} years old")
        return ()
    findings: tuple[Finding, ...] = ()
    per_kg = max(daily_doses_mg) / facts.weight_kg
    if per_kg > policy.dose.high_mg_per_kg_day:
        values = {"dose": show(per_kg), "limit": show(policy.dose.high_mg_per_kg_day)}
        findings += (Finding(Code.DOSE_HIGH, values),)
    return findings + weight_age(facts)


def weight_age(facts: Facts) -> tuple[Finding, ...]:
    """Return whether the file's weight is too old to dose by (R29)."""
    if facts.weight_from_file is None:
        return ()
    from tdmcli.domain.sample_checks import check_weight_age

    policy = read_policy().weight
    limits = (policy.old_after_days_adult, policy.old_after_days_child)
    age_days = (facts.today - facts.weight_from_file).days
    return check_weight_age(age_days, adult=facts.population is not Population.CHILD, limits=limits)
