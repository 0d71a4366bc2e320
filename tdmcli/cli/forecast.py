"""`tdmcli forecast`: what would each regimen give?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def models(incomplete: str) -> list[str]:
    """Return the models that begin so."""
    from tdmcli.tables.model_readers import model_ids

    return [name for name in model_ids() if name.startswith(incomplete.lower())]


def forecast(
    file: opt.PatientArgument = None,
    patient: opt.PatientOption = None,
    try_: Annotated[
        list[str] | None, typer.Option("--try", metavar="MG", help="Also forecast this dose; repeatable.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Look at the last trough before this; else a week.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="ID", help="Use this model.", autocompletion=models)
    ] = None,
    no_drift: Annotated[bool, typer.Option("--no-drift", help="Hold clearance constant over all levels.")] = False,
    svg: opt.SvgOption = None,
    target: opt.TargetOption = None,
    aim: Annotated[str | None, typer.Option("--aim", metavar="NG_ML", help="The level aimed at in the range.")] = None,
    accept: opt.AcceptOption = None,
    confirm_value: opt.ConfirmOption = None,
    protocol: opt.ProtocolOption = None,
    check: opt.CheckOption = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Fit a population model to the levels of a patient file, and forecast the trough of each regimen.

    \b
    Examples:
      tdmcli forecast patient.toml
      tdmcli forecast --patient patient.toml --try 3+2.5 --until 2026-12-01
      tdmcli forecast patient.toml --model woillard-2011 --no-drift
      tdmcli forecast patient.toml --svg ahead.svg
    """
    from tdmcli.cli.forecast_view import VIEW
    from tdmcli.cli.output import say, show, write_new
    from tdmcli.errors import ExitCode
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.forecast import answer_forecast
    from tdmcli.workflows.forecast_data import ForecastQuestion

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    named = opt.one_file(file, patient)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=named,
        target=target,
        accept=tuple(accept or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    answer = answer_forecast(ForecastQuestion(asked, tuple(try_ or ()), until, model, no_drift, aim))
    if svg is not None:
        from tdmcli.cli.forecast_svg import as_svg

        write_new(svg, as_svg(answer.data, answer.as_of))
        say("the chart was written to the new SVG file")
    show(answer, VIEW, form)
    if check and answer.out_of_range:
        raise typer.Exit(ExitCode.OUT_OF_RANGE)
