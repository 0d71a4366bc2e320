"""A patient file after each way in which a write can go wrong: the old one or the new one, no third (SAFETY 2.4)."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdmcli.errors import BadFile, NotWritten
from tdmcli.records import backups, disk, saving
from tdmcli.records.entry_text import is_one_more, is_same, with_entry
from tdmcli.records.saving import append_entry, create, undo_last

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links, modes and signals as POSIX has them")

OLD = b'schema = 1\n[patient]\nid = "demo-1"\n'
ENTRY = {"taken": datetime(2026, 11, 20, 7, 45, tzinfo=UTC), "value": Decimal("7.40"), "unit": "ng/mL"}
AS_OF = ("--as-of", "2026-11-21T09:00+01:00")


def accept(_document: object) -> None:
    """Find nothing wrong with a document."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a patient file that stands alone in its folder."""
    path = tmp_path / "demo.toml"
    path.write_bytes(OLD)
    path.chmod(0o600)
    return path


def left_over(folder: Path) -> list[str]:
    """Return the temporary files in a folder and below."""
    return [path.name for path in folder.rglob("*") if ".tmp-" in path.name]


def levels(path: Path) -> list[dict[str, Any]]:
    """Return the levels that a file holds."""
    rows: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("levels", [])
    return rows


def add_words(path: Path, minute: int, value: str = "7.4") -> tuple[str, ...]:
    """Return the words that add a level of its own minute."""
    taken = f"2026-11-{1 + minute // 1440:02d}T{minute // 60 % 24:02d}:{minute % 60:02d}+00:00"
    return ("patient", "add", "level", str(path), value, "--taken", taken, *AS_OF)


# T1


