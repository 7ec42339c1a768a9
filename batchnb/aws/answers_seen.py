"""Notes each answer: a line in the log, that there was one, and whether it came from our emulator."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

__all__ = ["EMULATOR_HEADER", "AnswersSeen"]

EMULATOR_HEADER = "x-batchnb-local"
"""The header that batchnb.local puts on each of its answers. Its own constant would cost the import of all of it."""

_log = logging.getLogger("batchnb.aws")


class AnswersSeen:
    """What the answers to the clients of one gateway have shown."""

    def __init__(self) -> None:
        self.any = False
        """Whether there was an answer to any call, be it a refusal."""
        self.from_emulator = False
        """Whether one had `EMULATOR_HEADER`."""

    def watch(self, client: Any, service: str) -> None:
        """Note the answers to the calls of this client."""
        client.meta.events.register(f"after-call.{service}", self._note)

    def _note(self, http_response: Any, parsed: Mapping[str, Any], model: Any, **_more: object) -> None:
        self.any = True
        self.from_emulator = self.from_emulator or EMULATOR_HEADER in http_response.headers
        status = int(http_response.status_code)
        request_id = parsed.get("ResponseMetadata", {}).get("RequestId")
        _log.debug("%s: %s, request id %s", model.name, status, request_id)
