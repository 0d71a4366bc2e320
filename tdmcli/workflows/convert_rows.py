"""The rows that speak of a change as answers show them, and why there is no dose where none decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.capsules import units_for
from tdmcli.domain.findings import Refused, refuse
from tdmcli.domain.formulation import (
    Choice,
    Intervals,
    Switch,
    daily_doses,
    has_reverse,
    not_said,
    of_other_label,
    of_other_products,
    speaks_of,
    violated,
)
from tdmcli.domain.units import show, show_mg
from tdmcli.domain.whole_units import RoundedDose, round_dose, rounding_percent
from tdmcli.errors import Code
from tdmcli.tables.conversion_rows import ConversionKind, ConversionRow
from tdmcli.tables.dosing_readers import read_conversions
from tdmcli.tables.readers import read_policy, read_products
from tdmcli.tables.rows import Route
from tdmcli.workflows.convert_data import ConversionAnswer, NewRegimen, RuleDose
from tdmcli.workflows.regimens import RegimenAnswer, regimen_answer, units_answer

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.answer import Citations


class Converted(NamedTuple):
    """A change worked out: what is taken now, the rows, and the dose where a label's row or arithmetic decides."""

    switch: Switch
    current: Regimen
    interval_h: int
    choice: Choice
    dose: RoundedDose | None


def conversion_answer(
    row: ConversionRow,
    switch: Switch,
    citations: Citations,
    *,
    doses: tuple[RuleDose, ...] = (),
    other_label: str | None = None,
) -> ConversionAnswer:
    """Return a row as answers show it, its source noted."""
    citations.add(row.source, row.locator)
    return ConversionAnswer(
        id=row.id,
        kind=row.kind,
        text=row.text,
        factor_low=row.factor_low,
        factor_high=row.factor_high,
        mg_per_kg_day=row.mg_per_kg_day_low,
        assumed=not_said(row, switch),
        other_label=other_label,
        group=row.group,
        patients=row.patients,
        doses=doses,
        note=row.note,
        source=row.source,
        locator=row.locator,
    )


def rows_beside(
    choice: Choice, switch: Switch, current: Regimen, interval_h: int, citations: Citations
) -> tuple[ConversionAnswer, ...]:
    """Return what else speaks of the change: studies, hospitals' rules with their doses, the other label's number."""
    beside = []
    for row in choice.others:
        doses = _rule_doses(row, switch, current, interval_h) if is_rule(row) else ()
        beside.append(conversion_answer(row, switch, citations, doses=doses))
    for row, product in of_other_label(read_conversions(), switch, read_products()):
        if row.kind is ConversionKind.LABEL:
            beside.append(conversion_answer(row, switch, citations, other_label=product.id))
    return tuple(beside)


def is_rule(row: ConversionRow) -> bool:
    """Return whether a row is a hospital's own rule with a factor."""
    return row.kind is ConversionKind.PROTOCOL and row.factor_low is not None


def _rule_doses(row: ConversionRow, switch: Switch, current: Regimen, interval_h: int) -> tuple[RuleDose, ...]:
    """Return the dose at each end of a hospital's rule; the regimen is None where none can be given."""
    made = []
    factors = [one for one in (row.factor_low, row.factor_high) if one is not None]
    for factor, daily in zip(dict.fromkeys(factors), daily_doses(row, current.daily_dose_mg), strict=True):
        try:
            dose = round_dose(daily, switch.after, interval_h, read_policy().dose)
        except Refused:
            made.append(RuleDose(factor, daily, None))
        else:
            made.append(RuleDose(factor, daily, new_regimen(dose.regimen, daily, proposed=False)))
    return tuple(made)


