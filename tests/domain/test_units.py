"""Numbers, levels and units: what is read and what is not, and how a number is written."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdmcli.domain.regimen import Regimen, parse_dose
from tdmcli.domain.target_range import Position, position
from tdmcli.domain.units import (
    Censor,
    LevelUnit,
    clean,
    make_level,
    ng_ml_to_nmol_l,
    parse_level,
    parse_number,
    parse_unit,
    parse_whole,
    show,
    show_mg,
    show_percent,
    show_range,
)
from tdmcli.tables.readers import read_molecular_weight

WEIGHT = Decimal("804.02")
WRITTEN = re.compile(r"-?(0|[1-9][0-9]{0,2}(,[0-9]{3})*)(\.[0-9]*[1-9])?", re.ASCII)

NO_NUMBERS = (
    *(
        "",
        " ",
        "7,5",
        "1,234",
        "1.234,5",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "Infinity",
        "1e3",
        "1e999",
        "1_0",
        "0x10",
        "True",
    ),
    *("-5", "+5", "\u22125", "5 ", " 5", "5\n", "5.", ".5", "5..5", "1.2.3", "12345", "1.2345", "7 5", "7\u00a05"),
    *("\uff17.\uff15", "\u0667", "7\u00b2", "\u00bd", "5mg", "b'7'", "7\x00", "--5", "sNaN", "9" * 5000),
)

decimals = st.decimals(min_value=-99999, max_value=9999999, allow_nan=False, allow_infinity=False, places=4)


def round_to_first_digit(value: Decimal) -> Decimal:
    """Return a number with one digit that counts."""
    return value.quantize(Decimal(1).scaleb(value.adjusted()), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize("text", ["0", "7", "7.5", "7.50", "0.5", "9999", "9999.999", "0.001", "007"])
def test_r30_numbers_that_are_read(text: str) -> None:
    """At most four digits before and three after a point are a number, kept as written."""
    assert parse_number(text) == Decimal(text)
    assert f"{parse_number(text):f}".lstrip("0") == text.lstrip("0") or Decimal(text) == 0


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_r30_texts_that_are_no_number(text: str) -> None:
    """Commas, signs, exponents, NaN, other digits, blanks and endless digits are no numbers."""
    with pytest.raises(ValueError, match=r"comma|not a number") as caught:
        parse_number(text)
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize("text", ["7,5", "1,234", "1.234,5"])
def test_r30_a_comma_is_answered_with_what_to_write(text: str) -> None:
    """A decimal comma is refused in numbers, levels and doses alike, with the hint."""
    for parse in (parse_number, parse_dose, lambda one: parse_level(one, WEIGHT)):
        with pytest.raises(ValueError, match=r"write 2\.5, or 2\+5 for two intakes"):
            parse(text)


@pytest.mark.parametrize("text", ["", "7.0", "-1", "123456", "\u0667", "1e3", "40 "])
def test_r30_texts_that_are_no_whole_number(text: str) -> None:
    """A whole number is one to five ASCII digits."""
    with pytest.raises(ValueError, match="not a whole number"):
        parse_whole(text)


@given(st.text(max_size=12))
def test_r30_whatever_is_typed_is_a_number_or_a_value_error(text: str) -> None:
    """No text makes a parser do anything but return a finite number or raise ValueError."""
    for parse in (parse_number, parse_whole, parse_dose, lambda one: parse_level(one, WEIGHT).value_ng_ml):
        try:
            found = parse(text)
        except ValueError:
            continue
        assert all(Decimal(one).is_finite() and one >= 0 for one in (found if isinstance(found, tuple) else (found,)))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ng/mL", LevelUnit.NG_ML),
        ("ug/L", LevelUnit.UG_L),
        ("mcg/L", LevelUnit.MCG_L),
        ("\u00b5g/L", LevelUnit.MICRO_G_L),
        ("\u03bcg/L", LevelUnit.MICRO_G_L),
        ("nmol/L", LevelUnit.NMOL_L),
    ],
)
def test_r10_units_that_are_read(text: str, unit: LevelUnit) -> None:
    """Both micro signs are the same unit; all but nmol/L is the same number in ng/mL."""
    assert parse_unit(text) is unit
    level = parse_level(f"7.4 {text}", WEIGHT)
    assert level == parse_level(f"7.4{text}", WEIGHT)
    assert (level.value_ng_ml == Decimal("7.4")) == (unit is not LevelUnit.NMOL_L)


@pytest.mark.parametrize(
    "text",
    ["mg/L", "ng/L", "ng/dL", "NG/ML", "ng/ml", "ng", "mol/L", "nmol", "umol/L", "ng/mL ", "", "\uff4eg/mL", "ng / mL"],
)
def test_r10_units_that_are_not_on_the_list(text: str) -> None:
    """Anything else is refused, with the units that are known."""
    with pytest.raises(ValueError, match="known: ng/mL, ug/L, mcg/L, nmol/L"):
        parse_unit(text)


@pytest.mark.parametrize("text", ["7.4mg/L", "7.4 ng/L", "7.4 ng/dL", "7.4 ng/ml", "7.4 nmol", "7.4 x"])
def test_r10_r12_a_level_in_another_unit_is_not_guessed(text: str) -> None:
    """A unit off the list refuses the level, however likely the number looks."""
    with pytest.raises(ValueError, match="not a unit of a level"):
        parse_level(text, WEIGHT)


@pytest.mark.parametrize(("nmol", "ng"), [("10", "8.0402"), ("9.2", "7.396984"), ("1", "0.80402")])
def test_r11_nmol_is_converted_by_the_molecular_weight(nmol: str, ng: str) -> None:
    """1000 nmol/L are 804.02 ng/mL, and back again is the same number."""
    level = parse_level(f"{nmol} nmol/L", read_molecular_weight())
    assert level.value_ng_ml == Decimal(ng)
    assert level.text == f"{nmol} nmol/L"
    assert ng_ml_to_nmol_l(level.value_ng_ml, read_molecular_weight()) == Decimal(nmol)


def test_r12_a_bare_number_is_ng_ml() -> None:
    """A level without a unit is ng/mL, and says so when it is shown."""
    assert parse_level("7.4", WEIGHT) == parse_level("7.4 ng/mL", WEIGHT)
    assert parse_level("7.4", WEIGHT).text == "7.4 ng/mL"


@pytest.mark.parametrize(
    ("text", "shown"), [("8.0", "8.0 ng/mL"), ("8.00ug/L", "8.00 ug/L"), ("8 \u00b5g/L", "8 mcg/L")]
)
def test_r01_r05_a_level_is_shown_as_the_laboratory_wrote_it(text: str, shown: str) -> None:
    """A level keeps its digits; a micro sign is written mcg."""
    assert parse_level(text, WEIGHT).text == shown


@pytest.mark.parametrize(
    "text", ["0", "0.0", "0 ng/mL", "<0", "0.000", "-1", "nan", "inf", "1e3", "True", "<", "> ng/mL"]
)
def test_r30_texts_that_are_no_level(text: str) -> None:
    """Nothing at or below zero, and nothing that is no plain number, is a level."""
    with pytest.raises(ValueError, match=r".+"):
        parse_level(text, WEIGHT)


@pytest.mark.parametrize(("text", "censor"), [("<2", Censor.BELOW), ("< 2.0", Censor.BELOW), (">30", Censor.ABOVE)])
def test_r37_a_limit_is_not_a_number(text: str, censor: Censor) -> None:
    """A level below or above a limit keeps its sign and is not taken for the limit itself."""
    level = parse_level(text, WEIGHT)
    assert level.censor is censor
    assert not level.is_number
    assert level.text.startswith(censor)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("<6", Position.BELOW),
        ("<2", Position.BELOW),
        ("<6.001", Position.UNDETERMINED),
        ("<12", Position.UNDETERMINED),
        (">9", Position.ABOVE),
        (">30", Position.ABOVE),
        (">8.999", Position.UNDETERMINED),
        (">1", Position.UNDETERMINED),
    ],
)
def test_r22_r37_a_limit_has_a_place_only_where_every_number_beyond_it_has(text: str, place: Position) -> None:
    """Below 6 is below 6-9, above 9 is above it, and what could be either is neither."""
    assert position(parse_level(text, WEIGHT), Decimal(6), Decimal(9)) is place


@pytest.mark.parametrize(("low", "high"), [("6", "9"), ("0.3", "0.9"), ("4.1", "4.1"), ("1", "30"), ("8.10", "12.30")])
def test_r22_limits_belong_to_the_range(low: str, high: str) -> None:
    """Each limit lies within, a thousandth beyond it lies out, a thousandth inside lies within."""
    bottom, top, ulp = Decimal(low), Decimal(high), Decimal("0.001")
    places = {
        bottom - ulp: Position.BELOW,
        bottom: Position.WITHIN,
        top: Position.WITHIN,
        top + ulp: Position.ABOVE,
    }
    for value, place in places.items():
        assert position(make_level(value, Censor.NONE, LevelUnit.NG_ML, WEIGHT), bottom, top) is place
    assert position(parse_level("0.9", WEIGHT), 3 * Decimal("0.1"), 3 * Decimal("0.3")) is Position.WITHIN


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *(
            ("5.0", "5"),
            ("0.50", "0.5"),
            ("50", "50"),
            ("100.00", "100"),
            ("0", "0"),
            ("-0.001", "-0.001"),
            ("0.0", "0"),
        ),
        *(("1000", "1,000"), ("1500.50", "1,500.5"), ("1234567", "1,234,567"), ("5E+1", "50"), ("1E-2", "0.01")),
        *(("2.345", "2.35"), ("2.344999", "2.34"), ("0.125", "0.13"), ("-2.5", "-2.5"), ("999.999", "1,000")),
    ],
)
def test_r01_r02_r06_r18_numbers_as_they_are_written(value: str, shown: str) -> None:
    """No trailing zero, a zero before the point, commas from 1,000 on, no exponent, halves up."""
    assert show(Decimal(value)) == shown
    assert show_mg(Decimal(value)) == f"{shown} mg"


@given(decimals, st.integers(min_value=0, max_value=4))
def test_r01_r02_r06_r18_every_number_is_written_plainly_and_reads_back(value: Decimal, places: int) -> None:
    """Never a trailing zero after a point, an exponent or a bare point; read back it is the number rounded, not 0."""
    text = show(value, places)
    assert WRITTEN.fullmatch(text), text
    back = Decimal(text.replace(",", ""))
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert back == rounded or (rounded == 0 and back == round_to_first_digit(value))


@given(st.decimals(min_value="0.001", max_value="9999.999", places=3))
def test_r01_r06_what_is_shown_whole_can_be_typed_again(value: Decimal) -> None:
    """At three places nothing is lost: without its commas the text parses to the number."""
    assert parse_number(show(value, 3).replace(",", "")) == value


@pytest.mark.parametrize("mg", ["0.001", "0.004"])
def test_r59_a_dose_above_zero_is_never_written_as_zero(mg: str) -> None:
    """What can be typed as a dose is not shown as none."""
    assert Regimen(parse_dose(mg), 12).per_intake != "0 mg every 12 hours"


@pytest.mark.parametrize(("change", "shown"), [("24.5", "+25 %"), ("-24.5", "-25 %"), ("0.4", "0 %"), ("-0.4", "0 %")])
def test_r18_a_change_has_its_sign_and_halves_go_outwards(change: str, shown: str) -> None:
    """Per cent are whole, with + or -, and without a sign where they come to nothing."""
    assert show_percent(Decimal(change)) == shown


def test_r03_a_range_has_its_unit_after_a_space() -> None:
    """Both limits, one unit; one number where they are the same."""
    assert show_range(Decimal("6.0"), Decimal(9)) == "6-9 ng/mL"
    assert show_range(Decimal("4.50"), Decimal("4.5")) == "4.5 ng/mL"


@pytest.mark.parametrize(("text", "doses"), [("3", ["3"]), ("3+2.5", ["3", "2.5"]), ("3mg + 2.5 mg", ["3", "2.5"])])
def test_r08_doses_that_are_read(text: str, doses: list[str]) -> None:
    """One dose, or several joined by +, in mg."""
    assert parse_dose(text) == tuple(Decimal(one) for one in doses)


@pytest.mark.parametrize(
    "text", ["", "+", "3+", "+3", "3++2", "6 mg/day", "3 daily", "-3", "3 g", "3mgmg", "3/2", "3;2"]
)
def test_r08_r30_doses_that_are_not_read(text: str) -> None:
    """Anything else than mg at each intake is refused."""
    with pytest.raises(ValueError, match="not a number"):
        parse_dose(text)


@pytest.mark.parametrize("text", ["2.5 mL", "2.5ml", "3+2 ML"])
def test_r13_a_dose_in_ml_is_refused(text: str) -> None:
    """Millilitres say nothing without their strength."""
    with pytest.raises(ValueError, match="mL says nothing without its strength"):
        parse_dose(text)


@pytest.mark.parametrize(
    ("cycle", "hours"), [("0", 12), ("3+0", 12), ("3", 10), ("3+2+1", 12), ("3+2", 24), ("3+2", 48)]
)
def test_r30_regimens_that_cannot_be(cycle: str, hours: int) -> None:
    """No empty intake, no odd interval, and one intake or as many as a day has."""
    with pytest.raises(ValueError, match=r"above 0|an interval is|do not fit"):
        Regimen(parse_dose(cycle), hours)


@pytest.mark.parametrize(
    ("cycle", "hours", "daily"),
    [("3", 12, "6"), ("3+2.5", 12, "5.5"), ("2", 8, "6"), ("1+1+1+2", 6, "5"), ("5", 24, "5"), ("5", 48, "2.5")],
)
def test_r08_the_daily_dose_is_what_a_day_holds(cycle: str, hours: int, daily: str) -> None:
    """The mean intake times 24 over the interval."""
    assert Regimen(parse_dose(cycle), hours).daily_dose_mg == Decimal(daily)


@given(st.text(max_size=80))
def test_r10_text_from_outside_is_shown_without_control_characters(text: str) -> None:
    """Whatever stands in a refused text, its echo is short and holds no control or direction character."""
    shown = clean(text)
    assert len(shown) <= 60
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", shown)
