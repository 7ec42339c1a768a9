"""Counts by status, and bars of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchnb.document import BAR_LENGTH, bar
from batchnb.jobs import Job, JobStatus
from batchnb.summary import NOT_KNOWN, before_and_after, count_by_status

JOBS = st.lists(st.none() | st.builds(Job, st.just("id"), st.just("name"), st.none() | st.sampled_from(JobStatus)))
ORDER = [*(status.value for status in JobStatus), NOT_KNOWN]


@given(JOBS, JOBS)
def test_every_job_is_counted_once_in_the_order_of_a_life(before: list[Job | None], after: list[Job | None]) -> None:
    """Counts add up to the jobs, those without a known status included, and no status stands there with none."""
    counts = count_by_status(before)
    assert sum(counts.values()) == len(before)
    assert list(counts) == [status for status in ORDER if status in counts]
    assert all(counts.values())
    both = before_and_after(counts, count_by_status(after))
    assert [status for status, _, _ in both] == [status for status in ORDER if status in {row[0] for row in both}]
    assert (sum(row[1] for row in both), sum(row[2] for row in both)) == (len(before), len(after))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_bar_is_as_long_as_its_count_and_never_too_long(count: int, other: int) -> None:
    """More is never shorter, the most has the longest bar, and only nothing has none."""
    most = max(count, other, 1)
    lengths = sorted([(count, len(bar(count, most))), (other, len(bar(other, most)))])
    assert lengths[0][1] <= lengths[1][1] <= BAR_LENGTH
    assert bool(bar(count, most)) is bool(count)
    assert len(bar(most, most)) == BAR_LENGTH
