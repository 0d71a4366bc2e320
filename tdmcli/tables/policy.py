"""The shape of `policy.toml`: the project's own choices, one class a heading."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from tdmcli.tables.range_policy import RangePolicy
from tdmcli.tables.rows import Release

_WHOLE = 100  # per cent
_FEWEST_OF_A_DEVIATION = 2


class LevelPolicy(NamedTuple):
    """Limits of a level in ng/mL; previous_ratio is a plain number."""

    high: Decimal
    above_assay: Decimal
    critical: Decimal
    confirm_above: Decimal
    previous_ratio: Decimal
    hematocrit_low_percent: Decimal
    hematocrit_recent_days: int
    hematocrit_lowest_percent: Decimal
    hematocrit_highest_percent: Decimal

    def check(self) -> None:
        """Check that the limits rise."""
        if not self.high < self.critical <= self.confirm_above or self.above_assay > self.critical:
            raise ValueError("high and above_assay must not be above critical, nor critical above confirm_above")


class DosePolicy(NamedTuple):
    """Caps and limits of a dose change."""

    max_increase_percent: Decimal
    large_decrease_percent: Decimal
    refuse_above_aims: Decimal
    marginal_percent: Decimal
    high_mg_per_kg_day: Decimal
    confirm_above_mg: Decimal
    options_each_side: int
    max_rounding_percent: Decimal
    units_per_intake: int
    equal_intakes: bool

    def check(self) -> None:
        """Check that each number is above 0: a cap or a limit of none is a slip."""
        if any(value <= 0 for value in self if not isinstance(value, bool)):
            raise ValueError("each number under [dose] must be above 0")


class SamplingPolicy(NamedTuple):
    """Hours after the dose within which a level counts as the trough of an interval."""

    interval_h: int
    refuse_before: Decimal
    early_before: Decimal
    late_after: Decimal
    refuse_after: Decimal

    def check(self) -> None:
        """Check that the hours are in order."""
        if not self.refuse_before < self.early_before < self.late_after < self.refuse_after:
            raise ValueError("the hours must rise: refuse_before, early_before, late_after, refuse_after")


class SteadyStatePolicy(NamedTuple):
    """Days on an unchanged dose before a level may lower or raise it."""

    release: Release
    decrease_days: Decimal
    increase_days: Decimal
    source: str

    def check(self) -> None:
        """Check that an increase waits no less than a decrease."""
        if self.decrease_days > self.increase_days:
            raise ValueError("decrease_days must not be above increase_days")


class After(StrEnum):
    """What the next level comes after."""

    CHANGE = "change"
    REPEAT = "repeat"
    KEEP = "keep"


class NextLevelPolicy(NamedTuple):
    """When to draw the next level, in days from now, and why."""

    release: Release
    after: After
    from_days: int
    to_days: int
    reason: str
    source: str

    def check(self) -> None:
        """Check that the days run forward."""
        if self.from_days > self.to_days:
            raise ValueError("from_days must not be after to_days")


class StalePolicy(NamedTuple):
    """Days after which a level no longer decides a dose."""

    first_days: int
    refuse_in_first_days: int
    warn_later_days: int
    refuse_later_days: int
    future_minutes: int

    def check(self) -> None:
        """Check that a warning comes before the refusal."""
        if self.warn_later_days > self.refuse_later_days:
            raise ValueError("warn_later_days must not be above refuse_later_days")


class InteractionPolicy(NamedTuple):
    """Days for which a level still moves after a drug's start or stop, and the size that forbids a first dose.

    `dose_in_advance_days`: a regimen begun so shortly before a drug may have been set for it already.
    """

    inhibitor_onset_days: int
    inhibitor_fading_days: int
    inducer_onset_days: int
    inducer_fading_days: int
    repeat_from_days: int
    repeat_to_days: int
    dose_in_advance_days: int
    no_first_dose_from_fold: Decimal

    def check(self) -> None:
        """Check that the days run forward."""
        if self.repeat_from_days > self.repeat_to_days:
            raise ValueError("repeat_from_days must not be above repeat_to_days")


class EventPolicy(NamedTuple):
    """Days within which an event puts a level in doubt."""

    recent_days: int


class TrendPolicy(NamedTuple):
    """What a trend needs before a number is said, and over how many days two levels are joined."""

    least_values: int
    longest_gap_first_year_days: int
    longest_gap_later_days: int
    first_year_days: int
    confidence_percent: Decimal
    window_covered_percent: Decimal

    def check(self) -> None:
        """Check that a standard deviation has its values and the shares are shares."""
        if self.least_values < _FEWEST_OF_A_DEVIATION:
            raise ValueError("least_values must be 2 or more")
        if not 0 < self.confidence_percent < _WHOLE or not 0 < self.window_covered_percent <= _WHOLE:
            raise ValueError("confidence_percent and window_covered_percent must lie between 0 and 100")


class WeightPolicy(NamedTuple):
    """Limits of a weight in kg, the age of an adult, and when a weight is old (days)."""

    lowest_kg: Decimal
    highest_kg: Decimal
    adult_from_years: int
    old_after_days_adult: int
    old_after_days_child: int
    age_needed_below_kg: Decimal


class ForecastPolicy(NamedTuple):
    """How far a forecast looks, and what it does with a patient at the edge of a model's population."""

    horizon_days: int
    longest_days: int
    same_visit_h: Decimal
    days_outside_percent: Decimal
    levels_tried: int
    same_chance_percent: Decimal
    aimed_chance_percent: Decimal
    misfit_sd: Decimal
    newest_misfit_percent: Decimal
    least_gap_percent: Decimal
    intake_off_percent: Decimal
    first_dose_days: int
    unknown_doses_days: int
    labs_before_days: int

    def check(self) -> None:
        """Check that there is a way to look and that it is not longer than the longest."""
        if not 0 < self.horizon_days <= self.longest_days:
            raise ValueError("horizon_days must be above 0 and not above longest_days")


