"""How the answer of `tdmcli monitor` is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.cli.blocks import Bullets, Cell, Grid, Headlines, Line, Part, Tone, View, line, signed, warned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tdmcli.workflows.answer import Answer
    from tdmcli.workflows.monitor_data import MonitorData, MonitorTest, MonitorThreshold

_TONES = {
    "overdue": Tone.ABOVE,
    "due": Tone.CAUTION,
    "not-recorded": Tone.CAUTION,
    "not-yet": Tone.WITHIN,
    "recorded": Tone.WITHIN,
}
_WORST_FIRST = tuple(_TONES)
_BASELINE = {"not-recorded": ("none", Tone.CAUTION), "after-start": ("only later", Tone.CAUTION)}


def _blocks(answer: Answer[MonitorData]) -> list[Part]:
    data = answer.data
    blocks: list[Part] = [_head(data), Headlines()]
    if data.findings:
        says = _grouped((f"{one.says}.", f"{one.text} [{one.source}]") for one in data.findings)
        items = tuple(Cell(f"{value} {texts}", Tone.CAUTION) for value, texts in says)
        blocks.append(Bullets("Values that cross a limit of a source", items))
    if _has_file(data):
        blocks.append(_standing(data))
    blocks += _tests(data)
    limits = tuple(_limit(one) for one in data.thresholds if one.state != "crossed")
    if limits:
        blocks.append(Bullets("Limits that a source gives for this indication", limits))
    elif not data.thresholds:
        blocks += [line(""), line("No source in these tables gives a limit for this indication.")]
    cautions = _grouped((one.about, f"{one.text} [{one.source}]") for one in data.cautions)
    blocks.append(Bullets("Cautions", tuple(Cell(f"{about}: {texts}") for about, texts in cautions)))
    return blocks


def _head(data: MonitorData) -> Line:
    """Return what is late or due, before all else; without a patient file, whom the answer is about."""
    title = Cell(f"{data.name}{_day(data)}: ", Tone.STRONG)
    if not _has_file(data):
        return Line((title, Cell("what sources measure and when, their limits and cautions")))
    says = [(state, _names_in(data, state)) for state in _WORST_FIRST[:3]]
    cells = [
        Cell(f"{state.replace('-', ' ')} {names}{mark}", Tone.PLAIN if names == "none" else _TONES[state])
        for (state, names), mark in zip(says, ("; ", "; ", "."), strict=True)
    ]
    return Line((title, *cells))


def _standing(data: MonitorData) -> Grid:
    """Return one row a test: the first value, the last, and how the strictest source's interval stands."""
    rows = []
    own = [one for one in data.tests if not one.borrowed]
    for name in dict.fromkeys(one.name for one in own if one.state is not None):
        again = [one for one in own if one.name == name and one.when == "interval" and one.state is not None]
        first = next((one for one in own if one.name == name and one.when == "baseline"), None)
        worst = min(again, key=lambda one: (_WORST_FIRST.index(one.state or ""), one.due is None), default=None)
        last = worst.last.isoformat() if worst and worst.last else ""
        rows.append((Cell(name), _baseline(first), Cell(last), _now(worst)))
    return Grid("In the patient file", ("test", "before start", "last", "now"), tuple(rows))


def _baseline(one: MonitorTest | None) -> Cell:
    if one is None or one.state is None:
        return Cell("")
    if one.state in _BASELINE:
        return Cell(*_BASELINE[one.state])
    return Cell(one.last.isoformat() if one.last else "", Tone.WITHIN)


def _now(one: MonitorTest | None) -> Cell:
    if one is None or one.state is None:
        return Cell("")
    words = one.state.replace("-", " ")
    if one.due is not None:
        how = {"overdue": "overdue since", "due": "due by"}.get(one.state, "next by")
        words = f"{how} {one.due.isoformat()} [{one.source}]"
    return Cell(words, _TONES[one.state])


def _tests(data: MonitorData) -> list[Part]:
    """Return what the sources say: their own tests first, then those listed for another indication only."""
    blocks: list[Part] = []
    for borrowed in (False, True):
        tests = [one for one in data.tests if one.borrowed is borrowed]
        again = _grouped((one.name, f"{one.text} [{one.source}]") for one in tests if one.when == "interval")
        first = _grouped((one.source, f"{one.name},") for one in tests if one.when == "baseline")
        items = [Cell(f"before the first dose: {names.rstrip(',')} [{source}]") for source, names in first]
        items += [Cell(f"{name}: {texts}") for name, texts in again]
        if items:
            title = "Listed by a source for another indication only" if borrowed else "What to measure and when"
            blocks.append(Bullets(title, tuple(items)))
    return blocks


def _limit(one: MonitorThreshold) -> Cell:
    state = f"{one.state.replace('-', ' ')}: " if one.state else ""
    return Cell(f"{state}{one.text} [{one.source}]")


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each first word once, with all that is said under it, in order."""
    groups: dict[str, list[str]] = {}
    for key, text in pairs:
        groups.setdefault(key, []).append(text)
    return [(key, " ".join(texts)) for key, texts in groups.items()]


def _has_file(data: MonitorData) -> bool:
    return any(one.state is not None for one in data.tests)


def _day(data: MonitorData) -> str:
    return "" if data.days_after_transplant is None else f", day {data.days_after_transplant}"


def _names(tests: Iterable[MonitorTest]) -> str:
    return ", ".join(dict.fromkeys(one.name for one in tests)) or "none"


def _names_in(data: MonitorData, state: str) -> str:
    """Return the tests in a state; what is only borrowed from another indication makes nothing due."""
    return _names(one for one in data.tests if one.state == state and not one.borrowed)


def _note(answer: Answer[MonitorData]) -> list[str]:
    data = answer.data
    states = {state: _names_in(data, state) for state in _WORST_FIRST}
    found = "; ".join(
        f"{says} [{sources}]" for says, sources in _grouped((one.says, one.source) for one in data.findings)
    )
    head = f"Monitoring of tacrolimus, {data.name}{_day(data)}"
    if _has_file(data):
        first = f"{head}: overdue {states['overdue']}; due {states['due']}; not recorded {states['not-recorded']}."
    else:
        first = f"{head}: {_names(one for one in data.tests if not one.borrowed)}."
    return [
        first,
        f"Limits crossed: {found or ('none found' if _has_file(data) else 'no patient file')}.",
        warned(answer),
        signed(answer),
    ]


VIEW: View[MonitorData] = View(_blocks, _note, lambda answer: answer.data.tests)
