"""`tdmcli patient add`: one entry more at the end of a patient file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tdmcli.cli import options as opt
from tdmcli.cli.command import fill, group, show_group_help
from tdmcli.cli.patient_file import FileArgument, asked_as_of, say_exposed
from tdmcli.errors import NotWritten

if TYPE_CHECKING:
    from tdmcli.workflows.asked import Asked
    from tdmcli.workflows.patient_entries import Entry


def units(incomplete: str) -> list[str]:
    """Return the units of a level."""
    return [name for name in ("ng/mL", "ug/L", "mcg/L", "nmol/L") if name.lower().startswith(incomplete.lower())]


def flags(incomplete: str) -> list[str]:
    """Return what a laboratory may say against a sample."""
    known = ("hemolysed", "clotted", "line_draw", "wrong_tube", "insufficient")
    return [name for name in known if name.startswith(incomplete.lower())]


def routes(incomplete: str) -> list[str]:
    """Return how a regimen may be given."""
    return [name for name in ("oral", "intravenous", "sublingual") if name.startswith(incomplete.lower())]


NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="A note, kept with the entry.")]
TIME = "Time: 2026-11-20T07:45, with an offset (+01:00) where the file names no zone"


def level(
    file: FileArgument,
    value: Annotated[str, typer.Argument(metavar="LEVEL", help="7.4, or with a unit 7.4ug/L, or '<2'.")],
    taken: Annotated[str, typer.Option("--taken", metavar="TIME", help=f"{TIME}; a day alone if not known.")],
    last_dose: Annotated[
        str | None, typer.Option("--last-dose", metavar="TIME", help="Time of the last intake before it.")
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="UNIT", help="ng/mL where left out; ug/L, mcg/L, nmol/L.", autocompletion=units),
    ] = None,
    assay: Annotated[str | None, typer.Option("--assay", metavar="NAME", help="Such as lc-ms/ms.")] = None,
    lab: Annotated[str | None, typer.Option("--lab", metavar="NAME", help="Which laboratory.")] = None,
    flag: Annotated[
        list[str] | None,
        typer.Option(
            "--flag", metavar="FLAG", help="clotted, line_draw ...: kept, not used; repeatable.", autocompletion=flags
        ),
    ] = None,
    corrects: Annotated[
        str | None, typer.Option("--corrects", metavar="TIME", help="`taken` of the level that this one replaces.")
    ] = None,
    note: NoteOption = None,
    confirm_value: opt.ConfirmOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Add a level. One that stands there already is refused; a correction is added, and the old one is kept.

    \b
    Examples:
      tdmcli patient add level demo.toml 7.4 --taken 2026-11-20T07:45 --last-dose 2026-11-19T20:00
      tdmcli patient add level demo.toml 7.9 --taken 2026-11-20T07:45 --corrects 2026-11-20T07:45
    """
    from tdmcli.workflows.asked import level as believed
    from tdmcli.workflows.patient_entries import level_entry

    asked = asked_as_of(as_of, confirm_value, level=value if unit is None else f"{value}{unit}")
    typed = {
        "taken": taken,
        "last_dose": last_dose,
        "unit": unit,
        "assay": assay,
        "lab": lab,
        "flags": flag or (),
        "corrects": corrects,
        "note": note,
    }
    entry = level_entry(value, typed)
    believed(asked, repeated=value)
    _store(file, entry, asked, opt.chosen(form, json))


