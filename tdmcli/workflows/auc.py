"""What is the area under the curve? A model fitted to all levels and the published regressions, side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.history import days_after_start
from tdmcli.domain.limited_sampling import Sampled
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_steady_state
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_indication, read_policy
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.auc_beside import remarks_on, target_areas
from tdmcli.workflows.auc_checks import against_file, shape, sizes, small_without_age
from tdmcli.workflows.auc_data import MAP_NAME, AucData, MethodAnswer, Spread, UsedSample
from tdmcli.workflows.auc_newest import about_newest
from tdmcli.workflows.auc_regressions import by_regressions
from tdmcli.workflows.auc_samples import Interval, interval_of, typed_samples
from tdmcli.workflows.facts import gather

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.auc_data import AucQuestion
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.forecast_data import IgnoredLevel

_OF_THE_ANSWER = frozenset({Code.LEVEL_IGNORED, Code.CLOCK})  # what a file says whatever is made of its levels
# what a model counts in, or says with its own reason
_OF_A_REGRESSION = frozenset({Code.EARLY_SAMPLE, Code.LATE_SAMPLE, Code.OTHER_SITUATION})


class _Known(NamedTuple):
    """What the methods take: the levels and whose they are, the regimen, and what speaks against the levels."""

    of: Sampled
    interval: Interval
    regimen: Regimen
    product: ProductRow
    doubts: tuple[Finding, ...]


def answer_auc(question: AucQuestion) -> Answer[AucData]:
    """Return every method for the area, those that don't answer with their reason.

    Raises:
        ExpectedError: the question can't be read, the regimen or indication is not known, or no method answers.

    """
    facts = gather(question.asked)
    _refuse_both(question)
    if facts.indication is None:
        raise refuse(Code.MISSING_INDICATION, how="--indication, such as kidney, or a patient file with one")
    known = _of_file(question, facts) if facts.record else _of_options(question, facts)
    citations = Citations()
    fitted, about_fit, ignored = _by_model(question, facts, known, citations)
    methods = (fitted, *by_regressions(known.of, known.doubts, citations))
    answering = [one for one in methods if one.refused is None]
    if not answering:
        raise _no_method(facts.indication, methods, known.doubts)
    citations.add("policy", "data/policy.toml")
    findings = tuple(one for one in facts.findings if one.code in _OF_THE_ANSWER) + about_fit
    findings += tuple(one for one in known.doubts if not one.refuses)
    data = AucData(
        indication=facts.indication,
        product=known.product.id,
        release=known.product.release,
        regimen=known.regimen.text,
        regimen_now=facts.current.text if facts.current and facts.current != known.regimen else None,
        interval_h=known.regimen.interval_h,
        days_after_transplant=known.of.day,
        samples=_samples(facts, known.interval),
        trough_only=known.interval.trough_only,
        ignored=ignored,
        methods=tuple(sorted(methods, key=lambda one: one.refused is not None)),
        spread=_spread(answering),
        targets=target_areas(known.of, citations),
        remarks=remarks_on(known.of, citations),
    )
    return Answer(
        command="auc",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question),
        assumed=_assumed(facts, known),
    )


def _refuse_both(question: AucQuestion) -> None:
    """Refuse options that contradict a patient file, and a question without levels."""
    asked = question.asked
    typed = (
        ("--sample", bool(question.samples)),
        ("--dose", asked.dose is not None),
        ("--every", asked.every is not None),
        ("--product", asked.product is not None),
        ("--indication", asked.indication is not None),
        ("--days", asked.days is not None),
        ("--months", asked.months is not None),
        ("--age", asked.age is not None),
    )
    if asked.patient is not None:
        for name, given in typed:
            if given:
                raise WrongUsage(f"{name} beside --patient: levels, doses and the patient are those of the file")
    elif not question.samples:
        raise refuse(Code.MISSING_LEVEL, why=": give --sample HOURS=LEVEL, such as --sample 0=5.6, or --patient")


def _of_options(question: AucQuestion, facts: Facts) -> _Known:
    regimen = facts.current
    if regimen is None:
        raise refuse(Code.MISSING_REGIMEN, what="an area is over one interval")
    if regimen.product is None:
        raise refuse(Code.MISSING_PRODUCT)
    interval = Interval(typed_samples(question.asked, question.samples, regimen.interval_h))
    days = None if facts.day is None else Decimal(facts.day)
    steady = check_steady_state(
        days, None, Position.UNDETERMINED, regimen.product.release, read_policy().steady_state
    )  # a dose can't have been taken for longer than since the transplant
    return _known(facts, interval, regimen, regimen.product, facts.day, steady)


def _of_file(question: AucQuestion, facts: Facts) -> _Known:
    if facts.record is None:
        raise WrongUsage("--patient FILE")
    history = facts.record.history
    interval = interval_of(history, facts.now)
    regimen = interval.regimen if interval.dose_at or facts.current is None else facts.current
    if regimen is None:
        raise refuse(Code.MISSING_REGIMEN, what="none is in force in the patient file")
    if regimen.product is None:
        raise refuse(Code.MISSING_PRODUCT)
    taken = interval.records[0].taken if interval.records else facts.now
    day = days_after_start(history, taken)
    doubts = against_file(facts, interval) + about_newest(question, facts, interval, regimen.product)
    return _known(facts, interval, regimen, regimen.product, day, doubts)


def _known(
    facts: Facts,
    interval: Interval,
    regimen: Regimen,
    product: ProductRow,
    day: int | None,
    doubts: tuple[Finding, ...],
) -> _Known:
    of = Sampled(
        indication=facts.indication or "",
        product=product,
        interval_h=regimen.interval_h,
        day=day,
        population=facts.population,
        samples=interval.samples,
    )
    own = sizes(facts, interval) + shape(interval, regimen, product.release)
    return _Known(of, interval, regimen, product, own + doubts + small_without_age(facts))


def _by_model(
    question: AucQuestion, facts: Facts, known: _Known, citations: Citations
) -> tuple[MethodAnswer, tuple[Finding, ...], tuple[IgnoredLevel, ...]]:
    """Return the area by a fitted model, what is said of it and what it leaves out; only a file pays for the engine."""
    if facts.record is None:
        why = "MAP needs the doses and times of a patient file (--patient FILE)."
        return MethodAnswer("map", "map", MAP_NAME, (), refused=Code.NO_MODEL, why=why), (), ()
    from tdmcli.workflows.auc_map import by_model

    doubts = tuple(one for one in known.doubts if one.code not in _OF_A_REGRESSION)
    return by_model(question, facts, known.interval, known.regimen, doubts, citations)


def _no_method(indication: str, methods: tuple[MethodAnswer, ...], doubts: Iterable[Finding]) -> Exception:
    """Return the refusal with each method's reason, and how to ask for the area of an older profile."""
    by_reason: dict[str, list[str]] = {}
    for one in methods:
        by_reason.setdefault(f"{one.refused}: {(one.why or '').rstrip('.')}", []).append(one.id)
    why = "; ".join(f"{', '.join(ids)}: {reason}" for reason, ids in by_reason.items())
    older = warn(tuple(one for one in doubts if one.code is Code.OLDER_PROFILE))
    why += "".join(f"; {one.code}: {one.message.rstrip('.')}" for one in older)
    name = read_indication(indication)[0].name
    return refuse(Code.NO_METHOD, what="an area under the curve", number=str(len(methods)), indication=name, why=why)


