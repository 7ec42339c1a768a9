"""A queue that AWS would not list hides neither the others nor itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from batchnb import local
from batchnb.api import list_jobs, plan
from batchnb.aws.connect import set_default_endpoint
from batchnb.aws.relist import check_all_listed, listing_text, not_listed_text
from batchnb.errors import RefusedError
from batchnb.model.plan_view import plan_facts
from batchnb.widget import JobPicker

WHY = "has service jobs only"


@pytest.fixture
def mixed(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator, the default, with a queue of training jobs, which refuses ListJobs, between two others."""

    def fill(world: local.World) -> None:
        world.add_queue("cpu")
        world.add_queue("models", type="SAGEMAKER_TRAINING")
        world.add_queue("train")
        world.add_jobs("train", "sweep", 3)
        world.add_jobs("cpu", "etl", 2)

    emulator = start(fill)
    set_default_endpoint(emulator.endpoint_url)
    return emulator


@pytest.mark.usefixtures("mixed")
def test_the_others_are_listed_and_the_queue_is_named() -> None:
    """The frame has the jobs of the other queues, and in attrs the queue that is missing, with AWS's words."""
    jobs = list_jobs(status="active")
    assert len(jobs) == 5
    assert list(jobs.attrs["not_listed"]) == ["models"]
    assert "ListJobs: ClientException: " in jobs.attrs["not_listed"]["models"]
    assert WHY in jobs.attrs["not_listed"]["models"]
    assert jobs.attrs["listed_by"] == "status='active', which could not list queue models"
    assert list_jobs(queues=["train", "cpu"]).attrs["not_listed"] == {}


@pytest.mark.usefixtures("mixed")
def test_a_queue_that_was_named_and_refuses_is_an_error() -> None:
    """Alone or among others: whoever named it means its jobs."""
    for queues in ("models", ["train", "models"]):
        with pytest.raises(RefusedError, match=rf"queue models cannot be listed: ListJobs: .* {WHY}"):
            list_jobs(queues=queues)


def test_where_every_queue_refuses_there_is_no_listing(mixed: local.LocalBatch) -> None:
    """An empty frame would be an all-clear."""
    for queue in ("cpu", "train"):
        mixed.world.ledger.queues.pop(queue)
    with pytest.raises(RefusedError, match="queue models cannot be listed"):
        list_jobs(status="active")


def test_a_queue_that_answers_with_nothing_is_listed(mixed: local.LocalBatch) -> None:
    """What AWS does for training jobs is open: no jobs are no refusal."""
    mixed.world.switches = replace(mixed.world.switches, training_queue="empty")
    jobs = list_jobs(status="active")
    assert (len(jobs), jobs.attrs["not_listed"]) == (5, {})


@pytest.mark.usefixtures("mixed")
def test_a_plan_says_what_its_listing_lacks() -> None:
    """Whoever reads "Listed by" does not take it for all there is."""
    facts = dict(plan_facts(plan(list_jobs(status="active"), reason="OPS-1")))
    assert facts["Listed by"] == "status='active', which could not list queue models"


def test_a_picker_names_it_before_and_after_a_refresh(mixed: local.LocalBatch) -> None:
    """In what the browser is told, and in the table that a saved notebook keeps."""
    picker = JobPicker(list_jobs(status="active"))
    for _ in range(2):
        state = picker._session.state()
        assert [queue for queue, _ in state["notListed"]] == ["models"]
        assert "Not listed: 1 queue, and nothing is known of their jobs: models (" in state["note"]
        assert all("Not listed: 1 queue" in text for text in picker._stills().values())
        picker.refresh()
    mixed.world.ledger.queues.pop("models")
    picker.refresh()
    assert picker._session.state()["notListed"] == []
    assert "Not listed" not in picker._session.state()["note"]


@pytest.mark.usefixtures("mixed")
def test_what_is_left_is_not_told_where_a_queue_is_missing() -> None:
    """A runbook that executes fails, and names the queue and why; frames of named queues pass."""
    jobs, known = list_jobs(status="active"), list_jobs(queues="train")
    check_all_listed(known, pd.DataFrame({"jobId": []}))
    with pytest.raises(RefusedError, match=rf"^Not listed: 1 queue.*models .*{WHY}.*Name the queues that are meant"):
        check_all_listed(known, jobs)


def test_the_texts_stay_short_and_on_one_line() -> None:
    """However many queues there are, whatever they are called, and whatever AWS says."""
    many = {f"queue\n\u202e{number}" + "x" * 500: "why\n" * 500 for number in range(50)}
    text = not_listed_text(many)
    assert text.startswith("Not listed: 50 queues")
    assert ", and 40 more." in text
    assert text.isprintable()
    assert len(text) < 4_500
    listed = listing_text({"status": "active", "name": None}, 2, many)
    assert "status='active', which left out 2 jobs and could not list queues " in listed
    assert listed.isprintable()
    assert len(listed) < 900


@pytest.mark.parametrize("odd", [None, 7, "train", ["train"]])
def test_attrs_of_somebody_else_are_no_error(odd: object) -> None:
    """Attrs are anybody's: what is no record of queues says nothing."""
    frame = pd.DataFrame({"jobId": []})
    frame.attrs["not_listed"] = odd
    assert not_listed_text(frame) == ""
