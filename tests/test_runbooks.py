"""The runbooks: each does what it says with other parameters, and stops, ending nothing, where it should.

Papermill runs them, one after the other in one kernel that forgets in between: a kernel for each would take minutes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import nbformat
import pandas as pd
import papermill
import pytest
from jupyter_client.manager import KernelManager, start_new_kernel
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

import batchnb
from batchnb import local
from batchnb.cli import main as cli
from batchnb.cli import runbooks as runbook_files
from batchnb.errors import InputError
from batchnb.local.world.blueprint import JobOptions

from .refresh_notebooks import NOTEBOOKS, environment, tidy

ROOT = NOTEBOOKS.parent
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
ENDING = ("TerminateJob", "TerminateJobs", "CancelJob", "CancelJobs")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Parameters = dict[str, Any]


class OneKernelEngine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine, in a kernel that was there before and goes on."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Run the notebook; close the connection to the kernel, which is not papermill's to shut down."""
        client = PapermillNotebookClient(nb_man, km=options["km"], timeout=120, kernel_name=kernel_name)
        try:
            return client.execute()
        finally:
            client.kc.stop_channels()


papermill_engines.register("one-kernel", OneKernelEngine)


def title(path: Path) -> str:
    """Return how a test names a notebook."""
    return path.stem


def read(path: Path) -> Any:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def swift_night(world: local.World) -> None:
    """Fill a world with the night, in which jobs end at once, and all of them may be ended."""
    local.night(world)
    world.delays = local.Delays(*[0.02] * 7)
    for job in list(world.jobs()):
        world.find(job.job_id).is_denied = False


