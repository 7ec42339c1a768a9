"""Runs of the runbooks: exactly what was meant ends, or nothing does and an error says so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import batchnb
from batchnb import local
from batchnb.errors import GuardError, InputError, PlanMismatchError, RefusedError
from batchnb.local.world.blueprint import JobOptions
from batchnb.model.report import TerminationFailedError

from .conftest import Pass, asked_to_end, ended_for

SWEEP: dict[str, Any] = {"queue": "train-gpu", "definition": "train-sweep:7", "reason": "OPS-1"}
DRAIN: dict[str, Any] = {"queue": "train-gpu", "reason": "OPS-2", "keep": ["name:*-prod", "tag:team=speech"]}
STUCK: dict[str, Any] = {"reason": "OPS-3"}
BUDGET: dict[str, Any] = {"reason": "OPS-4", "expected": {"pretrain": "72h", "train-prod": "48h"}}

STOPS: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("end_a_runaway_sweep", {**SWEEP, "expect": 60}, PlanMismatchError, "60 jobs were expected, and the plan ends 61"),
    ("end_a_runaway_sweep", {**SWEEP, "max_jobs": 100}, GuardError, "would end 155 jobs"),
    ("end_a_runaway_sweep", {**SWEEP, "queue": "train-tpu"}, InputError, "no job queue 'train-tpu'"),
    (
        "end_a_runaway_sweep",
        {**SWEEP, "definition": "train-swep"},
        InputError,
        "is of definition 'train-swep'",
    ),
    ("end_a_runaway_sweep", {**SWEEP, "name_glob": "sweep-xx-*"}, InputError, "0 jobs selected, and at least 1"),
    ("end_a_runaway_sweep", {**SWEEP, "tags": "team=speech"}, InputError, "0 jobs selected"),
    ("end_a_runaway_sweep", {**SWEEP, "at_least": 62}, InputError, "61 jobs selected, and at least 62 must be"),
    ("end_a_runaway_sweep", {**SWEEP, "keep": ["sweep"]}, InputError, "keep: 'sweep'"),
    ("drain_a_queue", {**DRAIN, "expect": 86}, PlanMismatchError, "86 jobs were expected, and the plan ends 67"),
    ("drain_a_queue", {**DRAIN, "max_percent": 50.0}, GuardError, "of 86 live jobs of queue train-gpu"),
    ("drain_a_queue", {**DRAIN, "keep": ["name:sweep-eval-*"]}, GuardError, "would fail, by a job that it depends on"),
    ("stuck_runnable", {**STUCK, "expect": 99}, PlanMismatchError, "99 jobs were expected, and the plan ends 14"),
    ("stuck_runnable", {**STUCK, "max_jobs": 3}, GuardError, "would end 14 jobs"),
    ("stuck_runnable", {**STUCK, "only": "CAPACTIY"}, InputError, "There are: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
    ("jobs_over_budget", {**BUDGET, "expect": 83}, PlanMismatchError, "83 jobs were expected, and the plan ends 50"),
    ("jobs_over_budget", {**BUDGET, "max_jobs": 10}, GuardError, "would end 50 jobs"),
    ("jobs_over_budget", {**BUDGET, "expected": {"gbm": "soon"}}, InputError, "expected['gbm']"),
    ("jobs_over_budget", {**BUDGET, "expected": {"gmb": "2h"}}, InputError, "no running job is of definition 'gmb'"),
    ("jobs_over_budget", {**BUDGET, "price": "cheap"}, InputError, "prices must be a number of at least 0"),
    ("jobs_over_budget", {**BUDGET, "longer_than": "100d"}, InputError, "0 jobs selected"),
    ("finish_an_interrupted_run", {"run": "20200101T000000Z-00000000"}, batchnb.JournalError, "there is no run"),
]


@pytest.mark.parametrize(("name", "given", "error", "words"), STOPS, ids=lambda value: str(value)[:40])
def test_a_runbook_stops_and_ends_nothing(
    pass_through: Pass, night: local.LocalBatch, name: str, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    """Another plan, too many jobs, a selector with a typo: the right error, in the banner as well, and no request."""
    passed = pass_through(name, endpoint=night.endpoint_url, execute=True, **{"expect": "any", **given})
    assert type(passed.error) is error, passed.error or passed.text
    assert words in str(passed.error)
    assert passed.banner.startswith(f"FAILED. {error.__name__}: ")
    assert asked_to_end(night) == 0


def test_a_dry_run_over_a_limit_shows_the_plan_and_the_guard(pass_through: Pass, night: local.LocalBatch) -> None:
    """It is there to be looked at, saved and reviewed; the banner says that it would be refused."""
    passed = pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, **SWEEP, max_jobs=100, save_plan="p.json")
    assert passed.error is None
    assert "With execute, this plan is refused: max_jobs: the plan would end 155 jobs" in passed.text
    assert "Ends          61 jobs" in passed.text
    assert passed.banner == "DRY RUN. Nothing was ended; 61 jobs would be. With execute, it is refused by max_jobs."
    assert len(json.loads(Path("p.json").read_text())["jobs"]) == 61


def test_a_protected_dependent_fails_the_dry_run_as_it_does_the_run(
    pass_through: Pass, night: local.LocalBatch
) -> None:
    """What cannot be mended by a higher number is no good news."""
    given = {**DRAIN, "keep": ["name:sweep-eval-*"]}
    passed = pass_through("drain_a_queue", endpoint=night.endpoint_url, **given)
    assert isinstance(passed.error, GuardError)
    assert passed.banner.startswith("FAILED. GuardError")
    assert "Plan " in passed.text, "it is shown before"


# --- end_a_runaway_sweep ----------------------------------------------------------------------------------------------


def test_a_sweep_is_ended_and_the_rest_lives(pass_through: Pass, night: local.LocalBatch) -> None:
    """What is meant ends, finished children stay as they are, bystanders run on; the journal was open before."""
    passed = pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=True, expect=61, **SWEEP)
    assert passed.error is None
    assert "25 children had finished before; 0 of them have changed." in passed.text
    assert passed.banner == "ENDED 61 of 61."
    live = {job.definition for job in night.world.jobs() if job.job_queue == "train-gpu" and job.status == "RUNNING"}
    assert live == {"train-prod:31", "train-adhoc:1", "asr:14", "pretrain:4"}
    assert re.search(r"Run (\S+)\. If it breaks off, resume it from its journal: \S+/\1\.jsonl", passed.text)


def test_other_selectors_and_what_is_kept(pass_through: Pass, night: local.LocalBatch) -> None:
    """Another queue, a pattern, a share: nothing in the notebook knows the night."""
    other = {"queue": "train-cpu", "name_glob": "gbm-fold-0*", "keep": ["name:gbm-fold-003"], "reason": "OPS-9"}
    passed = pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=True, expect="any", **other)
    assert passed.error is None
    assert ended_for(night, "OPS-9") == {f"gbm-fold-{number:03d}" for number in range(20)} - {"gbm-fold-003"}
    shares = {"queue": "etl-nightly", "share": "nightly", "reason": "OPS-10"}
    assert (
        pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, execute=True, expect=11, **shares).error
        is None
    )
    assert ended_for(night, "OPS-10") == {f"load-late-{number:03d}" for number in range(11)}


def test_a_reviewed_plan_ends_these_or_fewer_never_others(pass_through: Pass, night: local.LocalBatch) -> None:
    """One job that has ended drops out and is named, a new one stops the run; the reviewer is in journal and ticket."""
    place = {"endpoint": night.endpoint_url, **SWEEP}
    assert pass_through("end_a_runaway_sweep", **place, save_plan="plan.json").error is None
    gone = next(job.job_id for job in night.world.jobs() if job.name == "sweep-lr-005")
    night.world.schedule(0, gone, "SUCCEEDED")
    options = JobOptions(definition="train-sweep:7", created_ago=8 * 3600)
    late = night.world.add_job("train-gpu", "sweep-lr-late", **options)
    run = {**place, "execute": True, "expect": "plan.json", "reviewed_by": "Ana Ruiz"}
    stopped = pass_through("end_a_runaway_sweep", **run)
    assert isinstance(stopped.error, PlanMismatchError)
    assert f"1 job new: {late} (sweep-lr-late)." in str(stopped.error)
    assert asked_to_end(night) == 0
    passed = pass_through("end_a_runaway_sweep", **run, keep=["name:sweep-lr-late"])
    assert passed.error is None
    assert "Dropped out of the expected plan: 1 job: " in passed.text
    assert passed.banner == "ENDED 60 of 60."
    report = batchnb.read_run(batchnb.history().run[0])
    assert report.plan.reviewed_by == "Ana Ruiz"
    assert "Reviewed by   Ana Ruiz" in passed.text


def test_a_reviewed_plan_whose_jobs_have_all_ended_is_a_success(pass_through: Pass, night: local.LocalBatch) -> None:
    """Whoever has ended them; but a typo in the selectors is none: then jobs of that plan live."""
    place = {"endpoint": night.endpoint_url, **SWEEP}
    assert pass_through("end_a_runaway_sweep", **place, save_plan="plan.json").error is None
    run = {**place, "execute": True, "expect": "plan.json"}
    typo = pass_through("end_a_runaway_sweep", **{**run, "definition": "train-swep:7"})
    assert isinstance(typo.error, InputError)
    assert "The selectors do not find 61 live jobs of the reviewed plan" in str(typo.error)
    few = pass_through("end_a_runaway_sweep", **run, name_glob="sweep-lr-003*")
    assert "The selectors do not find 60 live jobs of the reviewed plan" in str(few.error)
    assert asked_to_end(night) == 0, "to end one of 61 jobs and be green is no success"
    assert pass_through("end_a_runaway_sweep", **run).error is None
    calls = asked_to_end(night)
    again = pass_through("end_a_runaway_sweep", **run)
    assert again.error is None
    assert again.banner.startswith("ENDED 0 of 0.")
    assert asked_to_end(night) == calls


def test_what_a_file_protects_is_no_success(pass_through: Pass, night: local.LocalBatch) -> None:
    """A pattern in somebody's settings that spares the whole sweep is an error; one that was typed is meant."""
    place = {"endpoint": night.endpoint_url, **SWEEP, "execute": True, "expect": "any"}
    assert pass_through("end_a_runaway_sweep", **place, keep=["name:sweep-*"]).error is None
    Path("pyproject.toml").write_text('[tool.batchnb]\nprotect = ["name:sweep-*"]\n')
    passed = pass_through("end_a_runaway_sweep", **place)
    assert isinstance(passed.error, GuardError)
    assert "nothing is left to end, 61 jobs are protected, by name:sweep-* ([tool.batchnb] in" in str(passed.error)
    assert passed.banner.startswith("FAILED. GuardError")
    assert pass_through("end_a_runaway_sweep", **place, at_least=0).error is None
    assert pass_through("end_a_runaway_sweep", **{**place, "execute": False}).error is None
    assert asked_to_end(night) == 0


