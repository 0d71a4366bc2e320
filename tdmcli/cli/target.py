"""`tdmcli target`: what should this level be?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt
from tdmcli.errors import ExitCode


def target(
    indication: Annotated[
        str | None,
        typer.Argument(help="kidney, liver, heart, lung, lupus-nephritis ...", autocompletion=opt.indications),
    ] = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    phase: opt.PhaseOption = None,
    population: Annotated[opt.Whom | None, typer.Option("--population", help="Whom the range is for.")] = None,
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="DRUG",
            help="Given beside it: mmf, azathioprine, everolimus ...",
            autocompletion=opt.co_therapies,
        ),
    ] = None,
    induction: opt.InductionOption = None,
    product: opt.ProductOption = None,
    level: opt.LevelOption = None,
    source: opt.SourceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Also rows for other times and conditions.")] = False,
    hours_after_dose: opt.HoursOption = None,
    confirm_value: opt.ConfirmOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    check: opt.CheckOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Show the range of troughs for an indication and a time, from every source that gives one.

    \b
    Examples:
      tdmcli target kidney --days 40
      tdmcli target heart --months 5 --level 9.4
      tdmcli target nephrotic-syndrome --phase maintenance
      tdmcli target kidney --days 40 --with everolimus --all
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.target_view import VIEW
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.target import TargetQuestion, answer_target

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        level=level,
        product=product,
        indication=indication,
        days=days,
        months=months,
        phase=phase,
        hours_after_dose=hours_after_dose,
        confirm_value=tuple(confirm_value or ()),
    )
    question = TargetQuestion(asked, population, tuple(with_ or ()), induction, source, everything)
    answer = answer_target(question)
    show(answer, VIEW, form, explain=explain)
    if check and answer.out_of_range:
        raise typer.Exit(ExitCode.OUT_OF_RANGE)
