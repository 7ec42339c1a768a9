"""Draws how long jobs have run, by job definition, with the selected ones marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING, Any

from batchnb.pictures.canvas import INK, MUTED, label, paint, plain_axes, time_axis
from batchnb.pictures.picture import Picture
from batchnb.text import lasting, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DEFINITIONS_SHOWN", "RunTime", "RunTimes", "by_definition", "draw_run_times"]

DEFINITIONS_SHOWN = 12
"""Job definitions that have a row of their own. The others share one, which says how many they are."""

_COLUMNS = (
    "job definition",
    "jobs",
    "selected",
    "selected: longest",
    "others: median",
    "others: longest",
    "no run time",
)
_SELECTED, _RUNNING, _ENDED = "#b3400f", "#fbfbfa", "#8c959f"
_NAME_LENGTH = 34
_ROW = 0.46
_BINS = 120
_MARK = 14
"""Square points of the mark for one job."""


@dataclass(frozen=True, slots=True)
class RunTime:
    """One job: how long it ran, and whether it is selected."""

    definition: str
    seconds: float | None
    """None where it has not started, or its times are not known."""
    has_ended: bool
    is_selected: bool


@dataclass(slots=True)
class RunTimes:
    """The run times of the jobs of one job definition, in seconds."""

    definition: str
    selected: list[float] = field(default_factory=list)
    running: list[float] = field(default_factory=list)
    """So far, of jobs that are not selected."""
    ended: list[float] = field(default_factory=list)
    """Of jobs that are over, and not selected."""
    selected_without: int = 0
    """Selected jobs without a run time: they have not started, their times are not known, or they are arrays."""
    others_without: int = 0

    @property
    def jobs(self) -> int:
        """How many jobs there are, with and without a run time."""
        return len(self.running) + len(self.ended) + self.others_without + self.all_selected

    @property
    def measured(self) -> list[float]:
        """All run times."""
        return [*self.selected, *self.running, *self.ended]

    @property
    def all_selected(self) -> int:
        """How many of them are selected."""
        return len(self.selected) + self.selected_without

    def add(self, job: RunTime) -> None:
        """Take in one job."""
        if job.seconds is not None:
            lane = self.selected if job.is_selected else self.ended if job.has_ended else self.running
            lane.append(job.seconds)
        elif job.is_selected:
            self.selected_without += 1
        else:
            self.others_without += 1


def by_definition(jobs: Iterable[RunTime], most: int = DEFINITIONS_SHOWN) -> list[RunTimes]:
    """Return the run times by job definition: the `most` of which most are selected, and all others as one."""
    found: dict[str, RunTimes] = {}
    every = list(jobs)
    for job in every:
        found.setdefault(job.definition, RunTimes(job.definition)).add(job)
    ranked = sorted(found.values(), key=lambda one: (-one.all_selected, -one.jobs, one.definition))
    if len(ranked) <= most + 1:  # a row for one other would take as much space as the one
        return ranked
    shown_ones = {one.definition for one in ranked[:most]}
    others = RunTimes(f"{len(ranked) - most:,} other definitions")
    for job in every:
        if job.definition not in shown_ones:
            others.add(job)
    return [*ranked[:most], others]


def draw_run_times(jobs: Iterable[RunTime], now: datetime, missing: int = 0) -> Picture:
    """Return one row a job definition; running jobs count until `now`.

    `missing` is how many jobs are selected, and not among `jobs`.
    """
    every = by_definition(jobs)
    selected = sum(one.all_selected for one in every)
    chosen = f"{selected:,} selected" if selected else "none selected"
    title = f"Run times by job definition, {plural(sum(one.jobs for one in every), 'job')}, {chosen}"
    notes = _notes(every, now, missing)
    figure = paint(title, notes, 1.1 + _ROW * max(len(every), 1), lambda figure: _paint(figure, every))
    return Picture(figure, title, _COLUMNS, tuple(_row(one) for one in every), notes)


def _row(one: RunTimes) -> tuple[str, ...]:
    others = [*one.running, *one.ended]
    longest = lasting(max(one.selected)) if one.selected else ""
    middle, longest_other = (lasting(median(others)), lasting(max(others))) if others else ("", "")
    without = one.selected_without + one.others_without
    counts = (f"{one.jobs:,}", f"{one.all_selected:,}")
    return (one.definition, *counts, longest, middle, longest_other, f"{without:,}")


def _notes(every: Sequence[RunTimes], now: datetime, missing: int) -> tuple[str, ...]:
    so_far = f"Running jobs with their time so far, at {now:%Y-%m-%d %H:%M:%S} UTC."
    notes = [f"{so_far} Close ones are one mark, larger for more."]
    without = sum(one.selected_without for one in every)
    if without:
        notes.append(f"{without:,} of the selected jobs have no run time: they have not started, or are arrays.")
    if missing:
        notes.append(f"{plural(missing, 'selected job')} not among these jobs, and not drawn.")
    return tuple(notes)


def _paint(figure: Figure, every: Sequence[RunTimes]) -> None:
    axes = figure.subplots()
    plain_axes(axes)
    longest = max((each for one in every for each in one.measured), default=0.0)
    width = (longest or 1.0) / _BINS
    lanes = (("ended", _ENDED, "o", -0.24), ("running", _RUNNING, "o", -0.02), ("selected", _SELECTED, "D", 0.22))
    some = any(one.all_selected for one in every)
    for name, colour, marker, offset in lanes:
        _lane(
            axes,
            [getattr(one, name) for one in every],
            width,
            offset,
            colour=colour,
            marker=marker,
            name=name if not some or name == "selected" else f"{name}, not selected",
        )
    for place, one in enumerate(every):
        if not one.measured:
            axes.text(0, place, "  no run times: not started, or arrays", color=MUTED, va="center")
        if place:
            axes.axhline(place - 0.5, color=MUTED, linewidth=0.3)
    axes.set_yticks(range(len(every)), [_tick(one, some=some) for one in every])
    axes.set_ylim(max(len(every), 1) - 0.5, -0.5)
    time_axis(axes, longest, "run time")
    if any(one.measured for one in every):
        figure.legend(loc="outside lower right", ncols=3, frameon=False)


def _tick(one: RunTimes, *, some: bool) -> str:
    """Return the label of a row, which tells how many are selected where `some` are in any row."""
    without = f" ({one.selected_without:,} without run time)" if one.selected_without else ""
    counts = f"{one.all_selected:,} of {one.jobs:,} selected{without}" if some else plural(one.jobs, "job")
    return f"{label(one.definition, _NAME_LENGTH)}\n{counts}"


def _lane(
    axes: Axes, lanes: Sequence[Sequence[float]], width: float, offset: float, *, colour: str, marker: str, name: str
) -> None:
    """Draw the jobs of one kind, those of a row that are close to each other as one mark, larger for more of them."""
    counts: dict[tuple[int, int], int] = {}
    for place, seconds in enumerate(lanes):
        for each in seconds:
            spot = (place, round(each / width))
            counts[spot] = counts.get(spot, 0) + 1
    if not counts:
        return
    places = [place + offset for place, _ in counts]
    times = [step * width for _, step in counts]
    sizes = [min(_MARK * count**0.5, 90) for count in counts.values()]
    look: dict[str, Any] = {"c": colour, "marker": marker, "edgecolors": INK, "linewidths": 0.7}
    axes.scatter(times, places, s=sizes, zorder=3, clip_on=False, **look)
    axes.scatter([], [], s=2 * _MARK, label=name, **look)  # in the legend all are of one size
