"""How the answer of `tdmcli interact --reverse` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.blocks import Bullets, Cell, Facts, Headlines, Line, Part, Tone, View, line, signed, tone_of, warned

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.interact_data import InteractData
    from tdmcli.workflows.reverse_data import ExplanationAnswer, ReverseAnswer

_NOTHING = "Nothing on file or said here explains it."
_NOT_THAT_WAY = "Nothing on file or said here goes its way."
_GOES = {"raises": "raises", "lowers": "lowers", "either": "either way"}


class ReverseRecord(NamedTuple):
    """A row of CSV: the level with one thing that could explain it, or with none."""

    level: str
    level_ng_ml: Decimal
    taken: datetime | None
    untimed: bool
    expected: str
    expected_low_ng_ml: Decimal
    expected_high_ng_ml: Decimal
    surprise: str
    what: str | None
    kind: str | None
    when: str | None
    direction: str | None
    fits: bool | None
    source: str | None
    absent: str


def _blocks(answer: Answer[InteractData]) -> list[Part]:
    """Return the level against what was expected, then what could explain it, what could not, and what is not known."""
    one = answer.data.reverse
    if one is None:
        return []
    drawn = ""
    if one.taken is not None:
        when = one.taken.date().isoformat() if one.untimed else one.taken.isoformat(timespec="minutes")
        ago = "" if one.age_days is None else f" ({_ago(one.age_days)})"
        drawn = f", drawn {when}{ago}"
    where = _where(one)
    blocks: list[Part] = [
        Headlines(),
        Line((Cell(f"{one.level}{drawn}: ", Tone.STRONG), Cell(where, tone_of(one.surprise)))),
        line(f"Expected: {one.expected.text}{'' if one.expected.source is None else f' [{one.expected.source}]'}"),
    ]
    usual = one.surprise == "none"
    groups = (
        ("Could explain it", [item for item in one.explanations if item.fits]),
        ("On file or said" if usual else "Possible", [item for item in one.explanations if item.fits is None]),
        ("Known too, but it goes the other way", [item for item in one.explanations if item.fits is False]),
    )
    if not usual and not groups[0][1] and not groups[1][1]:
        blocks += [line(""), line(_nothing(one), Tone.CAUTION)]
    blocks += [Bullets(title, tuple(Cell(_explanation(item)) for item in items)) for title, items in groups if items]
    if one.absent:
        blocks.append(Facts("", (("Not on file", Cell("; ".join(one.absent))),)))
    blocks.append(
        line("What is not on file may have happened all the same; a cause here is a possibility, not a proof.")
    )
    return blocks


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{days} {'day' if days == 1 else 'days'} ago"


def _where(one: ReverseAnswer) -> str:
    """Return where the level lies; of a limit alone, what it leaves open."""
    if one.surprise == "undetermined":
        return f"not known whether {'above' if one.level.startswith('>') else 'below'} what is expected"
    return {"none": "as expected", "above": "ABOVE what is expected", "below": "BELOW what is expected"}[one.surprise]


def _nothing(one: ReverseAnswer) -> str:
    """Return that nothing explains a level, or that all that is known goes the other way."""
    return _NOT_THAT_WAY if one.explanations else _NOTHING


def _explanation(one: ExplanationAnswer) -> str:
    when = "" if one.when is None or one.when in one.what else f" ({one.when})"
    return f"{_GOES[one.direction]}: {one.what}{when} [{one.source}]"


def _note(answer: Answer[InteractData]) -> list[str]:
    """Return the lines of a note: the level, what fits, what is possible, and what is not known."""
    one = answer.data.reverse
    if one is None:
        return []
    where = _where(one).replace("ABOVE", "above").replace("BELOW", "below")
    lines = [f"Tacrolimus level {one.level}: {where} ({one.expected.text})."]
    fitting = "; ".join(item.what for item in one.explanations if item.fits)
    possible = "; ".join(f"{_GOES[item.direction]}: {item.what}" for item in one.explanations if item.fits is None)
    if fitting:
        lines.append(f"Could explain it: {fitting}.")
    if possible:
        lines.append(f"{'On file' if one.surprise == 'none' else 'Possible'}: {possible}.")
    if one.surprise != "none" and not fitting and not possible:
        lines.append(_nothing(one))
    lines.append(f"Not on file: {'; '.join(one.absent) or 'nothing that is looked for'}.")
    return [*lines, f"{warned(answer)} {signed(answer)}"]


def _records(answer: Answer[InteractData]) -> tuple[ReverseRecord, ...]:
    """Return a row for each explanation, and one where there is none."""
    one = answer.data.reverse
    return () if one is None else tuple(_record(one, item) for item in one.explanations or (None,))


def _record(one: ReverseAnswer, item: ExplanationAnswer | None) -> ReverseRecord:
    return ReverseRecord(
        level=one.level,
        level_ng_ml=one.level_ng_ml,
        taken=one.taken,
        untimed=one.untimed,
        expected=one.expected.text,
        expected_low_ng_ml=one.expected.low_ng_ml,
        expected_high_ng_ml=one.expected.high_ng_ml,
        surprise=one.surprise,
        what=item.what if item else None,
        kind=item.kind if item else None,
        when=item.when if item else None,
        direction=item.direction if item else None,
        fits=item.fits if item else None,
        source=item.source if item else None,
        absent="; ".join(one.absent),
    )


REVERSE_VIEW: View[InteractData] = View(_blocks, _note, _records)
