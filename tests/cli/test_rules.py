"""Each safety rule in scope is proved by a test that bears its id."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

# What no issue asks for yet keeps its rules for the day it comes: R60 (population models); R25-like rules of saving are
# proved where the file is read.
LATER = {60}


def test_every_rule_in_scope_has_a_test() -> None:
    """R01 to R72 but for those of commands to come each stand in the name of at least one test."""
    named = {
        int(number)
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"(?m)^ *def (test_\w+)", path.read_text(encoding="utf-8"))
        for number in re.findall(r"_r(\d\d)(?=_|$)", name)
    }
    assert sorted(set(range(1, 73)) - LATER - named) == []
