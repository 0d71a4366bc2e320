"""What must hold of a protocol's rows beyond their shape: limits, known names, no two ranges for one situation."""

from __future__ import annotations

import re
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean, show
from tdmcli.tables.builder import faults_of
from tdmcli.tables.overlay import POLICY_KEYS, merged_policy
from tdmcli.tables.policy import Policy
from tdmcli.tables.readers import (
    raw_policy,
    raw_rows,
    read_bounds,
    read_co_therapies,
    read_indication,
    read_interactions,
    read_products,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tdmcli.records.reading import Document
    from tdmcli.tables.protocol_rows import BoundRow

    Said = tuple[str, str, bool]  # the key that it is about, what is wrong, and whether it is only a remark
    Place = tuple[tuple[str | int, ...], str]

ANSWERING = ("target", "adjust", "interact", "neurotox", "cdratio", "monitor")
_SAME_SITUATION = ("indication", "population", "phase", "release", "co_therapy", "not_with", "induction", "products")


def check_target(row: dict[str, Any], limits: dict[str, Any], *, bundled: bool) -> Iterator[Said]:
    """Say what is wrong with a range: its limits, the names in its conditions, or whom it leaves open."""
    allowed_low, allowed_high = (_limit(limits, key) for key in ("lowest", "highest"))
    if (
        row["kind"] in {"target", "label_range"}
        and not allowed_low <= row["low_ng_ml"] < row["high_ng_ml"] <= allowed_high
    ):
        allowed = f"{show(allowed_low)} to {show(allowed_high)} ng/mL"
        yield "low_ng_ml", f"both limits must be within {allowed} [policy]", False
    co_therapies, inductions = ({one.id for one in rows} for rows in read_co_therapies())
    for key, known in (("co_therapy", co_therapies), ("not_with", co_therapies), ("induction", inductions)):
        for name in row.get(key, ()):
            if name not in known:
                yield key, f"{clean(name)!r} is not known; known: {', '.join(sorted(known))}", False
    for name in row.get("products", ()):
        if name not in {one.id for one in read_products()}:
            yield "products", f"{clean(name)!r} is not a known product", False
    if "phase" in row and row["phase"] not in read_indication(row["indication"])[0].phases:
        yield "phase", "is not a phase of this indication", False
    if "population" not in row and not bundled:
        yield "low_ng_ml", "no population: the range will be used for adults and children alike", True


def _limit(own: dict[str, Any], key: str) -> Decimal:
    value = own.get(key)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    return Decimal(raw_policy()["target"][key])


def check_product(row: dict[str, Any], _limits: dict[str, Any], *, bundled: bool) -> Iterator[Said]:
    """Say which strength of a bundled product is not one of its own: 0.5 and 5 mg have been mixed up."""
    if not bundled:
        return
    beneath = next(one for one in raw_rows("product") if one["id"] == row["id"])
    odd = [mg for mg in row["strengths_mg"] if mg not in beneath["strengths_mg"]]
    if odd:
        made = ", ".join(show(Decimal(mg)) for mg in beneath["strengths_mg"])
        yield "strengths_mg", f"{show(Decimal(odd[0]))} mg is not a strength of this product ({made} mg)", False


def check_interaction(row: dict[str, Any], _limits: dict[str, Any], *, bundled: bool) -> Iterator[Said]:
    """Say where a drug's names are those of a bundled row of another id: that row is then hidden under them."""
    names = {spelling(name) for name in row["names"]}
    for other in read_interactions():
        shared = names & {spelling(name) for name in other.names}
        if shared and other.id != row["id"] and not bundled:
            yield (
                "names",
                f"{min(shared)} is {other.id} in the bundled tables: this row is used for it instead",
                True,
            )


def check_case(row: dict[str, Any], _limits: dict[str, Any], *, bundled: bool) -> Iterator[Said]:  # noqa: ARG001
    """Say why a worked case can't be asked."""
    try:
        words = shlex.split(row["ask"])
    except ValueError:
        words = []
    if not words or words[0] not in ANSWERING:
        yield "ask", f"must be a question as it is typed, beginning with one of {', '.join(ANSWERING)}", False
    elif any(word.partition("=")[0] in {"--protocol", "--format", "--json"} for word in words):
        yield "ask", "is asked with this protocol and --json: leave --protocol, --format and --json out", False


ROW_CHECKS: dict[str, Callable[..., Iterable[Said]]] = {
    "target": check_target,
    "product": check_product,
    "interaction": check_interaction,
    "case": check_case,
}


def overlaps(placed: Iterable[tuple[Document, Place, dict[str, Any]]]) -> Iterator[tuple[Document, Place, str]]:
    """Say which ranges stand for the same situation on the same day: neither could be the default."""
    seen: list[dict[str, Any]] = []
    for document, place, row in placed:
        if not isinstance(row.get("low_ng_ml"), int | Decimal) or row.get("kind") not in {"target", "label_range"}:
            continue
        for other in seen:
            if _situation(row) == _situation(other) and _meet(row, other):
                yield document, place, f"stands for the same patients and days as {clean(str(other.get('id')))!r}"
                break
        seen.append(row)


def _situation(row: dict[str, Any]) -> tuple[str, ...]:
    parts = (row.get(key) for key in _SAME_SITUATION)
    return tuple(str(sorted(map(str, part)) if isinstance(part, list) else part) for part in parts)


def _meet(row: dict[str, Any], other: dict[str, Any]) -> bool:
    def window(one: dict[str, Any]) -> tuple[float, float]:
        start, end = one.get("from_day"), one.get("to_day")
        return (start if isinstance(start, int) else 0), (end if isinstance(end, int) else float("inf"))

    (start, end), (other_start, other_end) = window(row), window(other)
    return start < other_end and other_start < end


def check_policy(value: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Say what is wrong with a protocol's policy: headings, keys, types, and numbers beyond their bounds."""
    bundled = raw_policy()
    if not isinstance(value, dict):
        yield ("policy",), "must be a table: [policy.dose], [policy.level] …"
        return
    sound = True
    for heading, part in value.items():
        if heading not in bundled:
            sound = False
            yield (f"policy.{heading}",), f"unknown heading {clean(heading)!r}; known: {', '.join(bundled)}"
        elif isinstance(bundled[heading], list) != isinstance(part, list) or not isinstance(part, list | dict):
            sound = False
            stars = "[[policy.{}]]" if isinstance(bundled[heading], list) else "[policy.{}]"
            yield (f"policy.{heading}",), f"must be written as {stars.format(heading)}"
        elif isinstance(part, list) and any(not _keyed(row, heading) for row in part):
            sound = False
            yield (f"policy.{heading}",), f"each row needs {' and '.join(POLICY_KEYS[heading])}"
    if not sound:
        return
    for what in faults_of(Policy, merged_policy(value, bundled)):
        heading, says = re.split(r"(?:\[\d+\])?(?:, |: )", what, maxsplit=1)
        named = re.match(r"(?:unknown|missing) key '([^']+)'|([a-z_0-9]+):", says)
        key = (named[1] or named[2]) if named else ""
        yield (f"policy.{heading}", 0, key), says
    yield from _beyond(value, read_bounds())


def _keyed(row: object, heading: str) -> bool:
    return isinstance(row, dict) and all(key in row for key in POLICY_KEYS[heading])


def _beyond(policy: dict[str, Any], bounds: Iterable[BoundRow]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for bound in bounds:
        heading, key = bound.key.split(".")
        part = policy.get(heading, {})
        for number, row in enumerate(part if isinstance(part, list) else [part]):
            if not isinstance(row, dict) or not _is_number(row.get(key)) or not _is_number(row.get("interval_h", 1)):
                continue
            share = row["interval_h"] if bound.per_interval else 1
            lowest, highest = bound.lowest * share, bound.highest * share
            if not lowest <= row[key] <= highest:
                says = f"{key} must be {show(lowest)} to {show(highest)} (data/protocol_bounds.toml)"
                yield (f"policy.{heading}", number, key), says


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()


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
    """Return each number of the policy that a protocol sets to another than the bundled one, both of them."""
    bundled = raw_policy()
    try:
        own = policy_rows(policy, bundled)
    except (AttributeError, KeyError, TypeError):
        return ()  # a policy with a fault is never used
    before = policy_rows({}, bundled)
    return tuple(
        f"{place} {_said(value)} (bundled {_said(before.get(place))})"
        for place, value in own.items()
        if before.get(place) != value and isinstance(value, int | Decimal)
    )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return show(Decimal(value), 4) if isinstance(value, int | Decimal) else "none"