def test_nothing_to_end_is_fine_where_somebody_says_so(pass_through: Pass, night: local.LocalBatch) -> None:
    """`at_least=0`, or the number 0 expected."""
    place = {"endpoint": night.endpoint_url, **SWEEP, "definition": "nothing", "execute": True}
    for given in ({"expect": 0}, {"expect": "any", "at_least": 0}):
        assert pass_through("end_a_runaway_sweep", **place, **given).error is None
    assert asked_to_end(night) == 0


def test_a_job_that_does_not_end_fails_the_notebook_and_the_banner(pass_through: Pass, night: local.LocalBatch) -> None:
    """What is left is named, and how to go on; with a timeout of 0 everything was sent all the same."""
    night.world.add_job("train-cpu", "stubborn", stops="never", definition="stubborn:1")
    given = {"queue": "train-cpu", "definition": "stubborn", "reason": "OPS-1", "execute": True, "expect": 1}
    passed = pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, timeout=0, **given)
    assert isinstance(passed.error, TerminationFailedError)
    assert passed.banner.startswith("FAILED. 0 of 1 job seen to end: 1 still stopping.")
    assert "%batch_resume" in passed.text
    # As the message says, it is resumed, and in this kernel: nothing holds the run any more.
    run = passed.names["report"].run_id
    assert batchnb.resume(run, endpoint_url=night.endpoint_url, timeout=0).run_id == run


