"""How names of drugs, symptoms and co-therapies are compared: exactly, but for case, accents and gaps."""

from __future__ import annotations

import re


def spelling(name: str) -> str:
    """Return a name as it is compared: lower case, plain apostrophes, no accents, single hyphens for gaps.

    >>> spelling("St John\\u2019s  Wort"), spelling("Nirmatrelvir / Ritonavir")
    ('st-johns-wort', 'nirmatrelvir/ritonavir')
    """
    plain = name.casefold()
    if not plain.isascii():
        import unicodedata

        plain = "".join(one for one in unicodedata.normalize("NFD", plain) if not unicodedata.combining(one))
    plain = re.sub("['\u2019`.]", "", plain.strip())
    plain = re.sub(r"\s*([/+])\s*", r"\1", plain).replace("+", "/")
    return re.sub(r"[\s_-]+", "-", plain)
