"""The shapes of a population model in `models/`: numbers and names of forms, which `pharmacokinetics` computes with.

A paper whose model does not fit these forms is left out, not bent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tdmcli.tables.model_forms import Absorption, Assay, Covariate, ErrorKind, Form, Parameter
from tdmcli.tables.rows import Population, Release


class CovariateRow(NamedTuple):
    """A covariate that the model needs, and the limits of its population: numbers as far as given, or words.

    `if_unknown` is the value to take where the patient's is not known, with who says so: the paper, or the project.
    `drugs` are the ids of the drugs that the word "yes" stands for, until so many days after their stop.
    """

    covariate: Covariate
    low: Decimal | None = None
    high: Decimal | None = None
    words: tuple[str, ...] = ()
    if_unknown: Decimal | None = None
    if_unknown_word: str | None = None
    unknown_note: str | None = None
    drugs: tuple[str, ...] = ()
    days_after_stop: int | None = None

    def check(self) -> None:
        """Check that limits are numbers or words, and that a value taken for an unknown one lies within."""
        if self.words and (self.low, self.high, self.if_unknown) != (None, None, None):
            raise ValueError("limits are numbers, or words")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("low must be below high")
        if self.if_unknown is not None and not self.holds(self.if_unknown):
            raise ValueError("if_unknown must lie within the limits")
        if self.if_unknown_word is not None and self.if_unknown_word not in self.words:
            raise ValueError("if_unknown_word must be one of the words")
        if (self.if_unknown is not None or self.if_unknown_word is not None) != (self.unknown_note is not None):
            raise ValueError("unknown_note says who takes a value for an unknown one")
        if bool(self.drugs) != (self.covariate is Covariate.AZOLE) or bool(self.drugs) != (
            self.days_after_stop is not None
        ):
            raise ValueError("an azole, and nothing else, has drugs and the days for which it counts after its stop")

    def holds(self, value: Decimal | float) -> bool:
        """Return whether a number lies within the limits, an end that no source gives being open."""
        return (self.low is None or float(self.low) <= value) and (self.high is None or value <= float(self.high))


class ParameterRow(NamedTuple):
    """The typical value of a parameter."""

    parameter: Parameter
    value: Decimal

    def check(self) -> None:
        """Check that it is above 0."""
        if self.value <= 0:
            raise ValueError("value must be above 0")


class FactorRow(NamedTuple):
    """The factor of one combination of words, in the order of the effect's covariates."""

    words: tuple[str, ...]
    factor: Decimal


class EffectRow(NamedTuple):
    """What covariates make of a parameter; which numbers are needed follows from the form."""

    parameter: Parameter
    form: Form
    covariates: tuple[Covariate, ...]
    reference: Decimal | None = None
    size: Decimal | None = None
    half: Decimal | None = None
    steepness: Decimal | None = None
    cap: Decimal | None = None
    factors: tuple[FactorRow, ...] = ()

    def check(self) -> None:
        """Check that just the numbers of the form are there, and a word for each covariate of a factor."""
        needed = {
            Form.HILL: {"size", "half", "steepness"},
            Form.CATEGORY: {"factors"},
        }.get(self.form, {"reference", "size"})
        names = ("reference", "size", "half", "steepness", "factors")
        given = {name for name in names if getattr(self, name) not in {None, ()}}
        if given != needed:
            raise ValueError(f"a {self.form} effect takes {', '.join(sorted(needed))}")
        if self.form is not Form.CATEGORY and len(self.covariates) != 1:
            raise ValueError("only categories may be of several covariates")
        if any(len(one.words) != len(self.covariates) for one in self.factors):
            raise ValueError("a factor has one word for each covariate")


class RandomEffectRow(NamedTuple):
    """How a parameter varies between patients: it is multiplied by e^eta, eta having this variance.

    With `when` it does so only while that covariate has the word, or lies below the limit.
    """

    name: str
    parameter: Parameter
    variance: Decimal
    when: Covariate | None = None
    when_word: str | None = None
    when_below: Decimal | None = None

    def check(self) -> None:
        """Check the variance and the condition."""
        if self.variance <= 0:
            raise ValueError("variance must be above 0")
        if (self.when is None) != (self.when_word is None and self.when_below is None):
            raise ValueError("a condition is a covariate with a word or a limit")


class CovarianceRow(NamedTuple):
    """The covariance of two random effects."""

    one: str
    other: str
    covariance: Decimal


class ErrorRow(NamedTuple):
    """The scatter of levels of an assay: the first row of an assay is used, the others are beside it."""

    assay: Assay
    kind: ErrorKind
    proportional: Decimal | None = None
    additive_ng_ml: Decimal | None = None
    of: str | None = None

    def check(self) -> None:
        """Check that the numbers of the kind are there."""
        has = (self.proportional is not None, self.additive_ng_ml is not None)
        if has != (self.kind is not ErrorKind.ADDITIVE, self.kind in {ErrorKind.ADDITIVE, ErrorKind.MIXED}):
            raise ValueError(f"a {self.kind} error takes other numbers")


