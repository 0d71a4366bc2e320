"""Making a patient file: what was typed or answered, as its first text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import tomli_w

from tdmcli.domain.units import parse_number
from tdmcli.errors import WrongUsage
from tdmcli.records.patient_file import plain_id
from tdmcli.records.saving import create
from tdmcli.tables.readers import read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer
from tdmcli.workflows.patient_entries import as_typed, parse_day, parse_name, parse_text
from tdmcli.workflows.patient_record import EntryAnswer, fields_of, record_of

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "# A patient file of tdmcli (TOML). tdmcli patient add appends to it; it may be edited by hand too.\n"


class NewAsked(NamedTuple):
    """What was typed of a new patient; None where it was not."""

    id: str | None = None
    organ: str | None = None
    transplant_date: str | None = None
    indication: str | None = None
    start: str | None = None
    phase: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    weight: str | None = None
    height: str | None = None
    time_zone: str | None = None
    cyp3a5: str | None = None
    cyp3a4: str | None = None


class NewData(NamedTuple):
    """The answer of `patient new`: the tables of the file as read back from the disk."""

    file: str
    patient_id: str
    tables: tuple[EntryAnswer, ...]
    sha256: str


def answer_new(path: Path, new: NewAsked, asked: ask.Asked) -> Answer[NewData]:
    """Return what the new file holds.

    Raises:
        WrongUsage: something that was typed is malformed or contradicts another.
        Refused: the organ or indication is not known.
        NotWritten: there is such a file, or it can't be written.

    """
    tables = _tables(new, asked)
    text = HEAD + tomli_w.dumps(tables)
    document = create(path, text.encode(), record_of)
    history = record_of(document).history
    made = [(name, table) for name, table in document.tables.items() if isinstance(table, dict)]
    data = NewData(
        file=document.name,
        patient_id=history.patient_id,
        tables=tuple(EntryAnswer(name, 1, fields_of(table)) for name, table in made),
        sha256=document.sha256,
    )
    return Answer("patient-new", data, ask.at(asked, history.zone))


def parse_answer(key: str, text: str) -> Any:
    """Return the value of one key of `NewAsked`, as the file is to hold it.

    Raises:
        ValueError: it is malformed.
        Refused: it is an organ or indication that is not known.

    """
    if key == "id":
        return plain_id(text)
    if key in {"organ", "indication"}:
        return ask.find_indication(text)
    if key in {"transplant_date", "start", "birth_date"}:
        return parse_day(text)
    if key == "weight":
        limits, kg = read_policy().weight, parse_number(text.removesuffix("kg").strip())
        if not limits.lowest_kg <= kg <= limits.highest_kg:
            raise ValueError(f"must be within {limits.lowest_kg} to {limits.highest_kg} kg [policy]")
        return as_typed(kg)
    if key == "height":
        return as_typed(parse_number(text.removesuffix("cm").strip()))
    return parse_text(text) if key.startswith("cyp") else parse_name(text)


def _tables(new: NewAsked, asked: ask.Asked) -> dict[str, Any]:
    if new.id is None:
        raise WrongUsage("--id: name the patient by letters, digits, - and _; no name is needed")
    if new.organ is not None and new.indication is not None:
        raise WrongUsage("--organ and --indication: give the one that tacrolimus is given for")
    if new.transplant_date is not None and new.organ is None:
        raise WrongUsage("--transplant-date needs --organ")
    if new.indication is None and (new.start is not None or new.phase is not None):
        raise WrongUsage("--start and --phase need --indication")
    given: dict[str, Any] = {key: _typed(key, text) for key, text in new._asdict().items() if text is not None}
    for key in ("birth_date", "transplant_date", "start"):
        if key in given and given[key] > ask.at(asked).date():
            raise WrongUsage(f"{_option(key)}: {given[key].isoformat()} is later than now")
    parts = {
        "patient": {"id": "id", "birth_date": "birth_date", "sex": "sex", "weight_kg": "weight"}
        | {"height_cm": "height", "time_zone": "time_zone"},
        "transplant": {"organ": "organ", "date": "transplant_date"},
        "condition": {"indication": "indication", "start": "start", "phase": "phase"},
        "genotype": {"cyp3a5": "cyp3a5", "cyp3a4": "cyp3a4"},
    }
    tables = {
        name: {key: given[from_] for key, from_ in keys.items() if from_ in given} for name, keys in parts.items()
    }
    return {"schema": 1} | {name: table for name, table in tables.items() if table}


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _typed(key: str, text: str) -> Any:
    return ask.typed(_option(key), lambda typed: parse_answer(key, typed), text)
