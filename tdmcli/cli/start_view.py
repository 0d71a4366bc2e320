"""How the answer of `tdmcli start` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import (
    Bullets,
    Cell,
    Facts,
    Figure,
    Grid,
    Headlines,
    Line,
    Part,
    Tone,
    View,
    said_of,
    signed,
    warned,
)
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_percent

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.start_data import EffectAnswer, GenotypeAnswer, MethodAnswer, StartData

_TICKS = 4
_BAR, _POINT = "=", "o"


def _blocks(answer: Answer[StartData]) -> list[Part]:
    data = answer.data
    answering = [one for one in data.methods if one.refused is None]
    blocks: list[Part] = [_headline(data), Headlines()]
    rows = tuple(_row(number, one, data) for number, one in enumerate(answering, 1))
    blocks.append(Grid("Each method", ("dose", "each intake", "from"), rows))
    if data.spread is not None:
        blocks.append(Figure("mg/day by mouth, before rounding", lambda width: _chart(answering, width)))
    if data.genotypes:
        blocks.append(Facts("Genotype", tuple(_genotype(one) for one in data.genotypes)))
    notes = dict.fromkeys(f"{one.name}: {note}" for one in answering for note in one.notes)
    lists = (
        ("When the first dose is given", said_of((one.first_dose, one.id) for one in answering if one.first_dose)),
        ("What changes a first dose", _changes(data)),
        ("About the methods", tuple(Cell(note, Tone.DIM) for note in notes)),
        ("No number from", said_of(((one.why or "").rstrip("."), one.id) for one in data.methods if one.refused)),
    )
    blocks += [Bullets(title, items) for title, items in lists if items]
    return blocks


def _headline(data: StartData) -> Line:
    spread = data.spread
    if spread is None:
        return Line((Cell(f"First dose: {data.indication}", Tone.STRONG),))
    low_high = f"{shown(spread.low_mg)} to {shown(spread.high_mg)} mg/day"
    releases = {one.release for one in data.methods if one.refused is None and one.route == "oral"}
    alone = ", once-daily prolonged release alone" if releases == {"prolonged"} else ""
    ends = f"lowest {spread.low_method}, highest {spread.high_method}"
    text = f"  {data.indication}{alone}, over {spread.methods} doses: {ends}"
    return Line((Cell(f"First dose by mouth {low_high}", Tone.STRONG), Cell(text)))


def _changes(data: StartData) -> tuple[Cell, ...]:
    """Return each change once, with every source that says it in these words."""
    by_text: dict[str, list[str]] = {}
    for one in data.adjustments:
        by_text.setdefault(f"{one.about}: {one.text}", []).append(one.source)
    return tuple(Cell(f"{text} [{', '.join(dict.fromkeys(sources))}]") for text, sources in by_text.items())


def _row(number: int, one: MethodAnswer, data: StartData) -> tuple[Cell, ...]:
    return (
        Cell(_daily(one), Tone.STRONG),
        Cell(_intakes(one)),
        Cell(f"{number}. {_from(one, data)}"),
    )


def _daily(one: MethodAnswer) -> str:
    if one.once:
        return "once"
    high = one.high or one
    if one.daily_dose_mg is None or high.daily_dose_mg is None:
        return ""
    low_high = dict.fromkeys((_figure(one.daily_dose_mg), _figure(high.daily_dose_mg)))
    return f"{'-'.join(low_high)} mg/day"


def _figure(value: Decimal) -> str:
    """Return a dose or rate with three figures at least: an infusion of a child is a fraction of a mg."""
    return shown(value, max(2, 2 - value.adjusted()))


def _intakes(one: MethodAnswer) -> str:
    """Return what is given each time: `3.5 mg every 12 h`, `7 to 10.5 mg every 12 h`, an infusion in mg/h."""
    if one.intakes_mg is None:
        return _infusion(one)
    low = _cycle(one.intakes_mg)
    high = low if one.high is None or one.high.intakes_mg is None else _cycle(one.high.intakes_mg)
    every = "" if one.interval_h is None else f" every {one.interval_h} h"
    return f"{low if low == high else f'{low} to {high}'} mg{every}"


def _cycle(intakes_mg: tuple[Decimal, ...]) -> str:
    parts = [shown(mg) for mg in intakes_mg]
    return parts[0] if len(set(parts)) == 1 else "+".join(parts)


def _infusion(one: MethodAnswer) -> str:
    low = one.unrounded_daily_dose_mg
    if low is None:
        return ""
    high = low if one.high is None else one.high.unrounded_daily_dose_mg
    ends = dict.fromkeys((_figure(low / 24), _figure(high / 24)))
    return f"{' to '.join(ends)} mg/h by vein"


def _from(one: MethodAnswer, data: StartData) -> str:
    product = f" ({one.product})" if one.product else ""
    if one.clearance is not None and one.target_ng_ml is not None:
        whose = f" (middle of {data.aim_from})" if one.clearance.auc_ng_h_ml is None and data.aim_from else ""
        return f"{one.id}{product}: aims at {shown(one.target_ng_ml)} ng/mL{whose}.{_rounded(one)} {one.text}"
    condition = f" For: {one.condition}." if one.condition and one.condition not in one.text else ""
    capped = " Cut at that cap." if one.capped else ""
    source = "" if one.id.startswith(one.sources[0]) else f" [{one.sources[0]}]"
    return f"{one.id}{product}: {one.text}{condition}{capped}{_rounded(one)}{source}"


def _rounded(one: MethodAnswer) -> str:
    """Return by how much rounding to whole units moved a dose, where it did (R17)."""
    ends = [(one.unrounded_daily_dose_mg, one.rounding_percent)]
    if one.high is not None:
        ends.append((one.high.unrounded_daily_dose_mg, one.high.rounding_percent))
    moved = [f"{shown(mg)} mg ({show_percent(percent)})" for mg, percent in ends if mg is not None and percent]
    return f" Rounded from {' and '.join(moved)}." if moved else ""


def _condition(one: MethodAnswer) -> str:
    return f"; {one.condition}" if one.condition else ""


def _genotype(one: GenotypeAnswer) -> tuple[str, Cell]:
    says = one.phenotype or "not settled by this table"
    if one.expresser is not None:
        says += ", expresser" if one.expresser else ", non-expresser"
    effects = "; ".join(f"{_size(effect)} ({effect.source})" for effect in one.effects if _size(effect))
    more = f". Clearance as sources measured it: {effects}" if effects else ""
    more += "".join(f". {effect.who}: {effect.text} [{effect.source}]" for effect in one.effects if _is_need(effect))
    return f"{one.gene} {one.diplotype}", Cell(f"{says}{f' [{one.source}]' if one.source else ''}{more}")


def _is_need(effect: EffectAnswer) -> bool:
    return effect.measure in {"dose-needed-mg-per-day", "trough-per-dose-change-percent"}


def _size(effect: EffectAnswer) -> str:
    """Return a change of clearance for a person, or nothing for what else was measured."""
    low, high = shown(effect.low, 3), shown(effect.high, 3)
    if effect.measure == "clearance-times":
        return f"{low} times" if low == high else f"{low}-{high} times"
    if effect.measure == "clearance-change-percent":
        return f"{'+' if effect.low > 0 else ''}{low} %"
    return ""


def _chart(answering: list[MethodAnswer], width: int) -> list[str]:
    """Return a bar or a point for each daily dose by mouth, numbered as in the table, over an axis of mg/day."""
    bars = [
        (number, float(one.unrounded_daily_dose_mg), float(one.high.unrounded_daily_dose_mg if one.high else 0))
        for number, one in enumerate(answering, 1)
        if one.unrounded_daily_dose_mg is not None and one.route == "oral" and not one.once
    ]
    most = max(max(low, high) for _, low, high in bars)
    step = next(size for size in (0.5, 1, 2, 5, 10, 20, 50) if size * _TICKS >= most)
    top, places = step * _TICKS, max(width - 6, 20)
    lines = []
    for number, low, high in bars:
        first, last = (round(value / top * (places - 1)) for value in (low, max(low, high)))
        mark = _POINT if high <= low else _BAR * (last - first + 1)
        lines.append(f"{number:>3} |{' ' * first}{mark}")
    ruler = [" "] * (places + 6)
    for tick in range(_TICKS + 1):
        text = f"{step * tick:g}"
        at = min(round(tick / _TICKS * (places - 1)), places - len(text))
        ruler[at : at + len(text)] = list(text)
    return [*lines, f"    +{'-' * places}", f"     {''.join(ruler).rstrip()}"]


def _note(answer: Answer[StartData]) -> list[str]:
    data = answer.data
    answering = [one for one in data.methods if one.refused is None]
    doses = "; ".join(f"{one.id} {_daily(one)} ({_intakes(one)}{_condition(one)})" for one in answering)
    weight = "" if data.weight_kg is None else f", {shown(data.weight_kg)} kg"
    genes = ", ".join(f"{one.gene} {one.diplotype}" for one in data.genotypes)
    return [
        f"First tacrolimus dose, {data.indication}{weight}{f', {genes}' if genes else ''}.",
        f"By method: {doses}.",
        "First level: as your protocol has it; levels decide from then on.",
        f"{warned(answer)} {signed(answer)}",
    ]


VIEW: View[StartData] = View(_blocks, _note, lambda answer: answer.data.methods)
