"""Plain English: phrases that must not come back into what people read, be it a message, a docstring or a document."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "batchnb"

PHRASES = {
    r"(?<![Tt]here )\b(?:is|are|was|were) none\b": "say what it must be: 'X must be …, got …'",
    r"\bnone is\b": "say which one: 'without it', 'where it is missing'",
    r"(?<![Tt]here )\b(?:is|are) no (?!longer\b|more\b|such\b)[a-z]": "'is not a …'",
    r"\b[Ww]hoever\b": "name the person or the part: the user, the caller, the reader",
    r"\bso many\b": "'this number of', or the number",
    r"\b[Ww]hat [a-z ]{1,20} is what\b": "one clause",
    r"\b(?:house|door|road|room|desk|parcel)s?\b": "the field's word: package, module, API, call, payload, space",
    r"\bno-one\b": "'nobody', or say it in the active voice",
    r"\bin spite of\b": "'although', or say what was accepted",
    r"\b(?:that|this|the) very\b": "'this', 'exactly this'",
    r"\bAnswer the\b": "'Return the …'",
    r"\bby the way\b": "'as well'",
    r"\bexclude each other\b": "'give A or B, not both'",
}
"""What must not come back, and what to write."""

_STRINGS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def python_prose(text: str) -> Iterator[str]:
    """Yield the strings, docstrings and comments of a module."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in _STRINGS:
            yield token.string


def plain_prose(text: str) -> Iterator[str]:
    """Yield the lines of a document or of a script, without code that stands between backticks."""
    for line in text.splitlines():
        yield re.sub(r"`[^`]*`", "", line)


def found_in(pieces: Iterator[str]) -> list[str]:
    """Return each phrase that is found, with the text around it and what to write."""
    found = []
    for piece in pieces:
        text = " ".join(piece.split())
        for phrase, better in PHRASES.items():
            found += [
                f"…{text[max(0, one.start() - 40) : one.end() + 20]}…: {better}" for one in re.finditer(phrase, text)
            ]
    return found


def title(path: Path) -> str:
    """Return how a test names a file."""
    return path.relative_to(ROOT).as_posix()


MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(PACKAGE.rglob("*.js"))
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("[CS]*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_python_speaks_plain_english() -> None:
    """Messages, docstrings and comments of the package are free of the phrases."""
    found = {title(path): found_in(python_prose(path.read_text("utf-8"))) for path in MODULES}
    assert {path: phrases for path, phrases in found.items() if phrases} == {}


@pytest.mark.parametrize("path", [*DOCUMENTS, *SCRIPTS], ids=title)
def test_documents_speak_plain_english(path: Path) -> None:
    """So are the documents and the scripts."""
    assert found_in(plain_prose(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("'x' is no job id", 1),
        ("there is no job, and there are none", 0),
        ("it is no longer there, and None is not given", 0),
        ("None where none is given", 1),
        ("whoever ends so many jobs in a room", 3),
        ("the roadmap, a doorman and a housekeeper", 0),
        ("lift this very pattern, by the way", 2),
    ],
)
def test_the_phrases_are_found(text: str, count: int) -> None:
    """The patterns find what they are for, and no more."""
    assert len(found_in(iter([text]))) == count