@pytest.fixture
def night() -> Iterator[local.LocalBatch]:
    """Return an emulator that a runbook knows by its URL only."""
    with local.start(swift_night, seed=7) as emulator:
        yield emulator


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a notebook: the error of the cell that failed, and everything that was shown."""

    error: PapermillExecutionError | None
    text: str

    @property
    def ename(self) -> str | None:
        """The name of the error, None where there was none."""
        return self.error.ename if self.error else None


Runs = Callable[..., Ran]


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    """Return the kernel of all runs."""
    with environment():
        manager, client = start_new_kernel(kernel_name="python3")
    client.stop_channels()
    yield manager
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


@pytest.fixture
def run(kernel: KernelManager, tmp_path: Path, journals: Path) -> Runs:
    """Return the function that runs a notebook with parameters, in an empty folder and with journals of its own."""

    def run_one(name: str, environ: dict[str, str] | None = None, **parameters: Any) -> Ran:
        output = tmp_path / "out.ipynb"
        given = {"BATCHNB_JOURNAL_DIR": str(journals), **(environ or {})}
        _forget(kernel, tmp_path, given)
        error: PapermillExecutionError | None = None
        try:
            # Not after each cell, which takes longer than many a cell.
            saving = {"request_save_on_cell_execute": False, "progress_bar": False}
            options = {"engine_name": "one-kernel", "km": kernel, **saving}
            papermill.execute_notebook(NOTEBOOKS / f"{name}.ipynb", output, parameters, **options)
        except PapermillExecutionError as failed:
            error = failed
        return Ran(error, _shown(read(output)))

    return run_one


def _forget(kernel: KernelManager, folder: Path, environ: dict[str, str]) -> None:
    """Let the kernel forget what it ran before, but for what it has imported."""
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    code = (
        "%reset -f\nimport os\n"
        "for name in [name for name in os.environ if name.startswith(('AWS_ENDPOINT', 'AWS_DEFAULT'))]:\n"
        f"    del os.environ[name]\nos.environ.update({environ!r})\nos.chdir({str(folder)!r})"
    )
    reply = client.execute(code, reply=True, timeout=60)
    client.stop_channels()
    assert reply["content"]["status"] == "ok", reply


def _shown(notebook: Any) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    texts = [output.get("text") or output.get("data", {}).get("text/plain") or "" for output in outputs]
    return "\n".join(texts)


def states(emulator: local.LocalBatch) -> dict[str, str]:
    """Return the status of every job, read over the wire as anybody would."""
    options: Any = {"region_name": "local-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("batch", endpoint_url=emulator.endpoint_url, **options)
    found: dict[str, str] = {}
    for queue in client.describe_job_queues()["jobQueues"]:
        for status in local.Status:
            pages = client.get_paginator("list_jobs").paginate(jobQueue=queue["jobQueueName"], jobStatus=status.value)
            found |= {job["jobId"]: job["status"] for page in pages for job in page["jobSummaryList"]}
    client.close()
    return found


def asked_to_end(emulator: local.LocalBatch) -> int:
    """Return how many calls asked for the end of a job."""
    return sum(call.operation in ENDING for call in emulator.calls)


# --- runs that stop -----------------------------------------------------------------------------------------------

STOPS = [
    ("end_a_runaway_sweep", {"expect": 60}, "PlanMismatchError", "60 jobs were expected, and the plan ends 61"),
    ("end_a_runaway_sweep", {"reason": "", "expect": 61}, "InputError", "reason"),
    ("end_a_runaway_sweep", {"max_jobs": 100}, "GuardError", "would end 155 jobs"),
    ("end_a_runaway_sweep", {"queue": "train-tpu"}, "InputError", "no job queue 'train-tpu'"),
    ("end_a_runaway_sweep", {"older_than": "6"}, "InputError", "older_than"),
    ("end_a_runaway_sweep", {"expect": "nothing in particular"}, "InputError", "neither a number of jobs nor"),
    ("drain_a_queue", {"expect": 86}, "PlanMismatchError", "86 jobs were expected, and the plan ends 67"),
    ("drain_a_queue", {"max_percent": 50.0}, "GuardError", "of 86 live jobs of queue train-gpu"),
    ("drain_a_queue", {"keep": ["name:sweep-eval-*"]}, "GuardError", "would fail, by a job that it depends on"),
    ("drain_a_queue", {"keep": ["sweep"]}, "InputError", "protect"),
    ("stuck_runnable", {"expect": 99}, "PlanMismatchError", "99 jobs were expected, and the plan ends 14"),
    ("stuck_runnable", {"max_jobs": 3}, "GuardError", "would end 14 jobs"),
    ("stuck_runnable", {"reason": " "}, "InputError", "reason"),
    ("jobs_over_budget", {"expect": 83}, "PlanMismatchError", "83 jobs were expected, and the plan ends 50"),
    ("jobs_over_budget", {"max_jobs": 10}, "GuardError", "would end 50 jobs"),
    ("jobs_over_budget", {"expected": {"gbm": "soon"}}, "InputError", "expected['gbm']"),
    ("jobs_over_budget", {"expected": {"gmb": "2h"}}, "InputError", "no running job is of definition 'gmb'"),
    ("jobs_over_budget", {"expected": {"gbm:99": "2h"}}, "InputError", "gbm:11"),
    ("jobs_over_budget", {"most": -5}, "InputError", "most must be a whole number of at least 0, got -5"),
    ("jobs_over_budget", {"price": "cheap"}, "InputError", "prices must be a number of at least 0"),
    ("jobs_over_budget", {"price": {"vcpu_hour": -1}}, "InputError", "prices['vcpu_hour'] must be a number"),
    ("audit_trail", {"since": "30"}, "InputError", "since"),
    ("audit_trail", {"endpoint": "lokal"}, "InputError", "is not a URL"),
    ("quickstart", {"expect": "0123456789ab"}, "PlanMismatchError", "This is"),
    ("quickstart", {"reason": "x" * 1025}, "InputError", "reason"),
    ("finish_an_interrupted_run", {"run": "20200101T000000Z-00000000"}, "JournalError", "there is no run"),
]


@pytest.mark.parametrize(("name", "parameters", "error", "words"), STOPS, ids=lambda value: str(value)[:40])
def test_a_runbook_stops_and_ends_nothing(
    run: Runs, night: local.LocalBatch, name: str, parameters: Parameters, error: str, words: str
) -> None:
    """Another world, an empty reason, too many jobs, a wrong queue: the right error, and every job is as it was."""
    before = states(night)
    given = {"endpoint": night.endpoint_url, "execute": True, **parameters}
    ran = run(name, **given)
    assert ran.ename == error, ran.text
    assert words in str(ran.error)
    assert states(night) == before
    assert asked_to_end(night) == 0


@pytest.mark.parametrize("execute", ["true", "no", 1])
def test_only_true_executes(run: Runs, night: local.LocalBatch, execute: object) -> None:
    """What papermill hands on as a text or a number is not a yes."""
    before = states(night)
    ran = run("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=execute)
    assert ran.ename is None
    assert f"Dry run, for execute is {execute!r}" in ran.text
    assert states(night) == before


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_run_without_parameters_ends_nothing(run: Runs, night: local.LocalBatch, path: Path) -> None:
    """Every runbook is a dry run by default, wherever it goes."""
    ran = run(path.stem, endpoint=night.endpoint_url)
    assert ran.ename is None, ran.error
    assert asked_to_end(night) == 0


# --- end_a_runaway_sweep ------------------------------------------------------------------------------------------


def test_a_sweep_is_ended_and_the_rest_lives(run: Runs, night: local.LocalBatch) -> None:
    """What is meant ends, finished children stay as they are, and bystanders run on."""
    before = states(night)
    ran = run("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=True, expect=61)
    assert ran.ename is None, ran.error
    assert "61 of 61 jobs seen to end" in ran.text
    assert "25 children had finished before; 0 of them have changed." in ran.text
    ended = {job_id for job_id, status in states(night).items() if status != before[job_id]}
    by_id = {job.job_id: job for job in night.world.jobs()}
    assert {by_id[job_id].definition for job_id in ended} == {"train-sweep:7", "eval-sweep:2"}


def test_a_sweep_elsewhere_is_ended_by_other_parameters(run: Runs, night: local.LocalBatch) -> None:
    """Another queue, another pattern, another age: nothing in the notebook knows the night."""
    other = {"queue": "train-cpu", "definition": "", "name_glob": "gbm-fold-0*", "older_than": "", "reason": "OPS-9 x"}
    ran = run("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=True, **other)
    assert ran.ename is None, ran.error
    by_name = {job.name: job for job in night.world.jobs()}
    assert {by_name[f"gbm-fold-{number:03d}"].status_reason for number in range(20)} == {"OPS-9 x"}
    assert by_name["features-wide-000"].status == "RUNNABLE"


def test_where_nothing_matches_a_runbook_says_so(run: Runs, night: local.LocalBatch) -> None:
    """No job is no failure: a scheduler may run it every night."""
    ran = run("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=True, definition="no-such-job", expect=0)
    assert ran.ename is None, ran.error
    assert "There was no job to end." in ran.text


def test_a_saved_plan_that_is_expected_names_what_differs(run: Runs, night: local.LocalBatch) -> None:
    """One run saves the plan; another one that meets another world stops, and says which jobs are new and gone."""
    place = {"endpoint": night.endpoint_url}
    assert run("end_a_runaway_sweep", **place, save_plan="plan.json").ename is None
    options = JobOptions(definition="train-sweep:7", created_ago=8 * 3600)
    night.world.add_job("train-gpu", "sweep-lr-late", **options)
    ran = run("end_a_runaway_sweep", **place, execute=True, expect="plan.json")
    assert ran.ename == "PlanMismatchError"
    assert re.search(r"1 job new: [0-9a-f-]+ \(sweep-lr-late\)\.", str(ran.error))
    assert asked_to_end(night) == 0


def test_the_emulator_of_the_kernel_and_aws_by_its_variables(run: Runs, night: local.LocalBatch) -> None:
    """The endpoint is a parameter: the kernel's own emulator with another seed, or wherever boto3 goes."""
    ran = run("end_a_runaway_sweep", endpoint="local", seed=3, expect=61)
    assert ran.ename is None, ran.error
    environ = {"AWS_ENDPOINT_URL_BATCH": night.endpoint_url, "AWS_DEFAULT_REGION": "local-1"}
    ran = run("end_a_runaway_sweep", environ, endpoint="aws", expect=61)
    assert ran.ename is None, ran.error
    assert f"EMULATOR at {night.endpoint_url}" in ran.text


