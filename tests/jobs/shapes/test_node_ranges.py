"""Node ranges of multi-node jobs, against a model that goes through the nodes one by one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs.shapes.node_ranges import count_governed, find_range, read_range


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("0:2", 0, 2), ("3:", 3, 7), (":2", 0, 2), ("1", 1, 1), ("0:", 0, 7), (":", 0, 7), ("7", 7, 7), ("4:99", 4, 99)],
)
def test_a_range_includes_both_ends(text: str, first: int, last: int) -> None:
    """An end that is left out is the first node, or the last one of the job."""
    assert read_range(text, 8) == (first, last)


@pytest.mark.parametrize(
    "text", ["", " ", "a", "0-2", "2:1", "-1:2", "0:2:4", "0: 2", "1.5", "1" * 20, "٢", None, 3, []]
)
def test_what_is_no_range_is_none(text: object) -> None:
    """A range that cannot be read is not guessed at."""
    assert read_range(text, 8) is None


@pytest.mark.parametrize(
    ("targets", "nodes", "counts"),
    [
        (["0:2", "3:"], 8, [3, 5]),
        ([":"], 3, [3]),
        (["0:10", "4:5"], 11, [9, 2]),
        (["4:5", "0:10"], 11, [2, 9]),
        (["0:9", "2:7", "4:5"], 10, [4, 4, 2]),
        (["0:9", "3"], 10, [9, 1]),
        (["0:3", "4:"], 10, [4, 6]),
        (["0:1", "2:9"], 3, [2, 1]),
        (["0:1", "2:", "2:"], 4, [2, 2, 0]),
        (["0:4", "3:9"], 10, [5, 5]),
    ],
)
def test_each_node_counts_for_one_range(targets: list[str], nodes: int, counts: list[int]) -> None:
    """A nested range takes its nodes from the one around it; numNodes may be another than the definition's."""
    assert count_governed(targets, nodes) == counts


@pytest.mark.parametrize(
    ("targets", "nodes"),
    [([], 2), (["0:1"], 3), (["1:"], 3), (["0", "2"], 3), (["0:", "x"], 3), (["0:"], 0), (["0:"], -1), (["0:"], None),
     (["0:"], "3"), (["0:"], True), (["0:"], 2.0), ([None], 2)],
)  # fmt: skip
def test_where_a_node_is_not_told_nothing_is(targets: list[object], nodes: object) -> None:
    """A gap, a range that cannot be read, or no number of nodes: the sum over the nodes is not known."""
    assert count_governed(targets, nodes) is None


def test_very_many_nodes_take_no_time() -> None:
    """A number of nodes that no job has does not keep anybody waiting."""
    assert count_governed(["0:", "5:6"], 2_000_000_000) == [1_999_999_998, 2]


ends = st.integers(0, 12)
ranges = st.one_of(
    st.tuples(ends, ends).map(lambda pair: f"{min(pair)}:{max(pair)}"),
    ends.map(str),
    ends.map(lambda end: f"{end}:"),
    ends.map(lambda end: f":{end}"),
    st.just(":"),
)


def model(targets: list[str], nodes: int) -> list[int | None]:
    """Return the range of each node: the shortest that holds it, the first of two."""
    read = []
    for target in targets:
        first, colon, last = target.partition(":")
        low = int(first or 0)
        read.append(range(low, low + 1) if not colon else range(low, int(last) + 1 if last else max(nodes, low + 1)))
    held = [[place for place, each in enumerate(read) if node in each] for node in range(nodes)]
    return [min(holding, key=lambda place: len(read[place])) if holding else None for holding in held]


@given(st.lists(ranges, max_size=6), st.integers(1, 14))
def test_the_counts_are_those_of_the_nodes_one_by_one(targets: list[str], nodes: int) -> None:
    """For any ranges, nested, overlapping, unbounded or beyond the last node."""
    found = model(targets, nodes)
    counted = Counter(found)
    expected = None if None in found else [counted[place] for place in range(len(targets))]
    assert count_governed(targets, nodes) == expected
    assert [find_range(targets, nodes, node) for node in range(nodes)] == found
