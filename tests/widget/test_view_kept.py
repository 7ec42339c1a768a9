"""A view lasts: what was set in a picker is there again when its cell is run again, and nothing that confirms is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb import local
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.widget import JobPicker
from batchnb.widget.running_cell import RunningCell, running_cell
from batchnb.widget.view_parts import parts_told
from batchnb.widget.views import Views
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]

SET = {
    "search": "name:run-*",
    "group": ["definition"],
    "columns": {"order": ["jobName", "status"], "hidden": {"jobId": True}},
    "widths": {"jobName": 240.4},
    "sort": [["createdAt", True]],
    "height": 500,
    "drawer": "11111111-2222-3333-4444-555555555555",
}


class Night:
    """The time, the cell that runs, and the store of views."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 25, 20, tzinfo=UTC)
        self.cell: str | None = "cell-1/0"
        self.views = Views(Clock(wall=lambda: self.time))


@pytest.fixture(autouse=True)
def night(monkeypatch: pytest.MonkeyPatch) -> Night:
    """Return an evening in one cell, with no view kept."""
    night = Night()
    monkeypatch.setattr("batchnb.widget.session_view.VIEWS", night.views)
    monkeypatch.setattr("batchnb.widget.view_asked.running_cell", lambda: RunningCell(night.cell, 4))
    return night


def told(hand: Hand) -> dict[str, Any]:
    """Return what a browser that opens is told of the view."""
    hand.ask("hello")
    return hand.of_kind("view")[-1][0]


def test_a_page_that_had_lost_its_kernel_says_how_it_is_set(frame: pd.DataFrame, hold: Hold) -> None:
    """What was set meanwhile is not undone by what the kernel had heard before."""
    hand = hold(frame)
    assert hand.ask("view", {"view": {**SET, "search": "before"}})["ok"]
    assert hand.ask("hello", {"view": {**SET, "search": "after"}})["ok"]
    assert hand.of_kind("view")[-1][0]["view"]["search"] == "after"
    assert hand.picker.query == "after"
    assert not hand.ask("hello", {"view": {"search": 7}})["ok"]


def test_the_next_picker_of_the_cell_is_set_like_the_last(frame: pd.DataFrame, hold: Hold) -> None:
    """Search, groups, columns, widths, sort, height, details, reason and selection; said once."""
    one = hold(frame)
    assert one.ask("view", {"view": SET})["ok"]
    one.choose(0, 1, 2, reason="OPS-7")
    two = hold(frame.iloc[[1, 5, 0]])
    message = told(two)
    assert message["view"] == {**SET, "widths": {"jobName": 240}}
    assert message["kept"] == (
        "Kept from the last run: search, groups, columns, widths, sort, height, details, reason, "
        "2 of 3 selected jobs (1 is not in this list)."
    )
    assert list(two.picker.selected["jobId"]) == list(frame["jobId"].iloc[[1, 0]])
    assert two.picker.reason == two.state["reason"] == "OPS-7"
    assert two.state["phase"] == "idle"
    assert two.state["plan"] is None
    assert told(two)["kept"] == ""


@pytest.mark.parametrize("other", ["cell-1/1", "cell-2/0", None])
def test_another_cell_is_not_set(frame: pd.DataFrame, hold: Hold, night: Night, other: str | None) -> None:
    """Nor another picker of the same cell; and a host that names no cell keeps nothing."""
    hold(frame).choose(0, 1)
    night.cell = other
    again = hold(frame)
    assert len(again.picker.selected) == 0
    again.choose(0)
    if other is None:
        assert len(hold(frame).picker.selected) == 0


def test_a_view_of_a_name_is_found_in_any_cell(frame: pd.DataFrame, hold: Hold, night: Night) -> None:
    """`view=` is for hosts that do not say which cell runs."""
    hold(frame, view="night").choose(0, 1)
    night.cell = None
    assert len(hold(frame, view="night").picker.selected) == 2
    assert len(hold(frame, view="day").picker.selected) == 0
    assert len(hold(frame).picker.selected) == 0


