"""How the answer of `tdmcli convert` is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.blocks import Block, Bullets, Cell, Facts, Grid, Headlines, Line, Part, Tone, View, line, signed, warned
from tdmcli.cli.regimen_view import days_of, each_intake
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_percent

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.convert_data import ConversionAnswer, ConvertData, Lapsed, LevelInUnits, NewRegimen
    from tdmcli.workflows.regimens import UnitsAnswer

_KINDS = {
    "label": "label",
    "protocol": "a hospital's own rule",
    "study": "a study",
    "observed": "observed, no dose to give",
}


def _blocks(answer: Answer[ConvertData]) -> list[Part]:
    data = answer.data
    if data.from_ is None:
        return _level_alone(data.level)
    first = _headline(data)
    blocks: list[Part] = [Line((Cell(f"{first[0].upper()}{first[1:]}", Tone.STRONG),)), Headlines()]
    blocks.append(Facts("", tuple(_facts(data))))
    if len(data.options) > 1:
        blocks.append(_options(data))
    blocks += [_rule(one) for one in data.beside if one.doses]
    said = tuple(_beside(one) for one in data.beside if not one.doses)
    if said:
        blocks.append(Bullets("Beside it: decides no dose", said))
    if data.no_longer_applies:
        blocks.append(Bullets("No longer holds", tuple(Cell(_lapsed(one)) for one in data.no_longer_applies)))
    if data.not_checked:
        blocks.append(line(""))
        blocks.append(line(f"Not checked: {', '.join(data.not_checked)}.", Tone.DIM))
    return blocks


def _headline(data: ConvertData) -> str:
    if data.to is None:
        return f"No label gives a dose of {_named(data.to_name)} after {_named(data.from_name)}."
    return f"{_named(data.to_name)} {data.to.text}"


def _named(name: str | None) -> str:
    """Return a product with the generic name before it (R09)."""
    return name if name and name.startswith("tacrolimus") else f"tacrolimus ({name})"


def _facts(data: ConvertData) -> list[tuple[str, Cell]]:
    rows = []
    if data.from_ is not None:
        rows.append(("Taken now", Cell(f"{_named(data.from_name)} {data.from_.text}")))
    if data.to is not None and data.to.units:
        rows.append((f"{str(data.form).capitalize()}s", Cell(each_intake(data.to.units))))
    rows += _arithmetic(data)
    first = data.first_dose
    if first is None:
        rows.append(("First dose", Cell("no source here says when")))
    else:
        hours = _hours(first.from_h, first.to_h)
        more = f" {first.text}" if first.text else ""
        rows.append(("First dose", Cell(f"{hours} after {first.after} [{first.source}].{more}")))
    following = data.next_level
    if following is not None:
        days = f"{days_of(following)}, if the change is made today"
        rows.append(("Next level", Cell(f"{days}: {following.reason} [{following.source}]")))
    rows += [(one.about.capitalize(), Cell(f"{one.text} [{one.source}]")) for one in data.taking]
    if data.level is not None:
        rows.append(("Level", Cell(f"{_level(data.level)}; it says nothing of the new regimen")))
    return rows


def _hours(from_h: int, to_h: int | None) -> str:
    """Return hours for a person: `12 hours`, `8-12 hours`."""
    return f"{from_h} hours" if to_h is None else f"{from_h}-{to_h} hours"


def _arithmetic(data: ConvertData) -> list[tuple[str, Cell]]:
    if data.from_ is None or data.unrounded_daily_dose_mg is None or data.to is None:
        return []
    daily, new = shown(data.from_.daily_dose_mg), shown(data.unrounded_daily_dose_mg)
    if data.row is None:
        return [("Arithmetic", Cell(f"the same {new} mg/day on average; no source gives this regimen"))]
    rows = [("Source", Cell(f"{data.row.text} [{data.row.source}, {data.row.locator}]"))]
    if data.factor is not None:
        rows.append(("Dose x factor", Cell(f"{daily} mg/day x {shown(data.factor)} = {new} mg/day")))
    if data.to.units:
        rows.append(("Rounding", Cell(f"{show_percent(data.to.rounding_percent)} to whole {data.form}s")))
    return rows


def _options(data: ConvertData) -> Grid:
    form = data.form
    rows = tuple(
        (
            Cell("=>" if one.proposed else "", Tone.STRONG),
            Cell(one.text, Tone.STRONG),
            Cell(show_percent(one.rounding_percent)),
            Cell(each_intake(one.units)),
        )
        for one in data.options
    )
    return Grid(f"Around it: whole {form}s of {data.to_name}", ("", "regimen", "off by", f"{form}s"), rows)


def _rule(one: ConversionAnswer) -> Grid:
    """Return a hospital's own rule with both ends of its range, never as a proposal."""
    rows = tuple(
        (
            Cell(f"x {shown(dose.factor)}"),
            Cell(shown(dose.unrounded_daily_dose_mg)),
            Cell(dose.regimen.text if dose.regimen else "none that whole units make"),
        )
        for dose in one.doses
    )
    return Grid(f"No proposal: {one.text} [{one.source}]", ("factor", "mg/day", "nearest regimen"), rows)


