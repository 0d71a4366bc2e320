"""From a diplotype to a phenotype (CYP3A5, CYP3A4): what is not known is never taken as normal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.tables.genotype_rows import AlleleFunction, AlleleRow, PhenotypeRow

if TYPE_CHECKING:
    from collections.abc import Iterable


class Diplotype(NamedTuple):
    """The two alleles of a gene, the lower number first, and what they make together.

    `phenotype` is None, and `unknown` names the alleles, where the table does not have one of them.
    """

    gene: str
    alleles: tuple[str, str]
    phenotype: PhenotypeRow | None
    working: int | None
    unknown: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return it as laboratories write it: `*1/*3`."""
        return "/".join(self.alleles)

    def carries(self, allele: str) -> bool:
        """Return whether one of the two is this allele."""
        return allele in self.alleles

    def consists_of(self, *alleles: str) -> bool:
        """Return whether both are among these alleles."""
        return set(self.alleles) <= set(alleles)


def read_diplotype(text: str, gene: str, alleles: Iterable[AlleleRow], phenotypes: Iterable[PhenotypeRow]) -> Diplotype:
    """Return the diplotype that a text such as `*1/*3` says, in either order.

    `working` counts the alleles of normal function; it is None where the function of one is not known.

    Raises:
        ValueError: it is not two star alleles.

    """
    match = re.fullmatch(r"(\*[0-9]{1,3}) ?/ ?(\*[0-9]{1,3})", text.strip(), re.ASCII)
    if match is None:
        raise ValueError(f"{clean(text)!r} is not a diplotype such as *1/*3")
    first, second = sorted(match.groups(), key=lambda one: int(one[1:]))
    functions = {row.allele: row.function for row in alleles if row.gene == gene}
    unknown = tuple(dict.fromkeys(one for one in (first, second) if one not in functions))
    if unknown:
        return Diplotype(gene, (first, second), None, None, unknown)
    found = (functions[first], functions[second])
    settled = AlleleFunction.UNKNOWN not in found
    return Diplotype(
        gene=gene,
        alleles=(first, second),
        phenotype=phenotype_of(found, gene, phenotypes),
        working=found.count(AlleleFunction.NORMAL) if settled else None,
        unknown=(),
    )


def phenotype_of(
    functions: tuple[AlleleFunction, AlleleFunction], gene: str, phenotypes: Iterable[PhenotypeRow]
) -> PhenotypeRow | None:
    """Return what two functions make together, in either order, or None where no row says it."""
    order = list(AlleleFunction)
    wanted = tuple(sorted(functions, key=order.index))
    return next((row for row in phenotypes if row.gene == gene and row.functions == wanted), None)
