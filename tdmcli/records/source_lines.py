"""Where in a TOML file a key stands, for a message that names the line.

It reads only what a message needs: table headers and keys at the start of a line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*\"?([A-Za-z0-9_-]+)\"?\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """Return the line (from 1) of a place such as ("levels", 2, "value"), or of the nearest part of it.

    None where nothing of it stands in the file.
    """
    table = str(place[0]) if place else ""
    number = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    key = next((part for part in reversed(place[1:]) if isinstance(part, str)), None)
    current, seen, found = "", -1, None
    for index, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            current = header[2]
            seen += current == table
            if current == table and seen == number:
                found = index
            continue
        match = _KEY.match(line)
        if match is None:
            continue
        if current == "" and match[1] == table:
            return index
        if current == table and seen == number and match[1] == key:
            return index
    return found
