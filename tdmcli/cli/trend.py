"""`tdmcli trend`: how did the levels run?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def trend(
    file: opt.PatientArgument = None,
    patient: opt.PatientOption = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day looked at; else the whole file.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day looked at; else up to now.")] = None,
    svg: opt.SvgOption = None,
    accept: opt.AcceptOption = None,
    confirm_value: opt.ConfirmOption = None,
    protocol: opt.ProtocolOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Show variability, time in range and the C/D course of a patient file, with a chart of it.

    \b
    Examples:
      tdmcli trend patient.toml
      tdmcli trend --patient patient.toml --from 2026-06-01 --to 2026-11-30
      tdmcli trend patient.toml --svg course.svg
    """
    from tdmcli.cli.output import say, show, write_new
    from tdmcli.cli.trend_view import VIEW
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.trend import TrendQuestion, answer_trend

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    named = opt.one_file(file, patient)
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=named,
        accept=tuple(accept or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    answer = answer_trend(TrendQuestion(asked, from_, to))
    if svg is not None:
        from tdmcli.cli.trend_svg import as_svg

        write_new(svg, as_svg(answer.data))
        say("the chart was written to the new SVG file")
    show(answer, VIEW, form)
