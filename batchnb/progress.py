"""The progress bar for long waits, by tqdm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from batchnb.clock import Clock

if TYPE_CHECKING:
    from tqdm.std import tqdm

__all__ = ["SILENT_SECONDS", "announce", "counting"]

SILENT_SECONDS = 1.0
"""Seconds of waiting after which a bar is shown."""


@contextmanager
def counting(
    what: str, *, unit: str, total: int | None = None, silent: bool = False, clock: Clock | None = None
) -> Iterator[Callable[[int], Any]]:
    """Yield the function that moves a progress bar on stderr, which shows after `SILENT_SECONDS`, or never if `silent`.

    `TQDM_DISABLE=1` in the environment switches bars off, as it does for all bars of tqdm.
    """
    now = (clock or Clock()).now
    began, counted = now(), 0
    bar: tqdm[NoReturn] | None = None

    def count(more: int) -> None:
        nonlocal bar, counted
        counted += more
        if bar is not None:
            bar.update(more)
        elif not silent and (waited := now() - began) >= SILENT_SECONDS:
            # Made only when it is shown, and as if it had counted from the start: most waits are shorter.
            from tqdm.std import tqdm

            bar = tqdm(desc=what, unit=unit, total=total, leave=False)
            if not bar.disable:
                bar.start_t = bar.last_print_t = bar.start_t - waited
            bar.update(counted)

    try:
        yield count
    finally:
        if bar is not None:
            bar.close()


def announce(text: str) -> None:
    """Print a text on stderr, above a bar if there is one; do nothing where there is no stderr."""
    from tqdm.std import tqdm

    with suppress(OSError, ValueError, AttributeError):
        tqdm.write(text, file=sys.stderr)
