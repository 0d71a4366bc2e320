"""How did the levels run? Variability, time in range and the C/D course of a patient file, over a window."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.counted_levels import Judged, judge_levels
from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.units import clean, rounded
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_interactions_naming, read_policy, read_products
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, text_of, warn
from tdmcli.workflows.facts import gather
from tdmcli.workflows.trend_beside import doses, drugs, labs, ratios, standardised_levels, unlisted
from tdmcli.workflows.trend_data import (
    IgnoredLevel,
    Positions,
    TrendData,
    TrendLevel,
    TrendTarget,
    TrendWindow,
)
from tdmcli.workflows.trend_measures import measures, time_within
from tdmcli.workflows.trend_targets import Stretch, ranges_over_time
from tdmcli.workflows.trend_thresholds import thresholds

if TYPE_CHECKING:
    from tdmcli.domain.history import History
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts

HEADLINES = frozenset({Code.CRITICAL_LEVEL, Code.ABOVE_ASSAY_RANGE, Code.HIGH_LEVEL})


class TrendQuestion(NamedTuple):
    """The question: what every command takes, and the window as it was typed."""

    asked: Asked
    since: str | None = None
    until: str | None = None


def answer_trend(question: TrendQuestion) -> Answer[TrendData]:
    """Return how the levels of a patient file ran over a window.

    Raises:
        ExpectedError: the question or the file can't be read, or no level lies in the window.

    """
    if question.asked.patient is None:
        raise WrongUsage("trend reads a patient file: give one, tdmcli trend FILE")
    accepted = ask.accepted(question.asked)
    facts = gather(question.asked)
    if facts.record is None:
        raise WrongUsage("trend reads a patient file")
    history, policy = facts.record.history, read_policy()
    start, end = _window(question, history, facts)
    rows = tuple(read_interactions_naming(drug.name for drug in history.drugs))
    minutes = 0 if question.asked.retrospective else policy.stale.future_minutes
    usual = {row.intervals_h[0] for row in read_products()}
    soonest = min(one.refuse_before for one in policy.sampling if one.interval_h in usual)
    now = facts.now + timedelta(minutes=minutes)
    judged = tuple(
        one
        for one in judge_levels(history, now, rows, policy, soonest, accepted)
        if start <= one.record.taken <= end or (end == now and one.record.taken > end)
    )
    if not judged:
        raise refuse(Code.MISSING_LEVEL, why=" in the patient file within this window")
    for one in judged:
        value = one.record.level.value_ng_ml
        ask.confirm(question.asked, value, f"{value:f}", policy.level.confirm_above, "ng/mL")
    counted = tuple(one for one in judged if one.counts)
    citations = Citations()
    stretches = ranges_over_time(facts, history, start, end)
    found = measures(counted, policy.trend, citations)
    others = drugs(history, start, end, rows)
    data = TrendData(
        window=TrendWindow(
            start,
            end,
            counted[0].record.taken if counted else None,
            counted[-1].record.taken if counted else None,
        ),
        levels_used=len(counted),
        levels_steady=sum(one.is_steady for one in counted),
        confidence_percent=policy.trend.confidence_percent,
        **found,
        **time_within(judged, [one.spell for one in stretches], history, policy.trend, citations),
        **_in_range(counted, stretches),
        cd_ratio=ratios(counted, facts, history),
        levels=_levels(counted, stretches, history, citations),
        ignored=tuple(_ignored(one) for one in judged if not one.counts),
        targets=tuple(_target(one, citations) for one in stretches),
        doses=doses(history, start, end),
        drugs=others,
        labs=labs(history, start, end),
        thresholds=thresholds(judged, facts, history, (start, end), policy.trend, citations),
    )
    return Answer(
        command="trend",
        data=data,
        as_of=facts.now,
        warnings=warn(_findings(facts, judged, accepted) + unlisted(history, rows, others)),
        sources=citations.cited(),
        inputs=facts.inputs | _asked_window(question),
        assumed=_assumed(counted, facts, history),
    )


def _window(question: TrendQuestion, history: History, facts: Facts) -> tuple[datetime, datetime]:
    """Return the window: a day is its beginning for --from and its end for --to; else the whole file up to now."""
    start, end = _edge("--from", question.since, history), _edge("--to", question.until, history)
    if question.since is not None and start is not None and len(question.since) == len("2026-11-21"):
        start = start.replace(hour=0, minute=0)
    if end is None or end > facts.now:
        end = facts.now
    if start is None:
        times = [one.taken for one in history.levels] + [one.start for one in history.regimens]
        if history.start_date is not None:
            times.append(datetime.combine(history.start_date, time(), history.zone))
        start = min([*times, end])
    if start > end:
        raise WrongUsage("--from: is after the end of the window")
    return start, end


def _edge(option: str, text: str | None, history: History) -> datetime | None:
    if text is None:
        return None
    moment = ask.typed(option, ask.parse_moment, text)
    return moment if moment.tzinfo else moment.replace(tzinfo=history.zone)


def _asked_window(question: TrendQuestion) -> dict[str, object]:
    given = {"from": question.since, "to": question.until}
    return {name: {"value": text, "from": f"--{name}"} for name, text in given.items() if text is not None}


def _at(stretches: tuple[Stretch, ...], starts: list[datetime], moment: datetime) -> Stretch | None:
    """Return the range that applied at a moment; one that ends there applies no more unless none follows."""
    place = bisect_right(starts, moment) - 1
    if place < 0 or moment > stretches[place].end:
        return None
    return stretches[place]


def _positions(counted: tuple[Judged, ...], stretches: tuple[Stretch, ...]) -> list[tuple[Stretch | None, str | None]]:
    starts = [one.start for one in stretches]
    found: list[tuple[Stretch | None, str | None]] = []
    for one in counted:
        stretch = _at(stretches, starts, one.record.taken)
        where = position(one.record.level, stretch.low_ng_ml, stretch.high_ng_ml) if stretch else None
        found.append((stretch, where))
    return found


def _in_range(counted: tuple[Judged, ...], stretches: tuple[Stretch, ...]) -> dict[str, Any]:
    where = [one for _, one in _positions(counted, stretches)]
    known = [one for one in where if one is not None]
    share = None
    if known:
        share = rounded(100 * Decimal(known.count(Position.WITHIN)) / len(known), 1)
    below, within, above = (known.count(one) for one in (Position.BELOW, Position.WITHIN, Position.ABOVE))
    counts = Positions(below, within, above, where.count(None))
    return {"in_range_percent": share, "positions": counts}


def _levels(
    counted: tuple[Judged, ...],
    stretches: tuple[Stretch, ...],
    history: History,
    citations: Citations,
) -> tuple[TrendLevel, ...]:
    standard = standardised_levels(counted, history, citations)
    shown = []
    for one, (stretch, where), (hematocrit, standardised) in zip(
        counted, _positions(counted, stretches), standard, strict=True
    ):
        shown.append(
            TrendLevel(
                taken=one.record.taken,
                days_after_transplant=past.days_after_start(history, one.record.taken),
                level=one.record.level.text,
                level_ng_ml=one.record.level.value_ng_ml,
                low_ng_ml=stretch.low_ng_ml if stretch else None,
                high_ng_ml=stretch.high_ng_ml if stretch else None,
                position=where,
                steady=one.is_steady,
                not_steady_because=tuple(dict.fromkeys(str(found.code) for found in one.moving)),
                notes=tuple(dict.fromkeys(str(found.code) for found in one.notes)),
                hematocrit_percent=hematocrit,
                standardised=standardised,
            )
        )
    return tuple(shown)


def _ignored(one: Judged) -> IgnoredLevel:
    finding = one.against[0]
    why = finding.values["why"] if finding.code is Code.LEVEL_IGNORED else text_of(finding)
    return IgnoredLevel(one.record.taken, one.record.level.text, one.record.level.value_ng_ml, finding.code, why)


def _target(one: Stretch, citations: Citations) -> TrendTarget:
    row = one.row
    source = None if row is None else citations.add(row.source, row.locator)
    return TrendTarget(one.start, one.end, one.low_ng_ml, one.high_ng_ml, row.id if row else None, source)


def _findings(facts: Facts, judged: tuple[Judged, ...], accepted: frozenset[Code]) -> tuple[Finding, ...]:
    """Return what is to be known of the whole: the file's own, levels beyond the usual, assays, what was accepted."""
    counted = [one for one in judged if one.counts]
    findings = tuple(one for one in facts.findings if one.code is not Code.LEVEL_IGNORED)
    findings += tuple({found.code: found for one in judged for found in one.notes if found.code in HEADLINES}.values())
    for name, values in (
        ("assay", [one.record.assay for one in counted]),
        ("laboratory", [one.record.lab for one in counted]),
    ):
        known = list(dict.fromkeys(value for value in values if value))
        if len(known) > 1:
            said = {"what": name, "before": clean(known[0]), "after": clean(known[-1])}
            findings += (Finding(Code.ASSAY_CHANGED, said),)
    return findings + tuple(Finding(Code.ACCEPTED, {"accepted": code}) for code in sorted(accepted))


def _assumed(counted: tuple[Judged, ...], facts: Facts, history: History) -> str | None:
    """Return what the file does not say and was taken as given (R24)."""
    parts = []
    untimed = sum(any(found.code is Code.UNTIMED_LEVEL for found in one.notes) for one in counted)
    if untimed:
        parts.append(f"a trough where the hours after the dose are not recorded ({untimed} of {len(counted)} levels)")
    if not history.regimens:
        parts.append("an unchanged dose, as the file has no regimen")
    if facts.target is not None:
        parts.append("the range of the file for the whole time")
    elif facts.phase is not None:
        parts.append(f"the phase {facts.phase} for the whole time")
    return f"Assumed: {'; '.join(parts)}." if parts else None