def _samples(facts: Facts, interval: Interval) -> tuple[UsedSample, ...]:
    """Return the levels of the interval, with their times by the patient's clock (R41)."""
    zone = facts.record.history.zone if facts.record else None
    records = interval.records or (None,) * len(interval.samples)
    return tuple(
        UsedSample(one.hours, one.level.text, one.level.value_ng_ml, record.taken.astimezone(zone) if record else None)
        for one, record in zip(interval.samples, records, strict=True)
    )


def _spread(answering: list[MethodAnswer]) -> Spread | None:
    """Return the lowest and highest area, or None where fewer than two methods answer."""
    areas = sorted((one.auc_ng_h_ml, one.id) for one in answering if one.auc_ng_h_ml is not None)
    if len(areas) < 2:  # noqa: PLR2004
        return None
    (low, low_id), (high, high_id) = areas[0], areas[-1]
    return Spread(low, high, low_id, high_id, len(areas))


def _own_inputs(question: AucQuestion) -> dict[str, object]:
    return {"samples": {"value": list(question.samples), "from": "--sample"}} if question.samples else {}


def _assumed(facts: Facts, known: _Known) -> str | None:
    parts = []
    if facts.population is None:
        parts.append("an adult")
    if len(set(known.regimen.intakes_mg)) > 1:
        parts.append("the area of this interval alone, since the intakes differ")
    if facts.record is None:
        if known.of.samples and not known.of.samples[0].hours:
            parts.append("the level at hour 0 is a trough")
        parts += ["at steady state", "no interacting drug"]
    return f"Assumed: {', '.join(parts)}." if parts else None
