"""What jobs hold, or held, as text. What is not known is never shown as 0: the rest is the least then."""

from __future__ import annotations

from collections.abc import Mapping

from batchnb.text import plural

__all__ = ["figures_text"]


def figures_text(figures: Mapping[str, float]) -> str:
    """Return `vcpus`, `memory_gib` and `gpus` as text, with the number of jobs without figures.

    >>> figures_text({"vcpus": 4, "memory_gib": 8, "gpus": 0, "unknown": 0})
    '4 vCPU, 8 GiB of memory'
    >>> figures_text({"vcpus": 4, "memory_gib": 0, "gpus": 1, "unknown": 3})
    'at least 4 vCPU, 1 GPU (3 jobs without figures)'
    """
    unknown, gpus = int(figures["unknown"]), int(figures["gpus"])
    amounts = [
        (figures["vcpus"], f"{_number(figures['vcpus'])} vCPU", not unknown),
        (figures["memory_gib"], f"{_number(figures['memory_gib'])} GiB of memory", not unknown),
        (gpus, plural(gpus, "GPU"), False),
    ]
    known = ", ".join(text for amount, text, is_shown in amounts if amount or is_shown)
    if not unknown:
        return known
    return f"{f'at least {known}' if known else 'unknown'} ({plural(unknown, 'job')} without figures)"


def _number(value: float) -> str:
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return "less than 0.001" if value and text == "0" else text
