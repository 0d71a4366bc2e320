"""The JSON contract of `monitor`: what its answer holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class MonitorTest(NamedTuple):
    """Something to measure or look for, and how it stands in the patient file.

    `due` is the last day on which the next one falls, null where the source gives no interval or the file no
    last one; `overdue` says that this day is past, null without `due`. `state` is null without a patient file,
    or where the file can't record the test. `borrowed`: the source lists it for another indication.
    """

    id: str
    name: str
    when: str
    text: str
    every_days: tuple[int, ...] | None
    from_day: int | None
    to_day: int | None
    state: str | None
    last: date | None
    due_from: date | None
    due: date | None
    overdue: bool | None
    borrowed: bool
    source: str


class MonitorThreshold(NamedTuple):
    """A limit that a source gives, and what it makes of the patient file's values; null without a file."""

    id: str
    name: str
    rule: str
    limit: Decimal | None
    text: str
    state: str | None
    source: str


class MonitorValue(NamedTuple):
    """A value of the patient file with its day; `measure` is its key in the file."""

    measure: str
    value: Decimal
    unit: str
    day: date


class MonitorFinding(NamedTuple):
    """A threshold that the last value crosses: the value, the earlier one that it is held against, and the source."""

    threshold: str
    name: str
    latest: MonitorValue
    reference: MonitorValue | None
    change_percent: Decimal | None
    says: str
    text: str
    source: str


class MonitorCaution(NamedTuple):
    """What one source warns of."""

    id: str
    about: str
    text: str
    source: str


class MonitorData(NamedTuple):
    """The answer of `monitor`."""

    indication: str
    name: str
    days_after_transplant: int | None
    tests: tuple[MonitorTest, ...]
    thresholds: tuple[MonitorThreshold, ...]
    findings: tuple[MonitorFinding, ...]
    cautions: tuple[MonitorCaution, ...]
