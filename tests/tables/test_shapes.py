"""Every table is read whole and strictly: a bad value in any shape is refused with file, row and key."""

from __future__ import annotations

import shutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tdmcli.errors import BadFile
from tdmcli.tables import dosing_readers, loading, location, readers
from tdmcli.tables.builder import build_row, build_rows, load_toml
from tdmcli.tables.cd_ratio_rows import ThresholdSetRow
from tdmcli.tables.code_rows import CodeRow
from tdmcli.tables.conversion_rows import ConversionRow, FirstDoseRow, LevelsAfterRow, NotInterchangeableRow
from tdmcli.tables.explanation_rows import FormulaRow, TableRow
from tdmcli.tables.exposure_rows import (
    AucTargetRow,
    ExposureRemarkRow,
    RangePart,
    RegressionRow,
    VariabilityThresholdRow,
)
from tdmcli.tables.genotype_rows import (
    AlleleRow,
    GenotypeDoseRow,
    GenotypeEffectRow,
    GenotypeTables,
    PhenotypeRow,
    VariantRow,
)
from tdmcli.tables.interaction_rows import InteractionRow
from tdmcli.tables.location import data_folder
from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow
from tdmcli.tables.neurotoxicity_rows import FactorRow, Grade, RemarkRow, StepRow, SymptomRow
from tdmcli.tables.policy import Policy, SamplingPolicy
from tdmcli.tables.product_rows import DaysRow, HoursRow, PreparationRow, ProductRow, TakingRow
from tdmcli.tables.rows import CoTherapyRow, IndicationRow, SourceRow, TargetRow
from tdmcli.tables.sampling_rows import (
    AssayBiasRow,
    AssayRelationRow,
    HematocritStandardRow,
    ProductKineticsRow,
    SamplingRemarkRow,
    SteadyStateShareRow,
)
from tdmcli.tables.start_rows import (
    ObservedDoseRow,
    StartingAdjustmentRow,
    StartingDoseRow,
    StartingTables,
    StartTimeRow,
)

if TYPE_CHECKING:
    from pathlib import Path

