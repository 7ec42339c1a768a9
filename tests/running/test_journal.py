"""The journal: what is on the disk before, while and after jobs are ended, and what happens where it cannot be."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.api import list_jobs, resume
from batchnb.api import plan as plan_jobs
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import forget_paces
from batchnb.clock import Clock
from batchnb.errors import JournalError
from batchnb.guards.caps import Cap
from batchnb.guards.rules import Guards
from batchnb.guards.settings import pattern
from batchnb.jobs.ids import JobId
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.plan_records import guards_from_record, guards_record
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.running.history import history
from batchnb.running.journal import Journal
from batchnb.running.journal_folder import run_paths
from batchnb.running.resume import last_unfinished, resume_run
from batchnb.running.run_reader import read_record, read_run
from tests.conftest import clock_of
from tests.plans import make_plan

REASON = "OPS-9 'bad' input \u202e"


def planned(gateway: Gateway, ids: list[str], clock: Clock) -> Plan:
    """Return the plan for these ids."""
    return make_plan(gateway, [JobId(job_id) for job_id in ids], REASON, clock)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ending_calls(emulator: local.LocalBatch) -> list[local.Call]:
    """Return the calls that asked to end jobs."""
    return [call for call in emulator.calls if call.operation in ("TerminateJob", "TerminateJobs")]


def test_a_run_is_told_from_its_plan_to_its_end(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path
) -> None:
    """The header, every job with its evidence, a line before each call, each answer, each outcome, and the end."""
    job_id = emulator.world.add_job("train", "job", status_reason="pulled", tags={"team": "ml"})
    done = emulator.world.add_job("train", "done", status="SUCCEEDED")
    report = planned(gateway, [job_id, done], clock).execute(clock=clock)

    (path,) = journals.glob("*.jsonl")
    lines = lines_of(path)
    kinds = ["run", "plan", "body", "job", "job", "call", "answer", "outcome", "outcome", "end"]
    assert [line["type"] for line in lines] == kinds
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    assert (lines[0]["reason"], lines[0]["account"], lines[0]["run"]) == (REASON, "000000000000", report.run_id)
    assert (lines[0]["jobs"], lines[0]["queues"], lines[1]["jobIds"]) == (2, ["train"], [job_id, done])
    assert (lines[3]["job"]["statusReason"], lines[2]["body"]["tags"]) == ("pulled", {"team": "ml"})
    assert lines[3]["body"] == lines[4]["body"] == lines[2]["name"]
    assert lines[5]["jobIds"] == [job_id]
    assert (lines[-1]["finished"], lines[-1]["counts"]) == (True, report.counts)
    assert len(pd.read_json(path, lines=True)) == len(lines)


@pytest.mark.bulk
def test_what_a_call_has_told_is_written_in_one_go(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write waits for the threads that make calls: there is one for each answer and each look, not each job."""
    written: list[list[str]] = []
    append = Journal._append

    def watched(journal: Journal, text: bytes) -> None:
        written.append([json.loads(line)["type"] for line in text.decode().splitlines()])
        append(journal, text)

    monkeypatch.setattr(Journal, "_append", watched)
    planned(gateway, emulator.world.add_jobs("train", "job", 120), clock).execute(clock=clock)
    assert sorted(len(types) for types in written if types[0] == "answer") == [20, 50, 50]
    assert sum(types.count("outcome") for types in written) == 120
    assert sum("outcome" in types for types in written) <= 2


def test_an_outcome_is_written_while_others_are_watched(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path
) -> None:
    """What has become of a job is in the journal after the look that has shown it, however few there are."""
    soon = emulator.world.add_job("train", "soon", status="RUNNABLE")
    late = emulator.world.add_job("train", "late", status="RUNNING")
    outcomes: list[str] = []

    def on_event(event: JobEvent) -> None:
        if (event.job_id, event.state) == (late, EventState.ENDED):
            (path,) = journals.glob("*.jsonl")
            outcomes.extend(line["jobId"] for line in lines_of(path) if line["type"] == "outcome")

    planned(gateway, [soon, late], clock).execute(clock=clock, on_event=on_event)
    assert outcomes == [soon]


def test_a_journal_is_its_owner_s(emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path) -> None:
    """Names of jobs and reasons are nobody else's business."""
    planned(gateway, [emulator.world.add_job("train", "job")], clock).execute(clock=clock)
    (path,) = journals.glob("*.jsonl")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journals.stat().st_mode) == 0o700


