"""The prices that are configured: the nearest `[tool.batchnb.prices]`, or else `[prices]` of the user's file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batchnb.errors import InputError
from batchnb.guards import settings
from batchnb.guards.config_files import project_tables, read_toml
from batchnb.guards.settings import PRICES
from batchnb.jobs.prices import Prices, read_prices
from batchnb.text import shown

__all__ = ["ConfiguredPrices", "configured_prices", "read_price_table"]

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_EVERY_QUEUE = "*"


@dataclass(frozen=True, slots=True)
class ConfiguredPrices:
    """Prices, and what they are counted in."""

    prices: Prices
    currency: str = ""
    """Three letters, as ISO 4217 has them; empty where nobody has said."""


def configured_prices() -> ConfiguredPrices | None:
    """Return the prices that are configured here, None where there are none.

    All come from one place; several are not combined. Raises InputError, which names the place, for prices
    that cannot be read: see `read_prices`. `vcpu_hour`, `memory_gib_hour` and `gpu_hour` may stand beside tables of
    queues, and hold for the queues that have no table.
    """
    for source, given in _places():
        try:
            return read_price_table(given)
        except InputError as error:
            raise InputError(f"{PRICES} in {source}: {error}") from error
    return None


def _places() -> Iterator[tuple[str, object]]:
    for source, table in project_tables():
        if PRICES in table:
            yield source, table[PRICES]
    user = settings.user_file()
    if user is not None and PRICES in (table := read_toml(user) or {}):
        yield f"the user file {shown(user, 400)}", table[PRICES]


def read_price_table(given: object) -> ConfiguredPrices:
    """Return what a table of prices says. Raises InputError for one that cannot be read: see `configured_prices`."""
    if not isinstance(given, Mapping):
        return ConfiguredPrices(read_prices(given))
    table: dict[str, Any] = dict(given)
    currency = table.pop("currency", "")
    if currency and not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise InputError(f"currency must be three letters such as 'USD', got {shown(repr(currency), 80)}.")
    queues = {queue: rate for queue, rate in table.items() if isinstance(rate, Mapping)}
    others = {kind: price for kind, price in table.items() if kind not in queues}
    return ConfiguredPrices(read_prices({_EVERY_QUEUE: others, **queues} if others else queues), currency)
