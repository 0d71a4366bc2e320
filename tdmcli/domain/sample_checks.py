"""What a history says of a level: whether what happened around it lets it decide a dose.

Rules: SAFETY R32, R33, R35, R43, R45, R48-R53, R55. Each check returns findings and changes nothing.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain.drug_course import is_faded
from tdmcli.domain.findings import Finding
from tdmcli.domain.history import day_of, days_between, held_between, hours_between, period_at
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.target_range import Position
from tdmcli.domain.units import clean, show, show_mg
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Direction, Effect, InteractionRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from decimal import Decimal

    from tdmcli.domain.history import DrugPeriod, History, LevelRecord
    from tdmcli.domain.regimen import Regimen
    from tdmcli.tables.policy import EventPolicy, InteractionPolicy

_TENFOLD = 10


def check_regimens(history: History, taken: datetime, now: datetime) -> tuple[Finding, ...]:
    """Return findings on route, product and gaps between the sample and now (R33, R45, R49, R50, R55)."""
    sampled, current = period_at(history, taken), period_at(history, now)
    if _two_products(history, now):
        return (Finding(Code.TWO_PRODUCTS, refuses=True),)
    if sampled is None or is_held(history, taken):
        return (Finding(Code.HELD, {"when": "was in force when the level was drawn"}, refuses=True),)
    if current is None or is_held(history, now):
        return (Finding(Code.HELD, {"when": "is in force now"}, refuses=True),)
    if held_between(history, taken, now):
        return (Finding(Code.HELD, {"when": "was in force for a time since the level was drawn"}, refuses=True),)
    for period in (sampled, current):
        if period.route != "oral":
            return (Finding(Code.NOT_ORAL, {"route": period.route}, refuses=True),)
    if sampled.regimen.product != current.regimen.product:
        names = {"before": _product_name(sampled.regimen), "after": _product_name(current.regimen)}
        return (Finding(Code.PRODUCT_SWITCHED, names, refuses=True),)
    return ()


def _product_name(regimen: Regimen) -> str:
    return regimen.product.name if regimen.product else "unknown"


def _two_products(history: History, now: datetime) -> bool:
    begun = [period for period in history.regimens if period.start <= now]
    for before, after in itertools.pairwise(begun):
        overlaps = before.start == after.start or (before.stop is not None and before.stop > after.start)
        if overlaps and before.regimen.product != after.regimen.product:
            return True
    return False


def is_held(history: History, moment: datetime) -> bool:
    """Return whether tacrolimus is held at a moment, and neither resumed nor begun anew since."""
    turns = [event for event in history.events if event.at <= moment and event.kind in {"held", "resumed"}]
    if not turns or turns[-1].kind == "resumed":
        return False
    return not any(turns[-1].at < period.start <= moment for period in history.regimens)


def check_tenfold(history: History, now: datetime) -> tuple[Finding, ...]:
    """Return whether an intake is just ten times or a tenth of one of the regimen before (R35)."""
    begun = [period.regimen for period in history.regimens if period.start <= now][-2:]
    if len(begun) < 2:  # noqa: PLR2004
        return ()
    for old in begun[0].intakes_mg:
        for new in begun[1].intakes_mg:
            if _TENFOLD in (new / old, old / new):
                return (Finding(Code.TENFOLD, {"before": show_mg(old), "after": show_mg(new)}),)
    return ()


def check_events(history: History, taken: datetime, window_h: Decimal, policy: EventPolicy) -> tuple[Finding, ...]:
    """Return findings on missed or vomited doses and diarrhoea before the sample (R51)."""
    recent = timedelta(days=policy.recent_days)
    findings: tuple[Finding, ...] = ()
    for event in history.events:
        if event.at > taken:
            continue
        if event.kind in {"missed-dose", "vomited"} and hours_between(event.at, taken) <= window_h:
            what = "missed" if event.kind == "missed-dose" else "vomited"
            why = f"a dose was {what} within the {show(window_h)} h before the level"
            return (Finding(Code.MISSED_DOSE, {"why": why}, refuses=True),)
        if event.kind in {"missed-dose", "vomited"} and days_between(event.at, taken) <= policy.recent_days:
            findings += (Finding(Code.GUT_EVENT, {"event": event.kind.replace("-", " ")}),)
    day = day_of(taken, history.zone)
    for symptom in history.symptoms:
        if symptom.is_diarrhoea and timedelta() <= day - symptom.noted <= recent:
            findings += (Finding(Code.GUT_EVENT, {"event": "diarrhoea (raises the level)"}),)
    return findings


def check_drugs(
    history: History, taken: datetime, now: datetime, position: Position, rows: Iterable[InteractionRow],
    policy: InteractionPolicy,
) -> tuple[Finding, ...]:  # fmt: skip
    """Return findings on drugs that move the level: changed since (R48), still setting in or fading, on board."""
    rows = tuple(rows)
    drawn, today = day_of(taken, history.zone), day_of(now, history.zone)
    findings: tuple[Finding, ...] = ()
    for drug in history.drugs:
        row = find_drug(drug.name, rows)
        direction = None if row is None else direction_of(row)
        if row is None and drug.start <= today and (drug.stop is None or drug.stop >= drawn):
            findings += (Finding(Code.UNLISTED_DRUG, {"drug": clean(drug.name), "near": ""}),)
        if row is None:
            continue
        moving = None if direction is None else _still_moving(drug, row, direction, drawn, policy)
        if _running(drug, drawn) and (moving is None or row.effect is Effect.AVOID):
            findings += on_board(row)
        if direction is None:
            continue
        values = {"drug": row.names[0]}
        for change, day in (("started", drug.start), ("stopped", drug.stop)):
            if day is not None and drawn < day <= today:
                findings += (Finding(Code.INTERACTION_AFTER_LEVEL, {**values, "change": change}, refuses=True),)
        if moving is not None:
            findings += (_about_moving(moving, position, values),)
    return tuple(sorted(findings, key=lambda finding: not finding.refuses))


def on_board(row: InteractionRow) -> tuple[Finding, ...]:
    """Return what a drug that is taken means for a dose: named, or refused where it is to be avoided."""
    direction = direction_of(row)
    if row.effect is Effect.AVOID:
        return (Finding(Code.AVOID_COMBINATION, {"drug": row.names[0]}, refuses=direction is Direction.RAISES),)
    if direction is None:
        return ()
    return (Finding(Code.INTERACTING_DRUG, {"drug": row.names[0], "does": DOES[direction]}),)


DOES = {
    Direction.RAISES: "raises the level",
    Direction.LOWERS: "lowers the level",
    Direction.EITHER: "may raise or lower the level",
}


def _running(drug: DrugPeriod, day: date) -> bool:
    return drug.start <= day and (drug.stop is None or drug.stop > day)


def _still_moving(
    drug: DrugPeriod, row: InteractionRow, direction: Direction, drawn: date, policy: InteractionPolicy
) -> str | None:
    """Return "rising", "falling" or "moving" while a start or stop before the sample still works, else None."""
    lowers = direction is Direction.LOWERS
    onset = policy.inducer_onset_days if lowers else policy.inhibitor_onset_days
    words = {Direction.RAISES: ("rising", "falling"), Direction.LOWERS: ("falling", "rising")}
    starting, stopping = words.get(direction, ("moving", "moving"))
    if drug.stop is not None and drug.stop <= drawn and not is_faded(row, drug.stop, drawn, policy):
        return stopping
    if _running(drug, drawn) and drawn - drug.start <= timedelta(days=onset):
        return starting
    return None


def _about_moving(moving: str, position: Position, values: dict[str, str]) -> Finding:
    why = {"why": f"{values['drug']} was started or stopped shortly before"}
    if moving == "rising" and position is Position.ABOVE:
        return Finding(Code.STILL_RISING, why)
    if moving == "falling" and position is Position.BELOW:
        return Finding(Code.STILL_FALLING, why)
    return Finding(Code.INTERACTION_SETTLING, values, refuses=position is not Position.WITHIN)


def check_previous(
    history: History, record: LevelRecord, before: LevelRecord | None, ratio: Decimal
) -> tuple[Finding, ...]:
    """Return findings from comparing with the level before: discrepant (R32), another assay (R53)."""
    if before is None:
        return ()
    findings: tuple[Finding, ...] = ()
    if _same_dose(history, before.taken, record.taken) and record.level.is_number and before.level.is_number:
        change = record.level.value_ng_ml / before.level.value_ng_ml
        if change > ratio or change * ratio < 1:
            values = {"level": record.level.text, "before": before.level.text, "ratio": show(ratio)}
            findings += (Finding(Code.DISCREPANT, values, refuses=True),)
    for name, old, new in (("assay", before.assay, record.assay), ("laboratory", before.lab, record.lab)):
        if old and new and old != new:
            findings += (Finding(Code.ASSAY_CHANGED, {"what": name, "before": clean(old), "after": clean(new)}),)
    return findings


def _same_dose(history: History, earlier: datetime, later: datetime) -> bool:
    first, second = period_at(history, earlier), period_at(history, later)
    return first is not None and second is not None and first.regimen == second.regimen


def check_weight_age(age_days: int, *, adult: bool, limits: tuple[int, int]) -> tuple[Finding, ...]:
    """Return whether a weight is older than its limit in days: (adult, child) (R29)."""
    limit = limits[0] if adult else limits[1]
    if age_days > limit:
        return (Finding(Code.WEIGHT_OLD, {"age": str(age_days), "limit": str(limit)}),)
    return ()
