"""`--explain`: the arithmetic that is printed is read back from its text and worked out again, with fractions."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdmcli.domain.findings import Refused
from tdmcli.tables.readers import read_formulas, read_policy
from tdmcli.workflows.adjust import answer_adjust
from tdmcli.workflows.adjust_data import AdjustQuestion
from tdmcli.workflows.answer import Answer, Worked
from tdmcli.workflows.asked import Asked
from tdmcli.workflows.worked import with_worked

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Iterator

    from tdmcli.workflows.adjust_data import AdjustData, OptionAnswer
    from tdmcli.workflows.regimens import RegimenAnswer

    Said = subprocess.CompletedProcess[str]
    Known = dict[str, set[Fraction]]

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
AS_OF = ("--as-of", "2026-11-21T09:00+01:00")
CAP = Fraction(read_policy().dose.max_increase_percent)
TWICE = Fraction(read_policy().dose.confirm_above_mg)
PLACES = {"change-percent": 0, "rise-percent": 1, "cd-ratio-by-weight": 2}  # of what a step comes to; 4 in all others
ROUNDED_FACTORS = {"starting-clearance", "starting-dose-by-auc", "starting-dose-by-trough"}
STARTING = {"starting-dose-by-weight", "cpic-2015"} | ROUNDED_FACTORS
NEARLY = Fraction(1, 10**9)

UNITS = r"(?<=[\d)])\s*(?:ng\*h/mL|mg/kg/day|mg/day|ng/mL per mg/kg|ng/mL per mg|ng/mL|nmol/L|kg|mg|h|%)(?![\w/])"
NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
TOKEN = re.compile(rf"\s*({NUMBER.pattern}|mean|max|min|[x/+\-(),])")

KIDNEY = ("kidney", "--days", "40")
PROGRAF = ("--dose", "3", "--every", "12", "--product", "prograf")
ADJUST = ("adjust", "--product", "prograf", "--every", "12", "--target", "6-9")
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # what is asked, and the formulas that answer it
    "adjust up to the cap": (
        (*ADJUST, "--level", "4.1", "--dose", "2.5+2", "--weight", "68"),
        (
            *("daily-dose", "midpoint", "position", "proportional-dose", "capped-dose"),
            *("predicted-trough", "change-percent", "dose-by-weight"),
        ),
    ),
    "adjust down": (
        (*ADJUST, "--level", "11.2", "--dose", "3"),
        ("daily-dose", "midpoint", "position", "proportional-dose", "predicted-trough", "change-percent"),
    ),
    "adjust within": (
        (*ADJUST, "--level", "7", "--dose", "3"),
        ("daily-dose", "midpoint", "position", "predicted-trough"),
    ),
    "adjust to an aim": (
        (*ADJUST, "--level", "11.2", "--dose", "3", "--aim", "7"),
        ("daily-dose", "position", "proportional-dose", "predicted-trough", "change-percent"),
    ),
    "adjust in nmol/L": (
        (*ADJUST, "--level", "13.9 nmol/L", "--dose", "3", "--try", "2.5+2"),
        (
            *("nmol", "daily-dose", "midpoint", "position", "proportional-dose"),
            *("predicted-trough", "change-percent", "predicted-trough", "change-percent"),
        ),
    ),
    "adjust from a file": (
        ("adjust", "--patient", "data/examples/kidney-day-40.toml"),
        (
            *("daily-dose", "midpoint", "position", "proportional-dose", "predicted-trough"),
            *("change-percent", "dose-by-weight"),
        ),
    ),
    "cdratio": (("cdratio", "--level", "6.1", *PROGRAF, "--days", "90"), ("cd-ratio",)),
    "cdratio by weight": (
        ("cdratio", "--level", "6.1", *PROGRAF, "--days", "90", "--weight", "68.3"),
        ("cd-ratio", "cd-ratio-by-weight"),
    ),
    "cdratio in nmol/L": (
        ("cdratio", "--level", "7 nmol/L", *PROGRAF, "--weight", "61"),
        ("nmol", "cd-ratio", "cd-ratio-by-weight"),
    ),
    "cdratio every 72 hours": (
        ("cdratio", "--level", "5", "--dose", "1", "--every", "72", "--product", "prograf", "--weight", "12"),
        ("cd-ratio", "cd-ratio-by-weight"),
    ),
    "cdratio from a file": (
        ("cdratio", "--patient", "data/examples/kidney-day-40.toml"),
        ("cd-ratio", "cd-ratio-by-weight"),
    ),
    "convert": (
        ("convert", "--from", "prograf", "--to", "envarsus-xr", "--dose", "3+2.5", "--every", "12", "--level", "7.4"),
        ("daily-dose", "conversion-factor", "nmol"),
    ),
    "convert to another interval": (
        ("convert", "--from", "prograf", "--to", "prograf", "--dose", "1", "--every", "168", "--to-every", "72"),
        ("daily-dose", "conversion-factor"),
    ),
    "convert by a hospital's rule": (
        ("convert", "--from", "envarsus-xr", "--to", "generic-ir", "--dose", "4", "--every", "24"),
        (),
    ),
    "convert a level": (("convert", "--level", "<9.2 nmol/L"), ("nmol",)),
    "convert from a file": (
        ("convert", "--patient", "data/examples/kidney-day-40.toml", "--to", "advagraf"),
        ("daily-dose", "conversion-factor"),
    ),
    "interact": (("interact", "voriconazole", *PROGRAF), ("dose-factor",)),
    "interact by another name": (("interact", "vfend", *PROGRAF), ("dose-factor",)),
    "interact once a day": (
        ("interact", "voriconazole", "--dose", "7", "--every", "24", "--product", "advagraf"),
        ("dose-factor",),
    ),
    "interact with posaconazole": (("interact", "posaconazole", *PROGRAF), ("dose-factor",)),
    "interact without a dose": (("interact", "voriconazole"), ()),
    "interact with a level": (("interact", "fluconazole", "--level", "7.3"), ("predicted-by-fold",) * 2),
    "interact with a range of sizes": (("interact", "metronidazole", "--level", "6.2"), ("predicted-by-fold",) * 4),
    "interact with a level and a dose": (
        ("interact", "voriconazole", "--level", "7.2", *PROGRAF),
        ("predicted-by-fold", "predicted-by-fold", "dose-factor"),
    ),
    "target": (("target", *KIDNEY, "--level", "7.4"), ("position",)),
    "target in nmol/L": (("target", *KIDNEY, "--level", "9.2 nmol/L"), ("nmol", "position")),
    "target without a level": (("target", *KIDNEY), ()),
    "target that sources agree on": (("target", "liver", "--days", "10", "--level", "9"), ("position", "common-range")),
    "target that sources agree on, without a level": (("target", "heart", "--days", "200"), ("common-range",)),
    "target without a default": (("target", "membranous-nephropathy", "--level", "9"), ()),
    "target printed in nmol/L": (("target", "lupus-nephritis", "--level", "9"), ("position", "nmol", "nmol")),
    "target from a file": (("target", "--patient", "data/examples/kidney-day-40.toml"), ("position",)),
    "monitor": (
        ("monitor", "--patient", "data/examples/nephrotic-month-4.toml"),
        ("rise-percent", "due-day", "due-day"),
    ),
    "monitor from another file": (("monitor", "--patient", "data/examples/kidney-day-40.toml"), ("due-day",)),
    "monitor without a file": (("monitor", "kidney"), ()),
    "neurotox": (("neurotox", "tremor", "--level", "17 nmol/L", "--target", "6-9"), ("nmol", "position")),
    "neurotox with a lower dose": (
        ("neurotox", "tremor", "--level", "11.2", "--target", "6-9", *PROGRAF),
        (
            *("position", "share-of-range", "share-of-range", "daily-dose", "proportional-dose"),
            *("predicted-trough", "change-percent"),
        ),
    ),
    "neurotox with an aim, in nmol/L": (
        ("neurotox", "tremor", "--level", "13.9 nmol/L", "--target", "6-9", "--aim", "7", *PROGRAF),
        (
            *("nmol", "position", "share-of-range", "daily-dose", "proportional-dose"),
            *("predicted-trough", "change-percent"),
        ),
    ),
    "neurotox at the midpoint": (
        ("neurotox", "tremor", "--level", "7.5", "--target", "6-9", *PROGRAF),
        ("position", "share-of-range", "share-of-range", "daily-dose", "predicted-trough"),
    ),
    "auc by two regressions": (
        (
            *("auc", "--sample", "0=7 nmol/L", "--sample", "1=18", "--sample", "4=9.13", *PROGRAF),
            *("--indication", "kidney", "--days", "40"),
        ),
        ("nmol", "auc-by-regression", "auc-by-regression"),
    ),
    "neurotox without a level": (("neurotox", "tremor"), ()),
    "start by weight, genotype and equations": (
        (
            *("start", "kidney", "--weight", "75", "--age", "40", "--height", "170", "--cyp3a5", "*1/*3"),
            *("--days", "14", "--target", "6-10", "--product", "prograf", "--with", "mmf"),
        ),
        (
            *("body-surface", "starting-dose-by-weight", "starting-dose-by-weight", "starting-dose-by-weight"),
            *("cpic-2015", "cpic-2015", "cpic-2015", "starting-clearance", "starting-dose-by-auc"),
            *("starting-clearance", "starting-dose-by-auc", "starting-clearance", "starting-dose-by-trough"),
        ),
    ),
}


def number(text: str) -> Fraction:
    """Return the number that a text says, commas standing between thousands."""
    assert NUMBER.fullmatch(text), text
    return Fraction(text.replace(",", ""))


class Sum:
    """A line of arithmetic read back: numbers, x / + -, brackets, and mean, max and min of several numbers.

    A number may stand for one that is known more exactly: `values` gives what the sum can come to.
    """

    def __init__(self, text: str, known: Known) -> None:
        """Read the text, without its units."""
        bare = re.sub(UNITS, "", text)
        self.tokens: list[str] = TOKEN.findall(bare)
        assert "".join(self.tokens) == re.sub(r"\s", "", bare), text
        self.numbers = sorted({token for token in self.tokens if token[0].isdigit()})
        self.known = known

    def values(self) -> set[Fraction]:
        """Return what the sum comes to, for each thing that its numbers can stand for."""
        meant = [self.known.get(token, set()) | {number(token)} for token in self.numbers]
        return {self._value(dict(zip(self.numbers, one, strict=True))) for one in itertools.product(*meant)}

    def _value(self, meant: dict[str, Fraction]) -> Fraction:
        rest = [*self.tokens]

        def take() -> str:
            return rest.pop(0)

        def atom() -> Fraction:
            token = take()
            if token in {"mean", "max", "min"}:
                assert take() == "("
                parts = [plus()]
                while rest[0] == ",":
                    take()
                    parts.append(plus())
                assert take() == ")"
                return {"mean": sum(parts, Fraction(0)) / len(parts), "max": max(parts), "min": min(parts)}[token]
            if token == "(":  # noqa: S105
                value = plus()
                assert take() == ")"
                return value
            return meant[token]

        def times() -> Fraction:
            value = atom()
            while rest and rest[0] in "x/":
                value = value * atom() if take() == "x" else value / atom()
            return value

        def plus() -> Fraction:
            value = times()
            while rest and rest[0] in "+-":
                value = value + times() if take() == "+" else value - times()
            return value

        value = plus()
        assert rest == []
        return value


def rounded(value: Fraction, places: int) -> Fraction:
    """Return a number rounded half up, away from zero, by whole numbers alone."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