def test_t1_a_kill_leaves_the_old_or_the_new_file() -> None:
    """Killed at 30 random moments, the file is always the old or the new one, and holds all that was acknowledged."""
    script = Path(__file__).resolve().parents[1] / "kill_writes.py"
    done = subprocess.run(
        [sys.executable, str(script), "30"], capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "30 trials" in done.stdout


# T2


class Fault:
    """A call of the system that fails at its k-th time."""

    def __init__(self, real: Callable[..., Any], k: int, error: type[BaseException], number: int) -> None:
        self.real, self.left, self.error, self.number = real, k, error, number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Fail once, at the k-th call."""
        self.left -= 1
        if self.left == 0:
            if issubclass(self.error, OSError):
                raise self.error(self.number, os.strerror(self.number))
            raise self.error
        return self.real(*args, **kwargs)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "fchmod", "close", "mkdir"])
def test_t2_a_failing_call_leaves_the_old_file(
    call: str, number: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever call fails, at whichever time, the old bytes stand, nothing is left, and the error is ours."""
    failed = 0
    for k in range(1, 30):
        file.write_bytes(OLD)
        shutil.rmtree(file.with_name(backups.FOLDER), ignore_errors=True)
        with monkeypatch.context() as patched:
            fault = Fault(getattr(os, call), k, OSError, number)
            patched.setattr(os, call, fault)
            try:
                append_entry(file, "levels", ENTRY, accept)
            except (NotWritten, BadFile):
                failed += 1
                assert file.read_bytes() == OLD
                assert left_over(file.parent) == []
                continue
            reached = fault.left <= 0
        assert len(levels(file)) == 1
        if not reached:
            break
    assert reached is False
    assert failed > 0


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace", "fchmod", "close", "mkdir", "unlink"])
def test_t2_an_interrupt_leaves_the_old_or_the_new_file(call: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at any call leaves the old or the whole new file, no temporary one, and the lock free."""
    for k in range(1, 30):
        file.write_bytes(OLD)
        with monkeypatch.context() as patched:
            fault = Fault(getattr(os, call), k, KeyboardInterrupt, 0)
            patched.setattr(os, call, fault)
            try:
                append_entry(file, "levels", ENTRY, accept)
            except KeyboardInterrupt:
                assert file.read_bytes() == OLD or len(levels(file)) == 1
                assert left_over(file.parent) == []
        if fault.left > 0:
            break
    assert fault.left > 0
    append_entry(file, "drugs", {"name": "fluconazole", "start": date(2026, 11, 18)}, accept)


def test_t2_a_full_disk_while_undoing_leaves_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An undo that fails at any call of fsync or replace leaves the file as it was, and can be done again."""
    append_entry(file, "levels", ENTRY, accept)
    new = file.read_bytes()
    for call, k in (("fsync", 1), ("fsync", 2), ("fsync", 3), ("replace", 1), ("replace", 2)):
        with monkeypatch.context() as patched:
            patched.setattr(os, call, Fault(getattr(os, call), k, OSError, errno.ENOSPC))
            with pytest.raises(NotWritten):
                undo_last(file, accept)
        assert file.read_bytes() == new
        assert left_over(file.parent) == []
    undo_last(file, accept)
    assert file.read_bytes() == OLD


@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
def test_t2_a_new_file_is_whole_or_not_there(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file whose making fails at any call is not there; without hard links it is made another way."""
    for k in range(1, 10):
        path = tmp_path / f"{k}.toml"
        with monkeypatch.context() as patched:
            fault = Fault(getattr(os, call), k, OSError, errno.EPERM)
            patched.setattr(os, call, fault)
            try:
                create(path, OLD, accept)
            except (NotWritten, BadFile):
                assert not path.exists() or fault.left <= 0
        assert not path.exists() or path.read_bytes() == OLD
        assert left_over(tmp_path) == []
        if fault.left > 0:
            break
    assert fault.left > 0


# T3


def test_t3_six_writers_lose_nothing(file: Path) -> None:
    """Six processes that add forty levels each, all at once: all 240 stand in the file, each once."""
    code = (
        "import sys; from decimal import Decimal; from pathlib import Path; from datetime import datetime, UTC\n"
        "from tdmcli.records.saving import append_entry\n"
        "for n in range(40):\n"
        "    entry = {'taken': datetime(2026, 11, 1, int(sys.argv[2]), n, tzinfo=UTC), 'value': Decimal('7.4')}\n"
        "    append_entry(Path(sys.argv[1]), 'levels', entry, lambda _: None)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(file), str(number)]) for number in range(6)]
    assert [one.wait(120) for one in writers] == [0] * 6
    taken = [one["taken"] for one in levels(file)]
    assert len(taken) == len(set(taken)) == 240
    assert left_over(file.parent) == []


def test_t3_a_held_lock_is_exit_5(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the lock nothing is written, and the line names the lock file."""
    monkeypatch.setattr(disk, "LOCK_SECONDS", 0.05)
    with disk.locked(file, file.name), pytest.raises(NotWritten, match=r"\.demo\.toml\.lock"):
        append_entry(file, "levels", ENTRY, accept)
    assert file.read_bytes() == OLD


# T4


@pytest.mark.parametrize("editor", ["replaces", "appends"])
def test_t4_an_editor_that_knows_no_lock_wins(editor: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an editor writes between our reading and our replacing is never overwritten."""
    keep = backups.keep

    def edited(*args: Any) -> Path:
        if editor == "replaces":
            other = file.with_name("other")
            other.write_bytes(b"# by the editor\n" + OLD)
            other.replace(file)
        else:
            with file.open("ab") as stream:
                stream.write(b"# by the editor\n")
        return keep(*args)

    monkeypatch.setattr(backups, "keep", edited)
    with pytest.raises(NotWritten, match="changed by another program"):
        append_entry(file, "levels", ENTRY, accept)
    assert b"# by the editor\n" in file.read_bytes()
    assert levels(file) == []
    assert left_over(file.parent) == []


def test_t4_what_is_changed_right_after_a_write_is_said(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone or another one when the entry is read back is not called stored."""
    for change in (file.unlink, lambda: file.write_bytes(OLD)):
        file.write_bytes(OLD)
        monkeypatch.setattr(backups, "forget_old", lambda _path, change=change: change())
        with pytest.raises(NotWritten, match="another program changed it at once"):
            append_entry(file, "levels", ENTRY, accept)


# T5


def test_t5_a_symbolic_link_stays_one(file: Path, tmp_path: Path) -> None:
    """Through a symbolic link the file that it leads to is written, and the link stays a link."""
    (tmp_path / "away").mkdir()
    link = tmp_path / "away" / "link.toml"
    link.symlink_to(file)
    append_entry(link, "levels", ENTRY, accept)
    assert link.is_symlink()
    assert len(levels(file)) == 1
    assert undo_last(link, accept).after.text.encode() == OLD


def zoo(kind: str, file: Path) -> Path:  # noqa: C901 - a list of beasts
    """Return a path that can't be written safely."""
    path = file.with_name("other.toml")
    if kind == "hard link":
        path.hardlink_to(file)
    elif kind == "read-only":
        file.chmod(0o400)
        return file
    elif kind == "read-only folder":
        file.parent.chmod(0o500)
        return file
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "dangling link":
        path.symlink_to(file.with_name("nothing.toml"))
    elif kind == "circle":
        path.symlink_to(path)
    elif kind == "device":
        return Path("/dev/null")
    elif kind == "missing parent":
        return file.with_name("no") / "such.toml"
    elif kind == "folder for copies is a file":
        file.with_name(backups.FOLDER).write_bytes(b"")
        return file
    elif kind == "lock is a folder":
        file.with_name(f".{file.name}.lock").mkdir()
        return file
    else:
        return file.with_name("x" * 300)
    return path


ZOO = {
    "hard link": 5, "read-only": 5, "read-only folder": 5, "fifo": 3, "folder": 3, "dangling link": 3, "circle": 5,
    "device": 3, "missing parent": 5, "long name": 5, "folder for copies is a file": 5, "lock is a folder": 5,
}  # fmt: skip


@pytest.mark.parametrize("kind", ZOO)
def test_t5_an_odd_path_is_refused_in_one_line(kind: str, file: Path, ask: Callable[..., Said]) -> None:
    """What can't be replaced safely is refused with one line and its exit code, and nothing is written or left."""
    path = zoo(kind, file)
    before = sorted(one.name for one in file.parent.iterdir())
    said = ask(*add_words(path, 1))
    file.parent.chmod(0o700)
    assert (said.returncode, said.stdout) == (ZOO[kind], "")
    assert len([line for line in said.stderr.splitlines() if line.startswith("error: ")]) == 1
    assert file.read_bytes() == OLD
    left = {one.name for one in file.parent.iterdir()} - set(before)
    assert [name for name in left if not name.endswith(".lock") and name != backups.FOLDER] == []


@pytest.mark.parametrize("kind", ["folder", "dangling link", "file"])
def test_t5_new_never_replaces(kind: str, file: Path, ask: Callable[..., Said]) -> None:
    """`patient new` leaves whatever stands at its place, links that lead nowhere too."""
    path = file if kind == "file" else zoo(kind, file)
    said = ask("patient", "new", str(path), "--id", "x", "--no-input")
    assert said.returncode == 5
    assert "is there already" in said.stderr
    assert file.read_bytes() == OLD


# T6

CORPUS = {
    "comments": b'# one\nschema = 1 # two\n\n# three\n[patient]\nid = "a"\n# end\n',
    "crlf": b'schema = 1\r\n[patient]\r\nid = "a"\r\n',
    "no final newline": b'schema = 1\n[patient]\nid = "a"',
    "ends in a comment": b'schema = 1\n[patient]\nid = "a"\n[[levels]]\nvalue = 1\n# checked',
    "crlf, no final newline": b'schema = 1\r\n[patient]\r\nid = "a" # x',
    "bom": b"\xef\xbb\xbfschema = 1\n",
    "only a bom": b"\xef\xbb\xbf",
    "tabs": b"\tschema\t=\t1\n[patient]\n\tid = 'a'\n",
    "interleaved": b"[[levels]]\na = 1\n[settings]\nb = 2\n[[levels]]\nc = 3\n[settings.x]\nd = 4\n",
    "empty": b"",
    "ends within a sub-table": b"[[levels]]\nvalue = 1\n[levels.more]\nx = 1\n",
    "multi-line text": b'a = """\n[[levels]]\nvalue = 1\n"""\n',
    "nan": b"a = nan\nb = [inf, -inf]\n",
    "every kind": b"a = 2026-01-01\nb = 07:30:00\nc = true\nd = {e = [1, {f = 'x'}]}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
def test_t6_the_old_bytes_stay(name: str, file: Path) -> None:
    """Whatever a file looks like, its bytes stay, one entry more is read back, and undo gives the very bytes."""
    content = CORPUS[name]
    file.write_bytes(content)
    saved = append_entry(file, "levels", ENTRY, accept)
    new = file.read_bytes()
    assert new.startswith(content)
    assert saved.after.tables["levels"][-1] == ENTRY
    assert len(saved.after.tables["levels"]) == len(saved.before.tables.get("levels", ())) + 1
    assert b"\r\n" not in content or new.count(b"\n") == new.count(b"\r\n")
    assert b"\r\n" in content or b"\r" not in new
    undo_last(file, accept)
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "content", [b"levels = []\n", b"levels = [{value = 1}]\n", b"levels = 3\n", b"[levels]\na = 1\n"]
)
def test_t6_rows_in_brackets_are_refused_with_advice(content: bytes, file: Path) -> None:
    """A file whose levels are no blocks of their own is not written into; the line says what to do."""
    file.write_bytes(content)
    with pytest.raises(NotWritten, match=r"\[\[levels\]\]|as it was given"):
        append_entry(file, "levels", ENTRY, accept)
    assert file.read_bytes() == content


@pytest.mark.parametrize("content", [b"a = \n", b"\xff\xfea\x00", b"\xff", b"a = 1\n" * 2, b"x" * 20_000])
def test_t6_a_file_with_a_fault_is_not_written_into(content: bytes, file: Path) -> None:
    """A file that can't be read stays as it is: exit code 3, not a guess at what it meant."""
    file.write_bytes(content)
    with pytest.raises(BadFile):
        append_entry(file, "levels", ENTRY, accept)
    assert file.read_bytes() == content


def test_t6_a_file_that_would_grow_too_large_is_not_written(file: Path) -> None:
    """An entry that would make the file larger than what is read back is refused."""
    content = b"".join(b"# %s\n" % (b"x" * 9_000) for _ in range(116)) + b"# " + b"x" * 4_000 + b"\n"
    content += b"#" * (1024 * 1024 - len(content) - 1) + b"\n"
    file.write_bytes(content[: 1024 * 1024 - 20])
    with pytest.raises((NotWritten, BadFile)):
        append_entry(file, "levels", ENTRY, accept)
    assert file.stat().st_size == 1024 * 1024 - 20


KEYS = st.text("abcdefghij_-", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-9999, max_value=9999),
    TEXTS,
    st.dates(),
    st.times().map(lambda one: one.replace(microsecond=0)),
    st.datetimes(min_value=datetime(1000, 1, 1)),  # noqa: DTZ001 - TOML has times without a zone
    st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
VALUES = st.recursive(
    SCALARS, lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS, one, max_size=3), max_leaves=6
)
FLAT = st.dictionaries(KEYS, SCALARS | st.lists(SCALARS, max_size=3), min_size=1, max_size=5)
ENDS = st.sampled_from([b"", b"\n", b"\n\n", b"# end", b"  \n\t", b"# end\r\n"])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables=st.dictionaries(KEYS, VALUES, max_size=5), rows=st.lists(FLAT, max_size=3), entry=FLAT, end=ENDS)
def test_t6_any_file_keeps_its_bytes(
    tables: dict[str, Any], rows: list[dict[str, Any]], entry: dict[str, Any], end: bytes
) -> None:
    """For generated files: the text begins with the old bytes and reads as the old tables and the entry."""
    import tomli_w

    blocks = "".join(f"[[levels]]\n{tomli_w.dumps(row)}\n" for row in rows)
    old = (
        tomli_w.dumps({key: value for key, value in tables.items() if key != "levels"}) + "\n" + blocks
    ).encode() + end
    before = tomllib.loads(old.decode(), parse_float=Decimal)
    new = with_entry(old, "levels", entry)
    after = tomllib.loads(new.decode(), parse_float=Decimal)
    assert new.startswith(old)
    assert is_one_more(before, after, "levels", entry)
    assert not is_same(before, after)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (1, True),
        (Decimal(1), "1"),
        (date(2026, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001 - TOML has times without a zone
        (time(1), time(2)),
        ([1], [1, 1]),
        ({"a": 1}, {"b": 1}),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)),  # noqa: DTZ001
        (Decimal("7.4"), Decimal("7.5")),
    ],
)
def test_t6_what_differs_is_not_the_same(one: Any, other: Any) -> None:
    """The comparison before a write tells kinds apart that Python takes for equal."""
    assert not is_same(one, other)
    assert is_same(one, one)


