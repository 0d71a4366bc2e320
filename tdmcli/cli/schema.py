"""`tdmcli schema`: the JSON Schema of a command's answer, made from the classes that the answer is made of."""

from enum import StrEnum
from typing import Annotated

import typer


class Answering(StrEnum):
    """Commands that answer a question."""

    TARGET = "target"
    ADJUST = "adjust"
    INTERACT = "interact"
    NEUROTOX = "neurotox"
    CDRATIO = "cdratio"
    START = "start"
    CONVERT = "convert"
    MONITOR = "monitor"
    TREND = "trend"
    FORECAST = "forecast"
    AUC = "auc"
    EXPLAIN = "explain"
    SOURCES = "sources"
    PATIENT_NEW = "patient-new"
    PATIENT_ADD = "patient-add"
    PATIENT_SHOW = "patient-show"
    PATIENT_CHECK = "patient-check"
    PATIENT_UNDO = "patient-undo"
    PROTOCOL_LINT = "protocol-lint"
    PROTOCOL_DIFF = "protocol-diff"
    PROTOCOL_TEST = "protocol-test"


def schema(command: Annotated[Answering, typer.Argument(help="The command whose answer is described.")]) -> None:
    """Print the JSON Schema of a command's --json answer.

    \b
    Example:
      tdmcli schema adjust
    """
    from tdmcli.cli.output import json_text, write
    from tdmcli.workflows.json_schema import answer_schema

    write(json_text(answer_schema(command)))
