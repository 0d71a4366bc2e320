"""What was typed for an entry of a patient file, as the keys and values of that entry in TOML."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.regimen import parse_dose
from tdmcli.domain.units import clean, parse_level, parse_number, parse_unit, parse_whole
from tdmcli.errors import WrongUsage
from tdmcli.tables.readers import read_molecular_weight
from tdmcli.workflows.asked import LONGEST_NAME, typed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

LONGEST_NOTE = 500


class Entry(NamedTuple):
    """An entry to be added: its table, and its keys and values."""

    table: str
    values: dict[str, Any]


def parse_time_or_day(text: str) -> datetime | date:
    """Return the time or the day that ISO 8601 says; a time without offset is meant in the file's zone.

    Raises:
        ValueError: it is anything else (R38).

    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", text, re.ASCII):
        raise ValueError(f"{clean(text)!r} is not a time such as 2026-11-21T08:00+01:00 or a day such as 2026-11-21")
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{clean(text)!r} is not a time that exists") from None


def parse_time(text: str) -> datetime:
    """Return the time that ISO 8601 says.

    Raises:
        ValueError: it is anything else, or a day alone.

    """
    moment = parse_time_or_day(text)
    if not isinstance(moment, datetime):
        raise ValueError(f"{clean(text)!r} needs a time of day: {clean(text)}T08:00")  # noqa: TRY004 - what was typed
    return moment


def parse_day(text: str) -> date:
    """Return the day that ISO 8601 says.

    Raises:
        ValueError: it is anything else.

    """
    moment = parse_time_or_day(text)
    if isinstance(moment, datetime):
        raise ValueError(f"{clean(text)!r} must be a day alone, such as 2026-11-21")  # noqa: TRY004 - what was typed
    return moment


def parse_text(text: str) -> str:
    """Return a text of one line as it was typed.

    Raises:
        ValueError: it is empty, too long, or has characters that no screen shows.

    """
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > LONGEST_NOTE:
        raise ValueError(f"must have at most {LONGEST_NOTE} characters")
    if clean(text, LONGEST_NOTE) != text.replace("\u00a0", " ") or any("\ud800" <= one <= "\udfff" for one in text):
        raise ValueError("has a character that no screen shows: a line break, a control or direction character")
    return text


def parse_name(text: str) -> str:
    """Return the name of a drug or symptom.

    Raises:
        ValueError: it is empty, too long, or has characters that no screen shows.

    """
    if len(text) > LONGEST_NAME:
        raise ValueError(f"must have at most {LONGEST_NAME} characters")
    return parse_text(text)


def as_typed(number: Decimal) -> Decimal | int:
    """Return a number as the file is to have it: with the digits that were typed, 8 as 8 and 8.0 as 8.0."""
    return int(number) if number.as_tuple().exponent == 0 else number


def level_entry(value: str, options: Mapping[str, Any]) -> Entry:
    """Return a level: its number as typed, or its limit in quotes, and its unit, ng/mL where none was named (R12)."""
    level = typed("LEVEL", lambda text: parse_level(text, read_molecular_weight()), value)
    unit = options["unit"]
    named = re.search(r"[^0-9.<> ]", value) is not None
    if unit is not None:
        if named:
            raise WrongUsage("--unit: the level names its unit already")
        level = typed("--unit", lambda text: parse_level(f"{value}{parse_unit(text)}", read_molecular_weight()), unit)
    digits, _, shown = level.text.rpartition(" ")
    number = parse_number(digits.lstrip("<>"))
    return Entry(
        "levels",
        _given(
            {
                "taken": typed("--taken", parse_time_or_day, options["taken"]),
                "last_dose": _typed("--last-dose", parse_time, options["last_dose"]),
                "value": as_typed(number) if level.is_number else digits,
                "unit": shown,
                "assay": _typed("--assay", parse_text, options["assay"]),
                "lab": _typed("--lab", parse_text, options["lab"]),
                "flags": [typed("--flag", parse_name, one) for one in options["flags"]] or None,
                "corrects": _typed("--corrects", parse_time_or_day, options["corrects"]),
                "note": _typed("--note", parse_text, options["note"]),
            }
        ),
    )


def regimen_entry(options: Mapping[str, Any]) -> Entry:
    """Return a regimen."""
    return Entry(
        "regimens",
        _given(
            {
                "start": typed("--start", parse_time, options["start"]),
                "product": typed("--product", parse_name, options["product"]).casefold().strip(),
                "intakes_mg": [as_typed(mg) for mg in typed("--dose", parse_dose, options["dose"])],
                "interval_h": typed("--every", parse_whole, options["every"].removesuffix("h")),
                "route": _typed("--route", parse_name, options["route"]),
                "stop": _typed("--stop", parse_time, options["stop"]),
                "note": _typed("--note", parse_text, options["note"]),
            }
        ),
    )


def drug_entry(name: str, options: Mapping[str, Any]) -> Entry:
    """Return another drug from its first to its last day."""
    return Entry(
        "drugs",
        _given(
            {
                "name": typed("NAME", parse_name, name),
                "start": typed("--start", parse_day, options["start"]),
                "stop": _typed("--stop", parse_day, options["stop"]),
                "note": _typed("--note", parse_text, options["note"]),
            }
        ),
    )


def lab_entry(taken: str, results: Mapping[str, str | None], note: str | None) -> Entry:
    """Return laboratory values of one time; `results` by the key that names the unit.

    Raises:
        WrongUsage: none was given, or one is malformed.

    """
    values = {
        key: as_typed(typed(f"--{key.replace('_', '-')}", parse_number, text))
        for key, text in results.items()
        if text is not None
    }
    if not values:
        raise WrongUsage("give at least one result, such as --hematocrit-percent 31")
    when = {"taken": typed("--taken", parse_time_or_day, taken)}
    return Entry("labs", _given({**when, **values, "note": _typed("--note", parse_text, note)}))


def symptom_entry(name: str, noted: str, note: str | None) -> Entry:
    """Return a symptom and the day on which it was noted."""
    return Entry(
        "symptoms",
        _given(
            {
                "noted": typed("--noted", parse_day, noted),
                "name": typed("NAME", parse_name, name),
                "note": _typed("--note", parse_text, note),
            }
        ),
    )


def _typed(option: str, parse: Any, text: str | None) -> Any:
    return None if text is None else typed(option, parse, text)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
