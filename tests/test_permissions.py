"""The IAM policies of the documents: what is required, what is optional, derived from the operations in use."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

import batchnb
from batchnb import local
from batchnb.errors import AccessDeniedError, AwsError
from batchnb.local.operations.table import action_of

PACKAGE = Path(batchnb.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "reference" / "permissions.md").read_text("utf-8")
_SERVICES = {"batch": "batch", "iam": "iam", "logs": "logs", "sts": "sts"}


def documented() -> tuple[dict[str, str], dict[str, str]]:
    """Return the required and the optional actions of the documents, each with its resource."""
    section = PAGE
    required, optional = re.findall(r"```json\n(.*?)```", section, flags=re.DOTALL)
    assert section.index("Optional") > section.index(required)
    return _actions(required), _actions(optional)


def _actions(policy: str) -> dict[str, str]:
    actions: dict[str, str] = {}
    for statement in json.loads(policy)["Statement"]:
        assert statement["Effect"] == "Allow"
        named = statement["Action"]
        actions |= dict.fromkeys([named] if isinstance(named, str) else named, statement["Resource"])
    return actions


def used() -> set[str]:
    """Return the actions behind every operation that the package calls on a client of boto3."""
    session = botocore.session.Session()
    methods = {
        xform_name(operation): action_of(operation) if service == "batch" else f"{prefix}:{operation}"
        for service, prefix in _SERVICES.items()
        for operation in session.get_service_model(service).operation_names
    }
    # An older botocore does not know it, and the package calls it all the same where it is there.
    methods["terminate_jobs"] = action_of("TerminateJobs")
    found = set()
    for path in PACKAGE.rglob("*.py"):
        if path.is_relative_to(PACKAGE / "local"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and "client" in ast.unparse(node.value).lower() and node.attr in methods:
                found.add(methods[node.attr])
    return found


@pytest.mark.bulk
def test_the_policies_name_what_is_used_and_nothing_else() -> None:
    """An operation that is called and not documented fails, and so does one that is documented and not called."""
    required, optional = documented()
    assert set(required).isdisjoint(optional)
    assert set(required) | set(optional) == used()


def test_only_the_end_of_jobs_can_be_narrowed() -> None:
    """TerminateJob takes job ARNs; the others of AWS Batch know no resource."""
    required, _ = documented()
    narrowed = {action for action, resource in required.items() if resource != "*"}
    assert narrowed == {"batch:TerminateJob"}
    assert required["batch:TerminateJob"] == "arn:aws:batch:REGION:ACCOUNT:job/*"


def end_a_job(emulator: local.LocalBatch) -> Any:
    """List, plan and execute: the main job."""
    where: Any = {"endpoint_url": emulator.endpoint_url}
    jobs = batchnb.list_jobs(name="job", **where)  # in all queues, which have to be asked for
    return batchnb.plan(jobs, reason="OPS-1", **where).execute(timeout=60)


@pytest.fixture
def hasty(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator with a job that ends at once."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_job("train", "job")
        world.delays = local.Delays(running=0.0)

    return start(fill, clock=local.WallClock(speed=1000))


def test_the_main_job_uses_what_is_required(hasty: local.LocalBatch) -> None:
    """From the listing to the report every required action is used, and beside these only optional ones."""
    report = end_a_job(hasty)
    assert [str(result.outcome) for result in report.results] == ["terminated"]
    required, optional = documented()
    called = {
        "sts:GetCallerIdentity" if call.operation == "GetCallerIdentity" else action_of(call.operation)
        for call in hasty.calls
    }
    assert set(required) <= called <= set(required) | set(optional)


@pytest.mark.parametrize("action", sorted(documented()[0]))
def test_without_a_required_action_it_does_not_work(hasty: local.LocalBatch, action: str) -> None:
    """Each of them is needed: without it an error, or a report with the denied job, names it."""
    hasty.world.deny_operation(action.partition(":")[2])
    try:
        report = end_a_job(hasty)
    except (AccessDeniedError, AwsError) as error:
        assert action in str(error)  # noqa: PT017 - the error and the report are two ways to say it
    else:
        assert action in str(report)
        assert [str(result.outcome) for result in report.results] == ["denied"]


@pytest.mark.parametrize("action", sorted(documented()[1]))
def test_without_an_optional_action_it_works(hasty: local.LocalBatch, action: str) -> None:
    """Without it a job is ended all the same."""
    hasty.world.deny_operation(action.partition(":")[2])
    report = end_a_job(hasty)
    assert [str(result.outcome) for result in report.results] == ["terminated"]
