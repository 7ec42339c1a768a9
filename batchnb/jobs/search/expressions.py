r"""Regular expressions, read into a tree: what RE2, Python and JavaScript have in common, and nothing that can hang.

Letters, `.`, `[a-z]`, `[^a]`, `\d \w \s` and their opposites, `^ $ \b \B`, groups, `|`, and `* + ? {2} {2,} {2,4}`.
There are no look-around and no back-references: with those no one can promise an end. `automaton` takes one step for
each character of a text, however the expression is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from batchnb.jobs.search.letters import spell

__all__ = ["Assertion", "Chars", "Choice", "ExpressionError", "Node", "Repeat", "Sequence", "read_tree"]

_MOST_REPEATS = 100
_DEEPEST = 20
_LAST = 0x10FFFF
_DIGITS = ((48, 57),)
_WORD = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE = (
    (9, 13),
    (32, 32),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": _SPACE}
_CONTROLS = {"n": 10, "r": 13, "t": 9, "f": 12, "v": 11}
_COUNTS = re.compile(r"\{(\d{1,4})(?:(,)(\d{0,4}))?\}", re.ASCII)

Ranges = tuple[tuple[int, int], ...]


class ExpressionError(ValueError):
    """An expression cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of these ranges of code points, or out of all others."""

    ranges: Ranges
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Assertion:
    r"""A place that takes no character: `^`, `$`, `b` for a border of a word, `B` for the opposite."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of these."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same again, at most `most` times, or without an end."""

    node: Node
    least: int
    most: int | None


Node = Chars | Assertion | Sequence | Choice | Repeat

NOT_LINE_FEED = Chars(((10, 10),), is_negated=True)


def read_tree(source: str) -> Node:
    """Return the tree of an expression. Raises ExpressionError, which says why, for what is not one."""
    reader = _ExpressionReader(source)
    node = reader.choice()
    if reader.at < len(source):
        raise ExpressionError("a ) too many")
    return node


class _ExpressionReader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.depth = 0

    def choice(self) -> Node:
        nodes = [self._sequence()]
        while self._take("|"):
            nodes.append(self._sequence())
        return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))

    def _sequence(self) -> Node:
        nodes: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            nodes.append(self._repeated())
        return nodes[0] if len(nodes) == 1 else Sequence(tuple(nodes))

    def _repeated(self) -> Node:
        sign = self._peek()
        if sign in "*+?" or (sign == "{" and _COUNTS.match(self.source, self.at)):
            raise ExpressionError(f"nothing to repeat before {sign}")
        node = self._one()
        counts = self._counts()
        if counts is None:
            return node
        if isinstance(node, Assertion) and sign != "(":
            raise ExpressionError("a place such as ^ cannot be repeated")
        self._take("?")  # how much is taken does not matter where only a find is asked for
        if self._peek() in ("*", "+", "?") or _COUNTS.match(self.source, self.at):
            raise ExpressionError("two repeats in a row")
        return Repeat(node, *counts)

    def _counts(self) -> tuple[int, int | None] | None:
        for sign, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return counts
        if not (found := _COUNTS.match(self.source, self.at)):
            return None
        self.at = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if most is not None and most < least:
            raise ExpressionError(f"{found[0]} counts backwards")
        if max(least, most or 0) > _MOST_REPEATS:
            raise ExpressionError(f"more than {_MOST_REPEATS} repeats")
        return least, most

    def _one(self) -> Node:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escape()
        if char == ".":
            return NOT_LINE_FEED
        if char in "^$":
            return Assertion(char)
        if char == "{":
            raise ExpressionError("{ needs a number, or a \\ before it")
        return Chars(((ord(char), ord(char)),))

    def _group(self) -> Node:
        if self._take("?") and not self._take(":"):
            kind = self.source[self.at : self.at + 2]
            if kind[:1] in ("=", "!") or kind in ("<=", "<!"):
                raise ExpressionError("there is no look-around")
            raise ExpressionError("put i after the last /" if kind == "i)" else "after (? only : has a meaning")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError(f"groups more than {_DEEPEST} deep")
        node = self.choice()
        if not self._take(")"):
            raise ExpressionError("missing )")
        self.depth -= 1
        return node

    def _escape(self) -> Node:
        char = self._next_escaped()
        if char in "bB":
            return Assertion(char)
        return self._class_or_char(char)

    def _class_or_char(self, char: str) -> Chars:
        if char.lower() in _CLASSES and char.isascii():
            return Chars(_CLASSES[char.lower()], is_negated=char.isupper())
        code = self._code_of(char)
        return Chars(((code, code),))

    def _code_of(self, char: str) -> int:
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char in "xu":
            width = 2 if char == "x" else 4
            digits = self.source[self.at : self.at + width]
            if not re.fullmatch(rf"[0-9a-fA-F]{{{width}}}", digits):
                raise ExpressionError(f"\\{char} needs {width} hexadecimal digits")
            self.at += width
            return int(digits, 16)
        if char in "0123456789":
            raise ExpressionError("there are no back-references")
        if char.isascii() and char.isalpha():
            raise ExpressionError(f"there is no \\{char}")
        return ord(char)

    def _set(self) -> Chars:
        is_negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while self._peek() != "]":
            ranges += self._set_item()
        self.at += 1
        if not ranges:
            raise ExpressionError("nothing between [ and ]")
        return Chars(tuple(ranges), is_negated)

    def _set_item(self) -> Ranges:
        first = self._set_char()
        if self._peek() != "-" or self.source[self.at + 1 : self.at + 2] in ("]", ""):
            return first.ranges if not first.is_negated else _others(first.ranges)
        self.at += 1
        last = self._set_char()
        bounds = [*first.ranges, *last.ranges]
        if len(bounds) > 2 or any(low != high for low, high in bounds) or first.is_negated or last.is_negated:
            raise ExpressionError("a range needs two letters")
        if bounds[0][0] > bounds[1][0]:
            raise ExpressionError(f"the range {spell(chr(bounds[0][0]))}-{spell(chr(bounds[1][0]))} is backwards")
        return ((bounds[0][0], bounds[1][0]),)

    def _set_char(self) -> Chars:
        char = self._next_in_set()
        if char == "\\":
            return self._class_or_char(self._next_escaped())
        if char == "[" and self._peek() in (":", "=", "."):
            raise ExpressionError("a [ in a set needs a \\ before it")
        return Chars(((ord(char), ord(char)),))

    def _next_in_set(self) -> str:
        if not self._peek():
            raise ExpressionError("missing ]")
        return self._next()

    def _next_escaped(self) -> str:
        if not self._peek():
            raise ExpressionError("nothing after \\")
        return self._next()

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _next(self) -> str:
        self.at += 1
        return self.source[self.at - 1]

    def _take(self, char: str) -> bool:
        is_there = self._peek() == char
        self.at += is_there
        return is_there


def _others(ranges: Ranges) -> Ranges:
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, _LAST))
