"""Finding the range for an indication: the rows of its table with how each fits, and the default."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.spelling import spelling
from tdmcli.domain.target_range import (
    AIMABLE,
    APPLIES,
    Fit,
    Situation,
    find_default,
    fit,
    neighbours,
    position,
    positions_disagree,
)
from tdmcli.domain.units import clean, show_range
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.overlay import SOURCE, in_force
from tdmcli.tables.readers import raw_rows, read_co_therapies, read_indication, read_range_policy
from tdmcli.tables.rows import IndicationRow, Population, TargetRow

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.units import Level
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.tables.rows import CoTherapyRow
    from tdmcli.workflows.answer import Citations, Cited


class RangeAnswer(NamedTuple):
    """One row of a table of ranges, as answers show it."""

    id: str
    low_ng_ml: Decimal
    high_ng_ml: Decimal
    kind: str
    population: str | None
    condition: str | None
    from_day: int | None
    to_day: int | None
    phase: str | None
    applies: str
    source: str
    locator: str
    evidence: str | None
    note: str | None
    position: str | None


class Ranges(NamedTuple):
    """The rows that apply (and the others), the default, and what was found about them."""

    indication: IndicationRow
    situation: Situation
    default: TargetRow | None
    applying: tuple[TargetRow, ...]
    others: tuple[TargetRow, ...]
    findings: tuple[Finding, ...]


class RangeQuestion(NamedTuple):
    """What decides which range applies; None is not stated."""

    indication: str
    day: int | None
    phase: str | None = None
    population: Population | None = None
    co_therapy: tuple[str, ...] = ()
    induction: str | None = None
    product: ProductRow | None = None
    source: str | None = None


def find_ranges(question: RangeQuestion) -> Ranges:
    """Return the ranges for an indication.

    Raises:
        Refused: a transplant without a time, an unknown co-therapy or source.
        WrongUsage: a phase that the indication does not have.

    """
    indication, rows = read_indication(question.indication)
    if indication.transplant and question.day is None:
        raise refuse(Code.MISSING_TIME, what=f"The range for {indication.name}")
    if question.phase is not None and question.phase not in indication.phases:
        known = f"one of {', '.join(indication.phases)}" if indication.phases else "none: leave it out"
        raise WrongUsage(f"--phase: {clean(question.phase)!r} is not a phase of {indication.id}; known: {known}")
    if question.source is not None:
        rows = _of_source(rows, question.source)
    situation = _situation(question, indication)
    by_protocol = question.source in {None, SOURCE}
    own, findings = _of_protocol(rows, situation, indication.id) if by_protocol else (None, ())
    default = own
    if own is None and question.source != SOURCE:
        default = find_default(rows, situation)
    if default is None and question.source not in {None, SOURCE}:
        aimable = [row for row in rows if fit(row, situation) in APPLIES and row.kind in AIMABLE]
        default = aimable[0] if len(aimable) == 1 else None
    if question.phase is None and indication.phase_decides and own is None:
        default = None
    fits = {row.id: fit(row, situation) for row in rows}
    if default is not None and question.day is not None and indication.transplant:
        near = neighbours(rows, default, question.day, read_range_policy().boundary_days)
        if near:
            texts = "; ".join(f"{window_text(row)}: {show_range(row.low_ng_ml, row.high_ng_ml)}" for row in near)
            findings += (Finding(Code.NEAR_BOUNDARY, {"day": str(question.day), "neighbours": texts}),)
    return Ranges(
        indication,
        situation,
        default,
        tuple(row for row in rows if fits[row.id] in APPLIES),
        tuple(row for row in rows if fits[row.id] not in APPLIES),
        findings,
    )


def _of_protocol(
    rows: tuple[TargetRow, ...], situation: Situation, indication_id: str
) -> tuple[TargetRow | None, tuple[Finding, ...]]:
    """Return the range of the protocol in force for a situation, or that it has ranges but none for this.

    Raises:
        Refused: it has several, and what was said does not choose between them.

    """
    protocol = in_force()
    if protocol is None or not protocol.ids("target"):
        return None, ()
    own = [row for row in rows if row.id in protocol.ids("target") and row.kind in AIMABLE]
    new = [row for row in own if row.id not in {one["id"] for one in raw_rows("target", indication_id)}]
    met = [row for row in new if fit(row, situation) is Fit.MATCHES and _product_known(row, situation)]
    made_for = [row for row in met if row.co_therapy or row.induction or row.products or row.release or row.phase]
    chosen = made_for if len(made_for) == 1 else met
    open_ = [row for row in new if row not in met and fit(row, situation) in APPLIES and not row.only_if_stated]
    if len(chosen) == 1:
        return chosen[0], ()
    if len(chosen) + len(open_) > 1:
        several = "; ".join(
            f"{row.id} ({', '.join(filter(None, (row.condition, row.phase)))})" for row in chosen + open_
        )
        raise refuse(Code.MISSING_TARGET, why=f": the protocol {protocol.name} has several here: {several}")
    default = find_default(rows, situation)
    if default in own:
        return None, ()
    unmet = f", but one on a condition that was not stated: {_named_with_condition(open_[0])}" if open_ else ""
    said = {"protocol": f"{protocol.name}, version {protocol.version}", "unmet": unmet}
    return None, (Finding(Code.PROTOCOL_SILENT, said),)


def _named_with_condition(row: TargetRow) -> str:
    conditions = ", ".join(filter(None, (row.condition, row.phase)))
    return f"{row.id} ({conditions})" if conditions else row.id


def _product_known(row: TargetRow, situation: Situation) -> bool:
    """Return whether a range made for one way of release is asked about with a product."""
    return row.release is None or situation.product is not None


def _of_source(rows: tuple[TargetRow, ...], source: str) -> tuple[TargetRow, ...]:
    chosen = tuple(row for row in rows if row.source == source)
    if not chosen:
        known = ", ".join(sorted({row.source for row in rows}))
        raise refuse(Code.UNKNOWN_SOURCE, name=clean(source), known=known)
    return chosen


def _situation(question: RangeQuestion, indication: IndicationRow) -> Situation:
    co_therapies, inductions = read_co_therapies()
    stated = frozenset(named_id(name, co_therapies, "co-therapy") for name in question.co_therapy) or None
    induction = None if question.induction is None else named_id(question.induction, inductions, "induction")
    return Situation(
        day=question.day if indication.transplant else None,
        phase=question.phase,
        population=question.population,
        co_therapy=stated,
        induction=induction,
        product=question.product,
        rivals=frozenset(row.id for row in co_therapies if row.rival),
        usual_population=indication.population or Population.ADULT,
        source_named=question.source is not None,
    )


def named_id(name: str, rows: tuple[CoTherapyRow, ...], what: str) -> str:
    """Return the id of a co-therapy or an induction that bears a name.

    Raises:
        Refused: none does.

    """
    wanted = spelling(name)
    for row in rows:
        if wanted in row.names:
            return row.id
    known = f"as {what}: {', '.join(row.id for row in rows)}"
    raise refuse(Code.UNKNOWN_DRUG, name=clean(name), near="", known=known)


def co_therapies_among(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the drugs named that ranges are made for (mmf, everolimus …)."""
    known = {name for row in read_co_therapies()[0] for name in row.names}
    return tuple(name for name in names if spelling(name) in known)


