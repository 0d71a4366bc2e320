"""How the answers of `tdmcli patient` are shown."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Block, Bullets, Cell, Facts, Headlines, Line, Tone, View, line, signed, warned
from tdmcli.domain.units import clean, show

if TYPE_CHECKING:
    from tdmcli.cli.blocks import Part
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.patient_add import AddData
    from tdmcli.workflows.patient_check import CheckData, CountAnswer, LevelAnswer
    from tdmcli.workflows.patient_new import NewData
    from tdmcli.workflows.patient_record import EntryAnswer, FieldAnswer
    from tdmcli.workflows.patient_undo import UndoData

_AS_ENTERED = {"value"}  # a level keeps the digits that the laboratory gave


def _fields(title: str, entry: EntryAnswer) -> Facts:
    return Facts(title, tuple((one.key, Cell(_value(one))) for one in entry.fields))


def _value(field: FieldAnswer) -> str:
    values = field.value if isinstance(field.value, tuple) else (field.value,)
    return ", ".join(
        (f"{one:f}" if field.key in _AS_ENTERED else show(one, 3)) if isinstance(one, Decimal) else clean(one, 500)
        for one in values
    )


def _undo_hint(file: str) -> Line:
    return line(f"To take it back: tdmcli patient undo {file}", Tone.DIM)


def _add(answer: Answer[AddData]) -> list[Part]:
    data = answer.data
    head = Line(
        (Cell(f"Stored in {data.file} (patient {data.patient_id}): "), Cell(f"{data.says}.", Tone.STRONG)),
    )
    title = f"As read back, number {data.entry.number} of {data.entry.table}"
    return [head, Headlines(), _fields(title, data.entry), line(""), _undo_hint(data.file)]


def _new(answer: Answer[NewData]) -> list[Part]:
    data = answer.data
    head = Line((Cell(f"Made {data.file} for patient "), Cell(data.patient_id, Tone.STRONG), Cell(", as read back:")))
    more = line(f"Next: tdmcli patient add regimen {data.file} --start TIME --product PRODUCT --dose 3+3 --every 12")
    return [head, *(_fields(one.table, one) for one in data.tables), line(""), more]


def _undo(answer: Answer[UndoData]) -> list[Part]:
    data = answer.data
    count = len(data.removed)
    head = line(
        f"Took back the last write to {data.file} (patient {data.patient_id}):"
        f" {count} entr{'y' if count == 1 else 'ies'} no longer stand{'s' if count == 1 else ''} there.",
        Tone.STRONG,
    )
    gone = [_fields(f"Was number {one.number} of {one.table}", one) for one in data.removed]
    return [head, *gone, line(""), line(f"A copy of the file as it was is kept in {data.kept_in}.", Tone.DIM)]


def _level(level: LevelAnswer | None) -> Cell:
    if level is None:
        return Cell("none")
    return Cell(f"{level.level}, {level.taken}{' (time of day unknown)' if level.untimed else ''}")


def _check(answer: Answer[CheckData]) -> list[Part]:
    data = answer.data
    blocks: list[Block] = [
        Line((Cell(f"{data.file}, patient {data.patient_id}: "), Cell("no fault", Tone.WITHIN))),
        Facts("", _rows(data)),
    ]
    if data.odd:
        blocks.append(Bullets("Odd", tuple(Cell(one, Tone.CAUTION) for one in data.odd)))
    else:
        blocks += [line(""), line("Nothing odd was found.")]
    return [*blocks, line(""), line(f"sha256 {data.sha256}", Tone.DIM)]


def _number(one: CountAnswer) -> str:
    return f"{one.entries} {one.table.removesuffix('s') if one.entries == 1 else one.table}"


def _rows(data: CheckData) -> tuple[tuple[str, Cell], ...]:
    given = data.indication or "no organ or indication"
    day = "" if data.days_after_start is None else f", day {data.days_after_start}"
    counts = ", ".join(_number(one) for one in data.counts if one.entries) or "none"
    return (
        ("For", Cell(f"{given}{day}")),
        ("Regimen now", Cell(data.regimen or "none")),
        ("Entries", Cell(counts)),
        ("First level", _level(data.first_level)),
        ("Last level", _level(data.last_level)),
        ("Time zone", Cell(data.time_zone or "none: each time has its offset")),
    )


ADD: View[AddData] = View(
    _add,
    lambda answer: [
        f"Added to {answer.data.file} (patient {answer.data.patient_id}): {answer.data.says}.",
        warned(answer),
        signed(answer),
    ],
    lambda answer: answer.data.entry.fields,
)
NEW: View[NewData] = View(
    _new,
    lambda answer: [f"Made {answer.data.file} for patient {answer.data.patient_id}.", signed(answer)],
    lambda answer: [field for table in answer.data.tables for field in table.fields],
)
UNDO: View[UndoData] = View(
    _undo,
    lambda answer: [
        f"Took back {len(answer.data.removed)} in {answer.data.file} (patient {answer.data.patient_id}).",
        signed(answer),
    ],
    lambda answer: [field for entry in answer.data.removed for field in entry.fields],
)
CHECK: View[CheckData] = View(
    _check,
    lambda answer: [
        f"{answer.data.file}, patient {answer.data.patient_id}: no fault, {len(answer.data.odd)} odd.",
        f"sha256 {answer.data.sha256}",
        signed(answer),
    ],
    lambda answer: answer.data.counts,
)
