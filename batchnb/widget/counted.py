"""The columns that a picker has besides those of its frame, as a search in Python reads them.

They are those of the browser (`js/columns/facts.js`): what was described of a job, its tags, its hours and its cost.
What is not known is not a number, and never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.errors import BatchnbError
from batchnb.guards.prices import configured_prices
from batchnb.jobs.ids import queue_name
from batchnb.jobs.search.columns import SearchTable
from batchnb.jobs.search.fields import ENDED, TITLES, WAITING
from batchnb.widget.table.described import Described

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from batchnb.jobs.prices import Rate

__all__ = ["DESCRIBED", "add_counted", "children_in"]

_FIGURES = {"vcpu": 0, "gpu": 1, "memory": 2, "tries": 3, "exit": 5}
"""Where a description has the figure of each field."""
DESCRIBED = {source: (source,) for source in (*_FIGURES, "tags")} | {"cost": ("vcpu", "gpu", "memory")}
"""The fields that need a description, and what of it each of them needs."""
_OF_CHILDREN = ("vcpu", "gpu", "memory")
_HOUR_MS = 3_600_000
_MIB_A_GIB = 1024

Known = Mapping[int, Described]
"""What was described, by row."""


def add_counted(frame: pd.DataFrame, known: Known, now_ms: float) -> pd.DataFrame:
    """Return the frame with the columns that are counted, in place of its own where it has them."""
    frame = frame.copy(deep=False)
    table = SearchTable(frame, now_ms)
    sizes = _numbers(table, "size")
    figures = {source: _figure(table, source, known, sizes) for source in _FIGURES}
    tags = table.frame["tags"].tolist() if _has(table, "tags") else [None] * len(frame)
    for row, described in known.items():
        if described.tags is not None:
            tags[row] = dict(described.tags)
    added: dict[str, Any] = {"tags": pd.Series(tags, dtype=object, index=frame.index)}
    # AWS sets the moments and the status: without them, nobody knows how long a job has run.
    if _has(table, "status") and _has(table, "started"):
        hours = _hours(table, sizes, now_ms)
        added |= {} if _has(table, "hours") else {"hours": hours}
        cost = None if _has(table, "cost") else _cost(table, hours, figures)
        added |= {} if cost is None else {"cost": cost}
    for source, numbers in figures.items():
        added[_title(table, source)] = numbers
    for title, values in added.items():
        frame[title] = values
    return frame


def children_in(known: Known, rows: int) -> dict[str, NDArray[np.bool_]]:
    """Return the arrays of which a child is in a status, by the status, as far as they were described."""
    also = {status: np.zeros(rows, dtype=bool) for status in ("RUNNING", "STARTING")}
    for row, described in known.items():
        running, starting, _ = described.children or (0, 0, 0)
        also["RUNNING"][row], also["STARTING"][row] = running > 0, starting > 0
    return {status: found for status, found in also.items() if found.any()}


def _has(table: SearchTable, source: str) -> bool:
    return source in table.schema.sources


def _title(table: SearchTable, source: str) -> str:
    titles = [str(title) for title in table.frame.columns]
    return next((title for title in TITLES[source] if title in titles), TITLES[source][0])


def _numbers(table: SearchTable, source: str) -> NDArray[np.float64]:
    rows = len(table.frame)
    return table.numbers(source).copy() if _has(table, source) else np.full(rows, np.nan)


def _figure(table: SearchTable, source: str, known: Known, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    numbers = _numbers(table, source)
    if source in _OF_CHILDREN:
        # What a list has is one child's; how many of them run, only a description tells.
        numbers[sizes > 0] = np.nan
    for row, described in known.items():
        numbers[row] = described.figures[_FIGURES[source]]
    return numbers


def _hours(table: SearchTable, sizes: NDArray[np.float64], now_ms: float) -> NDArray[np.float64]:
    started, stopped = (_numbers(table, source) for source in ("started", "stopped"))
    words = table.words("status")
    status = np.array([*words.values, ""], dtype=object)[words.codes]
    until = np.where(
        np.isin(status, ENDED), stopped, np.where(np.isin(status, ("RUNNING", "STARTING")), now_ms, np.nan)
    )
    hours = (until - started) / _HOUR_MS
    hours[~(hours >= 0)] = np.nan
    hours[np.isin(status, WAITING) | ((status == "STARTING") & np.isnan(started))] = 0.0
    hours[sizes > 0] = np.nan
    return hours


def _cost(
    table: SearchTable, hours: NDArray[np.float64], figures: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64] | None:
    """Return what each job has cost so far; None where no prices are configured, or nobody can read them."""
    try:
        found = configured_prices()
    except BatchnbError:
        return None
    if found is None:
        return None
    rates: list[Rate | None] = [found.prices.everywhere] * len(hours)
    if _has(table, "queue"):
        words = table.words("queue")
        by_code = [found.prices.of_queue(queue_name(word)) for word in words.values]
        rates = [by_code[code] if code >= 0 else found.prices.everywhere for code in words.codes.tolist()]
    vcpus, memory, gpus = (figures[source].tolist() for source in ("vcpu", "memory", "gpu"))
    each = [
        np.nan if rate is None else _an_hour(rate, vcpus[row], memory[row] / _MIB_A_GIB, gpus[row])
        for row, rate in enumerate(rates)
    ]
    cost: NDArray[np.float64] = hours * np.array(each)
    return cost


def _an_hour(rate: Rate, *amounts: float) -> float:
    cost = rate.cost(*(None if np.isnan(amount) else amount for amount in amounts))
    return np.nan if cost is None else cost
