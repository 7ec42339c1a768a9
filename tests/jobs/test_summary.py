"""Counts by status, bars of text, and what is in use."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.document import BAR_LENGTH, bar
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.summary import (
    NOT_KNOWN,
    add_up,
    before_and_after,
    count_by_status,
    freed_by_queue,
    lacks_hours,
    started_units,
)

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


# --- what is in use -----------------------------------------------------------------------------------------------

HOUR = 3_600_000
AT = datetime.fromtimestamp(3 * 3600, UTC)


def running(**known: object) -> Job:
    """Return a running job of which all figures are known, but for what is said of it."""
    figures: dict[str, object] = {"vcpus": 4.0, "memory": 2048, "gpus": 1, "started_at": HOUR, "job_queue": "train"}
    return Job("id", "name", JobStatus.RUNNING)._replace(**{**figures, **known})  # type: ignore[arg-type]


def test_a_figure_that_is_not_known_makes_the_sum_the_least() -> None:
    """Jobs of which any figure is unknown are counted; what is known of them is in the sums all the same."""
    jobs = [running(), running(vcpus=None), running(memory=None), running(gpus=None), running(gpus=0)]
    assert freed_by_queue(jobs, AT) == {
        "train": {"vcpus": 16.0, "memory_gib": 8.0, "gpus": 3.0, "job_hours": 10.0, "unknown": 3}
    }


def test_an_array_holds_what_its_running_children_do() -> None:
    """So many times the figures of its definition; without counts of its children nobody knows how many times."""
    array = running(array_size=9, children=(("RUNNING", 2), ("STARTING", 1), ("RUNNABLE", 6)), status=JobStatus.PENDING)
    queues = freed_by_queue([array], AT)
    assert queues["train"] == {"vcpus": 12.0, "memory_gib": 6.0, "gpus": 3.0, "job_hours": 0.0, "unknown": 0}
    uncounted = freed_by_queue([running(array_size=9)], AT)
    assert uncounted["train"] == {"vcpus": 0.0, "memory_gib": 0.0, "gpus": 0.0, "job_hours": 0.0, "unknown": 1}
    no_figures = freed_by_queue([array._replace(vcpus=None, memory=None, gpus=None)], AT)
    assert no_figures["train"]["unknown"] == 1


def test_children_that_are_not_counted_may_run() -> None:
    """A parent is PENDING while its children run: without counts nobody knows how many, and it does not hold 0."""
    array = running(array_size=9, status=JobStatus.PENDING)
    nothing = {"vcpus": 0.0, "memory_gib": 0.0, "gpus": 0.0, "job_hours": 0.0}
    assert freed_by_queue([array], AT)["train"] == nothing | {"unknown": 1}
    assert (started_units(array), lacks_hours(array)) == (None, True)
    for status in (JobStatus.SUBMITTED, JobStatus.SUCCEEDED, JobStatus.FAILED):
        assert freed_by_queue([array._replace(status=status)], AT) == {}


def test_what_waits_and_what_has_ended_holds_nothing() -> None:
    """Whether its figures are known or not; a status that nobody knows may be one in which a job runs."""
    waiting = [running(status=status, vcpus=None) for status in JobStatus if not status.has_started]
    assert freed_by_queue(waiting, AT) == {}
    strange = freed_by_queue([running(status=None)], AT)["train"]
    assert (strange["vcpus"], strange["unknown"]) == (0.0, 1)


@pytest.mark.parametrize(
    ("known", "lacks"),
    [
        ({}, False),
        ({"started_at": None}, True),
        ({"started_at": None, "status": JobStatus.STARTING}, False),
        ({"array_size": 3, "children": (("RUNNING", 1),), "status": JobStatus.PENDING}, True),
        ({"array_size": 3, "children": (("RUNNABLE", 3),), "status": JobStatus.PENDING}, False),
        ({"status": None}, True),
        ({"status": JobStatus.RUNNABLE, "started_at": None}, False),
    ],
)
def test_hours_are_not_known_of_arrays_and_of_jobs_without_a_start(known: dict[str, object], *, lacks: bool) -> None:
    """Hours that nobody knows are told from none: a job that starts has not run yet."""
    assert lacks_hours(running(**known)) is lacks


@given(st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(["a", "b"])), max_size=30))
def test_sums_are_exact(millis: list[tuple[int, str]]) -> None:
    """Thousandths of a vCPU add up to the last digit, over the jobs of a queue and over queues."""
    jobs = [running(vcpus=each / 1000, job_queue=queue) for each, queue in millis]
    by_queue = freed_by_queue(jobs, AT)
    total = sum(each for each, _ in millis)
    assert add_up(by_queue.values())["vcpus"] == float(Fraction(total, 1000))
    assert all(
        amounts["vcpus"] == float(Fraction(sum(each for each, of in millis if of == queue), 1000))
        for queue, amounts in by_queue.items()
    )
