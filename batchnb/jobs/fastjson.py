"""JSON from bytes and back, by orjson where it is installed: several times as fast as Python's own json.

Much of the work of a large run is to read answers and to write the journal. Python's json takes over what orjson
refuses, such as a lone surrogate in a hostile name, and everything where there is no orjson. What `to_json` wrote and
`from_json` read is written again as the same bytes, so a job that was kept is equal to the job that was described.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

try:
    import orjson
except ImportError:  # it has no wheel for Python 3.15
    _has_orjson = False
else:
    _has_orjson = True

__all__ = ["DEEPEST", "from_json", "to_json", "to_sorted_json"]

DEEPEST = 100
"""Levels of nesting that are kept of a text with more than Python can take. No answer of AWS has as many."""

_MOST_DIGITS = 20
"""Digits of the largest whole number of 64 bits."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}]', re.DOTALL)


def from_json(data: bytes) -> Any:
    """Return the value of the JSON text in `data`. Raises ValueError where it is not JSON.

    An integer of more than 64 bits, which AWS does not know, becomes a float. Where the text is nested too deep for
    Python, null takes the place of all that is below `DEEPEST` levels.
    """
    if _has_orjson:
        try:
            return orjson.loads(data)
        except ValueError:
            pass
    try:
        return _loads(data)
    except RecursionError:
        return _loads(_cut(data))


def to_json(value: Any) -> bytes:
    """Return `value` as JSON on one line, in UTF-8; a lone surrogate as `surrogatepass` has it.

    NaN, the infinities and numbers that are too large for a float are null, and an integer of more than 64 bits is
    the float that `from_json` makes of it. What is nested deeper than Python can take is null below `DEEPEST` levels.
    Raises TypeError for a value that has no form in JSON.
    """
    return _to_json(value, sort_keys=False)


def to_sorted_json(value: Any) -> bytes:
    """Return `value` as `to_json` does, with the keys of each object sorted: equal values give equal bytes."""
    return _to_json(value, sort_keys=True)


def _to_json(value: Any, *, sort_keys: bool) -> bytes:
    written = _by_orjson(value, sort_keys=sort_keys)
    if written is not None:
        return written
    try:
        value = _representable(value)
    except RecursionError:
        value = _representable(_shallow(value, DEEPEST))
    # Once more: of two equal values both or neither must be written by orjson, whose floats look different.
    written = _by_orjson(value, sort_keys=sort_keys)
    if written is not None:
        return written
    encode = _encode_sorted if sort_keys else _encode
    return encode(value).encode("utf-8", "surrogatepass")


def _by_orjson(value: Any, *, sort_keys: bool) -> bytes | None:
    if not _has_orjson:
        return None
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except TypeError:
        return None


def _representable(value: Any) -> Any:
    """Return `value` with each number as `from_json` would read it, or None where JSON cannot say it."""
    if isinstance(value, dict):
        return {key: _representable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_representable(one) for one in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        try:
            return float(value)
        except OverflowError:
            return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _loads(data: bytes) -> Any:
    return json.loads(data.decode("utf-8", "surrogatepass"), parse_int=_integer)


def _integer(digits: str) -> int | float:
    # As orjson does it; and Python refuses to read numbers of more than some thousand digits.
    if len(digits.lstrip("-")) <= _MOST_DIGITS and -(2**63) <= (number := int(digits)) < 2**64:
        return number
    return float(digits)


def _cut(data: bytes) -> bytes:
    """Return the JSON text with null in the place of what is nested too deep."""
    kept: list[bytes] = []
    depth = begin = 0
    for token in _TOKEN.finditer(data):
        if token[0] in (b"[", b"{"):
            depth += 1
            if depth == DEEPEST + 1:
                kept += [data[begin : token.start()], b"null"]
        elif token[0] in (b"]", b"}"):
            depth -= 1
            if depth == DEEPEST:
                begin = token.end()
    return b"".join(kept) + (data[begin:] if depth <= DEEPEST else b"")


def _shallow(value: Any, levels: int) -> Any:
    if isinstance(value, dict):
        return {key: _shallow(one, levels - 1) for key, one in value.items()} if levels else None
    if isinstance(value, list | tuple):
        return [_shallow(one, levels - 1) for one in value] if levels else None
    return value
