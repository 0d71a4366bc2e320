"""What the ranges that apply agree on, in which kinds of source they stand, and which of them a level lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.target_range import AIMABLE, Position, common_range, position
from tdmcli.domain.units import show_range
from tdmcli.tables.rows import SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tdmcli.domain.units import Level
    from tdmcli.tables.rows import TargetRow


class CommonRange(NamedTuple):
    """The part that lies inside every range whose conditions are met; `rows` are their ids."""

    low_ng_ml: Decimal
    high_ng_ml: Decimal
    rows: tuple[str, ...]


class RangeGroup(NamedTuple):
    """The ranges that apply and may be aimed at, of one kind of source: the ids of the rows."""

    kind: str
    rows: tuple[str, ...]


class LevelSplit(NamedTuple):
    """Where a level lies in each range that applies and may be aimed at: the ids of the rows."""

    within: tuple[str, ...]
    below: tuple[str, ...]
    above: tuple[str, ...]
    undetermined: tuple[str, ...]


GROUPS = {
    SourceKind.PROTOCOL: "the centre's protocol",
    SourceKind.LABEL: "labels",
    SourceKind.REGULATOR: "labels",
    SourceKind.GUIDELINE: "guidelines and consensus",
    SourceKind.CONSENSUS: "guidelines and consensus",
    SourceKind.TRIAL: "studies",
    SourceKind.COHORT: "studies",
    SourceKind.MODEL: "studies",
    SourceKind.CASE_SERIES: "studies",
    SourceKind.REVIEW: "reviews and web summaries",
    SourceKind.REFERENCE: "reviews and web summaries",
    SourceKind.WEB_SUMMARY: "reviews and web summaries",
    SourceKind.POLICY: "policy",
}


def group_ranges(rows: Sequence[TargetRow], kinds: Mapping[str, str]) -> tuple[RangeGroup, ...]:
    """Return the ranges that may be aimed at by kind of source, the strongest kind first."""
    groups: dict[str, list[str]] = {name: [] for name in GROUPS.values()}
    for row in rows:
        if row.kind in AIMABLE:
            groups[GROUPS[SourceKind(kinds[row.source])]].append(row.id)
    return tuple(RangeGroup(kind, tuple(ids)) for kind, ids in groups.items() if ids)


def find_agreement(met: Sequence[TargetRow]) -> CommonRange | None:
    """Return what several ranges whose conditions are met share, or None."""
    aimable = [row for row in met if row.kind in AIMABLE]
    common = common_range(aimable) if len(aimable) > 1 else None
    return None if common is None else CommonRange(*common, tuple(row.id for row in aimable))


def split_level(level: Level, rows: Sequence[TargetRow]) -> LevelSplit:
    """Return the ids of the ranges by where the level lies in them."""
    ids: dict[Position, list[str]] = {where: [] for where in Position}
    for row in rows:
        if row.kind in AIMABLE:
            ids[position(level, row.low_ng_ml, row.high_ng_ml)].append(row.id)
    return LevelSplit(
        tuple(ids[Position.WITHIN]),
        tuple(ids[Position.BELOW]),
        tuple(ids[Position.ABOVE]),
        tuple(ids[Position.UNDETERMINED]),
    )


def in_a_line(
    met: Sequence[TargetRow], agreement: CommonRange | None, level: Level | None, split: LevelSplit | None
) -> str:
    """Return in one line what the ranges agree on, and in how many of those that apply the level lies."""
    aimable = [row for row in met if row.kind in AIMABLE]
    parts = [_agreed(aimable, agreement)]
    if level is not None and split is not None and sum(map(len, split)) > 1:
        words = ("inside", "below", "above", "not to be placed in")
        said = " and ".join(f"{word} {len(ids)}" for word, ids in zip(words, split, strict=True) if ids)
        parts.append(f"{level.text} is {said} of the {sum(map(len, split))} ranges that apply.")
    return " ".join(part for part in parts if part)


def _agreed(aimable: Sequence[TargetRow], agreement: CommonRange | None) -> str:
    if len(aimable) <= 1:
        return ""
    if agreement is not None:
        common = show_range(agreement.low_ng_ml, agreement.high_ng_ml)
        return f"{common} lies inside all {len(aimable)} ranges whose conditions are met."
    lowest = min(aimable, key=lambda row: row.high_ng_ml)
    highest = max(aimable, key=lambda row: row.low_ng_ml)
    apart = f"{_short(lowest)} ends below {_short(highest)}"
    return f"No level lies inside all {len(aimable)} ranges whose conditions are met: {apart}."


def _short(row: TargetRow) -> str:
    return f"{show_range(row.low_ng_ml, row.high_ng_ml)} ({row.source})"
