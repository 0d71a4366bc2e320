"""Completion: the shipped scripts, what the program offers through each shell's protocol, and real shells."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = subprocess.CompletedProcess[str]

SCRIPTS = {"bash": "tdmcli.bash", "zsh": "_tdmcli", "fish": "tdmcli.fish", "powershell": "tdmcli.ps1"}
BASH_COMPLETION = Path("/usr/share/bash-completion/bash_completion")

# what is typed before TAB, and some of what must be offered
OFFERED = {
    "tdmcli ": ("target", "adjust", "interact", "neurotox", "cdratio", "convert", "monitor", "trend", "schema"),
    "tdmcli ex": ("explain",),
    "tdmcli explain CAP": ("CAPPED",),
    "tdmcli explain NOT_S": ("NOT_STEADY_STATE",),
    "tdmcli explain kidney-seed": ("kidney-seed-0-1m", "kidney-seed-1-3m", "kidney-seed-3m-on"),
    "tdmcli explain propor": ("proportional-dose",),
    "tdmcli explain policy.": ("policy.dose", "policy.level", "policy.target"),
    "tdmcli sources iat": ("iatdmct-2019",),
    "tdmcli sources label-us-p": ("label-us-prograf", "label-us-prograf-2015", "label-us-prograf-quoted"),
    "tdmcli ta": ("target",),
    "tdmcli adjust --hours": ("--hours-after-dose",),
    "tdmcli target --f": ("--format",),
    "tdmcli target k": ("kidney", "kidney-pancreas"),
    "tdmcli target lup": ("lupus-nephritis",),
    "tdmcli adjust --indication li": ("liver",),
    "tdmcli interact --organ lu": ("lung", "lupus-nephritis"),
    "tdmcli interact vori": ("voriconazole",),
    "tdmcli interact fluconazole paxl": ("paxlovid",),
    "tdmcli adjust --with flu": ("fluconazole",),
    "tdmcli target kidney --with ever": ("everolimus",),
    "tdmcli target kidney --induction il": ("il2ra",),
    "tdmcli target kidney --product env": ("envarsus", "envarsus-xr"),
    "tdmcli target kidney --source label-us-p": ("label-us-prograf",),
    "tdmcli target kidney --population ": ("adult", "child"),
    "tdmcli neurotox tre": ("tremor", "tremors"),
    "tdmcli neurotox tremor hea": ("headache", "headaches"),
    "tdmcli target nephrotic-syndrome --phase ": ("induction", "maintenance", "partial-responder"),
    "tdmcli target kidney --format ": ("auto", "table", "plain", "json", "csv", "markdown", "note"),
    "tdmcli adjust --last-change ": ("start", "increase", "decrease"),
    "tdmcli completions ": ("bash", "zsh", "fish", "powershell"),
    "tdmcli convert --to env": ("envarsus", "envarsus-xr"),
    "tdmcli convert --from modi": ("modigraf",),
    "tdmcli convert --to-e": ("--to-every",),
    "tdmcli monitor lup": ("lupus-nephritis",),
    "tdmcli patient ": ("new", "add", "check", "undo"),
    "tdmcli patient add ": ("level", "regimen", "drug", "lab", "symptom"),
    "tdmcli patient add level demo.toml 7 --unit u": ("ug/L",),
    "tdmcli patient add level demo.toml 7 --flag cl": ("clotted",),
    "tdmcli patient add regimen demo.toml --product env": ("envarsus", "envarsus-xr"),
    "tdmcli patient add regimen demo.toml --route sub": ("sublingual",),
    "tdmcli patient add drug demo.toml vori": ("voriconazole",),
    "tdmcli patient add lab demo.toml --cr": ("--creatinine-umol-l", "--creatinine-mg-dl", "--crp-mg-l"),
    "tdmcli patient add symptom demo.toml tre": ("tremor",),
    "tdmcli patient new demo.toml --organ li": ("liver",),
    "tdmcli patient new demo.toml --sex ": ("female", "male"),
    "tdmcli patient new demo.toml --time-zone Europe/Par": ("Europe/Paris",),
    "tdmcli schema pat": ("patient-new", "patient-add", "patient-show", "patient-check", "patient-undo"),
    "tdmcli trend --accept D": ("DISCREPANT",),
    "tdmcli schema ": ("target", "adjust", "interact", "neurotox", "cdratio", "convert", "monitor", "trend", "explain"),
}


def begun(line: str) -> str:
    """Return the word that TAB is to complete."""
    return "" if line.endswith(" ") else line.rsplit(maxsplit=1)[-1]


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell"])
def test_the_shipped_script_is_what_the_program_emits(shell: str, run: Callable[..., Said], checkout: Path) -> None:
    """A Typer that changes its protocol makes the shipped bash, fish and PowerShell scripts fail here."""
    emitted = run(_TDMCLI_COMPLETE=f"source_{shell}").stdout
    assert (checkout / "completions" / SCRIPTS[shell]).read_text(encoding="utf-8") == emitted


def test_the_zsh_script_autoloads(run: Callable[..., Said], checkout: Path) -> None:
    """The zsh script begins with #compdef, where compinit looks, and asks as Typer's own script does."""
    first, *others = (checkout / "completions" / "_tdmcli").read_text(encoding="utf-8").splitlines()
    asks = re.search(r"^ *(eval .*)$", run(_TDMCLI_COMPLETE="source_zsh").stdout, re.MULTILINE)
    assert first == "#compdef tdmcli"
    assert asks is not None
    assert others == [asks[1]]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_completions_prints_the_shipped_script(shell: str, run: Callable[..., Said], checkout: Path) -> None:
    """`tdmcli completions SHELL` prints the shipped file, byte for byte, and nothing else."""
    said = run("completions", shell)
    assert said.stdout.encode() == (checkout / "completions" / SCRIPTS[shell]).read_bytes()
    assert (said.returncode, said.stderr) == (0, "")


