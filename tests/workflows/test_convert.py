"""A change of product, route or interval as it is asked: what decides, what is refused, what a patient file adds."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tdmcli.cli.app import app
from tdmcli.tables.dosing_readers import read_conversions
from tdmcli.tables.readers import read_products

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOW = ("--as-of", "2026-11-21T09:00+01:00")
PRODUCTS = [row.id for row in read_products()]
ONCE_DAILY = ("advagraf", "astagraf-xl", "envarsus", "envarsus-xr")
PROGRAF = ("--from", "prograf", "--dose", "3", "--every", "12")


def ask(*words: str) -> dict[str, Any]:
    """Return the JSON answer to `convert`, with its exit code under `exit`."""
    result = CliRunner().invoke(app, ["convert", *words, "--json", *NOW])
    answer: dict[str, Any] = json.loads(result.stdout)
    assert (answer["data"] is None) == (result.exit_code != 0)
    return answer | {"exit": result.exit_code}


def codes(answer: Mapping[str, Any]) -> set[str]:
    """Return the codes of an answer's warnings."""
    return {one["code"] for one in answer["warnings"]}


def change(before: str, after: str, dose: str, every: str, *more: str) -> dict[str, Any]:
    """Return the answer to a change of product."""
    return ask("--from", before, "--to", after, "--dose", dose, "--every", every, *more)