def test_a_view_is_restored_for_its_place_only(frame: pd.DataFrame, hold: Hold) -> None:
    """Another endpoint has other jobs, whatever their ids; of a frame without ARNs, the place is not known."""
    hold(frame).choose(0, 1)
    assert len(hold(frame, endpoint_url="http://127.0.0.1:9").picker.selected) == 0
    other = frame.assign(jobArn=frame["jobArn"].str.replace(":000000000000:", ":000000000001:"))
    assert len(hold(other).picker.selected) == 0
    assert len(hold(frame[["jobId"]]).picker.selected) == 0
    assert len(hold(frame).picker.selected) == 2


def test_after_midnight_the_reason_is_not_restored(frame: pd.DataFrame, hold: Hold, night: Night) -> None:
    """And after twelve hours nothing is."""
    hold(frame).choose(0, reason="OPS-7")
    night.time += timedelta(hours=5)
    again = hold(frame)
    assert (again.picker.reason, len(again.picker.selected)) == ("", 1)
    night.time += timedelta(hours=12, seconds=1)
    assert len(hold(frame).picker.selected) == 0


def test_a_job_that_a_run_ended_is_not_selected_again(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """Not in the old frame either, and not while the run goes on."""
    one = hold(frame)
    one.choose(0, 1, 2)
    one.planned(0, 1)
    peer, plan = one.picker._session.peer, one.picker.plan
    assert plan is not None
    peer.claim(plan)
    with peer.running():
        meanwhile = hold(frame)
        assert len(meanwhile.picker.selected) == 0
        assert "2 can no longer be selected" in told(meanwhile)["kept"]
    jobs.world.deny(frame["jobId"][1])
    one.confirmed()
    one.choose(0, 1)
    hold(frame).choose(0, 1)
    assert list(hold(frame).picker.selected["jobId"]) == [frame["jobId"][1]]


def test_start_afresh_forgets_all_of_it(frame: pd.DataFrame, hold: Hold) -> None:
    """What the code asks for stays; the next run of the cell begins so, too."""
    one = hold(frame, query="run", reason="OPS-1")
    one.ask("view", {"view": SET})
    one.choose(0, 1, reason="by hand")
    two = hold(frame, query="run", reason="OPS-1")
    assert two.picker.query == "name:run-*"
    assert two.ask("afresh")["ok"]
    message = two.of_kind("view")[-1][0]
    assert message["view"]["search"] == "run"
    assert message["view"]["reason"] == "OPS-1"
    assert message["view"]["columns"] is None
    assert len(two.picker.selected) == 0
    three = hold(frame, query="run", reason="OPS-1")
    assert told(three)["kept"] == ""
    assert (three.picker.query, three.picker.reason, len(three.picker.selected)) == ("run", "OPS-1", 0)
    three.planned(0)
    assert "busy" in three.ask("afresh")["error"]


def test_an_argument_that_was_changed_counts_more(frame: pd.DataFrame, hold: Hold) -> None:
    """Whoever edits the cell means what stands in it now."""
    hold(frame, reason="OPS-1").choose(0, reason="by hand")
    assert hold(frame, reason="OPS-1").picker.reason == "by hand"
    assert hold(frame, reason="OPS-2").picker.reason == "OPS-2"


FORGED: list[Any] = [
    None,
    [],
    "search",
    {"search": 5},
    {"search": None},
    {"group": ["a", "b", "c"]},
    {"group": "definition"},
    {"columns": {"order": ["x" * 201]}},
    {"columns": {"hidden": {"a": "yes"}}},
    {"columns": {"hidden": {str(number): True for number in range(1001)}}},
    {"columns": ["a"]},
    {"widths": {"a": float("nan")}},
    {"widths": {"a": True}},
    {"widths": [["a", 1]]},
    {"sort": [["a", True]] * 21},
    {"sort": [["a", 1]]},
    {"sort": ["ab"]},
    {"height": "500px"},
    {"height": float("inf")},
    {"drawer": "<script>"},
    {"drawer": "x" * 1000},
    {"shown": "a"},
    {"shown": ["x" * 201]},
]


@pytest.mark.parametrize("forged", FORGED, ids=lambda value: repr(value)[:40])
def test_a_view_of_another_form_changes_nothing(hand: Hand, forged: object) -> None:
    """It is answered with an error, and what was set before stays, parts beside it included."""
    hand.ask("view", {"view": SET})
    before = hand.picker._session.view.current
    parts = {"height": 300, **forged} if isinstance(forged, dict) and "height" not in forged else forged
    assert not hand.ask("view", {"view": parts})["ok"]
    assert hand.picker._session.view.current == before


def test_a_browser_does_not_undo_what_it_has_not_heard_of(hand: Hand) -> None:
    """A cell sets the search, and selects what matches: what a browser said before it heard of that changes neither."""
    session = hand.picker._session
    heard = told(hand)["number"]
    hand.picker.query = "name:run-00*"
    wanted = len(hand.picker.matching)
    hand.ask("view", {"view": {"search": "", "height": 500}, "heard": heard})
    assert hand.picker.query == "name:run-00*"
    assert len(hand.picker.matching) == wanted < len(session.jobs)
    assert session.view.current.height == 500
    hand.ask("view", {"view": {"search": "name:b"}, "heard": hand.of_kind("view")[-1][0]["number"]})
    assert hand.picker.query == "name:b"
    session.view.start_afresh()
    hand.ask("view", {"view": {"search": "name:b", "height": 600}, "heard": heard})
    assert hand.picker.query == ""
    assert parts_told(session.view.current)["height"] is None


def test_a_view_selects_and_confirms_nothing(hand: Hand, jobs: local.LocalBatch) -> None:
    """What is no part of a view is not taken, whatever it is called."""
    hand.planned(0)
    plan = hand.picker.plan
    forged = {
        "selected": [hand.picker._session.jobs.snapshot.rows.job_ids[10]],
        "reason": "forged",
        "plan": {"digest": plan.digest if plan else ""},
        "typed": "1",
        "max_jobs": 9000,
        "given": {},
        "search": "a",
    }
    assert hand.ask("view", {"view": forged})["ok"]
    assert hand.picker._session.jobs.selected_ids == [hand.picker._session.jobs.snapshot.rows.job_ids[0]]
    assert hand.picker.reason == "OPS-123"
    assert hand.state["phase"] == "confirming"
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]


