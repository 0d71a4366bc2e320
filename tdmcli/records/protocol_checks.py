"""What must hold of a protocol's rows beyond their shape: limits, known names, and no guard of the tables undone."""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.regimen import INTERVALS_H
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean, show
from tdmcli.tables.monitoring_rows import LEVEL
from tdmcli.tables.overlay import SOURCE
from tdmcli.tables.readers import (
    indication_ids,
    raw_policy,
    raw_rows,
    read_bounds,
    read_co_therapies,
    read_indication,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Row = dict[str, Any]
    Said = tuple[str, str, bool]  # the key that it is about, what is wrong, and whether it is only a remark

ANSWERING = ("target", "adjust", "interact", "neurotox", "cdratio", "monitor")
_SAME_SITUATION = ("indication", "population", "phase", "release", "co_therapy", "not_with", "induction", "products")
_AIMED_AT = "target"
_KEPT_OF_A_DRUG = ("effect", "direction", "inhibitor", "organ_advice", "fading")
_KEPT_OF_A_PRODUCT = ("aliases", "release", "route", "form", "intervals_h")


class Context(NamedTuple):
    """What rows are held against that stands elsewhere in the protocol: limits of ranges, its products, its drugs."""

    lowest: Decimal
    highest: Decimal
    products: frozenset[str]
    drugs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, documents: Iterable[Row]) -> Context:
        """Return what the documents of a protocol say, sound or not."""
        tables = list(documents)
        policies = [one["policy"] for one in tables if isinstance(one.get("policy"), dict)]
        targets = [one["target"] for one in policies if isinstance(one.get("target"), dict)]
        lowest, highest = (_limit(targets[0] if targets else {}, key) for key in ("lowest", "highest"))
        products = {str(row.get("id")) for row in _rows(tables, "product")} | {row["id"] for row in raw_rows("product")}
        drugs = tuple(
            (str(row.get("id")), spelling(name))
            for row in _rows(tables, "interaction")
            for name in (row["names"] if isinstance(row.get("names"), list) else ())
            if isinstance(name, str)
        )
        return cls(lowest, highest, frozenset(products), drugs)


def _limit(own: Row, key: str) -> Decimal:
    value = own.get(key)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite():
        return Decimal(value)
    return Decimal(raw_policy()["target"][key])


def _rows(tables: list[Row], name: str) -> Iterator[Row]:
    for one in tables:
        part = one.get(name)
        yield from (row for row in (part if isinstance(part, list) else ()) if isinstance(row, dict))


def check_target(own: Row, row: Row, beneath: Row | None, context: Context) -> Iterator[Said]:
    """Say what is wrong with a range: its kind, its limits, the names in its conditions, or whom it leaves open."""
    yield from _cited(own)
    if "kind" in own and row["kind"] == "label_range":
        yield "kind", "a centre's own range is a target, not a label_range", False
    if row["kind"] == _AIMED_AT and not (context.lowest <= row["low_ng_ml"] and row["high_ng_ml"] <= context.highest):
        allowed = f"{show(context.lowest)} to {show(context.highest)} ng/mL"
        yield "low_ng_ml", f"both limits must be within {allowed} [policy]", False
    co_therapies, inductions = ({one.id for one in rows} for rows in read_co_therapies())
    for key, known in (("co_therapy", co_therapies), ("not_with", co_therapies), ("induction", inductions)):
        yield from _known(key, own.get(key, ()), known)
    yield from _known("products", own.get("products", ()), context.products)
    indication = read_indication(row["indication"])[0]
    if "phase" in row and row["phase"] not in indication.phases:
        yield "phase", "is not a phase of this indication", False
    if "population" not in row and beneath is None and indication.population is None:
        yield "population", 'missing key \'population\': whom the range is for, "adult" or "child"', False
    if beneath is None and indication.transplant and not row.get("not_with") and not row.get("co_therapy"):
        yield "not_with", 'stands beside everolimus too: not_with = ["everolimus"] leaves those patients out', True


