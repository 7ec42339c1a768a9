"""The numbers in pictures are those of the report, the listing and the history: every job is in one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import history, local
from batchnb.api import list_jobs, plan
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.job import JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.model.plots import endings_of
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.pictures.rows import Run, runs_in
from batchnb.pictures.run_history import bars_of
from batchnb.pictures.run_times import DEFINITIONS_SHOWN, RunTime, by_definition

from . import scenes

RESULTS = st.builds(
    scenes.result,
    st.integers(0, 99_999_999),
    st.sampled_from(Outcome),
    before=st.sampled_from([*JobStatus, None]),
    seconds=st.none() | st.floats(-100, 100_000),
    verdict=st.sampled_from(Verdict),
    accepted=st.booleans(),
    by_sight=st.booleans(),
)
RUN_TIMES = st.builds(
    RunTime,
    st.integers(0, 30).map(lambda number: f"definition-{number}"),
    st.none() | st.floats(0, 1e7),
    st.booleans(),
    st.booleans(),
)


def _numbers(row: tuple[str, ...]) -> list[int]:
    return [int(cell.replace(",", "")) for cell in row]


def test_the_counts_are_the_statuses_before_and_after() -> None:
    """Each job is counted once before and once after; one whose record is gone is not counted as what it was."""
    report = scenes.report(
        [
            scenes.result(1),
            scenes.result(2, before=JobStatus.RUNNABLE, outcome=Outcome.CANCELLED),
            scenes.result(3, Outcome.GONE),
            scenes.result(4, Outcome.SUCCEEDED),
            scenes.result(5, Outcome.NOT_ATTEMPTED, verdict=Verdict.NOT_FOUND),
        ]
    )
    assert report.statuses == (
        ("RUNNABLE", 1, 0),
        ("RUNNING", 3, 0),
        ("SUCCEEDED", 0, 1),
        ("FAILED", 0, 2),
        ("not known", 1, 2),
    )


@given(st.lists(RESULTS, max_size=30))
def test_no_job_of_a_report_is_lost_in_its_picture(results: list[JobResult]) -> None:
    """Before and after, the counts add up to all jobs; the times to end to all that were to end."""
    report = scenes.report(results)
    assert sum(before for _, before, _ in report.statuses) == len(results)
    assert sum(after for _, _, after in report.statuses) == len(results)
    watched = [one for one in results if one.planned.verdict.is_watched]
    every = endings_of(results)
    assert sum(one.jobs for one in every) == len(watched)
    assert sum(one.not_seen for one in every) == sum(not one.outcome.has_ended for one in watched)
    assert all(seconds >= 0 for one in every for seconds in one.seconds)


def test_times_to_end_are_measured_only_where_both_ends_are_known() -> None:
    """Jobs not seen to end, ended before the request, or without one of their own are counted, and have no time."""
    report = scenes.report(
        [
            scenes.result(1, seconds=10),
            scenes.result(2, seconds=30),
            scenes.result(3, seconds=-0.02),
            scenes.result(4, Outcome.SUCCEEDED, seconds=-5),
            scenes.result(5, Outcome.STOPPING),
            scenes.result(6, Outcome.DENIED, accepted=False),
            scenes.result(7, verdict=Verdict.COVERED, accepted=False),
            scenes.result(8, Outcome.NOT_ATTEMPTED, verdict=Verdict.PROTECTED, accepted=False),
            scenes.result(9, Outcome.CANCELLED, before=JobStatus.RUNNABLE, seconds=1, by_sight=True),
        ]
    )
    picture = report.plot("time_to_end")
    assert picture.columns[:6] == ("status before", "jobs", "measured", "median", "slowest", "not seen to end")
    assert picture.rows == (
        ("RUNNABLE", "1", "1", "1.0 s", "1.0 s", "0", "0", "0"),
        ("RUNNING", "7", "3", "10.0 s", "30.0 s", "2", "1", "1"),
    )
    first, *others = picture.notes
    assert first.startswith(
        "The request counts from AWS's answer, by this machine's clock; the end is AWS's stoppedAt."
    )
    assert "(1 job) it is when the end was seen" in first
    assert others == [
        "2 jobs not seen to end by 2026-01-01 00:01:30 UTC, and without a time here.",
        "1 job ended by themselves before the request was accepted, and have no time.",
        "1 job ended without an accepted request of their own, and have no time.",
    ]


@given(st.lists(RUN_TIMES, max_size=200), st.integers(1, 5))
def test_every_job_is_in_the_row_of_its_definition_or_of_the_others(jobs: list[RunTime], most: int) -> None:
    """However many definitions, there are few rows, and no job is lost between them, nor a selected one."""
    rows = by_definition(jobs, most)
    assert len(rows) <= most + 1
    assert sum(row.jobs for row in rows) == len(jobs)
    assert sum(row.all_selected for row in rows) == sum(job.is_selected for job in jobs)
    assert sum(len(row.measured) for row in rows) == sum(job.seconds is not None for job in jobs)


def test_200_definitions_are_a_dozen_and_the_others() -> None:
    """Definitions of which most is selected come first; the rest is one row that says how many they are."""
    jobs = scenes.listing([scenes.ran(number, 1.0, f"d-{number % 200:03}:1") for number in range(400)])
    picture = scenes.drawn(jobs, jobs[jobs.jobDefinition.str.endswith("d-150:1")], now=scenes.NOW)
    assert len(picture.rows) == DEFINITIONS_SHOWN + 1
    assert picture.rows[0][:3] == ("d-150:1", "2", "2")
    assert picture.rows[-1][:3] == ("188 other definitions", "376", "0")


def test_a_run_time_lasts_until_the_job_ended_or_until_now() -> None:
    """A running job is measured so far, one that is over to its end, and one that has not run is counted."""
    jobs = scenes.listing(
        [
            scenes.ran(1, 3.0),
            scenes.ran(2, 1.0, status=JobStatus.SUCCEEDED),
            scenes.ran(3, 2.0, status=JobStatus.FAILED),
            scenes.ran(4, None, status=JobStatus.RUNNABLE),
            scenes.ran(5, 9.0, status=JobStatus.RUNNABLE),  # waits for its next attempt
        ]
    )
    later = (scenes.NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=2)))
    picture = scenes.drawn(jobs, [scenes.job_id(1), scenes.job_id(4)], now=later)
    assert picture.rows == (("train:1", "5", "2", "4.0 h", "1.5 h", "2.0 h", "2"),)
    assert "at 2026-01-01 01:00:00 UTC" in picture.notes[0]
    assert "1 of the selected jobs have no run time" in picture.notes[1]


def test_frames_as_boto3_gives_them_are_read_as_well() -> None:
    """Times in milliseconds are AWS's own, half of them missing or not; an ARN is as good as an id."""
    at = round(scenes.NOW.timestamp() * 1000)
    rows = {
        "jobId": [scenes.job_id(1), f"arn:aws:batch:eu-west-1:123456789012:job/{scenes.job_id(2)}"],
        "jobDefinition": ["train:1", "train:1"],
        "status": ["RUNNING", "SUCCEEDED"],
        "startedAt": [at - 7_200_000, at - 3_600_000],
        "stoppedAt": [None, at],
    }
    jobs = pd.DataFrame(rows)
    assert scenes.drawn(jobs, [scenes.job_id(2)], now=scenes.NOW).rows == (
        ("train:1", "2", "1", "1.0 h", "2.0 h", "2.0 h", "0"),
    )