class AucPolicy(NamedTuple):
    """How many minutes a sample may lie off the time of a formula, and how low a level after a dose may be.

    `lowest_after_dose_percent` is of the level before that dose, `trough_misfit_percent` of the trough that a model's
    area rests on alone, `troughs_apart_percent` how far two troughs before one dose may differ.
    """

    sample_minutes: int
    lowest_after_dose_percent: Decimal
    trough_misfit_percent: Decimal
    troughs_apart_percent: Decimal

    def check(self) -> None:
        """Check that the share is one."""
        if not 0 < self.lowest_after_dose_percent < _WHOLE:
            raise ValueError("lowest_after_dose_percent must lie between 0 and 100")


class HeightPolicy(NamedTuple):
    """Limits of a height in cm."""

    lowest_cm: Decimal
    highest_cm: Decimal

    def check(self) -> None:
        """Check that they are in order."""
        if not 0 < self.lowest_cm < self.highest_cm:
            raise ValueError("lowest_cm must be above 0 and below highest_cm")


class NeurotoxicityPolicy(NamedTuple):
    """Limits that no source gives, each in the unit of its name, and for how many days an entry speaks of today.

    The highest values are limits of belief: above them a value must be said twice.
    `aim_percent_of_range`: how far up the range a lower dose aims, within its lower half.
    """

    recent_days: int
    magnesium_mmol_l: Decimal
    magnesium_mg_dl: Decimal
    systolic_mmhg: Decimal
    diastolic_mmhg: Decimal
    cholesterol_mmol_l: Decimal
    cholesterol_mg_dl: Decimal
    magnesium_highest_mmol_l: Decimal
    magnesium_highest_mg_dl: Decimal
    cholesterol_highest_mmol_l: Decimal
    cholesterol_highest_mg_dl: Decimal
    aim_percent_of_range: Decimal

    def check(self) -> None:
        """Check that the aim lies within the lower half of a range."""
        if not 0 < self.aim_percent_of_range <= _WHOLE / 2:
            raise ValueError("aim_percent_of_range must be above 0 and at most 50")


class Policy(NamedTuple):
    """The whole file."""

    level: LevelPolicy
    target: RangePolicy
    dose: DosePolicy
    sampling: tuple[SamplingPolicy, ...]
    steady_state: tuple[SteadyStatePolicy, ...]
    next_level: tuple[NextLevelPolicy, ...]
    stale: StalePolicy
    interaction: InteractionPolicy
    event: EventPolicy
    trend: TrendPolicy
    weight: WeightPolicy
    height: HeightPolicy
    forecast: ForecastPolicy
    auc: AucPolicy
    neurotoxicity: NeurotoxicityPolicy

    def check(self) -> None:
        """Check that steady state and the next level are set for every release."""
        for rows, keys in (
            (self.sampling, [one.interval_h for one in self.sampling]),
            (self.steady_state, [one.release for one in self.steady_state]),
            (self.next_level, [(one.release, one.after) for one in self.next_level]),
        ):
            if len(set(keys)) != len(rows):
                raise ValueError(f"two rows stand for the same thing: {keys}")
        for release in Release:
            if release not in {one.release for one in self.steady_state}:
                raise ValueError(f"[[steady_state]] lacks {release}")
            if {one.after for one in self.next_level if one.release is release} != set(After):
                raise ValueError(f"[[next_level]] lacks a row for {release}")
