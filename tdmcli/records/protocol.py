"""A centre's protocol: reading it, with all that is wrong with it, and making it the overlay of the tables.

A protocol has the tables of `data/` under the same names, with `name` and `version` on top. A row of an id that the
bundled tables have may leave out what stays as it is there. Nothing of a protocol with a fault is ever used.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.errors import BadFile, Code
from tdmcli.records.protocol_checking import Checking, Fault
from tdmcli.records.protocol_policy import policy_changes
from tdmcli.records.reading import PROTOCOL, Document, read_document
from tdmcli.tables.builder import build_row
from tdmcli.tables.overlay import Overlay
from tdmcli.tables.protocol_rows import CaseRow

if TYPE_CHECKING:
    from pathlib import Path


class Protocol(NamedTuple):
    """A protocol as read and checked; `overlay` and `cases` are of use only without faults."""

    overlay: Overlay
    cases: tuple[CaseRow, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...]


def read_protocol(path: Path, given: str) -> Protocol:
    """Return a protocol that may be used; `given` is the option or variable that named it.

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
    checking = Checking(documents)
    checking.run()
    name, version = (checking.top.get(key, "") for key in ("name", "version"))
    digest = _digest(documents)
    faults = tuple(sorted(checking.faults, key=lambda one: (one.file, one.line or 0)))
    overlay = Overlay(
        name=name,
        version=version,
        sha256=digest,
        given=given,
        rows={table: tuple(rows) for table, rows in checking.rows.items() if table != "case"},
        policy=checking.policy,
        source={
            "citation": f"{name}, version {version}: the centre's own protocol",
            "kind": "protocol",
            "read": "read",
            "note": f"sha256 {digest}",
        },
        policy_changes=() if faults else policy_changes(checking.policy),
    )
    cases = () if faults else tuple(build_row(CaseRow, row, "case") for row in checking.rows.get("case", ()))
    return Protocol(overlay, cases, faults, tuple(checking.remarks))


def _files(path: Path) -> list[Path]:
    """Return the file, or the TOML files of a folder in the order of their names.

    Raises:
        BadFile: the folder has none, or can't be read.

    """
    name = clean(path.name) or "."
    try:
        if not path.is_dir():
            return [path]
        found = sorted(one for one in path.iterdir() if one.suffix.lower() == ".toml" and not one.name.startswith("."))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise BadFile(f"{name}: can't be read: {reason}", Code.UNREADABLE_FILE) from None
    if not found:
        raise BadFile(f"{name}: the folder has no TOML file", Code.UNREADABLE_FILE)
    return found


def _digest(documents: list[Document]) -> str:
    """Return the sha256 of the file; of a folder that of what sha256sum prints of its files."""
    if len(documents) == 1:
        return documents[0].sha256
    listed = "".join(f"{one.sha256}  {one.name}\n" for one in documents)
    return hashlib.sha256(listed.encode()).hexdigest()
