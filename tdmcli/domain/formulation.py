"""From one product, route or interval to another: which rows hold, and the daily dose that each leads to.

A row holds in the direction that its source speaks of and in no other. Rules: SAFETY R09, R14, R19, R49, R50.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.tables.conversion_rows import ConversionKind, ConversionRow
from tdmcli.tables.rows import Population, Release, Route

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.tables.conversion_rows import NotInterchangeableRow
    from tdmcli.tables.product_rows import ProductRow


class Switch(NamedTuple):
    """A change of product, and what is known of the patient; None is not known."""

    before: ProductRow
    after: ProductRow
    population: Population | None = None
    indication: str | None = None


class Choice(NamedTuple):
    """The row whose number becomes the dose, if one does, and the other rows that speak of the change."""

    deciding: ConversionRow | None
    others: tuple[ConversionRow, ...]


def speaks_of(row: ConversionRow, before: ProductRow, after: ProductRow) -> bool:
    """Return whether a row is about this change, in this direction; whom it holds for is not looked at."""
    from_fits = _is_on_side(before, row.from_products, (row.from_release, row.from_route))
    to_anything = not (row.to_products or row.to_release or row.to_route)
    return from_fits and (to_anything or _is_on_side(after, row.to_products, (row.to_release, row.to_route)))


def _is_on_side(product: ProductRow, ids: tuple[str, ...], kind: tuple[str | None, str | None]) -> bool:
    if ids:
        return product.id in ids
    release, route = kind
    if release is None and route is None:
        return False
    return release in {None, product.release} and route in {None, product.route}


def violated(row: ConversionRow, switch: Switch) -> tuple[str, ...]:
    """Return whom a row holds for, where that contradicts what is known.

    What is not known contradicts nothing (R24), but for children: a row of theirs never holds for an unknown age.
    """
    found: tuple[str, ...] = ()
    known = switch.population or Population.ADULT
    if row.population is not None and row.population is not known:
        found += (_PEOPLE[row.population],)
    if row.indications and switch.indication is not None and switch.indication not in row.indications:
        found += (" or ".join(row.indications),)
    return found


def not_said(row: ConversionRow, switch: Switch) -> tuple[str, ...]:
    """Return whom a row holds for, where that is not known of the patient."""
    found: tuple[str, ...] = ()
    if row.population is not None and switch.population is None:
        found += (_PEOPLE[row.population],)
    if row.indications and switch.indication is None:
        found += (f"given for {' or '.join(row.indications)}",)
    return found if row.group is None else (*found, row.group)


_PEOPLE = {Population.ADULT: "an adult", Population.CHILD: "a child"}


def decides(row: ConversionRow) -> bool:
    """Return whether a row's number may become the dose: a label's factor, and one; a dose by weight converts none."""
    one_factor = row.factor_low is not None and row.factor_low == row.factor_high
    return row.kind is ConversionKind.LABEL and one_factor


def choose(rows: Iterable[ConversionRow], switch: Switch) -> Choice:
    """Return the row that decides a change, and the others that hold for it."""
    holding = [row for row in rows if speaks_of(row, switch.before, switch.after) and not violated(row, switch)]
    deciding = next((row for row in holding if decides(row)), None)
    return Choice(deciding, tuple(row for row in holding if row is not deciding))


def needs_indication(rows: Iterable[ConversionRow], switch: Switch) -> bool:
    """Return whether rows for children differ by an indication that is not known: none of them is then assumed."""
    return switch.indication is None and any(
        row.population is Population.CHILD and row.indications and not violated(row, switch)
        for row in rows
        if speaks_of(row, switch.before, switch.after)
    )


def has_reverse(rows: Iterable[ConversionRow], switch: Switch) -> bool:
    """Return whether a label gives a factor for the opposite direction: it is never turned round (R49)."""
    labels = (row for row in rows if decides(row) and row.factor_low is not None)
    return any(speaks_of(row, switch.after, switch.before) for row in labels)


def of_other_products(
    rows: Iterable[ConversionRow], switch: Switch, products: Iterable[ProductRow]
) -> tuple[ConversionRow, ...]:
    """Return the labels' rows to this product that name others of the same kind to come from, not the one taken.

    Between mouth and vein any product by the same route is of the same kind, else those of the same release.
    """
    by_kind = {one.id: (one.route, one.release) for one in products}
    before, after = switch.before, switch.after
    alike = {
        name
        for name, (route, release) in by_kind.items()
        if route is before.route and (release is before.release or route is not after.route)
    }
    return tuple(
        row
        for row in rows
        if decides(row)
        and alike.intersection(row.from_products)
        and not {before.id, after.id}.intersection(row.from_products)
        and _is_on_side(after, row.to_products, (row.to_release, row.to_route))
        and not violated(row, switch)
    )


def of_other_label(
    rows: Iterable[ConversionRow], switch: Switch, products: Iterable[ProductRow]
) -> tuple[tuple[ConversionRow, ProductRow], ...]:
    """Return the rows with a number of another country's label of the same product, each with the product it names."""
    rows, found = tuple(rows), []
    for product in products:
        if product.other_label == switch.after.id and product != switch.before:
            other = switch._replace(after=product)
        elif product.other_label == switch.before.id and product != switch.after:
            other = switch._replace(before=product)
        else:
            continue
        found += [
            (row, product)
            for row in rows
            if row.factor_low is not None
            and speaks_of(row, other.before, other.after)
            and not speaks_of(row, switch.before, switch.after)
            and not violated(row, other)
        ]
    return tuple(found)