BOOSTED = ("--with", "darunavir/cobicistat")
halves = st.integers(2, 16).map(lambda half: f"{half // 2}.5" if half % 2 else str(half // 2))


@settings(deadline=None, max_examples=25)
@given(halves, halves)
def test_r08_the_dose_of_each_intake_and_of_the_day_agree(morning: str, evening: str) -> None:
    """R08: two intakes and their mean at each intake are the same change."""
    daily = float(morning) + float(evening)
    for after, factor in (("envarsus-xr", 0.8), ("advagraf", 1.0)):
        as_two = change("prograf", after, f"{morning}+{evening}", "12")["data"]
        as_mean = change("prograf", after, f"{daily / 2:g}", "12")["data"]
        assert as_two["unrounded_daily_dose_mg"] == pytest.approx(daily * factor)
        assert as_two["to"] == as_mean["to"]
        assert as_two["factor"] == factor


@settings(deadline=None, max_examples=25)
@given(halves, halves)
def test_r49_capsules_to_granules_and_back_change_nothing(morning: str, evening: str) -> None:
    """R49: 1 to 1 there and back is what it was, in mg a day."""
    there = change("prograf", "prograf-granules", f"{morning}+{evening}", "12", "--confirm-value", "40")
    assume(there["code"] not in {"ROUNDS_TO_ZERO", "ROUNDED_TOO_FAR"})
    assert there["exit"] == 0
    dose = "+".join(f"{mg:g}" for mg in there["data"]["to"]["intakes_mg"])
    back = change("prograf-granules", "prograf", dose, "12")["data"]
    assert back["to"]["daily_dose_mg"] == pytest.approx(float(morning) + float(evening))


@settings(deadline=None, max_examples=25)
@given(halves, st.sampled_from(["48", "72", "168"]))
def test_another_interval_keeps_the_mean_dose_a_day_there_and_back(dose: str, every: str) -> None:
    """The same product at another interval under one booster: factor 1, the same mg a day, and back again."""
    answer = change("prograf", "prograf", dose, "24", "--to-every", every, *BOOSTED)
    assume(answer["code"] not in {"ROUNDS_TO_ZERO", "ROUNDED_TOO_FAR", "USAGE"})
    there = answer["data"]
    assert (there["factor"], there["row"]) == (1, None)
    assert there["unrounded_daily_dose_mg"] == pytest.approx(float(dose))
    back = change("prograf", "prograf", f"{there['to']['intakes_mg'][0]:g}", every, "--to-every", "24", *BOOSTED)[
        "data"
    ]
    assert back["unrounded_daily_dose_mg"] == pytest.approx(there["to"]["daily_dose_mg"])
    assert back["to"]["daily_dose_mg"] == pytest.approx(float(dose), rel=0.2)


@pytest.mark.parametrize("more", [(), ("--age", "40"), ("--age", "40", "--indication", "liver", "--weight", "70")])
@pytest.mark.parametrize("after", [name for name in PRODUCTS if name != "intravenous"])
def test_r50_h6_an_infusion_is_never_turned_into_an_oral_dose_of_an_adult(after: str, more: tuple[str, ...]) -> None:
    """R50, H6: refused for every oral product, and the refusal holds no factor."""
    answer = change("intravenous", after, "2", "24", *more)
    assert (answer["exit"], answer["code"]) == (4, "NO_GUIDANCE")
    assert "fifth" not in answer["message"]
    assert "0.2" not in answer["message"]


@pytest.mark.parametrize("before", ONCE_DAILY)
@pytest.mark.parametrize("after", ["prograf", "adoport", "modigraf", "prograf-granules", "generic-ir"])
def test_r49_no_label_leads_back_from_once_daily(before: str, after: str) -> None:
    """R49: back to immediate release is refused, or is one hospital's rule that proposes nothing."""
    answer = change(before, after, "4", "24")
    if before != "envarsus-xr":
        assert (answer["exit"], answer["code"]) == (4, "NO_GUIDANCE")
        return
    data = answer["data"]
    assert (data["to"], data["factor"], data["unrounded_daily_dose_mg"], data["options"]) == (None, None, None, [])
    assert "HOSPITAL_RULE_ONLY" in codes(answer)
    (rule,) = [one for one in data["beside"] if one["doses"]]
    assert [dose["factor"] for dose in rule["doses"]] == [1.25, 1.42]
    assert [dose["unrounded_daily_dose_mg"] for dose in rule["doses"]] == [5, 5.68]


def test_the_row_that_decides_is_a_labels() -> None:
    """Factor and dose come from the row, which is named; studies and observed doses bear no dose."""
    for after in ("advagraf", "envarsus", "envarsus-xr", "prograf-granules"):
        data = ask(*PROGRAF, "--to", after)["data"]
        row = next(one for one in read_conversions() if one.id == data["row"]["id"])
        assert (data["row"]["kind"], data["factor"]) == ("label", float(row.factor_low or 0))
        assert data["unrounded_daily_dose_mg"] == pytest.approx(6 * data["factor"])
        assert [one["doses"] for one in data["beside"]] == [[]] * len(data["beside"])
    beside = {one["id"] for one in ask(*PROGRAF, "--to", "advagraf")["data"]["beside"]}
    assert beside == {"conversion-prograf-to-advagraf-observed-18", "conversion-prograf-to-advagraf-observed-55"}


def test_r24_whom_a_row_holds_for_is_assumed_and_said() -> None:
    """R24: an adult and a kidney are assumed where nothing was said, and not said where they were."""
    words = (*PROGRAF, "--to", "envarsus-xr", *NOW)
    shown = CliRunner().invoke(app, ["convert", *words]).stdout
    said = CliRunner().invoke(app, ["convert", *words, "--age", "40", "--indication", "kidney"]).stdout
    assert "Assumed: an adult, given for kidney, no interacting drug." in shown
    assert "Assumed: no interacting drug." in said
    assert ask(*PROGRAF, "--to", "envarsus-xr")["data"]["row"]["assumed"] == ["an adult", "given for kidney"]


CHILD = ("--from", "intravenous", "--to", "prograf", "--dose", "1", "--every", "24", "--age", "8", "--weight", "25")


@pytest.mark.parametrize(
    ("indication", "factor", "per_kg"), [("heart", 3, [0.3]), ("kidney", 3, []), ("lung", 3, []), ("gvhd", 4, [])]
)
def test_r28_a_childs_rows_hold_for_their_indication(indication: str, factor: int, per_kg: list[float]) -> None:
    """R28: the label's first dose by weight stands beside for a heart alone; neither it nor the rule is proposed."""
    data = ask(*CHILD, "--indication", indication)["data"]
    assert (data["to"], data["factor"], data["row"], data["unrounded_daily_dose_mg"]) == (None, None, None, None)
    assert [one["mg_per_kg_day"] for one in data["beside"] if one["mg_per_kg_day"] is not None] == per_kg
    assert all("tdmcli start" in one["text"] for one in data["beside"] if one["mg_per_kg_day"] is not None)
    assert [dose["factor"] for one in data["beside"] for dose in one["doses"]] == [factor]
    assert (data["first_dose"]["from_h"], data["first_dose"]["to_h"]) == (8, 12)


def test_an_indication_of_children_is_of_a_child() -> None:
    """Without an age, an indication that only children have keeps the adults' rows away."""
    answer = ask(*PROGRAF, "--to", "advagraf", "--indication", "paediatric-srns")
    assert (answer["code"], "Only for an adult" in answer["message"]) == ("NO_GUIDANCE", True)


def test_r19_what_rounding_would_move_too_far_is_refused() -> None:
    """R19, R20: a weekly regimen is not rounded up to the smallest daily one; a rounding within the limit is shown."""
    assert change("prograf", "prograf", "1", "168", "--to-every", "24", *BOOSTED)["code"] == "ROUNDS_TO_ZERO"
    assert change("prograf", "prograf", "1", "48", "--to-every", "12", *BOOSTED)["code"] == "ROUNDED_TOO_FAR"
    moved = change("prograf", "envarsus-xr", "0.5+1", "12")
    assert moved["data"]["to"]["rounding_percent"] == pytest.approx(-100 / 6)
    assert "FACTOR_ROUNDED" in codes(moved)
    assert "FACTOR_ROUNDED" not in codes(ask(*PROGRAF, "--to", "envarsus-xr"))


def test_a_protocol_moves_the_limit_of_rounding(tmp_path: Path) -> None:
    """`dose.max_rounding_percent` of a centre's protocol decides, and the answer names the protocol."""
    path = tmp_path / "protocol.toml"
    head = 'name = "Ours"\nversion = "1"\n'
    path.write_text(head + "[policy.dose]\nmax_rounding_percent = 10\n", encoding="utf-8")
    answer = change("prograf", "envarsus-xr", "0.5+1", "12", "--protocol", str(path))
    assert answer["code"] == "ROUNDED_TOO_FAR", answer


def test_r34_beyond_belief_must_be_said_twice_and_high_for_the_weight_is_said() -> None:
    """R34: above 40 mg a day is repeated; above 0.3 mg/kg a day warns, before the change or after it."""
    assert change("prograf", "advagraf", "30", "12")["exit"] == 2
    confirmed = change("prograf", "advagraf", "30", "12", "--confirm-value", "30", "--confirm-value", "60")
    assert confirmed["data"]["to"]["daily_dose_mg"] == 60
    assert "DOSE_HIGH" in codes(change("prograf", "envarsus-xr", "9", "12", "--weight", "59"))
    assert "DOSE_HIGH" not in codes(change("prograf", "envarsus-xr", "8", "12", "--weight", "59"))
    child = ("--from", "intravenous", "--to", "prograf", "--every", "24", "--age", "8", "--weight", "25")
    rule = (*child, "--indication", "heart", "--dose")
    assert "DOSE_HIGH" in codes(ask(*rule, "2.6"))
    assert "DOSE_HIGH" not in codes(ask(*rule, "2.5"))
    assert ask(*rule, "14")["exit"] == 2
    assert ask(*rule, "14", "--confirm-value", "42")["exit"] == 0


def test_the_next_level_comes_by_the_label_that_counts_else_by_policy() -> None:
    """Envarsus XR: within the first week, by its label; Advagraf: about 7 days, marked as policy."""
    counted = ask(*PROGRAF, "--to", "envarsus-xr")["data"]["next_level"]
    assert (counted["from"], counted["to"], counted["source"]) == ("2026-11-22", "2026-11-28", "label-us-envarsus")
    policy = ask(*PROGRAF, "--to", "advagraf")["data"]["next_level"]
    assert (policy["from"], policy["to"], policy["source"]) == ("2026-11-28", "2026-11-29", "policy")


def test_the_first_dose_is_said_only_where_a_source_says() -> None:
    """12 hours after the evening dose for Envarsus XR; for Advagraf no source here says when."""
    assert ask(*PROGRAF, "--to", "envarsus-xr")["data"]["first_dose"]["from_h"] == 12
    assert ask(*PROGRAF, "--to", "advagraf")["data"]["first_dose"] is None


def lapsed(*words: str) -> str:
    """Return what no longer applies, in one text."""
    return " ".join(f"{one['what']} {one['now'] or ''}" for one in ask(*words)["data"]["no_longer_applies"])


def test_what_no_longer_applies_is_named() -> None:
    """Levels always; hours and days where they change; C/D thresholds where they were made for the old regimen."""
    once_a_day = lapsed(*PROGRAF, "--to", "advagraf", "--indication", "kidney")
    assert all(part in once_a_day for part in ("Levels drawn on Prograf", "12 h", "24 h", "C/D", "Ranges for kidney"))
    granules = lapsed(*PROGRAF, "--to", "prograf-granules")
    assert "Levels drawn on Prograf" in granules
    assert "C/D" not in granules
    back = lapsed("--from", "envarsus-xr", "--to", "prograf", "--dose", "4", "--every", "24")
    assert "LCPT" in back
    twice = lapsed(*PROGRAF, "--to", "prograf", "--to-every", "24")
    assert all(part in twice for part in ("every 12 hours", "at 24 h", "month 3"))
    vein = lapsed("--from", "advagraf", "--to", "intravenous", "--dose", "5", "--every", "24")
    assert all(part in vein for part in ("Hours of a trough", "ranges for levels by mouth", "no trough"))


def test_r09_h5_the_mix_up_of_brands_is_warned_of() -> None:
    """R09, H5: each change of product warns, with the labels that keep the two apart; another interval does not."""
    answer = ask(*PROGRAF, "--to", "envarsus-xr")
    sources = {one["source"] for one in answer["data"]["not_interchangeable"]}
    assert sources == {"label-us-prograf", "label-us-astagraf", "label-us-envarsus"}
    assert "BRAND_MIX_UP" in codes(answer)
    assert "BRAND_MIX_UP" in codes(ask(*PROGRAF, "--to", "advagraf"))
    assert "BRAND_MIX_UP" not in codes(ask(*PROGRAF, "--to", "prograf", "--to-every", "24"))
    shown = CliRunner().invoke(app, ["convert", *PROGRAF, "--to", "envarsus-xr", *NOW]).stdout
    assert shown.startswith("Tacrolimus (Envarsus XR) 4.75 mg every 24 hours = 4.75 mg/day\n")


def test_unusual_intervals_and_odd_doses_are_said() -> None:
    """The old interval and the new one are held against the label, the old dose against the strengths (R14)."""
    assert "UNUSUAL_INTERVAL" in codes(change("prograf", "prograf", "1", "48", "--to-every", "72"))
    assert "UNUSUAL_INTERVAL" in codes(change("prograf", "granules", "1", "48", "--to-every", "48"))
    assert "UNUSUAL_INTERVAL" not in codes(ask(*PROGRAF, "--to", "advagraf"))
    assert "NOT_ACHIEVABLE" in codes(change("prograf", "advagraf", "2.8", "12"))


@pytest.mark.parametrize("name", ["ciclosporin", "neoral", "Cyclosporine"])
def test_from_ciclosporin_there_is_a_time_and_no_dose(name: str) -> None:
    """Another drug has no factor: refused, with the 24 hours that its row gives, by any of its names."""
    answer = change(name, "prograf", "100", "12")
    assert answer["code"] == "NO_GUIDANCE"
    assert "24 hours" in answer["message"]


def test_r26_a_product_is_never_guessed() -> None:
    """R26: none, an unknown one, and another drug are refused; a near name is only suggested."""
    assert ask("--to", "advagraf", "--dose", "3", "--every", "12")["code"] == "MISSING_PRODUCT"
    assert change("sirolimus", "prograf", "3", "12")["code"] == "UNKNOWN_PRODUCT"
    assert change("prograf", "sirolimus", "3", "12")["code"] == "UNKNOWN_PRODUCT"
    assert "did you mean prograf" in change("progaf", "advagraf", "3", "12")["message"]


@pytest.mark.parametrize("words", [("--from", "prograf"), ("--level", "7", "--from", "prograf"), ("--to-every", "24")])
def test_half_a_question_is_wrong_usage(words: tuple[str, ...]) -> None:
    """Without --to there is nothing to convert to, and a level alone takes no product."""
    assert ask(*words)["exit"] == 2


# levels


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 60000).map(lambda many: f"{many // 1000}.{many % 1000:03}").filter(lambda text: float(text) > 0))
def test_a_level_comes_back_from_nmol(text: str) -> None:
    """ng/mL and ug/L are one number, and nmol/L leads back to it by the molecular weight that is named."""
    level = ask("--level", text)["data"]["level"]
    assert level["ng_ml"] == level["ug_l"] == pytest.approx(float(text))
    assert level["nmol_l"] * level["molecular_weight_g_per_mol"] / 1000 == pytest.approx(level["ng_ml"])
    assert ask("--level", f"{text}ug/L")["data"]["level"]["nmol_l"] == level["nmol_l"]


