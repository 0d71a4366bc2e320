"""The trough that published fold changes predict: each a level of its own, never a product of two, never a dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.tables.interaction_rows import MagnitudeRow

AREAS = frozenset({"AUC", "AUC (oral)", "AUC/dose", "AUC0-6", "AUC0-8"})
LEVELS = frozenset({"trough", "level", "mean level", "C12", "C24", "C/D", "C0/D", "dose-normalised level"})
NOT_OF_EXPOSURE = frozenset(
    {"Cmax", "clearance", "apparent clearance", "oral bioavailability", "dose needed without / with"}
)


class Troughs(NamedTuple):
    """A range of troughs (ng/mL) with the folds that it was made with.

    `by_area`: a fold of an AUC stands for one of the trough. `open_ended`: a source says more than its number.
    """

    low_ng_ml: Decimal
    high_ng_ml: Decimal
    low_fold: Decimal
    high_fold: Decimal
    by_area: bool
    open_ended: bool


def predicts_a_trough(fold: MagnitudeRow) -> bool:
    """Return whether a fold change may stand for one of the trough of a patient who takes no other such drug.

    It must be of a level or an area: a peak, a clearance or a dose goes another way. A measure that is not known here
    predicts nothing, nor does a size that is no change from without to with the drug (its row says why).
    """
    return fold.measure in AREAS | LEVELS and fold.on_top_of is None and fold.no_prediction is None


def predict_trough(level_ng_ml: Decimal, fold: MagnitudeRow) -> Troughs | None:
    """Return the troughs (ng/mL) that one fold change makes of a level with the dose unchanged, or None."""
    if not predicts_a_trough(fold):
        return None
    return Troughs(
        low_ng_ml=level_ng_ml * fold.low,
        high_ng_ml=level_ng_ml * fold.high,
        low_fold=fold.low,
        high_fold=fold.high,
        by_area=fold.measure in AREAS,
        open_ended=bool(fold.open_ended),
    )


def predict_troughs(level_ng_ml: Decimal, folds: Iterable[MagnitudeRow]) -> Troughs | None:
    """Return the lowest to the highest trough (ng/mL) that any of the fold changes of one drug makes, or None."""
    found = [one for one in (predict_trough(level_ng_ml, fold) for fold in folds) if one is not None]
    if not found:
        return None
    return Troughs(
        low_ng_ml=min(one.low_ng_ml for one in found),
        high_ng_ml=max(one.high_ng_ml for one in found),
        low_fold=min(one.low_fold for one in found),
        high_fold=max(one.high_fold for one in found),
        by_area=any(one.by_area for one in found),
        open_ended=any(one.open_ended for one in found),
    )
