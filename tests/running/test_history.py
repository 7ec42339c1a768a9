"""Runs of the past: what the history says of each, what an older version wrote, and how old ones are removed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

import batchnb
from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError, JournalError
from batchnb.jobs.ids import JobId
from batchnb.model.report import Report
from batchnb.model.run_options import RunOptions
from batchnb.running import history as runs
from batchnb.running.history import history, prune_history
from batchnb.running.journal import Journal
from batchnb.running.journal_ends import read_ends
from batchnb.running.journal_folder import run_paths
from batchnb.running.resume import last_unfinished, resume_run
from batchnb.running.run_reader import read_record, read_run
from tests.conftest import clock_of
from tests.plans import make_plan

OLD = Path(__file__).parent / "journals" / "20260921T141320Z-ebfad46d.jsonl"
"""A journal of format 1, of an emulator at port 45671."""
OLD_IDS = [
    "e3e70682-c209-4cac-a29f-6fbed82c07cd",
    "f728b4fa-4248-4e3a-aa5d-2f346baa9455",
    "eb1167b3-67a9-4378-ac65-c1e582e2e662",
    "f7c1bd87-4da5-4709-a471-3d60c8a70639",
    "e443df78-9558-467f-aba9-1faf7a024204",
]


def put(journals: Path, endpoint: str = "http://127.0.0.1:45671") -> Path:
    """Put the journal of format 1 where this user's are."""
    journals.mkdir(exist_ok=True)
    path = journals / OLD.name
    path.write_bytes(OLD.read_bytes().replace(b"http://127.0.0.1:45671", endpoint.encode()))
    return path


def executed(emulator: local.LocalBatch, gateway: Gateway, clock: Clock, **job: object) -> Report:
    """Return the report of a run over a new job."""
    job_id = emulator.world.add_job("train", "job", **job)  # type: ignore[arg-type]
    return make_plan(gateway, [JobId(job_id)], "OPS-1 why", clock).execute(clock=clock, timeout=60)


def test_a_journal_of_format_1_is_read_as_it_was_reported(journals: Path) -> None:
    """An older version wrote each outcome in full, and neither numbers nor counts."""
    path = put(journals)
    report = read_run(path.stem)
    frame = report.to_frame()
    assert frame.jobId.tolist() == OLD_IDS
    assert frame.outcome.tolist() == ["terminated", "cancelled", "still stopping", "not attempted", "denied"]
    assert frame.statusReason_before.tolist()[0] == "pulled"
    assert frame.ended_at[0] == pd.Timestamp(1790000030066, unit="ms", tz="UTC")
    assert (report.summary, report.is_finished) == (
        "2 of 4 jobs seen to end: 1 terminated, 1 cancelled, 1 still stopping, 1 denied, 1 finished.",
        False,
    )
    row = history().iloc[0]
    outcomes = "1 terminated, 1 cancelled, 1 still stopping, 1 denied, 1 not attempted"
    assert (row.outcomes, row.jobs, row.queues, row.finished) == (outcomes, 5, "train, eval", False)
    assert pd.isna(row.damage)


@pytest.mark.parametrize("kind", ["run", "job", "outcome"])
def test_a_journal_of_format_1_that_has_lost_a_line_does_not_pass_as_whole(journals: Path, kind: str) -> None:
    """Its lines have no numbers: what is missing is seen by the number of jobs, the calls, and the end."""
    path = put(journals)
    lines = path.read_bytes().splitlines(keepends=True)
    number = next(index for index, line in enumerate(lines) if json.loads(line)["type"] == kind)
    path.write_bytes(b"".join([*lines[:number], *lines[number + 1 :]]))
    with pytest.raises(JournalError, match="valid header" if kind == "run" else "is not whole"):
        read_run(path.stem)
    assert not history().finished[0]
    assert history().damage[0]


def test_a_run_of_format_1_is_resumed(start: Callable[..., local.LocalBatch], journals: Path) -> None:
    """Its journal is written on, and says then what the report said; a second resume goes on from there."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_queue("eval")
        for name, job_id in zip(("sweep-0", "eval-0", "keeps-on", "done", "denied"), OLD_IDS, strict=True):
            world.add_job("eval" if name == "eval-0" else "train", name, job_id=job_id)

    emulator = start(fill)
    path, gateway, clock = put(journals, emulator.endpoint_url), connect(endpoint_url=emulator.endpoint_url), None
    clock = clock_of(emulator)
    assert last_unfinished(gateway) == path
    emulator.world.deny(OLD_IDS[4])
    for _ in range(2):
        report = resume_run(path, gateway, RunOptions(timeout=60), clock=clock)
        assert report.counts == {"terminated": 2, "cancelled": 1, "denied": 1, "not attempted": 1}
        assert report.is_finished
        again = read_run(path.stem)
        assert (again.results, again.summary, str(again)) == (report.results, report.summary, str(report))
        assert history().finished[0]
    with pytest.raises(JournalError, match="no unfinished run"):
        last_unfinished(gateway)


def test_the_history_says_what_the_report_said(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """By the ends of the journal alone."""
    report = executed(emulator, gateway, clock)
    row = history().iloc[0]
    assert (row.run, row.outcomes, row.finished, row.jobs) == (report.run_id, "1 terminated", True, 1)
    assert (row.queues, row.account, row.reason) == ("train", report.plan.identity.account, "OPS-1 why")
    assert row.started_at == pd.Timestamp(report.started_at).floor("ms")
    assert pd.isna(row.damage)


def test_only_the_ends_of_journals_are_read(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run that is over, however many jobs it had."""
    executed(emulator, gateway, clock)

    def all_of_it(_path: Path) -> None:
        raise AssertionError("all of a journal was read")

    monkeypatch.setattr(runs, "read_record", all_of_it)
    monkeypatch.setattr("batchnb.running.journal_ends.read_record", all_of_it)
    monkeypatch.setattr("batchnb.running.resume.read_record", all_of_it)
    assert history().finished.all()
    with pytest.raises(JournalError, match="no unfinished run"):
        last_unfinished(gateway)


