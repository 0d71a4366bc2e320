"""Copies of a patient file as it was before each write, and the way back (SAFETY 2.2).

`.tdmcli-backup/NAME.<time>.<sha256>` holds the file before a write; the sha256 is that of the file after it. So the
copy and the record of what was written are one file, and neither can be lost without the other.
`NAME.<time>.undone` holds what an undo took away: nothing that was once recorded is thrown away.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.errors import NotWritten
from tdmcli.records.disk import move, remove, write_beside
from tdmcli.records.reading import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".tdmcli-backup"
KEPT = 20
_TIME = "%Y%m%dT%H%M%S%fZ"
_UNDONE = "undone"


class Backup(NamedTuple):
    """A copy: where it is, when it was made, and the sha256 that the file had after the write, or `undone`."""

    path: Path
    time: str
    after: str


def digest(content: bytes) -> str:
    """Return the sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def keep(path: Path, content: bytes, after: str = _UNDONE) -> Path:
    """Return the copy made of a file's content before a write; `after` is the sha256 of what is to be written.

    Raises:
        OSError: the disk refuses.
        NotWritten: something else stands where the copies go.

    """
    folder = path.with_name(FOLDER)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or not folder.is_dir():
        raise NotWritten(f"{clean(path.name)} was not written: {FOLDER} is no folder of its own")
    place = folder / f"{path.name}.{_next_time(path)}.{after}"
    temporary = write_beside(path, content)
    try:
        move(temporary, place)
    except BaseException:
        remove(temporary)
        raise
    return place


def _next_time(path: Path) -> str:
    """Return now, or just after the newest copy where the clock went back: the names stay in order."""
    now = datetime.now(UTC)
    newest = max((one.time for one in _all(path)), default="")
    if newest >= now.strftime(_TIME):
        now = datetime.strptime(newest, _TIME).replace(tzinfo=UTC) + timedelta(microseconds=1)
    return now.strftime(_TIME)


def _all(path: Path) -> list[Backup]:
    """Return all copies of a file, the oldest first."""
    named = re.compile(rf"{re.escape(path.name)}\.(\d{{8}}T\d{{12}}Z)\.([0-9a-f]{{64}}|{_UNDONE})", re.ASCII)
    try:
        names = sorted(one.name for one in path.with_name(FOLDER).iterdir())
    except OSError:
        return []
    matches = (named.fullmatch(name) for name in names)
    return sorted((Backup(path.with_name(FOLDER) / one[0], one[1], one[2]) for one in matches if one), key=_when)


def _when(backup: Backup) -> str:
    return backup.time


def forget_old(path: Path) -> None:
    """Remove all but the newest copies, of either kind."""
    everything = _all(path)
    for undone in (False, True):
        for old in [one for one in everything if (one.after == _UNDONE) is undone][:-KEPT]:
            remove(old.path)


def before_last_write(path: Path, content: bytes) -> tuple[bytes, list[Path]]:
    """Return what a file held before our last write, if nothing else has changed it since, and the copies used up.

    A copy whose write never took place holds what the file holds now: it is passed over.

    Raises:
        NotWritten: there is no copy, or the file is not what we left.

    """
    name, now = clean(path.name), digest(content)
    used = []
    for backup in reversed([one for one in _all(path) if one.after != _UNDONE]):
        used.append(backup.path)
        before = read_bytes(backup.path, clean(backup.path.name, 200))
        if backup.after == now:
            if content.startswith(before):
                return before, used
            raise NotWritten(f"{name} was not changed: its copy in {FOLDER} is damaged")
        if before != content:
            lines = abs(content.count(b"\n") - before.count(b"\n"))
            how = f"it has {lines} lines more or fewer than the copy before that write"
            copy = clean(backup.path.name, 200)
            raise NotWritten(
                f"{name} was not changed: something else changed it after tdmcli's last write ({how}); "
                f"compare it with {FOLDER}/{copy}"
            )
    raise NotWritten(f"{name} was not changed: there is no write of tdmcli to undo")