def test_nothing_is_sent_where_no_journal_can_be_kept(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder that cannot be made is an error that names the way out, before any job is asked for."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", str(tmp_path / "file" / "runs"))
    plan = planned(gateway, [emulator.world.add_job("train", "job")], clock)
    with pytest.raises(JournalError, match="BATCHNB_JOURNAL_DIR"):
        plan.execute(clock=clock)
    assert ending_calls(emulator) == []


def test_a_journal_that_vanishes_stops_the_sending(start: Callable[..., local.LocalBatch], journals: Path) -> None:
    """Where the file is gone, no further call goes out, and the report says what was sent."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 120)

    def on_event(event: JobEvent) -> None:
        if event.state is EventState.ACCEPTED:
            for path in journals.glob("*.jsonl"):
                path.unlink()

    with pytest.raises(InterruptedRunError, match="cannot be written") as caught:
        planned(gateway, ids, clock).execute(clock=clock, on_event=on_event)
    named = {call.request["jobId"] for call in ending_calls(emulator) if call.operation == "TerminateJob"}
    assert 0 < len(named) < 120
    outcomes = {result.planned.job_id: result.outcome.value for result in caught.value.report.results}
    assert {job_id for job_id, outcome in outcomes.items() if outcome == "not attempted"} == set(ids) - named


def test_history_has_a_row_for_each_run(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Newest first: when, who, where, why, and what became of the jobs."""
    for name in ("first", "second"):
        planned(gateway, [emulator.world.add_job("train", name)], clock).execute(clock=clock)
        clock.sleep(2)
    runs = history()
    assert list(runs.outcomes) == ["1 terminated", "1 terminated"]
    assert list(runs.counts) == [{"terminated": 1}, {"terminated": 1}]
    assert runs.started_at.is_monotonic_decreasing
    assert set(runs.reason) == {REASON}
    assert runs.finished.all()


def test_no_history_is_an_empty_frame() -> None:
    """Before the first run there are columns and no rows."""
    runs = history()
    assert runs.empty
    assert {"run", "started_at", "account", "finished"} <= set(runs.columns)


def test_a_run_is_read_back_as_it_was_reported(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The report that comes out of the journal says of each job what the run's own report said."""
    ids = emulator.world.add_jobs("train", "job", 3)
    emulator.world.deny(ids[0])
    report = planned(gateway, ids, clock).execute(clock=clock)
    again = read_run(str(report.run_id))
    pd.testing.assert_frame_equal(again.to_frame(), report.to_frame(), check_dtype=False)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("interrupt"), st.integers(1, 40)),
        st.tuples(st.just("cut"), st.integers(1, 4000)),
        st.tuples(st.just("expire"), st.integers(1, 6)),
    ),
    max_size=4,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS, rate=st.sampled_from([0.0, 0.3]), bulk=st.booleans(), seed=st.integers(0, 9))
def test_whatever_breaks_a_run_resuming_it_ends_every_job_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
    actions: list[tuple[str, int]],
    rate: float,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
    seed: int,
) -> None:
    """Faults, interrupts, expired credentials and journals that lost their end, in any order: the truth about each."""
    forget_paces()
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("BATCHNB_JOURNAL_DIR", folder)
        with local.start(lambda world: world.add_queue("train"), bulk=bulk, clock=local.ManualClock()) as emulator:
            ids = emulator.world.add_jobs("train", "job", 25) + emulator.world.add_jobs(
                "train", "q", 5, status="RUNNABLE"
            )
            bystanders = emulator.world.add_jobs("train", "other", 5)
            gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
            plan = planned(gateway, ids, clock)
            if rate:
                emulator.faults.add(local.Fault(kind="ServerException", rate=rate, seed=seed))
            report = broken(emulator, actions, lambda on_event: plan.execute(clock=clock, on_event=on_event))
            for _ in range(3):
                # Interrupted when all was accepted, nothing has failed, and the jobs have not been seen to end.
                if report is not None and report.ok and report.is_finished:
                    break
                (path,) = run_paths()
                report = resume_run(path, gateway, RunOptions(timeout=300), clock=clock)

            assert report is not None
            assert {result.planned.job_id: result.outcome.value for result in report.results} == {
                job_id: "cancelled" if emulator.world.job(job_id).started_at is None else "terminated" for job_id in ids
            }
            assert all(emulator.world.job(job_id).status == "FAILED" for job_id in ids)
            assert all(emulator.world.job(job_id).status == "RUNNING" for job_id in bystanders)


