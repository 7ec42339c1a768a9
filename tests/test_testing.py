"""The pytest fixture, as a project of somebody else uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

CONFTEST = 'pytest_plugins = ["batchnb.testing"]\n'
TESTS = '''
import os

import boto3
import pytest

import batchnb.local


def test_code_finds_the_emulator(batch_emulator):
    """A client that is given nothing talks to it, and a submitted job comes to its end by itself."""
    batch = boto3.client("batch")
    batch.register_job_definition(
        jobDefinitionName="def",
        type="container",
        containerProperties={"image": "i", "vcpus": 1, "memory": 128},
    )
    job_id = batch.submit_job(jobName="exit-3", jobQueue="queue", jobDefinition="def")["jobId"]
    batch_emulator.clock.advance(600)
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 3)
    assert boto3.client("sts").get_caller_identity()["Account"] == batch_emulator.account
    assert "AWS_PROFILE" not in os.environ


class TestOptions:
    """Tests that want something else."""

    @pytest.fixture
    def batch_emulator_options(self):
        return {"fill": batchnb.local.night, "region": "eu-west-1", "account": "123456789012"}

    def test_it_can_be_another(self, batch_emulator):
        queues = boto3.client("batch").describe_job_queues()["jobQueues"]
        assert "arn:aws:batch:eu-west-1:123456789012:job-queue/train-gpu" in {one["jobQueueArn"] for one in queues}


def test_nothing_is_left(request):
    """After the tests that use it the variables are those of before."""
    assert os.environ["AWS_PROFILE"] == "mine"
    assert "AWS_ENDPOINT_URL_BATCH" not in os.environ
'''


def test_a_project_uses_the_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one line in a conftest, tests get an emulator each, and their environment back."""
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "test_theirs.py").write_text(TESTS, "utf-8")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:nbval", "-W", "error", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "3 passed" in ran.stdout


def test_the_plugin_loads_nothing_before_it_is_used(tmp_path: Path) -> None:
    """A project whose tests never ask for it pays for no emulator, no boto3, no pandas."""
    program = (
        "import sys, pytest, batchnb.testing\n"
        "heavy = {'batchnb.local', 'boto3', 'pandas', 'asyncio', 'IPython'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, timeout=60)
