"""What was asked, as typed, and the parts of it as values: one line for each thing that is malformed."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tdmcli.domain.findings import refuse
from tdmcli.domain.target_range import months_to_days
from tdmcli.domain.units import Level, clean, parse_level, parse_number, parse_whole, show
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import (
    indication_ids,
    read_indication,
    read_molecular_weight,
    read_policy,
    read_products,
    read_range_policy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal
    from pathlib import Path

    from tdmcli.domain.regimen import Regimen
    from tdmcli.domain.trough import Change
    from tdmcli.tables.product_rows import ProductRow

Value = TypeVar("Value")

LONGEST_NAME = 60
LONGEST_DAY = 36_500
_CLOSE = 0.75  # how alike a name must be to be suggested: a slip of a letter or two, not another drug
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Asked(NamedTuple):
    """The options that more than one command takes, as they were typed; None where they were not.

    `retrospective`: the time was given with --as-of, so entries of the patient file after it were not known then.
    """

    now: datetime
    retrospective: bool = False
    patient: Path | None = None
    level: str | None = None
    dose: str | None = None
    every: str | None = None
    product: str | None = None
    target: str | None = None
    indication: str | None = None
    days: str | None = None
    months: str | None = None
    phase: str | None = None
    hours_after_dose: str | None = None
    days_on_dose: str | None = None
    last_change: str | None = None
    drugs: tuple[str, ...] = ()
    weight: str | None = None
    age: str | None = None
    confirm_value: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()


def typed(option: str, parse: Callable[[str], Value], text: str) -> Value:
    """Return what a parser makes of an option's text.

    Raises:
        WrongUsage: the parser refuses it; the line names the option.

    """
    try:
        return parse(text)
    except ValueError as error:
        raise WrongUsage(f"{option}: {error}") from None


def number(option: str, text: str | None) -> Decimal | None:
    """Return an option's number, or None where it was not given."""
    return None if text is None else typed(option, parse_number, text)


def level(asked: Asked, repeated: str | None = None) -> Level | None:
    """Return the level that was typed, checked to be one that can be (R30, R31).

    `repeated` is what --confirm-value must say where the unit was typed apart.
    """
    if asked.level is None:
        return None
    value = typed("--level", lambda text: parse_level(text, read_molecular_weight()), asked.level)
    confirm(asked, value.value_ng_ml, repeated or asked.level, read_policy().level.confirm_above, "ng/mL")
    return value


def confirm(asked: Asked, value: Decimal, text: str, limit: Decimal, unit: str) -> None:
    """Refuse a value above a limit of belief unless `--confirm-value` repeats it.

    Raises:
        WrongUsage: it is too large and was not repeated.

    """
    if value <= limit or text in asked.confirm_value:
        return
    again = f"check it, then repeat it with --confirm-value {clean(text)}"
    raise WrongUsage(f"{show(value)} {unit} is above {show(limit)} {unit} [policy]: {again}")


def product(asked: Asked) -> ProductRow | None:
    """Return the product that was named.

    Raises:
        Refused: no such product.

    """
    if asked.product is None:
        return None
    found = find_product(asked.product)
    if found is not None:
        return found
    known = [row.id for row in read_products()]
    close = near(asked.product.casefold().strip(), known)
    raise refuse(Code.UNKNOWN_PRODUCT, name=clean(asked.product), near=close, known=", ".join(known))


def find_product(name: str) -> ProductRow | None:
    """Return the product of an id or alias, in whatever case; never a near match."""
    wanted = name.casefold().strip()
    return next((row for row in read_products() if wanted in (row.id, *row.aliases)), None)


def refuse_product_alone(asked: Asked) -> None:
    """Refuse --product beside a patient file without a dose: the file's regimen has its own product.

    Raises:
        WrongUsage: they contradict each other.

    """
    if asked.patient is not None and asked.product is not None and asked.dose is None:
        raise WrongUsage("--product beside --patient needs --dose and --every: the file's regimen names its product")


def regimen(asked: Asked) -> Regimen | None:
    """Return the regimen that was typed, or None if neither dose nor interval was.

    Raises:
        WrongUsage: a part is malformed.
        Refused: only one of dose and interval was given, or the product is unknown.

    """
    if asked.dose is None and asked.every is None:
        return None
    from tdmcli.domain.regimen import Regimen, parse_dose

    if asked.dose is None or asked.every is None:
        what = "--dose without --every" if asked.every is None else "--every without --dose"
        raise refuse(Code.MISSING_REGIMEN, what=what)
    intakes = typed("--dose", parse_dose, asked.dose)
    hours = typed("--every", parse_whole, asked.every.removesuffix("h"))
    made = typed("--dose", lambda _: Regimen(intakes, hours, product(asked)), asked.dose)
    confirm(asked, made.daily_dose_mg, asked.dose, read_policy().dose.confirm_above_mg, "mg/day")
    return made


