"""Patches between records: what they make of a record, whatever it holds, and how little they say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.running.merge_patch import difference, patched

leaves = st.integers(0, 3) | st.sampled_from(["", "a", "@"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "@", "0"]), inner),
    max_leaves=8,
)
records = st.dictionaries(st.sampled_from(["a", "b", "c"]), values)


@given(records, records)
def test_a_patch_makes_the_one_of_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Where nothing is null, and nothing looks like a patch of a list, the patch says all of the difference."""
    if "@" not in repr(new):
        assert patched(old, difference(old, new)) == new
    assert difference(new, new) == {}


def test_one_command_among_siblings_is_all_that_is_said() -> None:
    """A list of containers is not written anew for one text in one of them."""
    old = {"containers": [{"name": "a", "command": ["run", "--seed", "1"]}, {"name": "b"}]}
    new = {"containers": [{"name": "a", "command": ["run", "--seed", "2"]}, {"name": "b"}]}
    assert difference(old, new) == {"containers": {"@": {"0": {"command": {"@": {"2": "2"}}}}}}


@pytest.mark.parametrize("place", ["1", "-1", "x", ""])
def test_a_place_that_is_not_there_is_an_error(place: str) -> None:
    """A damaged journal changes no other container than it names."""
    with pytest.raises(ValueError):  # noqa: PT011 - of int() or ours
        patched({"a": [0]}, {"a": {"@": {place: 1}}})
