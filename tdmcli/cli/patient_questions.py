"""The questions of `tdmcli patient new` on a terminal: asked on stderr, so that stdout has the answer alone."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import typer

from tdmcli.cli.output import say
from tdmcli.domain.findings import Refused
from tdmcli.domain.units import clean
from tdmcli.workflows.answer import message_of
from tdmcli.workflows.patient_new import NewAsked, parse_answer

if TYPE_CHECKING:
    from pathlib import Path

_ORGAN = ("organ", "Organ transplanted (kidney, liver ...; Enter for none)")
_DATE = ("transplant_date", "Day of the transplant (2026-10-12; Enter if not known)")
_INDICATION = ("indication", "What else tacrolimus is given for (lupus-nephritis ...; Enter to leave out)")
_START = ("start", "Day on which that treatment began (Enter if not known)")
_OTHERS = (
    ("birth_date", "Day of birth (Enter to leave out)"),
    ("sex", "Sex (female, male; Enter to leave out)"),
    ("weight", "Weight in kg (Enter to leave out)"),
    ("time_zone", "Time zone (Europe/Paris ...; Enter if each time shall name its offset)"),
)


def ask_for_the_rest(file: Path, asked: NewAsked) -> NewAsked:
    """Return what was asked with the answers to what was not given.

    Raises:
        typer.Abort: the input ended.

    """
    stem = re.sub(r"[^A-Za-z0-9_-]", "-", file.stem)[:64]
    answers = asked._asdict()
    if answers["id"] is None:
        answers["id"] = _ask("id", f"Id, no name (Enter for {stem})") or stem
    questions = []
    if answers["organ"] is None and answers["indication"] is None:
        answers["organ"] = _ask(*_ORGAN)
    if answers["organ"] is not None:
        questions.append(_DATE)
    elif answers["indication"] is None:
        answers["indication"] = _ask(*_INDICATION)
    if answers["indication"] is not None:
        questions.append(_START)
    for key, question in (*questions, *_OTHERS):
        if answers[key] is None:
            answers[key] = _ask(key, question)
    return NewAsked(**answers)


def _ask(key: str, question: str) -> str | None:
    """Return an answer that can be used, or None where the line is empty; a malformed one is asked for again."""
    while True:
        sys.stderr.write(f"{question}: ")
        sys.stderr.flush()
        text = sys.stdin.readline()
        if not text:
            raise typer.Abort
        text = text.strip()
        if not text:
            return None
        try:
            parse_answer(key, text)
        except Refused as refused:
            say(message_of(refused))
        except ValueError as error:
            say(clean(str(error), 300))
        else:
            return text
