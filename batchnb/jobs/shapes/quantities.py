"""Reads quantities exactly: those of Kubernetes, such as "500m" and "8192Mi", and the plain numbers of AWS Batch.

The grammar is that of https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/: a number, and
either a suffix or an exponent. Fractions, because sums of them are exact: ten times "100m" is 1.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

__all__ = ["read_number", "read_quantity"]

_NUMBER = r"\+?(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_QUANTITY = re.compile(
    rf"{_NUMBER}(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{{1,2}}))?", re.ASCII
)
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_SUFFIXES = {
    **{suffix: Fraction(10) ** power for suffix, power in zip("num", (-9, -6, -3), strict=True)},
    **{suffix: Fraction(10) ** (3 * power) for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Fraction(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}
_LONGEST = 64
_LARGEST = 2**63 - 1
"""Kubernetes has no larger quantity."""


def read_quantity(value: object) -> Fraction | None:
    """Return the exact value of a quantity, in its own unit (bytes for memory), None for anything else.

    >>> read_quantity("500m"), read_quantity("0.25"), read_quantity("2Ki"), read_quantity("1e3")
    (Fraction(1, 2), Fraction(1, 4), Fraction(2048, 1), Fraction(1000, 1))
    >>> read_quantity("four") is None
    True

    A number instead of a text, which a service other than AWS may answer, is read as well. Negative quantities, those
    above 2**63 - 1, and texts of more than 64 characters are not quantities.
    """
    text = _text_of(value)
    return None if text is None else _read(text)


def read_number(value: object) -> Fraction | None:
    """Return the exact value of a plain number as AWS Batch has it, such as "0.25" or 2048; None for anything else.

    >>> read_number("0.25"), read_number("2048Mi")
    (Fraction(1, 4), None)
    """
    text = _text_of(value)
    return _read(text) if text is not None and _PLAIN.fullmatch(text) else None


def _text_of(value: object) -> str | None:
    text = value if type(value) is str else repr(value) if type(value) in (int, float) else ""
    return text if 0 < len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _read(text: str) -> Fraction | None:
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    number = Fraction(found["number"])
    if found["suffix"]:
        number *= _SUFFIXES[found["suffix"]]
    elif found["exponent"]:
        number *= Fraction(10) ** int(found["exponent"])
    return number if number <= _LARGEST else None