# --- drain_a_queue ------------------------------------------------------------------------------------------------


def test_a_queue_is_drained_of_all_but_what_is_kept(run: Runs, night: local.LocalBatch) -> None:
    """Everything in the queue ends but what is kept, and the other queues are as they were."""
    before = states(night)
    kept = ["name:*-prod", "tag:team=speech"]
    ran = run("drain_a_queue", endpoint=night.endpoint_url, execute=True, expect=67, keep=kept)
    assert ran.ename is None, ran.error
    assert "19 live jobs in train-gpu, where 86 were:" in ran.text
    live = [job for job in night.world.jobs() if job.status not in ("SUCCEEDED", "FAILED") and job.parent_id is None]
    assert {job.definition for job in live if job.job_queue == "train-gpu"} == {"asr:14", "train-prod:31"}
    ended = {job_id for job_id, status in states(night).items() if status != before[job_id]}
    assert {job.job_queue for job in night.world.jobs() if job.job_id in ended} == {"train-gpu"}


def test_another_queue_is_drained_by_other_parameters(run: Runs, night: local.LocalBatch) -> None:
    """Nothing is kept that is not named, and a queue that is empty then is no error."""
    other = {"queue": "etl-nightly", "keep": [], "reason": "OPS-3", "endpoint": night.endpoint_url, "execute": True}
    assert run("drain_a_queue", **other).ename is None
    ran = run("drain_a_queue", **other, expect=0)
    assert ran.ename is None, ran.error
    assert "0 live jobs in etl-nightly:\nnone" in ran.text


