"""The configured prices, as the browser gets them with a table."""

from __future__ import annotations

from typing import Any

from batchnb.errors import BatchnbError
from batchnb.guards.prices import configured_prices
from batchnb.jobs.prices import Rate
from batchnb.text import shown

__all__ = ["prices_told"]


def prices_told() -> dict[str, Any]:
    """Return `prices` as plain values, None where none are configured; and `pricesError`, why they cannot be read."""
    try:
        found = configured_prices()
    except BatchnbError as error:
        return {"prices": None, "pricesError": shown(str(error), 400)}
    if found is None:
        return {"prices": None}
    by_queue = {queue: _rate(rate) for queue, rate in found.prices.by_queue.items()}
    return {"prices": {"currency": found.currency, "everywhere": _rate(found.prices.everywhere), "byQueue": by_queue}}


def _rate(rate: Rate | None) -> dict[str, float] | None:
    if rate is None:
        return None
    return {"vcpu": rate.vcpu_hour, "memory": rate.memory_gib_hour, "gpu": rate.gpu_hour}
