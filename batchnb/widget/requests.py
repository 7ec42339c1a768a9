"""The browser's requests: each has a number and a kind, and each is answered, success or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from batchnb.errors import BatchnbError, InputError
from batchnb.text import shown

__all__ = ["Handler", "answer_to", "sentence_of"]

Handler = Callable[[Mapping[str, Any], Sequence[Any]], "Mapping[str, Any] | None"]
"""Takes what the browser sent, and its binary parts; returns what stands in the answer."""


def answer_to(
    handlers: Mapping[str, Handler], content: object, buffers: Sequence[Any]
) -> tuple[dict[str, Any], Exception | None]:
    """Return the answer to a request, and the exception behind it if it failed."""
    request: Mapping[str, Any] = content if isinstance(content, dict) else {}
    answer: dict[str, Any] = {"kind": "answer", "id": request.get("id")}
    try:
        handler = _handler(handlers, request.get("kind"))
        return answer | {"ok": True, **(handler(request, buffers) or {})}, None
    except Exception as error:  # noqa: BLE001 - it becomes the answer, or the browser would wait for ever
        return answer | {"ok": False, "error": sentence_of(error)}, error


def sentence_of(error: BaseException) -> str:
    """Return what a person is shown of an exception."""
    text = shown(str(error), 1200)
    return text if isinstance(error, BatchnbError) and text else f"{type(error).__name__}: {text or 'no message'}"


def _handler(handlers: Mapping[str, Handler], kind: object) -> Handler:
    if not isinstance(kind, str) or kind not in handlers:
        raise InputError(f"the picker knows no request of the kind {shown(repr(kind), 40)}.")
    return handlers[kind]
