"""Which doses of a patient file were taken, and when: by the clock, the events, and the last doses that levels name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import hours_between, period_at
from tdmcli.domain.sample_checks import is_held
from tdmcli.domain.units import show
from tdmcli.tables.readers import read_policy
from tdmcli.tables.rows import Route
from tdmcli.workflows.intakes_due import A_MINUTE, least_gap, schedule_of
from tdmcli.workflows.last_doses import named_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tdmcli.domain.history import History, LevelRecord
    from tdmcli.workflows.intakes_due import Due
    from tdmcli.workflows.last_doses import Named


class Intake(NamedTuple):
    """One dose as it was taken: when, how many mg, and over how many hours it ran in (0 by mouth)."""

    at: datetime
    mg: float
    infusion_h: float


class Doubt(NamedTuple):
    """A dose of which the file does not tell how much was absorbed, why, and for how many days a level shows it."""

    at: datetime
    why: str
    days: int


class Taken(NamedTuple):
    """The intakes before a moment; `against` why a level's last dose is not believed, `doubts` which doses are open.

    `close` are those doses that follow another much sooner than an interval, with that one.
    """

    intakes: tuple[Intake, ...]
    against: dict[LevelRecord, str]
    doubts: tuple[Doubt, ...]
    close: tuple[tuple[datetime, datetime], ...]


def taken_of(history: History, until: datetime) -> Taken:
    """Return every intake before a moment, by the clock of the patient's zone, less those missed or held.

    Where a level names its last dose, the intake nearest to it was taken then; none was taken from there to the sample,
    and one due shortly before the sample was taken right after it.
    """
    until = until.astimezone(UTC)
    dues, unplaced = schedule_of(history, until)
    named = named_by(history, dues, until)
    intakes = sorted(_intakes(history, dues, named, until), key=lambda one: one.at)
    vomited = [one.at for one in history.events if one.kind == "vomited" and one.at <= until]
    close = tuple(_close(history, intakes))
    recent, long = read_policy().event.recent_days, read_policy().forecast.unknown_doses_days
    doubts = (
        *(Doubt(at, "a dose was vomited: how much was absorbed is not known", recent) for at in vomited),
        *(Doubt(at, "a missed dose that is no intake of the regimen", recent) for at in unplaced),
        *(Doubt(at, "a dose that the file tells as taken and as missed", recent) for at in named.both),
        *(Doubt(at, f"two doses {show(hours_between(before, at), 1)} h apart", long) for before, at in close),
    )
    return Taken(tuple(intakes), named.against, doubts, close)


def _close(history: History, intakes: list[Intake]) -> Iterator[tuple[datetime, datetime]]:
    """Yield two doses by mouth of which the second comes sooner than is believed: both may not have been taken."""
    for before, after in pairwise(one.at for one in intakes if not one.infusion_h):
        own = (period_at(history, at) for at in (before, after))
        interval = min((one.regimen.interval_h for one in own if one is not None), default=0)
        if timedelta(hours=float(hours_between(before, after))) < least_gap(timedelta(hours=interval)):
            yield before, after


def _intakes(history: History, dues: tuple[Due, ...], named: Named, until: datetime) -> Iterator[Intake]:
    for place, due in enumerate(dues):
        taken = named.times.get(place)
        if due.at >= until or due.missed or (taken is None and is_held(history, due.at)):
            continue
        if taken is None:
            samples = [drawn for last, drawn in named.drawn if last < place and due.at < drawn]
            taken = min(max(samples) + A_MINUTE, until) if samples else due.at
            if samples and _yields(history, due, taken, until):
                continue
        infusion = float(due.period.regimen.interval_h) if due.period.route == Route.INTRAVENOUS else 0.0
        yield Intake(taken.astimezone(history.zone), due.mg, infusion)


def _yields(history: History, due: Due, taken: datetime, until: datetime) -> bool:
    """Return whether an intake that waited for a sample gave way to the first dose of the next regimen."""
    following = next((one for one in history.regimens if due.at < one.start <= until), None)
    if following is None:
        return False
    return following.start - taken < least_gap(min(due.interval, timedelta(hours=following.regimen.interval_h)))
