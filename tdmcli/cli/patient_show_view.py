"""How the answer of `tdmcli patient show` is shown: the page before a ward round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import (
    Bullets,
    Cell,
    Facts,
    Grid,
    Headlines,
    Line,
    Part,
    Tone,
    View,
    line,
    minute,
    signed,
    tone_of,
    warned,
)
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_range

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.patient_data import DueShown, LevelShown, OtherDrugShown, PatientData
    from tdmcli.workflows.regimens import RegimenAnswer

_DUE = {"overdue": Tone.ABOVE, "due": Tone.CAUTION, "limit crossed": Tone.ABOVE}


def _blocks(answer: Answer[PatientData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [_who(data), _regimen(data), _last(data), Headlines()]
    if data.due:
        blocks.append(Bullets("Now", tuple(Cell(_due(one), _DUE[one.state]) for one in data.due)))
    if data.levels:
        left_out = data.levels_in_file - len(data.levels)
        title = f"Levels, each in the range of its time{f' ({left_out} earlier ones not shown)' if left_out else ''}"
        columns = ("drawn", "ng/mL", "is", "range", "daily mg", "C/D", "about it")
        blocks.append(Grid(title, columns, tuple(_level(one) for one in reversed(data.levels))))
    if data.drugs:
        blocks.append(Bullets("Other drugs", tuple(_drug(one) for one in data.drugs)))
    if data.symptoms:
        noted = ", ".join(f"{one.name} ({one.noted.isoformat()})" for one in data.symptoms)
        blocks += [line(""), line(f"Symptoms noted lately: {noted}.")]
    if data.labs:
        rows = (
            (f"{_test(one.measure)}", Cell(f"{shown(one.value)} {one.unit}, {one.day.isoformat()}"))
            for one in data.labs
        )
        blocks.append(Facts("Last laboratory values", tuple(rows)))
    return blocks


def _who(data: PatientData) -> Line:
    about = [
        data.name or "no organ or indication",
        f"day {data.days_after_transplant}" if data.days_after_transplant is not None else "",
        f"{data.age_years} years" if data.age_years is not None else "",
        f"{shown(data.weight_kg)} kg" if data.weight_kg is not None else "",
    ]
    return Line((Cell(data.patient_id, Tone.STRONG), Cell(f"  {', '.join(part for part in about if part)}")))


def _regimen(data: PatientData) -> Line:
    if data.regimen is None:
        return Line((Cell("Takes: "), Cell("no regimen in force", Tone.DANGER)))
    if data.held:
        return Line(
            (Cell("NOT IN FORCE ", Tone.DANGER), Cell(f"(see the warnings); last recorded {_taken(data.regimen)}"))
        )
    days = "" if data.days_on_dose is None else f", for {shown(data.days_on_dose, 0)} days"
    return Line((Cell("Takes: "), Cell(_taken(data.regimen), Tone.STRONG), Cell(days)))


def _taken(regimen: RegimenAnswer) -> str:
    return f"tacrolimus ({regimen.product or 'product not known'}) {regimen.text}"


def _last(data: PatientData) -> Line:
    target = "no range" if data.target is None else show_range(data.target.low_ng_ml, data.target.high_ng_ml)
    source = "" if data.target is None else f" ({data.target.from_})"
    used = [one for one in data.levels if one.set_aside is None]
    if not used:
        return Line((Cell(f"No level; range now {target}{source}"),))
    one = used[-1]
    where = Cell(one.position or "not placed", tone_of(one.position))
    return Line((Cell(f"Last level {one.level} on {_when(one)}: "), where, Cell(f"; range now {target}{source}")))


def _when(one: LevelShown) -> str:
    return one.taken.date().isoformat() if one.untimed else minute(one.taken)


def _level(one: LevelShown) -> tuple[Cell, ...]:
    low, high = one.low_ng_ml, one.high_ng_ml
    after = "" if one.hours_after_dose is None else f"{shown(one.hours_after_dose, 1)} h after the dose"
    said = "; ".join(part for part in (after, f"not used: {one.set_aside}" if one.set_aside else "") if part)
    value = one.level.removesuffix(" ng/mL")
    return (
        Cell(_when(one)),
        Cell(value, Tone.STRONG),
        Cell(one.position or "", tone_of(one.position)),
        Cell("" if low is None or high is None else show_range(low, high).removesuffix(" ng/mL")),
        Cell("" if one.daily_dose_mg is None else shown(one.daily_dose_mg)),
        Cell("" if one.cd_ratio_ng_ml_per_mg is None else shown(one.cd_ratio_ng_ml_per_mg)),
        Cell(said),
    )


def _drug(one: OtherDrugShown) -> Cell:
    effect = f"{one.direction} the level" if one.direction else "no effect on the level in the tables"
    if not one.known:
        effect = "not in the tables, which is not the same as safe"
    elif one.direction == "either":
        effect = "can raise or lower the level"
    until = f" to {one.stop.isoformat()}" if one.stop else ""
    fading = ", still fading" if one.fading else ""
    tone = Tone.CAUTION if one.direction or not one.known else Tone.PLAIN
    return Cell(f"{one.name}, from {one.start.isoformat()}{until}: {effect}{fading}", tone)


def _due(one: DueShown) -> str:
    if one.state == "limit crossed":
        return f"{one.name} [{one.source}]"
    last = f", last {one.last.isoformat()}" if one.last else ", none recorded"
    by = f" since {one.due.isoformat()}" if one.due and one.state == "overdue" else ""
    return f"{one.name} {one.state}{by}{last} [{one.source}]"


def _test(measure: str) -> str:
    return measure.split("_", maxsplit=1)[0]


def _note(answer: Answer[PatientData]) -> list[str]:
    data = answer.data
    regimen = "no regimen in force" if data.regimen is None else data.regimen.text
    if data.held:
        regimen = f"NOT IN FORCE (held, stopped, or unclear); last recorded {regimen}"
    due = "; ".join(_due(one) for one in data.due) or "nothing"
    texts = ["".join(cell.text for cell in part.cells) for part in (_who(data), _last(data))]
    return [f"{texts[0]}. Tacrolimus {regimen}.", f"{texts[1]}.", f"Due: {due}. {warned(answer)}", signed(answer)]


VIEW: View[PatientData] = View(_blocks, _note, lambda answer: answer.data.levels)
