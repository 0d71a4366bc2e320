"""The shapes of the rows of `formulas.toml` and `tables.toml`, which explain and decide nothing."""

from __future__ import annotations

from typing import NamedTuple


class SymbolRow(NamedTuple):
    """A symbol of an equation: what it stands for, and its unit."""

    symbol: str
    meaning: str
    unit: str


class FormulaRow(NamedTuple):
    """How a number is worked out, with what must hold for it to mean anything."""

    id: str
    name: str
    equation: str
    symbols: tuple[SymbolRow, ...]
    holds: str
    source: str
    locator: str
    note: str | None = None

    def check(self) -> None:
        """Check that the equation's symbols are explained."""
        if not self.symbols:
            raise ValueError("symbols must not be empty")


class TableRow(NamedTuple):
    """What a row of a table is, and how it is to be used; its id is the table's name."""

    id: str
    meaning: str
    to_do: str
