"""How the answers of `tdmcli protocol` are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Bullets, Cell, Line, Tone, View, line, signed

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.protocol import DiffData, FaultAnswer, LintData, TestData


def _lint(answer: Answer[LintData]) -> list[Block]:
    data = answer.data
    verdict = "sound" if data.valid else f"{len(data.faults)} fault{'' if len(data.faults) == 1 else 's'}: not used"
    tone = Tone.WITHIN if data.valid else Tone.ABOVE
    blocks: list[Block] = [Line((Cell(f"{_named(data)}: "), Cell(verdict, tone)))]
    if data.faults:
        blocks.append(Bullets("Faults", tuple(Cell(_where(one)) for one in data.faults)))
    if data.remarks:
        blocks.append(Bullets("Remarks", tuple(Cell(_where(one), Tone.CAUTION) for one in data.remarks)))
    return [*blocks, line(f"sha256 {data.sha256}", Tone.DIM)]


def _named(data: LintData | TestData) -> str:
    return f"{data.name or 'A protocol without a name'}, version {data.version or 'none'}"


def _where(one: FaultAnswer) -> str:
    where = one.file if one.line is None else f"{one.file}, line {one.line}"
    return f"{where}: {one.row}: {one.says}" if one.row else f"{where}: {one.says}"


def _diff(answer: Answer[DiffData]) -> list[Block]:
    data = answer.data
    head = Line(
        (Cell(f"From {data.before} to {data.after}: ", Tone.STRONG), Cell(_number(len(data.changes), "change")))
    )
    return [head, Bullets("", tuple(Cell(one.says) for one in data.changes))] if data.changes else [head]


def _number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"


def _test(answer: Answer[TestData]) -> list[Block]:
    data = answer.data
    held = sum(one.holds for one in data.cases)
    verdict = f"{held} of {len(data.cases)} cases hold" if data.cases else "no cases to try"
    blocks: list[Block] = [Line((Cell(f"{_named(data)}: "), Cell(verdict, Tone.WITHIN if data.passed else Tone.ABOVE)))]
    for one in data.cases:
        blocks.append(line(f"{'ok' if one.holds else 'FAILS'}  {one.id}: {one.ask}"))
        blocks += [
            line(f"{at}: expected {expected}, got {got}", Tone.ABOVE, 4) for at, expected, got in one.differences
        ]
    return blocks


LINT: View[LintData] = View(
    _lint,
    lambda answer: [
        f"Protocol {_named(answer.data)}: {_number(len(answer.data.faults), 'fault')}.",
        f"sha256 {answer.data.sha256}",
        signed(answer),
    ],
    lambda answer: answer.data.faults + answer.data.remarks,
)
DIFF: View[DiffData] = View(
    _diff,
    lambda answer: [*(one.says for one in answer.data.changes), signed(answer)],
    lambda answer: answer.data.changes,
)
TEST: View[TestData] = View(
    _test,
    lambda answer: [*(f"{one.id}: {'holds' if one.holds else 'fails'}" for one in answer.data.cases), signed(answer)],
    lambda answer: answer.data.cases,
)
