from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import batchnb.widget
from batchnb.jobs.outcome import Outcome
from batchnb.model.event import EventState, JobEvent
from batchnb.widget.table.marks import Progress

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = "11111111-2222-3333-4444-55555555555%d"


def run_of(jobs: int) -> Progress:
    """Return the progress of a run of so many jobs that began at 100 s."""
    return Progress(to_send=frozenset(JOB % job for job in range(jobs)), watched=jobs, started=100.0)


def test_the_time_left_is_known_by_what_has_ended() -> None:
    """Refusals come at once, and say nothing of how long jobs take to end."""
    progress = run_of(4)
    progress.note(JobEvent(JOB % 0, EventState.FAILED, NOW, "denied"), 101.0)
    assert progress.figures(110.0)["left"] is None
    progress.note(JobEvent(JOB % 1, EventState.ENDED, NOW, "FAILED"), 102.0)
    assert progress.figures(110.0)["left"] == pytest.approx(20.0)
    progress.is_stopped = True
    assert progress.figures(110.0)["left"] is None, "jobs that are never asked for have no time left"


def test_each_job_counts_once_as_ended_stopping_untouched_or_failed() -> None:
    """Whatever happens to it, in whatever order the news of it comes."""
    progress = run_of(5)
    news = [
        (0, EventState.SENT), (0, EventState.ACCEPTED), (0, EventState.ENDED), (1, EventState.SENT),
        (1, EventState.ACCEPTED), (2, EventState.SENT), (2, EventState.FAILED), (3, EventState.SENT),
    ]  # fmt: skip
    for job, state in news:
        progress.note(JobEvent(JOB % job, state, NOW), 101.0)
    figures = progress.figures(102.0)
    assert [figures[name] for name in ("ended", "stopping", "untouched", "failed")] == [1, 2, 1, 1]
    assert not figures["isThrottled"]


def test_a_throttled_job_is_untouched_and_one_without_an_answer_is_not() -> None:
    """AWS does not look at a throttled request; one that got no answer may have ended its job."""
    progress = run_of(2)
    for job, message in (
        (0, "TerminateJobs: TooManyRequestsException: slow down"),
        (1, "TerminateJobs: no usable answer"),
    ):
        progress.note(JobEvent(JOB % job, EventState.SENT, NOW), 101.0)
        progress.note(JobEvent(JOB % job, EventState.RETRYING, NOW, message), 101.0)
    figures = progress.figures(102.0)
    assert (figures["untouched"], figures["stopping"], figures["isThrottled"]) == (1, 1, True)
    assert not progress.figures(200.0)["isThrottled"]


def test_the_page_colours_as_ended_what_was_seen_to_end_and_nothing_else() -> None:
    """The words of the page are those of `Outcome` and `EventState`: a new one must not be taken for an end."""
    script = (Path(batchnb.widget.__file__).parent / "js" / "dom.js").read_text("utf-8")
    words = set(re.findall(r'"([^"]+)"', script.split("const ENDS = new Set(", 1)[1].split(")", 1)[0]))
    assert words == {EventState.ENDED.value, *(outcome.value for outcome in Outcome if outcome.has_ended)}