def test_completions_of_no_shell_is_wrong_usage(run: Callable[..., Said]) -> None:
    """A shell that no script is shipped for is exit 2, with the known ones named."""
    said = run("completions", "tcsh")
    assert (said.returncode, said.stdout) == (2, "")
    assert "powershell" in said.stderr


@pytest.mark.parametrize("line", OFFERED)
def test_bash_is_offered(line: str, run: Callable[..., Said]) -> None:
    """Through bash's protocol: everything that must be offered, and nothing that begins otherwise."""
    words = line.split()
    place = len(words) if line.endswith(" ") else len(words) - 1
    said = run(_TDMCLI_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(place))
    offered = said.stdout.split()
    assert set(OFFERED[line]) <= set(offered)
    assert all(word.startswith(begun(line)) for word in offered)
    assert said.stderr == ""


@pytest.mark.parametrize(
    "line",
    [
        "tdmcli target k",
        "tdmcli interact vori",
        "tdmcli adjust --product env",
        "tdmcli explain kidney-seed",
        "tdmcli sources iat",
    ],
)
def test_zsh_is_offered(line: str, run: Callable[..., Said]) -> None:
    """Through zsh's protocol: one _arguments call that names what must be offered."""
    said = run(_TDMCLI_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line).stdout
    assert said.startswith("_arguments ")
    assert all(f'"{word}"' in said for word in OFFERED.get(line, ("envarsus", "envarsus-xr")))


@pytest.mark.parametrize(
    "line",
    [
        "tdmcli target k",
        "tdmcli interact vori",
        "tdmcli adjust --product env",
        "tdmcli explain kidney-seed",
        "tdmcli sources iat",
    ],
)
def test_fish_is_offered(line: str, run: Callable[..., Said]) -> None:
    """Through fish's protocol: one word a line, and `is-args` says that there are some."""
    env = {"_TDMCLI_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": line}
    offered = run(**env, _TYPER_COMPLETE_FISH_ACTION="get-args").stdout.split()
    assert set(OFFERED.get(line, ("envarsus", "envarsus-xr"))) <= set(offered)
    assert run(**env, _TYPER_COMPLETE_FISH_ACTION="is-args").returncode == 0


@pytest.mark.parametrize(
    "line", ["tdmcli target k", "tdmcli interact vori", "tdmcli explain CAP", "tdmcli sources iat"]
)
def test_powershell_is_offered(line: str, run: Callable[..., Said]) -> None:
    """Through PowerShell's protocol: words before `:::`, one a line."""
    said = run(
        _TDMCLI_COMPLETE="complete_powershell",
        _TYPER_COMPLETE_ARGS=line,
        _TYPER_COMPLETE_WORD_TO_COMPLETE=begun(line),
    )
    offered = [one.split(":::")[0] for one in said.stdout.splitlines()]
    assert set(OFFERED[line]) <= set(offered)


