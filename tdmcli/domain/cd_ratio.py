"""The concentration-to-dose ratio: trough over total daily dose, and what its thresholds say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding
from tdmcli.domain.units import show
from tdmcli.errors import Code
from tdmcli.tables.cd_ratio_rows import SetKind, ThresholdSetRow
from tdmcli.tables.rows import Release, within_days

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.product_rows import ProductRow


class RatioClass(StrEnum):
    """The class of a ratio: of an outcome set, or only a third of one cohort."""

    FAST = "fast"
    BORDERLINE = "borderline"
    NOT_FAST = "not-fast"
    LOWEST_THIRD = "lowest-third"
    MIDDLE_THIRD = "middle-third"
    HIGHEST_THIRD = "highest-third"
    NOT_CLASSIFIED = "not-classified"


@dataclass(frozen=True, slots=True)
class Classified:
    """The class, the set it rests on, and every other set that could hold with what it says."""

    ratio_class: RatioClass
    used: ThresholdSetRow | None
    others: tuple[tuple[ThresholdSetRow, RatioClass], ...]
    findings: tuple[Finding, ...]


TWICE_DAILY = 2


def cd_ratio(trough_ng_ml: Decimal, daily_dose_mg: Decimal) -> Decimal:
    """Return C/D in ng/mL per mg: the trough over the total daily dose, never the dose of one intake."""
    return trough_ng_ml / daily_dose_mg


def weight_normalised(ratio: Decimal, weight_kg: Decimal) -> Decimal:
    """Return C over (daily dose / weight) in ng/mL per mg/kg, which is C/D times the weight."""
    return ratio * weight_kg


def sort_into(ratio: Decimal, thresholds: ThresholdSetRow) -> RatioClass:
    """Return where a ratio falls in one set; a cut-off belongs to the part above it, unless its source says otherwise.

    The upper edge of the thirds belongs to the middle one, as their source has it.
    """
    names = (
        (RatioClass.FAST, RatioClass.BORDERLINE, RatioClass.NOT_FAST)
        if thresholds.kind is SetKind.OUTCOME
        else (RatioClass.LOWEST_THIRD, RatioClass.MIDDLE_THIRD, RatioClass.HIGHEST_THIRD)
    )
    if ratio < thresholds.lower or (thresholds.lower_inclusive and ratio == thresholds.lower):
        return names[0]
    at_edge = ratio == thresholds.upper and thresholds.kind is SetKind.THIRDS
    return names[1] if ratio < thresholds.upper or at_edge else names[2]


def release_of(regimen: Regimen) -> Release:
    """Return how the product lets go of tacrolimus; an unknown one by its interval."""
    if regimen.product is not None:
        return regimen.product.release
    return Release.PROLONGED if regimen.intakes_a_day == 1 else Release.IMMEDIATE


def made_for(thresholds: ThresholdSetRow, release: Release, product: ProductRow | None) -> bool:
    """Return whether a set was made for products of this release, and for this one where it names some."""
    named = not thresholds.products or (product is not None and product.id in thresholds.products)
    return thresholds.release is release and named


def about_indication(indication: str | None, sets: Iterable[ThresholdSetRow]) -> tuple[Finding, ...]:
    """Return whether the sets were made for something else; nothing where the indication is not known."""
    if indication is None or any(indication in one.indications for one in sets):
        return ()
    return (Finding(Code.OTHER_INDICATION, {"indication": indication}),)


def classify(
    ratio: Decimal,
    regimen: Regimen,
    day: int | None,
    sets: Iterable[ThresholdSetRow],
    against: tuple[Finding, ...] = (),
) -> Classified:
    """Return the class of a ratio under the set that fits the product and the time.

    `against` are findings that forbid a class (not at steady state, an inhibitor on board …).
    """
    sets = tuple(sets)
    release = release_of(regimen)
    fitting = [one for one in sets if made_for(one, release, regimen.product)]
    outcome = [one for one in fitting if one.kind is SetKind.OUTCOME]
    thirds = [one for one in fitting if one.kind is SetKind.THIRDS and _holds(one, day)]
    used = next(iter(outcome or thirds), None)
    if used is not None and release is Release.IMMEDIATE and regimen.intakes_a_day != TWICE_DAILY:
        against += (Finding(Code.ONCE_DAILY_PRODUCT),)
    findings = against + _about_set(used, regimen, day, release)
    usable = used is not None and not against and (day is None or _holds(used, day))
    ratio_class = sort_into(ratio, used) if usable and used else RatioClass.NOT_CLASSIFIED
    if ratio_class is RatioClass.BORDERLINE and used is not None:
        values = {"ratio": show(ratio), "lower": show(used.lower), "upper": show(used.upper)}
        findings += (Finding(Code.THRESHOLDS_DISAGREE, values),)
    others = tuple(
        (one, RatioClass.NOT_CLASSIFIED if against else sort_into(ratio, one))
        for one in fitting
        if one is not used and _holds(one, day)
    )
    return Classified(ratio_class, used if usable else None, others, findings)


def _holds(thresholds: ThresholdSetRow, day: int | None) -> bool:
    return day is not None and within_days(day, thresholds.from_day, thresholds.to_day)


def _about_set(
    used: ThresholdSetRow | None, regimen: Regimen, day: int | None, release: Release
) -> tuple[Finding, ...]:
    if used is None:
        return (Finding(Code.ONCE_DAILY_PRODUCT),) if release is Release.PROLONGED else ()
    findings: tuple[Finding, ...] = ()
    if regimen.product is None:
        findings += (Finding(Code.PRODUCT_UNKNOWN),)
    if day is None:
        findings += (Finding(Code.TIME_UNKNOWN),)
    elif used.usual_from_day and used.usual_to_day and not used.usual_from_day <= day <= used.usual_to_day:
        findings += (
            Finding(Code.OTHER_TIME, {"day": str(day), "from": str(used.usual_from_day), "to": str(used.usual_to_day)}),
        )
    return findings