def kept_apart(
    rows: Iterable[NotInterchangeableRow], before: ProductRow, after: ProductRow
) -> tuple[NotInterchangeableRow, ...]:
    """Return the rows that say of these two products that they do not stand for each other."""

    def group(row: NotInterchangeableRow, product: ProductRow) -> str | None:
        if product.id in row.products:
            return product.id
        is_of_release = row.release is product.release and product.route is Route.ORAL
        return str(row.release) if is_of_release else None

    pairs = [(row, group(row, before), group(row, after)) for row in rows]
    return tuple(row for row, one, other in pairs if one is not None and other is not None and one != other)


def daily_doses(row: ConversionRow, daily_dose_mg: Decimal) -> tuple[Decimal, ...]:
    """Return the daily dose (mg) that a row's factor leads to, or both ends of its range; nothing without a factor."""
    if row.factor_low is None or row.factor_high is None:
        return ()
    ends = (daily_dose_mg * row.factor_low, daily_dose_mg * row.factor_high)
    return ends[:1] if ends[0] == ends[1] else ends


class Intervals(NamedTuple):
    """The hours between intakes before a change and after it."""

    before_h: int
    after_h: int


_DAY_H = 24


def crosses_a_day(intervals: Intervals) -> bool:
    """Return whether one of the intervals is longer than a day and the other is not."""
    return (intervals.before_h > _DAY_H) is not (intervals.after_h > _DAY_H)


def below_a_day_to_above(intervals: Intervals) -> bool:
    """Return whether several intakes a day become less than one."""
    return intervals.before_h < _DAY_H < intervals.after_h


def against_intervals(row: ConversionRow | None, switch: Switch, intervals: Intervals) -> str | None:
    """Return why a row's number says nothing between these intervals, or None where it may decide.

    A factor was found between the intervals of the products' labels. Between two immediate-release products mg for mg
    the interval may stay what it was. Without a row (one product) only a prolonged-release product's label speaks.
    """
    before, after = switch.before, switch.after
    if after.release is Release.PROLONGED and intervals.after_h < _DAY_H:
        return _own_interval(after, intervals.after_h)
    if row is None:
        return None
    alike = before.release is after.release and before.route is after.route is Route.ORAL
    if alike and row.factor_low == row.factor_high == 1 and intervals.before_h == intervals.after_h:
        return None
    for product, hours in ((before, intervals.before_h), (after, intervals.after_h)):
        if hours not in product.intervals_h:
            return _own_interval(product, hours)
    return None


def _own_interval(product: ProductRow, hours: int) -> str:
    own = " or ".join(str(one) for one in product.intervals_h)
    return f"{product.name} is given every {own} hours by its label, here every {hours} hours."
