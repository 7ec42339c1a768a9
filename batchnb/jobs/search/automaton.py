"""Finds an expression or a pattern in a text, with one step for each character, whatever the two are.

The expression becomes a small program of which all possible places are kept at once (Thompson 1968); each set of
places is worked out once and then looked up. So a search cannot hang, and the browser's twin finds the same.
"""

from __future__ import annotations

from functools import lru_cache

from batchnb.jobs.search.expressions import Assertion, Chars, Choice, ExpressionError, Node, Repeat, Sequence, read_tree
from batchnb.jobs.search.letters import fold
from batchnb.jobs.search.terms import Expression, Pattern

__all__ = ["Matcher", "matcher_of"]

_MOST_STEPS = 1_000
"""Instructions of a program: `(a{100}){100}` would have 10,000."""
_MOST_STATES = 500
"""Sets of places that are remembered; then they are forgotten, and worked out anew."""

_FOUND, _DEAD = -1, -2
_AT_START, _AFTER_OTHER, _AFTER_WORD = 0, 1, 2
_ANY = Chars(((0, 0x10FFFF),))

Instruction = tuple[str, "int | str", tuple[int, ...]]
"""What it is ("chars", "place", "fork", "found"), the number of its set or the kind of its place, and what follows."""


@lru_cache(maxsize=64)
def matcher_of(test: Expression | Pattern) -> Matcher:
    """Return what finds this test. Raises ExpressionError for an expression that cannot be read."""
    if isinstance(test, Expression):
        return Matcher(read_tree(test.source), any_case=test.any_case)
    return Matcher(_tree_of_pattern(test), any_case=False)


def _tree_of_pattern(pattern: Pattern) -> Node:
    nodes: list[Node] = []
    for part in pattern.parts:
        if part is None:
            nodes.append(Repeat(_ANY, 0, None))
        else:
            nodes += [Chars(((ord(char), ord(char)),)) for char in part] or [_ANY]
    return Sequence((Assertion("^"), *nodes, Assertion("$")))


