"""What is known for a question: options and patient file put together, a flag winning over the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import clean, parse_whole
from tdmcli.errors import BadFile, Code, WrongUsage
from tdmcli.tables.readers import read_molecular_weight, read_policy, read_products
from tdmcli.tables.rows import Population
from tdmcli.workflows import asked as ask

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.domain.regimen import Regimen
    from tdmcli.domain.trough import Change
    from tdmcli.domain.units import Level
    from tdmcli.records.patient import PatientRecord
    from tdmcli.workflows.asked import Asked


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a question knows; None is not known. `inputs` say each value used and where it is from.

    `sampled` is the regimen when the level was drawn, `current` the one taken now. `drawn` and `before` are
    entries of the patient file: the level used and the one before it.
    """

    now: datetime
    level: Level | None
    sampled: Regimen | None
    current: Regimen | None
    hours_after_dose: Decimal | None
    days_on_dose: Decimal | None
    change: Change | None
    day: int | None
    indication: str | None
    phase: str | None
    target: tuple[Decimal, Decimal] | None
    target_from: str | None
    weight_kg: Decimal | None
    age: int | None
    drugs: tuple[str, ...]
    record: PatientRecord | None
    drawn: LevelRecord | None
    before: LevelRecord | None
    findings: tuple[Finding, ...]
    inputs: dict[str, object]

    @property
    def population(self) -> Population | None:
        """Return adult or child by age, or None where the age is not known."""
        if self.age is None:
            return None
        adult = self.age >= read_policy().weight.adult_from_years
        return Population.ADULT if adult else Population.CHILD


def gather(asked: Asked) -> Facts:
    """Return the facts of a question.

    Raises:
        WrongUsage: an option is malformed.
        Refused: an option names something unknown.
        BadFile: the patient file can't be used.

    """
    from_flags = _from_flags(asked)
    if asked.patient is None:
        return from_flags
    from tdmcli.records.patient import read_patient

    record = read_patient(asked.patient, read_products(), read_molecular_weight())
    return _with_file(replace(from_flags, now=ask.at(asked, record.history.zone)), record)


def _from_flags(asked: Asked) -> Facts:
    level, regimen = ask.level(asked), ask.regimen(asked)
    target, day = ask.target(asked), ask.day(asked)
    product = ask.product(asked)
    age = None if asked.age is None else ask.typed("--age", parse_whole, asked.age)
    weight = _weight(asked)
    inputs: dict[str, object] = {}
    for name, value, option in (
        ("level", level.text if level else None, "--level"),
        ("regimen", regimen.text if regimen else None, "--dose and --every"),
        ("product", product.id if product else None, "--product"),
        ("target", asked.target, "--target"),
        ("indication", asked.indication, "--indication"),
        ("days_after_transplant", day, "--days or --months"),
        ("hours_after_dose", asked.hours_after_dose, "--hours-after-dose"),
        ("days_on_dose", asked.days_on_dose, "--days-on-dose"),
        ("last_change", asked.last_change, "--last-change"),
        ("weight_kg", weight, "--weight"),
        ("age_years", age, "--age"),
        ("drugs", list(asked.drugs) or None, "--with"),
    ):
        if value is not None:
            inputs[name] = {"value": value, "from": option}
    return Facts(
        now=ask.at(asked),
        level=level,
        sampled=regimen,
        current=regimen,
        hours_after_dose=ask.number("--hours-after-dose", asked.hours_after_dose),
        days_on_dose=ask.number("--days-on-dose", asked.days_on_dose),
        change=ask.change(asked),
        day=day,
        indication=None if asked.indication is None else ask.find_indication(asked.indication),
        phase=asked.phase,
        target=target,
        target_from="--target" if target else None,
        weight_kg=weight,
        age=age,
        drugs=asked.drugs,
        record=None,
        drawn=None,
        before=None,
        findings=(),
        inputs=inputs,
    )


def _weight(asked: Asked) -> Decimal | None:
    weight = ask.number("--weight", asked.weight.removesuffix("kg").strip() if asked.weight else None)
    limits = read_policy().weight
    if weight is not None and not limits.lowest_kg <= weight <= limits.highest_kg:
        raise WrongUsage(f"--weight: must be within {limits.lowest_kg} to {limits.highest_kg} kg")
    return weight


