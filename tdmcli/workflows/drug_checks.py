"""Drugs said to be taken already (`--with`): each named as moving the level, or as not in the table."""

from __future__ import annotations

from tdmcli.domain.findings import Finding
from tdmcli.domain.interaction import find_drug
from tdmcli.domain.sample_checks import on_board
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean
from tdmcli.errors import Code
from tdmcli.tables.readers import read_interactions, read_interactions_naming
from tdmcli.workflows.asked import near
from tdmcli.workflows.ranges import co_therapies_among


def check_taken(names: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return a finding for each drug on board that moves the level or is not in the table (R72)."""
    findings: tuple[Finding, ...] = ()
    co_therapies = co_therapies_among(names)
    rows = read_interactions_naming(names)
    for name in names:
        row = find_drug(name, rows)
        if row is None and name in co_therapies:
            continue
        if row is None:
            findings += (unlisted(name),)
            continue
        findings += on_board(row)
    return findings


def unlisted(name: str) -> Finding:
    """Return that a name is not in the table, with the names close to it."""
    known = [one for row in read_interactions() for one in row.names]
    return Finding(Code.UNLISTED_DRUG, {"drug": clean(name), "near": near(spelling(name), known)})
