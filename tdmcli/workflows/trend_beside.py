"""What stands beside the levels of a trend: C/D ratios, haematocrit, doses, other drugs, laboratory values."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.cd_ratio import about_indication, cd_ratio, classify
from tdmcli.domain.findings import Finding
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.units import clean, rounded
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_sampling
from tdmcli.tables.readers import read_policy, read_threshold_sets
from tdmcli.tables.sampling_rows import HematocritMethod
from tdmcli.workflows.cdratio import AGAINST_A_CLASS
from tdmcli.workflows.trend_data import Standardised, TrendDose, TrendDrug, TrendLab, TrendRatio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from tdmcli.domain.cd_ratio import Classified
    from tdmcli.domain.counted_levels import Judged
    from tdmcli.domain.history import History
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.facts import Facts

BESIDE = (
    *("creatinine_umol_l", "creatinine_mg_dl", "potassium_mmol_l"),
    *("magnesium_mmol_l", "magnesium_mg_dl", "hematocrit_percent"),
)


def ratios(counted: Sequence[Judged], facts: Facts, history: History) -> tuple[TrendRatio, ...]:
    """Return C/D of each level that counts, with the class that a published cut-off gives it."""
    sets = read_threshold_sets()
    other = about_indication(facts.indication, sets)
    found = []
    for one in counted:
        if one.period is None:
            continue
        level, regimen = one.record.level.value_ng_ml, one.period.regimen
        ratio = cd_ratio(level, regimen.daily_dose_mg)
        against = other + tuple(note for note in (*one.moving, *one.notes) if note.code in AGAINST_A_CLASS)
        classified = classify(ratio, regimen, past.days_after_start(history, one.record.taken), sets, against)
        found.append(
            TrendRatio(
                taken=one.record.taken,
                level_ng_ml=level,
                daily_dose_mg=regimen.daily_dose_mg,
                cd_ratio_ng_ml_per_mg=rounded(ratio, 4),
                class_=classified.ratio_class,
                not_classified_because=_why_no_class(classified),
                product=regimen.product.id if regimen.product else None,
                threshold=classified.used.id if classified.used else None,
            )
        )
    return tuple(found)


def _why_no_class(classified: Classified) -> tuple[str, ...]:
    """Return the codes that keep a ratio from its class."""
    if classified.used is not None:
        return ()
    codes = AGAINST_A_CLASS | {Code.ONCE_DAILY_PRODUCT, Code.OTHER_INDICATION, Code.TIME_UNKNOWN}
    reasons = [str(one.code) for one in classified.findings if one.code in codes]
    later = [str(one.code) for one in classified.findings if one.code is Code.OTHER_TIME]
    return tuple(dict.fromkeys(reasons or later))


def standardised_levels(
    counted: Sequence[Judged], history: History, citations: Citations
) -> list[tuple[Decimal | None, tuple[Standardised, ...]]]:
    """Return for each level the haematocrit of its time and the level brought to each reference (R70).

    Source: the rows of `sampling.toml` with the method `proportional`: level x reference / haematocrit.
    """
    rows = [row for row in read_sampling().hematocrit_standard if row.method is HematocritMethod.PROPORTIONAL]
    measured = [one for name, one in history.labs if name == "hematocrit_percent"]
    times = [one.at for one in measured]
    recent = read_policy().level.hematocrit_recent_days
    found: list[tuple[Decimal | None, tuple[Standardised, ...]]] = []
    for one in counted:
        day = past.day_of(one.record.taken, history.zone)
        place = bisect_right(times, past.noon(day + timedelta(days=1), history.zone)) - 1
        while place >= 0 and measured[place].day > day:
            place -= 1
        if place < 0 or (day - measured[place].day).days > recent:
            found.append((None, ()))
            continue
        hematocrit, level = measured[place].value, one.record.level.value_ng_ml
        standard = tuple(
            Standardised(
                row.reference_percent,
                rounded(level * row.reference_percent / hematocrit, 1),
                citations.add(row.source, row.locator),
            )
            for row in rows
        )
        found.append((hematocrit, standard))
    return found


def doses(history: History, start: datetime, end: datetime) -> tuple[TrendDose, ...]:
    """Return the regimens in force within a window."""
    found = []
    following = [one.start for one in history.regimens[1:]]
    for number, one in enumerate(history.regimens):
        ends = [moment for moment in (one.stop, following[number] if number < len(following) else None) if moment]
        until = min([*ends, end])
        if one.start < end and until > start:
            product = one.regimen.product.id if one.regimen.product else None
            found.append(TrendDose(max(one.start, start), until, one.regimen.daily_dose_mg, one.regimen.text, product))
    return tuple(found)


def drugs(history: History, start: datetime, end: datetime, rows: Sequence[InteractionRow]) -> tuple[TrendDrug, ...]:
    """Return the other drugs taken within a window, with which way the tables say that they move the level."""
    first, last = past.day_of(start, history.zone), past.day_of(end, history.zone)
    by_name = {name: find_drug(name, rows) for name in {one.name for one in history.drugs}}
    found = []
    for one in history.drugs:
        if one.start > last or (one.stop is not None and one.stop < first):
            continue
        row = by_name[one.name]
        direction = None if row is None else direction_of(row)
        found.append(TrendDrug(clean(one.name), one.start, one.stop, str(direction) if direction else None))
    return tuple(found)


def unlisted(history: History, rows: Sequence[InteractionRow], shown: Sequence[TrendDrug]) -> tuple[Finding, ...]:
    """Return the drugs of a window that the tables do not have: not the same as safe (R72)."""
    taken = {one.name for one in history.drugs}
    unknown = {clean(name) for name in taken if find_drug(name, rows) is None}
    names = dict.fromkeys(one.name for one in shown if one.name in unknown)
    return tuple(Finding(Code.UNLISTED_DRUG, {"drug": name, "near": ""}) for name in names)


def labs(history: History, start: datetime, end: datetime) -> tuple[TrendLab, ...]:
    """Return creatinine, potassium, magnesium and haematocrit of a window."""
    first, last = past.day_of(start, history.zone), past.day_of(end, history.zone)
    return tuple(
        TrendLab(name, one.day, one.value) for name, one in history.labs if name in BESIDE and first <= one.day <= last
    )
