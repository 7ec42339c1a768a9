"""The rows of a picker whose jobs the runs of other pickers end, or have ended: they are locked, and say by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from batchnb.text import plural
from batchnb.widget.table.rows import Lock

if TYPE_CHECKING:
    from batchnb.widget.table.marks import Marks

__all__ = ["LOCKS_FROM", "Elsewhere"]

LOCKS_FROM = 16
"""The first code of a lock whose words are in `texts`."""
_CODES = 0x100
_OTHERWISE = "taken by another picker"


class Elsewhere:
    """The words for the locked rows of one picker. Use it under the mutex of the session's jobs."""

    def __init__(self) -> None:
        self.texts: list[str] = [_OTHERWISE]
        """What is said of the rows with each lock from `LOCKS_FROM` on."""
        self.note = ""
        """The sentence that says how many jobs are locked, and by which picker; empty if all can be selected."""
        self._has_locked = False
        self._live: Counter[str] = Counter()
        """How many rows are locked with each text."""

    def lock(self, marks: Marks, wanted: Mapping[int, str], *, is_all: bool = True) -> bool:
        """Lock exactly these rows, each for its reason, or else these besides; return whether that changes anything.

        A row that is locked otherwise, as a job that has ended is, stays as it is.
        """
        if not wanted and not (is_all and self._has_locked):
            # To look at the locks is to look at every row, and a long table is to be on the screen before that.
            return False
        self._has_locked = True
        locks, change = marks.locks, dict[int, int]()
        if is_all:
            self._live.clear()
            change = {row: int(Lock.NONE) for row in np.flatnonzero(locks >= LOCKS_FROM).tolist() if row not in wanted}
        for row, text in wanted.items():
            if locks[row] != Lock.NONE and locks[row] < LOCKS_FROM:
                continue
            if not is_all and locks[row] >= LOCKS_FROM:
                self._live[self.texts[locks[row] - LOCKS_FROM]] -= 1
            self._live[text] += 1
            if locks[row] != (code := self._code_of(text)):
                change[row] = code
        if change:
            marks.relock(change)
        live = {text: count for text, count in self._live.items() if count and text.startswith("being ")}
        self.note = " ".join(
            f"{plural(count, 'job')} {'is' if count == 1 else 'are'} {text}." for text, count in live.items()
        )
        return bool(change)

    def _code_of(self, text: str) -> int:
        if text not in self.texts:
            if LOCKS_FROM + len(self.texts) == _CODES:
                return LOCKS_FROM
            self.texts.append(text)
        return LOCKS_FROM + self.texts.index(text)
