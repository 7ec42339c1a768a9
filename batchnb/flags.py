"""Reads the line of a magic: its flags, text exactly as it was typed, and the rest as a Python expression.

The standard helper of IPython keeps the quotes of `--reason "a b"`, takes `--reas` for `--reason` and refuses
`--help`; a shell's rules would eat the quotes of an expression such as `jobs[jobs.status == "RUNNABLE"]`.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["FlagParser", "Line"]

_OPENING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Line:
    """A magic's line, read: the flags' values, and what stood between them as it was typed."""

    values: argparse.Namespace
    expression: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.values, name)


@dataclass(frozen=True, slots=True)
class _Word:
    """A part of the line between white space: where it stands, and its text without quotes."""

    start: int
    end: int
    text: str
    is_quoted: bool

    @property
    def is_flag(self) -> bool:
        letters = self.text.lstrip("-")
        return not self.is_quoted and self.text.startswith("-") and letters[:1].isalpha()


class FlagParser(argparse.ArgumentParser):
    """The flags of one magic. Abbreviations are refused; errors are InputErrors; `--help` is a flag like others."""

    def __init__(self, magic: str, description: str, usage: str) -> None:
        super().__init__(
            prog=magic,
            description=description,
            usage=usage.replace("%", "%%"),
            allow_abbrev=False,
            add_help=False,
            exit_on_error=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.add_argument("--help", "-h", action="store_true", help="show this")

    def read(self, line: str) -> Line:
        """Return the line, read. Raises InputError that names the flag or the quote that is wrong."""
        arguments: list[str] = []
        expression: list[_Word] = []
        words = iter(self._words(line))
        for word in words:
            if not word.is_flag:
                expression.append(word)
            else:
                arguments += self._flag(word, words)
        try:
            values = self.parse_args(arguments)
        except argparse.ArgumentError as error:
            raise InputError(f"{self.prog}: {error}. See {self.prog} --help.") from error
        return Line(values, _source(line, expression))

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of ending the process, as argparse would."""
        raise InputError(f"{self.prog}: {message}. See {self.prog} --help.")

    @property
    def flag_names(self) -> list[str]:
        """Every spelling of every flag."""
        return [name for action in self._actions for name in action.option_strings]

    def _flag(self, word: _Word, words: Iterator[_Word]) -> list[str]:
        name, equals, value = word.text.partition("=")
        action = self._option_string_actions.get(name)
        if action is None:
            close = difflib.get_close_matches(name, self.flag_names, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise InputError(f"{self.prog}: there is no flag {shown(name)}.{meant} See {self.prog} --help.")
        long_name = action.option_strings[0]
        if action.nargs == 0:
            if equals:
                raise InputError(f"{self.prog}: {name} takes no value.")
            return [long_name]
        if not equals:
            following = next(words, None)
            if following is None or following.is_flag:
                raise InputError(f"{self.prog}: {name} needs a value. See {self.prog} --help.")
            value = following.text
        # In one piece, or argparse would take a value that begins with a dash for a flag.
        return [f"{long_name}={value}"]

    def _words(self, line: str) -> Iterator[_Word]:
        position = 0
        while position < len(line):
            if line[position].isspace():
                position += 1
            elif line[position] == "#":
                return
            else:
                word = self._word(line, position)
                yield word
                position = word.end

    def _word(self, line: str, start: int) -> _Word:
        """Read up to the next white space that is outside quotes and brackets.

        Quotes go, but for those inside brackets, which belong to an expression. Inside double quotes a backslash
        before a double quote goes; any other character stays as it was typed.
        """
        text: list[str] = []
        closing: list[str] = []
        position, quoted = start, line[start] in "'\""
        while position < len(line) and (closing or not line[position].isspace()):
            char = line[position]
            if char in "'\"":
                end = self._closing_quote(line, position)
                inside = line[position + 1 : end]
                text.append(line[position : end + 1] if closing else _unescaped(inside, char))
                position = end
            elif char in _OPENING:
                closing.append(_OPENING[char])
                text.append(char)
            else:
                if closing and char == closing[-1]:
                    closing.pop()
                text.append(char)
            position += 1
        return _Word(start, position, "".join(text), quoted)

    def _closing_quote(self, line: str, opening: int) -> int:
        quote = line[opening]
        position = opening + 1
        while position < len(line):
            if line[position] == quote:
                return position
            # As in a shell, a backslash keeps a double quote from closing, and means nothing in single quotes.
            position += 2 if quote == '"' and line[position : position + 2] == '\\"' else 1
        raise InputError(
            f"{self.prog}: the quote {quote} at position {opening + 1} is not closed. "
            f"Put text that holds an apostrophe in double quotes."
        )


def _unescaped(text: str, quote: str) -> str:
    return text.replace('\\"', '"') if quote == '"' else text


def _source(line: str, words: Iterable[_Word]) -> str:
    """Return the words as they were typed, with what stands between neighbours."""
    pieces: list[str] = []
    last_end: int | None = None
    for word in words:
        between = line[last_end : word.start] if last_end is not None else ""
        pieces.append(between if between.isspace() else " ")
        pieces.append(line[word.start : word.end])
        last_end = word.end
    return "".join(pieces).strip()
