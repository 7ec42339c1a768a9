from __future__ import annotations

from datetime import UTC, datetime

import pytest

from batchnb.model.event import EventState, JobEvent
from batchnb.widget.table.marks import Progress

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = "11111111-2222-3333-4444-55555555555%d"


def test_the_time_left_is_known_by_what_has_ended() -> None:
    """Refusals come at once, and say nothing of how long jobs take to end."""
    progress = Progress(to_send=4, watched=4, started=100.0)
    progress.note(JobEvent(JOB % 0, EventState.FAILED, NOW, "denied"))
    assert progress.figures(110.0)["left"] is None
    progress.note(JobEvent(JOB % 1, EventState.ENDED, NOW, "FAILED"))
    assert progress.figures(110.0)["left"] == pytest.approx(20.0)