class Matcher:
    """A program, and the sets of its places that were met so far."""

    def __init__(self, tree: Node, *, any_case: bool) -> None:
        self._any_case = any_case
        self._sets: dict[Chars, int] = {}
        self._program: list[Instruction] = [("found", "", ())]
        self._entry = self._build(tree, 0)
        self._heeds_words = any(what in ("b", "B") for _, what, _ in self._program)
        self._is_anchored = self._program[self._entry][1] == "^"
        self._kinds: dict[str, int] = {}
        self._kind_of: dict[tuple[bool, ...], int] = {}
        self._signatures: list[tuple[bool, ...]] = []
        self._forget()

    @property
    def fits_all(self) -> bool:
        """Whether it is found in any text, because it asks for nothing."""
        return self._closure((self._entry,), _AT_START, is_word=None, is_end=False)[0]

    def finds(self, text: str) -> bool:
        """Whether it is somewhere in this text."""
        state = 0
        for char in text:
            kind = self._kinds.get(char)
            if kind is None:
                kind = self._learn(char)
            following = self._steps[state].get(kind)
            if following is None:
                following = self._step(state, kind)
            if following < 0:
                return following == _FOUND
            state = following
        return self._is_found_at_end(state)

    def _build(self, node: Node, after: int) -> int:
        """Add the instructions for a node, before that at `after`; return the place of the first."""
        if isinstance(node, Chars):
            return self._add("chars", self._sets.setdefault(node, len(self._sets)), (after,))
        if isinstance(node, Assertion):
            return self._add("place", node.kind, (after,))
        if isinstance(node, Sequence):
            for one in reversed(node.nodes):
                after = self._build(one, after)
            return after
        if isinstance(node, Choice):
            return self._add("fork", "", tuple([self._build(one, after) for one in node.nodes]))
        return self._build_repeat(node, after)

    def _build_repeat(self, node: Repeat, after: int) -> int:
        first = after
        if node.most is None:
            first = self._add("fork", "", ())
            self._program[first] = ("fork", "", (self._build(node.node, first), after))
        else:
            for _ in range(node.most - node.least):
                first = self._add("fork", "", (self._build(node.node, first), after))
        for _ in range(node.least):
            first = self._build(node.node, first)
        return first

    def _add(self, kind: str, what: int | str, after: tuple[int, ...]) -> int:
        if len(self._program) >= _MOST_STEPS:
            raise ExpressionError("too many repeats")
        self._program.append((kind, what, after))
        return len(self._program) - 1

    def _forget(self) -> None:
        self._keys: list[tuple[tuple[int, ...], int]] = []
        self._places: dict[tuple[tuple[int, ...], int], int] = {}
        self._steps: list[dict[int, int]] = []
        self._at_end: list[bool | None] = []
        self._state((self._entry,), _AT_START)

    def _state(self, places: tuple[int, ...], context: int) -> int:
        key = (places, context)
        state = self._places.setdefault(key, len(self._keys))
        if state == len(self._keys):
            self._keys.append(key)
            self._steps.append({})
            self._at_end.append(None)
        return state

    def _learn(self, char: str) -> int:
        """Return which sets this character is in, as a number; many characters have the same."""
        codes = set(map(ord, _cases(char))) if self._any_case else {ord(char)}
        is_word = char.isascii() and (char.isalnum() or char == "_")
        signature = (*(_is_in(codes, chars) for chars in self._sets), is_word)
        kind = self._kind_of.setdefault(signature, len(self._signatures))
        if kind == len(self._signatures):
            self._signatures.append(signature)
        self._kinds[char] = kind
        return kind

    def _step(self, state: int, kind: int) -> int:
        """Return the state after a character of this kind, and remember it."""
        places, context = self._keys[state]
        if len(self._keys) >= _MOST_STATES:
            self._forget()
            state = self._state(places, context)
        signature = self._signatures[kind]
        is_found, open_places = self._closure(places, context, is_word=signature[-1], is_end=False)
        following = _FOUND if is_found else self._following(open_places, signature)
        self._steps[state][kind] = following
        return following

    def _following(self, places: list[int], signature: tuple[bool, ...]) -> int:
        program = self._program
        taken = {program[place][2][0] for place in places if signature[int(program[place][1])]}
        if not self._is_anchored:
            taken.add(self._entry)
        if not taken:
            return _DEAD
        context = _AFTER_WORD if self._heeds_words and signature[-1] else _AFTER_OTHER
        return self._state(tuple(sorted(taken)), context)

    def _is_found_at_end(self, state: int) -> bool:
        is_found = self._at_end[state]
        if is_found is None:
            is_found = self._closure(*self._keys[state], is_word=False, is_end=True)[0]
            self._at_end[state] = is_found
        return is_found

    def _closure(
        self, places: tuple[int, ...], context: int, *, is_word: bool | None, is_end: bool
    ) -> tuple[bool, list[int]]:
        """Return whether the end of the program is reached without a character, and where it waits for one."""
        waiting: list[int] = []
        stack = list(places)
        seen = set(places)
        while stack:
            kind, what, after = self._program[place := stack.pop()]
            if kind == "found":
                return True, []
            if kind == "chars":
                waiting.append(place)
            elif kind == "fork" or _holds(what, context, is_word=is_word, is_end=is_end):
                stack += [one for one in after if one not in seen]
                seen.update(after)
        return False, waiting


def _holds(place: int | str, context: int, *, is_word: bool | None, is_end: bool) -> bool:
    """Whether a place that takes no character is here. Where nobody knows what comes next, only a start is known."""
    if place == "^":
        return context == _AT_START
    if place == "$":
        return is_end
    if is_word is None:
        return False
    return (is_word != (context == _AFTER_WORD)) == (place == "b")


def _cases(char: str) -> set[str]:
    """Return a character as it is, and in upper and lower case where that is one character."""
    return {char, fold(char), *(one for one in (char.lower(), char.upper()) if len(one) == 1)}


def _is_in(codes: set[int], chars: Chars) -> bool:
    is_there = any(low <= code <= high for code in codes for low, high in chars.ranges)
    return is_there != chars.is_negated