TARGET = {"id": "t", "kind": "target", "low_ng_ml": 6, "high_ng_ml": Decimal(9), "source": "s", "locator": "l"}
PRODUCT = {
    "id": "p",
    "name": "P",
    "aliases": [],
    "release": "immediate",
    "route": "oral",
    "form": "capsule",
    "strengths_mg": [Decimal("0.5"), 1],
    "intervals_h": [12],
    "source": "s",
    "locator": "l",
}
THRESHOLDS = {
    "id": "x",
    "name": "x",
    "kind": "outcome",
    "indications": ["kidney"],
    "release": "immediate",
    "products": [],
    "lower": Decimal("0.95"),
    "upper": Decimal("1.05"),
    "lower_source": "s",
    "upper_source": "s",
    "locator": "l",
    "from_day": 30,
}
INTERACTION = {
    "id": "i",
    "names": ["i"],
    "group": "g",
    "effect": "raises",
    "mechanism": "m",
    "start": [{"text": "t", "source": "s", "locator": "l"}],
}
FORMULA = {
    "id": "f",
    "name": "n",
    "equation": "a = b",
    "symbols": [{"symbol": "a", "meaning": "m", "unit": "mg"}],
    "holds": "always",
    "source": "s",
    "locator": "l",
}
FACTOR = {"multiply": 1, "divide": 3, "source": "s", "locator": "l"}
FOLD = {"measure": "AUC", "low": 2, "high": 3, "condition": "", "population": "", "source": "s", "locator": "l"}
SAMPLING = {"interval_h": 12, "refuse_before": 10, "early_before": 11, "late_after": 13, "refuse_after": 16}
TEST = {"id": "t", "name": "n", "when": "interval", "measures": ["level"], "text": "t", "source": "s", "locator": "l"}
RISES = {"rule": "rises-above-percent", "against": "first"}
THRESHOLD = {
    "id": "t",
    "name": "n",
    "indications": ["lupus-nephritis"],
    "measures": ["egfr_ml_min"],
    "rule": "at-or-below",
    "limit": 45,
    "text": "t",
    "source": "s",
    "locator": "l",
}
START = {
    "id": "d",
    "indications": ["ild"],
    "low": 1,
    "high": 3,
    "unit": "mg",
    "per": "day",
    "text": "t",
    "source": "s",
    "locator": "l",
}
GENOTYPE = {
    "id": "g",
    "gene": "CYP3A5",
    "allele": "*1",
    "who": "w",
    "measure": "dose-times",
    "low": Decimal("1.5"),
    "high": 2,
    "text": "t",
    "source": "s",
    "locator": "l",
}
SOURCED = {"source": "s", "locator": "l"}
CONVERSION = {
    "id": "c",
    "kind": "label",
    "text": "t",
    "from_release": "immediate",
    "from_route": "oral",
    "to_products": ["p"],
    "factor_low": Decimal("0.80"),
    "factor_high": Decimal("0.80"),
    **SOURCED,
}
FIRST_DOSE = {"after": "a", "from_h": 8, "to_h": 12, **SOURCED}
GROUPS = {"id": "n", "text": "t", "products": ["p", "q"], **SOURCED}
ADJUSTMENT = {"id": "a", "about": "a", "text": "t", **SOURCED}
OBSERVED = {"id": "o", "indications": ["kidney"], "who": "w", "mg_per_kg_day": Decimal("0.19"), "text": "t", **SOURCED}
ALLELE = {"id": "a", "gene": "CYP3A5", "allele": "*3", "function": "no-function", **SOURCED}
PHENOTYPE = {"id": "p", "gene": "CYP3A5", "functions": ["normal", "no-function"], "phenotype": "p", **SOURCED}
GENOTYPE_DOSE = {
    "id": "d",
    "gene": "CYP3A5",
    "phenotype": "p",
    "times_low": Decimal("1.5"),
    "times_high": 2,
    "cap_mg_per_kg_day": Decimal("0.3"),
    "release": "immediate",
    "indications": ["kidney"],
    "text": "t",
    **SOURCED,
}
RELATION = {
    "id": "r",
    "from_assay": "a",
    "to_assay": "b",
    "slope": Decimal("0.80"),
    "intercept_ng_ml": Decimal("0.19"),
    "from_low_ng_ml": Decimal("3.6"),
    "from_high_ng_ml": Decimal("14.4"),
    "pairs": 43,
    "text": "t",
    **SOURCED,
}
BIAS = {"id": "b", "assay": "a", "direction": "high", "against": "x", "text": "t", **SOURCED}
HEMATOCRIT = {"id": "h", "method": "proportional", "reference_percent": 45, "text": "t", **SOURCED}
BINDING = {"method": "binding", "capacity": 418, "half_saturation_ug_l": Decimal("3.8")}
SHARE = {"id": "s", "release": "immediate", "day": 3, "percent": 67, **SOURCED}
KINETICS = {"id": "k", "quantity": "half-life-h", "value": 38, "who": "w", **SOURCED}
FOOD = {"quantity": "auc-change-percent", "value": -37, "against": "x"}
AUC = {
    "id": "a",
    "kind": "target",
    "indications": ["kidney"],
    "low_ng_h_ml": 150,
    "high_ng_h_ml": 200,
    "interval_h": 12,
    "source": "s",
    "locator": "l",
}
TERM = {"time_h": 0, "coefficient": Decimal("16.5")}
REGRESSION = {
    "id": "r",
    "name": "n",
    "interval_h": 12,
    "intercept": Decimal("24.9"),
    "terms": [TERM, {"time_h": 4, "coefficient": 5}],
    "indications": ["kidney"],
    "release": "immediate",
    "source": "s",
    "locator": "l",
}
VARIABILITY = {
    "id": "v",
    "kind": "limit",
    "metric": "cv",
    "unit": "%",
    "indications": ["kidney"],
    "outcome": "o",
    "source": "s",
    "locator": "l",
    "limit": 30,
    "direction": "above",
}
THIRDS = {key: value for key, value in VARIABILITY.items() if key != "limit"} | {
    "kind": "tertiles",
    "low": 20,
    "high": 30,
}
NO_LIMIT = {key: value for key, value in VARIABILITY.items() if key not in {"limit", "direction"}} | {
    "kind": "no-limit"
}

