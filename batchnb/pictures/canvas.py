"""The canvas: figures of matplotlib without its global state, in which text is never markup."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from batchnb.errors import MissingExtraError
from batchnb.text import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["INK", "LINE", "MUTED", "label", "paint", "plain_axes", "render", "time_axis"]

DPI = 144
WIDTH = 8.0
"""Inches."""

CARD, INK, MUTED, LINE = "#fbfbfa", "#1f2328", "#57606a", "#d0d7de"
"""The picture brings its own ground: no colour of text is readable enough on a white page and a black one."""

_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))
_LEAST_UNITS = 2
"""How many of a unit there have to be for an axis to be in it."""

_TITLE_LINE, _NOTE_LINE, _MARGIN = 0.24, 0.17, 0.1
_NOTE_WIDTH = 112
"""Characters of a line of notes that fit the width."""

_STYLE = {
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "font.family": ["DejaVu Sans"],  # comes with matplotlib: the same on every machine
    "font.size": 8.5,
    "hatch.linewidth": 0.7,
    "legend.fontsize": 8,
    "svg.hashsalt": "batchnb",  # instead of a random one, so that the same picture is the same file
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8.5,
}


def paint(title: str, notes: Sequence[str], height: float, painter: Callable[[Figure], None]) -> Figure:
    """Return a figure with this header, below which `painter` has `height` inches.

    Raises MissingExtraError where matplotlib is not installed.
    """
    with _our_style():
        from matplotlib.figure import Figure

        lines = [line for note in notes for line in textwrap.wrap(label(note, 600), _NOTE_WIDTH)]
        header = _MARGIN + _TITLE_LINE + _NOTE_LINE * len(lines) + _MARGIN
        whole = header + height
        figure = Figure(figsize=(WIDTH, whole), dpi=DPI, facecolor=CARD, layout="constrained")
        left = _MARGIN / WIDTH
        figure.text(left, 1 - _MARGIN / whole, label(title, 100), size=11, weight="bold", va="top")
        for number, line in enumerate(lines):
            top = _MARGIN + _TITLE_LINE + _NOTE_LINE * number
            figure.text(left, 1 - top / whole, line, size=8, color=MUTED, va="top")
        engine: Any = figure.get_layout_engine()
        engine.set(rect=(0, 0, 1, height / whole), w_pad=_MARGIN, h_pad=_MARGIN / 2)
        painter(figure)
        return figure


def plain_axes(axes: Axes) -> None:
    """Take the frame away, and draw light lines behind what is drawn."""
    axes.set_facecolor(CARD)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def time_axis(axes: Axes, longest: float, what: str) -> None:
    """Let the axis of times, in seconds, run from nothing to `longest`, in a unit that suits it."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    longest = longest or 1.0
    unit, size = next((unit, size) for unit, size in _UNITS if longest >= _LEAST_UNITS * size or size == 1)
    ticks = MaxNLocator(6).tick_values(0, longest * 1.03 / size)
    axes.xaxis.set_major_locator(FixedLocator([tick * size for tick in ticks if tick >= 0]))
    axes.xaxis.set_major_formatter(lambda seconds, _place: f"{seconds / size:,.6g}")
    axes.set_xlim(0, longest * 1.03)
    axes.set_xlabel(f"{what}, {unit}")


def label(text: object, limit: int = 40) -> str:
    """Return `text` for a picture: on one line, cut, and with characters that the font lacks spelled out."""
    signs = _signs()
    spelled = (
        char if ord(char) in signs else char.encode("unicode_escape").decode("ascii") for char in shown(text, limit)
    )
    return shown("".join(spelled), limit)


def render(figure: Figure, kind: str, words: Mapping[str, str]) -> bytes:
    """Return the figure as "png" or "svg", the same bytes for the same figure; `words` go into its metadata."""
    # What would tell the time or the version is left out.
    nothing = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
    file = io.BytesIO()
    with _our_style():
        figure.savefig(file, format=kind, dpi=DPI, metadata={**words, **nothing})
    return file.getvalue()


@contextmanager
def _our_style() -> Iterator[None]:
    """Keep a user's own settings out of our figures, such as text set by LaTeX, and ours out of theirs."""
    mpl = _matplotlib()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def _matplotlib() -> Any:
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingExtraError(
            "pictures need matplotlib, which is not installed. Install it with: pip install 'batchnb[plot]'. "
            "The numbers are there without it: report.to_frame(), plan.to_frame(), batchnb.history()."
        ) from error
    return mpl


@cache
def _signs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
