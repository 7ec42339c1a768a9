"""Pictures: drawn without a screen or global state, with their numbers as text, whatever names hold."""

from __future__ import annotations

import base64
import builtins
import html
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.text import Text

from batchnb.errors import BatchnbError, InputError, MissingExtraError
from batchnb.jobs.job import JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.model.plan import Plan
from batchnb.pictures import Picture
from batchnb.pictures.canvas import label
from batchnb.text import shown

from . import scenes

PNG = b"\x89PNG\r\n\x1a\n"
HOSTILE = [
    r"a$b_$\frac{1}{2}$",
    "$",
    r"\$x^{",
    "two\nlines\r\nand\ttab",
    "safe\u202efdp.exe",
    "\u4e2d\u6587 \U0001f389",
    "\ud800",
    "<script>alert(1)</script>",
    "%s {x} 100%",
    "_hidden",
    "x" * 10_000,
    "\u4e2d" * 10_000,
]


def _plan() -> Plan:
    return scenes.report([scenes.result(1), scenes.result(2, Outcome.STOPPING)]).plan


DRAWN: dict[str, Callable[[], Picture]] = {
    "time_to_end": lambda: scenes.report([scenes.result(1), scenes.result(2, Outcome.STOPPING)]).plot("time_to_end"),
    "plan": lambda: _plan().plot(),
    "plan among jobs": lambda: _plan().plot(scenes.listing([scenes.ran(5, 3.0)])),
    "run times": lambda: scenes.drawn(scenes.listing([scenes.ran(5, 3.0)]), now=scenes.NOW),
    "history": lambda: scenes.drawn(scenes.history([(scenes.NOW, {"terminated": 3, "denied": 1})])),
}
EMPTY: dict[str, Callable[[], Picture]] = {
    "time_to_end": lambda: scenes.report([]).plot("time_to_end"),
    "plan": lambda: scenes.report([]).plan.plot(),
    "run times": lambda: scenes.drawn(scenes.listing([]), now=scenes.NOW),
    "history": lambda: scenes.drawn(scenes.history([])),
}


def _png(picture: Picture) -> bytes:
    return base64.b64decode(picture._repr_mimebundle_()[0]["image/png"])


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_a_notebook_gets_the_image_the_numbers_and_the_words(draw: Callable[[], Picture]) -> None:
    """A picture is a PNG with its size and an alternative text, and the numbers as plain text beside it."""
    picture = draw()
    data, about = picture._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"}
    assert _png(picture).startswith(PNG)
    assert data["text/plain"] == str(picture)
    assert about["image/png"]["alt"] == picture.alt
    assert about["image/png"]["width"] == 768
    assert all(cell in picture.alt and cell in str(picture) for row in picture.rows for cell in row)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_the_same_picture_is_the_same_file(draw: Callable[[], Picture], tmp_path: Path) -> None:
    """Drawn twice, PNG and SVG have the same bytes: no time, no version, no chance."""
    first, second = draw(), draw()
    for name in ("one.png", "one.svg"):
        first.save(tmp_path / name)
        second.save(tmp_path / f"again-{name}")
        assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()
    assert first.alt in (tmp_path / "one.svg").read_text("utf-8")
    assert mpl.__version__ not in (tmp_path / "one.svg").read_text("utf-8")


@pytest.mark.parametrize("draw", EMPTY.values(), ids=EMPTY)
def test_nothing_is_a_picture_too(draw: Callable[[], Picture]) -> None:
    """Where there is nothing to draw, the picture is empty, and its text says so."""
    picture = draw()
    assert _png(picture).startswith(PNG)
    assert picture.rows == ()
    assert "nothing to draw" in str(picture)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: shown(ascii(name), 20))
