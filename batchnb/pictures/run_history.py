"""Draws what became of the jobs of runs, over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchnb.jobs.outcome import Outcome
from batchnb.pictures.canvas import INK, label, paint, plain_axes
from batchnb.pictures.picture import Picture
from batchnb.pictures.rows import Run
from batchnb.text import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BARS_SHOWN", "Bar", "bars_of", "draw_history"]

BARS_SHOWN = 36
"""Bars in one picture. Where there are more runs, a bar is an hour, a day, a month or a year."""

_LOOKS = {
    Outcome.TERMINATED: ("#0b5fa5", ""),
    Outcome.CANCELLED: ("#8ec5ee", "///"),
    Outcome.SUCCEEDED: ("#2f8f4e", "..."),
    Outcome.ENDED_BY_ANOTHER: ("#7a6fb0", "\\\\\\"),
    Outcome.FAILED: ("#d9b44a", "xxx"),
    Outcome.STOPPING: ("#f2b8a0", "\\\\\\"),
    Outcome.WAITING: ("#f7ddb0", "|||"),
    Outcome.UNANSWERED: ("#c77f5a", "ooo"),
    Outcome.GONE: ("#d0d7de", "+++"),
    Outcome.DENIED: ("#a31621", ""),
    Outcome.REFUSED: ("#d9534f", "---"),
    Outcome.NOT_ATTEMPTED: ("#fbfbfa", "..."),
}
"""Colour and pattern: no outcome is told by its colour alone."""

_SPANS: Sequence[tuple[str, Callable[[Run], str]]] = (
    ("run", lambda run: f"{run.started_at:%Y-%m-%d %H:%M:%S} {run.run}"),
    ("hour", lambda run: f"{run.started_at:%Y-%m-%d %H}:00"),
    ("day", lambda run: f"{run.started_at:%Y-%m-%d}"),
    ("month", lambda run: f"{run.started_at:%Y-%m}"),
    ("year", lambda run: f"{run.started_at:%Y}"),
)


@dataclass(slots=True)
class Bar:
    """The runs that one bar stands for."""

    title: str
    runs: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)

    def add(self, run: Run) -> None:
        """Take in one run."""
        self.runs += 1
        for outcome, count in run.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count


def bars_of(runs: Sequence[Run], most: int = BARS_SHOWN) -> tuple[str, list[Bar], int]:
    """Return what a bar stands for ("run", "hour", …, "year"), the bars, oldest first, and how many runs are in none.

    The shortest span is taken of which there are at most `most`; of years, the last ones.
    """
    for span, key in _SPANS:
        found: dict[str, Bar] = {}
        for run in runs:
            title = f"{run.started_at:%Y-%m-%d %H:%M}" if span == "run" else key(run)
            found.setdefault(key(run), Bar(title)).add(run)
        if len(found) <= most:
            break
    bars = list(found.values())[-most:]
    return span, bars, len(runs) - sum(bar.runs for bar in bars)


def draw_history(runs: Sequence[Run]) -> Picture:
    """Return a bar for each run, oldest first, or for each hour, day, month or year: its jobs by outcome."""
    span, bars, left_out = bars_of(runs)
    total = sum(sum(bar.outcomes.values()) for bar in bars)
    title = f"{plural(total, 'job')} in {plural(len(runs) - left_out, 'run')} by outcome"
    older = f" {plural(left_out, 'older run')} left out." if left_out else ""
    notes = (f"Each bar is {'an' if span == 'hour' else 'a'} {span}; times are UTC.{older}",)
    outcomes = [outcome for outcome in Outcome if any(outcome in bar.outcomes for bar in bars)]
    figure = paint(title, notes, 3.4, lambda figure: _paint(figure, bars, outcomes))
    rows = tuple(_row(bar, outcomes) for bar in bars)
    return Picture(figure, title, ("UTC", "runs", *(outcome.value for outcome in outcomes)), rows, notes)


def _row(bar: Bar, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    return (bar.title, f"{bar.runs:,}", *(f"{bar.outcomes.get(outcome, 0):,}" for outcome in outcomes))


def _paint(figure: Figure, bars: Sequence[Bar], outcomes: Sequence[Outcome]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes = figure.subplots()
    plain_axes(axes)
    axes.grid(visible=False, axis="x")
    axes.grid(axis="y", linewidth=0.6)
    places = range(len(bars))
    bottoms = [0] * len(bars)
    for outcome in outcomes:
        colour, hatch = _LOOKS[outcome]
        counts = [bar.outcomes.get(outcome, 0) for bar in bars]
        axes.bar(places, counts, 0.7, bottom=bottoms, label=outcome.value, color=colour, hatch=hatch, edgecolor=INK)
        bottoms = [bottom + count for bottom, count in zip(bottoms, counts, strict=True)]
    for place, total in zip(places, bottoms, strict=True):
        axes.text(place, total, f"{total:,}", ha="center", va="bottom", fontsize=7.5)
    axes.set_xticks(list(places), [label(bar.title) for bar in bars], rotation=45, ha="right", rotation_mode="anchor")
    axes.set_xlim(-0.6, max(len(bars), 8) - 0.4)
    axes.set_ylim(0, max([1, *bottoms]) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}")
    axes.set_ylabel("jobs")
    if outcomes:
        figure.legend(loc="outside right upper", frameon=False)
