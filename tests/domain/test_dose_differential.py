"""The dose rules a second time, from the rule text alone, and the program compared with them.

The second opinion counts in fractions and by brute force: every count of every strength up to twelve
units, every mix of two neighbouring intakes over a day. It takes nothing from the program, and holds
only where what was taken when the level was drawn is still taken. TDMCLI_CASES sets how many random cases are compared.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, pairwise, product

import pytest

from tdmcli.domain.dose_adjustment import Adjustment, adjust_dose
from tdmcli.domain.dose_case import Case
from tdmcli.domain.findings import Refused
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.units import Censor, LevelUnit, make_level
from tdmcli.tables.readers import read_policy, read_products

MOST_UNITS = 12
CAP = Fraction(3, 2)
MARGIN = Fraction(1, 10)
WIDE = Fraction(5, 2)
TOO_MANY_AIMS = 3
CRITICAL = 60
MOST_A_DAY = Fraction(40)


@dataclass(frozen=True)
class Question:
    """A level, what is taken and was taken when it was drawn, and where it shall go."""

    level: Fraction
    cycle: tuple[Fraction, ...]
    interval: int
    strengths: tuple[Fraction, ...]
    low: Fraction
    high: Fraction
    aim: Fraction | None = None
    out_before: bool = False
    no_increase: bool = False
    no_decrease: bool = False
    equal: bool = False


@dataclass(frozen=True)
class Opinion:
    """A refusal, or a position with the dose before and after the cap and the one that is proposed."""

    refused: str | None = None
    position: str = ""
    unrounded: Fraction = Fraction(0)
    capped: Fraction = Fraction(0)
    daily: Fraction = Fraction(0)
    intakes: tuple[Fraction, ...] = ()


@cache
def single_intakes(strengths: tuple[Fraction, ...]) -> dict[Fraction, int]:
    """Return each intake that up to twelve units make, with the fewest units that make it."""
    found: dict[Fraction, int] = {}
    for count in range(1, MOST_UNITS + 1):
        for units in combinations_with_replacement(strengths, count):
            found.setdefault(sum(units, Fraction(0)), count)
    return {mg: found[mg] for mg in sorted(found)}


def per_day(cycle: tuple[Fraction, ...], interval: int) -> Fraction:
    """Return the daily dose of a cycle."""
    return sum(cycle, Fraction(0)) / len(cycle) * Fraction(24, interval)


@cache
def days(strengths: tuple[Fraction, ...], interval: int, *, equal: bool) -> dict[Fraction, tuple[Fraction, ...]]:
    """Return each day that can be given by its daily dose: all alike, or neighbours with the larger first."""
    intakes: list[Fraction] = list(single_intakes(strengths))
    many = max(1, 24 // interval)
    found = [(mg,) * many for mg in intakes]
    if not equal:
        for small, large in pairwise(intakes):
            found += [(large,) * first + (small,) * (many - first) for first in range(1, many)]
    return {per_day(day, interval): day for day in found}


def second_opinion(asked: Question) -> Opinion:
    """Return what the rule text says to a question."""
    many = max(1, 24 // asked.interval)
    current = per_day(asked.cycle, asked.interval)
    if asked.level > CRITICAL:
        return Opinion("CRITICAL_LEVEL")
    today = asked.cycle * many if len(asked.cycle) == 1 else asked.cycle
    if asked.low <= asked.level <= asked.high:
        return Opinion(None, "within", current, current, current, today)
    aim = asked.aim
    if aim is None:
        if asked.high > WIDE * asked.low:
            return Opinion("MISSING_AIM")
        aim = (asked.low + asked.high) / 2
    if asked.level > TOO_MANY_AIMS * aim:
        return Opinion("TOO_HIGH_TO_SCALE")
    above = asked.level > asked.high
    unrounded = current * aim / asked.level
    most = max(min(CAP * current, MOST_A_DAY), current)
    capped = min(unrounded, most)
    keep = Opinion(None, "above" if above else "below", unrounded, capped, current, today)
    edge = asked.high * (1 + MARGIN) if above else asked.low * (1 - MARGIN)
    marginal = asked.level <= edge if above else asked.level >= edge
    if (marginal and not asked.out_before) or (asked.no_decrease if above else asked.no_increase):
        return keep
    table = days(asked.strengths, asked.interval, equal=asked.equal)
    if capped < min(table) / 2:
        return Opinion("ROUNDS_TO_ZERO")
    allowed = [mg for mg in table if (mg <= current if above else current <= mg <= most)]
    best = min(allowed, key=lambda mg: (abs(mg - capped), abs(mg - current)), default=current)
    return keep if best == current else replace(keep, daily=best, intakes=table[best])


CASES = int(os.environ.get("TDMCLI_CASES", "3000"))
PRODUCTS = {row.id: row for row in read_products()}
GIVEN = {
    "prograf": (6, 8, 12, 24, 48),
    "adoport": (8, 12, 24),
    "modigraf": (12, 24),
    "envarsus": (24,),
    "advagraf": (24,),
}
MOLECULAR_WEIGHT = Decimal("804.02")
NEARLY = Fraction(1, 10**20)


def fraction(number: Decimal) -> Fraction:
    """Return a decimal exactly."""
    return Fraction(*number.as_integer_ratio())


def decimal(number: Fraction) -> Decimal:
    """Return a fraction as the nearest decimal."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def strengths_of(name: str) -> tuple[Fraction, ...]:
    """Return the strengths of a product."""
    return tuple(fraction(mg) for mg in PRODUCTS[name].strengths_mg)


