"""How the answer of `tdmcli trend` is shown."""

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
    line,
    signed,
    tone_of,
    warned,
)
from tdmcli.cli.trend_chart import chart
from tdmcli.domain.units import show as shown
from tdmcli.domain.units import show_range

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.trend_data import Measure, TrendData, TrendLevel, TrendThreshold

ROWS = 15  # of a table: the last ones; JSON and CSV have all
_LABS = {
    "creatinine_umol_l": "creatinine umol/L",
    "creatinine_mg_dl": "creatinine mg/dL",
    "potassium_mmol_l": "potassium mmol/L",
    "magnesium_mmol_l": "magnesium mmol/L",
    "magnesium_mg_dl": "magnesium mg/dL",
    "hematocrit_percent": "haematocrit %",
}


def _blocks(answer: Answer[TrendData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [_head(data), Headlines(), Figure("", lambda width: chart(data, width)), _measures(data)]
    for text in _caveats(data):
        blocks.append(line(text))
    if data.gaps:
        items = tuple(
            Cell(f"{one.from_.date()} to {one.to.date()}, {shown(one.days, 1)} days: {one.why}") for one in data.gaps
        )
        blocks.append(Bullets("Not counted for time in range", items))
    if data.targets:
        targets = tuple(
            Cell(f"{show_range(one.low_ng_ml, one.high_ng_ml)} from {one.from_.date()}: {_origin(one.row, one.source)}")
            for one in data.targets
        )
        blocks.append(Bullets("Range of each time", targets))
    blocks += _course(data)
    if data.ignored:
        ignored = tuple(
            Cell(f"{one.record.date()}, {one.level}: {one.code}: {one.why}", Tone.CAUTION) for one in data.ignored
        )
        blocks.append(Bullets("Levels that do not count", ignored))
    if data.thresholds:
        blocks.append(Bullets("What studies found", tuple(_threshold(one) for one in data.thresholds)))
    return blocks


def _origin(row: str | None, source: str | None) -> str:
    return "the patient file" if row is None else f"{row} [{source}]"


def _head(data: TrendData) -> Line:
    count = "1 level counts" if data.levels_used == 1 else f"{data.levels_used:,} levels count"
    text = f"Levels {data.window.from_.date()} to {data.window.to.date()}: "
    ignored = f"; {len(data.ignored):,} set aside" if data.ignored else ""
    return Line((Cell(text, Tone.STRONG), Cell(f"{count}, {data.levels_steady:,} at steady state{ignored}.")))


def _percent(one: Measure, unit: str = "%") -> Cell:
    """Return a measure with its interval and number of levels, or why there is none."""
    if one.value is None:
        return Cell(f"not said: {one.because}")
    limits = "" if one.low is None or one.high is None else f" ({shown(one.low, 1)} to {shown(one.high, 1)} {unit})"
    return Cell(f"{shown(one.value, 1)} {unit}{limits}, n = {one.n:,}")


def _measures(data: TrendData) -> Facts:
    return Facts(
        "",
        (
            ("C0/D CV", _percent(data.cd_cv_percent)),
            ("C0 CV", _percent(data.cv_percent)),
            ("Time-weighted CV", _percent(data.time_weighted_cv_percent)),
            ("Mean abs. deviation", _percent(data.mean_absolute_deviation_percent)),
            ("Mean trough", _percent(data.mean_trough_ng_ml, "ng/mL")),
            ("Standard deviation", _percent(data.standard_deviation_ng_ml, "ng/mL")),
            ("Time in range", _time_in_range(data)),
            ("Levels in range", _levels_in_range(data)),
        ),
    )


def _time_in_range(data: TrendData) -> Cell:
    ttr = data.ttr_percent
    if ttr.value is None:
        return Cell(f"not said: {ttr.because}")
    beside = f"below {_number(ttr.below_percent)} %, above {_number(ttr.above_percent)} %"
    return Cell(f"{shown(ttr.value, 1)} % of {shown(ttr.days, 1)} days, n = {ttr.n:,}; {beside}")


def _levels_in_range(data: TrendData) -> Cell:
    where = data.positions
    if data.in_range_percent is None:
        return Cell("no range known")
    levels = f"{where.within:,} of {where.below + where.within + where.above:,}"
    return Cell(f"{shown(data.in_range_percent, 1)} %, {levels}")


def _number(value: Decimal | None) -> str:
    return "" if value is None else shown(value, 1)


def _caveats(data: TrendData) -> list[str]:
    """Return what keeps a number from meaning what it is called, and what the intervals are."""
    texts = []
    if data.cv_percent.because and data.cv_percent.value is not None:
        texts.append(f"C0 CV: {data.cv_percent.because}.")
    if data.cd_cv_percent.low is not None or data.cv_percent.low is not None:
        texts.append(
            f"In brackets: {shown(data.confidence_percent)} % interval (modified McKay), for independent values "
            "with a normal distribution; "
            "other measures have none, as no method was read."
        )
    if data.ttr_percent.days_without_range:
        texts.append(f"{shown(data.ttr_percent.days_without_range, 1)} days between levels have no known range.")
    return texts


def _course(data: TrendData) -> list[Part]:
    """Return the last levels one by one, the haematocrit beside them, and the laboratory values."""
    classes = {one.taken: one for one in data.cd_ratio}
    rows = []
    for one in data.levels[-ROWS:]:
        ratio = classes.get(one.taken)
        rows.append(
            (
                Cell(one.taken.date().isoformat()),
                Cell(shown(one.level_ng_ml)),
                Cell(one.position or "", tone_of(one.position)),
                Cell(shown(ratio.daily_dose_mg) if ratio else ""),
                Cell(shown(ratio.cd_ratio_ng_ml_per_mg) if ratio else ""),
                Cell(_class(ratio.class_, ratio.not_classified_because) if ratio else "", Tone.PLAIN),
            )
        )
    parts: list[Part] = []
    if rows:
        title = f"Levels that count{_last(len(data.levels))}"
        columns = ("day", "level ng/mL", "position", "dose mg/day", "C/D", "class of C/D")
        parts.append(Grid(title, columns, tuple(rows)))
    standard = [one for one in data.levels if one.standardised][-ROWS:]
    if standard:
        items = tuple(Cell(_standard(one), Tone.DIM) for one in standard)
        parts.append(Bullets("Brought to another haematocrit: decides nothing, no target is made for it", items))
    days = sorted({one.day for one in data.labs})
    if days:
        beside = tuple(
            (
                Cell(day.isoformat()),
                Cell(", ".join(f"{_LABS[one.name]} {shown(one.value)}" for one in data.labs if one.day == day)),
            )
            for day in days[-ROWS:]
        )
        parts.append(Grid(f"Laboratory values{_last(len(days))}", ("day", "values"), beside))
    return parts


def _last(count: int) -> str:
    return f", the last {ROWS} of {count:,}" if count > ROWS else ""


def _class(name: str, because: Iterable[str]) -> str:
    reasons = ", ".join(because)
    return f"{name}: {reasons}" if reasons else name


def _standard(one: TrendLevel) -> str:
    at = ", ".join(
        f"{shown(part.level_ng_ml, 1)} ng/mL at {shown(part.reference_percent)} %" for part in one.standardised
    )
    hematocrit = "" if one.hematocrit_percent is None else shown(one.hematocrit_percent)
    source = ", ".join(dict.fromkeys(part.source for part in one.standardised))
    return f"{one.taken.date()}: {shown(one.level_ng_ml)} ng/mL at {hematocrit} %; {at} [{source}]"


def _threshold(one: TrendThreshold) -> Cell:
    metric = one.metric.replace("-", " ")
    if one.limit is not None:
        limit = f"{one.direction} {shown(one.limit)} {one.unit}"
    elif one.low is not None and one.high is not None:
        limit = f"{shown(one.low)}-{shown(one.high)} {one.unit}"
    else:
        limit = ""
    if one.state == "not-compared":
        return Cell(f"{metric} {limit} [{one.source}]: not compared: {one.because}.", Tone.DIM)
    text = f"{metric} {limit}: {one.outcome} [{one.source}]. "
    value = "" if one.value is None else f"{shown(one.value, 1)} {one.unit}"
    says = f"{one.state.replace('-', ' ').capitalize()}: {value} over its window, n = {one.n:,}."
    return Cell(text + says, Tone.CAUTION if one.state == "crossed" else Tone.PLAIN)


def _note(answer: Answer[TrendData]) -> list[str]:
    data = answer.data
    first = f"Tacrolimus {data.window.from_.date()} to {data.window.to.date()}, {data.levels_used:,} levels"
    changed = " (dose changed)" if data.dose_changed else ""
    return [
        f"{first}: C0/D CV {_percent(data.cd_cv_percent).text}; C0 CV {_percent(data.cv_percent).text}{changed}.",
        f"Time in range {_time_in_range(data).text}; levels in range {_levels_in_range(data).text}.",
        warned(answer),
        signed(answer),
    ]


VIEW: View[TrendData] = View(_blocks, _note, lambda answer: answer.data.levels)
