"""The shapes of the rows of `body_size.toml`."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class BodySurfaceRow(NamedTuple):
    """A formula of body surface area: the root of height (cm) x weight (kg) / divisor, in m2."""

    id: str
    name: str
    divisor: Decimal
    text: str
    source: str
    locator: str


class FatFreeMassRow(NamedTuple):
    """Fat-free mass of a sex: numerator x weight / (constant + slope x body mass index), in kg."""

    id: str
    sex: str
    numerator: Decimal
    constant: Decimal
    slope: Decimal
    text: str
    source: str
    locator: str


class BodySizeTables(NamedTuple):
    """The whole of `body_size.toml`."""

    body_surface: tuple[BodySurfaceRow, ...]
    fat_free_mass: tuple[FatFreeMassRow, ...]
