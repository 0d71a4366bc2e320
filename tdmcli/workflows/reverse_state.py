"""What the patient's state says of a level: missed doses, gut, hospital, haematocrit, and the assay that was used.

A direction is a table's own (cautions, codes, assays); what no table gives a direction goes either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import history as past
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean, show
from tdmcli.tables.interaction_rows import Direction
from tdmcli.tables.readers import read_cautions, read_policy
from tdmcli.tables.sampling_rows import AssayBiasRow, BiasDirection
from tdmcli.workflows.reverse_cause import CODES, Cause, Finder, before_level

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.domain.history import Event, Symptom

_LOST = {"missed-dose": "a dose was missed", "vomited": "a dose was vomited"}
_HOSPITAL = {"admitted": "admitted to hospital", "discharged": "discharged from hospital"}


def state_of_patient(finder: Finder) -> list[Cause]:
    """Return what events, symptoms, blood and assay of the file could explain of a level."""
    return [*_events(finder), *_gut(finder), *_hospital(finder), *_blood(finder), *_assay(finder)]


def lost_doses(finder: Finder) -> list[Event]:
    """Return the doses missed or vomited shortly before the level; none at its time or after it."""
    taken, recent = finder.sample.record.taken, read_policy().event.recent_days
    return [
        event
        for event in finder.history.events
        if event.kind in _LOST and event.at < taken and past.days_between(event.at, taken) <= recent
    ]


def _events(finder: Finder) -> list[Cause]:
    """Return the doses lost, but for those missed after the last dose: the hours since then tell of them already."""
    record = finder.sample.record
    return [
        finder.cause(
            event.kind,
            f"{_LOST[event.kind]} {show(past.hours_between(event.at, record.taken), 0)} h before the level",
            finder.day_of(event.at),
            Direction.LOWERS,
            CODES,
        )
        for event in lost_doses(finder)
        if event.kind != "missed-dose" or record.last_dose is None or event.at <= record.last_dose
    ]


def gut_symptoms(finder: Finder) -> list[Symptom]:
    """Return the last note of diarrhoea and of vomiting, as long as a symptom on file says something of the day."""
    last = {
        one.is_diarrhoea: one
        for one in finder.history.symptoms
        if (one.is_diarrhoea or one.is_vomiting) and _lately(finder, one.noted)
    }
    return list(last.values())


def _lately(finder: Finder, day: date) -> bool:
    return 0 <= (finder.day - day).days <= read_policy().neurotoxicity.recent_days


def _gut(finder: Finder) -> list[Cause]:
    """Return diarrhoea and vomiting; whether they lasted is open where they were not noted shortly before the level."""
    causes = []
    for one in gut_symptoms(finder):
        over = (finder.day - one.noted).days > read_policy().event.recent_days
        name = "diarrhoea" if one.is_diarrhoea else "vomiting"
        what = f"{name} noted {before_level(finder.day, one.noted)}" + ("; no end is on file" if over else "")
        direction, source = (Direction.LOWERS, CODES)
        if one.is_diarrhoea:
            direction, source = Direction.RAISES, _caution("diarrhoea")
        causes.append(finder.cause("gut", what, one.noted, direction, source, open_=over))
    return causes


def _hospital(finder: Finder) -> list[Cause]:
    """Return a stay in hospital, whose doses and drugs may stand elsewhere."""
    causes = []
    for event in finder.history.events:
        day = finder.day_of(event.at)
        if event.kind in _HOSPITAL and event.at <= finder.sample.record.taken and _lately(finder, day):
            what = f"{_HOSPITAL[event.kind]} {before_level(finder.day, day)}: what was given there may not be on file"
            causes.append(finder.cause("hospital", what, day, Direction.EITHER, CODES))
    return causes


def _blood(finder: Finder) -> list[Cause]:
    """Return a low haematocrit, with the way that the source of the caution says."""
    found, lowest = haematocrit(finder), read_policy().level.hematocrit_low_percent
    if found is None or found.value >= lowest:
        return []
    what = f"haematocrit {show(found.value)} %, below {show(lowest)} % [policy]: no reason to raise the dose"
    return [finder.cause("haematocrit", what, found.day, Direction.LOWERS, _caution("haematocrit"))]


def _caution(name: str) -> tuple[str, str]:
    return next((row.source, row.locator) for row in read_cautions() if row.id == name)


def haematocrit(finder: Finder) -> past.Measured | None:
    """Return the haematocrit that speaks of the day of the level, or None."""
    found = past.lab(finder.history, "hematocrit_percent", finder.day)
    recent = read_policy().level.hematocrit_recent_days
    return None if found is None or (finder.day - found.day).days > recent else found


def _assay(finder: Finder) -> list[Cause]:
    """Return a change of assay or laboratory since the level before: assays read high or low against each other."""
    record, earlier = finder.sample.record, finder.earlier
    if earlier is None:
        return []
    causes = []
    if earlier.assay and record.assay and spelling(earlier.assay) != spelling(record.assay):
        direction, source, why = _bias(earlier.assay, record.assay)
        what = f"the assay changed from {clean(earlier.assay)} to {clean(record.assay)}{why}"
        causes.append(finder.cause("assay", what, finder.day, direction, source))
    if earlier.lab and record.lab and spelling(earlier.lab) != spelling(record.lab):
        what = f"the laboratory changed from {clean(earlier.lab)} to {clean(record.lab)}"
        causes.append(finder.cause("assay", what, finder.day, Direction.EITHER, CODES))
    return causes


def _bias(before: str, after: str) -> tuple[Direction, tuple[str, str], str]:
    """Return which way a level goes by a change of assay, where one study compared both; else either way."""
    old, new = _bias_of(before), _bias_of(after)
    if old is None or new is None or old.source != new.source:
        known = new or old
        return Direction.EITHER, CODES if known is None else (known.source, known.locator), ""
    told = f": in one study {_reads(new)}, {_reads(old)}, against {new.against}"
    return _way(old, new), (new.source, new.locator), told


def _reads(row: AssayBiasRow) -> str:
    """Return how an assay read, with its per cent where they are known."""
    if row.low_percent is None or row.high_percent is None:
        return f"{row.assay} read {row.direction}"
    sizes = dict.fromkeys(show(abs(size)) for size in (row.high_percent, row.low_percent))
    return f"{row.assay} read {'-'.join(sizes)} % {row.direction}"


def _way(old: AssayBiasRow, new: AssayBiasRow) -> Direction:
    """Return which way a level goes from one assay to another; either where both read off alike or it is not known."""
    if old.direction is not new.direction:
        return Direction.RAISES if new.direction is BiasDirection.HIGH else Direction.LOWERS
    if old.low_percent is None or old.high_percent is None or new.low_percent is None or new.high_percent is None:
        return Direction.EITHER
    if new.low_percent > old.high_percent:
        return Direction.RAISES
    return Direction.LOWERS if new.high_percent < old.low_percent else Direction.EITHER


def _bias_of(assay: str) -> AssayBiasRow | None:
    from tdmcli.tables.dosing_readers import read_sampling

    rows = read_sampling().assay_bias
    return next((row for row in rows if spelling(row.assay) == spelling(assay)), None)
