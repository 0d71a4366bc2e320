"""How the answer of `tdmcli auc` is shown."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from tdmcli.cli.blocks import (
    Bullets,
    Cell,
    Facts,
    Grid,
    Headlines,
    Line,
    Part,
    Tone,
    View,
    minute,
    said_of,
    signed,
    warned,
)
from tdmcli.domain.units import LevelUnit, show_range
from tdmcli.domain.units import show as shown
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.auc_data import AucData, MethodAnswer, TargetArea, UsedSample


def _blocks(answer: Answer[AucData]) -> list[Part]:
    data = answer.data
    answering = [one for one in data.methods if one.refused is None]
    rows = [("Levels", Cell(_levels(data))), ("Regimen", Cell(data.regimen))]
    if data.regimen_now is not None:
        rows.append(
            ("Now", Cell(f"{data.regimen_now}: changed since, the areas are of the regimen above", Tone.CAUTION))
        )
    if data.trough_only:
        rows.append(("From", Cell("a trough alone: of all ways the least sure")))
    blocks: list[Part] = [_headline(data, answering), Headlines(), Facts("", tuple(rows))]
    blocks.append(Bullets("Each method", tuple(_method(one) for one in answering)))
    if data.targets:
        blocks.append(Grid("Areas that sources name", ("ng*h/mL", "what it is"), tuple(_targets(data.targets))))
    lists = (
        ("Levels that the model leaves out", _ignored(answer)),
        ("No number from", said_of(((one.why or "").rstrip("."), one.id) for one in data.methods if one.refused)),
        ("About such estimates", tuple(Cell(f"{one.text} [{one.source}]", Tone.DIM) for one in data.remarks)),
    )
    return blocks + [Bullets(title, items) for title, items in lists if items]


def _headline(data: AucData, answering: list[MethodAnswer]) -> Line:
    over = f"AUC0-{data.interval_h}"
    if data.spread is None:
        one = answering[0]
        return Line((Cell(f"{over} {_figure(one.auc_ng_h_ml)} ng*h/mL", Tone.STRONG), Cell(f"  by {one.id} alone")))
    spread = data.spread
    low_high = dict.fromkeys((_figure(spread.low_ng_h_ml), _figure(spread.high_ng_h_ml)))
    ends = f"  over {spread.methods} methods: lowest {spread.low_method}, highest {spread.high_method}"
    return Line((Cell(f"{over} {' to '.join(low_high)} ng*h/mL", Tone.STRONG), Cell(ends)))


def _figure(value: Decimal | None) -> str:
    return "" if value is None else shown(value, 0)


def _levels(data: AucData) -> str:
    return "; ".join(_level(one) for one in data.samples) or "none"


def _level(one: UsedSample) -> str:
    taken = "" if one.taken is None else f" ({minute(one.taken)})"
    in_ng_ml = f" = {shown(one.level_ng_ml, 1)} ng/mL" if LevelUnit.NMOL_L in one.level else ""
    return f"{one.level}{in_ng_ml} {f'at {shown(one.hours)} h' if one.hours else 'before the dose'}{taken}"


def _interval(one: MethodAnswer) -> str:
    """Return from when to when the area of a model is, as time passes."""
    if one.from_ is None or one.interval_h is None:
        return ""
    end = (one.from_.astimezone(UTC) + timedelta(hours=one.interval_h)).astimezone(one.from_.tzinfo)
    return f", interval {minute(one.from_)} to {minute(end)}"


def _middle(one: MethodAnswer) -> str:
    return f"middle 80 % {_figure(one.p10_ng_h_ml)} to {_figure(one.p90_ng_h_ml)} (by slopes: it reads a little low)"


def _method(one: MethodAnswer) -> Cell:
    """Return a method with its area; its long id would break in a column of a narrow table."""
    words = _by_model(one) if one.kind == "map" else _by_regression(one)
    return Cell(f"{_figure(one.auc_ng_h_ml)} ng*h/mL over {one.interval_h} h by {one.id}: {words}")


def _by_regression(one: MethodAnswer) -> str:
    parts = [f"{shown(term.coefficient)} x C{shown(term.hours)}" for term in one.terms or ()]
    equation = " + ".join([shown(one.intercept) if one.intercept else "", *parts])
    r2 = f", r2 {shown(one.r2, 3)}" if one.r2 is not None else ""
    made = f" Made from: {one.patients}." if one.patients else ""
    note = f" {one.note}" if one.note else ""
    return f"{equation}{r2}.{made}{note} [{', '.join(one.sources)}]"


def _by_model(one: MethodAnswer) -> str:
    rests = ""
    if one.parameters is not None:
        number = one.parameters.levels
        rests = f", {number} {'level' if number == 1 else 'levels'}, CL/F {shown(one.parameters.cl_l_h)} L/h"
    assumed = f" Assumes: {'; '.join(one.assumed)}." if one.assumed else ""
    note = f" {one.note}" if one.note else ""
    made = f"Made from: {one.patients}.{note}{assumed} [{', '.join(one.sources)}]"
    return f"{one.name}; {_middle(one)}{_interval(one)}{rests}. {made}"


def _ignored(answer: Answer[AucData]) -> tuple[Cell, ...]:
    """Return the levels that the fit leaves out and no warning names."""
    said = [one.message for one in answer.warnings if one.code is Code.LEVEL_IGNORED]
    return tuple(
        Cell(f"{one.taken.date()}, {one.level}: {one.why}", Tone.CAUTION)
        for one in answer.data.ignored
        if not any(f"{one.taken.date()} ({one.level})" in message for message in said)
    )


def _targets(rows: tuple[TargetArea, ...]) -> Iterator[tuple[Cell, ...]]:
    """Return a row for each area that a source names, those that it derived from troughs on one line."""
    derived: dict[str, list[str]] = {}
    for one in rows:
        low, high = one.trough_low_ng_ml, one.trough_high_ng_ml
        area = "-".join(dict.fromkeys((shown(one.low_ng_h_ml), shown(one.high_ng_h_ml))))
        trough = "" if low is None or high is None else show_range(low, high)
        if one.kind == "derived":
            derived.setdefault(one.source, []).append(f"{area} (trough {trough})")
            continue
        words = ", ".join(filter(None, (one.kind, trough and f"trough {trough}", one.condition)))
        yield Cell(area), Cell(f"{words} [{one.source}]")
    for source, areas in derived.items():
        yield Cell("derived"), Cell(f"from troughs, tested against no outcome: {'; '.join(areas)} [{source}]")


def _note(answer: Answer[AucData]) -> list[str]:
    data = answer.data
    areas = "; ".join(_noted(one) for one in data.methods if one.refused is None)
    rests_on = (
        f"From: {_levels(data)}.",
        "" if data.regimen_now is None else f"Now: {data.regimen_now}; the areas are of the regimen above.",
        answer.assumed or "",
        *(f"{one.id} assumes: {', '.join(one.assumed)}." for one in data.methods if one.assumed),
    )
    return [
        f"Tacrolimus AUC0-{data.interval_h}, {data.indication}, {data.regimen}: {areas}.",
        " ".join(filter(None, rests_on)),
        warned(answer),
        signed(answer),
    ]


def _noted(one: MethodAnswer) -> str:
    sure = f" ({_middle(one)}{_interval(one)})" if one.kind == "map" else ""
    return f"{one.id} {_figure(one.auc_ng_h_ml)} ng*h/mL{sure}"


VIEW: View[AucData] = View(_blocks, _note, lambda answer: answer.data.methods)