GOOD: list[tuple[Any, dict[str, Any]]] = [
    (TargetRow, TARGET),
    (ProductRow, PRODUCT),
    (ThresholdSetRow, THRESHOLDS),
    (InteractionRow, INTERACTION),
    (InteractionRow, INTERACTION | {"dose_factor": FACTOR, "magnitudes": [FOLD]}),
    (SamplingPolicy, SAMPLING),
    (SourceRow, {"id": "s", "citation": "c", "kind": "label", "read": "copy"}),
    (IndicationRow, {"id": "k", "name": "K", "aliases": [], "transplant": True}),
    (CodeRow, {"id": "C", "message": "m", "action": "", "meaning": "m", "status": "warning"}),
    (FormulaRow, FORMULA),
    (TableRow, {"id": "t", "meaning": "m", "to_do": "d"}),
    (CoTherapyRow, {"id": "mmf", "names": ["mmf"], "rival": True}),
    (SymptomRow, {"id": "t", "names": ["t"], "grade": "mild", "source": "s"}),
    (FactorRow, {"id": "f", "name": "f", "source": "s", "action": "a"}),
    (StepRow, {"id": "s", "grades": ["mild"], "when": "always", "text": "t", "source": "s"}),
    (RemarkRow, {"id": "r", "text": "t", "source": "s"}),
    (RemarkRow, {"id": "r", "text": "t", "source": "s", "locator": "l"}),
    (MonitoringTestRow, TEST),
    (MonitoringTestRow, TEST | {"every_to_days": 30, "from_day": 0, "to_day": 60}),
    (MonitoringTestRow, TEST | {"indications": ["ild"], "lends": True}),
    (MonitoringThresholdRow, THRESHOLD),
    (MonitoringThresholdRow, THRESHOLD | RISES),
    (CautionRow, {"id": "c", "about": "a", "text": "t", "source": "s", "locator": "l"}),
    (StartingDoseRow, START),
    (StartingDoseRow, START | {"per": "intake", "intakes_per_day": 2}),
    (GenotypeEffectRow, GENOTYPE),
    (AucTargetRow, AUC),
    (AucTargetRow, AUC | {"high_ng_h_ml": 150, "over_h": 4}),
    (AucTargetRow, AUC | {"kind": "derived", "trough_low_ng_ml": 5, "trough_high_ng_ml": 10}),
    (RegressionRow, REGRESSION),
    (RegressionRow, REGRESSION | {"interval_h": 24, "r2": 1}),
    (VariabilityThresholdRow, VARIABILITY),
    (VariabilityThresholdRow, THIRDS),
    (VariabilityThresholdRow, NO_LIMIT),
    (VariabilityThresholdRow, NO_LIMIT | {"metric": "time-in-range", "ranges": [{"low_ng_ml": 6}]}),
    (ExposureRemarkRow, {"id": "m", "about": "a", "text": "t", "source": "s", "locator": "l"}),
    (RangePart, {"low_ng_ml": 5, "high_ng_ml": 10, "from_day": 0, "to_day": 90}),
    (GenotypeEffectRow, GENOTYPE | {"ci_low": 1, "ci_high": 3}),
    (GenotypeEffectRow, GENOTYPE | {"measure": "dose-change-mg-per-day", "low": -2, "high": -2}),
    (ProductRow, PRODUCT | {"trough": {"hours": 12, **SOURCED}, "steady_state": {"days": 7, **SOURCED}}),
    (HoursRow, {"hours": 14, **SOURCED}),
    (DaysRow, {"days": 7, **SOURCED}),
    (TakingRow, {"text": "t", "empty_stomach": True, **SOURCED}),
    (PreparationRow, {"text": "t", **SOURCED}),
    (ConversionRow, CONVERSION),
    (ConversionRow, CONVERSION | {"first_dose": FIRST_DOSE, "levels": {"text": "t", **SOURCED}}),
    (FirstDoseRow, FIRST_DOSE),
    (LevelsAfterRow, {"text": "t", "at_least": 2, "within_days": 7, **SOURCED}),
    (NotInterchangeableRow, GROUPS),
    (StartingDoseRow, START | {"per": "once", "indications": [], "other_indications": ["x"]}),
    (StartingDoseRow, START | {"route": "intravenous", "first_dose": {"after": "transplant", "from_h": 6}}),
    (StartTimeRow, {"after": "reperfusion", "from_h": -12, "to_h": 0}),
    (StartingAdjustmentRow, ADJUSTMENT | {"factor_low": Decimal("1.5"), "factor_high": 2}),
    (ObservedDoseRow, OBSERVED | {"low": Decimal("0.07"), "high": Decimal("0.42")}),
    (AlleleRow, ALLELE | {"variant": {"rsid": "rs1", **SOURCED}}),
    (VariantRow, {"rsid": "rs1", **SOURCED}),
    (PhenotypeRow, PHENOTYPE | {"expresser": True}),
    (GenotypeDoseRow, GENOTYPE_DOSE),
    (AssayRelationRow, RELATION),
    (AssayBiasRow, BIAS | {"low_percent": 9, "high_percent": 10}),
    (HematocritStandardRow, HEMATOCRIT),
    (HematocritStandardRow, HEMATOCRIT | BINDING),
    (SteadyStateShareRow, SHARE),
    (ProductKineticsRow, KINETICS | {"sd": 3}),
    (ProductKineticsRow, KINETICS | FOOD),
    (SamplingRemarkRow, {"id": "r", "about": "a", "text": "t", **SOURCED}),
]

