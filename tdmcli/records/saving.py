"""Writing a patient file so that no entry is ever lost: SAFETY section 2.

An entry is added at the end, the old bytes stay as they are, the whole is read again and compared before it takes the
old file's place in one step, and a copy of the old file is kept. Whatever fails, the old file stands.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.errors import BadFile, NotWritten, WrongUsage
from tdmcli.records import backups, disk
from tdmcli.records.entry_text import is_one_more, with_entry
from tdmcli.records.faults import EntryFault
from tdmcli.records.reading import LARGEST_BYTES, Document, document_of, read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[Document], object]


class Saved(NamedTuple):
    """A write that took place: the file before and after it, as read from the disk."""

    before: Document
    after: Document


def append_entry(path: Path, table: str, entry: dict[str, Any], check: Check, judge: Check | None = None) -> Saved:
    """Return the file before and after an entry was added at its end.

    Args:
        path: the patient file; of a symbolic link, the file that it leads to.
        table: `levels`, `regimens` and so on.
        entry: its keys and values, as TOML has them; flat.
        check: raises what is wrong with a document; asked of the file before and after.
        judge: asked of the file after only: whether the entry itself may stand.

    Raises:
        BadFile: the file can't be read or says something it must not.
        WrongUsage: the entry does not fit the file.
        NotWritten: the file could not be locked or written; it is as it was.

    """
    real, name = real_path(path)
    with disk.locked(real, name), disk.writing(name):
        disk.remove_stale(real)
        content = read_bytes(real, name)
        known = disk.refuse_unwritable(real, name)
        before = document_of(content, name)
        check(before)
        new = with_entry(content, table, entry)
        after = _read_again(new, name, table)
        if not new.startswith(content) or not is_one_more(before.tables, after.tables, table, entry):
            raise NotWritten(f"{name} was not written: the entry would not have been read back as it was given")
        _check_entry(name, after, check, judge)
        _replace(real, content, new, known, backups.digest(new))
        backups.forget_old(real)
        return Saved(before, _read_back(real, name, new))


def _check_entry(name: str, after: Document, *checks: Check | None) -> None:
    try:
        for check in checks:
            if check is not None:
                check(after)
    except EntryFault as fault:
        key = f"{fault.key} " if fault.key else ""
        raise WrongUsage(f"not added to {name}: {key}{fault.what}") from None


def _read_again(content: bytes, name: str, table: str) -> Document:
    """Return the document that is about to be written.

    Raises:
        NotWritten: it would not be read.

    """
    if len(content) > LARGEST_BYTES:
        raise NotWritten(f"{name} was not written: with the entry it would be larger than 1 MiB")
    try:
        return document_of(content, name)
    except BadFile as fault:
        advice = f"write each of the {table} that are there as a [[{table}]] block of its own"
        if "not valid TOML" in fault.message:
            raise NotWritten(
                f"{name} was not written: {table} stands there in brackets on one line; {advice}"
            ) from None
        raise NotWritten(f"{name} was not written: with the entry, {fault.message}") from None


def _read_back(real: Path, name: str, new: bytes) -> Document:
    changed = NotWritten(f"{name} was written, and another program changed it at once: look what stands there")
    try:
        stored = read_bytes(real, name)
    except BadFile:
        raise changed from None
    if not stored.startswith(new):
        raise changed
    return document_of(stored, name)


def real_path(path: Path) -> tuple[Path, str]:
    """Return the file that a path leads to, and the name that messages have for it.

    Raises:
        NotWritten: it can lead to none, or its folder is not there.

    """
    name = clean(path.name) or "."
    try:
        real = Path(os.path.realpath(path))
        there = real.parent.is_dir() and not real.is_symlink()
    except (OSError, ValueError):
        raise NotWritten(f"{name} was not written: not a file name") from None
    if not there:
        raise NotWritten(f"{name} was not written: its folder is not there, or links lead in a circle")
    return real, name


def _replace(real: Path, old: bytes, new: bytes, known: os.stat_result, after: str | None) -> None:
    """Put new bytes in the place of the old ones; `after` is recorded with the copy, None marks an undo.

    Raises:
        OSError: the disk refuses; the old file stands.
        NotWritten: the file was changed since it was read.

    """
    temporary = disk.write_beside(real, new, known)
    copy = None
    try:
        copy = backups.keep(real, old) if after is None else backups.keep(real, old, after)
        _refuse_changed(real, old)
        disk.move(temporary, real)
        disk.settle_folder(real.parent)
    except BaseException as error:
        disk.remove(temporary)
        if isinstance(error, OSError):
            _put_back(real, old, new, known)
        if copy is not None and _holds(real, old):
            disk.remove(copy)
        raise


def _refuse_changed(real: Path, old: bytes) -> None:
    """Refuse to replace what an editor, which knows nothing of the lock, has written meanwhile."""
    name = clean(real.name)
    if read_bytes(real, name) != old:
        raise NotWritten(f"{name} was changed by another program just now: nothing was written; try again")


def _put_back(real: Path, old: bytes, new: bytes, known: os.stat_result) -> None:
    """Put the old bytes back where the new ones stand already but may not outlast a power cut."""
    if not _holds(real, new):
        return
    with contextlib.suppress(OSError):
        temporary = disk.write_beside(real, old, known)
        try:
            disk.move(temporary, real)
        except BaseException:
            disk.remove(temporary)
            raise


def _holds(real: Path, content: bytes) -> bool:
    try:
        return read_bytes(real, "") == content
    except BadFile:
        return False


def undo_last(path: Path, check: Check) -> Saved:
    """Return the file before and after our last write to it was taken back.

    Raises:
        BadFile: the file can't be read or says something it must not.
        NotWritten: something else has changed it since, or it could not be locked or written; it is as it was.

    """
    real, name = real_path(path)
    with disk.locked(real, name), disk.writing(name):
        disk.remove_stale(real)
        content = read_bytes(real, name)
        known = disk.refuse_unwritable(real, name)
        earlier, used = backups.before_last_write(real, content)
        before, after = document_of(content, name), document_of(earlier, name)
        check(after)
        _replace(real, content, earlier, known, None)
        for copy in used:  # what they hold stands in the file again
            disk.remove(copy)
        backups.forget_old(real)
        return Saved(before, after)


def create(path: Path, content: bytes, check: Check) -> Document:
    """Return the new file, as read from the disk; one that is there stays as it is.

    Raises:
        WrongUsage: what it is to hold does not fit together.
        NotWritten: there is such a file, or it can't be written.

    """
    name = clean(path.name) or "."
    if "\0" in str(path):
        raise NotWritten(f"{name} was not written: not a file name")
    document = document_of(content, name)
    _check_entry(name, document, check)
    with disk.writing(name):
        there = f"{name} is there already and was not touched: choose another name"
        if path.is_symlink() or path.exists():
            raise NotWritten(there)
        try:
            _put_new(path, content)
        except FileExistsError:
            raise NotWritten(there) from None
    return document_of(read_bytes(path, name), name)


def _put_new(path: Path, content: bytes) -> None:
    """Put a whole file where none is: by a second name, which unlike a move never lands on one that came meanwhile.

    Raises:
        OSError: the disk refuses; nothing is left.

    """
    temporary = disk.write_beside(path, content)
    made = False
    try:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            with path.open("xb"):
                made = True
            disk.move(temporary, path)
        made = True
        disk.remove(temporary)
        disk.settle_folder(path.parent)
    except BaseException:
        disk.remove(temporary)
        if made:
            disk.remove(path)
        raise