# --- stuck_runnable -----------------------------------------------------------------------------------------------


def test_jobs_that_never_start_are_ended_and_the_evidence_is_kept(
    run: Runs, night: local.LocalBatch, tmp_path: Path
) -> None:
    """Those that AWS calls misconfigured end; what AWS said of them before is in a file."""
    ran = run("stuck_runnable", endpoint=night.endpoint_url, execute=True, expect=14, evidence="said.csv")
    assert ran.ename is None, ran.error
    said = pd.read_csv(tmp_path / "said.csv")
    assert len(said) == 14
    assert said.statusReason.str.startswith("MISCONFIGURATION:").all()
    stuck = [job for job in night.world.jobs() if job.job_id in set(said.jobId)]
    assert {(job.status, job.status_reason) for job in stuck} == {
        ("FAILED", "OPS-124 can never start as it was submitted")
    }
    assert "9 for MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" in ran.text
    ran = run("stuck_runnable", endpoint=night.endpoint_url, evidence="said.csv")
    assert ran.ename == "FileExistsError", "evidence is never written over"


def test_other_causes_are_meant_by_other_parameters(run: Runs, night: local.LocalBatch) -> None:
    """One queue, another age, and every cause: also jobs of which AWS says nothing."""
    other = {"queue": "train-gpu", "older_than": "1h", "only": "", "endpoint": night.endpoint_url}
    ran = run("stuck_runnable", **other, execute=True, expect=24)
    assert ran.ename is None, ran.error
    assert "24 jobs in RUNNABLE, submitted more than 1h ago:" in ran.text
    assert "CAPACITY:" not in ran.text
    ran = run("stuck_runnable", **other, expect=0)
    assert ran.ename is None, ran.error


# --- jobs_over_budget ---------------------------------------------------------------------------------------------


