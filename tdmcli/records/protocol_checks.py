"""What must hold of a protocol's rows beyond their shape: limits, known names, and no guard of the tables undone."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from tdmcli.domain.units import show
from tdmcli.records.protocol_drugs import check_interaction, check_product
from tdmcli.records.protocol_rules import Context, cited, kept, known_names, within_bounds
from tdmcli.tables.monitoring_rows import LEVEL
from tdmcli.tables.readers import (
    indication_ids,
    raw_rows,
    read_co_therapies,
    read_indication,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tdmcli.records.protocol_rules import Row, Said

ANSWERING = ("target", "adjust", "interact", "neurotox", "cdratio", "monitor")
_SAME_SITUATION = ("indication", "population", "phase", "release", "co_therapy", "not_with", "induction", "products")
_AIMED_AT = "target"


def check_target(own: Row, row: Row, beneath: Row | None, context: Context) -> Iterator[Said]:
    """Say what is wrong with a range: its kind, its limits, the names in its conditions, or whom it leaves open."""
    yield from cited(own)
    yield from kept("target", own, beneath)
    if row["kind"] == _AIMED_AT and not (context.lowest <= row["low_ng_ml"] and row["high_ng_ml"] <= context.highest):
        allowed = f"{show(context.lowest)} to {show(context.highest)} ng/mL"
        yield "low_ng_ml", f"both limits must be within {allowed} [policy]", False
    if beneath is None:
        yield from _new_target(own, row, context)


def _new_target(own: Row, row: Row, context: Context) -> Iterator[Said]:
    others = [name for name in indication_ids() for one in raw_rows("target", name) if one["id"] == row["id"]]
    if others:
        yield "id", f"is a bundled row of {others[0]}: choose another id", False
    for key in ("default", "beside"):
        if key in own:
            yield key, f"{key} can't be set: a protocol's range is used where its conditions are stated", False
    if row["kind"] == "label_range":
        yield "kind", "a centre's own range is a target, not a label_range", False
    yield from _conditions(own, context)
    indication = read_indication(row["indication"])[0]
    if "phase" in row and row["phase"] not in indication.phases:
        yield "phase", "is not a phase of this indication", False
    if not indication.transplant and ("from_day" in row or "to_day" in row):
        yield "from_day", "days count from a transplant: this indication has phases, if anything", False
    if "population" not in row and indication.population is None:
        yield "population", 'missing key \'population\': whom the range is for, "adult" or "child"', False
    if indication.transplant and not row.get("not_with") and not row.get("co_therapy"):
        yield "not_with", 'stands beside everolimus too: not_with = ["everolimus"] leaves those patients out', True


def _conditions(own: Row, context: Context) -> Iterator[Said]:
    co_therapies, inductions = ({one.id for one in rows} for rows in read_co_therapies())
    for key, known in (("co_therapy", co_therapies), ("not_with", co_therapies), ("induction", inductions)):
        yield from known_names(key, own.get(key, ()), known)
    products = {one["id"] for one in raw_rows("product")} | {name for ids in context.products.values() for name in ids}
    yield from known_names("products", own.get("products", ()), products)


def check_monitoring(own: Row, row: Row, beneath: Row | None, _context: Context) -> Iterator[Said]:
    """Say which indication or measure of a test, threshold or caution is not known, so that it would do nothing."""
    yield from cited(own)
    if beneath is not None:
        yield "id", "is a bundled row, which stays: choose another id", False
    yield from known_names("indications", own.get("indications", ()), set(indication_ids()))
    if own.get("measures"):
        from tdmcli.records.patient_file import LAB_TESTS

        yield from known_names("measures", own["measures"], {LEVEL, *LAB_TESTS})
    yield from within_bounds(row)


def check_case(_own: Row, row: Row, _beneath: Row | None, _context: Context) -> Iterator[Said]:
    """Say why a worked case can't be asked, or would hold whatever the answer is."""
    try:
        words = shlex.split(row["ask"])
    except ValueError:
        words = []
    if not words or words[0] not in ANSWERING:
        yield "ask", f"must be a question as it is typed, beginning with one of {', '.join(ANSWERING)}", False
    elif any(word.partition("=")[0] in {"--protocol", "--format", "--json", "--help", "-h", "--"} for word in words):
        yield "ask", "is asked with this protocol and --json: leave --protocol, --format, --json and --help out", False
    if _has_empty(row["expect"]):
        yield "expect", "a part of expect is empty: it would hold for any answer", False


def _has_empty(expected: Row) -> bool:
    return not expected or any(_has_empty(value) for value in expected.values() if isinstance(value, dict))


CHECKS: dict[str, Callable[[Row, Row, Row | None, Context], Iterable[Said]]] = {
    "target": check_target,
    "interaction": check_interaction,
    "product": check_product,
    "test": check_monitoring,
    "threshold": check_monitoring,
    "caution": check_monitoring,
    "case": check_case,
}


def overlaps(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Say which new ranges stand for the same situation on the same day: neither could be the default."""
    seen: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.get("kind") != _AIMED_AT:
            continue
        alike = seen.setdefault(_situation(row), [])
        other = next((one for one in alike if _meet(row, one)), None)
        if other is not None:
            yield row["id"], f"stands for the same patients and days as {other['id']!r}"
        alike.append(row)


def _situation(row: Row) -> tuple[str, ...]:
    parts = (row.get(key) for key in _SAME_SITUATION)
    return tuple(str(sorted(part) if isinstance(part, list) else part) for part in parts)


def _meet(row: Row, other: Row) -> bool:
    def window(one: Row) -> tuple[float, float]:
        return one.get("from_day", 0), one.get("to_day", float("inf"))

    (start, end), (other_start, other_end) = window(row), window(other)
    return start < other_end and other_start < end
