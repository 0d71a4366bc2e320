"""The closed forms against matrix exponentials of 60 digits, a solver, and the laws that linear kinetics obey."""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import mpmath as mp  # type: ignore[import-untyped]
import pytest

from tdmcli.pharmacokinetics.concentration import Amounts, amounts_at
from tdmcli.pharmacokinetics.disposition import Kinetics, disposition
from tdmcli.pharmacokinetics.dosing_history import Course, Dose, checked, courses_of, regular_doses
from tdmcli.pharmacokinetics.exposure import area_ng_h_ml
from tdmcli.pharmacokinetics.steady_state import steady_state
from tdmcli.pharmacokinetics.timeline import Timeline, blood_at, enter, timeline

sys.path.insert(0, str(Path(__file__).parent))
from oracles import any_doses, any_kinetics, exact_blood, solved_blood

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAF = Kinetics(21.2, 141.0, 79.0, 271.0, 4, 5.11)
KINDS = {
    "erlang": PROGRAF,
    "first order, flip-flop": Kinetics(25.5, 113.0, 67.9, 1060.0, 1, 0.35),
    "transit": Kinetics(10.6, 169.0, 37.6, 460.0, 3, 3 / 2.91, 0.72),
    "one compartment": Kinetics(6.33, 465.0, 0.0, 0.0, 1, 4.48),
    "absorption the slowest": Kinetics(10.0, 100.0, 0.0, 0.0, 1, 0.05),
}


def blood(line: Timeline, kinetics: Sequence[Kinetics], hours: Sequence[float]) -> list[float]:
    """Return the program's amounts in blood at hours, mg."""
    found: dict[float, float] = {}
    amounts: Amounts | None = None
    for number in range(len(line.legs)):
        entered = enter(line, number, kinetics, amounts)
        found |= {hour: blood_at(line, number, entered, hour) for hour in hours if line.leg_of_level(hour) == number}
        amounts = entered.end
    return [found[hour] for hour in hours]


@pytest.mark.parametrize("seed", range(60))
def test_exact_wherever_rates_meet_and_parameters_change(seed: int) -> None:
    """To 1e-12 of matrix exponentials: equal and nearly equal rates, flip-flop, changes at and between doses."""
    chance = random.Random(seed)  # noqa: S311
    steps, last, two = chance.choice([1, 1, 2, 3, 4, 5]), chance.random() < 0.3, chance.random() < 0.8
    changes = sorted(chance.sample([36.0, 50.5, 72.0, 100.0, 120.0], chance.choice([0, 0, 1, 3])))
    kinetics = [any_kinetics(chance, steps, last=last, two=two) for _ in range(len(changes) + 1)]
    doses = any_doses(chance)
    hours = sorted(chance.sample([1, 11.5, 12, 36, 40, 60, 71.9, 72, 100, 121, 180, 238, 250, 300], 6))
    with mp.workdps(60):
        wanted = exact_blood(doses, kinetics, changes, hours)
        found = blood(timeline(doses, 0.0, changes), kinetics, hours)
        assert max(abs(one - two) / two for one, two in zip(found, wanted, strict=True)) < 1e-12


@pytest.mark.parametrize("seed", range(12))
def test_the_solver_says_the_same(seed: int) -> None:
    """To 1e-9 of DOP853 at its tightest, with a lag, for ordinary parameters."""
    chance = random.Random(seed)  # noqa: S311
    kinetics = list(KINDS.values())[seed % len(KINDS)]
    kinetics = kinetics._replace(clearance_l_h=kinetics.clearance_l_h * chance.uniform(0.5, 2.0))
    doses, hours = any_doses(chance), [3.0, 12.3, 71.0, 150.0, 239.5, 260.0]
    wanted = solved_blood(doses, kinetics, hours, 0.41)
    found = blood(timeline(doses, 0.41), [kinetics], hours)
    assert found == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("name", KINDS)
def test_five_thousand_doses(name: str) -> None:
    """A course folded into series says what 5,000 doses say that are summed one by one from the answer to each."""
    doses, hours = regular_doses(0.0, (3.0, 2.0), 12.0, 60000.0), [59000.0, 59990.5, 60000.0]
    assert len(doses) == 5000
    line = timeline([Dose(0.0, 1.0)])
    for hour, found in zip(hours, blood(timeline(doses), [KINDS[name]], hours), strict=True):
        past = [dose for dose in doses if dose.time_h < hour]
        single = blood(line, [KINDS[name]], [hour - dose.time_h for dose in past])
        assert found == pytest.approx(
            math.fsum(dose.amount_mg * one for dose, one in zip(past, single, strict=True)), rel=1e-12
        )


