"""A run, from the first request to the report."""

from __future__ import annotations

from batchnb import local
from batchnb.aws import Gateway
from batchnb.clock import Clock
from batchnb.ids import JobId
from batchnb.plans import make_plan


def test_a_running_job_is_reported_as_terminated_once_it_was_seen_to_end(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A running job gets our reason, ends, and is reported with what AWS said of it before and after."""
    job_id = emulator.world.add_job("train", "sweep", status="RUNNING", status_reason="pulled")
    plan = make_plan(gateway, [JobId(job_id)], "OPS-1 bad input", clock)

    row = plan.execute(clock=clock).to_frame().iloc[0]

    assert (row.verdict, row.outcome) == ("terminate", "terminated")
    assert (row.statusReason_before, row.statusReason_after) == ("pulled", "OPS-1 bad input")
    assert emulator.world.job(job_id).status_reason == "OPS-1 bad input"