def broken(
    emulator: local.LocalBatch,
    actions: list[tuple[str, int]],
    execute: Callable[[Callable[[JobEvent], None]], Report],
) -> Report | None:
    """Carry a run out and let these things happen to it; return its report, None where it was broken."""
    events = iter(range(10_000))
    interrupts = [number for kind, number in actions if kind == "interrupt"]
    expires = [number for kind, number in actions if kind == "expire"]

    def on_event(_event: JobEvent) -> None:
        number = next(events)
        if number in expires:
            emulator.world.expire_credentials()
        if number in interrupts:
            raise KeyboardInterrupt

    report = None
    try:
        report = execute(on_event)
    except InterruptedRunError as error:
        report = error.report
    emulator.world.renew_credentials()
    for size in (number for kind, number in actions if kind == "cut"):
        (path,) = run_paths()
        data = path.read_bytes()
        # The plan was on the disk before the first call: no crash takes that.
        start = data.index(b'{"type":"call"') if b'{"type":"call"' in data else len(data)
        path.write_bytes(data[: max(start, len(data) - size)])
        report = None
    return report


def test_a_run_is_told_with_its_guards_its_listing_and_its_dependents(
    emulator: local.LocalBatch, journals: Path
) -> None:
    """Under which guards, from which listing, and at whose cost a run was done stands in its journal."""
    world = emulator.world
    [job] = world.add_jobs("train", "sweep", 1)
    [waiting] = world.add_jobs("train", "after", 1, status="PENDING", depends_on=[job])
    place: dict[str, Any] = {"endpoint_url": emulator.endpoint_url}
    jobs = list_jobs(queues="train", name="sweep-000", **place)
    guards: dict[str, Any] = {"max_jobs": 2_000, "max_percent": 100, "protect": ["tag:keep=yes", "queue:live"]}
    plan = plan_jobs(jobs, reason=REASON, **guards, **place)
    run_id = plan.execute(clock=clock_of(emulator)).run_id
    assert run_id is not None
    header = json.loads((journals / f"{run_id}.jsonl").read_text("utf-8").splitlines()[0])
    assert header["format"] == 2
    assert header["guards"]["max_jobs"]["value"] == 2_000
    assert header["guards"]["max_jobs"]["raised_over"] == [{"value": 1000, "source": "the built-in default"}]
    assert [one["pattern"] for one in header["guards"]["protect"]] == ["tag:keep=yes", "queue:live"]
    assert header["listed_by"] == "queues='train', name='sweep-000'"
    assert header["plan_guards"]["protect"] == header["guards"]["protect"]
    assert header["approved"] == {"expect": None, "reviewed_by": ""}
    told = [json.loads(line) for line in (journals / f"{run_id}.jsonl").read_text("utf-8").splitlines()]
    dependents = [(line["jobId"], line["because_of"]) for line in told if line["type"] == "dependent"]
    assert dependents == [(waiting, job)]
    again = read_run(run_id).plan
    assert (again.guards, again.listed_by, again.notes) == (plan.guards, plan.listed_by, plan.notes)
    assert again.dependents == plan.dependents
    assert history()["listed_by"].tolist() == [plan.listed_by]


@pytest.mark.parametrize("damage", [{}, {"guards": None}, {"guards": {"max_jobs": 3}}, {"dependents": [{}]}])
def test_a_journal_without_guards_is_read_all_the_same(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path, damage: dict[str, object]
) -> None:
    """A journal of before they were recorded, or one with something else in their place, still gives its report."""
    [job] = emulator.world.add_jobs("train", "sweep", 1)
    report = make_plan(gateway, [JobId(job)], REASON, clock).execute(clock=clock)
    path = journals / f"{report.run_id}.jsonl"
    header, *rest = path.read_text("utf-8").splitlines()
    gone = ("guards", "plan_guards", "dependents", "notes")
    kept = {key: value for key, value in json.loads(header).items() if key not in gone}
    path.write_text("\n".join([json.dumps(kept | damage), *rest]) + "\n", "utf-8")
    told = read_run(str(report.run_id))
    assert told.counts == report.counts
    assert told.plan.dependents.gap


@given(
    held=st.builds(
        Guards,
        max_jobs=st.builds(
            Cap,
            st.integers(0, 10**6).map(float),
            st.text(),
            st.lists(st.tuples(st.integers(0, 10**6).map(float), st.text())).map(tuple),
        ),
        protect=st.lists(
            st.tuples(st.sampled_from(["tag:keep=yes", "name:a b*", "queue:x"]).map(pattern), st.text())
        ).map(tuple),
        accounts=st.lists(st.tuples(st.just(("123456789012",)), st.text())).map(tuple),
    )
)
def test_guards_come_back_from_their_record(held: Guards) -> None:
    """What is written of guards is what is read, through JSON."""
    assert guards_from_record(json.loads(json.dumps(guards_record(held)))) == held


