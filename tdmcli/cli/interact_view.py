"""How the answer of `tdmcli interact` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tdmcli.cli.blocks import Block, Cell, Facts, Grid, Headlines, Line, Part, Tone, View, line, signed, warned
from tdmcli.cli.interact_drug_view import drug_blocks
from tdmcli.cli.interact_plan_view import next_level_text, plan_blocks
from tdmcli.cli.regimen_view import one_intake
from tdmcli.domain.units import show as shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.interact_data import (
        AdjustedRegimen,
        InteractData,
        InteractionAnswer,
        PredictedAnswer,
        ReferenceAnswer,
    )

_WHOLE_FROM = 100  # ng/mL: from here on a predicted trough is shown without decimals

_TONES = {"raises": Tone.ABOVE, "lowers": Tone.BELOW, "avoid": Tone.DANGER, "unknown": Tone.CAUTION}
_AFTER_STOP = {
    "raises": "the level will FALL over days to weeks",
    "lowers": "the level will RISE over days to weeks",
    "either": "the level may move either way over days to weeks",
    None: "no source here says that it moved the level",
}
_SAYS = {
    "raises": "RAISES the tacrolimus level",
    "lowers": "LOWERS the tacrolimus level",
    "either": "may raise or lower the tacrolimus level",
    "avoid": "AVOID, or only with the transplant centre",
    "unknown": "no source here says that it moves the level; see below for what else it does",
}


def _blocks(answer: Answer[InteractData]) -> list[Part]:
    data = answer.data
    if data.table:
        drugs = tuple(
            (Cell(row.drug, Tone.STRONG), Cell(row.effect, _TONES.get(row.effect, Tone.PLAIN)), Cell(row.group))
            for row in data.table
        )
        return [Grid(f"{len(drugs)} drugs, foods and groups", ("drug", "effect", "group"), drugs)]
    blocks: list[Part] = [Headlines()]
    once = _said_once(data.interactions)
    for one in data.interactions:
        blocks += _headline(one, once, filed="patient" in answer.inputs, several=len(data.interactions) > 1)
    if once:
        blocks.append(line(f"Of all of them: {'; '.join(once)}."))
    if data.adjusted is not None:
        blocks += _adjusted(data.adjusted)
    if data.plan:
        blocks += plan_blocks(data)
    return blocks + drug_blocks(data)


def _said_once(drugs: tuple[InteractionAnswer, ...]) -> tuple[str, ...]:
    """Return what is said of every predicted trough, or of every regimen before, where there are several of them."""
    once: list[str] = []
    predicted = [
        one.predicted.why for one in drugs if one.predicted is not None and one.predicted.low_ng_ml is not None
    ]
    before = [one.reference.note for one in drugs if one.reference is not None and one.reference.regimen is not None]
    for texts in (predicted, before):
        if len(texts) > 1:
            once += [part for part in texts[0].split("; ") if all(part in text.split("; ") for text in texts)]
    return tuple(once)


def _but(text: str, once: tuple[str, ...]) -> str:
    """Return a text after its colon without the parts that are said once for all."""
    left = [part for part in text.split("; ") if part not in once]
    return f": {'; '.join(left)}" if left else ""


def _headline(one: InteractionAnswer, once: tuple[str, ...], *, filed: bool, several: bool) -> list[Block]:
    """Return what a drug does in a line, the trough it predicts and the regimen to compare with."""
    if one.matched is None or one.course is None:
        return [
            Line((Cell(f"{one.drug}: ", Tone.STRONG), Cell("NOT IN THIS TABLE, not the same as safe", Tone.DANGER)))
        ]
    name = one.drug if one.matched == one.drug.lower() else f"{one.drug} ({one.matched})"
    says = _SAYS[one.effect]
    if one.course.state == "stopping":
        says = f"is being stopped: {_AFTER_STOP[one.direction]}"
    elif one.course.state == "stopped" and one.course.stop is not None:
        says = f"was stopped on {one.course.stop.isoformat()}: {_AFTER_STOP[one.direction]}"
    stops = one.course.state in {"stopping", "stopped"}
    if one.effect == "unknown" and (any(item.organ for item in one.advice) or (stops and one.direction is not None)):
        says = "sources conflict and depend on the organ; nothing is proposed"
    facts = []
    if one.predicted is not None:
        facts.append(("Predicted trough", _predicted(one.predicted, once)))
    if one.reference is not None and (filed or one.reference.regimen is not None):
        facts.append(("Dose before it", _reference(one.reference, once)))
    headline = Line((Cell(f"{name}: ", Tone.STRONG), Cell(says, _TONES.get(one.effect, Tone.PLAIN))))
    if several:
        return [headline, *(Line((Cell(f"{label}: "), said), indent=2) for label, said in facts)]
    return [headline, Facts("", tuple(facts))] if facts else [headline]


def _predicted(one: PredictedAnswer, once: tuple[str, ...]) -> Cell:
    if one.level_ng_ml is None or one.low_ng_ml is None or one.high_ng_ml is None:
        return Cell(f"none: {one.why}")
    if one.low_fold is None or one.high_fold is None:
        return Cell(f"none: {one.why}")
    more = " or more" if one.open_ended else ""
    folds = shown(one.low_fold) if one.low_fold == one.high_fold else f"{shown(one.low_fold)}-{shown(one.high_fold)}"
    rough = "a rough figure" if one.low_fold == one.high_fold else "a rough range"
    drawn = "" if one.level_taken is None else f" of {one.level_taken.isoformat()}"
    made = f"({shown(one.level_ng_ml)} ng/mL{drawn} x {folds})"
    text = f"{_troughs(one.low_ng_ml, one.high_ng_ml)}{more} {made}, {rough}{_but(one.why, once)}"
    if one.critical_ng_ml is None:
        return Cell(text)
    return Cell(f"{text}. Its upper end is above {shown(one.critical_ng_ml)} ng/mL: CRITICAL [policy]", Tone.DANGER)


def _troughs(low: Decimal, high: Decimal) -> str:
    """Return troughs without more digits than a rough range has."""
    places = 0 if high >= _WHOLE_FROM else 1
    texts = [shown(low, places), shown(high, places)]
    return f"{'-'.join(dict.fromkeys(texts))} ng/mL"


def _reference(one: ReferenceAnswer, once: tuple[str, ...]) -> Cell:
    if one.regimen is None:
        return Cell(one.note)
    name = f"tacrolimus ({one.regimen.product or 'product not known'})"
    since = "" if one.since is None else f", since {one.since.isoformat()}"
    earlier = ""
    if one.earlier is not None and one.earlier_since is not None:
        earlier = f" Before that {one.earlier.text}, since {one.earlier_since.isoformat()}."
    return Cell(f"{name} {one.regimen.text}{since}{_but(one.note, once)}{earlier}")


def _adjusted(one: AdjustedRegimen) -> list[Block]:
    texts = [one_intake(units) for units in one.units]
    units = texts[0] if len(set(texts)) == 1 else "; ".join(texts)
    name = f"tacrolimus ({one.product_name})"
    headline = f"{name} {one.from_text} becomes {shown(one.unrounded_daily_dose_mg)} mg/day, given as {one.text}"
    return [
        line(""),
        Line((Cell(f"With {one.drug} [{one.source}]: ", Tone.STRONG), Cell(headline, Tone.STRONG))),
        line(f"Per intake: {units}. It counts from the dose taken without an inhibitor; measure early."),
    ]


def _note(answer: Answer[InteractData]) -> list[str]:
    data = answer.data
    effects = "; ".join(_in_note(one) for one in data.interactions)
    dose = "No dose from a factor."
    if data.adjusted is not None:
        name = f"tacrolimus ({data.adjusted.product_name})"
        dose = f"By the source's factor for {data.adjusted.drug}: {name} {data.adjusted.text}."
    return [
        f"With tacrolimus - {effects or 'table listed'}.{_note_of_courses(data)}",
        dose,
        next_level_text(data, answer.as_of.date()),
        f"{warned(answer)} {signed(answer)}",
    ]


def _in_note(one: InteractionAnswer) -> str:
    """Return what a drug does, with where it is in its course, as a note has it."""
    if one.matched is None or one.course is None:
        return f"{one.drug}: not in table"
    if one.course.state in {"stopping", "stopped"}:
        does = "sources conflict" if one.effect == "unknown" and one.direction else _AFTER_STOP[one.direction]
        return f"{one.course.state} {one.drug}: {does}"
    verb = "starting" if one.course.state == "planned" else "taking"
    return f"{verb} {one.drug}: {one.effect}"


def _note_of_courses(data: InteractData) -> str:
    """Return the troughs that are predicted and the dates that were given, as a note has them."""
    texts = []
    for one in data.interactions:
        course, predicted = one.course, one.predicted
        if course is not None and course.from_ != "today":
            days = (("from", course.start), ("to", course.stop))
            said = [f"{word} {day.isoformat()}" for word, day in days if day is not None]
            texts += [f" {one.matched} {' '.join(said)}."]
        if predicted is not None and predicted.low_ng_ml is not None and predicted.high_ng_ml is not None:
            more = " or more" if predicted.open_ended else ""
            troughs = _troughs(predicted.low_ng_ml, predicted.high_ng_ml)
            texts.append(f" Predicted trough {troughs}{more} with the dose unchanged: rough.")
    return "".join(texts)


def _records(answer: Answer[InteractData]) -> tuple[object, ...]:
    return answer.data.table or tuple(_rows(answer.data))


class Row(NamedTuple):
    """A line of the CSV: one step of a drug's plan, or what is said of a drug that has no plan."""

    drug: str
    matched: str | None
    effect: str
    state: str | None
    from_: date | None
    to: date | None
    phase: str | None
    kind: str | None
    text: str
    source: str | None
    covered: bool | None
    past: bool | None
    predicted_low_ng_ml: Decimal | None
    predicted_high_ng_ml: Decimal | None


def _rows(data: InteractData) -> Iterator[Row]:
    for one in data.interactions:
        state = None if one.course is None else one.course.state
        troughs = (None, None) if one.predicted is None else (one.predicted.low_ng_ml, one.predicted.high_ng_ml)
        about = (one.drug, one.matched, one.effect, state)
        steps = [step for step in data.plan if step.drug == one.matched]
        for step in steps:
            days, what = (step.from_, step.to), (step.phase, step.kind, step.text, step.source)
            yield Row(*about, *days, *what, step.covered, step.past, *troughs)
        if not steps:
            yield Row(*about, None, None, None, None, one.action, ", ".join(one.sources) or None, None, None, *troughs)


VIEW: View[InteractData] = View(_blocks, _note, _records)
