"""Is this patient a fast metaboliser? The concentration-to-dose ratio and what its thresholds say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.cd_ratio import Classified, about_indication, cd_ratio, classify, release_of, weight_normalised
from tdmcli.domain.findings import Finding, refuse, settle
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_sample_time, check_size, check_steady_state
from tdmcli.domain.units import rounded
from tdmcli.errors import Code
from tdmcli.tables.readers import read_policy, read_threshold_sets
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import assumed, drug_findings, gather, history_findings, regimen_findings

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.domain.units import Level
    from tdmcli.tables.cd_ratio_rows import ThresholdSetRow
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts

AGAINST_A_CLASS = frozenset(
    {
        Code.NOT_STEADY_STATE,
        Code.STILL_RISING,
        Code.STILL_FALLING,
        Code.INTERACTION_SETTLING,
        Code.INTERACTING_DRUG,
        Code.AVOID_COMBINATION,
        Code.DISCREPANT,
        Code.MISSED_DOSE,
        Code.EARLY_SAMPLE,
        Code.LATE_SAMPLE,
        Code.CRITICAL_LEVEL,
        Code.GUT_EVENT,
    }
)
REFUSES_A_RATIO = frozenset({Code.NOT_A_TROUGH, Code.SAMPLE_AT_DOSE, Code.HELD, Code.TWO_PRODUCTS, Code.NOT_ORAL})


class ThresholdAnswer(NamedTuple):
    """One set of thresholds, what it makes of the ratio, and where it is from."""

    id: str
    name: str
    kind: str
    lower_ng_ml_per_mg: Decimal
    upper_ng_ml_per_mg: Decimal
    lower_inclusive: bool
    class_: str
    sources: tuple[str, ...]
    locator: str
    note: str | None


class PastRatio(NamedTuple):
    """An earlier ratio of the patient file."""

    taken: datetime
    level_ng_ml: Decimal
    daily_dose_mg: Decimal
    cd_ratio_ng_ml_per_mg: Decimal
    product: str | None


class CdRatioData(NamedTuple):
    """The answer of `cdratio`."""

    cd_ratio_ng_ml_per_mg: Decimal
    weight_normalised_ng_ml_per_mg_kg: Decimal | None
    class_: str
    not_classified_because: tuple[str, ...]
    threshold_row: ThresholdAnswer | None
    other_thresholds: tuple[ThresholdAnswer, ...]
    history: tuple[PastRatio, ...]
    level_ng_ml: Decimal
    level: str
    daily_dose_mg: Decimal
    regimen: str
    weight_kg: Decimal | None


def answer_cdratio(asked: Asked) -> Answer[CdRatioData]:
    """Return the ratio of a level to its daily dose, and its class where one may be given.

    Raises:
        ExpectedError: the question can't be read, something is missing, or the level is no trough.

    """
    ask.refuse_product_alone(asked)
    facts = gather(asked)
    level, regimen = _needed(facts)
    findings = _findings(facts, level, regimen)
    against = tuple(finding for finding in findings if finding.code in AGAINST_A_CLASS)
    ratio = cd_ratio(level.value_ng_ml, regimen.daily_dose_mg)
    against += about_indication(facts.indication, read_threshold_sets())
    classified = classify(ratio, regimen, _day(facts), read_threshold_sets(), against)
    citations = Citations()
    used = classified.used
    data = CdRatioData(
        cd_ratio_ng_ml_per_mg=rounded(ratio, 6),
        weight_normalised_ng_ml_per_mg_kg=(
            None if facts.weight_kg is None else rounded(weight_normalised(ratio, facts.weight_kg), 2)
        ),
        class_=classified.ratio_class,
        not_classified_because=() if used else tuple(str(finding.code) for finding in _reasons(classified)),
        threshold_row=None if used is None else _threshold(used, classified.ratio_class, citations),
        other_thresholds=tuple(_threshold(row, one, citations) for row, one in classified.others),
        history=_history(facts),
        level_ng_ml=level.value_ng_ml,
        level=level.text,
        daily_dose_mg=regimen.daily_dose_mg,
        regimen=regimen.text,
        weight_kg=facts.weight_kg,
    )
    return Answer(
        command="cdratio",
        data=data,
        as_of=facts.now,
        warnings=warn((*findings, *(one for one in classified.findings if one not in findings))),
        sources=citations.cited(),
        inputs=facts.inputs,
        assumed=assumed(facts, *(() if facts.indication is not None else ("a kidney transplant",))),
    )


def _needed(facts: Facts) -> tuple[Level, Regimen]:
    if facts.level is None:
        raise refuse(Code.MISSING_LEVEL, why="" if facts.record is None else " in the patient file")
    if facts.sampled is None:
        raise refuse(Code.MISSING_REGIMEN, what="the dose when the level was drawn")
    if not facts.level.is_number:
        raise refuse(Code.CENSORED_LEVEL, level=facts.level.text)
    product = facts.sampled.product
    if product is not None and product.route != "oral":
        raise refuse(Code.NOT_ORAL, route=product.route)
    return facts.level, facts.sampled


def _findings(facts: Facts, level: Level, regimen: Regimen) -> tuple[Finding, ...]:
    policy = read_policy()
    release = release_of(regimen)
    findings = facts.findings + check_size(level, policy.level)
    findings += check_sample_time(facts.hours_after_dose, regimen.interval_h, policy.sampling)
    findings += check_steady_state(
        facts.days_on_dose, facts.change, Position.UNDETERMINED, release, policy.steady_state
    )
    findings += tuple(
        finding
        for finding in history_findings(facts, Position.UNDETERMINED)
        if finding.code in (AGAINST_A_CLASS | REFUSES_A_RATIO | {Code.UNTIMED_LEVEL, Code.ASSAY_CHANGED}) - {Code.HELD}
    )
    findings += drug_findings(facts) + _held_when_drawn(facts)
    refusing = tuple(finding for finding in findings if finding.refuses and finding.code in REFUSES_A_RATIO)
    settle(refusing, frozenset())
    return findings


def _held_when_drawn(facts: Facts) -> tuple[Finding, ...]:
    """Return whether tacrolimus was held when the level was drawn; a later pause takes nothing from a past ratio."""
    if facts.drawn is None:
        return ()
    from tdmcli.domain.history import dosed_at

    if facts.record is None:
        return ()
    taken = dosed_at(facts.record.history, facts.drawn)
    return tuple(one for one in regimen_findings(facts, taken, taken) if one.code is Code.HELD)


def _day(facts: Facts) -> int | None:
    """Return the days after transplant at which the level was drawn."""
    if facts.record is None or facts.drawn is None or facts.day_given or facts.other_indication:
        return facts.day
    from tdmcli.domain.history import days_after_start

    return days_after_start(facts.record.history, facts.drawn.taken)


def _reasons(classified: Classified) -> tuple[Finding, ...]:
    codes = AGAINST_A_CLASS | {Code.ONCE_DAILY_PRODUCT, Code.OTHER_INDICATION}
    reasons = tuple(finding for finding in classified.findings if finding.code in codes)
    return reasons or tuple(finding for finding in classified.findings if finding.code is Code.OTHER_TIME)


def _threshold(row: ThresholdSetRow, ratio_class: str, citations: Citations) -> ThresholdAnswer:
    sources = tuple(dict.fromkeys((row.lower_source, row.upper_source)))
    for source in sources:
        citations.add(source, row.locator)
    return ThresholdAnswer(
        row.id,
        row.name,
        row.kind,
        row.lower,
        row.upper,
        row.lower_inclusive,
        ratio_class,
        sources,
        row.locator,
        row.note,
    )


def _history(facts: Facts) -> tuple[PastRatio, ...]:
    if facts.record is None:
        return ()
    from tdmcli.domain.history import dosed_at, period_at, usable_levels

    past = []
    for record in usable_levels(facts.record.history, facts.now)[0]:
        period = period_at(facts.record.history, dosed_at(facts.record.history, record))
        if period is None or not record.level.is_number:
            continue
        value, daily = record.level.value_ng_ml, period.regimen.daily_dose_mg
        product = period.regimen.product.id if period.regimen.product else None
        past.append(PastRatio(record.taken, value, daily, rounded(cd_ratio(value, daily), 4), product))
    return tuple(past)
