"""The symptoms of a question: those typed, those of the patient file's unbroken spell, and what stands against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import clean
from tdmcli.errors import WrongUsage
from tdmcli.tables.readers import read_policy, read_symptoms
from tdmcli.workflows.neurotox_data import SymptomAnswer

if TYPE_CHECKING:
    from datetime import date

    from tdmcli.tables.neurotoxicity_rows import Grade, SymptomRow
    from tdmcli.workflows.answer import Citations
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.neurotox_data import NeurotoxQuestion


def symptoms_asked(question: NeurotoxQuestion, facts: Facts, began: date | None) -> tuple[str, ...]:
    """Return the symptoms that were typed and those of the file's spell.

    Raises:
        WrongUsage: none was named at all, or none beside another or beside one of the file.

    """
    said, noted = question.symptoms, _spell(facts, began)
    if not all(name.strip() for name in said):
        raise WrongUsage("a symptom without a name: name it, such as tremor (none, if there is none)")
    if "none" in {spelling(name) for name in said}:
        if len(said) > 1:
            raise WrongUsage("none stands alone: name symptoms, or none")
        if noted:
            raise WrongUsage(f"none, but the patient file notes {_known(noted)}: leave none out")
        return ()
    if not said and not noted:
        name = "name at least one symptom, such as tremor or seizure (none, if there is none)"
        raise WrongUsage(f"{name}{_noted_at_another_time(facts)}")
    return said + noted


def _known(names: tuple[str, ...]) -> str:
    """Return symptoms of the file by their rows: a message repeats no text of a patient file."""
    rows = {spelling(name): row.id for row in read_symptoms() for name in row.names}
    return ", ".join(dict.fromkeys(rows.get(spelling(name), "a symptom that is in no table") for name in names))


def _noted_at_another_time(facts: Facts) -> str:
    """Return which symptom of the file says nothing of today, the last of them, or nothing."""
    if facts.record is None:
        return ""
    last = max((one.noted for one in facts.record.history.symptoms if not one.is_diarrhoea), default=None)
    days = read_policy().neurotoxicity.recent_days
    if last is None:
        return ""
    why = "later than the time asked about" if last > facts.today else f"more than {days} days ago [policy]"
    return f": the last one of the patient file is of {last.isoformat()}, {why}"


def onset_of(facts: Facts) -> date | None:
    """Return the first day of the spell of symptoms of the file, or None."""
    if facts.record is None:
        return None
    from tdmcli.workflows.time_course import onset_on_file

    return onset_on_file(facts)


def _spell(facts: Facts, began: date | None) -> tuple[str, ...]:
    """Return the nervous symptoms that the patient file notes from the onset up to now (diarrhoea is not one)."""
    if facts.record is None or began is None:
        return ()
    noted = [one for one in facts.record.history.symptoms if began <= one.noted <= facts.today]
    return tuple(dict.fromkeys(one.name for one in noted if not one.is_diarrhoea))


def symptom_answer(name: str, row: SymptomRow | None, graded: Grade, citations: Citations) -> SymptomAnswer:
    """Return a symptom as answers show it, with its grade among the others."""
    if row is None:
        return SymptomAnswer(clean(name), None, None, None)
    return SymptomAnswer(row.id, graded, _symptom_note(row, graded), citations.add(row.source))


def _symptom_note(row: SymptomRow, graded: Grade) -> str | None:
    if graded is not row.grade:
        return "because of what comes with it: raised blood pressure, visual or mental change"
    return row.note
