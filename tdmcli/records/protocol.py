"""A centre's protocol: reading it, finding all that is wrong with it, and making it the overlay of the tables.

A protocol has the tables of `data/` under the same names, with `name` and `version` on top. A row of an id that the
bundled tables have may leave out what stays as it is there. Nothing of a protocol with a fault is ever used.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.errors import BadFile, Code
from tdmcli.records.protocol_checks import ROW_CHECKS, check_policy, overlaps, policy_changes
from tdmcli.records.reading import PROTOCOL, Document, read_document
from tdmcli.records.source_lines import line_of
from tdmcli.tables.builder import build_row, faults_of, hints_of
from tdmcli.tables.interaction_rows import InteractionRow
from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow
from tdmcli.tables.overlay import SOURCE, Overlay, merged
from tdmcli.tables.protocol_rows import CaseRow
from tdmcli.tables.readers import indication_ids, raw_rows, read_sources
from tdmcli.tables.rows import ProductRow, SourceRow, TargetRow, ThresholdSetRow
from tdmcli.tables.start_rows import StartingDoseRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SHAPES: dict[str, Any] = {
    "target": TargetRow,
    "interaction": InteractionRow,
    "product": ProductRow,
    "test": MonitoringTestRow,
    "threshold": MonitoringThresholdRow,
    "caution": CautionRow,
    "threshold_set": ThresholdSetRow,
    "starting_dose": StartingDoseRow,
    "case": CaseRow,
}
_ON_TOP = ("name", "version", "note")
_ID = re.compile(r"[a-z0-9][a-z0-9._+-]{0,79}")
_LONGEST_NAME = 80


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


class Protocol(NamedTuple):
    """A protocol as read and checked; `overlay` and `cases` are of use only without faults."""

    overlay: Overlay
    cases: tuple[CaseRow, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...]


def read_protocol(path: Path, given: str) -> Protocol:
    """Return a protocol that may be used.

    Raises:
        BadFile: it can't be read, or has a fault: the first one is named, with how many more there are.

    """
    protocol = check_protocol(path, given)
    if protocol.faults:
        more = len(protocol.faults) - 1
        first = protocol.faults[0].text
        raise BadFile(f"{first}{f' (and {more} more: tdmcli protocol lint)' if more else ''}", Code.BAD_PROTOCOL)
    return protocol


def check_protocol(path: Path, given: str) -> Protocol:
    """Return a protocol with all its faults, in the order of its lines.

    Raises:
        BadFile: a file can't be read or isn't TOML.

    """
    documents = [read_document(one, PROTOCOL) for one in _files(path)]
    checking = _Checking(documents)
    checking.run()
    digest = _digest(documents)
    overlay = Overlay(
        name=checking.top.get("name", ""),
        version=checking.top.get("version", ""),
        sha256=digest,
        given=given,
        rows={table: tuple(rows) for table, rows in checking.rows.items() if table != "case"},
        policy=checking.policy,
        sources=checking.sources
        | {SOURCE: _own_source(checking.top.get("name", ""), checking.top.get("version", ""), digest)},
        policy_changes=policy_changes(checking.policy),
    )
    faults = tuple(sorted(checking.faults, key=lambda one: (one.file, one.line or 0)))
    cases = () if faults else tuple(build_row(CaseRow, row, "case") for row in checking.rows.get("case", ()))
    return Protocol(overlay, cases, faults, tuple(checking.remarks))


def _own_source(name: str, version: str, digest: str) -> dict[str, Any]:
    return {
        "citation": f"{clean(name, _LONGEST_NAME)}, version {clean(version)}: the centre's own protocol",
        "kind": "protocol",
        "read": "read",
        "note": f"sha256 {digest}",
    }


def _files(path: Path) -> list[Path]:
    """Return the file, or the TOML files of a folder in the order of their names.

    Raises:
        BadFile: the folder has none.

    """
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.glob("*.toml") if not one.name.startswith("."))
    if not found:
        raise BadFile(f"{clean(path.name) or '.'}: the folder has no TOML file", Code.UNREADABLE_FILE)
    return found


def _digest(documents: list[Document]) -> str:
    """Return the sha256 of the file, or of the names and digests of a folder's files in order."""
    if len(documents) == 1:
        return documents[0].sha256
    listed = "".join(f"{one.sha256}  {one.name}\n" for one in documents)
    return hashlib.sha256(listed.encode()).hexdigest()


