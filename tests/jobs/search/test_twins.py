"""Python and JavaScript read the same searches in the same way, and find the same rows."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchnb.jobs.search import QueryError, parse_query
from batchnb.jobs.search.choices import FLAGS
from batchnb.jobs.search.evaluate import hold_against
from batchnb.jobs.search.fields import FIELDS, STATUS_WORDS, SYNONYMS, TITLES
from batchnb.jobs.search.terms import as_plain

from .cases import read_cases, table_of
from .searches import broken_queries, queries, tables

SCRIPT = Path(__file__).parents[2] / "widget" / "js" / "search_lines.mjs"

Twin = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def twin(node: str) -> Iterator[Twin]:
    """Return what asks the JavaScript: one process for all questions."""
    process = subprocess.Popen([node, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(what: str, **given: Any) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"ask": what, **given}) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    with process:
        yield ask
        assert process.stdin is not None
        process.stdin.close()


def in_javascript(name: str) -> str:
    """Return how JavaScript writes a name."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def as_javascript(value: Any) -> Any:
    """Return what a test of Python looks like in JavaScript."""
    if isinstance(value, dict):
        return {in_javascript(key): as_javascript(one) for key, one in value.items()}
    return [as_javascript(one) for one in value] if isinstance(value, list) else value


def python_says(query: str, table: dict[str, Any]) -> dict[str, Any]:
    """Return what the script would answer."""
    rows = table_of(table)
    try:
        read = parse_query(query, rows.schema)
    except QueryError as error:
        return {
            "error": {
                "message": error.line,
                "suggestion": error.suggestions[0] if error.suggestions else None,
                "suggestions": list(error.suggestions),
                "start": error.start,
                "end": error.end,
                "isUnfinished": error.is_unfinished,
            }
        }
    terms = [
        {
            "isExcluded": term["excluded"],
            "field": term["field"],
            "tests": as_javascript(term["tests"]),
            "start": term["span"][0],
            "end": term["span"][1],
        }
        for term in as_plain(read)
    ]
    return {"rows": hold_against(read, rows).matches.nonzero()[0].tolist(), "terms": terms}


def javascript_says(query: str, table: dict[str, Any], twin: Twin) -> dict[str, Any]:
    """Return what the script answers, the fields by their names."""
    twin("table", **table)
    said = twin("search", query=query)
    for term in said.get("terms", []):
        term["field"] = term["field"] and term["field"]["name"]
    return said


def test_both_have_the_same_fields(twin: Twin) -> None:
    """A field, a status or a title that one of them lacks fails here."""
    said = twin("fields")
    ours = [
        {in_javascript(key): value for key, value in asdict(field).items() if value not in ("", (), False)}
        for field in FIELDS
    ]
    assert said["fields"] == json.loads(json.dumps(ours))
    assert said["titles"] == {source: list(titles) for source, titles in TITLES.items()}
    assert said["statuses"] == {word: list(names) for word, names in STATUS_WORDS.items()}
    assert list(said["statuses"]) == list(STATUS_WORDS)
    assert said["synonyms"] == SYNONYMS
    assert said["flags"] == list(FLAGS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries(), tables(), st.sampled_from([{}, {"joined": True}, {"texts": True}]))
def test_both_find_the_same_rows(twin: Twin, query: str, table: dict[str, Any], shape: dict[str, bool]) -> None:
    """Of any rows, a search finds the same, whatever is missing of them."""
    assert javascript_says(query, {**table, "shape": shape}, twin) == python_says(query, table)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken_queries())
def test_both_refuse_the_same_in_the_same_words(twin: Twin, query: str) -> None:
    """What cannot be read is refused by the same line, with the same suggestions, at the same place."""
    table = {name: read_cases()[name] for name in ("rows", "own", "now")}
    assert javascript_says(query, table, twin) == python_says(query, table)


def test_the_javascript_passes_its_own_tests(node: str) -> None:
    """`node --test` finds nothing wrong with the search, which needs no browser."""
    tests = sorted(map(str, SCRIPT.parent.glob("search*.test.mjs")))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)", done.stdout, re.MULTILINE)[0]) > 50