def test_a_level_alone_and_beside_a_change() -> None:
    """Alone all else is null; a limit stays a limit; beside a change it is said to say nothing of the new regimen."""
    alone = ask("--level", "<9.2 nmol/L")
    assert {key for key, value in alone["data"].items() if value not in (None, [])} == {"level"}
    assert alone["data"]["level"]["censor"] == "<"
    assert alone["data"]["level"]["ng_ml"] == pytest.approx(9.2 * 0.80402)
    assert "HIGH_LEVEL" in codes(ask("--level", "25"))
    shown = CliRunner().invoke(app, ["convert", *PROGRAF, "--to", "advagraf", "--level", "7", *NOW]).stdout
    assert "says nothing of the new regimen" in " ".join(shown.split())
    assert ask(*PROGRAF, "--to", "advagraf")["data"]["level"] is None
    assert ask("--level", "301")["exit"] == 2


# drugs and the patient file


def test_r72_a_drug_that_moves_the_level_is_said() -> None:
    """R72: no factor was found beside such a drug; one to be avoided refuses, but not another interval."""
    assert "CONVERTED_UNDER_DRUG" in codes(ask(*PROGRAF, "--to", "advagraf", "--with", "fluconazole"))
    assert "CONVERTED_UNDER_DRUG" in codes(ask(*PROGRAF, "--to", "advagraf", "--with", "rifampicin"))
    assert codes(ask(*PROGRAF, "--to", "advagraf", "--with", "zzzmab")) >= {"UNLISTED_DRUG"}
    assert codes(ask(*PROGRAF, "--to", "advagraf")) == {"BRAND_MIX_UP"}
    assert ask(*PROGRAF, "--to", "advagraf", "--with", "paxlovid")["code"] == "AVOID_COMBINATION"
    for every in ("24", "168"):
        refused = ask(*PROGRAF, "--to", "prograf", "--to-every", every, "--with", "paxlovid")
        assert (refused["code"], refused["data"]) == ("AVOID_COMBINATION", None)
    boosted = change("prograf", "prograf", "1", "24", "--to-every", "72", *BOOSTED)
    assert "CONVERTED_UNDER_DRUG" in codes(boosted)