def as_case(name: str, asked: Question, now: tuple[Fraction, ...] | None = None) -> Case:
    """Return a question as the program takes it; `now` where the dose has changed since the level."""
    aim = asked.aim
    if aim is None and asked.high <= WIDE * asked.low:
        aim = (asked.low + asked.high) / 2
    sampled = Regimen(tuple(decimal(mg) for mg in asked.cycle), asked.interval, PRODUCTS[name])
    return Case(
        level=make_level(decimal(asked.level), Censor.NONE, LevelUnit.NG_ML, MOLECULAR_WEIGHT),
        sampled=sampled,
        current=Regimen(tuple(decimal(mg) for mg in now), asked.interval, PRODUCTS[name]) if now else sampled,
        low_ng_ml=decimal(asked.low),
        high_ng_ml=decimal(asked.high),
        aim_ng_ml=None if aim is None else decimal(aim),
        out_before=asked.out_before,
        no_increase="the time" if asked.no_increase else "",
        no_decrease="the time" if asked.no_decrease else "",
        equal_intakes=asked.equal,
    )


def first_opinion(name: str, asked: Question) -> Opinion:
    """Return what the program says to a question."""
    try:
        said = adjust_dose(as_case(name, asked), read_policy().dose)
    except Refused as refused:
        return Opinion(str(refused.findings[0].code))
    return Opinion(
        None,
        str(said.position),
        fraction(said.unrounded_daily_dose_mg),
        fraction(said.capped_daily_dose_mg),
        fraction(said.proposal.regimen.daily_dose_mg),
        tuple(fraction(mg) for mg in said.proposal.regimen.day_mg),
    )


def agree(one: Opinion, two: Opinion) -> bool:
    """Return whether two opinions are the same, quotients to twenty places."""
    pairs = ((one.unrounded, two.unrounded), (one.capped, two.capped), (one.daily, two.daily))
    near = all(abs(first - second) <= NEARLY * (1 + first) for first, second in pairs)
    return near and (one.refused, one.position, one.intakes) == (two.refused, two.position, two.intakes)


