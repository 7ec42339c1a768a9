"""What a sweep costs: a job of thousands of siblings is a few hundred bytes, whatever its shape."""

from __future__ import annotations

import pytest

from tests.benchmarks.sweep import MOST_BYTES, MOST_MEMORY, SHAPES, measure


@pytest.mark.parametrize("shape", SHAPES)
def test_a_job_of_a_sweep_is_small(shape: str) -> None:
    """1.5 KiB in the journal of a whole run, and 2 KiB in memory; the body of all siblings is kept once."""
    cost = measure(shape, 400)
    assert cost.journal <= MOST_BYTES
    assert cost.memory <= MOST_MEMORY
