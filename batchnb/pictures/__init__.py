"""Pictures: each drawn from plain rows, with the numbers that it shows."""

from batchnb.pictures.picture import Picture

__all__ = ["Picture"]
