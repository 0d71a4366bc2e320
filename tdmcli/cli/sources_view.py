"""How the answer of `tdmcli sources` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Cell, Facts, Grid, Line, Tone, View, line, signed
from tdmcli.cli.output import HOW_READ

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.sources import SourceAnswer, SourcesData


def _blocks(answer: Answer[SourcesData]) -> list[Block]:
    found = answer.data.sources
    return _one(found[0]) if len(found) == 1 else _all(found)


def _all(found: tuple[SourceAnswer, ...]) -> list[Block]:
    rows = sum(len(one.rows) for one in found)
    lines = tuple(
        (Cell(one.id, Tone.STRONG), Cell(str(len(one.rows))), Cell(f"{one.citation} [{one.kind}, {one.read}]"))
        for one in found
    )
    return [
        Line((Cell(f"{len(found)} sources", Tone.STRONG), Cell(f"  {rows} times a row rests on one"))),
        Grid("", ("id", "rows", "what it is [kind, how it was read]"), lines),
        line(""),
        line("; ".join(f"{key}: {text}" for key, text in HOW_READ.items()) + ".", Tone.DIM),
    ]


def _one(source: SourceAnswer) -> list[Block]:
    facts = (
        ("What it is", source.kind),
        ("How it was read", f"{source.read} ({HOW_READ[source.read]})"),
        ("Year", None if source.year is None else str(source.year)),
        ("DOI", source.doi),
        ("PMID", source.pmid),
        ("Address", source.url),
        ("Note", source.note),
    )
    rows = tuple(
        (Cell(one.id, Tone.STRONG), Cell(f"{one.file}: {'; '.join(one.locators)}" if one.locators else one.file))
        for one in source.rows
    )
    resting = "1 row rests" if len(rows) == 1 else f"{len(rows)} rows rest"
    return [
        Line((Cell(source.id, Tone.STRONG), Cell(f"  {source.citation}"))),
        Facts("", tuple((name, Cell(text)) for name, text in facts if text)),
        Grid(f"{resting} on it (tdmcli explain ROW)", ("row", "where it is from"), rows),
    ]


def _note(answer: Answer[SourcesData]) -> list[str]:
    lines = [f"{one.id}: {one.citation} [{one.kind}, {HOW_READ[one.read]}]" for one in answer.data.sources]
    return [*lines, signed(answer)]


VIEW: View[SourcesData] = View(_blocks, _note, lambda answer: answer.data.sources)