BAD: list[tuple[Any, dict[str, Any], str]] = [
    (FormulaRow, FORMULA | {"symbols": []}, "symbols must not be empty"),
    (FormulaRow, FORMULA | {"equation": 1}, "must be a string"),
    (TableRow, {"id": "t", "meaning": "m"}, "missing key 'to_do'"),
    (CodeRow, {"id": "C", "message": "m", "action": "", "meaning": "m", "status": "error"}, "exit_code stands"),
    (CodeRow, {"id": "C", "message": "m", "action": "", "meaning": "m", "status": "odd"}, "must be one of error"),
    (TargetRow, TARGET | {"low_ng_ml": 9}, "low_ng_ml must be below high_ng_ml"),
    (TargetRow, TARGET | {"low_ng_ml": 10}, "low_ng_ml must be below high_ng_ml"),
    (TargetRow, TARGET | {"low_ng_ml": 0}, "above 0"),
    (TargetRow, TARGET | {"low_ng_ml": True}, "must be a number"),
    (TargetRow, TARGET | {"low_ng_ml": "6"}, "must be a number"),
    (TargetRow, TARGET | {"low_ng_ml": 6.0}, "must be a number"),
    (TargetRow, TARGET | {"low_ng_ml": Decimal("NaN")}, "finite"),
    (TargetRow, TARGET | {"high_ng_ml": Decimal("Infinity")}, "finite"),
    (TargetRow, TARGET | {"from_day": 30, "to_day": 30}, "must run forward"),
    (TargetRow, TARGET | {"from_day": -1}, "must run forward"),
    (TargetRow, TARGET | {"from_day": Decimal("1.5")}, "must be a whole number"),
    (TargetRow, TARGET | {"kind": "aim"}, "must be one of target"),
    (TargetRow, TARGET | {"kind": "outer", "default": True}, "default"),
    (TargetRow, TARGET | {"default": 1}, "must be true or false"),
    (TargetRow, TARGET | {"co_therapy": "mmf"}, "must be an array"),
    (TargetRow, TARGET | {"co_therapy": [1]}, r"co_therapy\[0\] must be a string|co_therapy\[0\]: must be a string"),
    (TargetRow, TARGET | {"lowest": 3}, "unknown key 'lowest'"),
    (TargetRow, {key: value for key, value in TARGET.items() if key != "source"}, "missing key 'source'"),
    (ProductRow, PRODUCT | {"strengths_mg": [1, Decimal("0.5")]}, "must be positive and rise"),
    (ProductRow, PRODUCT | {"strengths_mg": [0, 1]}, "must be positive and rise"),
    (ProductRow, PRODUCT | {"strengths_mg": []}, "needs strengths_mg"),
    (ProductRow, PRODUCT | {"release": "slow"}, "must be one of immediate"),
    (ThresholdSetRow, THRESHOLDS | {"upper": Decimal("0.95")}, "lower must be above 0 and below upper"),
    (InteractionRow, INTERACTION | {"names": []}, "names must not be empty"),
    (InteractionRow, INTERACTION | {"start": []}, "must say what a source says to do"),
    (InteractionRow, INTERACTION | {"effect": "lowers", "dose_factor": FACTOR}, "raises the level"),
    (InteractionRow, INTERACTION | {"effect": "avoid"}, "must say its direction"),
    (InteractionRow, INTERACTION | {"dose_factor": FACTOR | {"divide": 1}}, "below divide"),
    (InteractionRow, INTERACTION | {"dose_factor": FACTOR | {"multiply": 0}}, "above 0"),
    (InteractionRow, INTERACTION | {"magnitudes": [FOLD | {"low": 4}]}, "in order"),
    (InteractionRow, INTERACTION | {"magnitudes": [FOLD | {"low": 0}]}, "positive"),
    (InteractionRow, INTERACTION | {"magnitudes": FOLD}, "must be an array"),
    (InteractionRow, INTERACTION | {"start": ["x"]}, "must be a table"),
    (SamplingPolicy, SAMPLING | {"early_before": 10}, "must rise"),
    (SourceRow, {"id": "s", "citation": "c", "kind": "rumour", "read": "copy"}, "must be one of protocol"),
    (SymptomRow, {"id": "t", "names": ["t"], "grade": "bad", "source": "s"}, "must be one of none"),
    (StepRow, {"id": "s", "grades": ["mild"], "when": "often", "text": "t", "source": "s"}, "must be one of always"),
    (RemarkRow, {"id": "r", "text": "t", "source": "s", "locator": 1}, "locator: must be a string"),
    (FactorRow, {"id": "f", "name": "f", "source": "s", "action": "a", "locator": ["l"]}, "locator: must be a string"),
    (MonitoringTestRow, TEST | {"from_day": 60, "to_day": 60}, "must run forward"),
    (MonitoringTestRow, TEST | {"every_from_days": 30}, "needs every_to_days"),
    (MonitoringTestRow, TEST | {"every_from_days": 31, "every_to_days": 30}, "not after every_to_days"),
    (MonitoringTestRow, TEST | {"every_to_days": 0}, "above 0"),
    (MonitoringTestRow, TEST | {"when": "baseline", "every_to_days": 30}, "a baseline test has no interval"),
    (MonitoringTestRow, TEST | {"measures": [], "every_to_days": 30}, "an interval needs measures"),
    (MonitoringTestRow, TEST | {"indications": ["ild"], "lends": True, "every_to_days": 30}, "can be lent"),
    (MonitoringTestRow, TEST | {"lends": True}, "can be lent"),
    (MonitoringThresholdRow, THRESHOLD | {"indications": []}, "must not be empty"),
    (MonitoringThresholdRow, THRESHOLD | {"rule": "rises", "against": "first"}, "limit stands with"),
    (MonitoringThresholdRow, THRESHOLD | RISES | {"limit": 0}, "above 0"),
    (MonitoringThresholdRow, THRESHOLD | {"rule": "rises-above-percent"}, "against stands where a rise is meant"),
    (StartingDoseRow, START | {"low": 4}, "not above high"),
    (StartingDoseRow, START | {"low": 0}, "above 0"),
    (StartingDoseRow, START | {"per": "intake"}, "needs intakes_per_day"),
    (StartingDoseRow, START | {"per": "week"}, "must be one of day"),
    (StartingDoseRow, START | {"indications": []}, "must not be empty"),
    (StartingDoseRow, START | {"intakes_per_day": 0}, "1 or more"),
    (GenotypeEffectRow, GENOTYPE | {"low": 3}, "not be above high"),
    (GenotypeEffectRow, GENOTYPE | {"low": 0}, "more than 0"),
    (GenotypeEffectRow, GENOTYPE | {"measure": "clearance-change-percent", "low": -100}, "above -100"),
    (TargetRow, TARGET | {"beside": True}, "names its condition"),
    (TargetRow, TARGET | {"beside": True, "condition": "c", "default": True}, "is not the default"),
    (AucTargetRow, AUC | {"low_ng_h_ml": 0}, "above 0"),
    (AucTargetRow, AUC | {"low_ng_h_ml": 201}, "not above high_ng_h_ml"),
    (AucTargetRow, AUC | {"interval_h": 8}, "must be 12 or 24"),
    (AucTargetRow, AUC | {"over_h": 12}, "below interval_h"),
    (AucTargetRow, AUC | {"over_h": 4, "trough_low_ng_ml": 5, "trough_high_ng_ml": 10}, "paired with no trough"),
    (AucTargetRow, AUC | {"indications": []}, "must not be empty"),
    (AucTargetRow, AUC | {"from_day": 42, "to_day": 42}, "must run forward"),
    (AucTargetRow, AUC | {"trough_low_ng_ml": 5}, "stands with its high"),
    (AucTargetRow, AUC | {"trough_low_ng_ml": 10, "trough_high_ng_ml": 5}, "not above its high"),
    (AucTargetRow, AUC | {"kind": "derived"}, "must name it"),
    (AucTargetRow, AUC | {"kind": "algorithm"}, "must name it"),
    (AucTargetRow, AUC | {"kind": "conversion"}, "must be one of target"),
    (RegressionRow, REGRESSION | {"terms": []}, "must be there"),
    (RegressionRow, REGRESSION | {"terms": [TERM, TERM]}, "rise in time_h"),
    (RegressionRow, REGRESSION | {"terms": [TERM | {"time_h": 13}]}, "lie in the interval"),
    (RegressionRow, REGRESSION | {"terms": [TERM | {"coefficient": 0}]}, "coefficient must be above 0"),
    (RegressionRow, REGRESSION | {"terms": [TERM | {"hour": 0}]}, "unknown key 'hour'"),
    (RegressionRow, REGRESSION | {"r2": Decimal("1.01")}, "not above 1"),
    (RegressionRow, REGRESSION | {"interval_h": 6}, "must be 12 or 24"),
    (RegressionRow, REGRESSION | {"indications": []}, "must not be empty"),
    (RegressionRow, REGRESSION | {"from_day": 90, "to_day": 0}, "must run forward"),
    (VariabilityThresholdRow, NO_LIMIT | {"kind": "limit"}, "limit stands with"),
    (VariabilityThresholdRow, VARIABILITY | {"kind": "no-limit"}, "limit stands with"),
    (VariabilityThresholdRow, NO_LIMIT | {"direction": "above"}, "direction stands where"),
    (VariabilityThresholdRow, NO_LIMIT | {"kind": "tertiles", "low": 20, "high": 30}, "need a direction"),
    (VariabilityThresholdRow, VARIABILITY | {"low": 20, "high": 30}, "low and high stand with"),
    (VariabilityThresholdRow, THIRDS | {"low": 40}, "not above its high"),
    (VariabilityThresholdRow, VARIABILITY | {"limit": 0}, "above 0"),
    (VariabilityThresholdRow, VARIABILITY | {"limit": 100}, "below 100"),
    (VariabilityThresholdRow, VARIABILITY | {"unit": "ng/mL"}, "unit must be that of the metric"),
    (VariabilityThresholdRow, VARIABILITY | {"metric": "standard-deviation"}, "unit must be that of the metric"),
    (VariabilityThresholdRow, VARIABILITY | {"metric": "mad"}, "must be one of cv"),
    (VariabilityThresholdRow, VARIABILITY | {"ranges": [{"low_ng_ml": 6}]}, "belong to time-in-range"),
    (VariabilityThresholdRow, VARIABILITY | {"n": 0}, "must be 1 or more"),
    (VariabilityThresholdRow, VARIABILITY | {"from_day": 365, "to_day": 180}, "must run forward"),
    (RangePart, {"low_ng_ml": 10, "high_ng_ml": 5}, "below high_ng_ml"),
    (RangePart, {"low_ng_ml": 0}, "above 0"),
    (ExposureRemarkRow, {"id": "m", "about": "a", "text": "t", "source": "s"}, "missing key 'locator'"),
    (GenotypeEffectRow, GENOTYPE | {"measure": "clearance-times", "low": 0}, "more than 0"),
    (GenotypeEffectRow, GENOTYPE | {"measure": "trough-per-dose-change-percent", "low": 0}, "not 0"),
    (GenotypeEffectRow, GENOTYPE | {"ci_low": 1}, "stand together"),
    (GenotypeEffectRow, GENOTYPE | {"ci_low": Decimal("1.6"), "ci_high": 3}, "from ci_low to ci_high"),
    (ProductRow, PRODUCT | {"trough": {"hours": 24, **SOURCED}}, "end of one of intervals_h"),
    (ProductRow, PRODUCT | {"steady_state": {"days": 0, **SOURCED}}, "days must be above 0"),
    (ProductRow, PRODUCT | {"strength_mg_per_ml": 5}, "on an intravenous product alone"),
    (HoursRow, {"hours": 0, **SOURCED}, "hours must be above 0"),
    (HoursRow, {"hours": Decimal("1.5"), **SOURCED}, "must be a whole number"),
    (DaysRow, {"days": -1, **SOURCED}, "days must be above 0"),
    (TakingRow, {"text": "t", "empty_stomach": "yes", **SOURCED}, "must be true or false"),
    (PreparationRow, {"text": "t", "source": "s"}, "missing key 'locator'"),
    (ConversionRow, CONVERSION | {"from_products": ["q"]}, "one of them"),
    (ConversionRow, CONVERSION | {"from_drug": "ciclosporin"}, "one of them"),
    (ConversionRow, CONVERSION | {"to_route": "oral"}, "not both"),
    (ConversionRow, CONVERSION | {"factor_low": Decimal("0.9")}, "not above factor_high"),
    (ConversionRow, CONVERSION | {"factor_low": 0}, "above 0"),
    (ConversionRow, CONVERSION | {"kind": "advice"}, "must be one of label"),
    (ConversionRow, CONVERSION | {"mg_per_kg_day_low": 1, "mg_per_kg_day_high": 1}, "exclude each other"),
    (ConversionRow, {key: CONVERSION[key] for key in CONVERSION if key != "factor_high"}, "stand together"),
    (ConversionRow, {key: CONVERSION[key] for key in CONVERSION if "factor" not in key}, "needs a factor"),
    (FirstDoseRow, FIRST_DOSE | {"to_h": 7}, "nor after to_h"),
    (FirstDoseRow, FIRST_DOSE | {"from_h": -1}, "not be below 0"),
    (LevelsAfterRow, {"text": "t", "at_least": 2, **SOURCED}, "stand together"),
    (LevelsAfterRow, {"text": "t", "at_least": 0, "within_days": 7, **SOURCED}, "above 0"),
    (NotInterchangeableRow, GROUPS | {"products": ["p"]}, "at least two"),
    (StartingDoseRow, START | {"per": "once", "intakes_per_day": 1}, "given once has no"),
    (StartingDoseRow, START | {"route": "intravenous", "intakes_per_day": 2}, "told per day"),
    (StartTimeRow, {"after": "transplant"}, "from_h or to_h"),
    (StartTimeRow, {"after": "transplant", "from_h": 6, "to_h": 6}, "below to_h"),
    (StartTimeRow, {"after": "lunch", "from_h": 6}, "must be one of transplant"),
    (StartingAdjustmentRow, ADJUSTMENT | {"factor_low": 2}, "stand together"),
    (StartingAdjustmentRow, ADJUSTMENT | {"factor_low": 2, "factor_high": 1}, "not above factor_high"),
    (ObservedDoseRow, OBSERVED | {"low": Decimal("0.2")}, "lie from low to high"),
    (ObservedDoseRow, OBSERVED | {"trough_ng_ml": 0}, "above 0"),
    (AlleleRow, ALLELE | {"allele": "3"}, r"begins with \*"),
    (AlleleRow, ALLELE | {"function": "none"}, "must be one of normal"),
    (VariantRow, {"rsid": 1, **SOURCED}, "must be a string"),
    (PhenotypeRow, PHENOTYPE | {"functions": ["normal"]}, "are two"),
    (PhenotypeRow, PHENOTYPE | {"functions": ["no-function", "normal"]}, "the better first"),
    (GenotypeDoseRow, GENOTYPE_DOSE | {"times_low": 3}, "not above times_high"),
    (GenotypeDoseRow, GENOTYPE_DOSE | {"cap_mg_per_kg_day": 0}, "above 0"),
    (
        GenotypeDoseRow,
        {key: GENOTYPE_DOSE[key] for key in GENOTYPE_DOSE if "cap" not in key},
        "needs cap_mg_per_kg_day",
    ),
    (GenotypeDoseRow, GENOTYPE_DOSE | {"indications": []}, "must not be empty"),
    (AssayRelationRow, RELATION | {"slope": 0}, "slope must be above 0"),
    (AssayRelationRow, RELATION | {"from_low_ng_ml": 15}, "below from_high_ng_ml"),
    (AssayBiasRow, BIAS | {"low_percent": 9}, "stand together"),
    (AssayBiasRow, BIAS | {"low_percent": 9, "high_percent": 8}, "not be above"),
    (AssayBiasRow, BIAS | {"low_percent": -9, "high_percent": 8}, "fit the direction"),
    (AssayBiasRow, BIAS | {"direction": "low", "low_percent": 8, "high_percent": 9}, "fit the direction"),
    (HematocritStandardRow, HEMATOCRIT | {"reference_percent": 100}, "between 0 and 100"),
    (HematocritStandardRow, HEMATOCRIT | {"capacity": 418}, "binding method"),
    (HematocritStandardRow, HEMATOCRIT | {"method": "binding"}, "binding method"),
    (HematocritStandardRow, HEMATOCRIT | BINDING | {"capacity": 0}, "above 0"),
    (SteadyStateShareRow, SHARE | {"day": 0}, "1 or more"),
    (SteadyStateShareRow, SHARE | {"percent": 101}, "up to 100"),
    (ProductKineticsRow, KINETICS | {"value": 0}, "too low"),
    (ProductKineticsRow, KINETICS | {"against": "x"}, "where a change is told"),
    (ProductKineticsRow, KINETICS | FOOD | {"value": -100}, "too low"),
    (ProductKineticsRow, KINETICS | {"low": 30}, "stand together"),
    (ProductKineticsRow, KINETICS | {"low": 39, "high": 40}, "from low to high"),
    (SamplingRemarkRow, {"id": "r", "about": "a", "text": 1, **SOURCED}, "must be a string"),
    (StartingTables, {"starting_dose": [START, START], "starting_adjustment": [], "observed_dose": []}, "stands twice"),
    (GenotypeTables, {"allele": [], "phenotype": [], "effect": []}, "missing key 'genotype_dose'"),
]


