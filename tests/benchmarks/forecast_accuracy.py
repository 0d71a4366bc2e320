"""How far forecasts lie from the next trough of real patients, beside the proportional rule and the population.

    .venv/bin/python tests/benchmarks/forecast_accuracy.py

Reads the levels of 25 adult kidney recipients (R package preDose, MIT licence) from `shared/reference` beside the
checkout, and says so and ends where they are not there. Each trough from the second on is forecast from what was known
after the visit before it and the dose that followed: the haematocrit is that of the visit before. Bias is the mean
error in per cent of the level; the interval is the middle 80 % of what would be measured.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.pharmacokinetics.ahead import look_ahead
from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.drift import Drift, drift_of, occasion_ends_h
from tdmcli.pharmacokinetics.estimate import estimate
from tdmcli.pharmacokinetics.forecast import outlook
from tdmcli.pharmacokinetics.likelihood import Level
from tdmcli.pharmacokinetics.population_model import make_model
from tdmcli.pharmacokinetics.prediction import Step
from tdmcli.pharmacokinetics.problem import make_problem
from tdmcli.tables.model_forms import Assay, Covariate
from tdmcli.tables.model_readers import read_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tdmcli.pharmacokinetics.covariates import Values

FILE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "predose_half.csv"
MODEL = make_model(read_model("woillard-2011"))
SAME_VISIT_H = 36.0


class Visit(NamedTuple):
    """Doses and levels of one record, the first level being the trough, and what was measured beside."""

    doses: tuple[Dose, ...]
    levels: tuple[Level, ...]
    daily_mg: float
    interval_h: float
    covariates: Values

    @property
    def trough(self) -> Level:
        """Return the trough."""
        return self.levels[0]


class Said(NamedTuple):
    """A forecast of a trough with the limits of its interval, and the trough."""

    predicted: float
    p10: float
    p90: float
    measured: float


def read_patients(path: Path) -> dict[str, list[Visit]]:
    """Return the visits of each patient in order."""
    rows: dict[str, dict[str, list[dict[str, str]]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["ID"], {}).setdefault(row["OCC"], []).append(row)
    return {patient: [_visit(own) for own in visits.values()] for patient, visits in rows.items()}


def _visit(rows: Sequence[dict[str, str]]) -> Visit:
    given = [row for row in rows if row["EVID"] == "1"]
    doses = tuple(
        Dose(float(row["TIME"]), float(row["AMT"]) / 1000, 0.0, 12.0 if row["SS"] == "1" else 0.0) for row in given
    )
    levels = tuple(Level(float(row["TIME"]), float(row["DV"]), Assay.LC_MS_MS) for row in rows if row["EVID"] == "0")
    interval = 12.0 if len(doses) == 1 else doses[1].time_h - doses[0].time_h
    daily = sum(dose.amount_mg for dose in doses) / len(doses) * 24 / interval
    genotype = "*1/*3" if rows[0]["EXPRESSION"] == "1" else "*3/*3"
    covariates: Values = {
        Covariate.HEMATOCRIT_PERCENT: float(rows[0]["HCT"]),
        Covariate.CYP3A5: genotype,
        Covariate.RELEASE: "immediate",
    }
    return Visit(doses, levels, daily, interval, covariates)


def by_model(visits: Sequence[Visit], drift: Drift | None, known: int | None = None) -> Said:
    """Return the forecast of the last trough from the visits before it, or as many of their last ones."""
    *before, target = visits
    doses = [dose for visit in before for dose in visit.doses]
    ends = [max(level.time_h for level in visit.levels) for visit in before]
    steps = [Step(end, visit.covariates) for end, visit in zip([0.0, *ends], before, strict=False)]
    kept = before if known is None else before[len(before) - known :]
    levels = [level for visit in kept for level in visit.levels]
    problem = make_problem(MODEL, doses, steps, levels, drift, occasion_ends_h(levels, SAME_VISIT_H))
    # doses of the regimen that led to the trough, counted back from it to the last visit
    last, to = before[-1].trough.time_h, target.trough.time_h
    each, gap = target.daily_mg * target.interval_h / 24, target.interval_h
    count = math.floor((to - max(last, ends[-1])) / gap + 1e-9)
    following = [Dose(to - gap * (count - i), each) for i in range(count)]
    now = following[0].time_h if following else ends[-1]
    ahead = look_ahead(problem, estimate(problem), doses, now, Assay.LC_MS_MS)
    found = outlook(ahead, following, to, 12.0, 0.1, 100.0)
    interval = found.trough_ng_ml
    return Said(found.most_probable_ng_ml, interval.p10, interval.p90, target.trough.value_ng_ml)


def proportional(visits: Sequence[Visit]) -> Said:
    """Return the last level times the ratio of the daily doses."""
    last, target = visits[-2:]
    found = last.trough.value_ng_ml * target.daily_mg / last.daily_mg
    return Said(found, math.nan, math.nan, target.trough.value_ng_ml)


class Score(NamedTuple):
    """How far forecasts lay from the troughs."""

    forecasts: int
    mae_ng_ml: float
    mape_percent: float
    bias_percent: float
    mean_error_ng_ml: float
    within_30_percent: float
    covered_percent: float


def score(said: Sequence[Said]) -> Score:
    """Return the score of forecasts."""
    count = len(said)
    errors = [one.predicted - one.measured for one in said]
    shares = [error / one.measured for error, one in zip(errors, said, strict=True)]
    return Score(
        count,
        sum(map(abs, errors)) / count,
        100 * sum(map(abs, shares)) / count,
        100 * sum(shares) / count,
        sum(errors) / count,
        100 * sum(abs(share) <= 0.3 for share in shares) / count,
        100 * sum(one.p10 <= one.measured <= one.p90 for one in said) / count,
    )


def rolling(patients: dict[str, list[Visit]], method: Callable[[Sequence[Visit]], Said]) -> list[Said]:
    """Return the forecast of each trough from the second of a patient on."""
    return [method(visits[: end + 1]) for visits in patients.values() for end in range(1, len(visits))]


def main() -> int:
    """Print a line a method."""
    if not FILE.is_file():
        print(f"skipped: {FILE.name} is not in shared/reference beside this checkout")
        return 0
    patients = read_patients(FILE)
    drift = drift_of(MODEL.row)
    methods: dict[str, Callable[[Sequence[Visit]], Said]] = {
        "population": lambda visits: by_model(visits, None, 0),
        "proportional": proportional,
        "MAP, last visit": lambda visits: by_model(visits, None, 1),
        "MAP, one clearance": lambda visits: by_model(visits, None),
        "MAP, clearance that drifts": lambda visits: by_model(visits, drift),
    }
    print(f"{'':28}{'n':>5}{'MAE':>7}{'MAPE %':>8}{'bias %':>8}{'ME':>7}{'in 30 %':>9}{'covered %':>11}")
    for name, method in methods.items():
        one = score(rolling(patients, method))
        print(
            f"{name:28}{one.forecasts:5}{one.mae_ng_ml:7.2f}{one.mape_percent:8.1f}{one.bias_percent:8.1f}"
            f"{one.mean_error_ng_ml:7.2f}{one.within_30_percent:9.1f}{one.covered_percent:11.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
