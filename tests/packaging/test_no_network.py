"""Nothing in the program can reach the network: a walk through everything that it imports of its own."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]

NETWORK = {
    *("socket", "socketserver", "ssl", "http", "urllib", "asyncio", "ftplib", "smtplib", "poplib", "imaplib"),
    *("telnetlib", "xmlrpc", "webbrowser", "wsgiref", "requests", "httpx", "urllib3", "aiohttp", "subprocess"),
}


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports, anywhere in it, by any spelling."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    by_name = {
        node.args[0].value
        for node in called
        if isinstance(node.func, ast.Name | ast.Attribute)
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) in {"import_module", "__import__"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    return {str(name).partition(".")[0] for name in names | by_name}


def test_no_module_of_ours_imports_the_network(checkout: Path) -> None:
    """No file of the program imports a module that opens a connection or starts a program."""
    files = sorted((checkout / "tdmcli").rglob("*.py"))
    found = {path.name: imported(path) & NETWORK for path in files if imported(path) & NETWORK}
    assert len(files) > 100
    assert found == {}


def test_the_walk_sees_an_import(tmp_path: Path) -> None:
    """The walk finds an import at the top, within a function, and one by name."""
    path = tmp_path / "bad.py"
    path.write_text("import http.client\ndef f():\n    from urllib import request\n    import_module('ssl')\n")
    assert imported(path) & NETWORK == {"http", "urllib", "ssl"}


@pytest.mark.parametrize("kind", ["add", "check", "undo"])
def test_a_write_loads_no_connection(kind: str, run: Callable[..., Said], tmp_path: Path) -> None:
    """Neither we nor a library that saving needs load what speaks to a server.

    (`socket` itself is loaded, and not used, by the standard library's e-mail package, which pydantic needs.)
    """
    path = tmp_path / "demo.toml"
    path.write_bytes(b'schema = 1\n[patient]\nid = "x"\n')
    path.chmod(0o600)
    add = ("patient", "add", "drug", str(path), "fluconazole", "--start", "2026-11-18")
    words = {"add": add, "check": ("patient", "check", str(path)), "undo": ("patient", "undo", str(path))}[kind]
    if kind == "undo":
        assert run(*add).returncode == 0
    said = run(*words, "--json", PYTHONPROFILEIMPORTTIME="1")
    loaded = {one.rsplit("|", 1)[-1].strip().split(".")[0] for one in said.stderr.splitlines() if "|" in one}
    assert json.loads(said.stdout)["status"] == "ok"
    assert "tdmcli" in loaded
    assert sorted(loaded & {"ssl", "_ssl", "http", "asyncio", "smtplib", "webbrowser"}) == []
