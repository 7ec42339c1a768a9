"""Frames for spreadsheets: what Excel cannot hold is made into what it can."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import Job, JobStatus
from batchnb.model.accessor import register
from batchnb.model.spreadsheet import TEXT_LIMIT, prepare_for_excel


def _jobs(*names: str) -> pd.DataFrame:
    jobs = [Job("1" * 8, name, JobStatus.RUNNING, None, 1_790_000_000_000, tags=(("team", "ml"),)) for name in names]
    return frame_of_jobs(jobs, tags=True)


def test_a_listing_is_written_and_read_again() -> None:
    """Times are in UTC without a zone, tags are JSON, what is unknown is empty, and the frame itself is not changed."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    frame = _jobs("sweep", "=1+1", "nul\x00 \x1b[2J")
    register()
    file = BytesIO()
    frame.batchnb.prepare_for_excel().to_excel(file, index=False)
    head, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    first = dict(zip(head, rows[0], strict=True))
    assert (first["status"], first["statusReason"], first["tags"]) == ("RUNNING", None, '{"team": "ml"}')
    assert first["createdAt"] == frame.createdAt[0].tz_localize(None)
    assert [row[1] for row in rows] == ["sweep", "'=1+1", "nul\\x00 \\x1b[2J"]
    assert frame.createdAt.dtype == "datetime64[ms, UTC]"


@given(st.text(st.characters()))
def test_any_text_is_one_that_a_file_can_hold(text: str) -> None:
    """No control character, no lone surrogate, no formula, and no more than a cell holds."""
    value = prepare_for_excel(pd.DataFrame({"x": pd.Series([text], dtype=object)})).x[0]
    assert value.isprintable() or not set(value) & set(map(chr, {*range(32)} - {9, 10, 13}))
    assert not value.startswith("=")
    value.encode()


def test_a_novel_is_cut_and_an_index_of_times_loses_its_zone() -> None:
    """Excel takes at most 32,767 characters a cell, and no zone in an index either."""
    index = pd.DatetimeIndex(["2026-01-01T02:00+02:00"])
    frame = prepare_for_excel(pd.DataFrame({"x": ["a" * 50_000], "y": [{1, 2}], "z": [None]}, index=index))
    assert len(frame.x.iloc[0]) == TEXT_LIMIT
    assert frame.index[0] == pd.Timestamp("2026-01-01")
    assert frame.z.iloc[0] is None
