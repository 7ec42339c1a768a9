"""The table of cases: what each search finds, or the line that says why it cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from batchnb.jobs.search import QueryError, parse_query
from batchnb.jobs.search.evaluate import hold_against

from .cases import read_cases, table_of

TABLE = read_cases()


def answer(query: str) -> dict[str, Any]:
    """Return a case as it stands in the table."""
    rows = table_of(TABLE)
    try:
        found = hold_against(parse_query(query, rows.schema), rows).matches
    except QueryError as error:
        is_whole = (error.start, error.end) == (0, len(query))
        return {
            "query": query,
            "line": str(error),
            **({"suggestions": list(error.suggestions)} if error.suggestions else {}),
            **({} if is_whole else {"span": [error.start, error.end]}),
            **({"unfinished": True} if error.is_unfinished else {}),
        }
    jobs = [row["key"] for row, is_found in zip(TABLE["rows"], found, strict=True) if is_found]
    return {"query": query, "jobs": " ".join(jobs)}


@pytest.mark.parametrize("section", TABLE["sections"], ids=lambda section: section["about"])
def test_a_search_finds_what_the_table_says(section: dict[str, Any]) -> None:
    """Each search finds these jobs, or is refused by this line, with these suggestions, at this place."""
    for case in section["cases"]:
        assert answer(case["query"]) == case


def test_every_case_is_there_once() -> None:
    """No case stands twice in a section, and each says what is found or what is wrong."""
    for section in TABLE["sections"]:
        queries = [case["query"] for case in section["cases"]]
        assert len(set(queries)) == len(queries)
        assert all(("jobs" in case) != ("line" in case) for case in section["cases"])


def test_every_suggestion_can_be_read() -> None:
    """What a message offers is not refused in its turn."""
    schema = table_of(TABLE).schema
    offered = [
        text for section in TABLE["sections"] for case in section["cases"] for text in case.get("suggestions", [])
    ]
    assert len(offered) > 100
    for text in offered:
        assert parse_query(text, schema).terms


def test_no_line_is_long_or_holds_what_cannot_be_seen() -> None:
    """Whatever was typed, the line is one that can be shown."""
    for section in TABLE["sections"]:
        for case in section["cases"]:
            line = case.get("line", "x")
            assert line.isprintable()
            assert len(line) < 600
