"""How unlikely a level is beside a prediction: minus twice the log likelihood, with its slopes, censored levels too."""

from __future__ import annotations

import math
from typing import NamedTuple

from tdmcli.tables.model_forms import Assay, ErrorKind

_ROOT_2, _LOG_2_PI = math.sqrt(2.0), math.log(2.0 * math.pi)
_FAR = -30.0  # standard deviations; beyond, the normal tail by its series
_FLOOR = 1e-300


class ErrorModel(NamedTuple):
    """The scatter of a level around its prediction."""

    kind: ErrorKind
    proportional: float
    additive_ng_ml: float


class Censoring(NamedTuple):
    """A result that is only known to lie below or above a limit of its assay."""

    limit_ng_ml: float
    below: bool


class Level(NamedTuple):
    """A level, when it was drawn, and how it was measured; where it is censored its value is not used."""

    time_h: float
    value_ng_ml: float
    assay: Assay = Assay.ANY
    censoring: Censoring | None = None


class Term(NamedTuple):
    """What a level adds to the objective; its first and second slope in the prediction; the second one expected."""

    value: float
    slope: float
    curvature: float
    expected: float


def variance(error: ErrorModel, f: float) -> tuple[float, float, float]:
    """Return the variance of a level around a prediction f, on the scale of f, and its two derivatives."""
    b, a = error.proportional**2, error.additive_ng_ml**2
    return b * f * f + a, 2 * b * f, 2 * b


def term(error: ErrorModel, level: Level, f: float) -> Term:
    """Return what a level adds at a prediction f: ln v + (y - f)^2 / v, or of a censored one -2 ln of its probability.

    On the log scale ln b^2 + (ln y - ln f)^2 / b^2, without the Jacobian 1/y, which is constant.
    Source: extended least squares as mapbayr has it; M3 for censored levels.
    """
    if level.censoring is not None:
        return _censored(error, level.censoring, f)
    y = level.value_ng_ml
    if error.kind is ErrorKind.LOG:
        f = max(f, _FLOOR)
        b = error.proportional**2
        r = math.log(y / f)
        return Term(math.log(b) + r * r / b, -2 * r / (b * f), 2 * (1 + r) / (b * f * f), 2 / (b * f * f))
    v, v1, v2 = variance(error, f)
    r = y - f
    value = math.log(v) + r * r / v
    slope = v1 / v - 2 * r / v - r * r * v1 / v**2
    curvature = v2 / v - (v1 / v) ** 2 + 2 / v + 4 * r * v1 / v**2 - r * r * v2 / v**2 + 2 * r * r * v1 * v1 / v**3
    return Term(value, slope, curvature, 2 / v + (v1 / v) ** 2)


def _censored(error: ErrorModel, censoring: Censoring, f: float) -> Term:
    """Return the term of a level below (or above) a limit: -2 ln Phi(z), z the distance in standard deviations."""
    sign = 1.0 if censoring.below else -1.0
    if error.kind is ErrorKind.LOG:
        f = max(f, _FLOOR)
        z = sign * math.log(censoring.limit_ng_ml / f) / error.proportional
        z1, z2 = -sign / (error.proportional * f), sign / (error.proportional * f * f)
    else:
        v, v1, v2 = variance(error, f)
        s = math.sqrt(v)
        s1 = v1 / (2 * s)
        s2 = (v2 / 2 - s1 * s1) / s
        z = sign * (censoring.limit_ng_ml - f) / s
        z1 = -sign / s - z * s1 / s
        z2 = sign * s1 / v - (z1 * s1 + z * s2) / s + z * s1 * s1 / v
    log_share, mills = log_normal_share(z)
    slope = -2 * mills * z1
    return Term(-2 * log_share, slope, -2 * (-mills * (z + mills) * z1 * z1 + mills * z2), slope * slope / 2)


def distance(error: ErrorModel, level: Level, f: float) -> float:
    """Return how many standard deviations a level lies above a prediction f; 0 for a limit that f keeps."""
    censoring = level.censoring
    y = level.value_ng_ml if censoring is None else censoring.limit_ng_ml
    away = math.log(y / f) / error.proportional if error.kind is ErrorKind.LOG else (y - f) / _sd(error, f)
    if censoring is None:
        return away
    return min(away, 0.0) if censoring.below else max(away, 0.0)


def _sd(error: ErrorModel, f: float) -> float:
    return math.sqrt(variance(error, f)[0])


def log_normal_share(z: float) -> tuple[float, float]:
    """Return ln of the normal distribution below z, and the density there over that share.

    Source: erfc; far below, the asymptotic series of the tail.
    """
    if z > _FAR:
        share = 0.5 * math.erfc(-z / _ROOT_2)
        return math.log(share), math.exp(-0.5 * (z * z + _LOG_2_PI)) / share
    q = 1 / (z * z)
    tail = 1 - q * (1 - 3 * q * (1 - 5 * q * (1 - 7 * q)))
    return -0.5 * (z * z + _LOG_2_PI) - math.log(-z) + math.log(tail), -z / tail
