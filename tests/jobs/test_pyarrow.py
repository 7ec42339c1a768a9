"""Tables of pyarrow. CI runs this by itself: where pyarrow is installed, pandas keeps texts otherwise in all tests."""

from __future__ import annotations

from typing import Any

from batchnb.jobs.frame import job_ids_in

A, B = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"


def found(jobs: Any) -> list[str]:
    """Return the ids that are found."""
    return [job.job_id for job in job_ids_in(jobs)]


def test_tables_of_pyarrow_are_taken() -> None:
    """A table, a batch of records, a column, and whatever hands over an Arrow stream."""
    import pyarrow as pa

    table = pa.table({"name": ["a", "b"], "jobId": [A, B]})

    class Stream:
        """Something with rows, as the PyCapsule interface of Arrow has it."""

        def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
            return table.__arrow_c_stream__(requested_schema)

    assert found(table) == found(table.to_batches()[0]) == found(table["jobId"]) == found(Stream()) == [A, B]
