"""`tdmcli interact`: what will this new drug do?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def interact(
    drugs: Annotated[
        list[str] | None, typer.Argument(metavar="DRUG...", help="Drugs, brands or foods.", autocompletion=opt.drugs)
    ] = None,
    dose: opt.DoseOption = None,
    every: opt.EveryOption = None,
    product: opt.ProductOption = None,
    with_: opt.WithDrugOption = None,
    start: Annotated[str | None, typer.Option("--start", metavar="DATE", help="First day of the drugs; today.")] = None,
    stop: Annotated[
        str | None, typer.Option("--stop", metavar="DATE", help="Last day: plans the way back too.")
    ] = None,
    stopping: Annotated[bool, typer.Option("--stopping", help="The drugs are stopped today, not started.")] = False,
    level: opt.LevelOption = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="What could explain a level? Names no drugs.")] = False,
    target: opt.TargetOption = None,
    organ: opt.OrganOption = None,
    whole_table: Annotated[bool, typer.Option("--list", help="List every drug in the table.")] = False,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Say what a drug does to the tacrolimus level, how much, and what the sources say to do.

    \b
    Examples:
      tdmcli interact fluconazole
      tdmcli interact voriconazole --dose 3 --every 12 --product prograf
      tdmcli interact paxlovid
      tdmcli interact clarithromycin --stopping
      tdmcli interact paxlovid --start 2026-11-23 --stop 2026-11-28 --level 6.2
      tdmcli interact fluconazole --patient patient.toml
      tdmcli interact --reverse --patient patient.toml
      tdmcli interact --list
    """
    from tdmcli.cli.interact_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.errors import WrongUsage
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.interact import answer_interact
    from tdmcli.workflows.interact_data import InteractQuestion

    given = (
        ("--reverse", reverse), ("--dose", dose), ("--every", every), ("--product", product), ("--with", with_),
        ("--stopping", stopping), ("--level", level), ("--target", target), ("--patient", patient),
    )  # fmt: skip
    unused = [option for option, value in given if value]
    if whole_table and unused:
        raise WrongUsage(f"--list shows the whole table: leave out {', '.join(unused)}")
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
        drugs=tuple(with_ or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    question = InteractQuestion(asked, tuple(drugs or ()), stopping, organ, whole_table, start, stop, reverse)
    answer = answer_interact(question)
    view = VIEW
    if reverse:
        from tdmcli.cli.reverse_view import REVERSE_VIEW

        view = REVERSE_VIEW
    show(answer, view, form, explain=explain)
