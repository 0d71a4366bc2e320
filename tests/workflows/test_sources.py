"""`sources`: each source as it stands in its file, and a count of its rows made a second time from the files."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tdmcli.tables.readers import read_sources
from tdmcli.tables.rows import SourceKind
from tdmcli.workflows.sources import SourceAnswer, answer_sources

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]
    RawRows = dict[tuple[str, str, str], Any]

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
AS_OF = ("--as-of", "2026-11-21T09:00+01:00")
HOW = {
    "read": "the document itself read",
    "copy": "read in a copy",
    "secondary": "at second hand",
    "own": "not evidence",
}
FIELDS = ("citation", "kind", "read", "year", "doi", "pmid", "url", "note")
IDS = sorted(read_sources())


def named(value: Any) -> Iterator[tuple[str, str]]:
    """Return each source that a raw row or a part of it names, with the locator that stands beside it."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "source" or key.endswith("_source"):
                yield part, value.get("locator", "")
            else:
                yield from named(part)
    elif isinstance(value, list):
        for part in value:
            yield from named(part)


@pytest.fixture(scope="module")
def listed() -> dict[str, SourceAnswer]:
    """Return all sources by id."""
    return {one.id: one for one in answer_sources(None, NOW).data.sources}


@pytest.fixture(scope="module")
def raw_sources(checkout: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of sources.toml as TOML has them."""
    text = (checkout / "data" / "sources.toml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = tomllib.loads(text)["source"]
    return entries


@pytest.fixture(scope="module")
def counted(raw_rows: RawRows) -> dict[str, dict[tuple[str, str, str], set[str]]]:
    """Return the places by source and row, counted from the files: a heading of the policy rests on the policy."""
    found: dict[str, dict[tuple[str, str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    for key, row in raw_rows.items():
        for source, locator in named(row):
            found[source][key].add(locator)
        if key[2] == "policy":
            found["policy"][key] = {"data/policy.toml"}
    return found


def test_every_source_is_listed_as_it_stands(
    listed: dict[str, SourceAnswer], raw_sources: dict[str, dict[str, Any]]
) -> None:
    """All sources of the file and no other, each with its own words, and null where the file is silent."""
    assert set(listed) == set(raw_sources)
    for name, raw in raw_sources.items():
        assert {field: getattr(listed[name], field) for field in FIELDS} == {field: raw.get(field) for field in FIELDS}


def test_the_rows_of_each_source_are_those_of_the_files(
    listed: dict[str, SourceAnswer], counted: dict[str, dict[tuple[str, str, str], set[str]]]
) -> None:
    """For each source the rows that rest on it, in which file and table, and how many: counted a second time."""
    for name, source in listed.items():
        assert {(row.id, row.file, row.table) for row in source.rows} == set(counted[name]), name
        assert len(source.rows) == len(counted[name])
    assert sum(len(source.rows) for source in listed.values()) == sum(len(rows) for rows in counted.values())


def test_the_places_of_each_source_are_those_of_the_files(
    listed: dict[str, SourceAnswer], counted: dict[str, dict[tuple[str, str, str], set[str]]]
) -> None:
    """Beside each row stand the places in the source that the file names, each once."""
    for name, source in listed.items():
        for row in source.rows:
            places = counted[name][row.id, row.file, row.table] - {""}
            assert set(row.locators) == places, (name, row.id)
            assert len(row.locators) == len(places)


def test_no_source_is_named_that_is_not_listed(
    listed: dict[str, SourceAnswer], counted: dict[str, dict[tuple[str, str, str], set[str]]]
) -> None:
    """No row of any file names a source that sources.toml lacks, and no source is there for nothing."""
    assert set(counted) == set(listed)
    assert [name for name, source in listed.items() if not source.rows] == []


def test_the_strongest_kind_stands_first(listed: dict[str, SourceAnswer]) -> None:
    """Sources come by kind, labels first and the project's own policy last, and by id within a kind."""
    kinds = [*SourceKind]
    order = [(kinds.index(SourceKind(one.kind)), one.id) for one in listed.values()]
    assert order == sorted(order)
    first, *_, last = listed.values()
    assert (first.kind, last.id) == ("label", "policy")


@pytest.mark.parametrize("name", IDS)
def test_one_source_is_what_the_list_says(name: str, listed: dict[str, SourceAnswer]) -> None:
    """Asked for by its id a source has the same rows as in the list, and case makes no difference."""
    assert answer_sources(name, NOW).data.sources == (listed[name],)
    assert answer_sources(name.upper(), NOW).data.sources == (listed[name],)


@pytest.mark.parametrize("name", IDS)
def test_how_a_source_was_read_is_said(
    name: str, ask: Callable[..., Said], raw_sources: dict[str, dict[str, Any]], listed: dict[str, SourceAnswer]
) -> None:
    """The text of a source says in words how it was read, what it is, and every row that rests on it."""
    said = ask("sources", name, *AS_OF, width=200)
    text = " ".join(said.stdout.split())
    raw = raw_sources[name]
    assert said.returncode == 0
    assert f"How it was read: {raw['read']} ({HOW[raw['read']]})" in text
    assert f"What it is: {raw['kind']}" in text
    assert all(" ".join(str(raw[key]).split()) in text for key in ("citation", "doi", "url", "note") if key in raw)
    assert all(row.id in text for row in listed[name].rows)


def test_the_list_says_how_each_was_read(ask: Callable[..., Said], raw_sources: dict[str, dict[str, Any]]) -> None:
    """In the list each source has its kind and how it was read in brackets, and the words are explained below."""
    text = " ".join(ask("sources", *AS_OF, width=200).stdout.split())
    for name, raw in raw_sources.items():
        assert re.search(rf"\b{re.escape(name)} \d+ {re.escape(' '.join(raw['citation'].split()))} \[", text), name
    counts = Counter((raw["kind"], raw["read"]) for raw in raw_sources.values())
    assert all(text.count(f"[{kind}, {read}]") >= count for (kind, read), count in counts.items())
    assert all(f"{key}: {words}" in text for key, words in HOW.items())


def test_the_list_counts_the_rows(
    ask: Callable[..., Said], counted: dict[str, dict[tuple[str, str, str], set[str]]]
) -> None:
    """The number beside each source, and the sum at the head, are those counted from the files."""
    text = ask("sources", *AS_OF, width=200).stdout
    beside = dict(re.findall(r"^([a-z0-9-]+) +(\d+) +\S", text, re.MULTILINE))
    assert {name: int(number) for name, number in beside.items()} == {name: len(rows) for name, rows in counted.items()}
    total = sum(len(rows) for rows in counted.values())
    assert text.startswith(f"{len(counted)} sources  {total} times a row rests on one\n")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("iatdmct-2091", "iatdmct-2019"),
        ("IATDMCT-2091", "iatdmct-2019"),
        ("label-us-progaf", "label-us-prograf"),
        ("kidney-seed-1-3m", None),
        ("", None),
        ("zzz", None),
    ],
)
def test_an_unknown_source_is_refused_with_near_names(name: str, near: str | None, ask: Callable[..., Said]) -> None:
    """A source is never taken for a near one: exit 4, UNKNOWN_SOURCE, the near names, and those that there are."""
    said = ask("sources", name, *AS_OF, "--json")
    answer = json.loads(said.stdout)
    assert (said.returncode, answer["code"], answer["data"]) == (4, "UNKNOWN_SOURCE", None)
    suggested = re.search(r"did you mean ([^?]*)\?", answer["message"])
    assert (suggested is None) == (near is None)
    assert near is None or (suggested is not None and near in suggested[1].split(" or "))
    assert all(known in answer["message"] for known in IDS)