HEAD = (
    'schema = 1\n[patient]\nid = "t-1"\ntime_zone = "Europe/Paris"\n[transplant]\norgan = "kidney"\ndate = 2026-10-12\n'
)
REGIMEN = '[[regimens]]\nstart = 2026-10-13T08:00:00\nproduct = "prograf"\nintakes_mg = [3, 3]\ninterval_h = 12\n'


def of_file(tmp_path: Path, text: str, *words: str, to: str = "advagraf") -> dict[str, Any]:
    """Return the answer to a change of the regimen of a patient file."""
    path = tmp_path / "patient.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return ask("--patient", str(path), "--to", to, *words)


def test_the_file_gives_regimen_product_and_indication(tmp_path: Path) -> None:
    """Without flags all is the file's; a flag wins and says so; a product that contradicts it is wrong usage."""
    plain = of_file(tmp_path, REGIMEN)
    assert plain["data"]["from"]["daily_dose_mg"] == plain["data"]["to"]["daily_dose_mg"] == 6
    assert plain["inputs"]["product"] == {"value": "prograf", "from": "patient file"}
    assert plain["inputs"]["indication"]["value"] == "kidney"
    typed = of_file(tmp_path, REGIMEN, "--from", "prograf", "--dose", "2", "--every", "12")
    assert typed["data"]["to"]["daily_dose_mg"] == 4
    assert "FLAG_WINS" in codes(typed)
    assert of_file(tmp_path, REGIMEN, "--from", "prograf")["data"] == plain["data"]
    assert of_file(tmp_path, REGIMEN, "--from", "adoport")["exit"] == 2
    liver = of_file(tmp_path, REGIMEN, "--indication", "liver", to="envarsus-xr")
    assert liver["code"] == "NO_GUIDANCE"


