"""Frames of other libraries (polars, pyarrow, DuckDB, …) as pandas DataFrames. None of them has to be installed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_pandas", "is_frame", "to_pandas"]

_CONVERSIONS = ("to_pandas", "df")
"""Methods that return a pandas DataFrame: of polars, pyarrow, Modin, cuDF, Ibis, Snowpark, narwhals; and of DuckDB."""

_NOT_YET = (
    # What only a lazy or distributed frame has, and what to call for its rows.
    ("collect_schema", "collect()"),
    ("toPandas", "toPandas()"),
    ("dask", "compute()"),
)


def is_frame(jobs: object) -> bool:
    """Return whether this is a DataFrame of pandas, or something that `to_pandas` converts or refuses with help."""
    pandas: Any = sys.modules.get("pandas")
    if pandas is not None and isinstance(jobs, pandas.DataFrame):
        return True
    if isinstance(jobs, type) or (pandas is not None and isinstance(jobs, (pandas.Series, pandas.Index))):
        return False
    if _lazy(jobs) or _is_of_pandas(jobs, "Styler", "GroupBy"):
        return True
    if hasattr(jobs, "columns") or hasattr(jobs, "column_names"):
        return True
    is_column = hasattr(jobs, "to_list") or hasattr(jobs, "to_pylist")
    has_rows = any(callable(getattr(jobs, name, None)) for name in _CONVERSIONS) or hasattr(jobs, "__arrow_c_stream__")
    return has_rows and not is_column


def as_pandas(jobs: object) -> object:
    """Return any DataFrame as one of pandas, and everything else as it is. Raises InputError as `to_pandas` does."""
    return to_pandas(jobs) if is_frame(jobs) else jobs


def to_pandas(jobs: Any) -> pd.DataFrame:
    """Return the DataFrame with the same rows.

    Raises InputError, which says what to call, for a frame whose rows have not been computed (a LazyFrame of polars,
    Spark, dask), for a Styler and for groups.
    """
    import pandas as pd

    if isinstance(jobs, pd.DataFrame):
        return jobs
    _check_rows(jobs)
    frame = None
    try:
        frame = _converted(jobs)
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"jobs: {_kind(jobs)} cannot be made into a pandas DataFrame ({type(error).__name__}: {shown(error, 200)})."
            " Give a list of its job ids."
        ) from error
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"jobs: {_kind(jobs)} is not a DataFrame that batchnb knows. Give a list of its job ids.")
    return frame


def _check_rows(jobs: Any) -> None:
    if call := _lazy(jobs):
        raise InputError(f"jobs: {_kind(jobs)} has no rows until it is computed. Give the result of .{call} instead.")
    if _is_of_pandas(jobs, "Styler"):
        raise InputError("jobs: a Styler is a picture of a DataFrame. Give the DataFrame itself: its .data.")
    if _is_of_pandas(jobs, "GroupBy"):
        raise InputError("jobs: these are groups of a DataFrame. Give the DataFrame, or one group: .get_group(name).")


def _converted(jobs: Any) -> Any:
    import pandas as pd

    for name in _CONVERSIONS:
        convert = getattr(jobs, name, None)
        if callable(convert):
            try:
                return convert()
            except ImportError:  # polars needs pyarrow for it
                break
    columns = getattr(jobs, "get_columns", None)
    if callable(columns):
        return pd.DataFrame({column.name: pd.Series(column.to_list(), dtype=object) for column in columns()})
    if hasattr(jobs, "__arrow_c_stream__"):
        try:
            pyarrow = import_module("pyarrow")
        except ImportError as error:
            raise InputError(
                f"jobs: to read {_kind(jobs)}, pyarrow is needed. Install it, or give a list of the job ids."
            ) from error
        return pyarrow.table(jobs).to_pandas()
    return None


def _lazy(jobs: object) -> str:
    """Return what to call for the rows of a frame that has none yet; empty for any other."""
    return next((call for mark, call in _NOT_YET if hasattr(type(jobs), mark) and hasattr(jobs, call[:-2])), "")


def _is_of_pandas(jobs: object, *names: str) -> bool:
    kind = type(jobs)
    return kind.__module__.partition(".")[0] in ("pandas", "polars") and kind.__name__.endswith(names)


def _kind(jobs: object) -> str:
    kind = type(jobs)
    return f"a {kind.__name__} of {kind.__module__.partition('.')[0]}"
