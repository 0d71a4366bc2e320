"""The shape of `units.toml`."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class UnitsRow(NamedTuple):
    """What converts units of a level: the molecular weight of tacrolimus in g/mol."""

    molecular_weight_g_per_mol: Decimal
    source: str
