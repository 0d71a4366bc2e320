"""How the answer of `tdmcli explain` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Facts, Grid, Line, Tone, View, line, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.explain import ExplainData, Explained


def _blocks(answer: Answer[ExplainData]) -> list[Block]:
    blocks: list[Block] = []
    for entry in answer.data.entries:
        if blocks:
            blocks.append(line(""))
        blocks += _entry(entry)
    return blocks


def _entry(entry: Explained) -> Sequence[Block]:
    blocks: list[Block] = [Line((Cell(entry.id, Tone.STRONG), Cell(f"  {_kind(entry)}"))), line(entry.meaning)]
    if entry.equation:
        blocks += [line(""), line(entry.equation, Tone.STRONG, indent=2)]
        symbols = tuple((Cell(one.symbol), Cell(one.unit), Cell(one.meaning)) for one in entry.symbols)
        blocks.append(Grid("", ("symbol", "unit", "meaning"), symbols))
        blocks.append(line(""))
    if entry.to_do:
        blocks.append(line(f"What to do: {entry.to_do}"))
    if entry.values:
        title = f"As it stands in {entry.file}" if entry.what == "row" else ""
        blocks.append(Facts(title, tuple((one.key, Cell(one.value)) for one in entry.values)))
    return blocks


def _kind(entry: Explained) -> str:
    if entry.status is not None:
        code = "" if entry.exit_code is None else f", exit code {entry.exit_code}"
        return f"{entry.status.replace('-', ' ')}{code}"
    return entry.what if entry.table is None or entry.what != "row" else f"{entry.table.replace('_', ' ')}"


def _note(answer: Answer[ExplainData]) -> list[str]:
    lines = [f"{one.id} ({_kind(one)}): {one.meaning} {one.to_do}".strip() for one in answer.data.entries]
    return [*lines, signed(answer)]


VIEW: View[ExplainData] = View(_blocks, _note, lambda answer: answer.data.entries)
