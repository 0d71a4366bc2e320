"""Which population model is used for a patient: of those for it that explain the last level, the best so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.findings import Finding, Refused, refuse
from tdmcli.errors import Code
from tdmcli.pharmacokinetics.drift import drift_of
from tdmcli.pharmacokinetics.problem import NothingAbsorbedError
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.model_fit import Fit, doubts_of, doubts_of_fit, fit, foretell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from tdmcli.workflows.model_choice import Considered, Fitting
    from tdmcli.workflows.model_course import ModelCourse


class Chosen(NamedTuple):
    """The model that is used, why, and what is to be minded of it; all fits that can be used, and why others can't."""

    made: Fit
    why: str
    doubts: tuple[Finding, ...]
    fits: Mapping[str, Fit]
    failed: Mapping[str, str]


def choose_model(
    considered: Sequence[Considered],
    course: ModelCourse,
    *,
    hold: bool,
    forced: str | None = None,
    newest_percent: Decimal | None = None,
) -> Chosen:
    """Return the model to use, fitted to all levels, beside the others that apply.

    Args:
        considered: every model with what it is to the patient.
        course: the doses and levels.
        hold: whether clearance is held constant.
        forced: the id of the model that was named.
        newest_percent: by how much a model may miss the newest level; without it what a forecast may.

    Raises:
        Refused: none applies or explains the last level, or the one that was named does not.

    """
    fits: dict[str, Fit] = {}
    doubts: dict[str, tuple[Finding, ...]] = {}
    failed: dict[str, Refused] = {}
    for row, _, fitting in considered:
        if fitting is None:
            continue
        try:
            made = fit(foretell(fitting, course, hold=hold), course, course.levels, hold=hold)
            doubts[row.id] = doubts_of_fit(made, course, newest_percent) + doubts_of(fitting, hold=hold)
            fits[row.id] = made
        except NothingAbsorbedError:
            why = "a level was drawn before any of the first dose was absorbed"
            failed[row.id] = refuse(Code.FIT_FAILED, model=row.id, why=why)
        except Refused as refused:
            failed[row.id] = refused
    if forced in failed:
        raise failed[forced]
    if forced is not None and forced not in fits:
        against = next(one.against for one in considered if one.row.id == forced)
        raise refuse(Code.NO_MODEL, why=f"{forced}: {against}")
    if not fits:
        raise next(iter(failed.values()), _no_model(considered))
    used, why = _best_of([one.fitting for one in fits.values()])
    name, why = (used.model.row.id, why) if forced is None else (forced, "named with --model")
    reasons = {one: refused.findings[0].values["why"] for one, refused in failed.items()}
    return Chosen(fits[name], why, doubts[name], fits, reasons)


def _no_model(considered: Sequence[Considered]) -> Refused:
    """Return the refusal where no model is for the patient, with what those of the organ lack."""
    near = [f"{one.row.id}: {one.against}" for one in considered if not (one.against or "").startswith("for ")]
    return refuse(Code.NO_MODEL, why="; ".join(near) or "none was made from such patients")


def _best_of(fittings: Sequence[Fitting]) -> tuple[Fitting, str]:
    """Return the model to use and why: within its population, the one that foretold the levels best.

    With too few levels to foretell, one that takes no value for unknown, and that lets clearance drift, comes first.
    """
    inside = [one for one in fittings if not one.outside] or list(fittings)
    enough = read_policy().forecast.levels_tried
    if len(inside) > 1 and all(one.error_percent is not None and one.foretold >= enough for one in inside):
        best = min(inside, key=lambda one: one.error_percent or 0.0)
        return best, f"it foretold the last {best.foretold} levels best of {len(inside)} models for this patient"
    best = min(inside, key=lambda one: (len(one.assumed), drift_of(one.model.row) is None, one.model.row.id))
    if len(inside) == 1:
        return best, "the only model that applies and explains the last level"
    return best, "of the models for this patient it assumes least; too few levels yet to compare them"
