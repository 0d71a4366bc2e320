"""Going through the files of a protocol: each table by its shape over the bundled row, then by what must hold of it."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.records.protocol_checks import CHECKS, overlaps
from tdmcli.records.protocol_policy import check_policy, own_policy
from tdmcli.records.protocol_rules import Context
from tdmcli.records.source_lines import index_lines, line_of
from tdmcli.tables.builder import faults_of, hints_of, part_of
from tdmcli.tables.interaction_rows import InteractionRow
from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow
from tdmcli.tables.overlay import SOURCE, merged
from tdmcli.tables.product_rows import ProductRow
from tdmcli.tables.protocol_rows import CaseRow
from tdmcli.tables.readers import indication_ids, raw_rows
from tdmcli.tables.rows import TargetRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdmcli.records.reading import Document

    Place = tuple[str | int, ...]

SHAPES: dict[str, Any] = {
    "target": TargetRow,
    "interaction": InteractionRow,
    "product": ProductRow,
    "test": MonitoringTestRow,
    "threshold": MonitoringThresholdRow,
    "caution": CautionRow,
    "case": CaseRow,
}
_ON_TOP = ("name", "version", "note")
_ID = re.compile(r"[a-z0-9][a-z0-9._+-]{0,79}", re.ASCII)
_LONGEST_NAME, _LONGEST_TEXT, _MOST_ROWS, _MOST_CASES = 80, 1_000, 1_000, 100
_LEAST_PLACE, _LARGEST = -4, 9_999_999


class Fault(NamedTuple):
    """Something wrong with a protocol, or a remark: file, line (from 1), row, and what it is."""

    file: str
    line: int | None
    row: str
    says: str

    @property
    def text(self) -> str:
        """Return the fault in one line."""
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.row}: {self.says}" if self.row else f"{where}: {self.says}"


class Checking:
    """The faults and remarks found in some documents, and what they say together."""

    def __init__(self, documents: list[Document]) -> None:
        """Take the files of one protocol."""
        self.documents = documents
        self.lines = {document.name: index_lines(document.text) for document in documents}
        self.top: dict[str, str] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.policy: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.remarks: list[Fault] = []
        self.context = Context.of(document.tables for document in documents)

    def run(self) -> None:
        """Look at every document, then at what must hold between rows."""
        first = self.documents[0]
        for what, most in {"": _MOST_ROWS, "case": _MOST_CASES}.items():
            if self._count(what) > most:
                self._fault(first, (), "", f"more than {most} {what or 'row'}s: no protocol has so many")
                return
        for document in self.documents:
            for key, value in document.tables.items():
                self._part(document, key, value)
        for key in ("name", "version"):
            if key not in self.top:
                self._fault(first, (key,), "", f"missing key {key!r}: a text on top of the file")
        if not self.faults:
            for name, what in overlaps(self.rows.get("target", ())):
                document, number = self._where_is("target", name)
                self._fault(document, ("target", number), f"[[target]] {name!r}", what)

    def _count(self, table: str) -> int:
        """Return how many rows the documents have, of one table or of all."""
        parts = (part for one in self.documents for key, part in one.tables.items() if table in {"", key})
        return sum(len(part) for part in parts if isinstance(part, list))

    def _part(self, document: Document, key: str, value: object) -> None:
        if key in _ON_TOP:
            self._on_top(document, key, value)
        elif key == "policy":
            self._policy(document, value)
        elif key not in SHAPES:
            known = ", ".join((*_ON_TOP, "policy", *SHAPES))
            self._fault(document, (key,), "", f"unknown table or key {clean(key)!r}; known: {known}")
        elif not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self._fault(document, (key,), "", f"must be an array of tables: [[{key}]]")
        else:
            for number, row in enumerate(value):
                self._row(document, key, number, row)

    def _on_top(self, document: Document, key: str, value: object) -> None:
        if not isinstance(value, str) or not value.strip() or value != clean(value, _LONGEST_NAME):
            self._fault(document, (key,), "", f"{key} must be a text of at most {_LONGEST_NAME} plain characters")
        elif key in self.top:
            self._fault(document, (key,), "", f"{key} stands in two files of the protocol")
        self.top[key] = value if isinstance(value, str) else ""

    def _policy(self, document: Document, value: object) -> None:
        bad = list(_bad_values(value, ()))
        for keys, what in bad:
            heading = f"policy.{keys[0]}" if keys else "policy"
            self._fault(document, (heading, 0, *keys[-1:]), heading, what)
        if bad:
            return
        for place, what in check_policy(value):
            self._fault(document, place, str(place[0]), what)
        for heading, part in own_policy(value).items():
            if heading in self.policy:
                place = (f"policy.{heading}",)
                self._fault(document, place, place[0], "this heading stands in two files of the protocol")
            self.policy[heading] = part

    def _row(self, document: Document, table: str, number: int, row: dict[str, Any]) -> None:
        name = row.get("id")
        named = isinstance(name, str) and _ID.fullmatch(name) is not None
        label = f"[[{table}]] {number + 1}{f' {name!r}' if named else ''}"
        wrong = [(keys[-1] if keys else "", what) for keys, what in _bad_values(row, ())]
        remarks: list[tuple[str, str]] = []
        if not wrong:
            wrong += self._misplaced(table, row, named=named)
            own = _filled(SHAPES[table], row | ({} if named else {"id": "?"}), f"{document.name}, {table} {name}")
            known = table != "case" and (table != "target" or row.get("indication") in indication_ids())
            beneath = raw_rows(table, row.get("indication", "")) if known else ()
            whole = merged([own], beneath)[0]
            built = {key: value for key, value in whole.items() if not (table == "target" and key == "indication")}
            wrong += [(_key_of(what), what) for what in faults_of(SHAPES[table], built)]
            if not wrong:
                beneath_it = next((one for one in beneath if one["id"] == name), None)
                for key, what, remark in CHECKS[table](own, whole, beneath_it, self.context):
                    (remarks if remark else wrong).append((key, what))
            if named:
                self.rows.setdefault(table, []).append(own)
        for key, what in wrong:
            self._fault(document, (table, number, key), label, what)
        for key, what in remarks:
            self._fault(document, (table, number, key), label, what, remark=True)

    def _misplaced(self, table: str, row: dict[str, Any], *, named: bool) -> list[tuple[str, str]]:
        """Say what is wrong with a row's id, or its indication."""
        said = []
        if "id" not in row:
            said.append(("id", "missing key 'id'"))
        elif not named:
            said.append(("id", "id: small letters, digits and . _ + -, at most 80"))
        elif row["id"] in {one["id"] for one in self.rows.get(table, ())}:
            said.append(("id", "this id stands twice"))
        if table == "target" and row.get("indication") not in indication_ids():
            said.append(("indication", f"indication must be one of {', '.join(indication_ids())}"))
        return said

    def _where_is(self, table: str, name: str) -> tuple[Document, int]:
        return next(
            (document, number)
            for document in self.documents
            for number, row in enumerate(document.tables.get(table, ()))
            if row.get("id") == name
        )

    def _fault(self, document: Document, place: Place, row: str, what: str, *, remark: bool = False) -> None:
        line = line_of(self.lines[document.name], place)
        (self.remarks if remark else self.faults).append(Fault(document.name, line, clean(row, 120), clean(what, 400)))