@pytest.mark.parametrize(("shape", "table"), GOOD)
def test_a_good_row_is_built(shape: Any, table: dict[str, Any]) -> None:
    """Each shape takes a row of just its required keys and right types."""
    assert build_row(shape, table, "file.toml").id if "id" in table else build_row(shape, table, "file.toml")


@pytest.mark.parametrize(("shape", "table", "what"), BAD)
def test_a_planted_fault_is_refused_with_its_place(shape: Any, table: dict[str, Any], what: str) -> None:
    """A wrong, missing or unknown value is an error that names the file and what is wrong; no row is skipped."""
    with pytest.raises(BadFile, match=what) as caught:
        build_row(shape, table, "file.toml")
    assert caught.value.message.startswith("file.toml")


def test_an_id_that_stands_twice_is_refused() -> None:
    """Two rows with one id are an error."""
    with pytest.raises(BadFile, match="'t' stands twice"):
        build_rows(TargetRow, [TARGET, TARGET], "file.toml")


def test_all_tables_are_read() -> None:
    """Every reader reads its table, and no file of data/ is left without one."""
    known = {"MANIFEST.toml", "sources.toml", "codes.toml", "policy.toml", "products.toml", "cd_ratio.toml"}
    known |= {"units.toml", "co_therapies.toml", "neurotoxicity.toml", "monitoring.toml", "cautions.toml"}
    known |= {"starting_doses.toml", "genotypes.toml", "formulas.toml", "tables.toml", "protocol_bounds.toml"}
    known |= {"auc.toml", "variability.toml"}
    known |= {"starting_algorithms.toml", "body_size.toml", "conversions.toml", "sampling.toml"}
    assert {path.name for path in data_folder().glob("*.toml")} == known
    assert readers.read_data_version()
    assert readers.read_policy().dose.max_increase_percent > 0
    counts = [
        len(readers.read_sources()),
        len(readers.read_codes()),
        len(readers.read_products()),
        len(readers.read_threshold_sets()),
        len(readers.read_interactions()),
        len(readers.read_symptoms()),
        len(readers.read_factors()),
        len(readers.read_steps()),
        len(readers.read_remarks()),
        len(readers.read_alternatives()),
        len(readers.read_cautions()),
        len(dosing_readers.read_starting_doses()),
        len(dosing_readers.read_genotype_effects()),
        len(readers.read_formulas()),
        len(readers.read_tables()),
        len(dosing_readers.read_auc_targets()),
        len(dosing_readers.read_regressions()),
        len(dosing_readers.read_variability_thresholds()),
        *(
            len(dosing_readers.read_exposure_remarks(name))
            for name in ("auc.toml", "variability.toml", "cd_ratio.toml")
        ),
        len(dosing_readers.read_conversions()),
        len(dosing_readers.read_not_interchangeable()),
        *(len(rows) for rows in dosing_readers.read_starting_tables()),
        *(len(rows) for rows in dosing_readers.read_genotypes()),
        *(len(rows) for rows in dosing_readers.read_sampling()),
        *(len(rows) for rows in readers.read_monitoring()),
        *(len(readers.read_indication(name)[1]) for name in readers.indication_ids()),
        *(len(rows) for rows in readers.read_co_therapies()),
    ]
    assert min(counts) > 0


