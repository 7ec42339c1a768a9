"""Prices, as the runbooks take them: see `batchnb.jobs.prices`."""

from batchnb.jobs.prices import Prices, Rate, read_prices

__all__ = ["Prices", "Rate", "read_prices"]
