"""The arithmetic of an answer with its own numbers put in, for `--explain`: each line names its formula."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.domain.dose_adjustment import midpoint
from tdmcli.domain.units import ng_ml_to_nmol_l, show, show_percent
from tdmcli.tables.readers import read_formulas, read_molecular_weight, read_policy
from tdmcli.workflows.answer import Answer, Citations, Worked

if TYPE_CHECKING:
    from collections.abc import Callable

    from tdmcli.workflows.adjust_data import AdjustData
    from tdmcli.workflows.auc_data import AucData
    from tdmcli.workflows.cdratio import CdRatioData
    from tdmcli.workflows.convert_data import ConvertData
    from tdmcli.workflows.interact_data import InteractData, InteractionAnswer
    from tdmcli.workflows.monitor_data import MonitorData
    from tdmcli.workflows.neurotox_data import DoseAnswer, NeurotoxData
    from tdmcli.workflows.regimens import RegimenAnswer
    from tdmcli.workflows.start_data import MethodAnswer, StartData
    from tdmcli.workflows.target import TargetData

PLACES = 4  # of what is worked out; the answer itself shows fewer


class Step(NamedTuple):
    """One step: the id of its formula, and the numbers put in."""

    formula: str
    numbers: str


def with_worked(answer: Answer[Any]) -> Answer[Any]:
    """Return an answer with its arithmetic, and the sources of the formulas among its own."""
    formulas = read_formulas()
    citations = Citations()
    for one in answer.sources:
        citations.add(one.id, one.locator)
    worked = []
    for step in _STEPS[answer.command](answer):
        formula = formulas[step.formula]
        citations.add(formula.source, formula.locator)
        worked.append(Worked(formula.id, formula.name, formula.equation, step.numbers, formula.source))
    return answer._replace(worked=tuple(worked), sources=citations.cited())


def _number(value: Decimal) -> str:
    return show(value, PLACES)


def _range(low: Decimal, high: Decimal) -> str:
    return f"{_number(low)} ng/mL" if low == high else f"{_number(low)}-{_number(high)} ng/mL"


def _daily(regimen: RegimenAnswer) -> Step:
    intakes = ", ".join(_number(mg) for mg in regimen.intakes_mg)
    numbers = f"mean({intakes}) mg x 24 / {regimen.interval_h} h = {_number(regimen.daily_dose_mg)} mg/day"
    return Step("daily-dose", numbers)


def _placed(level: Decimal | None, low: Decimal | None, high: Decimal | None, where: str | None) -> list[Step]:
    if level is None or low is None or high is None or where is None:
        return []
    return [Step("position", f"{_number(level)} ng/mL against {_range(low, high)}: {where}")]


def _from_nmol(text: str | None, level: Decimal | None) -> list[Step]:
    if text is None or level is None or not text.endswith("nmol/L"):
        return []
    weight = read_molecular_weight()
    return [Step("nmol", f"{text} x {_number(weight)} / 1,000 = {_number(level)} ng/mL")]


def _adjust(answer: Answer[AdjustData]) -> list[Step]:
    data = answer.data
    target, sampled, current = data.target, data.sampled, data.current
    steps = [*_from_nmol(data.level, data.level_ng_ml), _daily(sampled)]
    if current != sampled:
        steps.append(_daily(current))
    if target.aim_ng_ml is not None and target.aim_ng_ml == midpoint(target.low_ng_ml, target.high_ng_ml):
        sums = f"({_number(target.low_ng_ml)} + {_number(target.high_ng_ml)}) / 2"
        steps.append(Step("midpoint", f"{sums} = {_number(target.aim_ng_ml)} ng/mL"))
    steps += _placed(data.level_ng_ml, target.low_ng_ml, target.high_ng_ml, data.position)
    if data.position != "within" and target.aim_ng_ml is not None:
        level, aim = _number(data.level_ng_ml), _number(target.aim_ng_ml)
        product = f"{_number(sampled.daily_dose_mg)} mg/day x {aim} / {level}"
        steps.append(Step("proportional-dose", f"{product} = {_number(data.unrounded_daily_dose_mg)} mg/day"))
        steps += _cap(data)
    for option in dict.fromkeys((data.proposal, *data.tried)):
        ratio = f"{_number(data.level_ng_ml)} x {_number(option.daily_dose_mg)} / {_number(sampled.daily_dose_mg)}"
        steps.append(Step("predicted-trough", f"{ratio} = {_number(option.predicted_trough_ng_ml)} ng/mL"))
        if not option.current:
            now = _number(current.daily_dose_mg)
            change = f"({_number(option.daily_dose_mg)} - {now}) / {now} x 100 = {show_percent(option.change_percent)}"
            steps.append(Step("change-percent", change))
    return steps + _by_weight(answer)


def _cap(data: AdjustData) -> list[Step]:
    if data.capped_daily_dose_mg == data.unrounded_daily_dose_mg:
        return []
    cap = read_policy().dose.max_increase_percent
    least = min(data.current.daily_dose_mg, data.sampled.daily_dose_mg)
    most = least * (1 + cap / 100)
    numbers = f"{_number(least)} mg/day x (1 + {_number(cap)} / 100) = {_number(most)} mg/day"
    held = "" if most == data.capped_daily_dose_mg else f", held to {_number(data.capped_daily_dose_mg)} mg/day"
    return [Step("capped-dose", numbers + held)]


def _by_weight(answer: Answer[AdjustData]) -> list[Step]:
    given: Any = answer.inputs.get("weight_kg")
    if given is None:
        return []
    daily, weight = answer.data.current.daily_dose_mg, given["value"]
    divided = f"{_number(daily)} mg/day / {_number(weight)} kg"
    return [Step("dose-by-weight", f"{divided} = {_number(daily / weight)} mg/kg/day")]


def _target(answer: Answer[TargetData]) -> list[Step]:
    data = answer.data
    steps = _from_nmol(data.level, data.level_ng_ml)
    used = data.own or data.default
    if used is not None:
        steps += _placed(data.level_ng_ml, used.low_ng_ml, used.high_ng_ml, data.position)
    if data.agreement is not None:
        rows = [row for row in data.rows if row.id in data.agreement.rows]
        lows, highs = (
            ", ".join(_number(limit) for limit in limits)
            for limits in ([row.low_ng_ml for row in rows], [row.high_ng_ml for row in rows])
        )
        common = _range(data.agreement.low_ng_ml, data.agreement.high_ng_ml)
        steps.append(Step("common-range", f"max({lows}) to min({highs}) = {common}"))
    if data.default_nmol_l is not None and used is not None:
        weight = read_molecular_weight()
        for limit in (used.low_ng_ml, used.high_ng_ml):
            nmol = _number(ng_ml_to_nmol_l(limit, weight))
            steps.append(Step("nmol", f"{_number(limit)} ng/mL x 1,000 / {_number(weight)} = {nmol} nmol/L"))
    return steps


def _interact(answer: Answer[InteractData]) -> list[Step]:
    steps = [step for one in answer.data.interactions for step in _by_fold(one)]
    adjusted = answer.data.adjusted
    if adjusted is None:
        return steps
    factor = next(one.dose_factor_text for one in answer.data.interactions if one.matched == adjusted.drug)
    given = f"{adjusted.from_text}, x {factor} = {_number(adjusted.unrounded_daily_dose_mg)} mg/day"
    return [*steps, Step("dose-factor", given)]


def _by_fold(one: InteractionAnswer) -> list[Step]:
    """Return the troughs that the published sizes of one drug predict, one a line for each end of each size."""
    level = None if one.predicted is None else one.predicted.level_ng_ml
    if level is None:
        return []
    ends = [
        (size.measure, fold)
        for size in one.exposure_fold
        if size.predicted_trough_ng_ml is not None
        for fold in dict.fromkeys((size.low, size.high))
    ]
    made = [
        (measure, f"{_number(level)} ng/mL x {_number(fold)} = {_number(level * fold)} ng/mL") for measure, fold in ends
    ]
    return [Step("predicted-by-fold", f"{one.matched}, {measure}: {sums}") for measure, sums in made]


def _convert(answer: Answer[ConvertData]) -> list[Step]:
    data = answer.data
    steps = []
    if data.from_ is not None and data.unrounded_daily_dose_mg is not None:
        daily, new = _number(data.from_.daily_dose_mg), f"{_number(data.unrounded_daily_dose_mg)} mg/day"
        if data.factor is not None:
            steps.append(_daily(data.from_))
            steps.append(Step("conversion-factor", f"{daily} mg/day x {_number(data.factor)} = {new}"))
    level = data.level
    if level is not None and level.given.endswith("nmol/L"):
        steps += _from_nmol(level.given.removeprefix(level.censor), level.ng_ml)
    elif level is not None:
        divided = f"{_number(level.ng_ml)} ng/mL x 1,000 / {_number(level.molecular_weight_g_per_mol)}"
        steps.append(Step("nmol", f"{divided} = {_number(level.nmol_l)} nmol/L"))
    return steps


def _neurotox(answer: Answer[NeurotoxData]) -> list[Step]:
    data = answer.data
    low, high = data.target_low_ng_ml, data.target_high_ng_ml
    steps = _from_nmol(data.level, data.level_ng_ml) + _placed(data.level_ng_ml, low, high, data.position)
    if data.dose is not None and low is not None and high is not None and data.level_ng_ml is not None:
        steps += _lower_dose(data.dose, low, high, data.level_ng_ml)
    return steps


def _lower_dose(dose: DoseAnswer, low: Decimal, high: Decimal, level: Decimal) -> list[Step]:
    """Return the steps to the dose in mild neurotoxicity; none where there is no dose."""
    aim, sampled, current, proposal = dose.aim_ng_ml, dose.sampled, dose.current, dose.proposal
    if aim is None or sampled is None or current is None or proposal is None or dose.change_percent is None:
        return []
    shares = [(Decimal(50), dose.high_ng_ml)]
    if dose.aim_from == "policy":
        shares.append((read_policy().neurotoxicity.aim_percent_of_range, aim))
    up = f"{_number(low)} + ({_number(high)} - {_number(low)})"
    steps = [Step("share-of-range", f"{up} x {_number(share)} / 100 = {_number(at)} ng/mL") for share, at in shares]
    steps += [_daily(one) for one in dict.fromkeys((sampled, current))]
    if dose.unrounded_daily_dose_mg is not None and level > dose.high_ng_ml:
        product = f"{_number(sampled.daily_dose_mg)} mg/day x {_number(aim)} / {_number(level)}"
        steps.append(Step("proportional-dose", f"{product} = {_number(dose.unrounded_daily_dose_mg)} mg/day"))
    if dose.predicted_trough_ng_ml is not None:
        ratio = f"{_number(level)} x {_number(proposal.daily_dose_mg)} / {_number(sampled.daily_dose_mg)}"
        steps.append(Step("predicted-trough", f"{ratio} = {_number(dose.predicted_trough_ng_ml)} ng/mL"))
    if dose.change_percent:
        now = _number(current.daily_dose_mg)
        change = f"({_number(proposal.daily_dose_mg)} - {now}) / {now} x 100 = {show_percent(dose.change_percent)}"
        steps.append(Step("change-percent", change))
    return steps


def _cdratio(answer: Answer[CdRatioData]) -> list[Step]:
    data = answer.data
    divided = f"{_number(data.level_ng_ml)} ng/mL / {_number(data.daily_dose_mg)} mg"
    steps = _from_nmol(data.level, data.level_ng_ml)
    steps.append(Step("cd-ratio", f"{divided} = {_number(data.cd_ratio_ng_ml_per_mg)} ng/mL per mg"))
    if data.weight_kg is not None and data.weight_normalised_ng_ml_per_mg_kg is not None:
        by_weight = _number(data.weight_normalised_ng_ml_per_mg_kg)
        numbers = f"{_number(data.cd_ratio_ng_ml_per_mg)} x {_number(data.weight_kg)} kg = {by_weight} ng/mL per mg/kg"
        steps.append(Step("cd-ratio-by-weight", numbers))
    return steps


def _monitor(answer: Answer[MonitorData]) -> list[Step]:
    steps = []
    for one in answer.data.findings:
        if one.reference is None or one.change_percent is None:
            continue
        now, before = _number(one.latest.value), _number(one.reference.value)
        numbers = f"{one.name}: ({now} - {before}) / {before} x 100 = {_number(one.change_percent)} %"
        steps.append(Step("rise-percent", numbers))
    for test in answer.data.tests:
        if test.last is not None and test.due is not None and test.every_days:
            numbers = f"{test.name}: {test.last.isoformat()} + {test.every_days[-1]} d = {test.due.isoformat()}"
            steps.append(Step("due-day", numbers))
    return list(dict.fromkeys(steps))


def _start(answer: Answer[StartData]) -> list[Step]:
    data = answer.data
    steps = []
    height: Any = answer.inputs.get("height_cm")
    if data.bsa_m2 is not None and data.weight_kg is not None and height is not None:
        from tdmcli.tables.dosing_readers import read_body_size

        divisor = _number(read_body_size().body_surface[0].divisor)
        root = f"root({_number(height['value'])} cm x {_number(data.weight_kg)} kg / {divisor})"
        steps.append(Step("body-surface", f"{root} = {_number(data.bsa_m2)} m2"))
    standards = {one.id: one for one in data.methods}
    for one in data.methods:
        if one.refused is not None:
            continue
        if one.clearance is not None:
            steps += _by_equation(one)
        elif one.standard is not None:
            steps += _by_genotype(one, standards[one.standard], data.weight_kg)
        else:
            steps += _by_row_weight(one, data.weight_kg)
    return steps


def _ends(one: MethodAnswer) -> list[tuple[Decimal | None, Decimal]]:
    """Return mg/kg/day and mg/day of the low end of a method, and of its high end where it has one."""
    if one.unrounded_daily_dose_mg is None:
        return []
    high = [(one.high.mg_per_kg_per_day, one.high.unrounded_daily_dose_mg)] if one.high else []
    return [(one.mg_per_kg_per_day, one.unrounded_daily_dose_mg), *high]


def _by_row_weight(one: MethodAnswer, weight: Decimal | None) -> list[Step]:
    if weight is None:
        return []
    return [
        Step("starting-dose-by-weight", f"{one.id}: {_number(kg)} x {_number(weight)} kg = {_number(mg)} mg/day")
        for kg, mg in _ends(one)
        if kg is not None
    ]


def _by_genotype(one: MethodAnswer, standard: MethodAnswer, weight: Decimal | None) -> list[Step]:
    if one.times is None or weight is None:
        return []
    given = [mg for _, mg in _ends(standard)]
    steps = []
    for times, of, (_, mg) in zip(one.times, (given[0], given[-1]), _ends(one), strict=False):
        numbers = f"{_number(times)} x {_number(of)}"
        if one.cap_mg_per_kg_day is not None:
            numbers = f"min({numbers}, {_number(one.cap_mg_per_kg_day)} x {_number(weight)})"
        steps.append(Step("cpic-2015", f"{one.standard}: {numbers} = {_number(mg)} mg/day"))
    return steps


def _by_equation(one: MethodAnswer) -> list[Step]:
    worked = one.clearance
    if worked is None or one.unrounded_daily_dose_mg is None or one.target_ng_ml is None:
        return []
    clearance, daily = _number(worked.cl_l_h), _number(one.unrounded_daily_dose_mg)
    factors = "".join(f" x {_number(factor.times)} ({factor.name})" for factor in worked.factors)
    steps = [Step("starting-clearance", f"{one.id}: {_number(worked.own_l_h)}{factors} = {clearance} L/h")]
    if worked.auc_ng_h_ml is None:
        trough = f"{_number(one.target_ng_ml)} x 24 x {clearance} / 1,000 = {daily} mg/day"
        return [*steps, Step("starting-dose-by-trough", f"{one.id}: {trough}")]
    intakes = 24 // (one.interval_h or 24)
    auc = f"{intakes} x {_number(worked.auc_ng_h_ml)} x {clearance} / 1,000 = {daily} mg/day"
    return [*steps, Step("starting-dose-by-auc", f"{one.id}: {auc}")]


def _auc(answer: Answer[AucData]) -> list[Step]:
    """Return each regression with its levels put in; a fitted model has no line of arithmetic."""
    steps = [step for one in answer.data.samples for step in _from_nmol(one.level, one.level_ng_ml)]
    for one in answer.data.methods:
        if one.intercept is None or one.terms is None or one.auc_ng_h_ml is None:
            continue
        terms = "".join(f" + {_number(term.coefficient)} x {_number(term.level_ng_ml)}" for term in one.terms)
        numbers = f"{one.id}: {_number(one.intercept)}{terms} = {_number(one.auc_ng_h_ml)} ng*h/mL"
        steps.append(Step("auc-by-regression", numbers))
    return steps


_STEPS: dict[str, Callable[[Any], list[Step]]] = {
    "target": _target,
    "adjust": _adjust,
    "interact": _interact,
    "neurotox": _neurotox,
    "cdratio": _cdratio,
    "convert": _convert,
    "monitor": _monitor,
    "start": _start,
    "auc": _auc,
}