def test_sources_wanted_are_those_of_the_whole_file() -> None:
    """Reading only the entries asked for gives just what reading the whole file gives."""
    everything = readers.read_sources()
    assert readers.read_sources(set(everything)) == everything
    for wanted in everything:
        assert readers.read_sources({wanted}) == {wanted: everything[wanted]}
    assert readers.read_sources({"nobody"}) == {}


def test_every_source_of_every_table_exists_and_each_is_used() -> None:
    """No row rests on a source that isn't there, and no source is left without a row."""
    known, used = set(readers.read_sources()), set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in {"source", "lower_source", "upper_source"} and isinstance(inner, str):
                    used.add(inner)
                else:
                    collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    for path in data_folder().rglob("*.toml"):
        if path.name != "sources.toml" and path.parent.name != "examples":
            collect(load_toml(path))
    assert used - known == set()
    assert known - used == set()


def test_a_broken_table_stops_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad row in a copy of data/ is exit 3 with file and row; nothing falls back to another table."""
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder)
    path = folder / "targets" / "kidney.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("high_ng_ml = 12", "high_ng_ml = 2", 1), encoding="utf-8")
    monkeypatch.setattr(loading, "data_folder", lambda: folder)
    readers.read_indication.cache_clear()
    try:
        with pytest.raises(BadFile, match=r"targets/kidney.toml row 1 'kidney-seed-0-1m': low_ng_ml must be below"):
            readers.read_indication("kidney")
    finally:
        readers.read_indication.cache_clear()


def test_without_tables_the_program_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without MANIFEST.toml is no folder of tables."""
    monkeypatch.setattr(location, "_CANDIDATES", (tmp_path,))
    location.data_folder.cache_clear()
    try:
        with pytest.raises(BadFile, match="install tdmcli again"):
            location.data_folder()
    finally:
        location.data_folder.cache_clear()


