"""`tdmcli explain`: what does this code, row or formula mean?"""

from typing import Annotated

import typer

from tdmcli.cli import options as opt


def explained(incomplete: str) -> list[str]:
    """Return the ids of codes, formulas and rows that begin so."""
    from tdmcli.errors import Code
    from tdmcli.tables.row_index import explained_ids

    codes = [code for code in Code if code.startswith(incomplete.upper())]
    return [*codes, *(name for name in explained_ids() if name.startswith(incomplete.lower()))]


def explain(
    name: Annotated[
        str, typer.Argument(metavar="CODE|ROW|FORMULA", help="An id that an answer printed.", autocompletion=explained)
    ],
    protocol: opt.ProtocolOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Explain an id that an answer printed: what it means, its equation or values, its source, what to do.

    \b
    Examples:
      tdmcli explain CAPPED
      tdmcli explain kidney-seed-1-3m
      tdmcli explain proportional-dose
    """
    from tdmcli.cli.explain_view import VIEW
    from tdmcli.cli.output import show
    from tdmcli.workflows.explain import answer_explain

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    show(answer_explain(name, opt.utc(as_of)), VIEW, form)