def test_a_drill_on_the_emulator_is_green_unless_a_job_is_to_refuse(pass_through: Pass) -> None:
    """Without a parameter: 61 jobs end on the kernel's own emulator. `denied` asks for one that may not be ended."""
    passed = pass_through("end_a_runaway_sweep", execute=True)
    assert passed.error is None
    assert passed.banner == "ENDED 61 of 61."
    assert isinstance(pass_through("end_a_runaway_sweep", execute=True, denied=True).error, TerminationFailedError)


def test_journals_and_the_style_of_the_ticket_are_parameters(
    pass_through: Pass, night: local.LocalBatch, tmp_path: Path
) -> None:
    """The journal is in the folder that was named, and the ticket says which file it is."""
    given = {**SWEEP, "execute": True, "expect": 61, "journals": "volume", "ticket_style": "markdown"}
    passed = pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, **given)
    assert passed.error is None
    (journal,) = (tmp_path / "volume").glob("*.jsonl")
    assert f"- **Run:** {journal.stem}" in passed.text
    assert "- **Details:** " in passed.text


# --- drain_a_queue ----------------------------------------------------------------------------------------------------


def test_a_queue_is_drained_of_all_but_what_is_kept(pass_through: Pass, night: local.LocalBatch) -> None:
    """Everything in the queue ends but what is kept; a queue that is empty then is an error unless one says so."""
    passed = pass_through("drain_a_queue", endpoint=night.endpoint_url, execute=True, expect=67, **DRAIN)
    assert passed.error is None
    assert "19 live jobs, where 86 were meant:" in passed.text
    live = [job for job in night.world.jobs() if job.status not in ("SUCCEEDED", "FAILED") and job.parent_id is None]
    assert {job.definition for job in live if job.job_queue == "train-gpu"} == {"asr:14", "train-prod:31"}
    other = {"queue": "etl-nightly", "reason": "OPS-3", "endpoint": night.endpoint_url, "execute": True}
    assert pass_through("drain_a_queue", **other, expect="any").error is None
    assert isinstance(pass_through("drain_a_queue", **other, expect="any").error, InputError)
    assert pass_through("drain_a_queue", **other, expect="any", at_least=0).error is None


