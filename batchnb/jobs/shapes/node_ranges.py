"""Which nodes of a multi-node job each range of its definition governs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from batchnb.jobs.shapes.plain import LARGEST

__all__ = ["count_governed", "find_range", "read_range"]

_RANGE = re.compile(r"(?P<first>[0-9]{0,9})(?P<colon>:?)(?P<last>[0-9]{0,9})", re.ASCII)

Range = tuple[int, int]
"""The first and the last node, both included."""


def read_range(target_nodes: object, num_nodes: int) -> Range | None:
    """Return the nodes that `targetNodes` names in a job of `num_nodes` nodes, None where it cannot be read.

    >>> read_range("0:2", 4), read_range("3:", 8), read_range(":2", 4), read_range("1", 4), read_range("2:0", 4)
    ((0, 2), (3, 7), (0, 2), (1, 1), None)

    The last node may be one that the job does not have: `numNodes` can be overridden when a job is submitted.
    """
    found = _RANGE.fullmatch(target_nodes) if isinstance(target_nodes, str) and target_nodes else None
    if found is None:
        return None
    first = int(found["first"] or 0)
    if not found["colon"]:
        return first, first
    if not found["last"]:
        return first, max(first, num_nodes - 1)
    last = int(found["last"])
    return (first, last) if first <= last else None


def count_governed(targets: Sequence[object], num_nodes: object) -> list[int] | None:
    """Return how many nodes each range governs, None where that cannot be told of every node.

    A range that is nested in another overrides it, as AWS documents for `NodeRangeProperty`; of two of the same
    length the first one counts. None for a malformed range, for nodes in no range, and for no number of nodes.

    >>> count_governed(["0:9", "4:5"], 10), count_governed(["0:1"], 3)
    ([8, 2], None)
    """
    ranges = _ranges(targets, num_nodes)
    if ranges is None or not isinstance(num_nodes, int):
        return None
    counts = [0] * len(ranges)
    # Where ranges begin and end, and nowhere else, another one may govern: the nodes need not be gone through.
    edges = {0, num_nodes, *(first for first, _ in ranges), *(last + 1 for _, last in ranges)}
    for first, beyond in pairwise(sorted(edge for edge in edges if edge <= num_nodes)):
        governs = _narrowest(ranges, first)
        if governs is None:
            return None
        counts[governs] += beyond - first
    return counts


def find_range(targets: Sequence[object], num_nodes: object, node: object) -> int | None:
    """Return the place in `targets` of the range that governs this node, None where that cannot be told."""
    ranges = _ranges(targets, num_nodes)
    return _narrowest(ranges, node) if ranges is not None and type(node) is int else None


def _ranges(targets: Sequence[object], num_nodes: object) -> list[Range] | None:
    if type(num_nodes) is not int or not 0 < num_nodes <= LARGEST:
        return None
    ranges = [read_range(target, num_nodes) for target in targets]
    found = [each for each in ranges if each is not None]
    return found if len(found) == len(ranges) else None


def _narrowest(ranges: Sequence[Range], node: int) -> int | None:
    holding = [place for place, (first, last) in enumerate(ranges) if first <= node <= last]
    return min(holding, key=lambda place: ranges[place][1] - ranges[place][0], default=None)