class BindingRow(NamedTuple):
    """Binding to red cells: whole blood = plasma (1 + capacity haematocrit / (plasma + half)), all in ng/mL."""

    capacity_ng_ml: Decimal
    half_ng_ml: Decimal


class DriftRow(NamedTuple):
    """How log clearance moves from visit to visit, beside what covariates explain; the project's own fit, no paper's.

    `lasting_variance` is of a part that keeps a share of itself to the next visit, e^(-1 / kept_visits);
    `visit_variance` of a part that is new at each visit.
    """

    lasting_variance: Decimal
    kept_visits: Decimal
    visit_variance: Decimal
    note: str
    source: str
    locator: str

    def check(self) -> None:
        """Check that there is something that lasts, and for how long."""
        if self.lasting_variance <= 0 or self.kept_visits <= 0 or self.visit_variance < 0:
            raise ValueError("lasting_variance and kept_visits must be above 0, visit_variance not below it")


class OwnDaysRow(NamedTuple):
    """On which days after transplant a model that pools several releases saw one of them; half-open."""

    release: Release
    from_day: int
    to_day: int | None = None

    def check(self) -> None:
        """Check that the window runs forward."""
        if self.from_day < 0 or (self.to_day is not None and self.to_day <= self.from_day):
            raise ValueError("the window from_day..to_day must run forward")

    @property
    def text(self) -> str:
        """Return the days for a person, the last one being in them."""
        return f"{self.from_day} on" if self.to_day is None else f"{self.from_day} to {self.to_day - 1}"


class ModelRow(NamedTuple):
    """A population model of one paper, read at second hand: numbers, population, limits.

    The days after transplant are half-open; outside the `own_days` of its release a patient is answered and told.
    `occasion_variance` is the paper's variance of log clearance between occasions. `checked` says which numbers of the
    paper the model was seen to reproduce.
    """

    id: str
    name: str
    source: str
    locator: str
    organs: tuple[str, ...]
    population: Population
    release: tuple[Release, ...]
    patients: str
    limits: str
    checked: str
    absorption: Absorption
    steps: int
    parameter: tuple[ParameterRow, ...]
    random_effect: tuple[RandomEffectRow, ...]
    error: tuple[ErrorRow, ...]
    products: tuple[str, ...] = ()
    from_day: int | None = None
    to_day: int | None = None
    own_days: tuple[OwnDaysRow, ...] = ()
    covariate: tuple[CovariateRow, ...] = ()
    effect: tuple[EffectRow, ...] = ()
    covariance: tuple[CovarianceRow, ...] = ()
    binding: BindingRow | None = None
    occasion_variance: Decimal | None = None
    drift: DriftRow | None = None
    note: str | None = None

    def check(self) -> None:
        """Check that the parameters of the structure are there, and that effects speak of what the model has."""
        have = {one.parameter for one in self.parameter}
        absorption = {
            Absorption.FIRST_ORDER: {Parameter.ABSORPTION},
            Absorption.ERLANG: {Parameter.STEP_RATE},
            Absorption.TRANSIT: {Parameter.TRANSIT_TIME, Parameter.ABSORPTION},
        }[self.absorption]
        if not have >= {Parameter.CLEARANCE, Parameter.VOLUME} | absorption:
            raise ValueError("clearance, central volume and the rates of the absorption must be there")
        if len(have & {Parameter.EXCHANGE, Parameter.PERIPHERAL_VOLUME}) == 1:
            raise ValueError("a second compartment takes its clearance and its volume")
        if len(have) != len(self.parameter) or self.steps < 1:
            raise ValueError("a parameter stands once, and there is at least one step")
        own = [one.release for one in self.own_days]
        if len(set(own)) != len(own) or not set(own) <= set(self.release):
            raise ValueError("own_days are of releases of the model, each once")
        self._check_parts(have)

    def _check_parts(self, have: set[Parameter]) -> None:
        known = {one.covariate for one in self.covariate}
        asked = {name for one in self.effect for name in one.covariates}
        asked |= {one.when for one in self.random_effect if one.when is not None}
        if self.binding is not None:
            asked.add(Covariate.HEMATOCRIT_PERCENT)
        if asked != known:
            raise ValueError("each covariate stands with its limits, and none that no effect uses")
        moved = {one.parameter for one in self.effect} | {one.parameter for one in self.random_effect}
        if not moved <= have or Parameter.LAG in moved:
            raise ValueError("effects act on parameters of the model, and never on the lag")
        names = {one.name for one in self.random_effect}
        if len(names) != len(self.random_effect) or not {n for c in self.covariance for n in c[:2]} <= names:
            raise ValueError("a covariance is of two random effects of the model")
