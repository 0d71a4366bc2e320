"""How the answer of `tdmcli target` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Grid, Headlines, Line, Part, Tone, View, line, tone_of
from tdmcli.domain.target_range import AIMABLE
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_range
from tdmcli.workflows.target import TargetData

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.ranges import RangeAnswer


def _blocks(answer: Answer[TargetData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [_headline(data)]
    if data.level is not None:
        blocks.append(_level_line(data))
    blocks.append(Headlines())
    if data.own is None and data.default is not None:
        blocks += _about_default(data.default)
    if data.default_nmol_l is not None:
        nmol = data.default_nmol_l
        blocks.append(line(f"The same in nmol/L: {shown(nmol.low_nmol_l)}-{shown(nmol.high_nmol_l)} nmol/L."))
    others = tuple(row for row in data.rows if row is not data.default or data.own is not None)
    blocks += range_grids(others, _agreement(data), with_position=data.level is not None, first=data.default is None)
    if data.other_rows:
        blocks.append(grid("For other times and conditions", data.other_rows, with_position=False))
    return blocks


def _about_default(row: RangeAnswer) -> list[Block]:
    """Return whose range the default is, what it presupposes, and its note."""
    presupposed = ", ".join(part for part in (row.phase, row.population, row.condition) if part)
    text = f"Source: {row.source}, {row.locator} [{row.evidence}]{f', for: {presupposed}' if presupposed else ''}."
    return [line(text, Tone.DIM), *([line(row.note, Tone.DIM)] if row.note else [])]


def range_grids(
    rows: tuple[RangeAnswer, ...], between: list[Block], *, with_position: bool, first: bool = False
) -> list[Block]:
    """Return ranges as tables: those that may be aimed at, what is said of them, and those that never are."""
    aimable = tuple(row for row in rows if row.kind in AIMABLE)
    never = tuple(row for row in rows if row.kind not in AIMABLE)
    blocks: list[Block] = []
    if aimable:
        title = "Ranges that apply" if first else "Other ranges that apply"
        blocks.append(grid(title, aimable, with_position=with_position))
    blocks += between
    if never:
        blocks.append(grid("Never targets: observed and outer ranges", never, with_position=with_position))
    return blocks


def _headline(data: TargetData) -> Line:
    name = f"{data.indication}{f', day {data.days_after_transplant}' if data.days_after_transplant is not None else ''}"
    if data.own is not None:
        own = show_range(data.own.low_ng_ml, data.own.high_ng_ml)
        return Line((Cell(f"Target {own}", Tone.STRONG), Cell(f"  {name} ({data.own.from_})")))
    if data.default is not None:
        text = show_range(data.default.low_ng_ml, data.default.high_ng_ml)
        return Line((Cell(f"Target {text}", Tone.STRONG), Cell(f"  {name}")))
    if data.phases:
        return Line((Cell("No default", Tone.STRONG), Cell(f"  {name}: choose --phase {', '.join(data.phases)}")))
    return Line((Cell("No default", Tone.STRONG), Cell(f"  {name}: no single row may be aimed at; all rows are shown")))


def _level_line(data: TargetData) -> Line:
    where = data.position or "no range to compare with"
    return Line((Cell(f"Level {data.level}: "), Cell(where, tone_of(data.position))))


def _agreement(data: TargetData) -> list[Block]:
    ranges = {(row.low_ng_ml, row.high_ng_ml) for row in data.rows if row.kind in AIMABLE}
    if len(ranges) < 2 or (data.default is None and data.phases):  # noqa: PLR2004
        return []
    if data.agreement is None:
        return [line("No level lies inside every target and label range above.")]
    common = show_range(data.agreement.low_ng_ml, data.agreement.high_ng_ml)
    return [line(f"A level of {common} lies inside every target and label range above.")]


def grid(title: str, rows: tuple[RangeAnswer, ...], *, with_position: bool) -> Grid:
    """Return ranges as a table; `with_position` adds where the level lies."""
    columns = ("ng/mL", *(("level is",) if with_position else ()), "kind", "for", "source")
    return Grid(title, columns, tuple(_row(row, with_position=with_position) for row in rows))


def _row(row: RangeAnswer, *, with_position: bool) -> tuple[Cell, ...]:
    low_high = show_range(row.low_ng_ml, row.high_ng_ml).removesuffix(" ng/mL")
    where = (Cell(row.position or "", tone_of(row.position)),) if with_position else ()
    if row.kind == "outer" and row.low_ng_ml == 0:
        low_high = f"up to {shown(row.high_ng_ml)}"
    kind = row.kind.replace("_", " ")
    return (Cell(low_high, Tone.STRONG), *where, Cell(kind), Cell(_when(row)), Cell(_why(row)))


def _when(row: RangeAnswer) -> str:
    window = _window(row)
    return ", ".join(part for part in (row.phase, row.population, window) if part)


def _window(row: RangeAnswer) -> str | None:
    if row.from_day is None and row.to_day is None:
        return None
    if row.to_day is None:
        return f"day {row.from_day} on"
    return f"day {row.from_day or 0}-{row.to_day - 1}"


def _why(row: RangeAnswer) -> str:
    return f"{row.source}: {row.condition}" if row.condition else row.source


def _note(answer: Answer[TargetData]) -> list[str]:
    data = answer.data
    used = data.own or data.default
    text = "no single range" if used is None else show_range(used.low_ng_ml, used.high_ng_ml)
    source = data.own.from_ if data.own else data.default.source if data.default else "see tdmcli target"
    level = f"Tacrolimus level {data.level}: {data.position or 'not compared'}." if data.level else "Tacrolimus target."
    codes = ", ".join(dict.fromkeys(one.code for one in answer.warnings)) or "none"
    others = [_short(row) for row in data.rows if row is not data.default and row.kind in AIMABLE]
    day = "" if data.days_after_transplant is None else f", day {data.days_after_transplant}"
    return [
        f"{level} Range {text} ({data.indication}{day}; {source}).",
        f"Other ranges that apply: {'; '.join(others) or 'none'}.",
        f"Warnings: {codes}.",
        f"tdmcli, as of {answer.as_of.date().isoformat()}; decision support, verify.",
    ]


def _short(row: RangeAnswer) -> str:
    return f"{show_range(row.low_ng_ml, row.high_ng_ml)} ({row.source})"


VIEW: View[TargetData] = View(_blocks, _note, lambda answer: answer.data.rows + answer.data.other_rows)
