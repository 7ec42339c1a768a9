"""The ends of a journal, its header and its last line, without all that is between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchnb.errors import JournalError
from batchnb.running.journal_folder import open_to_read
from batchnb.running.run_reader import check_header, read_line, read_record

__all__ = ["Ends", "read_ends"]

_AT_ONCE = 16 * 1024
"""Bytes that are read at first: the header and the last lines of most journals are shorter."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of one journal."""

    header: Mapping[str, Any] | None
    """Its first line, None where that is not one."""
    last: Mapping[str, Any] | None
    """Its last line that can be read."""
    offset: int
    """Bytes before that line."""
    is_torn: bool
    """Whether the file ends in the middle of a line."""

    @property
    def end(self) -> Mapping[str, Any] | None:
        """The line that says that the run is over; None where the last line is another one."""
        return self.last if self.last is not None and self.last.get("type") == "end" else None

    @property
    def is_whole(self) -> bool:
        """Whether the run is over, and the size noted in the last line matches: no line is missing before it."""
        return self.end is not None and self.end.get("size") == self.offset

    def check_header(self, path: Path) -> Mapping[str, Any]:
        """Return the header, or what else the journal holds of it.

        Raises JournalError where that is nothing, or where it is of a newer version.
        """
        try:
            return check_header(path, self.header)
        except JournalError:
            return read_record(path).header


def read_ends(path: Path) -> Ends:
    """Return the ends of the journal at `path`. Raises JournalError where it cannot be read at all."""
    with open_to_read(path) as descriptor:
        try:
            size = os.fstat(descriptor).st_size
            last, offset, is_torn = _last_line(descriptor, size)
            return Ends(_first_line(descriptor, size), last, offset, is_torn)
        except OSError as error:
            raise JournalError(f"the journal {path} cannot be read ({error.strerror or error}).") from error


def _first_line(descriptor: int, size: int) -> Mapping[str, Any] | None:
    text = b""
    while b"\n" not in text and len(text) < size:
        if not (more := _read(descriptor, len(text), max(_AT_ONCE, len(text)))):
            break
        text += more
    return read_line(text.partition(b"\n")[0])


def _last_line(descriptor: int, size: int) -> tuple[Mapping[str, Any] | None, int, bool]:
    """Return the last line that can be read, how many bytes are before it, and whether the file ends in a line."""
    text, start = b"", size
    while start > 0:
        step = min(start, max(_AT_ONCE, len(text)))
        text = _read(descriptor, start - step, step) + text
        start -= step
        is_torn = not text.endswith(b"\n")
        end = len(text)
        while (begin := text.rfind(b"\n", 0, end)) >= 0 or (start == 0 and end > 0):
            if line := read_line(text[begin + 1 : end]):
                return line, start + begin + 1, is_torn
            end = begin
            if begin < 0:
                break
    return None, 0, size > 0


def _read(descriptor: int, offset: int, count: int) -> bytes:
    parts: list[bytes] = []
    while count > 0:
        os.lseek(descriptor, offset, os.SEEK_SET)
        if not (part := os.read(descriptor, count)):
            break
        parts.append(part)
        offset += len(part)
        count -= len(part)
    return b"".join(parts)
