"""The JSON Schema of each answer, read off the dataclasses that hold it: the contract can't drift from the code."""

from __future__ import annotations

import importlib
import sys
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from tdmcli.errors import Code
from tdmcli.workflows.answer import SCHEMA, Cited, ProtocolUsed, Warned, Worked, field_names

DATA_CLASSES = {
    "target": ("tdmcli.workflows.target", "TargetData"),
    "adjust": ("tdmcli.workflows.adjust_data", "AdjustData"),
    "interact": ("tdmcli.workflows.interact_data", "InteractData"),
    "neurotox": ("tdmcli.workflows.neurotox_data", "NeurotoxData"),
    "cdratio": ("tdmcli.workflows.cdratio", "CdRatioData"),
    "start": ("tdmcli.workflows.start_data", "StartData"),
    "convert": ("tdmcli.workflows.convert_data", "ConvertData"),
    "monitor": ("tdmcli.workflows.monitor_data", "MonitorData"),
    "trend": ("tdmcli.workflows.trend_data", "TrendData"),
    "forecast": ("tdmcli.workflows.forecast_data", "ForecastData"),
    "auc": ("tdmcli.workflows.auc_data", "AucData"),
    "explain": ("tdmcli.workflows.explain", "ExplainData"),
    "sources": ("tdmcli.workflows.sources", "SourcesData"),
    "patient-new": ("tdmcli.workflows.patient_new", "NewData"),
    "patient-add": ("tdmcli.workflows.patient_add", "AddData"),
    "patient-show": ("tdmcli.workflows.patient_data", "PatientData"),
    "patient-check": ("tdmcli.workflows.patient_check", "CheckData"),
    "patient-undo": ("tdmcli.workflows.patient_undo", "UndoData"),
    "protocol-lint": ("tdmcli.workflows.protocol", "LintData"),
    "protocol-diff": ("tdmcli.workflows.protocol", "DiffData"),
    "protocol-test": ("tdmcli.workflows.protocol", "TestData"),
}

_PLAIN: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def answer_schema(command: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's answer, refusals and errors included."""
    module, name = DATA_CLASSES[command]
    data = schema_of(getattr(importlib.import_module(module), name))
    properties = {
        "schema": {"const": SCHEMA},
        "command": {"const": command},
        "status": {"enum": ["ok", "refused", "error"]},
        "code": {"anyOf": [{"enum": [str(code) for code in Code]}, {"type": "null"}]},
        "message": {"type": ["string", "null"]},
        "data": {"anyOf": [data, {"type": "null"}]},
        "warnings": {"type": "array", "items": schema_of(Warned)},
        "sources": {"type": "array", "items": schema_of(Cited)},
        "inputs": {"type": "object"},
        "worked": {"anyOf": [{"type": "array", "items": schema_of(Worked)}, {"type": "null"}]},
        "tool": {
            "type": "object",
            "properties": {
                "version": {"type": "string"},
                "data_version": {"type": "string"},
                "protocol": {"anyOf": [schema_of(ProtocolUsed), {"type": "null"}]},
            },
            "required": ["version", "data_version", "protocol"],
        },
        "as_of": {"type": ["string", "null"]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"tdmcli {command}",
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type that answers are made of."""
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin = get_origin(hint)
    if origin is UnionType:
        parts = [{"type": "null"} if part is NoneType else schema_of(part) for part in get_args(hint)]
        return {"anyOf": parts}
    if origin is tuple:
        items = get_args(hint)
        if items[-1] is Ellipsis:
            return {"type": "array", "items": schema_of(items[0])}
        return {"type": "array", "prefixItems": [schema_of(item) for item in items]}
    if field_names(hint):
        hints = get_type_hints(hint, vars(sys.modules[hint.__module__]) | _NAMES)
        names = {name: name.rstrip("_") for name in field_names(hint)}
        return {
            "type": "object",
            "properties": {names[key]: schema_of(hints[key]) for key in names},
            "required": list(names.values()),
        }
    raise TypeError(hint)


_NAMES = {"Decimal": Decimal, "date": date, "datetime": datetime}
