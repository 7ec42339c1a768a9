"""Draws how many jobs were in each status before a run and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchnb.pictures.canvas import INK, count_axis, label, paint, plain_axes
from batchnb.pictures.picture import Picture
from batchnb.report import Report
from batchnb.text import plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_statuses"]

_BEFORE, _AFTER = "#dfe3e8", "#0b5fa5"
_ROW = 0.5


def draw_statuses(report: Report) -> Picture:
    """Return paired bars by status: every job of the plan before, and as it was seen last."""
    title = f"{plural(len(report.results), 'job')} by status, before and after"
    notes = (report.summary,)
    figure = paint(
        title, notes, 0.7 + _ROW * max(len(report.statuses), 1), lambda figure: _paint(figure, report.statuses)
    )
    rows = tuple((status, f"{before:,}", f"{after:,}") for status, before, after in report.statuses)
    return Picture(figure, title, ("status", "before", "after"), rows, notes)


def _paint(figure: Figure, statuses: tuple[tuple[str, int, int], ...]) -> None:
    axes = figure.subplots()
    plain_axes(axes)
    places = range(len(statuses))
    before = [before for _, before, _ in statuses]
    after = [after for _, _, after in statuses]
    upper = axes.barh(
        [place - 0.2 for place in places], before, 0.36, label="before", color=_BEFORE, hatch="////", edgecolor=INK
    )
    lower = axes.barh([place + 0.2 for place in places], after, 0.36, label="after", color=_AFTER, edgecolor=INK)
    for bars, counts in ((upper, before), (lower, after)):
        axes.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=8)
    axes.set_yticks(list(places), [label(status) for status, _, _ in statuses])
    axes.set_ylim(max(len(statuses), 1) - 0.5, -0.5)  # the first status on top
    count_axis(axes, max([0, *before, *after]))
    axes.set_xlabel("jobs")
    figure.legend(loc="outside lower right", ncols=2, frameon=False)
