"""Completion in the lines of magics, through IPython's completer as a notebook asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.place import Place
from batchnb.magics.completion import complete_line
from batchnb.magics.magics import load, unload
from batchnb.model.dependents import Dependents
from batchnb.model.facts import PlanFacts
from batchnb.model.verdict import PlannedJob, Verdict

if TYPE_CHECKING:
    import pandas as pd

A, B = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "ab")
ARN = "arn:aws:batch:eu-west-1:123456789012:job-definition/train:3"


def listing() -> pd.DataFrame:
    """Return a listing of two jobs."""
    jobs = [
        Job(A, "sweep-lr-001", JobStatus.RUNNING, job_queue="train-gpu", job_definition=ARN, tags=(("team", "ml"),)),
        Job(B, "etl", JobStatus.RUNNABLE, job_queue="train-cpu", share_identifier="blue", array_size=3, tags=()),
    ]
    frame = frame_of_jobs(jobs, tags=True)
    frame.attrs["listed_at"] = "2026-01-01T00:00:00+00:00"
    return frame


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a shell with the magics, a listing, and a variable that is none."""
    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config, ipython_dir=str(tmp_path_factory.mktemp("ipython")))
    shell.Completer.use_jedi = False
    load(shell)
    shell.user_ns.update(jobs=listing(), journey=7, names=["a"])
    yield shell
    unload(shell)
    assert shell.Completer.custom_matchers == []
    InteractiveShell.clear_instance()


def offered(shell: Any, text: str) -> list[str]:
    """Return the whole lines that the completions of a text would make."""
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    return [text[: one.start] + one.text for one in found]


def test_the_tags_of_a_plan_are_known() -> None:
    """A listing has none unless it was made by tags: AWS says them where it describes jobs, as a plan does."""
    job = Job(A, "sweep-lr-001", JobStatus.RUNNING, job_queue="train-gpu", tags=(("team", "ml"),))
    here = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")
    jobs = (PlannedJob(A, Verdict.TERMINATE, job), PlannedJob(B, Verdict.NOT_FOUND, None))
    plan = PlanFacts("OPS-1", here, jobs, datetime(2026, 1, 1, tzinfo=UTC), None, Dependents())
    found = complete_line("%batch_jobs --tag te", {"_": plan})
    assert found is not None
    assert found.texts == ["team=ml"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%batch_jobs --qu", ["%batch_jobs --queue", "%batch_jobs --query"]),
        ("x = %batch_jobs --qu", ["x = %batch_jobs --queue", "x = %batch_jobs --query"]),
        (
            "%batch_terminate jobs --re",
            [f"%batch_terminate jobs --{name}" for name in ("reason", "read-only", "region")],
        ),
        ("%%batch_terminate --rea", ["%%batch_terminate --reason", "%%batch_terminate --read-only"]),
        ("%batch_jobs --queue train", ["%batch_jobs --queue train-gpu", "%batch_jobs --queue train-cpu"]),
        ("%batch_jobs -q train-c", ["%batch_jobs -q train-cpu"]),
        ("%batch_jobs --queue=train-c", ["%batch_jobs --queue=train-cpu"]),
        ("%batch_jobs --queue 'train-c", ["%batch_jobs --queue 'train-cpu"]),
        ("%batch_jobs --status run", ["%batch_jobs --status RUNNABLE", "%batch_jobs --status RUNNING"]),
        ("%batch_jobs --status RUNNABLE,pe", ["%batch_jobs --status RUNNABLE,PENDING"]),
        ("%batch_jobs --tag te", ["%batch_jobs --tag team=ml"]),
        ("%batch_jobs --tag team=", ["%batch_jobs --tag team=ml"]),
        ("%batch_jobs --name sw", ["%batch_jobs --name sweep-lr-001"]),
        ("%batch_jobs --name-glob ", ["%batch_jobs --name-glob sweep-lr-*", "%batch_jobs --name-glob etl*"]),
        (
            "%batch_jobs --job-definition t",
            ["%batch_jobs --job-definition train", "%batch_jobs --job-definition train:3"],
        ),
        ("%batch_jobs --share b", ["%batch_jobs --share blue"]),
        ("%batch_jobs --children-of ", [f"%batch_jobs --children-of {B}"]),
        ("%batch_jobs --query 'name:x exi", ["%batch_jobs --query 'name:x exit:"]),
        ("%batch_jobs --region eu-west-", None),
        ("%batch_jobs --profile on", ["%batch_jobs --profile oncall"]),
        ("%batch_terminate jo", ["%batch_terminate jobs"]),
        ("%batch_terminate jobs --ids jobI", ["%batch_terminate jobs --ids jobId"]),
        ("%batch_local st", ["%batch_local start", "%batch_local status", "%batch_local stop"]),
        ("%batch_local --help a", ["%batch_local --help all"]),
        ("%batch_resume 2026", ["%batch_resume 20260102T000000Z-b", "%batch_resume 20260101T000000Z-a"]),
        ("1 + 1\n%batch_jobs --lim", ["1 + 1\n%batch_jobs --limit"]),
    ],
)
def test_what_can_be_typed_is_offered(
    shell: Any, text: str, expected: list[str] | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, journals: Path
) -> None:
    """And nothing else: no name of Python stands among the flags."""
    config = tmp_path / "config"
    config.write_text("[profile oncall]\nregion = eu-west-1\n[profile dev]\nmfa_serial = arn\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    journals.mkdir()
    for run in ("20260101T000000Z-a", "20260102T000000Z-b"):
        (journals / f"{run}.jsonl").write_text(json.dumps({}))
    found = offered(shell, text)
    if expected is None:
        assert {f"{text}1", f"{text}2"} <= set(found)
    else:
        assert sorted(found) == sorted(expected)


def test_a_flag_is_offered_once_unless_it_is_repeatable(shell: Any) -> None:
    """`--queue` may be given again, `--name` may not."""
    found = offered(shell, "%batch_jobs --queue a --name b --")
    assert "%batch_jobs --queue a --name b --queue" in found
    assert "%batch_jobs --queue a --name b --name" not in found
    assert all(one.rpartition(" ")[2].startswith("--") for one in found)


@pytest.mark.parametrize("text", ["%batch_terminate jobs[jobs.jobN", '%batch_terminate jobs --reason "see jo', "jobs."])
def test_python_and_free_text_are_left_alone(text: str) -> None:
    """Inside brackets IPython completes, and inside a reason nothing is offered by us."""
    assert complete_line(text, {"jobs": listing()}) is None


@given(st.text(st.sampled_from("%batch_jobs terminate-=q'\"[](), \\#$\n\u202ex"), max_size=40))
def test_any_line_is_completed_or_left_alone(text: str) -> None:
    """What is offered begins as it was typed."""
    for line in (text, f"%batch_terminate {text}"):
        found = complete_line(line, {"jobs": listing()})
        if found is not None:
            assert line.endswith(found.fragment)
            assert all(one.strip('"').casefold().startswith(found.fragment.casefold()) for one in found.texts)


def test_hostile_names_are_not_offered() -> None:
    """A name with quotes or control characters cannot be typed as it stands."""
    frame = frame_of_jobs([Job(A, name, job_queue="q") for name in ("x\x1b[2J", "x'y", 'x"', "x ok", "x")])
    found = complete_line("%batch_jobs --name x", {"jobs": frame})
    assert found is not None
    assert found.texts == ['"x ok"', "x"]