def test_rows_can_be_selected_by_truth_values() -> None:
    """`jobs.status == "RUNNING"` selects as it does in pandas, of either kind of truth values."""
    jobs = scenes.listing([scenes.ran(1, 3.0), scenes.ran(2, 3.0, status=JobStatus.FAILED)])
    running = jobs.status == "RUNNING"
    for mask in (running, running.astype("boolean")):
        assert scenes.drawn(jobs, mask, now=scenes.NOW).rows[0][:3] == ("train:1", "2", "1")


def test_what_is_selected_and_not_among_the_jobs_is_said() -> None:
    """A selected job that the frame does not have cannot be drawn, and is not passed over in silence."""
    jobs = scenes.listing([scenes.ran(1, 3.0)])
    assert (
        "1 selected job not among these jobs, and not drawn."
        in scenes.drawn(jobs, [scenes.job_id(1), scenes.job_id(2)], now=scenes.NOW).notes
    )
    assert scenes.drawn(jobs, jobs[:0], now=scenes.NOW).rows[0][2] == "0"


def test_a_listing_knows_when_it_was_made() -> None:
    """Without `now`, running jobs are measured until the listing was made, and not until the picture is."""
    jobs = scenes.listing([scenes.ran(1, 3.0)])
    jobs.attrs["listed_at"] = scenes.NOW.isoformat()
    assert scenes.drawn(jobs).rows[0][5] == "3.0 h"
    jobs.attrs["listed_at"] = "yesterday"
    made = scenes.report([scenes.result(1)]).plan
    assert scenes.drawn(jobs, made).rows[0][3] == "3.0 h"


