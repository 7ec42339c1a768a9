"""Expressions and patterns: they find what Python's own find, and take one step for each character."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from batchnb.jobs.search.automaton import Matcher, matcher_of
from batchnb.jobs.search.expressions import ExpressionError, read_tree
from batchnb.jobs.search.terms import Expression, Pattern

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "A",
        "é",
        ".",
        "[ab]",
        "[^a]",
        "[a-c0-9_-]",
        "\\d",
        "\\w",
        "\\W",
        "\\s",
        "\\S",
        "\\.",
        "\\u0061",
        " ",
        "\n",
    ]
)
ANCHORS = st.sampled_from(["^", "$", "\\b", "\\B"])
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?", "+?"])


def repeated(nodes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return groups, choices and sequences of these, repeated."""
    group = st.lists(nodes, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
    return st.lists(st.builds("{}{}".format, group | ATOMS, REPEATS) | ANCHORS, min_size=1, max_size=3).map("".join)


EXPRESSIONS = st.recursive(ATOMS | ANCHORS, repeated, max_leaves=8)
TEXTS = st.text("abAB01_-é. \n", max_size=8)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, TEXTS, st.booleans())
@example("(a|b)*$", "ab\n", False)  # noqa: FBT003 - a value of `any_case`
def test_an_expression_finds_what_python_finds(source: str, text: str, any_case: bool) -> None:  # noqa: FBT001
    """Of what both can read, both find the same."""
    assume(text or "\\B" not in source)  # Python before 3.14 knows no such place in an empty text
    # Here, the end is the very end, and not the place before a last line feed.
    theirs = re.compile(source.replace("$", "\\Z"), re.ASCII | (re.IGNORECASE if any_case else re.NOFLAG))
    assert matcher_of(Expression(source, any_case)).finds(text) == (theirs.search(text) is not None)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", ".", "é", "*", "?"]), min_size=1, max_size=6), TEXTS)
def test_a_pattern_fits_what_fnmatch_fits(pattern: list[str], text: str) -> None:
    """A pattern means what it means for --name-glob."""
    parts = tuple({"*": None, "?": ""}.get(one, one) for one in pattern)
    assert matcher_of(Pattern(parts)).finds(text) == fnmatchcase(text, "".join(pattern))


class Counted(str):
    """A text that counts how often a character was taken from it."""

    taken = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        """Yield the characters."""
        for char in super().__iter__():
            self.taken += 1
            yield char


@pytest.mark.parametrize("source", ["(a*)*(a|aa)+$", "(a?){50}a{50}", "(a|a|a)*b", "(.*)*x", "a*a*a*a*a*a*a*a*b"])
def test_no_expression_takes_more_than_one_step_for_a_character(source: str) -> None:
    """What lets other engines hang for years is looked at once, character by character, with few sets of places."""
    text = Counted("a" * 5_000 + "c")
    matcher = Matcher(read_tree(source), any_case=False)
    matcher.finds(text)
    assert text.taken <= len(text)
    assert len(matcher._keys) < 200


def test_few_sets_of_places_are_remembered() -> None:
    """An expression that has 2**20 sets of places keeps some hundred of them, and finds what it should."""
    matcher = Matcher(read_tree("a.{20}$"), any_case=False)
    text = "".join("ab"[(number * number) % 7 % 2] for number in range(5_000))
    assert matcher.finds(text) == (text[-21] == "a")
    assert len(matcher._keys) <= 500


@pytest.mark.parametrize(
    "source", ["(" * 201, "[a", "a{101}", "(a{50}){50}", "\\", "(?=a)", "(?!a)", "(?<=a)b", "(a)\\1", "\\k"]
)
def test_what_could_hang_or_cannot_be_read_is_refused(source: str) -> None:
    """An error says why, and nothing is tried."""
    with pytest.raises(ExpressionError):
        Matcher(read_tree(source), any_case=False)


def test_groups_in_groups_can_be_read() -> None:
    """As deep as anybody would type, and no deeper than a stack allows."""
    assert matcher_of(Expression("(" * 20 + "ab" + ")" * 20, any_case=False)).finds("xaby")
    with pytest.raises(ExpressionError, match="groups more than 20 deep"):
        read_tree("(" * 21 + "ab" + ")" * 21)
