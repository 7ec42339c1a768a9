"""The table of cases of the search language, `query_cases.json`, as Python and as the browser's twin need it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from batchnb.jobs.search.columns import SearchTable

__all__ = ["CASES", "frame_of", "read_cases", "table_of"]

CASES = Path(__file__).parents[2] / "query_cases.json"

_TIMES = ("createdAt", "startedAt", "stoppedAt")
_NUMBERS = ("arraySize", "exitCode", "vcpus", "gpus", "memory", "tries", "hours", "cost")
_TEXTS = ("jobId", "jobName", "jobQueue", "status", "statusReason", "jobDefinition", "shareIdentifier", "outcome")


@cache
def read_cases() -> dict[str, Any]:
    """Return the table: rows, and sections of cases."""
    cases: dict[str, Any] = json.loads(CASES.read_text("utf-8"))
    return cases


def frame_of(table: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of a table as a DataFrame with the types of a listing."""
    rows, own = table["rows"], table.get("own", {})
    titles = {title for row in rows for title in row}
    columns: dict[str, Any] = {}
    for title in (*_TEXTS, *_TIMES, *_NUMBERS, "tags", *own):
        if title not in titles and title not in own:
            continue
        values = [row.get(title) for row in rows]
        if title in _TIMES or own.get(title) == "moment":
            columns[title] = pd.to_datetime(pd.Series(values, dtype="Float64"), unit="ms", utc=True)
        elif title in _NUMBERS or own.get(title) == "number":
            columns[title] = pd.Series(values, dtype="Float64")
        else:
            columns[title] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)


def table_of(table: Mapping[str, Any]) -> SearchTable:
    """Return the rows of a table as what a search looks at."""
    rows = table["rows"]
    names = {name for row in rows for name in row.get("is", ())}
    flags = {name: np.array([name in row.get("is", ()) for row in rows]) for name in names}
    also = {name: np.array(mask, dtype=bool) for name, mask in table.get("also", {}).items()}
    return SearchTable(frame_of(table), table["now"], flags=flags, also=also)