def target(asked: Asked) -> tuple[Decimal, Decimal] | None:
    """Return the range (ng/mL) that was typed as LOW-HIGH, within the limits of policy (R27).

    Raises:
        WrongUsage: it is no such range.

    """
    if asked.target is None:
        return None
    low_text, dash, high_text = asked.target.partition("-")
    if not dash:
        raise WrongUsage(f"--target: {clean(asked.target)!r} is not LOW-HIGH, such as 6-9")
    low = typed("--target", parse_number, low_text.strip(" "))
    high = typed("--target", parse_number, high_text.strip(" "))
    limits = read_range_policy()
    if not limits.lowest <= low < high <= limits.highest:
        allowed = f"{show(limits.lowest)} to {show(limits.highest)} ng/mL"
        raise WrongUsage(f"--target: low must be below high, both within {allowed} [policy]")
    return low, high


def day(asked: Asked) -> int | None:
    """Return the days after transplant, from --days or --months.

    Raises:
        WrongUsage: malformed, or both were given.

    """
    if asked.days is not None and asked.months is not None:
        raise WrongUsage("--days and --months: give one of them")
    if asked.months is not None:
        days = months_to_days(typed("--months", parse_whole, asked.months))
    elif asked.days is not None:
        days = typed("--days", parse_whole, asked.days)
    else:
        return None
    if days > LONGEST_DAY:
        raise WrongUsage("--days: more than 100 years")
    return days


def change(asked: Asked) -> Change | None:
    """Return which way the dose last changed."""
    if asked.last_change is None:
        return None
    from tdmcli.domain.trough import Change

    return Change(asked.last_change)


def accepted(asked: Asked) -> frozenset[Code]:
    """Return the codes to accept, each checked to exist and to be one that may be.

    Raises:
        WrongUsage: an unknown code, or one that is never overridden (R64).

    """
    codes = set()
    for text in asked.accept:
        if text not in set(Code):
            raise WrongUsage(f"--accept: {clean(text)!r} is not a code")
        if Code(text) not in OVERRIDABLE:
            raise WrongUsage(f"--accept: {text} can't be overridden; can be: {', '.join(sorted(OVERRIDABLE))}")
        codes.add(Code(text))
    return frozenset(codes)


OVERRIDABLE = frozenset(
    {Code.NOT_STEADY_STATE, Code.DISCREPANT, Code.INTERACTION_SETTLING, Code.STALE_LEVEL, Code.MISSED_DOSE}
)


def find_indication(name: str) -> str:
    """Return the id of an indication from its id or an alias; never a near match (R23).

    Raises:
        Refused: there is none; the known ones are named.

    """
    wanted = " ".join(name.casefold().replace("_", "-").split())
    if wanted in indication_ids():
        return wanted
    for indication_id in indication_ids():
        if wanted in read_indication(indication_id)[0].aliases:
            return indication_id
    known = indication_ids()
    raise refuse(Code.UNKNOWN_INDICATION, name=clean(name), near=near(wanted, known), known=", ".join(known))


def near(wanted: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` for names close to one that is unknown, or nothing. Only a suggestion."""
    import difflib

    close = difflib.get_close_matches(wanted[:LONGEST_NAME], list(known), n=2, cutoff=_CLOSE)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def parse_moment(text: str) -> datetime:
    """Return the moment that `--as-of` names: ISO 8601; a day alone is its end.

    Without an offset the moment is naive: it is meant where the patient is (`at`).

    Raises:
        ValueError: it is anything else.

    """
    import re

    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", text, re.ASCII):
        raise ValueError(f"{clean(text)!r} is not a time such as 2026-11-21 or 2026-11-21T08:00+01:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{clean(text)!r} is not a time that exists") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{clean(text)!r} is not within the years {FIRST_YEAR} to {LAST_YEAR}")
    if len(text) == len("2026-11-21"):
        moment = moment.replace(hour=23, minute=59)
    return moment


def at(asked: Asked, zone: tzinfo = UTC) -> datetime:
    """Return the time asked about, in a zone where it names none: the patient's, or UTC."""
    return asked.now if asked.now.tzinfo else asked.now.replace(tzinfo=zone)
