"""`start` on the command line and with patient files: who answers, who refuses, and that a refusal has no number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]

NOW = ("--as-of", "2026-11-21T09:00+01:00")
NUMBERS = ("daily_dose_mg", "intakes_mg", "interval_h", "mg_per_kg_per_day", "unrounded_daily_dose_mg")
REST = ("high", "units", "rounding_percent", "clearance", "target_ng_ml", "times")
HEAD = 'schema = 1\n[patient]\nid = "p"\ntime_zone = "Europe/Paris"\n'


def methods(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the methods of an answer by id (of several over a standard dose the last)."""
    return {one["id"]: one for one in answer["data"]["methods"]}


def start(ask: Callable[..., Said], *words: str) -> dict[str, Any]:
    """Return the JSON answer of `start`."""
    said = ask("start", *words, *NOW, "--json")
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer | {"exit": said.returncode}


INDICATIONS = ("kidney", "liver", "heart", "lung", "ild", "nephrotic-syndrome", "lupus-nephritis", "kidney-pancreas")
PRODUCTS = ("prograf", "modigraf", "advagraf", "envarsus-xr", "astagraf-xl", "intravenous")


@given(
    st.sampled_from(INDICATIONS),
    st.fixed_dictionaries(
        {},
        optional={
            "--weight": st.integers(3, 150).map(str),
            "--age": st.integers(0, 90).map(str),
            "--height": st.integers(50, 200).map(str),
            "--cyp3a5": st.sampled_from(["*1/*1", "*1/*3", "*3/*3", "*1/*8", "*3/*99"]),
            "--cyp3a4": st.sampled_from(["*1/*1", "*1/*22", "*8/*22"]),
            "--days": st.integers(0, 400).map(str),
            "--product": st.sampled_from(PRODUCTS),
            "--induction": st.sampled_from(["il2ra", "antibody", "none"]),
            "--with": st.sampled_from(["mmf", "azathioprine", "diltiazem", "rifampicin"]),
        },
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_r63_a_refused_method_has_no_number_and_any_answer_exits_0(
    ask: Callable[..., Said], indication: str, options: dict[str, str]
) -> None:
    """Whatever is asked: refused means all numbers null; any number exits 0, none exits 4."""
    answer = start(ask, indication, *(word for pair in options.items() for word in pair))
    if answer["exit"] == 4:
        assert (answer["data"], answer["status"]) == (None, "refused")
        return
    assert answer["exit"] == 0
    found = answer["data"]["methods"]
    assert any(one["refused"] is None for one in found)
    for one in found:
        if one["refused"] is None:
            assert one["unrounded_daily_dose_mg"] > 0
            continue
        assert one["why"]
        assert [one[key] for key in (*NUMBERS, *REST)] == [None] * len(NUMBERS + REST)
    for one in (one for one in found if one["id"] == "cpic-2015" and one["refused"] is None):
        highest = one["high"] or one
        assert highest["mg_per_kg_per_day"] <= 0.3 or one["times"] == [1, 1]
        assert one["standard"].startswith("label-")


def test_each_dose_by_weight_is_its_source_times_the_weight(ask: Callable[..., Said]) -> None:
    """70 kg: the rows that apply to an adult on Prograf with mycophenolate, to the milligram of both ends."""
    answer = start(ask, "kidney", "--weight", "70", "--age", "50", "--product", "prograf", "--with", "mmf")
    by_id = methods(answer)
    assert by_id["label-us-kidney-mmf-il2ra"]["unrounded_daily_dose_mg"] == 7
    assert by_id["label-us-kidney-mmf-il2ra"]["intakes_mg"] == [3.5, 3.5]
    assert by_id["label-eu-kidney"]["unrounded_daily_dose_mg"] == 14
    assert by_id["label-eu-kidney"]["high"]["unrounded_daily_dose_mg"] == 21
    assert by_id["label-us-kidney-azathioprine"]["refused"] == "OTHER_SITUATION"
    assert by_id["label-us-kidney-child"]["refused"] == "OUTSIDE_POPULATION"
    assert by_id["label-us-kidney-envarsus-xr"]["refused"] == "OTHER_PRODUCT"


def test_r26_without_a_product_the_release_is_said_and_no_brand(ask: Callable[..., Said]) -> None:
    """No brand is assumed: immediate release has no product and a warning; a row of one product names it."""
    answer = start(ask, "kidney", "--weight", "70")
    by_id = methods(answer)
    assert by_id["label-eu-kidney"]["product"] is None
    assert by_id["label-eu-kidney-advagraf"]["product"] == "advagraf"
    assert "PRODUCT_ASSUMED" in {one["code"] for one in answer["warnings"]}
    named = start(ask, "kidney", "--weight", "70", "--product", "prograf")
    assert "PRODUCT_ASSUMED" not in {one["code"] for one in named["warnings"]}


def test_r50_an_infusion_has_no_intakes_and_is_shown_on_request(ask: Callable[..., Said]) -> None:
    """By vein only where it was asked for, in mg a day, and no dose by mouth beside it."""
    answer = start(ask, "kidney", "--weight", "70", "--age", "50", "--product", "intravenous")
    answering = [one for one in answer["data"]["methods"] if one["refused"] is None]
    assert {one["route"] for one in answering} == {"intravenous"}
    assert [one["intakes_mg"] for one in answering] == [None] * len(answering)
    assert methods(answer)["label-us-kidney-intravenous"]["daily_dose_mg"] == 2.1
    assert answer["data"]["spread"] is None


def test_r28_a_child_gets_no_dose_of_adults(ask: Callable[..., Said]) -> None:
    """At 9 years every row for adults is outside its population, and the equation of 2018 is refused by name."""
    by_id = methods(start(ask, "kidney", "--age", "9", "--weight", "32", "--cyp3a5", "*3/*3", "--product", "prograf"))
    answering = {name for name, one in by_id.items() if one["refused"] is None}
    assert answering == {"label-us-kidney-child", "cpic-2015", "andrews-2020"}
    assert by_id["andrews-2018"]["refused"] == "REFUTED_METHOD"
    assert "1.33 mg/kg/day" in by_id["andrews-2018"]["why"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("kidney",), "NO_METHOD"),
        (("kidney", "--weight", "70", "--with", "voriconazole"), "START_WITH_INHIBITOR"),
        (("kidney", "--weight", "70", "--with", "posaconazole"), "START_WITH_INHIBITOR"),
        (("kidney", "--weight", "70", "--with", "paxlovid"), "START_WITH_INHIBITOR"),
        (("kidney", "--weight", "70", "--with", "darunavir"), "START_WITH_INHIBITOR"),
        (("kidney", "--weight", "70", "--with", "clarithromycin"), "START_WITH_INHIBITOR"),
        (("kidney", "--weight", "70", "--with", "ciclosporin"), "AVOID_COMBINATION"),
        (("kidney", "--weight", "8"), "MISSING_AGE"),
        (("lupus-nephritis", "--weight", "11", "--age", "2"), "NO_METHOD"),
        (("--weight", "70"), "MISSING_INDICATION"),
        (("spleen", "--weight", "70"), "UNKNOWN_INDICATION"),
        (("kidney", "--weight", "70", "--product", "tacro"), "UNKNOWN_PRODUCT"),
        (("autoimmune-hepatitis", "--weight", "70"), "NO_GUIDANCE"),
    ],
)
def test_refusals(words: tuple[str, ...], code: str, ask: Callable[..., Said]) -> None:
    """Exit 4 with its code and no data: no method, a drug that forbids every dose, or something unknown."""
    answer = start(ask, *words)
    assert (answer["exit"], answer["code"], answer["data"]) == (4, code, None)