def any_cycle(chance: random.Random, name: str, interval: int) -> tuple[Fraction, ...]:
    """Return a cycle that can be given, or one that can't but is no less than half the smallest that can."""
    table = list(days(strengths_of(name), interval, equal=False).values())
    if chance.random() < 0.7:
        return chance.choice(table[: chance.choice((8, 30, len(table)))])
    smallest = int(strengths_of(name)[0] * 100)
    many = chance.choice((1, max(1, 24 // interval)))
    return tuple(Fraction(chance.randint(smallest, smallest * 40), 100) for _ in range(many))


def any_question(chance: random.Random) -> tuple[str, Question]:
    """Return a product and a question, limits and their margins more often than chance would have them."""
    name = chance.choice(tuple(GIVEN))
    interval = chance.choice(GIVEN[name])
    low = Fraction(chance.randint(2, 40), 2)
    high = low + Fraction(chance.randint(1, 40), 2)
    aim = None if chance.random() < 0.6 else low + (high - low) * Fraction(chance.randint(0, 4), 4)
    levels = (
        Fraction(chance.randint(1, 600), 10),
        Fraction(chance.randint(1, 60000), 1000),
        *(low, low - Fraction(1, 1000), low * Fraction(9, 10), low * Fraction(7, 10)),
        *(high, high + Fraction(1, 1000), high * Fraction(11, 10), high * Fraction(14, 10), 3 * (aim or low)),
    )
    return name, Question(
        level=min(chance.choice(levels), Fraction(CRITICAL)),
        cycle=any_cycle(chance, name, interval),
        interval=interval,
        strengths=strengths_of(name),
        low=low,
        high=high,
        aim=aim,
        out_before=chance.random() < 0.4,
        no_increase=chance.random() < 0.1,
        no_decrease=chance.random() < 0.1,
        equal=chance.random() < 0.25,
    )


def disagreements(questions: list[tuple[str, Question]]) -> list[str]:
    """Return each question to which the program and the second opinion differ, with both answers."""
    found = []
    for name, asked in questions:
        first, second = first_opinion(name, asked), second_opinion(asked)
        if not agree(first, second):
            found.append(f"{name} {asked}\n  program: {first}\n  second:  {second}")
    return found


def test_r17_r18_r19_r20_r21_r56_r57_r58_two_implementations_agree_on_random_cases() -> None:
    """Refusal, position, both doses and the intakes proposed are the same in every random case."""
    chance = random.Random(20261121)  # noqa: S311
    assert disagreements([any_question(chance) for _ in range(CASES)]) == []


@pytest.mark.parametrize(("name", "interval"), [("prograf", 12), ("modigraf", 12), ("envarsus", 24), ("advagraf", 24)])
@pytest.mark.parametrize("equal", [False, True])
def test_r19_r22_r58_two_implementations_agree_on_a_grid(name: str, interval: int, *, equal: bool) -> None:
    """Every small dose at every half of a level from 0.5 to 24, first and second time out, for 6-9 ng/mL."""
    cycles = list(days(strengths_of(name), interval, equal=False).values())[:12]
    grid = [
        (name, Question(Fraction(half, 2), cycle, interval, strengths_of(name), Fraction(6), Fraction(9), None, out))
        for half, cycle, out in product(range(1, 49), cycles, (False, True))
    ]
    assert disagreements([(one, replace(asked, equal=equal)) for one, asked in grid]) == []


@pytest.mark.parametrize(("name", "interval"), [("prograf", 12), ("modigraf", 24), ("envarsus", 24), ("advagraf", 24)])
def test_r19_r35_r58_two_implementations_agree_where_the_dose_now_is_no_sum(name: str, interval: int) -> None:
    """A dose between two that can be given never goes up on a high level nor down on a low one to reach the nearer."""
    doses = [Fraction(hundredths, 100) for hundredths in range(75, 300, 7)]
    levels = [Fraction(tenths, 10) for tenths in (40, 52, 55, 58, 59, 91, 92, 95, 99, 104, 120)]
    asked = Question(Fraction(1), (), interval, strengths_of(name), Fraction(6), Fraction(9), None, True)
    aims = (Fraction(6), None, Fraction(9))
    grid = product(doses, levels, aims)
    assert disagreements([(name, replace(asked, cycle=(mg,), level=one, aim=aim)) for mg, one, aim in grid]) == []


@pytest.mark.parametrize("interval", [72, 168])
def test_r19_r22_an_increase_just_at_the_cap_can_be_given_at_long_intervals(interval: int) -> None:
    """A third or a seventh of a mg a day has no end as a decimal and must not decide what the cap allows."""
    strengths = strengths_of("advagraf")
    cycles = [(mg,) for mg in single_intakes(strengths) if mg * CAP in single_intakes(strengths)]
    levels = (Fraction(3), Fraction(4), Fraction(5), Fraction(8), Fraction(12))
    grid = [Question(one, two, interval, strengths, Fraction(6), Fraction(9)) for one, two in product(levels, cycles)]
    assert disagreements([("advagraf", asked) for asked in grid]) == []


@pytest.mark.parametrize("name", ["prograf", "modigraf", "envarsus"])
@pytest.mark.parametrize("level", ["2", "5", "10", "18", "22"])
def test_r20_r59_a_dose_nearer_to_none_than_to_the_smallest_is_refused(name: str, level: str) -> None:
    """However small what is taken now, and whichever way it is to go, nothing is kept that can't be given."""
    doses = [Fraction(tenths, 100) for tenths in range(1, 30, 2)]
    asked = Question(Fraction(level), (), GIVEN[name][-1], strengths_of(name), Fraction(6), Fraction(9), None, True)
    assert disagreements([(name, replace(asked, cycle=(dose,))) for dose in doses]) == []


def changed_since() -> list[tuple[Case, Adjustment]]:
    """Return cases in which the dose was changed after the level was drawn, with what the program says."""
    policy = read_policy().dose
    chance = random.Random(45)  # noqa: S311
    found = []
    for _ in range(1000):
        name, asked = any_question(chance)
        case = as_case(name, asked, any_cycle(chance, name, asked.interval))
        try:
            found.append((case, adjust_dose(case, policy)))
        except Refused:
            continue
    return found


def test_r45_the_dose_when_the_level_was_drawn_is_what_is_scaled() -> None:
    """After a change of dose the arithmetic is that of the regimen of the level, never of a later one."""
    for case, said in changed_since():
        if said.position == "within" or case.aim_ng_ml is None:
            continue
        wanted = fraction(case.sampled.daily_dose_mg) * fraction(case.aim_ng_ml) / fraction(case.level.value_ng_ml)
        assert abs(fraction(said.unrounded_daily_dose_mg) - wanted) <= NEARLY * (1 + wanted)


def test_r45_r56_an_increase_over_what_is_taken_now_is_capped() -> None:
    """After a change of dose no proposal is more than half as much again as what is taken now."""
    for case, said in changed_since():
        assert said.proposal.regimen.daily_dose_mg <= case.current.daily_dose_mg * Decimal("1.5"), case


def test_r42_r45_timing_holds_the_dose_taken_now() -> None:
    """After a change of dose, no increase means none over what is taken now, and no decrease none below it."""
    for case, said in changed_since():
        now, proposed = case.current.daily_dose_mg, said.proposal.regimen.daily_dose_mg
        assert not (case.no_increase and proposed > now), case
        assert not (case.no_decrease and proposed < now), case
