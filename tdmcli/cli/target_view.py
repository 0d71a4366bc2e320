"""How the answer of `tdmcli target` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Grid, Headlines, Line, Part, Tone, View, line, signed, tone_of, warned
from tdmcli.cli.ranges_view import grid, never_targets
from tdmcli.domain.target_range import AIMABLE
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_range

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.ranges import RangeAnswer
    from tdmcli.workflows.target import AucAnswer, TargetData


def _blocks(answer: Answer[TargetData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [_headline(data)]
    if data.level is not None:
        blocks.append(_level_line(data))
    if data.says:
        blocks.append(line(data.says))
    blocks.append(Headlines())
    if data.own is None and data.default is not None:
        blocks += _about_default(data.default)
    if data.default_nmol_l is not None:
        nmol = data.default_nmol_l
        blocks.append(line(f"The same in nmol/L: {shown(nmol.low_nmol_l)}-{shown(nmol.high_nmol_l)} nmol/L."))
    blocks += _grouped(data)
    if data.other_rows:
        blocks.append(grid("For other times and conditions", data.other_rows, with_position=False))
    if data.auc:
        blocks.append(_areas(data.auc))
    return blocks


def _areas(rows: tuple[AucAnswer, ...]) -> Grid:
    """Return areas under the curve as a table, each with what it is."""
    columns = ("ng*h/mL", "over", "what it is", "trough", "source")
    return Grid("Areas under the curve (AUC)", columns, tuple(_area(row) for row in rows))


def _area(row: AucAnswer) -> tuple[Cell, ...]:
    same = row.low_ng_h_ml == row.high_ng_h_ml
    low_high = shown(row.low_ng_h_ml) if same else f"{shown(row.low_ng_h_ml)}-{shown(row.high_ng_h_ml)}"
    over = f"0-{row.over_h or row.interval_h} h"
    low, high = row.trough_low_ng_ml, row.trough_high_ng_ml
    trough = "" if low is None or high is None else show_range(low, high).removesuffix(" ng/mL")
    why = ", ".join(filter(None, (row.population, row.condition)))
    cells = (low_high, over, row.kind, trough, f"{row.source}: {why}" if why else row.source)
    return tuple(Cell(text, Tone.STRONG if number == 0 else Tone.PLAIN) for number, text in enumerate(cells))


def _about_default(row: RangeAnswer) -> list[Block]:
    """Return whose range the default is, what it presupposes, and its note."""
    phase = None if row.phase and (row.condition or "").startswith(row.phase) else row.phase
    presupposed = ", ".join(part for part in (phase, row.population, row.condition) if part)
    text = f"Source: {row.source}, {row.locator} [{row.evidence}]{f', for: {presupposed}' if presupposed else ''}."
    return [line(text, Tone.DIM), *([line(row.note, Tone.DIM)] if row.note else [])]


def _headline(data: TargetData) -> Line:
    name = f"{data.indication}{f', day {data.days_after_transplant}' if data.days_after_transplant is not None else ''}"
    if data.own is not None:
        own = show_range(data.own.low_ng_ml, data.own.high_ng_ml)
        return Line((Cell(f"Target {own}", Tone.STRONG), Cell(f"  {name} ({data.own.from_})")))
    if data.default is not None:
        text = show_range(data.default.low_ng_ml, data.default.high_ng_ml)
        return Line((Cell(f"Target {text}", Tone.STRONG), Cell(f"  {name}")))
    phase = f", {data.phase}" if data.phase else ""
    if data.phases and data.phase is None:
        return Line((Cell("No default", Tone.STRONG), Cell(f"  {name}: choose --phase {', '.join(data.phases)}")))
    return Line(
        (
            Cell("No default", Tone.STRONG),
            Cell(f"  {name}{phase}: no single row may be aimed at"),
        )
    )


def _level_line(data: TargetData) -> Line:
    where = data.position or "no range to compare with"
    return Line((Cell(f"Level {data.level}: "), Cell(where, tone_of(data.position))))


def _grouped(data: TargetData) -> list[Block]:
    """Return the other ranges, a table for each kind of source, then what is never a target."""
    with_position = data.level is not None
    others = tuple(row for row in data.rows if row is not data.default or data.own is not None)
    blocks: list[Block] = []
    for group in data.groups:
        rows = tuple(row for row in others if row.id in group.rows)
        if rows:
            title = f"{group.kind.capitalize()}{', beside it' if len(rows) < len(group.rows) else ''}"
            blocks.append(grid(title, rows, with_position=with_position))
    return blocks + never_targets(others, with_position=with_position)


def _note(answer: Answer[TargetData]) -> list[str]:
    data = answer.data
    used = data.own or data.default
    text = "no single range" if used is None else show_range(used.low_ng_ml, used.high_ng_ml)
    source = data.own.from_ if data.own else data.default.source if data.default else "see tdmcli target"
    level = f"Tacrolimus level {data.level}: {data.position or 'not compared'}." if data.level else "Tacrolimus target."
    others = [_short(row) for row in data.rows if row is not data.default and row.kind in AIMABLE]
    day = "" if data.days_after_transplant is None else f", day {data.days_after_transplant}"
    return [
        f"{level} Range {text} ({data.indication}{day}; {source}).",
        f"Other ranges that apply: {'; '.join(others) or 'none'}.",
        warned(answer),
        signed(answer),
    ]


def _short(row: RangeAnswer) -> str:
    return f"{show_range(row.low_ng_ml, row.high_ng_ml)} ({row.source})"


VIEW: View[TargetData] = View(_blocks, _note, lambda answer: answer.data.rows + answer.data.other_rows)