def is_shown_as(value: Fraction, shown: str, places: int) -> bool:
    """Return whether a number is shown right: rounded, or with the places that its first digit needs."""
    said = number(shown.lstrip("+-")) * (-1 if shown.startswith("-") else 1)
    if places and value and not rounded(value, places):
        while not rounded(value, places):
            places += 1
    on_the_edge = {rounded(value + NEARLY, places), rounded(value - NEARLY, places)}
    return said in {rounded(value, places), *on_the_edge}


def check_step(step: Worked, known: Known) -> None:
    """Work a step out again, and remember what it comes to more exactly than it is printed."""
    label, text = "", step.numbers
    if step.formula in {"rise-percent", "due-day", "predicted-by-fold", "auc-by-regression"} | STARTING:
        label, _, text = text.partition(": ")
        assert label
    if step.formula == "body-surface":
        height, weight, divisor, area = (number(one) for one in NUMBER.findall(text)[:4])
        assert abs(area * area - height * weight / divisor) < Fraction(2, 100)
        return
    if step.formula in ROUNDED_FACTORS:  # their factors are printed with four places, so the product is near
        given, _, rest = re.sub(r" \([^)]*\)", "", text).partition(" = ")
        (value,) = Sum(given, {}).values()
        assert abs(value / number(rest.split()[0]) - 1) < Fraction(1, 1000)
        return
    if step.formula == "due-day":
        last, days, due = re.fullmatch(r"([\d-]+) \+ (\d+) d = ([\d-]+)", text).groups()  # type: ignore[union-attr]
        assert date.fromisoformat(last) + timedelta(days=int(days)) == date.fromisoformat(due)
        return
    if step.formula == "position":
        found = re.fullmatch(r"(\S+) ng/mL against (\S+?)-(\S+) ng/mL: (below|within|above)", text)
        assert found, text
        levels = known.get(found[1], set()) | {number(found[1])}
        low, high = number(found[2]), number(found[3])
        assert found[4] in {"below" if one < low else "above" if one > high else "within" for one in levels}
        return
    if step.formula == "common-range":
        found = re.fullmatch(r"(max\(.*\)) to (min\(.*\)) = ([^-\s]+)(?:-(\S+))? ng/mL", text)
        assert found, text
        assert Sum(found[1], {}).values() == {number(found[3])}
        assert Sum(found[2], {}).values() == {number(found[4] or found[3])}
        return
    if step.formula == "dose-factor":
        found = re.fullmatch(r"(.+) every (\d+) hours = (\S+) mg/day, (x \S+) = (\S+) mg/day", text)
        assert found, text
        intakes = [number(one.removesuffix(" mg")) for one in re.split(r" then ", found[1].rstrip(","))]
        daily = sum(intakes, Fraction(0)) / len(intakes) * 24 / int(found[2])
        assert is_shown_as(daily, found[3], 2)
        (value,) = Sum(f"{found[3]} {found[4]}", {found[3]: {daily}}).values() & {daily * Fraction(found[4][2:])}
        assert is_shown_as(value, found[5], 4)
        return
    given, equals, rest = text.partition(" = ")
    assert equals, text
    shown = rest.split()[0]
    values = Sum(given, known).values()
    right = {one for one in values if is_shown_as(one, shown, PLACES.get(step.formula, 4))}
    assert right, (text, [float(one) for one in values])
    known.setdefault(shown.lstrip("+-"), set()).update(abs(one) for one in right)


