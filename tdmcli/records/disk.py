"""The few things done to a disk so that a patient file is always the old one or the new one (SAFETY 2.2).

A file is written whole beside its place, brought to the disk, and moved there in one step.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tdmcli.domain.units import clean
from tdmcli.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_SECONDS = 5.0
STALE_SECONDS = 3600.0
_OWN_MODE = 0o600
_TRIES, _PAUSE_SECONDS = 25, 0.1  # Windows refuses to replace a file that a scanner or an editor has open


@contextlib.contextmanager
def writing(name: str) -> Iterator[None]:
    """Turn what the disk refuses into one line.

    Raises:
        NotWritten: a call failed; the file is as it was.

    """
    try:
        yield
    except OSError as error:
        raise NotWritten(f"{name} was not written and is as it was: {error.strerror or 'the disk refused'}") from None


@contextlib.contextmanager
def locked(path: Path, name: str) -> Iterator[None]:
    """Hold the lock of a file: a file of its own beside it, which stays.

    Raises:
        NotWritten: another program holds it, or there can be none.

    """
    lock = FileLock(str(path.with_name(f".{path.name}.lock")), timeout=LOCK_SECONDS, mode=_OWN_MODE)
    try:
        lock.acquire()
    except Timeout:
        held = f"another program has held .{name}.lock for {LOCK_SECONDS:.0f} s"
        raise NotWritten(f"{name} was not written: {held}; try again") from None
    except OSError as error:
        raise NotWritten(f"{name} was not written: .{name}.lock can't be locked: {error.strerror}") from None
    try:
        yield
    finally:
        lock.release()


def write_beside(path: Path, content: bytes, like: os.stat_result | None = None) -> Path:
    """Return a new file beside a place, for its owner alone, with its content on the disk.

    Args:
        path: the place.
        content: what it is to hold.
        like: of the file to be replaced; its owner, and its mode where that is stricter, are kept.

    Raises:
        OSError: the disk refuses; nothing is left.

    """
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}-{secrets.token_hex(4)}")
    made = False
    try:
        number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWN_MODE)
        made = True
        try:
            _set_rights(number, like)
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(number, rest) :]
            os.fsync(number)
        finally:
            os.close(number)
    except BaseException:
        if made or temporary.exists():
            remove(temporary)
        raise
    return temporary


def _set_rights(number: int, like: os.stat_result | None) -> None:
    if not hasattr(os, "fchmod"):  # Windows: its rights are inherited from the folder
        return
    os.fchmod(number, _OWN_MODE if like is None else stat.S_IMODE(like.st_mode) & _OWN_MODE)
    if like is not None and like.st_uid != os.geteuid():
        os.fchown(number, like.st_uid, like.st_gid)


def remove(path: Path) -> None:
    """Remove a file if it can be; one more try, should the first be interrupted."""
    for _ in range(2):
        try:
            path.unlink(missing_ok=True)
        except (OSError, KeyboardInterrupt):
            continue
        return


def move(temporary: Path, path: Path) -> None:
    """Put a written file in its place, in one step.

    Raises:
        OSError: the disk refuses.

    """
    for left in reversed(range(_TRIES)):
        try:
            temporary.replace(path)
        except PermissionError:
            if sys.platform != "win32" or not left:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def settle_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk, where the system can.

    Raises:
        OSError: the disk refuses.

    """
    if sys.platform == "win32":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def remove_stale(path: Path) -> None:
    """Remove what a killed run left beside a file: of our own prefix, its process gone, an hour old.

    One that is the very file itself is what `patient new` leaves when it is killed at its last step.
    """
    ours = re.compile(rf"\.{re.escape(path.name)}\.tmp-(\d+)-[0-9a-f]{{8}}", re.ASCII)
    with contextlib.suppress(OSError):
        for one in list(path.parent.iterdir()):
            match = ours.fullmatch(one.name)
            if match and (_is_same(one, path) or (_is_old(one) and not _runs(int(match[1])))):
                remove(one)


def _is_same(one: Path, path: Path) -> bool:
    try:
        return one.samefile(path)
    except OSError:
        return False


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > STALE_SECONDS
    except OSError:
        return False


def _runs(process: int) -> bool:
    """Return whether a process of this number runs here; on Windows asking would end it, so its age decides."""
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def refuse_unwritable(path: Path, name: str) -> os.stat_result:
    """Return what is known of a file that may be replaced.

    Raises:
        NotWritten: it has a second name, is read-only, belongs to someone else, or its folder is read-only.

    """
    with writing(name):
        known, folder = path.stat(), path.parent.stat()
    if known.st_nlink > 1:
        raise NotWritten(f"{name} has a second name (a hard link), which would keep the old content: copy it first")
    if not known.st_mode & stat.S_IWUSR or not os.access(path, os.W_OK):
        raise NotWritten(f"{name} is read-only: make it writable first")
    if not folder.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path.parent, os.W_OK):
        raise NotWritten(f"the folder of {name} is read-only: the file can't be replaced safely there")
    if hasattr(os, "geteuid") and os.geteuid() not in {0, known.st_uid}:
        raise NotWritten(f"{name} belongs to another user, who would lose it: have them add the entry")
    return known


def exposed(path: Path) -> str | None:
    """Return in one line who else may read a file or replace it, or None. Windows' rights are not looked at."""
    if sys.platform == "win32":
        return None
    try:
        mode, folder = path.stat().st_mode, path.resolve().parent.stat().st_mode
    except (OSError, ValueError, RuntimeError):
        return None
    name = clean(path.name)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"{name} can be read by other users of this computer: chmod 600 makes it yours alone"
    if folder & stat.S_IWOTH and not folder & stat.S_ISVTX:
        return f"the folder of {name} can be changed by every user of this computer"
    return None
