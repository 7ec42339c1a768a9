"""Listings and histories as a notebook shows them; they stay DataFrames."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import Job, JobStatus
from batchnb.model.listing_view import HISTORY, frame_html, history_text, show_in_notebooks
from batchnb.running.history import history
from tests.model.test_report_view import ALLOWED, HOSTILE, _Tags

A = "aaaaaaaa-2222-3333-4444-555555555555"
AT = 1_767_225_600_000
DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/train:3"


def listing(jobs: list[Job]) -> pd.DataFrame:
    """Return a listing as `list_jobs` returns it."""
    frame = frame_of_jobs(jobs)
    frame.attrs.update(listing={}, listed_at="2026-01-01T02:00:00+00:00")
    return frame


def job(name: str = "sweep", **known: Any) -> Job:
    """Return a running job of two hours."""
    return Job(**{"job_id": A, "job_name": name, "status": JobStatus.RUNNING, "created_at": AT, **known})


def test_a_listing_is_counts_and_short_rows() -> None:
    """Counts by queue and status, then a pill, a short id, `name:revision` and ages for each job."""
    jobs = [
        job(job_queue="gpu", job_definition=DEFINITION, started_at=AT + 1_800_000),
        job("child", job_id=f"{A}:7", job_queue="gpu", status=JobStatus.RUNNABLE),
        job("array", job_queue="cpu", array_size=4, children=(("RUNNING", 3),)),
    ]
    html = frame_html(listing(jobs))
    assert html is not None
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "3 jobs, as of 2026-01-01 02:00:00 UTC queue RUNNABLE RUNNING gpu 1 1 cpu 1 job name" in text
    assert "aaaaaaaa sweep gpu RUNNING train:3 2.0 h 1.5 h" in text
    assert "aaaaaaaa:7 child gpu RUNNABLE 2.0 h" in text
    assert "array cpu RUNNING 2.0 h 3 of 4 live" in text
    assert f'title="{A}"' in html


def test_a_long_listing_is_bounded() -> None:
    """20 rows and 10 queues, and how many more there are."""
    html = frame_html(listing([job(job_queue=f"q{n:03}") for n in range(1_000)])) or ""
    assert html.count("<code") == 20
    assert "and 990 more queues" in html
    assert "… and 980 more" in html
    assert len(html) < 20_000


@given(st.one_of(st.sampled_from(HOSTILE), st.text(st.characters())))
def test_no_character_of_a_job_is_markup(text: str) -> None:
    """Whatever a name, a queue or a definition holds."""
    found = _Tags(frame_html(listing([job(text, job_queue=text, job_definition=text)])) or "")
    assert found.tags <= ALLOWED | {"span", "code"}
    assert found.attributes <= {"class", "style", "scope", "title"}
    assert found.open == []


@pytest.mark.parametrize("jobs", [[], [Job(A, "least")]], ids=len)
def test_what_is_not_known_is_left_out(jobs: list[Job]) -> None:
    """A job of which AWS told nothing has empty cells, and no age of 0."""
    html = frame_html(listing(jobs)) or ""
    assert "0.0 s" not in html
    assert "nan" not in html.casefold()
    assert html.count("unknown") == 2 * len(jobs)  # of the counts: its queue and its status


def test_other_frames_are_shown_as_pandas_shows_them() -> None:
    """A part without the usual columns, one with columns of the user's own, and any other frame."""
    frame = listing([job(job_queue="gpu")])
    for other in (frame[["jobId", "status"]], frame.assign(mine=1), pd.DataFrame({"x": [1]})):
        assert frame_html(other) == other._repr_html_()  # type: ignore[operator]
    assert "batchnb-listing" in (frame_html(frame[frame.jobName == "sweep"]) or "")


def test_ipython_shows_them_and_they_stay_frames() -> None:
    """The formatter is told once pandas has a listing; `text/plain` stays that of pandas."""

    class Shell:
        display_formatter = DisplayFormatter()

    show_in_notebooks(Shell)
    frame = listing([job(job_queue="gpu")])
    formatter: Any = Shell.display_formatter
    data, _ = formatter.format(frame)
    assert "batchnb-listing" in data["text/html"]
    assert data["text/plain"] == repr(frame)
    assert type(frame) is pd.DataFrame
    assert "batchnb" not in formatter.format(pd.DataFrame({"x": [1]}))[0]["text/html"]


def test_a_history_is_when_who_why_and_what_came_of_it() -> None:
    """In a notebook and in a terminal, within 80 columns; the frame keeps its other columns."""
    frame = history()
    assert frame.attrs[HISTORY] is True
    row = {"run": "20260101T020000Z-abcd1234", "started_at": pd.Timestamp(AT, unit="ms", tz="UTC"), "user": "ana"}
    row |= {"host": "lab", "reason": "OPS-1 bad input " * 9, "jobs": 3, "outcomes": "3 terminated", "finished": False}
    frame = pd.concat([frame, pd.DataFrame([row])])
    frame.attrs[HISTORY] = True
    html, text = frame_html(frame) or "", history_text(frame)
    for said in ("20260101T020000Z-abcd1234", "2026-01-01 00:00", "ana@lab", "3 terminated; not finished"):
        assert said in html
        assert said in text
    assert max(map(len, text.splitlines())) <= 80
