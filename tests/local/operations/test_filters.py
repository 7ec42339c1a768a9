"""The filters of ListJobs."""

from __future__ import annotations

import pytest

from batchnb.local.world.place import Place
from tests.local.stage import Stage


def listed(stage: Stage, name: str, value: str, status: str | None = None) -> set[str]:
    """Answer the names of the jobs that a filter finds."""
    filters = [{"name": name, "values": [value]}]
    more = {} if status is None else {"jobStatus": status}
    return {one["jobName"] for page in stage.pages(filters=filters, **more) for one in page}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("test1", {"test1", "Test1"}),
        ("TEST1*", {"test1", "Test1", "test10"}),
        ("*", {"test1", "Test1", "test10", "a-test1"}),
        ("te*1", set()),
        ("", set()),
    ],
)
def test_names_match_without_case(stage: Stage, value: str, names: set[str]) -> None:
    """JOB_NAME ignores case, and a last asterisk stands for any rest; elsewhere it is a character."""
    for name in ("test1", "Test1", "test10", "a-test1"):
        stage.add(name)
    assert listed(stage, "JOB_NAME", value) == names


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("jd1", {"jd1:1", "jd1:2"}),
        ("JD1", set()),
        ("jd1*", {"jd1:1", "jd1:2", "jd1A:1"}),
        ("jd1:2", set()),
        (Place().definition_arn("jd1:2"), {"jd1:2"}),
    ],
)
def test_definitions_match_by_name_or_arn(stage: Stage, value: str, names: set[str]) -> None:
    """JOB_DEFINITION heeds case: a name finds any revision, an ARN that revision alone."""
    for number, definition in enumerate(("jd1:1", "jd1:2", "jd1A:1")):
        stage.add(f"job-{number}", definition=definition)
    found = {one["jobDefinition"] for page in stage.pages(filters=_by_definition(value)) for one in page}
    assert found == {Place().definition_arn(name) for name in names}


def _by_definition(value: str) -> list[dict[str, object]]:
    return [{"name": "JOB_DEFINITION", "values": [value]}]


def test_creation_times_are_exclusive_bounds(stage: Stage) -> None:
    """BEFORE_CREATED_AT and AFTER_CREATED_AT take epoch milliseconds and leave the bound itself out."""
    for seconds in (10, 20, 30):
        stage.add(f"ago-{seconds}", created_ago=seconds)
    bound = str(stage.clock.now_ms() - 20_000)
    assert listed(stage, "BEFORE_CREATED_AT", bound) == {"ago-30"}
    assert listed(stage, "AFTER_CREATED_AT", bound) == {"ago-10"}


def test_a_filter_makes_the_status_ignored(stage: Stage) -> None:
    """With a filter jobs of every state come back, finished ones too."""
    for status in ("RUNNING", "RUNNABLE", "FAILED"):
        stage.add(status, status=status)
    assert listed(stage, "JOB_NAME", "*", status="RUNNING") == {"RUNNING", "RUNNABLE", "FAILED"}


def test_a_share_goes_together_with_a_status(stage: Stage) -> None:
    """SHARE_IDENTIFIER is the one filter beside which jobStatus counts."""
    stage.add("mine-running", share="mine")
    stage.add("mine-failed", share="mine", status="FAILED")
    stage.add("other", share="other")
    stage.add("none")
    assert listed(stage, "SHARE_IDENTIFIER", "mine") == {"mine-running", "mine-failed"}
    assert listed(stage, "SHARE_IDENTIFIER", "mine", status="FAILED") == {"mine-failed"}


def test_the_newest_come_first(stage: Stage) -> None:
    """Filtered jobs are sorted by their creation, whatever the order of their arrival."""
    for seconds in (20, 10, 30):
        stage.add(f"ago-{seconds}", created_ago=seconds)
    names = [one["jobName"] for one in stage.pages(filters=[{"name": "JOB_NAME", "values": ["*"]}])[0]]
    assert names == ["ago-10", "ago-20", "ago-30"]


@pytest.mark.parametrize(
    "filters",
    [
        [{"name": "JOB_NAME", "values": ["a"]}, {"name": "JOB_NAME", "values": ["b"]}],
        [{"name": "JOB_NAME", "values": ["a", "b"]}],
        [{"name": "JOB_NAME"}],
        [{"name": "job_name", "values": ["a"]}],
        [{"values": ["a"]}],
        [{"name": "BEFORE_CREATED_AT", "values": ["yesterday"]}],
        [{"name": "AFTER_CREATED_AT", "values": ["-5"]}],
        [{"name": "AFTER_CREATED_AT", "values": ["9" * 5000]}],
        [{"name": "JOB_DEFINITION", "values": [Place().definition_arn("jd*")]}],
        "JOB_NAME",
    ],
)
def test_a_wrong_filter_is_refused(stage: Stage, filters: object) -> None:
    """Two filters or values, an unknown or misspelt name, or a value that means nothing: ClientException."""
    assert stage.call("ListJobs", jobQueue="q", filters=filters).code == "ClientException"


def test_an_empty_list_of_filters_is_none(stage: Stage) -> None:
    """No filter in the list is as good as no list."""
    job_id = stage.add()
    assert stage.listed(filters=[]) == [job_id]