def _with_file(flags: Facts, record: PatientRecord) -> Facts:
    from tdmcli.domain import history as past

    history = record.history
    _refuse_future(flags.now, record)
    used, ignored = past.usable_levels(history, flags.now)
    drawn = used[-1] if used and flags.level is None else None
    before = used[-2] if len(used) > 1 and flags.level is None else None
    moment = drawn.taken if drawn else flags.now
    sampled, current = past.period_at(history, moment), past.period_at(history, flags.now)
    on_dose = past.days_on_dose(history, moment)
    today = past.day_of(flags.now, history.zone)
    weight = past.latest(history.weights, today)
    findings = tuple(
        Finding(Code.LEVEL_IGNORED, {"taken": one.taken.date().isoformat(), "level": one.level.text, "why": why})
        for one, why in ignored
    ) + tuple(
        Finding(Code.FLAG_WINS, {"flag": flag, "what": what})
        for flag, what, both in (
            ("--level", "levels", flags.level is not None and used),
            ("--dose", "regimen", flags.current is not None and current is not None),
            ("--target", "[target]", flags.target is not None and history.target_ng_ml),
            ("--days", "date", flags.day is not None and history.start_date),
        )
        if both
    )
    known = replace(
        flags,
        level=flags.level or (drawn.level if drawn else None),
        sampled=flags.sampled or (sampled.regimen if sampled else None),
        current=flags.current or (current.regimen if current else None),
        day=flags.day if flags.day is not None else past.days_after_start(history, flags.now),
        indication=flags.indication or (ask.find_indication(history.indication) if history.indication else None),
        phase=flags.phase or history.phase,
        target=flags.target or (history.target_ng_ml if flags.indication is None else None),
        target_from=flags.target_from
        or (
            ("patient file" + (f": {clean(history.target_reason)}" if history.target_reason else ""))
            if history.target_ng_ml and flags.indication is None
            else None
        ),
        weight_kg=flags.weight_kg or (weight.value if weight else None),
        age=flags.age if flags.age is not None else past.age_years(history, flags.now),
        drugs=flags.drugs + tuple(drug.name for drug in past.drugs_on(history, today)),
        record=record,
        drawn=drawn,
        before=before,
        findings=findings,
    )
    if known.hours_after_dose is None and drawn is not None and drawn.last_dose is not None:
        known = replace(known, hours_after_dose=past.hours_between(drawn.last_dose, drawn.taken))
    if known.days_on_dose is None and on_dose is not None and flags.current is None:
        known = replace(known, days_on_dose=on_dose[0], change=flags.change or on_dose[1])
    return replace(known, inputs=_inputs_of(known, history, weight is not None))


def _refuse_future(now: datetime, record: PatientRecord) -> None:
    """Refuse a birth or transplant that is yet to come (R36); rows after the time asked about are left out."""
    from tdmcli.domain.history import day_of

    history = record.history
    limit = timedelta(minutes=read_policy().stale.future_minutes)
    today = day_of(now + limit, history.zone)
    for what, when in (("birth_date", history.birth_date), ("the transplant or start", history.start_date)):
        if when is not None and when > today:
            message = f"{record.file_name}: {what} is after {today.isoformat()}, the day asked about"
            raise BadFile(message, Code.BAD_PATIENT_FILE)


def _inputs_of(known: Facts, history: History, weighed: object) -> dict[str, object]:
    inputs = dict(known.inputs)
    record = known.record
    if record is not None:
        inputs["patient"] = {"id": history.patient_id, "file": record.file_name, "sha256": record.sha256}
    drawn = known.drawn
    if drawn is not None:
        inputs["level"] = {"value": drawn.level.text, "from": "patient file", "taken": drawn.taken.isoformat()}
    for name, value in (
        ("regimen", known.current.text if known.current else None),
        ("regimen_when_drawn", known.sampled.text if known.sampled else None),
        ("product", known.current.product.id if known.current and known.current.product else None),
        ("indication", known.indication),
        ("days_after_transplant", known.day),
        ("hours_after_dose", known.hours_after_dose),
        ("days_on_dose", known.days_on_dose),
        ("weight_kg", known.weight_kg if weighed else None),
        ("age_years", known.age),
        ("drugs", list(known.drugs) or None),
        ("target", "-".join(str(limit) for limit in known.target) if known.target else None),
    ):
        if value is not None:
            inputs.setdefault(name, {"value": value, "from": "patient file"})
    return inputs


def history_findings(facts: Facts, position: Position) -> tuple[Finding, ...]:
    """Return what the patient file says against using its level, or nothing without a file or its level."""
    if facts.record is None or facts.drawn is None:
        return ()
    from tdmcli.domain import sample_checks as checks
    from tdmcli.domain.trough import check_age
    from tdmcli.tables.readers import read_interactions

    policy, history, taken = read_policy(), facts.record.history, facts.drawn.taken
    interval = facts.sampled.interval_h if facts.sampled else 0
    findings = checks.check_regimens(history, taken, facts.now)
    findings += checks.check_drugs(
        history, taken, facts.now, position, read_interactions() if history.drugs else (), policy.interaction
    )
    findings += checks.check_events(history, taken, interval, policy.event)
    findings += checks.check_previous(history, facts.drawn, facts.before, policy.level.previous_ratio)
    findings += check_age(checks.level_age_days(facts.drawn, facts.now), facts.day, policy.stale)
    findings += checks.check_tenfold(history, facts.now)
    if facts.drawn.untimed:
        findings += (Finding(Code.UNTIMED_LEVEL, {"why": "the file has its date only"}),)
    return findings
