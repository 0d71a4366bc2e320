"""What is due when, whom a test or limit is for, and when a value crosses a limit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tdmcli.domain.history import Measured
from tdmcli.domain.monitoring import (
    Due,
    DueState,
    Reading,
    ThresholdState,
    assess,
    cautions_for,
    due,
    rise_percent,
    thresholds_for,
    what_to_test,
)
from tdmcli.tables.monitoring_rows import (
    Against,
    CautionRow,
    MonitoringTestRow,
    MonitoringThresholdRow,
    Rule,
    When,
)

DAY = date(2026, 10, 1)
ROW = MonitoringTestRow("a", "n", When.INTERVAL, ("level",), "t", "s", "l")
UMOL, MG = "creatinine_umol_l", "creatinine_mg_dl"
PERCENT = MonitoringThresholdRow(
    "p", "n", ("x",), (UMOL, MG), Rule.RISES_ABOVE_PERCENT, "t", "s", "l", Decimal(25), Against.FIRST
)
RISE = PERCENT._replace(rule=Rule.RISES, limit=None, against=Against.LOWEST)
LOW = MonitoringThresholdRow("e", "n", ("x",), ("egfr_ml_min",), Rule.AT_OR_BELOW, "t", "s", "l", Decimal(45))


def lab(day: int, value: str, measure: str = UMOL, hour: int = 12) -> Reading:
    """Return a value so many days after DAY, at noon unless said otherwise."""
    moment = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC) + timedelta(day)
    return Reading(measure, Measured(moment.date(), Decimal(value), moment))


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (0, DueState.NOT_YET),
        (29, DueState.NOT_YET),
        (30, DueState.DUE),
        (90, DueState.DUE),
        (91, DueState.OVERDUE),
        (400, DueState.OVERDUE),
    ],
)
def test_a_test_is_due_from_the_shortest_and_overdue_after_the_longest_interval(after: int, state: DueState) -> None:
    """Every 1 to 3 months: due from day 30, overdue from the day after day 90."""
    row = ROW._replace(every_from_days=30, every_to_days=90)
    assert due(row, [DAY], None, DAY + timedelta(after)) == Due(state, DAY, date(2026, 10, 31), date(2026, 12, 30))


@pytest.mark.parametrize(("after", "state"), [(29, "not-yet"), (30, "due"), (31, "overdue")])
def test_one_interval_is_due_on_its_day(after: int, state: str) -> None:
    """Every 30 days: due on day 30 itself, overdue on the next."""
    assert due(ROW._replace(every_to_days=30), [DAY], None, DAY + timedelta(after)).state == state


def test_the_last_one_counts_and_none_of_the_future() -> None:
    """The order says nothing, and a test dated after today has not been made."""
    row = ROW._replace(every_to_days=30)
    made = [DAY + timedelta(10), DAY, DAY + timedelta(5), DAY + timedelta(50)]
    assert due(row, made, None, DAY + timedelta(41)) == Due(
        DueState.OVERDUE, date(2026, 10, 11), date(2026, 11, 10), date(2026, 11, 10)
    )


def test_a_test_that_was_never_made_is_not_recorded() -> None:
    """Nothing in the file is never taken as done, nor as overdue since some day."""
    for row in (ROW, ROW._replace(every_to_days=30), ROW._replace(when=When.BASELINE)):
        assert due(row, [], DAY, DAY) == Due(DueState.NOT_RECORDED)
        assert due(row, [DAY + timedelta(1)], DAY, DAY) == Due(DueState.NOT_RECORDED)


def test_without_an_interval_nothing_falls_due() -> None:
    """Where its source gives no interval a test is recorded, however long ago."""
    assert due(ROW, [DAY], None, DAY + timedelta(900)) == Due(DueState.RECORDED, DAY)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (None, Due(DueState.RECORDED, DAY)),
        (DAY - timedelta(1), Due(DueState.AFTER_START, DAY)),
        (DAY, Due(DueState.RECORDED, DAY)),
        (DAY + timedelta(9), Due(DueState.RECORDED, DAY + timedelta(7))),
    ],
)
def test_a_baseline_is_the_last_value_by_the_start(start: date | None, expected: Due) -> None:
    """A first value after the start is no baseline, and is said to be later."""
    made = [DAY, DAY + timedelta(7), DAY + timedelta(20)]
    assert due(ROW._replace(when=When.BASELINE), made, start, DAY + timedelta(60)) == expected


def test_windows_are_half_open() -> None:
    """A row holds from its first day to the day before its last; without a day every row stands."""
    rows = (ROW._replace(id="early", from_day=0, to_day=60), ROW._replace(id="late", from_day=60))
    found = {day: [row.id for row, _ in what_to_test(rows, "kidney", day)] for day in (0, 59, 60, 4000, None)}
    assert found == {0: ["early"], 59: ["early"], 60: ["late"], 4000: ["late"], None: ["early", "late"]}


def test_a_test_is_borrowed_only_where_there_is_no_own_one() -> None:
    """A row for all stands as it is; one that lends stands for others, unless a row of its name speaks of them."""
    lent = ROW._replace(id="lent", indications=("ild",), lends=True)
    rows = (lent, ROW._replace(id="kept", indications=("ild",)), ROW._replace(id="all", name="other"))
    assert [(row.id, borrowed) for row, borrowed in what_to_test(rows, "ild", None)] == [
        ("lent", False),
        ("kept", False),
        ("all", False),
    ]
    assert [(row.id, one) for row, one in what_to_test(rows, "kidney", None)] == [("lent", True), ("all", False)]
    own = ROW._replace(id="own", indications=("kidney",))
    assert [row.id for row, _ in what_to_test((*rows, own), "kidney", None)] == ["all", "own"]
    baseline = own._replace(when=When.BASELINE)
    assert [row.id for row, _ in what_to_test((*rows, baseline), "kidney", None)] == ["lent", "all", "own"]


def test_a_threshold_is_never_borrowed() -> None:
    """A limit stands for its indications and no other."""
    assert thresholds_for((PERCENT, LOW), "x") == (PERCENT, LOW)
    assert thresholds_for((PERCENT, LOW), "y") == ()


def test_cautions_of_the_indication_come_first() -> None:
    """Its own cautions, then those for all, never those of another."""
    for_all = CautionRow("all", "a", "t", "s", "l")
    own, other = for_all._replace(id="own", indications=("x",)), for_all._replace(id="other", indications=("y",))
    assert cautions_for((for_all, other, own), "x") == (own, for_all)


@pytest.mark.parametrize(
    ("value", "state"), [("80", "not-crossed"), ("100", "not-crossed"), ("100.1", "crossed"), ("160", "crossed")]
)
def test_a_rise_must_be_more_than_its_limit(value: str, state: str) -> None:
    """From 80 a rise of just 25 % is not above 25 %; a little more is."""
    assert assess(PERCENT, [lab(0, "80"), lab(30, value)], None, DAY + timedelta(30)).state == state


def test_the_baseline_is_the_last_value_by_the_start_or_the_first() -> None:
    """A rise is measured from the last value before treatment; without one from the first in the file."""
    labs = [lab(0, "60"), lab(5, "80"), lab(20, "70"), lab(30, "90")]
    today = DAY + timedelta(40)
    found = {start: assess(PERCENT, labs, start, today) for start in (None, DAY + timedelta(5), DAY - timedelta(1))}
    references = {start: one.reference.measured.value for start, one in found.items() if one.reference}
    assert references == {None: 60, DAY + timedelta(5): 80, DAY - timedelta(1): 60}
    assert [str(one.state) for one in found.values()] == ["crossed", "not-crossed", "crossed"]


def test_after_a_transplant_any_rise_counts_from_the_lowest() -> None:
    """Creatinine that fell from 600 to 120 and is now 130 has risen, though it is far below the first."""
    labs = [lab(0, "600"), lab(5, "120"), lab(9, "125"), lab(30, "130")]
    found = assess(RISE, labs, DAY, DAY + timedelta(30))
    assert (found.state, found.reference) == (ThresholdState.CROSSED, labs[1])
    assert assess(RISE, [*labs, lab(40, "120")], DAY, DAY + timedelta(40)).state is ThresholdState.NOT_CROSSED


def test_what_is_not_there_is_not_assessed() -> None:
    """No value, one value, or an earlier one in another unit only: not assessed, never not crossed."""
    for labs in ([], [lab(0, "80")], [lab(0, "80"), lab(30, "2", MG)], [lab(0, "80"), lab(0, "160")]):
        assert assess(PERCENT, labs, None, DAY + timedelta(30)).state is ThresholdState.NOT_ASSESSED
    assert assess(PERCENT, [lab(0, "80"), lab(31, "160")], None, DAY + timedelta(30)).reference is None
    assert assess(LOW, [lab(0, "30")], None, DAY).state is ThresholdState.NOT_ASSESSED


def test_of_two_values_the_later_counts_and_of_one_moment_the_worse() -> None:
    """The order of rows says nothing: the last hour of a day, else the higher creatinine and the lower eGFR."""
    today = DAY + timedelta(30)
    for labs in ([lab(30, "81"), lab(30, "120")], [lab(30, "120"), lab(30, "81")]):
        assert assess(PERCENT, [lab(0, "80"), *labs], None, today).state is ThresholdState.CROSSED
    hours = [lab(30, "120", hour=8), lab(30, "81", hour=16)]
    assert assess(PERCENT, [lab(0, "80"), *hours], None, today).state is ThresholdState.NOT_CROSSED
    for values in (("50", "40"), ("40", "50")):
        labs = [lab(0, value, "egfr_ml_min") for value in values]
        assert assess(LOW, labs, None, DAY).state is ThresholdState.CROSSED


@pytest.mark.parametrize(("value", "state"), [("46", "not-crossed"), ("45", "crossed"), ("20", "crossed")])
def test_a_floor_counts_at_its_limit(value: str, state: str) -> None:
    """Above 45 is above: 45 itself crosses. Only the last value counts."""
    labs = [lab(-9, "10", "egfr_ml_min"), lab(0, value, "egfr_ml_min")]
    assert assess(LOW, labs, None, DAY).state == state


def test_rise_in_per_cent() -> None:
    """A half more, and a half less."""
    assert rise_percent(Decimal(90), Decimal(135)) == 50
    assert rise_percent(Decimal(90), Decimal(45)) == -50
