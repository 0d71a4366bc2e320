"""The words of a population model: covariates, parameters, and the closed set of forms that effects and errors take."""

from __future__ import annotations

from enum import StrEnum


class Covariate(StrEnum):
    """What a model may ask of a patient; a number is in the unit of its name, the others are one of a few words."""

    HEMATOCRIT_PERCENT = "hematocrit_percent"
    WEIGHT_KG = "weight_kg"
    FAT_FREE_MASS_KG = "fat_free_mass_kg"
    LEAN_BODY_MASS_KG = "lean_body_mass_kg"
    BODY_SURFACE_M2 = "body_surface_m2"
    HEIGHT_CM = "height_cm"
    AGE_YEARS = "age_years"
    ALBUMIN_G_L = "albumin_g_l"
    CREATININE_UMOL_L = "creatinine_umol_l"
    DAYS_AFTER_TRANSPLANT = "days_after_transplant"
    PREDNISOLONE_MG_DAY = "prednisolone_mg_day"
    FREE_PREDNISOLONE_PEAK_NMOL_L = "free_prednisolone_peak_nmol_l"
    CYP3A5 = "cyp3a5"  # *3/*3, *1/*3, *1/*1
    DONOR_CYP3A5 = "donor_cyp3a5"
    CYP3A4_22 = "cyp3a4_22"  # carrier, non-carrier
    RELEASE = "release"  # immediate, prolonged
    AZOLE = "azole"  # yes, no
    CYSTIC_FIBROSIS = "cystic_fibrosis"  # yes, no


class Parameter(StrEnum):
    """A parameter of a model, in the unit of its name; clearances and volumes are apparent where F is not given."""

    CLEARANCE = "clearance_l_h"
    VOLUME = "central_volume_l"
    EXCHANGE = "intercompartmental_clearance_l_h"
    PERIPHERAL_VOLUME = "peripheral_volume_l"
    TO_PERIPHERAL = "central_to_peripheral_per_h"
    FROM_PERIPHERAL = "peripheral_to_central_per_h"
    ABSORPTION = "absorption_rate_per_h"
    STEP_RATE = "step_rate_per_h"
    TRANSIT_TIME = "mean_transit_time_h"
    LAG = "lag_h"
    BIOAVAILABILITY = "bioavailability"


class Absorption(StrEnum):
    """How a swallowed dose reaches the blood.

    FIRST_ORDER: at the absorption rate. ERLANG: so many steps, each at the step rate. TRANSIT: so many steps at
    steps / mean transit time, then once more at the absorption rate.
    """

    FIRST_ORDER = "first-order"
    ERLANG = "erlang"
    TRANSIT = "transit"


class Form(StrEnum):
    """What a covariate x makes of a parameter: the factor that the typical value is multiplied by.

    POWER: (x / reference)^size. LINEAR: 1 + size (x - reference). EXPONENTIAL: e^(size (x - reference)).
    HILL: 1 + size x^steepness / (half^steepness + x^steepness). BELOW: size where x < reference, else 1.
    CATEGORY: the factor of the words that the covariates have. Above `cap`, x counts as `cap`.
    """

    POWER = "power"
    LINEAR = "linear"
    EXPONENTIAL = "exponential"
    HILL = "hill"
    BELOW = "below"
    CATEGORY = "category"


class ErrorKind(StrEnum):
    """How a level scatters around the prediction f: by b f, by a, by the root of both squared, or by b around ln f."""

    PROPORTIONAL = "proportional"
    ADDITIVE = "additive"
    MIXED = "mixed"
    LOG = "log"


class Assay(StrEnum):
    """How a level was measured, as far as a model tells assays apart."""

    ANY = "any"
    LC_MS_MS = "lc-ms/ms"
    IMMUNOASSAY = "immunoassay"
