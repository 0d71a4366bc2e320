"""How a dose reaches the blood through a chain of compartments, folded with one exponential of the disposition.

`chain` is the amount that a unit dose has left after h hours in a compartment that the chain fills and a rate
empties: the integral of the Erlang density (n steps at rate k) times e^(-rate (h - s)). Exact wherever the rates meet.
"""

from __future__ import annotations

import math

_NEGLIGIBLE = 1e-18


def chain(steps: int, k: float, rate: float, h: float) -> float:
    """Return the share of a unit dose in a compartment that n steps at k fill and `rate` empties, after h hours.

    With d = k - rate, x = d h: (k/d)^n [e^(-rate h) - e^(-k h) sum_{j<n} x^j/j!], which loses digits where x is small;
    there e^(-k h) (k h)^n sum_j x^j/(j+n)!, which is the same.
    Source: convolution of the Erlang density with an exponential; the series is that of the bracket.
    """
    if not steps:
        return math.exp(-rate * h)
    d = k - rate
    x = d * h
    z = k * h
    if abs(x) >= steps:
        term = total = 1.0
        for j in range(1, steps):
            term *= x / j
            total += term
        return float((k / d) ** steps) * (math.exp(-rate * h) - math.exp(-z) * total)
    term = total = 1.0
    j = steps
    while abs(term) > _NEGLIGIBLE:
        j += 1
        term *= x / j
        total += term
    return math.exp(-z) * z**steps / math.factorial(steps) * total


def absorbed(steps: int, k: float, last: float, rate: float, h: float) -> float:
    """Return the same after n steps at k and, where `last` is above 0, one more at `last`.

    Two chains apart from each other; where `last` and `rate` nearly meet, divided differences of the exponential.
    Source: partial fractions of 1/((s + k)^n (s + last) (s + rate)).
    """
    if not last:
        return chain(steps, k, rate, h)
    apart = last - rate
    if abs(apart) * h >= 1.0:
        return last * (chain(steps, k, rate, h) - chain(steps, k, last, h)) / apart
    if abs(k - rate) * h < steps + 1:
        return last * float(k**steps) * _divided_difference((*((k,) * steps), last, rate), h)
    share = math.exp(-min(last, rate) * h) * (h if not apart else -math.expm1(-abs(apart) * h) / abs(apart))
    for i in range(1, steps + 1):
        share = k * (share - chain(i, k, last, h) / k) / (k - rate)
    return last * share


def _divided_difference(rates: tuple[float, ...], h: float) -> float:
    """Return the convolution of all e^(-r t) at h: e^(-m h) h^q sum_j s_j/(j + q)!, m the largest rate, q + 1 of them.

    s_j is the complete symmetric polynomial of degree j of the (m - r) h: all terms are positive, no digit is lost.
    Source: expansion of the divided differences of the exponential about m.
    """
    largest = max(rates)
    gaps = [(largest - rate) * h for rate in rates]
    order = len(rates) - 1
    terms = [1.0 / math.factorial(order)] * len(gaps)  # of the first gap, the first two, …
    total = terms[-1]
    j = 0
    while j <= max(gaps) or terms[-1] > total * _NEGLIGIBLE:
        j += 1
        found = 0.0
        for i, gap in enumerate(gaps):
            found += gap * terms[i] / (j + order)
            terms[i] = found
        total += found
    return math.exp(-largest * h) * float(h**order) * total


def in_steps(steps: int, k: float, h: float) -> list[float]:
    """Return the share of a unit dose in each step after h hours: e^(-k h) (k h)^i / i!."""
    z = k * h
    term = math.exp(-z)
    found = [term]
    for i in range(1, steps):
        term *= z / i
        found.append(term)
    return found
