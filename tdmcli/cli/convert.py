"""`tdmcli convert`: from one product, route or interval to another."""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def convert(
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="PRODUCT", help="The product taken now.", autocompletion=opt.products),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="PRODUCT", help="The product to be taken.", autocompletion=opt.products),
    ] = None,
    dose: opt.DoseOption = None,
    every: opt.EveryOption = None,
    to_every: Annotated[
        str | None,
        typer.Option("--to-every", metavar="HOURS", help="Hours between intakes after it, else the product's own."),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", metavar="LEVEL", help="A level to show in every unit: 7.4, 7.4ug/L, 9.2nmol/L, '<2'."),
    ] = None,
    indication: opt.IndicationOption = None,
    age: opt.AgeOption = None,
    weight: opt.WeightOption = None,
    with_: opt.WithDrugOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Change product, route or interval by a label's factor, in its direction alone; or show a level in every unit.

    \b
    Examples:
      tdmcli convert --from prograf --to envarsus-xr --dose 3 --every 12
      tdmcli convert --from prograf --to prograf --dose 1 --every 24 --to-every 72 --with ritonavir
      tdmcli convert --patient patient.toml --to advagraf
      tdmcli convert --level 9.2nmol/L
    """
    from tdmcli.cli.convert_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.convert import answer_convert
    from tdmcli.workflows.convert_data import ConvertQuestion

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        level=level,
        dose=dose,
        every=every,
        product=from_,
        indication=indication,
        weight=weight,
        age=age,
        drugs=tuple(with_ or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    show(answer_convert(ConvertQuestion(asked, to, to_every)), VIEW, form, explain=explain)
