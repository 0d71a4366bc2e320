"""Reading a patient file strictly: what it holds, and what in it is odd."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.capsules import units_for
from tdmcli.domain.findings import Refused
from tdmcli.domain.interaction import find_drug
from tdmcli.domain.neurotoxicity import grade
from tdmcli.domain.units import clean, show_mg
from tdmcli.records.disk import exposed
from tdmcli.records.reading import read_document
from tdmcli.tables.readers import read_interactions_naming, read_policy, read_symptoms
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer
from tdmcli.workflows.patient_record import record_of
from tdmcli.workflows.ranges import co_therapies_among

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tdmcli.domain.history import History, LevelRecord

TABLES = ("levels", "regimens", "drugs", "labs", "weights", "symptoms", "events")


class CountAnswer(NamedTuple):
    """How many entries a table has."""

    table: str
    entries: int


class LevelAnswer(NamedTuple):
    """A level as the file holds it; `untimed` where only its day is known."""

    taken: str
    untimed: bool
    level: str


class CheckData(NamedTuple):
    """The answer of `patient check`: a file that was read without a fault."""

    file: str
    sha256: str
    patient_id: str
    indication: str | None
    days_after_start: int | None
    time_zone: str | None
    regimen: str | None
    counts: tuple[CountAnswer, ...]
    first_level: LevelAnswer | None
    last_level: LevelAnswer | None
    odd: tuple[str, ...]


class Checked(NamedTuple):
    """The answer, and who else can read the file; None if nobody."""

    answer: Answer[CheckData]
    exposed: str | None


def answer_check(path: Path, asked: ask.Asked) -> Checked:
    """Return what a patient file holds.

    Raises:
        BadFile: it can't be read or says something it must not.

    """
    document = read_document(path)
    history = record_of(document).history
    now = ask.at(asked, history.zone)
    period = past.period_at(history, now)
    zone = document.tables["patient"].get("time_zone")
    name = period.regimen.product.name if period and period.regimen.product else ""
    data = CheckData(
        file=document.name,
        sha256=document.sha256,
        patient_id=history.patient_id,
        indication=None if history.indication is None else clean(history.indication),
        days_after_start=past.days_after_start(history, now),
        time_zone=zone,
        regimen=f"{name} {period.regimen.text}" if period else None,
        counts=tuple(CountAnswer(table, len(document.tables.get(table, ()))) for table in TABLES),
        first_level=_level(history.levels[0], history) if history.levels else None,
        last_level=_level(history.levels[-1], history) if history.levels else None,
        odd=tuple(_odd(history, now, zone)),
    )
    return Checked(Answer("patient-check", data, now), exposed(path))


def _level(record: LevelRecord, history: History) -> LevelAnswer:
    day = past.day_of(record.taken, history.zone).isoformat()
    return LevelAnswer(
        day if record.untimed else record.taken.isoformat(timespec="minutes"), record.untimed, record.level.text
    )


def _odd(history: History, now: datetime, zone: str | None) -> Iterator[str]:
    if zone is None:
        yield "[patient] has no time_zone: each time needs its offset, and intakes are counted in steps of 24 hours"
    if history.indication is None:
        yield "neither [transplant] nor [condition]: no target can be looked up"
    else:
        try:
            ask.find_indication(history.indication)
        except Refused:
            yield "the organ or indication is not a known one"
    if history.indication is not None and history.start_date is None:
        yield "the day of the transplant or of the start is not given: no time after it is known"
    yield from _odd_levels(history, now)
    yield from _odd_regimens(history, now)
    names = tuple(dict.fromkeys(one.name for one in history.drugs))
    known, others = read_interactions_naming(names), co_therapies_among(names)
    for name in names:
        if find_drug(name, known) is None and name not in others:
            yield f"drug {clean(name)} is not in the table: not the same as safe"
    for name in grade([one.name for one in history.symptoms], read_symptoms()).unknown:
        yield f"symptom {clean(name)} is not in the table: it has no grade"


def _odd_levels(history: History, now: datetime) -> Iterator[str]:
    limit, policy = now + timedelta(minutes=read_policy().stale.future_minutes), read_policy().level
    corrected = {one.corrects for one in history.levels if one.corrects is not None}
    for count, what in (
        (sum(one.taken > limit for one in history.levels), "drawn later than now: mend it, or ask with --as-of"),
        (sum(bool(one.flags) for one in history.levels), "flagged by the laboratory: not used"),
        (len(corrected), "corrected by another entry: not used"),
        (sum(not one.level.is_number for one in history.levels), "only a limit (< or >)"),
        (sum(one.untimed for one in history.levels), "without a time of day: whether it is a trough is not known"),
        (
            sum(one.last_dose is None and not one.untimed for one in history.levels),
            "without last_dose: whether it is a trough is not known",
        ),
        (sum(one.level.value_ng_ml > policy.critical for one in history.levels), f"above {policy.critical} ng/mL"),
        (_without_regimen(history), "drawn while no regimen was in force"),
    ):
        if count:
            yield f"{count} level{'' if count == 1 else 's'} {what}"


def _without_regimen(history: History) -> int:
    """Return how many levels were drawn while no regimen was in force."""
    starts = [one.start for one in history.regimens]
    count = 0
    for record in history.levels:
        begun = bisect_right(starts, record.taken)
        stop = history.regimens[begun - 1].stop if begun else None
        count += not begun or (stop is not None and stop <= record.taken)
    return count


def _odd_regimens(history: History, now: datetime) -> Iterator[str]:
    if not any(one.start <= now for one in history.regimens):
        yield "no regimen has begun"
    seen = set()
    for period in history.regimens:
        product = period.regimen.product
        day = past.day_of(period.start, history.zone).isoformat()
        if period.start > now:
            yield f"the regimen of {day} is yet to begin"
        if product is None or period.regimen in seen:
            continue
        seen.add(period.regimen)
        most = read_policy().dose.units_per_intake
        odd = [mg for mg in period.regimen.intakes_mg if not units_for(mg, product, most)]
        if odd:
            yield f"the regimen of {day}: {show_mg(odd[0])} is not a sum of the strengths of {product.name}"
        if period.regimen.interval_h not in product.intervals_h:
            yield f"the regimen of {day}: {product.name} every {period.regimen.interval_h} hours is not usual"
