"""What should this level be? The default range, all others that apply, and where a level lies in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, refuse, settle
from tdmcli.domain.target_range import Fit, Position, fit, in_window, position
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import ng_ml_to_nmol_l, rounded
from tdmcli.errors import Code
from tdmcli.tables.readers import read_molecular_weight, read_policy
from tdmcli.tables.rows import Population
from tdmcli.workflows import asked as ask
from tdmcli.workflows.agreement import (
    CommonRange,
    LevelSplit,
    RangeGroup,
    find_agreement,
    group_ranges,
    in_a_line,
    split_level,
)
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import gather, stale_findings, timing_findings
from tdmcli.workflows.ranges import (
    RangeAnswer,
    RangeQuestion,
    Ranges,
    co_therapies_among,
    disagreement,
    find_ranges,
    range_answer,
    with_evidence,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.units import Level
    from tdmcli.tables.rows import TargetRow
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts


class InNmol(NamedTuple):
    """A range in nmol/L, rounded to one decimal."""

    low_nmol_l: Decimal
    high_nmol_l: Decimal


class OwnRange(NamedTuple):
    """A range that a patient file sets, which wins over every table."""

    low_ng_ml: Decimal
    high_ng_ml: Decimal
    from_: str
    position: str | None


class AucAnswer(NamedTuple):
    """An area under the curve over one dosing interval that one source gives, and the troughs paired with it."""

    id: str
    kind: str
    low_ng_h_ml: Decimal
    high_ng_h_ml: Decimal
    interval_h: int
    over_h: int | None
    trough_low_ng_ml: Decimal | None
    trough_high_ng_ml: Decimal | None
    population: str | None
    from_day: int | None
    to_day: int | None
    condition: str | None
    note: str | None
    source: str


class TargetData(NamedTuple):
    """The answer of `target`."""

    indication: str
    days_after_transplant: int | None
    default: RangeAnswer | None
    default_nmol_l: InNmol | None
    own: OwnRange | None
    rows: tuple[RangeAnswer, ...]
    other_rows: tuple[RangeAnswer, ...]
    auc: tuple[AucAnswer, ...]
    groups: tuple[RangeGroup, ...]
    agreement: CommonRange | None
    split: LevelSplit | None
    says: str
    position: str | None
    level_ng_ml: Decimal | None
    level: str | None
    phases: tuple[str, ...]
    phase: str | None


class TargetQuestion(NamedTuple):
    """What only `target` asks: conditions of a range, one source, or every row."""

    asked: Asked
    population: str | None = None
    co_therapy: tuple[str, ...] = ()
    induction: str | None = None
    source: str | None = None
    everything: bool = False


def answer_target(question: TargetQuestion) -> Answer[TargetData]:
    """Return the ranges for an indication and a time, and where a level lies in them.

    Raises:
        ExpectedError: the question can't be read, or there is no answer.

    """
    facts = gather(question.asked)
    if facts.indication is None:
        raise refuse(Code.MISSING_INDICATION, how="an indication such as kidney, or a patient file with one")
    product = ask.product(question.asked) or (facts.current.product if facts.current else None)
    ranges = find_ranges(
        RangeQuestion(
            indication=facts.indication,
            day=facts.day,
            phase=facts.phase,
            population=Population(question.population) if question.population else facts.population,
            co_therapy=question.co_therapy + co_therapies_among(facts.drugs),
            induction=question.induction,
            product=product,
            source=question.source,
        )
    )
    return _answer(question, facts, ranges)


def _answer(question: TargetQuestion, facts: Facts, ranges: Ranges) -> Answer[TargetData]:
    citations = Citations()
    level = facts.level
    untimely = _timing(question, facts)
    comparable = not any(finding.refuses for finding in untimely)
    compared = level if comparable else None
    shown = ranges.others if question.everything else ()
    default = ranges.default
    first = () if default is None else (default,)
    applying = first + tuple(row for row in ranges.applying if row is not default)
    rows = tuple(range_answer(row, ranges, compared, citations) for row in applying)
    own = _own(facts, compared)
    used = _used_range(own, default)
    where = position(level, *used) if level and used and comparable else None
    findings = facts.findings + ranges.findings + untimely
    if level is not None:
        findings += check_size(level, read_policy().level)
        if used is not None and comparable:
            findings += disagreement(level, *used, None if own else default, ranges)
    other_rows = tuple(range_answer(row, ranges, compared, citations) for row in shown)
    areas = _areas(facts, citations) if question.everything else ()
    met = [row for row in applying if fit(row, ranges.situation) is Fit.MATCHES]
    agreement = find_agreement(met)
    split = split_level(compared, applying) if compared else None
    cited = citations.cited()
    rows = with_evidence(rows, cited)
    data = TargetData(
        indication=ranges.indication.id,
        days_after_transplant=facts.day,
        default=rows[0] if default is not None else None,
        default_nmol_l=_in_nmol(used) if ranges.indication.nmol and used else None,
        own=own,
        rows=rows,
        other_rows=with_evidence(other_rows, cited),
        auc=areas,
        groups=group_ranges(applying, {one.id: one.kind for one in cited}),
        agreement=agreement,
        split=split,
        says=in_a_line(met, agreement, compared, split),
        position=where,
        level_ng_ml=level.value_ng_ml if level and level.is_number else None,
        level=level.text if level else None,
        phases=ranges.indication.phases,
        phase=ranges.situation.phase,
    )
    inputs = dict(facts.inputs) | _conditions(question)
    return Answer(
        command="target",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=cited,
        inputs=inputs,
        assumed=_assumed(question, facts, ranges, level),
        out_of_range=where in {Position.BELOW, Position.ABOVE},
    )


def _areas(facts: Facts, citations: Citations) -> tuple[AucAnswer, ...]:
    """Return the areas that sources give for the indication at its time, whatever each is."""
    from tdmcli.tables.dosing_readers import read_auc_targets

    return tuple(
        AucAnswer(
            id=row.id,
            kind=row.kind,
            low_ng_h_ml=row.low_ng_h_ml,
            high_ng_h_ml=row.high_ng_h_ml,
            interval_h=row.interval_h,
            over_h=row.over_h,
            trough_low_ng_ml=row.trough_low_ng_ml,
            trough_high_ng_ml=row.trough_high_ng_ml,
            population=row.population,
            from_day=row.from_day,
            to_day=row.to_day,
            condition=row.condition,
            note=row.note,
            source=citations.add(row.source, row.locator),
        )
        for row in read_auc_targets()
        if facts.indication in row.indications and in_window(row, facts.day)
    )


def _timing(question: TargetQuestion, facts: Facts) -> tuple[Finding, ...]:
    """Return what time says of the level; a typed level that is no trough refuses the comparison (R42, R46)."""
    findings = timing_findings(facts, ask.product(question.asked))
    return findings + stale_findings(facts) if question.asked.level is None else settle(findings, frozenset())


def _own(facts: Facts, level: Level | None) -> OwnRange | None:
    if facts.target is None or facts.target_from is None:
        return None
    where = position(level, *facts.target) if level else None
    return OwnRange(*facts.target, facts.target_from, where)


def _used_range(own: OwnRange | None, default: TargetRow | None) -> tuple[Decimal, Decimal] | None:
    chosen = own or default
    return None if chosen is None else (chosen.low_ng_ml, chosen.high_ng_ml)


def _in_nmol(used: tuple[Decimal, Decimal]) -> InNmol:
    low, high = (rounded(ng_ml_to_nmol_l(limit, read_molecular_weight()), 1) for limit in used)
    return InNmol(low, high)


def _conditions(question: TargetQuestion) -> dict[str, object]:
    stated = {
        "population": question.population,
        "co_therapy": list(question.co_therapy) or None,
        "induction": question.induction,
        "source": question.source,
        "phase": question.asked.phase,
    }
    return {name: {"value": value, "from": "option"} for name, value in stated.items() if value is not None}


def _assumed(question: TargetQuestion, facts: Facts, ranges: Ranges, level: Level | None) -> str | None:
    parts = []
    if question.population is None and facts.population is None:
        parts.append("an adult" if ranges.situation.usual_population is Population.ADULT else "a child")
    if ranges.default is not None and ranges.default.phase and ranges.situation.phase is None:
        parts.append(f"{ranges.default.phase} phase")
    if level is not None and facts.hours_after_dose is None:
        parts.append("a trough")
    return f"Assumed: {', '.join(parts)}." if parts else None
