from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import batchnb.widget
from batchnb import local
from batchnb.errors import AccessDeniedError, InputError
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.widget import JobPicker
from batchnb.widget.execution import PATCH_SECONDS
from batchnb.widget.module import join_modules, pack_module
from tests.widget.conftest import Hand

Hold = Callable[..., Hand]


def test_hello_is_answered_with_the_whole_table_and_the_selection(hand: Hand) -> None:
    """A page that opens, or is reloaded, gets what it needs to show everything, the selection included."""
    hand.choose(0, 3)
    assert hand.ask("hello")["ok"]
    message, (data, _texts, lives, locks, fates, bits) = hand.of_kind("snapshot")[-1]
    assert message["header"]["rows"] == len(lives) == len(locks) == len(fates) == 13
    assert len(data) % 8 == 0
    assert bits == hand.bits(0, 3)


def test_the_selection_is_a_frame_of_the_selected_rows(hand: Hand, frame: pd.DataFrame) -> None:
    """`selected` has the rows and the columns of the DataFrame."""
    assert hand.choose(0, 3) == {"kind": "answer", "id": 1, "ok": True, "selected": 2}
    pd.testing.assert_frame_equal(hand.picker.selected, frame.iloc[[0, 3]])


def test_a_selection_of_another_snapshot_is_refused(hand: Hand) -> None:
    """Row numbers mean jobs of one snapshot only; those of an older one could mean other jobs."""
    hand.choose(1)
    hand.picker.refresh()
    answer = hand.choose(2, snapshot=1)
    assert not answer["ok"]
    assert "table 1" in answer["error"]
    assert isinstance(hand.picker.error, InputError)
    assert len(hand.picker.selected) == 1


@pytest.mark.parametrize("bits", [b"", b"\xff" * 100])
def test_a_selection_of_another_size_is_refused(hand: Hand, bits: bytes) -> None:
    """A bitset that does not fit the table is an error and not a guess."""
    assert not hand.ask("select", {"snapshot": 1}, bits)["ok"]


def test_a_hundred_thousand_jobs_are_selected_by_a_few_kilobytes(hold: Hold) -> None:
    """A selection is a bit a row, far below what a websocket takes, however many ids it means."""
    hand = hold(pd.DataFrame({"jobId": [f"{row:08x}-0000-0000-0000-000000000000" for row in range(100_000)]}))
    everything = np.packbits(np.ones(100_000, np.uint8), bitorder="little").tobytes()
    assert len(everything) == 12_500
    assert hand.ask("select", {"snapshot": 1, "reason": ""}, everything)["selected"] == 100_000


def test_finished_rows_are_never_selected(hand: Hand, frame: pd.DataFrame) -> None:
    """Also not when a browser says so."""
    done = [row for row, status in enumerate(frame["status"]) if status == "SUCCEEDED"]
    assert hand.choose(*done)["selected"] == 0


def test_the_selection_survives_a_refresh_by_job_id(hand: Hand, frame: pd.DataFrame) -> None:
    """In a frame of another order, the same jobs are selected."""
    hand.choose(0, 3)
    chosen = set(hand.picker.selected["jobId"])
    hand.picker.refresh(frame.iloc[::-1])
    assert set(hand.picker.selected["jobId"]) == chosen
    assert hand.of_kind("snapshot")[-1][0]["header"]["snapshot"] == 2


def test_a_refresh_asks_aws_about_the_jobs(hand: Hand, frame: pd.DataFrame) -> None:
    """Without a frame, the jobs are described anew, and one that has ended since loses its selection."""
    hand.choose(0, 1)
    batchnb.plan(frame["jobId"][0], reason="somebody else").execute()
    assert hand.ask("refresh")["ok"]
    assert hand.picker.wait(20)
    assert list(hand.picker.selected["jobId"]) == [frame["jobId"][1]]
    assert hand.state["phase"] == "idle"


