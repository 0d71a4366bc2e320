"""One more entry at the end of a patient file: its text, and the proof that nothing else changed."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import tomli_w

_ARRAY = re.compile(r"(?m)^(\w+ = )\[\n((?: {4}.*,\n)+)\]$")


def with_entry(content: bytes, table: str, entry: dict[str, Any]) -> bytes:
    """Return a file's bytes with an entry after them: a header line of our own, and keys as tomli-w writes them.

    The old bytes stay as they are; the new lines end as the first line of the file does.
    """
    newline = b"\r\n" if content.partition(b"\n")[0].endswith(b"\r") else b"\n"
    gap = b"\n" if content.endswith(b"\n") else b"\n\n"
    keys = _ARRAY.sub(_on_one_line, tomli_w.dumps(entry))
    block = (gap if content.removeprefix(b"\xef\xbb\xbf") else b"") + f"[[{table}]]\n{keys}".encode()
    return content + block.replace(b"\n", newline)


def _on_one_line(match: re.Match[str]) -> str:
    items = (line.strip().removesuffix(",") for line in match[2].splitlines())
    return f"{match[1]}[{', '.join(items)}]"


def is_one_more(old: dict[str, Any], new: dict[str, Any], table: str, entry: dict[str, Any]) -> bool:
    """Return whether the new tables are the old ones with exactly this entry at the end of a table."""
    rows = old.get(table, [])
    return isinstance(rows, list) and is_same(new, old | {table: [*rows, entry]})


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values of TOML say the same: numbers by value, times with their offset, all else exactly."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if _is_number(one) and _is_number(other):
        return bool(one == other) or (Decimal(one).is_nan() and Decimal(other).is_nan())
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other and one.utcoffset() == other.utcoffset()
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
