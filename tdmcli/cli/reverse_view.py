"""How the answer of `tdmcli interact --reverse` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Bullets, Cell, Facts, Headlines, Line, Part, Tone, line, tone_of

if TYPE_CHECKING:
    from tdmcli.workflows.reverse_data import ExplanationAnswer, ReverseAnswer

_NOTHING = "Nothing on file or said here explains it."
_GOES = {"raises": "raises", "lowers": "lowers", "either": "either way"}


def reverse_blocks(one: ReverseAnswer) -> list[Part]:
    """Return the level against what was expected, then what could explain it, what could not, and what is not known."""
    drawn = ""
    if one.taken is not None:
        when = one.taken.date().isoformat() if one.untimed else one.taken.isoformat(timespec="minutes")
        drawn = f", drawn {when}"
    where = {"none": "as expected", "above": "ABOVE what is expected", "below": "BELOW what is expected"}[one.surprise]
    blocks: list[Part] = [
        Headlines(),
        Line((Cell(f"{one.level}{drawn}: ", Tone.STRONG), Cell(where, tone_of(one.surprise)))),
        line(f"Expected: {one.expected.text}{'' if one.expected.source is None else f' [{one.expected.source}]'}"),
    ]
    groups = (
        ("Could explain it", [item for item in one.explanations if item.fits]),
        ("Known too, but which way it goes is open", [item for item in one.explanations if item.fits is None]),
        ("Known too, but it goes the other way", [item for item in one.explanations if item.fits is False]),
    )
    blocks += [Bullets(title, tuple(Cell(_explanation(item)) for item in items)) for title, items in groups if items]
    if one.surprise != "none" and not groups[0][1]:
        blocks += [line(""), line(_NOTHING, Tone.CAUTION)]
    if one.absent:
        blocks.append(Facts("", (("Not on file", Cell("; ".join(one.absent))),)))
    blocks.append(
        line("What is not on file may have happened all the same; a cause here is a possibility, not a proof.")
    )
    return blocks


def _explanation(one: ExplanationAnswer) -> str:
    when = "" if one.when is None or one.when in one.what else f" ({one.when})"
    return f"{_GOES[one.direction]}: {one.what}{when} [{one.source}]"


def reverse_note(one: ReverseAnswer) -> list[str]:
    """Return the lines of a note but for the last: the level, what fits, and what is not known."""
    fitting = "; ".join(item.what for item in one.explanations if item.fits)
    where = "as expected" if one.surprise == "none" else f"{one.surprise} what is expected"
    return [
        f"Tacrolimus level {one.level}: {where} ({one.expected.text}).",
        f"Could explain it: {fitting}." if fitting else _NOTHING,
        f"Not on file: {'; '.join(one.absent) or 'nothing that is looked for'}.",
    ]