def test_a_hostile_name_is_text_and_cut(name: str) -> None:
    """A name is drawn on one line as it is, no formula, no glyph that the font lacks, and of a bounded length."""
    jobs = scenes.listing([scenes.ran(1, 2.0, name), scenes.ran(2, 3.0, "tame:1")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = scenes.drawn(jobs, now=scenes.NOW)
        assert _png(picture).startswith(PNG)
    tick = next(text for text in _texts(picture) if "\n1 job" in text and "tame" not in text)
    assert tick == f"{label(name, 34)}\n1 job"
    assert tick.count("\n") == 1
    assert len(tick) < 60
    assert len(picture.alt) <= 2_000
    assert len(str(picture)) < 2_000
    assert not any(text.get_parse_math() for text in picture.figure.findobj(Text) if text.get_text() == tick)


def _texts(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.findobj(Text)]


def test_what_the_font_lacks_is_spelled() -> None:
    """A sign that would be drawn as a box is written as its number, and all others as they are."""
    assert label("train \u4e2d \u00e9\u03b1 \u202e") == r"train \u4e2d éα \u202e"
    assert label("x" * 100, 10) == "xxxxxxxxx…"


def test_text_is_readable_on_its_ground() -> None:
    """Every text has a contrast of 4.5 to 1 or more with the ground, which the picture brings along."""
    for draw in DRAWN.values():
        figure = draw().figure
        ground = to_rgba(figure.get_facecolor())
        assert ground[3] == 1
        for text in figure.findobj(Text):
            assert _contrast(to_rgb(text.get_color()), ground[:3]) >= 4.5


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_users_own_style_is_left_alone_and_has_no_say() -> None:
    """Settings such as LaTeX for all text neither reach our pictures nor are changed by them."""
    plain = _png(DRAWN["time_to_end"]())
    with mpl.rc_context({"text.usetex": True, "font.size": 30, "figure.dpi": 30, "savefig.bbox": "tight"}):
        before = dict(mpl.rcParams)
        assert _png(DRAWN["time_to_end"]()) == plain
        assert dict(mpl.rcParams) == before


def test_no_window_and_no_list_of_figures() -> None:
    """pyplot, which keeps figures and picks a backend, is not even loaded by drawing and saving."""
    code = """
import sys
sys.argv = ["x"]
from tests.pictures import scenes
scenes.report([scenes.result(1)]).plot()._repr_mimebundle_()
print("matplotlib.pyplot" in sys.modules)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_without_matplotlib_the_error_says_what_to_install(
    draw: Callable[[], Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the extra is not installed, the error names it, in the family and as an ImportError."""
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name.split(".")[0] == "matplotlib":
            raise ModuleNotFoundError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'batchnb\[plot\]'") as caught:
        draw()
    assert isinstance(caught.value, BatchnbError)
    assert isinstance(caught.value, ImportError)


def test_a_file_is_a_png_or_an_svg(tmp_path: Path) -> None:
    """The end of the name decides; another end, or a folder that is not there, is an error that says so."""
    picture = DRAWN["time_to_end"]()
    picture.save(str(tmp_path / "one.PNG"))
    assert (tmp_path / "one.PNG").read_bytes().startswith(PNG)
    with pytest.raises(InputError, match=r"ends in \.png or \.svg"):
        picture.save(tmp_path / "one.jpg")
    with pytest.raises(InputError, match="cannot be written"):
        picture.save(tmp_path / "nowhere" / "one.png")


def test_html_has_the_image_its_words_and_its_numbers() -> None:
    """For a page there is an image with its words and a table of its numbers, and no name in it is markup."""
    picture = scenes.drawn(scenes.listing([scenes.ran(1, 2.0, '"><script>alert(1)</script>')]), now=scenes.NOW)
    page = picture.html()
    assert f'alt="{html.escape(picture.alt)}"' in page
    assert base64.b64encode(_png(picture)).decode() in page
    assert page.count("<td") == len(picture.columns)
    assert "<script" not in page


def test_another_kind_is_an_error_that_names_the_kinds() -> None:
    """A misspelt kind of picture is told from those that there are."""
    with pytest.raises(InputError, match="expected 'time_to_end'"):
        scenes.report([]).plot("status")


def test_a_picture_has_a_short_name() -> None:
    """`repr` of a picture is its title, so that a list of them can be read."""
    assert repr(DRAWN["time_to_end"]()) == "<Picture: Time from accepted request to end, 2 jobs>"


def test_100_000_jobs_are_drawn_as_few_marks() -> None:
    """What is drawn is bounded by the size of the picture and not by the number of jobs."""
    statuses = (JobStatus.RUNNING, JobStatus.RUNNABLE)
    big = scenes.report(
        [scenes.result(number, before=statuses[number % 2], seconds=number % 997 / 10) for number in range(100_000)]
    )
    jobs = scenes.listing([scenes.ran(number, number % 997 / 10, f"d-{number % 200}:1") for number in range(100_000)])
    for picture in (big.plot(), scenes.drawn(jobs, jobs.jobId[:5_000], now=scenes.NOW)):
        assert _marks(picture) < 5_000
        assert len(_png(picture)) < 600_000
        assert len(str(picture)) < 10_000
        assert len(picture.alt) <= 2_000


def _marks(picture: Picture) -> int:
    every = picture.figure.axes
    spots: int = sum(np.asarray(marks.get_offsets()).shape[0] for axes in every for marks in axes.collections)
    return spots + sum(len(axes.lines) + len(axes.patches) for axes in every)


def test_a_long_history_is_drawn_by_hour_day_month_or_year() -> None:
    """However many runs there were, there are no more bars than can be read, and every run is in one."""
    spans = ((36, 24, "a run"), (37, 0.1, "an hour"), (37, 1, "a day"), (900, 24, "a month"), (2_232, 24, "a year"))
    for count, hours, span in spans:
        runs = [(scenes.NOW + timedelta(hours=hours * number), {"terminated": 1}) for number in range(count)]
        picture = scenes.drawn(scenes.history(runs))
        assert picture.notes == (f"Each bar is {span}; times are UTC.",)
        assert len(picture.rows) <= 36
        assert sum(int(row[1].replace(",", "")) for row in picture.rows) == count
