"""Use the emulator with other clients: `python -m tests.e2e.clients [NAME…]`, each in an environment of its own.

The AWS CLI, aiobotocore, Airflow's Batch hook with its waiters, and @aws-sdk/client-batch are installed into a
temporary folder from the registries of Python and npm. What cannot be installed here is named, and fails nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from batchnb import local
from batchnb.local.command import empty

PROGRAMS = Path(__file__).parent / "programs"
ACCOUNT, REGION = "123456789012", "eu-west-1"
DONE = "round trip done"
_PATIENCE = 300
_SPEED = 120.0
"""Jobs run two minutes a second."""


class NotInstalledError(Exception):
    """The client cannot be installed on this machine."""


def aws_cli(folder: Path, environment: Mapping[str, str]) -> str:
    """Talk to the emulator with the AWS CLI, and return its version."""
    python = install_python(folder, "awscli")
    command = [str(python.parent / "aws")]
    version = run([*command, "--version"], environment).split()[0]

    def aws(*arguments: str) -> Any:
        said = run([*command, "--output", "json", *arguments], environment)
        return json.loads(said) if said.strip() else {}

    assert aws("sts", "get-caller-identity")["Account"] == ACCOUNT
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]
    container = json.dumps({"image": "image:1", "command": ["run"], "resourceRequirements": needs})
    named = ["--job-definition-name", "from-cli", "--type", "container", "--container-properties", container]
    assert aws("batch", "register-job-definition", *named)["revision"] == 1
    queue = ["--job-queue", "ecs", "--job-definition", "from-cli"]
    good = aws("batch", "submit-job", "--job-name", "good", *queue)["jobId"]
    long = aws("batch", "submit-job", "--job-name", "long", *queue, "--tags", "batchnb:run-seconds=1e9")["jobId"]
    array = aws("batch", "submit-job", "--job-name", "array", *queue, "--array-properties", "size=3")["jobId"]

    def wait(job_id: str, status: str) -> Any:
        while True:
            (job,) = aws("batch", "describe-jobs", "--jobs", job_id)["jobs"]
            if job["status"] in (status, "SUCCEEDED", "FAILED"):
                assert job["status"] == status, job
                return job

    stream = wait(good, "SUCCEEDED")["container"]["logStreamName"]
    log = aws("logs", "get-log-events", "--log-group-name", "/aws/batch/job", "--log-stream-name", stream)
    assert log["events"][-1]["message"] == "Done"
    wait(long, "RUNNING")
    aws("batch", "terminate-job", "--job-id", long, "--reason", "OPS-1 from the CLI")
    assert wait(long, "FAILED")["statusReason"] == "OPS-1 from the CLI"
    wait(array, "SUCCEEDED")
    children = aws("batch", "list-jobs", "--array-job-id", array, "--job-status", "SUCCEEDED", "--page-size", "2")
    assert len(children["jobSummaryList"]) == 3
    refused = subprocess.run(
        [*command, "batch", "list-jobs", "--job-queue", "nowhere"], env=environment, capture_output=True, text=True
    )
    assert "ClientException" in refused.stderr, refused
    return version


def aiobotocore(folder: Path, environment: Mapping[str, str]) -> str:
    """Talk to the emulator with aiobotocore, many calls at once, and return its version."""
    return run_program(install_python(folder, "aiobotocore"), "aiobotocore", "aiobotocore_client.py", environment)


def airflow(folder: Path, environment: Mapping[str, str]) -> str:
    """Talk to the emulator with Airflow's hook, waiters and operator, and return the version of the provider."""
    name = "apache-airflow-providers-amazon"
    home = {**environment, "AIRFLOW_HOME": str(folder / "home"), "AIRFLOW__CORE__UNIT_TEST_MODE": "False"}
    return run_program(install_python(folder, name), name, "airflow_hook.py", home)


def javascript(folder: Path, environment: Mapping[str, str]) -> str:
    """Talk to the emulator with the AWS SDK for JavaScript, and return the version of client-batch."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise NotInstalledError("node and npm are not here")
    packages = [f"@aws-sdk/client-{name}" for name in ("batch", "sts", "cloudwatch-logs")]
    install([npm, "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(folder), *packages])
    program = folder / "javascript.mjs"
    shutil.copyfile(PROGRAMS / "javascript.mjs", program)
    said = run([node, str(program)], environment)
    assert DONE in said, said
    package = json.loads((folder / "node_modules/@aws-sdk/client-batch/package.json").read_text("utf-8"))
    return str(package["version"])


CLIENTS: dict[str, Callable[[Path, Mapping[str, str]], str]] = {
    "aws-cli": aws_cli,
    "aiobotocore": aiobotocore,
    "airflow": airflow,
    "javascript": javascript,
}


def install_python(folder: Path, package: str) -> Path:
    """Make a virtual environment with a package, and return its Python."""
    place = folder / "venv"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if uv := shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])):
        install([uv, "venv", "--quiet", "--python", sys.executable, str(place)])
        install([uv, "pip", "install", "--quiet", "--python", str(python), package])
    else:
        install([sys.executable, "-m", "venv", str(place)])
        install([str(python), "-m", "pip", "install", "--quiet", package])
    return python


def install(command: Sequence[str]) -> None:
    """Run an installer. Raises NotInstalledError with its last line."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    if ran.returncode:
        lines = (ran.stderr or ran.stdout).strip().splitlines() or ["no word why"]
        raise NotInstalledError(f"{Path(command[0]).name}: {lines[-1]}")


def run_program(python: Path, package: str, program: str, environment: Mapping[str, str]) -> str:
    """Run a program of this folder in an environment, and return the version of a package there."""
    said = run([str(python), str(PROGRAMS / program)], environment)
    assert DONE in said, said
    return run([str(python), "-c", f"from importlib.metadata import version; print(version({package!r}))"]).strip()


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it prints. Raises AssertionError with what it says, where it fails."""
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    assert ran.returncode == 0, f"{command}:\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    return ran.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the clients that are named, or all; return 1 where a round trip failed."""
    parser = argparse.ArgumentParser(description="Use the emulator with other clients than boto3.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CLIENTS)}; all if none is named")
    names = parser.parse_args(arguments).names or list(CLIENTS)
    if unknown := [name for name in names if name not in CLIENTS]:
        parser.error(f"there is no {unknown[0]}")
    failed = False
    for name in names:
        with tempfile.TemporaryDirectory(prefix="batchnb-clients-") as folder:
            try:
                print(f"{name} {try_client(CLIENTS[name], Path(folder))}: {DONE}", flush=True)
            except NotInstalledError as error:
                print(f"{name}: cannot be installed here ({error})", flush=True)
            except AssertionError as error:
                failed = True
                print(f"{name}: FAILED\n{error}", flush=True)
    return int(failed)


def try_client(client: Callable[[Path, Mapping[str, str]], str], folder: Path) -> str:
    """Start an emulator for one client, and return the client's version."""
    clock = local.WallClock(_SPEED)
    with local.start(empty, clock=clock, account=ACCOUNT, region=REGION) as emulator:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        nobody = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "HOME": str(folder)}
        return client(folder, kept | nobody | emulator.environ() | {"EXPECTED_ACCOUNT": ACCOUNT})


if __name__ == "__main__":
    sys.exit(main())