def test_r26_a_file_without_product_or_regimen_is_refused(tmp_path: Path) -> None:
    """R26: the product of the file's regimen is never assumed, nor a regimen where none is in force."""
    bare = REGIMEN.replace('product = "prograf"\n', "")
    assert of_file(tmp_path, bare, "--from", "prograf")["code"] == "BAD_PATIENT_FILE"
    assert of_file(tmp_path, "")["code"] == "MISSING_REGIMEN"
    assert of_file(tmp_path, "", "--from", "prograf")["code"] == "MISSING_REGIMEN"
    assert of_file(tmp_path, REGIMEN + "stop = 2026-11-01T08:00:00\n")["code"] == "HELD"


def test_r55_what_the_file_says_of_the_regimen_stands_against_it(tmp_path: Path) -> None:
    """Held: said, and converted for its return. Two products or another route: refused, warned of where typed."""
    held = of_file(tmp_path, REGIMEN + '[[events]]\nat = 2026-11-20T08:00:00\nkind = "held"\n')
    assert held["data"]["to"]["daily_dose_mg"] == 6
    assert "HELD" in codes(held)
    first = REGIMEN.replace("prograf", "adoport").replace("start", "stop = 2026-11-10T08:00:00\nstart")
    two = first + REGIMEN.replace("2026-10-13", "2026-11-01")
    assert of_file(tmp_path, two)["code"] == "TWO_PRODUCTS"
    typed = of_file(tmp_path, two, "--from", "prograf", "--dose", "3", "--every", "12")
    assert "TWO_PRODUCTS" in codes(typed)
    under_the_tongue = REGIMEN + 'route = "sublingual"\n'
    assert of_file(tmp_path, under_the_tongue)["code"] == "NOT_ORAL"