def _bad_values(value: object, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Say which values no row can have, at any depth: wild numbers, times, texts that can't be shown."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key != clean(key, _LONGEST_NAME):
                yield keys, "a key has characters that can't be shown"
            else:
                yield from _bad_values(part, (*keys, key))
    elif isinstance(value, list):
        for part in value:
            yield from _bad_values(part, keys)
    elif isinstance(value, date | time):
        yield keys, f"{keys[-1] if keys else ''}: a day or a time is written as a text"
    elif isinstance(value, str):
        if value != clean(value, _LONGEST_TEXT):
            yield keys, f"{keys[-1] if keys else ''}: more than {_LONGEST_TEXT} characters, or some that can't be shown"
    elif isinstance(value, int | Decimal) and not _is_tame(Decimal(value)):
        yield keys, f"{keys[-1] if keys else ''}: must be a finite number of at most {_LARGEST:,}"


def _is_tame(number: Decimal) -> bool:
    return number.is_finite() and (number == 0 or _LEAST_PLACE <= number.adjusted() < len(str(_LARGEST)))


def _filled(shape: Any, row: dict[str, Any], locator: str) -> dict[str, Any]:
    """Return a row with the protocol as source, its place as locator, and its conditions in words, in its parts too."""
    filled = dict(row)
    for key, hint in hints_of(shape).items():
        part = part_of(hint)
        if key == "source":
            filled.setdefault(key, SOURCE)
        elif key == "locator":
            filled.setdefault(key, locator)
        elif part is not None and isinstance(row.get(key), list):
            filled[key] = [_filled(part, one, locator) if isinstance(one, dict) else one for one in row[key]]
        elif part is not None and isinstance(row.get(key), dict):
            filled[key] = _filled(part, row[key], locator)
    if shape is TargetRow:
        filled["evidence"] = SOURCE
        conditions = _in_words(row)
        if conditions and "condition" not in row:
            filled["condition"] = conditions
    return filled


def _in_words(row: dict[str, Any]) -> str:
    """Return the conditions of a range that a person must see beside it."""
    parts = [
        f"{word} {' or '.join(map(str, row[key]))}"
        for key, word in (("co_therapy", "with"), ("induction", "induction"), ("products", "on"))
        if isinstance(row.get(key), list) and row[key]
    ]
    return ", ".join([*parts, *([f"{row['release']} release"] if isinstance(row.get("release"), str) else [])])


def _key_of(what: str) -> str:
    """Return the key that a fault of the builder is about: the outermost one, which has a line of its own."""
    named = re.match(r"(?:unknown|missing) key '([^']+)'", what) or re.match(r"([a-z_0-9]+)", what)
    return named[1] if named else ""