# --- jobs_over_budget -------------------------------------------------------------------------------------------------


def test_the_dearest_jobs_over_budget_are_ended(pass_through: Pass, night: local.LocalBatch) -> None:
    """Of the jobs that run too long those with most vCPU-hours end; what may run, or is kept, goes on."""
    dear = night.world.add_jobs("train-cpu", "dear", 2, definition="dear:1", created_ago=10 * 3600, vcpus=64)
    given = {**BUDGET, "expected": {**BUDGET["expected"], "gbm": "2h"}, "keep": ["name:dear-001"], "most": 3}
    passed = pass_through("jobs_over_budget", endpoint=night.endpoint_url, execute=True, expect=3, price=2.5, **given)
    assert passed.error is None
    assert "105 jobs over budget; cost in USD at 2.5 a vCPU-hour" in passed.text
    assert ended_for(night, "OPS-4") == {"dear-000", "gbm-fold-000", "gbm-fold-001"}
    assert night.world.job(dear[1]).status == "RUNNING"


def test_a_queue_that_cannot_be_listed_fails_a_runbook_that_executes(
    pass_through: Pass, night: local.LocalBatch
) -> None:
    """What was found is ended, and the exit code says that nobody looked into that queue; a dry run names it."""
    night.world.add_queue("models", type="SAGEMAKER_TRAINING")
    dry = pass_through("jobs_over_budget", endpoint=night.endpoint_url, most=1, **BUDGET)
    assert dry.error is None
    assert "Not listed: 1 queue, and nothing is known of their jobs: models (ListJobs: ClientException" in dry.text
    run = {"endpoint": night.endpoint_url, "execute": True}
    passed = pass_through("jobs_over_budget", **run, most=1, expect=1, **BUDGET)
    assert isinstance(passed.error, RefusedError)
    assert "1 of 1 job seen to end" in passed.text
    assert isinstance(pass_through("stuck_runnable", **run, expect=14, **STUCK).error, RefusedError)
    named = pass_through("stuck_runnable", endpoint=night.endpoint_url, queue="models", **STUCK)
    assert "queue models cannot be listed" in str(named.error)