def test_an_infusion_of_the_file_is_no_other_route(tmp_path: Path) -> None:
    """The regimen of an infusion is by vein, as its product is: its refusal is that of the missing factor."""
    text = '[[regimens]]\nstart = 2026-11-20T08:00:00\nproduct = "intravenous"\nintakes_mg = [1]\ninterval_h = 24\n'
    assert of_file(tmp_path, text, to="prograf")["code"] == "NO_GUIDANCE"
    child = ("--age", "8", "--weight", "25", "--indication", "heart")
    (rule,) = [one for one in of_file(tmp_path, text, *child, to="prograf")["data"]["beside"] if one["doses"]]
    assert rule["doses"][0]["unrounded_daily_dose_mg"] == 3


def test_r48_a_drug_stopped_of_late_still_counts(tmp_path: Path) -> None:
    """R48: an inhibitor or inducer that fades is said as one on board; one of long ago is not."""
    late = '[[drugs]]\nname = "fluconazole"\nstart = 2026-11-01\nstop = 2026-11-19\n'
    assert "CONVERTED_UNDER_DRUG" in codes(of_file(tmp_path, REGIMEN + late))
    assert "CONVERTED_UNDER_DRUG" not in codes(of_file(tmp_path, REGIMEN + late.replace("11-", "10-")))


@pytest.mark.parametrize(
    ("before", "after", "every", "to_every", "more", "says"),
    [
        ("prograf", "prograf", "24", "72", (), "same booster"),
        ("prograf", "prograf", "24", "72", ("--with", "fluconazole"), None),
        ("prograf", "prograf", "24", "72", ("--with", "rifampicin"), "same booster"),
        ("prograf", "prograf", "12", "72", BOOSTED, "several intakes a day"),
        ("prograf", "prograf", "168", "24", (), "same booster"),
        ("prograf", "prograf", "72", "168", (), None),
        ("prograf", "prograf", "12", "24", (), None),
        ("advagraf", "advagraf", "24", "12", (), "every 24 hours by its label"),
        ("prograf", "advagraf", "12", "12", (), "every 24 hours by its label"),
        ("prograf", "advagraf", "12", "48", BOOSTED, "every 24 hours by its label"),
        ("prograf", "advagraf", "24", "24", (), "every 12 hours by its label"),
        ("prograf", "envarsus-xr", "168", "168", BOOSTED, "every 12 hours by its label"),
        ("advagraf", "intravenous", "72", "24", (), "every 24 hours by its label"),
        ("envarsus-xr", "prograf", "24", "72", (), "every 12 hours by its label"),
        ("envarsus-xr", "prograf", "168", "12", (), "every 24 hours by its label"),
        ("prograf", "granules", "72", "72", BOOSTED, None),
        ("prograf", "granules", "72", "12", (), "--to-every 72"),
        ("granules", "prograf", "8", "8", (), None),
    ],
)
def test_r49_a_number_holds_between_its_own_intervals(
    before: str, after: str, every: str, to_every: str, more: tuple[str, ...], says: str | None
) -> None:
    """R49: a factor holds between the labels' intervals; one product crosses a day only under a booster."""
    dose = "6" if int(every) * 2 < int(to_every) else "2"
    answer = change(before, after, dose, every, "--to-every", to_every, *more)
    if says is None:
        assert answer["exit"] == 0, answer["message"]
        return
    assert (answer["exit"], answer["code"], answer["data"]) == (4, "NO_GUIDANCE", None)
    assert says in answer["message"]


BOOSTED_FILE = REGIMEN.replace("[3, 3]", "[1]").replace("interval_h = 12", "interval_h = 24")


@pytest.mark.parametrize(
    ("name", "start", "more", "code"),
    [
        ("darunavir/cobicistat", "2026-10-01", "", None),
        ("darunavir/cobicistat", "2026-10-13", "", None),
        ("darunavir/cobicistat", "2026-10-20", "", "NO_GUIDANCE"),
        ("darunavir/cobicistat", "2026-11-20", "", "NO_GUIDANCE"),
        ("darunavir/cobicistat", "2026-10-01", "stop = 2026-11-18\n", "NO_GUIDANCE"),
        ("darunavir/cobicistat", "2026-10-01", "stop = 2026-11-21\n", "NO_GUIDANCE"),
        ("paxlovid", "2026-10-01", "", "AVOID_COMBINATION"),
    ],
)
def test_r48_only_a_settled_booster_lets_a_dose_cross_a_day(
    tmp_path: Path, name: str, start: str, more: str, code: str | None
) -> None:
    """R48: a booster of the file counts where it is as old as the regimen, past its onset and still taken."""
    drug = f'[[drugs]]\nname = "{name}"\nstart = {start}\n{more}'
    assert of_file(tmp_path, BOOSTED_FILE + drug, "--to-every", "72", to="prograf")["code"] == code


