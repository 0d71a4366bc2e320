"""`tdmcli patient`: a patient file, made, added to, checked, and its last write taken back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tdmcli.cli import options as opt
from tdmcli.cli.command import fill, group, show_group_help
from tdmcli.cli.patient_add import add
from tdmcli.cli.patient_file import FileArgument, asked_as_of, say_exposed


def zones(incomplete: str) -> list[str]:
    """Return the time zones that begin so."""
    from zoneinfo import available_timezones

    known = (name for name in available_timezones() if "/" in name and not name.startswith(("posix/", "right/")))
    return sorted(name for name in known if name.lower().startswith(incomplete.lower()))


def sexes(incomplete: str) -> list[str]:
    """Return what a sex may be."""
    return [name for name in ("female", "male") if name.startswith(incomplete.lower())]


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; never one that is there.")],
    patient_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Letters, digits, - and _; no name is needed.")
    ] = None,
    organ: opt.OrganOption = None,
    transplant_date: Annotated[
        str | None, typer.Option("--transplant-date", metavar="DATE", help="Day of the transplant: 2026-10-12.")
    ] = None,
    indication: opt.IndicationOption = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="DATE", help="Day on which treatment of an indication began.")
    ] = None,
    phase: opt.PhaseOption = None,
    birth_date: Annotated[str | None, typer.Option("--birth-date", metavar="DATE", help="Day of birth.")] = None,
    sex: Annotated[
        str | None, typer.Option("--sex", metavar="SEX", help="female or male.", autocompletion=sexes)
    ] = None,
    weight: opt.WeightOption = None,
    height: opt.HeightOption = None,
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="Such as Europe/Paris.", autocompletion=zones),
    ] = None,
    cyp3a5: Annotated[
        str | None, typer.Option("--cyp3a5", metavar="DIPLOTYPE", help="Of the patient, such as *1/*3.")
    ] = None,
    cyp3a4: Annotated[
        str | None, typer.Option("--cyp3a4", metavar="DIPLOTYPE", help="Of the patient, such as *1/*22.")
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing, for scripts.")] = False,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Make a patient file. On a terminal it asks for what was not given; a file that is there is never touched.

    \b
    Examples:
      tdmcli patient new demo.toml
      tdmcli patient new demo.toml --id demo-1 --organ kidney --transplant-date 2026-10-12 --time-zone Europe/Paris
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.patient_questions import ask_for_the_rest
    from tdmcli.cli.patient_view import NEW
    from tdmcli.workflows.patient_new import NewAsked, answer_new

    form = opt.chosen(form, json)
    asked = NewAsked(
        id=patient_id,
        organ=organ,
        transplant_date=transplant_date,
        indication=indication,
        start=start,
        phase=phase,
        birth_date=birth_date,
        sex=sex,
        weight=weight,
        height=height,
        time_zone=time_zone,
        cyp3a5=cyp3a5,
        cyp3a4=cyp3a4,
    )
    if not no_input and sys.stdin is not None and sys.stdin.isatty():
        asked = ask_for_the_rest(file, asked)
    show(answer_new(file, asked, asked_as_of(as_of)), NEW, form)


def check(
    file: FileArgument,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Say what a patient file holds and what is odd. It is read strictly: for a fault, exit code 3.

    \b
    Examples:
      tdmcli patient check demo.toml
      tdmcli patient check demo.toml --json
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.patient_view import CHECK
    from tdmcli.workflows.patient_check import answer_check

    form = opt.chosen(form, json)
    checked = answer_check(file, asked_as_of(as_of))
    say_exposed(checked.exposed)
    show(checked.answer, CHECK, form)


def undo(
    file: FileArgument,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Take back the last write to a patient file. Refused if anything else has changed the file since.

    \b
    Examples:
      tdmcli patient undo demo.toml
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.patient_view import UNDO
    from tdmcli.workflows.patient_undo import answer_undo

    form = opt.chosen(form, json)
    undone = answer_undo(file, asked_as_of(as_of))
    say_exposed(undone.exposed)
    show(undone.answer, UNDO, form)


def show_page(
    file: FileArgument,
    protocol: opt.ProtocolOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Show the page one wants before a ward round: who, regimen, last levels, drugs, laboratory values, what is due.

    \b
    Examples:
      tdmcli patient show data/examples/kidney-day-40.toml --as-of 2026-11-21
      tdmcli patient show demo.toml --format note
    """
    from tdmcli.cli.output import show
    from tdmcli.cli.patient_show_view import VIEW
    from tdmcli.workflows.patient_show import answer_patient

    form = opt.chosen(form, json)
    opt.use_protocol(protocol)
    show(answer_patient(asked_as_of(as_of, patient=file)), VIEW, form)


patient = group()


@patient.callback(invoke_without_command=True)
def about(ctx: typer.Context) -> None:
    """Make, add to, check and mend a patient file: nothing that stands in it is ever rewritten.

    \b
    Examples:
      tdmcli patient new demo.toml
      tdmcli patient add level demo.toml 7.4 --taken 2026-11-20T07:45 --last-dose 2026-11-19T20:00
      tdmcli patient show demo.toml
      tdmcli patient undo demo.toml
    """
    show_group_help(ctx)


fill(patient, {"new": new, "show": show_page, "check": check, "undo": undo})
patient.add_typer(add, name="add")
