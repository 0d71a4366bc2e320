"""How the answer of `tdmcli forecast` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.adjust_view import each_intake
from tdmcli.cli.blocks import (
    Bullets,
    Cell,
    Facts,
    Figure,
    Grid,
    Headlines,
    Line,
    Part,
    Tone,
    View,
    line,
    signed,
    warned,
)
from tdmcli.cli.forecast_chart import chart
from tdmcli.domain.units import rounded, show_mg, show_percent, show_range
from tdmcli.domain.units import show as shown
from tdmcli.errors import Code

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.forecast_data import (
        CandidateAnswer,
        ConsideredAnswer,
        ForecastData,
        IgnoredLevel,
        SpreadAnswer,
    )

ROWS = 10  # levels of the table: the last ones; JSON has all


def _blocks(answer: Answer[ForecastData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [
        Line((Cell(f"Proposal: {_proposed(data)}.", Tone.STRONG),)),
        line(f"{data.form.capitalize()}s: {each_intake(data.proposal.units)}."),
        Headlines(),
        line(f"{_range(data)}."),
        _candidates(data),
        line(_legend(data), Tone.DIM),
        Figure(f"Days around now ({answer.as_of.date()})", lambda width: chart(data, answer.as_of, width)),
        _model(data),
        _fit(data),
        line(_apriori(data)),
        _others(data),
    ]
    against = _against(data)
    if against:
        blocks.append(Bullets("Not for this patient", against))
    ignored = _unnamed(answer)
    if ignored:
        blocks.append(Bullets("Levels set aside", ignored))
    following = data.next_level
    days = f"{following.from_.isoformat()} to {following.to.isoformat()}"
    return [
        *blocks,
        line(""),
        line(_proportional(data)),
        line(f"Next level: {days}: {following.reason} [{following.source}]."),
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
    trough = f"predicted trough {shown(found.median, 1)} ng/mL (80 % interval {_interval(found)})"
    return f"{trough}, chance in range {chance(one.probability_in_target)}"


def _interval(found: SpreadAnswer) -> str:
    return f"{shown(found.p10, 1)}-{shown(found.p90, 1)}"


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


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _candidates(data: ForecastData) -> Grid:
    one = data.proposal
    order = f", at {' + '.join(data.intake_times)}" if len(one.intakes_mg) > 1 else ""
    title = f"Trough of {_moment(data.trough_at)} on {data.product_name} every {one.interval_h} hours{order}"
    columns = ("", "intakes", "mg/day", "change", "ng/mL (80 %)", "chance", "AUC", "after")
    return Grid(title, columns, tuple(_candidate(one) for one in data.candidates))


def _candidate(one: CandidateAnswer) -> tuple[Cell, ...]:
    mg = one.intakes_mg
    after = "-" if one.in_range_after_h is None else f"{shown(one.in_range_after_h, 0)} h"
    return (
        Cell("=>" if one.proposed else "now" if one.current else "cap" if one.over_cap else "", Tone.STRONG),
        Cell(show_mg(mg[0]) if len(set(mg)) == 1 else f"{' + '.join(map(shown, mg))} mg", Tone.STRONG),
        Cell(shown(one.daily_dose_mg)),
        Cell(show_percent(one.change_percent)),
        Cell(f"{shown(one.trough_ng_ml.median, 1)} ({_interval(one.trough_ng_ml)})"),
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
        "next intake to the first trough in the range, - where none is."
    )


def _model(data: ForecastData) -> Facts:
    one = data.model
    drift = "held constant over all levels" if one.drift is None else f"may drift from visit to visit ({one.drift})"
    rows = [
        ("Model", Cell(f"{one.name} [{one.source}], read at second hand", Tone.STRONG)),
        ("Why this one", Cell(f"{one.why}.")),
        ("Made from", Cell(f"{one.patients}.")),
        ("Limits", Cell(one.limits)),
        ("Assumes", Cell("; ".join(one.assumed) or "nothing that the file does not have")),
        ("Clearance", Cell(f"{drift}.")),
    ]
    return Facts("", tuple((name, cell) for name, cell in rows if cell.text))


def _fit(data: ForecastData) -> Grid:
    rows = tuple(
        (
            Cell(_moment(one.taken)),
            Cell(one.level),
            Cell(shown(one.predicted_ng_ml, 1)),
            Cell(shown(one.typical_ng_ml, 1)),
        )
        for one in data.levels[-ROWS:]
    )
    last = f", the last {ROWS} of {len(data.levels):,}" if len(data.levels) > ROWS else ""
    title = f"Levels that the estimate rests on{last}, and what the model gives then, ng/mL"
    return Grid(title, ("drawn", "level", "this patient", "typical patient"), rows)


def _apriori(data: ForecastData) -> str:
    """Return what the model would have said without any level, on the dose taken now."""
    now = next(one for one in data.candidates if one.current).trough_ng_ml
    alone = data.apriori.trough_ng_ml
    return (
        f"On the dose now, without any level: trough {shown(alone.median, 1)} ng/mL (80 % interval "
        f"{_interval(alone)}), CL/F {shown(data.apriori.cl_l_h, 1)} L/h; with the levels "
        f"{shown(now.median, 1)} ng/mL ({_interval(now)}), CL/F {shown(data.parameters.cl_l_h, 1)} L/h."
    )


def _others(data: ForecastData) -> Grid:
    title = (
        "What each model that applies says of the dose now: its most probable trough, and how far it would have missed "
        "the last levels, each forecast from those before it"
    )
    rows = tuple(_other(one, used=one.id == data.model.id) for one in data.models_considered if one.applies)
    return Grid(title, ("", "model", "trough ng/mL", "CL/F L/h", "missed by"), rows)


def _other(one: ConsideredAnswer, *, used: bool) -> tuple[Cell, ...]:
    count = "1 level" if one.levels_foretold == 1 else f"{one.levels_foretold:,} levels"
    return (
        Cell("=>" if used else "", Tone.STRONG),
        Cell(one.id, Tone.STRONG),
        Cell("" if one.trough_ng_ml is None else shown(one.trough_ng_ml, 1)),
        Cell("" if one.cl_l_h is None else shown(one.cl_l_h, 1)),
        Cell("not known" if one.error_percent is None else f"{shown(one.error_percent, 0)} %, {count}"),
    )


def _against(data: ForecastData) -> tuple[Cell, ...]:
    """Return why the other models are not for the patient, those with one reason together."""
    reasons = dict.fromkeys(one.against for one in data.models_considered if not one.applies)
    return tuple(
        Cell(
            f"{reason}: {', '.join(one.id for one in data.models_considered if one.against == reason)}",
            Tone.DIM,
        )
        for reason in reasons
    )


def _unnamed(answer: Answer[ForecastData]) -> tuple[Cell, ...]:
    """Return the levels set aside that no warning names."""
    said = [one.message for one in answer.warnings if one.code is Code.LEVEL_IGNORED]

    def named(one: IgnoredLevel) -> bool:
        return any(f"{one.taken.date()} ({one.level})" in message for message in said)

    return tuple(
        Cell(f"{one.taken.date()}, {one.level}: {one.why}", Tone.CAUTION)
        for one in answer.data.ignored
        if not named(one)
    )


def _proportional(data: ForecastData) -> str:
    one = data.proportional
    if one.refused is not None:
        return f"By proportion, adjust gives no dose: {one.refused}: {one.why}"
    return f"By proportion, adjust says {one.text}{f': {one.because}' if one.because else ', the same.'}"


def _note(answer: Answer[ForecastData]) -> list[str]:
    data = answer.data
    following = data.next_level
    count = "1 level" if len(data.levels) == 1 else f"{len(data.levels):,} levels"
    return [
        f"Tacrolimus forecast from {count} with {data.model.id}: {_range(data)}, trough of {_moment(data.trough_at)}.",
        f"Proposal: {_proposed(data)}; {each_intake(data.proposal.units)} per intake.",
        f"Next level {following.from_.isoformat()} to {following.to.isoformat()}: {following.reason}.",
        f"{warned(answer)} {signed(answer)}",
    ]


VIEW: View[ForecastData] = View(_blocks, _note, lambda answer: answer.data.candidates)
