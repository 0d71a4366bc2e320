"""`tdmcli start`: what first dose?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def start(
    indication: Annotated[
        str | None,
        typer.Argument(help="kidney, liver, heart, lung, nephrotic-syndrome ...", autocompletion=opt.indications),
    ] = None,
    weight: opt.WeightOption = None,
    age: opt.AgeOption = None,
    height: opt.HeightOption = None,
    sex: Annotated[opt.Sex | None, typer.Option("--sex", help="Kept with the answer; no method here uses it.")] = None,
    cyp3a5: Annotated[
        str | None, typer.Option("--cyp3a5", metavar="DIPLOTYPE", help="CYP3A5 genotype, such as '*1/*3'.")
    ] = None,
    cyp3a4: Annotated[
        str | None, typer.Option("--cyp3a4", metavar="DIPLOTYPE", help="CYP3A4 genotype, such as '*1/*22'.")
    ] = None,
    donor_cyp3a5: Annotated[
        str | None, typer.Option("--donor-cyp3a5", metavar="DIPLOTYPE", help="CYP3A5 genotype of a liver's donor.")
    ] = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    target: opt.TargetOption = None,
    product: opt.ProductOption = None,
    population: Annotated[
        opt.Whom | None, typer.Option("--population", help="Adult or child, where the age is not given.")
    ] = None,
    with_: opt.WithDrugOption = None,
    induction: opt.InductionOption = None,
    steroid_sparing: Annotated[
        bool, typer.Option("--steroid-sparing", help="Steroids for 7 days or less after the transplant.")
    ] = False,
    rejection: Annotated[bool, typer.Option("--rejection", help="Tacrolimus is begun because of a rejection.")] = False,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Show every sourced way to choose the first dose, side by side.

    \b
    Examples:
      tdmcli start kidney --weight 70 --product prograf --with mmf --induction il2ra
      tdmcli start kidney --weight 75 --age 56 --height 178 --cyp3a5 '*1/*3' --cyp3a4 '*1/*1' --days 3
      tdmcli start liver --weight 68 --cyp3a5 '*3/*3' --donor-cyp3a5 '*3/*3'
      tdmcli start kidney --age 9 --weight 32 --cyp3a5 '*3/*3'
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.start_view import VIEW
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.start import answer_start
    from tdmcli.workflows.start_data import StartQuestion

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        indication=indication,
        product=product,
        target=target,
        days=days,
        months=months,
        weight=weight,
        age=age,
        drugs=tuple(with_ or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    question = StartQuestion(
        asked,
        height=height,
        sex=sex,
        cyp3a5=cyp3a5,
        cyp3a4=cyp3a4,
        donor_cyp3a5=donor_cyp3a5,
        population=population,
        induction=induction,
        steroid_sparing=steroid_sparing,
        rejection=rejection,
    )
    show(answer_start(question), VIEW, form, explain=explain)
