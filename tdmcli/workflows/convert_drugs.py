"""Other drugs and a change of product: one that tacrolimus replaces, and those that move the level.

Apart, so that a question without other drugs reads no interaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.history import day_of, drugs_on, period_at
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.sample_checks import on_board
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_conversions
from tdmcli.tables.interaction_rows import Direction, Effect
from tdmcli.tables.readers import read_interactions_naming, read_policy
from tdmcli.workflows.drug_checks import unlisted
from tdmcli.workflows.other_drugs import moving_drugs

if TYPE_CHECKING:
    from tdmcli.domain.history import History
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.facts import Facts


def refuse_other_drug(name: str) -> None:
    """Refuse a change from another drug that a row speaks of: it says when tacrolimus may begin, and no dose.

    Raises:
        Refused: a row speaks of that drug, by any of its names.

    """
    found = find_drug(name, read_interactions_naming((name,)))
    for row in read_conversions():
        if row.from_drug is not None and found is not None and row.from_drug in found.names:
            known = f"{row.text} [{row.source}] A first dose of tacrolimus is a starting dose, chosen anew."
            raise refuse(Code.NO_GUIDANCE, what=f"how much tacrolimus follows {row.from_drug}", known=known)


def about_drugs(facts: Facts, *, same_product: bool) -> tuple[Finding, ...]:
    """Return the drugs on board or lately stopped that move the level: no factor was found beside one.

    One to be avoided that raises the level refuses every change. Another interval of the same product is what other
    drugs may ask for: there, one to be avoided for another reason only warns.
    """
    rows, names = moving_drugs(facts)
    found = tuple(unlisted(name) for name in names)
    for row in rows:
        if row.effect is Effect.AVOID and (not same_product or direction_of(row) is Direction.RAISES):
            found += on_board(row)
        elif direction_of(row) is not None:
            found += (Finding(Code.CONVERTED_UNDER_DRUG, {"drug": row.names[0]}),)
    return found


def has_settled_booster(facts: Facts) -> bool:
    """Return whether the dose taken now was taken under a drug that raises the level and may be taken with it.

    A drug of the patient file counts from the end of its onset, and only where it was there when the regimen began; of
    one that was only named nothing is known against it.
    """
    rows = read_interactions_naming(facts.drugs)
    boosters = [row for name in facts.drugs if (row := find_drug(name, rows)) is not None and _boosts(row)]
    if facts.record is None:
        return bool(boosters)
    history = facts.record.history
    return any(_was_there(row, history, facts) for row in boosters)


def _boosts(row: InteractionRow) -> bool:
    return row.effect is not Effect.AVOID and direction_of(row) is Direction.RAISES


def _was_there(row: InteractionRow, history: History, facts: Facts) -> bool:
    """Return whether a booster is as old as the regimen in force and past its onset, as far as the file tells."""
    noted = [drug for drug in drugs_on(history, facts.today) if find_drug(drug.name, (row,)) is not None]
    if not noted:
        return True
    goes_on = [drug.start for drug in noted if drug.stop is None or drug.stop > facts.today]
    if not goes_on:
        return False
    start = min(goes_on)
    period = None if facts.regimen_given else period_at(history, facts.now)
    begun = None if period is None else day_of(period.start, history.zone)
    past_onset = (facts.today - start).days > read_policy().interaction.inhibitor_onset_days
    return past_onset and (begun is None or start <= begun)
