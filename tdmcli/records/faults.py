"""What is wrong with a patient file, in one line: file, line, key and what to write, never what was there."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from tdmcli.domain.units import clean
from tdmcli.errors import BadFile, Code
from tdmcli.records.patient_file import PatientFile
from tdmcli.records.reading import Document
from tdmcli.records.source_lines import index_lines, line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError


class EntryFault(BadFile):
    """Raised when an entry of a patient file says something it must not; `key` is where, `what` is why."""

    def __init__(self, message: str, key: str, what: str) -> None:
        """Keep the line that is shown, and its parts for an entry that is not in the file yet."""
        super().__init__(message, Code.BAD_PATIENT_FILE)
        self.key = key
        self.what = what


def fault(document: Document, place: Sequence[str | int], what: str) -> EntryFault:
    """Return the error for a place in a patient file: file, line, key and what is wrong, never what was there."""
    line = line_of(index_lines(document.text), place)
    where = document.name if line is None else f"{document.name}, line {line}"
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    message = f"{where}: {clean(key, 80)} {what}" if key else f"{where}: {what}"
    named = [part for part in place if isinstance(part, str)]
    return EntryFault(message, clean(named[-1], 80) if named else "", what)


def first_fault(document: Document, error: ValidationError) -> EntryFault:
    """Return the first of the faults that pydantic found, and how many more there are."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    lines = index_lines(document.text)
    first = min(faults, key=lambda one: (line_of(lines, _place(one)) or 0, str(one["loc"])))
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return fault(document, _place(first), _what(first) + more)


def _place(one: Any) -> tuple[str | int, ...]:
    return tuple(one["loc"])


def _what(one: Any) -> str:
    kind, place = one["type"], _place(one)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _known_keys(place), n=1)
        return "is not a known key" + (f": did you mean {near[0]}?" if near else "")
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return str(one["msg"]).removeprefix("Value error, ")
    return {
        "tuple_type": "must be an array: [[...]] for rows, [3, 3] for intakes",
        "model_type": "must be a table",
        "model_attributes_type": "must be a table",
    }.get(kind, "has a value of the wrong kind")


def _known_keys(place: tuple[str | int, ...]) -> list[str]:
    model: Any = PatientFile
    for part in place[:-1]:
        if isinstance(part, str):
            field = model.model_fields.get(part)
            inner = [one for one in (*getattr(field.annotation, "__args__", ()), field.annotation) if one is not None]
            model = next(one for one in inner if hasattr(one, "model_fields"))
    return ["schema" if name == "schema_version" else name for name in model.model_fields]
