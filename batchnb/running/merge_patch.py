"""Patches between records: JSON Merge Patch (RFC 7396), in which a list of the same length is patched by place.

Such a list stands as `{"@": {"0": patch}}`. Merge Patch itself would write a list of containers anew for one command.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batchnb.model.records import Record

__all__ = ["difference", "patched"]

_PLACES = "@"
_MISSING = object()


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> Record:
    """Return the patch that makes `new` of `old`.

    >>> difference({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 2, "d": 4}})
    {'b': {'d': 4}, 'a': None}
    >>> difference({"a": [{"b": 1, "c": 2}, 3]}, {"a": [{"b": 1, "c": 4}, 3]})
    {'a': {'@': {'0': {'c': 4}}}}
    """
    patch: Record = {
        name: _change(before, value)
        for name, value in new.items()
        if not _is_same(before := old.get(name, _MISSING), value)
    }
    if not new.keys() >= old.keys():
        patch.update(dict.fromkeys(name for name in old if name not in new))
    return patch


def patched(old: Mapping[str, Any], patch: Mapping[str, Any]) -> Record:
    """Return the record that a patch makes of `old`. Raises ValueError where a list has no such place.

    >>> patched({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 4}, "a": None})
    {'b': {'c': 2, 'd': 4}}
    >>> patched({"a": [{"b": 1, "c": 2}, 3]}, {"a": {"@": {"0": {"c": 4}}}})
    {'a': [{'b': 1, 'c': 4}, 3]}
    """
    record = dict(old)
    for name, value in patch.items():
        if value is None:
            record.pop(name, None)
        else:
            record[name] = _changed(record.get(name), value)
    return record


def _is_same(before: object, value: object) -> bool:
    return before is value or (before == value and type(before) is type(value))


def _change(before: object, value: Any) -> Any:
    if type(value) is dict and type(before) is dict:
        return difference(before, value)
    if type(value) is list and type(before) is list and len(value) == len(before):
        pairs = enumerate(zip(before, value, strict=True))
        return {_PLACES: {str(place): _change(old, new) for place, (old, new) in pairs if not _is_same(old, new)}}
    return value


def _changed(before: object, value: Any) -> Any:
    if type(value) is not dict:
        return value
    if type(before) is not list or value.keys() != {_PLACES}:
        return patched(before if type(before) is dict else {}, value)
    parts = list(before)
    for place, part in value[_PLACES].items():
        number = int(place)
        if not 0 <= number < len(parts):
            raise ValueError("the list that is patched has no such place")
        parts[number] = _changed(parts[number], part)
    return parts
