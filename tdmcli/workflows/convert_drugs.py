"""Other drugs and a change of product: one that tacrolimus replaces, and those that move the level.

Apart, so that a question without other drugs reads no interaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.interaction import direction_of, find_drug
from tdmcli.domain.sample_checks import on_board
from tdmcli.errors import Code
from tdmcli.tables.dosing_readers import read_conversions
from tdmcli.tables.interaction_rows import Effect
from tdmcli.tables.readers import read_interactions_naming
from tdmcli.workflows.drug_checks import unlisted
from tdmcli.workflows.other_drugs import moving_drugs

if TYPE_CHECKING:
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

    Another interval of the same product is what such a drug may ask for: there, one to be avoided warns too.
    """
    rows, names = moving_drugs(facts)
    found = tuple(unlisted(name) for name in names)
    for row in rows:
        if row.effect is Effect.AVOID and not same_product:
            found += on_board(row)
        elif direction_of(row) is not None:
            found += (Finding(Code.CONVERTED_UNDER_DRUG, {"drug": row.names[0]}),)
    return found
