"""Which population models are for a patient: by organ, product, age and what is known of them (R60)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import refuse
from tdmcli.domain.units import clean
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.covariates import outside, with_assumed
from tdmcli.pharmacokinetics.population_model import PopulationModel, make_model
from tdmcli.pharmacokinetics.prediction import Step
from tdmcli.tables.model_forms import Covariate
from tdmcli.tables.model_readers import model_ids, read_model
from tdmcli.tables.readers import read_policy, read_products
from tdmcli.tables.rows import Population, Release, within_days
from tdmcli.workflows.asked import near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.tables.model_rows import CovariateRow, ModelRow
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.facts import Facts

_UNITS = {
    "nmol_l": "nmol/L",
    "umol_l": "umol/L",
    "mg_day": "mg/day",
    "g_l": "g/L",
    "percent": "%",
    "kg": "kg",
    "cm": "cm",
    "m2": "m2",
    "years": "years",
}


class Fitting(NamedTuple):
    """A model that may be used for a patient: its steps of covariates, what it takes for unknown, what lies outside.

    `assumed` says in words what `unknown` names: covariates that the file does not have.
    `apart` lies outside too, but is only said: no model is passed over for it.
    """

    model: PopulationModel
    steps: tuple[Step, ...]
    assumed: tuple[str, ...]
    outside: tuple[str, ...]
    unknown: frozenset[Covariate]
    error_percent: float | None = None
    foretold: int = 0
    apart: tuple[str, ...] = ()


class Considered(NamedTuple):
    """A model, and why it is not for this patient, or how it fits."""

    row: ModelRow
    against: str | None
    fitting: Fitting | None


def consider(facts: Facts, steps: Sequence[Step], forced: str | None) -> tuple[Considered, ...]:
    """Return every model with what it is to this patient; a forced one may lie outside its numbers (R60).

    Raises:
        Refused: no model has the id that was forced.

    """
    if forced is not None and forced not in model_ids():
        known = ", ".join(model_ids())
        raise refuse(Code.UNKNOWN_MODEL, name=clean(forced), near=near(forced, model_ids()), known=known)
    products = {one.regimen.product for one in facts.record.history.regimens} if facts.record else set()
    taken = frozenset(one for one in products if one is not None)
    return tuple(_considered(read_model(name), facts, taken, steps, forced=forced == name) for name in model_ids())


def _considered(
    row: ModelRow, facts: Facts, products: frozenset[ProductRow], steps: Sequence[Step], *, forced: bool
) -> Considered:
    against = _of_another_kind(row, facts, products)
    if against is not None:
        return Considered(row, against, None)
    model = make_model(row)
    own, taken = _steps_for(model, steps)
    found = {(one.covariate, one.limits): one for step in own for one in outside(row, step.values)}
    missing = [one for one in found.values() if one.value is None]
    if missing:
        return Considered(row, f"it asks for {', '.join(_asked(row, one.covariate) for one in missing)}", None)
    beyond = [f"{covariate_name(one.covariate)} {_value(one.value)}, not {one.limits}" for one in found.values()]
    slight = all(
        one.covariate is Covariate.DAYS_AFTER_TRANSPLANT and _little_beyond(one.value, row) for one in found.values()
    )
    if beyond and not (slight or forced):
        return Considered(row, f"outside its patients: {'; '.join(beyond)}", None)
    notes = _notes(row, facts, products)
    assumed = tuple(dict.fromkeys(_taken(one) for one in taken))
    unknown = frozenset(one.covariate for one in taken)
    apart = _of_other_days(row, facts)
    return Considered(row, None, Fitting(model, own, (*assumed, *notes), tuple(beyond), unknown, apart=apart))


def _taken(row: CovariateRow) -> str:
    """Return what is taken for an unknown covariate, and whose word that is."""
    return f"{covariate_name(row.covariate)} {row.if_unknown_word or row.if_unknown} ({row.unknown_note})"


def _of_another_kind(row: ModelRow, facts: Facts, products: frozenset[ProductRow]) -> str | None:
    if facts.indication not in row.organs:
        return f"for {', '.join(row.organs)}"
    if facts.population is not None and facts.population is not row.population:
        return "for adults" if row.population is Population.ADULT else "for children"
    others = {one for one in products if not _made_from(row, one)}
    if not others:
        return None
    now = facts.current.product if facts.current else None
    if now is not None and _made_from(row, now):
        named = [one.name for one in read_products() if one.id in row.products]
        own = " and ".join(named) if Release.PROLONGED in row.release and named else f"{row.release[0]} release"
        return f"made from {own} alone, and the file has {', '.join(sorted(one.name for one in others))} too"
    if any(one.release not in row.release for one in others):
        return f"for {' and '.join(row.release)} release"
    return f"for {', '.join(row.products)}"


def _made_from(row: ModelRow, product: ProductRow) -> bool:
    """Return whether a model is for a product: by its release, and where that is slow by its name."""
    if product.release not in row.release:
        return False
    return product.release is not Release.PROLONGED or not row.products or product.id in row.products


def _notes(row: ModelRow, facts: Facts, products: frozenset[ProductRow]) -> tuple[str, ...]:
    found = []
    if facts.population is None:
        found.append(f"{'an adult' if row.population is Population.ADULT else 'a child'}")
    others = sorted(one.name for one in products if row.products and one.id not in row.products)
    if others:
        found.append(f"{', '.join(others)} as {', '.join(row.products)}, which it was made from")
    return tuple(found)


def _of_other_days(row: ModelRow, facts: Facts) -> tuple[str, ...]:
    """Return that a release is taken on other days after transplant than the model's patients took it (R60)."""
    product = facts.current.product if facts.current else None
    own = next((one for one in row.own_days if product is not None and one.release is product.release), None)
    if own is None or product is None or facts.day is None:
        return ()
    if within_days(facts.day, own.from_day, own.to_day):
        return ()
    return (f"{product.name}, days after transplant {facts.day}, not {own.text}",)


