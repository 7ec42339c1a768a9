"""What holds of every search: a term only narrows, a minus turns round what is known, and nothing crashes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.jobs.search import QueryError, parse_query
from batchnb.jobs.search.evaluate import hold_against
from batchnb.jobs.search.letters import is_blank, is_invisible
from batchnb.jobs.search.parser import LONGEST_QUERY
from batchnb.jobs.search.typed import as_text

from .cases import table_of
from .searches import NOW, broken_queries, queries, tables, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def found(query: str, table: dict[str, Any]) -> NDArray[np.bool_]:
    """Return which rows a search finds."""
    rows = table_of(table)
    return hold_against(parse_query(query, rows.schema), rows).matches


def readable(query: str, table: dict[str, Any]) -> bool:
    """Whether this search can be read."""
    try:
        parse_query(query, table_of(table).schema)
    except QueryError:
        return False
    return True


@settings(max_examples=40, deadline=None)
@given(queries(), terms(), tables())
def test_another_term_never_finds_more(query: str, term: str, table: dict[str, Any]) -> None:
    """All terms have to hold, so that each of them only narrows."""
    longer = f"{query} {term}"
    assume(readable(longer, table))
    assert not (found(longer, table) & ~found(query, table)).any()


@settings(max_examples=40, deadline=None)
@given(terms(), tables())
def test_a_minus_finds_all_others_of_which_it_is_known(term: str, table: dict[str, Any]) -> None:
    """No row is found by a term and by its opposite; a row that is found by neither is one of which it is not known."""
    bare = term.removeprefix("-")
    assume(readable(bare, table))
    rows = table_of(table)
    said = hold_against(parse_query(bare, rows.schema), rows)
    opposite = hold_against(parse_query(f"-{bare}", rows.schema), rows)
    assert not (said.matches & opposite.matches).any()
    assert (said.is_open == opposite.is_open).all()
    assert (said.matches | opposite.matches | said.is_open).all()


@settings(max_examples=40, deadline=None)
@given(terms(), tables())
def test_a_row_without_a_value_is_found_by_nothing(term: str, table: dict[str, Any]) -> None:
    """Rows of which nothing is known but that they are there match no field, whether it is asked for or excluded."""
    nothing = {**table, "rows": [dict.fromkeys(row) for row in table["rows"]], "also": {}}
    query = parse_query(term, table_of(nothing).schema) if readable(term, nothing) else None
    assume(query is not None)
    assert query is not None
    (one,) = query.terms
    known_to_have_none = one.field is None or one.field.is_none_if_missing
    assert found(term, nothing).any() == (one.is_excluded and known_to_have_none)


@settings(max_examples=100, deadline=None)
@given(st.one_of(broken_queries(), st.text(max_size=40)), tables())
def test_any_text_is_read_or_refused_in_a_line(query: str, table: dict[str, Any]) -> None:
    """Whatever is typed is read, or refused in one line that can be shown, and says where."""
    if readable(query, table):
        return
    with pytest.raises(QueryError) as refused:
        parse_query(query, table_of(table).schema)
    error = refused.value
    assert not any(is_invisible(char) or (is_blank(char) and char != " ") for char in error.line)
    assert not {unicodedata.category(char) for char in error.line} & {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert 0 < len(error.line) < 700
    assert 0 <= error.start <= error.end <= len(query)
    assert all(readable(text, table) for text in error.suggestions)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20), tables())
def test_any_text_can_be_looked_for_in_quotes(text: str, table: dict[str, Any]) -> None:
    """In quotes, nothing has a meaning: exactly the name with this text in it is found."""
    rows = [
        {"jobId": f"{number:08x}-2222-3333-4444-555555555555", "jobName": name}
        for number, name in enumerate([f"x{text}y", "z"])
    ]
    alone = {**table, "rows": rows, "own": {}, "also": {}}
    assert found(f"name:={as_text(f'x{text}y')}", alone).tolist() == [True, False]
    assert found(f"name:{as_text(text)}", alone).tolist()[0]
    assert not found(f"-name:{as_text(text)}", alone).tolist()[0]


@pytest.mark.parametrize("query", ["a" * LONGEST_QUERY, " ".join("a" * 50)])
def test_a_search_may_be_long(query: str) -> None:
    """Up to its limits, a search is read as any other."""
    table = {"now": NOW, "rows": [{"jobName": "a"}]}
    assert found(query, table).tolist() == [len(query) < 100]


def test_an_error_is_one_of_batchnb() -> None:
    """Whoever catches InputError catches a search that cannot be read, too."""
    with pytest.raises(InputError, match="A quote is not closed"):
        found('"', {"now": NOW, "rows": [{"jobName": "a"}]})
