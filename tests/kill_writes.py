"""Kill a writer of a patient file at random moments and look at the file: `python tests/kill_writes.py 500`.

After each kill the file must hold every entry that was acknowledged, and at most the one that was under way more.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

WRITER = """
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from tdmcli.records.saving import append_entry
first = int(sys.argv[2])
print("ready", flush=True)
for number in range(first, first + 10_000):
    taken = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=number)
    append_entry(Path(sys.argv[1]), "levels", {"taken": taken, "value": Decimal("7.4")}, lambda _: None)
    print(number, flush=True)
"""


def trial(path: Path, wait_s: float) -> tuple[int, int]:
    """Return how many entries were acknowledged and how many stand in the file after a kill."""
    first = entries(path)
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    words = [sys.executable, "-c", WRITER, str(path), str(first)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, encoding="utf-8", env=env) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(wait_s)
        writer.kill()
        said = writer.stdout.read().splitlines()
    return first + len([line for line in said if line.isdigit()]), entries(path)


def entries(path: Path) -> int:
    """Return how many entries a file holds, which must be numbered without a gap."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["levels"]
    times = [row["taken"] for row in rows]
    assert all((one - times[0]).total_seconds() == 60 * number for number, one in enumerate(times))
    assert all(row["value"] == 7.4 for row in rows)
    return len(rows)


def main(trials: int) -> int:
    """Return 0 if every trial left a sound file."""
    chance = random.Random()  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.toml"
        for number in range(trials):
            if number % 25 == 0:
                path.write_text("schema = 1\n[[levels]]\ntaken = 2026-01-01T00:00:00Z\nvalue = 7.4\n", encoding="utf-8")
            acknowledged, there = trial(path, chance.uniform(0, 0.06))
            if there not in {acknowledged, acknowledged + 1}:
                sys.stdout.write(f"trial {number}: {acknowledged} acknowledged, {there} in the file\n")
                return 1
        left = len([one for one in Path(folder).rglob("*") if ".tmp-" in one.name])
    sys.stdout.write(f"{trials} trials: no entry lost; {left} temporary files left for a later write to remove\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
