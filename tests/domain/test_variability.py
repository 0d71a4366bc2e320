"""Variability and time in range against second implementations written differently, and what must hold of any."""

from __future__ import annotations

import random
import statistics
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from tdmcli.domain.time_in_range import Spell, TimeInRange, time_in_range
from tdmcli.domain.variability import (
    Point,
    chi_square_quantile,
    cv_interval_percent,
    cv_percent,
    mean_absolute_deviation_percent,
    sample_sd,
    time_weighted_cv_percent,
)

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
NEARLY = Decimal("1e-15")

relation = settings(max_examples=200, deadline=None)
tenths = st.integers(min_value=10, max_value=400).map(lambda ten: Decimal(ten) / 10)
several = st.lists(tenths, min_size=3, max_size=30)


def never(_before: Point, _after: Point, _days: Decimal) -> None:
    """Return that nothing speaks against a line."""


@st.composite
def courses(draw: st.DrawFn, longest_minutes: int = 4000) -> list[Point]:
    """Return troughs at whole minutes in order of time."""
    minutes = draw(st.lists(st.integers(0, longest_minutes), min_size=2, max_size=12, unique=True).map(sorted))
    return [Point(DAY_0 + minute * A_MINUTE, draw(tenths)) for minute in minutes]


@st.composite
def ranges_in_turn(draw: st.DrawFn) -> list[Spell]:
    """Return ranges one after another, here and there with a pause."""
    edges = draw(st.lists(st.integers(-500, 4500), min_size=2, max_size=6, unique=True).map(sorted))
    spells = []
    for first, last in pairwise(edges):
        low = draw(tenths)
        width = draw(st.one_of(st.none(), tenths))
        high = None if width is None else low + width
        if draw(st.integers(0, 3)):
            spells.append(Spell(DAY_0 + first * A_MINUTE, DAY_0 + last * A_MINUTE, low, high))
    return spells


