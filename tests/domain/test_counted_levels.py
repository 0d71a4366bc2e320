"""Which levels of a course count, one rule at a time, and against the checks that judge a single level."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdmcli.domain.counted_levels import Judged, judge_levels
from tdmcli.domain.history import DrugPeriod, Event, History, LevelRecord, RegimenPeriod, Symptom
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.sample_checks import check_drugs, check_regimens
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import Level, parse_level
from tdmcli.errors import Code
from tdmcli.tables.readers import read_interactions, read_policy, read_products

POLICY = read_policy()
ROWS = read_interactions()
PRODUCTS = {row.id: row for row in read_products()}
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 12, 31, tzinfo=UTC)
DRUGS = ("fluconazole", "clarithromycin", "rifampin", "no-such-drug")

relation = settings(max_examples=150, deadline=None)


def after(days: float) -> datetime:
    """Return the moment so many days after the first dose, which is a time of intake."""
    return START + timedelta(days=days)


def regimen(mg: str, product: str = "prograf", interval_h: int = 12) -> Regimen:
    """Return a regimen."""
    return Regimen((Decimal(mg),), interval_h, PRODUCTS[product])


def level(text: str) -> Level:
    """Return a level as a laboratory writes it."""
    return parse_level(text, Decimal("804.02"))


def drawn(days: float, text: str = "8", hours: float | None = 12, **more: Any) -> LevelRecord:
    """Return a level drawn so many days after the start and hours after the dose."""
    taken = after(days)
    last_dose = None if hours is None else taken - timedelta(hours=hours)
    return replace(LevelRecord(taken, level(text), last_dose=last_dose), **more)


ON_4_MG = (RegimenPeriod(START, regimen("4"), "oral"),)
PATIENT = History("p", UTC, regimens=ON_4_MG)


def judged(history: History, accepted: frozenset[Code] = frozenset()) -> tuple[Judged, ...]:
    """Return the levels of a history as judged."""
    return judge_levels(history, NOW, ROWS, POLICY, Decimal(10), accepted)


def said(history: History) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the codes against each level, and those that keep it from variability alone."""
    return [(tuple(f.code for f in one.against), tuple(f.code for f in one.moving)) for one in judged(history)]


FINE: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

