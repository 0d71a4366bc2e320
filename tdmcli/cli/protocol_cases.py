"""Asking the worked cases of a protocol: each is a whole run of the program, as the person would type it."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tdmcli.records.protocol import read_protocol
from tdmcli.tables.overlay import put_in_force
from tdmcli.workflows.answer import Answer, to_json
from tdmcli.workflows.protocol import CaseAnswer, DifferenceAnswer, TestData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tdmcli.tables.protocol_rows import CaseRow


def run_cases(path: Path, now: datetime) -> Answer[TestData]:
    """Return how each worked case of a protocol came out.

    Raises:
        BadFile: the protocol can't be read or has a fault.

    """
    protocol = read_protocol(path, "test")
    cases = tuple(_run(case, path) for case in protocol.cases)
    put_in_force(None)
    overlay = protocol.overlay
    passed = bool(cases) and all(one.holds for one in cases)
    return Answer("protocol-test", TestData(overlay.name, overlay.version, overlay.sha256, passed, cases), now)


def _run(case: CaseRow, path: Path) -> CaseAnswer:
    from tdmcli.cli.app import app

    command, *words = shlex.split(case.ask)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        app([command, "--protocol", str(path), "--json", *words], standalone_mode=False)
    answer = json.loads(out.getvalue(), parse_float=Decimal, parse_int=Decimal)
    differences = tuple(_differences(case.expect, answer))
    return CaseAnswer(case.id, case.ask, not differences, differences)


def _differences(expected: dict[str, Any], got: Any, within: str = "") -> Iterator[DifferenceAnswer]:
    """Say where an answer does not hold what is expected of it.

    `warnings` names codes that must be among them; an empty list says that there are none.
    """
    for key, value in expected.items():
        at = f"{within}{key}"
        if at == "warnings":
            codes = [one["code"] for one in got["warnings"]]
            if not isinstance(value, list) or any(code not in codes for code in value) or (codes and not value):
                yield DifferenceAnswer(at, _text(value), _text(codes))
        elif not isinstance(got, dict) or key not in got:
            yield DifferenceAnswer(at, _text(value), "not there")
        elif isinstance(value, dict):
            yield from _differences(value, got[key], f"{at}.")
        elif value != got[key] or isinstance(value, bool) != isinstance(got[key], bool):
            yield DifferenceAnswer(at, _text(value), _text(got[key]))


def _text(value: Any) -> str:
    return json.dumps(to_json(value))
