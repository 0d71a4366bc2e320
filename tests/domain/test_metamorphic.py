"""Relations between answers that hold whatever the numbers are (SAFETY 4.2, M1-M16 and M21)."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import combinations_with_replacement, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tdmcli.domain.capsules import achievable_regimens
from tdmcli.domain.dose_adjustment import Adjustment, adjust_dose, midpoint
from tdmcli.domain.dose_case import Case
from tdmcli.domain.findings import Refused
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import Censor, LevelUnit, make_level
from tdmcli.tables.readers import read_policy, read_products

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import CompletedProcess

    Ask = Callable[..., CompletedProcess[str]]

POLICY = read_policy().dose
PRODUCTS = {row.id: row for row in read_products()}
GIVEN = (("prograf", 12), ("adoport", 12), ("modigraf", 12), ("envarsus", 24), ("advagraf", 24), ("prograf", 8))
CAP = 1 + POLICY.max_increase_percent / 100
NEARLY = Decimal("1e-20")
SPELLINGS = ("7.4", "7.4ng/mL", "7.4ug/L", "7.4 mcg/L", "7.4 \u00b5g/L", "7.4 \u03bcg/L")

OUT = ("below", "above")
NEAR = ("just below", "within", "just above")

relation = settings(max_examples=200, deadline=None)
on_the_command_line = settings(max_examples=25, deadline=None)


def sums(name: str, most: int = POLICY.units_per_intake) -> set[Decimal]:
    """Return every intake that at most so many units of a product make, by trying all."""
    strengths = PRODUCTS[name].strengths_mg
    counts = range(1, most + 1)
    return {sum(units, Decimal(0)) for many in counts for units in combinations_with_replacement(strengths, many)}


SUMS = {name: sums(name) for name, _ in GIVEN}
SMALL = {name: sorted(sums(name, 4)) for name, _ in GIVEN}
tenths = st.integers(min_value=1, max_value=600).map(lambda ten: Decimal(ten) / 10)
ranges = st.tuples(st.integers(min_value=2, max_value=40), st.integers(min_value=1, max_value=30)).map(
    lambda pair: (Decimal(pair[0]) / 2, Decimal(pair[0]) / 2 + Decimal(pair[1]) / 2)
)


@st.composite
def regimens(draw: st.DrawFn) -> Regimen:
    """Return a regimen that can be given, equal or with two neighbours in it."""
    name, interval = draw(st.sampled_from(GIVEN))
    small, large = draw(st.sampled_from(list(pairwise(SMALL[name]))))
    many = 24 // interval
    first = draw(st.integers(min_value=0, max_value=many))
    return Regimen((large,) * first + (small,) * (many - first), interval, PRODUCTS[name])


@st.composite
def cases(draw: st.DrawFn, places: tuple[str, ...] = ("below", "within", "above")) -> Case:
    """Return a case with an aim within its range; nothing held back, the level before out of range or not."""
    low, high = draw(ranges)
    aim = draw(st.sampled_from([low, midpoint(low, high), high]))
    part = Decimal(draw(st.integers(min_value=0, max_value=40))) / 40
    bounds = {
        "below": (low / 8, low - Decimal("0.001")),
        "just below": (low * Decimal("0.9"), low),
        "within": (low, high),
        "just above": (high, high * Decimal("1.1")),
        "above": (high + Decimal("0.001"), max(3 * aim, high + 1)),
    }
    start, end = bounds[draw(st.sampled_from(places))]
    return case(start + (end - start) * part, draw(regimens()), low, high, aim, out_before=draw(st.booleans()))


def case(
    value: Decimal, taken: Regimen, low: Decimal, high: Decimal, aim: Decimal | None = None, *, out_before: bool = True
) -> Case:
    """Return a case with the same regimen when the level was drawn and now; the aim is the midpoint."""
    level = make_level(value, Censor.NONE, LevelUnit.NG_ML, Decimal("804.02"))
    return Case(level, taken, taken, low, high, midpoint(low, high) if aim is None else aim, out_before=out_before)


def with_level(asked: Case, value: Decimal) -> Case:
    """Return a case with another level."""
    return asked._replace(level=make_level(value, Censor.NONE, LevelUnit.NG_ML, Decimal("804.02")))


def answer(asked: Case) -> Adjustment:
    """Return the adjustment, passing over cases that are refused."""
    try:
        return adjust_dose(asked, POLICY)
    except Refused:
        assume(False)
        raise


def final(asked: Case) -> Decimal:
    """Return the daily dose that is proposed."""
    return answer(asked).proposal.regimen.daily_dose_mg


def out(asked: Case) -> bool:
    """Return whether the level is out of range."""
    return not asked.low_ng_ml <= asked.level.value_ng_ml <= asked.high_ng_ml


def near(one: Decimal, two: Decimal) -> bool:
    """Return whether two quotients are the same to twenty places."""
    return abs(one - two) <= NEARLY * max(one, Decimal(1))


@relation
@given(cases(OUT))
def test_m01_twice_the_level_halves_the_dose_worked_out(asked: Case) -> None:
    """M1: C to 2C, both out of range, halves the unrounded dose."""
    double = with_level(asked, asked.level.value_ng_ml * 2)
    assume(out(asked) and out(double))
    assert near(answer(double).unrounded_daily_dose_mg * 2, answer(asked).unrounded_daily_dose_mg)


@relation
@given(cases(), st.integers(min_value=2, max_value=7))
def test_m02_a_multiple_of_the_dose_is_worked_out_as_the_multiple(asked: Case, times: int) -> None:
    """M2: D to kD multiplies the unrounded dose by k."""
    taken = asked.current
    more = Regimen(tuple(mg * times for mg in taken.intakes_mg), taken.interval_h, taken.product)
    found = answer(asked._replace(sampled=more, current=more))
    assert near(found.unrounded_daily_dose_mg, answer(asked).unrounded_daily_dose_mg * times)


@relation
@given(cases(), st.sampled_from([Decimal(1), Decimal(1000), Decimal("0.001"), Decimal("1.25")]))
def test_m03_another_unit_for_level_and_range_changes_nothing(asked: Case, times: Decimal) -> None:
    """M3: level, limits and aim times k give the same proposal."""
    scaled = with_level(asked, asked.level.value_ng_ml * times)._replace(
        low_ng_ml=asked.low_ng_ml * times,
        high_ng_ml=asked.high_ng_ml * times,
        aim_ng_ml=None if asked.aim_ng_ml is None else asked.aim_ng_ml * times,
    )
    one, two = answer(asked), answer(scaled)
    assert one.proposal.regimen == two.proposal.regimen
    assert (one.position, one.repeat_first) == (two.position, two.repeat_first)


@relation
@given(cases(), tenths)
def test_m05_r58_a_higher_level_never_gets_a_higher_dose(asked: Case, other: Decimal) -> None:
    """M5: C1 up to C2 means final(C1) no less than final(C2), caps, rounding and the marginal band included."""
    low, high = sorted((asked.level.value_ng_ml, other))
    assert final(with_level(asked, low)) >= final(with_level(asked, high))


@relation
@given(cases(NEAR), tenths, tenths)
def test_m06_r58_a_wider_range_keeps_what_was_in_range(asked: Case, down: Decimal, up: Decimal) -> None:
    """M6: widening never puts a level in range out of it, and what stays the same stays the same."""
    assume(not out(asked) or answer(asked).repeat_first)
    wide = asked._replace(low_ng_ml=asked.low_ng_ml / (1 + down), high_ng_ml=asked.high_ng_ml + up)
    assert final(asked) == final(wide) == asked.current.daily_dose_mg
    assert out(asked) or answer(wide).position is Position.WITHIN


@relation
@given(cases(), tenths)
def test_m07_a_range_further_up_never_lowers_the_dose_worked_out(asked: Case, up: Decimal) -> None:
    """M7: both limits and the aim between them up by the same never lowers the unrounded dose."""
    low, high = asked.low_ng_ml, asked.high_ng_ml
    here = asked._replace(aim_ng_ml=midpoint(low, high))
    there = asked._replace(low_ng_ml=low + up, high_ng_ml=high + up, aim_ng_ml=midpoint(low, high) + up)
    assert answer(there).unrounded_daily_dose_mg >= answer(here).unrounded_daily_dose_mg


@relation
@given(cases(("within",)), st.fractions(min_value=0, max_value=1), st.fractions(min_value=0, max_value=1))
def test_m08_r58_a_narrower_range_around_the_level_keeps_the_dose(asked: Case, down: Any, up: Any) -> None:
    """M8: narrowing round a level in range, up to the level itself, changes nothing."""
    assume(not out(asked))
    value = asked.level.value_ng_ml
    low = value - (value - asked.low_ng_ml) * Decimal(down.numerator) / Decimal(down.denominator)
    high = value + (asked.high_ng_ml - value) * Decimal(up.numerator) / Decimal(up.denominator)
    found = answer(asked._replace(low_ng_ml=low, high_ng_ml=high))
    assert found.proposal.regimen == asked.current
    assert found.unrounded_daily_dose_mg == found.capped_daily_dose_mg == asked.current.daily_dose_mg


@relation
@given(cases())
def test_m09_a_predicted_level_in_range_is_where_it_ends(asked: Case) -> None:
    """M9: take what is proposed, measure what is predicted: where that is in range, the dose stays."""
    proposal = answer(asked).proposal
    assume(proposal.position is Position.WITHIN)
    again = with_level(asked, proposal.predicted_trough_ng_ml)
    assert answer(again._replace(sampled=proposal.regimen, current=proposal.regimen)).proposal.change_percent == 0


@relation
@given(cases())
def test_m10_r58_the_dose_never_goes_the_wrong_way(asked: Case) -> None:
    """M10: above range never more, below range never less, in range the same."""
    found, now = answer(asked), asked.current.daily_dose_mg
    proposed = found.proposal.regimen.daily_dose_mg
    assert proposed <= now or asked.level.value_ng_ml < asked.low_ng_ml
    assert proposed >= now or asked.level.value_ng_ml > asked.high_ng_ml
    assert found.unrounded_daily_dose_mg <= now or asked.level.value_ng_ml < asked.low_ng_ml


@relation
@given(cases(), st.sampled_from([0, 10, 25, 50, 100]))
def test_m11_r56_no_increase_goes_past_the_cap(asked: Case, percent: int) -> None:
    """M11: final is at most (1 + cap) D, whatever the cap and however low the level."""
    try:
        found = adjust_dose(asked, POLICY._replace(max_increase_percent=Decimal(percent)))
    except Refused:
        return
    assert found.proposal.regimen.daily_dose_mg <= asked.current.daily_dose_mg * (100 + percent) / 100
    assert found.capped_daily_dose_mg <= asked.current.daily_dose_mg * (100 + percent) / 100


@relation
@given(cases())
def test_m12_r14_every_intake_is_a_sum_of_the_strengths(asked: Case) -> None:
    """M12: each intake of the proposal and of every option is a sum, and its units say so."""
    found = answer(asked)
    product = asked.current.product
    assert product is not None
    for option in (found.proposal, *found.options):
        for mg, units in zip(option.regimen.day_mg, option.units, strict=True):
            assert mg in SUMS[product.id]
            assert units is not None
            assert sum(number * strength for number, strength in units) == mg


def neighbours(asked: Case, dose: Decimal) -> tuple[Decimal, Decimal]:
    """Return the daily doses that can be given next to a dose: at or below it (0 if none), and above it."""
    product, interval = asked.current.product, asked.current.interval_h
    assert product is not None
    table = achievable_regimens(product, interval, dose * 2 + 20, POLICY.units_per_intake)
    doses = [Decimal(0), *(regimen.daily_dose_mg for regimen in table)]
    return max(mg for mg in doses if mg <= dose), min((mg for mg in doses if mg > dose), default=Decimal("Infinity"))


@relation
@given(cases(OUT))
def test_m13_r19_rounding_moves_by_at_most_half_a_gap(asked: Case) -> None:
    """M13: where both neighbours are allowed, the nearer one is proposed; the cap and the wrong way are not."""
    found, now = answer(asked), asked.current.daily_dose_mg
    assume(out(asked) and not found.repeat_first)
    below, above = neighbours(asked, found.capped_daily_dose_mg)
    lowest, highest = (Decimal(0), now) if found.position is Position.ABOVE else (now, now * CAP)
    moved = abs(found.proposal.regimen.daily_dose_mg - found.capped_daily_dose_mg)
    if lowest <= below and above <= highest and below > 0:
        assert moved <= (above - below) / 2
    assert lowest <= found.proposal.regimen.daily_dose_mg <= highest


@relation
@given(cases(OUT))
def test_m14_r17_rounding_moves_by_less_than_a_step(asked: Case) -> None:
    """M14: the proposal is less than one step away from the capped dose."""
    found = answer(asked)
    assume(out(asked) and not found.repeat_first)
    below, above = neighbours(asked, found.capped_daily_dose_mg)
    assert abs(found.proposal.regimen.daily_dose_mg - found.capped_daily_dose_mg) < above - below


@relation
@given(cases(), st.integers(min_value=0, max_value=100), st.integers(min_value=0, max_value=100))
def test_m15_r56_a_larger_cap_never_makes_a_smaller_increase(asked: Case, one: int, two: int) -> None:
    """M15: of two caps, the larger one allows at least as much."""
    try:
        doses = [
            adjust_dose(asked, POLICY._replace(max_increase_percent=Decimal(cap))).proposal.regimen.daily_dose_mg
            for cap in sorted((one, two))
        ]
    except Refused:
        return
    assert doses[0] <= doses[1]


@relation
@given(cases(), st.integers(min_value=1, max_value=12))
def test_m16_no_proposal_needs_more_units_than_the_most(asked: Case, most: int) -> None:
    """M16: the largest dose there is (so many units an intake) is not passed unless it is already."""
    product = asked.current.product
    assert product is not None
    largest = most * max(product.strengths_mg)
    assume(all(mg <= largest for mg in asked.current.intakes_mg))
    try:
        found = adjust_dose(asked, POLICY._replace(units_per_intake=most)).proposal
    except Refused:
        return
    assert all(mg <= largest for mg in found.regimen.day_mg)
    if found.change_percent != 0:
        assert all(units is not None and sum(number for number, _ in units) <= most for units in found.units)


def said(ask: Ask, *words: str) -> dict[str, Any]:
    """Return the JSON that `adjust` says."""
    result = ask("adjust", *words, "--product", "prograf", "--json", "--as-of", "2026-11-21")
    found: dict[str, Any] = json.loads(result.stdout)
    assert (result.returncode == 0) == (found["status"] == "ok")
    return found


def without_echo(found: dict[str, Any]) -> str:
    """Return an answer as text, without the level and the dose as they were typed."""
    inputs = {key: value for key, value in found["inputs"].items() if key not in {"level", "dose"}}
    data = None if found["data"] is None else {key: one for key, one in found["data"].items() if key != "level"}
    messages = [warning["code"] for warning in found["warnings"]]
    return json.dumps(found | {"inputs": inputs, "data": data, "warnings": messages, "message": ""})


@on_the_command_line
@given(st.integers(min_value=1, max_value=900), st.sampled_from(["6-9", "4-11", "8-9"]))
def test_m04_r10_spellings_of_the_same_unit_give_the_same_json(ask: Ask, ten: int, target: str) -> None:
    """M4: ng/mL, ug/L, mcg/L and both micro signs differ in the echoed unit only."""
    rest = ("--dose", "3", "--every", "12", "--target", target)
    found = {
        without_echo(said(ask, "--level", spelling.replace("7.4", str(Decimal(ten) / 10)), *rest))
        for spelling in SPELLINGS
    }
    assert len(found) == 1


@on_the_command_line
@given(st.integers(min_value=1, max_value=240), st.integers(min_value=1, max_value=30))
def test_m21_r08_the_same_doses_said_otherwise_give_the_same_json(ask: Ask, ten: int, halves: int) -> None:
    """M21: 2.5 mg every 12 hours and 2.5+2.5 mg every 12 hours are the same question."""
    level, mg = str(Decimal(ten) / 10), str(Decimal(halves) / 2)
    rest = ("--level", level, "--every", "12", "--target", "6-9")
    assert without_echo(said(ask, "--dose", mg, *rest)) == without_echo(said(ask, "--dose", f"{mg}+{mg}", *rest))


@on_the_command_line
@given(st.integers(min_value=1, max_value=220), st.integers(min_value=1, max_value=6))
def test_m21_r08_the_daily_dose_worked_out_does_not_depend_on_the_interval(ask: Ask, ten: int, mg: int) -> None:
    """M21: 3 mg every 12, 2 mg every 8 and 6 mg every 24 hours are 6 mg a day and need the same a day."""
    rest = ("--level", str(Decimal(ten) / 10), "--target", "6-9")
    found = [said(ask, "--dose", str(mg * hours // 4), "--every", str(hours), *rest)["data"] for hours in (12, 8, 24)]
    keys = ("unrounded_daily_dose_mg", "capped_daily_dose_mg", "position")
    assert len({None if data is None else tuple(data[key] for key in keys) for data in found}) == 1
    assert len({None if data is None else data["current"]["daily_dose_mg"] for data in found}) == 1


@pytest.mark.parametrize("level", ["60.001", "75", "96.4", "300"])
def test_m22_r31_above_60_no_number_comes_out(ask: Ask, level: str) -> None:
    """A level above 60 ng/mL is refused whatever the aim is: data is null."""
    found = said(ask, "--level", level, "--dose", "3", "--every", "12", "--target", "25-30")
    assert (found["status"], found["code"], found["data"]) == ("refused", "CRITICAL_LEVEL", None)
