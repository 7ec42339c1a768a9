"""Reading the fields of a request, with the refusal that AWS Batch gives when one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fields"]


class Fields:
    """The members of a request's JSON object. Every reader raises a ClientException for a wrong type."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members

    def text(self, name: str) -> str | None:
        """Answer a text, or None when it is missing."""
        value = self._members.get(name)
        if value is not None and not isinstance(value, str):
            raise bad_request(f"{name} must be a string.")
        return value

    def needed_text(self, name: str) -> str:
        """Answer a text that must be there and not be empty."""
        value = self.text(name)
        if not value:
            raise bad_request(f"{name} must not be null or empty.")
        return value

    def number(self, name: str) -> int | None:
        """Answer a whole number, or None when it is missing."""
        value = self._members.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise bad_request(f"{name} must be an integer.")
        return value

    def texts(self, name: str) -> list[str]:
        """Answer a list of texts, empty when it is missing."""
        value = self._members.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise bad_request(f"{name} must be a list of strings.")
        return value

    def table(self, name: str) -> dict[str, str]:
        """Answer a map of texts, empty when it is missing."""
        value = self._members.get(name) or {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise bad_request(f"{name} must be a map of strings.")
        return value

    def part(self, name: str) -> Fields:
        """Answer a structure, empty when it is missing."""
        value = self._members.get(name) or {}
        if not isinstance(value, dict):
            raise bad_request(f"{name} must be a structure.")
        return Fields(value)

    def parts(self, name: str) -> list[Fields]:
        """Answer a list of structures, empty when it is missing."""
        value = self._members.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_request(f"{name} must be a list of structures.")
        return [Fields(one) for one in value]
