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
    answers = tuple(_answer(one, one.gene, _effects(one, patient), citations) for one in own)
    if patient.donor_cyp3a5 is not None:
        answers += (_answer(patient.donor_cyp3a5, "donor CYP3A5", (), citations),)
    return answers


def _answer(
    diplotype: Diplotype, gene: str, effects: tuple[GenotypeEffectRow, ...], citations: Citations
) -> GenotypeAnswer:
    row = diplotype.phenotype
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


def _effects(diplotype: Diplotype, patient: StartPatient) -> tuple[GenotypeEffectRow, ...]:
    """Return what sources measured of a diplotype, or of it together with that of the other gene."""
    rows = [row for row in read_genotypes().effect if not row.indications or patient.indication in row.indications]
    found = tuple(row for row in rows if row.gene == diplotype.gene and _speaks_of(row, diplotype))
    if diplotype.gene == "CYP3A4" and patient.cyp3a5 is not None:
        both = f"{patient.cyp3a5.text} and {diplotype.text}"
        found += tuple(row for row in rows if row.gene == "CYP3A5 and CYP3A4" and row.allele == both)
    return found


def _speaks_of(row: GenotypeEffectRow, diplotype: Diplotype) -> bool:
    """Return whether an effect is of this diplotype; one of carriers is of each, one of a pair of as many that work."""
    if diplotype.working is None:
        return False
    if "/" in row.allele:
        return row.allele.split("/").count("*1") == diplotype.working
    return diplotype.carries(row.allele)
