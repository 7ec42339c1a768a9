"""Place: the account, Region and endpoint that a plan belongs to, and who called."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["Place", "is_loopback"]


_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls go and who makes them: what a plan is made for."""

    account: str | None
    region: str
    endpoint: str
    caller: str | None = field(default=None, compare=False)
    """The caller's ARN; None where STS would not say."""
    is_emulator: bool = field(default=False, compare=False)
    """Whether batchnb's own emulator has answered at this endpoint: its account or its address alone prove nothing."""

    def is_same_place(self, other: Place) -> bool:
        """Whether the other is of the same Region and endpoint, and of the same account as far as both are known."""
        accounts = {self.account, other.account} - {None}
        return len(accounts) <= 1 and (self.region, self.endpoint) == (other.region, other.endpoint)

    @property
    def place(self) -> tuple[str | None, str, str]:
        """Account, Region and endpoint, without the port where that is on this machine: an emulator's changes."""
        here = f"this machine: {urlsplit(self.endpoint).hostname}"
        return self.account, self.region, here if self.is_local else self.endpoint

    @property
    def is_local(self) -> bool:
        """Whether calls go to this machine: to an emulator, a tunnel, or a proxy that signs them."""
        return is_loopback(self.endpoint)

    @property
    def is_standard(self) -> bool:
        """Whether this is the endpoint of AWS to which calls of the Region go where nothing else is said."""
        return hostname(self.endpoint) == f"batch.{self.region}.amazonaws.com"

    def __str__(self) -> str:
        place = f"account {self.account or 'unknown'}, Region {self.region}"
        if self.is_local and self.is_emulator:
            return f"{place} (EMULATOR at {self.endpoint}, not AWS)"
        if self.is_local:
            return f"{place} (an endpoint on this machine: {self.endpoint})"
        return place if self.is_standard else f"{place}, endpoint {self.endpoint}"


def is_loopback(url: str | None) -> bool:
    """Return whether the URL leads to this machine."""
    return hostname(url) in _LOOPBACK_HOSTS


def hostname(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