@pytest.mark.parametrize(
    "words",
    [
        ("--cyp3a5", "1/3"),
        ("--cyp3a5", "*1/*3", "--cyp3a5", "*3/*3"),
        ("--cyp3a4", "*22"),
        ("--height", "1.75"),
        ("--height", "1750"),
        ("--height", "\uff11\uff17\uff15"),
        ("--weight", "700"),
        ("--age", "-3"),
        ("--population", "child", "--age", "40"),
        ("--sex", "other"),
        ("--target", "9-6"),
    ],
)
def test_malformed_options_exit_2(words: tuple[str, ...], ask: Callable[..., Said]) -> None:
    """A value that can't be is wrong usage, also where it would not have been needed."""
    answer = start(ask, "kidney", "--weight", "70", *words)
    assert (answer["exit"], answer["status"], answer["data"]) == (2, "error", None)


def patient_file(tmp_path: Path, text: str) -> str:
    """Write a patient file and return its name."""
    path = tmp_path / "patient.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return str(path)


BEFORE = """birth_date = 1970-01-01
weight_kg = 75
height_cm = 178
[transplant]
organ = "kidney"
date = 2026-11-18
[genotype]
cyp3a5 = "*1/*3"
"""
LEVEL = """[[regimens]]
start = 2026-11-18T08:00:00+01:00
product = "prograf"
intakes_mg = [4, 4]
interval_h = 12
[[levels]]
taken = 2026-11-20T07:55:00+01:00
value = 7.4
unit = "ng/mL"
"""


