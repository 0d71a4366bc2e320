"""The policy of a protocol: what is wrong with it, and which numbers of the bundled one it changes."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tdmcli.domain.units import clean, show
from tdmcli.tables.builder import faults_of
from tdmcli.tables.overlay import POLICY_KEYS, SOURCE, merged_policy
from tdmcli.tables.policy import Policy
from tdmcli.tables.readers import raw_policy, read_bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tdmcli.tables.protocol_rows import BoundRow

    Place = tuple[str | int, ...]

_SOURCED = frozenset({"steady_state", "next_level"})


def check_policy(value: object) -> Iterator[tuple[Place, str]]:
    """Say what is wrong with a protocol's policy: headings, keys, types, order, and numbers beyond their bounds."""
    if not isinstance(value, dict):
        yield ("policy",), "must be a table: [policy.dose], [policy.level], ..."
        return
    bundled = raw_policy()
    sound = {}
    for heading, part in value.items():
        what = _wrong_heading(heading, part, bundled)
        if what:
            yield (f"policy.{heading}",), what
        else:
            sound[heading] = part
    for what in faults_of(Policy, merged_policy(sound, bundled)):
        heading, says = re.split(r"(?: \d+)?: ", what, maxsplit=1) if ": " in what else ("", what)
        named = re.match(r"(?:unknown|missing) key '([^']+)'|([a-z_0-9]+)", says)
        key = (named[1] or named[2]) if named else ""
        yield (f"policy.{heading}", 0, key), says
    yield from _beyond(sound, read_bounds())


def _wrong_heading(heading: str, part: object, bundled: dict[str, Any]) -> str:
    if heading not in bundled:
        return f"unknown heading {clean(heading)!r}; known: {', '.join(bundled)}"
    listed = isinstance(bundled[heading], list)
    if listed != isinstance(part, list) or not isinstance(part, list | dict):
        return f"must be written as {f'[[policy.{heading}]]' if listed else f'[policy.{heading}]'}"
    keys = POLICY_KEYS.get(heading, ())
    rows = part if isinstance(part, list) else []
    if any(not isinstance(row, dict) or any(not isinstance(row.get(key), int | str) for key in keys) for row in rows):
        return f"each row needs {' and '.join(keys)}"
    if any("source" in row for row in rows):
        return "a protocol's row rests on the protocol: leave source out"
    names = [tuple(row[key] for key in keys) for row in rows]
    return f"two rows have the same {' and '.join(keys)}" if len(set(names)) < len(names) else ""


def _beyond(policy: dict[str, Any], bounds: Iterable[BoundRow]) -> Iterator[tuple[Place, str]]:
    for bound in bounds:
        heading, _, key = bound.key.partition(".")
        part = policy.get(heading, {})
        for number, row in enumerate(part if isinstance(part, list) else [part]):
            if not _is_number(row.get(key)) or not _is_number(row.get("interval_h", 1)):
                continue
            share = row["interval_h"] if bound.per_interval else 1
            lowest, highest = bound.lowest * share, bound.highest * share
            if not lowest <= row[key] <= highest:
                says = f"{key} must be {show(lowest)} to {show(highest)} (data/protocol_bounds.toml)"
                yield (f"policy.{heading}", number, key), says


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def own_policy(value: object) -> dict[str, Any]:
    """Return a protocol's policy with itself as the source of the rows that name one."""
    policy = value if isinstance(value, dict) else {}
    return {
        heading: [{"source": SOURCE, **row} for row in part if isinstance(row, dict)]
        if heading in _SOURCED and isinstance(part, list)
        else part
        for heading, part in policy.items()
    }


def policy_rows(policy: Mapping[str, Any], bundled: dict[str, Any]) -> dict[str, Any]:
    """Return all that a protocol makes of the policy, by its place, such as `dose.max_increase_percent`."""
    places = {}
    for heading, part in merged_policy(policy, bundled).items():
        for row in part if isinstance(part, list) else [part]:
            name = "/".join(str(row[key]) for key in POLICY_KEYS.get(heading, ()))
            for key, value in row.items():
                if key not in (*POLICY_KEYS.get(heading, ()), "source"):
                    places[".".join(filter(None, (heading, name, key)))] = value
    return places


def policy_changes(policy: dict[str, Any]) -> tuple[str, ...]:
    """Return each number of a sound policy that is another than the bundled one, both of them."""
    bundled = raw_policy()
    before = policy_rows({}, bundled)
    return tuple(
        f"{place} {_said(value)} (bundled {_said(before.get(place))})"
        for place, value in policy_rows(policy, bundled).items()
        if before.get(place) != value and isinstance(value, int | Decimal)
    )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return show(Decimal(value), 4) if isinstance(value, int | Decimal) else "none"