def test_the_dearest_jobs_over_budget_are_ended(run: Runs, night: local.LocalBatch) -> None:
    """Of the jobs that run too long those with most vCPU-hours end; what may run, or is kept, goes on."""
    dear = night.world.add_jobs("train-cpu", "dear", 2, definition="dear:1", created_ago=10 * 3600, vcpus=64)
    other = {"expected": {"pretrain": "72h", "train-prod": "48h", "gbm": "2h"}, "keep": ["name:dear-001"], "most": 3}
    ran = run("jobs_over_budget", endpoint=night.endpoint_url, execute=True, expect=3, price=2.5, **other)
    assert ran.ename is None, ran.error
    assert "105 jobs over budget; cost in USD at 2.5 a vCPU-hour" in ran.text
    ended = [job for job in night.world.jobs() if (job.status_reason or "").startswith("OPS-310")]
    assert {job.name for job in ended} == {"dear-000", "gbm-fold-000", "gbm-fold-001"}
    assert night.world.job(dear[1]).status == "RUNNING"
    assert "selected: longest" in ran.text, "the picture says in words what it shows"


def test_jobs_of_every_shape_are_ranked_and_what_is_not_known_is_named(run: Runs, night: local.LocalBatch) -> None:
    """A multi-node job counts all its nodes and a pod is there; a pod of unknown size is on top, and named."""
    night.world.add_queue("more-pods", type="EKS")
    ages: Any = {"created_ago": 11 * 3600, "started_ago": 10 * 3600}
    node = {"container": {"image": "mpi:1", "resourceRequirements": [{"type": "VCPU", "value": "96"}]}}
    nodes = {"numNodes": 3, "mainNode": 0, "nodeRangeProperties": [{"targetNodes": "0:", **node}]}
    night.world.add_job("train-gpu", "mpi", definition="mpi:1", nodes=nodes, **ages)
    for name, cpu in (("pod", {"cpu": "1500m"}), ("odd", {})):
        resources = {"requests": {**cpu, "memory": "1Gi"}}
        pod = {"podProperties": {"containers": [{"name": name, "image": "pod:1", "resources": resources}]}}
        night.world.add_job("more-pods", name, definition=f"{name}:1", eks=pod, **ages)
    price = {"more-pods": {"vcpu_hour": 0.1}, "*": {"vcpu_hour": 0.05}}
    other = {"longer_than": "9h", "expected": {"pretrain": "72h", "train-prod": "48h"}}
    ran = run("jobs_over_budget", endpoint=night.endpoint_url, price=price, **other)
    assert ran.ename is None, ran.error
    assert "3 jobs over budget; cost in USD at {'more-pods': {'vcpu_hour': 0.1}" in ran.text
    rows = [line.split() for line in ran.text.splitlines() if re.match(r"[012]  +(odd|mpi|pod) ", line)]
    assert [row[1] for row in rows] == ["odd", "mpi", "pod"]
    assert [row[6] for row in rows] == ["<NA>", "288.0", "1.5"]
    assert re.search(r"Together at least 2,89\d\.\d vCPU-hours, at least 14\d\.\d\d USD so far", ran.text)
    assert "Not in these sums, because a figure or a price is not known: 1 job, odd (" in ran.text


def test_a_queue_that_cannot_be_listed_fails_a_runbook_that_executes(run: Runs, night: local.LocalBatch) -> None:
    """What was found is ended, and the exit code says that nobody looked into that queue; a dry run names it."""
    night.world.add_queue("models", type="SAGEMAKER_TRAINING")
    place = {"endpoint": night.endpoint_url, "most": 1}
    dry = run("jobs_over_budget", **place)
    assert dry.ename is None, dry.error
    assert "Not listed: 1 queue, and nothing is known of their jobs: models (ListJobs: ClientException" in dry.text
    ran = run("jobs_over_budget", **place, execute=True, expect=1)
    assert ran.ename == "RefusedError"
    assert "1 of 1 job seen to end" in ran.text
    stuck = run("stuck_runnable", endpoint=night.endpoint_url, execute=True, expect=14)
    assert stuck.ename == "RefusedError", stuck.error
    assert stuck.text.count("Not listed: 1 queue") == 2
    named = run("stuck_runnable", endpoint=night.endpoint_url, queue="models")
    assert named.ename == "RefusedError"
    assert "queue models cannot be listed" in str(named.error)


