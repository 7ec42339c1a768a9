"""A column as bytes for the browser: dictionary codes for text, 16 bytes for a job id, narrow numbers for the rest.

Every part begins at a multiple of 8 bytes, so that the browser can look at it as typed arrays, without a copy; texts
stand in a buffer of their own, which it need not keep. Times are epoch milliseconds. Whole numbers travel as what they
are above the least one, in as few bytes as hold that; those that float64 cannot hold exactly travel as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Codes", "Packer", "are_distinct", "factorized", "is_text", "packed", "packed_ids", "shown_title"]

TEXT_LENGTH = 1024
"""Characters of one text that are sent; a longer one ends in an ellipsis."""

TITLE_LENGTH = 200

_EXACT = 2**53
_WIDTHS = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFFFFFF}
_LONG = 5000
_SAMPLE = 1000
_TIME_TITLES = frozenset({"createdAt", "startedAt", "stoppedAt", "created_at", "started_at", "stopped_at"})
_EPOCH_MS = 1e11
"""A number above this, in a column that is called a time, is taken for milliseconds, as AWS answers them."""


Codes = tuple["NDArray[np.int64]", list[Any]]
"""The place of each row's word among the words, -1 where there is none; and the words."""


@dataclass(slots=True)
class Packer:
    """Collects parts, and texts beside them, and tells where each begins."""

    _parts: list[bytes] = field(default_factory=list)
    _texts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _text_size: int = 0

    def add(self, part: bytes) -> int:
        """Append a part and return the position of its first byte."""
        start = self._size
        padded = part + b"\0" * (-len(part) % 8)
        self._parts.append(padded)
        self._size += len(padded)
        return start

    def add_text(self, text: bytes) -> int:
        """Append a text to the texts and return the position of its first byte."""
        start = self._text_size
        self._texts.append(text)
        self._text_size += len(text)
        return start

    def joined(self) -> tuple[bytes, bytes]:
        """Return all parts as one, and all texts."""
        return b"".join(self._parts), b"".join(self._texts)


def packed(column: pd.Series[Any], title: object, packer: Packer, codes: Codes | None = None) -> dict[str, Any]:
    """Put a column into the packer and return what the browser has to know to read it.

    `codes` is what `factorized` returns, for a column in which they have to be the same in each packer.
    """
    described: dict[str, Any] = {"title": shown_title(title)}
    if codes is not None:
        return described | {"kind": "text"} | _packed_words(*codes, packer)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return described | {"kind": "time"} | _packed_numbers(_milliseconds(column), packer)
    numbers = _numbers(column)
    if numbers is None:
        flag = {"isFlag": True} if _is_flag(column) else {}
        return described | {"kind": "text"} | flag | _packed_text(column, packer)
    is_time = str(title) in _TIME_TITLES and bool(np.nanmin(numbers, initial=np.inf) > _EPOCH_MS)
    return described | {"kind": "time" if is_time else "number"} | _packed_numbers(numbers, packer)


def packed_ids(uuids: NDArray[np.uint8], title: object, packer: Packer) -> dict[str, Any]:
    """Put the 16 bytes of each job id into the packer, as `packed` does with a column."""
    return {"title": shown_title(title), "kind": "ids", "at": packer.add(uuids.tobytes())}


def shown_title(title: object) -> str:
    """Return the title of a column as the browser gets it."""
    return _text(title)[:TITLE_LENGTH]


