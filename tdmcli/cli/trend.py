"""`tdmcli trend`: how did the levels run?"""

from pathlib import Path
from typing import Annotated

import typer

from tdmcli.cli import options as opt


def trend(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Patient file (TOML).")] = None,
    patient: opt.PatientOption = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day looked at; else the whole file.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day looked at; else up to now.")] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Also draw the chart into a new SVG file.")
    ] = None,
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
    from tdmcli.errors import WrongUsage
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.trend import TrendQuestion, answer_trend

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    if file is not None and patient is not None:
        raise WrongUsage("a patient file is given twice: as a word and with --patient")
    asked = Asked(
        now=opt.moment(as_of),
        retrospective=as_of is not None,
        patient=patient or file,
        accept=tuple(accept or ()),
        confirm_value=tuple(confirm_value or ()),
    )
    answer = answer_trend(TrendQuestion(asked, from_, to))
    if svg is not None:
        from tdmcli.cli.trend_svg import as_svg

        write_new(svg, as_svg(answer.data))
        say("the chart was written to the new SVG file")
    show(answer, VIEW, form)
