"""The nearest words to a misspelt one: two slips away at most, or words that it begins."""

from __future__ import annotations

from collections.abc import Iterable

from batchnb.jobs.search.letters import fold

__all__ = ["find_nearest"]

_MOST_SLIPS = 2
_MOST_WORDS = 3
_LONGEST = 40


def find_nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that could be meant, at most three: those that it begins, else the least misspelt ones.

    >>> find_nearest("run", ["running", "runnable", "starting"])
    ['running', 'runnable']
    >>> find_nearest("vcpus", ["vcpu", "gpu", "queue"])
    ['vcpu']
    """
    low = fold(word)
    if not low or len(low) > _LONGEST:
        return []
    words = list(known)
    # One letter begins too many words to say anything.
    begun = [one for one in words if len(low) > 1 and fold(one).startswith(low)]
    if begun:
        return begun[:_MOST_WORDS]
    slips = [(one, _distance(low, fold(one))) for one in words if abs(len(one) - len(low)) <= _MOST_SLIPS]
    fewest = min((slip for _, slip in slips), default=_MOST_SLIPS + 1)
    # Of a word of three letters, two wrong ones leave nothing that could be recognized.
    if fewest > min(_MOST_SLIPS, len(low) // 2):
        return []
    return [one for one, slip in slips if slip == fewest][:_MOST_WORDS]


def _distance(first: str, second: str) -> int:
    """Return by how many letters put in, left out, changed or swapped with a neighbour two words differ."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for place, char in enumerate(first, start=1):
        before, above, row = row, before, [place]
        for at, other in enumerate(second, start=1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (char != other))
            if place > 1 and at > 1 and char == second[at - 2] and first[place - 2] == other:
                cost = min(cost, above[at - 2] + 1)
            row.append(cost)
    return row[-1]