# --- stuck_runnable ---------------------------------------------------------------------------------------------------


def test_jobs_that_never_start_are_ended_and_the_evidence_is_kept(pass_through: Pass, night: local.LocalBatch) -> None:
    """Those that AWS calls misconfigured end; what AWS said of them before is in a file, which is never replaced."""
    place = {"endpoint": night.endpoint_url, **STUCK}
    passed = pass_through("stuck_runnable", **place, execute=True, expect=14, evidence="said.csv")
    assert passed.error is None
    said = pd.read_csv("said.csv")
    assert len(said) == 14
    assert said.statusReason.str.startswith("MISCONFIGURATION:").all()
    assert "9 for MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" in passed.text
    again = pass_through("stuck_runnable", **place, only="all", evidence="said.csv")
    assert "evidence: said.csv exists already, and is not replaced." in str(again.error)


def test_an_array_of_which_no_child_has_started_is_stuck(pass_through: Pass, night: local.LocalBatch) -> None:
    """Its own status is PENDING; an array of which one child runs is not stuck, nor is a job that waits for another."""
    old: Any = {"created_ago": 9 * 3600, "definition": "big:1"}
    stuck = night.world.add_job("train-cpu", "stuck-array", array_size=5, child_status=["RUNNABLE"] * 5, **old)
    runs = ["RUNNABLE"] * 4 + ["RUNNING"]
    night.world.add_job("train-cpu", "slow-array", array_size=5, child_status=runs, **old)
    given = {"queue": "train-cpu", "only": "none given", "reason": "OPS-5", "endpoint": night.endpoint_url}
    passed = pass_through("stuck_runnable", **given, execute=True, expect=1)
    assert passed.error is None
    assert night.world.job(stuck).status_reason == "OPS-5"
    assert ended_for(night, "OPS-5") == {"stuck-array"}