@pytest.mark.parametrize("events", [0, 1, 20, 90])
@pytest.mark.parametrize("bulk", [True, False])
def test_a_disk_that_gets_full_stops_the_sending_and_loses_no_job(
    start: Callable[..., local.LocalBatch],
    journals: Path,
    events: int,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """With a line half written, no call goes out that is not on record, every job is accounted for, and room helps."""
    pytest.importorskip("resource", reason="limits of a process are POSIX's")
    emulator = start(lambda world: world.add_queue("train"), bulk=bulk, clock=None)
    emulator.world.delays = local.Delays(0, 0, 0, 0, 0, 0, 0, 0)
    ids = emulator.world.add_jobs("train", "job", 60)
    bystanders = emulator.world.add_jobs("train", "other", 5)
    told = on_a_full_disk(emulator, journals, events, ids)
    named = {job_id for call in ending_calls(emulator) for job_id in _named(call)}
    paths = list(journals.glob("*.jsonl"))
    assert "cannot be written" in told["error"]
    if not events:
        assert (told["outcomes"], named, paths) == ({}, set(), [])
        return
    lines = [json.loads(line) for line in paths[0].read_text("utf-8").split("\n")[:-1]]
    assert named <= {job_id for line in lines if line["type"] == "call" for job_id in line["jobIds"]}
    assert sorted(told["outcomes"]) == sorted(ids)
    left = {job_id for job_id, outcome in told["outcomes"].items() if outcome == "not attempted"}
    assert not left & named
    report = resume(paths[0].stem, endpoint_url=emulator.endpoint_url)
    assert report.counts == {"terminated": 60}
    assert history()["finished"].tolist() == [True]
    assert all(emulator.world.job(job_id).status == "RUNNING" for job_id in bystanders)


def on_a_full_disk(emulator: local.LocalBatch, journals: Path, events: int, ids: list[str]) -> dict[str, Any]:
    """Execute in a process whose disk is full from so many events on; return what the caller got."""
    command = [sys.executable, "-m", "tests.full_disk", emulator.endpoint_url, REASON, str(events), *ids]
    environment = {**os.environ, "BATCHNB_JOURNAL_DIR": str(journals)}
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=root)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _named(call: local.Call) -> list[str]:
    if call.status == 404:
        return []
    return [call.request["jobId"]] if call.operation == "TerminateJob" else list(call.request["jobs"])


def test_what_is_written_when_there_is_room_again_is_no_part_of_a_torn_line(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that went to the disk by half is lost, and the next one is not."""
    plan = planned(gateway, [emulator.world.add_job("train", "job")], clock)
    write = os.write

    def only_half(file: int, data: memoryview) -> int:
        if len(data) < 40:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data[:-39])

    with Journal.create(plan, clock.wall()) as journal:
        with monkeypatch.context() as full:
            full.setattr(os, "write", only_half)
            with pytest.raises(JournalError, match=r"No space left.*Free some disk space"):
                journal.answers({plan.jobs[0].job_id: {"accepted": False, "code": "lost"}}, clock.wall())
        journal.answers({plan.jobs[0].job_id: {"accepted": True, "request_id": "kept"}}, clock.wall())
    record = read_record(journal.path)
    assert [(known.request_id, known.answered) for known in record.known.values()] == [("kept", 1)]
    assert not record.lost


def test_half_a_plan_is_no_run_to_resume(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed while it wrote its plan has sent nothing, and what it leaves is not taken for a run."""
    plan = planned(gateway, emulator.world.add_jobs("train", "job", 3), clock)

    def killed(_journal: Journal) -> None:
        raise KilledError

    with monkeypatch.context() as kill:
        kill.setattr(Journal, "_take_name", killed)
        kill.setattr(Path, "unlink", lambda *_arguments: None)
        with pytest.raises(KilledError):
            plan.execute(clock=clock)
    assert [path.suffix for path in journals.iterdir() if path.suffix != ".lock"] == [".part"]
    assert history().empty
    with pytest.raises(JournalError, match="no unfinished run"):
        last_unfinished(gateway)
    assert ending_calls(emulator) == []


class KilledError(BaseException):
    """What happens to the process here."""
