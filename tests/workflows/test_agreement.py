"""What ranges agree on: relations that hold for any ranges, and real questions with their answers typed here."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdmcli.domain.units import Censor, Level, LevelUnit
from tdmcli.tables.rows import RangeKind, SourceKind, TargetRow
from tdmcli.workflows.agreement import GROUPS, find_agreement, group_ranges, in_a_line, split_level

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence
    from random import Random

    Said = subprocess.CompletedProcess[str]

AS_OF = ("--as-of", "2026-11-21T09:00+01:00")
SOURCES = {f"source-{kind}": kind for kind in SourceKind}
MAY_BE_AIMED_AT = {RangeKind.TARGET, RangeKind.LABEL_RANGE}
ORDER = [
    *("the centre's protocol", "labels", "guidelines and consensus", "studies"),
    *("reviews and web summaries", "policy"),
]
IN_GROUP = {  # typed a second time: which kind of source stands under which heading
    "protocol": "the centre's protocol",
    "label": "labels",
    "regulator": "labels",
    "guideline": "guidelines and consensus",
    "consensus": "guidelines and consensus",
    "trial": "studies",
    "cohort": "studies",
    "model": "studies",
    "case-series": "studies",
    "review": "reviews and web summaries",
    "reference": "reviews and web summaries",
    "web-summary": "reviews and web summaries",
    "policy": "policy",
}
relation = settings(max_examples=300, deadline=None)
tenths = st.integers(1, 300).map(lambda ten: Decimal(ten) / 10)


@st.composite
def target_rows(draw: st.DrawFn, least: int = 0) -> tuple[TargetRow, ...]:
    """Return ranges of all kinds and sources, each with its own id."""
    rows = []
    for index in range(draw(st.integers(least, 6))):
        low, high = sorted(draw(st.tuples(tenths, tenths).filter(lambda two: two[0] != two[1])))
        rows.append(
            TargetRow(
                id=f"row-{index}",
                kind=draw(st.sampled_from(RangeKind)),
                low_ng_ml=low,
                high_ng_ml=high,
                source=draw(st.sampled_from(sorted(SOURCES))),
                locator="",
            )
        )
    return tuple(rows)


@st.composite
def levels(draw: st.DrawFn) -> Level:
    """Return a level, or a limit below or above which one lies."""
    value, censor = draw(tenths), draw(st.sampled_from(Censor))
    return Level(value, censor, LevelUnit.NG_ML, f"{censor}{value:f} ng/mL")


def aimable(rows: Sequence[TargetRow]) -> list[TargetRow]:
    """Return the ranges that may be aimed at."""
    return [row for row in rows if row.kind in MAY_BE_AIMED_AT]


def numbers(text: str) -> set[Decimal]:
    """Return the numbers in a line, but for those in the names of sources."""
    return {Decimal(one) for one in re.findall(r"(?<![\w.-])\d+(?:\.\d+)?|(?<=\d-)\d+(?:\.\d+)?", text)}


# the range that all share


@relation
@given(target_rows())
def test_the_agreement_lies_in_every_range(rows: tuple[TargetRow, ...]) -> None:
    """What is called shared lies in each range that may be aimed at, touches two limits, and names them all."""
    agreement = find_agreement(rows)
    if agreement is None:
        return
    low, high = agreement.low_ng_ml, agreement.high_ng_ml
    assert low <= high
    assert all(row.low_ng_ml <= low and high <= row.high_ng_ml for row in aimable(rows))
    assert low in {row.low_ng_ml for row in aimable(rows)}
    assert high in {row.high_ng_ml for row in aimable(rows)}
    assert agreement.rows == tuple(row.id for row in aimable(rows))


@relation
@given(target_rows(least=2))
def test_there_is_none_only_where_ranges_part(rows: tuple[TargetRow, ...]) -> None:
    """Several ranges share nothing if and only if one begins above where another ends; one alone shares nothing."""
    several = aimable(rows)
    apart = bool(several) and max(row.low_ng_ml for row in several) > min(row.high_ng_ml for row in several)
    assert (find_agreement(rows) is None) == (apart or len(several) < 2)


@relation
@given(target_rows(least=2), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_moves_no_limit(rows: tuple[TargetRow, ...], random: Random) -> None:
    """The same ranges in another order share the same part."""
    shuffled = [*rows]
    random.shuffle(shuffled)
    one, other = find_agreement(rows), find_agreement(shuffled)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one[:2], set(one.rows)) == (other[:2], set(other.rows))


@relation
@given(target_rows(least=2), target_rows(least=1))
def test_another_range_never_widens_it(rows: tuple[TargetRow, ...], more: tuple[TargetRow, ...]) -> None:
    """With one range more the shared part is the same, narrower or gone: nothing is averaged."""
    before, after = find_agreement(rows), find_agreement((*rows, *more))
    if before is None and len(aimable(rows)) > 1:
        assert after is None
    if before is not None and after is not None:
        assert before.low_ng_ml <= after.low_ng_ml <= after.high_ng_ml <= before.high_ng_ml


@relation
@given(target_rows(), levels())
def test_what_was_observed_is_never_counted(rows: tuple[TargetRow, ...], level: Level) -> None:
    """Observed means and outer ranges change nothing: not what is shared, not a group, not a split, not the line."""
    only = aimable(rows)
    split = split_level(level, rows)
    assert find_agreement(rows) == find_agreement(only)
    assert group_ranges(rows, SOURCES) == group_ranges(only, SOURCES)
    assert split == split_level(level, only)
    assert in_a_line(rows, find_agreement(rows), level, split) == in_a_line(only, find_agreement(only), level, split)


# groups and the split of a level


@relation
@given(target_rows())
def test_the_groups_partition_the_ranges(rows: tuple[TargetRow, ...]) -> None:
    """Each range that may be aimed at stands in just one group, that of its source's kind; no group is empty."""
    groups = group_ranges(rows, SOURCES)
    assert sorted(name for group in groups for name in group.rows) == sorted(row.id for row in aimable(rows))
    assert all(group.rows for group in groups)
    places = [ORDER.index(group.kind) for group in groups]
    assert places == sorted(set(places))
    kinds = {row.id: SOURCES[row.source] for row in rows}
    assert all(IN_GROUP[kinds[name]] == group.kind for group in groups for name in group.rows)