def test_the_seeds_symptoms_have_their_grades() -> None:
    """Neurotoxicity: each symptom of the seed stands with the seed's grade, and those of the brief are severe."""
    grades = {name: row.grade for row in readers.read_symptoms() for name in row.names}
    mild = ["tremor", "neuralgia", "peripheral-neuropathy", "headache", "paresthesia"]
    severe = ["seizures", "psychosis", "hallucinations", "blindness", "cerebellar-ataxia", "motor-weakness", "pres"]
    severe += ["leukoencephalopathy", "confusion", "delirium", "coma", "altered-mental-state", "visual-disturbance"]
    severe += ["aphasia", "mutism"]
    assert {grades[name] for name in mild} == {Grade.MILD}
    assert {grades[name] for name in severe} == {Grade.SEVERE}
    names = [name for row in readers.read_symptoms() for name in row.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("row_id", "words", "source"),
    [
        ("neurotox-in-range", "levels inside the range", "verona-2024"),
        ("neurotox-liver-rate", "10 to 30 % of liver recipients", "tts-2024"),
        ("neurotox-liver-switch", "up to 10 % more graft losses", "tts-2024"),
        (
            "neurotox-risk-factors",
            "low sodium, high-dose methylprednisolone, and autoimmune hepatitis",
            "droracle-468678",
        ),
        (
            "neurotox-imaging",
            "bright areas in T2 and FLAIR, in the occipital white matter or the pons",
            "droracle-468678",
        ),
        ("outer-range", "5-15 ng/mL", "seed-neurotoxicity"),
    ],
)
def test_remarks_are_those_of_the_sources(row_id: str, words: str, source: str) -> None:
    """Neurotoxicity: what sources say beside the steps stands with its figures, under its source."""
    rows = {one.id: (one.text, one.source) for one in readers.read_remarks()}
    rows |= {one.id: (one.text, one.source) for one in readers.read_alternatives()}
    assert words in rows[row_id][0]
    assert rows[row_id][1] == source


