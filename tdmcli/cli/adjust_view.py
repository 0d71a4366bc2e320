"""How the answer of `tdmcli adjust` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Cell, Facts, Grid, Headlines, Line, Part, Tone, View, line, signed, tone_of, warned
from tdmcli.cli.ranges_view import range_grids
from tdmcli.cli.regimen_view import days_of, dose_text, each_intake
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_percent, show_range
from tdmcli.errors import Code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.workflows.adjust_data import AdjustData, OptionAnswer
    from tdmcli.workflows.answer import Answer

CAUSES = {
    "above": (
        "Before changing, think of: sample taken early or from a line (reads high), interacting drug "
        "(inhibitor raises), diarrhoea (raises), a product or dose mix-up, more taken than prescribed."
    ),
    "below": (
        "Before changing, think of: missed or vomited doses (low), sample taken late (reads low), an inducer started "
        "or an inhibitor stopped (lowers), a product or dose mix-up, a low haematocrit (whole blood reads low: "
        "no reason to raise)."
    ),
}


def _blocks(answer: Answer[AdjustData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [_range_line(data), Headlines()]
    taken = f", drawn {data.taken}" if data.taken else ""
    blocks.append(Line((Cell(f"Level {data.level}: "), Cell(data.position, tone_of(data.position)), Cell(taken))))
    blocks.append(Line((Cell(f"Proposal: {_proposed(answer)}", Tone.STRONG),)))
    blocks.append(Facts("", _arithmetic(data)))
    if data.tried:
        blocks.append(_options("Tried", data, data.tried))
    blocks.append(_options(f"Around it: whole {data.form}s of {data.product_name}", data, data.options))
    blocks.append(line(f"{_legend(data)}.", Tone.DIM))
    following = data.next_level
    blocks.append(line(""))
    blocks.append(line(f"Next level: {days_of(following)}: {following.reason} [{following.source}]."))
    if data.position in CAUSES:
        blocks.append(line(CAUSES[data.position]))
    blocks += range_grids(data.other_ranges, with_position=True)
    if data.not_checked:
        blocks.append(line(""))
        blocks.append(line(f"Not checked: {', '.join(data.not_checked)}.", Tone.DIM))
    return blocks


def _whose(data: AdjustData) -> str:
    """Return whose range is used: a source with what it presupposes, the patient file, or as it was given."""
    row = data.target.row
    if row is not None:
        return f"{row.source}{f', {row.condition}' if row.condition else ''}"
    return "as given" if data.target.from_.startswith("--") else data.target.from_


def _range_line(data: AdjustData) -> Line:
    target = data.target
    return Line(
        (Cell(f"Range {show_range(target.low_ng_ml, target.high_ng_ml)}", Tone.STRONG), Cell(f"  ({_whose(data)})"))
    )


_WHY_KEPT = {
    Code.DOSE_CHANGED_SINCE: "measure on it: the level was drawn on another dose",
    Code.REPEAT_BEFORE_CHANGING: "repeat the level first",
    Code.HELD_BY_TIMING: "no change on this level",
    Code.NO_STEP_WITHIN_CAP: "no step within the cap",
    Code.ROUNDS_TO_CURRENT: "the nearest that can be given",
}


def why_kept(codes: Iterable[str]) -> str:
    """Return why a dose stays in spite of the level, by the codes of an answer's warnings, or nothing."""
    found = set(codes)
    return next((text for code, text in _WHY_KEPT.items() if code in found), "")


def _proposed(answer: Answer[AdjustData]) -> str:
    data = answer.data
    proposal = data.proposal
    name = f"tacrolimus ({data.product_name})"
    if proposal.change_percent == 0:
        why = why_kept(one.code for one in answer.warnings) or ("in range" if data.position == "within" else "")
        return f"keep {name} {proposal.text}{f' ({why})' if why else ''}"
    trough = f"{shown(proposal.predicted_trough_ng_ml, 1)} ng/mL"
    change = show_percent(proposal.change_percent)
    return f"{name} {proposal.text} ({change}), predicted trough {trough}, {proposal.position}"


