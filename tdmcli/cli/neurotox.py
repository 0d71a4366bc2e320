"""`tdmcli neurotox`: is this tremor the drug?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def neurotox(
    symptoms: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SYMPTOM...", help="tremor, headache, seizure, confusion ...", autocompletion=opt.symptoms
        ),
    ] = None,
    level: opt.LevelOption = None,
    target: opt.TargetOption = None,
    dose: opt.DoseOption = None,
    every: opt.EveryOption = None,
    product: opt.ProductOption = None,
    aim: Annotated[
        str | None,
        typer.Option("--aim", metavar="NG_ML", help="The level a lower dose aims at, in the lower half of the range."),
    ] = None,
    magnesium: Annotated[
        str | None, typer.Option("--magnesium", metavar="VALUE", help="With its unit: 0.6mmol/L or 1.5mg/dL.")
    ] = None,
    bp: Annotated[str | None, typer.Option("--bp", metavar="SYS/DIA", help="Blood pressure in mmHg: 160/95.")] = None,
    cholesterol: Annotated[
        str | None, typer.Option("--cholesterol", metavar="VALUE", help="With its unit: 2.9mmol/L or 110mg/dL.")
    ] = None,
    with_: opt.WithDrugOption = None,
    organ: opt.OrganOption = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    hours_after_dose: opt.HoursOption = None,
    days_on_dose: opt.OnDoseOption = None,
    last_change: opt.LastChangeOption = None,
    weight: opt.WeightOption = None,
    age: opt.AgeOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Grade symptoms of neurotoxicity: what to look at first, a lower dose where signs are mild, the steps.

    \b
    Examples:
      tdmcli neurotox tremor --level 14.2 --target 6-9 --magnesium 0.6mmol/L
      tdmcli neurotox headache visual-disturbance --bp 160/95 --organ liver
      tdmcli neurotox tremor --level 8.5 --target 6-9 --dose 3 --every 12 --product prograf
      tdmcli neurotox --patient patient.toml
    """
    from tdmcli.cli.neurotox_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.neurotox import answer_neurotox
    from tdmcli.workflows.neurotox_data import NeurotoxQuestion

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
        days=days,
        months=months,
        hours_after_dose=hours_after_dose,
        days_on_dose=days_on_dose,
        last_change=last_change,
        weight=weight,
        age=age,
        drugs=tuple(with_ or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    question = NeurotoxQuestion(asked, tuple(symptoms or ()), magnesium, bp, cholesterol, organ, aim)
    show(answer_neurotox(question), VIEW, form, explain=explain)