def test_where_nothing_is_over_budget_a_runbook_says_so(run: Runs, night: local.LocalBatch) -> None:
    """Neither jobs that all may run that long, nor a queue in which nothing runs, are a failure."""
    night.world.add_queue("idle")
    place = {"endpoint": night.endpoint_url, "execute": True, "expect": 0}
    for other in ({"longer_than": "100d", "expected": {}}, {"queue": "idle"}):
        ran = run("jobs_over_budget", **place, **other)
        assert ran.ename is None, ran.error
        assert "0 jobs over budget" in ran.text
    assert asked_to_end(night) == 0


# --- audit_trail --------------------------------------------------------------------------------------------------


def test_the_trail_is_that_of_this_place(run: Runs, night: local.LocalBatch, tmp_path: Path) -> None:
    """Who ended what, when, why, and what it really did; runs elsewhere are left out, unless they are asked for."""
    for reason, pattern in (("OPS-1 twice", "load-late-*"), ("OPS-2 =wrong", "gbm-fold-00[0-4]")):
        jobs = batchnb.list_jobs(name_glob=pattern, endpoint_url=night.endpoint_url)
        batchnb.plan(jobs, reason=reason, endpoint_url=night.endpoint_url).execute()
    with local.start(swift_night) as other:
        jobs = batchnb.list_jobs(name_glob="vacuum-*", endpoint_url=other.endpoint_url)
        batchnb.plan(jobs, reason="OPS-3", endpoint_url=other.endpoint_url).execute()
    calls = asked_to_end(night)
    ran = run("audit_trail", endpoint=night.endpoint_url, job="gbm-fold-003", table="trail.csv")
    assert ran.ename is None, ran.error
    assert "2 of 3 runs:" in ran.text
    assert "Jobs      16: 16 terminated" in ran.text
    assert "OPS-3" not in ran.text
    assert len(pd.read_csv(tmp_path / "trail.csv")) == 16
    ran = run("audit_trail", endpoint=night.endpoint_url, everywhere=True, why="OPS-3")
    assert "1 of 3 runs:" in ran.text
    assert asked_to_end(night) == calls, "an audit only reads"


def test_a_trail_without_runs_says_so(run: Runs, night: local.LocalBatch, tmp_path: Path) -> None:
    """No journals, or none of that user, are no failure."""
    ran = run("audit_trail", endpoint=night.endpoint_url, journals=str(tmp_path / "none"), job="x", who="nobody")
    assert ran.ename is None, ran.error
    assert "0 of 0 runs:" in ran.text
    assert "No run here has named 'x'." in ran.text


# --- finish_an_interrupted_run ------------------------------------------------------------------------------------


@pytest.mark.bulk
def test_a_run_that_was_killed_is_finished(run: Runs) -> None:
    """On its own emulator another process is really killed; resuming ends what is left, but for what is denied."""
    ran = run("finish_an_interrupted_run", seed=2, execute=True, expect=43)
    assert "The other process ended with -9: killed." in ran.text
    assert ran.ename == "TerminationFailedError"
    assert "60 of 61 jobs seen to end" in ran.text


def test_a_run_elsewhere_is_finished_from_its_journal(run: Runs, night: local.LocalBatch) -> None:
    """A run that left jobs alive, of this place and not of another, is the one; then there is none."""
    place = {"endpoint": night.endpoint_url}
    ids = night.world.add_jobs("train-cpu", "stubborn", 3, stops="never")
    batchnb.plan(ids, reason="OPS-5", endpoint_url=night.endpoint_url).execute(timeout=0)
    with local.start(swift_night) as other:
        batchnb.plan(
            other.world.add_jobs("train-cpu", "x", 1, stops="never"), reason="OPS-6", endpoint_url=other.endpoint_url
        ).execute(timeout=0)
    calls = asked_to_end(night)
    ran = run("finish_an_interrupted_run", **place, expect=3)
    assert ran.ename == "PlanMismatchError", "they are stopping already: none is left to ask for"
    for job_id in ids:
        night.world.set_stops(job_id, "normally")
        night.world.schedule(0, job_id, "FAILED")
    ran = run("finish_an_interrupted_run", **place, execute=True, expect=0)
    assert ran.ename is None, ran.error
    assert "OPS-5" in ran.text
    assert "OPS-6" not in ran.text
    assert asked_to_end(night) == calls
    assert "There is no run to finish." in run("finish_an_interrupted_run", **place, execute=True).text


