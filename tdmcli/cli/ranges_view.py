"""How ranges of troughs are shown, wherever an answer has them: as tables, targets apart from what is never one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Grid, Tone, tone_of
from tdmcli.domain.target_range import AIMABLE
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_range

if TYPE_CHECKING:
    from tdmcli.workflows.ranges import RangeAnswer


def range_grids(rows: tuple[RangeAnswer, ...], *, with_position: bool) -> list[Block]:
    """Return ranges as tables: those that may be aimed at, and those that never are."""
    aimable = tuple(row for row in rows if row.kind in AIMABLE)
    tables: list[Block] = [grid("Other ranges that apply", aimable, with_position=with_position)] if aimable else []
    return tables + never_targets(rows, with_position=with_position)


def never_targets(rows: tuple[RangeAnswer, ...], *, with_position: bool) -> list[Block]:
    """Return the ranges that are never aimed at as a table, or nothing."""
    never = tuple(row for row in rows if row.kind not in AIMABLE)
    return [grid("Never targets: observed and outer ranges", never, with_position=with_position)] if never else []


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
