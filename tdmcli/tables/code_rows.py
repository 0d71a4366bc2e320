"""The shape of the rows of `codes.toml`."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class CodeStatus(StrEnum):
    """What a code says of the answer: there is none, none would be safe, or mind this."""

    ERROR = "error"
    REFUSAL = "refusal"
    REFUSAL_OR_WARNING = "refusal-or-warning"
    WARNING = "warning"


class CodeRow(NamedTuple):
    """The text of a warning or refusal: a template with named gaps, what to do, and what the code means.

    `exit_code` stands on an error; a refusal always ends with the same one.
    """

    id: str
    message: str
    action: str
    meaning: str
    status: CodeStatus
    exit_code: int | None = None

    def check(self) -> None:
        """Check that an error, and nothing else, has its exit code."""
        if (self.exit_code is None) == (self.status is CodeStatus.ERROR):
            raise ValueError("exit_code stands on an error, and only there")
