"""Saved plans: reviewed by one person, executed by another, and never another plan than the one that was reviewed."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import batchnb
from batchnb import local
from batchnb.clock import Clock
from batchnb.errors import GuardError, InputError, PlanMismatchError
from batchnb.local import Dependency
from batchnb.model import vouching
from batchnb.model.plan import Plan


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the plan is saved."""
    return tmp_path / "plan.json"


@pytest.fixture
def saved(emulator: local.LocalBatch, path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Return a plan of two jobs that was saved, as another process made it."""
    ids = emulator.world.add_jobs("train", "job", 2, tags={"keep": "yes"}, status_reason="why")
    array = emulator.world.add_job(
        "train", "waiting", array_size=2, status="PENDING",
        depends_on=[Dependency(ids[0]), Dependency(type="SEQUENTIAL")],
    )  # fmt: skip
    assert array
    plan = batchnb.plan(ids, reason="OPS-1 \u2014 é", endpoint_url=emulator.endpoint_url)
    plan.save(path)
    monkeypatch.setattr(vouching, "_plans", {})
    return plan


def _asked_for(emulator: local.LocalBatch) -> set[str]:
    requests = [call.request for call in emulator.calls if "Terminate" in call.operation]
    return {job_id for request in requests for job_id in request.get("jobs", [request.get("jobId")])}


def _edit(path: Path, change: Callable[[dict[str, Any]], object], *, and_checksum: bool = False) -> None:
    record = json.loads(path.read_text())
    change(record)
    if and_checksum:
        del record["checksum"]
        text = json.dumps(record, sort_keys=True, ensure_ascii=True)
        record["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(record))


def test_a_plan_comes_back_as_it_was(emulator: local.LocalBatch, saved: Plan, path: Path) -> None:
    """All that a plan shows is in the file: its digest, jobs, evidence, dependents and notes."""
    loaded = batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)
    assert loaded == saved
    assert (loaded.digest, loaded.dependents, loaded.notes) == (saved.digest, saved.dependents, saved.notes)
    assert str(loaded) == str(saved)
    assert loaded.jobs[0].job is not None
    assert loaded.jobs[0].job.status_reason == "why"


def test_a_loaded_plan_is_executed(emulator: local.LocalBatch, saved: Plan, path: Path, clock: Clock) -> None:
    """The other person executes exactly the plan that was reviewed, and its jobs are described again before."""
    loaded = batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)
    emulator.calls.clear()
    assert loaded.execute(expect=saved.digest[:12], clock=clock).ok
    assert _asked_for(emulator) == {planned.job_id for planned in saved.jobs}
    operations = [call.operation for call in emulator.calls]
    assert "DescribeJobs" in operations[: operations.index(next(name for name in operations if "Terminate" in name))]


def test_a_saved_plan_is_not_replaced(saved: Plan, path: Path) -> None:
    """A file that was reviewed does not become another under the same name."""
    with pytest.raises(InputError, match="exists already"):
        saved.save(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_saved_plan_is_for_its_owner(saved: Plan, path: Path) -> None:
    """Reasons and names of jobs are nobody else's business until the owner says so."""
    assert saved
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_an_error(saved: Plan, tmp_path: Path) -> None:
    """A path that cannot be written is named."""
    with pytest.raises(InputError, match="cannot be written"):
        saved.save(tmp_path / "nowhere" / "plan.json")


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "reason": lambda record: record.update(reason="another"),
    "account": lambda record: record.update(account="123456789012"),
    "verdict": lambda record: record["jobs"][0].update(verdict="finished"),
    "job": lambda record: record["jobs"].append(record["jobs"][0] | {"jobId": "1" * 8 + "-0000-4000-a000-" + "0" * 12}),
    "one job less": lambda record: record["jobs"].pop(),
    "evidence": lambda record: record["jobs"][0]["job"].update(tags={}),
    "time": lambda record: record.update(made_at="2099-01-01T00:00:00+00:00"),
    "digest": lambda record: record.update(digest="0" * 64),
    "note": lambda record: record.update(notes=["all is well"]),
    "dependents": lambda record: record.update(dependents=[]),
    "twice": lambda record: record["jobs"].append(record["jobs"][0]),
    "no jobs": lambda record: record.pop("jobs"),
    "nonsense": lambda record: record["jobs"][0].update(verdict="end it"),
    "naive time": lambda record: record.update(made_at="2026-01-01T00:00:00"),
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_plan_is_refused(emulator: local.LocalBatch, saved: Plan, path: Path, what: str) -> None:
    """Whatever is changed in a file, it is not taken for the plan that was saved."""
    assert saved
    _edit(path, EDITS[what])
    with pytest.raises(PlanMismatchError, match="was edited"):
        batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)


