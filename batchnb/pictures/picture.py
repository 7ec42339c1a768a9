"""Picture: a figure with the numbers that it shows, for those who cannot see it, and for those who quote it."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchnb.document import table_html, table_text
from batchnb.errors import InputError
from batchnb.pictures.canvas import rendered
from batchnb.text import escape, fit_stdout, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture"]

_ALT_LENGTH = 2000
_CSS_DPI = 96
_KINDS = (".png", ".svg")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Picture:
    """A picture that a notebook shows. `str()` of it has the numbers that it shows."""

    figure: Figure
    """matplotlib's figure, to be changed at will. It belongs to no window, and no `plt.show()` is needed."""
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The numbers that are drawn, as text, below their `columns`."""
    notes: tuple[str, ...] = ()
    """Notes that help to read the numbers."""

    @property
    def alt(self) -> str:
        """The picture in words, for a page that shows it as an image."""
        pairs = [
            ", ".join(f"{name} {value}" for name, value in zip(self.columns[1:], row[1:], strict=True))
            for row in self.rows
        ]
        lines = [f"{row[0]}: {pair}." for row, pair in zip(self.rows, pairs, strict=True)]
        return shown(" ".join([f"{self.title}.", *lines, *self.notes]), _ALT_LENGTH)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it into a file that ends in `.png` or `.svg`. Raises InputError where that cannot be done."""
        target = Path(path)
        if target.suffix.lower() not in _KINDS:
            raise InputError(f"path={shown(repr(str(path)))}: expected a name that ends in {' or '.join(_KINDS)}.")
        try:
            target.write_bytes(self._rendered(target.suffix.lower()[1:]))
        except OSError as error:
            raise InputError(f"the picture cannot be written to {shown(path, 300)} ({error}).") from error

    def html(self) -> str:
        """Return it for a page or a mail: an image with its alternative text, and the numbers below it, folded."""
        image = b64encode(self._rendered("png")).decode("ascii")
        return (
            f'<figure><img alt="{escape(self.alt, _ALT_LENGTH)}" src="data:image/png;base64,{image}">'
            f"<figcaption><details><summary>{escape(self.title)}: the numbers</summary>"
            f"{table_html(self.columns, self.rows)}</details></figcaption></figure>"
        )

    def __str__(self) -> str:
        table = table_text(self.columns, self.rows) if self.rows else "  nothing to draw"
        return fit_stdout("\n".join([self.title, table, *self.notes]))

    def __repr__(self) -> str:
        return fit_stdout(f"<Picture: {self.title}>")

    def _repr_mimebundle_(self, **_options: Any) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        width, height = (round(inches * _CSS_DPI) for inches in self.figure.get_size_inches().tolist())
        image = b64encode(self._rendered("png")).decode("ascii")
        about = {"alt": self.alt, "width": width, "height": height}
        return {"text/plain": str(self), "image/png": image}, {"image/png": about}

    def _rendered(self, kind: str) -> bytes:
        return rendered(self.figure, kind, {"Title": self.title, "Description": self.alt})
