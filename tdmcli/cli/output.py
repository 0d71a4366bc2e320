"""The only writer to stdout: an Answer as a table, plain text, JSON, CSV, Markdown or a note."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from tdmcli import __version__
from tdmcli.cli.blocks import Block, Bullets, Cell, Headlines, Tone, View, line
from tdmcli.cli.options import Format
from tdmcli.domain.units import clean
from tdmcli.errors import Code, NotWritten
from tdmcli.tables.readers import read_data_version
from tdmcli.workflows.answer import Answer, envelope, protocol_used, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from tdmcli.workflows.answer import Worked

Data = TypeVar("Data")

NARROWEST, WIDEST = 20, 400  # columns: below, words break anyway; above, nobody reads (and Rich pads)
DISCLAIMER = "Decision support for health professionals; verify before acting."


def show(answer: Answer[Data], view: View[Data], form: Format, *, explain: bool = False) -> None:
    """Write an answer to stdout in the format asked for; `explain` appends the arithmetic with its numbers.

    Raises:
        NotWritten: stdout does not take it.

    """
    if explain:
        from tdmcli.workflows.worked import with_worked

        answer = with_worked(answer)
    if form is Format.AUTO:
        form = Format.TABLE if _is_screen(_stdout()) else Format.PLAIN
    if form is Format.JSON:
        write(json_text(envelope(answer)))
        _say_warnings(answer)
    elif form is Format.CSV:
        write(_csv(view.records(answer)))
        _say_warnings(answer)
        _say_protocol()
    elif form is Format.NOTE:
        write("\n".join(view.note(answer)) + "\n")
    else:
        blocks: list[Block] = [
            part
            for block in view.blocks(answer)
            for part in (_headlines(answer) if isinstance(block, Headlines) else [block])
        ]
        write(_for_people([*blocks, *_foot(answer)], form))


def _say_warnings(answer: Answer[Any]) -> None:
    for warning in answer.warnings:
        say(f"warning: {warning.code}: {warning.message}")


def _say_protocol() -> None:
    used = protocol_used()
    if used is not None:
        say(f"protocol: {used.name}, version {used.version}, sha256 {used.sha256}")


def _for_people(blocks: Sequence[Block], form: Format) -> str:
    width = min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), WIDEST)
    if form is Format.TABLE:
        from tdmcli.cli.terminal import as_terminal

        return as_terminal(blocks, width, colour=_wants_colour(_stdout()))
    if form is Format.MARKDOWN:
        from tdmcli.cli.markdown import as_markdown

        return as_markdown(blocks)
    from tdmcli.cli.plain import as_plain

    return as_plain(blocks, width)


HEADLINES = frozenset(
    {
        Code.RANGES_DISAGREE,
        Code.CRITICAL_LEVEL,
        Code.ABOVE_ASSAY_RANGE,
        Code.HIGH_LEVEL,
        Code.VERY_LOW,
        Code.LARGE_DECREASE_UNVERIFIED,
        Code.DOSE_CHANGED_SINCE,
        Code.ALREADY_INHIBITED,
        Code.OPPOSITE_DIRECTIONS,
        Code.OTHER_DRUG_MOVES,
        Code.FACTOR_ROUNDED,
        Code.HOSPITAL_RULE_ONLY,
        Code.CONVERTED_UNDER_DRUG,
        Code.GUT_EVENT,
        Code.LOW_HEMATOCRIT,
        Code.TROUGH_EXISTS,
        Code.ALREADY_TAKEN,
        Code.START_UNDER_DRUG,
        Code.DOSE_LARGE,
        Code.HELD,
        Code.TWO_PRODUCTS,
        Code.NO_REGIMEN_IN_RANGE,
        Code.UNUSUAL_INTERVAL,
        Code.BRAND_MIX_UP,
        Code.TENFOLD,
        Code.FIT_DOUBTFUL,
        Code.LEVEL_MISFIT,
        Code.LEVEL_AGAINST_MODEL,
        Code.OLDER_PROFILE,
        Code.NOT_OF_INTERVAL,
        Code.OUTSIDE_MODEL,
        Code.CLEARANCE_CONSTANT,
        Code.MODELS_DISAGREE,
        Code.AREAS_DISAGREE,
    }
)


def _headlines(answer: Answer[Any]) -> list[Block]:
    """Return the warnings that must not be missed; the others follow the answer."""
    return [line(f"{one.code}: {one.message}", Tone.DANGER) for one in answer.warnings if one.code in HEADLINES]


def _foot(answer: Answer[Any]) -> list[Block]:
    """Return what stands under every answer: warnings, assumptions, sources, versions."""
    blocks: list[Block] = []
    warnings = [one for one in answer.warnings if one.code not in HEADLINES]
    if warnings:
        items = tuple(Cell(f"{one.code}: {one.message}", Tone.CAUTION) for one in warnings)
        blocks.append(Bullets("Warnings", items))
    if answer.worked is not None:
        blocks += _worked(answer.worked)
    if answer.sources:
        items = tuple(
            Cell(
                f"{one.id}: {one.citation}{f', {one.locator}' if one.locator else ''}"
                f" [{one.kind}, {HOW_READ[one.read]}]",
                Tone.DIM,
            )
            for one in answer.sources
        )
        blocks.append(Bullets("Sources", items))
    blocks.append(line(""))
    if answer.assumed:
        blocks.append(line(answer.assumed))
    used = protocol_used()
    if used is not None:
        blocks.append(line(f"Protocol: {used.name}, version {used.version} ({used.from_}), sha256 {used.sha256}."))
        if used.policy:
            blocks.append(line(f"Its policy: {'; '.join(used.policy)}."))
    as_of = answer.as_of.isoformat(timespec="minutes")
    blocks.append(line(f"tdmcli {__version__}, tables {read_data_version()}, as of {as_of}.", Tone.DIM))
    blocks.append(line(DISCLAIMER))
    return blocks


def _worked(steps: tuple[Worked, ...]) -> list[Block]:
    """Return the arithmetic, a step a line: numbers, name, equation and the id that `explain` knows."""
    if not steps:
        return [line(""), line("Worked out: nothing; every number here is a source's own.")]
    items = tuple(Cell(f"{one.numbers}: {one.name}, {one.equation} [{one.formula}]") for one in steps)
    return [Bullets("Worked out (tdmcli explain FORMULA)", items, numbered=True)]


HOW_READ = {
    "read": "the document itself read",
    "copy": "read in a copy",
    "secondary": "at second hand",
    "own": "not evidence",
}


def json_text(content: Mapping[str, object]) -> str:
    """Return JSON that any parser takes: ASCII, no NaN, indented; a broken number is a bug, not output."""
    import json

    return json.dumps(content, ensure_ascii=True, allow_nan=False, indent=2) + "\n"


def _csv(records: Sequence[object]) -> str:
    import csv
    import io
    import json

    rows = [to_json(record) for record in records]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow(
            _safe_cell(json.dumps(value) if isinstance(value, list | dict) else value) for value in row.values()
        )
    return out.getvalue()


def _safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r", "\0"}:
        return f"'{value}"
    return "" if value is None else value


def write(text: str) -> None:
    """Write text to stdout, all of it or an error.

    Raises:
        NotWritten: the disk is full, or the reader went away.

    """
    stream = _stdout()
    if stream is None:
        raise NotWritten("the answer could not be written: stdout is closed", stdout=True)
    with contextlib.suppress(AttributeError, ValueError):
        stream.reconfigure(errors="replace")  # type: ignore[attr-defined]
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)
        raise NotWritten("", stdout=True) from None
    except OSError as error:
        _abandon(sys.stdout)
        raise NotWritten(f"the answer could not be written: {error.strerror}", stdout=True) from None


def write_new(path: Path, text: str) -> None:
    """Write text to a file that is not there yet; one that is stays as it is.

    Raises:
        NotWritten: there is such a file, or it can't be written.

    """
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise NotWritten(f"{clean(path.name)} is there already and was not touched: choose another name") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise NotWritten(f"{clean(path.name)} could not be written: {reason}") from None


def _stdout() -> TextIO | None:
    """Return stdout: Python has none where the caller closed it."""
    return sys.stdout


def _abandon(stream: TextIO) -> None:
    """Point a stream at nothing, so that Python's own last flush does not fail again and change the exit code."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())


def say(text: str) -> None:
    """Write one line to stderr; a stderr that is gone changes nothing."""
    with contextlib.suppress(ValueError, AttributeError):
        encoding = sys.stderr.encoding or "ascii"
        try:
            sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")
            sys.stderr.flush()
        except OSError:
            _abandon(sys.stderr)


def _is_screen(stream: TextIO | None) -> bool:
    return bool(os.environ.get("FORCE_COLOR")) or (stream is not None and stream.isatty())


def _wants_colour(stream: TextIO | None) -> bool:
    """Return whether to colour: NO_COLOR and TERM=dumb say no, FORCE_COLOR yes, else only on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
