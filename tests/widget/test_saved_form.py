"""What a notebook's file has of a picker, for a page without a kernel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from batchnb import local
from batchnb.widget.requests import answer_to
from batchnb.widget.saved_form import FAILURES_SHOWN, still_of, strip_text
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]

EMULATOR = "EMULATOR, not AWS · 000000000000 · local-1"


def saved(hand: Hand) -> list[str]:
    """Return the parts of the saved form, without their tags."""
    html = hand.picker._repr_mimebundle_()["text/html"]
    return [unescape(part) for part in re.split(r"<[^>]*>", html) if part]


def bold(hand: Hand) -> str:
    """Return the sentence in bold."""
    found = re.findall(r"<strong>(.*?)</strong>", hand.picker._repr_mimebundle_()["text/html"])
    assert len(found) == 1
    return unescape(found[0])


def test_place_sentence_and_moment_frame_the_rows(hand: Hand) -> None:
    """First where the jobs are, at last when that was; between them what is selected."""
    hand.picker._session.clock = replace(
        hand.picker._session.clock, wall=lambda: datetime(2026, 11, 25, 0, 58, 30, tzinfo=UTC)
    )
    hand.choose(0, 1)
    parts = saved(hand)
    assert parts[0] == EMULATOR
    assert bold(hand) == parts[1] == "2 jobs of 13 jobs selected."
    assert "run-001" in parts
    assert parts[-1] == "As of 25 Nov 2026 00:58 UTC. Run the cell to make it live."
    text = hand.picker._repr_mimebundle_()["text/plain"]
    assert text.splitlines()[1:3] == [EMULATOR, "2 jobs of 13 jobs selected."]


def test_a_review_that_waits_is_saved_with_its_table(hand: Hand) -> None:
    """Whoever reads the file knows that nothing was ended; given up, it is gone again."""
    hand.planned(0, 1, reason="OPS-7 <b>")
    assert bold(hand) == "Terminate 2 jobs? Nothing has been ended."
    parts = saved(hand)
    at = parts.index("run-000 … run-001")
    assert parts[at + 1 : at + 7] == ["2", "2", "0", "2h", "2", "\N{EN DASH}"]
    assert parts[parts.index("Reason") + 1] == "OPS-7 <b>"
    hand.ask("cancel")
    assert bold(hand) == "2 jobs of 13 jobs selected."


def test_a_review_of_production_names_the_account_as_its_title_does(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name where it has one; and a plan that is blocked asks for nothing."""
    hand = hold(frame, guards={"production_accounts": ["000000000000"]})
    hand.planned(0)
    assert bold(hand) == "Terminate 1 job in PRODUCTION, account 000000000000? Nothing has been ended."
    monkeypatch.setattr("batchnb.widget.place_strip.account_names", lambda: {"000000000000": "acme-ml-prod"})
    hand.ask("cancel")
    hand.planned(0)
    assert bold(hand) == "Terminate 1 job in PRODUCTION, acme-ml-prod? Nothing has been ended."
    assert saved(hand)[0].startswith("EMULATOR, not AWS · acme-ml-prod 000000000000")
    blocked = hold(frame, guards={"max_jobs": 1})
    blocked.planned(0, 1)
    assert bold(blocked) == "These jobs cannot be ended from here. Nothing has been ended."
    assert any("allows 1 job" in part for part in saved(blocked))


