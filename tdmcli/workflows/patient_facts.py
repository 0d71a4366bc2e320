"""What a patient file adds to a question, and what it says against using its level."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain import sample_checks as checks
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.target_range import Position
from tdmcli.domain.trough import check_age
from tdmcli.domain.units import clean, show
from tdmcli.errors import BadFile, Code, WrongUsage
from tdmcli.tables.readers import indication_ids, read_interactions_naming, read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.facts import regimen_findings

if TYPE_CHECKING:
    from tdmcli.domain.history import History
    from tdmcli.domain.regimen import Regimen
    from tdmcli.records.patient import PatientRecord
    from tdmcli.workflows.facts import Facts


def with_file(flags: Facts, record: PatientRecord, *, retrospective: bool) -> Facts:
    """Return the facts of the options and of a patient file; an option wins, and is said to.

    Raises:
        BadFile: the file tells of the future, and now was meant.

    """
    history, now = record.history, flags.now
    _refuse_future(flags, record, retrospective=retrospective)
    _refuse_target(record)
    minutes = 0 if retrospective else read_policy().stale.future_minutes
    used, ignored = past.usable_levels(history, now + timedelta(minutes=minutes))
    indication = _indication(record)
    other = flags.indication is not None and flags.indication != indication
    levels = used if flags.level is None else (*used, past.LevelRecord(now, flags.level))
    drawn, before = levels[-1] if levels else None, levels[-2] if len(levels) > 1 else None
    moment = past.dosed_at(history, drawn) if drawn else now
    sampled, current = past.period_at(history, moment), past.period_at(history, now)
    today = past.day_of(now, history.zone)
    weighed = past.latest(history.weights, today) if flags.weight_kg is None else None
    own_target = None if other else history.target_ng_ml
    reason = f": {clean(history.target_reason)}" if history.target_reason else ""
    known = flags._replace(
        level=drawn.level if drawn else None,
        sampled=_sampled(flags, sampled, current),
        current=_with_product(flags.current, current) or (current.regimen if current else None),
        day=flags.day if flags.day is not None or other else past.days_after_start(history, now),
        indication=flags.indication or indication,
        phase=flags.phase or (None if other else history.phase),
        target=flags.target or own_target,
        target_from=flags.target_from or (f"patient file{reason}" if own_target else None),
        weight_kg=flags.weight_kg or (weighed.value if weighed else history.weight_kg),
        weight_from_file=weighed.day if weighed else None,
        age=flags.age if flags.age is not None else past.age_years(history, now),
        drugs=flags.drugs + tuple(drug.name for drug in past.drugs_on(history, today)),
        drawn=drawn,
        before=before,
        other_indication=other,
        findings=(() if retrospective else _later_entries(flags, history))
        + _ignored(ignored)
        + _flags_that_win(flags, history, has_level=bool(used), has_regimen=bool(current)),
    )
    return _with_inputs(_with_times(known, history), history)


def _sampled(flags: Facts, sampled: past.RegimenPeriod | None, current: past.RegimenPeriod | None) -> Regimen | None:
    """Return what was taken when the level was drawn: of the file for its own level, whatever was typed since (R45)."""
    if sampled is not None and flags.level is None:
        return sampled.regimen
    return _with_product(flags.sampled, current) or (sampled.regimen if sampled else None)


def _with_product(typed: Regimen | None, period: past.RegimenPeriod | None) -> Regimen | None:
    """Return a regimen that was typed, with the file's product where it names none."""
    if typed is None or typed.product is not None or period is None:
        return typed
    return replace(typed, product=period.regimen.product)


def _indication(record: PatientRecord) -> str | None:
    """Return the indication of the file.

    Raises:
        BadFile: the file names one that is not known.

    """
    name = record.history.indication
    try:
        return None if name is None else ask.find_indication(name)
    except Refused:
        known = ", ".join(indication_ids())
        message = f"{record.file_name}: organ or indication is not a known one; known: {known}"
        raise BadFile(message, Code.BAD_PATIENT_FILE) from None