@pytest.mark.parametrize("name", KINDS)
def test_m29_steady_state_is_two_thousand_doses(name: str) -> None:
    """The steady state in one step is where 2,000 doses lead, in every compartment."""
    doses = regular_doses(0.0, (3.0,), 12.0, 24000.0)
    line = timeline(doses)
    entered = enter(line, 0, [KINDS[name]], None)
    wanted = amounts_at(entered.part, 24000.0)
    found = steady_state(KINDS[name], 3.0, 12.0, 0.0, 0.0)
    assert found.blood == pytest.approx(wanted.blood, rel=1e-12)
    assert found.tissue == pytest.approx(wanted.tissue, rel=1e-12)
    assert found.steps == pytest.approx(wanted.steps, rel=1e-10, abs=1e-16)


def test_m29_a_steady_state_record_forgets_what_was_before() -> None:
    """From a steady-state dose on only it counts, and it is itself taken then."""
    wanted = blood(timeline(regular_doses(0.0, (3.0,), 12.0, 24100.0), 0.3), [PROGRAF], [24000.0, 24005.0, 24012.0])
    line = timeline([Dose(-30.0, 9.0), Dose(-0.1, 9.0), Dose(0.0, 3.0, 0.0, 12.0)], 0.3)
    assert blood(line, [PROGRAF] * 2, [0.0, 5.0, 12.0]) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_m29_superposition_linearity_and_shift(name: str) -> None:
    """Doses add up, twice the doses make twice the amounts, and only differences of time count."""
    doses, hours = any_doses(random.Random(7)), [5.0, 77.7, 240.0]  # noqa: S311
    found = blood(timeline(doses), [KINDS[name]], hours)
    parts = [blood(timeline(doses[i::2]), [KINDS[name]], hours) for i in range(2)]
    assert found == pytest.approx([sum(one) for one in zip(*parts, strict=True)], rel=1e-13)
    twice = [dose._replace(amount_mg=2 * dose.amount_mg) for dose in doses]
    assert blood(timeline(twice), [KINDS[name]], hours) == pytest.approx([2 * one for one in found], rel=1e-14)
    later = [dose._replace(time_h=dose.time_h + 1024) for dose in doses]
    assert blood(timeline(later), [KINDS[name]], [one + 1024 for one in hours]) == pytest.approx(found, rel=1e-11)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("change", [0.2, 24.0, 24.5, 100.0, 107.999, 239.0])
def test_m29_a_change_to_the_same_changes_nothing(name: str, change: float) -> None:
    """Cutting a course anywhere, also at a dose, in its lag and while it is absorbed, changes no amount."""
    doses, hours = any_doses(random.Random(8)), [24.0, 25.0, 108.0, 240.0, 300.0]  # noqa: S311
    whole = blood(timeline(doses, 0.4), [KINDS[name]], hours)
    assert blood(timeline(doses, 0.4, [change]), [KINDS[name]] * 2, hours) == pytest.approx(whole, rel=1e-11)


@pytest.mark.parametrize("name", KINDS)
def test_areas_are_those_of_the_curve(name: str) -> None:
    """The area by mass balance is the integral of the concentration, and over a steady interval dose over clearance."""
    kinetics = KINDS[name]
    line = timeline(any_doses(random.Random(9)), 0.3, [50.0])  # noqa: S311
    both = [kinetics, kinetics._replace(clearance_l_h=kinetics.clearance_l_h * 1.3)]
    edges = sorted(
        {
            40.0,
            50.0,
            77.0,
            *(
                dose.first_h + i * dose.interval_h
                for leg in line.legs
                for dose in leg.courses
                for i in range(dose.doses)
                if 40 < dose.first_h + i * dose.interval_h < 77
            ),
        }
    )
    with mp.workdps(15):
        wanted = mp.quad(lambda t: blood(line, both, [float(t)])[0], edges) / kinetics.volume_l * 1000
    assert area_ng_h_ml(line, both, 40.0, 77.0) == pytest.approx(float(wanted), rel=1e-9)
    steady = timeline([Dose(0.0, 3.0, 0.0, 12.0)])
    expected = 3000.0 * kinetics.bioavailability / kinetics.clearance_l_h
    assert area_ng_h_ml(
        timeline(regular_doses(0.0, (3.0,), 12.0, 24000.0)), [kinetics], 23988.0, 24000.0
    ) == pytest.approx(expected, rel=1e-9)
    assert blood(steady, [kinetics] * 2, [12.0])[0] == pytest.approx(blood(steady, [kinetics] * 2, [0.0])[0], rel=1e-12)


def test_mass_balance() -> None:
    """What was given is in the body or was cleared, at every hour and over a change."""
    doses = any_doses(random.Random(10))  # noqa: S311
    kinetics = [PROGRAF, PROGRAF._replace(clearance_l_h=30.0)]
    line = timeline(doses, 0.0, [60.0])
    entered = enter(line, 0, kinetics, None)
    later = enter(line, 1, kinetics, entered.end)
    for hour in (61.0, 100.0, 400.0):
        there = amounts_at(later.part, hour).total
        cleared = (
            area_ng_h_ml(line, kinetics, -1.0, 60.0) * 21.2 + area_ng_h_ml(line, kinetics, 60.0, hour) * 30.0
        ) / 1000
        assert there + cleared == pytest.approx(sum(one.amount_mg for one in doses if one.time_h < hour), rel=1e-12)


