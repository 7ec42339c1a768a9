"""The columns of a DataFrame as a search reads them: words by code, numbers, and tags; and which fields there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from batchnb.jobs.search.fields import TITLES, Field, Kind
from batchnb.jobs.search.schema import Schema, make_schema

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["SearchTable", "Words", "own_field", "schema_of"]

_NOT_SHOWN = frozenset({"jobArn", "isTerminated", "isCancelled", "liveChildren"})
"""Columns of a listing in which no bare word is looked for: nobody sees them unless they are asked for."""

_OWN = "own:"
_TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Words:
    """A column of a few distinct values: which one each row has, -1 where there is none."""

    codes: NDArray[np.int64]
    values: list[Any]


@dataclass
class SearchTable:
    """The rows of a DataFrame at one moment."""

    frame: pd.DataFrame
    now_ms: float
    """Epoch milliseconds: what ages are counted from."""
    flags: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """For `is:`: which rows have a mark."""
    also: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Rows that are in a status besides the one of their column: arrays of which a child is."""
    uncounted: NDArray[np.bool_] | None = None
    """Arrays that have not ended, and of which nobody knows the statuses of their children."""
    hidden: frozenset[str] = _NOT_SHOWN
    """The titles of columns in which no bare word is looked for."""
    _words: dict[str, Words] = field(default_factory=dict)

    @cached_property
    def schema(self) -> Schema:
        """Which fields can be asked for."""
        taken = set(self._places.values())
        own = [
            own_field(title, _kind_of(self.frame.iloc[:, place]))
            for place, title in enumerate(self._titles)
            if place not in taken
        ]
        return make_schema({*self._places, *(["flags"] if self.flags else [])}, own)

    def words(self, source: str) -> Words:
        """Return the texts of a column."""
        if source not in self._words:
            self._words[source] = _factorize(self._column(source), _as_text)
        return self._words[source]

    def tags(self, source: str) -> Words:
        """Return the tags of each row as pairs; -1 where nobody knows them."""
        return _factorize(self._column(source), _as_pairs)

    def numbers(self, source: str) -> NDArray[np.float64]:
        """Return numbers, or times as epoch milliseconds; NaN where there is none."""
        import numpy as np
        import pandas as pd

        column = self._column(source)
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            utc = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
            moments = utc.to_numpy(dtype="datetime64[ms]")
            return np.where(np.isnat(moments), np.nan, moments.astype("int64").astype("float64"))
        if column.dtype == object:
            column = pd.to_numeric(column, errors="coerce")
        numbers: NDArray[np.float64] = column.to_numpy(dtype="float64", na_value=np.nan)
        return numbers

    def shown_texts(self) -> list[str]:
        """Return the sources in which a bare word is looked for."""
        return [
            self._source_at(place)
            for place, title in enumerate(self._titles)
            if title not in self.hidden and _kind_of(self.frame.iloc[:, place]) is Kind.TEXT
        ]

    @cached_property
    def _titles(self) -> list[str]:
        return [_title(title) for title in self.frame.columns]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where each source is that the frame has."""
        first = {title: place for place, title in reversed(list(enumerate(self._titles)))}
        found = {source: [first[title] for title in titles if title in first] for source, titles in TITLES.items()}
        return {source: places[0] for source, places in found.items() if places}

    def _source_at(self, place: int) -> str:
        built_in = next((source for source, taken in self._places.items() if taken == place), None)
        return built_in or f"{_OWN}{self._titles[place]}"

    def _column(self, source: str) -> pd.Series[Any]:
        own = source.startswith(_OWN)
        place = self._titles.index(source.removeprefix(_OWN)) if own else self._places[source]
        return self.frame.iloc[:, place]


def own_field(title: str, kind: Kind) -> Field:
    """Return the field of a column that is not built in."""
    return Field(title, kind, f"{_OWN}{title}")


def schema_of(frame: pd.DataFrame) -> Schema:
    """Return which fields a DataFrame has."""
    return SearchTable(frame, 0).schema


def _title(title: object) -> str:
    return str(title)[:_TITLE_LENGTH]


def _kind_of(column: pd.Series[Any]) -> Kind:
    import pandas as pd

    types = pd.api.types
    if types.is_datetime64_any_dtype(column.dtype):
        return Kind.MOMENT
    if types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype):
        return Kind.TEXT if types.is_complex_dtype(column.dtype) else Kind.NUMBER
    return Kind.TEXT


def _factorize(column: pd.Series[Any], read: Callable[[Any], Any]) -> Words:
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        return Words(np.asarray(column.cat.codes, dtype=np.int64), [read(value) for value in column.cat.categories])
    # pandas' own factorize takes tuples for a second dimension, and 1 and True for the same.
    numbers: dict[Any, int] = {}
    read_values = map(read, column.tolist())
    codes = [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in read_values]
    return Words(np.array(codes, dtype=np.int64), list(numbers))


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={entry}" for key, entry in value.items())
    return None if _is_missing(value) else str(value)


def _as_pairs(value: Any) -> tuple[tuple[str, str], ...] | None:
    if isinstance(value, Mapping):
        return tuple((str(key), str(entry)) for key, entry in value.items())
    return None


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)
