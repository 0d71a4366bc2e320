"""Reading a patient file or a protocol as text and TOML, safe against files made to hurt (SAFETY, section 3)."""

from __future__ import annotations

import hashlib
import re
import stat
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tdmcli.domain.units import clean
from tdmcli.errors import BadFile, Code

LARGEST_BYTES = 1024 * 1024
LONGEST_LINE = 10_000
MOST_LINES = 60_000
MOST_DOTS = 8
MOST_DOTS_A_LINE = 200
MOST_DOTS_IN_KEYS = 20_000
DEEPEST = 32
MOST_ROWS = 5_000


class What(NamedTuple):
    """What kind of file is read, and the code of what is wrong in one."""

    name: str
    code: Code


PATIENT_FILE = What("patient file", Code.BAD_PATIENT_FILE)
PROTOCOL = What("protocol", Code.BAD_PROTOCOL)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: its name, text, digest and TOML tables."""

    name: str
    text: str
    sha256: str
    tables: dict[str, Any]


def read_document(path: Path, what: What = PATIENT_FILE) -> Document:
    """Return a patient file, or a protocol.

    Raises:
        BadFile: it is not a regular file of at most 1 MiB of UTF-8 that is valid TOML.

    """
    name = clean(path.name) or "."
    return document_of(read_bytes(path, name, what), name, what)


def document_of(content: bytes, name: str, what: What = PATIENT_FILE) -> Document:
    """Return the document that the bytes of a file make.

    Raises:
        BadFile: they are not UTF-8 or no valid TOML, or made to hurt.

    """
    text = _decode(content, name, what)
    _scan(text, name, what)
    try:
        tables = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"{name}: not valid TOML: {_where_only(str(error))}", what.code) from None
    except (ValueError, ArithmeticError, RecursionError, MemoryError):
        raise BadFile(f"{name}: not valid TOML: a number or a nesting is too large", what.code) from None
    if sum(len(rows) for rows in tables.values() if isinstance(rows, list)) > MOST_ROWS:
        raise BadFile(f"{name}: more than {MOST_ROWS} rows: no {what.name} has so many", what.code)
    return Document(name, text, hashlib.sha256(content).hexdigest(), tables)


def read_bytes(path: Path, name: str, what: What = PATIENT_FILE) -> bytes:
    """Return the bytes of a regular file of at most 1 MiB.

    Raises:
        BadFile: it is something else, or can't be read.

    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadFile(f"{name}: not a regular file", Code.UNREADABLE_FILE)
        with path.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a file name"
        raise BadFile(f"{name}: can't be read: {reason}", Code.UNREADABLE_FILE) from None
    if len(content) > LARGEST_BYTES:
        raise BadFile(f"{name}: larger than 1 MiB: no {what.name} is", Code.UNREADABLE_FILE)
    return content


def _decode(content: bytes, name: str, what: What) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise BadFile(f"{name}: the file is UTF-16: save it as UTF-8", what.code)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFile(f"{name}, line {line}: not UTF-8: save the file as UTF-8", what.code) from None
    return text.replace("\r\n", "\n")


def _scan(text: str, name: str, what: What) -> None:
    """Refuse what would cost the parser seconds: long lines, deep nesting, keys of many parts."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise BadFile(f"{name}: more than {MOST_LINES} lines: no {what.name} has so many", what.code)
    depth = dots = 0
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            raise _too_much(name, number, what, f"longer than {LONGEST_LINE} characters")
        bare = _STRINGS.sub("", line).partition("#")[0]
        key = bare if bare.lstrip().startswith("[") else bare.partition("=")[0]
        dots += key.count(".")
        if dots > MOST_DOTS_IN_KEYS or key.count(".") > MOST_DOTS or bare.count(".") > MOST_DOTS_A_LINE:
            raise _too_much(name, number, what, "a key of too many parts")
        opening, closing = bare.count("[") + bare.count("{"), bare.count("]") + bare.count("}")
        if depth + opening > DEEPEST:
            raise _too_much(name, number, what, "nested too deeply")
        depth = max(0, depth + opening - closing)


_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


def _too_much(name: str, line: int, what: What, fault: str) -> BadFile:
    return BadFile(f"{name}, line {line}: {fault}: no {what.name} needs that", what.code)


def _where_only(message: str) -> str:
    """Return the parser's message without what it quotes of the file."""
    return re.sub(r"(['\"]).*?\1(?= |$|\()", "a value", clean(message, 120))
