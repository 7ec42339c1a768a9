"""KeptConnection: one gateway for as long as the login and the endpoint are the same, and who calls through it.

So a picker asks STS once, and not again for each plan. After another login everything is asked anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchnb.aws.connect import Target, find_target, is_of_aws, make_iam_client, open_target
from batchnb.aws.connection import Connection
from batchnb.aws.wrong_settings import setting_error
from batchnb.errors import BatchnbError

if TYPE_CHECKING:
    from batchnb.aws.gateway import Gateway
    from batchnb.jobs.place import Place

__all__ = ["KeptConnection", "forget_aliases"]

_aliases: dict[tuple[str, str], str | None] = {}
"""The alias of each account that was asked for, by its partition and number: once a session, denied or not."""


def forget_aliases() -> None:
    """Drop what is known of aliases: for tests."""
    _aliases.clear()


@dataclass(slots=True)
class _Kept:
    """What is kept, shared by all who use one connection."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    target: Target | None = None
    gateway: Gateway | None = None


@dataclass(frozen=True, slots=True)
class KeptConnection(Connection):
    """A Connection that opens one gateway only, until somebody logs in anew. Threads may share it."""

    _kept: _Kept = field(default_factory=_Kept, repr=False, compare=False)

    def open(self) -> Gateway:
        """Return the gateway of before, or a new one where the login or the endpoint is another by now.

        Raises InputError and CredentialsError as `connect` does.
        """
        from botocore.exceptions import BotoCoreError

        kept = self._kept
        with kept.lock:
            try:
                target = find_target(self.session, self.profile, self.region, self.endpoint_url)
                if kept.gateway is None or kept.target != target:
                    kept.target, kept.gateway = target, open_target(target)
            except BatchnbError:
                raise
            except (BotoCoreError, ValueError) as error:
                raise setting_error(error, self.profile) from error
            return kept.gateway

    def identity(self) -> Place:
        """Return who calls and where, asking STS where that is not known yet. Takes 3 seconds at most.

        The gateway is not kept where STS would not say: the next one asks again. Raises as `open`.
        """
        gateway = self.open()
        place = gateway.identity()
        with self._kept.lock:
            if place.caller is None and self._kept.gateway is gateway:
                self._kept.gateway = None
        return place

    def alias(self, place: Place) -> str | None:
        """Return the alias that IAM has for the account of `place`, once a session; None where it does not say.

        Only AWS is asked, and batchnb's own emulator. Raises nothing: to know it is a courtesy.
        """
        with self._kept.lock:
            target, gateway = self._kept.target, self._kept.gateway
        asks = is_of_aws(place.endpoint) or place.is_emulator
        if not asks or place.account is None or target is None or gateway is None:
            return None
        key = ("emulator" if place.is_emulator else (place.caller or "::").split(":")[1], place.account)
        if key not in _aliases:
            try:
                client = make_iam_client(target, gateway)
                answer = client.list_account_aliases()
                _aliases[key] = next((one for one in answer["AccountAliases"] if isinstance(one, str)), None)
            except Exception:  # noqa: BLE001 - most callers may not ask, and the number is there all the same
                _aliases[key] = None
        return _aliases[key]
