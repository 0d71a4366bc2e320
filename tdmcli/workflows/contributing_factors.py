"""What contributes to neurotoxicity: each factor measured against its limit, or not assessed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import neurotoxicity as rules
from tdmcli.domain.interaction import direction_of
from tdmcli.domain.sample_checks import DOES
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import clean, parse_number, show
from tdmcli.tables.interaction_rows import Direction
from tdmcli.tables.readers import (
    read_policy,
)
from tdmcli.workflows import asked as ask
from tdmcli.workflows.acting_drugs import ActingDrugs, acting_drugs
from tdmcli.workflows.answer import Citations
from tdmcli.workflows.neurotox_data import (
    FactorAnswer,
    NeurotoxQuestion,
)

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.history import Measured
    from tdmcli.domain.units import Level
    from tdmcli.tables.neurotoxicity_rows import FactorRow
    from tdmcli.workflows.facts import Facts


class Assessed(NamedTuple):
    """A value with the limit it is held against, both as text, and whether it is on the wrong side (None: open)."""

    value: str
    limit: str
    present: bool | None


def assess(
    question: NeurotoxQuestion,
    facts: Facts,
    began: date | None,
    level: Assessed | None,
    pressure: Assessed | None,
) -> dict[str, Assessed | None]:
    """Return each factor by the id of its row, with what was measured; None where it was not assessed.

    `began` is the onset of the symptoms. An inducer that was stopped is no factor to look for where there is none.
    """
    organ = facts.indication
    drugs = acting_drugs(facts, began)
    stopped = _stopped_inducers(drugs)
    return {
        "level": level,
        "magnesium": _magnesium(question, facts),
        "blood-pressure": pressure,
        "cholesterol": _cholesterol(question, facts),
        "interacting-drug": _raising(facts, drugs),
        "liver-transplant": None if organ is None else Assessed(organ, "", organ == "liver"),
    } | ({} if stopped is None else {"stopped-inducer": stopped})


def factor_answer(row: FactorRow, found: Assessed | None, citations: Citations) -> FactorAnswer:
    """Return a factor as answers show it."""
    source = citations.add(row.source)
    if found is None:
        return FactorAnswer(row.name, None, None, None, row.action, source)
    return FactorAnswer(row.name, found.present, found.value, found.limit or None, row.action, source)


def level_factor(level: Level | None, where: Position | None, range_text: str | None) -> Assessed | None:
    """Return the level as a factor: present above its range, None where it can not be compared."""
    if level is None or where is None or range_text is None or where is Position.UNDETERMINED:
        return None
    return Assessed(f"{level.text} ({where})", range_text, where is Position.ABOVE)


def _magnesium(question: NeurotoxQuestion, facts: Facts) -> Assessed | None:
    limits = read_policy().neurotoxicity
    by_unit = {"mmol/L": limits.magnesium_mmol_l, "mg/dL": limits.magnesium_mg_dl}
    tests = {"mmol/L": "magnesium_mmol_l", "mg/dL": "magnesium_mg_dl"}
    highest = {"mmol/L": limits.magnesium_highest_mmol_l, "mg/dL": limits.magnesium_highest_mg_dl}
    _confirm(question, "--magnesium", question.magnesium, highest)
    return _low("--magnesium", question.magnesium, by_unit, tests, facts)


def _cholesterol(question: NeurotoxQuestion, facts: Facts) -> Assessed | None:
    limits = read_policy().neurotoxicity
    by_unit = {"mmol/L": limits.cholesterol_mmol_l, "mg/dL": limits.cholesterol_mg_dl}
    tests = {"mmol/L": "cholesterol_mmol_l", "mg/dL": "cholesterol_mg_dl"}
    highest = {"mmol/L": limits.cholesterol_highest_mmol_l, "mg/dL": limits.cholesterol_highest_mg_dl}
    _confirm(question, "--cholesterol", question.cholesterol, highest)
    return _low("--cholesterol", question.cholesterol, by_unit, tests, facts)


def _confirm(question: NeurotoxQuestion, option: str, text: str | None, highest: dict[str, Decimal]) -> None:
    """Have a value said twice that is beyond belief.

    Raises:
        WrongUsage: it was said once, or is no value.

    """
    if text is not None:
        value, unit = ask.typed(option, lambda one: _with_unit(one, highest), text)
        ask.confirm(question.asked, value, text, highest[unit], unit)


def _low(
    option: str, text: str | None, limits: dict[str, Decimal], tests: dict[str, str], facts: Facts
) -> Assessed | None:
    """Return a value that counts when it is below its limit [policy], from the option or else the patient file."""
    if text is not None:
        value, unit = ask.typed(option, lambda one: _with_unit(one, limits), text)
        when = ""
    else:
        found = [(one, unit) for unit, test in tests.items() if (one := _recent_lab(facts, test)) is not None]
        if not found:
            return None
        latest, unit = max(found, key=lambda one: one[0].at)
        value, when = latest.value, f" on {latest.day.isoformat()}"
    limit = limits[unit]
    return Assessed(f"{show(value)} {unit}{when}", f"below {show(limit)} {unit} [policy]", value < limit)


def _with_unit(text: str, limits: dict[str, Decimal]) -> tuple[Decimal, str]:
    match = re.fullmatch(r"([0-9.,]+) ?([A-Za-z/]+)?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"{clean(text)!r} is not a value with its unit, such as 0.6mmol/L")
    unit = match[2] or ""
    if unit not in limits:
        raise ValueError(f"the unit must be named: {' or '.join(limits)}")
    value = parse_number(match[1])
    if not value > 0:
        raise ValueError("must be above 0")
    return value, unit


def measured_pressure(question: NeurotoxQuestion, facts: Facts) -> Assessed | None:
    """Return the blood pressure against its limits; of the file the latest day, either pressure alone if it is high."""
    limits = read_policy().neurotoxicity
    limit = (limits.systolic_mmhg, limits.diastolic_mmhg)
    text = f"{show(limit[0])}/{show(limit[1])} mmHg or above [policy]"
    if question.blood_pressure is not None:
        pair = ask.typed("--bp", _parse_pressure, question.blood_pressure)
        return Assessed(f"{show(pair[0])}/{show(pair[1])} mmHg", text, rules.pressure_present(*pair, limit))
    systolic, diastolic = (_recent_lab(facts, test) for test in ("systolic_mmhg", "diastolic_mmhg"))
    if systolic and diastolic and systolic.day == diastolic.day:
        value = f"{show(systolic.value)}/{show(diastolic.value)} mmHg on {systolic.day.isoformat()}"
        return Assessed(value, text, rules.pressure_present(systolic.value, diastolic.value, limit))
    for name, found, top in (("systolic", systolic, limit[0]), ("diastolic", diastolic, limit[1])):
        if found is not None and found.value >= top:
            return Assessed(f"{name} {show(found.value)} mmHg on {found.day.isoformat()}", text, present=True)
    return None


def _recent_lab(facts: Facts, test: str) -> Measured | None:
    """Return the last value of a test in the file, if it is recent enough to speak of today [policy]."""
    if facts.record is None:
        return None
    from tdmcli.domain.history import lab

    found = lab(facts.record.history, test, facts.today)
    days = read_policy().neurotoxicity.recent_days
    return None if found is None or (facts.today - found.day).days > days else found


def _parse_pressure(text: str) -> tuple[Decimal, Decimal]:
    match = re.fullmatch(r"([0-9]{2,3})/([0-9]{2,3})( ?mmHg)?", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"{clean(text)!r} is not a blood pressure such as 160/95")
    systolic, diastolic = parse_number(match[1]), parse_number(match[2])
    if not systolic > diastolic:
        raise ValueError("the first number, systolic, must be above the second")
    return systolic, diastolic


def _raising(facts: Facts, drugs: ActingDrugs) -> Assessed | None:
    """Return whether a drug raises the level, one stopped of late among them; not assessed when none was named.

    One that may raise or lower it leaves the question open.
    """
    by_way = [(one.text, direction_of(one.row)) for one in drugs.found]
    raising = [text for text, way in by_way if way is Direction.RAISES]
    either = [f"{text}: {DOES[way]}" for text, way in by_way if way is Direction.EITHER]
    if raising or either:
        return Assessed(", ".join([*raising, *either]), "", present=True if raising else None)
    if drugs.unlisted or not facts.drugs:
        return None
    return Assessed(", ".join(dict.fromkeys(clean(name) for name in facts.drugs)), "", present=False)


def _stopped_inducers(drugs: ActingDrugs) -> Assessed | None:
    """Return the drugs that lowered the level and were stopped: while they fade the level rises."""
    found = [one.text for one in drugs.found if one.stopped and direction_of(one.row) is Direction.LOWERS]
    return Assessed(", ".join(found), "", present=True) if found else None