# --- the files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_is_explained_and_takes_parameters(path: Path) -> None:
    """It says what it is for and when not to use it, and papermill knows each parameter, its type and its meaning."""
    notebook = read(path)
    first = notebook.cells[0].source
    assert first.startswith("# ")
    assert "**For**" in first
    assert "**Not for**" in first
    found = papermill.inspect_notebook(path)
    assert found, "no cell is tagged `parameters`"
    assert all(entry["help"] and entry["inferred_type_name"] != "None" for entry in found.values()), found
    defaults = {name: entry["default"] for name, entry in found.items()}
    assert defaults["endpoint"] == '"local"'
    assert {"profile", "region"} <= defaults.keys()


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_knows_no_ids_and_asks_nothing(path: Path) -> None:
    """What one night showed is in its outputs only, and nobody has to be there to answer."""
    sources = "\n".join(cell.source for cell in read(path).cells)
    assert not UUID.search(sources)
    assert "input(" not in sources


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_tells_nothing_of_the_machine_that_ran_it(path: Path) -> None:
    """As committed, it is what the refresh script writes: no timings, no state of widgets, no paths."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    assert nbformat.writes(tidy(notebook)) + "\n" == text  # type: ignore[no-untyped-call]
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)


def test_the_package_holds_every_notebook() -> None:
    """A notebook that is in the repository is in the wheel."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    assert included == {f"notebooks/{path.name}": f"batchnb/notebooks/{path.name}" for path in PATHS}


# --- batchnb runbooks ---------------------------------------------------------------------------------------------


def test_the_command_copies_all_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """`batchnb runbooks` writes them into ./runbooks, says what it wrote, and the second time that nothing changed."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["runbooks"]) == 0
    assert capsys.readouterr().out.count("written") == len(PATHS)
    for path in PATHS:
        assert (tmp_path / "runbooks" / path.name).read_bytes() == path.read_bytes()
    assert sorted(path.name for path in Path("runbooks").iterdir()) == [path.name for path in PATHS]
    assert cli.main(["runbooks"]) == 0
    assert capsys.readouterr().out.count("unchanged") == len(PATHS)


def test_what_somebody_changed_is_kept_unless_forced(tmp_path: Path, capsys: Any) -> None:
    """An edited notebook is kept, and the command says so; --force replaces it."""
    mine = tmp_path / "deep" / "er" / PATHS[0].name
    cli.main(["runbooks", str(mine.parent)])
    mine.write_text("mine")
    capsys.readouterr()
    assert cli.main(["runbooks", str(mine.parent)]) == 0
    out = capsys.readouterr().out
    assert mine.read_text() == "mine"
    assert re.search(rf"kept +{mine}\n", out)
    assert "1 notebook. --force" in out
    assert cli.main(["runbooks", str(mine.parent), "--force"]) == 0
    assert mine.read_bytes() == PATHS[0].read_bytes()
    assert "replaced" in capsys.readouterr().out


def test_a_folder_that_is_none_is_an_error(tmp_path: Path, capsys: Any) -> None:
    """Where a file cannot be written, the command says which, and exits with 1."""
    (tmp_path / "file").touch()
    assert cli.main(["runbooks", str(tmp_path / "file")]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_an_installation_without_notebooks_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package that lost its notebooks is an error, and not a folder with nothing in it."""
    with pytest.raises(InputError, match=r"nothing\.ipynb is missing"):
        runbook_files.notebook_path("nothing.ipynb")
    monkeypatch.setattr(runbook_files, "__file__", str(tmp_path / "batchnb" / "runbook_files.py"))
    with pytest.raises(InputError, match="missing from this installation"):
        runbook_files.notebook_paths()