def _steps_for(model: PopulationModel, steps: Sequence[Step]) -> tuple[tuple[Step, ...], tuple[CovariateRow, ...]]:
    """Return the steps with the model's own covariates alone, those that change nothing left out, and what it takes."""
    asked = {one.covariate for one in model.row.covariate} | {Covariate.DAYS_AFTER_TRANSPLANT}
    by_days = any(one.covariate is Covariate.DAYS_AFTER_TRANSPLANT for one in model.row.covariate)
    own: list[Step] = []
    taken: dict[Covariate, CovariateRow] = {}
    for number, step in enumerate(steps):
        values, used = with_assumed(model.row, {name: one for name, one in step.values.items() if name in asked})
        taken |= {one.covariate: one for one in used}
        last = number + 1 == len(steps)
        if not by_days and not last:
            values.pop(Covariate.DAYS_AFTER_TRANSPLANT, None)
        if own and (own[-1].values == values or (not by_days and _without_days(own[-1]) == _without_days_of(values))):
            own[-1] = own[-1]._replace(values=values)
            continue
        own.append(Step(step.from_h, values))
    return tuple(own), tuple(taken.values())


def _without_days(step: Step) -> dict[Covariate, float | str]:
    return _without_days_of(dict(step.values))


def _without_days_of(values: dict[Covariate, float | str]) -> dict[Covariate, float | str]:
    return {name: one for name, one in values.items() if name is not Covariate.DAYS_AFTER_TRANSPLANT}


def _asked(row: ModelRow, covariate: Covariate) -> str:
    """Return a covariate that a model lacks, with the only drugs that it knows of."""
    drugs = next((one.drugs for one in row.covariate if one.covariate is covariate), ())
    return f"{covariate_name(covariate)} ({', '.join(drugs)} or none, no other)" if drugs else covariate_name(covariate)


def covariate_name(covariate: Covariate) -> str:
    """Return a covariate for a person: `weight (kg)`, `CYP3A5`."""
    text = str(covariate)
    for end, unit in _UNITS.items():
        if text.endswith(f"_{end}"):
            return f"{text.removesuffix(f'_{end}').replace('_', ' ')} ({unit})"
    return text.upper().replace("DONOR_", "donor ").replace("_", "*") if "cyp" in text else text.replace("_", " ")


def _value(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _little_beyond(value: float | str | None, row: ModelRow) -> bool:
    """Return whether days after transplant lie beyond the model's by no more than the policy lets pass."""
    if not isinstance(value, float) or row.to_day is None:
        return False
    share = float(read_policy().forecast.days_outside_percent) / 100
    return row.to_day <= value <= row.to_day * (1 + share)
