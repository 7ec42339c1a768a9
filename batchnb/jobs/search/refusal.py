"""QueryError: why a search cannot be read, in one line, with what could be meant and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from batchnb.errors import InputError
from batchnb.jobs.search.letters import spell

__all__ = ["QueryError", "as_code", "in_quotes"]


class QueryError(InputError):
    """A search cannot be read, and so matches nothing.

    `line` says why: `what` is wrong, then the question which of `meant` it should have been, or `otherwise` where
    nothing comes to mind. Each of `suggestions` can take the place of `start` to `end` (code points of the search).
    `is_unfinished` is true where more typing at the end could make sense of it.
    """

    def __init__(
        self,
        what: str,
        start: int,
        end: int,
        *,
        meant: Iterable[str] = (),
        otherwise: str = "",
        offered: Iterable[str] = (),
        is_unfinished: bool = False,
    ) -> None:
        self._what = what
        self._meant = tuple(meant)
        self._otherwise = otherwise
        self._offered = tuple(offered)
        self.line = " ".join(filter(None, [what, _either(self._meant) if self._meant else otherwise]))
        super().__init__(self.line)
        self.start = start
        self.end = end
        self.suggestions = self._meant or self._offered
        self.is_unfinished = is_unfinished

    def keeping(self, is_readable: Callable[[str], bool]) -> QueryError:
        """Return the same error with only those suggestions that can be read themselves."""
        return QueryError(
            self._what,
            self.start,
            self.end,
            meant=filter(is_readable, self._meant),
            otherwise=self._otherwise,
            offered=filter(is_readable, self._offered),
            is_unfinished=self.is_unfinished,
        )


def as_code(text: str) -> str:
    """Return what could be typed, as a message shows it.

    >>> as_code("vcpu:>4")
    '`vcpu:>4`'
    """
    return f"`{spell(text, 80)}`"


def in_quotes(text: str) -> str:
    """Return what was typed, as a message repeats it.

    >>> in_quotes("vcpus")
    '“vcpus”'
    """
    return f"“{spell(text)}”"


def _either(meant: Iterable[str]) -> str:
    *others, last = map(as_code, meant)
    return f"Did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
