"""`tdmcli monitor`: what is measured when, and what is due?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def monitor(
    indication: Annotated[
        str | None,
        typer.Argument(help="kidney, liver, heart, lung, lupus-nephritis ...", autocompletion=opt.indications),
    ] = None,
    days: opt.DaysOption = None,
    months: opt.MonthsOption = None,
    patient: opt.PatientOption = None,
    protocol: opt.ProtocolOption = None,
    explain: opt.ExplainOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Show what sources measure when, their limits and cautions; with a patient file, what is due or overdue.

    \b
    Examples:
      tdmcli monitor kidney --days 40
      tdmcli monitor nephrotic-syndrome
      tdmcli monitor --patient patient.toml
    """
    from tdmcli.cli.monitor_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.monitor import answer_monitor

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient,
        indication=indication,
        days=days,
        months=months,
    )
    show(answer_monitor(asked), VIEW, form, explain=explain)
