"""JSON from bytes and back, several times as fast as Python's own.

Much of the work of a large run is to read answers and to write the journal. What orjson refuses and Python's own json
takes goes through the latter: a lone surrogate, for example, which hostile names have.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

__all__ = ["from_json", "to_json", "to_sorted_json"]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def from_json(data: bytes) -> Any:
    """Return what the JSON in `data` stands for. Raises ValueError where it is none.

    A whole number of more than 64 bits, which AWS does not know, becomes a float.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "surrogatepass"))


def to_json(value: Any) -> bytes:
    """Return `value` as JSON on one line, in UTF-8; a lone surrogate as `surrogatepass` has it, NaN as null.

    Raises TypeError for what has no form in JSON.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return _encode(value).encode("utf-8", "surrogatepass")


def to_sorted_json(value: Any) -> bytes:
    """Return `value` as `to_json` does, with the keys of each object sorted: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _encode_sorted(value).encode("utf-8", "surrogatepass")
