"""A finding: a code with the numbers that its text needs, and whether it refuses the answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tdmcli.errors import Code, ExitCode, ExpectedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Finding(NamedTuple):
    """One thing that a rule found. `values` fill the gaps of the code's text in codes.toml."""

    code: Code
    values: Mapping[str, str] = MappingProxyType({})
    refuses: bool = False


ABOUT_A_LEVEL = frozenset(
    {
        Code.DISCREPANT,
        Code.DOSE_CHANGED_SINCE,
        Code.GUT_EVENT,
        Code.HELD,
        Code.INTERACTION_AFTER_LEVEL,
        Code.INTERACTION_SETTLING,
        Code.MISSED_DOSE,
        Code.NOT_A_TROUGH,
        Code.NOT_ORAL,
        Code.NOT_STEADY_STATE,
        Code.PRODUCT_SWITCHED,
        Code.SAMPLE_AT_DOSE,
        Code.STALE_LEVEL,
        Code.TWO_PRODUCTS,
        Code.UNTIMED_LEVEL,
    }
)
"""What may stand against holding a level against a range: how it was drawn, and what was taken before it and since."""


class Refused(ExpectedError):
    """Raised when no number would be safe, or something asked for is unknown or missing."""

    exit_code = ExitCode.REFUSED
    status = "refused"

    def __init__(self, *findings: Finding) -> None:
        """Take the finding that refuses first, then the others; the caller adds the text."""
        super().__init__("", findings[0].code)
        self.findings = findings


def refuse(code: Code, **values: str) -> Refused:
    """Return the refusal with one finding, to be raised."""
    return Refused(Finding(code, values, refuses=True))


def settle(findings: Iterable[Finding], accepted: frozenset[Code]) -> tuple[Finding, ...]:
    """Return the findings as warnings, those accepted said to be so.

    Raises:
        Refused: a finding refuses and its code was not accepted.

    """
    findings = tuple(findings)
    refusing = [finding for finding in findings if finding.refuses and finding.code not in accepted]
    if refusing:
        raise Refused(*refusing, *(finding for finding in findings if finding not in refusing))
    overruled = sorted({finding.code for finding in findings if finding.refuses})
    return findings + tuple(Finding(Code.ACCEPTED, {"accepted": code}) for code in overruled)
