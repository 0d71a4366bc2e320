"""What is not known around a level: what the patient file does not hold, and drugs that no source gives a direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.units import clean
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.ranges import co_therapies_among
from tdmcli.workflows.reverse_cause import Finder, Sample
from tdmcli.workflows.reverse_state import gut_symptoms, haematocrit, lost_doses

if TYPE_CHECKING:
    from tdmcli.domain.history import Symptom
    from tdmcli.workflows.facts import Facts


def absent_from_file(sample: Sample, facts: Facts) -> tuple[str, ...]:
    """Return what the file does not hold around the level; without a file, that there is none."""
    if facts.record is None:
        return ("doses and their times, other drugs, events and laboratory values: no patient file was given",)
    history, record, policy = facts.record.history, sample.record, read_policy()
    finder = Finder(sample, history, "none", "")
    begun = [drug for drug in history.drugs if drug.start <= finder.day]
    gut, gut_days = gut_symptoms(finder), policy.neurotoxicity.recent_days
    missing = (
        ("the regimen when the level was drawn", not any(one.start <= record.taken for one in history.regimens)),
        ("when the dose before the sample was taken", record.last_dose is None),
        ("the time of day of the sample", record.untimed),
        ("other drugs, herbs and foods", not begun),
        (f"missed or vomited doses in the {policy.event.recent_days} days before it", not lost_doses(finder)),
        (f"{_gut(gut)} within {gut_days} days", len(gut) < 2),  # noqa: PLR2004 - both kinds
        (f"a haematocrit within {policy.level.hematocrit_recent_days} days", haematocrit(finder) is None),
        ("the assay", record.assay is None),
        (_level_before(finder), sample.previous is None),
    )
    rows = read_interactions_naming(drug.name for drug in begun)
    names = dict.fromkeys(drug.name for drug in begun if find_drug(drug.name, rows) is None)
    unlisted = [clean(name) for name in names if not co_therapies_among((name,))]
    return tuple(what for what, is_missing in missing if is_missing) + tuple(
        f"what {name} does: it is not in the table" for name in unlisted
    )


def _gut(noted: list[Symptom]) -> str:
    """Return which of diarrhoea and vomiting were not noted."""
    kinds = (
        ("diarrhoea", any(one.is_diarrhoea for one in noted)),
        ("vomiting", any(one.is_vomiting for one in noted)),
    )
    return " or ".join(name for name, is_noted in kinds if not is_noted)


def _level_before(finder: Finder) -> str:
    before = finder.sample.before
    if before is None:
        return "a level before it"
    day = finder.day_of(before.taken).isoformat()
    return f"a steady trough before it (that of {day} is not compared with: {finder.sample.unlike})"


def unsaid(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the drugs named with --with that no source gives a direction, each once."""
    rows = read_interactions_naming(names)
    said: dict[str, None] = {}
    for name in names:
        row = find_drug(name, rows)
        if row is None:
            said[f"what {clean(name)} does: it is not in the table"] = None
        elif direction_of(row) is None:
            said[f"what {row.names[0]} does: no source here says that it moves the level"] = None
    return tuple(said)