def test_r34_a_single_intake_is_confirmed_like_a_day() -> None:
    """R34: above 40 mg in one intake is repeated, though the mean of a day is low."""
    words = ("prograf", "prograf", "6", "24", "--to-every", "168", *BOOSTED)
    assert change(*words)["exit"] == 2
    assert change(*words, "--confirm-value", "42")["data"]["to"]["intakes_mg"] == [42]


@pytest.mark.parametrize(
    ("value", "exit_code", "code"), [("7.4", 0, None), ("25", 0, "HIGH_LEVEL"), ("75", 4, "CRITICAL_LEVEL")]
)
def test_r31_the_level_is_looked_at_typed_or_of_the_file(
    tmp_path: Path, value: str, exit_code: int, code: str | None
) -> None:
    """R31: no dose beside a critical level; a high one is named, with its day where the file has it."""
    on_file = f'[[levels]]\ntaken = 2026-11-20T08:00:00\nvalue = {value}\nunit = "ng/mL"\n'
    for answer in (ask(*PROGRAF, "--to", "advagraf", "--level", value), of_file(tmp_path, REGIMEN + on_file)):
        assert answer["exit"] == exit_code
        assert code is None or code in codes(answer) | {answer["code"]}
    assert code != "HIGH_LEVEL" or "2026-11-20" in next(
        one["message"] for one in answer["warnings"] if one["code"] == code
    )


def test_r46_an_old_level_of_the_file_is_said(tmp_path: Path) -> None:
    """R46: a level too old to decide a dose is named and stops no conversion."""
    old = '[[levels]]\ntaken = 2026-10-20T08:00:00\nvalue = 7\nunit = "ng/mL"\n'
    assert codes(of_file(tmp_path, REGIMEN + old)) == {"BRAND_MIX_UP", "STALE_LEVEL"}


def test_r35_tenfold_of_the_file_is_said(tmp_path: Path) -> None:
    """R35: 0.5 mg then 5 mg is said where the file's regimen is converted, not where a dose was typed."""
    text = REGIMEN.replace("[3, 3]", "[0.5, 0.5]") + REGIMEN.replace("[3, 3]", "[5, 5]").replace("10-13", "11-15")
    assert "TENFOLD" in codes(of_file(tmp_path, text))
    assert "TENFOLD" not in codes(of_file(tmp_path, text, "--from", "prograf", "--dose", "3", "--every", "12"))


@pytest.mark.parametrize("indication", ["heart", "lung", "kidney-pancreas", "gvhd", "lupus-nephritis"])
@pytest.mark.parametrize(("before", "after"), [("prograf", "advagraf"), ("prograf", "envarsus"), ("advagraf", "iv")])
def test_r24_the_eu_rows_are_of_kidney_and_liver(before: str, after: str, indication: str) -> None:
    """R24: another indication is refused; an unknown one is assumed, and said to be."""
    every = "24" if before == "advagraf" else "12"
    assert change(before, after, "5", every, "--indication", indication)["code"] == "NO_GUIDANCE"
    assert "given for kidney or liver" in change(before, after, "5", every)["data"]["row"]["assumed"]


def test_a_hospitals_rule_of_adults_is_for_adults() -> None:
    """The tablet-to-capsule rule holds for no child, and is assumed to be of an adult where no age was given."""
    words = ("envarsus-xr", "prograf", "4", "24")
    assert change(*words, "--age", "8", "--weight", "25")["code"] == "NO_GUIDANCE"
    assert ask("--from", "envarsus-xr", "--to", "prograf", "--dose", "40", "--every", "24")["exit"] == 2
    assert change(*words)["data"]["beside"][0]["assumed"] == ["an adult"]


@pytest.mark.parametrize(
    ("before_h", "to_every", "first", "last"),
    [("24", "48", "2026-11-23", "2026-11-25"), ("24", "72", "2026-11-24", "2026-11-24"),
     ("24", "168", "2026-11-28", "2026-11-28"), ("12", "24", "2026-11-23", "2026-11-24")],
)  # fmt: skip
def test_r42_the_next_level_is_a_trough(before_h: str, to_every: str, first: str, last: str) -> None:
    """R42: at the end of whole intervals where they are longer than a day, never before the first."""
    following = change("prograf", "prograf", "2", before_h, "--to-every", to_every, *BOOSTED)["data"]["next_level"]
    assert (following["from"], following["to"]) == (first, last)
    assert ("end of an interval" in following["reason"]) == (to_every != "24")