def test_a_patient_file_gives_all_that_the_methods_take(ask: Callable[..., Said], tmp_path: Path) -> None:
    """Age, weight, height, genotype and days come from the file: day 3, so all three equations for adults answer."""
    by_id = methods(start(ask, "--patient", patient_file(tmp_path, BEFORE)))
    for name in ("andrews-2019", "francke-2025", "passey-2011", "cpic-2015"):
        assert by_id[name]["refused"] is None, name


def test_once_a_level_exists_the_genotype_guideline_is_silent(ask: Callable[..., Said], tmp_path: Path) -> None:
    """With a trough on file CPIC has no number, levels are said to decide, and the product is of the file."""
    answer = start(ask, "--patient", patient_file(tmp_path, BEFORE + LEVEL))
    by_id = methods(answer)
    assert (by_id["cpic-2015"]["refused"], by_id["cpic-2015"]["daily_dose_mg"]) == ("TROUGH_EXISTS", None)
    assert "TROUGH_EXISTS" in {one["code"] for one in answer["warnings"]}
    assert by_id["label-eu-kidney"]["product"] == "prograf"
    assert by_id["label-eu-kidney-advagraf"]["refused"] == "OTHER_PRODUCT"


def test_an_option_wins_over_the_file_and_says_so(ask: Callable[..., Said], tmp_path: Path) -> None:
    """Height and genotype typed beside a file that has them: used, and FLAG_WINS names each."""
    answer = start(ask, "--patient", patient_file(tmp_path, BEFORE), "--cyp3a5", "*3/*3", "--height", "170")
    said = " ".join(one["message"] for one in answer["warnings"] if one["code"] == "FLAG_WINS")
    assert "--cyp3a5" in said
    assert "--height" in said
    assert answer["data"]["genotypes"][0]["diplotype"] == "*3/*3"


@pytest.mark.parametrize("text", ["*1", "expresser", "SECRET NAME"])
def test_r67_a_malformed_genotype_of_a_file_is_one_line_without_its_text(
    text: str, ask: Callable[..., Said], tmp_path: Path
) -> None:
    """Exit 3, the key is named, and what stood there is not."""
    name = patient_file(tmp_path, BEFORE.replace("*1/*3", text))
    said = ask("start", "--patient", name, *NOW)
    assert said.returncode == 3
    assert "cyp3a5" in said.stderr
    assert said.stdout == ""
    assert text not in said.stderr.replace("*1/*3", "")


def test_r29_an_old_weight_is_said(ask: Callable[..., Said], tmp_path: Path) -> None:
    """A weight of more than 90 days ago is used, with a warning."""
    text = BEFORE.replace("weight_kg = 75\n", "") + "[[weights]]\nmeasured = 2026-05-01\nkg = 70\n"
    answer = start(ask, "--patient", patient_file(tmp_path, text))
    assert "WEIGHT_OLD" in {one["code"] for one in answer["warnings"]}


