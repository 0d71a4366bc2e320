"""How `tdmcli forecast` shows what its numbers rest on: the model, its fit to the levels, and the other models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Bullets, Cell, Facts, Grid, Tone, line, minute, said_of
from tdmcli.domain.units import show as shown
from tdmcli.errors import Code

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.forecast_data import (
        ConsideredAnswer,
        CovariateAnswer,
        ForecastData,
        IgnoredLevel,
        SpreadAnswer,
    )

ROWS = 10  # levels of the table: the last ones; JSON has all


def model_blocks(answer: Answer[ForecastData]) -> list[Block]:
    """Return the model, its fit and what it would say without levels; the other models; the levels set aside."""
    data = answer.data
    against = said_of(((one.against or "", one.id) for one in data.models_considered if not one.applies), Tone.DIM)
    lists = (("Not for this patient", against), ("Levels set aside", _unnamed(answer)))
    return [
        _model(data),
        _fit(data),
        line(_apriori(data)),
        _others(data),
        *(Bullets(title, items) for title, items in lists if items),
    ]


def interval(found: SpreadAnswer) -> str:
    """Return the 80 % interval of a predicted trough."""
    return f"{shown(found.p10, 1)}-{shown(found.p90, 1)}"


def _model(data: ForecastData) -> Facts:
    one = data.model
    drift = "held constant over all levels" if one.drift is None else f"may drift from visit to visit ({one.drift})"
    rows = [
        ("Model", Cell(f"{one.name} [{one.source}], read at second hand", Tone.STRONG)),
        ("Why this one", Cell(f"{one.why}.")),
        ("Made from", Cell(f"{one.patients}.")),
        ("Limits", Cell(one.limits)),
        ("Uses", Cell("; ".join(map(_used, data.covariates)))),
        ("Assumes", Cell("; ".join(one.assumed) or "nothing that the file does not have")),
        ("Clearance", Cell(f"{drift}.")),
    ]
    return Facts("", tuple((name, cell) for name, cell in rows if cell.text))


def _used(one: CovariateAnswer) -> str:
    value = one.value if isinstance(one.value, str) else shown(one.value)
    return f"{one.name} {value}{f' of {one.measured}' if one.measured else ''}"


def _fit(data: ForecastData) -> Grid:
    rows = tuple(
        (
            Cell(minute(one.taken)),
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
        f"{interval(alone)}), CL/F {shown(data.apriori.cl_l_h, 1)} L/h; with the levels "
        f"{shown(now.median, 1)} ng/mL ({interval(now)}), CL/F {shown(data.parameters.cl_l_h, 1)} L/h."
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
