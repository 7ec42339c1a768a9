"""Reading the fields of a request, with the refusal that AWS Batch gives when one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import bad_request
from batchnb.local.operations.schema import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.operations.schema import Schema

__all__ = ["Fields", "read_members"]


class Fields:
    """The members of a request's JSON object. Every reader raises a ClientException for a wrong type."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members

    def read(self, schema: Schema) -> dict[str, Any]:
        """Return all members by a schema; see `read_members`."""
        return dict(read_members(schema, self._members))

    def text(self, name: str) -> str | None:
        """Return a text, or None when it is missing."""
        value = self._members.get(name)
        if value is not None and not isinstance(value, str):
            raise bad_request(f"{name} must be a string.")
        return value

    def needed_text(self, name: str) -> str:
        """Return a text that must be there and not be empty."""
        value = self.text(name)
        if not value:
            raise bad_request(f"{name} must not be null or empty.")
        return value

    def number(self, name: str) -> int | None:
        """Return a whole number, or None when it is missing."""
        value = self._members.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise bad_request(f"{name} must be an integer.")
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean, False when it is missing."""
        value = self._members.get(name)
        if value is not None and not isinstance(value, bool):
            raise bad_request(f"{name} must be a boolean.")
        return bool(value)

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty when it is missing."""
        value = self._members.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise bad_request(f"{name} must be a list of strings.")
        return value

    def table(self, name: str) -> dict[str, str]:
        """Return a map of texts, empty when it is missing."""
        value = self._members.get(name) or {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise bad_request(f"{name} must be a map of strings.")
        return value

    def part(self, name: str) -> Fields:
        """Return a structure, empty when it is missing."""
        value = self._members.get(name) or {}
        if not isinstance(value, dict):
            raise bad_request(f"{name} must be a structure.")
        return Fields(value)

    def parts(self, name: str) -> list[Fields]:
        """Return a list of structures, empty when it is missing."""
        value = self._members.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_request(f"{name} must be a list of structures.")
        return [Fields(one) for one in value]


def read_members(schema: Schema, value: Any, where: str = "") -> Any:
    """Return what a request says, by its schema: what AWS does not know is dropped, as the service drops it.

    Raises a ClientException for a wrong type, a text that is not allowed, or a member that must be there.
    """
    if isinstance(schema, dict):
        return _read_structure(schema, value, where)
    if isinstance(schema, list):
        if not isinstance(value, list):
            raise bad_request(f"{where} must be a list.")
        return [read_members(schema[0], one, f"{where}[{number}]") for number, one in enumerate(value)]
    if isinstance(schema, tuple):
        if value not in schema:
            raise bad_request(f"{where} must be one of {', '.join(schema)}.")
    elif type(value) is not schema:
        raise bad_request(f"{where} must be {_TYPES[schema]}.")
    return value


_TYPES = {str: "a string", int: "an integer", bool: "a boolean"}


def _read_structure(schema: Schema, value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_request(f"{where or 'the request'} must be a structure.")
    start = f"{where}." if where else ""
    if ANY in schema:
        return {name: read_members(schema[ANY], one, f"{start}{name}") for name, one in value.items()}
    read = {}
    for key, inner in schema.items():
        name = key.removesuffix("!")
        if value.get(name) is not None:
            read[name] = read_members(inner, value[name], f"{start}{name}")
        elif key != name:
            raise bad_request(f"{start}{name} must not be null or empty.")
    return read
