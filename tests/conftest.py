"""What tests share: the checkout, its tables, the program here and as a process, terminals, and `--update-golden`."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Said = subprocess.CompletedProcess[str]

CHECKOUT = Path(__file__).resolve().parent.parent
WAIT_S = 10.0
DECIDES_LOOKS = ("FORCE_COLOR", "NO_COLOR", "TERM", "COLUMNS", "LINES", "TERMINAL_WIDTH")
DECIDES_SHELL = ("_TDMCLI_COMPLETE", "COMP_WORDS", "COMP_CWORD", "_TYPER_COMPLETE_ARGS", "PYTHONPATH")
NO_ROWS = {"MANIFEST.toml", "codes.toml", "sources.toml", "tables.toml", "units.toml", "protocol_bounds.toml"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`."""
    parser.addoption("--update-golden", action="store_true", help="write what the program says into tests/golden")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Return whether golden answers are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the folder that holds pyproject.toml."""
    return CHECKOUT


@pytest.fixture(scope="session")
def clean_env() -> dict[str, str]:
    """Return the environment without what decides on colour, width, completion or imports."""
    return {name: value for name, value in os.environ.items() if name not in DECIDES_LOOKS + DECIDES_SHELL}


@pytest.fixture(scope="session")
def ask() -> Callable[..., Said]:
    """Return a function that runs the program in this process, from the checkout, as in a pipe.

    `ask(words, width, again)`: `again` runs anew what was asked before.
    """
    from typer.testing import CliRunner

    from tdmcli.cli.app import app
    from tdmcli.tables.overlay import put_in_force

    @cache
    def said(words: tuple[str, ...], width: int, _again: int) -> Said:
        size = str(width)
        env = {"COLUMNS": size, "TERMINAL_WIDTH": size, "NO_COLOR": "1", "FORCE_COLOR": None, "TERM": "dumb"}
        before = Path.cwd()
        os.chdir(CHECKOUT)
        try:
            result = CliRunner().invoke(app, list(words), env=env, prog_name="tdmcli")
        finally:
            os.chdir(before)
            put_in_force(None)  # as a process of its own leaves no protocol behind
        return subprocess.CompletedProcess(list(words), result.exit_code, result.stdout, result.stderr)

    def asked(*words: str, width: int = 80, again: int = 0) -> Said:
        return said(words, width, again)

    return asked


@pytest.fixture(scope="session")
def run(clean_env: dict[str, str]) -> Callable[..., Said]:
    """Return a function that runs the program as a process: `run(*words, NAME="value")`, stdin and stdout pipes."""

    def ran(*words: str, cwd: Path = CHECKOUT, stdin: str = "", **env: str) -> Said:
        return subprocess.run(
            [sys.executable, "-m", "tdmcli", *words],
            env=clean_env | {"PYTHONPATH": str(CHECKOUT)} | env,
            cwd=cwd,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return ran


def _read(master: int, until: str | None, seconds: float = WAIT_S) -> str:
    """Return what comes out of a terminal until a text stands in it, or the program ends."""
    got = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end and (until is None or until.encode() not in got):
        if not select.select([master], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux says EIO once the other end is closed
            break
        if not part:
            break
        got += part
    return got.decode("utf-8", "replace")


def _open(columns: int) -> tuple[int, int]:
    """Return the two ends of a terminal: ours, and the one for the program."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    return master, slave


@pytest.fixture
def on_terminal(clean_env: dict[str, str], checkout: Path) -> Callable[..., str]:
    """Return a function that runs the program with stdout on a terminal and returns what it shows."""

    def ran(*words: str, columns: int = 80, **env: str) -> str:
        master, slave = _open(columns)
        with subprocess.Popen(
            [sys.executable, "-m", "tdmcli", *words],
            stdin=slave,
            stdout=slave,
            stderr=subprocess.DEVNULL,
            cwd=checkout,
            env=clean_env | {"TERM": "xterm-256color", "PYTHONPATH": str(checkout)} | env,
            start_new_session=True,
        ) as process:
            os.close(slave)
            shown = _read(master, None)
            process.wait(WAIT_S)
        os.close(master)
        return shown.replace("\r\n", "\n")

    return ran


@pytest.fixture
def typed_into(clean_env: dict[str, str]) -> Callable[..., str]:
    """Return a function that types lines and then keys into a shell, and returns what stands there after."""

    def typed(shell: Sequence[str], lines: Sequence[str], keys: str, until: str, **env: str) -> str:
        master, slave = _open(120)
        with subprocess.Popen(
            shell,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=clean_env | {"TERM": "dumb"} | env,
            start_new_session=True,
        ) as process:
            os.close(slave)
            for number, line in enumerate(lines):
                os.write(master, f"{line}; echo rea''dy{number}\n".encode())
                _read(master, f"ready{number}")
            os.write(master, keys.encode())
            shown = _read(master, until)
            process.kill()
        os.close(master)
        return shown

    return typed


@pytest.fixture
def program_on_path(tmp_path: Path, checkout: Path, clean_env: dict[str, str]) -> str:
    """Return a PATH whose first folder holds this checkout as `tdmcli`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "tdmcli"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{checkout}" exec "{sys.executable}" -m tdmcli "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{clean_env['PATH']}"


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
    """Return every recorded JSON answer by its case, but for those of a centre's protocol, which has own ids."""
    paths = sorted((checkout / "tests" / "golden").glob("*/answer.json"))
    answers = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    return {
        case: answer
        for case, answer in answers.items()
        if answer["tool"]["protocol"] is None and not str(answer["command"]).startswith("protocol-")
    }
