"""The store of views by itself, under a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.clock import Clock
from batchnb.widget.packed_ids import pack_ids
from batchnb.widget.views import VIEWS_KEPT, Columns, View, ViewKey, Views

KEY = ViewKey("cell/0", "123456789012", "eu-west-1", "")
EVENING = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = EVENING
        self.views = Views(Clock(wall=lambda: self.time))

    def wait(self, **span: float) -> None:
        """Let this much time go by."""
        self.time += timedelta(**span)


@pytest.fixture
def watch() -> Watch:
    """Return an empty store, and its clock."""
    return Watch()


def test_a_view_is_found_again_as_it_was_kept(watch: Watch) -> None:
    """All of it, the selection too."""
    view = View(
        "name:a*", ("definition",), Columns(("Name", "Age")), {"Name": 200}, (("Age", True),), 500, None, "OPS-1"
    )
    watch.views.keep(KEY, view)
    assert watch.views.find(KEY) == view


@pytest.mark.parametrize("other", [{"name": "cell/1"}, {"account": "2"}, {"region": "x"}, {"endpoint": "http://x"}])
def test_a_view_of_another_cell_or_place_is_not_restored(watch: Watch, other: dict[str, str]) -> None:
    """Jobs of another account, Region or endpoint are others, whatever they are called."""
    watch.views.keep(KEY, View("a"))
    assert watch.views.find(KEY._replace(**other)) is None
    assert watch.views.find(KEY) == View("a")


def test_a_view_lasts_for_twelve_hours_after_its_last_change(watch: Watch) -> None:
    """A change begins them anew."""
    watch.views.keep(KEY, View("a"))
    watch.wait(hours=11)
    watch.views.keep(KEY, View("b"))
    watch.wait(hours=12)
    assert watch.views.find(KEY) == View("b")
    watch.wait(seconds=1)
    assert watch.views.find(KEY) is None


def test_the_reason_is_not_restored_on_another_day(watch: Watch) -> None:
    """By the day on which it was given, whatever else was changed after midnight; the rest is restored."""
    watch.views.keep(KEY, View("a", reason="OPS-1"))
    watch.wait(hours=3, minutes=59)
    assert watch.views.find(KEY) == View("a", reason="OPS-1")
    watch.wait(minutes=1)
    assert watch.views.find(KEY) == View("a")
    watch.views.keep(KEY, View("b", reason="OPS-1"))
    assert watch.views.find(KEY) == View("b")
    watch.views.keep(KEY, View("b", reason="OPS-2"))
    assert watch.views.find(KEY) == View("b", reason="OPS-2")


def test_what_the_code_asks_for_anew_counts_more(watch: Watch) -> None:
    """An argument that was changed since wins; one that stands there as before loses to what was set by hand."""
    watch.views.keep(KEY, View("by hand", reason="by hand"), {"search": "in code", "reason": "in code"})
    again = watch.views.find(KEY, {"search": "in code", "reason": "another"})
    assert again == View("by hand", reason="another")


def test_the_view_that_was_kept_longest_ago_goes_first(watch: Watch) -> None:
    """Twenty are kept."""
    keys = [KEY._replace(name=str(number)) for number in range(VIEWS_KEPT)]
    for key in keys:
        watch.views.keep(key, View(key.name))
    watch.views.keep(keys[0], View("again"))
    watch.views.keep(KEY, View("one more"))
    assert len(watch.views) == VIEWS_KEPT
    assert watch.views.find(keys[0]) == View("again")
    assert watch.views.find(keys[1]) is None
    watch.views.forget(KEY)
    assert watch.views.find(KEY) is None


JOB_IDS = st.uuids().map(str)
CHILDREN = st.builds(lambda job, index: f"{job}:{index}", st.uuids(), st.integers(0, 9999))


@given(st.lists(JOB_IDS | CHILDREN, unique=True))
def test_ids_come_back_from_their_bytes(job_ids: list[str]) -> None:
    """Sixteen bytes a job, and four more for a child of an array."""
    packed = pack_ids(job_ids)
    assert len(packed) == len(job_ids)
    assert sorted(packed) == sorted(job_ids)
    assert len(packed.jobs) == 16 * sum(":" not in job_id for job_id in job_ids)
    assert len(packed.jobs) + len(packed.children) == sum(20 if ":" in job_id else 16 for job_id in job_ids)
    assert all(UUID(job_id.partition(":")[0]) for job_id in packed)