def check_steps(steps: Iterable[Worked], known: Known | None = None) -> None:
    """Work out each step again, from the first to the last."""
    known = {} if known is None else known
    for step in steps:
        formula = read_formulas()[step.formula]
        assert (step.name, step.equation, step.source) == (formula.name, formula.equation, formula.source)
        check_step(step, known)


def note(known: Known, value: Fraction) -> None:
    """Remember a number by the text that it has with four decimals."""
    near = rounded(value, 4)
    text = f"{near.numerator * 10**4 // near.denominator:05}"
    shown = f"{int(text[:-4]):,}.{text[-4:]}".rstrip("0").rstrip(".")
    known.setdefault(shown, set()).add(value)


def numbers_in(value: Any) -> Iterator[Fraction]:
    """Return the positive numbers of JSON data, which has more digits than the text."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for part in value:
            yield from numbers_in(part)
    elif isinstance(value, float) and value > 0:
        yield Fraction(repr(value))


def steps_of(answer: dict[str, Any]) -> list[Worked]:
    """Return the steps of a JSON answer."""
    return [Worked(**one) for one in answer["worked"]]


# what a reader may rely on


@pytest.mark.parametrize("name", CASES)
def test_the_printed_arithmetic_is_right(name: str, ask: Callable[..., Said]) -> None:
    """Each line names its formula, and worked out again from its text comes to what it says."""
    question, formulas = CASES[name]
    answer = json.loads(ask(*question, *AS_OF, "--explain", "--json").stdout)
    assert answer["status"] == "ok"
    steps = steps_of(answer)
    assert tuple(one.formula for one in steps) == formulas
    known: Known = {}
    for value in numbers_in(answer["data"]):
        note(known, value)
    check_steps(steps, known)


def test_every_formula_is_used() -> None:
    """No formula of formulas.toml is there for nothing: each stands in the arithmetic of a case above."""
    assert {one for _, formulas in CASES.values() for one in formulas} == set(read_formulas())


@pytest.mark.parametrize("name", CASES)
def test_without_explain_nothing_is_worked(name: str, ask: Callable[..., Said]) -> None:
    """Without --explain `worked` is null, and all else but the sources is the same as with it."""
    question, _ = CASES[name]
    with_it, without = (json.loads(ask(*question, *AS_OF, *more, "--json").stdout) for more in (["--explain"], []))
    assert without["worked"] is None
    assert isinstance(with_it["worked"], list)
    assert {key: with_it[key] for key in without if key not in {"worked", "sources"}} == {
        key: without[key] for key in without if key not in {"worked", "sources"}
    }
    assert {one["id"] for one in without["sources"]} <= {one["id"] for one in with_it["sources"]}
    assert {one["source"] for one in with_it["worked"]} <= {one["id"] for one in with_it["sources"]}


@pytest.mark.parametrize("form", ["plain", "table", "markdown"])
@pytest.mark.parametrize("name", CASES)
def test_every_format_shows_the_arithmetic(name: str, form: str, ask: Callable[..., Said]) -> None:
    """Text for people shows each line with its formula's id, or that there was nothing to work out."""
    question, formulas = CASES[name]
    shown = ask(*question, *AS_OF, "--explain", "--format", form, width=200)
    steps = steps_of(json.loads(ask(*question, *AS_OF, "--explain", "--json").stdout))
    text = " ".join(re.sub(r"\\([^\w\s])", r"\1", re.sub(r"\x1b\[[\d;]*m", "", shown.stdout)).split())
    assert shown.returncode == 0
    assert [one.numbers for one in steps if one.numbers not in text] == []
    assert [one for one in formulas if f"[{one}]" not in text] == []
    assert ("Worked out: nothing" in text) == (not formulas)
    assert "Worked out" not in ask(*question, *AS_OF, "--format", form, width=200).stdout