def new_regimen(regimen: Regimen, unrounded_daily_dose_mg: Decimal, *, proposed: bool) -> NewRegimen:
    """Return a regimen of the new product with its units, and how far it lies from the dose worked out."""
    shown = shown_regimen(regimen)
    most, product = read_policy().dose.units_per_intake, regimen.product
    found = [units_answer(units_for(mg, product, most)) for mg in regimen.day_mg] if product is not None else []
    return NewRegimen(
        intakes_mg=shown.intakes_mg,
        interval_h=shown.interval_h,
        daily_dose_mg=shown.daily_dose_mg,
        product=shown.product or "",
        text=shown.text,
        rounding_percent=rounding_percent(regimen, unrounded_daily_dose_mg),
        units=tuple(units for units in found if units is not None),
        proposed=proposed,
    )


def shown_regimen(regimen: Regimen) -> RegimenAnswer:
    """Return a regimen as answers show it; an infusion runs over its hours, where an intake comes every so many."""
    answer = regimen_answer(regimen)
    if regimen.product is None or regimen.product.route is not Route.INTRAVENOUS:
        return answer
    over = f"{show_mg(regimen.intakes_mg[0])} over {regimen.interval_h} hours"
    return answer._replace(text=f"{over} = {show(regimen.daily_dose_mg)} mg/day")


def no_guidance(choice: Choice, switch: Switch) -> Refused:
    """Return the refusal of a change for which no row has a number: what the sources do say, and what they do not."""
    rows = read_conversions()
    before, after = switch.before, switch.after
    parts = [f"{row.text} [{row.source}]" for row in choice.others if row.kind is not ConversionKind.OBSERVED]
    for whom, sources in _for_others(rows, switch).items():
        parts.append(f"Only for {whom}: {', '.join(sources)}.")
    if before.other_label == after.id:
        parts.append(f"{before.name} and {after.name} are one product under two labels, which differ in their factors.")
    for row, product in of_other_label(rows, switch, read_products()):
        option = "--to" if product.other_label == after.id else "--from"
        parts.append(f"Under its other label it is {product.id}, of which {row.source} speaks ({option} {product.id}).")
    for row in of_other_products(rows, switch, read_products()):
        names = " and ".join(one.name for one in read_products() if one.id in row.from_products)
        parts.append(f"{row.source} speaks of {names}, not of {before.name}.")
    if has_reverse(rows, switch):
        parts.append("The opposite direction has a factor, which is not turned round.")
    what = f"how much {after.name} follows {before.name}"
    known = " ".join((*parts, ANEW))
    return refuse(Code.NO_GUIDANCE, what=what, known=known)


def not_at_this_interval(why: str, row: ConversionRow, switch: Switch, intervals: Intervals) -> Refused:
    """Return the refusal of a change that a row speaks of, between other intervals than its own."""
    what = interval_change(switch, intervals)
    keep = ""
    if row.factor_low == row.factor_high == 1 and switch.before.release is switch.after.release:
        keep = f" The interval may stay what it is (--to-every {intervals.before_h})."
    known = f"{why} {row.source} gives no number for another interval.{keep} {ANEW}"
    return refuse(Code.NO_GUIDANCE, what=what, known=known)


def interval_change(switch: Switch, intervals: Intervals) -> str:
    """Return a change with both intervals, for a refusal."""
    after = f"{switch.after.name} every {intervals.after_h} hours"
    before = "" if switch.before == switch.after else f"{switch.before.name} "
    return f"how much {after} follows {before}every {intervals.before_h} hours"


ANEW = "Choose a dose anew with the transplant team, and measure."

_KINDS = {
    ConversionKind.PROTOCOL: "one hospital's rule",
    ConversionKind.STUDY: "a study, no instruction",
    ConversionKind.OBSERVED: "observed, no dose to give",
}


def _for_others(rows: tuple[ConversionRow, ...], switch: Switch) -> dict[str, list[str]]:
    """Return the sources that speak of this change for others alone, by whom."""
    found: dict[str, list[str]] = {}
    for row in rows:
        whom = violated(row, switch) if speaks_of(row, switch.before, switch.after) else ()
        if whom:
            sources = found.setdefault(", ".join(whom), [])
            named = row.source if row.kind is ConversionKind.LABEL else f"{row.source} ({_KINDS[row.kind]})"
            sources += [] if named in sources else [named]
    return found