def range_answer(row: TargetRow, ranges: Ranges, level: Level | None, citations: Citations) -> RangeAnswer:
    """Return a row as answers show it, its source noted."""
    return RangeAnswer(
        id=row.id,
        low_ng_ml=row.low_ng_ml,
        high_ng_ml=row.high_ng_ml,
        kind=row.kind,
        population=row.population,
        condition=row.condition,
        from_day=row.from_day,
        to_day=row.to_day,
        phase=row.phase,
        applies=fit(row, ranges.situation),
        source=citations.add(row.source, row.locator),
        locator=row.locator,
        evidence=row.evidence,
        note=row.note,
        position=position(level, row.low_ng_ml, row.high_ng_ml) if level else None,
    )


def with_evidence(rows: tuple[RangeAnswer, ...], cited: tuple[Cited, ...]) -> tuple[RangeAnswer, ...]:
    """Return the rows with what their source is where it gives no grade of its own."""
    kinds = {one.id: one.kind for one in cited}
    return tuple(row._replace(evidence=row.evidence or kinds[row.source]) for row in rows)


def disagreement(
    level: Level, low: Decimal, high: Decimal, used: TargetRow | None, ranges: Ranges
) -> tuple[Finding, ...]:
    """Return whether another range that applies puts the level elsewhere than the range used (R69)."""
    others = [row for row in ranges.applying if row.kind in AIMABLE and row is not used]
    here = position(level, low, high)
    if used is not None and not positions_disagree(level, used, others):
        return ()
    elsewhere = [(row, position(level, row.low_ng_ml, row.high_ng_ml)) for row in others]
    differing = [(row, there) for row, there in elsewhere if there is not here]
    if not differing:
        return ()
    texts = "; ".join(
        f"{there} {show_range(row.low_ng_ml, row.high_ng_ml)} ({', '.join(filter(None, (row.source, row.condition)))})"
        for row, there in differing
    )
    detail = f"{here} {show_range(low, high)}, but {texts}"
    return (Finding(Code.RANGES_DISAGREE, {"detail": detail}),)


def window_text(row: TargetRow) -> str:
    """Return a row's window for a person, such as `days 30 to 89`."""
    if row.from_day is None and row.to_day is None:
        return f"{row.phase} phase" if row.phase else "any time"
    if row.to_day is None:
        return f"from day {row.from_day}"
    return f"days {row.from_day or 0} to {row.to_day - 1}"
