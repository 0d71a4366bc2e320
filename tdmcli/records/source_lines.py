"""Where in a TOML file a key stands, for a message that names the line.

It reads only what a message needs: table headers and keys at the start of a line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Lines = Mapping[tuple[str, int, str], int]

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*[=.]")
_MULTILINE = ('"""', "'''")


def index_lines(text: str) -> Lines:
    """Return the line (from 1) of each table and key: by the table's name, its number (from 0) and the key.

    The header of a table stands under the key "", a key on top of the file under the table "".
    """
    lines: dict[tuple[str, int, str], int] = {}
    seen: dict[str, int] = {}
    table, inside = "", False
    for number, line in enumerate(text.split("\n"), 1):
        closing = sum(line.count(mark) for mark in _MULTILINE) % 2 == 1
        if inside:
            inside = not closing
            continue
        inside = closing
        header = _HEADER.match(line)
        if header:
            table = header[2]
            seen[table] = seen.get(table, -1) + 1
            lines.setdefault((table, seen[table], ""), number)
            lines.setdefault((table.partition(".")[0], 0, ""), number)
        else:
            key = _KEY.match(line)
            if key:
                lines.setdefault((table, seen.get(table, 0), key[1]), number)
    return lines


def line_of(lines: Lines, place: Sequence[str | int]) -> int | None:
    """Return the line of a place such as ("levels", 2, "value"), or of the nearest part of it.

    None where nothing of it stands in the file.
    """
    table = str(place[0]) if place else ""
    number = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    key = next((part for part in reversed(place[1:]) if isinstance(part, str)), "")
    for spot in ((table, number, key), (table, number, ""), ("", 0, table)):
        if spot in lines:
            return lines[spot]
    return None
