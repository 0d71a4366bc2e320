"""What does one want to know of a patient before a ward round? The file on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.cd_ratio import cd_ratio
from tdmcli.domain.findings import Refused
from tdmcli.domain.history import (
    age_years,
    day_of,
    days_after_start,
    days_on_dose,
    dosed_at,
    drugs_on,
    hours_between,
    lab,
    period_at,
    usable_levels,
)
from tdmcli.domain.interaction import direction_of, fading_days, find_drug
from tdmcli.domain.sample_checks import check_regimens
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.trough import check_sample_time
from tdmcli.domain.units import clean, rounded
from tdmcli.errors import WrongUsage
from tdmcli.tables.readers import read_indication, read_interactions_naming, read_policy
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import gather, history_findings, population_of, regimen_findings
from tdmcli.workflows.monitor import UNITS, answer_monitor
from tdmcli.workflows.patient_data import (
    DueShown,
    LabShown,
    LevelShown,
    OtherDrugShown,
    PatientData,
    RangeShown,
    SymptomShown,
)
from tdmcli.workflows.ranges import RangeQuestion, co_therapies_among, find_ranges
from tdmcli.workflows.regimens import regimen_answer

if TYPE_CHECKING:
    from datetime import datetime

    from tdmcli.domain.history import DrugPeriod, History, LevelRecord, RegimenPeriod
    from tdmcli.tables.rows import TargetRow
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts

LEVELS_SHOWN = 8
LONGEST_LOOK_BACK = 365  # days, for levels set aside where none counts
UNITS_SHOWN = UNITS | {"percent": "%", "mmhg": "mmHg"}
LABS_SHOWN = (
    "hematocrit_percent",
    "creatinine_umol_l",
    "creatinine_mg_dl",
    "egfr_ml_min",
    "potassium_mmol_l",
    "magnesium_mmol_l",
    "magnesium_mg_dl",
    "glucose_mmol_l",
    "systolic_mmhg",
    "diastolic_mmhg",
)


def answer_patient(asked: Asked) -> Answer[PatientData]:
    """Return who the patient is, the regimen, the last levels in their ranges, drugs, laboratory values, what is due.

    Raises:
        ExpectedError: the file can't be used.

    """
    facts = gather(asked)
    if facts.record is None:
        raise WrongUsage("name a patient file")
    history = facts.record.history
    citations = Citations()
    period = period_at(history, facts.now)
    held = bool(regimen_findings(facts, facts.now, facts.now)) if history.regimens else False
    since = days_on_dose(history, facts.now)
    levels = _levels(facts, history, citations)
    target = _range(facts, history, facts.now, citations)
    data = PatientData(
        patient_id=history.patient_id,
        age_years=age_years(history, facts.now),
        weight_kg=facts.weight_kg,
        weight_day=facts.weight_from_file,
        indication=facts.indication,
        name=None if facts.indication is None else read_indication(facts.indication)[0].name,
        start_date=history.start_date,
        days_after_transplant=days_after_start(history, facts.now),
        regimen=None if period is None else regimen_answer(period.regimen),
        held=held,
        days_on_dose=None if since is None else rounded(since[0], 1),
        target=target,
        levels=levels,
        levels_in_file=sum(one.taken <= facts.now for one in history.levels),
        drugs=_drugs(facts, history),
        symptoms=tuple(
            SymptomShown(clean(one.name), one.noted)
            for one in history.symptoms
            if 0 <= (facts.today - one.noted).days <= read_policy().neurotoxicity.recent_days
        ),
        labs=_labs(facts, history),
        due=_due(asked, facts, citations),
    )
    where = levels[-1].position if levels else None
    said = history_findings(facts, Position(where) if where else Position.UNDETERMINED)
    return Answer(
        command="patient-show",
        data=data,
        as_of=facts.now,
        warnings=warn((*facts.findings, *said)),
        sources=citations.cited(),
        inputs=facts.inputs,
    )


def _range(facts: Facts, history: History, moment: datetime, citations: Citations) -> RangeShown | None:
    """Return the range that applies at a moment: the file's own, or the default of the tables for that day."""
    if facts.target is not None and facts.target_from is not None:
        return RangeShown(*facts.target, facts.target_from, None)
    row = _default(facts, history, moment)
    if row is None:
        return None
    return RangeShown(row.low_ng_ml, row.high_ng_ml, citations.add(row.source, row.locator), row.id)


def _default(facts: Facts, history: History, moment: datetime) -> TargetRow | None:
    if facts.indication is None:
        return None
    period = period_at(history, moment)
    drugs = tuple(one.name for one in drugs_on(history, day_of(moment, history.zone)))
    question = RangeQuestion(
        indication=facts.indication,
        day=days_after_start(history, moment),
        phase=facts.phase,
        population=population_of(age_years(history, moment)),
        co_therapy=co_therapies_among(drugs),
        product=period.regimen.product if period else None,
    )
    try:
        return find_ranges(question).default
    except Refused:
        return None  # a transplant without its date: no range is better than one of another time


