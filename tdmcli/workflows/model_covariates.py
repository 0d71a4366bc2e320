"""What a model may ask of a patient, over time: the file's values as steps between which nothing changes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.genotype import Diplotype, read_diplotype
from tdmcli.domain.history import age_years, day_of, days_after_start
from tdmcli.domain.interaction import fading_days, find_drug
from tdmcli.domain.start_patient import body_surface_m2
from tdmcli.errors import BadFile, Code
from tdmcli.pharmacokinetics.prediction import Step
from tdmcli.tables.dosing_readers import read_body_size, read_genotypes
from tdmcli.tables.model_forms import Covariate
from tdmcli.tables.model_readers import model_ids, read_model
from tdmcli.tables.readers import read_interactions_naming, read_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tdmcli.domain.history import History, Measured
    from tdmcli.records.patient import PatientRecord
    from tdmcli.tables.model_rows import CovariateRow
    from tdmcli.workflows.model_course import ModelCourse

    Values = dict[Covariate, float | str]

_LABS = {
    Covariate.HEMATOCRIT_PERCENT: "hematocrit_percent",
    Covariate.CREATININE_UMOL_L: "creatinine_umol_l",
    Covariate.ALBUMIN_G_L: "albumin_g_l",
}
_AZOLES = "azole antifungal"
_DAY_STEPS = 7  # days after transplant move slowly: a step a week, and one after the first day
_WORKING = {0: "*3/*3", 1: "*1/*3", 2: "*1/*1"}


class Timed(NamedTuple):
    """The value of a covariate from a moment on; None is not known."""

    at: datetime
    covariate: Covariate
    value: float | str | None


def steps_of(record: PatientRecord, course: ModelCourse, now: datetime) -> tuple[Step, ...]:
    """Return the covariates of a patient from the first dose to now; a value counts for the time around it.

    Before its first value a laboratory test counts as that one, between two values as the nearer one. What the file
    does not have is not there.

    Raises:
        BadFile: a genotype of the file is malformed.

    """
    history = record.history
    changes = sorted(_timed(history, now), key=lambda one: one.at)
    values: dict[Covariate, float | str | None] = dict(_fixed(record))
    for one in reversed(changes):
        values[one.covariate] = one.value
    begun = dict(values)
    steps: list[Step] = []
    for at in _moments(changes, history, course, now):
        for one in (one for one in changes if one.at <= at):
            values[one.covariate] = one.value
        days = days_after_start(history, at)
        own = _with_sizes({name: one for name, one in {**begun, **values}.items() if one is not None}, history)
        if days is not None and days >= 0:
            own[Covariate.DAYS_AFTER_TRANSPLANT] = float(days)
        age = age_years(history, at)
        if age is not None:
            own[Covariate.AGE_YEARS] = float(age)
        if not steps or own != steps[-1].values:
            steps.append(Step(course.hour(at), own))
    return tuple(steps)


def _moments(changes: Iterable[Timed], history: History, course: ModelCourse, now: datetime) -> list[datetime]:
    """Return when something may change, from the first dose on: measurements, products, weeks after transplant."""
    first = course.moment(0.0)
    found = {first, max(first, now), *(one.at for one in changes if first < one.at <= now)}
    if history.start_date is not None:
        start = datetime.combine(history.start_date, time(), history.zone)
        found |= {
            at
            for days in (1, *range(_DAY_STEPS, 366, _DAY_STEPS))
            if first < (at := start + timedelta(days=days)) <= now
        }
    return sorted(found)


def _fixed(record: PatientRecord) -> Values:
    history = record.history
    found: Values = {}
    for covariate, gene, text in (
        (Covariate.CYP3A5, "CYP3A5", history.cyp3a5),
        (Covariate.DONOR_CYP3A5, "CYP3A5", history.donor_cyp3a5),
    ):
        diplotype = _diplotype(record, gene, text)
        if diplotype is not None and diplotype.working is not None:
            found[covariate] = _WORKING[diplotype.working]
    other = _diplotype(record, "CYP3A4", history.cyp3a4)
    if other is not None and other.consists_of("*1", "*22"):
        found[Covariate.CYP3A4_22] = "carrier" if other.carries("*22") else "non-carrier"
    if history.height_cm is not None:
        found[Covariate.HEIGHT_CM] = float(history.height_cm)
    if history.weight_kg is not None:
        found[Covariate.WEIGHT_KG] = float(history.weight_kg)
    return found


def _diplotype(record: PatientRecord, gene: str, text: str | None) -> Diplotype | None:
    if text is None:
        return None
    tables = read_genotypes()
    try:
        return read_diplotype(text, gene, tables.allele, tables.phenotype)
    except ValueError:
        message = f"{record.file_name}: [genotype] a value is not a diplotype such as '*1/*3'"
        raise BadFile(message, Code.BAD_PATIENT_FILE) from None


def _timed(history: History, now: datetime) -> list[Timed]:
    begun = min((one.start for one in history.regimens), default=now)
    oldest = begun - timedelta(days=read_policy().forecast.labs_before_days)
    found: list[Timed] = []
    for covariate, measured in _measured(history, now):
        found += _halfway(covariate, [one for one in measured if oldest <= one.at], now)
    found += [
        Timed(one.start, Covariate.RELEASE, str(one.regimen.product.release))
        for one in history.regimens
        if one.regimen.product is not None and one.start <= now
    ]
    return found + _azole(history, now)


def _measured(history: History, now: datetime) -> Iterator[tuple[Covariate, list[Measured]]]:
    """Yield what is measured again and again, in the order of time, up to today."""
    today = day_of(now, history.zone)
    for covariate, test in _LABS.items():
        yield covariate, [one for name, one in history.labs if name == test and one.day <= today]
    yield Covariate.WEIGHT_KG, [one for one in history.weights if one.day <= today]


def last_measured(history: History, covariate: Covariate, now: datetime) -> date | None:
    """Return the day of the value of a covariate that counts now, None where it is not measured."""
    return next((own[-1].day for name, own in _measured(history, now) if name is covariate and own), None)


def _halfway(covariate: Covariate, measured: Sequence[Measured], now: datetime) -> list[Timed]:
    """Return from when each value counts: halfway from the one before, so a level has the value drawn with it."""
    found = [Timed(min(now, one.at), covariate, float(one.value)) for one in measured[:1]]
    for before, one in pairwise(measured):
        found.append(Timed(min(now, before.at + (one.at - before.at) / 2), covariate, float(one.value)))
    return found


def _azole(history: History, now: datetime) -> list[Timed]:
    """Return when an azole acted: one of the model's own, or not known while another one acts or fades.

    A file that lists no azole says that none was taken.
    """
    rows = tuple(read_interactions_naming(drug.name for drug in history.drugs))
    own = _azole_row() if any(one.group == _AZOLES for one in rows) else None
    counted: list[tuple[date, date, str | None]] = []
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        if row is None or row.group != _AZOLES:
            continue
        known = own is not None and row.id in own.drugs
        days_on = own.days_after_stop if own is not None and known else fading_days(row, read_policy().interaction)
        last = date.max if drug.stop is None else drug.stop + timedelta(days=days_on or 0)
        counted.append((drug.start, last, "yes" if known else None))
    days = sorted({date(1900, 1, 1), *(day for start, last, _ in counted for day in (start, _day_after(last)))})
    found = []
    for day in days:
        acting = {value for start, last, value in counted if start <= day <= last}
        value = None if None in acting else "yes" if acting else "no"
        found.append(Timed(datetime.combine(day, time(), history.zone), Covariate.AZOLE, value))
    return [one for one in found if one.at <= now]


def _azole_row() -> CovariateRow | None:
    """Return which azoles a model was made with."""
    rows = (one for name in model_ids() for one in read_model(name).covariate)
    return next((one for one in rows if one.covariate is Covariate.AZOLE), None)


def _day_after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)


def _with_sizes(values: Values, history: History) -> Values:
    """Return values with body surface and fat-free mass, where height, weight and sex are known."""
    found = dict(values)
    height, weight = values.get(Covariate.HEIGHT_CM), values.get(Covariate.WEIGHT_KG)
    if not isinstance(height, float) or not isinstance(weight, float):
        return found
    tables = read_body_size()
    divisor = tables.body_surface[0].divisor
    found[Covariate.BODY_SURFACE_M2] = float(body_surface_m2(Decimal(str(height)), Decimal(str(weight)), divisor))
    row = next((one for one in tables.fat_free_mass if one.sex == history.sex), None)
    if row is not None:
        index = weight / (height / 100) ** 2
        found[Covariate.FAT_FREE_MASS_KG] = (
            float(row.numerator) * weight / (float(row.constant) + float(row.slope) * index)
        )
    return found