def test_a_search_that_is_too_long_stays_an_error(hand: Hand) -> None:
    """Cut to what can be read, it could match more than was meant."""
    assert hand.ask("view", {"view": {"search": "run " * 5000}})["ok"]
    assert len(hand.picker.query) < 5000
    assert len(hand.picker.matching) == 0


def test_pixels_are_bounded(hand: Hand) -> None:
    """No forged width makes a page that nobody can use."""
    assert hand.ask("view", {"view": {"widths": {"a": 1e9, "b": -5}, "height": 1e9}})["ok"]
    current = hand.picker._session.view.current
    assert dict(current.widths) == {"a": 10_000, "b": 1}
    assert current.height == 10_000


def test_a_cell_is_named_by_its_host() -> None:
    """Outside of a notebook, no cell runs."""
    assert running_cell() == RunningCell(None, None)


class Kernel:
    """What ipykernel tells of the message that it works on."""

    def __init__(self, message: dict[str, Any] | None) -> None:
        self.message = message

    def get_parent(self, _channel: str) -> dict[str, Any] | None:
        """Return that message."""
        return self.message


def request(cell_id: object, message_id: str = "m1", kind: str = "execute_request") -> dict[str, Any]:
    """Return a message that asks to run a cell."""
    return {"header": {"msg_type": kind, "msg_id": message_id}, "metadata": {"cellId": cell_id}}


