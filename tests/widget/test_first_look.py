"""A long table is on the screen before all of its rows are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from batchnb.widget.table.rows import rows_in
from tests.e2e.test_bare import some_jobs
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd
    import pytest

    from batchnb.widget.table.rows import Rows


def test_the_first_rows_are_sent_before_the_others_are_looked_at(
    hold: Callable[..., Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the making of a picker nor what it tells of other pickers reads a million ids."""
    looked: list[tuple[int, int]] = []
    hands: list[Hand] = []

    def note(frame: pd.DataFrame, id_at: int, status_at: int | None) -> Rows:
        looked.append((len(frame), len(hands[0].of_kind("snapshot")) if hands else -1))
        return rows_in(frame, id_at, status_at)

    monkeypatch.setattr("batchnb.widget.table.snapshot.rows_in", note)
    hands.append(hold(some_jobs(1000)))
    hands[0].ask("hello")
    assert looked[:2] == [(200, 0), (1000, 1)], "rows, and tables that were sent before"
