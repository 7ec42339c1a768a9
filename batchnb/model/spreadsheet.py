"""Frames for spreadsheets: what Excel cannot hold, such as time zones and control characters, made into what it can."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TEXT_LIMIT", "prepare_for_excel"]

TEXT_LIMIT = 32_767
"""Characters of a cell in Excel."""

# What XML 1.0 cannot hold, and therefore no .xlsx file.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def prepare_for_excel(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of the frame that `DataFrame.to_excel` can write.

    Times lose their zone and stay UTC. Texts lose what a file cannot hold: control characters are spelled out, and the
    end is cut after `TEXT_LIMIT` characters. A text that begins with "=" gets an apostrophe in front, for a job's name
    must not become a formula. Dicts, such as tags, become JSON.
    """
    import pandas as pd

    prepared = frame.copy()
    for place in range(prepared.shape[1]):
        column = prepared.iloc[:, place]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            prepared.isetitem(place, column.dt.tz_convert("UTC").dt.tz_localize(None))
        elif not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_dtype(column.dtype)):
            prepared.isetitem(place, pd.Series([_cell(value) for value in column], dtype=object).to_numpy())
    if isinstance(prepared.index, pd.DatetimeIndex) and prepared.index.tz is not None:
        prepared.index = prepared.index.tz_convert("UTC").tz_localize(None)
    return prepared


def _cell(value: Any) -> Any:
    import pandas as pd

    if isinstance(value, dict | list | tuple | set | frozenset):
        value = json.dumps(value, default=str, ensure_ascii=False)
    elif pd.isna(value):
        return None
    if not isinstance(value, str):
        return value.tz_convert("UTC").tz_localize(None) if getattr(value, "tzinfo", None) is not None else value
    text = _FORBIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), value)
    return f"{chr(39) if text.startswith('=') else ''}{text}"[:TEXT_LIMIT]
