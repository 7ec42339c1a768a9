"""The emulator as a command: what it prints leads other programs to it, and it ends when it is told to."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from batchnb import local
from batchnb.cli import main as cli
from batchnb.local import command

Running = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def running() -> Iterator[Running]:
    """Start commands, and end those that still run."""
    processes: list[subprocess.Popen[str]] = []

    def run(*arguments: str, module: str = "batchnb.local") -> subprocess.Popen[str]:
        program = (
            [sys.executable, "-m", module] if module else [str(Path(sys.executable).parent / "batchnb"), "emulator"]
        )
        process = subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def variables(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read the lines that a command prints, up to the last variable, and answer the variables."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while "AWS_EC2_METADATA_DISABLED" not in found:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        if line.startswith("export "):
            name, _, value = shlex.split(line)[1].partition("=")
            found[name] = value
    return found


@pytest.mark.parametrize("module", ["batchnb.local", ""])
def test_what_is_printed_leads_a_client_to_it(running: Running, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """A program that has the variables talks to the emulator, in the account and Region that were asked for."""
    process = running("--shell", "sh", "--region", "eu-west-1", "--account", "123456789012", module=module)
    for name, value in variables(process).items():
        monkeypatch.setenv(name, value)
    identity = boto3.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    batch = boto3.client("batch")
    queues = {queue["jobQueueName"]: queue["jobQueueArn"] for queue in batch.describe_job_queues()["jobQueues"]}
    assert queues["train-gpu"] == "arn:aws:batch:eu-west-1:123456789012:job-queue/train-gpu"
    (job, *_) = batch.list_jobs(jobQueue="train-gpu")["jobSummaryList"]
    (detail,) = batch.describe_jobs(jobs=[job["jobId"]])["jobs"]
    stream = detail["container"]["logStreamName"]
    assert boto3.client("logs").get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)["events"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_word(running: Running, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM are how one stops it: status 0, and nothing on stderr."""
    # A shell starts what it runs in the background with SIGINT ignored, and that is passed on.
    before = signal.signal(number, signal.SIG_DFL)
    try:
        process = running("--fill", "empty", "--shell", "sh")
    finally:
        signal.signal(number, before)
    variables(process)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_a_port_that_is_taken_is_one_line(running: Running) -> None:
    """The error names the port, and the status is 1."""
    with local.start() as emulator:
        port = emulator.endpoint_url.rpartition(":")[2]
        process = running("--port", port)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.startswith(f"batchnb.local: port {port} of 127.0.0.1 cannot be opened")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fill", "nothing"], "--fill must be night, hasty_night, empty or MODULE:FUNCTION, got 'nothing'"),
        (["--fill", "no_such_module:fill"], "No module named 'no_such_module'"),
        (["--fill", "json:no_such"], "no_such"),
        (["--fill", "os:name"], "that is not a function"),
        (["--region", "Mars"], "region must be"),
        (["--account", "12"], "account must be 12 digits"),
        (["--speed", "0"], "speed must be above 0"),
        (["--port", "70000"], "port 70000"),
    ],
)
def test_a_wrong_argument_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever cannot be is said in one line, by either command, and nothing stays open."""
    assert command.main(arguments) == 1
    assert cli.main(["emulator", *arguments]) == 1
    captured = capsys.readouterr()
    first, second = captured.err.splitlines()
    assert words in first
    assert second.startswith("batchnb: ")
    assert captured.out == ""


def test_the_filling_may_be_a_function_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MODULE:FUNCTION is looked for in the working directory, too."""
    (tmp_path / "my_jobs.py").write_text("def fill(world):\n    world.add_queue('mine')\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    seen: list[str] = []
    monkeypatch.setattr(command, "_print_until_stopped", lambda _text: None)

    def start(*arguments: Any, **options: Any) -> local.LocalBatch:
        emulator = local.start(*arguments, **options)
        seen.extend(emulator.world.ledger.queues)
        return emulator

    monkeypatch.setattr(command, "start", start)
    assert command.main(["--fill", "my_jobs:fill"]) == 0
    assert seen == ["mine"]


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("sh", "export AWS_DEFAULT_REGION=local-1"),
        ("fish", "set -gx AWS_DEFAULT_REGION local-1"),
        ("powershell", "$env:AWS_DEFAULT_REGION = 'local-1'"),
        ("dotenv", "AWS_DEFAULT_REGION=local-1"),
    ],
)
def test_each_shell_has_its_form(shell: str, line: str) -> None:
    """The lines can be pasted as they are: comments, a profile that would win is unset, and one line a variable."""
    with local.start(command.empty) as emulator:
        lines = command.shell_lines(emulator, shell)
        queues = set(emulator.world.ledger.queues)
    assert line in lines
    assert all(emulator.endpoint_url in one for one in lines if "ENDPOINT" in one)
    assert ("AWS_PROFILE" in "".join(lines)) is (shell != "dotenv")
    assert "It is not AWS." in lines[0]
    assert queues == {"ecs", "ecs-fargate", "eks", "ecs-managed-instances"}
