"""`tdmcli sources`: what is each source, and which rows rest on it?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def sources(
    name: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="A source; left out, all of them.", autocompletion=opt.sources),
    ] = None,
    protocol: opt.ProtocolOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """List the sources, what each is and how it was read; with an id, every row that rests on it.

    \b
    Examples:
      tdmcli sources
      tdmcli sources iatdmct-2019
      tdmcli sources --json
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.sources_view import VIEW
    from tdmcli.workflows.sources import answer_sources

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    show(answer_sources(name, opt.utc(as_of)), VIEW, form)