def test_an_error_is_the_last_sentence_until_it_is_read(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was saved then says what went wrong; above the result of a run, which stays below it."""
    hand = hold(frame)
    kept: list[str] = []
    monkeypatch.setattr(hand.picker._outputs, "is_held", True)
    monkeypatch.setattr(hand.picker._outputs, "update", lambda data: kept.append(data["text/html"]))
    hand.planned(0)
    hand.confirmed()
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="AccessDeniedException"))
    hand.planned(1)
    said = "You may not look at these jobs: needs batch:DescribeJobs. Nothing was ended."
    assert f"<strong>{said}</strong>" in kept[-1]
    parts = saved(hand)
    assert parts.index(said) < parts.index("1 of 1 job ended.")
    assert "1 job of 13 jobs selected." in parts
    assert hand.picker._repr_mimebundle_()["text/plain"].splitlines()[2] == said
    hand.ask("dismiss")
    assert said not in kept[-1]
    assert bold(hand) == "1 of 1 job ended."


def test_a_result_is_saved_with_its_failures(hand: Hand, jobs: local.LocalBatch, frame: pd.DataFrame) -> None:
    """The headline, why, the jobs that did not end with the words of AWS, the reason and the run."""
    jobs.world.deny(frame["jobId"][1])
    hand.planned(0, 1)
    hand.confirmed()
    report = hand.picker.report
    assert report is not None
    assert bold(hand) == "1 of 2 jobs ended. 1 did not."
    parts = saved(hand)
    assert "1 denied: you may not end run-001 (needs batch:TerminateJob)." in parts
    assert frame["jobId"][1] in parts
    assert frame["jobId"][0] not in parts
    assert parts[parts.index("Reason") + 1] == "OPS-123"
    assert parts[parts.index("Run") + 1] == report.run_id
    assert "Run the cell to make it live." in parts[-1]


def test_of_many_failures_the_first_are_saved(hand: Hand) -> None:
    """And below them how to see the others."""
    hand.planned(0)
    hand.confirmed()
    report = hand.picker.report
    assert report is not None
    (one,) = report.results
    failed = [
        replace(
            one,
            outcome=type(one.outcome).DENIED,
            planned=replace(one.planned, job_id=f"{number:08}-0000-0000-0000-000000000000"),
        )
        for number in range(FAILURES_SHOWN + 2620)
    ]
    hand.picker._session.report = replace(report, results=tuple(failed))
    parts = saved(hand)
    assert f'and 2,620 more: batchnb.read_run("{report.run_id}")' in parts
    assert sum(part.endswith("-0000-0000-0000-000000000000") for part in parts) == FAILURES_SHOWN
    assert len(hand.picker._repr_mimebundle_()["text/html"]) < 100_000
    text = hand.picker._repr_mimebundle_()["text/plain"]
    assert f'and 2,620 more: batchnb.read_run("{report.run_id}")' in text


def test_a_run_that_goes_on_says_how_to_look_it_up(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was saved meanwhile claims no result."""
    seen: list[str] = []
    note = hand.picker._session._note_event

    def look(event: object) -> None:
        seen.append(bold(hand))
        note(event)  # type: ignore[arg-type]

    monkeypatch.setattr(hand.picker._session, "_note_event", look)
    hand.planned(0)
    hand.confirmed()
    assert re.fullmatch(
        r"A run began at .* UTC and was not over when this was saved\. .*%batch_resume finishes it\.", seen[0]
    )


def test_the_file_is_updated_when_a_review_comes_and_goes(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a page has taken the place of the table in the file."""
    hand = hold(frame)
    kept: list[str] = []
    monkeypatch.setattr(hand.picker._outputs, "is_held", True)
    monkeypatch.setattr(hand.picker._outputs, "update", lambda data: kept.append(data["text/html"]))
    hand.planned(0)
    assert "Terminate 1 job?" in kept[-1]
    hand.ask("cancel")
    assert "Terminate 1 job?" not in kept[-1]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"badge": "aws", "account": "123456789012", "region": "eu-west-1"}, "AWS · 123456789012 · eu-west-1"),
        ({"badge": "unknown", "account": None, "region": None}, "PLACE NOT KNOWN"),
        ({"badge": "aws", "alias": "a\n" * 100, "account": "1", "region": "x"}, None),
    ],
)
def test_the_place_is_one_line(where: dict[str, str | None], text: str | None) -> None:
    """As far as it is known, and never longer than a line."""
    assert "\n" not in strip_text(where)
    assert len(strip_text(where)) < 200
    assert text is None or strip_text(where) == text


def test_hostile_names_are_no_markup(hand: Hand, frame: pd.DataFrame) -> None:
    """Not in the rows, not in the review, and not in a message of AWS."""
    frame = frame.assign(jobName="<img src=x onerror=alert(1)>\u202e")
    hand.picker.refresh(frame)
    answer_to(hand.picker._session, {"kind": "select", "snapshot": 2, "reason": "<script>"}, [hand.bits(0)])
    still = still_of(hand.picker._session)
    assert "<img" not in still.html()
    assert "\u202e" not in still.html() + still.text()
