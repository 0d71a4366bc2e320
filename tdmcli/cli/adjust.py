"""`tdmcli adjust`: what dose gets there?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt
from tdmcli.errors import ExitCode


def adjust(
    level: opt.LevelOption = None,
    dose: opt.DoseOption = None,
    every: opt.EveryOption = None,
    product: opt.ProductOption = None,
    target: opt.TargetOption = None,
    indication: opt.IndicationOption = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    phase: opt.PhaseOption = None,
    source: opt.SourceOption = None,
    aim: Annotated[
        str | None, typer.Option("--aim", metavar="NG_ML", help="The level to aim at within the range.")
    ] = None,
    try_: Annotated[
        list[str] | None, typer.Option("--try", metavar="MG", help="Predict the trough of this dose too; repeatable.")
    ] = None,
    equal_doses: Annotated[bool, typer.Option("--equal-doses", help="Only equal morning and evening doses.")] = False,
    hours_after_dose: opt.HoursOption = None,
    days_on_dose: opt.OnDoseOption = None,
    last_change: opt.LastChangeOption = None,
    with_: opt.WithDrugOption = None,
    weight: opt.WeightOption = None,
    age: opt.AgeOption = None,
    accept: opt.AcceptOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    check: opt.CheckOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Work out a dose in proportion: daily dose x aim / level, at steady state, in whole capsules.

    \b
    Examples:
      tdmcli adjust --level 11.2 --dose 3 --every 12 --product prograf --target 6-9
      tdmcli adjust --level 4.1 --dose 2.5+2 --every 12 --product adoport --indication kidney --days 40
      tdmcli adjust --level 12 --dose 6 --every 24 --product envarsus-xr --target 6-9 --try 4.75
      tdmcli adjust --patient patient.toml
    """
    from tdmcli.cli.adjust_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.adjust import answer_adjust
    from tdmcli.workflows.adjust_data import AdjustQuestion
    from tdmcli.workflows.asked import Asked

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        level=level,
        dose=dose,
        every=every,
        product=product,
        target=target,
        indication=indication,
        days=days,
        months=months,
        phase=phase,
        hours_after_dose=hours_after_dose,
        days_on_dose=days_on_dose,
        last_change=last_change,
        drugs=tuple(with_ or ()),
        weight=weight,
        age=age,
        confirm_value=tuple(confirm_value or ()),
        accept=tuple(accept or ()),
    )
    answer = answer_adjust(AdjustQuestion(asked, aim, tuple(try_ or ()), source, equal_doses))
    show(answer, VIEW, form, explain=explain)
    if check and answer.out_of_range:
        raise typer.Exit(ExitCode.OUT_OF_RANGE)
