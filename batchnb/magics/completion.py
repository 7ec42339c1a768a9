"""Completes what is typed to a magic: flags and their values. Calls nothing of AWS: it knows listings and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batchnb.magics import options
from batchnb.magics.known import Known
from batchnb.magics.parser import FlagParser

__all__ = ["Completion", "complete_line"]

_PARSERS = {
    "batch_jobs": options.JOBS,
    "batch_terminate": options.TERMINATE,
    "batch_local": options.LOCAL,
    "batch_resume": options.RESUME,
    "batch_history": options.HISTORY,
}
_MATCHES_AT_MOST = 200
_QUOTES = "'\""
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class Completion:
    """What could stand in the place of `fragment`, the end of what has been typed."""

    fragment: str
    texts: list[str]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the line, without its quotes; `quote` is one that is open at its end."""

    text: str
    quote: str = ""
    is_python: bool = False
    """Whether it has an open bracket: then Python completes it."""


def complete_line(line: str, names: Mapping[str, Any]) -> Completion | None:
    """Return the completions for a line up to the cursor; None for Python, and for magics of others.

    `names` are the variables of the notebook. A flag that was given and is not repeatable is not offered again.
    """
    magic, _, typed = _call_in(line)
    found = _complete(magic, typed, names) if magic in _PARSERS else None
    # A word whose quotes are closed is complete.
    return found if found is not None and line.endswith(found.fragment) else None


def _complete(magic: str, typed: str, names: Mapping[str, Any]) -> Completion | None:
    parser = _PARSERS[magic]
    *before, word = _words(typed)
    if word.is_python:
        return None
    known = Known(names)
    flag = parser.action_of(before[-1].text) if before else None
    if flag is not None and flag.nargs != 0 and word.text[:1] != "-":
        return _values(flag.dest, word, known, _positional(parser, before))
    if word.text.startswith("-") and not word.quote:
        name, equals, value = word.text.partition("=")
        flag = parser.action_of(name) if equals else None
        if flag is not None:
            return _values(flag.dest, _Word(value), known, _positional(parser, before))
        return _matching(word.text, _flags(parser, before), quote="")
    return _words_for(magic, word, known, before)


def _call_in(line: str) -> tuple[str, str, str]:
    """Return the magic's name, what separates it, and what is typed behind it, of `x = %batch_jobs --q`."""
    start = line.lstrip()
    if not start.startswith("%"):
        name, equals, start = line.partition("=")
        start = start.lstrip()
        if not equals or not all(part.strip().isidentifier() for part in name.split(",")) or start[:2] == "%%":
            return "", "", ""
    magic, space, typed = start.partition(" ")
    return (magic.lstrip("%"), space, typed) if start.startswith("%") and space else ("", "", "")


def _words(typed: str) -> list[_Word]:
    """Return the words; the last one is where the cursor stands, empty behind white space."""
    words: list[_Word] = []
    text, quote, depth = "", "", 0
    for char in typed:
        if quote:
            quote = "" if char == quote else quote
            text += "" if not quote and not depth else char
        elif char in _QUOTES:
            quote = char
            text += char if depth else ""
        elif char.isspace() and not depth:
            words.append(_Word(text))
            text = ""
        else:
            depth = max(0, depth + _BRACKETS.get(char, 0))
            text += char
    return [one for one in words if one.text] + [_Word(text, quote, is_python=depth > 0)]


def _flags(parser: FlagParser, before: list[_Word]) -> Iterator[str]:
    given = {action.dest for word in before if (action := parser.action_of(word.text.partition("=")[0]))}
    for name in parser.flag_names:
        action = parser.action_of(name)
        if name.startswith("--") and action and (action.dest not in given or parser.is_repeatable(action)):
            yield name


def _positional(parser: FlagParser, before: list[_Word]) -> str:
    """Return the first word that is neither a flag nor a value of one: the variable of the DataFrame."""
    takes_next = False
    for word in before:
        action = parser.action_of(word.text.partition("=")[0])
        if action is not None:
            takes_next = action.nargs != 0 and "=" not in word.text
        elif takes_next:
            takes_next = False
        else:
            return word.text
    return ""


def _values(dest: str, word: _Word, known: Known, variable: str) -> Completion | None:
    offered: dict[str, Callable[[], Iterable[str]]] = {
        "queue": known.queues,
        "status": known.statuses,
        "name": known.job_names,
        "name_glob": known.patterns,
        "job_definition": known.definitions,
        "share": known.shares,
        "tag": known.tags,
        "children_of": known.arrays,
        "query": known.searches,
        "profile": known.profiles,
        "region": known.regions,
        "protect": known.protections,
        "unprotect": known.protections,
        "expect": known.expectations,
    }
    if dest == "ids":
        return _matching(word.text, known.columns(variable), quote=word.quote)
    if dest not in offered:
        return None
    text = word.text
    if dest == "status":
        text = text.rpartition(",")[2]
    elif dest == "query":
        text = text.rpartition(" ")[2]
    return _matching(text, offered[dest](), quote=word.quote)


def _words_for(magic: str, word: _Word, known: Known, before: list[_Word]) -> Completion | None:
    if word.quote:
        return None
    if any(one.text in ("--help", "-h") for one in before):
        return _matching(word.text, ["all"], quote="")
    offered: dict[str, Callable[[], Iterable[str]]] = {
        "batch_local": lambda: ("start", "status", "stop"),
        "batch_resume": known.runs,
        "batch_terminate": known.variables,
    }
    return _matching(word.text, offered[magic](), quote="") if magic in offered else None


def _matching(fragment: str, texts: Iterable[str], *, quote: str) -> Completion:
    begun = fragment.casefold()
    found: dict[str, None] = {}
    for text in texts:
        if text.casefold().startswith(begun) and text.isprintable() and not set(text) & set(_QUOTES):
            found[text if quote or " " not in text else f'"{text}"'] = None
            if len(found) == _MATCHES_AT_MOST:
                break
    return Completion(fragment, list(found))
