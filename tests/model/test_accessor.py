"""`.batchnb` of DataFrames: there when a frame of batchnb is, and not before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

import batchnb
from batchnb.jobs.frame import frame_of_jobs
from batchnb.model.accessor import register
from batchnb.pictures.rows import HISTORY_COLUMNS, JOB_COLUMNS, missing_columns
from batchnb.running.history import history


def test_frames_that_are_made_here_have_what_they_are_drawn_from() -> None:
    """A listing and a history have the columns for their pictures, empty ones as well."""
    assert missing_columns(frame_of_jobs([]), JOB_COLUMNS) == ""
    assert missing_columns(history(), HISTORY_COLUMNS) == ""
    assert missing_columns(pd.DataFrame({"status": []}), JOB_COLUMNS) == "jobDefinition, startedAt, stoppedAt"


def test_pandas_is_told_once_and_only_where_a_frame_is_made() -> None:
    """Importing batchnb gives DataFrames nothing; a history does, without matplotlib, and without a warning."""
    code = """
import sys
import pandas as pd
import batchnb, batchnb.running.history
print(hasattr(pd.DataFrame, "batchnb"))
batchnb.history(); batchnb.history()
print(hasattr(pd.DataFrame, "batchnb"), "matplotlib" in sys.modules)
"""
    root = Path(batchnb.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.split() == ["False", "True", "False"]


def test_an_accessor_of_that_name_is_not_replaced() -> None:
    """Pandas warns where one accessor takes the place of another; nobody is told so for an import made anew."""
    register()
    before = vars(pd.DataFrame)["batchnb"]
    register.cache_clear()
    register()
    assert vars(pd.DataFrame)["batchnb"] is before
