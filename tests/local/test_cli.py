"""The AWS CLI against the emulator, as a user would type it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .stage import Stage


def find_cli() -> str | None:
    """Answer the CLI that belongs to this Python, or else the one on the path."""
    beside = Path(sys.executable).with_name("aws")
    return str(beside) if beside.exists() else shutil.which("aws")


CLI = find_cli()
pytestmark = pytest.mark.skipif(CLI is None, reason="the AWS CLI is not installed")


def run(stage: Stage, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `aws batch` with nothing of AWS in the environment but what the handle gives."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = kept | stage.handle.environ() | {"AWS_CONFIG_FILE": os.devnull, "AWS_MAX_ATTEMPTS": "1"}
    command = [str(CLI), "batch", *words, "--output", "json"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def read(done: subprocess.CompletedProcess[str]) -> Any:
    """Answer what a command said that must have worked."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def test_the_cli_lists_describes_and_terminates(stage: Stage) -> None:
    """The three commands of a night shift work, pages included, and the environment is all they need."""
    job_ids = stage.world.add_jobs("q", "job", 5, status="RUNNABLE")
    listed = read(run(stage, "list-jobs", "--job-queue", "q", "--job-status", "RUNNABLE", "--page-size", "2"))
    assert sorted(one["jobId"] for one in listed["jobSummaryList"]) == sorted(job_ids)
    assert read(run(stage, "terminate-job", "--job-id", job_ids[0], "--reason", "OPS-1")) is None
    stage.clock.advance(60)
    described = read(run(stage, "describe-jobs", "--jobs", *job_ids[:2]))["jobs"]
    assert {one["jobId"]: one["status"] for one in described} == {job_ids[0]: "FAILED", job_ids[1]: "RUNNABLE"}
    assert [one["statusReason"] for one in described if "statusReason" in one] == ["OPS-1"]


def test_the_cli_terminates_in_bulk_if_it_can(stage: Stage) -> None:
    """A CLI that knows the bulk call shows its answer; an older one says so itself and sends nothing."""
    job_ids = stage.world.add_jobs("q", "job", 2)
    done = run(stage, "terminate-jobs", "--jobs", *job_ids, "--reason", "OPS-1")
    if "Invalid choice" in done.stderr or "invalid choice" in done.stderr:
        assert stage.handle.calls == []
    else:
        assert read(done) == {"successful": job_ids, "errors": []}


def test_the_cli_shows_a_refusal(stage: Stage) -> None:
    """An error is the code and the sentence of the service."""
    done = run(stage, "list-jobs", "--job-queue", "nowhere")
    assert done.returncode != 0
    assert "ClientException" in done.stderr
    assert "nowhere" in done.stderr
