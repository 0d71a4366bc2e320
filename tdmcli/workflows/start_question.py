"""What `start` knows of the patient: its options and the patient file put together, an option winning."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.dose_adjustment import midpoint
from tdmcli.domain.findings import Finding, Refused
from tdmcli.domain.genotype import Diplotype, read_diplotype
from tdmcli.domain.interaction import find_drug
from tdmcli.domain.start_patient import StartPatient, body_surface_m2
from tdmcli.domain.units import parse_number, show
from tdmcli.errors import BadFile, Code, WrongUsage
from tdmcli.tables.dosing_readers import read_body_size, read_genotypes
from tdmcli.tables.readers import read_co_therapies, read_interactions_naming, read_policy, read_range_policy
from tdmcli.tables.rows import Population
from tdmcli.workflows import asked as ask
from tdmcli.workflows.ranges import RangeQuestion, co_therapies_among, find_ranges, named_id
from tdmcli.workflows.weight_checks import weight_age

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.history import History
    from tdmcli.tables.product_rows import ProductRow
    from tdmcli.tables.rows import TargetRow
    from tdmcli.workflows.facts import Facts
    from tdmcli.workflows.start_data import StartQuestion


class Wanted(NamedTuple):
    """The range (ng/mL) whose middle is aimed at, where it is from, and the row of a table if it is one."""

    range_ng_ml: tuple[Decimal, Decimal]
    from_: str
    row: TargetRow | None


class Known(NamedTuple):
    """The patient, the range aimed at, what was found on the way, and the inputs used."""

    patient: StartPatient
    wanted: Wanted | None
    findings: tuple[Finding, ...]
    inputs: dict[str, object]


def patient_of(question: StartQuestion, facts: Facts) -> Known:
    """Return what is known of the patient.

    Raises:
        WrongUsage: an option is malformed, or --population contradicts the age.
        Refused: a co-therapy or induction is not known.
        BadFile: a genotype of the file is malformed.

    """
    history = facts.record.history if facts.record else None
    height = _height(question, history)
    weight = facts.weight_kg
    divisor = read_body_size().body_surface[0].divisor
    if question.donor_cyp3a5 is not None and facts.indication != "liver":
        raise WrongUsage("--donor-cyp3a5: only a liver brings its own CYP3A5")
    genes, findings, inputs = _genotypes(question, facts, history)
    product = ask.product(question.asked) or (facts.current.product if facts.current else None)
    population = _population(question, facts)
    wanted = _range(question, facts, population, product)
    co_therapies, known_inductions = read_co_therapies()
    beside = {named_id(name, co_therapies, "co-therapy") for name in co_therapies_among(facts.drugs)}
    inductions = {named_id(name, known_inductions, "induction") for name in (question.induction,) if name is not None}
    rows = read_interactions_naming(facts.drugs)
    groups = {row.group for name in facts.drugs if (row := find_drug(name, rows)) is not None}
    patient = StartPatient(
        indication=facts.indication or "",
        population=population,
        age_years=facts.age,
        weight_kg=weight,
        height_cm=height,
        bsa_m2=None if height is None or weight is None else body_surface_m2(height, weight, divisor),
        day=facts.day,
        product=product,
        rivals=frozenset(row.id for row in co_therapies if row.rival and row.id in beside),
        induction=frozenset(inductions),
        steroid_sparing=question.steroid_sparing,
        groups=frozenset(groups),
        cyp3a5=genes["cyp3a5"],
        cyp3a4=genes["cyp3a4"],
        donor_cyp3a5=genes["donor_cyp3a5"],
        rejection=question.rejection,
        range_ng_ml=wanted.range_ng_ml if wanted else None,
        aim_ng_ml=_middle(*wanted.range_ng_ml) if wanted else None,
        has_trough=_has_level(facts),
    )
    own: dict[str, tuple[object, str]] = {
        "height_cm": (height, "--height" if question.height else "patient file"),
        "sex": (question.sex or (history.sex if history else None), "--sex" if question.sex else "patient file"),
        "population": (question.population, "--population"),
        "induction": (question.induction, "--induction"),
        "steroid_sparing": (question.steroid_sparing or None, "--steroid-sparing"),
        "rejection": (question.rejection or None, "--rejection"),
    }
    said = {name: {"value": value, "from": source} for name, (value, source) in own.items() if value is not None}
    findings += weight_age(facts) + _flag_wins(question, facts, history)
    return Known(patient, wanted, findings, said | inputs)


def _has_level(facts: Facts) -> bool:
    """Return whether any level was drawn by now, usable or not: levels decide from the first one on."""
    return facts.record is not None and any(one.taken <= facts.now for one in facts.record.history.levels)


def _height(question: StartQuestion, history: History | None) -> Decimal | None:
    if question.height is None:
        return None if history is None else history.height_cm
    height = ask.typed("--height", parse_number, question.height.removesuffix("cm").strip())
    limits = read_policy().height
    if not limits.lowest_cm <= height <= limits.highest_cm:
        allowed = f"{show(limits.lowest_cm)} to {show(limits.highest_cm)} cm [policy]"
        raise WrongUsage(f"--height: must be in cm, within {allowed}")
    return height


_GENES = (("cyp3a5", "CYP3A5"), ("cyp3a4", "CYP3A4"), ("donor_cyp3a5", "CYP3A5"))


def _genotypes(
    question: StartQuestion, facts: Facts, history: History | None
) -> tuple[dict[str, Diplotype | None], tuple[Finding, ...], dict[str, object]]:
    """Return each diplotype that is known, with what its alleles leave open, and where it is from."""
    tables = read_genotypes()
    found: dict[str, Diplotype | None] = {}
    findings: tuple[Finding, ...] = ()
    inputs: dict[str, object] = {}
    for key, gene in _GENES:
        option, on_file = getattr(question, key), getattr(history, key, None)
        text = on_file if option is None else option
        found[key] = None
        if text is None:
            continue
        try:
            diplotype = read_diplotype(text, gene, tables.allele, tables.phenotype)
        except ValueError as error:
            raise _malformed(facts, key, error, typed=option is not None) from None
        found[key] = diplotype
        inputs[key] = {"value": diplotype.text, "from": f"--{key.replace('_', '-')}" if option else "patient file"}
        alleles = ", ".join(row.allele for row in tables.allele if row.gene == gene)
        findings += tuple(
            Finding(Code.UNKNOWN_ALLELE, {"gene": gene, "diplotype": diplotype.text, "allele": name, "known": alleles})
            for name in diplotype.unknown
        )
    return found, findings, inputs


def _malformed(facts: Facts, key: str, error: ValueError, *, typed: bool) -> Exception:
    if typed:
        return WrongUsage(f"--{key.replace('_', '-')}: {error}")
    name = facts.record.file_name if facts.record else "patient file"
    return BadFile(f'{name}: [genotype] {key} is not a diplotype such as "*1/*3"', Code.BAD_PATIENT_FILE)


def _range(
    question: StartQuestion, facts: Facts, population: Population | None, product: ProductRow | None
) -> Wanted | None:
    """Return the range to aim in: typed, of the file, or the default of the tables; None where there is none."""
    if facts.target is not None:
        return Wanted(facts.target, facts.target_from or "--target", None)
    if facts.indication is None:
        return None
    asked = RangeQuestion(
        facts.indication,
        facts.day,
        phase=facts.phase,
        population=population,
        co_therapy=co_therapies_among(facts.drugs),
        induction=question.induction,
        product=product,
    )
    try:
        row = find_ranges(asked).default
    except Refused:  # without a time there is no range: the methods that need one say so
        return None
    return None if row is None else Wanted((row.low_ng_ml, row.high_ng_ml), row.id, row)


def _middle(low: Decimal, high: Decimal) -> Decimal | None:
    return None if high > read_range_policy().wide_ratio * low else midpoint(low, high)


def _population(question: StartQuestion, facts: Facts) -> Population | None:
    if question.population is None:
        return facts.population
    said = Population(question.population)
    if facts.population not in {None, said}:
        raise WrongUsage(f"--population {said}: the age of {facts.age} years says {facts.population}")
    return said


def _flag_wins(question: StartQuestion, facts: Facts, history: History | None) -> tuple[Finding, ...]:
    names = ("height", "sex", "cyp3a5", "cyp3a4", "donor_cyp3a5")
    both = [
        name
        for name in names
        if getattr(question, name) is not None
        and getattr(history, "height_cm" if name == "height" else name, None) is not None
    ]
    if question.asked.product is not None and facts.current is not None:
        both.append("product")
    return tuple(Finding(Code.FLAG_WINS, {"flag": f"--{name.replace('_', '-')}", "what": name}) for name in both)
