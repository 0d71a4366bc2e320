"""What every command returns: an Answer, whose data class is the JSON contract of its command."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tdmcli import __version__
from tdmcli.domain.findings import Refused
from tdmcli.errors import BadFile, Code
from tdmcli.tables.overlay import in_force
from tdmcli.tables.readers import read_codes, read_data_version, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tdmcli.domain.findings import Finding
    from tdmcli.errors import ExpectedError

SCHEMA = "tdmcli.answer/1"

Data = TypeVar("Data")


class Warned(NamedTuple):
    """A warning as it is shown: its code, what was found, and what to do."""

    code: str
    message: str


class Cited(NamedTuple):
    """A source that the answer rests on, what it is and how it was read."""

    id: str
    citation: str
    locator: str
    kind: str
    read: str


class ProtocolUsed(NamedTuple):
    """The centre's protocol that was in force, what named it, and each number of the policy that it changes."""

    name: str
    version: str
    sha256: str
    from_: str
    policy: tuple[str, ...]


class Worked(NamedTuple):
    """A step of the arithmetic with the answer's numbers put in; `formula` is an id that `explain` knows."""

    formula: str
    name: str
    equation: str
    numbers: str
    source: str


class Answer(NamedTuple, Generic[Data]):
    """The answer to one question.

    `inputs` hold everything used and where it came from; `assumed` is the line of what the question didn't say;
    `worked` is the arithmetic, None where it was not asked for.
    """

    command: str
    data: Data
    as_of: datetime
    warnings: tuple[Warned, ...] = ()
    sources: tuple[Cited, ...] = ()
    inputs: Mapping[str, object] = MappingProxyType({})
    assumed: str | None = None
    out_of_range: bool = False
    worked: tuple[Worked, ...] | None = None


class Citations:
    """Collects the sources that an answer names, each once, with every place in it that was used."""

    def __init__(self) -> None:
        self._locators: dict[str, list[str]] = {}

    def add(self, source: str, locator: str = "") -> str:
        """Note a source and a place in it; returns its id."""
        places = self._locators.setdefault(source, [])
        if locator and locator not in places:
            places.append(locator)
        return source

    def cited(self) -> tuple[Cited, ...]:
        """Return the sources in the order in which they were first named."""
        known = read_sources(self._locators)
        missing = sorted(set(self._locators) - set(known))
        if missing:
            raise BadFile(f"sources.toml: no source {missing[0]!r}, which a row names", Code.BAD_TABLE)
        return tuple(
            Cited(row.id, row.citation, "; ".join(places), row.kind, row.read)
            for row, places in ((known[source], places) for source, places in self._locators.items())
        )


def warn(findings: Iterable[Finding]) -> tuple[Warned, ...]:
    """Return findings with their text, each code and text once."""
    shown: dict[tuple[str, str], Warned] = {}
    for finding in findings:
        one = Warned(finding.code, text_of(finding))
        shown.setdefault((one.code, one.message), one)
    return tuple(shown.values())


def text_of(finding: Finding) -> str:
    """Return what a finding means and what to do, from codes.toml."""
    row = read_codes({finding.code}).get(finding.code)
    if row is None:
        return str(finding.code)
    return " ".join(part.format_map(finding.values) for part in (row.message, row.action) if part)


def reason_of(finding: Finding) -> str:
    """Return what a finding means, without what to do, for lists of many."""
    row = read_codes({finding.code}).get(finding.code)
    return str(finding.code) if row is None else row.message.format_map(finding.values)


def envelope(answer: Answer[Any]) -> dict[str, object]:
    """Return an answer as the JSON object that scripts rely on. DESIGN.md, section 4."""
    return _envelope(
        command=answer.command,
        status="ok",
        data=to_json(answer.data),
        warnings=to_json(answer.warnings),
        sources=to_json(answer.sources),
        inputs=to_json(dict(answer.inputs)),
        worked=to_json(answer.worked),
        as_of=answer.as_of.isoformat(),
    )


def error_envelope(command: str | None, error: ExpectedError) -> dict[str, object]:
    """Return a refusal or an error as the same JSON object, with data null."""
    others = error.findings[1:] if isinstance(error, Refused) else ()
    return _envelope(
        command=command,
        status=error.status,
        code=str(error.code),
        message=message_of(error),
        warnings=to_json(warn(others)),
    )


def message_of(error: ExpectedError) -> str:
    """Return the one line that is shown for an error or refusal."""
    return text_of(error.findings[0]) if isinstance(error, Refused) else error.message


def _envelope(**parts: object) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "command": None,
        "status": "error",
        "code": None,
        "message": None,
        "data": None,
        "warnings": [],
        "sources": [],
        "inputs": {},
        "worked": None,
        "tool": {"version": __version__, "data_version": read_data_version(), "protocol": to_json(protocol_used())},
        "as_of": None,
    } | parts


def protocol_used() -> ProtocolUsed | None:
    """Return the protocol that is in force."""
    overlay = in_force()
    if overlay is None:
        return None
    return ProtocolUsed(overlay.name, overlay.version, overlay.sha256, overlay.given, overlay.policy_changes)


def field_names(shape: Any) -> tuple[str, ...]:
    """Return the names of the fields of a named tuple or dataclass (or its class), else nothing."""
    if is_dataclass(shape):
        return tuple(one.name for one in fields(shape))
    return tuple(getattr(shape, "_fields", ()))


def to_json(value: Any) -> Any:
    """Return a value of plain types: Decimals as the shortest number, tuples as lists, classes as objects."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    names = field_names(value)
    if names:
        return {name.rstrip("_"): to_json(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(key): to_json(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        items = sorted(value) if isinstance(value, frozenset | set) else value
        return [to_json(one) for one in items]
    return value
