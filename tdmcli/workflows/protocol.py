"""What is wrong with a protocol, and what does it change: in another, or in the bundled tables?"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.units import clean, show_range
from tdmcli.records.protocol import Protocol, check_protocol, read_protocol
from tdmcli.records.protocol_checking import SHAPES
from tdmcli.records.protocol_policy import policy_rows
from tdmcli.tables.builder import build_row
from tdmcli.tables.overlay import Overlay, merged
from tdmcli.tables.readers import raw_policy, raw_rows, read_indication
from tdmcli.tables.rows import TargetRow
from tdmcli.workflows.answer import Answer
from tdmcli.workflows.ranges import window_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

BUNDLED = "the bundled tables"


class FaultAnswer(NamedTuple):
    """Something wrong, or a remark: file, line (null where it is about the whole), row, and what it is."""

    file: str
    line: int | None
    row: str
    says: str


class LintData(NamedTuple):
    """The answer of `protocol lint`; a protocol with a fault is never used."""

    name: str
    version: str
    sha256: str
    valid: bool
    faults: tuple[FaultAnswer, ...]
    remarks: tuple[FaultAnswer, ...]


class ChangeAnswer(NamedTuple):
    """One thing that differs; `key` is null where a whole row is added or gone."""

    table: str
    id: str
    key: str | None
    before: str | None
    after: str | None
    says: str


class DiffData(NamedTuple):
    """The answer of `protocol diff`: what changes on the way from `before` to `after`."""

    before: str
    after: str
    changes: tuple[ChangeAnswer, ...]


class DifferenceAnswer(NamedTuple):
    """A place in the JSON answer that is not as the case expects it; both as JSON text."""

    at: str
    expected: str
    got: str


class CaseAnswer(NamedTuple):
    """A worked case: what was asked, whether the answer holds what it must, and where not."""

    id: str
    ask: str
    holds: bool
    differences: tuple[DifferenceAnswer, ...]


class TestData(NamedTuple):
    """The answer of `protocol test`."""

    name: str
    version: str
    sha256: str
    passed: bool
    cases: tuple[CaseAnswer, ...]


def answer_lint(path: Path, now: datetime) -> Answer[LintData]:
    """Return all faults of a protocol.

    Raises:
        BadFile: a file can't be read or isn't TOML.

    """
    protocol = check_protocol(path, "lint")
    overlay = protocol.overlay
    data = LintData(
        name=clean(overlay.name, 80),
        version=clean(overlay.version, 80),
        sha256=overlay.sha256,
        valid=not protocol.faults,
        faults=tuple(FaultAnswer(*one) for one in protocol.faults),
        remarks=tuple(FaultAnswer(*one) for one in protocol.remarks),
    )
    return Answer("protocol-lint", data, now)


def answer_diff(first: Path, second: Path | None, now: datetime) -> Answer[DiffData]:
    """Return what changes from the first protocol to the second, or from the bundled tables to the first.

    Raises:
        BadFile: one can't be read or has a fault.

    """
    one = read_protocol(first, "diff")
    other = None if second is None else read_protocol(second, "diff")
    before, after = (None, one) if other is None else (one, other)
    data = DiffData(_title(before), _title(after), tuple(_changes(before, after)))
    return Answer("protocol-diff", data, now)


def _title(protocol: Protocol | None) -> str:
    if protocol is None:
        return BUNDLED
    overlay = protocol.overlay
    return f"{overlay.name}, version {overlay.version} (sha256 {overlay.sha256})"


def _changes(before: Protocol | None, after: Protocol | None) -> Iterator[ChangeAnswer]:
    old, new = (None if one is None else one.overlay for one in (before, after))
    yield from _policy(old, new)
    for table in SHAPES:
        if table == "case":
            continue
        indications = {row["indication"] for one in (old, new) if one for row in one.rows.get("target", ())}
        rows_before, rows_after = (_rows(table, one, indications) for one in (old, new))
        touched = [one for rows in (rows_before, rows_after) for one in rows.own]
        for name in dict.fromkeys(touched):
            yield from _row(table, name, rows_before.whole.get(name), rows_after.whole.get(name))


class _Rows(NamedTuple):
    """The rows that a protocol makes of a table by id, and the ids of those that are its own."""

    whole: dict[str, dict[str, Any]]
    own: tuple[str, ...]


def _rows(table: str, overlay: Overlay | None, indications: set[str]) -> _Rows:
    own = () if overlay is None else overlay.rows.get(table, ())
    if table == "target":
        bundled = [row | {"indication": name} for name in indications for row in raw_rows(table, name)]
    else:
        bundled = list(raw_rows(table))
    return _Rows({row["id"]: row for row in merged(own, bundled)}, tuple(row["id"] for row in own))


_NOT_SAID = frozenset({"id", "source", "locator"})


def _row(table: str, name: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Iterator[ChangeAnswer]:
    label = f"{table.replace('_', ' ')} {name}"
    if before is None and after is not None:
        yield ChangeAnswer(table, name, None, None, _text(after), f"{label} is new: {_in_words(table, after)}")
    elif after is None and before is not None:
        yield ChangeAnswer(table, name, None, _text(before), None, f"{label} is gone: {_in_words(table, before)}")
    elif before is not None and after is not None:
        for key in dict.fromkeys((*before, *after)):
            if key not in _NOT_SAID and before.get(key) != after.get(key):
                was, becomes = _text(before.get(key)), _text(after.get(key))
                yield ChangeAnswer(table, name, key, was, becomes, f"{label}: {_key(key)} was {was}, becomes {becomes}")


def _in_words(table: str, row: dict[str, Any]) -> str:
    if table == "target":
        made = build_row(TargetRow, {key: value for key, value in row.items() if key != "indication"}, "target")
        where = ", ".join(filter(None, (row["indication"], window_text(made), made.population, made.condition)))
        return f"{show_range(made.low_ng_ml, made.high_ng_ml)}, {where}{_beside(row['indication'], made)}."
    if table == "interaction":
        return f"{', '.join(row['names'])}: {row['effect']}."
    said = [_text(row[key]) for key in ("name", "about", "text", "strengths_mg") if key in row]
    every = [f"every {row['every_to_days']} days"] if "every_to_days" in row else []
    return f"{': '.join(dict.fromkeys(said))}{''.join(f' ({part})' for part in every)}"


def _beside(indication: str, made: TargetRow) -> str:
    """Return the bundled default that a new range stands before, or nothing."""
    defaults = [row for row in read_indication(indication)[1] if row.default and _meet(row, made)]
    said = "; ".join(f"{show_range(row.low_ng_ml, row.high_ng_ml)}, {window_text(row)}" for row in defaults)
    return f"; the bundled default there is {said}" if said else ""


def _meet(row: TargetRow, other: TargetRow) -> bool:
    def window(one: TargetRow) -> tuple[float, float]:
        return one.from_day or 0, float("inf") if one.to_day is None else one.to_day

    (start, end), (other_start, other_end) = window(row), window(other)
    return start < other_end and other_start < end and row.phase == other.phase


def _policy(before: Overlay | None, after: Overlay | None) -> Iterator[ChangeAnswer]:
    bundled = raw_policy()
    olds, news = (policy_rows({} if one is None else one.policy, bundled) for one in (before, after))
    for place in dict.fromkeys((*olds, *news)):
        was, becomes = olds.get(place), news.get(place)
        if was != becomes:
            says = f"policy {place}: was {_text(was)}, becomes {_text(becomes)}"
            yield ChangeAnswer("policy", place, place.rpartition(".")[2], _text(was), _text(becomes), says)


def _key(key: str) -> str:
    """Return a key with its unit as a person writes it: `low_ng_ml` is `low (ng/mL)`."""
    for ending, unit in (("_ng_ml", "ng/mL"), ("_mg", "mg"), ("_h", "h"), ("_percent", "%")):
        if key.endswith(ending):
            return f"{key.removesuffix(ending).replace('_', ' ')} ({unit})"
    return key.replace("_", " ")


def _text(value: Any) -> str:
    if value is None or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value) if isinstance(value[0], dict) else ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{_key(key)} {_text(one)}" for key, one in value.items() if key not in _NOT_SAID)
    return clean(str(value), 300)
