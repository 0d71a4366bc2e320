"""From a diplotype to a phenotype: the pairs of the guideline, either order, and nothing unknown taken as normal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdmcli.domain.genotype import Diplotype, read_diplotype
from tdmcli.tables.dosing_readers import read_genotypes

TABLES = read_genotypes()


def of(text: str, gene: str = "CYP3A5") -> Diplotype:
    """Return the diplotype that a text says."""
    return read_diplotype(text, gene, TABLES.allele, TABLES.phenotype)


# literature 4.1 and 4.2: phenotype, expresser, alleles of normal function
CYP3A5 = {
    "*1/*1": ("normal metaboliser", True, 2),
    "*1/*3": ("intermediate metaboliser", True, 1),
    "*1/*6": ("intermediate metaboliser", True, 1),
    "*1/*7": ("intermediate metaboliser", True, 1),
    "*3/*3": ("poor metaboliser", False, 0),
    "*3/*6": ("poor metaboliser", False, 0),
    "*3/*7": ("poor metaboliser", False, 0),
    "*6/*6": ("poor metaboliser", False, 0),
    "*6/*7": ("poor metaboliser", False, 0),
    "*7/*7": ("poor metaboliser", False, 0),
    "*1/*8": ("possible intermediate metaboliser", None, None),
    "*1/*9": ("possible intermediate metaboliser", None, None),
    "*3/*8": ("indeterminate", None, None),
    "*6/*9": ("indeterminate", None, None),
    "*8/*8": ("indeterminate", None, None),
    "*8/*9": ("indeterminate", None, None),
    "*9/*9": ("indeterminate", None, None),
}
CYP3A4 = {
    "*1/*1": "normal metaboliser",
    "*1/*22": "intermediate metaboliser",
    "*1/*20": "intermediate metaboliser",
    "*22/*22": "poor metaboliser",
    "*8/*22": "poor metaboliser",
    "*6/*26": "poor metaboliser",
}


@pytest.mark.parametrize(("text", "expected"), CYP3A5.items())
def test_cyp3a5_phenotypes_are_those_of_the_guideline(text: str, expected: tuple[str, bool | None, int | None]) -> None:
    """Each pair makes its phenotype, and no pair with an allele of unknown function says expresser or not."""
    found = of(text)
    assert found.phenotype is not None
    assert (found.phenotype.phenotype, found.phenotype.expresser, found.working) == expected


@pytest.mark.parametrize(("text", "expected"), CYP3A4.items())
def test_cyp3a4_phenotypes(text: str, expected: str) -> None:
    """One reduced allele makes intermediate, two make poor."""
    found = of(text, "CYP3A4")
    assert found.phenotype is not None
    assert found.phenotype.phenotype == expected


@given(st.sampled_from(["*1", "*3", "*6", "*7", "*8", "*9", "*99"]), st.sampled_from(["*1", "*3", "*6", "*8", "*99"]))
def test_the_order_of_alleles_says_nothing(first: str, second: str) -> None:
    """Both ways round are one diplotype, and it is written with the lower number first."""
    assert of(f"{first}/{second}") == of(f"{second}/{first}")


@pytest.mark.parametrize("text", ["*1/*33", "*2/*3", "*99/*99"])
def test_an_allele_that_no_table_has_is_never_normal(text: str) -> None:
    """No phenotype and no count of working alleles, and the allele is named."""
    found = of(text)
    assert (found.phenotype, found.working) == (None, None)
    assert set(found.unknown) == set(found.alleles) - {"*1", "*3"}


@pytest.mark.parametrize(
    "text", ["", "*1", "1/3", "*1/3", "*1/*3/*3", "*1*3", "*1/*1a", "*\u0661/*3", "*1/*3;", "*1 *3", "*0001/*3"]
)
def test_what_is_no_diplotype_is_refused(text: str) -> None:
    """Two star alleles with a slash, in ASCII digits, and nothing else."""
    with pytest.raises(ValueError, match="not a diplotype"):
        of(text)
