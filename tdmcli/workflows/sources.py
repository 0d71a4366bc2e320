"""What is each source, how was it read, and which rows rest on it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import refuse
from tdmcli.domain.units import clean
from tdmcli.errors import Code
from tdmcli.tables.readers import read_formulas, read_sources
from tdmcli.tables.row_index import read_every_row
from tdmcli.tables.rows import SourceKind
from tdmcli.workflows.answer import Answer
from tdmcli.workflows.asked import near

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.tables.rows import SourceRow


class RestingRow(NamedTuple):
    """A row that rests on a source: its id, where it stands, and the places in the source that it is from."""

    id: str
    file: str
    table: str
    locators: tuple[str, ...]


class SourceAnswer(NamedTuple):
    """A source, what it is and how it was read, and every row that rests on it."""

    id: str
    citation: str
    kind: str
    read: str
    year: int | None
    doi: str | None
    pmid: str | None
    url: str | None
    note: str | None
    rows: tuple[RestingRow, ...]


class SourcesData(NamedTuple):
    """The answer of `sources`: the one asked for, or all, the strongest kind first."""

    sources: tuple[SourceAnswer, ...]


def answer_sources(name: str | None, now: datetime) -> Answer[SourcesData]:
    """Return a source by its id, or all.

    Raises:
        Refused: there is no source of that id.

    """
    known = read_sources()
    if name is not None and name.casefold() not in known:
        raise refuse(Code.UNKNOWN_SOURCE, name=clean(name) + near(name.casefold(), known), known=", ".join(known))
    chosen = list(known.values()) if name is None else [known[name.casefold()]]
    kinds = list(SourceKind)
    chosen.sort(key=lambda row: (kinds.index(row.kind), row.id))
    resting = rows_by_source()
    data = SourcesData(tuple(_source(row, resting.get(row.id, ())) for row in chosen))
    return Answer("sources", data, now)


def _source(row: SourceRow, resting: tuple[RestingRow, ...]) -> SourceAnswer:
    return SourceAnswer(
        row.id, row.citation, row.kind, row.read, row.year, row.doi, row.pmid, row.url, row.note, resting
    )


def rows_by_source() -> dict[str, tuple[RestingRow, ...]]:
    """Return the rows of all tables, and the formulas, by the source that they rest on."""
    places: dict[str, dict[tuple[str, str, str], list[str]]] = {}
    for one in read_every_row():
        for source, locator in one.cited:
            places.setdefault(source, {}).setdefault((one.id, one.file, one.table), []).append(locator)
    for formula in read_formulas().values():
        key = (formula.id, "formulas.toml", "formula")
        places.setdefault(formula.source, {}).setdefault(key, []).append(formula.locator)
    return {
        source: tuple(RestingRow(*row, tuple(filter(None, locators))) for row, locators in rows.items())
        for source, rows in places.items()
    }