@pytest.mark.parametrize("form", ["note", "csv"])
@pytest.mark.parametrize("name", CASES)
def test_a_note_and_a_table_of_values_stay_as_they_are(name: str, form: str, ask: Callable[..., Said]) -> None:
    """--explain adds nothing to four lines that are pasted, nor to CSV that is read by a program."""
    question, _ = CASES[name]
    plain, explained = (ask(*question, *AS_OF, *more, "--format", form) for more in ([], ["--explain"]))
    assert (explained.returncode, explained.stderr) == (0, plain.stderr)
    assert explained.stdout == plain.stdout != ""


def test_a_refusal_works_nothing_out(ask: Callable[..., Said]) -> None:
    """Where no number would be safe --explain shows none either."""
    said = ask(*ADJUST, "--level", "65", "--dose", "3", "--explain", *AS_OF, "--json")
    answer = json.loads(said.stdout)
    assert (said.returncode, answer["code"], answer["worked"], answer["data"]) == (4, "CRITICAL_LEVEL", None, None)


# any question of `adjust`


def halves(least: int, most: int) -> st.SearchStrategy[str]:
    """Return multiples of a half, as they are typed."""
    return st.integers(least, most).map(lambda two: f"{two // 2}.5" if two % 2 else str(two // 2))


def thousandths(least: int, most: int) -> st.SearchStrategy[str]:
    """Return numbers of up to three decimals between two whole ones, as they are typed."""
    return st.integers(least * 1000, most * 1000).map(
        lambda many: f"{many // 1000}.{many % 1000:03}".rstrip("0").rstrip(".")
    )


@st.composite
def questions(draw: st.DrawFn) -> AdjustQuestion:
    """Return a question of `adjust`: with or without an aim, a weight, and doses to try."""
    product, every = draw(
        st.sampled_from(
            [
                *(("prograf", "12"), ("adoport", "12"), ("modigraf", "8"), ("advagraf", "24")),
                *(("prograf", "6"), ("prograf", "48"), ("prograf", "72"), ("prograf", "168")),
            ]
        )
    )
    doses = [draw(halves(1, 20))]
    if every == "12" and draw(st.booleans()):
        doses.append(draw(halves(1, 20)))
    low, high = sorted(
        draw(st.tuples(st.integers(1_000, 20_000), st.integers(1_000, 20_000)).filter(lambda two: two[0] < two[1]))
    )
    aim = draw(st.none() | st.integers(low, high))
    return AdjustQuestion(
        Asked(
            now=NOW,
            level=draw(thousandths(1, 45)) + draw(st.sampled_from(["", " ng/mL", "ug/L", " nmol/L"])),
            dose="+".join(doses),
            every=every,
            product=product,
            target=f"{low / 1000:g}-{high / 1000:g}",
            weight=draw(st.none() | halves(8, 300)),
        ),
        aim=None if aim is None else f"{aim / 1000:g}",
        tried=tuple(draw(st.lists(halves(1, 12), max_size=2))),
    )


def exactly(answer: Answer[AdjustData], question: AdjustQuestion) -> Known:
    """Return what the shown numbers of an answer stand for, by their text: the level and the doses of the regimens."""
    data = answer.data
    known: Known = {}

    regimens: tuple[RegimenAnswer | OptionAnswer, ...] = (data.current, data.sampled, data.proposal, *data.tried)
    for one in regimens:
        note(known, sum(map(Fraction, one.intakes_mg), Fraction(0)) / len(one.intakes_mg) * 24 / one.interval_h)
    typed = question.asked.level or ""
    number_typed = re.match(r"[\d.]+", typed)
    assert number_typed
    note(known, Fraction(number_typed[0]) * (Fraction("804.02") / 1000 if "nmol" in typed else 1))
    return known


def expected(answer: Answer[AdjustData], question: AdjustQuestion) -> Iterator[str]:
    """Return the ids of the formulas that an answer must show, in their order."""
    data = answer.data
    target = data.target
    if "nmol" in (question.asked.level or ""):
        yield "nmol"
    yield "daily-dose"
    if target.aim_ng_ml is not None and Fraction(target.aim_ng_ml) * 2 == Fraction(
        target.low_ng_ml + target.high_ng_ml
    ):
        yield "midpoint"
    yield "position"
    if data.position != "within":
        yield "proportional-dose"
        most = min(Fraction(data.current.daily_dose_mg) * (1 + CAP / 100), TWICE)
        if Fraction(data.unrounded_daily_dose_mg) > max(most, Fraction(data.current.daily_dose_mg)):
            yield "capped-dose"
    for option in dict.fromkeys((data.proposal, *data.tried)):
        yield "predicted-trough"
        if not option.current:
            yield "change-percent"
    if question.asked.weight is not None:
        yield "dose-by-weight"


@settings(max_examples=400, deadline=None)
@given(questions())
def test_any_adjustment_can_be_worked_out_again(question: AdjustQuestion) -> None:
    """Whatever is asked, each printed step comes to what it says, and the steps are those of the answer."""
    try:
        answer = answer_adjust(question)
    except Refused:
        return
    assert answer.worked is None
    explained = with_worked(answer)
    assert explained.data == answer.data
    assert explained.worked is not None
    check_steps(explained.worked, exactly(answer, question))
    assert [one.formula for one in explained.worked] == list(expected(answer, question))
    assert {one.source for one in explained.worked} <= {one.id for one in explained.sources}