def _beside(one: ConversionAnswer) -> Cell:
    whose = f"the label that names it {one.other_label}" if one.other_label else _KINDS[one.kind]
    return Cell(f"{whose[0].upper()}{whose[1:]}: {one.text} [{one.source}]")


def _lapsed(one: Lapsed) -> str:
    now = f" Now: {one.now}." if one.now else ""
    return f"{one.what}{now}{f' [{one.source}]' if one.source else ''}"


def _level(level: LevelInUnits) -> str:
    mark = level.censor
    values = (
        f"{mark}{shown(level.ng_ml)} ng/mL",
        f"{mark}{shown(level.ug_l)} mcg/L",
        f"{mark}{shown(level.nmol_l)} nmol/L",
    )
    return " = ".join(values)


def _level_alone(level: LevelInUnits | None) -> list[Part]:
    if level is None:
        return []
    weight = f"{shown(level.molecular_weight_g_per_mol)} g/mol [{level.source}]"
    rows = (("Given", Cell(level.given)), ("Molecular weight", Cell(weight)))
    blocks: list[Block] = [Line((Cell(_level(level), Tone.STRONG),))]
    return [*blocks, Headlines(), Facts("", rows)]


def _note(answer: Answer[ConvertData]) -> list[str]:
    data = answer.data
    if data.from_ is None:
        level = "" if data.level is None else _level(data.level)
        weight = "" if data.level is None else f"{shown(data.level.molecular_weight_g_per_mol)} g/mol"
        return [f"Tacrolimus level {level}.", f"Molecular weight {weight}.", warned(answer), signed(answer)]
    now = f"From {_named(data.from_name)} {data.from_.text}."
    dose = _headline(data) if data.to is None else f"To {_headline(data)}{_by(data, data.to)}."
    dose += "".join(f" {_rule_note(one)}" for one in data.beside if one.doses)
    if answer.assumed:
        dose += f" {answer.assumed}"
    following = data.next_level
    level = "" if following is None else days_of(following)
    first = data.first_dose
    when = "no source says when" if first is None else f"{_hours(first.from_h, first.to_h)} after {first.after}"
    return [now, dose, f"First dose: {when}. Next level {level}.", f"{warned(answer)} {signed(answer)}"]


def _by(data: ConvertData, to: NewRegimen) -> str:
    """Return the units of an intake, how the daily dose changes, and whose number it is."""
    units = f"; {each_intake(to.units)} per intake" if to.units else ""
    if data.row is None:
        return f"{units}; the same mg a day on average, no source"
    factor = data.factor or Decimal(1)
    times = "the same daily dose" if factor == 1 else f"{shown(factor)} times the daily dose"
    return f"{units}; {times}, {_KINDS[data.row.kind]} [{data.row.source}]"


def _rule_note(one: ConversionAnswer) -> str:
    """Return a hospital's own rule for a note, never as a proposal."""
    doses = " or ".join(f"{shown(dose.unrounded_daily_dose_mg)} mg/day" for dose in one.doses)
    return f"No proposal: {doses} by {_KINDS[one.kind]} [{one.source}]."


class _Record(NamedTuple):
    """A regimen in CSV: whose number it rests on, whether it is proposed, and the regimen that whole units make."""

    kind: str
    source: str | None
    proposal: bool
    factor: Decimal | None
    unrounded_daily_dose_mg: Decimal | None
    product: str | None = None
    intakes_mg: tuple[Decimal, ...] = ()
    interval_h: int | None = None
    daily_dose_mg: Decimal | None = None
    rounding_percent: Decimal | None = None
    text: str | None = None
    units: tuple[tuple[UnitsAnswer, ...], ...] = ()


def _made(record: _Record, to: NewRegimen | None) -> _Record:
    """Return a record with its regimen, where whole units make one."""
    if to is None:
        return record
    return record._replace(
        proposal=to.proposed,
        product=to.product,
        intakes_mg=to.intakes_mg,
        interval_h=to.interval_h,
        daily_dose_mg=to.daily_dose_mg,
        rounding_percent=to.rounding_percent,
        text=to.text,
        units=to.units,
    )


def _records(answer: Answer[ConvertData]) -> tuple[object, ...]:
    """Return a row for each regimen: those around the proposal, and those of hospitals' rules; or the level's."""
    data = answer.data
    if data.from_ is None:
        return (data.level,)
    kind, source = ("arithmetic", None) if data.row is None else (data.row.kind, data.row.source)
    own = _Record(kind, source, False, data.factor, data.unrounded_daily_dose_mg)
    records = [_made(own, one) for one in data.options or (data.to,) if one is not None]
    for one in data.beside:
        for dose in one.doses:
            rule = _Record(one.kind, one.source, False, dose.factor, dose.unrounded_daily_dose_mg)
            records.append(_made(rule, dose.regimen))
    return tuple(records)


VIEW: View[ConvertData] = View(_blocks, _note, _records)