CASES: dict[str, tuple[History, list[tuple[tuple[str, ...], tuple[str, ...]]]]] = {
    "a trough at steady state": (replace(PATIENT, levels=(drawn(20),)), [FINE]),
    "flagged by the laboratory": (
        replace(PATIENT, levels=(drawn(20, flags=("clotted",)),)),
        [((Code.LEVEL_IGNORED,), ())],
    ),
    "corrected": (
        replace(PATIENT, levels=(drawn(20), drawn(20, "9", corrects=after(20)))),
        [((Code.LEVEL_IGNORED,), ()), FINE],
    ),
    "censored": (replace(PATIENT, levels=(drawn(20, "<2"),)), [((Code.CENSORED_LEVEL,), ())]),
    "4 h after the dose": (replace(PATIENT, levels=(drawn(20, hours=4),)), [((Code.NOT_A_TROUGH,), ())]),
    "at the dose": (replace(PATIENT, levels=(drawn(20, hours=0),)), [((Code.SAMPLE_AT_DOSE,), ())]),
    "20 h after the dose": (replace(PATIENT, levels=(drawn(20, hours=20),)), [((Code.MISSED_DOSE,), ())]),
    "a little early": (replace(PATIENT, levels=(drawn(20, hours=10.5),)), [FINE]),
    "hours not known": (replace(PATIENT, levels=(drawn(20, hours=None),)), [FINE]),
    "a dose missed the evening before": (
        replace(PATIENT, levels=(drawn(20),), events=(Event(after(19.5), "missed-dose"),)),
        [((Code.MISSED_DOSE,), ())],
    ),
    "diarrhoea": (replace(PATIENT, levels=(drawn(20),), symptoms=(Symptom(date(2026, 1, 20), "diarrhea"),)), [FINE]),
    "before the first regimen": (replace(PATIENT, levels=(drawn(-2),)), [((Code.HELD,), ())]),
    "held": (replace(PATIENT, levels=(drawn(20),), events=(Event(after(18), "held"),)), [((Code.HELD,), ())]),
    "held and resumed long ago": (
        replace(PATIENT, levels=(drawn(20),), events=(Event(after(5), "held"), Event(after(6), "resumed"))),
        [FINE],
    ),
    "resumed two days before": (
        replace(PATIENT, levels=(drawn(20),), events=(Event(after(17), "held"), Event(after(18), "resumed"))),
        [((), (Code.NOT_STEADY_STATE,))],
    ),
    "intravenous": (
        replace(PATIENT, regimens=(RegimenPeriod(START, regimen("4"), "intravenous"),), levels=(drawn(20),)),
        [((Code.NOT_ORAL,), ())],
    ),
    "two products together": (
        replace(
            PATIENT,
            regimens=(
                RegimenPeriod(START, regimen("4"), "oral", after(25)),
                RegimenPeriod(after(10), regimen("6", "envarsus", 24), "oral"),
            ),
            levels=(drawn(20, hours=24), drawn(40, hours=24)),
        ),
        [((Code.TWO_PRODUCTS,), ()), FINE],
    ),
    "two days after a change of dose": (
        replace(PATIENT, regimens=(*ON_4_MG, RegimenPeriod(after(18), regimen("3"), "oral")), levels=(drawn(20),)),
        [((), (Code.NOT_STEADY_STATE,))],
    ),
    "the same dose entered again": (
        replace(PATIENT, regimens=(*ON_4_MG, RegimenPeriod(after(18), regimen("4"), "oral")), levels=(drawn(20),)),
        [FINE],
    ),
    "an inhibitor setting in": (
        replace(PATIENT, levels=(drawn(20),), drugs=(DrugPeriod("fluconazole", date(2026, 1, 19)),)),
        [((), (Code.INTERACTION_SETTLING,))],
    ),
    "an inhibitor on board for long": (
        replace(PATIENT, levels=(drawn(60),), drugs=(DrugPeriod("fluconazole", date(2026, 1, 19)),)),
        [FINE],
    ),
    "a single level that does not fit": (
        replace(PATIENT, levels=(drawn(20), drawn(30, "29"), drawn(40))),
        [FINE, ((Code.DISCREPANT,), ()), FINE],
    ),
    "a level that stays where it jumped to": (
        replace(PATIENT, levels=(drawn(20), drawn(30, "29"), drawn(40, "27"))),
        [FINE, ((Code.DISCREPANT,), ()), FINE],
    ),
    "a jump on another dose": (
        replace(
            PATIENT,
            regimens=(*ON_4_MG, RegimenPeriod(after(21), regimen("9"), "oral")),
            levels=(drawn(20), drawn(40, "29")),
        ),
        [FINE, FINE],
    ),
    "three times as much is still believed": (replace(PATIENT, levels=(drawn(20), drawn(30, "24"))), [FINE, FINE]),
    "drawn after now": (replace(PATIENT, levels=(drawn(400),)), [((Code.LEVEL_IGNORED,), ())]),
    "no regimen in the file": (History("p", UTC, levels=(drawn(20),)), [FINE]),
    "no regimen, 4 h after the dose": (
        History("p", UTC, levels=(drawn(20, hours=4),)),
        [((Code.NOT_A_TROUGH,), ())],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_level_counts_for_what_it_is(name: str) -> None:
    """What speaks against a level, and what keeps it from variability alone, is just what its rule says."""
    history, expected = CASES[name]
    assert said(history) == expected


def test_r45_a_level_belongs_to_the_regimen_in_force_when_it_was_drawn() -> None:
    """The dose was changed this afternoon on this morning's level: the level is of the old dose."""
    changed = (*ON_4_MG, RegimenPeriod(after(20.4), regimen("3"), "oral"))
    (one,) = judged(replace(PATIENT, regimens=changed, levels=(drawn(20),)))
    assert one.period is not None
    assert one.period.regimen == regimen("4")
    assert one.is_steady


def test_an_accepted_code_speaks_against_nothing() -> None:
    """--accept DISCREPANT brings the level back, for variability too; other codes stay."""
    history = replace(PATIENT, levels=(drawn(20), drawn(30, "29"), drawn(40, hours=4)))
    found = judged(history, frozenset({Code.DISCREPANT}))
    assert [one.is_steady for one in found] == [True, True, False]


days = st.integers(0, 200)


@st.composite
def drug_periods(draw: st.DrawFn) -> DrugPeriod:
    """Return another drug, stopped or not."""
    first = draw(days)
    length = draw(st.one_of(st.none(), st.integers(0, 40)))
    begin = START.date() + timedelta(days=first)
    return DrugPeriod(draw(st.sampled_from(DRUGS)), begin, None if length is None else begin + timedelta(days=length))


@relation
@given(st.lists(drug_periods(), max_size=4), days)
def test_drugs_settle_as_the_check_of_a_single_level_has_it(drugs: list[DrugPeriod], day: int) -> None:
    """A level is set aside for a drug setting in or fading just when the check of one level says so."""
    history = replace(PATIENT, levels=(drawn(day),), drugs=tuple(drugs))
    alone = check_drugs(history, after(day), after(day), Position.UNDETERMINED, ROWS, POLICY.interaction)
    expected = {tuple(sorted(one.values.items())) for one in alone if one.code is Code.INTERACTION_SETTLING}
    (one,) = judged(history)
    found = {tuple(sorted(f.values.items())) for f in one.moving if f.code is Code.INTERACTION_SETTLING}
    assert found == expected


@st.composite
def courses(draw: st.DrawFn) -> History:
    """Return a history with changes of dose, pauses and stops, no two products together."""
    starts = draw(st.lists(days, min_size=1, max_size=8, unique=True).map(sorted))
    ends = [*starts[1:], 260]
    periods = []
    for first, following in zip(starts, ends, strict=True):
        stop = draw(st.one_of(st.none(), st.integers(first + 1, max(following, first + 1))))
        periods.append(
            RegimenPeriod(
                after(first),
                regimen(str(draw(st.integers(1, 4)))),
                draw(st.sampled_from(["oral", "oral", "sublingual"])),
                None if stop is None else after(stop),
            )
        )
    turns = draw(st.lists(st.tuples(days, st.sampled_from(["held", "resumed"])), max_size=4).map(sorted))
    events = tuple(Event(after(day + 0.25), kind) for day, kind in turns)
    records = draw(st.lists(days, min_size=1, max_size=6, unique=True).map(sorted))
    return replace(PATIENT, regimens=tuple(periods), events=events, levels=tuple(drawn(day + 0.5) for day in records))


@relation
@given(courses())
def test_regimens_speak_as_the_check_of_a_single_level_has_it(history: History) -> None:
    """Held, stopped, not yet begun or not oral: the same as the check of one level at the time it was drawn."""
    for one in judged(history):
        alone = check_regimens(history, one.record.taken, one.record.taken)
        found = [f.code for f in one.against if f.code in {Code.HELD, Code.NOT_ORAL, Code.TWO_PRODUCTS}]
        assert found == [f.code for f in alone]


@relation
@given(courses())
def test_the_days_on_a_dose_are_those_of_the_whole_history(history: History) -> None:
    """Looking at the rows near a level alone says the same of steady state as looking at all of them."""
    from tdmcli.domain.history import days_on_dose, period_at
    from tdmcli.domain.trough import check_steady_state
    from tdmcli.tables.rows import Release

    for one in judged(history):
        on_dose = days_on_dose(history, one.record.taken)
        expected = set()
        if on_dose is not None and period_at(history, one.record.taken) is not None:
            found = check_steady_state(*on_dose, Position.UNDETERMINED, Release.IMMEDIATE, POLICY.steady_state)
            expected = {f.code for f in found}
        assert {f.code for f in one.moving} == expected