def check_interaction(own: Row, row: Row, beneath: Row | None, context: Context) -> Iterator[Said]:
    """Say where a row would undo a guard: another effect than the tables', a lost name, a name of another drug."""
    yield from _cited(own)
    names = {spelling(name) for name in row["names"]}
    if any(not spelling(name).strip("-") for name in row["names"]):
        yield "names", "a name is empty", False
    if beneath is not None:
        yield from _kept(own, beneath, _KEPT_OF_A_DRUG)
        lost = [name for name in beneath["names"] if spelling(name) not in names]
        if lost:
            yield "names", f"the bundled names must stay: {clean(', '.join(lost), 120)}", False
    for other in raw_rows("interaction"):
        shared = names & {spelling(name) for name in other["names"]}
        if shared and other["id"] != row["id"]:
            yield "names", f"{min(shared)} is a name of {other['id']} in the tables: use that id", False
    for other_id, name in context.drugs:
        if other_id != row["id"] and name in names:
            yield "names", f"{name} is a name of {clean(other_id)} in this protocol too", False
    organs = [one["organ"] for key in ("start", "stop", "organ_advice") for one in own.get(key, ()) if "organ" in one]
    yield from _known("organ", organs, set(indication_ids()))
    yield from _within(row)


def check_product(own: Row, row: Row, beneath: Row | None, _context: Context) -> Iterator[Said]:
    """Say which strength of a bundled product is not one of its own, and what else must stay: mix-ups have harmed."""
    yield from _cited(own)
    if beneath is not None:
        yield from _kept(own, beneath, _KEPT_OF_A_PRODUCT)
        made = ", ".join(show(Decimal(mg)) for mg in beneath["strengths_mg"])
        for mg in row["strengths_mg"]:
            if mg not in beneath["strengths_mg"]:
                yield "strengths_mg", f"{show(Decimal(mg))} mg is not a strength of this product ({made} mg)", False
        return
    taken = {name for one in raw_rows("product") for name in (one["id"], *one["aliases"])}
    for name in (row["id"], *row["aliases"]):
        if name in taken:
            yield "aliases", f"{name} is a bundled product", False
        if name != name.casefold().strip():
            yield "aliases", f"{clean(name)!r} must be in small letters", False
    if not row["intervals_h"] or not set(row["intervals_h"]) <= set(INTERVALS_H):
        yield "intervals_h", f"must be some of {', '.join(map(str, INTERVALS_H))}", False
    yield from _within(row)


def check_monitoring(own: Row, row: Row, _beneath: Row | None, _context: Context) -> Iterator[Said]:
    """Say which indication or measure of a test, threshold or caution is not known, so that it would do nothing."""
    yield from _cited(own)
    yield from _known("indications", own.get("indications", ()), set(indication_ids()))
    if own.get("measures"):
        from tdmcli.records.patient_file import LAB_TESTS

        yield from _known("measures", own["measures"], {LEVEL, *LAB_TESTS})
    yield from _within(row)


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


def _cited(part: Any) -> Iterator[Said]:
    """Say where a row or a part of it claims another source than the protocol."""
    if isinstance(part, list):
        for one in part:
            yield from _cited(one)
    elif isinstance(part, dict):
        if part.get("source", SOURCE) != SOURCE:
            yield (
                "source",
                "a protocol's row rests on the protocol: leave source out and name the paper in locator",
                False,
            )
        for value in part.values():
            yield from _cited(value)


def _known(key: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Said]:
    for name in names:
        if name not in known:
            yield key, f"{clean(name)!r} is not known; known: {', '.join(sorted(known))}", False


def _kept(own: Row, beneath: Row, keys: tuple[str, ...]) -> Iterator[Said]:
    for key in keys:
        if key in own and own[key] != beneath.get(key):
            yield key, f"{key} of a bundled row can't be changed: other answers rest on it", False


def _within(row: Row) -> Iterator[Said]:
    """Say which number of a row lies beyond its bounds."""
    for bound in read_bounds():
        table, _, key = bound.key.partition(".")
        part: Any = row
        for name in key.split("."):
            part = part.get(name) if isinstance(part, dict) else None
        for value in (part if isinstance(part, list) else [part]) if table == "row" else ():
            if value is not None and not bound.lowest <= value <= bound.highest:
                allowed = f"{show(bound.lowest)} to {show(bound.highest)}"
                yield key.partition(".")[0], f"{key} must be {allowed} (data/protocol_bounds.toml)", False


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
