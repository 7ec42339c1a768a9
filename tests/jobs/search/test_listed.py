"""What can be asked of a listing, and which statuses a search needs to be listed."""

from __future__ import annotations

import pytest

from batchnb.errors import InputError
from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import JobStatus
from batchnb.jobs.search import parse_query
from batchnb.jobs.search.columns import schema_of
from batchnb.jobs.search.fields import ENDED, FIELDS, STATUS_WORDS, WAITING
from batchnb.jobs.search.listed import LISTED, read_listing_query, statuses_of


def test_a_listing_has_the_fields_that_are_promised() -> None:
    """All that can be asked of a frame of `list_jobs` can be asked of the listing, and what it has for itself alone."""
    frame = schema_of(frame_of_jobs([], tags=True))
    described = {field.source for field in FIELDS if field.described_as}
    assert LISTED.sources == frame.sources | described
    assert {(field.name, field.kind, field.source) for field in LISTED.own} == {
        (field.name, field.kind, field.source) for field in frame.own
    }


def test_the_words_for_statuses_are_those_of_aws() -> None:
    """Each status of a job can be asked for by its name, and the three other words mean what they say."""
    single = {names[0] for word, names in STATUS_WORDS.items() if names == (word.upper(),)}
    assert single == {status.value for status in JobStatus}
    assert set(STATUS_WORDS["active"]) == {status.value for status in JobStatus.live()}
    assert set(ENDED) == {status.value for status in JobStatus if status.has_ended}
    assert set(WAITING) == {status.value for status in JobStatus.live() if not status.has_started}


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("sweep", None),
        ("-status:failed", None),
        ("-running:>6h", None),
        ("tag:team=vision age:>6h", None),
        ("status:failed", ("FAILED",)),
        ("status:ended", ENDED),
        ("status:ended,running", (*ENDED, "RUNNING")),
        ("status:active status:running", ("RUNNING",)),
        ("running:>6h", ("RUNNING",)),
        ("waiting:>6h", WAITING),
        ("stopped:<1h", ENDED),
        ("exit:137", ENDED),
        ("exit:137 status:failed", ("FAILED",)),
    ],
)
def test_a_search_says_which_statuses_it_needs(query: str, statuses: tuple[str, ...] | None) -> None:
    """The strictest term decides; where none tells, nobody but the default does."""
    assert statuses_of(parse_query(query, LISTED)) == statuses


@pytest.mark.parametrize("query", ["", "  ", "\n", 7, None, b"x", ["a"]])
def test_a_search_of_a_listing_is_a_text_with_something_in_it(query: object) -> None:
    """An empty search would mean every job, and is an error."""
    with pytest.raises(InputError, match=r"^query: .* is empty or no text"):
        read_listing_query(query)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("vcpus:>4", "There is no field “vcpus”. Did you mean `vcpu:>4`?"),
        ("age:>6", "6 what? For example `age:>6h`, `6m`, `6d`."),
        ("cost:>1", "“cost” is not known in this list."),
        ("is:selected", "“is” is not known in this list."),
        ("result:denied", "“result” is not known in this list."),
    ],
)
def test_what_cannot_be_asked_is_said_in_the_line_of_the_picker(query: str, line: str) -> None:
    """One line, which begins with the argument's name."""
    with pytest.raises(InputError) as refused:
        read_listing_query(query)
    assert str(refused.value) == f"query: {line}"
