"""Taking back the last write to a patient file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.records.backups import FOLDER
from tdmcli.records.disk import exposed
from tdmcli.records.saving import undo_last
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer
from tdmcli.workflows.patient_record import EntryAnswer, fields_of, record_of

if TYPE_CHECKING:
    from pathlib import Path

    from tdmcli.records.reading import Document


class UndoData(NamedTuple):
    """The answer of `patient undo`: the entries that no longer stand in the file, a copy of which is kept."""

    file: str
    patient_id: str
    removed: tuple[EntryAnswer, ...]
    sha256_before: str
    sha256: str
    kept_in: str


class Undone(NamedTuple):
    """The answer, and who else could read the file; None if nobody."""

    answer: Answer[UndoData]
    exposed: str | None


def answer_undo(path: Path, asked: ask.Asked) -> Undone:
    """Return what was taken back.

    Raises:
        BadFile: the file can't be read.
        NotWritten: something else has changed it since, or it could not be written; it is as it was.

    """
    seen = exposed(path)
    undone = undo_last(path, record_of)
    history = record_of(undone.after).history
    data = UndoData(
        file=undone.after.name,
        patient_id=history.patient_id,
        removed=_removed(undone.before, undone.after),
        sha256_before=undone.before.sha256,
        sha256=undone.after.sha256,
        kept_in=FOLDER,
    )
    return Undone(Answer("patient-undo", data, ask.at(asked, history.zone)), seen)


def _removed(before: Document, after: Document) -> tuple[EntryAnswer, ...]:
    """Return the entries that stood at the end of a table before."""
    removed = []
    for table, rows in before.tables.items():
        if isinstance(rows, list):
            first = len(after.tables.get(table, ()))
            removed += [EntryAnswer(table, n, fields_of(row)) for n, row in enumerate(rows[first:], first + 1)]
    return tuple(removed)
