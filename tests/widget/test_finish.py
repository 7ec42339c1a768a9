"""Done: the result of a run is read, and shown no more, wherever the picker is open."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb.errors import InputError
from batchnb.widget.table.rows import LIVES
from batchnb.widget.worker import Phase
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

    from batchnb import local

Hold = Callable[..., Hand]


@pytest.fixture
def after_run(hand: Hand, jobs: local.LocalBatch, frame: pd.DataFrame) -> Hand:
    """Return a picker after a run of two jobs, of which AWS refused to end one."""
    jobs.world.deny(frame["jobId"][1])
    hand.planned(0, 1)
    hand.confirmed()
    return hand


def number(hand: Hand) -> Any:
    """Return the number of the result that is shown."""
    return hand.picker._session.state()["result"]["number"]


def fates(hand: Hand) -> int:
    """Return in how many rows something stands in the column of results."""
    return int((hand.picker._session.jobs.marks.fates != 0).sum())


def test_done_is_told_to_every_page(after_run: Hand) -> None:
    """The result, its column and the selection are gone, for a page that opens later too; a job that ended stays so."""
    hand = after_run
    hand.picker.select([hand.picker._session.jobs.snapshot.frame["jobId"][3]])
    hand.sent.clear()
    assert hand.ask("done", {"number": number(hand)})["done"]
    assert hand.state["result"] is None
    (patch, (buffer,)) = hand.of_kind("patch")[-1]
    assert patch["rows"] == 2
    assert list(buffer[8:10]) == [0, 0]
    assert fates(hand) == 0
    assert not len(hand.picker.selected)
    hand.sent.clear()
    hand.ask("hello")
    ((table, parts),) = hand.of_kind("snapshot")
    assert table["state"]["result"] is None
    assert table["messages"] == []
    assert not any(parts[4])
    marks = hand.picker._session.jobs.marks
    assert [LIVES[code] for code in marks.lives[:2]] == ["FAILED", "RUNNING"]
    assert hand.choose(0, 1)["selected"] == 1


def test_the_record_and_the_report_stay(after_run: Hand) -> None:
    """Only the picker shows it no more."""
    report = after_run.picker.report
    assert report is not None
    after_run.ask("done", {"number": number(after_run)})
    assert after_run.picker.report is report
    assert len(batchnb.history()) == 1
    assert after_run.ask("ticket")["ok"]


def test_a_stale_or_forged_done_changes_nothing(after_run: Hand) -> None:
    """One that means the result of the run before this one, or none at all."""
    hand, first = after_run, number(after_run)
    hand.planned(2)
    hand.confirmed()
    second = number(hand)
    assert second != first
    shown = fates(hand)
    hand.choose(4)
    for forged in (first, second + 1, None, True, str(second), [second]):
        answer = hand.ask("done", {"number": forged})
        assert (answer["ok"], answer["done"]) == (True, False)
    assert number(hand) == second
    assert fates(hand) == shown > 0
    assert len(hand.picker.selected) == 1
    assert hand.ask("done", {"number": second})["done"]
    assert not hand.ask("done", {"number": second})["done"]


def test_a_done_while_something_else_goes_on_changes_nothing(after_run: Hand) -> None:
    """Another page has begun a review of what was left: Back returns to the result."""
    hand = after_run
    wanted = number(hand)
    hand.planned(2)
    assert hand.picker._session.phase is Phase.CONFIRMING
    assert not hand.ask("done", {"number": wanted})["done"]
    assert len(hand.picker.selected) == 1
    hand.ask("cancel")
    assert number(hand) == wanted


def test_a_result_that_was_read_offers_nothing(after_run: Hand) -> None:
    """A page that had not heard of it yet begins no review and no watch from it."""
    hand = after_run
    hand.ask("done", {"number": number(hand)})
    for kind in ("review_untouched", "review_newcomers", "watch"):
        assert not hand.ask(kind)["ok"]
        assert isinstance(hand.picker.error, InputError)
    assert hand.state["phase"] == "idle"


def test_the_next_run_shows_its_result(after_run: Hand) -> None:
    """Done is about one result."""
    hand = after_run
    hand.ask("done", {"number": number(hand)})
    hand.planned(2)
    hand.confirmed()
    assert hand.state["result"]["headline"] == "1 of 1 job ended."
    assert fates(hand) == 1


def test_the_saved_form_is_the_list_again(after_run: Hand, frame: pd.DataFrame) -> None:
    """With what the last run was in one line, and no job shown alive that was seen to end."""
    hand = after_run
    hand.ask("done", {"number": number(hand)})
    html = hand.picker._repr_mimebundle_()["text/html"]
    assert [unescape(one) for one in re.findall(r"<strong>(.*?)</strong>", html)] == ["13 jobs, none selected."]
    parts = [unescape(part) for part in re.split(r"<[^>]*>", html) if part]
    assert "Last run: 1 of 2 jobs ended. 1 did not." in parts
    assert parts[parts.index("Reason") + 1] == "OPS-123"
    assert hand.picker.report is not None
    assert parts[parts.index("Run") + 1] == hand.picker.report.run_id
    at = parts.index(frame["jobId"][0])
    assert "FAILED" in parts[at : at + 5]
    assert "RUNNING" not in parts[at : at + 5]


def test_the_file_is_updated(after_run: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what the page says."""
    kept: list[str] = []
    monkeypatch.setattr(after_run.picker._outputs, "update", lambda data: kept.append(data["text/html"]))
    after_run.ask("done", {"number": number(after_run)})
    assert "none selected" in kept[-1]


def test_another_picker_keeps_its_own_result_until_it_is_read(frame: pd.DataFrame, hold: Hold) -> None:
    """From then on it shows again what others do."""
    one, two = hold(frame), hold(frame)
    two.planned(5)
    two.confirmed()
    one.planned(0)
    one.confirmed()
    assert fates(two) == 1
    two.ask("done", {"number": number(two)})
    assert fates(two) == 0
    one.planned(1)
    one.confirmed()
    assert fates(two) == 1
