"""Reads a journal, line by line, and finds what it has lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from batchnb.aws.gc_pause import collecting_seldom
from batchnb.errors import JournalError
from batchnb.jobs.fastjson import from_json
from batchnb.model.lost import Lost
from batchnb.model.records import moment, planned_from_record
from batchnb.model.report import Report
from batchnb.running.bodies import KnownBody, read_body
from batchnb.running.journal_folder import find_run, open_to_read
from batchnb.running.journal_lines import FORMAT, dependent_of, plan_check, planned_of, result_of_line
from batchnb.running.known import Known, result_of_format_1
from batchnb.running.run_record import RunRecord
from batchnb.text import shown

__all__ = ["check_header", "read_line", "read_record", "read_run"]

ODD = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What is raised where a line is not what it says it is."""


def read_run(run_id: str, *, partial: bool = False) -> Report:
    """Return the report of a run, as the run itself gave it, or as far as it came; `run_id` as in `history()`.

    Raises JournalError where there is no such run, where its journal cannot be read, and, unless `partial`, where it
    has lost something: then the report says what, and that the run is not finished.
    """
    record = read_record(find_run(run_id))
    if not partial:
        record.check_whole(is_read_only=True)
    return record.report()


@collecting_seldom()
def read_record(path: Path) -> RunRecord:
    """Return what the journal at `path` says, with what it has lost.

    Raises JournalError where it cannot be read at all: it is not a file, is of a newer version, or has no header.
    """
    with open_to_read(path) as descriptor, open(descriptor, "rb", closefd=False) as file:
        text = file.read()
    reader = _Reader(RunRecord(path))
    *lines, rest = text.split(b"\n")
    for line in lines:
        reader.read(line)
    if rest:
        # A line that lacks nothing but its end is a line; half of one is what a crash leaves.
        reader.read(rest)
        reader.record.is_torn = True
    return reader.finish()


def read_line(line: bytes) -> Mapping[str, Any] | None:
    """Return the line of a journal, None where it cannot be read."""
    try:
        record = from_json(line)
    except ODD:
        return None
    return record if isinstance(record, dict) and isinstance(record.get("type"), str) else None


def check_format(path: Path, version: object, batchnb: object = None) -> None:
    """Raise JournalError where a journal, or lines of it, are of a format that this version does not read."""
    if not isinstance(version, int) or version > FORMAT:
        by = f" by batchnb {shown(batchnb, 40)}" if batchnb else ""
        raise JournalError(
            f"the journal {path} was written{by} in format {shown(version, 20)}, and this version of batchnb reads "
            f"formats up to {FORMAT}. Use a newer version."
        )


