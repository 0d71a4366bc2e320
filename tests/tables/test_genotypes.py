"""Genotypes: functions, phenotypes, CPIC's doses and each effect typed a second time from the evidence."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations_with_replacement

import pytest

from tdmcli.tables.dosing_readers import read_genotype_effects, read_genotypes
from tdmcli.tables.genotype_rows import AlleleFunction
from tdmcli.tables.location import data_folder
from tdmcli.tables.readers import indication_ids
from tdmcli.tables.rows import Release

TABLES = read_genotypes()
FUNCTIONS = {(row.gene, row.allele): row.function for row in TABLES.allele}
EFFECTS = {row.id: row for row in read_genotype_effects()}

# literature 4.2
ALLELES = {
    ("CYP3A5", "normal"): ("*1",),
    ("CYP3A5", "no-function"): ("*3", "*6", "*7"),
    ("CYP3A5", "unknown"): ("*8", "*9"),
    ("CYP3A4", "normal"): ("*1",),
    ("CYP3A4", "decreased"): ("*22", "*8", "*11", "*12", "*13", "*16", "*17", "*18"),
    ("CYP3A4", "no-function"): ("*6", "*20", "*26"),
}
# literature 4.3, 4.2, 1.1, 5.7 and the seed: measure, low, high, source
SIZES = {
    "cyp3a5-1-clearance-seed": ("clearance-change-percent", "50", "50", "seed-smolecule"),
    "cyp3a5-1-dose-seed": ("dose-times", "1.5", "2", "seed-smolecule"),
    "cyp3a4-22-clearance-seed": ("clearance-change-percent", "-33", "-33", "seed-smolecule"),
    "cyp3a5-1-clearance-andrews-2019": ("clearance-times", "1.62", "1.63", "andrews-2019"),
    "cyp3a5-1-3-clearance-francke-2025": ("clearance-times", "1.64", "1.64", "francke-2025"),
    "cyp3a5-1-1-clearance-francke-2025": ("clearance-times", "1.93", "1.93", "francke-2025"),
    "cyp3a5-1-1-clearance-francke-2025-start": ("clearance-times", "1.90", "1.90", "francke-2025"),
    "cyp3a5-1-3-clearance-passey-2011": ("clearance-times", "1.69", "1.70", "passey-2011"),
    "cyp3a5-1-1-clearance-passey-2011": ("clearance-times", "2.00", "2.00", "passey-2011"),
    "cyp3a5-1-clearance-storset-2014": ("plasma-clearance-times", "1.30", "1.30", "storset-2014"),
    "cyp3a5-1-bioavailability-storset-2014": ("bioavailability-times", "0.82", "0.82", "storset-2014"),
    "cyp3a5-1-clearance-bergmann-2014": ("clearance-times", "1.60", "1.60", "bergmann-2014"),
    "cyp3a5-1-both-clearance-ji-2018": ("clearance-times", "2.314", "2.314", "ji-2018"),
    "cyp3a5-1-recipient-clearance-ji-2018": ("clearance-times", "1.523", "1.523", "ji-2018"),
    "cyp3a5-1-dose-iatdmct-2019": ("dose-times", "1.5", "1.5", "iatdmct-2019"),
    "cyp3a4-22-clearance-andrews-2019": ("clearance-times", "0.80", "0.814", "andrews-2019"),
    "cyp3a4-22-clearance-francke-2025": ("clearance-times", "0.836", "0.842", "francke-2025"),
    "cyp3a4-22-cd-ratio-kim-2023": ("cd-ratio-change", "0.57", "0.57", "kim-2023"),
    "cyp3a4-22-dose-kim-2023": ("dose-change-mg-per-day", "-2.02", "-2.02", "kim-2023"),
    "cyp3a5-3-3-cyp3a4-22-22-dose-need": ("dose-needed-mg-per-day", "2.5", "2.5", "cyp3a-double-variant"),
    "cyp3a5-3-3-cyp3a4-22-22-trough-non-expressers": (
        *("trough-per-dose-change-percent", "90.6", "90.6"),
        "cyp3a-double-variant",
    ),
    "cyp3a5-3-3-cyp3a4-22-22-trough-expressers": (
        *("trough-per-dose-change-percent", "342", "342"),
        "cyp3a-double-variant",
    ),
}


def _phenotype(gene: str, first: str, second: str) -> str | None:
    order = list(AlleleFunction)
    pair = tuple(sorted((FUNCTIONS[gene, first], FUNCTIONS[gene, second]), key=order.index))
    found = [row.phenotype for row in TABLES.phenotype if (row.gene, row.functions) == (gene, pair)]
    assert len(found) <= 1
    return found[0] if found else None


def test_alleles_have_their_function() -> None:
    """Literature 4.2: each allele with its function, and no other allele."""
    typed = {(gene, name): function for (gene, function), names in ALLELES.items() for name in names}
    assert {key: str(function) for key, function in FUNCTIONS.items()} == typed


def test_variants_are_those_of_the_cpic_page() -> None:
    """Literature 4.2: the three numbers in dbSNP."""
    assert {row.allele: row.variant.rsid for row in TABLES.allele if row.variant} == {
        "*3": "rs776746",
        "*6": "rs10264272",
        "*7": "rs41303343",
    }


@pytest.mark.parametrize(
    ("gene", "pairs", "phenotype"),
    [
        ("CYP3A5", "*1/*1", "normal metaboliser"),
        ("CYP3A5", "*1/*3 *1/*6 *1/*7", "intermediate metaboliser"),
        ("CYP3A5", "*3/*3 *3/*6 *3/*7 *6/*6 *6/*7 *7/*7", "poor metaboliser"),
        ("CYP3A5", "*1/*8 *1/*9", "possible intermediate metaboliser"),
        ("CYP3A5", "*3/*8 *6/*9 *7/*8 *8/*8 *8/*9 *9/*9", "indeterminate"),
        ("CYP3A4", "*1/*1", "normal metaboliser"),
        ("CYP3A4", "*1/*22 *1/*6", "intermediate metaboliser"),
        ("CYP3A4", "*6/*8 *6/*22 *8/*22 *6/*20", "poor metaboliser"),
    ],
)
def test_pairs_of_alleles_make_their_phenotype(gene: str, pairs: str, phenotype: str) -> None:
    """Literature 4.1 and 4.2: the diplotypes that the sources print."""
    for pair in pairs.split():
        first, second = pair.split("/")
        assert _phenotype(gene, first, second) == phenotype, pair


def test_every_pair_of_known_alleles_has_a_phenotype() -> None:
    """No pair of alleles of one gene is left without an answer."""
    for gene in ("CYP3A5", "CYP3A4"):
        names = [name for some, name in FUNCTIONS if some == gene]
        assert all(_phenotype(gene, *pair) for pair in combinations_with_replacement(names, 2))


def test_names_of_2015_and_expressers() -> None:
    """Literature 4.1: normal was extensive in 2015; normal and intermediate express the enzyme, poor does not."""
    rows = [row for row in TABLES.phenotype if row.gene == "CYP3A5"]
    assert {row.phenotype: (row.name_2015, row.expresser) for row in rows} == {
        "normal metaboliser": ("extensive metaboliser", True),
        "intermediate metaboliser": ("intermediate metaboliser", True),
        "poor metaboliser": ("poor metaboliser", False),
        "possible intermediate metaboliser": (None, None),
        "indeterminate": (None, None),
    }


def test_cpic_doses() -> None:
    """Literature 4.1: 1.5 to 2 times up to 0.3 mg/kg/day for expressers, else the standard dose."""
    raised = (Decimal("1.5"), Decimal(2), Decimal("0.3"))
    doses = {(row.phenotype, row.times_low, row.times_high, row.cap_mg_per_kg_day) for row in TABLES.genotype_dose}
    assert doses == {
        ("normal metaboliser", *raised),
        ("intermediate metaboliser", *raised),
        ("poor metaboliser", Decimal(1), Decimal(1), None),
    }
    assert {(row.gene, row.release, row.source) for row in TABLES.genotype_dose} == {
        ("CYP3A5", Release.IMMEDIATE, "cpic-2015")
    }
    assert {row.phenotype for row in TABLES.genotype_dose} <= {row.phenotype for row in TABLES.phenotype}


def test_cpic_scope() -> None:
    """Literature 4.1: kidney, heart, lung and stem cells; the liver only where the donor has the same genotype."""
    for phenotype in ("normal metaboliser", "intermediate metaboliser", "poor metaboliser"):
        scopes = {
            (row.indications, row.other_indications, row.donor_too)
            for row in TABLES.genotype_dose
            if row.phenotype == phenotype
        }
        assert scopes == {
            (("kidney", "heart", "lung"), ("haematopoietic stem-cell transplant",), False),
            (("liver",), (), True),
        }
    assert {name for row in TABLES.genotype_dose for name in row.indications} <= set(indication_ids())


def test_effects_are_those_of_the_sources() -> None:
    """Each size with its measure and source, none averaged, and no effect beyond them."""
    found = {row.id: (str(row.measure), row.low, row.high, row.source) for row in EFFECTS.values()}
    assert found == {
        key: (measure, Decimal(low), Decimal(high), source) for key, (measure, low, high, source) in SIZES.items()
    }


def test_effects_name_their_gene_and_allele() -> None:
    """The id of an effect begins with its gene and allele."""
    for row in EFFECTS.values():
        if row.source == "cyp3a-double-variant":
            assert (row.gene, row.allele) == ("CYP3A5 and CYP3A4", "*3/*3 and *22/*22")
            assert row.patients == 4
        else:
            stars = row.allele.replace("*", "").replace("/", "-")
            assert row.id.startswith(f"{row.gene.lower()}-{stars}-"), row.id


def test_confidence_intervals_and_comparisons() -> None:
    """Literature 4.3: the intervals of the meta-analysis, and what the four patients were compared with."""
    assert {row.id: (row.ci_low, row.ci_high, row.patients) for row in EFFECTS.values() if row.ci_low is not None} == {
        "cyp3a4-22-cd-ratio-kim-2023": (Decimal("0.28"), Decimal("0.86"), 2683),
        "cyp3a4-22-dose-kim-2023": (Decimal("-2.55"), Decimal("-1.50"), 2683),
    }
    assert {row.low: row.against for row in EFFECTS.values() if row.against} == {
        Decimal("90.6"): "CYP3A5 *3/*3 with CYP3A4 *1/*1",
        Decimal(342): "CYP3A5 *1/*1 with CYP3A4 *1/*1",
    }
    assert "1.59 times" in EFFECTS["cyp3a5-1-clearance-storset-2014"].text
    assert "16 to 20 % lower" in (EFFECTS["cyp3a4-22-clearance-seed"].note or "")


def test_what_no_page_gives_is_not_there() -> None:
    """The factors 1.75 and 2.5 and joint clusters of both genes were never seen: no dose rests on them."""
    numbers = {number for row in TABLES.genotype_dose for number in (row.times_low, row.times_high)}
    assert not numbers & {Decimal("1.75"), Decimal("2.5")}
    times = {row.high for row in EFFECTS.values() if row.measure == "dose-times"}
    assert not times & {Decimal("1.75"), Decimal("2.5")}


def test_prose_is_plain_ascii() -> None:
    """Nothing in the table can be taken for markup or fail to print, and each row says where in its source."""
    text = (data_folder() / "genotypes.toml").read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)
    assert all(row.locator.strip() for rows in TABLES for row in rows)
