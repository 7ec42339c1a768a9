"""Damaged journals: one that has lost a line never passes as whole, and costs itself and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchnb.clock import Clock
from batchnb.errors import BatchnbError, JournalError
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import JobStatus
from batchnb.model.event import EventState, JobEvent
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.running.history import history
from batchnb.running.journal_folder import run_paths
from batchnb.running.resume import last_unfinished, resume_run
from batchnb.running.run_reader import read_run
from tests.plans import make_plan
from tests.running.test_record import check_same
from tests.simulated_batch import Death, SimulatedBatch, SimulatedGateway, SimulatedJob

IDS = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in range(6)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    monkeypatch.chdir(tmp_path)


class Run:
    """A run that was interrupted when some of its jobs had been asked for, and the service that it is of."""

    def __init__(self, *, interrupted: bool = True) -> None:
        members = [SimulatedJob(job_id, JobStatus.RUNNING) for job_id in IDS]
        other = SimulatedJob("f" * 8 + IDS[0][8:], JobStatus.RUNNING)
        self.service = SimulatedBatch({job.job_id: job for job in [*members, other]})
        self.gateway = SimulatedGateway(self.service, Death(), bulk=False)
        plan = make_plan(self.gateway, [JobId(job_id) for job_id in IDS], "OPS-1 why", self.clock)

        def on_event(event: JobEvent) -> None:
            if interrupted and event.state is EventState.ACCEPTED:
                raise KeyboardInterrupt

        try:
            self.report = plan.execute(on_event=on_event, clock=self.clock)
        except InterruptedRunError as error:
            self.report = error.report
        (self.path,) = run_paths()
        self.asked = set(self.service.asked)

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.service.clock()

    @property
    def lines(self) -> list[bytes]:
        """The lines of the journal."""
        return self.path.read_bytes().splitlines(keepends=True)

    def resume(self, **options: Any) -> Report:
        """Resume it."""
        return resume_run(self.path, self.gateway, RunOptions(timeout=60), clock=self.clock, **options)

    def read(self, **options: Any) -> Report:
        """Read it."""
        return read_run(self.path.stem, **options)


def without(lines: list[bytes], number: int) -> list[bytes]:
    """Take a line away."""
    return lines[:number] + lines[number + 1 :]


def garbled(lines: list[bytes], number: int) -> list[bytes]:
    """Put zeros in the place of a line, as a disk may have after a power cut."""
    return [*lines[:number], b"\0" * (len(lines[number]) - 1) + b"\n", *lines[number + 1 :]]


def halved(lines: list[bytes], number: int) -> list[bytes]:
    """Take away the end of a line."""
    return [*lines[:number], lines[number][: len(lines[number]) // 2] + b"\n", *lines[number + 1 :]]


def odd(lines: list[bytes], number: int) -> list[bytes]:
    """Let a line be JSON that says nothing of what it should."""
    line = json.loads(lines[number])
    kept = {"type": line["type"], "n": line["n"], "odd": ["stoppedAt", 10**30]}
    return [*lines[:number], json.dumps(kept).encode() + b"\n", *lines[number + 1 :]]


@pytest.mark.parametrize("damage", [without, garbled, halved, odd])
@pytest.mark.parametrize("kind", ["run", "plan", "body", "job", "call", "answer", "outcome"])
def test_a_journal_that_has_lost_a_line_is_never_taken_for_whole(
    kind: str, damage: Callable[[list[bytes], int], list[bytes]]
) -> None:
    """Refused, with what is missing, whatever line it is; in part, what can be read ends, and it is never finished."""
    run = Run()
    number = next(index for index, line in enumerate(run.lines) if json.loads(line)["type"] == kind)
    lost = json.loads(run.lines[number])
    run.path.write_bytes(b"".join(damage(run.lines, number)))
    before = run.path.read_bytes()

    for refused in (run.resume, run.read):
        with pytest.raises(JournalError, match=rf"is not whole. Missing: .*line {number + 1}\b") as caught:
            refused()
        assert kind != "job" or lost["jobId"] in str(caught.value)
        assert "partial" in str(caught.value)
    assert (run.service.asked, run.path.read_bytes()) == (run.asked, before)
    so_far = run.read(partial=True)
    assert not so_far.is_finished
    assert f"line {number + 1}" in so_far.summary
    assert last_unfinished(run.gateway) == run.path

    missing = {lost["jobId"]} if kind == "job" else set()
    report = run.resume(partial=True)
    assert {result.planned.job_id for result in report.results} == set(IDS) - missing
    assert all(result.outcome.has_ended for result in report.results)
    assert run.service.asked == set(IDS) - (missing - run.asked)
    assert not report.is_finished
    assert not report.ok
    assert all(job_id in report.summary for job_id in missing)
    check_same(report, run.read())

    with pytest.raises(JournalError, match="is not whole"):
        run.resume()
    again = run.resume(partial=True)
    assert (again.counts, again.is_finished, again.lost) == (report.counts, False, report.lost)
    check_same(again, run.read())
    row = history().iloc[0]
    assert (row.finished, row.damage) == (False, str(report.lost))


@pytest.mark.parametrize("value", [5, "yesterday", "2026-11-26T00:00:00", [], True])
@pytest.mark.parametrize(("kind", "member"), [("end", "at"), ("end", "stopped_at"), ("call", "at"), ("answer", "at")])
def test_a_time_that_cannot_be_read_costs_its_line(kind: str, member: str, value: object) -> None:
    """The line counts as lost, as any other that says nothing of what it should."""
    run = Run()
    lines = [json.loads(line) for line in run.lines]
    if kind == "end":
        lines.append({"n": len(lines) + 1, "type": "end", "at": lines[-1]["at"], "finished": True})
    number = next(index for index, line in enumerate(lines) if line["type"] == kind)
    lines[number][member] = value
    run.path.write_bytes(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    with pytest.raises(JournalError, match=rf"is not whole. Missing: .*line {number + 1}\b"):
        run.read()
    assert not run.read(partial=True).is_finished
    assert len(history()) == 1


def test_a_run_that_lacks_only_what_is_lost_does_not_hide_the_unfinished_ones_before_it() -> None:
    """Nothing is left of it that resuming could do: `%batch_resume` without an id means another run, or says so."""
    run = Run()
    run.path.write_bytes(b"".join(without(run.lines, 4)))
    run.resume(partial=True)
    with pytest.raises(JournalError, match="no unfinished run"):
        last_unfinished(run.gateway)


@pytest.mark.parametrize("kind", ["call", "answer", "outcome", "job", "body"])
def test_the_history_sees_by_its_size_that_a_line_is_missing_from_a_run_that_is_over(kind: str) -> None:
    """It reads only the ends of journals, and does not say of one that has lost a line that all is well."""
    run = Run(interrupted=False)
    assert history().iloc[0].isna().damage
    number = next(index for index, line in enumerate(run.lines) if json.loads(line)["type"] == kind)
    run.path.write_bytes(b"".join(without(run.lines, number)))
    row = history().iloc[0]
    assert (row.finished, f"line {number + 1}" in row.damage) == (False, True)


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_plan_that_has_lost_its_end_names_the_jobs_that_are_missing(cut: int) -> None:
    """A journal has its name only once the whole plan is in it: what is missing now was there."""
    run = Run()
    run.path.write_bytes(b"".join(run.lines[:cut]))
    known = sum(json.loads(line)["type"] == "job" for line in run.lines)
    with pytest.raises(JournalError, match="is not whole") as caught:
        run.resume()
    assert run.service.asked == run.asked
    if cut > 1:
        assert all(job_id in str(caught.value) for job_id in IDS[known:])
    report = run.resume(partial=True)
    assert [result.planned.job_id for result in report.results] == IDS[:known]
    assert not report.is_finished
    assert run.service.asked == run.asked | set(IDS[:known])
    check_same(report, run.read())


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("job", {"verdict": "finished"}), ("run", {"reason": "another"}), ("run", {"check": "another"})],
)
def test_a_plan_that_is_not_the_one_of_its_header_is_not_resumed_even_in_part(
    kind: str, changes: dict[str, object]
) -> None:
    """With every line in its place, a plan that was changed is one that nobody has been shown."""
    run = Run()
    number = next(index for index, line in enumerate(run.lines) if json.loads(line)["type"] == kind)
    changed = json.dumps({**json.loads(run.lines[number]), **changes}).encode() + b"\n"
    run.path.write_bytes(b"".join([*run.lines[:number], changed, *run.lines[number + 1 :]]))
    for options in ({}, {"partial": True}):
        with pytest.raises(JournalError, match="not the one of its header"):
            run.resume(**options)
    assert run.service.asked == run.asked


@pytest.mark.parametrize("kind", ["run", "resume"])
@pytest.mark.parametrize("version", [3, 99, "3", None])
def test_a_newer_format_is_refused(kind: str, version: object) -> None:
    """What a later version writes may mean something that this one does not know: it says so, and touches nothing."""
    run = Run()
    run.resume()
    lines = run.lines
    number = next(index for index, line in enumerate(lines) if json.loads(line)["type"] == kind)
    lines[number] = json.dumps({**json.loads(lines[number]), "format": version, "batchnb": "9.1"}).encode() + b"\n"
    run.path.write_bytes(b"".join(lines))
    for refused in (run.resume, run.read):
        with pytest.raises(JournalError, match=r"written .*in format .*up to 2. Use a newer version"):
            refused(partial=True)
    assert run.path.read_bytes() == b"".join(lines)
    if kind == "run":
        assert "format" in history().iloc[0].damage


DEEP = b'{"type":"run","n":1,"format":2,"reason":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
ODD_FILES: dict[str, bytes] = {
    "20261101T000000Z-empty": b"",
    "20261101T000000Z-zeros": b"\0" * 70_000,
    "20261101T000000Z-text": b"what is this\n",
    "20261101T000000Z-list": b"[1, 2]\n" * 3,
    "20261101T000000Z-deep": DEEP,
    "20261101T000000Z-bare": b'{"type":"run"}\n',
    "20261101T000000Z-when": b'{"type":"run","format":1,"at":"soon","made_at":"soon","reason":"r","region":"r",'
    b'"endpoint":"e","account":null,"caller":null}\n',
    "20261101T000000Z-naive": b'{"type":"run","format":1,"at":"2026-01-01T00:00:00","made_at":"2026-01-01T00:00:00",'
    b'"reason":"r","region":"r","endpoint":"e","account":null,"caller":null}\n',
    "20261101T000000Z-types": b'{"type":"run","format":1,"at":"2026-01-01T00:00:00Z","made_at":7,"reason":[],'
    b'"region":{},"endpoint":1,"account":7,"caller":[],"jobs":"many","guards":3,"notes":4,"dependents":5}\n',
    "20261101T000000Z-newer": b'{"type":"run","format":77,"batchnb":"9.0"}\n',
    "no-time": b"\xff\xfe\x00",
}


def test_an_odd_file_costs_its_row_and_nothing_else(journals: Path) -> None:
    """The history shows what cannot be read, the last unfinished run is found, and a run is read, beside all of it."""
    run = Run()
    for name, data in ODD_FILES.items():
        (journals / f"{name}.jsonl").write_bytes(data)
    (journals / "20261101T000000Z-folder.jsonl").mkdir()
    (journals / "20261101T000000Z-link.jsonl").symlink_to(run.path)
    (journals / "20261101T000000Z-nowhere.jsonl").symlink_to(journals / "nothing")
    os.mkfifo(journals / "20261101T000000Z-pipe.jsonl")
    runs = history().set_index("run")
    assert len(runs) == len(ODD_FILES) + 5
    assert runs.damage.isna().sum() == 1
    assert not runs.finished.any()
    assert runs.started_at["20261101T000000Z-text"].isoformat() == "2026-11-01T00:00:00+00:00"
    assert "symbolic link" in runs.damage["20261101T000000Z-link"]
    assert last_unfinished(run.gateway) == run.path
    assert run.resume().is_finished
    with pytest.raises(JournalError, match=r"cannot be read: they may be unfinished"):
        last_unfinished(run.gateway)
    for name in [*ODD_FILES, *(f"20261101T000000Z-{kind}" for kind in ("folder", "link", "nowhere", "pipe"))]:
        with pytest.raises(JournalError):
            read_run(name, partial=True)


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Draw something that may happen to the bytes of a file."""
    where, size = draw(st.floats(0, 1)), draw(st.integers(1, 400))
    kind = draw(st.sampled_from(["flip", "drop", "zeros", "double", "cut", "swap", "word"]))
    words = st.sampled_from([b"null", b"-1", b"1e999", b'"x"', b"[]", b"{}", b"true", b"1" + b"0" * 30, b'"\\ud800"'])
    word = draw(words)

    def damage(data: bytes) -> bytes:
        at = int(where * max(0, len(data) - 1))
        if kind == "word":  # in the place of a value
            begin = data.find(b":", at) + 1
            end = min((place for mark in b",}]" if (place := data.find(bytes([mark]), begin)) > 0), default=begin)
            return data[:begin] + word + data[end:] if begin else data
        if kind == "swap":
            lines = data.splitlines(keepends=True)
            first = int(where * max(0, len(lines) - 2))
            return b"".join([*lines[:first], *reversed(lines[first : first + 2]), *lines[first + 2 :]])
        part = data[at : at + size]
        new = {"flip": bytes([part[0] ^ 1 << size % 8]) + part[1:] if part else b"", "drop": b"", "zeros": b"\0" * size,
               "double": part + part, "cut": b""}[kind]  # fmt: skip
        return data[:at] + new + (b"" if kind == "cut" else data[at + size :])

    return damage


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(damages(), min_size=1, max_size=3), interrupted=st.booleans(), partial=st.booleans())
def test_whatever_happens_to_its_bytes_a_journal_costs_itself(
    journals: Path,
    damage: list[Callable[[bytes], bytes]],
    interrupted: bool,  # noqa: FBT001 - parameters of the test
    partial: bool,  # noqa: FBT001
) -> None:
    """Only jobs of the plan are ever asked for, only errors of batchnb are raised, and no report passes unchecked."""
    for path in journals.glob("*"):
        path.unlink()
    run = Run(interrupted=interrupted)
    data = run.path.read_bytes()
    for one in damage:
        data = one(data)
    run.path.write_bytes(data)
    assert len(history()) == 1
    try:
        told = run.read(partial=partial)
    except JournalError:
        told = None
    if told is not None and not partial and told.run_id == run.report.run_id:
        assert set(told.counts) <= {"terminated", "still stopping", "not attempted", "refused", "asked, no answer"}
        assert [result.planned.job_id for result in told.results] == IDS
    try:
        report = run.resume(partial=partial)
    except BatchnbError:
        report = None
    assert run.service.asked <= set(IDS)
    if report is not None:
        check_same(report, run.read())
        assert report.is_finished == (not report.lost and not report.left)
        if not report.lost:
            assert [result.planned.job_id for result in report.results] == IDS