def test_neurotoxicity_leaves_out_what_belongs_to_another_disease() -> None:
    """The page whose advice is that for another treatment's encephalopathy is cited nowhere, nor its drug named."""
    text = (data_folder() / "neurotoxicity.toml").read_text(encoding="utf-8")
    assert "433475" not in text + (data_folder() / "sources.toml").read_text(encoding="utf-8")
    assert "dexamethasone" not in text.casefold()


def test_every_row_of_neurotoxicity_says_where() -> None:
    """Each symptom, factor, step, remark and alternative names the place in its source."""
    rows: tuple[Any, ...] = (
        *readers.read_symptoms(),
        *readers.read_factors(),
        *readers.read_steps(),
        *readers.read_remarks(),
        *readers.read_alternatives(),
    )
    assert [row.id for row in rows if not row.locator] == []


def test_thresholds_and_strengths_are_those_of_the_sources() -> None:
    """C/D cut-offs and strengths, typed a second time from the evidence."""
    cuts = {row.id: (row.lower, row.upper) for row in readers.read_threshold_sets()}
    assert cuts == {
        "fast-metaboliser-month-3": (Decimal(1), Decimal("1.05")),
        "thirds-ir-day-30": (Decimal("0.86"), Decimal("1.38")),
        "thirds-lcpt-day-30": (Decimal("0.96"), Decimal("1.53")),
    }
    strengths = {row.id: [float(one) for one in row.strengths_mg] for row in readers.read_products()}
    assert strengths == {
        "prograf": [0.5, 1, 5],
        "generic-ir": [0.5, 1, 5],
        "adoport": [0.5, 1, 2, 5],
        "modigraf": [0.2, 1],
        "prograf-granules": [0.2, 1],
        "advagraf": [0.5, 1, 3, 5],
        "astagraf-xl": [0.5, 1, 5],
        "envarsus": [0.75, 1, 4],
        "envarsus-xr": [0.75, 1, 4],
        "intravenous": [],
    }


def test_policy_is_one_shape() -> None:
    """policy.toml has every heading of its shape and nothing else."""
    assert set(load_toml(data_folder() / "policy.toml")) == set(Policy._fields)
