"""How long each command takes, as a ratio to bare Python beside it: cpu time, paired, median.

    .venv/bin/python tests/benchmarks/startup.py [PAIRS]

Milliseconds say nothing on a shared machine; ratios do. `pip --version` runs along for scale.
The goal is 9 or less for a question without a patient file, plain or JSON; the limit 10 (exit 1 above it).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
PATIENT = str(CHECKOUT / "data" / "examples" / "kidney-day-40.toml")
REGIMEN = "--dose 3 --every 12 --product prograf"
ADJUST = f"adjust --level 11.2 {REGIMEN}"
LIMIT, LIMIT_HELP, LIMIT_TABLE, LIMIT_PATIENT = 10.0, 8.0, 14.0, 17.0

COMMANDS: dict[str, tuple[list[str], dict[str, str], float | None]] = {
    "target kidney --days 40": (["target", "kidney", "--days", "40"], {}, LIMIT),
    "target --json": (["target", "kidney", "--days", "40", "--level", "7.4", "--json"], {}, LIMIT),
    "adjust --target": (f"{ADJUST} --target 6-9".split(), {}, LIMIT),
    "adjust --indication --json": (f"{ADJUST} --indication kidney --days 40 --json".split(), {}, LIMIT),
    "cdratio": (
        ["cdratio", "--level", "6.1", "--dose", "4", "--every", "12", "--product", "prograf", "--days", "90"],
        {},
        LIMIT,
    ),
    "convert": (["convert", "--from", "prograf", "--to", "envarsus-xr", "--dose", "3", "--every", "12"], {}, LIMIT),
    "interact fluconazole": (["interact", "fluconazole"], {}, None),
    "neurotox tremor": (["neurotox", "tremor", "--level", "14", "--target", "6-9"], {}, None),
    "--help": (["--help"], {}, LIMIT_HELP),
    "completion (bash)": (
        [],
        {"_TDMCLI_COMPLETE": "complete_bash", "COMP_WORDS": "tdmcli target k", "COMP_CWORD": "2"},
        LIMIT_HELP,
    ),
    "target, Rich table": (["target", "kidney", "--days", "40", "--format", "table"], {}, LIMIT_TABLE),
    "adjust --patient": (["adjust", "--patient", PATIENT, "--as-of", "2026-11-21"], {}, LIMIT_PATIENT),
    "forecast --patient": (["forecast", PATIENT, "--as-of", "2026-11-21"], {}, None),
    "auc --patient": (["auc", "--patient", PATIENT, "--as-of", "2026-11-21"], {}, None),
}


def cpu_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Return user and system seconds of one run of a program."""
    process = subprocess.Popen(
        arguments, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime


def ratio(arguments: list[str], environment: dict[str, str], pairs: int) -> float:
    """Return the median ratio to bare Python run just before, after one warm-up."""
    cpu_seconds(arguments, environment)
    bare = [PYTHON, "-c", "pass"]
    return statistics.median(
        cpu_seconds(arguments, environment) / cpu_seconds(bare, {}) if pairs else 0.0 for _ in range(pairs)
    )


def main() -> int:
    """Print a line a command and return 1 if one is above its limit."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    program = str(Path(PYTHON).with_name("tdmcli"))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    over = 0
    for name, (arguments, environment, limit) in COMMANDS.items():
        value = ratio([program, *arguments], environment, pairs)
        over += limit is not None and value > limit
        mark = "" if limit is None else f"  limit {limit:g}{'  OVER' if value > limit else ''}"
        print(f"{name:28} {value:5.1f} x bare python{mark}")
    print(f"{'pip --version':28} {ratio([PYTHON, '-m', 'pip', '--version'], {}, pairs):5.1f} x bare python, for scale")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
