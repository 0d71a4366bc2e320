"""The doses of a change: what decides, between which intervals, in whole units, and said again where beyond belief."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.formulation import Choice, Intervals, Switch, against_intervals, daily_doses
from tdmcli.domain.units import show
from tdmcli.domain.whole_units import in_figures, round_dose
from tdmcli.tables.readers import read_policy
from tdmcli.tables.rows import Route
from tdmcli.workflows import asked as ask
from tdmcli.workflows.convert_rows import Converted, is_rule, not_at_this_interval

if TYPE_CHECKING:
    from decimal import Decimal

    from tdmcli.domain.regimen import Regimen
    from tdmcli.workflows.asked import Asked


def converted(asked: Asked, switch: Switch, current: Regimen, interval_h: int, choice: Choice) -> Converted:
    """Return the change worked out; without a row that decides no dose."""
    if switch.before == switch.after:
        daily = current.daily_dose_mg
    else:
        _refuse_intervals(switch, Intervals(current.interval_h, interval_h), choice)
        if choice.deciding is None:
            _confirm_rules(asked, current, interval_h, choice)
            return Converted(switch, current, interval_h, choice, None)
        daily = daily_doses(choice.deciding, current.daily_dose_mg)[0]
    if daily > current.daily_dose_mg:
        _confirm_day(asked, daily)
    dose = round_dose(daily, switch.after, interval_h, read_policy().dose)
    if switch.after.route is not Route.ORAL:
        dose = in_figures(dose, _FIGURES)
    _confirm_intake(asked, max(dose.regimen.intakes_mg))
    return Converted(switch, current, interval_h, choice, dose)


_FIGURES = 3  # of an infusion's dose: a pump runs no finer


def _refuse_intervals(switch: Switch, intervals: Intervals, choice: Choice) -> None:
    """Refuse a factor, a label's or a hospital's, between other intervals than those it was found for.

    Raises:
        Refused: an interval is not the product's own.

    """
    deciding = () if choice.deciding is None else (choice.deciding,)
    for row in (*deciding, *(row for row in choice.others if is_rule(row))):
        why = against_intervals(row, switch, intervals)
        if why is not None:
            raise not_at_this_interval(why, row, switch, intervals)


def _confirm_rules(asked: Asked, current: Regimen, interval_h: int, choice: Choice) -> None:
    """Have the largest dose of a hospital's rule said again, for the day and for an intake, as that of a label."""
    rules = [row for row in choice.others if is_rule(row)]
    daily = max(one for row in rules for one in daily_doses(row, current.daily_dose_mg))
    if daily > current.daily_dose_mg:
        _confirm_day(asked, daily)
    _confirm_intake(asked, daily * interval_h / 24)


def _confirm_day(asked: Asked, daily_dose_mg: Decimal) -> None:
    ask.confirm(asked, daily_dose_mg, show(daily_dose_mg), read_policy().dose.confirm_above_mg, "mg/day")


def _confirm_intake(asked: Asked, mg: Decimal) -> None:
    """Have a single intake said again that is above what a day may hold unasked."""
    ask.confirm(asked, mg, show(mg), read_policy().dose.confirm_above_mg, "mg in one intake")
