"""What contributes to neurotoxicity: each factor measured against its limit, or not assessed."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import neurotoxicity as rules
from tdmcli.domain.history import drugs_on
from tdmcli.domain.interaction import direction_of, fading_days, find_drug
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import clean, parse_number, show
from tdmcli.tables.interaction_rows import Direction
from tdmcli.tables.readers import (
    read_interactions_naming,
    read_policy,
)
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Citations
from tdmcli.workflows.neurotox_data import (
    FactorAnswer,
    NeurotoxQuestion,
)

if TYPE_CHECKING:
    from tdmcli.domain.history import Measured
    from tdmcli.domain.units import Level
    from tdmcli.tables.neurotoxicity_rows import FactorRow
    from tdmcli.workflows.facts import Facts


class Assessed(NamedTuple):
    """A value with the limit it is held against, both as text, and whether it is on the wrong side."""

    value: str
    limit: str
    present: bool


def assess(
    question: NeurotoxQuestion,
    facts: Facts,
    organ: str | None,
    level: Assessed | None,
    pressure: Assessed | None,
) -> dict[str, Assessed | None]:
    """Return each factor by the id of its row, with what was measured; None where it was not assessed."""
    return {
        "level": level,
        "magnesium": _magnesium(question, facts),
        "blood-pressure": pressure,
        "cholesterol": _cholesterol(question, facts),
        "interacting-drug": _raising(facts),
        "liver-transplant": None if organ is None else Assessed(organ, "", organ == "liver"),
    }


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
    return _low("--magnesium", question.magnesium, by_unit, tests, facts)


def _cholesterol(question: NeurotoxQuestion, facts: Facts) -> Assessed | None:
    limits = read_policy().neurotoxicity
    by_unit = {"mmol/L": limits.cholesterol_mmol_l, "mg/dL": limits.cholesterol_mg_dl}
    tests = {"mmol/L": "cholesterol_mmol_l", "mg/dL": "cholesterol_mg_dl"}
    return _low("--cholesterol", question.cholesterol, by_unit, tests, facts)


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


def _raising(facts: Facts) -> Assessed | None:
    """Return whether a drug raises the level, one stopped of late among them; not assessed when none was named."""
    stopped = _still_acting(facts)
    if not facts.drugs and not stopped:
        return None
    rows = read_interactions_naming(facts.drugs)
    found = [find_drug(name, rows) for name in facts.drugs]
    known = [row for row in found if row is not None]
    raising = [row.names[0] for row in known if direction_of(row) is Direction.RAISES]
    if raising or stopped:
        return Assessed(", ".join(dict.fromkeys([*raising, *stopped])), "", present=True)
    if len(known) < len(found):
        return None
    return Assessed(", ".join(row.names[0] for row in known), "", present=False)


def _still_acting(facts: Facts) -> tuple[str, ...]:
    """Return the drugs of the file stopped so recently that the level is still raised, or is rising for it.

    What raised the level still does while it fades; when what lowered it fades, the level rises.
    """
    if facts.record is None:
        return ()
    history, policy = facts.record.history, read_policy().interaction
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    does = {Direction.RAISES: "still acting", Direction.LOWERS: "lowered the level until then"}
    taken = {row.id for drug in drugs_on(history, facts.today) if (row := find_drug(drug.name, rows)) is not None}
    found = []
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        direction = None if row is None else direction_of(row)
        if row is None or direction not in does or drug.stop is None or row.id in taken:
            continue
        if timedelta() < facts.today - drug.stop <= timedelta(days=fading_days(row, policy)):
            found.append(f"{row.names[0]}, stopped {drug.stop.isoformat()} ({does[direction]})")
    return tuple(found)