@pytest.mark.parametrize(("every", "first", "last"), [("48", "23", "25"), ("72", "24", "24"), ("168", "28", "28")])
def test_r42_the_next_level_of_adjust_is_a_trough(every: str, first: str, last: str) -> None:
    """R42: adjust shares the days of convert: whole intervals after a change."""
    words = ("--level", "9", "--dose", "2", "--every", every, "--product", "prograf", "--target", "5-8", "--json")
    result = CliRunner().invoke(app, ["adjust", *words, *NOW])
    following = json.loads(result.stdout)["data"]["next_level"]
    assert (following["from"], following["to"]) == (f"2026-11-{first}", f"2026-11-{last}")


def test_csv_says_whose_number_a_regimen_rests_on() -> None:
    """Each row of CSV has the kind and the source of its number, and whether it is proposed."""
    label = CliRunner().invoke(app, ["convert", *PROGRAF, "--to", "envarsus-xr", "--format", "csv", *NOW]).stdout
    rows = list(csv.DictReader(io.StringIO(label)))
    assert {(row["kind"], row["source"]) for row in rows} == {("label", "label-us-envarsus")}
    assert [row["proposal"] for row in rows].count("True") == 1
    words = ("--from", "envarsus-xr", "--to", "prograf", "--dose", "4", "--every", "24", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(CliRunner().invoke(app, ["convert", *words, *NOW]).stdout)))
    assert {(row["kind"], row["proposal"]) for row in rows} == {("protocol", "False")}


@pytest.mark.parametrize(
    "more",
    [("--with", "fluconazole"), ("--age", "40"), ("--weight", "70"), ("--indication", "kidney"), ("--every", "12")],
)
def test_a_level_alone_takes_no_other_option(more: tuple[str, str]) -> None:
    """What would not be used is wrong usage, so that nobody believes it was."""
    assert ask("--level", "7", *more)["exit"] == 2


def test_cd_thresholds_of_kidneys_are_not_named_for_another_organ() -> None:
    """The thresholds were made after kidney transplantation: they lapse for a kidney or an unknown organ alone."""
    once_a_day = (*PROGRAF, "--to", "advagraf")
    assert "C/D" in lapsed(*once_a_day)
    assert "C/D" in lapsed(*once_a_day, "--indication", "kidney")
    assert "C/D" not in lapsed(*once_a_day, "--indication", "liver")


def test_an_infusion_has_one_rate_and_three_figures() -> None:
    """Unequal doses of an infusion are wrong usage; a fifth by vein is given in three figures."""
    assert change("intravenous", "prograf", "1+2", "12")["exit"] == 2
    assert change("advagraf", "intravenous", "5.5", "24")["data"]["to"]["intakes_mg"] == [1.1]
    odd = change("advagraf", "intravenous", "6.17", "24")["data"]
    assert (odd["to"]["intakes_mg"], odd["to"]["daily_dose_mg"]) == ([1.23], 1.23)


@pytest.mark.parametrize("form", ["plain", "table", "note", "csv", "markdown"])
@pytest.mark.parametrize(
    "words",
    [
        (*PROGRAF, "--to", "envarsus-xr"),
        ("--from", "envarsus-xr", "--to", "prograf", "--dose", "4", "--every", "24"),
        ("--from", "advagraf", "--to", "intravenous", "--dose", "6", "--every", "24"),
        ("--level", "9.2nmol/L"),
    ],
)
def test_every_format_answers(words: tuple[str, ...], form: str) -> None:
    """Each kind of answer has something to show in each format; a note is four lines."""
    said = CliRunner().invoke(app, ["convert", *words, "--format", form, *NOW])
    assert said.exit_code == 0
    data = ask(*words)["data"]
    doses = [data["to"]] if data["to"] else [dose["regimen"] for one in data["beside"] for dose in one["doses"]]
    texts = [one["text"] for one in doses] or ["7.39" if form == "csv" else "7.4"]
    if form != "note" or data["to"] or not doses:
        assert all(text in " ".join(said.stdout.split()) for text in texts)
    assert form != "note" or said.stdout.count("\n") == 4


def test_one_option_is_proposed_and_a_hospitals_rule_none() -> None:
    """CSV and JSON mark the proposal: one among the options, which is `to`; none where only a rule is shown."""
    data = ask(*PROGRAF, "--to", "envarsus-xr")["data"]
    assert [one for one in data["options"] if one["proposed"]] == [data["to"]]
    rule = ask("--from", "envarsus-xr", "--to", "prograf", "--dose", "4", "--every", "24")["data"]
    assert [dose["regimen"]["proposed"] for one in rule["beside"] for dose in one["doses"]] == [False, False]
