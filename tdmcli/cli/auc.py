"""`tdmcli auc`: what is the area under the curve?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def auc(
    sample: Annotated[
        list[str] | None,
        typer.Option(
            "--sample",
            metavar="HOURS=LEVEL",
            help="Hours after the dose and the level; 0 is the trough before it. Repeatable: 0=5.6, 1=18, 4=9.2nmol/L.",
        ),
    ] = None,
    dose: opt.DoseOption = None,
    every: opt.EveryOption = None,
    product: opt.ProductOption = None,
    indication: opt.IndicationOption = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    age: opt.AgeOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Estimate the area under the curve of one interval from a few levels, by every method that applies.

    Published regressions for levels that are typed; with a patient file also a population model fitted to all its
    levels (MAP), which needs the file's doses and times.

    \b
    Examples:
      tdmcli auc --sample 0=5.6 --dose 3 --every 12 --product prograf --indication kidney --days 40
      tdmcli auc --sample 0=5.6 --sample 1=18 --sample 4=9.1 --dose 3 --every 12 --product prograf --indication kidney
      tdmcli auc --patient patient.toml
    """
    from tdmcli.cli.auc_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.auc import answer_auc
    from tdmcli.workflows.auc_data import AucQuestion

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        dose=dose,
        every=every,
        product=product,
        indication=indication,
        days=days,
        months=months,
        age=age,
        confirm_value=tuple(confirm_value or ()),
    )
    show(answer_auc(AucQuestion(asked, tuple(sample or ()))), VIEW, form, explain=explain)
