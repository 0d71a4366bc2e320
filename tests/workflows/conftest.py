"""What the tests of `explain` and `sources` share: the tables as they stand in their files, and the golden answers."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NO_ROWS = {"MANIFEST.toml", "codes.toml", "sources.toml", "tables.toml", "units.toml", "protocol_bounds.toml"}


@pytest.fixture(scope="session")
def raw_files(checkout: Path) -> dict[str, dict[str, Any]]:
    """Return every file of rows as TOML has it, by its path under data/: no reader of the program is used."""
    data = checkout / "data"
    paths = [path for path in data.rglob("*.toml") if path.name not in NO_ROWS and path.parent.name != "examples"]
    return {
        path.relative_to(data).as_posix(): tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        for path in sorted(paths)
    }


@pytest.fixture(scope="session")
def raw_rows(raw_files: dict[str, dict[str, Any]]) -> dict[tuple[str, str, str], Any]:
    """Return every row by its id, file and table; a heading of the policy is a row `policy.<heading>`."""
    rows: dict[tuple[str, str, str], Any] = {}
    for file, tables in raw_files.items():
        for table, content in tables.items():
            if file == "policy.toml":
                rows[f"policy.{table}", file, "policy"] = content
                continue
            for row in content if isinstance(content, list) else [content]:
                key = (row["id"], file, table)
                assert key not in rows
                rows[key] = row
    return rows


@pytest.fixture(scope="session")
def golden_answers(checkout: Path) -> dict[str, dict[str, Any]]:
    """Return every recorded JSON answer by the name of its case."""
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((checkout / "tests" / "golden").glob("*/answer.json"))
    }