@pytest.mark.parametrize(
    "spoil", [lambda new: new[:-3], lambda new: b"\n" + new, lambda new: new.replace(b"7.40", b"7.50")]
)
def test_t6_a_text_that_reads_otherwise_is_never_written(
    spoil: Callable[[bytes], bytes], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the text made wrongly, the comparison with the old tables and the entry would stop it."""
    monkeypatch.setattr(saving, "with_entry", lambda *args: spoil(with_entry(*args)))
    with pytest.raises(NotWritten):
        append_entry(file, "levels", ENTRY, accept)
    assert file.read_bytes() == OLD


# T7


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_t7_files_are_for_their_owner_alone(umask: int, tmp_path: Path) -> None:
    """Whatever the umask: file, copies and lock are 0600, the folder of copies 0700."""
    path = tmp_path / "demo.toml"
    before = os.umask(umask)
    try:
        create(path, OLD, accept)
        append_entry(path, "levels", ENTRY, accept)
    finally:
        os.umask(before)
    files = [path, path.with_name(".demo.toml.lock"), *path.with_name(backups.FOLDER).iterdir()]
    assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}
    assert stat.S_IMODE(path.with_name(backups.FOLDER).stat().st_mode) == 0o700


@pytest.mark.parametrize("umask", [0o177, 0o377, 0o777])
def test_t7_a_strict_umask_does_not_shut_out_the_owner(umask: int, tmp_path: Path) -> None:
    """A umask that takes the owner's own rights leaves the new file 0600, to be added to later."""
    path = tmp_path / "demo.toml"
    before = os.umask(umask)
    try:
        create(path, OLD, accept)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("mode", "kept"), [(0o644, 0o600), (0o666, 0o600), (0o600, 0o600), (0o700, 0o600)])