@pytest.mark.bulk
def test_what_no_job_says_of_itself_is_named(pass_through: Pass, night: local.LocalBatch) -> None:
    """UNDETERMINED, environments that are INVALID or DISABLED, the head of the queue, its time limits, STARTING."""
    night.world.add_environment("broken", status="INVALID", status_reason="CLIENT_ERROR - no such role")
    night.world.add_environment("off", state="DISABLED")
    limit = {"reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "state": "RUNNABLE", "maxTimeSeconds": 86_400}
    limits = [{**limit, "action": "CANCEL"}]
    night.world.add_queue("sick", environments=["broken", "off"], time_limits=limits)
    old: Any = {"created_ago": 9 * 3600}
    blocked = "UNDETERMINED - Batch job is blocked, root cause is undetermined."
    head = night.world.add_job("sick", "blocked", status="RUNNABLE", status_reason=blocked, **old)
    night.world.add_job("sick", "pulling", status="STARTING", **old)
    passed = pass_through("stuck_runnable", endpoint=night.endpoint_url, queue="sick", only="all", reason="x")
    assert passed.error is None
    for words in (
        "UNDETERMINED",
        "sick: compute environment broken is INVALID. AWS: CLIENT_ERROR - no such role",
        "sick: compute environment off is DISABLED.",
        f"UTC: {head} (blocked): UNDETERMINED",
        "sick: its own time limit may end jobs: CANCEL after 86400 s in RUNNABLE for CAPACITY:",
        "The container does not come up",
    ):
        assert words in passed.text
    assert passed.banner == "DRY RUN. Nothing was ended; 2 jobs would be."


@pytest.mark.bulk
def test_what_may_not_be_looked_at_is_not_passed_off_as_healthy(pass_through: Pass, night: local.LocalBatch) -> None:
    """Without the optional permissions the runbook works, and says what it has not seen."""
    night.world.deny_operation("DescribeComputeEnvironments")
    night.world.deny_operation("GetJobQueueSnapshot")
    passed = pass_through("stuck_runnable", endpoint=night.endpoint_url, **STUCK)
    assert passed.error is None
    assert "Compute environments could not be looked at: DescribeComputeEnvironments" in passed.text
    assert "train-cpu: its head could not be looked at: GetJobQueueSnapshot" in passed.text


# --- finish_an_interrupted_run ----------------------------------------------------------------------------------------


def test_a_run_is_finished_from_its_journal_and_others_are_named(pass_through: Pass, night: local.LocalBatch) -> None:
    """The run of this place is the one; a run of another place is named with what to type."""
    place = {"endpoint": night.endpoint_url}
    ids = night.world.add_jobs("train-cpu", "stubborn", 3, stops="never")
    batchnb.plan(ids, reason="OPS-5", endpoint_url=night.endpoint_url).execute(timeout=0)
    with local.start(seed=3, region="local-2") as other:
        other.world.add_queue("q")
        left = other.world.add_jobs("q", "x", 1, stops="never")
        away: Any = {"endpoint_url": other.endpoint_url, "region": "local-2"}
        run = batchnb.plan(left, reason="OPS-6", **away).execute(timeout=0).run_id
    passed = pass_through("finish_an_interrupted_run", **place, expect=3)
    assert isinstance(passed.error, PlanMismatchError), "they are stopping already: none is left to ask for"
    assert f"-p endpoint {other.endpoint_url} -p region local-2 -p run {run}" in passed.text
    for job_id in ids:
        night.world.set_stops(job_id, "normally")
        night.world.schedule(0, job_id, "FAILED")
    passed = pass_through("finish_an_interrupted_run", **place, execute=True, expect=0)
    assert passed.error is None
    assert passed.banner == "ENDED 3 of 3."
    assert "OPS-6" not in passed.text
    # Now there is none here, but the other one runs on: a scheduler must not be green.
    dry = pass_through("finish_an_interrupted_run", **place)
    assert dry.error is None
    elsewhere = pass_through("finish_an_interrupted_run", **place, execute=True, expect="any")
    assert isinstance(elsewhere.error, InputError)
    assert f"-p run {run}" in str(elsewhere.error)


def test_without_any_unfinished_run_there_is_nothing_to_do(
    pass_through: Pass, night: local.LocalBatch, tmp_path: Path
) -> None:
    """That is good news; a folder of journals that is not there is none."""
    place = {"endpoint": night.endpoint_url, "execute": True, "expect": 0}
    passed = pass_through("finish_an_interrupted_run", **place)
    assert passed.error is None
    assert "There is no run to finish." in passed.text
    typo = pass_through("finish_an_interrupted_run", **place, journals=str(tmp_path / "nowhere"))
    assert "journals: there is no folder" in str(typo.error)


# --- audit_trail ------------------------------------------------------------------------------------------------------


def test_the_trail_is_that_of_this_place(pass_through: Pass, night: local.LocalBatch) -> None:
    """Who ended what, when, why, and what it really did; runs elsewhere are left out, unless they are asked for."""
    for reason, pattern in (("OPS-1 twice", "load-late-*"), ("OPS-2 =wrong", "gbm-fold-00[0-4]")):
        jobs = batchnb.list_jobs(name_glob=pattern, endpoint_url=night.endpoint_url)
        batchnb.plan(jobs, reason=reason, endpoint_url=night.endpoint_url).execute()
    with local.start(seed=3) as other:
        other.world.add_queue("q")
        ids = other.world.add_jobs("q", "x", 1)
        batchnb.plan(ids, reason="OPS-3", endpoint_url=other.endpoint_url).execute(timeout=0)
    calls = asked_to_end(night)
    passed = pass_through("audit_trail", endpoint=night.endpoint_url, job="gbm-fold-003", table="trail.csv")
    assert passed.error is None
    assert "2 of 3 runs." in passed.text
    assert "Jobs      16: 16 terminated" in passed.text
    assert "OPS-3" not in passed.text
    assert len(pd.read_csv("trail.csv")) == 16
    passed = pass_through("audit_trail", endpoint=night.endpoint_url, everywhere=True, why="OPS-3")
    assert "1 of 3 runs." in passed.text
    assert asked_to_end(night) == calls, "an audit only reads"


def test_a_trail_without_runs_says_so(pass_through: Pass, night: local.LocalBatch, tmp_path: Path) -> None:
    """No journals, or none of that user, are no failure."""
    nowhere = str(tmp_path / "none")
    passed = pass_through("audit_trail", endpoint=night.endpoint_url, journals=nowhere, job="x", who="nobody")
    assert passed.error is None
    assert "0 of 0 runs." in passed.text
    assert "No run here has named 'x'." in passed.text


@pytest.mark.parametrize(("name", "given"), [("end_a_runaway_sweep", SWEEP), ("stuck_runnable", STUCK)])
def test_a_limit_that_nobody_typed_raises_none_that_is_configured(
    pass_through: Pass, night: local.LocalBatch, tmp_path: Path, name: str, given: dict[str, Any]
) -> None:
    """The default of a parameter is no permission; a number that somebody gives is one."""
    (tmp_path / "pyproject.toml").write_text("[tool.batchnb]\nmax_jobs = 5\nmax_percent = 1.0\n")
    given = {**given, "execute": True, "expect": "any", "endpoint": night.endpoint_url}
    passed = pass_through(name, **given)
    assert isinstance(passed.error, GuardError), passed.error
    assert "allows 5" in str(passed.error)
    assert asked_to_end(night) == 0
    typed = pass_through(name, **given, max_jobs=1001)
    assert isinstance(typed.error, GuardError)
    assert "max_jobs" not in str(typed.error)
    assert "max_percent" in str(typed.error)
    assert asked_to_end(night) == 0


def test_a_limit_that_was_set_since_the_run_holds_in_the_runbook_that_finishes_it(
    pass_through: Pass, night: local.LocalBatch, tmp_path: Path
) -> None:
    """The runbook's default of 1,000 is no number that somebody typed; another number is."""
    given: dict[str, Any] = {"endpoint": night.endpoint_url, "execute": True, "expect": 3}
    ids = night.world.add_jobs("train-cpu", "more", 3)
    night.world.deny(*ids)
    given["run"] = batchnb.plan(ids, reason="OPS-5", endpoint_url=night.endpoint_url).execute(timeout=0).run_id
    for job_id in ids:
        night.world.find(job_id).is_denied = False
    before = asked_to_end(night)
    (tmp_path / "pyproject.toml").write_text("[tool.batchnb]\nmax_jobs = 2\n")
    passed = pass_through("finish_an_interrupted_run", **given)
    assert isinstance(passed.error, GuardError), passed.text
    assert "allows 2" in str(passed.error)
    assert asked_to_end(night) == before
    assert pass_through("finish_an_interrupted_run", **given, max_jobs=3).banner == "ENDED 3 of 3."
