"""The only readers of `data/`: one function a table, each returning checked rows.

Readers are cached: a table is read once in the life of the program.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from tdmcli.errors import BadFile, Code
from tdmcli.tables.builder import build_row, build_rows, load_toml, parse_toml, read_text
from tdmcli.tables.loading import load_table, remembered
from tdmcli.tables.location import data_folder
from tdmcli.tables.overlay import SOURCE, in_force, merged, merged_policy, over
from tdmcli.tables.rows import CoTherapyRow, IndicationRow, SourceRow, TargetRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from tdmcli.tables.cd_ratio_rows import ThresholdSetRow
    from tdmcli.tables.code_rows import CodeRow
    from tdmcli.tables.explanation_rows import FormulaRow, TableRow
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow
    from tdmcli.tables.neurotoxicity_rows import AlternativeRow, FactorRow, RemarkRow, StepRow, SymptomRow
    from tdmcli.tables.policy import Policy
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.tables.protocol_rows import BoundRow
    from tdmcli.tables.range_policy import RangePolicy
    from tdmcli.tables.units_row import UnitsRow

Entry = TypeVar("Entry")
Table = TypeVar("Table")


def read_data_version() -> str:
    """Return the calendar version of the tables."""
    return str(load_table("MANIFEST.toml", {"data_version"})["data_version"])


def read_sources(wanted: Collection[str] | None = None) -> dict[str, SourceRow]:
    """Return sources by id: all of them, or those wanted that exist; the protocol in force is one."""
    found = _entries(SourceRow, "source", "sources.toml", wanted)
    overlay = in_force()
    if overlay is not None and (wanted is None or SOURCE in wanted):
        found[SOURCE] = build_row(SourceRow, {"id": SOURCE, **overlay.source}, "protocol")
    return found


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
    from tdmcli.tables.code_rows import CodeRow

    return _entries(CodeRow, "code", "codes.toml", wanted)


@remembered
def read_policy() -> Policy:
    """Return the project's own choices, a protocol's in their place."""
    from tdmcli.tables.policy import Policy

    return build_row(Policy, _policy_in_force(), "policy.toml")


@remembered
def read_range_policy() -> RangePolicy:
    """Return the limits of ranges alone, of which a question about a range needs no more."""
    from tdmcli.tables.range_policy import RangePolicy

    return build_row(RangePolicy, _policy_in_force()["target"], "policy.toml target")


def _policy_in_force() -> dict[str, Any]:
    overlay = in_force()
    return raw_policy() if overlay is None else merged_policy(overlay.policy, raw_policy())


@cache
def read_units() -> UnitsRow:
    """Return what converts units of a level, with its source."""
    from tdmcli.tables.units_row import UnitsRow

    return build_row(UnitsRow, load_toml(data_folder() / "units.toml"), "units.toml")


def read_molecular_weight() -> Decimal:
    """Return the molecular weight of tacrolimus in g/mol, for nmol/L."""
    return read_units().molecular_weight_g_per_mol


@cache
def read_co_therapies() -> tuple[tuple[CoTherapyRow, ...], tuple[CoTherapyRow, ...]]:
    """Return what is given beside tacrolimus, and the inductions."""
    table = load_table("co_therapies.toml", {"co_therapy", "induction"})
    return (
        build_rows(CoTherapyRow, table["co_therapy"], "co_therapies.toml co_therapy"),
        build_rows(CoTherapyRow, table["induction"], "co_therapies.toml induction"),
    )


@remembered
def read_products() -> tuple[ProductRow, ...]:
    """Return every product."""
    from tdmcli.tables.product_rows import ProductRow

    return build_rows(ProductRow, over("product", load_table("products.toml", {"product"})["product"]), "products.toml")


@cache
def read_threshold_sets() -> tuple[ThresholdSetRow, ...]:
    """Return every set of C/D thresholds."""
    from tdmcli.tables.cd_ratio_rows import ThresholdSetRow

    table = load_table("cd_ratio.toml", {"threshold_set", "remark"})
    return build_rows(ThresholdSetRow, table["threshold_set"], "cd_ratio.toml")


def indication_ids() -> tuple[str, ...]:
    """Return the ids of all indications, which are the names of their files, in order."""
    return tuple(sorted(path.stem for path in (data_folder() / "targets").glob("*.toml")))


@remembered
def read_indication(indication_id: str) -> tuple[IndicationRow, tuple[TargetRow, ...]]:
    """Return an indication and its ranges, a protocol's first; the id must be one of `indication_ids`."""
    name = f"targets/{indication_id}.toml"
    table = load_table(name, {"indication", "target"})
    indication = build_row(IndicationRow, table["indication"], name)
    if indication.id != indication_id:
        message = f"{name}: the indication's id must be the file's name"
        raise BadFile(message, Code.BAD_TABLE)
    return indication, build_rows(TargetRow, over("target", table["target"], indication=indication_id), name)


def read_interactions() -> tuple[InteractionRow, ...]:
    """Return every interaction, a protocol's first, then file by file."""
    return tuple(row for _, rows in read_interactions_by_file() for row in rows)


