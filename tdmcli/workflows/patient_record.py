"""What `patient new|add|check|undo` share: the reader of a patient file, and entries as answers hold them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.records.patient import PatientRecord, patient_of
from tdmcli.tables.readers import read_molecular_weight, read_products

if TYPE_CHECKING:
    from tdmcli.records.reading import Document

Plain = Decimal | str | tuple[Decimal | str, ...]


class FieldAnswer(NamedTuple):
    """A key of an entry with its value as the file holds it; a time is ISO 8601."""

    key: str
    value: Decimal | str | tuple[Decimal | str, ...]


class EntryAnswer(NamedTuple):
    """An entry of a patient file: its table, which one it is there (from 1), and its keys."""

    table: str
    number: int
    fields: tuple[FieldAnswer, ...]


def record_of(document: Document) -> PatientRecord:
    """Return the history that a document holds.

    Raises:
        BadFile: it says something it must not.

    """
    return patient_of(document, read_products(), read_molecular_weight())


def fields_of(row: dict[str, Any]) -> tuple[FieldAnswer, ...]:
    """Return the keys and values of an entry as read from a file."""
    return tuple(FieldAnswer(key, _plain(value)) for key, value in row.items())


def _plain(value: Any) -> Plain:
    if isinstance(value, list):
        return tuple(one if isinstance(one, Decimal) else _one(one) for one in value)
    return _one(value)


def _one(value: Any) -> Decimal | str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int):
        return Decimal(value)
    return value if isinstance(value, Decimal) else str(value)


def last_entry(document: Document, table: str) -> EntryAnswer:
    """Return the last entry of a table."""
    rows = document.tables[table]
    return EntryAnswer(table, len(rows), fields_of(rows[-1]))
