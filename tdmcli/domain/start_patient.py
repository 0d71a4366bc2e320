"""What is known of a patient before the first level, as the methods for a first dose ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.errors import Code
from tdmcli.tables.rows import Population, Release, Route

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.genotype import Diplotype
    from tdmcli.tables.product_rows import ProductRow


class StartPatient(NamedTuple):
    """A patient; None is not known.

    `induction` and `rivals` are ids of `co_therapies.toml`, the latter of co-therapies that rule out a dose made for
    others. `groups` are those of the drugs taken. `aim_ng_ml` is the middle of the range, None where that is too wide.
    `has_trough`: some level was drawn, usable or not.
    """

    indication: str
    population: Population | None = None
    age_years: int | None = None
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    bsa_m2: Decimal | None = None
    day: int | None = None
    product: ProductRow | None = None
    rivals: frozenset[str] = frozenset()
    induction: frozenset[str] = frozenset()
    steroid_sparing: bool = False
    groups: frozenset[str] = frozenset()
    cyp3a5: Diplotype | None = None
    cyp3a4: Diplotype | None = None
    donor_cyp3a5: Diplotype | None = None
    rejection: bool = False
    range_ng_ml: tuple[Decimal, Decimal] | None = None
    aim_ng_ml: Decimal | None = None
    has_trough: bool = False


FOR_WHOM = {Population.ADULT: "for adults", Population.CHILD: "for children"}


def body_surface_m2(height_cm: Decimal, weight_kg: Decimal, divisor: Decimal) -> Decimal:
    """Return the body surface area in m2: the root of height x weight / divisor.

    Source: Mosteller 1987 (data/starting_algorithms.toml).
    """
    return (height_cm * weight_kg / divisor).sqrt()


def unsettled(diplotype: Diplotype | None, gene: str) -> Finding | None:
    """Return that a genotype was not given, or that its alleles don't settle how well the enzyme works; else None."""
    if diplotype is None:
        return Finding(Code.MISSING_GENOTYPE, {"gene": gene, "option": gene.lower()})
    if diplotype.working is None:
        return Finding(Code.GENOTYPE_UNDETERMINED, {"what": f"{gene} {diplotype.text}"})
    return None


def other_product(product: ProductRow | None) -> Finding | None:
    """Return that a method for immediate release by mouth does not hold for a product that was named."""
    if product is None or (product.release is Release.IMMEDIATE and product.route is Route.ORAL):
        return None
    return Finding(Code.OTHER_PRODUCT, {"what": "immediate release by mouth"})


def missing_weight() -> Finding:
    """Return that a dose goes by weight, and none is known."""
    return Finding(Code.MISSING_WEIGHT, {"who": "The dose goes by weight"})
