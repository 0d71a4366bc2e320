"""Exit codes, the closed set of warning and refusal codes, and the one family of expected errors.

The text of each code stands in `data/codes.toml`; what a code means never changes.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """What a calling script may rely on."""

    ANSWERED = 0
    BUG = 1
    USAGE = 2
    BAD_FILE = 3
    REFUSED = 4
    NOT_WRITTEN = 5
    OUT_OF_RANGE = 10
    INTERRUPTED = 130


class Code(StrEnum):
    """Every code that an answer, a refusal or an error may carry."""

    # errors: the question could not be read or the answer not written
    USAGE = "USAGE"
    UNREADABLE_FILE = "UNREADABLE_FILE"
    BAD_PATIENT_FILE = "BAD_PATIENT_FILE"
    BAD_TABLE = "BAD_TABLE"
    BAD_PROTOCOL = "BAD_PROTOCOL"
    NOT_WRITTEN = "NOT_WRITTEN"
    INTERRUPTED = "INTERRUPTED"
    BUG = "BUG"

    # refusals: something is unknown, missing, or no source covers the question
    UNKNOWN_INDICATION = "UNKNOWN_INDICATION"
    UNKNOWN_DRUG = "UNKNOWN_DRUG"
    UNKNOWN_PRODUCT = "UNKNOWN_PRODUCT"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    UNKNOWN_ID = "UNKNOWN_ID"
    MISSING_INDICATION = "MISSING_INDICATION"
    MISSING_TIME = "MISSING_TIME"
    MISSING_LEVEL = "MISSING_LEVEL"
    MISSING_REGIMEN = "MISSING_REGIMEN"
    MISSING_PRODUCT = "MISSING_PRODUCT"
    MISSING_TARGET = "MISSING_TARGET"
    MISSING_AIM = "MISSING_AIM"
    MISSING_WEIGHT = "MISSING_WEIGHT"
    MISSING_AGE = "MISSING_AGE"
    MISSING_HEIGHT = "MISSING_HEIGHT"
    MISSING_GENOTYPE = "MISSING_GENOTYPE"
    GENOTYPE_UNDETERMINED = "GENOTYPE_UNDETERMINED"
    DONOR_GENOTYPE = "DONOR_GENOTYPE"
    OUTSIDE_POPULATION = "OUTSIDE_POPULATION"
    OTHER_PRODUCT = "OTHER_PRODUCT"
    OTHER_SITUATION = "OTHER_SITUATION"
    TROUGH_EXISTS = "TROUGH_EXISTS"
    REFUTED_METHOD = "REFUTED_METHOD"
    NO_METHOD = "NO_METHOD"
    START_WITH_INHIBITOR = "START_WITH_INHIBITOR"
    UNKNOWN_MODEL = "UNKNOWN_MODEL"
    NO_MODEL = "NO_MODEL"
    FIT_FAILED = "FIT_FAILED"
    NO_GUIDANCE = "NO_GUIDANCE"

    # refusals: a number would not be safe
    CRITICAL_LEVEL = "CRITICAL_LEVEL"
    TOO_HIGH_TO_SCALE = "TOO_HIGH_TO_SCALE"
    CENSORED_LEVEL = "CENSORED_LEVEL"
    NOT_A_TROUGH = "NOT_A_TROUGH"
    NOT_STEADY_STATE = "NOT_STEADY_STATE"
    DISCREPANT = "DISCREPANT"
    FALLS_AFTER_DOSE = "FALLS_AFTER_DOSE"
    INTERACTION_AFTER_LEVEL = "INTERACTION_AFTER_LEVEL"
    INTERACTION_SETTLING = "INTERACTION_SETTLING"
    PRODUCT_SWITCHED = "PRODUCT_SWITCHED"
    TWO_PRODUCTS = "TWO_PRODUCTS"
    NOT_ORAL = "NOT_ORAL"
    HELD = "HELD"
    MISSED_DOSE = "MISSED_DOSE"
    STALE_LEVEL = "STALE_LEVEL"
    ROUNDS_TO_ZERO = "ROUNDS_TO_ZERO"
    ROUNDED_TOO_FAR = "ROUNDED_TOO_FAR"

    # warnings about ranges
    RANGES_DISAGREE = "RANGES_DISAGREE"
    NEAR_BOUNDARY = "NEAR_BOUNDARY"
    PROTOCOL_SILENT = "PROTOCOL_SILENT"

    # warnings about a level
    HIGH_LEVEL = "HIGH_LEVEL"
    ABOVE_ASSAY_RANGE = "ABOVE_ASSAY_RANGE"
    VERY_LOW = "VERY_LOW"
    EARLY_SAMPLE = "EARLY_SAMPLE"
    LATE_SAMPLE = "LATE_SAMPLE"
    SAMPLE_AT_DOSE = "SAMPLE_AT_DOSE"
    UNTIMED_LEVEL = "UNTIMED_LEVEL"
    STILL_RISING = "STILL_RISING"
    STILL_FALLING = "STILL_FALLING"
    AGEING_LEVEL = "AGEING_LEVEL"
    LEVEL_IGNORED = "LEVEL_IGNORED"
    ASSAY_CHANGED = "ASSAY_CHANGED"
    GUT_EVENT = "GUT_EVENT"
    LOW_HEMATOCRIT = "LOW_HEMATOCRIT"
    DOSE_CHANGED_SINCE = "DOSE_CHANGED_SINCE"
    CLOCK = "CLOCK"

    # warnings about a dose
    CAPPED = "CAPPED"
    REPEAT_BEFORE_CHANGING = "REPEAT_BEFORE_CHANGING"
    LARGE_DECREASE_UNVERIFIED = "LARGE_DECREASE_UNVERIFIED"
    NO_REGIMEN_IN_RANGE = "NO_REGIMEN_IN_RANGE"
    ROUNDS_TO_CURRENT = "ROUNDS_TO_CURRENT"
    NOT_ACHIEVABLE = "NOT_ACHIEVABLE"
    DOSE_HIGH = "DOSE_HIGH"
    TENFOLD = "TENFOLD"
    WEIGHT_OLD = "WEIGHT_OLD"
    HELD_BY_TIMING = "HELD_BY_TIMING"
    NO_STEP_WITHIN_CAP = "NO_STEP_WITHIN_CAP"
    UNUSUAL_INTERVAL = "UNUSUAL_INTERVAL"
    HOSPITAL_RULE_ONLY = "HOSPITAL_RULE_ONLY"
    BRAND_MIX_UP = "BRAND_MIX_UP"
    CONVERTED_UNDER_DRUG = "CONVERTED_UNDER_DRUG"

    # warnings about drugs, symptoms and thresholds
    INTERACTING_DRUG = "INTERACTING_DRUG"
    UNLISTED_DRUG = "UNLISTED_DRUG"
    ALREADY_INHIBITED = "ALREADY_INHIBITED"
    NO_FACTOR = "NO_FACTOR"
    OPPOSITE_DIRECTIONS = "OPPOSITE_DIRECTIONS"
    OTHER_DRUG_MOVES = "OTHER_DRUG_MOVES"
    FACTOR_ROUNDED = "FACTOR_ROUNDED"
    AVOID_COMBINATION = "AVOID_COMBINATION"
    UNKNOWN_SYMPTOM = "UNKNOWN_SYMPTOM"
    SOURCES_CONFLICT = "SOURCES_CONFLICT"
    TIME_UNKNOWN = "TIME_UNKNOWN"
    PRODUCT_UNKNOWN = "PRODUCT_UNKNOWN"
    OTHER_TIME = "OTHER_TIME"
    OTHER_INDICATION = "OTHER_INDICATION"
    THRESHOLDS_DISAGREE = "THRESHOLDS_DISAGREE"
    ONCE_DAILY_PRODUCT = "ONCE_DAILY_PRODUCT"

    # warnings about a first dose
    UNKNOWN_ALLELE = "UNKNOWN_ALLELE"
    PRODUCT_ASSUMED = "PRODUCT_ASSUMED"
    START_UNDER_DRUG = "START_UNDER_DRUG"
    ALREADY_TAKEN = "ALREADY_TAKEN"
    DOSE_LARGE = "DOSE_LARGE"

    # warnings about a forecast
    FIT_DOUBTFUL = "FIT_DOUBTFUL"
    LEVEL_MISFIT = "LEVEL_MISFIT"
    OTHER_ASSAY = "OTHER_ASSAY"
    AREAS_DISAGREE = "AREAS_DISAGREE"
    OLDER_PROFILE = "OLDER_PROFILE"
    NOT_OF_INTERVAL = "NOT_OF_INTERVAL"
    OUTSIDE_MODEL = "OUTSIDE_MODEL"
    CHANGE_TO_COME = "CHANGE_TO_COME"
    DOSES_TOO_CLOSE = "DOSES_TOO_CLOSE"
    CLEARANCE_CONSTANT = "CLEARANCE_CONSTANT"
    LEVEL_AGAINST_MODEL = "LEVEL_AGAINST_MODEL"
    METHODS_DIFFER = "METHODS_DIFFER"
    MODELS_DISAGREE = "MODELS_DISAGREE"

    # warnings about what was used
    FLAG_WINS = "FLAG_WINS"
    OTHER_COURSE = "OTHER_COURSE"
    COURSE_TO_COME = "COURSE_TO_COME"
    ACCEPTED = "ACCEPTED"


class ExpectedError(Exception):
    """An error that the person asking can do something about: one line, a code, an exit code."""

    exit_code = ExitCode.BUG
    status = "error"

    def __init__(self, message: str, code: Code) -> None:
        """Keep the one line that is shown and the code that a script reads."""
        super().__init__(message)
        self.message = message
        self.code = code


class WrongUsage(ExpectedError):
    """Raised when a value or option on the command line is malformed or contradicts another."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, code: Code = Code.USAGE) -> None:
        """Take the line that says what was wrong and what would be right."""
        super().__init__(message, code)


class BadFile(ExpectedError):
    """Raised when a patient file or a table can't be read, or says something it must not."""

    exit_code = ExitCode.BAD_FILE


class NotWritten(ExpectedError):
    """Raised when an answer or a file could not be written to where it should go."""

    exit_code = ExitCode.NOT_WRITTEN

    def __init__(self, message: str, *, stdout: bool = False) -> None:
        """Take the line that says where writing failed; `stdout`: nothing more can be said there."""
        super().__init__(message, Code.NOT_WRITTEN)
        self.stdout = stdout
