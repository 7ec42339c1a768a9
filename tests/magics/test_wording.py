"""Errors of functions in the words of magics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.magics.options import JOBS, TERMINATE
from batchnb.magics.wording import in_flags, speaks_flags


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("queues: there is no job queue 'x'", "--queue: there is no job queue 'x'"),
        ("running_longer_than: '6' is no age.", "--running-longer-than: '6' is no age."),
        ("children_of and queues exclude each other", "--children-of and queues exclude each other"),
        ("name: 'older_than' holds …", "--name: 'older_than' holds …"),
        ("Use name_glob for patterns.", "Use --name-glob for patterns."),
        ("In Python: batchnb.list_jobs(name_glob=name)", "In Python: batchnb.list_jobs(name_glob=name)"),
        ("jobs: no column. Name it with ids='batch id'.", "jobs: no column. Name it with --ids 'batch id'."),
        ("jobs: no column. Name it with ids=COLUMN.", "jobs: no column. Name it with --ids COLUMN."),
        ("reason: say why, for example reason='OPS-1 x'.", "--reason: say why, for example --reason 'OPS-1 x'."),
        ("expect=60 or --expect 60", "expect=60 or --expect 60"),
        ("set here are: max_jobs, read_only.", "set here are: max_jobs, read_only."),
        ("see plan.refused_by", "see plan.refused_by"),
    ],
)
def test_keywords_become_flags_and_nothing_else_changes(message: str, expected: str) -> None:
    """The argument at the front and words such as name_glob are flags; quotations and Python are left alone."""
    assert in_flags(message, TERMINATE) == expected


@given(st.text())
def test_any_quotation_stays_as_it_is(text: str) -> None:
    """A value that was typed is repeated as it was typed, whatever it looks like."""
    quoted = f"'{text.replace(chr(39), '')}'"
    assert quoted in in_flags(f"status: {quoted} is not a status.", JOBS)


def test_the_error_stays_the_error_that_it_is() -> None:
    """Class and attributes are kept, only the message is reworded."""

    class SpecialError(InputError):
        code = 7

    @speaks_flags(JOBS)
    def fail() -> None:
        raise SpecialError("older_than: x")

    with pytest.raises(SpecialError, match=r"^--older-than: x$") as raised:
        fail()
    assert raised.value.code == 7
