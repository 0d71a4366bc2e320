"""What is known for a question: options and patient file put together, a flag winning over the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding
from tdmcli.domain.units import parse_whole, show
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.readers import read_molecular_weight, read_policy, read_products
from tdmcli.tables.rows import Population
from tdmcli.workflows import asked as ask

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from tdmcli.domain.history import LevelRecord
    from tdmcli.domain.regimen import Regimen
    from tdmcli.domain.target_range import Position
    from tdmcli.domain.trough import Change
    from tdmcli.domain.units import Level
    from tdmcli.records.patient import PatientRecord
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.workflows.asked import Asked


OLDEST = 130


class Facts(NamedTuple):
    """All that a question knows; None is not known. `inputs` say each value used and where it is from.

    `sampled` is the regimen when the level was drawn, `current` the one taken now. `day_given`, `level_given`
    and `regimen_given` say that they were typed, `other_indication` that the one typed is not the file's. `drawn`
    and `before` stand only beside a patient file: the level used, as if drawn now where it was typed, and the
    one before it in the file. `weight_from_file` is the day of a weight that the file dates.
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
    drugs_said: tuple[str, ...]
    record: PatientRecord | None
    drawn: LevelRecord | None
    before: LevelRecord | None
    day_given: bool
    other_indication: bool
    level_given: bool
    regimen_given: bool
    weight_from_file: date | None
    findings: tuple[Finding, ...]
    inputs: dict[str, object]

    @property
    def today(self) -> date:
        """Return the day that is asked about, where the patient is."""
        return self.now.astimezone(self.record.history.zone).date() if self.record else self.now.date()

    @property
    def population(self) -> Population | None:
        """Return adult or child by age, or None where the age is not known."""
        return population_of(self.age)


def population_of(age: int | None) -> Population | None:
    """Return adult or child by age in whole years, or None where the age is not known."""
    if age is None:
        return None
    return Population.ADULT if age >= read_policy().weight.adult_from_years else Population.CHILD


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
    from tdmcli.workflows.patient_facts import with_file

    record = read_patient(asked.patient, read_products(), read_molecular_weight())
    here = from_flags._replace(now=ask.at(asked, record.history.zone), record=record)
    facts = with_file(here, record, retrospective=asked.retrospective)
    _confirm_file(asked, facts)
    return facts


def _confirm_file(asked: Asked, facts: Facts) -> None:
    """Refuse a level or dose of the file that is beyond belief, unless it is said again (R31, R34)."""
    policy = read_policy()
    if facts.level is not None and not facts.level_given:
        value = facts.level.value_ng_ml
        ask.confirm(asked, value, f"{value:f}", policy.level.confirm_above, "ng/mL")
    if facts.current is not None and not facts.regimen_given:
        daily = facts.current.daily_dose_mg
        ask.confirm(asked, daily, show(daily), policy.dose.confirm_above_mg, "mg/day")


def _from_flags(asked: Asked) -> Facts:
    level, regimen = ask.level(asked), ask.regimen(asked)
    target, day = ask.target(asked), ask.day(asked)
    product = ask.product(asked)
    age = _age(asked)
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
        drugs_said=asked.drugs,
        record=None,
        drawn=None,
        before=None,
        day_given=day is not None,
        other_indication=False,
        level_given=level is not None,
        regimen_given=regimen is not None,
        weight_from_file=None,
        findings=(),
        inputs=inputs,
    )


def _age(asked: Asked) -> int | None:
    age = None if asked.age is None else ask.typed("--age", parse_whole, asked.age)
    if age is not None and age > OLDEST:
        raise WrongUsage(f"--age: must be at most {OLDEST} years")
    return age


def _weight(asked: Asked) -> Decimal | None:
    weight = ask.number("--weight", None if asked.weight is None else asked.weight.removesuffix("kg").strip())
    if weight is None:
        return None
    limits = read_policy().weight
    if not limits.lowest_kg <= weight <= limits.highest_kg:
        raise WrongUsage(f"--weight: must be within {limits.lowest_kg} to {limits.highest_kg} kg")
    return weight


def history_findings(facts: Facts, position: Position) -> tuple[Finding, ...]:
    """Return what the patient file says against using a level, or nothing without a file."""
    if facts.record is None:
        return ()
    from tdmcli.workflows.patient_facts import against_level

    return against_level(facts, position)


def regimen_findings(facts: Facts, taken: datetime, now: datetime) -> tuple[Finding, ...]:
    """Return what the file's regimens say between two moments, or nothing where it has none."""
    if facts.record is None or not facts.record.history.regimens:
        return ()
    from tdmcli.domain.sample_checks import check_regimens

    return check_regimens(facts.record.history, taken, now)


def drug_findings(facts: Facts) -> tuple[Finding, ...]:
    """Return what the drugs named with --with do, or nothing where none was."""
    if not facts.drugs_said:
        return ()
    from tdmcli.workflows.drug_checks import check_taken

    return check_taken(facts.drugs_said)


def timing_findings(facts: Facts, product: ProductRow | None) -> tuple[Finding, ...]:
    """Return what the hours after the dose say of the level as a trough (R42); nothing where they are not known.

    Without an interval, a sample sooner than any trough is still no trough.
    """
    from tdmcli.domain.trough import check_sample_time

    if facts.level is None or facts.hours_after_dose is None:
        return ()
    policies = read_policy().sampling
    if facts.sampled is not None or product is not None:
        interval = facts.sampled.interval_h if facts.sampled else product.intervals_h[0] if product else 0
        return check_sample_time(facts.hours_after_dose, interval, policies)
    usual = [one for one in policies if one.interval_h in {row.intervals_h[0] for row in read_products()}]
    soonest = min(one.refuse_before for one in usual)
    if facts.hours_after_dose >= soonest:
        return (Finding(Code.UNTIMED_LEVEL, {"why": "the interval is not known (give --product)"}),)
    intervals = " or ".join(str(one.interval_h) for one in usual)
    values = {"hours": show(facts.hours_after_dose, 1), "limit": show(soonest), "interval": intervals}
    return (Finding(Code.NOT_A_TROUGH, values, refuses=True),)


def stale_findings(facts: Facts) -> tuple[Finding, ...]:
    """Return whether the file's level is too old to speak of today (R46)."""
    if facts.drawn is None or facts.level_given:
        return ()
    from tdmcli.domain.history import days_between
    from tdmcli.domain.trough import check_age

    return check_age(days_between(facts.drawn.taken, facts.now), facts.day, read_policy().stale)


def drawn_at(facts: Facts) -> str | None:
    """Return when the file's level was drawn: a time, or a day alone where the file knows no more (R39)."""
    if facts.drawn is None or facts.level_given:
        return None
    taken = facts.drawn.taken
    return taken.date().isoformat() if facts.drawn.untimed else taken.isoformat(timespec="minutes")


def assumed(facts: Facts, *more: str) -> str | None:
    """Return the line of what the question did not say of its level, with what else a command assumes (R24)."""
    parts = []
    if facts.hours_after_dose is None:
        parts.append("a trough")
    if facts.days_on_dose is None:
        parts.append("at steady state")
    if not facts.drugs and facts.record is None:
        parts.append("no interacting drug")
    parts += more
    return f"Assumed: {', '.join(parts)}." if parts else None