def test_every_kind_of_source_has_its_group() -> None:
    """No kind of source is left without a heading; the headings are those typed here, the strongest first."""
    assert {str(kind): group for kind, group in GROUPS.items()} == IN_GROUP
    assert list(dict.fromkeys(GROUPS.values())) == ORDER


@relation
@given(target_rows(), levels())
def test_the_split_partitions_the_ranges(rows: tuple[TargetRow, ...], level: Level) -> None:
    """Each range that may be aimed at stands in just one part of the split, and in the right one."""
    split = split_level(level, rows)
    assert sorted(name for part in split for name in part) == sorted(row.id for row in aimable(rows))
    value = level.value_ng_ml
    for row in aimable(rows):
        low, high = row.low_ng_ml, row.high_ng_ml
        right = {
            Censor.NONE: "below" if value < low else "above" if value > high else "within",
            Censor.BELOW: "below" if value <= low else "undetermined",
            Censor.ABOVE: "above" if value >= high else "undetermined",
        }[level.censor]
        assert row.id in getattr(split, right)


@relation
@given(target_rows(least=2), tenths)
def test_a_level_that_all_share_is_in_each(rows: tuple[TargetRow, ...], value: Decimal) -> None:
    """A level in the shared part is inside every range, and one outside of it is outside of at least one."""
    agreement = find_agreement(rows)
    if agreement is None:
        return
    split = split_level(Level(value, Censor.NONE, LevelUnit.NG_ML, ""), rows)
    inside = agreement.low_ng_ml <= value <= agreement.high_ng_ml
    assert inside == (len(split.within) == len(agreement.rows))


# the line


@relation
@given(target_rows(), st.none() | levels())
def test_the_line_says_only_numbers_of_the_data(rows: tuple[TargetRow, ...], level: Level | None) -> None:
    """Every number of the line is a limit of a range, the level, or a count of ranges."""
    agreement = find_agreement(rows)
    split = None if level is None else split_level(level, rows)
    line = in_a_line(rows, agreement, level, split)
    limits = {limit for row in aimable(rows) for limit in (row.low_ng_ml, row.high_ng_ml)}
    counts = {Decimal(len(aimable(rows)))} | {Decimal(len(part)) for part in split or ()}
    assert numbers(line) <= limits | counts | ({level.value_ng_ml} if level else set())


@relation
@given(target_rows(), st.none() | levels())
def test_the_line_says_what_is_found(rows: tuple[TargetRow, ...], level: Level | None) -> None:
    """Shared or apart is said where there are several ranges, with their number; the level's parts add up to all."""
    agreement = find_agreement(rows)
    split = None if level is None else split_level(level, rows)
    line = in_a_line(rows, agreement, level, split)
    several = len(aimable(rows)) > 1
    assert (line != "") == several
    assert (f"ng/mL lies inside all {len(aimable(rows))} ranges" in line) == (agreement is not None)
    assert (f"No level lies inside all {len(aimable(rows))} ranges" in line) == (several and agreement is None)
    if several and level is not None:
        parts = re.search(r"(?:^|\. )(\S+ ng/mL) is (.*) of the (\d+) ranges that apply\.$", line)
        assert parts is not None
        counted = [int(one) for one in re.findall(r"\d+", parts[2])]
        assert parts[1] == level.text
        assert (sum(counted), 0 in counted) == (int(parts[3]), False)
        assert int(parts[3]) == len(aimable(rows))


