"""What stands beside an area: the areas that sources name for such a patient, and what they say of estimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.tables.dosing_readers import read_auc_targets, read_exposure_remarks
from tdmcli.tables.exposure_rows import AucKind
from tdmcli.tables.rows import Population, within_days
from tdmcli.workflows.auc_data import RemarkAnswer, TargetArea

if TYPE_CHECKING:
    from tdmcli.domain.limited_sampling import Sampled
    from tdmcli.tables.exposure_rows import AucTargetRow
    from tdmcli.workflows.answer import Citations


def target_areas(of: Sampled, citations: Citations) -> tuple[TargetArea, ...]:
    """Return the areas over the same interval that sources give for such a patient at this time.

    A constant of a dosing formula is none of them: it is part of its formula.
    """
    whose = of.population or Population.ADULT
    rows = [
        row
        for row in read_auc_targets()
        if of.indication in row.indications
        and row.kind is not AucKind.ALGORITHM
        and row.over_h is None
        and row.interval_h == of.interval_h
        and row.release in {None, of.product.release}
        and row.population in {None, whose}
        and _in_window(row, of.day)
    ]
    return tuple(
        TargetArea(
            id=row.id,
            kind=row.kind,
            low_ng_h_ml=row.low_ng_h_ml,
            high_ng_h_ml=row.high_ng_h_ml,
            trough_low_ng_ml=row.trough_low_ng_ml,
            trough_high_ng_ml=row.trough_high_ng_ml,
            population=row.population,
            condition=row.condition,
            evidence=row.evidence,
            source=citations.add(row.source, row.locator),
        )
        for row in sorted(rows, key=lambda row: row.kind is AucKind.DERIVED)
    )


def _in_window(row: AucTargetRow, day: int | None) -> bool:
    """Return whether a row is for a day; without one only a row for every day is."""
    if day is None:
        return row.from_day is None and row.to_day is None
    return within_days(day, row.from_day, row.to_day)


def remarks_on(of: Sampled, citations: Citations) -> tuple[RemarkAnswer, ...]:
    """Return what sources say of areas from few levels."""
    return tuple(
        RemarkAnswer(row.text, citations.add(row.source, row.locator))
        for row in read_exposure_remarks("auc.toml")
        if row.about == "limited sampling"
        and (not row.indications or of.indication in row.indications)
        and row.population in {None, of.population}
    )
