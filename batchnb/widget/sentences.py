"""What a person is shown of an exception."""

from __future__ import annotations

from batchnb.errors import BatchnbError
from batchnb.text import shown

__all__ = ["sentence_of"]


def sentence_of(error: BaseException) -> str:
    """Return one sentence; for an error that is not ours, with its name."""
    text = shown(str(error), 1200)
    return text if isinstance(error, BatchnbError) and text else f"{type(error).__name__}: {text or 'no message'}"
