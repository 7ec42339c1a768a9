"""Searches and rows at random, for the tests beside this: made from the same few words, so that something is found."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

__all__ = ["NOW", "OWN", "broken_queries", "queries", "tables", "terms"]

NOW = 1_795_568_280_000
OWN = {"Team name": "text", "score": "number", "due": "moment"}

_HOUR = 3_600_000
_WORDS = [
    "a",
    "ab",
    "B",
    "prod",
    "lr-1",
    "x y",
    "Å",
    "a\u030a",
    "ß",
    "Σ",
    "\N{GREEK SMALL LETTER SIGMA}",
    "😀",
    "=",
    "<b>",
    "a:7",
    'q"',
    "*",
    "#",
    "\u202e",
]
_STATUSES = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED", "WEIRD"]
_DEFINITION = "arn:aws:batch:eu-west-1:123456789012:job-definition/"
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=3).map("".join)
_TIMES = st.integers(-2, 40).map(lambda hours: NOW - hours * _HOUR)
_AMOUNTS = st.sampled_from([0, 0.25, 1, 2, 4, 8, 8192])
_IDS = st.integers(0, 40).map(lambda number: f"{number:08x}-2222-3333-4444-555555555555")
_TAGS = st.dictionaries(st.sampled_from(["team", "Team", "keep", "a:b"]), st.sampled_from(["", "a", "A", "x y", "b,c"]))


def _row() -> st.SearchStrategy[dict[str, Any]]:
    known: dict[str, st.SearchStrategy[Any]] = {
        "jobId": _IDS,
        "jobName": _TEXTS,
        "jobQueue": st.sampled_from(["train", "train-gpu", "etl"]) | _TEXTS,
        "status": st.sampled_from(_STATUSES),
        "statusReason": _TEXTS,
        "jobDefinition": st.sampled_from([_DEFINITION + "train:7", _DEFINITION + "train-b:70", "etl:1", "etl"]),
        "shareIdentifier": _TEXTS,
        "createdAt": _TIMES,
        "startedAt": _TIMES,
        "stoppedAt": _TIMES,
        "arraySize": st.integers(2, 4),
        "exitCode": st.sampled_from([0, 1, 137]),
        "vcpus": _AMOUNTS,
        "gpus": _AMOUNTS,
        "memory": _AMOUNTS,
        "tries": st.integers(0, 3),
        "tags": _TAGS,
        "Team name": _TEXTS,
        "score": _AMOUNTS,
        "due": _TIMES,
    }
    return st.fixed_dictionaries({title: values | st.none() for title, values in known.items()} | {"jobId": _IDS})


def tables() -> st.SearchStrategy[dict[str, Any]]:
    """Return a few rows of any kind, with whatever may be missing of them."""
    masks = st.fixed_dictionaries({}, optional={"RUNNING": st.just(None), "STARTING": st.just(None)})

    def table(rows: list[dict[str, Any]], also: dict[str, None]) -> dict[str, Any]:
        is_array = [row["arraySize"] is not None and row["status"] == "PENDING" for row in rows]
        return {"now": NOW, "own": OWN, "rows": rows, "also": dict.fromkeys(also, is_array)}

    return st.builds(table, st.lists(_row(), min_size=1, max_size=4), masks)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _values(field: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=2).map(lambda given: f"{field}:{','.join(given)}")


def _ranges(fields: list[str], amounts: list[str]) -> st.SearchStrategy[str]:
    amount = st.sampled_from(amounts)
    value = st.builds("{}{}".format, st.sampled_from([">", ">=", "<", "<=", "", "="]), amount) | st.builds(
        "{}..{}".format, amount, amount
    )
    return st.builds("{}:{}".format, st.sampled_from(fields), value)


def terms() -> st.SearchStrategy[str]:
    """Return terms of every kind; most can be read."""
    literal = st.sampled_from(_WORDS).map(_quoted)
    pattern = st.lists(st.sampled_from(["*", "?", "a", "b", "7", '"Å"', "-"]), min_size=1, max_size=5).map("".join)
    expression = st.lists(
        st.sampled_from(
            [
                "a",
                "B",
                ".",
                "*",
                "+",
                "^",
                "$",
                "[a-c]",
                "[^a]",
                "\\d",
                "\\b",
                "(a|b)",
                "\N{GREEK SMALL LETTER SIGMA}",
                "|",
                "?",
                "{2}",
            ]
        ),
        min_size=1,
        max_size=5,
    ).map(lambda parts: f"/{''.join(parts)}/")
    value = (
        literal | pattern | literal.map(lambda text: f"={text}") | expression | expression.map(lambda text: f"{text}i")
    )
    texts = ["name", "queue", "definition", "id", "reason", "share", '"Team name"', "jobName"]
    text = st.one_of(*(_values(field, value) for field in texts))
    tag_key = st.sampled_from(["team", "TEAM", "keep", '"a:b"', "te*", "*"])
    tag = st.builds("tag:{}{}".format, tag_key, st.just("") | value.map(lambda one: f"={one}"))
    status = _values("status", st.sampled_from(["running", "PENDING", "active", "waiting", "ended", "failed"]))
    return st.one_of(
        literal,
        st.sampled_from(["a", "PROD", "lr-1", "train", "7", "ß", "\N{GREEK SMALL LETTER SIGMA}"]),
        text,
        tag,
        status,
        _ranges(["age", "running", "waiting", "stopped"], ["0s", "1h", "90m", "12h", "1d"]),
        _ranges(["vcpu", "gpu", "array", "tries", "exit", "score"], ["0", "1", "2", "4", "0.25", "137"]),
        _ranges(["memory"], ["1MiB", "8GiB", "1TiB"]),
        _ranges(["created", "started", "stopped", "due"], ["2026-11-24", "2026-11-24T18:00Z", "2026-11-25"]),
    ).flatmap(lambda term: st.sampled_from([term, term, f"-{term}"]))


def queries() -> st.SearchStrategy[str]:
    """Return searches of a few terms."""
    return st.lists(terms(), max_size=3).map(" ".join)


def broken_queries() -> st.SearchStrategy[str]:
    """Return searches in which a character was lost, put in or changed, and texts of any kind."""
    chars = st.sampled_from(
        [*'":,=<>-!*?/()[]{}|.\\ \t\u200b\u00a0“\uff1a\u2013&69hdTZ', "OR", "age:", "status:", "tag:", "😀", "\ud800"]
    )

    def mutated(query: str, at: int, char: str, cut: int) -> str:
        place = at % (len(query) + 1)
        return query[:place] + char + query[place + cut :]

    return st.builds(mutated, queries(), st.integers(0, 200), chars, st.integers(0, 2)) | st.lists(
        chars, max_size=6
    ).map("".join)
