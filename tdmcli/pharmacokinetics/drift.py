"""Clearance that moves from visit to visit: occasions, and how their deviations hang together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tdmcli.pharmacokinetics.likelihood import Level
    from tdmcli.pharmacokinetics.linear_algebra import Matrix
    from tdmcli.tables.model_rows import ModelRow


class Drift(NamedTuple):
    """Variances of log clearance beside the patient's own mean: a part that lasts, and one that is new at each visit.

    The lasting part keeps e^(-1 / kept_visits) of itself to the next visit.
    """

    lasting_variance: float
    kept_visits: float
    visit_variance: float


def drift_of(row: ModelRow) -> Drift | None:
    """Return how clearance moves in a model: the project's fit, else the paper's variance of occasions, or None."""
    if row.drift is not None:
        one = row.drift
        return Drift(float(one.lasting_variance), float(one.kept_visits), float(one.visit_variance))
    return None if row.occasion_variance is None else Drift(0.0, 1.0, float(row.occasion_variance))


def occasion_ends_h(levels: Sequence[Level], same_visit_h: float) -> tuple[float, ...]:
    """Return when each visit ends: with its last level; levels closer than some hours are of one visit.

    After the last end is the time that no level speaks of, which a forecast is about.
    """
    times = sorted(level.time_h for level in levels)
    return tuple(time for i, time in enumerate(times) if i + 1 == len(times) or times[i + 1] - time > same_visit_h)


def covariance(drift: Drift, occasions: int) -> Matrix:
    """Return the covariance of the deviations of log clearance at so many visits in turn.

    Source: a first-order autoregression at its stationary variance, plus independent deviations.
    """
    kept = math.exp(-1 / drift.kept_visits)
    return [
        [drift.lasting_variance * kept ** abs(i - j) + drift.visit_variance * (i == j) for j in range(occasions)]
        for i in range(occasions)
    ]
