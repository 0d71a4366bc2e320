"""A patient file as the engine takes it: every intake and every level on one axis of hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.domain.history import usable_levels
from tdmcli.domain.spelling import spelling
from tdmcli.domain.units import Censor
from tdmcli.pharmacokinetics.dosing_history import Dose
from tdmcli.pharmacokinetics.likelihood import Censoring, Level
from tdmcli.tables.model_forms import Assay
from tdmcli.workflows.intakes_due import merged
from tdmcli.workflows.model_intakes import Taken, taken_of
from tdmcli.workflows.model_levels import Witness

if TYPE_CHECKING:
    from tdmcli.domain.history import History, LevelRecord


class ModelCourse(NamedTuple):
    """Doses and levels in hours after `zero`; `records` are those of the levels, `ignored` why others are not used.

    `taken` is what the doses were made of, with what of them is open.
    """

    zero: datetime
    doses: tuple[Dose, ...]
    levels: tuple[Level, ...]
    records: tuple[LevelRecord, ...]
    ignored: tuple[tuple[LevelRecord, str], ...]
    taken: Taken

    def hour(self, moment: datetime) -> float:
        """Return a moment in hours after zero, by elapsed time (R41)."""
        return (moment.astimezone(UTC) - self.zero).total_seconds() / 3600

    def moment(self, hour: float) -> datetime:
        """Return the moment of an hour after zero."""
        return self.zero + timedelta(hours=hour)


def course_of(history: History, now: datetime) -> ModelCourse:
    """Return the doses taken and the levels that tell of them, up to now.

    Set aside: what `usable_levels` sets aside, a level of a day without a time, one before which it is not known what
    was taken, and one drawn under other drugs that move the level than are taken now.
    """
    history = merged(history)
    taken = taken_of(history, now)
    zero = taken.intakes[0].at.astimezone(UTC) if taken.intakes else now.astimezone(UTC)
    course = ModelCourse(zero, (), (), (), (), taken)
    doses = tuple(Dose(course.hour(one.at), one.mg, one.infusion_h) for one in taken.intakes)
    used, ignored = usable_levels(history, now)
    witness = Witness(history, taken, now)
    kept, aside = [], list(ignored)
    for record in used:
        why = witness.against(record)
        if why is None:
            kept.append(record)
        else:
            aside.append((record, why))
    levels = tuple(_level(record, course.hour(record.taken)) for record in kept)
    return ModelCourse(zero, doses, levels, tuple(kept), tuple(aside), taken)


def _level(record: LevelRecord, hour: float) -> Level:
    value = float(record.level.value_ng_ml)
    limit = None if record.level.is_number else Censoring(value, record.level.censor is Censor.BELOW)
    return Level(hour, value, assay_of(record.assay), limit)


def assay_of(name: str | None) -> Assay:
    """Return the assay of a level as models tell them apart; one that is not known is any."""
    if name is None:
        return Assay.ANY
    plain = spelling(name).replace(" ", "").replace("-", "").replace("/", "")
    if plain.startswith("lc") or "tandem" in plain:
        return Assay.LC_MS_MS
    return Assay.IMMUNOASSAY if plain in IMMUNOASSAYS else Assay.ANY


IMMUNOASSAYS = frozenset({"immunoassay", "cmia", "eclia", "acmia", "emit", "meia", "clia", "qms"})