def test_the_plan_that_is_shown_is_the_one_that_is_executed(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Confirming executes that very object, and nothing is selected or planned again."""
    executed: list[Plan] = []
    execute = Plan.execute

    def note(self: Plan, **options: Any) -> Report:
        executed.append(self)
        return execute(self, **options)

    monkeypatch.setattr(Plan, "execute", note)
    hand.planned(0, 1, 2)
    plan = hand.picker.plan
    assert plan is not None
    assert hand.state["phase"] == "confirming"
    assert dict(hand.state["plan"]["facts"])["Queues"] == "train 3"
    assert hand.confirmed()["ok"]
    assert executed == [plan]
    assert executed[0] is plan
    assert hand.picker.report is not None
    assert hand.picker.report.counts == {"terminated": 3}
    assert hand.state["result"]["ok"]


def test_a_confirmation_of_another_plan_ends_nothing(hand: Hand, jobs: local.LocalBatch) -> None:
    """A yes that belongs to an older plan, or comes twice, is refused."""
    hand.planned(0)
    assert not hand.ask("confirm", {"digest": "0" * 64})["ok"]
    hand.ask("cancel")
    assert hand.picker.plan is not None
    assert not hand.ask("confirm", {"digest": hand.picker.plan.digest})["ok"]
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]


def test_above_the_threshold_the_number_has_to_be_typed(frame: pd.DataFrame, hold: Hold) -> None:
    """Python checks what was typed, too."""
    hand = hold(frame, confirm_above=2)
    hand.planned(0, 1, 2)
    assert hand.state["plan"]["mustType"]
    assert not hand.confirmed(typed="2")["ok"]
    assert hand.state["phase"] == "confirming"
    assert hand.confirmed(typed="3")["ok"]


def test_what_the_plan_leaves_out_is_marked_and_locked(hand: Hand, frame: pd.DataFrame) -> None:
    """A job that has ended since it was listed is left out, and its row says so."""
    batchnb.plan(frame["jobId"][0], reason="somebody else").execute()
    hand.planned(0, 1)
    assert hand.state["plan"]["toEnd"] == 1
    message, (buffer,) = hand.of_kind("patch")[-1]
    rows = np.frombuffer(buffer[: 4 * message["rows"]], dtype=np.uint32)
    assert list(rows) == [0, 1]
    assert list(buffer[-2:]) == [1, 0]


def test_failures_come_with_their_message_and_can_be_selected_again(
    hand: Hand, jobs: local.LocalBatch, frame: pd.DataFrame
) -> None:
    """What AWS refused stays selectable, and its row has the sentence."""
    jobs.world.deny(frame["jobId"][1])
    hand.planned(0, 1)
    hand.confirmed()
    assert hand.state["result"]["failures"] == 1
    assert hand.state["result"]["headline"] == "1 of 2 jobs ended. 1 did not."
    (cause,) = hand.state["result"]["causes"]
    assert cause["text"] == "1 denied: you may not end run-001 (needs batch:TerminateJob)."
    assert "AccessDenied" in cause["details"]
    assert "batch:TerminateJob" in hand.picker._session.jobs.marks.messages[1]
    assert hand.picker._session.jobs.marks.fates[1] & 0x80
    assert hand.choose(0, 1)["selected"] == 1


def test_an_exception_becomes_a_sentence_and_is_kept(hand: Hand, jobs: local.LocalBatch) -> None:
    """If AWS cannot be asked, the widget says why, is ready again, and Python has the exception."""
    jobs.world.deny_operation("DescribeJobs")
    hand.choose(0, kind="plan")
    assert hand.picker.wait(20)
    assert hand.state["phase"] == "idle"
    assert isinstance(hand.picker.error, AccessDeniedError)
    assert "DescribeJobs" in hand.state["error"]
    hand.ask("dismiss")
    assert hand.picker.error is None
    assert hand.state["error"] is None


@pytest.mark.parametrize("content", [{"kind": "dance"}, {"kind": None}, {"kind": ["plan"]}, {}])
def test_every_request_is_answered(hand: Hand, content: dict[str, Any]) -> None:
    """Whatever comes, an answer with its number goes back."""
    hand.picker._on_message(hand.picker, {"id": 7, **content}, [])
    assert hand.sent[-1][0]["id"] == 7
    assert not hand.sent[-1][0]["ok"]


def test_what_is_no_request_at_all_is_answered_too(hand: Hand) -> None:
    """A list instead of an object breaks nothing."""
    hand.picker._on_message(hand.picker, ["plan"], [])
    assert hand.sent[-1][0]["ok"] is False


def test_one_thing_at_a_time(hand: Hand) -> None:
    """While a plan waits for its confirmation, no other is made, and nothing is listed anew."""
    hand.planned(0)
    assert "busy" in hand.choose(1, kind="plan")["error"]
    assert "busy" in hand.ask("refresh")["error"]


def test_stop_keeps_the_rest_from_being_sent(frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request has gone out when Stop is pressed; the report has every job all the same."""
    hand = hold(frame)
    hand.planned(*range(10))
    note = hand.picker._session.jobs.marks.note_event

    def stop_then_note(event: Any) -> None:
        hand.ask("stop")
        note(event)

    monkeypatch.setattr(hand.picker._session.jobs.marks, "note_event", stop_then_note)
    hand.confirmed()
    report = hand.picker.report
    assert report is not None
    assert len(report.results) == 10
    assert not report.waited
    assert hand.picker.error is None
    assert hand.state["phase"] == "idle"


@pytest.mark.bulk
def test_what_was_accepted_before_stop_is_watched_to_its_end(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop ends the sending and not the watching: jobs that end after it are reported as ended."""
    hand.planned(*range(10))
    note = hand.picker._session.jobs.marks.note_event
    stopped: list[bool] = []

    def stop_once(event: JobEvent) -> None:
        if event.state is EventState.ACCEPTED and not stopped:
            stopped.append(hand.ask("stop")["ok"])
        note(event)

    monkeypatch.setattr(hand.picker._session.jobs.marks, "note_event", stop_once)
    hand.confirmed()
    report = hand.picker.report
    assert stopped == [True]
    assert report is not None
    assert set(report.counts) <= {"terminated", "not attempted"}
    assert report.counts["terminated"] >= 1
    assert report.waited
    states = [message["state"] for message, _ in hand.sent if "state" in message]
    assert any(state["progress"] and state["progress"]["isStopped"] for state in states)


def test_thousands_of_changes_make_a_few_messages(hand: Hand) -> None:
    """A kernel that sends a message a job loses them: changes are gathered, and sent some times a second."""
    assert PATCH_SECONDS >= 0.2
    hand.planned(*range(10))
    before = len(hand.sent)
    hand.confirmed()
    events = 10 * 3
    assert len(hand.sent) - before < events


def test_the_kernel_is_free_while_jobs_end(hand: Hand) -> None:
    """Requests are answered by whoever calls, and the work is done in one thread of its own."""
    hand.planned(0, 1)
    assert hand.picker.plan is not None
    assert hand.ask("confirm", {"digest": hand.picker.plan.digest, "at": hand.state["clock"]})["ok"]
    assert hand.ask("hello")["ok"]
    assert hand.ask("who")["ok"]
    assert hand.picker.wait(20)


def test_the_cell_repeats_the_run(hand: Hand) -> None:
    """It has the reason, the plan's digest and exactly the ids of the run, with their names, and no --yes."""
    hand.planned(0, 1)
    plan = hand.picker.plan
    assert plan is not None
    hand.confirmed()
    lines = hand.picker.as_cell().splitlines()
    assert lines[0] == '%%batch_terminate --reason "OPS-123" --expect 2'
    assert plan.digest[:12] in lines[1]
    assert "account 000000000000, Region local-1 (EMULATOR" in lines[1]
    assert lines[3].startswith("# This shows the plan and ends nothing.")
    assert lines[4:] == [f"{planned.job_id}  # {planned.job_name}" for planned in plan.jobs]


def test_the_cell_says_who_where_and_when_before_there_is_a_plan(hand: Hand) -> None:
    """As the cell of a plan does, as far as it is known."""
    lines = hand.choose(0, 1, kind="cell")["text"].splitlines()
    assert lines[0] == '%%batch_terminate --reason "OPS-123" --expect 2'
    assert lines[1] == "# 2 jobs, account 000000000000, Region local-1 (EMULATOR, not AWS)"
    assert re.fullmatch(r"# caller not known, \d{4}-\d\d-\d\d \d\d:\d\d UTC", lines[2])
    hand.ask("hello")
    hand.ask("who")
    assert hand.picker.wait(20)
    assert hand.choose(0, 1, kind="cell")["text"].splitlines()[2].startswith("# local, ")


@pytest.mark.parametrize(("guards", "expect"), [({}, " --expect 1"), ({"production_accounts": ["123456789012"]}, "")])
def test_the_cell_leads_to_the_same_place_from_elsewhere(
    hold: Callable[..., Hand], monkeypatch: pytest.MonkeyPatch, guards: dict[str, Any], expect: str
) -> None:
    """With the profile and the Region that are the default here; in production the number is typed, not pasted."""
    monkeypatch.setenv("AWS_PROFILE", "on call")
    job_id = "11111111-2222-3333-4444-555555555555"
    arn = f"arn:aws:batch:eu-west-1:123456789012:job/{job_id}"
    hand = hold(pd.DataFrame({"jobId": [job_id], "jobArn": [arn]}), guards=guards)
    (line, about, *_) = hand.choose(0, kind="cell")["text"].splitlines()
    to_there = '%%batch_terminate --reason "OPS-123" --profile "on call" --region eu-west-1'
    shown = "".join(f" --{name.replace('_', '-')} {value}" for name, (value,) in guards.items())
    assert line == f"{to_there}{shown}{expect}"
    assert about == "# 1 job, account 123456789012, Region eu-west-1"


def test_the_cell_of_nothing_is_an_error(hand: Hand) -> None:
    """There is no cell that ends no job."""
    with pytest.raises(InputError, match="select some"):
        hand.picker.as_cell()
    assert "select some" in hand.choose(kind="cell")["error"]


def test_the_repr_says_the_same_on_every_run(hand: Hand) -> None:
    """No address and no model id: nbval may compare it."""
    assert repr(hand.picker) == "<JobPicker: 13 jobs>"


def test_a_table_stands_beside_the_widget(hand: Hand) -> None:
    """Whoever has no widgets gets an escaped table, of the selection first and of the result later."""
    hand.choose(0)
    bundle = hand.picker._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<JobPicker: 13 jobs>\nEMULATOR, not AWS")
    assert "run-000" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "1 job of 13 jobs selected" in bundle["text/html"]
    hand.planned(0)
    hand.confirmed()
    after = hand.picker._repr_mimebundle_()
    for kind in ("text/html", "text/plain"):
        assert "1 of 1 job seen to end" in after[kind]


def test_the_static_table_is_bounded_and_never_markup(hold: Hold) -> None:
    """Ten thousand rows of hostile text make a short page in which nothing runs, titles included."""
    rows = 10_000
    hostile = "<img src=x onerror=alert(1)>" * 100
    frame = pd.DataFrame(
        {
            "jobId": [f"{row:08x}-0000-0000-0000-000000000000" for row in range(rows)],
            "jobName": [hostile] * rows,
            "<script>alert(2)</script>": ["x"] * rows,
        }
    )
    hand = hold(frame)
    html = hand.picker._repr_mimebundle_()["text/html"]
    assert len(html) < 30_000
    assert "<img" not in html
    assert "<script" not in html


def test_no_column_is_in_the_saved_state(hold: Hold) -> None:
    """What a notebook may save of the widget is its code and a bounded table, and no binary trait awaits a trap."""
    frame = pd.DataFrame({"jobId": [f"{row:08x}-0000-0000-0000-000000000000" for row in range(10_000)]})
    state = hold(frame).picker.get_state()
    size = sum(len(str(value)) for name, value in state.items() if name != "_esm")
    assert size < 10_000
    assert not [value for value in state.values() if isinstance(value, (bytes, memoryview))]


def test_the_module_is_one_file_without_imports() -> None:
    """A front end loads it as a blob, from which no other file can be reached."""
    source = join_modules(Path(batchnb.widget.__file__).with_name("js") / "index.js")
    assert str(JobPicker._esm) == pack_module(source)
    assert "\nimport " not in source
    assert "import(" not in source
    assert "innerHTML" not in source
    # A link to a console comes from the kernel, and nothing else may be one.
    assert "http" not in source.replace('url?.startsWith("https://")', "")
    assert "insertAdjacentHTML" not in source


@pytest.mark.parametrize(
    "options",
    [{"confirm_above": -1}, {"confirm_above": True}, {"confirm_above": "9"}, {"timeout": -1}, {"ids": "nope"}],
)
def test_a_wrong_option_is_an_error_at_once(frame: pd.DataFrame, options: dict[str, Any]) -> None:
    """Nothing is shown that could not work."""
    with pytest.raises(InputError):
        JobPicker(frame, **options)


def test_a_frame_without_ids_names_its_columns() -> None:
    """The error is the one of `batchnb.plan`."""
    with pytest.raises(InputError, match="Its columns: a, b"):
        JobPicker(pd.DataFrame({"a": [1], "b": [2]}))


def test_what_is_no_frame_is_an_error() -> None:
    """A list of ids has no rows to show."""
    with pytest.raises(InputError, match="DataFrame"):
        JobPicker(["11111111-2222-3333-4444-555555555555"])  # type: ignore[arg-type]
