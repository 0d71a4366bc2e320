"""What sources name instead of tacrolimus in neurotoxicity, and what they say of sirolimus beside it, by organ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import refuse
from tdmcli.domain.interaction import find_drug
from tdmcli.errors import Code
from tdmcli.tables.readers import read_alternatives, read_interactions_naming
from tdmcli.workflows.neurotox_data import AlternativeAnswer, ConflictAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.workflows.answer import Citations

BESIDE = "tacrolimus with sirolimus"


def conflicts_on_sirolimus(organ: str | None, citations: Citations) -> tuple[ConflictAnswer, ...]:
    """Return what the sources say of sirolimus beside tacrolimus: the organ's own answer first, or all of them."""
    row = find_drug("sirolimus", read_interactions_naming(["sirolimus"]))
    if row is None:
        raise refuse(Code.NO_GUIDANCE, what="sirolimus", known="")
    for_organ = tuple(one for one in row.organ_advice if one.organ == organ)
    shown = (for_organ or row.organ_advice) + row.start
    return tuple(
        ConflictAnswer("sirolimus", one.text, one.organ, citations.add(one.source, one.locator)) for one in shown
    )


def alternatives_for(
    organ: str | None, conflicts: Iterable[ConflictAnswer], citations: Citations
) -> tuple[AlternativeAnswer, ...]:
    """Return what sources name instead of tacrolimus, those of another organ left out, then sirolimus beside it."""
    named = tuple(
        AlternativeAnswer(row.name, row.text, row.organ, citations.add(row.source, row.locator), conflict=False)
        for row in read_alternatives()
        if organ is None or row.organ in {None, organ}
    )
    return named + tuple(AlternativeAnswer(BESIDE, one.text, one.organ, one.source, conflict=True) for one in conflicts)
