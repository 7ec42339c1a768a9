"""Text of others, made safe to show."""

from __future__ import annotations

import html
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.text import SHOWN_LENGTH, WIDTH, escape, fit_stdout, fit_terminal, plural, shown, wrap_line

# Lone surrogates too: a DataFrame may hold what no file could.
ANY_TEXT = st.text(st.characters())
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "\"'><script>",
    "a\nb\r\nc\x0bd\x0ce\x85f\u2028g\u2029h",
    "\u202egpj.exe\u2066\u2069\u200b\ufeff",
    "nul\x00 bell\x07 escape\x1b[2J",
    "\ud800 \udfff",
    "\ue000 \U000e0041",
]


@settings(deadline=None)
@given(ANY_TEXT, st.integers(1, 60))
def test_what_is_shown_is_one_line_within_its_limit(text: str, limit: int) -> None:
    """Any text stays on one line and within the limit, and can be printed."""
    result = shown(text, limit)
    assert len(result) <= limit
    assert len(result.splitlines()) <= 1
    assert not {unicodedata.category(char) for char in result} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    result.encode()


@settings(deadline=None)
@given(ANY_TEXT, st.integers(1, 60))
def test_what_is_escaped_is_never_markup(text: str, limit: int) -> None:
    """No character of an escaped text is markup, and a browser shows exactly what a terminal shows."""
    result = escape(text, limit)
    assert not set("<>\"'") & set(result)
    assert html.unescape(result) == shown(text, limit)


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=SHOWN_LENGTH))
def test_an_ordinary_text_is_shown_as_it_is(text: str) -> None:
    """Letters, digits, punctuation and symbols of any script are left alone."""
    assert shown(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_spelled_out(text: str) -> None:
    """Line breaks, bidi marks, NUL, escape sequences and surrogates show as their escapes, not as themselves."""
    result = shown(text)
    assert not {char for char in text if not char.isprintable()} & set(result)
    assert "\n" not in escape(text)
    assert "<" not in escape(text)


def test_a_novel_is_cut_and_says_so() -> None:
    """Of 10,000 characters the first are shown, and an ellipsis tells that there are more."""
    assert shown("a" * 10_000) == "a" * (SHOWN_LENGTH - 1) + "…"
    assert shown("\n" * 10_000, 10) == "\\n\\n\\n\\n\\…"


def test_what_just_fits_is_not_cut() -> None:
    """A text as long as the limit is shown whole."""
    assert shown("abcde", 5) == "abcde"


@pytest.mark.parametrize(("value", "expected"), [(None, ""), (0, "0"), (1.5, "1.5"), (False, "False")])
def test_what_is_no_text_is_shown_as_one(value: object, expected: str) -> None:
    """None is nothing, and other values are written out."""
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs"), (1_234_567, "1,234,567 jobs")]
)
def test_a_count_agrees_with_its_noun(count: int, expected: str) -> None:
    """One is one job, everything else is jobs, and thousands are set apart."""
    assert plural(count, "job") == expected
    assert plural(count, "child", "children").endswith("child" if count == 1 else "children")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp1252", "utf-8"])
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_fits_stdout_can_be_written_there(text: str, encoding: str) -> None:
    """Any text can be written in the encoding, and what that encoding has stays as it is."""
    fitted = fit_stdout(text, encoding)
    fitted.encode(encoding)
    if all(_has(encoding, char) for char in text):
        assert fitted == text


def _has(encoding: str, char: str) -> bool:
    return char.encode(encoding, "ignore") != b""


def test_our_own_signs_have_plain_ones() -> None:
    """An ellipsis and quotes become those of ASCII; an unknown encoding and a stdout without one change nothing."""
    assert fit_stdout("a “b”…", "ascii") == 'a "b"...'
    assert fit_stdout("ü…", "latin-1") == "ü..."
    assert fit_stdout("ü…", "no such encoding") == "ü…"


def test_an_error_can_be_printed_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """`print(error)` works where stdout is ASCII."""
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert str(InputError("there is no “queue”")) == 'there is no "queue"'


class _Terminal(io.StringIO):
    """A stdout that is a terminal."""

    def isatty(self) -> bool:
        return True


@given(st.text(st.characters(categories=["L", "N", "Zs"]), max_size=300), st.integers(0, 30))
def test_a_line_for_a_terminal_fits_it(text: str, indent: int) -> None:
    """Any line is at most 80 columns wide, and no word of it is lost."""
    lines = wrap_line(" " * indent + text)
    assert all(len(line) <= WIDTH for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_only_a_terminal_gets_lines_that_are_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log and a notebook keep the line; what can be typed is in one piece everywhere."""
    line = f"  To go on  {'word ' * 20}%batch_resume 20260101T000000Z-abcd --region eu-west-1 --endpoint-url http://x"
    assert fit_terminal(line) == line
    monkeypatch.setattr("sys.stdout", _Terminal())
    *text, typed = fit_terminal(line).splitlines()
    assert all(len(one) <= WIDTH for one in text)
    assert typed.strip() == "%batch_resume 20260101T000000Z-abcd --region eu-west-1 --endpoint-url http://x"
