"""Names of jobs in a sentence: the first ones, and the number of the others."""

from __future__ import annotations

from collections.abc import Iterable

from batchnb.text import shown

__all__ = ["names_text"]


def names_text(names: Iterable[str], most: int = 3) -> str:
    """Return the first names, and how many more there are.

    >>> names_text(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    all_names = [shown(name, 80) or "(no name)" for name in names]
    more = len(all_names) - most
    return ", ".join(all_names[:most]) + (f" and {more:,} more" if more > 0 else "")