def _arithmetic(data: AdjustData) -> tuple[tuple[str, Cell], ...]:
    target = data.target
    rows = [("Taken now", Cell(data.current.text))]
    if data.sampled.text != data.current.text:
        rows.append(("Taken when drawn", Cell(data.sampled.text)))
    if target.aim_ng_ml is not None:
        rows.append(("Aim", Cell(f"{shown(target.aim_ng_ml)} ng/mL")))
    if data.position != "within" and target.aim_ng_ml is not None:
        sampled, level = shown(data.sampled.daily_dose_mg), shown(data.level_ng_ml)
        worked = (
            f"{sampled} mg/day x {shown(target.aim_ng_ml)} / {level} = {shown(data.unrounded_daily_dose_mg)} mg/day"
        )
        rows.append(("Dose x aim / level", Cell(f"{worked} (at steady state, linear kinetics)")))
        if data.capped_daily_dose_mg != data.unrounded_daily_dose_mg:
            rows.append(("Capped [policy]", Cell(f"{shown(data.capped_daily_dose_mg)} mg/day")))
        if data.rounding_percent is not None:
            rows.append(("Rounding", Cell(f"{show_percent(data.rounding_percent)} to whole {data.form}s")))
    rows.append((f"{data.form.capitalize()}s", Cell(each_intake(data.proposal.units))))
    return tuple(rows)


def _options(title: str, data: AdjustData, options: tuple[OptionAnswer, ...]) -> Grid:
    several = len(data.proposal.intakes_mg) > 1
    title = f"{title}, every {data.proposal.interval_h} hours{', the larger dose in the morning' if several else ''}"
    columns = ("", "intakes", "mg/day", "change", "ng/mL", "is", f"{data.form}s (mg)")
    return Grid(title, columns, tuple(_option(option) for option in options))


def _legend(data: AdjustData) -> str:
    """Return what the marks of the table mean, those that stand in it."""
    parts = ["now: what is taken"]
    if not data.proposal.current:
        parts.insert(0, "=> proposed")
    if any(option.over_cap for option in data.options):
        parts.append("cap: more than an increase may be [policy]")
    if any(len(set(option.intakes_mg)) > 1 for option in data.options):
        parts.append("morning | evening")
    return "; ".join(parts)


def _option(option: OptionAnswer) -> tuple[Cell, ...]:
    mark = "now" if option.current else "=>" if option.proposed else "cap" if option.over_cap else ""
    return (
        Cell(mark, Tone.STRONG),
        Cell(dose_text(option.intakes_mg), Tone.STRONG),
        Cell(shown(option.daily_dose_mg)),
        Cell(show_percent(option.change_percent)),
        Cell(shown(option.predicted_trough_ng_ml, 1)),
        Cell(option.position, tone_of(option.position)),
        Cell(_short_units(option)),
    )


def _short_units(option: OptionAnswer) -> str:
    texts = [
        "not a sum" if units is None else " + ".join(f"{one.number} x {shown(one.strength_mg)}" for one in units)
        for units in option.units
    ]
    return texts[0] if len(set(texts)) == 1 else " | ".join(texts)


def _note(answer: Answer[AdjustData]) -> list[str]:
    data = answer.data
    following = data.next_level
    low_high = show_range(data.target.low_ng_ml, data.target.high_ng_ml)
    return [
        f"Tacrolimus level {data.level} on {data.sampled.text}: {data.position} {low_high} ({_whose(data)}).",
        f"Proposal: {_proposed(answer)}; {each_intake(data.proposal.units)} per intake.",
        f"Next level {days_of(following)}: {following.reason}.",
        f"{warned(answer)} {signed(answer)}",
    ]


VIEW: View[AdjustData] = View(_blocks, _note, lambda answer: answer.data.options)