@relation
@given(target_rows(least=2))
def test_ranges_that_part_are_named(rows: tuple[TargetRow, ...]) -> None:
    """Where nothing is shared the line names two of the ranges, of which the first ends below the second."""
    agreement = find_agreement(rows)
    if agreement is not None or len(aimable(rows)) < 2:
        return
    line = in_a_line(rows, agreement, None, None)
    found = re.search(r": (\S+)-(\S+) ng/mL \((\S+)\) ends below (\S+)-(\S+) ng/mL \((\S+)\)\.$", line)
    assert found is not None, line
    known = {(row.low_ng_ml, row.high_ng_ml, row.source) for row in aimable(rows)}
    assert (Decimal(found[1]), Decimal(found[2]), found[3]) in known
    assert (Decimal(found[4]), Decimal(found[5]), found[6]) in known
    assert Decimal(found[2]) < Decimal(found[4])


# real questions


@pytest.mark.parametrize(
    ("question", "agreement", "split", "groups", "says"),
    [
        (
            ("kidney", "--days", "40", "--level", "9.4"),
            None,
            (3, 0, 1, 0),
            {
                "labels": ["kidney-us-label-azathioprine-0-3m", "kidney-us-label-mmf-0-12m"],
                "guidelines and consensus": ["kidney-iatdmct-2019-low-risk"],
                "reviews and web summaries": ["kidney-seed-1-3m"],
            },
            "9.4 ng/mL is inside 3 and above 1 of the 4 ranges that apply.",
        ),
        (
            ("kidney", "--days", "40", "--level", "<7"),
            None,
            (0, 1, 0, 3),
            None,
            "<7 ng/mL is below 1 and not to be placed in 3 of the 4 ranges that apply.",
        ),
        (
            ("liver", "--days", "10"),
            (6, 9, {"liver-seed-0-1m", "liver-easl-2024-0-1m", "liver-seed-lupus-0-1m"}),
            None,
            {
                "labels": ["liver-us-label-steroids-0-12m"],
                "guidelines and consensus": ["liver-easl-2024-0-1m"],
                "reviews and web summaries": ["liver-seed-0-1m", "liver-seed-lupus-0-1m"],
            },
            "6-9 ng/mL lies inside all 3 ranges whose conditions are met.",
        ),
        (
            ("liver", "--days", "10", "--level", "9.5"),
            (6, 9, {"liver-seed-0-1m", "liver-easl-2024-0-1m", "liver-seed-lupus-0-1m"}),
            (3, 0, 1, 0),
            None,
            (
                "6-9 ng/mL lies inside all 3 ranges whose conditions are met. "
                "9.5 ng/mL is inside 3 and above 1 of the 4 ranges that apply."
            ),
        ),
        (
            ("heart", "--days", "60", "--level", "9.5"),
            (10, 12, {"heart-seed-0-3m", "heart-us-label-0-3m"}),
            (1, 1, 0, 0),
            {"labels": ["heart-us-label-0-3m"], "reviews and web summaries": ["heart-seed-0-3m"]},
            (
                "10-12 ng/mL lies inside all 2 ranges whose conditions are met. "
                "9.5 ng/mL is inside 1 and below 1 of the 2 ranges that apply."
            ),
        ),
        (
            ("heart", "--days", "200"),
            (6, 8, {"heart-seed-6-12m", "heart-us-label-3m-on"}),
            None,
            {"labels": ["heart-us-label-3m-on"], "reviews and web summaries": ["heart-seed-6-12m"]},
            "6-8 ng/mL lies inside all 2 ranges whose conditions are met.",
        ),
        (
            ("lupus-nephritis", "--level", "5"),
            None,
            (1, 0, 0, 0),
            {"reviews and web summaries": ["lupus-nephritis-seed-maintenance"]},
            "",
        ),
    ],
)
def test_real_questions(
    question: tuple[str, ...],
    agreement: tuple[int, int, set[str]] | None,
    split: tuple[int, ...] | None,
    groups: dict[str, list[str]] | None,
    says: str,
    ask: Callable[..., Said],
) -> None:
    """What the bundled ranges agree on, and where a level lies in them, typed from the sources."""
    data = json.loads(ask("target", *question, *AS_OF, "--json").stdout)["data"]
    found = data["agreement"]
    assert (None if found is None else (found["low_ng_ml"], found["high_ng_ml"], set(found["rows"]))) == agreement
    names = ("within", "below", "above", "undetermined")
    assert (None if data["split"] is None else tuple(len(data["split"][name]) for name in names)) == split
    assert groups is None or {one["kind"]: one["rows"] for one in data["groups"]} == groups
    assert data["says"] == says
    text = " ".join(ask("target", *question, *AS_OF).stdout.split())
    assert says in text
    observed = {row["id"] for row in data["rows"] if row["kind"] in {"observed_mean", "outer"}}
    assert observed != set()
    assert observed & {name for one in data["groups"] for name in one["rows"]} == set()
    assert observed & {name for part in (data["split"] or {}).values() for name in part} == set()
