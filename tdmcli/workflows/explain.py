"""What does this code, row or formula mean, where is it from, and what is there to do?"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.findings import refuse
from tdmcli.domain.units import clean
from tdmcli.errors import Code, ExitCode
from tdmcli.tables.code_rows import CodeStatus
from tdmcli.tables.readers import read_codes, read_formulas, read_tables
from tdmcli.tables.row_index import IndexedRow, explained_ids, read_every_row
from tdmcli.workflows.answer import Answer, Citations, field_names
from tdmcli.workflows.asked import near

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.tables.explanation_rows import FormulaRow


class SymbolAnswer(NamedTuple):
    """A symbol of an equation, what it stands for, and its unit."""

    symbol: str
    meaning: str
    unit: str


class ValueAnswer(NamedTuple):
    """A key of a row with its value as text, as a table or a protocol has it."""

    key: str
    value: str


class CitedPlace(NamedTuple):
    """A source and the place in it that an entry rests on."""

    source: str
    locator: str


class Explained(NamedTuple):
    """One thing that has the id: a code, a formula, or a row of a table.

    `status` stands on a code, with the exit code of a command that ends in it. `file` and
    `table` stand on a row, `equation` and `symbols` on a formula.
    """

    id: str
    what: str
    meaning: str
    to_do: str
    status: str | None
    exit_code: int | None
    equation: str | None
    symbols: tuple[SymbolAnswer, ...]
    file: str | None
    table: str | None
    values: tuple[ValueAnswer, ...]
    cited: tuple[CitedPlace, ...]


class ExplainData(NamedTuple):
    """The answer of `explain`: every thing that has the id; rows of two tables may share one."""

    id: str
    entries: tuple[Explained, ...]


def answer_explain(name: str, now: datetime) -> Answer[ExplainData]:
    """Return what an id means.

    Raises:
        Refused: nothing has it.

    """
    entries = _codes(name) + _formulas(name) + _rows(name)
    if not entries:
        known = [*explained_ids(), *Code]
        wanted = name if name.isupper() else name.casefold()
        raise refuse(Code.UNKNOWN_ID, name=clean(name), near=near(wanted, known))
    citations = Citations()
    for entry in entries:
        for place in entry.cited:
            citations.add(place.source, place.locator)
    return Answer("explain", ExplainData(entries[0].id, entries), now, sources=citations.cited())


def _codes(name: str) -> tuple[Explained, ...]:
    wanted = name.upper().replace("-", "_")
    if wanted not in set(Code):
        return ()
    row = read_codes({wanted})[wanted]
    refuses = row.status in {CodeStatus.REFUSAL, CodeStatus.REFUSAL_OR_WARNING}
    return (
        Explained(
            id=row.id,
            what="code",
            meaning=row.meaning,
            to_do=_without_gaps(row.action),
            status=row.status,
            exit_code=int(ExitCode.REFUSED) if refuses else row.exit_code,
            equation=None,
            symbols=(),
            file="codes.toml",
            table="code",
            values=(ValueAnswer("says", _without_gaps(row.message)),),
            cited=(),
        ),
    )


def _without_gaps(template: str) -> str:
    """Return a text with the names of its gaps in angle brackets, as a manual writes them."""
    return re.sub(r"\{(\w+)\}", r"<\1>", template.replace("{near}", ""))


def _formulas(name: str) -> tuple[Explained, ...]:
    row = read_formulas().get(name.casefold())
    if row is None:
        return ()
    return (
        Explained(
            id=row.id,
            what="formula",
            meaning=_sentence(row),
            to_do=read_tables()["formula"].to_do,
            status=None,
            exit_code=None,
            equation=row.equation,
            symbols=tuple(SymbolAnswer(*symbol) for symbol in row.symbols),
            file="formulas.toml",
            table="formula",
            values=(ValueAnswer("holds when", row.holds),),
            cited=(CitedPlace(row.source, row.locator),),
        ),
    )


def _sentence(row: FormulaRow) -> str:
    return f"{row.name[0].upper()}{row.name[1:]}.{f' {row.note}' if row.note else ''}"


def _rows(name: str) -> tuple[Explained, ...]:
    wanted = name.casefold()
    return tuple(_row(one) for one in read_every_row() if one.id.casefold() == wanted)


def _row(one: IndexedRow) -> Explained:
    about = read_tables()[one.table]
    return Explained(
        id=one.id,
        what="row",
        meaning=about.meaning,
        to_do=about.to_do,
        status=None,
        exit_code=None,
        equation=None,
        symbols=(),
        file=one.file,
        table=one.table,
        values=tuple(ValueAnswer(key, text) for key, text in _values(one.row) if key != "id"),
        cited=tuple(CitedPlace(*place) for place in one.cited),
    )


def _values(row: Any) -> list[tuple[str, str]]:
    """Return the keys of a row that say something; of a list of parts each part on its own, numbered."""
    if not field_names(row):  # rows of the policy that stand in a list
        return [(str(number), _in_a_line(part)) for number, part in enumerate(row, 1)]
    pairs: list[tuple[str, str]] = []
    for key in field_names(row):
        value = getattr(row, key)
        if value is None or value == ():
            continue
        if isinstance(value, tuple) and not field_names(value) and any(field_names(one) for one in value):
            pairs += [(f"{key} {number}", _in_a_line(part)) for number, part in enumerate(value, 1)]
        else:
            pairs.append((key, _text(value)))
    return pairs


def _in_a_line(part: Any) -> str:
    return "; ".join(f"{key} {text}" for key, text in _values(part))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if field_names(value):
        return _in_a_line(value)
    if isinstance(value, tuple):
        return ", ".join(_text(one) for one in value)
    return _without_gaps(str(value))
