"""Draws how long jobs took from the accepted request to their end, by the status that they were in before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from batchnb.pictures.canvas import INK, MUTED, label, paint, plain_axes, time_axis
from batchnb.pictures.picture import Picture
from batchnb.text import lasting, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Endings", "draw_time_to_end"]

_COLUMNS = (
    "status before",
    "jobs",
    "measured",
    "median",
    "slowest",
    "not seen to end",
    "ended before the request",
    "time not known",
)
_MEASURED, _NOT_SEEN = "#0b5fa5", "#f2b8a0"
_ROW = 0.62
_BINS = 80
_LEAST_HEIGHT = 0.05
"""Of a row: one slow job among thousands has to be seen."""


@dataclass(slots=True)
class Endings:
    """How long the jobs of one status took to end. Each job is in one of the four groups."""

    status: str
    seconds: list[float] = field(default_factory=list)
    """From the accepted request to the end."""
    not_seen: int = 0
    """Jobs that were not seen to end, whether or not a request for them was accepted."""
    before: int = 0
    """Jobs that ended, by themselves, before the request was accepted."""
    not_known: int = 0
    """Jobs that ended without a request of their own that was accepted, such as children with their array."""

    @property
    def jobs(self) -> int:
        """How many jobs these are."""
        return len(self.seconds) + self.not_seen + self.before + self.not_known


def draw_time_to_end(every: Sequence[Endings], notes: tuple[str, ...]) -> Picture:
    """Return a histogram for each status before, and beside it how many jobs were not seen to end."""
    title = f"Time from accepted request to end, {plural(sum(one.jobs for one in every), 'job')}"
    figure = paint(title, notes, 0.8 + _ROW * max(len(every), 1), lambda figure: _paint(figure, every))
    return Picture(figure, title, _COLUMNS, tuple(_row(one) for one in every), notes)


def _row(one: Endings) -> tuple[str, ...]:
    middle, slowest = (lasting(median(one.seconds)), lasting(max(one.seconds))) if one.seconds else ("", "")
    counts = (one.not_seen, one.before, one.not_known)
    return (one.status, f"{one.jobs:,}", f"{len(one.seconds):,}", middle, slowest, *(f"{count:,}" for count in counts))


def _paint(figure: Figure, every: Sequence[Endings]) -> None:
    times, missing = figure.subplots(1, 2, sharey=True, width_ratios=(4, 1.3))
    longest = max((seconds for one in every for seconds in one.seconds), default=0.0)
    for place, one in enumerate(every):
        _histogram(times, place, one.seconds, longest)
    for axes in (times, missing):
        plain_axes(axes)
    times.set_yticks(range(len(every)), [f"{label(one.status)}\n{len(one.seconds):,} measured" for one in every])
    times.set_ylim(max(len(every), 1) - 0.5, -0.5)
    time_axis(times, longest, "bars: jobs, each status to its own height; ▲ median; time from accepted request to end")
    counts = [one.not_seen for one in every]
    bars = missing.barh(range(len(every)), counts, 0.5, color=_NOT_SEEN, hatch="xxx", edgecolor=INK)
    missing.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=8)
    missing.set_xlim(0, max([1, *counts]) * 1.4)
    missing.set_xticks([])
    missing.set_xlabel("not seen to end (jobs)")


def _histogram(axes: Axes, place: int, seconds: Sequence[float], longest: float) -> None:
    """Draw how many jobs took how long, as bars that stand on the row's line; their middle as a mark below it."""
    if not seconds:
        axes.text(0, place, " none", color=MUTED, va="center", fontsize=8)
        return
    width = (longest or 1.0) / _BINS
    counts: dict[int, int] = {}
    for each in seconds:
        step = min(int(each / width), _BINS - 1)
        counts[step] = counts.get(step, 0) + 1
    most = max(counts.values())
    base = place + 0.33
    heights = [-0.68 * max(count / most, _LEAST_HEIGHT) for count in counts.values()]
    middles = [(step + 0.5) * width for step in counts]
    axes.bar(middles, heights, width, bottom=base, color=_MEASURED, edgecolor=INK, linewidth=0.4)
    axes.axhline(base, color=MUTED, linewidth=0.6)
    axes.plot([median(seconds)], [base + 0.06], marker="^", color=INK, markersize=5, clip_on=False)
