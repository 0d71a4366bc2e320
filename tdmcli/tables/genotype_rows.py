"""The shapes of the rows of `genotypes.toml`: alleles, phenotypes, doses by phenotype, effects and their size."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.rows import Release

_NO_CLEARANCE = -100  # per cent


class AlleleFunction(StrEnum):
    """How well the enzyme of an allele works, the best first."""

    NORMAL = "normal"
    DECREASED = "decreased"
    NONE = "no-function"
    UNKNOWN = "unknown"


class VariantRow(NamedTuple):
    """The variant that tells an allele, by its number in dbSNP."""

    rsid: str
    source: str
    locator: str


class AlleleRow(NamedTuple):
    """An allele of a gene and its function."""

    id: str
    gene: str
    allele: str
    function: AlleleFunction
    source: str
    locator: str
    variant: VariantRow | None = None

    def check(self) -> None:
        """Check that the allele is named with a star."""
        if not self.allele.startswith("*"):
            raise ValueError("an allele begins with *")


class PhenotypeRow(NamedTuple):
    """What two functions make together, in either order; `name_2015` is what the CPIC guideline of 2015 called it.

    `expresser` is none where the phenotype does not settle it.
    """

    id: str
    gene: str
    functions: tuple[AlleleFunction, ...]
    phenotype: str
    source: str
    locator: str
    name_2015: str | None = None
    expresser: bool | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that there are two functions, the better first."""
        order = list(AlleleFunction)
        if len(self.functions) != 2 or order.index(self.functions[0]) > order.index(self.functions[1]):  # noqa: PLR2004
            raise ValueError("functions are two, the better first")


class GenotypeDoseRow(NamedTuple):
    """What a guideline says of the starting dose for a phenotype: the standard dose times so much, up to a cap.

    `donor_too`: only where donor and recipient have the same genotype. `cap_mg_per_kg_day` is of the total of a day.
    """

    id: str
    gene: str
    phenotype: str
    times_low: Decimal
    times_high: Decimal
    release: Release
    text: str
    source: str
    locator: str
    cap_mg_per_kg_day: Decimal | None = None
    indications: tuple[str, ...] = ()
    other_indications: tuple[str, ...] = ()
    donor_too: bool = False
    note: str | None = None

    def check(self) -> None:
        """Check that the dose is positive and in order, and that a dose above the standard one has its cap."""
        if not 0 < self.times_low <= self.times_high:
            raise ValueError("times_low must be above 0 and not above times_high")
        if self.cap_mg_per_kg_day is not None and self.cap_mg_per_kg_day <= 0:
            raise ValueError("cap_mg_per_kg_day must be above 0")
        if self.times_high > 1 and self.cap_mg_per_kg_day is None:
            raise ValueError("a dose above the standard one needs cap_mg_per_kg_day")
        if not (self.indications or self.other_indications):
            raise ValueError("indications must not be empty")


class EffectMeasure(StrEnum):
    """What an effect of a genotype is told in."""

    CLEARANCE_CHANGE_PERCENT = "clearance-change-percent"
    CLEARANCE_TIMES = "clearance-times"
    PLASMA_CLEARANCE_TIMES = "plasma-clearance-times"
    BIOAVAILABILITY_TIMES = "bioavailability-times"
    DOSE_TIMES = "dose-times"
    DOSE_CHANGE_MG_PER_DAY = "dose-change-mg-per-day"
    DOSE_NEEDED_MG_PER_DAY = "dose-needed-mg-per-day"
    CD_RATIO_CHANGE = "cd-ratio-change"
    TROUGH_PER_DOSE_CHANGE_PERCENT = "trough-per-dose-change-percent"


_TIMES = {
    EffectMeasure.CLEARANCE_TIMES,
    EffectMeasure.PLASMA_CLEARANCE_TIMES,
    EffectMeasure.BIOAVAILABILITY_TIMES,
    EffectMeasure.DOSE_TIMES,
    EffectMeasure.DOSE_NEEDED_MG_PER_DAY,
}
_PERCENT = {EffectMeasure.CLEARANCE_CHANGE_PERCENT, EffectMeasure.TROUGH_PER_DOSE_CHANGE_PERCENT}


class GenotypeEffectRow(NamedTuple):
    """What a genotype does, as one source measured it; `low` and `high` are equal where it gives one number.

    Clearance is apparent (CL/F) unless the measure says otherwise. cd-ratio-change is in ng/mL per mg. `against` is
    what it is compared with where that is not the common type, `indications` what it was measured in where that is no
    kidney; `ci_low` to `ci_high` the confidence interval printed.
    """

    id: str
    gene: str
    allele: str
    who: str
    measure: EffectMeasure
    low: Decimal
    high: Decimal
    text: str
    source: str
    locator: str
    note: str | None = None
    indications: tuple[str, ...] = ()
    against: str | None = None
    ci_low: Decimal | None = None
    ci_high: Decimal | None = None
    patients: int | None = None

    def check(self) -> None:
        """Check that the numbers are in order and can be what they are told as."""
        if self.low > self.high:
            raise ValueError("low must not be above high")
        if self.measure in _TIMES and self.low <= 0:
            raise ValueError("a dose is multiplied by more than 0")
        if self.measure in _PERCENT and (self.low <= _NO_CLEARANCE or 0 in {self.low, self.high}):
            raise ValueError("a change is above -100 per cent and not 0")
        if (self.ci_low is None) != (self.ci_high is None):
            raise ValueError("ci_low and ci_high stand together")
        if (
            self.ci_low is not None
            and self.ci_high is not None
            and not self.ci_low <= self.low <= self.high <= self.ci_high
        ):
            raise ValueError("low and high must lie from ci_low to ci_high")


class GenotypeTables(NamedTuple):
    """The whole of `genotypes.toml`."""

    allele: tuple[AlleleRow, ...]
    phenotype: tuple[PhenotypeRow, ...]
    genotype_dose: tuple[GenotypeDoseRow, ...]
    effect: tuple[GenotypeEffectRow, ...]
