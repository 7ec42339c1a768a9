"""JSON from bytes and back, several times as fast as Python's own.

Much of the work of a large run is to read answers and to write the journal. What orjson refuses and Python's own json
takes goes through the latter: a lone surrogate, for example, which hostile names have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import orjson

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

    A whole number of more than 64 bits, which AWS does not know, becomes a float. Where the text is nested too deep for
    Python, null takes the place of all that is below `DEEPEST` levels.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        pass
    try:
        return _loads(data)
    except RecursionError:
        return _loads(_cut(data))


def to_json(value: Any) -> bytes:
    """Return `value` as JSON on one line, in UTF-8; a lone surrogate as `surrogatepass` has it, NaN as null.

    What is nested deeper than Python can take is null below `DEEPEST` levels. Raises TypeError for what has no form in
    JSON.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return _encoded(value, _encode)


def to_sorted_json(value: Any) -> bytes:
    """Return `value` as `to_json` does, with the keys of each object sorted: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _encoded(value, _encode_sorted)


def _encoded(value: Any, encode: Callable[[Any], str]) -> bytes:
    try:
        text = encode(value)
    except (RecursionError, ValueError):  # a ValueError is of a value that contains itself
        text = encode(_shallow(value, DEEPEST))
    return text.encode("utf-8", "surrogatepass")


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
