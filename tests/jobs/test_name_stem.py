"""Name stems: numbers of every kind are one sign, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs.name_stem import name_stem

CASES = json.loads(Path(__file__).parents[1].joinpath("name_stems.json").read_text("utf-8"))
"""Names and their stems. The picker makes stems in JavaScript, and is held to the same ones."""


@pytest.mark.parametrize(("name", "stem"), CASES)
def test_what_is_counted_is_one_sign(name: str, stem: str) -> None:
    """UUIDs, times, hexadecimal ids with a digit and runs of digits become `#`; case stays."""
    assert name_stem(name) == stem


@given(st.text(alphabet="ab-_.", max_size=8), st.integers(0, 10**9), st.integers(0, 10**9))
def test_names_that_differ_in_a_number_have_one_stem(prefix: str, one: int, other: int) -> None:
    """The jobs of a sweep share their stem, however large their numbers are."""
    assert name_stem(f"{prefix}x-{one}") == name_stem(f"{prefix}x-{other}")


@given(st.text(max_size=60))
def test_a_stem_holds_no_ascii_digit_and_is_its_own_stem(name: str) -> None:
    """Whatever the name, what is left has nothing to count."""
    stem = name_stem(name)
    assert not any(char in "0123456789" for char in stem)
    assert name_stem(stem) == name_stem(name_stem(stem))
