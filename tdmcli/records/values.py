"""What a value in a patient file may be: exactly what TOML gives, never a guess.

An int or a Decimal is a number, a bool or a string never; a time is aware, or naive where the file
names its zone. Each check raises ValueError with what to write instead, never with what was there.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, ValidationInfo

_LARGEST = 100_000
_MOST_PLACES = 3
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_NO_ZONE = re.compile("localtime$|posixrules$|Factory$|posix/|right/")  # stand beside the zones, differ by machine


def _number(value: object) -> Decimal:
    if type(value) is int or isinstance(value, Decimal):
        number = Decimal(value)
        if number.is_finite() and -_LARGEST < number < _LARGEST:
            return number
        raise ValueError("must be a finite number of reasonable size")
    raise ValueError("must be a number without quotes, such as 7.4")


def _positive(value: object) -> Decimal:
    number = _number(value)
    if not number > 0:
        raise ValueError("must be above 0")
    return number


def measure(value: object) -> Decimal:
    """Return a level or dose: of the digits that the command line takes, four before the point and three after.

    Raises:
        ValueError: it is no such number.

    """
    number = _positive(value)
    exponent = number.as_tuple().exponent
    if number < 10_000 and isinstance(exponent, int) and exponent >= -_MOST_PLACES:  # noqa: PLR2004
        return number
    raise ValueError("must have at most 4 digits before and 3 after the point, such as 7.4")


def _whole(value: object) -> int:
    if type(value) is int and 0 <= value < _LARGEST:
        return value
    raise ValueError("must be a whole number without quotes")


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("must be text in quotes")


def in_zone(value: datetime, zone: ZoneInfo | None) -> datetime:
    """Return an aware time: as it is, or in the file's zone, with the offset fixed.

    Python subtracts two times of one zone by their clocks; times of a fixed offset are subtracted in UTC (R41).

    Raises:
        ValueError: it is naive and no zone is named, or no or two such moments exist that day.

    """
    if value.tzinfo is not None:
        return value
    if zone is None:
        raise ValueError("has no offset: add one (2026-10-20T07:45:00+02:00), or time_zone under [patient]")
    first, second = value.replace(tzinfo=zone), value.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise ValueError("does not exist or comes twice on the day the clocks change: add the offset")
    return first.astimezone(timezone(first.utcoffset() or timedelta()))


def _in_our_time(value: date) -> None:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"must be within the years {_FIRST_YEAR} to {_LAST_YEAR}")


def _time(value: object, info: ValidationInfo) -> datetime:
    if isinstance(value, datetime):
        _in_our_time(value)
        return in_zone(value, _zone_of(info))
    if isinstance(value, date):
        raise ValueError("needs a time of day: 2026-10-20T07:45:00+02:00")  # noqa: TRY004
    raise ValueError("must be a date and time without quotes: 2026-10-20T07:45:00+02:00")


def _time_or_day(value: object, info: ValidationInfo) -> datetime | date:
    if isinstance(value, date) and not isinstance(value, datetime):
        _in_our_time(value)
        return value
    return _time(value, info)


def _day(value: object, info: ValidationInfo) -> date:
    if not isinstance(value, date):
        raise ValueError("must be a date without quotes: 2026-10-20")  # noqa: TRY004
    moment = _time_or_day(value, info)
    return moment.date() if isinstance(moment, datetime) else moment


def _zone_of(info: ValidationInfo) -> ZoneInfo | None:
    context: dict[str, Any] = info.context or {}
    return context.get("zone")


def zone_named(name: object) -> ZoneInfo:
    """Return the IANA zone of a name.

    Raises:
        ValueError: there is none.

    """
    try:
        known = None if _NO_ZONE.match(_text(name)) else ZoneInfo(_text(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = None
    if known is None:
        raise ValueError("must be an IANA time zone such as Europe/Paris")
    return known


Number = Annotated[Decimal, BeforeValidator(_number)]
Positive = Annotated[Decimal, BeforeValidator(_positive)]
Measure = Annotated[Decimal, BeforeValidator(measure)]
Whole = Annotated[int, BeforeValidator(_whole)]
Text = Annotated[str, BeforeValidator(_text)]
Time = Annotated[datetime, BeforeValidator(_time)]
TimeOrDay = Annotated[datetime | date, BeforeValidator(_time_or_day)]
Day = Annotated[date, BeforeValidator(_day)]