def test_infusions() -> None:
    """An infusion is the limit of many small doses into the blood; cut by a change it is the same; steady state too."""
    kinetics = PROGRAF._replace(steps=1, step_rate_per_h=1e6)
    many = [Dose(i / 500, 4.0 / 2000) for i in range(2000)]
    one = timeline([Dose(0.0, 4.0, 4.0)])
    assert blood(one, [PROGRAF], [9.0]) == pytest.approx(blood(timeline(many), [kinetics], [9.0 - 1e-3]), rel=1e-5)
    cut = timeline([Dose(0.0, 4.0, 4.0)], 0.0, [1.5])
    assert blood(cut, [PROGRAF] * 2, [1.5, 3.0, 9.0]) == pytest.approx(
        blood(one, [PROGRAF], [1.5, 3.0, 9.0]), rel=1e-13
    )
    repeated = [Dose(12.0 * i, 4.0, 4.0) for i in range(2000)]
    found = steady_state(PROGRAF, 4.0, 12.0, 0.0, 4.0)
    assert found.blood == pytest.approx(blood(timeline(repeated), [PROGRAF], [24000.0])[0], rel=1e-12)
    assert area_ng_h_ml(one, [PROGRAF], 0.0, 1e5) == pytest.approx(4000 / 21.2, rel=1e-12)


def test_no_answer_depends_on_what_else_is_asked() -> None:
    """An amount at an hour is the same alone, among others, and with doses after it."""
    doses = any_doses(random.Random(11))  # noqa: S311
    many = [0.5 * i for i in range(1, 500)]
    line = timeline(doses, 0.2, [30.0])
    kinetics = [PROGRAF, PROGRAF._replace(clearance_l_h=30.0)]
    assert blood(line, kinetics, many)[99] == blood(line, kinetics, [50.0])[0]
    earlier = [dose for dose in doses if dose.time_h < 50]
    assert blood(timeline(earlier, 0.2, [30.0]), kinetics, [50.0]) == pytest.approx(
        blood(line, kinetics, [50.0]), rel=1e-14
    )


def test_a_level_at_a_dose_is_before_it() -> None:
    """At the very hour of a dose nothing of it is there, swallowed or infused; nor before the first dose."""
    for dose in (Dose(12.0, 5.0), Dose(12.0, 5.0, 2.0)):
        with_it = blood(timeline([Dose(0.0, 3.0), dose]), [PROGRAF], [-5.0, 0.0, 12.0])
        assert with_it == blood(timeline([Dose(0.0, 3.0)]), [PROGRAF], [-5.0, 0.0, 12.0])
        assert with_it[:2] == [0.0, 0.0]


def test_courses_say_the_same_as_their_doses() -> None:
    """Doses of a day that differ, gaps and missed doses come back from the courses one by one."""
    doses = [*regular_doses(0.0, (3.0, 2.0), 12.0, 480.0), *regular_doses(500.0, (4.0,), 8.0, 700.0)]
    del doses[5], doses[20]
    found = courses_of(checked(reversed(doses)))
    assert len(found) <= 12
    again = sorted(Dose(one.time_h(i), one.amount_mg) for one in found for i in range(one.doses))
    assert again == sorted(doses)
    assert Course(0.1, 0.1, 100, 1.0).count_before(0.1 + 7 * 0.1) == 7


def test_what_is_no_dose_is_refused() -> None:
    """Amounts of nothing, times that are none, and a steady state that can't be, are errors of the caller."""
    for dose in (
        Dose(math.nan, 1.0),
        Dose(0.0, 0.0),
        Dose(0.0, -1.0),
        Dose(0.0, 1.0, 13.0, 12.0),
        Dose(0.0, 1.0, -1.0),
    ):
        with pytest.raises(ValueError, match=r"a dose must|an infusion at"):
            timeline([dose])
    with pytest.raises(ValueError, match="lag"):
        steady_state(PROGRAF, 3.0, 12.0, 12.0, 0.0)


def test_exponentials_of_degenerate_systems_keep_their_digits() -> None:
    """Shares sum to one and the product of the rates stays k10 k21 when exchange is slow, fast, or the rates meet."""
    for exchange in (1e-6, 79.0, 1e4):
        for clearance in (1e-3, 21.2, exchange):
            curve = disposition(Kinetics(clearance, 141.0, exchange, 141.0, 1, 1.0))
            assert curve.fast_share + curve.slow_share == pytest.approx(1.0, rel=1e-15)
            assert curve.fast * curve.slow == pytest.approx(clearance * exchange / 141.0**2, rel=1e-15)