def test_a_forged_plan_gets_around_no_guard(
    emulator: local.LocalBatch, saved: Plan, path: Path, user_file: Path, clock: Clock
) -> None:
    """Whoever forges a file, checksum and all, has another digest or the same guards: tags are read from AWS."""
    assert saved
    user_file.parent.mkdir()
    user_file.write_text("protect = ['tag:keep=yes']")
    _edit(path, EDITS["evidence"], and_checksum=True)
    loaded = batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)
    with pytest.raises(GuardError, match=r"tag:keep=yes"):
        loaded.execute(clock=clock)
    assert _asked_for(emulator) == set()


def test_what_was_allowed_elsewhere_is_not_allowed_here(
    emulator: local.LocalBatch, path: Path, user_file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan made under laxer guards is refused under stricter ones, unless it is said here as well."""
    ids = emulator.world.add_jobs("train", "job", 3)
    batchnb.plan(ids, reason="x", max_jobs=3, endpoint_url=emulator.endpoint_url).save(path)
    monkeypatch.setattr(vouching, "_plans", {})
    user_file.parent.mkdir()
    user_file.write_text("max_jobs = 2")
    with pytest.raises(GuardError, match="max_jobs"):
        batchnb.load_plan(path, endpoint_url=emulator.endpoint_url).execute(clock=clock)
    assert _asked_for(emulator) == set()
    loaded = batchnb.load_plan(path, max_jobs=3, endpoint_url=emulator.endpoint_url)
    assert "raised over 2" in str(loaded)
    assert loaded.execute(clock=clock).ok


def _as_format_1(record: dict[str, Any]) -> None:
    """Make the record as the first version wrote it."""
    for name in ("guards", "counts", "refused_by", "reviewed_by", "listed_all", "live_in_queues"):
        del record[name]
    record["format"] = 1


def test_a_file_of_format_1_is_loaded_under_the_guards_of_now(
    emulator: local.LocalBatch, saved: Plan, path: Path, user_file: Path, clock: Clock
) -> None:
    """It has no guards, and says so; its jobs are described again, and ended where nothing forbids it now."""
    _edit(path, _as_format_1, and_checksum=True)
    user_file.parent.mkdir()
    user_file.write_text("max_jobs = 1")
    loaded = batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)
    assert loaded.digest == saved.digest
    assert "The file is of an earlier version" in str(loaded)
    assert [refusal.source for refusal in loaded.refused_by] == [f"the user file {user_file}"]
    user_file.unlink()
    emulator.calls.clear()
    assert batchnb.load_plan(path, endpoint_url=emulator.endpoint_url).execute(clock=clock).ok
    assert emulator.calls[0].operation in ("GetCallerIdentity", "DescribeJobs")
    assert "DescribeJobs" in [call.operation for call in emulator.calls[:3]]


def test_a_file_of_format_1_is_expected(emulator: local.LocalBatch, saved: Plan, path: Path) -> None:
    """These jobs or fewer, as of any saved plan."""
    _edit(path, _as_format_1, and_checksum=True)
    ids = [planned.job_id for planned in saved.jobs]
    batchnb.plan(ids, reason=saved.reason, endpoint_url=emulator.endpoint_url).check_expected((path, len(ids)))


def test_a_file_says_what_holds_and_what_it_ends(emulator: local.LocalBatch, path: Path) -> None:
    """Format 2: guards with their sources, numbers, refusals, and room for the names of reviewers."""
    ids = emulator.world.add_jobs("train", "job", 2)
    array = emulator.world.add_job("train", "array", array_size=5)
    options: dict[str, Any] = {"max_jobs": 3, "protect": "name:prod-*", "endpoint_url": emulator.endpoint_url}
    batchnb.plan([*ids, array], reason="x", **options).save(path)
    record = json.loads(path.read_text())
    assert record["format"] == 2
    assert record["counts"] == {"terminate": 3, "to end": 3, "with array children": 7}
    assert record["guards"]["protect"] == [{"pattern": "name:prod-*", "source": "a keyword argument"}]
    assert [text.partition(":")[0] for text in record["refused_by"]] == ["max_jobs"]
    assert record["reviewed_by"] == ""


def test_who_reviewed_a_plan_stays_with_it(emulator: local.LocalBatch, path: Path, clock: Clock) -> None:
    """The file, the plan that is loaded, the journal, the report and its ticket keep what somebody typed."""
    ids, place = emulator.world.add_jobs("train", "job", 2), {"endpoint_url": emulator.endpoint_url}
    plan = batchnb.plan(ids, reason="x", **place).with_reviewer("  Ana Ruiz, OPS-7 ")  # type: ignore[arg-type]
    plan.save(path)
    loaded = batchnb.load_plan(path, **place)  # type: ignore[arg-type]
    assert (loaded.reviewed_by, loaded.digest) == ("Ana Ruiz, OPS-7", plan.digest)
    again = batchnb.plan(ids, reason="x", **place)  # type: ignore[arg-type]
    report = again.execute(clock=clock, expect=path)
    assert report.plan.reviewed_by == "Ana Ruiz, OPS-7"
    read = batchnb.read_run(report.run_id or "")
    assert read.plan.reviewed_by == "Ana Ruiz, OPS-7"
    assert "Reviewed by  Ana Ruiz, OPS-7" in batchnb.ticket(read)


def test_a_reviewer_who_is_typed_counts_before_the_one_in_the_file(emulator: local.LocalBatch, clock: Clock) -> None:
    """Whoever executes says who looked last; nobody is an error, and so is a novel."""
    ids, place = emulator.world.add_jobs("train", "job", 1), {"endpoint_url": emulator.endpoint_url}
    plan = batchnb.plan(ids, reason="x", **place).with_reviewer("Ana")  # type: ignore[arg-type]
    for nobody in ("", " ", "x" * 257, None, 7):
        with pytest.raises(InputError, match="reviewed_by must be a text"):
            plan.with_reviewer(nobody)  # type: ignore[arg-type]
    assert plan.execute(clock=clock, reviewed_by="Bo").plan.reviewed_by == "Bo"


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("guards"),
        lambda record: record.update(guards={}),
        lambda record: record["guards"].update(max_jobs={"value": "inf", "source": "x", "raised_over": []}),
        lambda record: record["guards"].update(protect=[{"pattern": "nonsense", "source": "x"}]),
    ],
)
def test_a_file_without_sound_guards_is_refused(
    emulator: local.LocalBatch, saved: Plan, path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    """Guards that cannot be read are no reason to go on without."""
    assert saved
    _edit(path, change, and_checksum=True)
    with pytest.raises(PlanMismatchError, match="damaged or was edited"):
        batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', "\x00", "[" * 100_000])
def test_a_file_that_is_no_plan_is_an_error(emulator: local.LocalBatch, path: Path, text: str) -> None:
    """Whatever is in a file, the answer is one sentence."""
    path.write_text(text)
    with pytest.raises(InputError, match=r"saved plan"):
        batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)


def test_a_file_that_is_not_there_is_an_error(emulator: local.LocalBatch, path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(InputError, match=r"plan\.json cannot be read"):
        batchnb.load_plan(path, endpoint_url=emulator.endpoint_url)
