"""The only readers of `data/`: one function a table, each returning checked rows.

Readers are cached: a table is read once in the life of the program.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from tdmcli.errors import BadFile, Code
from tdmcli.tables.builder import build_row, build_rows, load_toml, parse_toml, read_text
from tdmcli.tables.location import data_folder
from tdmcli.tables.rows import CodeRow, CoTherapyRow, IndicationRow, ProductRow, SourceRow, TargetRow, ThresholdSetRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from tdmcli.tables.explanation_rows import FormulaRow, TableRow
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow
    from tdmcli.tables.neurotoxicity_rows import FactorRow, RemarkRow, StepRow, SymptomRow
    from tdmcli.tables.policy import Policy
    from tdmcli.tables.start_rows import GenotypeEffectRow, StartingDoseRow

Entry = TypeVar("Entry")


def read_data_version() -> str:
    """Return the calendar version of the tables."""
    return str(_load("MANIFEST.toml", {"data_version"})["data_version"])


def read_sources(wanted: Collection[str] | None = None) -> dict[str, SourceRow]:
    """Return sources by id: all of them, or those wanted that exist."""
    return _entries(SourceRow, "source", "sources.toml", wanted)


def _entries(shape: type[Entry], key: str, name: str, wanted: Collection[str] | None) -> dict[str, Entry]:
    """Return the entries `[key.ID]` of a file by id.

    The two files of such entries are the longest, and an answer names only a few of them, so only those are parsed.
    """
    path = data_folder() / name
    if wanted is None:
        table = load_toml(path)
    else:
        entries = read_text(path).split(f"\n[{key}.")[1:]
        kept = [entry for entry in entries if entry.partition("]")[0] in wanted]
        table = parse_toml("".join(f"[{key}.{entry}\n" for entry in kept), path.name)
    return {one: build_row(shape, {"id": one, **row}, name) for one, row in table.get(key, {}).items()}


def read_codes(wanted: Collection[str] | None = None) -> dict[str, CodeRow]:
    """Return the texts of codes by id: all of them, or those wanted that exist."""
    return _entries(CodeRow, "code", "codes.toml", wanted)


@cache
def read_policy() -> Policy:
    """Return the project's own choices."""
    from tdmcli.tables.policy import Policy

    return build_row(Policy, load_toml(data_folder() / "policy.toml"), "policy.toml")


@cache
def read_molecular_weight() -> Decimal:
    """Return the molecular weight of tacrolimus in g/mol, for nmol/L."""
    from tdmcli.tables.rows import UnitsRow

    return build_row(UnitsRow, load_toml(data_folder() / "units.toml"), "units.toml").molecular_weight_g_per_mol


@cache
def read_co_therapies() -> tuple[tuple[CoTherapyRow, ...], tuple[CoTherapyRow, ...]]:
    """Return what is given beside tacrolimus, and the inductions."""
    table = _load("co_therapies.toml", {"co_therapy", "induction"})
    return (
        build_rows(CoTherapyRow, table["co_therapy"], "co_therapies.toml co_therapy"),
        build_rows(CoTherapyRow, table["induction"], "co_therapies.toml induction"),
    )


@cache
def read_products() -> tuple[ProductRow, ...]:
    """Return every product."""
    return build_rows(ProductRow, _load("products.toml", {"product"})["product"], "products.toml")


@cache
def read_threshold_sets() -> tuple[ThresholdSetRow, ...]:
    """Return every set of C/D thresholds."""
    table = _load("cd_ratio.toml", {"threshold_set"})
    return build_rows(ThresholdSetRow, table["threshold_set"], "cd_ratio.toml")


def indication_ids() -> tuple[str, ...]:
    """Return the ids of all indications, which are the names of their files, in order."""
    return tuple(sorted(path.stem for path in (data_folder() / "targets").glob("*.toml")))


@cache
def read_indication(indication_id: str) -> tuple[IndicationRow, tuple[TargetRow, ...]]:
    """Return an indication and its ranges; the id must be one of `indication_ids`."""
    name = f"targets/{indication_id}.toml"
    table = _load(name, {"indication", "target"})
    indication = build_row(IndicationRow, table["indication"], name)
    if indication.id != indication_id:
        message = f"{name}: the indication's id must be the file's name"
        raise BadFile(message, Code.BAD_TABLE)
    return indication, build_rows(TargetRow, table["target"], name)


def read_interactions() -> tuple[InteractionRow, ...]:
    """Return every interaction, file by file."""
    return tuple(row for path in _interaction_files() for row in _read_interaction_file(path.name))


def read_interactions_by_file() -> tuple[tuple[str, tuple[InteractionRow, ...]], ...]:
    """Return every interaction with the file that it stands in."""
    return tuple((f"interactions/{path.name}", _read_interaction_file(path.name)) for path in _interaction_files())