def factorized(column: pd.Series[Any]) -> Codes:
    """Return the words of a column, and where in it each of them stands."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.int64), list(column.cat.categories)
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) not in ("string", "empty"):
        # Dicts have no hash, and 1, 1.0 and True have the same.
        column = column.map(_text_or_none).astype(object)
    codes, words = pd.factorize(column)
    return np.asarray(codes, dtype=np.int64), np.asarray(words, dtype=object).tolist()


def is_text(column: pd.Series[Any]) -> bool:
    """Whether this is a column of texts, or of anything at all."""
    return column.dtype == object or isinstance(column.dtype, (pd.StringDtype, pd.CategoricalDtype))


def are_distinct(column: pd.Series[Any]) -> bool:
    """Whether nearly every row of this long column has a text of its own, so that a dictionary would save nothing."""
    if len(column) < _LONG or not is_text(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return False
    sample = column.iloc[:: len(column) // _SAMPLE].tolist()
    return set(map(type, sample)) == {str} and len(set(sample)) > 0.9 * len(sample)


def _is_flag(column: pd.Series[Any]) -> bool:
    """Whether this is a column of True and False, some of them missing at most."""
    if pd.api.types.is_bool_dtype(column.dtype) and not isinstance(column.dtype, pd.CategoricalDtype):
        return True
    return column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "boolean"


def _milliseconds(column: pd.Series[Any]) -> NDArray[np.float64]:
    utc = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
    moments = utc.to_numpy(dtype="datetime64[ms]")
    return np.where(np.isnat(moments), np.nan, moments.astype("int64").astype("float64"))


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64] | None:
    kind = pd.api.types
    dtype = column.dtype
    if not kind.is_numeric_dtype(dtype) or kind.is_bool_dtype(dtype) or kind.is_complex_dtype(dtype):
        return None
    numbers: NDArray[np.float64] = column.to_numpy(dtype="float64", na_value=np.nan)
    if kind.is_integer_dtype(dtype) and bool((np.abs(numbers) >= _EXACT).any()):
        return None
    return numbers


def _packed_numbers(numbers: NDArray[np.float64], packer: Packer) -> dict[str, Any]:
    missing = np.isnan(numbers)
    known = numbers[~missing] if missing.any() else numbers
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    for width, top in _WIDTHS.items():
        # The highest one stands for a missing value.
        if most - least < top and (known == np.floor(known)).all():
            above = np.where(missing, top, numbers - least).astype(f"uint{8 * width}")
            return {"at": packer.add(above.tobytes()), "width": width, "least": least}
    return {"at": packer.add(numbers.tobytes()), "width": 8, "least": 0}


def _packed_text(column: pd.Series[Any], packer: Packer) -> dict[str, Any]:
    if are_distinct(column):
        words = column.tolist()
        if set(map(type, words)) == {str}:
            return _packed_words(None, words, packer)
    return _packed_words(*factorized(column), packer)


def _packed_words(codes: NDArray[np.int64] | None, words: list[Any], packer: Packer) -> dict[str, Any]:
    texts, joined = _joined(words)
    lengths = map(len, texts) if joined.isascii() or max(joined) <= "\uffff" else map(_utf16_length, texts)
    # The first text is that of a row without any.
    wide = np.fromiter(chain([0], lengths), dtype="uint16", count=len(texts) + 1)
    length_size = 1 if wide.max() <= 0xFF else 2
    blob = joined.encode()
    size = 1 if len(wide) <= 0x100 else 2 if len(wide) <= 0x10000 else 4
    return {
        "texts": len(wide),
        "lengths": packer.add(wide.astype(f"uint{8 * length_size}").tobytes()),
        "lengthSize": length_size,
        "blob": packer.add_text(blob),
        "blobLength": len(blob),
        # Where every row has a text of its own, the row is the code.
        "codes": None if codes is None else packer.add((codes + 1).astype(f"uint{8 * size}").tobytes()),
        "codeSize": size,
    }


def _joined(words: list[Any]) -> tuple[list[str], str]:
    # Most columns need nothing done to them, and a look at each of a million words would cost more than all the rest.
    if set(map(type, words)) <= {str}:
        joined = "".join(words)
        if joined.isascii() and max(map(len, words), default=0) <= TEXT_LENGTH:
            return words, joined
    texts = [_text(word) for word in words]
    return texts, "".join(texts)


def _text_or_none(value: Any) -> str | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        value = ", ".join(f"{key}={entry}" for key, entry in list(value.items())[:TEXT_LENGTH])
    text = value if isinstance(value, str) else str(value)
    if len(text) > TEXT_LENGTH:
        text = text[: TEXT_LENGTH - 1] + "…"
    # A lone surrogate is no UTF-8, and would shift every text behind it.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
