"""Options that more than one command takes, what they complete to, and the question they make."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tdmcli.errors import WrongUsage


def indications(incomplete: str) -> list[str]:
    """Return the indications that begin so."""
    from tdmcli.tables.readers import indication_ids

    return [name for name in indication_ids() if name.startswith(incomplete.lower())]


def products(incomplete: str) -> list[str]:
    """Return the products that begin so."""
    from tdmcli.tables.readers import read_products

    return [row.id for row in read_products() if row.id.startswith(incomplete.lower())]


def drugs(incomplete: str) -> list[str]:
    """Return the drugs and brands that begin so, without spaces: a shell would split them."""
    from tdmcli.tables.readers import read_interactions

    names = (name.replace(" ", "-") for row in read_interactions() for name in row.names)
    return sorted({name for name in names if name.startswith(incomplete.lower())})


def symptoms(incomplete: str) -> list[str]:
    """Return the symptoms that begin so."""
    from tdmcli.tables.readers import read_symptoms

    return sorted(name for row in read_symptoms() for name in row.names if name.startswith(incomplete.lower()))


def co_therapies(incomplete: str) -> list[str]:
    """Return the co-therapies that begin so."""
    from tdmcli.tables.readers import read_co_therapies

    return [row.id for row in read_co_therapies()[0] if row.id.startswith(incomplete.lower())]


def inductions(incomplete: str) -> list[str]:
    """Return the inductions that begin so."""
    from tdmcli.tables.readers import read_co_therapies

    return [row.id for row in read_co_therapies()[1] if row.id.startswith(incomplete.lower())]


def sources(incomplete: str) -> list[str]:
    """Return the sources that begin so."""
    from tdmcli.tables.readers import read_sources

    return [name for name in read_sources() if name.startswith(incomplete.lower())]


def phases(incomplete: str) -> list[str]:
    """Return the phases of all indications that begin so."""
    from tdmcli.tables.readers import indication_ids, read_indication

    known = {phase for name in indication_ids() for phase in read_indication(name)[0].phases}
    return sorted(phase for phase in known if phase.startswith(incomplete.lower()))


class Format(StrEnum):
    """What an answer is printed as."""

    AUTO = "auto"
    TABLE = "table"
    PLAIN = "plain"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    NOTE = "note"


def overridable(incomplete: str) -> list[str]:
    """Return the codes that --accept takes and that begin so."""
    from tdmcli.workflows.asked import OVERRIDABLE

    return sorted(code for code in OVERRIDABLE if code.startswith(incomplete.upper()))


class Whom(StrEnum):
    """Whom a range is for."""

    ADULT = "adult"
    CHILD = "child"


class Sex(StrEnum):
    """Sex as models use it."""

    FEMALE = "female"
    MALE = "male"


class LastChange(StrEnum):
    """Which way the dose last changed."""

    START = "start"
    INCREASE = "increase"
    DECREASE = "decrease"


PatientOption = Annotated[
    Path | None, typer.Option("--patient", "-p", metavar="FILE", help="Patient file (TOML); an option wins over it.")
]
PatientArgument = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Patient file (TOML).")]
SvgOption = Annotated[
    Path | None, typer.Option("--svg", metavar="FILE", help="Also draw the chart into a new SVG file.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="TIME", help="Answer as of this time (ISO 8601), not now.")
]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Append the arithmetic with the numbers put in.")]
ProtocolOption = Annotated[
    Path | None,
    typer.Option(
        "--protocol", metavar="FILE|DIR", help="The centre's protocol, over the tables (else TDMCLI_PROTOCOL)."
    ),
]
CheckOption = Annotated[bool, typer.Option("--check", help="Exit with 10 when the level is out of range.")]
LevelOption = Annotated[
    str | None,
    typer.Option("--level", metavar="LEVEL", help="Trough in ng/mL, or with a unit: 7.4, 7.4ug/L, 9.2nmol/L, '<2'."),
]
DoseOption = Annotated[
    str | None, typer.Option("--dose", metavar="MG", help="mg at EACH intake: 3, or 3+2.5 for two intakes in turn.")
]
EveryOption = Annotated[str | None, typer.Option("--every", metavar="HOURS", help="Hours between intakes: 12, 24 ...")]
ProductOption = Annotated[
    str | None,
    typer.Option(
        "--product",
        metavar="PRODUCT",
        help="prograf, adoport, generic-ir, modigraf, prograf-granules, advagraf, astagraf-xl, envarsus, envarsus-xr; "
        "intravenous.",
        autocompletion=products,
    ),
]
TargetOption = Annotated[
    str | None, typer.Option("--target", metavar="LOW-HIGH", help="The range in ng/mL, such as 6-9.")
]
IndicationOption = Annotated[
    str | None,
    typer.Option(
        "--indication", metavar="INDICATION", help="kidney, liver, heart, lung ...", autocompletion=indications
    ),
]
OrganOption = Annotated[
    str | None,
    typer.Option("--organ", metavar="INDICATION", help="kidney, liver, heart, lung ...", autocompletion=indications),
]
DaysOption = Annotated[str | None, typer.Option("--days", metavar="N", help="Days after transplant.")]
MonthsOption = Annotated[str | None, typer.Option("--months", metavar="N", help="Months after transplant.")]
PhaseOption = Annotated[
    str | None,
    typer.Option("--phase", metavar="PHASE", help="induction, maintenance, partial-responder.", autocompletion=phases),
]
HoursOption = Annotated[
    str | None, typer.Option("--hours-after-dose", metavar="HOURS", help="Hours from the last dose to the sample.")
]
OnDoseOption = Annotated[
    str | None, typer.Option("--days-on-dose", metavar="DAYS", help="Days on this dose when the level was drawn.")
]
LastChangeOption = Annotated[
    LastChange | None, typer.Option("--last-change", help="Which way the dose changed before that.")
]
WithDrugOption = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="DRUG", help="A drug already taken; repeatable.", autocompletion=drugs),
]
InductionOption = Annotated[
    str | None,
    typer.Option("--induction", metavar="NAME", help="il2ra, antibody, none.", autocompletion=inductions),
]
HeightOption = Annotated[str | None, typer.Option("--height", metavar="CM", help="Height in cm.")]
WeightOption = Annotated[str | None, typer.Option("--weight", metavar="KG", help="Body weight in kg.")]
AgeOption = Annotated[str | None, typer.Option("--age", metavar="YEARS", help="Age in whole years.")]
ConfirmOption = Annotated[
    list[str] | None,
    typer.Option("--confirm-value", metavar="VALUE", help="Repeats a value that is beyond belief; repeatable."),
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accept", metavar="CODE", help="Go on in spite of this code; it is recorded.", autocompletion=overridable
    ),
]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="ID", help="Only ranges of this source.", autocompletion=sources)
]


def moment(as_of: str | None) -> datetime:
    """Return the time asked about: `--as-of`, or now. Nothing else in the program reads the clock.

    Raises:
        WrongUsage: it is no time.

    """
    from tdmcli.workflows.asked import parse_moment

    if as_of is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_moment(as_of)
    except ValueError as error:
        raise WrongUsage(f"--as-of: {error}") from None


def chosen(form: Format, json: bool) -> Format:
    """Return the format, `--json` being short for `--format json`.

    Raises:
        WrongUsage: both were given and differ.

    """
    if json and form not in {Format.AUTO, Format.JSON}:
        raise WrongUsage(f"--json and --format {form}: give one of them")
    return Format.JSON if json else form


def one_file(file: Path | None, patient: Path | None) -> Path | None:
    """Return the patient file, named by a word or by --patient.

    Raises:
        WrongUsage: by both.

    """
    if file is not None and patient is not None:
        raise WrongUsage("a patient file is given twice: as a word and with --patient")
    return patient or file


def utc(as_of: str | None) -> datetime:
    """Return the time asked about where no patient has a zone: in UTC unless it names its own."""
    now = moment(as_of)
    return now if now.tzinfo else now.replace(tzinfo=UTC)


def use_protocol(path: Path | None) -> None:
    """Put the protocol in force that is named by --protocol, else by TDMCLI_PROTOCOL, or none.

    Raises:
        BadFile: it can't be read or has a fault; the bundled tables are not used in its stead.

    """
    given = "--protocol"
    if path is None:
        named = os.environ.get("TDMCLI_PROTOCOL", "")
        if not named:
            return
        path, given = Path(named), "TDMCLI_PROTOCOL"
    from tdmcli.records.protocol import read_protocol
    from tdmcli.tables.overlay import put_in_force

    put_in_force(read_protocol(path, given).overlay)
