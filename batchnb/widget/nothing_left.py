"""Why none of the jobs that somebody wants to review can be selected, in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from batchnb.widget.elsewhere import LOCKS_FROM
from batchnb.widget.review import with_verb
from batchnb.widget.table.rows import Lock

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession

__all__ = ["nothing_left_text"]

_WHY = {
    Lock.FINISHED: "has/have|ended already",
    Lock.STOPPING: "is/are|stopping already",
    Lock.NOT_FOUND: "is/are|not known to AWS",
    Lock.PROTECTED: "is/are|protected",
}


def nothing_left_text(session: PickerSession, job_ids: Iterable[str], *, missing: str = "in this list") -> str:
    """Return why none of these jobs can be ended. `missing` is what those are not that the table does not have.

    The mutex of the session's jobs has to be held.
    """
    locks, row_of, texts = session.jobs.marks.locks, session.jobs.snapshot.row_of, session.peer.elsewhere.texts

    def why(job_id: str) -> str:
        if job_id not in row_of:
            return f"is/are|not {missing}"
        code = int(locks[row_of[job_id]])
        if code < LOCKS_FROM:
            return _WHY.get(Lock(code), "is/are|not to be selected")
        # Another picker ends it, or has ended it.
        text = texts[code - LOCKS_FROM]
        return f"is/are|{text}" if text.startswith("being ") else f"/|{text}"

    counts = Counter(map(why, job_ids)).most_common()
    return f"Nothing to end: {', '.join(with_verb(count, *text.split('|', 1)) for text, count in counts)}."
