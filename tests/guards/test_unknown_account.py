"""Guards by account where nobody says which account it is: what is not known is not allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import GuardError
from batchnb.jobs.ids import JobId
from batchnb.model.plan import Plan
from batchnb.model.plan_view import plan_facts
from tests.plans import make_plan

NOBODY = "00000000-0000-4000-a000-000000000000"
ELSEWHERE = "123456789012"


@pytest.fixture
def gateway(emulator: local.LocalBatch) -> Gateway:
    """Return a gateway whose caller STS does not tell."""
    emulator.world.deny_operation("GetCallerIdentity")
    return connect(endpoint_url=emulator.endpoint_url)


def _plan(gateway: Gateway, job_id: str, clock: Clock) -> Plan:
    return make_plan(gateway, [JobId(job_id)], "OPS-1", clock)


def _configure(user_file: Path, text: str) -> None:
    user_file.parent.mkdir(exist_ok=True)
    user_file.write_text(text)


def test_an_unknown_account_is_on_no_list(
    gateway: Gateway, clock: Clock, emulator: local.LocalBatch, user_file: Path
) -> None:
    """Where neither STS nor an ARN tells the account, a list of accounts refuses, and says that it is unknown."""
    _configure(user_file, f"accounts = ['{emulator.account}']")
    with pytest.raises(GuardError, match=r"calls go to account unknown, and the user file .* allows only"):
        _plan(gateway, NOBODY, clock)


def test_the_account_of_the_jobs_counts(
    gateway: Gateway, clock: Clock, emulator: local.LocalBatch, user_file: Path
) -> None:
    """Without STS the ARN of a job tells the account, whichever of the jobs has one."""
    job_id = emulator.world.add_job("train", "job")
    _configure(user_file, f"accounts = ['{emulator.account}']")
    assert _plan(gateway, job_id, clock).execute(clock=clock).ok
    _configure(user_file, f"accounts = ['{ELSEWHERE}']")
    with pytest.raises(GuardError, match=f"calls go to account {emulator.account}"):
        _plan(gateway, job_id, clock)


def test_an_unknown_account_may_be_production(
    gateway: Gateway, clock: Clock, emulator: local.LocalBatch, user_file: Path
) -> None:
    """The plan says PRODUCTION, and its guards name the accounts, where it cannot be told that it is none of them."""
    _configure(user_file, f"production_accounts = ['{ELSEWHERE}']")
    facts = dict(plan_facts(_plan(gateway, NOBODY, clock)))
    assert facts["Where"].startswith("account unknown, ")
    assert facts["Where"].endswith(", PRODUCTION")
    assert f"production_accounts {ELSEWHERE} (the user file {user_file})" in facts["Guards"]
    known = dict(plan_facts(_plan(gateway, emulator.world.add_job("train", "job"), clock)))
    assert not known["Where"].endswith("PRODUCTION")