def test_the_spread_is_that_of_the_methods(ask: Callable[..., Said]) -> None:
    """Lowest and highest unrounded daily dose by mouth, worked out again from the methods."""
    words = ("kidney", "--weight", "75", "--age", "56", "--height", "178", "--cyp3a5", "*1/*1", "--days", "4")
    data = start(ask, *words)["data"]
    daily = [one for one in data["methods"] if one["refused"] is None and not one["once"] and one["route"] == "oral"]
    lows = [one["unrounded_daily_dose_mg"] for one in daily]
    highs = [(one["high"] or one)["unrounded_daily_dose_mg"] for one in daily]
    assert (data["spread"]["low_mg"], data["spread"]["high_mg"]) == (min(lows), max(highs))
    assert data["spread"]["methods"] == len(daily)


def test_the_effects_of_a_genotype_stand_as_their_sources_disagree(ask: Callable[..., Said]) -> None:
    """CYP3A4*22: -33 % of the seed beside 0.80-0.842 times of the models (16 to 20 % less)."""
    data = start(ask, "kidney", "--weight", "70", "--cyp3a4", "*1/*22")["data"]
    (gene,) = data["genotypes"]
    sizes = {one["source"]: (one["low"], one["high"]) for one in gene["effects"] if "clearance" in one["measure"]}
    assert sizes == {"seed-smolecule": (-33, -33), "andrews-2019": (0.8, 0.814), "francke-2025": (0.836, 0.842)}


def test_an_allele_that_is_not_known_warns_and_refuses(ask: Callable[..., Said]) -> None:
    """*1/*33: the allele is named, the phenotype is null, and what goes by genotype gives no number."""
    answer = start(ask, "kidney", "--weight", "70", "--age", "50", "--height", "170", "--cyp3a5", "*1/*33")
    assert "UNKNOWN_ALLELE" in {one["code"] for one in answer["warnings"]}
    assert answer["data"]["genotypes"][0]["phenotype"] is None
    assert methods(answer)["andrews-2019"]["refused"] == "GENOTYPE_UNDETERMINED"
    assert methods(answer)["cpic-2015"]["refused"] == "GENOTYPE_UNDETERMINED"


@pytest.mark.parametrize(("stop", "code"), [("2026-11-19", "START_WITH_INHIBITOR"), ("2026-09-01", None)])
def test_r48_an_inhibitor_that_still_acts_forbids_a_first_dose(
    stop: str, code: str | None, ask: Callable[..., Said], tmp_path: Path
) -> None:
    """Posaconazole stopped two days ago still raises the level; one of months ago does not."""
    drug = f'[[drugs]]\nname = "posaconazole"\nstart = 2026-08-01\nstop = {stop}\n'
    assert start(ask, "--patient", patient_file(tmp_path, BEFORE + drug))["code"] == code


@pytest.mark.parametrize("weight", [61, 71, 73, 81, 83, 91])
def test_r34_whole_units_of_cpic_stay_under_its_cap(weight: int, ask: Callable[..., Said]) -> None:
    """Twice the label's 0.15 mg/kg in a liver is the cap itself: rounding to capsules must not pass it."""
    words = ("liver", "--weight", str(weight), "--age", "50", "--cyp3a5", "*1/*3", "--donor-cyp3a5", "*1/*3")
    answer = start(ask, *words, "--product", "prograf")
    assert methods(answer)["cpic-2015"]["high"]["daily_dose_mg"] <= 0.3 * weight


def test_a_level_of_any_kind_silences_the_guideline(ask: Callable[..., Said], tmp_path: Path) -> None:
    """A clotted sample was drawn all the same: CPIC is for the time before the first level."""
    answer = start(ask, "--patient", patient_file(tmp_path, BEFORE + LEVEL + 'flags = ["clotted"]\n'))
    assert methods(answer)["cpic-2015"]["refused"] == "TROUGH_EXISTS"


def test_who_takes_tacrolimus_already_is_told_so(ask: Callable[..., Said], tmp_path: Path) -> None:
    """A regimen on file without a level: the answer says that it is no first dose, with the regimen and since when."""
    answer = start(ask, "--patient", patient_file(tmp_path, BEFORE + LEVEL.partition("[[levels]]")[0]))
    (said,) = [one["message"] for one in answer["warnings"] if one["code"] == "ALREADY_TAKEN"]
    assert "4 mg every 12 hours = 8 mg/day, since 2026-11-18" in said