def test_completing_loads_no_heavy_library(run: Callable[..., Said]) -> None:
    """A TAB imports neither pydantic nor numpy."""
    said = run(
        _TDMCLI_COMPLETE="complete_bash", COMP_WORDS="tdmcli target k", COMP_CWORD="2", PYTHONPROFILEIMPORTTIME="1"
    )
    loaded = {one.rsplit("|", 1)[-1].strip().split(".")[0] for one in said.stderr.splitlines() if "|" in one}
    assert said.stdout.split() == ["kidney", "kidney-pancreas"]
    assert "typer" in loaded
    assert not loaded & {"pydantic", "numpy", "scipy", "matplotlib"}


@pytest.mark.skipif(
    shutil.which("bash") is None or not BASH_COMPLETION.is_file(), reason="bash with bash-completion is not installed"
)
@pytest.mark.parametrize(
    ("keys", "then"),
    [
        ("tdmcli ta\t", "tdmcli target "),
        ("tdmcli target kidn\t", "tdmcli target kidney"),
        ("tdmcli interact vori\t", "tdmcli interact voriconazole "),
        ("tdmcli target kidney --product env\t", "--product envarsus"),
        ("tdmcli explain CAP\t", "explain CAPPED "),
        ("tdmcli explain propor\t", "explain proportional-dose "),
        ("tdmcli sources iat\t", "sources iatdmct-2019 "),
    ],
)
def test_bash_completes(
    keys: str,
    then: str,
    typed_into: Callable[..., str],
    program_on_path: str,
    checkout: Path,
    tmp_path: Path,
) -> None:
    """In a real bash, bash-completion finds the script where pipx puts it, and TAB completes the word."""
    share = tmp_path / "share"
    place = share / "bash-completion" / "completions"
    place.mkdir(parents=True)
    shutil.copy(checkout / "completions" / "tdmcli.bash", place / "tdmcli")
    shown = typed_into(
        ["bash", "--norc", "--noprofile", "-i"],
        ["bind 'set bell-style none'", f"source {BASH_COMPLETION}"],
        keys,
        then,
        PATH=program_on_path,
        XDG_DATA_HOME=str(share),
        HOME=str(tmp_path),
        INPUTRC="/dev/null",
    )
    assert then in shown


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("keys", "then"),
    [
        ("tdmcli ta\t", "tdmcli target "),
        ("tdmcli target kidney-\t", "kidney-pancreas"),
        ("tdmcli interact vori\t", "interact voriconazole"),
        ("tdmcli target kidney --product env\t", "--product envarsus"),
    ],
)
def test_zsh_completes(
    keys: str,
    then: str,
    typed_into: Callable[..., str],
    program_on_path: str,
    checkout: Path,
    tmp_path: Path,
) -> None:
    """In a real zsh, compinit registers the file from fpath, and the first TAB completes the word."""
    shown = typed_into(
        ["zsh", "-f", "-i"],
        [
            "PS1='> '; unsetopt beep",
            f"fpath=({checkout / 'completions'} $fpath)",
            f"autoload -U compinit && compinit -u -d {tmp_path / 'zcompdump'}",
        ],
        keys,
        then,
        PATH=program_on_path,
        HOME=str(tmp_path),
    )
    assert then in shown


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    "line",
    ["tdmcli ta", "tdmcli target k", "tdmcli interact vori", "tdmcli target kidney --product env"],
)
def test_fish_completes(
    line: str, program_on_path: str, checkout: Path, tmp_path: Path, clean_env: dict[str, str]
) -> None:
    """In a real fish, the script is loaded from vendor_completions.d and offers the words."""
    vendor = tmp_path / "share" / "fish" / "vendor_completions.d"
    vendor.mkdir(parents=True)
    shutil.copy(checkout / "completions" / "tdmcli.fish", vendor)
    said = subprocess.run(
        ["fish", "--command", f"complete --do-complete '{line}'"],
        env=clean_env
        | {"PATH": program_on_path, "HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path / "share"), "TERM": "dumb"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    offered = [one.split("\t")[0] for one in said.stdout.splitlines()]
    assert set(OFFERED[line]) <= set(offered)