def test_a_plan_is_drawn_with_what_it_knows_among_others() -> None:
    """Jobs of the plan are drawn as the plan has them, others as the listing does, and none twice."""
    made = scenes.report([scenes.result(1), scenes.result(2, before=JobStatus.RUNNABLE)]).plan
    among = scenes.listing([scenes.ran(1, 5.0), scenes.ran(3, 2.0), scenes.ran(4, 8.0, "other:1")])
    assert made.plot().rows == (("train:1", "2", "2", "1.0 h", "", "", "1"),)
    assert made.plot(among).rows == (
        ("train:1", "3", "2", "1.0 h", "2.0 h", "2.0 h", "1"),
        ("other:1", "1", "0", "", "8.0 h", "8.0 h", "0"),
    )


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (pd.DataFrame({"jobId": []}), "lacks jobDefinition, status, startedAt, stoppedAt of the one"),
        (pd.DataFrame({"run": [], "started_at": []}), "counts of the other"),
        (
            pd.DataFrame({"jobDefinition": ["a"], "status": ["RUNNING"], "startedAt": ["then"], "stoppedAt": [None]}),
            "column startedAt: expected times",
        ),
        (
            pd.DataFrame(
                [["a", "a", "RUNNING", 1, 1]], columns=["status", "jobDefinition", "status", "startedAt", "stoppedAt"]
            ),
            "more than one column named 'status'",
        ),
    ],
    ids=["no job", "no run", "no times", "two of a name"],
)
def test_a_frame_that_cannot_be_drawn_says_what_it_lacks(frame: pd.DataFrame, what: str) -> None:
    """The error names the columns that are missing, or the one that holds no times."""
    scenes.listing([])
    with pytest.raises(InputError, match=what):
        scenes.drawn(frame, now=scenes.NOW)


def test_a_time_needs_its_zone() -> None:
    """A time of the day somewhere is refused rather than taken for UTC."""
    with pytest.raises(InputError, match="with its zone"):
        scenes.drawn(scenes.listing([]), now=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake itself


COUNTS = st.dictionaries(st.sampled_from(Outcome), st.integers(1, 10**7))


@given(COUNTS)
def test_the_counts_of_a_history_are_drawn_as_they_are(counts: dict[Outcome, int]) -> None:
    """Every count of a run is in its bar, those of outcomes whose names hold a comma or a number too."""
    (run,) = runs_in(scenes.history([(scenes.NOW, {outcome.value: count for outcome, count in counts.items()})]))
    assert run.outcomes == counts


@pytest.mark.parametrize("counts", [None, float("nan"), {}, {"exploded": 3}, {"terminated": "x"}, {"terminated": -1}])
def test_a_count_that_cannot_be_read_is_passed_over(counts: object) -> None:
    """A history that another version has written, or that lacks a row, is drawn as far as it can be read."""
    (run,) = runs_in(scenes.history([(scenes.NOW, counts)]))
    assert run.outcomes == {}


@pytest.mark.parametrize("counts", ["{'terminated': 3}", "3 terminated", 7, ["terminated"]])
def test_counts_that_are_no_dict_are_an_error(counts: object) -> None:
    """A history from a CSV file has texts there: an empty picture of it would be a lie."""
    with pytest.raises(InputError, match="column counts: expected a dict for each run"):
        scenes.drawn(scenes.history([(scenes.NOW, counts)]))


@given(st.lists(st.tuples(st.datetimes(timezones=st.just(UTC)), COUNTS), max_size=80))
def test_no_run_is_lost_in_the_bars(given_runs: list[tuple[datetime, dict[Outcome, int]]]) -> None:
    """Whatever a bar stands for, runs and jobs add up; only of more years than fit are the oldest left out."""
    runs = [Run(str(number), at, counts) for number, (at, counts) in enumerate(given_runs)]
    runs.sort(key=lambda run: run.started_at)
    span, bars, left_out = bars_of(runs)
    assert len(bars) <= 36
    assert sum(bar.runs for bar in bars) + left_out == len(runs)
    if left_out:
        assert span == "year"
    else:
        assert sum(sum(bar.outcomes.values()) for bar in bars) == sum(sum(run.outcomes.values()) for run in runs)


def test_a_history_is_drawn_oldest_first() -> None:
    """Bars go with the time, although the newest run is on top of the frame."""
    runs = [(scenes.NOW, {"cancelled": 2}), (scenes.NOW - timedelta(days=1), {"terminated": 1200, "denied": 1})]
    picture = scenes.drawn(scenes.history(runs))
    assert picture.columns == ("UTC", "runs", "terminated", "cancelled", "denied")
    assert picture.rows == (
        ("2025-12-31 00:00", "1", "1,200", "0", "1"),
        ("2026-01-01 00:00", "1", "0", "2", "0"),
    )
    assert picture.title == "1,203 jobs in 2 runs by outcome"


def test_the_road_from_a_listing_to_the_history_can_be_drawn(emulator: local.LocalBatch, clock: Clock) -> None:
    """A listing, its plan, the report and the history of a real run each give a picture with the run's numbers."""
    for number in range(3):
        emulator.world.add_job("train", f"sweep-{number}")
    place: Any = {"endpoint_url": emulator.endpoint_url}
    jobs = list_jobs(queues=["train"], **place)
    assert "listed_at" in jobs.attrs
    made = plan(jobs.head(2), reason="OPS-1", **place)
    report = made.execute(clock=clock)
    assert scenes.drawn(jobs, made, now=clock.wall()).rows[0][1:3] == ("3", "2")
    assert sum(_numbers(row[1:2])[0] for row in report.plot("time_to_end").rows) == 2
    assert scenes.drawn(history()).title == "2 jobs in 1 run by outcome"
