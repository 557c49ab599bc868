"""Quantiles of the F distribution, which the interval of an ICC needs; the base install has no SciPy.

The regularised incomplete beta function by its continued fraction (Lentz's method; Press et al., Numerical Recipes,
6.4), inverted by bisection. tests/serve/course/test_repeatability.py compares it with SciPy's.
"""

from __future__ import annotations

from math import exp, lgamma, log

_TINY, _PRECISION, _TERMS = 1e-300, 1e-14, 10_000


def f_quantile(probability: float, numerator: float, denominator: float) -> float:
    """The value that an F with these degrees of freedom (above 0) stays below with `probability` (0 to 1)."""
    low, high = 0.0, 1.0  # of x = d1 f / (d1 f + d2), which is beta distributed
    for _ in range(200):
        middle = (low + high) / 2
        if incomplete_beta(numerator / 2, denominator / 2, middle) < probability:
            low = middle
        else:
            high = middle
    x = (low + high) / 2
    return denominator * x / (numerator * (1.0 - x)) if x < 1.0 else float("inf")


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 to 1, for a and b above 0 and x from 0 to 1."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x))
    if x < (a + 1.0) / (a + b + 2.0):  # where the fraction converges fast
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1.0 / _away(1.0 + even * d), _away(1.0 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1.0 / _away(1.0 + odd * d), _away(1.0 + odd / c)
        value *= d * c
        if abs(d * c - 1.0) < _PRECISION:
            break
    return value


def _away(value: float) -> float:
    """The value, kept away from 0."""
    return value if abs(value) > _TINY else _TINY
