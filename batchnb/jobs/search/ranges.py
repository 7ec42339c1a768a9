"""What a value means for a field that can be compared: numbers, lengths of time, sizes and dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from batchnb.jobs.search.fields import Field, Kind
from batchnb.jobs.search.reader import Part
from batchnb.jobs.search.refusal import QueryError, as_code, in_quotes
from batchnb.jobs.search.terms import Range
from batchnb.jobs.search.typed import Typed, as_name
from batchnb.jobs.search.values import read_date, read_duration, read_memory, read_number

__all__ = ["read_ranges"]

_SIGN = re.compile(r"(>=|<=|>|<|=|)(.*)", re.DOTALL)
_BARE_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_OTHER_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([MGT])i?B?", re.ASCII | re.IGNORECASE)
_UNITS = {Kind.SINCE: ("h", "m", "d"), Kind.MEMORY: ("GiB", "MiB")}
_EXAMPLES = {
    Kind.NUMBER: ("a number", "4"),
    Kind.SINCE: ("a duration", "6h"),
    Kind.MEMORY: ("a size", "8GiB"),
    Kind.MOMENT: ("a date", "2026-11-25"),
}
_AGE_OF = {"created": "age", "started": "running"}
_DATE_OF = {"age": "created", "running": "started"}


def read_ranges(field: Field, parts: Sequence[Part], typed: Typed) -> list[Range]:
    """Return what the values of a field ask for, any of which may hold. Several ranges are an error."""
    if len(parts) > 1 and any(_is_range(part) for part in parts):
        _refuse_list(parts, typed)
    return [_Reading(field, part, typed).range() for part in parts]


def _is_range(part: Part) -> bool:
    return part.text[:1] in ("<", ">") or ".." in part.text


def _refuse_list(parts: Sequence[Part], typed: Typed) -> None:
    signs = {part.text[:1]: part.text.lstrip("<>=") for part in parts}
    meant = []
    if len(parts) == 2 and set(signs) == {"<", ">"}:
        meant = [f"{typed.minus}{as_name(typed.name)}:{signs['>']}..{signs['<']}"]
    raise typed.refuse("A list of ranges is ambiguous.", meant=meant, otherwise="Give one range.")


class _Reading:
    """One value, which is read in several steps that all have to know what it is."""

    def __init__(self, field: Field, part: Part, typed: Typed) -> None:
        self.field, self.part, self.typed = field, part, typed
        self.text = part.text

    def range(self) -> Range:
        if self.part.expression is not None or not self.text:
            raise self._needs()
        found = _SIGN.fullmatch(self.text)
        assert found is not None
        sign, rest = found[1], found[2]
        if not rest:
            before = self.typed.query[self.typed.start + self.typed.is_excluded : self.part.end]
            raise self.typed.lacks(before, at=self.part.end)
        if not sign and ".." in rest:
            return self._between(*rest.split("..", 1))
        return self._compared(sign, self._moment_or_number(rest))

    def _between(self, first: str, last: str) -> Range:
        if not first or not last:
            sign = ">=" if first else "<="
            raise self.typed.refuse(
                f"{in_quotes(self.text)} has no {'end' if first else 'start'}.",
                meant=[self._with(f"{sign}{first or last}")],
                is_unfinished=bool(first) and self.part.end == len(self.typed.query),
            )
        low, high = self._moment_or_number(first), self._moment_or_number(last)
        if (low[1] is None) != (high[1] is None):
            raise self._needs()
        if low[0] > high[0]:
            raise self.typed.refuse(f"{in_quotes(self.text)} runs backwards.", meant=[self._with(f"{last}..{first}")])
        if low[1] is None or high[1] is None:
            return Range(low[0], high[0])
        is_day = "T" not in last
        return Range(low[0], high[1] if is_day else high[0], with_high=not is_day, is_moment=True)

    def _compared(self, sign: str, value: tuple[float, float | None]) -> Range:
        start, end = value
        if end is not None:
            return self._compared_date(sign, start, end)
        if sign in ("", "="):
            if self.field.kind is Kind.SINCE:
                length = self.text.lstrip("=")
                raise self.typed.refuse(
                    f"{in_quotes(self.field.name)} needs a comparison.",
                    meant=[self._with(f"{one}{length}") for one in "><"],
                )
            return Range(start, start)
        if sign.startswith(">"):
            return Range(low=start, with_low=sign == ">=")
        return Range(high=start, with_high=sign == "<=")

    def _compared_date(self, sign: str, start: float, end: float) -> Range:
        # A date is the whole of its day: after it, the next one begins. A time is a moment, unless it stands alone.
        is_day = "T" not in self.text
        made = {
            "": Range(start, end, with_high=False),
            "=": Range(start, end, with_high=False),
            ">": Range(low=end if is_day else start, with_low=is_day),
            ">=": Range(low=start),
            "<": Range(high=start, with_high=False),
            "<=": Range(high=end if is_day else start, with_high=not is_day),
        }
        return replace(made[sign], is_moment=True)

    def _moment_or_number(self, text: str) -> tuple[float, float | None]:
        """Return a number, or the first millisecond of a date and that of what follows it."""
        kind = self.field.kind
        date = read_date(text)
        if date is not None and (kind is Kind.MOMENT or self.field.takes_dates):
            return date
        readers = {Kind.NUMBER: read_number, Kind.SINCE: read_duration, Kind.MEMORY: read_memory}
        number = readers[kind](text) if kind in readers else None
        if number is None:
            raise self._unreadable(text)
        return number, None

    def _unreadable(self, text: str) -> QueryError:
        kind = self.field.kind
        if kind in _UNITS and _BARE_NUMBER.fullmatch(text):
            return self._lacks_unit(text)
        meant: list[str] = []
        if kind is Kind.MEMORY and (size := _OTHER_SIZE.fullmatch(text)):
            meant = [self._with(self.text.replace(text, f"{size[1]}{size[2].upper()}iB"))]
        elif kind is Kind.SINCE and read_duration(text.lower()) is not None:
            meant = [self._with(self.text.replace(text, text.lower()))]
        elif kind is Kind.SINCE and read_date(text) is not None and self.field.name in _DATE_OF:
            after, before = (f"{_DATE_OF[self.field.name]}:{sign}{text}" for sign in "><")
            meant = [self.typed.minus + after, self.typed.minus + before]
        elif kind is Kind.MOMENT and read_duration(text) is not None and self.field.name in _AGE_OF:
            meant = [self.typed.named(_AGE_OF[self.field.name])]
        return self._needs(meant)

    def _lacks_unit(self, number: str) -> QueryError:
        units = _UNITS[self.field.kind]
        if ".." in self.text:
            examples = [self._with("..".join(self._with_unit(end, units[0]) for end in self.text.split("..", 1)))]
            shown = as_code(examples[0])
        else:
            # A bare length of time is not a comparison, so the example has a sign.
            sign = ">" if self.field.kind is Kind.SINCE and self.text == number else ""
            examples = [self._with(sign + self.text + unit) for unit in units]
            shown = ", ".join([as_code(examples[0]), *(as_code(number + unit) for unit in units[1:])])
        return self.typed.refuse(
            f"{number} what? For example {shown}.",
            offered=examples,
            is_unfinished=self.part.end == len(self.typed.query),
        )

    def _with_unit(self, text: str, unit: str) -> str:
        return text + unit if _BARE_NUMBER.fullmatch(text) else text

    def _needs(self, meant: Sequence[str] = ()) -> QueryError:
        what, example = _EXAMPLES[self.field.kind]
        shown = as_code(f"{as_name(self.field)}:>{example}")
        needs = f"{in_quotes(self.field.name)} needs {what}"
        if meant:
            return self.typed.refuse(f"{needs}.", meant=meant, otherwise=f"For example {shown}.")
        return self.typed.refuse(f"{needs}, for example {shown}.")

    def _with(self, value: str) -> str:
        return self.typed.with_value(self.part, value)
