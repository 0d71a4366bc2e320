"""What the checks of a protocol's rows share: what stands elsewhere, known names, what must stay, bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean, show
from tdmcli.tables.overlay import SOURCE
from tdmcli.tables.readers import raw_policy, read_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Row = dict[str, Any]
    Said = tuple[str, str, bool]  # the key that it is about, what is wrong, and whether it is only a remark

# What a row over a bundled one may change; all else guards patients, or is what a source says.
_MAY_CHANGE = {
    "target": {"low_ng_ml", "high_ng_ml", "note"},
    "interaction": {"names", "start", "stop", "dose_factor", "first_level", "note"},
    "product": {"strengths_mg", "note"},
}
_ALWAYS = {"id", "indication", "source", "locator", "evidence"}


class Context(NamedTuple):
    """What rows are held against that stands elsewhere in the protocol: limits of ranges, its products, its drugs."""

    lowest: Decimal
    highest: Decimal
    products: Mapping[str, tuple[str, ...]]
    drugs: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, documents: Iterable[Row]) -> Context:
        """Return what the documents of a protocol say, sound or not."""
        tables = list(documents)
        policies = [one["policy"] for one in tables if isinstance(one.get("policy"), dict)]
        targets = [one["target"] for one in policies if isinstance(one.get("target"), dict)]
        lowest, highest = (_limit(targets[0] if targets else {}, key) for key in ("lowest", "highest"))
        products = by_name(_rows(tables, "product"), "aliases", str.casefold)
        drugs = by_name(_rows(tables, "interaction"), "names", spelling)
        return cls(lowest, highest, products, drugs)


def _limit(own: Row, key: str) -> Decimal:
    value = own.get(key)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite():
        return Decimal(value)
    return Decimal(raw_policy()["target"][key])


def by_name(rows: Iterable[Row], key: str, spelled: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """Return the ids of the rows by each name that they claim."""
    claims: dict[str, tuple[str, ...]] = {}
    for row in rows:
        names = row.get(key)
        own = [row.get("id"), *(names if isinstance(names, list) else [])]
        for name in {spelled(one) for one in own if isinstance(one, str)}:
            claims[name] = (*claims.get(name, ()), str(row.get("id")))
    return claims


def _rows(tables: list[Row], name: str) -> Iterator[Row]:
    for one in tables:
        part = one.get(name)
        yield from (row for row in (part if isinstance(part, list) else ()) if isinstance(row, dict))


def cited(part: Any) -> Iterator[Said]:
    """Say where a row or a part of it claims another source than the protocol."""
    if isinstance(part, list):
        for one in part:
            yield from cited(one)
    elif isinstance(part, dict):
        if part.get("source", SOURCE) != SOURCE:
            yield (
                "source",
                "a protocol's row rests on the protocol: leave source out and name the paper in locator",
                False,
            )
        for value in part.values():
            yield from cited(value)


def known_names(key: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Said]:
    """Say which of the names under a key are not known, and which are."""
    for name in names:
        if name not in known:
            yield key, f"{clean(name)!r} is not known; known: {', '.join(sorted(known))}", False


def kept(table: str, own: Row, beneath: Row | None) -> Iterator[Said]:
    """Say which key of a bundled row a protocol may not change."""
    for key in own if beneath is not None else ():
        if key not in _MAY_CHANGE[table] | _ALWAYS:
            yield key, f"{key} of a bundled row can't be changed: write a row of your own, with its own id", False


def within_bounds(row: Row) -> Iterator[Said]:
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
