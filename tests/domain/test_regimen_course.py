"""Pauses of tacrolimus, and the regimens that a level can still show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tdmcli.domain.history import Event, History, RegimenPeriod
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.regimen_course import Pause, begun_by, pauses, still_shown
from tdmcli.domain.sample_checks import is_held

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
DAYS = st.integers(min_value=0, max_value=60)
HELD_OR_RESUMED = st.lists(
    st.tuples(DAYS, st.sampled_from(["held", "resumed"])), max_size=8, unique_by=lambda one: one[0]
)


def at(day: int) -> datetime:
    """Return the moment so many days after the start."""
    return START + timedelta(days=day)


def history(starts: list[int], turns: list[tuple[int, str]]) -> History:
    """Return a history of regimens begun, and of holds and resumptions, by day."""
    regimen = Regimen((Decimal(3), Decimal(3)), 12, None)
    return History(
        "p",
        UTC,
        regimens=tuple(RegimenPeriod(at(day), regimen, "oral") for day in sorted(starts)),
        events=tuple(Event(at(day), kind) for day, kind in sorted(turns)),
    )


@given(st.lists(DAYS, min_size=1, max_size=4, unique=True), HELD_OR_RESUMED, DAYS)
def test_a_pause_lasts_just_where_a_level_is_called_held(
    starts: list[int], turns: list[tuple[int, str]], day: int
) -> None:
    """R55: the pause without an end is the hold that the checks of a level see; none lies within another."""
    found = pauses(history(starts, turns), at(day))
    assert any(one.end is None for one in found) == is_held(history(starts, turns), at(day))
    for one, after in pairwise(found):
        assert one.end is not None
        assert one.start <= one.end <= after.start <= at(day)


def test_a_gap_is_a_pause() -> None:
    """R55: between the stop of a regimen and the next nothing is given; after the last stop nothing either."""
    regimen = Regimen((Decimal(3),), 24, None)
    periods = (
        RegimenPeriod(at(0), regimen, "oral", at(10)),
        RegimenPeriod(at(14), regimen, "oral", at(20)),
        RegimenPeriod(at(20), regimen, "oral", at(30)),
    )
    course = History("p", UTC, regimens=periods)
    assert pauses(course, at(25)) == (Pause(at(10), at(14)),)
    assert pauses(course, at(31)) == (Pause(at(10), at(14)), Pause(at(30), None))


@given(st.lists(DAYS, min_size=1, max_size=6, unique=True), DAYS, st.integers(min_value=0, max_value=10))
def test_a_level_shows_its_regimen_and_those_that_ended_lately(starts: list[int], day: int, settling: int) -> None:
    """R44: with no time to settle one regimen is shown, with all the time each that had begun, none later."""
    course = history(starts, [])
    begun = begun_by(course, at(day))
    assert still_shown(course, at(day), timedelta()) == begun[-1:]
    assert still_shown(course, at(day), timedelta(days=100)) == begun
    shown = still_shown(course, at(day), timedelta(days=settling))
    assert shown == begun[len(begun) - len(shown) :]
