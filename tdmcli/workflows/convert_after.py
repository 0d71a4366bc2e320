"""What follows a change: the first dose, the next level, how the new product is taken, what no longer holds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.cd_ratio import TWICE_DAILY, made_for
from tdmcli.domain.formulation import kept_apart
from tdmcli.domain.units import ng_ml_to_nmol_l, show
from tdmcli.tables.dosing_readers import read_not_interchangeable
from tdmcli.tables.policy import After
from tdmcli.tables.product_rows import ProductRow
from tdmcli.tables.readers import read_indication, read_policy, read_threshold_sets, read_units
from tdmcli.tables.rows import Release, Route
from tdmcli.workflows.adjust_data import NextLevel
from tdmcli.workflows.convert_data import FirstDose, Lapsed, LevelInUnits, Said, Taking
from tdmcli.workflows.next_level import planned

if TYPE_CHECKING:
    from tdmcli.domain.units import Level
    from tdmcli.tables.cd_ratio_rows import ThresholdSetRow
    from tdmcli.tables.conversion_rows import ConversionRow
    from tdmcli.tables.policy import SteadyStatePolicy
    from tdmcli.tables.rows import TargetRow
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.facts import Facts


class Taken(NamedTuple):
    """A product and the hours between its intakes."""

    product: ProductRow
    interval_h: int


def first_dose(rows: tuple[ConversionRow, ...], citations: Citations) -> FirstDose | None:
    """Return when the new product is first taken, from the first row that says; None where none does."""
    said = next((row.first_dose for row in rows if row.first_dose is not None), None)
    if said is None:
        return None
    citations.add(said.source, said.locator)
    return FirstDose(said.after, said.from_h, said.to_h, said.text, said.source)


def next_level(facts: Facts, row: ConversionRow | None, new: Taken, citations: Citations) -> NextLevel:
    """Return when to draw the next level if the change is made today: the row's own days, else those of policy."""
    levels = None if row is None else row.levels
    if levels is not None and levels.within_days is not None:
        citations.add(levels.source, levels.locator)
        last = facts.today + timedelta(days=levels.within_days)
        return NextLevel(facts.today + timedelta(days=1), last, levels.text.removesuffix("."), levels.source)
    return planned(facts, After.CHANGE, new.product, new.interval_h, citations)


def taking(after: ProductRow, row: ConversionRow | None, citations: Citations) -> tuple[Taking, ...]:
    """Return how the new product is taken and made ready, and what the row says of levels without a day."""
    found = []
    for about, said in (("taking", after.taking), ("preparation", after.preparation)):
        if said is not None:
            found.append(Taking(about, said.text, citations.add(said.source, said.locator)))
    missed = after.missed_dose
    if missed is not None:
        text = f"Still taken up to {missed.hours} hours late."
        found.append(Taking("missed dose", text, citations.add(missed.source, missed.locator)))
    levels = None if row is None else row.levels
    if levels is not None and levels.within_days is None:
        found.append(Taking("levels", levels.text, citations.add(levels.source, levels.locator)))
    return tuple(found)


def not_interchangeable(before: ProductRow, after: ProductRow, citations: Citations) -> tuple[Said, ...]:
    """Return what labels say of taking one of the two for the other."""
    rows = kept_apart(read_not_interchangeable(), before, after)
    return tuple(Said(row.text, citations.add(row.source, row.locator)) for row in rows)


def no_longer_applies(facts: Facts, old: Taken, new: Taken, citations: Citations) -> tuple[Lapsed, ...]:
    """Return what held under the old regimen and does not under the new one."""
    before, after = old.product, new.product
    name = f"{before.name} every {old.interval_h} hours" if before == after else before.name
    lapsed = [Lapsed(f"Levels drawn on {name}: they scale no dose of the new regimen.", None, None)]
    if after.route is not before.route and after.route is Route.INTRAVENOUS:
        what = "Hours of a trough and ranges for levels by mouth: an infusion has no trough."
        lapsed.append(Lapsed(what, None, None))
    if before.route is after.route and old.interval_h != new.interval_h:
        lapsed.append(_trough_hours(old, new, citations))
    if before.route is after.route and before.release is not after.release:
        lapsed.append(_steady_state(before, after, citations))
    for one in read_threshold_sets():
        of_them = facts.indication is None or facts.indication in one.indications
        if of_them and _holds_for(one, old) and not _holds_for(one, new):
            source = citations.add(one.lower_source, one.locator)
            lapsed.append(Lapsed(f"C/D thresholds: {one.name}.", None, source))
    if facts.indication is not None:
        rows = read_indication(facts.indication)[1]
        gone = [row for row in rows if _range_fits(row, before) and not _range_fits(row, after)]
        if gone:
            again = f"those of tdmcli target {facts.indication} --product {after.id}"
            text = f"Ranges for {facts.indication} made for {before.name} or its release ({len(gone)})."
            lapsed.append(Lapsed(text, again, None))
    return tuple(lapsed)


def _trough_hours(old: Taken, new: Taken, citations: Citations) -> Lapsed:
    """Return that a trough is drawn at other hours: at the end of the new interval."""
    trough = new.product.trough
    if trough is not None and trough.hours == new.interval_h:
        source = citations.add(trough.source, trough.locator)
    else:
        source = citations.add("policy", "sampling")
    return Lapsed(f"A trough at {old.interval_h} h.", f"at {new.interval_h} h, just before the next dose", source)


def _steady_state(before: ProductRow, after: ProductRow, citations: Citations) -> Lapsed:
    """Return that a level changes the dose after another number of days."""
    days = {row.release: _days(row) for row in read_policy().steady_state}
    what = f"Days on a dose before a level changes it: {days[before.release]}."
    return Lapsed(what, days[after.release], citations.add("policy", "steady state"))


def _days(row: SteadyStatePolicy) -> str:
    lower, higher = show(row.decrease_days), show(row.increase_days)
    return lower if lower == higher else f"{lower} to lower it, {higher} to raise it"


def _holds_for(thresholds: ThresholdSetRow, taken: Taken) -> bool:
    product = taken.product
    if product.route is not Route.ORAL or not made_for(thresholds, product.release, product):
        return False
    return thresholds.release is Release.PROLONGED or taken.interval_h * TWICE_DAILY == 24  # noqa: PLR2004


def _range_fits(row: TargetRow, product: ProductRow) -> bool:
    """Return whether a range that was made for some products fits this one; a range for all of them never lapses."""
    return row.release in {None, product.release} and (not row.products or product.id in row.products)


def level_in_units(level: Level, citations: Citations) -> LevelInUnits:
    """Return a level in ng/mL, ug/L and nmol/L, with the molecular weight between them and its source."""
    units = read_units()
    weight = units.molecular_weight_g_per_mol
    source = citations.add(units.source, "molecular weight")
    value = level.value_ng_ml
    in_nmol = ng_ml_to_nmol_l(value, weight)
    return LevelInUnits(level.text, level.censor, value, value, in_nmol, weight, source)
