"""What the published regressions make of the levels of one interval, and why others do not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.limited_sampling import Sampled, against, area_ng_h_ml, matching
from tdmcli.tables.dosing_readers import read_regressions
from tdmcli.tables.readers import read_policy
from tdmcli.workflows.answer import reason_of
from tdmcli.workflows.auc_data import MethodAnswer, TermAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.domain.findings import Finding
    from tdmcli.tables.exposure_rows import RegressionRow
    from tdmcli.workflows.answer import Citations


def by_regressions(of: Sampled, doubts: Iterable[Finding], citations: Citations) -> tuple[MethodAnswer, ...]:
    """Return each regression with its area, or with why not: its own reason, else the levels'."""
    refusing = next((one for one in doubts if one.refuses), None)
    return tuple(_by_regression(row, of, refusing, citations) for row in read_regressions())


def _by_regression(row: RegressionRow, of: Sampled, doubt: Finding | None, citations: Citations) -> MethodAnswer:
    policy = read_policy()
    minutes = policy.auc.sample_minutes
    empty = MethodAnswer(
        id=row.id,
        kind="regression",
        name=row.name,
        sources=(row.source,),
        r2=row.r2,
        patients=row.patients or f"{' and '.join(row.indications)} recipients, {row.release} release",
        note=row.note,
    )
    reason = against(row, of, minutes, policy.level.critical) or doubt
    if reason is not None:
        return _refused(empty, reason)
    citations.add(row.source, row.locator)
    levels = [one.level.value_ng_ml for one in matching(row, of.samples, minutes) if one is not None]
    return empty._replace(
        auc_ng_h_ml=area_ng_h_ml(row, levels),
        interval_h=row.interval_h,
        intercept=row.intercept,
        terms=tuple(
            TermAnswer(term.time_h, term.coefficient, level) for term, level in zip(row.terms, levels, strict=True)
        ),
    )


def _refused(empty: MethodAnswer, reason: Finding) -> MethodAnswer:
    """Return a method without a number; its sources are not cited, so none is named."""
    return empty._replace(refused=str(reason.code), why=reason_of(reason), sources=())
