"""How the answer of `tdmcli forecast` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Cell, Figure, Grid, Headlines, Line, Part, Tone, View, line, minute, signed, warned
from tdmcli.cli.forecast_chart import chart
from tdmcli.cli.forecast_model_view import interval, model_blocks
from tdmcli.cli.regimen_view import days_of, dose_text, each_intake
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import rounded, show_percent, show_range
from tdmcli.domain.units import show as shown

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.forecast_data import CandidateAnswer, ForecastData


def _blocks(answer: Answer[ForecastData]) -> list[Part]:
    data = answer.data
    return [
        Line((Cell(f"Proposal: {_proposed(data)}.", Tone.STRONG),)),
        line(f"{data.form.capitalize()}s: {each_intake(data.proposal.units)}."),
        Headlines(),
        line(f"{_range(data)}. {_last(data)}."),
        _candidates(data),
        line(_legend(data), Tone.DIM),
        Figure(f"Days around now ({answer.as_of.date()})", lambda width: chart(data, answer.as_of, width)),
        *model_blocks(answer),
        line(""),
        line(_proportional(data)),
        line(f"Next level: {days_of(data.next_level)}: {data.next_level.reason} [{data.next_level.source}]."),
    ]


def _proposed(data: ForecastData) -> str:
    one = data.proposal
    name = f"tacrolimus ({data.product_name}) {one.text}"
    if one.current:
        kept = f"keep {name}{f' ({data.kept_because})' if data.kept_because else ''}"
        return f"{kept}, {_outlook(one)}"
    return f"{name} ({show_percent(one.change_percent)}), {_outlook(one)}"


def _outlook(one: CandidateAnswer) -> str:
    found = one.trough_ng_ml
    trough = f"predicted trough {shown(found.median, 1)} ng/mL (80 % interval {interval(found)})"
    return f"{trough}, chance in range {chance(one.probability_in_target)}"


def chance(probability: Decimal) -> str:
    """Return a probability in whole per cent, never as certain or impossible: it comes from a sample.

    >>> from decimal import Decimal
    >>> chance(Decimal("0.336")), chance(Decimal("0.001")), chance(Decimal(1))
    ('34 %', '<1 %', '>99 %')
    """
    percent = rounded(probability * 100, 0)
    if percent < 1:
        return "<1 %"
    return ">99 %" if percent > 99 else f"{shown(percent)} %"  # noqa: PLR2004


def _range(data: ForecastData) -> str:
    target = data.target
    whose = "as given" if target.from_.startswith("--") else target.from_
    aim = "" if target.aim_ng_ml is None else f", aim {shown(target.aim_ng_ml)} ng/mL"
    return f"Range {show_range(target.low_ng_ml, target.high_ng_ml)} ({whose}){aim}"


def _last(data: ForecastData) -> str:
    """Return the last level and where it lies, before anything that a model makes of it."""
    one = data.last_level
    where = "no trough" if one.position == Position.UNDETERMINED else one.position
    return f"Last level {one.level} of {minute(one.taken)}: {where}"


def _candidates(data: ForecastData) -> Grid:
    one = data.proposal
    order = f", at {' + '.join(data.intake_times)}" if len(one.intakes_mg) > 1 else ""
    title = f"Trough of {minute(data.trough_at)} on {data.product_name} every {one.interval_h} hours{order}"
    columns = ("", "intakes", "mg/day", "change", "ng/mL (80 %)", "chance", "AUC", "after")
    return Grid(title, columns, tuple(_candidate(one) for one in data.candidates))


def _candidate(one: CandidateAnswer) -> tuple[Cell, ...]:
    after = "-" if one.in_range_after_h is None else f"{shown(one.in_range_after_h, 0)} h"
    return (
        Cell("=>" if one.proposed else "now" if one.current else "cap" if one.over_cap else "", Tone.STRONG),
        Cell(dose_text(one.intakes_mg), Tone.STRONG),
        Cell(shown(one.daily_dose_mg)),
        Cell(show_percent(one.change_percent)),
        Cell(f"{shown(one.trough_ng_ml.median, 1)} ({interval(one.trough_ng_ml)})"),
        Cell(chance(one.probability_in_target)),
        Cell(shown(one.auc_ng_h_ml, 0)),
        Cell(after),
    )


def _legend(data: ForecastData) -> str:
    """Return what the marks and columns of the table mean, those that stand in it."""
    marks = ["=> proposed"]
    if not data.proposal.current:
        marks.append("now: what is taken")
    elif any(not one.current for one in data.candidates):
        marks = ["=> what is taken, and stays"]
    if any(one.over_cap for one in data.candidates):
        marks.append("cap: more than an increase may be [policy]")
    return (
        f"{'; '.join(marks)}. ng/mL: median of what would be measured, with its 80 % interval; chance: that it is "
        f"in range; AUC: median over the {data.proposal.auc_over_h} hours before it, ng x h/mL; after: hours from the "
        "next intake until troughs are in the range and stay, - where they are not."
    )


def _proportional(data: ForecastData) -> str:
    one = data.proportional
    if one.refused is not None:
        return f"By proportion, adjust gives no dose: {one.refused}: {one.why}"
    return f"By proportion, adjust says {one.text}{f': {one.because}' if one.because else ', the same.'}"


def _note(answer: Answer[ForecastData]) -> list[str]:
    data = answer.data
    count = "1 level" if len(data.levels) == 1 else f"{len(data.levels):,} levels"
    return [
        f"Tacrolimus forecast from {count} with {data.model.id}: {_range(data)}. {_last(data)}.",
        f"Proposal for the trough of {minute(data.trough_at)}: {_proposed(data)}; {each_intake(data.proposal.units)}.",
        f"Next level {days_of(data.next_level)}: {data.next_level.reason}.",
        f"{warned(answer)} {signed(answer)}",
    ]


VIEW: View[ForecastData] = View(_blocks, _note, lambda answer: answer.data.candidates)