@pytest.mark.parametrize(
    ("messages", "names"),
    [
        ([request("a", "m1"), request("a", "m1"), request("a", "m2")], ["a/0", "a/1", "a/0"]),
        ([request(None, "m3"), request(7, "m4"), request("x" * 300, "m5")], [None, None, None]),
        ([request("a", "m6", "comm_msg"), None, {}], [None, None, None]),
    ],
)
def test_the_pickers_of_a_cell_are_counted(
    monkeypatch: pytest.MonkeyPatch, messages: list[dict[str, Any] | None], names: list[str | None]
) -> None:
    """The first one of a cell has the same name whenever the cell is run; what is not told is not made up."""
    import IPython

    kernel = Kernel(None)
    shell = type("Shell", (), {"kernel": kernel, "execution_count": 4})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    found = []
    for message in messages:
        kernel.message = message
        found.append(running_cell().name)
    assert found == names


@pytest.mark.parametrize("count", [4, 5])
def test_a_cell_has_the_number_in_its_prompt(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Whether IPython counts on after a cell, or before it, as newer versions do."""
    import IPython

    noted = ["", "one", "two", "three", "four"]
    shell = type("Shell", (), {"kernel": Kernel(request("a")), "execution_count": count, "user_ns": {"In": noted}})()
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    assert running_cell().number == 4


PUBLIC = {
    "selected", "query", "matching", "group", "columns", "reason", "plan", "report", "error",
    "select", "refresh", "as_cell", "stop", "wait", "open",
}  # fmt: skip
SETTABLE = {"selected", "query", "group", "columns", "reason"}


def test_nothing_that_confirms_can_be_set_or_called(hand: Hand) -> None:
    """All that is public is named here, and none of it ends a job: not set to anything, nor called."""
    own = {name: value for name, value in vars(JobPicker).items() if not name.startswith("_")}
    assert own.keys() == PUBLIC
    settable = {name for name, value in own.items() if isinstance(value, property) and value.fset is not None}
    assert settable == SETTABLE
    for name in PUBLIC - SETTABLE:
        if isinstance(own[name], property):
            with pytest.raises(AttributeError):
                setattr(hand.picker, name, hand.picker)
    assert not set(inspect.signature(JobPicker.__init__).parameters) & {"yes", "typed", "execute", "confirm", "plan"}


def test_python_sets_a_picker_in_place(hand: Hand, frame: pd.DataFrame) -> None:
    """Before and after it is shown, without a new snapshot; the browser is told of what was set and nothing else."""
    picker = hand.picker
    picker.query = "status:running -array"
    picker.group = ("definition", "name stem")
    picker.columns = ["status", "jobName"]
    assert told(hand)["view"]["search"] == "status:running -array"
    snapshots = len(hand.of_kind("snapshot"))
    picker.selected = frame.iloc[:2]
    picker.reason = "OPS-9"
    picker.group = None
    picker.columns = None
    assert [message["view"] for message, _ in hand.of_kind("view")][-3:] == [
        {"reason": "OPS-9"}, {"group": []}, {"columns": None},
    ]  # fmt: skip
    assert hand.of_kind("selection")[-1][1] == [hand.bits(0, 1)]
    assert len(hand.of_kind("snapshot")) == snapshots
    assert (picker.query, picker.group, picker.reason) == ("status:running -array", None, "OPS-9")
    assert list(picker.selected["jobId"]) == list(frame["jobId"][:2])


def test_columns_go_by_their_titles_and_by_what_stands_above_them(hand: Hand) -> None:
    """A column that is counted has its own; one of the frame is meant by both."""
    hand.picker.columns = ["Name", "For", "vCPU", "jobQueue", "Job id"]
    assert hand.picker.columns == ["jobName", "For", "vcpus", "jobQueue", "jobId"]
    assert hand.of_kind("view")[-1][0]["view"]["columns"]["only"] == hand.picker.columns


def test_what_matches_is_a_frame(hand: Hand, frame: pd.DataFrame) -> None:
    """By the statuses of now, and what is selected; a job that has ended meanwhile is not running."""
    hand.picker.query = "status:running name:run-*"
    assert list(hand.picker.matching["jobName"]) == [f"run-{number:03}" for number in range(10)]
    hand.picker.selected = hand.picker.matching.iloc[:3]
    hand.picker.query = "is:selected"
    assert len(hand.picker.matching) == 3
    hand.planned(0)
    hand.confirmed()
    hand.picker.query = "status:running name:run-*"
    assert list(hand.picker.matching.index) == list(frame.index[1:10])
    hand.picker.query = "result:terminated"
    assert list(hand.picker.matching["jobId"]) == [frame["jobId"][0]]
    hand.picker.query = ""
    assert len(hand.picker.matching) == len(frame)


def test_a_word_is_looked_for_in_the_columns_that_are_shown(hand: Hand) -> None:
    """As in the browser: what cannot be seen is not found."""
    hand.picker.query = "train"
    assert len(hand.picker.matching) == 13
    hand.ask("view", {"view": {"shown": ["jobName", "status"]}})
    assert hand.picker.columns == ["jobName", "status"]
    assert len(hand.picker.matching) == 0


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("vcpsu:>4", "There is no field “vcpsu”. "),
        ("age:>6", "6 what? For example `age:>6h`, `6m`, `6d`."),
        ("a OR b", 'There is no OR. For one field: `name:a*,b*`. For the word: `"OR"`.'),
        (5, "query must be a text, got 5."),
    ],
)
def test_a_search_that_cannot_be_read_is_an_error_with_its_line(
    hand: Hand, frame: pd.DataFrame, query: Any, line: str
) -> None:
    """The same as the search field shows; what was searched for before stays."""
    hand.picker.query = "run"
    with pytest.raises(InputError) as raised:
        hand.picker.query = query
    assert str(raised.value).startswith(line)
    assert hand.picker.query == "run"
    with pytest.raises(InputError):
        JobPicker(frame, query=query)


def test_jobs_that_are_not_in_the_list_are_named(hand: Hand, frame: pd.DataFrame) -> None:
    """Three of them; nothing is selected then."""
    strange = [f"{number:08}-0000-0000-0000-000000000000" for number in range(5)]
    hand.picker.selected = frame["jobId"][0]
    with pytest.raises(InputError) as raised:
        hand.picker.selected = [frame["jobId"][1], *strange]
    assert str(raised.value) == f"selected: 5 jobs are not in this list: {', '.join(strange[:3])} and 2 more."
    assert list(hand.picker.selected["jobId"]) == [frame["jobId"][0]]
    hand.picker.selected = []
    assert len(hand.picker.selected) == 0


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("group", "definitoin", "Did you mean 'definition'"),
        ("group", ["queue", "queue"], "different"),
        ("group", ["a", "b", "c"], "must be"),
        ("columns", ["jobName", "nmae"], "no column 'nmae'"),
        ("columns", "jobName", "must be a list"),
        ("columns", [], "at least one"),
        ("reason", "x" * 1025, "at most 1,024"),
        ("reason", 5, "reason"),
        ("selected", None, "expected a DataFrame"),
    ],
)
def test_a_wrong_setting_is_an_error_and_changes_nothing(hand: Hand, name: str, value: Any, error: str) -> None:
    """The error says what there is."""
    with pytest.raises(InputError, match=error):
        setattr(hand.picker, name, value)
    assert not hand.of_kind("view")


def test_what_a_plan_was_made_of_is_not_set_under_it(hand: Hand) -> None:
    """While a plan waits, selection and reason are those of the plan."""
    hand.planned(0)
    for name, value in (("selected", []), ("reason", "another")):
        with pytest.raises(InputError, match="busy"):
            setattr(hand.picker, name, value)
    hand.picker.query = "run"
    assert hand.state["phase"] == "confirming"


@pytest.mark.parametrize("view", ["", " ", "x" * 101, 5])
def test_a_view_needs_a_name(frame: pd.DataFrame, view: Any) -> None:
    """A text of 1 to 100 characters."""
    with pytest.raises(InputError, match="view must be a name"):
        batchnb.JobPicker(frame, view=view)
