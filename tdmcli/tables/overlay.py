"""A centre's protocol over the bundled tables: its rows stand before theirs, one of the same id in their place.

Which protocol is in force is the one thing that the readers remember between two calls, beside their caches. It is
set before a question is answered and was checked whole before that; None is the bundled tables alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SOURCE = "protocol"
POLICY_KEYS = {"sampling": ("interval_h",), "steady_state": ("release",), "next_level": ("release", "after")}


class Overlay(NamedTuple):
    """What a checked protocol sets: the raw rows of each table, its policy, and itself as a source.

    `given` is the option or variable that named it; `policy_changes` say each number of the policy that it sets.
    """

    name: str
    version: str
    sha256: str
    given: str
    rows: Mapping[str, tuple[dict[str, Any], ...]]
    policy: Mapping[str, Any]
    source: Mapping[str, Any]
    policy_changes: tuple[str, ...] = ()

    def ids(self, table: str) -> frozenset[str]:
        """Return the ids of its rows of a table, those over a bundled row too."""
        return frozenset(row["id"] for row in self.rows.get(table, ()))


class _InForce:
    overlay: Overlay | None = None
    forget: tuple[Callable[[], None], ...] = ()


def in_force() -> Overlay | None:
    """Return the protocol that is in force, or None."""
    return _InForce.overlay


def put_in_force(overlay: Overlay | None) -> None:
    """Let a protocol, or none, decide from now on; what readers had cached is forgotten if that is a change."""
    if overlay is not _InForce.overlay:
        _InForce.overlay = overlay
        for forget in _InForce.forget:
            forget()


def forget_on_change(clear: Callable[[], None]) -> None:
    """Note what a reader's cache is emptied with when the protocol changes."""
    _InForce.forget += (clear,)


def over(table: str, bundled: Sequence[dict[str, Any]], *, indication: str | None = None) -> list[dict[str, Any]]:
    """Return raw rows with the protocol's before them; a bundled row of the same id gives what the protocol leaves out.

    With `indication`, only the protocol's rows of that indication, without that key.
    """
    overlay = in_force()
    if overlay is None:
        return list(bundled)
    own = overlay.rows.get(table, ())
    if indication is not None:
        own = tuple(
            {key: value for key, value in row.items() if key != "indication"}
            for row in own
            if row["indication"] == indication
        )
    return merged(own, bundled)


def merged(own: Sequence[dict[str, Any]], bundled: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of one's own, each over the bundled row of its id, and then the bundled rows of other ids."""
    beneath = {row["id"]: row for row in bundled if "id" in row}
    ids = {row["id"] for row in own}
    return [beneath.get(row["id"], {}) | row for row in own] + [row for row in bundled if row.get("id") not in ids]


def merged_policy(own: Mapping[str, Any], bundled: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy with one's own numbers in place of the bundled ones, heading by heading, row by row."""
    policy = dict(bundled)
    for heading, value in own.items():
        if isinstance(value, list):
            policy[heading] = _merged_list(value, bundled.get(heading, []), POLICY_KEYS[heading])
        else:
            policy[heading] = bundled.get(heading, {}) | value
    return policy


def _merged_list(
    own: Sequence[dict[str, Any]], bundled: Sequence[dict[str, Any]], keys: tuple[str, ...]
) -> list[dict[str, Any]]:
    def name(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(key) for key in keys)

    beneath = {name(row): row for row in bundled}
    replaced = {name(row) for row in own}
    return [row for row in bundled if name(row) not in replaced] + [beneath.get(name(row), {}) | row for row in own]
