"""Drugs said to be taken already (`--with`): each named as moving the level, or as not in the table."""

from __future__ import annotations

from tdmcli.domain.findings import Finding
from tdmcli.domain.interaction import direction_of, find_drug, spelling
from tdmcli.domain.units import clean
from tdmcli.errors import Code
from tdmcli.tables.readers import read_interactions
from tdmcli.workflows.asked import near
from tdmcli.workflows.ranges import co_therapies_among


def check_taken(names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return a finding for each drug on board that moves the level or is not in the table (R72)."""
    findings: tuple[Finding, ...] = ()
    co_therapies = co_therapies_among(names)
    for name in names:
        rows = read_interactions()
        row = find_drug(name, rows)
        if row is None and name in co_therapies:
            continue
        if row is None:
            known = [one for row in rows for one in row.names]
            findings += (Finding(Code.UNLISTED_DRUG, {"drug": clean(name), "near": near(spelling(name), known)}),)
            continue
        direction = direction_of(row)
        if direction is not None:
            findings += (Finding(Code.INTERACTING_DRUG, {"drug": row.names[0], "direction": direction}),)
    return findings