class _Checking:
    """The faults found so far, and what the documents say together."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        self.top: dict[str, str] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.policy: dict[str, Any] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.remarks: list[Fault] = []

    def run(self) -> None:
        """Look at every document, then at what must hold between rows."""
        for document in self.documents:
            for key, value in document.tables.items():
                self._part(document, key, value)
        first = self.documents[0]
        for key in ("name", "version"):
            if key not in self.top:
                self._fault(first, (key,), "", f"missing key {key!r}: a text on top of the file")
        for document, row, what in overlaps(self._placed("target")):
            self._fault(document, *row, what)

    def _part(self, document: Document, key: str, value: object) -> None:
        if key in _ON_TOP:
            self._on_top(document, key, value)
        elif key == "policy":
            self._own_policy(document, value)
        elif key == "source":
            self._own_sources(document, value)
        elif key not in SHAPES:
            known = ", ".join((*_ON_TOP, "source", "policy", *SHAPES))
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

    def _own_policy(self, document: Document, value: object) -> None:
        for place, what in check_policy(value):
            self._fault(document, place, str(place[0]), what)
        for heading, part in (value if isinstance(value, dict) else {}).items():
            if heading in self.policy:
                place = (f"policy.{heading}",)
                self._fault(document, place, place[0], "this heading stands in two files of the protocol")
            rows = isinstance(part, list) and heading in _SOURCED
            self.policy[heading] = (
                [{"source": SOURCE, **row} for row in part if isinstance(row, dict)] if rows else part
            )

    def _own_sources(self, document: Document, value: object) -> None:
        known = read_sources()
        for name, row in (value if isinstance(value, dict) else {}).items():
            place = (f"source.{name}", 0)
            if name in known or name == SOURCE:
                self._fault(document, place, f"source {clean(name)!r}", "a bundled source has this id: choose another")
            for what in faults_of(SourceRow, {"id": name, **row} if isinstance(row, dict) else row):
                self._fault(document, place, f"source {clean(name)!r}", what)
            self.sources[name] = row

    def _row(self, document: Document, table: str, number: int, row: dict[str, Any]) -> None:
        label = f"[[{table}]] {number + 1}"
        name = row.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            rule = "id must be small letters, digits and . _ + - (at most 80)"
            self._fault(document, (table, number, "id"), label, rule if "id" in row else f"missing key 'id': {rule}")
            return
        label = f"{label} {name!r}"
        if name in {one["id"] for one in self.rows.get(table, ())}:
            self._fault(document, (table, number, "id"), label, "this id stands twice")
        if table == "target" and row.get("indication") not in indication_ids():
            what = f"indication must be one of {', '.join(indication_ids())}"
            self._fault(document, (table, number, "indication"), label, what)
            return
        beneath = [] if table == "case" else raw_rows(table, row.get("indication", ""))
        own = _filled(SHAPES[table], row, f"{document.name}, {table} {name}")
        self.rows.setdefault(table, []).append(own)
        for key, what, remark in self._said_of(table, own, beneath):
            self._fault(document, (table, number, key), label, what, remark=remark)

    def _said_of(
        self, table: str, own: dict[str, Any], beneath: list[dict[str, Any]]
    ) -> Iterator[tuple[str, str, bool]]:
        """Say what is wrong with a row over the bundled one of its id: its shape first, then what must hold of it."""
        whole = merged([own], beneath)[0]
        built = {key: value for key, value in whole.items() if not (table == "target" and key == "indication")}
        faults = faults_of(SHAPES[table], built)
        yield from ((_key_of(what), what, False) for what in faults)
        if faults:
            return
        for source in _sources_of(built):
            if source != SOURCE and source not in self.sources and source not in read_sources({source}):
                yield "source", f"source {clean(source)!r} is not known", False
        if table in ROW_CHECKS:
            bundled = any(one.get("id") == own["id"] for one in beneath)
            yield from ROW_CHECKS[table](whole, self._limits(), bundled=bundled)

    def _limits(self) -> dict[str, Any]:
        """Return the limits of ranges that the documents set: a row may stand before the policy that limits it."""
        policies = (document.tables.get("policy") for document in self.documents)
        found = (one.get("target") for one in policies if isinstance(one, dict))
        return next((one for one in found if isinstance(one, dict)), {})

    def _placed(self, table: str) -> Iterator[tuple[Document, tuple[tuple[str | int, ...], str], dict[str, Any]]]:
        for document in self.documents:
            rows = document.tables.get(table)
            for number, row in enumerate(rows if isinstance(rows, list) else ()):
                if isinstance(row, dict):
                    yield document, ((table, number), f"[[{table}]] {number + 1} {row.get('id')!r}"), row

    def _fault(
        self, document: Document, place: tuple[str | int, ...], row: str, what: str, *, remark: bool = False
    ) -> None:
        found = Fault(document.name, line_of(document.text, place), clean(row, 120), clean(what, 300))
        (self.remarks if remark else self.faults).append(found)


def _filled(shape: Any, row: dict[str, Any], locator: str) -> dict[str, Any]:
    """Return a row with the protocol as source wherever it names none, in its parts too."""
    hints = hints_of(shape)
    filled = dict(row)
    for key in hints:
        if key == "source" or key.endswith("_source"):
            filled.setdefault(key, SOURCE)
        elif key == "locator":
            filled.setdefault(key, locator)
        elif key in row:
            filled[key] = _filled_part(hints[key], row[key], locator)
    return filled


def _filled_part(hint: Any, value: Any, locator: str) -> Any:
    shapes = [one for one in (hint, *getattr(hint, "__args__", ())) if hasattr(one, "_fields")]
    if not shapes:
        return value
    if isinstance(value, list):
        return [_filled(shapes[0], one, locator) if isinstance(one, dict) else one for one in value]
    return _filled(shapes[0], value, locator) if isinstance(value, dict) else value


_SOURCED = frozenset({"steady_state", "next_level"})


def _key_of(what: str) -> str:
    """Return the key that a fault of the builder is about."""
    named = re.match(r"(?:unknown|missing) key '([^']+)'", what) or re.match(r"([a-z_0-9]+)", what)
    return named[1] if named else ""


def _sources_of(part: Any) -> Iterable[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if (key == "source" or key.endswith("_source")) and isinstance(value, str):
                yield value
            else:
                yield from _sources_of(value)
    elif isinstance(part, list):
        for one in part:
            yield from _sources_of(one)
