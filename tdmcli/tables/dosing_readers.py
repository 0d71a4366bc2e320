"""The readers of the tables of first doses, conversions, genotypes, sampling, AUC and variability.

No question about a target or a dose needs them; they are apart so that none pays for them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tdmcli.tables.builder import build_row, build_rows, load_toml
from tdmcli.tables.loading import load_table
from tdmcli.tables.location import data_folder

if TYPE_CHECKING:
    from tdmcli.tables.algorithm_rows import AlgorithmTables
    from tdmcli.tables.body_size_rows import BodySizeTables
    from tdmcli.tables.conversion_rows import ConversionRow, NotInterchangeableRow
    from tdmcli.tables.exposure_rows import AucTargetRow, ExposureRemarkRow, RegressionRow, VariabilityThresholdRow
    from tdmcli.tables.genotype_rows import GenotypeEffectRow, GenotypeTables
    from tdmcli.tables.sampling_rows import SamplingTables
    from tdmcli.tables.start_rows import StartingDoseRow, StartingTables


@cache
def read_conversions() -> tuple[ConversionRow, ...]:
    """Return every conversion from one product or route to another."""
    from tdmcli.tables.conversion_rows import ConversionRow

    return build_rows(ConversionRow, _conversions()["conversion"], "conversions.toml conversion")


@cache
def read_not_interchangeable() -> tuple[NotInterchangeableRow, ...]:
    """Return which products do not stand for each other, as each label says it."""
    from tdmcli.tables.conversion_rows import NotInterchangeableRow

    table = _conversions()["not_interchangeable"]
    return build_rows(NotInterchangeableRow, table, "conversions.toml not_interchangeable")


@cache
def _conversions() -> dict[str, Any]:
    return load_table("conversions.toml", {"conversion", "not_interchangeable"})


@cache
def read_starting_tables() -> StartingTables:
    """Return the starting doses, what changes them, and doses that were observed."""
    from tdmcli.tables.start_rows import StartingTables

    return build_row(StartingTables, load_toml(data_folder() / "starting_doses.toml"), "starting_doses.toml")


def read_starting_doses() -> tuple[StartingDoseRow, ...]:
    """Return every starting dose."""
    return read_starting_tables().starting_dose


@cache
def read_starting_algorithms() -> AlgorithmTables:
    """Return the published equations for the first dose, and those that must not be used."""
    from tdmcli.tables.algorithm_rows import AlgorithmTables

    name = "starting_algorithms.toml"
    return build_row(AlgorithmTables, load_toml(data_folder() / name), name)


@cache
def read_body_size() -> BodySizeTables:
    """Return the formulas of body surface area and of fat-free mass."""
    from tdmcli.tables.body_size_rows import BodySizeTables

    return build_row(BodySizeTables, load_toml(data_folder() / "body_size.toml"), "body_size.toml")


@cache
def read_genotypes() -> GenotypeTables:
    """Return alleles, phenotypes, the dose by phenotype, and the effects of genotypes."""
    from tdmcli.tables.genotype_rows import GenotypeTables

    return build_row(GenotypeTables, load_toml(data_folder() / "genotypes.toml"), "genotypes.toml")


def read_genotype_effects() -> tuple[GenotypeEffectRow, ...]:
    """Return what each genotype does to clearance and dose."""
    return read_genotypes().effect


@cache
def read_sampling() -> SamplingTables:
    """Return assays, haematocrit, steady state, kinetics and limited sampling."""
    from tdmcli.tables.sampling_rows import SamplingTables

    return build_row(SamplingTables, load_toml(data_folder() / "sampling.toml"), "sampling.toml")


@cache
def read_auc_targets() -> tuple[AucTargetRow, ...]:
    """Return every AUC that a source gives, with what it is."""
    from tdmcli.tables.exposure_rows import AucTargetRow

    return build_rows(AucTargetRow, _auc()["auc_target"], "auc.toml auc_target")


@cache
def read_regressions() -> tuple[RegressionRow, ...]:
    """Return the formulas from one trough or a few levels to an AUC."""
    from tdmcli.tables.exposure_rows import RegressionRow

    return build_rows(RegressionRow, _auc()["regression"], "auc.toml regression")


@cache
def _auc() -> dict[str, Any]:
    return load_table("auc.toml", {"auc_target", "regression", "remark"})


@cache
def read_variability_thresholds() -> tuple[VariabilityThresholdRow, ...]:
    """Return what studies found for each metric of variability."""
    from tdmcli.tables.exposure_rows import VariabilityThresholdRow

    name = "variability.toml"
    table = load_table(name, {"variability_threshold", "remark"})
    return build_rows(VariabilityThresholdRow, table["variability_threshold"], name)


@cache
def read_exposure_remarks(name: str) -> tuple[ExposureRemarkRow, ...]:
    """Return what sources say beside the numbers of `auc.toml`, `variability.toml` or `cd_ratio.toml`."""
    from tdmcli.tables.exposure_rows import ExposureRemarkRow

    return build_rows(ExposureRemarkRow, load_toml(data_folder() / name)["remark"], f"{name} remark")
