"""Reads the line of a magic: its flags, text exactly as it was typed, and the rest as a Python expression.

The standard helper of IPython keeps the quotes of `--reason "a b"`, takes `--reas` for `--reason` and refuses
`--help`; a shell's rules would eat the quotes of an expression such as `jobs[jobs.status == "RUNNABLE"]`.
"""

from __future__ import annotations

import argparse
import difflib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["FlagParser", "Line"]

_OPENING = {"(": ")", "[": "]", "{": "}"}
_WIDTH = 79
_BACKSLASHES = re.compile(r'(\\+)("|\Z)')


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


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that fits a terminal of 80 columns, also in a wider one."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_WIDTH)


class FlagParser(argparse.ArgumentParser):
    """The flags of one magic. Abbreviations are refused; errors are InputErrors; `--help` is an ordinary flag.

    `everyday` names the values of those flags that `--help` shows alone; without any, it shows all.
    """

    def __init__(self, magic: str, description: str, usage: str, everyday: Iterable[str] = ()) -> None:
        self._everyday = {"help", *everyday}
        super().__init__(
            prog=magic,
            description=textwrap.fill(description, _WIDTH),
            usage=usage.replace("%", "%%"),
            allow_abbrev=False,
            add_help=False,
            exit_on_error=False,
            formatter_class=_Help,
        )
        self.add_argument(
            "--help", "-h", action="store_true", help=f"show this{'; --help all shows every flag' if everyday else ''}"
        )

    def read(self, line: str) -> Line:
        """Return the line, read. Raises InputError that names the flag or the quote that is wrong."""
        arguments: list[str] = []
        expression: list[_Word] = []
        given: dict[str, str] = {}
        # A semicolon at the end is a habit from notebooks: it silences a result, and belongs to no flag.
        words = self._words(line.rstrip().removesuffix(";"))
        for word in words:
            if not word.is_flag:
                expression.append(word)
                continue
            action, argument = self._flag(word, words)
            self._check_repeated(action, argument, given)
            arguments.append(argument)
        try:
            values = self.parse_args(arguments)
        except argparse.ArgumentError as error:
            flag = (error.argument_name or "").partition("/")[0]
            raise InputError(f"{self.prog}: {flag}: {error.message}. See {self.prog} --help.") from error
        return Line(values, _source(line, expression))

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        # Up to Python 3.12 argparse drops a value that is "--", even one behind an equals sign.
        if arg_strings == ["--"]:
            return self._get_value(action, "--")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of ending the process, as argparse would."""
        raise InputError(f"{self.prog}: {message}. See {self.prog} --help.")

    def action_of(self, flag: str) -> argparse.Action | None:
        """Return what a spelling of a flag stands for."""
        return self._option_string_actions.get(flag)

    def is_repeatable(self, action: argparse.Action) -> bool:
        """Return whether the flag may be given several times."""
        return _is_repeatable(action)

    def help_for(self, line: Line) -> str:
        """Return what `--help` shows: the flags of every day, or with `--help all` every flag."""
        return self.format_help() if line.expression == "all" or len(self._everyday) == 1 else self._short_help()

    def _short_help(self) -> str:
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        formatter.start_section("flags of every day")
        everyday = [action for action in self._actions if action.dest in self._everyday]
        formatter.add_arguments(everyday)
        formatter.end_section()
        formatter.add_text(f"{len(self._actions) - len(everyday)} more: {self.prog} --help all")
        return formatter.format_help()

    @property
    def flag_names(self) -> list[str]:
        """Every spelling of every flag."""
        return [name for action in self._actions for name in action.option_strings]

    @property
    def flag_of(self) -> dict[str, str]:
        """The first spelling of each flag, by the name under which its value is kept."""
        return {action.dest: action.option_strings[0] for action in reversed(self._actions)}

    def _flag(self, word: _Word, words: Iterator[_Word]) -> tuple[argparse.Action, str]:
        """Return the flag that the word names, and the flag with its value as one argument."""
        name, equals, value = word.text.partition("=")
        action = self._option_string_actions.get(name)
        if action is None:
            longer = [flag for flag in self.flag_names if flag.startswith(name) and name.strip("-")]
            close = longer or difflib.get_close_matches(name, self.flag_names, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise InputError(f"{self.prog}: there is no flag {shown(name)}.{meant} See {self.prog} --help.")
        long_name = action.option_strings[0]
        if action.nargs == 0:
            if equals:
                raise InputError(f"{self.prog}: {name} takes no value.")
            return action, long_name
        if not equals:
            following = next(words, None)
            if following is None or following.is_flag:
                raise InputError(f"{self.prog}: {name} needs a value. Put one that begins with - or # in quotes.")
            value = following.text
        # In one piece, or argparse would take a value that begins with a dash for a flag.
        return action, f"{long_name}={value}"

    def _check_repeated(self, action: argparse.Action, argument: str, given: dict[str, str]) -> None:
        """Raise InputError for a second value where there can be one: of two reasons, neither must win unseen."""
        before = given.get(action.dest)
        if before is None or _is_repeatable(action) or (action.nargs == 0 and before == argument):
            given[action.dest] = argument
            return
        first, second = before.partition("=")[0], argument.partition("=")[0]
        what = f"{first} is given twice" if first == second else f"give {first} or {second}, not both"
        raise InputError(f"{self.prog}: {what}. See {self.prog} --help.")

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
        r"""Read up to the next white space that is outside quotes and brackets.

        Quotes go, but for those inside brackets, which belong to an expression. Inside double quotes a backslash
        means something only before a double quote, as on the command lines of Windows: `\"` is a quote and
        `\\"` is a backslash and the end. Any other character stays as it was typed, so that every text can be.
        """
        text: list[str] = []
        open_at: list[int] = []
        position, quoted = start, line[start] in "'\""
        while position < len(line) and (open_at or not line[position].isspace()):
            char = line[position]
            if char in "'\"":
                end = self._closing_quote(line, position, is_python=bool(open_at))
                text.append(line[position : end + 1] if open_at else _unquoted(line[position + 1 : end], char))
                position = end
            else:
                if char in _OPENING:
                    open_at.append(position)
                elif open_at and char == _OPENING[line[open_at[-1]]]:
                    open_at.pop()
                text.append(char)
            position += 1
        if open_at:
            raise InputError(
                f"{self.prog}: the bracket {line[open_at[-1]]} {_place(line, open_at[-1])} is not closed. "
                "Put text that holds one in quotes."
            )
        return _Word(start, position, "".join(text), quoted)

    def _closing_quote(self, line: str, opening: int, *, is_python: bool) -> int:
        quote = line[opening]
        escapes = is_python or quote == '"'
        position = opening + 1
        while position < len(line):
            if line[position] == quote:
                return position
            if escapes and line[position] == "\\":
                position += _length_of_escape(line, position, quote, is_python=is_python)
            else:
                position += 1
        hint = "Put text that holds an apostrophe in double quotes." if quote == "'" else 'Inside it, \\" is a quote.'
        raise InputError(f"{self.prog}: the quote {quote} {_place(line, opening)} is not closed. {hint}")


def _is_repeatable(action: argparse.Action) -> bool:
    return isinstance(action, argparse._AppendAction)  # noqa: SLF001 - argparse has no other name for it


def _place(line: str, position: int) -> str:
    return f"at position {position + 1}, before {shown(line[position + 1 :], 20)!r},"


def _length_of_escape(line: str, start: int, quote: str, *, is_python: bool) -> int:
    """Return how many characters, from the backslash at `start` on, cannot close the quote."""
    if is_python:
        return 2
    end = start
    while line[end : end + 1] == "\\":
        end += 1
    backslashes = end - start
    return backslashes + (line[end : end + 1] == quote and backslashes % 2)


def _unquoted(text: str, quote: str) -> str:
    if quote == "'":
        return text
    return _BACKSLASHES.sub(lambda found: "\\" * (len(found[1]) // 2) + found[2], text)


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
