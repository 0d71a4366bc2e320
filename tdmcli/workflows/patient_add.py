"""Adding an entry to a patient file: is it one that may stand there, and what is to be said of it?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain import history as past
from tdmcli.domain.capsules import units_for
from tdmcli.domain.dose_case import check_interval
from tdmcli.domain.findings import Finding
from tdmcli.domain.neurotoxicity import grade
from tdmcli.domain.sample_checks import check_previous, check_tenfold
from tdmcli.domain.spelling import spelling
from tdmcli.domain.trough import check_sample_time, check_size
from tdmcli.domain.units import clean, show, show_mg
from tdmcli.errors import Code, WrongUsage
from tdmcli.records.disk import exposed
from tdmcli.records.saving import append_entry
from tdmcli.records.values import in_zone
from tdmcli.tables.readers import read_policy, read_symptoms
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, warn
from tdmcli.workflows.drug_checks import check_taken
from tdmcli.workflows.patient_record import EntryAnswer, last_entry, record_of

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from tdmcli.domain.history import History, LevelRecord, RegimenPeriod
    from tdmcli.records.patient import PatientRecord
    from tdmcli.records.reading import Document
    from tdmcli.workflows.patient_entries import Entry

_PAST = {"levels": ("taken", "last_dose"), "labs": ("taken",), "symptoms": ("noted",)}  # a plan may lie ahead


class AddData(NamedTuple):
    """The answer of `patient add`: the entry as read back from the file, and the file before and after."""

    file: str
    patient_id: str
    entry: EntryAnswer
    says: str
    sha256_before: str
    sha256: str


class Added(NamedTuple):
    """The answer, and who else could read the file before it was written; None if nobody."""

    answer: Answer[AddData]
    exposed: str | None


def answer_add(path: Path, entry: Entry, asked: ask.Asked) -> Added:
    """Return what was added.

    Raises:
        BadFile: the file can't be read or says something it must not.
        WrongUsage: the entry may not stand in it.
        NotWritten: it could not be written.

    """
    seen = exposed(path)
    judged: list[tuple[History, tuple[Finding, ...], str]] = []

    def judge(document: Document) -> None:
        """Say all that is to be said before anything is written: an entry once stored is never followed by a fault."""
        record = record_of(document)
        _refuse_future(entry, record, asked)
        _refuse_twice(entry, document.tables[entry.table][:-1])
        judged.append((record.history, _findings(entry, record.history), _says(entry, record.history)))

    saved = append_entry(path, entry.table, entry.values, record_of, judge)
    history, findings, says = judged[-1]
    data = AddData(
        file=saved.after.name,
        patient_id=history.patient_id,
        entry=last_entry(saved.after, entry.table),
        says=says,
        sha256_before=saved.before.sha256,
        sha256=saved.after.sha256,
    )
    return Added(Answer("patient-add", data, ask.at(asked, history.zone), warnings=warn(findings)), seen)


_ONCE = {"drugs": ("name", "start"), "symptoms": ("name", "noted")}


def _refuse_twice(entry: Entry, others: list[dict[str, Any]]) -> None:
    """Refuse a drug or symptom that stands there already with its day (R54)."""
    keys = _ONCE.get(entry.table)
    if keys is None:
        return
    name, day = keys
    for number, other in enumerate(others, 1):
        if spelling(other[name]) == spelling(entry.values[name]) and str(other[day])[:10] == str(entry.values[day]):
            raise WrongUsage(f"not added: {entry.table} number {number} is the same with the same day")


def _refuse_future(entry: Entry, record: PatientRecord, asked: ask.Asked) -> None:
    """Refuse what is yet to come (R36), and a value beyond belief that was not repeated (R31)."""
    zone = record.history.zone
    limit = ask.at(asked, zone) + timedelta(minutes=read_policy().stale.future_minutes)
    for key in _PAST.get(entry.table, ()):
        value = entry.values.get(key)
        if value is None:
            continue
        day = past.day_of(_aware(value, record), zone) if isinstance(value, datetime) else value
        later = _aware(value, record) > limit if isinstance(value, datetime) else day > past.day_of(limit, zone)
        if later:
            option = f"--{key.replace('_', '-')}"
            raise WrongUsage(f"{option}: {value.isoformat()} is later than now ({limit.isoformat(timespec='minutes')})")


def _aware(moment: datetime, record: PatientRecord) -> datetime:
    zone: ZoneInfo | None = record.history.zone  # type: ignore[assignment]  # UTC where the file names none
    return in_zone(moment, zone)


def _findings(entry: Entry, history: History) -> tuple[Finding, ...]:
    if entry.table == "levels":
        return _about_level(_level_of(entry, history), history)
    if entry.table == "regimens":
        return _about_regimen(_regimen_of(entry, history), history)
    name = entry.values.get("name", "")
    if entry.table == "drugs":
        return check_taken((name,))
    if entry.table == "symptoms" and grade((name,), read_symptoms()).unknown:
        return (Finding(Code.UNKNOWN_SYMPTOM, {"symptom": clean(name)}),)
    return ()


def _level_of(entry: Entry, history: History) -> LevelRecord:
    taken, corrects = entry.values["taken"], entry.values.get("corrects")
    moment = _moment(taken, history)
    return next(
        one
        for one in reversed(history.levels)
        if one.taken == moment and (one.corrects is not None) == (corrects is not None)
    )


def _moment(value: object, history: History) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else in_zone(value, history.zone)  # type: ignore[arg-type]
    return past.noon(value, history.zone)  # type: ignore[arg-type]


def _regimen_of(entry: Entry, history: History) -> RegimenPeriod:
    start = _moment(entry.values["start"], history)
    return next(one for one in reversed(history.regimens) if one.start == start)


def _about_level(record: LevelRecord, history: History) -> tuple[Finding, ...]:
    """Return what is to be said at once of a level: its size, its time, and how it fits the one before."""
    findings = check_size(record.level, read_policy().level)
    if record.flags:
        values = {"taken": record.taken.date().isoformat(), "level": record.level.text}
        return (*findings, Finding(Code.LEVEL_IGNORED, {**values, "why": f"flagged {', '.join(record.flags)}"}))
    if record.untimed or record.last_dose is None:
        why = "only its date was given" if record.untimed else "no --last-dose was given"
        findings += (Finding(Code.UNTIMED_LEVEL, {"why": why}),)
    else:
        period = past.period_at(history, past.dosed_at(history, record))
        hours = past.hours_between(record.last_dose, record.taken)
        if period is not None:
            findings += check_sample_time(hours, period.regimen.interval_h, read_policy().sampling)
    used, _ = past.usable_levels(history, record.taken)
    before = next((one for one in reversed(used) if one is not record and one.taken < record.taken), None)
    return findings + check_previous(history, record, before, read_policy().level.previous_ratio)


def _about_regimen(period: RegimenPeriod, history: History) -> tuple[Finding, ...]:
    """Return what is to be said at once of a regimen: dose per kilogram, strengths, interval, a tenfold step."""
    regimen, policy = period.regimen, read_policy().dose
    findings: tuple[Finding, ...] = ()
    weighed = past.latest(history.weights, past.day_of(period.start, history.zone))
    weight = weighed.value if weighed else history.weight_kg
    if weight is not None and regimen.daily_dose_mg / weight > policy.high_mg_per_kg_day:
        values = {"dose": show(regimen.daily_dose_mg / weight), "limit": show(policy.high_mg_per_kg_day)}
        findings += (Finding(Code.DOSE_HIGH, values),)
    if regimen.product is not None:
        odd = [mg for mg in regimen.intakes_mg if not units_for(mg, regimen.product, policy.units_per_intake)]
        if odd:
            strengths = ", ".join(show(one) for one in regimen.product.strengths_mg)
            findings += (Finding(Code.NOT_ACHIEVABLE, {"dose": show_mg(odd[0]), "strengths": strengths}),)
        findings += check_interval(regimen.interval_h, regimen.product)
    return findings + check_tenfold(history, period.start)


def _says(entry: Entry, history: History) -> str:
    """Return the entry in words, as the program understands it."""
    values = entry.values
    if entry.table == "levels":
        record = _level_of(entry, history)
        day = past.day_of(record.taken, history.zone).isoformat()
        when = day if record.untimed else record.taken.isoformat(timespec="minutes")
        after = ""
        if record.last_dose is not None:
            after = f", {show(past.hours_between(record.last_dose, record.taken), 1)} h after the last dose"
        old = (
            f", in the place of the level of {record.corrects.isoformat(timespec='minutes')}" if record.corrects else ""
        )
        return f"{record.level.text}, taken {when}{after}{old}"
    if entry.table == "regimens":
        period = _regimen_of(entry, history)
        product = period.regimen.product.name if period.regimen.product else "unknown"
        return f"{product} {period.regimen.text}, from {period.start.isoformat(timespec='minutes')}"
    if entry.table == "drugs":
        stop = f" to {values['stop'].isoformat()}" if "stop" in values else ", going on"
        return f"{clean(values['name'])}, from {values['start'].isoformat()}{stop}"
    if entry.table == "symptoms":
        return f"{clean(values['name'])}, noted {values['noted'].isoformat()}"
    count = len([key for key in values if key not in {"taken", "note"}])
    return f"{count} result{'' if count == 1 else 's'}, taken {values['taken'].isoformat()}"