def steps_in_range(points: list[Point], spells: list[Spell], parts: int = 60) -> dict[str, float]:
    """Return days below, within and above by looking at small steps one after another, with fractions."""
    found = dict.fromkeys(("below", "within", "above", "no_range"), 0.0)
    for before, after in pairwise(points):
        minutes = int((after.taken - before.taken) / A_MINUTE)
        for step in range(minutes * parts // 60):
            share = Fraction(2 * step + 1, 2 * minutes * parts // 60)
            value = Fraction(before.value) + (Fraction(after.value) - Fraction(before.value)) * share
            moment = before.taken + (after.taken - before.taken) * float(share)
            spell = next((one for one in spells if one.start <= moment < one.end), None)
            if spell is None:
                where = "no_range"
            elif value < spell.low_ng_ml:
                where = "below"
            else:
                where = "within" if spell.high_ng_ml is None or value <= spell.high_ng_ml else "above"
            found[where] += 60 / parts / 1440
    return found


def exact_in_range(points: list[Point], low: Fraction, high: Fraction) -> Fraction:
    """Return the share of time within one range: the crossings solved for time, with fractions."""
    inside = total = Fraction(0)
    for before, after in pairwise(points):
        length = Fraction(int((after.taken - before.taken) / A_MINUTE))
        first, last = Fraction(before.value), Fraction(after.value)
        total += length
        if first == last:
            inside += length if low <= first <= high else 0
            continue
        crossings = sorted(
            min(max((limit - first) / (last - first), Fraction(0)), Fraction(1)) for limit in (low, high)
        )
        inside += length * (crossings[1] - crossings[0])
    return inside / total


# variability


@relation
@given(several)
def test_the_cv_is_that_of_another_program(values: list[Decimal]) -> None:
    """Sample standard deviation over mean, as Python's statistics has it with fractions."""
    exact = [Fraction(value) for value in values]
    expected = 100 * float(statistics.stdev(exact)) / float(statistics.fmean(exact))
    assert float(cv_percent(values)) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert float(sample_sd(values)) == pytest.approx(float(statistics.stdev(exact)), rel=1e-9, abs=1e-9)


@relation
@given(several)
def test_the_mean_absolute_deviation_is_that_of_fractions(values: list[Decimal]) -> None:
    """Mean distance from the mean over the mean, worked out with fractions from the sums above and below it."""
    exact = [Fraction(value) for value in values]
    middle = sum(exact) / len(exact)
    above = sum((value - middle for value in exact if value > middle), Fraction(0))
    expected = 100 * 2 * above / len(exact) / middle  # as much lies above the mean as below it
    assert float(mean_absolute_deviation_percent(values)) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


@relation
@given(courses())
def test_the_time_weighted_cv_is_that_of_repeated_values(points: list[Point]) -> None:
    """Repeating each level once for each half minute that it stands for gives the plain CV of a whole population."""
    repeated: list[float] = []
    for number, point in enumerate(points):
        for other in points[max(number - 1, 0) : number + 2]:
            repeated += [float(point.value)] * int(abs(other.taken - point.taken) / A_MINUTE)
    expected = 100 * statistics.pstdev(repeated) / statistics.fmean(repeated)
    found = time_weighted_cv_percent(points)
    assert found is not None
    assert float(found) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_levels_of_one_moment_have_no_time_weighted_cv() -> None:
    """Without time between them no level weighs anything: nothing is said, and nothing is divided by zero."""
    assert time_weighted_cv_percent([Point(DAY_0, Decimal(5)), Point(DAY_0, Decimal(7))]) is None


@relation
@given(several, st.sampled_from([Decimal("0.5"), Decimal(2), Decimal(1000)]))
def test_m02_scaling_all_values_leaves_the_cv(values: list[Decimal], factor: Decimal) -> None:
    """Another unit for all levels, or all doses times the same, changes no relative measure (M2, M3)."""
    scaled = [value * factor for value in values]
    assert abs(cv_percent(scaled) - cv_percent(values)) < NEARLY
    assert abs(mean_absolute_deviation_percent(scaled) - mean_absolute_deviation_percent(values)) < NEARLY


@pytest.mark.parametrize("degrees", [1, 2, 3, 5, 10, 30, 100, 1999, 4999])
@pytest.mark.parametrize("probability", [0.005, 0.025, 0.5, 0.975, 0.995])
def test_the_chi_square_quantile_is_scipys(probability: float, degrees: int) -> None:
    """The quantile that the interval rests on is that of another program."""
    assert chi_square_quantile(probability, degrees) == pytest.approx(stats.chi2.ppf(probability, degrees), rel=1e-9)


@pytest.mark.parametrize(("count", "cv"), [(3, 0.15), (5, 0.25), (12, 0.3), (40, 0.2)])
def test_the_interval_of_a_cv_covers_as_often_as_it_says(count: int, cv: float) -> None:
    """Of 2,000 drawn courses of normal values, the 95 % interval holds the true CV in 93.5 to 96.5 %."""
    draw = random.Random(7)  # noqa: S311 - a simulation
    held = 0
    for _ in range(2000):
        values = [Decimal(draw.gauss(10, 10 * cv)) for _ in range(count)]
        limits = interval_fast(float(cv_percent(values)), count)
        held += limits[0] <= 100 * cv <= limits[1]
    assert 0.935 <= held / 2000 <= 0.965


def interval_fast(cv: float, count: int) -> tuple[float, float]:
    """Return the limits with scipy's quantile and floats, infinity where there is no upper one."""
    share, limits = cv / 100, []
    for probability in (0.975, 0.025):
        quantile = stats.chi2.ppf(probability, count - 1)
        under = ((quantile + 2) / count - 1) * share**2 + quantile / (count - 1)
        limits.append(100 * share / under**0.5 if under > 0 else float("inf"))
    return limits[0], limits[1]


@relation
@given(st.integers(3, 200), st.integers(1, 1500).map(lambda tenth: Decimal(tenth) / 10))
def test_the_interval_of_a_cv_is_as_its_formula_has_it(count: int, cv: Decimal) -> None:
    """Worked out anew with scipy and floats, it has the same limits, and none where the method has none above."""
    found, expected = cv_interval_percent(cv, count, Decimal(95)), interval_fast(float(cv), count)
    if found is None:
        assert expected[1] == float("inf")
    else:
        assert [float(one) for one in found] == pytest.approx(list(expected), rel=1e-6)


# time in range


@settings(max_examples=25, deadline=None)
@given(courses(longest_minutes=900), ranges_in_turn())
def test_time_in_range_is_that_of_small_steps(points: list[Point], spells: list[Spell]) -> None:
    """Integrated minute by minute, the days below, within and above are the same to a minute a line and range."""
    found, expected = time_in_range(points, spells, never), steps_in_range(points, spells)
    slack = 2 * (len(points) + len(spells)) / 1440
    for name, days in expected.items():
        assert float(getattr(found, name)) == pytest.approx(days, abs=slack)


@relation
@given(courses(), tenths, tenths)
def test_time_in_one_range_is_that_of_solved_crossings(points: list[Point], low: Decimal, width: Decimal) -> None:
    """Solved for the times at which each line crosses a limit, with fractions, the share is the same."""
    spell = Spell(points[0].taken, points[-1].taken, low, low + width)
    found = time_in_range(points, [spell], never).percent
    assert found is not None
    assert float(found) == pytest.approx(100 * float(exact_in_range(points, Fraction(low), Fraction(low + width))))


@relation
@given(courses(), ranges_in_turn())
def test_time_in_range_lies_between_none_and_all(points: list[Point], spells: list[Spell]) -> None:
    """It lies in 0 to 100 %, and below, within, above and unknown make up the time from the first level to the last."""
    found = time_in_range(points, spells, never)
    assert found.percent is None or 0 <= found.percent <= 100
    whole = Decimal(int((points[-1].taken - points[0].taken).total_seconds())) / 86400
    assert abs(found.days + found.no_range - whole) < NEARLY
    assert min(found.below, found.within, found.above, found.no_range) >= -NEARLY


@relation
@given(courses(), tenths, tenths, st.data())
def test_a_level_moved_into_the_range_never_lowers_it(
    points: list[Point], low: Decimal, width: Decimal, data: st.DataObject
) -> None:
    """Bringing one level that is out of the range to its nearer limit leaves no less time in range."""
    place = data.draw(st.integers(0, len(points) - 1))
    spell = Spell(points[0].taken, points[-1].taken, low, low + width)
    moved = list(points)
    moved[place] = moved[place]._replace(value=min(max(moved[place].value, low), low + width))
    before, after = (time_in_range(course, [spell], never).within for course in (points, moved))
    assert after >= before - NEARLY


@relation
@given(courses(), ranges_in_turn(), st.data())
def test_a_gap_is_left_out_and_said(points: list[Point], spells: list[Spell], data: st.DataObject) -> None:
    """A line that is refused is counted nowhere and stands among the gaps; all others count as before."""
    place = data.draw(st.integers(0, len(points) - 2))

    def why_not(before: Point, _after: Point, _days: Decimal) -> str | None:
        return "too long" if before == points[place] else None

    found = time_in_range(points, spells, why_not)
    parts = [time_in_range(part, spells, never) for part in (points[: place + 1], points[place + 1 :])]
    assert [(gap.start, gap.end) for gap in found.gaps] == [(points[place].taken, points[place + 1].taken)]
    for name in ("below", "within", "above", "no_range"):
        assert abs(getattr(found, name) - sum(getattr(part, name) for part in parts)) < NEARLY


def test_a_line_is_split_where_the_range_changes() -> None:
    """A level that stays at 7 is within 8 to 12 never and within 6 to 9 always: half and half."""
    points = [Point(DAY_0, Decimal(7)), Point(DAY_0 + timedelta(days=10), Decimal(7))]
    middle = DAY_0 + timedelta(days=5)
    spells = [
        Spell(DAY_0, middle, Decimal(8), Decimal(12)),
        Spell(middle, DAY_0 + timedelta(days=10), Decimal(6), Decimal(9)),
    ]
    expected = TimeInRange(Decimal(5), Decimal(5), Decimal(0), Decimal(0), ())
    assert time_in_range(points, spells, never) == expected


def test_nothing_is_drawn_before_the_first_level_or_after_the_last() -> None:
    """A range that runs for years adds no day beyond the levels: never extrapolated."""
    points = [Point(DAY_0, Decimal(7)), Point(DAY_0 + timedelta(days=3), Decimal(7))]
    year = timedelta(days=365)
    spell = Spell(DAY_0 - year, DAY_0 + year, Decimal(6), Decimal(9))
    assert time_in_range(points, [spell], never).days == 3
