"""What a session is given: how to call AWS for its jobs, and the widget around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batchnb.aws.connection import Connection

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Audience", "Origin", "Setup"]


@dataclass(frozen=True, slots=True)
class Setup:
    """How AWS is called for the jobs of a picker, and when its confirmation has to be typed."""

    connection: Connection = field(default_factory=Connection)
    guards: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of `batchnb.plan`, `with_dependents` and `collapse` among them."""
    confirm_above: int = 100
    """The number of jobs above which it has to be typed."""
    timeout: float = 300.0
    """Seconds that jobs are watched after the last request."""
    ids: str | None = None
    """The column of job ids, where the frame does not name it."""
    relist: Callable[[], pd.DataFrame] | None = None
    """Returns the frame for Refresh."""

    @property
    def with_dependents(self) -> bool:
        """Whether a plan takes in the jobs that would fail with it from the beginning."""
        return bool(self.guards.get("with_dependents"))


@dataclass(frozen=True, slots=True)
class Origin:
    """The code that makes a picker: where it stands, and how it asks for the picker to be set."""

    cell: int | None = None
    """The number in `In [4]`; None outside of a notebook."""
    view: str | None = None
    """The name by which its view is found again when the code is run again; None where there is none."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Parts of a `View` that it asks for."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The widget around a session. All of these are called in any thread."""

    send: Callable[[Any, Any], object]
    """Sends a message, with its binary parts, to the browser."""
    place: Callable[[], str] = str
    """Returns the class by which a page finds where the picker stands; empty where no page shows it."""
    keep_rows: Callable[[], object] = lambda: None
    """Keeps the selection for a page without a kernel."""
    keep_outputs: Callable[[], object] = lambda: None
    """Updates the static table in the notebook's file, if a page has replaced it with the picker."""
    keep_result: Callable[[], object] = lambda: None
    """Keeps what the picker shows in the notebook's file, in any case."""
    hold_outputs: Callable[[], object] = lambda: None
    """Removes the widget from the notebook's file: a page has replaced the static table with the picker."""