@pytest.mark.parametrize("size", [1, 100, 20_000, 100_000])
def test_ends_are_found_whatever_their_size(tmp_path: Path, size: int) -> None:
    """A header and a last line may be longer than what is read at once, and something torn may follow."""
    header = {"type": "run", "x": "x" * size}
    end = {"type": "end", "x": "y" * size}
    text = "\n".join(json.dumps(line) for line in [header, {"type": "job"}, end]) + "\n"
    path = tmp_path / "a.jsonl"
    for rest in ("", '{"type":"resu', "\n\n", "\0" * size):
        path.write_text(text + rest, "utf-8")
        ends = read_ends(path)
        assert (ends.header, ends.last) == (header, end)
        assert text.encode()[ends.offset :] == json.dumps(end).encode() + b"\n"
        assert ends.is_torn == (not (text + rest).endswith("\n"))


def aged(path: Path, age: timedelta) -> None:
    """Let the run be over for so long."""
    *lines, end = path.read_text("utf-8").splitlines()
    at = (datetime.now(UTC) - age).isoformat()
    path.write_text("\n".join([*lines, json.dumps({**json.loads(end), "at": at})]) + "\n", "utf-8")


def test_old_runs_are_removed_and_what_was_removed_is_returned(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path
) -> None:
    """The journal and its lock; a younger one stays."""
    old, young = (executed(emulator, gateway, clock) for _ in range(2))
    aged(journals / f"{old.run_id}.jsonl", timedelta(days=91))
    aged(journals / f"{young.run_id}.jsonl", timedelta(days=89))
    removed = prune_history(older_than="90d")
    assert removed.run.tolist() == [old.run_id]
    assert list(removed.columns) == list(history().columns)
    assert history().run.tolist() == [young.run_id]
    assert not [path for path in journals.iterdir() if path.name.startswith(str(old.run_id))]
    assert prune_history(older_than=timedelta(days=90)).empty


def test_what_is_not_finished_or_not_whole_is_never_removed(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path
) -> None:
    """Nor a run that is going on in another process, a link, or what nobody can read."""
    unfinished = executed(emulator, gateway, clock, stops="never")
    going_on, damaged = (executed(emulator, gateway, clock) for _ in range(2))
    for report in (unfinished, going_on, damaged):
        aged(journals / f"{report.run_id}.jsonl", timedelta(days=900))
    path = journals / f"{damaged.run_id}.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    (journals / "20200101T000000Z-odd.jsonl").write_bytes(b"odd\n")
    (journals / "20200101T000000Z-link.jsonl").symlink_to(journals / f"{going_on.run_id}.jsonl")
    before = sorted(run_paths())
    with Journal.reopen(journals / f"{going_on.run_id}.jsonl"):
        assert prune_history(older_than="1s").empty
    assert sorted(run_paths()) == before
    assert prune_history(older_than="1s").run.tolist() == [going_on.run_id]


@pytest.mark.parametrize("age", ["90", "soon", "", -1, None, timedelta(-1)])
def test_an_age_that_is_none_removes_nothing(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, age: object
) -> None:
    """A number without a unit is not an age."""
    executed(emulator, gateway, clock)
    with pytest.raises(InputError, match="older_than"):
        batchnb.prune_history(older_than=age)  # type: ignore[arg-type]
    assert len(history()) == 1


def test_a_run_that_is_refused_leaves_its_journal_as_it_was(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A resume that a guard forbids is none: the record goes on to say what the report said."""
    report = executed(emulator, gateway, clock, stops="never")
    (path,) = run_paths()
    before = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.batchnb]\nread_only = true\n")
    with pytest.raises(batchnb.GuardError):
        resume_run(path, gateway, RunOptions(timeout=1), clock=clock)
    assert path.read_bytes() == before
    assert read_run(path.stem).summary == report.summary
    assert os.path.getsize(path) == read_record(path).path.stat().st_size  # noqa: PTH202
