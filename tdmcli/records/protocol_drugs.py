"""What must hold of a protocol's drugs and products: no guard of the tables undone, no name that means two things."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from tdmcli.domain.regimen import INTERVALS_H
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean, show
from tdmcli.records.protocol_rules import by_name, cited, kept, known_names, within_bounds
from tdmcli.tables.readers import indication_ids, raw_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tdmcli.records.protocol_rules import Context, Row, Said

_MOST_NAMES, _MOST_STRENGTHS = 30, 12


@cache
def _bundled_drugs() -> Mapping[str, tuple[str, ...]]:
    return by_name(raw_rows("interaction"), "names", spelling)


def check_interaction(own: Row, row: Row, beneath: Row | None, context: Context) -> Iterator[Said]:
    """Say where a row would undo a guard: another effect than the tables', a lost name, a name of another drug."""
    yield from cited(own)
    if beneath is not None and beneath["effect"] == "avoid":
        yield "id", "a drug to avoid can't be changed", False
    yield from kept("interaction", own, beneath)
    names = {spelling(name) for name in row["names"]}
    if len(row["names"]) > _MOST_NAMES or any(not spelling(name).strip("-") for name in row["names"]):
        yield "names", f"at most {_MOST_NAMES} names, none of them empty", False
    lost = [name for name in (beneath or {}).get("names", ()) if spelling(name) not in names]
    if lost:
        yield "names", f"the bundled names must stay: {clean(', '.join(lost), 120)}", False
    for name in sorted(names):
        for other in _bundled_drugs().get(name, ()):
            if other != row["id"]:
                yield "names", f"{name} is a name of {other} in the tables: use that id", False
        for other in context.drugs.get(name, ()):
            if other != row["id"]:
                yield "names", f"{name} is a name of {clean(other)} in this protocol too", False
    if row.get("direction", row["effect"]) != row["effect"] and row["effect"] != "avoid":
        yield "direction", "direction stands on a drug to avoid; for others the effect says it", False
    yield from _of_organs(own, row)
    yield from _milder(row, beneath)
    yield from within_bounds(row)


def _of_organs(own: Row, row: Row) -> Iterator[Said]:
    advice = own.get("organ_advice", ())
    yield from known_names("organ_advice", [one["organ"] for one in advice if "organ" in one], set(indication_ids()))
    if any("organ" in one or "effect" in one for key in ("start", "stop") for one in own.get(key, ())):
        yield "start", "what holds for one organ stands under organ_advice", False
    if "dose_factor" in row and any(one.get("effect") == "avoid" for one in row.get("organ_advice", ())):
        yield "dose_factor", "no factor on a drug that is to be avoided with an organ", False


def _milder(row: Row, beneath: Row | None) -> Iterator[Said]:
    """Say where a factor cuts the dose by less than the bundled one, or a first level comes later."""
    old, new = (beneath or {}).get("dose_factor"), row.get("dose_factor")
    if old and new and Decimal(new["multiply"]) / new["divide"] > Decimal(old["multiply"]) / old["divide"]:
        yield "dose_factor", f"must not be more than the bundled {old['multiply']}/{old['divide']}", False
    old, new = (beneath or {}).get("first_level"), row.get("first_level")
    if old and new and new["to_day"] > old["to_day"]:
        yield "first_level", f"must not be later than day {old['to_day']}, as in the tables", False


def check_product(own: Row, row: Row, beneath: Row | None, context: Context) -> Iterator[Said]:
    """Say which strength of a bundled product is not one of its own, and what else must stay: mix-ups have harmed."""
    yield from cited(own)
    yield from kept("product", own, beneath)
    if len(row["strengths_mg"]) > _MOST_STRENGTHS:
        yield "strengths_mg", f"at most {_MOST_STRENGTHS} strengths", False
    if beneath is not None:
        made = ", ".join(show(Decimal(mg)) for mg in beneath["strengths_mg"])
        for mg in row["strengths_mg"]:
            if mg not in beneath["strengths_mg"]:
                yield "strengths_mg", f"{show(Decimal(mg))} mg is not a strength of this product ({made} mg)", False
    else:
        yield from _new_product(row, context)


def _new_product(row: Row, context: Context) -> Iterator[Said]:
    taken = {name.casefold() for one in raw_rows("product") for name in (one["id"], one["name"], *one["aliases"])}
    for name in (row["id"], row["name"], *row["aliases"]):
        if name.casefold() in taken:
            yield "aliases", f"{name} is a bundled product", False
        if any(other != row["id"] for other in context.products.get(name.casefold(), ())):
            yield "aliases", f"{name} is another product of this protocol too", False
    for name in row["aliases"]:
        if name != name.casefold().strip():
            yield "aliases", f"{clean(name)!r} must be in small letters", False
    if not row["intervals_h"] or not set(row["intervals_h"]) <= set(INTERVALS_H):
        yield "intervals_h", f"must be some of {', '.join(map(str, INTERVALS_H))}", False
    yield from within_bounds(row)
