"""The drugs beside a first dose: every method was made without them, and beside the strongest no dose is worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, settle
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.prediction_by_fold import AREAS, LEVELS
from tdmcli.errors import Code
from tdmcli.tables.interaction_rows import Direction, Effect, InteractionRow
from tdmcli.tables.readers import read_co_therapies, read_interactions_naming, read_policy
from tdmcli.workflows.drug_checks import unlisted
from tdmcli.workflows.other_drugs import moving_drugs

if TYPE_CHECKING:
    from tdmcli.workflows.facts import Facts

_DOES = {
    Direction.RAISES: "raises the level",
    Direction.LOWERS: "lowers the level",
    Direction.EITHER: "may raise or lower the level",
}


def beside_first_dose(facts: Facts) -> tuple[Finding, ...]:
    """Return each drug, taken now or stopped of late, that moves the level or is not in the table.

    What is given beside tacrolimus as the methods presuppose it (a steroid, mycophenolate) is no such drug.

    Raises:
        Refused: a drug taken now is to be avoided, or one taken or still acting raises the level so much that no
            dose here would be safe.

    """
    if not facts.drugs and facts.record is None:
        return ()
    rows, names = moving_drugs(facts)
    taken = read_interactions_naming(facts.drugs)
    now = {row.id for name in facts.drugs if (row := find_drug(name, taken)) is not None}
    expected = {name for row in read_co_therapies()[0] for name in row.names}
    findings = tuple(unlisted(name) for name in names)
    for row in rows:
        direction = direction_of(row)
        if direction is None or (row.effect is not Effect.AVOID and expected & set(row.names)):
            continue
        values = {"drug": row.names[0], "does": _DOES[direction]}
        if direction is Direction.RAISES and _far_too_much(row):
            findings += (Finding(Code.START_WITH_INHIBITOR, values, refuses=True),)
        elif row.effect is Effect.AVOID and direction is Direction.RAISES and row.id in now:
            findings += (Finding(Code.AVOID_COMBINATION, values, refuses=True),)
        else:
            findings += (Finding(Code.START_UNDER_DRUG, values),)
    return settle(findings, frozenset())


def _far_too_much(row: InteractionRow) -> bool:
    """Return whether a drug is called strong, has a dose cut in a source, or a large published size [policy]."""
    if row.dose_factor is not None or any(one.value == "strong" for one in row.strengths):
        return True
    limit = read_policy().interaction.no_first_dose_from_fold
    return any(one.measure in AREAS | LEVELS and one.high >= limit for one in row.magnitudes)
