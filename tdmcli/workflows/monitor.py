"""What is measured when, what is due, and which values cross a limit that a source gives?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain import monitoring as rules
from tdmcli.domain.findings import refuse
from tdmcli.domain.monitoring import DueState, Reading, ThresholdState
from tdmcli.domain.units import rounded, show
from tdmcli.errors import Code
from tdmcli.tables.monitoring_rows import LEVEL
from tdmcli.tables.overlay import in_force
from tdmcli.tables.readers import read_cautions, read_indication, read_monitoring
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.facts import gather
from tdmcli.workflows.monitor_data import (
    MonitorCaution,
    MonitorData,
    MonitorFinding,
    MonitorTest,
    MonitorThreshold,
    MonitorValue,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tdmcli.domain.monitoring import Assessed, Due
    from tdmcli.tables.monitoring_rows import CautionRow, MonitoringTestRow, MonitoringThresholdRow
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.facts import Facts

UNITS = {
    "umol_l": "umol/L",
    "mmol_l": "mmol/L",
    "mg_dl": "mg/dL",
    "ml_min": "mL/min",
}


def answer_monitor(asked: Asked) -> Answer[MonitorData]:
    """Return the tests, limits and cautions of an indication, and how the patient file stands to them.

    Raises:
        ExpectedError: the question can't be read, or the indication is missing or unknown.

    """
    facts = gather(asked)
    if facts.indication is None:
        raise refuse(Code.MISSING_INDICATION, how="an indication such as kidney, or a patient file with one")
    citations = Citations()
    tests, thresholds = read_monitoring()
    days = _days_made(facts)
    assessed = tuple((row, _assess(row, facts)) for row in rules.thresholds_for(thresholds, facts.indication))
    rows = rules.what_to_test(tests, facts.indication, facts.day)
    decided = _decided_by_protocol(row for row, borrowed in rows if not borrowed)
    found = tuple(_finding(row, one, citations) for row, one in assessed if one and _crosses(one))
    data = MonitorData(
        indication=facts.indication,
        name=read_indication(facts.indication)[0].name,
        days_after_transplant=facts.day,
        tests=tuple(
            _test(row, None if _overruled(row, decided) else _due(row, facts, days), citations, borrowed=borrowed)
            for row, borrowed in rows
        ),
        thresholds=tuple(_threshold(row, one, citations) for row, one in assessed),
        findings=found,
        cautions=tuple(_caution(row, citations) for row in rules.cautions_for(read_cautions(), facts.indication)),
    )
    return Answer(
        command="monitor",
        data=data,
        as_of=facts.now,
        warnings=warn(facts.findings),
        sources=citations.cited(),
        inputs=facts.inputs,
        assumed=None if facts.day is not None else "Assumed: any time, as no days after transplant are known.",
    )


def _decided_by_protocol(rows: Iterable[MonitoringTestRow]) -> frozenset[tuple[str, str]]:
    """Return the name and measure of each test for which the protocol in force gives an interval here."""
    protocol = in_force()
    own = frozenset() if protocol is None else protocol.ids("test")
    deciding = [row for row in rows if row.id in own and row.every_to_days is not None]
    return frozenset((row.name, measure) for row in deciding for measure in row.measures)


def _overruled(row: MonitoringTestRow, decided: frozenset[tuple[str, str]]) -> bool:
    """Return whether a bundled interval makes nothing due: the protocol has one for that test and measure."""
    protocol = in_force()
    if protocol is None or row.id in protocol.ids("test") or row.every_to_days is None:
        return False
    return any((row.name, measure) in decided for measure in row.measures)


def _days_made(facts: Facts) -> dict[str, list[date]]:
    """Return the days on which each measure was made; levels that are set aside don't count."""
    if facts.record is None:
        return {}
    from tdmcli.domain.history import day_of, usable_levels

    history = facts.record.history
    days: dict[str, list[date]] = {
        LEVEL: [day_of(one.taken, history.zone) for one in usable_levels(history, facts.now)[0]]
    }
    for measure, one in history.labs:
        days.setdefault(measure, []).append(one.day)
    return days


def _start(facts: Facts) -> date | None:
    """Return the start that the file knows, for its own indication only."""
    return None if facts.record is None or facts.other_indication else facts.record.history.start_date


def _due(row: MonitoringTestRow, facts: Facts, days: dict[str, list[date]]) -> Due | None:
    if facts.record is None or not row.measures:
        return None
    made = [day for measure in row.measures for day in days.get(measure, [])]
    return rules.due(row, made, _start(facts), facts.today)


def _assess(row: MonitoringThresholdRow, facts: Facts) -> Assessed | None:
    if facts.record is None:
        return None
    history = facts.record.history
    labs = [Reading(measure, one) for measure, one in history.labs]
    return rules.assess(row, labs, _start(facts), facts.today)


def _crosses(assessed: Assessed) -> bool:
    return assessed.state is ThresholdState.CROSSED


def _test(row: MonitoringTestRow, due: Due | None, citations: Citations, *, borrowed: bool) -> MonitorTest:
    every = None
    if row.every_to_days is not None:
        every = (row.every_to_days,) if row.every_from_days is None else (row.every_from_days, row.every_to_days)
    by = due.by if due else None
    return MonitorTest(
        id=row.id,
        name=row.name,
        when=row.when,
        text=row.text,
        every_days=every,
        from_day=row.from_day,
        to_day=row.to_day,
        state=due.state if due else None,
        last=due.last if due else None,
        due_from=due.from_ if due else None,
        due=by,
        overdue=None if due is None or by is None else due.state is DueState.OVERDUE,
        borrowed=borrowed,
        source=citations.add(row.source, row.locator),
    )


def _threshold(row: MonitoringThresholdRow, assessed: Assessed | None, citations: Citations) -> MonitorThreshold:
    source = citations.add(row.source, row.locator)
    return MonitorThreshold(
        row.id, row.name, row.rule, row.limit, row.text, assessed.state if assessed else None, source
    )


def _finding(row: MonitoringThresholdRow, assessed: Assessed, citations: Citations) -> MonitorFinding:
    latest, reference = _value(assessed.latest), _value(assessed.reference)
    change = assessed.change_percent
    if latest is None:
        raise ValueError(row.id)
    return MonitorFinding(
        threshold=row.id,
        name=row.name,
        latest=latest,
        reference=reference,
        change_percent=None if change is None else rounded(change, 1),
        says=_says(row, latest, reference, assessed),
        text=row.text,
        source=citations.add(row.source, row.locator),
    )


def _says(row: MonitoringThresholdRow, latest: MonitorValue, reference: MonitorValue | None, assessed: Assessed) -> str:
    """Return the values of a finding in a line: both with their days, and the change."""
    now = f"{row.name} {show(latest.value)} {latest.unit} on {latest.day.isoformat()}"
    if reference is None or assessed.change_percent is None:
        return now
    before = f"{show(reference.value)} {reference.unit} on {reference.day.isoformat()}"
    change = assessed.change_percent
    return f"{now}, against {before}: {'+' if change > 0 else ''}{show(change, 1)} %"


def _value(reading: Reading | None) -> MonitorValue | None:
    if reading is None:
        return None
    unit = next((text for key, text in UNITS.items() if reading.measure.endswith(key)), "")
    return MonitorValue(reading.measure, reading.measured.value, unit, reading.measured.day)


def _caution(row: CautionRow, citations: Citations) -> MonitorCaution:
    return MonitorCaution(row.id, row.about, row.text, citations.add(row.source, row.locator))
