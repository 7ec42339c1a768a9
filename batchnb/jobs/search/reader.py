"""Reads characters, quotes and /expressions/ of a search: what is between two blanks, two commas, or two slashes."""

from __future__ import annotations

from dataclasses import dataclass

from batchnb.jobs.search.letters import is_blank, is_invisible, spell
from batchnb.jobs.search.refusal import QueryError

__all__ = ["Atom", "Part", "Reader", "Written"]

_CURLY = "“”„‟"
_WIDE = {chr(ord(char) + 0xFEE0): char for char in '!"()*,-/:<=>?[]{|}'}
"""What keyboards for Chinese and Japanese give for characters that have a meaning here."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One character, and whether quotes take away what it could mean."""

    char: str
    is_quoted: bool
    at: int
    """Where in the search it stands."""


@dataclass(frozen=True, slots=True)
class Written:
    """A /regular expression/ as it was typed, with what follows the second slash."""

    source: str
    flags: str


@dataclass(frozen=True, slots=True)
class Part:
    """A run of characters, or such a run and an expression after it."""

    atoms: tuple[Atom, ...]
    start: int
    end: int
    expression: Written | None = None

    @property
    def text(self) -> str:
        """The characters without their quotes."""
        return "".join(atom.char for atom in self.atoms)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed, not even quotes."""
        return self.start == self.end

    def begins_with(self, chars: str) -> bool:
        """Whether the first character is one of these, without quotes."""
        return bool(self.atoms) and not self.atoms[0].is_quoted and self.atoms[0].char in chars

    def has(self, chars: str) -> str:
        """Return the first of its characters that is one of these, without quotes; "" if there is none."""
        return next((atom.char for atom in self.atoms if not atom.is_quoted and atom.char in chars), "")

    def before(self, count: int) -> Part:
        """Return the first characters, of which the next one is not in quotes."""
        return Part(self.atoms[:count], self.start, self.atoms[count].at)

    def after(self, count: int) -> Part:
        """Return the part without its first characters, of which the last one is not in quotes."""
        return Part(self.atoms[count:], self.atoms[count - 1].at + 1, self.end, self.expression)


class Reader:
    """A place in the text of a search, which moves on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """Return the character that comes next, "" at the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def is_at_blank(self) -> bool:
        """Whether a blank or the end comes next."""
        char = self.peek()
        return char == "" or is_blank(char)

    def skip_blanks(self) -> None:
        """Move on to the next term."""
        while self.at < len(self.text) and is_blank(self.text[self.at]):
            self.at += 1

    def raw(self) -> str:
        """Return what is written up to the next blank, whatever it means, and stay."""
        end = self.at
        while end < len(self.text) and not is_blank(self.text[end]):
            end += 1
        return self.text[self.at : end]

    def part(self, stops: str, *, expression_after: str = "") -> Part:
        """Read up to a blank or one of `stops` outside quotes.

        With `expression_after`, a slash behind the first of that character begins an expression, as one at the start
        of a value does.
        """
        start = self.at
        atoms: list[Atom] = []
        while not self.is_at_blank() and self.peek() not in stops:
            if self.peek() == '"':
                atoms += self._quoted()
                continue
            at = self.at
            atoms.append(Atom(self._plain(), is_quoted=False, at=at))
            if atoms[-1].char == expression_after:
                expression_after = ""
                if self.peek() == "/":
                    expression = self.expression()
                    return Part(tuple(atoms), start, self.at, expression)
        return Part(tuple(atoms), start, self.at)

    def expression(self) -> Written:
        """Read an expression, at whose first slash this is, and what is written behind its second one."""
        start = self.at
        self.at += 1
        while self.peek() != "/":
            if self.peek() == "":
                line = "The expression is not closed. Put / at its end."
                raise QueryError(line, start, self.at, is_unfinished=True)
            self._plain()
            if self.text[self.at - 1] == "\\" and self.peek():
                self._plain()
        source = self.text[start + 1 : self.at]
        self.at += 1
        flags_at = self.at
        while not self.is_at_blank() and self.peek() != ",":
            self.at += 1
        return Written(source, self.text[flags_at : self.at])

    def _plain(self) -> str:
        char = self.peek()
        if char in _CURLY:
            meant = "".join('"' if one in _CURLY else one for one in self.text)
            raise QueryError("These are curly quotes; a search needs straight ones.", 0, len(self.text), meant=[meant])
        if char in _WIDE:
            meant = "".join(_WIDE.get(one, one) for one in self.text)
            what = f"“{char}” is not “{_WIDE[char]}”."
            raise QueryError(what, 0, len(self.text), meant=[meant], otherwise="For the text itself, use quotes.")
        if is_invisible(char) and not is_blank(char):
            line = f"There is an invisible character here, {spell(char)}. To search for it, put it in quotes."
            raise QueryError(line, self.at, self.at + 1)
        self.at += 1
        return char

    def _quoted(self) -> list[Atom]:
        """Read a text in quotes. Inside, two quotes stand for one."""
        start = self.at
        self.at += 1
        atoms: list[Atom] = []
        while (char := self.peek()) != "":
            at = self.at
            self.at += 1
            if char == '"':
                if self.peek() != '"':
                    return atoms
                self.at += 1
            atoms.append(Atom(char, is_quoted=True, at=at))
        raise QueryError("A quote is not closed.", start, len(self.text), is_unfinished=True)
