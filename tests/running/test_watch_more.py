"""A run that is over is watched for longer: nothing is sent, and its record goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import JournalError, PlanMismatchError
from batchnb.jobs.ids import JobId
from batchnb.jobs.outcome import Outcome
from batchnb.model.report import Report
from batchnb.running.history import _row as row_of
from batchnb.running.journal import Journal
from batchnb.running.journal_folder import find_run
from batchnb.running.run_reader import read_run
from batchnb.running.stop import Stop
from batchnb.running.watch_more import watch_run
from tests.plans import make_plan


@pytest.fixture
def slow(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> Report:
    """Return the report of a run of three jobs: one takes 400 s to stop, one was denied, one ended."""
    emulator.world.delays = local.Delays(running=400.0, runnable=1.0)
    ids = [emulator.world.add_job("train", "slow"), emulator.world.add_job("train", "denied")]
    ids.append(emulator.world.add_job("train", "queued", status="RUNNABLE"))
    for operation, kind in (("TerminateJobs", "item"), ("TerminateJob", "AccessDeniedException")):
        emulator.faults.add(
            local.Fault(operation=operation, kind=kind, job_id=ids[1], code="AccessDenied", message="no")
        )
    report = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock).execute(clock=clock)
    emulator.calls.clear()
    return report


def _journal(report: Report) -> Path:
    return find_run(str(report.run_id))


def _outcomes(report: Report) -> list[Outcome]:
    return [result.outcome for result in report.results]


def test_what_is_seen_later_is_in_the_report_and_in_the_record(
    slow: Report, emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A job that ends after the report of its run is told; what else the report said still counts, denials too."""
    assert _outcomes(slow) == [Outcome.STOPPING, Outcome.DENIED, Outcome.CANCELLED]

    report = watch_run(_journal(slow), gateway, timeout=300, clock=clock)

    assert _outcomes(report) == [Outcome.TERMINATED, Outcome.DENIED, Outcome.CANCELLED]
    assert report.results[2] == slow.results[2]
    assert {call.operation for call in emulator.calls} <= {"DescribeJobs", "GetCallerIdentity"}
    again = read_run(str(slow.run_id))
    assert (again.results, again.finished_at, again.summary) == (report.results, report.finished_at, report.summary)
    assert row_of(_journal(slow))["counts"] == {"terminated": 1, "cancelled": 1, "denied": 1}
    kinds = [json.loads(line)["type"] for line in _journal(slow).read_text("utf-8").splitlines()]
    assert kinds.count("end") == 2
    assert kinds[kinds.index("end") + 1] == "watch"
    assert kinds[-1] == "end"


def test_a_job_that_does_not_end_is_still_stopping(slow: Report, gateway: Gateway, clock: Clock) -> None:
    """Watching is no ending: after 10 s more it is what it was, and it can be watched again."""
    for _ in range(2):
        report = watch_run(_journal(slow), gateway, timeout=10, clock=clock)
        assert _outcomes(report) == _outcomes(slow)
        assert (report.finished_at, read_run(str(slow.run_id)).finished_at) == (report.finished_at,) * 2
    assert report.finished_at > slow.finished_at


def test_who_reads_the_record_meanwhile_gets_what_is_known(
    slow: Report, emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """In the middle of the watch the record says what was seen so far, and all that the first report said."""
    read: list[Report] = []
    watch_run(
        _journal(slow), gateway, timeout=300, clock=clock, on_event=lambda _: read.append(read_run(str(slow.run_id)))
    )
    assert read
    for report in read:
        assert (report.waited, report.newcomers) == (slow.waited, slow.newcomers)
        assert Outcome.NOT_ATTEMPTED not in _outcomes(report)
    assert emulator.calls


def test_it_ends_when_it_is_stopped(slow: Report, gateway: Gateway, clock: Clock) -> None:
    """The report of before stands, and the run is not said to have been stopped by that: its sending was over."""
    stop = Stop()
    stop.stop_watching()
    report = watch_run(_journal(slow), gateway, timeout=300, clock=clock, stop=stop)
    assert report.results == slow.results
    assert report.stopped_at is None


def test_a_run_that_is_elsewhere_or_in_other_hands_is_left_alone(
    slow: Report, gateway: Gateway, clock: Clock, start: Callable[..., local.LocalBatch]
) -> None:
    """Another endpoint, another process, a journal that has lost a line: each is refused, and nothing is written."""
    path = _journal(slow)
    before = path.read_bytes()
    with pytest.raises(PlanMismatchError, match="was made for"):
        watch_run(path, connect(endpoint_url=start().endpoint_url), timeout=1, clock=clock)
    with Journal.reopen(path), pytest.raises(JournalError, match="another process"):
        watch_run(path, gateway, timeout=1, clock=clock)
    assert path.read_bytes() == before
    lines = before.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2] + lines[-1:]))
    with pytest.raises(JournalError, match="not whole"):
        watch_run(path, gateway, timeout=1, clock=clock)