def _levels(facts: Facts, history: History, citations: Citations) -> tuple[LevelShown, ...]:
    """Return the last levels, each with the range and the dose of its own time, those set aside with the reason."""
    used, ignored = usable_levels(history, facts.now)
    reasons = {id(record): why for record, why in ignored}
    shown = used[-LEVELS_SHOWN:]
    oldest = shown[0].taken if shown else facts.now - timedelta(days=LONGEST_LOOK_BACK)
    aside = [record for record, _ in ignored if oldest <= record.taken <= facts.now]
    last = sorted((*shown, *aside[-LEVELS_SHOWN:]), key=lambda one: one.taken)
    return tuple(_level(one, reasons.get(id(one)), facts, history, citations) for one in last)


def _level(
    record: LevelRecord, set_aside: str | None, facts: Facts, history: History, citations: Citations
) -> LevelShown:
    moment = dosed_at(history, record)
    period = period_at(history, moment)
    set_aside = set_aside or _no_trough(record, period, history, moment)
    target = _range(facts, history, record.taken, citations) if set_aside is None else None
    where = None if target is None else position(record.level, target.low_ng_ml, target.high_ng_ml)
    number = record.level.value_ng_ml if record.level.is_number else None
    daily = period.regimen.daily_dose_mg if period else None
    ratio = None if number is None or daily is None or set_aside else rounded(cd_ratio(number, daily), 3)
    after = None if record.last_dose is None else rounded(hours_between(record.last_dose, record.taken), 1)
    return LevelShown(
        taken=record.taken,
        untimed=record.untimed,
        level=record.level.text,
        level_ng_ml=number,
        position=where,
        low_ng_ml=target.low_ng_ml if target else None,
        high_ng_ml=target.high_ng_ml if target else None,
        hours_after_dose=after,
        daily_dose_mg=daily,
        cd_ratio_ng_ml_per_mg=ratio,
        set_aside=set_aside,
    )


def _no_trough(record: LevelRecord, period: RegimenPeriod | None, history: History, moment: datetime) -> str | None:
    """Return why a level is no trough of its regimen: drawn too early or late, while held, on two products."""
    after = None if record.last_dose is None else hours_between(record.last_dose, record.taken)
    found = check_regimens(history, moment, moment) if history.regimens else ()
    if period is not None:
        found += check_sample_time(after, period.regimen.interval_h, read_policy().sampling)
    return next((str(one.code) for one in found if one.refuses), None)


def _drugs(facts: Facts, history: History) -> tuple[OtherDrugShown, ...]:
    """Return the drugs taken now, and those whose effect still fades."""
    begun = [one for one in history.drugs if one.start <= facts.today]
    rows = read_interactions_naming(one.name for one in begun)
    shown = []
    for drug in begun:
        row = find_drug(drug.name, rows)
        fading = 0 if row is None else fading_days(row, read_policy().interaction)
        stopped = drug.stop is not None and drug.stop < facts.today
        if stopped and (drug.stop is None or (facts.today - drug.stop).days > fading):
            continue
        shown.append(_drug(drug, row and direction_of(row), listed=row is not None, fading=stopped))
    return tuple(shown)


def _drug(drug: DrugPeriod, direction: str | None, *, listed: bool, fading: bool) -> OtherDrugShown:
    known = listed or bool(co_therapies_among((drug.name,)))
    return OtherDrugShown(clean(drug.name), drug.start, drug.stop, direction, known, fading)


def _labs(facts: Facts, history: History) -> tuple[LabShown, ...]:
    found = ((name, lab(history, name, facts.today)) for name in LABS_SHOWN)
    return tuple(
        LabShown(name, one.value, next((text for key, text in UNITS_SHOWN.items() if name.endswith(key)), ""), one.day)
        for name, one in found
        if one is not None
    )


def _due(asked: Asked, facts: Facts, citations: Citations) -> tuple[DueShown, ...]:
    """Return what is overdue or due, the strictest source of each test, and the values that cross a limit."""
    if facts.indication is None:
        return ()
    data = answer_monitor(asked).data
    late = [one for one in data.tests if one.state in {"overdue", "due"} and not one.borrowed]
    first: dict[str, DueShown] = {}
    for one in sorted(late, key=lambda test: (test.state != "overdue", test.due is None, test.due or facts.today)):
        if one.name not in first:
            first[one.name] = DueShown(one.name, one.state or "", one.due, one.last, citations.add(one.source))
    crossed = tuple(
        DueShown(one.says, "limit crossed", None, one.latest.day, citations.add(one.source)) for one in data.findings
    )
    return (*crossed, *first.values())