def check_header(path: Path, header: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the header of the journal at `path`.

    Raises JournalError where it is of a newer format, or where there is none that can be read.
    """
    if header is None or header.get("type") != "run":
        raise JournalError(f"the journal {path} has no valid header and cannot be read.")
    check_format(path, header.get("format", 1), header.get("batchnb"))
    if not _is_valid(header):
        raise JournalError(f"the journal {path} has no valid header and cannot be read.")
    return header


def _is_valid(header: Mapping[str, Any]) -> bool:
    try:
        moments = [moment(header["at"]), moment(header["made_at"])]
        texts = all(isinstance(header[name], str) for name in ("reason", "region", "endpoint"))
        return (
            None not in moments
            and texts
            and all(header[name] is None or isinstance(header[name], str) for name in ("account", "caller"))
        )
    except ODD:
        return False


class _Reader:
    """Takes in the lines of one journal."""

    def __init__(self, record: RunRecord) -> None:
        self.record = record
        self._job_ids: dict[str, None] = {}
        """The jobs of the plan, where the line that names them can be read."""
        self._copy: Mapping[str, Any] | None = None
        """The copy of the header."""
        self._lines = 0
        self._expected: int | None = 1
        """The number of the next line; None before the first numbered line of a journal of format 1."""
        self._gaps: list[tuple[int, int]] = []
        self._oddities: dict[str, None] = {}
        self._is_new = True
        """Whether the lines are of format 2, as all are that this version writes, also into a journal of format 1."""
        self._takers: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "run": self._take_header,
            "plan": self._take_plan,
            "body": self._take_body,
            "job": self._take_job,
            "dependent": self._take_dependent,
            "values": self._take_values,
            "call": self._take_call,
            "answer": self._take_answer,
            "outcome": self._take_outcome,
            "resume": self._take_resume,
            "watch": self._take_watch,
            "end": self._take_end,
        }

    def read(self, text: bytes) -> None:
        """Take in one line."""
        line = read_line(text)
        if line is None:
            return  # torn by a crash, which the numbers of the other lines show to be harmless or not
        self._lines += 1
        if not self._is_in_order(line.get("n")):
            return
        try:
            at = line.get("at")
            moment(at)  # a line whose time cannot be read is not one of ours
            self._take(str(line["type"]), line)
            self.record.last_at = at or self.record.last_at
        except JournalError:
            raise
        except ODD:
            if self._is_new:
                self._gaps.append((self._lines, self._lines) if self._expected is None else (self._expected - 1,) * 2)

    def _is_in_order(self, number: object) -> bool:
        if number is None:
            if self._lines == 1:
                self._is_new, self._expected = False, None
            if self._is_new:
                self._oddities["a line without a number"] = None
            return not self._is_new
        if not isinstance(number, int):
            return False
        if self._expected is not None and number > self._expected:
            self._gaps.append((self._expected, number - 1))
        if self._expected is not None and number < self._expected:
            self._oddities[f"line {number} is there twice"] = None
            return False
        self._is_new, self._expected = True, number + 1
        return True

    def _take(self, kind: str, line: Mapping[str, Any]) -> None:
        if takes := self._takers.get(kind):  # a later version may know more kinds
            takes(line)

    def _take_header(self, line: Mapping[str, Any]) -> None:
        check_format(self.record.path, line.get("format", 1), line.get("batchnb"))
        if not _is_valid(line):
            raise ValueError
        self.record.header, self.record.format = line, line.get("format", 1)

    def _take_plan(self, line: Mapping[str, Any]) -> None:
        self._job_ids = dict.fromkeys(map(_id_in, line["jobIds"]))
        self._copy = line["header"]

    def _take_body(self, line: Mapping[str, Any]) -> None:
        self.record.bodies[line["name"]] = read_body(line)

    def _take_dependent(self, line: Mapping[str, Any]) -> None:
        self.record.dependents.append(dependent_of(line, self.record.bodies))

    def _take_values(self, line: Mapping[str, Any]) -> None:
        self.record.have_values.update(map(_id_in, line["jobIds"]))

    def _take_job(self, line: Mapping[str, Any]) -> None:
        record, job_id = self.record, _id_in(line["jobId"])
        if not self._is_new:
            record.planned[job_id] = planned_from_record(line)
            return
        if line.get("added"):
            record.added.add(job_id)
        elif self._job_ids and job_id not in self._job_ids:
            raise ValueError
        body = line.get("body")
        if body is None or body in record.bodies:
            record.planned[job_id] = planned_of(line, record.bodies)
            record.bodiless.discard(job_id)
        else:
            record.planned[job_id] = planned_of(line, {body: KnownBody()})
            record.bodiless.add(job_id)

    def _take_call(self, line: Mapping[str, Any]) -> None:
        for job_id in [_id_in(value) for value in line["jobIds"]]:
            self._known(job_id).note_call()

    def _take_answer(self, line: Mapping[str, Any]) -> None:
        self._known(_id_in(line["jobId"])).note_answer(line)

    def _take_outcome(self, line: Mapping[str, Any]) -> None:
        known = self._known(_id_in(line["jobId"]))
        if planned := self.record.planned.get(line["jobId"]):
            known.note_result((result_of_line if self._is_new else result_of_format_1)(line, planned))

    def _known(self, job_id: str) -> Known:
        known = self.record.known.get(job_id)
        if known is None:
            known = self.record.known[job_id] = Known()
        return known

    def _take_end(self, line: Mapping[str, Any]) -> None:
        for name in ("stopped_at", "stopped_by_at"):
            moment(line.get(name))
        self.record.end = line

    def _take_resume(self, line: Mapping[str, Any]) -> None:
        check_format(self.record.path, line.get("format", FORMAT))
        self.record.end = None
        self.record.accepted_dependents.update(map(str, line.get("accepted_dependents") or ()))
        if lost := Lost.from_record(line.get("lost")):
            self.record.acknowledged = lost
            self._gaps.clear()
            self._oddities.clear()

    def _take_watch(self, _line: Mapping[str, Any]) -> None:
        # Nothing was asked for since. What the report said of the sending still counts, with the time of the last line.
        if (end := self.record.end) is not None:
            self.record.end = {**end, "at": None, "stopped_by_at": end.get("stopped_by_at") or end.get("at")}

    def finish(self) -> RunRecord:
        """Return what was read, with what is lost."""
        record = self.record
        if not record.header:
            record.header = check_header(record.path, self._copy)
        record.next_number = self._lines + 1 if self._expected is None else self._expected
        record.lost = record.acknowledged.and_(self._find_lost())
        return record

    def _find_lost(self) -> Lost:
        record = self.record
        named = dict.fromkeys([*self._job_ids, *record.known])
        missing = tuple(job_id for job_id in named if job_id not in record.planned)
        header_jobs = record.header.get("jobs")
        count = header_jobs if isinstance(header_jobs, int) else 0
        unnamed = max(0, count + len(record.added) - len(record.planned) - len(missing))
        others = list(self._oddities)
        if not missing and not unnamed and record.format > 1 and not self._is_checked():
            record.is_contradictory = True
            others.append("a part of the plan, which is not the one of its header")
        if record.end is not None and record.format == 1:
            silent = sum(job_id not in record.known or not record.known[job_id].result for job_id in record.planned)
            others += [f"what became of {silent:,} jobs"] if silent else []
        evidence = tuple(job_id for job_id in record.planned if job_id in record.bodiless)
        return Lost(missing, unnamed, tuple(self._gaps), evidence, tuple(others))

    def _is_checked(self) -> bool:
        plan = self.record.plan()
        first = tuple(planned for planned in plan.jobs if planned.job_id not in self.record.added)
        return self.record.header.get("check") == plan_check(replace(plan, jobs=first))


def _id_in(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a job id must be a text")
    return value