def test_t7_the_stricter_mode_is_kept(mode: int, kept: int, file: Path) -> None:
    """A file that others could read is closed to them by a write."""
    file.chmod(mode)
    append_entry(file, "levels", ENTRY, accept)
    assert stat.S_IMODE(file.stat().st_mode) == kept


# T8


@pytest.mark.parametrize("out", ["> /dev/full", ">&-"])
def test_t8_an_answer_that_cannot_be_shown_is_still_stored(out: str, file: Path, clean_env: dict[str, str]) -> None:
    """With stdout full or closed: exit 5, the entry stands whole in the file, and stderr says so."""
    checkout = Path(__file__).resolve().parents[2]
    line = f'"{sys.executable}" -m tdmcli {" ".join(add_words(file, 1))} {out}'
    env = clean_env | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 5
    assert "the entry is stored" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(levels(file)) == 1


def test_t8_ctrl_c_at_a_question_makes_no_file(tmp_path: Path, clean_env: dict[str, str]) -> None:
    """Ctrl-C while `patient new` asks: exit 130, and no file."""
    import pty
    import select

    path = tmp_path / "demo.toml"
    master, slave = pty.openpty()
    env = clean_env | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    words = [sys.executable, "-m", "tdmcli", "patient", "new", str(path)]
    with subprocess.Popen(
        words, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=tmp_path
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert select.select([process.stderr], [], [], 30)[0]
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
        code = process.wait(30)
    os.close(master)
    os.close(slave)
    assert (code, said) == (130, b"")
    assert list(tmp_path.iterdir()) == []


# what a kill leaves, and copies


@pytest.mark.parametrize(("age", "process", "stays"), [(7200, 0, False), (60, 0, True), (7200, os.getpid(), True)])
def test_a_stale_temporary_file_goes(age: int, process: int, stays: bool, file: Path) -> None:  # noqa: FBT001
    """Of our own prefix, its process gone and an hour old: removed; else left alone."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stale = file.with_name(f".{file.name}.tmp-{process or gone.pid}-0123abcd")
    stale.write_bytes(b"half")
    other = file.with_name(".other.toml.tmp-1-0123abcd")
    other.write_bytes(b"")
    then = datetime.now(UTC).timestamp() - age
    os.utime(stale, (then, then))
    os.utime(other, (then, then))
    append_entry(file, "levels", ENTRY, accept)
    assert stale.exists() is stays
    assert other.exists()


def test_a_new_file_killed_at_its_last_step_can_be_added_to(file: Path) -> None:
    """The second name that a killed `patient new` leaves is removed, not taken for a hard link of someone's."""
    file.with_name(f".{file.name}.tmp-1-0123abcd").hardlink_to(file)
    append_entry(file, "levels", ENTRY, accept)
    assert len(levels(file)) == 1
    assert left_over(file.parent) == []


def test_what_a_kill_leaves_of_a_copy_goes_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that was under way when the program was killed is removed like any stale file, and never undone to."""
    with monkeypatch.context() as patched:
        patched.setattr(disk, "remove", lambda _path: None)
        patched.setattr(backups, "remove", lambda _path: None)
        patched.setattr(backups, "move", Fault(disk.move, 1, KeyboardInterrupt, 0))
        with pytest.raises(KeyboardInterrupt):
            append_entry(file, "levels", ENTRY, accept)
    assert len(left_over(file.parent)) == 2
    monkeypatch.setattr(disk, "STALE_SECONDS", -1.0)
    monkeypatch.setattr(disk, "_runs", lambda _process: False)
    append_entry(file, "levels", ENTRY, accept)
    assert left_over(file.parent) == []
    undo_last(file, accept)
    assert file.read_bytes() == OLD


def test_twenty_copies_are_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last copies stay, older ones go, and each can be undone in turn."""
    monkeypatch.setattr(backups, "KEPT", 3)
    states = [file.read_bytes()]
    for minute in range(5):
        append_entry(file, "levels", ENTRY | {"taken": datetime(2026, 11, 20, 7, minute, tzinfo=UTC)}, accept)
        states.append(file.read_bytes())
    assert len(list(file.with_name(backups.FOLDER).iterdir())) == 3
    for earlier in (4, 3, 2):
        undo_last(file, accept)
        assert file.read_bytes() == states[earlier]
    with pytest.raises(NotWritten, match="no write of tdmcli to undo"):
        undo_last(file, accept)
    assert file.read_bytes() == states[2]


def test_undo_refuses_when_something_else_changed_the_file(file: Path) -> None:
    """A comment added by hand after our write is enough: the file stays, and the line names the copy to look at."""
    append_entry(file, "levels", ENTRY, accept)
    with file.open("ab") as stream:
        stream.write(b"# seen\n")
    edited = file.read_bytes()
    with pytest.raises(NotWritten, match=r"something else changed it.*\.tdmcli-backup/demo\.toml\."):
        undo_last(file, accept)
    assert file.read_bytes() == edited


def test_undo_passes_over_a_write_that_never_took_place(file: Path) -> None:
    """A copy made before a kill, whose write never came, does not stand in the way of the write before it."""
    append_entry(file, "levels", ENTRY, accept)
    backups.keep(file, file.read_bytes(), "0" * 64)
    undo_last(file, accept)
    assert file.read_bytes() == OLD


def test_undo_refuses_a_damaged_copy(file: Path) -> None:
    """A copy that is not the beginning of the file is not put in its place."""
    append_entry(file, "levels", ENTRY, accept)
    new = file.read_bytes()
    (copy,) = file.with_name(backups.FOLDER).iterdir()
    copy.write_bytes(b"schema = 1\n[patient]\nid = 'other'\n")
    with pytest.raises(NotWritten, match="damaged"):
        undo_last(file, accept)
    assert file.read_bytes() == new


def test_what_undo_takes_away_is_kept(file: Path) -> None:
    """After an undo the file as it was lies among the copies: nothing that was recorded is thrown away."""
    append_entry(file, "levels", ENTRY, accept)
    new = file.read_bytes()
    undo_last(file, accept)
    assert [one.read_bytes() for one in file.with_name(backups.FOLDER).iterdir() if one.suffix == ".undone"] == [new]


def test_copies_stay_in_order_when_the_clock_goes_back(file: Path) -> None:
    """A copy newer than now by the clock is still followed by the next one."""
    append_entry(file, "levels", ENTRY, accept)
    (first,) = file.with_name(backups.FOLDER).iterdir()
    ahead = first.with_name(first.name.replace(f".{datetime.now(UTC).year}", ".2199"))
    first.rename(ahead)
    append_entry(file, "drugs", {"name": "fluconazole"}, accept)
    undo_last(file, accept)
    undo_last(file, accept)
    assert file.read_bytes() == OLD
