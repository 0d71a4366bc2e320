"""The genotypes of a patient as answers show them, with what each does as its sources measured it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.tables.dosing_readers import read_genotypes
from tdmcli.workflows.start_data import EffectAnswer, GenotypeAnswer

if TYPE_CHECKING:
    from tdmcli.domain.genotype import Diplotype
    from tdmcli.domain.start_patient import StartPatient
    from tdmcli.tables.genotype_rows import GenotypeEffectRow
    from tdmcli.workflows.answer import Citations


def genotype_answers(patient: StartPatient, citations: Citations) -> tuple[GenotypeAnswer, ...]:
    """Return each diplotype that is known; the effects of sources that disagree all stand."""
    own = [one for one in (patient.cyp3a5, patient.cyp3a4) if one is not None]
    answers = tuple(_answer(one, one.gene, citations) for one in own)
    if patient.donor_cyp3a5 is not None:
        answers += (_answer(patient.donor_cyp3a5, "donor CYP3A5", citations),)
    return answers


def _answer(diplotype: Diplotype, gene: str, citations: Citations) -> GenotypeAnswer:
    row = diplotype.phenotype
    effects = [one for one in read_genotypes().effect if gene == diplotype.gene and _speaks_of(one, diplotype)]
    return GenotypeAnswer(
        gene=gene,
        diplotype=diplotype.text,
        phenotype=row.phenotype if row else None,
        name_2015=row.name_2015 if row else None,
        expresser=row.expresser if row else None,
        source=citations.add(row.source, row.locator) if row else None,
        effects=tuple(
            EffectAnswer(one.measure, one.low, one.high, one.who, one.text, citations.add(one.source, one.locator))
            for one in effects
        ),
    )


def _speaks_of(row: GenotypeEffectRow, diplotype: Diplotype) -> bool:
    """Return whether an effect is of this diplotype, or of an allele of it where the other works normally or not."""
    if row.gene != diplotype.gene:
        return False
    if "/" in row.allele:
        return row.allele == diplotype.text
    return diplotype.carries(row.allele) and (row.allele != "*1" or row.gene == "CYP3A5")
