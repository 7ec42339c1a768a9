"""Prices: what an hour of vCPU, memory and GPU costs, everywhere or by queue."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["Prices", "Rate", "read_prices"]

_EVERY_QUEUE = "*"
_EXAMPLE = "{'vcpu_hour': 0.04, 'memory_gib_hour': 0.004, 'gpu_hour': 2.5}"


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour costs, in whatever currency. 0 for what costs nothing by itself."""

    vcpu_hour: float = 0.0
    memory_gib_hour: float = 0.0
    gpu_hour: float = 0.0

    def cost(self, vcpus: float | None, memory_gib: float | None, gpus: float | None) -> float | None:
        """Return the cost an hour of these, None where a figure or a price is unknown."""
        each = ((self.vcpu_hour, vcpus), (self.memory_gib_hour, memory_gib), (self.gpu_hour, gpus))
        priced = [(price, amount) for price, amount in each if price]
        if any(amount is None for _, amount in priced):
            return None
        return math.fsum(price * amount for price, amount in priced if amount is not None)


_KINDS = ("vcpu_hour", "memory_gib_hour", "gpu_hour")


@dataclass(frozen=True, slots=True)
class Prices:
    """Rates by the name of the queue."""

    everywhere: Rate | None
    """For queues that have none of their own; None where those have no price."""
    by_queue: Mapping[str, Rate] = field(default_factory=dict)

    def unused(self, queues: Iterable[str]) -> list[str]:
        """Return the queues that have a price without being among these, as after a typo."""
        return sorted(self.by_queue.keys() - set(queues))

    def of_queue(self, queue: str) -> Rate | None:
        """Return the rate of a queue, None where it is not known."""
        return self.by_queue.get(queue, self.everywhere)


def read_prices(given: object) -> Prices:
    """Return the prices that a number, a table of kinds, or a table of queues says.

    A number is the price of a vCPU-hour. A table of kinds has any of `vcpu_hour`, `memory_gib_hour` and `gpu_hour`. A
    table of queues has either of these for each queue, and under "*" for the others, which have no price without it.

    >>> read_prices({"train-gpu": {"gpu_hour": 2.5}, "*": 0.05}).of_queue("etl")
    Rate(vcpu_hour=0.05, memory_gib_hour=0.0, gpu_hour=0.0)

    Raises InputError for a negative price, for one that is text or no number, and for an empty table.
    """
    if isinstance(given, Mapping) and given and not given.keys() & set(_KINDS):
        rates = {_queue(queue): _rate(f"prices[{queue!r}]", rate) for queue, rate in given.items()}
        return Prices(rates.pop(_EVERY_QUEUE, None), rates)
    return Prices(_rate("prices", given))


def _rate(argument: str, given: object) -> Rate:
    if not isinstance(given, Mapping):
        return Rate(_price(argument, given))
    unknown = [name for name in given if name not in _KINDS]
    if unknown or not given:
        said = f"got {shown(repr(unknown[0]), 80)}" if unknown else "got none of them"
        raise InputError(f"{argument} must have {', '.join(_KINDS)}, such as {_EXAMPLE}, {said}.")
    return Rate(**{name: _price(f"{argument}[{name!r}]", price) for name, price in given.items()})


def _price(argument: str, given: object) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not isinstance(given, int | float) or not is_number or not 0 <= given < math.inf:
        raise InputError(f"{argument} must be a number of at least 0, such as 0.05, got {shown(repr(given), 80)}.")
    return float(given)


def _queue(queue: object) -> str:
    if not isinstance(queue, str) or not queue:
        raise InputError(f"prices: a queue must be a name, or '*' for every other one, got {shown(repr(queue), 80)}.")
    return queue