@pytest.mark.parametrize(
    ("induction", "answering"),
    [
        ("atg", {"label-us-heart-child-induction", "label-eu-heart-child-induction"}),
        ("none", {"label-us-heart-child", "label-eu-heart-child"}),
        ("il2ra", {"label-us-heart-child", "label-us-heart-child-induction"}),
    ],
)
def test_a_childs_heart_dose_goes_by_induction(induction: str, answering: set[str], ask: Callable[..., Said]) -> None:
    """Labels 2035, 2064: a third of the dose after an antibody; after an IL-2 antagonist the copies differ, so both."""
    answer = start(ask, "heart", "--weight", "18", "--age", "5", "--product", "prograf", "--induction", induction)
    found = {one["id"] for one in answer["data"]["methods"] if one["refused"] is None}
    assert found == answering


@pytest.mark.parametrize(
    ("words", "rates"),
    [
        (("liver", "--weight", "5", "--age", "0"), ("0.00625 to 0.0104 mg/h", "0.0104 mg/h")),
        (("heart", "--weight", "55", "--age", "40"), ("0.0229 mg/h", "0.0229 to 0.0458 mg/h")),
    ],
)
def test_an_infusions_rate_has_three_figures(
    words: tuple[str, ...], rates: tuple[str, str], ask: Callable[..., Said]
) -> None:
    """A pump is set by this number: 0.00625 mg/h is never shown as 0.01."""
    text = " ".join(ask("start", *words, "--product", "intravenous", *NOW).stdout.split())
    assert [rate for rate in rates if rate not in text] == []


@pytest.mark.parametrize(
    ("words", "method"),
    [
        (("--age", "50", "--height", "170", "--days", "91"), "andrews-2019"),
        (("--age", "9", "--days", "43"), "andrews-2020"),
    ],
)
def test_r60_an_equation_ends_with_the_days_it_was_made_from(
    words: tuple[str, ...], method: str, ask: Callable[..., Said]
) -> None:
    """Three months for Andrews 2019, six weeks for Andrews 2020; on the day before, it answers."""
    base = ("kidney", "--weight", "60", "--cyp3a5", "*3/*3", "--product", "prograf")
    assert methods(start(ask, *base, *words))[method]["refused"] == "OUTSIDE_POPULATION"
    earlier = (*words[:-1], str(int(words[-1]) - 1))
    assert methods(start(ask, *base, *earlier))[method]["refused"] is None


def test_a_rival_that_a_label_does_not_name_rules_its_dose_out(ask: Callable[..., Said]) -> None:
    """The label's heart dose is with azathioprine or mycophenolate: with everolimus it does not stand."""
    base = ("heart", "--weight", "70", "--age", "50", "--product", "prograf")
    assert methods(start(ask, *base, "--with", "mmf"))["label-us-heart"]["refused"] is None
    assert methods(start(ask, *base, "--with", "everolimus"))["label-us-heart"]["refused"] == "OTHER_SITUATION"


def test_two_double_variants_show_what_four_such_patients_needed(ask: Callable[..., Said]) -> None:
    """CYP3A5 *3/*3 with CYP3A4 *22/*22: 2.5 mg/day on average stands beside the labels' 7 to 21 mg."""
    words = ("kidney", "--weight", "70", "--cyp3a5", "*3/*3", "--cyp3a4", "*22/*22", *NOW)
    assert "2.5 mg/day were needed on average" in " ".join(ask("start", *words).stdout.split())


def test_a_large_dose_and_a_wide_range_are_said(ask: Callable[..., Said]) -> None:
    """60 mg/day at 200 kg warns; a range too wide for an aim is called that, not missing."""
    answer = start(ask, "kidney", "--weight", "200", "--age", "40", "--product", "prograf")
    assert "DOSE_LARGE" in {one["code"] for one in answer["warnings"]}
    wide = ("kidney", "--weight", "70", "--age", "40", "--days", "4", "--cyp3a5", "*3/*3", "--target", "4-15")
    assert methods(start(ask, *wide))["passey-2011"]["refused"] == "MISSING_AIM"
