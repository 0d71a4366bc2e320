"""What is shipped: the wheel made from the sdist holds the program, its tables and completions, and answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = subprocess.CompletedProcess[str]

SHARED = {
    "completions/tdmcli.bash": "share/bash-completion/completions/tdmcli",
    "completions/_tdmcli": "share/zsh/site-functions/_tdmcli",
    "completions/tdmcli.fish": "share/fish/vendor_completions.d/tdmcli.fish",
}
QUESTION = ("target", "kidney", "--days", "40", "--json", "--as-of", "2026-11-21T09:00+01:00")


def files_in(folder: Path) -> set[str]:
    """Return the files below a folder, named from the folder that holds it."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder.parent).as_posix() for path in found}


def build(what: str, source: Path, out: Path) -> Path:
    """Return the sdist or wheel built from a folder, with the build backend that is installed here."""
    subprocess.run(
        [sys.executable, "-m", "build", f"--{what}", "--no-isolation", "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    (made,) = out.glob("*.tar.gz" if what == "sdist" else "*.whl")
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """Return the sdist of the checkout."""
    return build("sdist", checkout, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the sdist unpacks to."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (only,) = folder.iterdir()
    return only


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel built from the sdist."""
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def held(wheel: Path) -> dict[str, bytes]:
    """Return the files of the wheel with their content."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory, clean_env: dict[str, str]) -> Callable[..., Said]:
    """Return a function that runs the `tdmcli` of a virtual environment into which the wheel was installed.

    The environment sees the dependencies installed here through a .pth file that stands after its own packages.
    """
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    if not python.exists():
        python = scripts / "python"
    where = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(where, check=True, capture_output=True, encoding="utf-8").stdout.strip())
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--quiet", str(wheel)],
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    here = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "dependencies.pth").write_text("\n".join(here) + "\n", encoding="utf-8")

    def ran(*words: str, cwd: Path, script: bool = True) -> Said:
        start = [str(scripts / "tdmcli")] if script else [str(python)]
        return subprocess.run(
            [*start, *words], cwd=cwd, env=clean_env, capture_output=True, encoding="utf-8", timeout=60, check=False
        )

    return ran


def test_the_sdist_holds_what_is_needed_to_build_and_to_test(unpacked: Path, checkout: Path) -> None:
    """The sdist has the package, tables, completions, tests, README, CHANGELOG and LICENSE, byte for byte."""
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "data/MANIFEST.toml", "tests/conftest.py"):
        assert (unpacked / name).read_bytes() == (checkout / name).read_bytes(), name
    for folder in ("tdmcli", "data", "completions"):
        assert files_in(unpacked / folder) == files_in(checkout / folder)


def test_the_wheel_holds_every_table(held: dict[str, bytes], unpacked: Path) -> None:
    """Each file of data/ stands under tdmcli/data with its content, and nothing else does."""
    tables = {name: (unpacked / name).read_bytes() for name in files_in(unpacked / "data")}
    shipped = {name: content for name, content in held.items() if name.startswith("tdmcli/data/")}
    assert {name.removeprefix("tdmcli/"): content for name, content in shipped.items()} == tables
    assert "data/MANIFEST.toml" in tables


def test_the_wheel_holds_the_completions_twice(held: dict[str, bytes], unpacked: Path) -> None:
    """Each script stands under tdmcli/completions, and those of bash, zsh and fish where their shells look."""
    scripts = files_in(unpacked / "completions")
    assert scripts == {*SHARED, "completions/tdmcli.ps1"}
    for name in scripts:
        assert held[f"tdmcli/{name}"] == (unpacked / name).read_bytes()
    (shared,) = {name.split("/")[0] for name in held if ".data/data/" in name}
    for name, place in SHARED.items():
        assert held[f"{shared}/data/{place}"] == (unpacked / name).read_bytes()


def test_the_wheel_holds_the_package_and_no_tests(held: dict[str, bytes], unpacked: Path) -> None:
    """Every module and py.typed are in; nothing but the package and its metadata is; no test, no cache."""
    assert files_in(unpacked / "tdmcli") <= set(held)
    assert "tdmcli/py.typed" in held
    tops = {name.split("/")[0] for name in held}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} == {"tdmcli"}
    assert [name for name in held if "test" in name or "__pycache__" in name or name.endswith(".pyc")] == []


def test_the_metadata_say_what_is_needed(held: dict[str, bytes]) -> None:
    """The command, the licence and the run-time dependencies stand in the metadata; extras stay extras."""
    (folder,) = {name.split("/")[0] for name in held if name.split("/")[0].endswith(".dist-info")}
    metadata = held[f"{folder}/METADATA"].decode()
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:") and "extra" not in line]
    names = {re.split("[<>; ]", line.removeprefix("Requires-Dist: "))[0] for line in needed}
    assert names == {"typer", "rich", "pydantic", "tomli-w", "filelock", "tzdata"}
    assert b"tdmcli = tdmcli.cli.app:app" in held[f"{folder}/entry_points.txt"]
    assert f"{folder}/licenses/LICENSE" in held


def test_the_installed_program_answers(
    installed: Callable[..., Said], run: Callable[..., Said], tmp_path: Path
) -> None:
    """From another folder, `tdmcli` of the wheel uses its own tables and says what the checkout says."""
    place = installed("-c", "import tdmcli; print(tdmcli.__file__)", cwd=tmp_path, script=False).stdout
    assert "venv" in place
    said = installed(*QUESTION, cwd=tmp_path)
    answer: dict[str, Any] = json.loads(said.stdout)
    assert (said.returncode, said.stderr) == (0, "")
    assert answer["data"]["default"]["low_ng_ml"] < answer["data"]["default"]["high_ng_ml"]
    assert said.stdout == run(*QUESTION).stdout


def test_the_installed_program_prints_its_completions(
    installed: Callable[..., Said], tmp_path: Path, checkout: Path
) -> None:
    """The wheel's `tdmcli completions zsh` prints the shipped script."""
    said = installed("completions", "zsh", cwd=tmp_path)
    assert said.stdout == (checkout / "completions" / "_tdmcli").read_text(encoding="utf-8")


def test_the_checkout_answers(run: Callable[..., Said], checkout: Path, tmp_path: Path) -> None:
    """`python -m tdmcli` answers in the checkout and, with the checkout on the path, from any other folder."""
    here, elsewhere = run(*QUESTION, cwd=checkout), run(*QUESTION, cwd=tmp_path)
    assert here.returncode == 0
    assert json.loads(here.stdout)["status"] == "ok"
    assert elsewhere.stdout == here.stdout