def _with_times(known: Facts, history: History) -> Facts:
    """Return the facts with hours after the dose and days on it, where the file knows them."""
    drawn = known.drawn
    if drawn is None:
        return known
    if known.hours_after_dose is not None and drawn.last_dose is not None:
        raise WrongUsage("--hours-after-dose: the file's level names its last_dose: mend it there")
    if drawn.last_dose is not None:
        known = known._replace(hours_after_dose=past.hours_between(drawn.last_dose, drawn.taken))
    moment = past.dosed_at(history, drawn)
    on_dose = past.days_on_dose(history, moment)
    period = past.period_at(history, moment)
    of_file = period is not None and known.sampled == period.regimen
    if known.days_on_dose is None and on_dose is not None and of_file:
        known = known._replace(days_on_dose=on_dose[0], change=known.change or on_dose[1])
    return known


def _ignored(ignored: tuple[tuple[past.LevelRecord, str], ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(Code.LEVEL_IGNORED, {"taken": one.taken.date().isoformat(), "level": one.level.text, "why": why})
        for one, why in ignored
    )


def _flags_that_win(flags: Facts, history: History, *, has_level: bool, has_regimen: bool) -> tuple[Finding, ...]:
    both = (
        ("--level", "levels", flags.level is not None and has_level),
        ("--dose", "regimen", flags.regimen_given and has_regimen),
        ("--target", "[target]", flags.target is not None and history.target_ng_ml is not None),
        ("--indication", "indication", flags.indication is not None and history.indication is not None),
        ("--days or --months", "date", flags.day is not None and history.start_date is not None),
        ("--weight", "weight", flags.weight_kg is not None and bool(history.weights or history.weight_kg)),
        ("--age", "birth_date", flags.age is not None and history.birth_date is not None),
        ("--phase", "phase", flags.phase is not None and history.phase is not None),
        ("--days-on-dose", "regimens", flags.days_on_dose is not None and has_regimen),
        ("--last-change", "regimens", flags.change is not None and has_regimen),
    )
    return tuple(Finding(Code.FLAG_WINS, {"flag": flag, "what": what}) for flag, what, wins in both if wins)


def _refuse_future(flags: Facts, record: PatientRecord, *, retrospective: bool) -> None:
    """Refuse what is yet to come (R36). With --as-of, levels, events and symptoms after it were not known then."""
    history = record.history
    limit = flags.now + timedelta(minutes=read_policy().stale.future_minutes)
    today = past.day_of(limit, history.zone)
    dates = (("birth_date", history.birth_date), ("the transplant or start", history.start_date))
    later = [(what, day) for what, day in dates if day is not None and day > today]
    if not retrospective:
        moments = [("a level", one.taken) for one in history.levels] + [("an event", one.at) for one in history.events]
        later += [(what, past.day_of(moment, history.zone)) for what, moment in moments if moment > limit]
        later += [("a symptom", one.noted) for one in history.symptoms if one.noted > today]
    for what, day in later:
        message = f"{record.file_name}: {what} ({day.isoformat()}) is later than now: mend it, or ask with --as-of"
        raise BadFile(message, Code.BAD_PATIENT_FILE)


def _later_entries(flags: Facts, history: History) -> tuple[Finding, ...]:
    """Return whether a weight or a laboratory value bears a day that is yet to come (R47)."""
    today = past.day_of(flags.now, history.zone)
    days = [one.day for one in history.weights] + [one.day for _, one in history.labs]
    newest = max(days, default=today)
    return (Finding(Code.CLOCK, {"newest": newest.isoformat()}),) if newest > today else ()


def _refuse_target(record: PatientRecord) -> None:
    """Refuse a [target] outside the limits of policy (R27)."""
    limits, target = read_policy().target, record.history.target_ng_ml
    if target is not None and not limits.lowest <= target[0] < target[1] <= limits.highest:
        allowed = f"{limits.lowest} to {limits.highest} ng/mL [policy]"
        raise BadFile(f"{record.file_name}: [target] must lie within {allowed}", Code.BAD_PATIENT_FILE)


def _with_inputs(known: Facts, history: History) -> Facts:
    inputs = dict(known.inputs)
    record = known.record
    if record is not None:
        inputs["patient"] = {"id": history.patient_id, "file": record.file_name, "sha256": record.sha256}
    if known.drawn is not None and "level" not in inputs:
        drawn = known.drawn
        inputs["level"] = {"value": drawn.level.text, "from": "patient file", "taken": drawn.taken.isoformat()}
    from_file = {
        "regimen": known.current.text if known.current else None,
        "regimen_when_drawn": known.sampled.text if known.sampled else None,
        "product": known.current.product.id if known.current and known.current.product else None,
        "indication": known.indication,
        "days_after_transplant": known.day,
        "hours_after_dose": known.hours_after_dose,
        "days_on_dose": known.days_on_dose,
        "weight_kg": known.weight_kg,
        "age_years": known.age,
        "drugs": list(known.drugs) or None,
        "target": "-".join(str(limit) for limit in known.target) if known.target else None,
    }
    for name, value in from_file.items():
        if value is not None:
            inputs.setdefault(name, {"value": value, "from": "patient file"})
    if len(known.drugs) > len(known.drugs_said):
        inputs["drugs"] = {
            "value": list(known.drugs),
            "from": "--with and patient file" if known.drugs_said else "patient file",
        }
    return known._replace(inputs=inputs)


def _by_the_clock(facts: Facts) -> tuple[Finding, ...]:
    """Return whether a sample without a last dose lies far from the intakes that the regimen's clock has."""
    if facts.record is None or facts.drawn is None or facts.drawn.untimed or facts.level_given:
        return ()
    period = past.period_at(facts.record.history, past.dosed_at(facts.record.history, facts.drawn))
    if period is None or facts.hours_after_dose is not None or facts.regimen_given:
        return ()
    hours = past.hours_by_the_clock(period, facts.drawn.taken)
    window = next((one for one in read_policy().sampling if one.interval_h == period.regimen.interval_h), None)
    interval = period.regimen.interval_h
    if window is None or hours >= window.early_before or hours <= window.late_after - interval:
        return ()
    why = f"by the regimen's clock an intake lay {show(hours, 1)} h before it, and no last_dose is recorded"
    return (Finding(Code.UNTIMED_LEVEL, {"why": why}),)


def _hematocrit(facts: Facts, position: Position) -> tuple[Finding, ...]:
    """Return that a low haematocrit lowers the whole-blood level: never a reason to raise the dose (R70)."""
    if facts.record is None or position is not Position.BELOW:
        return ()
    found = past.lab(facts.record.history, "hematocrit_percent", facts.today)
    limit = read_policy().level.hematocrit_low_percent
    recent = read_policy().level.hematocrit_recent_days
    if found is None or found.value >= limit or (facts.today - found.day).days > recent:
        return ()
    values = {"hematocrit": show(found.value), "day": found.day.isoformat(), "limit": show(limit)}
    return (Finding(Code.LOW_HEMATOCRIT, values),)


def against_level(facts: Facts, position: Position) -> tuple[Finding, ...]:
    """Return what the patient file says against using a level."""
    if facts.record is None or facts.drawn is None:
        return ()
    policy, history, taken = read_policy(), facts.record.history, facts.drawn.taken
    findings = regimen_findings(facts, past.dosed_at(history, facts.drawn), facts.now)
    rows = read_interactions_naming(drug.name for drug in history.drugs)
    findings += checks.check_drugs(history, taken, facts.now, position, rows, policy.interaction)
    interval = facts.sampled.interval_h if facts.sampled else 0
    window = next((one.refuse_after for one in policy.sampling if one.interval_h == interval), Decimal(interval))
    findings += checks.check_events(history, taken, window, policy.event)
    findings += _by_the_clock(facts)
    findings += _hematocrit(facts, position)
    findings += checks.check_previous(history, facts.drawn, facts.before, policy.level.previous_ratio)
    findings += check_age(past.days_between(taken, facts.now), facts.day, policy.stale)
    findings += checks.check_tenfold(history, facts.now)
    if facts.drawn.untimed:
        findings += (Finding(Code.UNTIMED_LEVEL, {"why": "the file has its date only"}),)
    return findings
