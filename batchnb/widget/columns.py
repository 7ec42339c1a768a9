"""A column as bytes for the browser: dictionary codes for text, float64 for numbers and for times.

Every part begins at a multiple of 8 bytes, so that the browser can look at it as typed arrays, without a copy.
Times are epoch milliseconds, which float64 holds exactly for some 285,000 years; whole numbers that it cannot hold
exactly travel as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Packer", "packed"]

TEXT_LENGTH = 1024
"""Characters of one text that are sent; a longer one ends in an ellipsis."""

TITLE_LENGTH = 200

_EXACT = 2**53
_SMALL = 2**31
_TIME_TITLES = frozenset({"createdAt", "startedAt", "stoppedAt", "created_at", "started_at", "stopped_at"})
_EPOCH_MS = 1e11
"""A number above this, in a column that is called a time, is taken for milliseconds, as AWS answers them."""


@dataclass(slots=True)
class Packer:
    """Collects parts and tells where each begins."""

    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0

    def add(self, part: bytes) -> int:
        """Append a part and return the position of its first byte."""
        start = self._size
        padded = part + b"\0" * (-len(part) % 8)
        self._parts.append(padded)
        self._size += len(padded)
        return start

    def joined(self) -> bytes:
        """Return all parts as one."""
        return b"".join(self._parts)


def packed(column: pd.Series[Any], title: object, packer: Packer) -> dict[str, Any]:
    """Put a column into the packer and return what the browser has to know to read it."""
    described: dict[str, Any] = {"title": _text(title)[:TITLE_LENGTH]}
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return described | {"kind": "time", "at": packer.add(_milliseconds(column).tobytes()), "size": 8}
    numbers = _numbers(column)
    if numbers is None:
        return described | {"kind": "text"} | _packed_text(column, packer)
    is_time = str(title) in _TIME_TITLES and bool(np.nanmin(numbers, initial=np.inf) > _EPOCH_MS)
    # Most whole numbers are small, and half as wide on their way.
    is_small = pd.api.types.is_integer_dtype(column.dtype) and bool((np.abs(numbers) < _SMALL).all())
    part = numbers.astype("int32") if is_small else numbers
    kind = "time" if is_time else "number"
    return described | {"kind": kind, "at": packer.add(part.tobytes()), "size": part.itemsize}


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


def _packed_text(column: pd.Series[Any], packer: Packer) -> dict[str, Any]:
    codes, words = _factorized(column)
    texts = ["", *_cleaned(words)]
    joined = "".join(texts)
    lengths = map(len, texts) if joined.isascii() or max(joined) <= "\uffff" else map(_utf16_length, texts)
    wide = np.fromiter(lengths, dtype="uint16", count=len(texts))
    length_size = 1 if wide.max() <= 0xFF else 2
    blob = joined.encode()
    is_identity = len(words) == len(codes) and bool((codes == np.arange(len(codes))).all())
    size = 1 if len(texts) <= 0x100 else 2 if len(texts) <= 0x10000 else 4
    return {
        "texts": len(texts),
        "lengths": packer.add(wide.astype(f"uint{8 * length_size}").tobytes()),
        "lengthSize": length_size,
        "blob": packer.add(blob),
        "blobLength": len(blob),
        # Where every text is another, as job ids are, the row is the code.
        "codes": None if is_identity else packer.add((codes + 1).astype(f"uint{8 * size}").tobytes()),
        "codeSize": size,
    }


def _cleaned(words: list[Any]) -> list[str]:
    # Most columns need nothing done to them, and a look at each of a million words would cost more than all the rest.
    if set(map(type, words)) <= {str} and "".join(words).isascii() and max(map(len, words), default=0) <= TEXT_LENGTH:
        return words
    return [_text(word) for word in words]


def _factorized(column: pd.Series[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.int64), list(column.cat.categories)
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) not in ("string", "empty"):
        # Dicts have no hash, and 1, 1.0 and True have the same.
        column = column.map(_text_or_none).astype(object)
    codes, words = pd.factorize(column)
    return np.asarray(codes, dtype=np.int64), np.asarray(words, dtype=object).tolist()


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