def read_interactions_naming(names: Iterable[str]) -> tuple[InteractionRow, ...]:
    """Return the interactions of the files that mention any of these names, in whatever spelling of gaps and case.

    A question names one or two drugs of many: the other files need not be parsed.
    """
    wanted = {_letters(name) for name in names}
    rows: list[InteractionRow] = []
    for path in _interaction_files():
        text = _letters(read_text(path))
        if any(name in text for name in wanted):
            rows.extend(_read_interaction_file(path.name))
    return tuple(rows)


def _letters(text: str) -> str:
    """Return only the letters and digits of a text, without case or accents."""
    plain = text if text.isascii() else unicodedata.normalize("NFD", text)
    return re.sub("[^a-z0-9]+", "", plain.casefold())


def _interaction_files() -> list[Path]:
    return sorted((data_folder() / "interactions").glob("*.toml"))


@cache
def _read_interaction_file(name: str) -> tuple[InteractionRow, ...]:
    from tdmcli.tables.interaction_rows import InteractionRow

    name = f"interactions/{name}"
    return build_rows(InteractionRow, _load(name, {"interaction"})["interaction"], name)


def read_symptoms() -> tuple[SymptomRow, ...]:
    """Return every symptom of neurotoxicity with its grade."""
    from tdmcli.tables.neurotoxicity_rows import SymptomRow

    return build_rows(SymptomRow, _neurotoxicity()["symptom"], "neurotoxicity.toml symptom")


def read_factors() -> tuple[FactorRow, ...]:
    """Return every contributing factor of neurotoxicity."""
    from tdmcli.tables.neurotoxicity_rows import FactorRow

    return build_rows(FactorRow, _neurotoxicity()["factor"], "neurotoxicity.toml factor")


def read_steps() -> tuple[StepRow, ...]:
    """Return the steps for neurotoxicity in their order."""
    from tdmcli.tables.neurotoxicity_rows import StepRow

    return build_rows(StepRow, _neurotoxicity()["step"], "neurotoxicity.toml step")


def read_remarks() -> tuple[RemarkRow, ...]:
    """Return what sources say of neurotoxicity that is not a step."""
    from tdmcli.tables.neurotoxicity_rows import RemarkRow

    return build_rows(RemarkRow, _neurotoxicity()["remark"], "neurotoxicity.toml remark")


@cache
def _neurotoxicity() -> dict[str, Any]:
    return _load("neurotoxicity.toml", {"symptom", "factor", "step", "remark"})


@cache
def read_monitoring() -> tuple[tuple[MonitoringTestRow, ...], tuple[MonitoringThresholdRow, ...]]:
    """Return what to measure when, and the limits that a source gives."""
    from tdmcli.tables.monitoring_rows import MonitoringTestRow, MonitoringThresholdRow

    table = _load("monitoring.toml", {"test", "threshold"})
    return (
        build_rows(MonitoringTestRow, table["test"], "monitoring.toml test"),
        build_rows(MonitoringThresholdRow, table["threshold"], "monitoring.toml threshold"),
    )


@cache
def read_cautions() -> tuple[CautionRow, ...]:
    """Return every caution."""
    from tdmcli.tables.monitoring_rows import CautionRow

    return build_rows(CautionRow, _load("cautions.toml", {"caution"})["caution"], "cautions.toml")


@cache
def read_starting_doses() -> tuple[StartingDoseRow, ...]:
    """Return every starting dose."""
    from tdmcli.tables.start_rows import StartingDoseRow

    return build_rows(
        StartingDoseRow, _load("starting_doses.toml", {"starting_dose"})["starting_dose"], "starting_doses.toml"
    )


@cache
def read_genotype_effects() -> tuple[GenotypeEffectRow, ...]:
    """Return what each genotype does to clearance and dose."""
    from tdmcli.tables.start_rows import GenotypeEffectRow

    return build_rows(GenotypeEffectRow, _load("genotypes.toml", {"effect"})["effect"], "genotypes.toml")


@cache
def read_formulas() -> dict[str, FormulaRow]:
    """Return every formula by its id."""
    from tdmcli.tables.explanation_rows import FormulaRow

    rows = build_rows(FormulaRow, _load("formulas.toml", {"formula"})["formula"], "formulas.toml")
    return {row.id: row for row in rows}


def read_tables() -> dict[str, TableRow]:
    """Return what each table is, by its name."""
    from tdmcli.tables.explanation_rows import TableRow

    rows = build_rows(TableRow, _load("tables.toml", {"table"})["table"], "tables.toml")
    return {row.id: row for row in rows}


def _load(name: str, keys: set[str]) -> dict[str, Any]:
    table = load_toml(data_folder() / name)
    for wrong in sorted(set(table) ^ keys):
        what = "missing" if wrong in keys else "unknown"
        message = f"{name}: {what} table {wrong!r}"
        raise BadFile(message, Code.BAD_TABLE)
    return table