@pytest.mark.parametrize("form", ["plain", "markdown", "note", "csv", "json"])
def test_every_format_lists_every_source(form: str, ask: Callable[..., Said]) -> None:
    """Whatever the format, no source is left out of the list."""
    said = ask("sources", *AS_OF, "--format", form, width=200)
    assert said.returncode == 0
    assert [name for name in IDS if name not in said.stdout] == []


def test_every_citation_of_an_answer_is_a_source(
    golden_answers: dict[str, dict[str, Any]], raw_sources: dict[str, dict[str, Any]]
) -> None:
    """What a recorded answer cites is in sources.toml, with that citation, that kind and read in that way."""
    cited = [one for answer in golden_answers.values() for one in answer["sources"]]
    assert len({one["id"] for one in cited}) >= 60
    for one in cited:
        raw = raw_sources[one["id"]]
        assert (one["citation"], one["kind"], one["read"]) == (raw["citation"], raw["kind"], raw["read"])


def test_every_source_that_an_answer_names_is_one(
    golden_answers: dict[str, dict[str, Any]], listed: dict[str, SourceAnswer]
) -> None:
    """A `source` anywhere in the data or the arithmetic of a recorded answer is an id that `sources` knows."""

    def collect(value: Any, key: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for name, part in value.items():
                yield from collect(part, name)
        elif isinstance(value, list):
            for part in value:
                yield from collect(part, key)
        elif key == "source" and isinstance(value, str):
            yield value

    names = {
        one
        for answer in golden_answers.values()
        if answer["command"] != "sources"
        for one in collect([answer["data"], answer["worked"]])
    }
    assert len(names) >= 50
    assert names - set(listed) == set()
