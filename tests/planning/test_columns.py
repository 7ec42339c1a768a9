"""Plans of frames whose ids AWS does not know, or that write them in other ways."""

from __future__ import annotations

import uuid

import pandas as pd

import batchnb
from batchnb import local
from batchnb.model.verdict import Verdict

PIPELINE = "99999999-9999-4999-8999-999999999999"


def test_a_plan_of_unknown_ids_names_the_column_that_may_be_meant(emulator: local.LocalBatch) -> None:
    """A column `id` may be that of a pipeline; the one that holds other ids is named as it has to be typed."""
    (job_id,) = emulator.world.add_jobs("train", "sweep", 1)
    frame = pd.DataFrame({"id": [PIPELINE], "native": [job_id]})
    plan = batchnb.plan(frame, reason="OPS-1", endpoint_url=emulator.endpoint_url)
    assert plan.notes == (
        "AWS knows no job of column 'id'. Ids stand in 'native', too: try ids='native' or --ids native.",
    )
    assert "try ids='native'" in str(plan)
    assert not batchnb.plan(frame, ids="native", reason="OPS-1", endpoint_url=emulator.endpoint_url).notes


def test_ids_in_capitals_are_the_jobs_that_aws_knows(emulator: local.LocalBatch) -> None:
    """Excel's way of writing an id ends the same job, by its ARN and as a UUID, too."""
    (job_id,) = emulator.world.add_jobs("train", "sweep", 1)
    for jobs in ([job_id.upper()], uuid.UUID(job_id), pd.DataFrame({"JOBID": [job_id.upper()]})):
        plan = batchnb.plan(jobs, reason="OPS-1", endpoint_url=emulator.endpoint_url)
        assert [(one.job_id, one.verdict) for one in plan.jobs] == [(job_id, Verdict.TERMINATE)]