def read_interactions_by_file() -> tuple[tuple[str, tuple[InteractionRow, ...]], ...]:
    """Return every interaction with the file that it stands in."""
    return _over_interactions(path.name for path in _interaction_files())


def read_interactions_naming(names: Iterable[str]) -> tuple[InteractionRow, ...]:
    """Return the interactions of the files that mention any of these names, in whatever spelling of gaps and case.

    A question names one or two drugs of many: the other files need not be parsed.
    """
    wanted = {_letters(name) for name in names}
    texts = ((path.name, _letters(read_text(path))) for path in _interaction_files())
    naming = (name for name, text in texts if any(one in text for one in wanted))
    return tuple(row for _, rows in _over_interactions(naming) for row in rows)


def _over_interactions(files: Iterable[str]) -> tuple[tuple[str, tuple[InteractionRow, ...]], ...]:
    own = _own_interactions()
    replaced = {row.id for row in own}
    read = ((name, _read_interaction_file(name)) for name in files)
    bundled = tuple(
        (f"interactions/{name}", tuple(row for row in rows if row.id not in replaced)) for name, rows in read
    )
    return ((("protocol", own), *bundled)) if own else bundled


@remembered
def _own_interactions() -> tuple[InteractionRow, ...]:
    """Return the interactions of the protocol in force."""
    from tdmcli.tables.interaction_rows import InteractionRow

    overlay = in_force()
    own = () if overlay is None else overlay.rows.get("interaction", ())
    if not own:
        return ()
    rows = merged(own, raw_rows("interaction"))[: len(own)]
    return build_rows(InteractionRow, rows, "protocol interaction")


def _letters(text: str) -> str:
    """Return only the letters and digits of a text, without case or accents."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFD", text)
    return re.sub("[^a-z0-9]+", "", text.casefold())


def _interaction_files() -> list[Path]:
    return sorted((data_folder() / "interactions").glob("*.toml"))


@cache
def _read_interaction_file(name: str) -> tuple[InteractionRow, ...]:
    from tdmcli.tables.interaction_rows import InteractionRow

    name = f"interactions/{name}"
    return build_rows(InteractionRow, load_table(name, {"interaction"})["interaction"], name)


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


def read_alternatives() -> tuple[AlternativeRow, ...]:
    """Return what sources name instead of tacrolimus in neurotoxicity."""
    from tdmcli.tables.neurotoxicity_rows import AlternativeRow

    return build_rows(AlternativeRow, _neurotoxicity()["alternative"], "neurotoxicity.toml alternative")


@cache
def _neurotoxicity() -> dict[str, Any]:
    return load_table("neurotoxicity.toml", {"symptom", "factor", "step", "remark", "alternative"})


@remembered
def read_monitoring() -> tuple[tuple[MonitoringTestRow, ...], tuple[MonitoringThresholdRow, ...]]:
    """Return what to measure when, and the limits that a source gives."""
    from tdmcli.tables.monitoring_rows import MonitoringTestRow, MonitoringThresholdRow

    table = load_table("monitoring.toml", {"test", "threshold"})
    return (
        build_rows(MonitoringTestRow, over("test", table["test"]), "monitoring.toml test"),
        build_rows(MonitoringThresholdRow, over("threshold", table["threshold"]), "monitoring.toml threshold"),
    )


@remembered
def read_cautions() -> tuple[CautionRow, ...]:
    """Return every caution."""
    from tdmcli.tables.monitoring_rows import CautionRow

    return build_rows(CautionRow, over("caution", load_table("cautions.toml", {"caution"})["caution"]), "cautions.toml")


@cache
def read_formulas() -> dict[str, FormulaRow]:
    """Return every formula by its id."""
    from tdmcli.tables.explanation_rows import FormulaRow

    rows = build_rows(FormulaRow, load_table("formulas.toml", {"formula"})["formula"], "formulas.toml")
    return {row.id: row for row in rows}


def read_tables() -> dict[str, TableRow]:
    """Return what each table is, by its name."""
    from tdmcli.tables.explanation_rows import TableRow

    rows = build_rows(TableRow, load_table("tables.toml", {"table"})["table"], "tables.toml")
    return {row.id: row for row in rows}


def read_bounds() -> tuple[BoundRow, ...]:
    """Return how far a protocol may move the numbers of the policy."""
    from tdmcli.tables.protocol_rows import BoundRow

    return build_rows(BoundRow, load_table("protocol_bounds.toml", {"bound"})["bound"], "protocol_bounds.toml")


FILES = {
    "product": "products.toml",
    "test": "monitoring.toml",
    "threshold": "monitoring.toml",
    "caution": "cautions.toml",
}


@cache
def raw_rows(table: str, indication: str = "") -> tuple[dict[str, Any], ...]:
    """Return the bundled rows of a table as they stand in its file or files, for a protocol to be held against."""
    if table == "target":
        names = [f"targets/{indication}.toml"]
    else:
        names = (
            [f"interactions/{path.name}" for path in _interaction_files()] if table == "interaction" else [FILES[table]]
        )
    return tuple(row for name in names for row in load_toml(data_folder() / name)[table])


@cache
def raw_policy() -> dict[str, Any]:
    """Return the bundled policy as it stands in its file."""
    return load_toml(data_folder() / "policy.toml")