@pytest.fixture
def expired(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> Report:
    """Return the report of a run of two jobs: one takes 400 s to stop, and then the login was over."""
    emulator.world.delays = local.Delays(runnable=400.0, running=400.0)
    ids = [emulator.world.add_job("train", "queued", status="RUNNABLE"), emulator.world.add_job("train", "running")]
    for operation in ("TerminateJobs", "TerminateJob"):
        emulator.faults.add(local.Fault(operation=operation, kind="ExpiredTokenException", job_id=ids[1]))
    report = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock).execute(clock=clock)
    emulator.faults.clear()
    assert _outcomes(report) == [Outcome.STOPPING, Outcome.NOT_ATTEMPTED]
    return report


def test_a_report_says_when_its_error_came_however_long_it_was_watched(
    expired: Report, gateway: Gateway, clock: Clock
) -> None:
    """Not when the watch was over, nor one that was made later; the record says the same."""
    at = expired.stopped_by_at
    assert at is not None
    assert (at - expired.started_at).total_seconds() < 10
    assert (expired.finished_at - at).total_seconds() > 200
    on_record = read_run(str(expired.run_id))
    assert replace(on_record, stopped_by=None) == replace(expired, stopped_by=None, plan=on_record.plan)

    report = watch_run(_journal(expired), gateway, timeout=300, clock=clock)

    assert _outcomes(report) == [Outcome.CANCELLED, Outcome.NOT_ATTEMPTED]
    assert report.stopped_by_at == at
    assert report.finished_at > expired.finished_at
    again = read_run(str(expired.run_id))
    assert (again.stopped_by_at, again.finished_at) == (at, report.finished_at)


def test_a_watch_that_is_cut_off_leaves_when_the_error_came(
    expired: Report, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record has a line that says that it was watched, and no end after that."""

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "end", crash)
    with pytest.raises(KeyboardInterrupt):
        watch_run(_journal(expired), gateway, timeout=1, clock=clock)
    assert read_run(str(expired.run_id)).stopped_by_at == expired.stopped_by_at


def test_the_record_of_an_earlier_version_has_the_end_of_its_run(expired: Report) -> None:
    """It did not say when the error came; a later watch does not change what it has."""
    path = _journal(expired)
    *lines, end = path.read_text().splitlines()
    record = json.loads(end)
    del record["stopped_by_at"]
    watch = {"type": "watch", "at": "2099-01-01T00:00:00+00:00", "n": record["n"] + 1}
    path.write_text("\n".join([*lines, json.dumps(record), json.dumps(watch), ""]))
    report = read_run(str(expired.run_id))
    assert report.stopped_by_at == expired.finished_at
    assert report.finished_at.year == 2099


def test_a_watch_that_meets_an_error_of_its_own_says_when(
    slow: Report, emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Before, nothing had stopped the run."""
    assert slow.stopped_by_at is None
    emulator.faults.add(local.Fault(operation="DescribeJobs", kind="ExpiredTokenException"))
    report = watch_run(_journal(slow), gateway, timeout=300, clock=clock)
    assert report.stopped_by is not None
    assert report.stopped_by_at is not None
    assert slow.finished_at <= report.stopped_by_at <= report.finished_at
    assert read_run(str(slow.run_id)).stopped_by_at == report.stopped_by_at