def regimen(
    file: FileArgument,
    start: Annotated[str, typer.Option("--start", metavar="TIME", help=f"{TIME}.")],
    product: Annotated[
        str, typer.Option("--product", metavar="PRODUCT", help="prograf, envarsus ...", autocompletion=opt.products)
    ],
    dose: Annotated[str, typer.Option("--dose", metavar="MG", help="mg at EACH intake: 3, or 3+2.5 in turn.")],
    every: Annotated[str, typer.Option("--every", metavar="HOURS", help="Hours between intakes: 12, 24 ...")],
    route: Annotated[
        str | None,
        typer.Option(
            "--route", metavar="ROUTE", help="oral where left out; intravenous, sublingual.", autocompletion=routes
        ),
    ] = None,
    stop: Annotated[str | None, typer.Option("--stop", metavar="TIME", help="Only where no other follows.")] = None,
    note: NoteOption = None,
    confirm_value: opt.ConfirmOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Add a regimen; it ends the one before.

    \b
    Examples:
      tdmcli patient add regimen demo.toml --start 2026-11-20T20:00 --product prograf --dose 3 --every 12
      tdmcli patient add regimen demo.toml --start 2026-11-20T20:00 --product prograf --dose 3+2.5 --every 12
    """
    from tdmcli.workflows import asked as ask
    from tdmcli.workflows.patient_entries import regimen_entry

    asked = asked_as_of(as_of, confirm_value, dose=dose, every=every, product=product)
    made = ask.regimen(asked)
    typed = {"start": start, "dose": dose, "every": every, "route": route, "stop": stop, "note": note}
    known = made.product.id if made is not None and made.product is not None else product
    _store(file, regimen_entry({**typed, "product": known}), asked, opt.chosen(form, json))


def drug(
    file: FileArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The drug.", autocompletion=opt.drugs)],
    start: Annotated[str, typer.Option("--start", metavar="DATE", help="Its first day: 2026-10-18.")],
    stop: Annotated[
        str | None, typer.Option("--stop", metavar="DATE", help="Its last day; left out, it goes on.")
    ] = None,
    note: NoteOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Add another drug that is taken, from its first to its last day.

    \b
    Examples:
      tdmcli patient add drug demo.toml fluconazole --start 2026-10-18
      tdmcli patient add drug demo.toml fluconazole --start 2026-10-18 --stop 2026-10-25
    """
    from tdmcli.workflows.patient_entries import drug_entry

    entry = drug_entry(name, {"start": start, "stop": stop, "note": note})
    _store(file, entry, asked_as_of(as_of), opt.chosen(form, json))


def lab(
    file: FileArgument,
    taken: Annotated[str, typer.Option("--taken", metavar="TIME", help="Day, or time with day: 2026-11-20.")],
    hematocrit_percent: Annotated[
        str | None, typer.Option("--hematocrit-percent", "--hematocrit", metavar="%", help="Haematocrit in per cent.")
    ] = None,
    hemoglobin_g_dl: Annotated[
        str | None, typer.Option("--hemoglobin-g-dl", metavar="g/dL", help="Haemoglobin in g/dL.")
    ] = None,
    albumin_g_l: Annotated[str | None, typer.Option("--albumin-g-l", metavar="g/L", help="Albumin in g/L.")] = None,
    magnesium_mmol_l: Annotated[
        str | None, typer.Option("--magnesium-mmol-l", metavar="mmol/L", help="Magnesium in mmol/L.")
    ] = None,
    magnesium_mg_dl: Annotated[
        str | None, typer.Option("--magnesium-mg-dl", metavar="mg/dL", help="Magnesium in mg/dL.")
    ] = None,
    potassium_mmol_l: Annotated[
        str | None, typer.Option("--potassium-mmol-l", metavar="mmol/L", help="Potassium in mmol/L.")
    ] = None,
    sodium_mmol_l: Annotated[
        str | None, typer.Option("--sodium-mmol-l", metavar="mmol/L", help="Sodium in mmol/L.")
    ] = None,
    calcium_mmol_l: Annotated[
        str | None, typer.Option("--calcium-mmol-l", metavar="mmol/L", help="Calcium in mmol/L.")
    ] = None,
    glucose_mmol_l: Annotated[
        str | None, typer.Option("--glucose-mmol-l", metavar="mmol/L", help="Glucose in mmol/L.")
    ] = None,
    creatinine_umol_l: Annotated[
        str | None, typer.Option("--creatinine-umol-l", metavar="umol/L", help="Creatinine in umol/L.")
    ] = None,
    creatinine_mg_dl: Annotated[
        str | None, typer.Option("--creatinine-mg-dl", metavar="mg/dL", help="Creatinine in mg/dL.")
    ] = None,
    egfr_ml_min: Annotated[str | None, typer.Option("--egfr-ml-min", metavar="mL/min", help="eGFR in mL/min.")] = None,
    cholesterol_mmol_l: Annotated[
        str | None, typer.Option("--cholesterol-mmol-l", metavar="mmol/L", help="Cholesterol in mmol/L.")
    ] = None,
    cholesterol_mg_dl: Annotated[
        str | None, typer.Option("--cholesterol-mg-dl", metavar="mg/dL", help="Cholesterol in mg/dL.")
    ] = None,
    bilirubin_umol_l: Annotated[
        str | None, typer.Option("--bilirubin-umol-l", metavar="umol/L", help="Bilirubin in umol/L.")
    ] = None,
    alt_u_l: Annotated[str | None, typer.Option("--alt-u-l", metavar="U/L", help="ALT in U/L.")] = None,
    crp_mg_l: Annotated[str | None, typer.Option("--crp-mg-l", metavar="mg/L", help="CRP in mg/L.")] = None,
    systolic_mmhg: Annotated[
        str | None, typer.Option("--systolic-mmhg", metavar="mmHg", help="Systolic blood pressure in mmHg.")
    ] = None,
    diastolic_mmhg: Annotated[
        str | None, typer.Option("--diastolic-mmhg", metavar="mmHg", help="Diastolic blood pressure in mmHg.")
    ] = None,
    qtc_ms: Annotated[str | None, typer.Option("--qtc-ms", metavar="ms", help="QTc in ms.")] = None,
    note: NoteOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Add laboratory values and blood pressure of one time, each in the unit of its option.

    \b
    Examples:
      tdmcli patient add lab demo.toml --taken 2026-11-20 --hematocrit 31 --creatinine-umol-l 128
      tdmcli patient add lab demo.toml --taken 2026-11-20 --systolic-mmhg 148 --diastolic-mmhg 86
    """
    from tdmcli.workflows.patient_entries import lab_entry

    results = {
        "hematocrit_percent": hematocrit_percent,
        "hemoglobin_g_dl": hemoglobin_g_dl,
        "albumin_g_l": albumin_g_l,
        "magnesium_mmol_l": magnesium_mmol_l,
        "magnesium_mg_dl": magnesium_mg_dl,
        "potassium_mmol_l": potassium_mmol_l,
        "sodium_mmol_l": sodium_mmol_l,
        "calcium_mmol_l": calcium_mmol_l,
        "glucose_mmol_l": glucose_mmol_l,
        "creatinine_umol_l": creatinine_umol_l,
        "creatinine_mg_dl": creatinine_mg_dl,
        "egfr_ml_min": egfr_ml_min,
        "cholesterol_mmol_l": cholesterol_mmol_l,
        "cholesterol_mg_dl": cholesterol_mg_dl,
        "bilirubin_umol_l": bilirubin_umol_l,
        "alt_u_l": alt_u_l,
        "crp_mg_l": crp_mg_l,
        "systolic_mmhg": systolic_mmhg,
        "diastolic_mmhg": diastolic_mmhg,
        "qtc_ms": qtc_ms,
    }
    _store(file, lab_entry(taken, results, note), asked_as_of(as_of), opt.chosen(form, json))


def symptom(
    file: FileArgument,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="tremor, diarrhoea, headache ...", autocompletion=opt.symptoms)
    ],
    noted: Annotated[str, typer.Option("--noted", metavar="DATE", help="The day: 2026-11-20.")],
    note: NoteOption = None,
    form: opt.FormatOption = opt.Format.AUTO,
    json: opt.JsonOption = False,
    as_of: opt.AsOfOption = None,
) -> None:
    """Add a symptom and the day on which it was noted.

    \b
    Examples:
      tdmcli patient add symptom demo.toml tremor --noted 2026-11-20
    """
    from tdmcli.workflows.patient_entries import symptom_entry

    _store(file, symptom_entry(name, noted, note), asked_as_of(as_of), opt.chosen(form, json))


def _store(file: Path, entry: "Entry", asked: "Asked", form: opt.Format) -> None:
    from tdmcli.cli.output import say, show
    from tdmcli.cli.patient_view import ADD
    from tdmcli.workflows.patient_add import answer_add

    added = answer_add(file, entry, asked)
    say_exposed(added.exposed)
    try:
        show(added.answer, ADD, form)
    except NotWritten:
        say(f"the entry is stored in {added.answer.data.file}; only the answer about it could not be shown")
        raise


add = group()


@add.callback(invoke_without_command=True)
def about(ctx: typer.Context) -> None:
    """Add one entry to a patient file. It goes to the end; what stands there is left as it is.

    \b
    Examples:
      tdmcli patient add level demo.toml 7.4 --taken 2026-11-20T07:45 --last-dose 2026-11-19T20:00
      tdmcli patient add drug demo.toml fluconazole --start 2026-10-18
    """
    show_group_help(ctx)


fill(add, {"level": level, "regimen": regimen, "drug": drug, "lab": lab, "symptom": symptom})
