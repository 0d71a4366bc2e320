"""Every fact of the evidence dossier is a row or is left out with a reason, and nothing unverified is a row.

The comments of the tables name the rows of the dossier (`labels.md 1234`) that a row was made from.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tdmcli.tables.location import data_folder
from tdmcli.tables.readers import read_sources
from tdmcli.tables.row_index import read_every_row
from tdmcli.tables.rows import SourceKind

HERE = Path(__file__).parent
DOSSIER = HERE.parents[2] / "shared" / "evidence" / "labels.json"
LISTS = tomllib.loads((HERE / "dossier.toml").read_text(encoding="utf-8"))
NOT_USED, IN_PART = set(LISTS["not_used"]), set(LISTS["in_part"])
needs_dossier = pytest.mark.skipif(not DOSSIER.is_file(), reason="the evidence dossier is not beside this checkout")


def _facts() -> dict[str, dict[str, object]]:
    return {one["id"]: one for one in json.loads(DOSSIER.read_text(encoding="utf-8"))}


def _named() -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in data_folder().rglob("*.toml"))
    comments = "\n".join(line.partition("#")[2] for text in texts for line in text.splitlines() if "#" in line)
    named = re.findall(r"labels\.md((?:[\s,;:]|rows?|and|\(note\)|\d{4}(?:-\d{4})?)+)", comments)
    numbers: set[str] = set()
    for one in named:
        for first, last in re.findall(r"(\d{4})(?:-(\d{4}))?", one):
            numbers |= {str(number) for number in range(int(first), int(last or first) + 1)}
    return numbers


@needs_dossier
def test_every_label_fact_is_a_row_or_is_left_out_with_a_reason() -> None:
    """Each row of labels.json is named by a row of data/, or stands in dossier.toml with why it is not used."""
    assert set(_facts()) - _named() - NOT_USED == set()
    assert NOT_USED & _named() == set()
    assert NOT_USED - set(_facts()) == set()


@needs_dossier
def test_no_row_rests_on_an_unverified_fact() -> None:
    """What labels.json flags as unverified is named by no row; a row flagged in part says which part was verified."""
    facts = _facts()
    unverified = {name for name, one in facts.items() if one["confidence"] == "UNVERIFIED"}
    in_part = {name for name, one in facts.items() if one["has_unverified_part"]} - unverified
    assert unverified <= NOT_USED
    assert unverified & _named() == set()
    assert in_part & _named() == IN_PART


def test_every_shipped_source_carries_a_row() -> None:
    """Counted by source, none is without a row; the sources of all rows are known."""
    counts = dict.fromkeys(read_sources(), 0)
    for one in read_every_row():
        for source, _ in one.cited:
            counts[source] += 1
    others = {"policy", "molecular-weight"}  # of formulas, policy and units, which are no rows of the index
    assert {name for name, count in counts.items() if count == 0} <= others
    assert sum(counts.values()) > 800


def test_no_source_kind_of_a_protocol_is_bundled() -> None:
    """The kind `protocol` is a centre's own file: no bundled source claims it."""
    assert not [row for row in read_sources().values() if row.kind is SourceKind.PROTOCOL]


@pytest.mark.parametrize(
    "name", [*(path.name for path in data_folder().glob("*.toml")), "targets", "interactions", "examples"]
)
def test_the_readme_of_the_tables_has_a_paragraph_for_each_file(name: str) -> None:
    """data/README.md says of every file what it is and how it was checked."""
    readme = (data_folder() / "README.md").read_text(encoding="utf-8")
    assert f"**{name}" in readme
