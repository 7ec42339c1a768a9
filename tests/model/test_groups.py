"""Groups of a plan: every job is in one group, and what is unlike the others is marked with the reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.api import list_jobs, plan
from batchnb.jobs.job import Job, JobStatus
from batchnb.model.groups import MARKED, group_jobs
from batchnb.model.verdict import PlannedJob, Verdict

HOUR = 3_600_000
NOW = 1_800_000_000_000


def planned(
    name: str,
    definition: str = "train:7",
    *,
    queue: str = "gpu",
    share: str | None = None,
    tags: dict[str, str] | None = None,
    created: int = NOW,
    verdict: Verdict = Verdict.TERMINATE,
) -> PlannedJob:
    """Return a job of a plan."""
    arn = f"arn:aws:batch:eu-west-1:123456789012:job-definition/{definition}"
    job = Job(
        name,
        name,
        JobStatus.RUNNING,
        created_at=created,
        job_definition=arn,
        share_identifier=share,
        job_queue=queue,
        tags=tuple((tags or {}).items()),
    )
    return PlannedJob(name, verdict, job)


def sweep(count: int = 100, **options: Any) -> list[PlannedJob]:
    """Return the jobs of a sweep."""
    return [planned(f"sweep-{number:05}", **options) for number in range(count)]


def odd(jobs: list[PlannedJob]) -> dict[str, str]:
    """Return the marked groups by stem, each with its reasons."""
    return {group.stem: group.odd for group in group_jobs(jobs).marked}


def test_the_demos_sweep_has_two_odd_ones_and_the_array_is_none() -> None:
    """Among the jobs that have `sweep` in their names, the production job and the other spelling are marked."""
    with local.start(local.night) as emulator:
        frame = list_jobs(queues=["train-gpu"], endpoint_url=emulator.endpoint_url)
        chosen = frame[frame.jobName.str.lower().str.contains("sweep")]
        made = plan(chosen, reason="OPS-1", endpoint_url=emulator.endpoint_url)
    groups = group_jobs(made.jobs)
    assert {group.stem for group in groups.marked} == {"sweep-lr-prod", "Sweep-LR-000"}
    assert "the only train-prod; its name says “prod”" in odd(list(made.jobs))["sweep-lr-prod"]
    assert groups.rows[0].stem == "sweep-lr-#"
    assert groups.sentence == ""


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (planned("sweep-x", "report:3"), "the only report"),
        (planned("sweep-x", queue="cpu"), "the only one in queue cpu"),
        (planned("x-1", "train:8"), "the only one of another stem and revision"),
        (planned("x-1", share="urgent"), "the only one of another stem and share"),
        (planned("sweep-prod"), "its name says “prod”"),
        (planned("sweep-PROD-1", created=NOW - 20 * HOUR), "its name says “prod”; 20h older than the others"),
    ],
)
def test_each_way_of_being_unlike_the_others_is_said(other: PlannedJob, reason: str) -> None:
    """A rare definition, queue, pair of features or a warning word marks a group; age is said beside it."""
    assert list(odd([*sweep(), other]).values()) == [reason]


@pytest.mark.parametrize(
    "other",
    [
        planned("other-name-1"),  # a rare stem alone: an array beside its siblings
        planned("sweep-1x", created=NOW - 500 * HOUR),  # age alone
        planned("deprodder"),  # "prod" inside a word
        planned("y", verdict=Verdict.FINISHED),  # not ended by the plan
    ],
)
def test_what_is_usual_is_not_marked(other: PlannedJob) -> None:
    """A mark that is usual would be read by nobody."""
    assert odd([*sweep(), other]) == {}


def test_an_owner_is_the_first_tag_that_nearly_all_have() -> None:
    """A job of another team among those of one is marked, and so is one of nobody."""
    jobs = sweep(tags={"team": "vision", "Name": "x"})
    assert list(odd([*jobs, planned("sweep-x", tags={"team": "platform"})]).values()) == ["the only team=platform"]
    assert list(odd([*jobs, planned("sweep-x")]).values()) == ["the only one without the tag team"]


def test_a_few_jobs_have_no_odd_ones() -> None:
    """Of nine jobs each is seen anyway."""
    assert odd([*sweep(8), planned("keep-prod", "other:1")]) == {}


def test_several_odd_jobs_of_one_group_are_counted() -> None:
    """Three reports among 6,997 jobs are one row."""
    jobs = [*sweep(6_997), *(planned(f"nightly-{number}", "report:3") for number in range(3))]
    assert odd(jobs) == {"nightly-#": "3 of another definition than the other 6,997"}


def test_many_odd_groups_are_counted_and_the_strongest_marked() -> None:
    """A list of marks stays short; a warning word is marked all the same."""
    jobs = [*sweep(1_000), *(planned(f"x{letter}", f"d{letter}:1") for letter in "abcdefgh"), planned("a-prod")]
    groups = group_jobs(jobs)
    assert len(groups.marked) == MARKED + 1
    assert groups.unmarked == 3
    assert any(group.has_warning_word for group in groups.marked)


def test_a_mixed_selection_is_one_sentence() -> None:
    """Where no definition has most of the jobs, marks would say nothing."""
    jobs = [planned(f"job-{number}", f"d{number % 4}:1") for number in range(40)]
    groups = group_jobs([*jobs, planned("a-prod", "d0:1")])
    assert groups.sentence == "A mixed selection: 4 definitions, the largest has 27 %."
    assert [group.stem for group in groups.marked] == ["a-prod"]


NAMES = st.sampled_from(["sweep-1", "sweep-2", "prod", "", "<b>", "x" * 300, "a\nb"])
JOBS = st.builds(
    planned,
    NAMES,
    st.sampled_from(["a:1", "a:2", "b:1", ":", "x"]),
    queue=st.sampled_from(["q", "r"]),
    tags=st.dictionaries(st.sampled_from(["owner", "team"]), st.sampled_from(["x", "y"])),
    verdict=st.sampled_from(Verdict),
)


@given(st.lists(JOBS | st.builds(PlannedJob, st.just("gone"), st.just(Verdict.NOT_FOUND), st.none()), max_size=40))
def test_every_job_that_ends_is_in_one_group(jobs: list[PlannedJob]) -> None:
    """Nothing is lost and nothing is counted twice, whatever the jobs are called."""
    groups = group_jobs(jobs)
    grouped = [one for group in groups.rows for one in group.jobs]
    ends = [one for one in jobs if one.verdict.is_sent]
    assert sorted(map(id, grouped)) == sorted(map(id, ends))
    assert sum(group.terminate + group.cancel for group in groups.rows) == len(ends)
    assert all(group.reasons for group in groups.marked)


def test_a_plan_has_its_groups_as_a_frame() -> None:
    """A row a group, with how many jobs end in which way, the oldest, what they hold, and why one is odd."""
    with local.start(local.night) as emulator:
        frame = list_jobs(queues=["train-gpu"], endpoint_url=emulator.endpoint_url)
        chosen = frame[frame.jobName.str.lower().str.contains("sweep")]
        made = plan(chosen, reason="OPS-1", endpoint_url=emulator.endpoint_url)
    groups = made.groups
    assert groups.jobs.sum() == len(made.to_end)
    assert (groups.terminate + groups.cancel).sum() == len(made.to_end)
    assert set(groups[groups.odd.notna()].name_stem) == {"sweep-lr-prod", "Sweep-LR-000"}
    assert groups.vcpus.sum() == pytest.approx(made.frees["vcpus"])
    assert "Odd one out" in str(made)
    assert "sweep-lr-prod: the only train-prod" in str(made)
