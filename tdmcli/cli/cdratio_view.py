"""How the answer of `tdmcli cdratio` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Cell, Facts, Grid, Headlines, Line, Part, Tone, View, line, signed, warned
from tdmcli.domain.units import show as shown

if TYPE_CHECKING:
    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.cdratio import CdRatioData, ThresholdAnswer

_TONES = {"fast": Tone.ABOVE, "borderline": Tone.CAUTION, "not-fast": Tone.WITHIN}


def _blocks(answer: Answer[CdRatioData]) -> list[Part]:
    data = answer.data
    ratio = shown(data.cd_ratio_ng_ml_per_mg, 3)
    blocks: list[Part] = [
        Line((Cell(f"C/D {ratio} ng/mL per mg: ", Tone.STRONG), Cell(data.class_, _TONES.get(data.class_, Tone.PLAIN))))
    ]
    if data.not_classified_because:
        blocks.append(line(f"No class because of: {', '.join(data.not_classified_because)}."))
    daily = shown(data.daily_dose_mg)
    rows = [("Arithmetic", Cell(f"{shown(data.level_ng_ml)} ng/mL / {daily} mg a day = {ratio} ng/mL per mg"))]
    rows.append(("Regimen", Cell(data.regimen)))
    if data.weight_normalised_ng_ml_per_mg_kg is not None and data.weight_kg is not None:
        text = f"{shown(data.weight_normalised_ng_ml_per_mg_kg)} ng/mL per mg/kg (at {shown(data.weight_kg)} kg)"
        rows.append(("By weight", Cell(text)))
    if data.threshold_row is not None:
        rows.append(("Thresholds", Cell(_set(data.threshold_row))))
        if data.threshold_row.note:
            rows.append(("Note", Cell(data.threshold_row.note)))
    blocks.append(Headlines())
    blocks.append(Facts("", tuple(rows)))
    if data.other_thresholds:
        others = tuple((Cell(one.class_, Tone.STRONG), Cell(_set(one))) for one in data.other_thresholds)
        blocks.append(
            Grid("Other sets (thirds are thirds of one cohort, never a class of outcome)", ("falls in", "set"), others)
        )
    if len(data.history) > 1:
        past = tuple(
            (
                Cell(one.taken.date().isoformat()),
                Cell(shown(one.level_ng_ml)),
                Cell(shown(one.daily_dose_mg)),
                Cell(shown(one.cd_ratio_ng_ml_per_mg)),
            )
            for one in data.history
        )
        blocks.append(Grid("Over time", ("day", "ng/mL", "mg/day", "C/D"), past))
    return blocks


def _set(one: ThresholdAnswer) -> str:
    low, high = shown(one.lower_ng_ml_per_mg), shown(one.upper_ng_ml_per_mg)
    names = ("fast", "borderline", "not fast") if one.kind == "outcome" else ("lowest", "middle", "highest third")
    first = f"{low} or less" if one.lower_inclusive else f"below {low}"
    cuts = f"{first} {names[0]}, to {high} {names[1]}, from there {names[2]}"
    return f"{cuts}: {one.name} [{', '.join(one.sources)}]"


def _note(answer: Answer[CdRatioData]) -> list[str]:
    data = answer.data
    sources = ", ".join(data.threshold_row.sources) if data.threshold_row else "no set holds"
    return [
        f"Tacrolimus C/D ratio {shown(data.cd_ratio_ng_ml_per_mg)} ng/mL per mg: {data.class_} ({sources}).",
        f"Level {data.level} on {data.regimen}.",
        warned(answer),
        signed(answer),
    ]


VIEW: View[CdRatioData] = View(_blocks, _note, lambda answer: (answer.data,))
