"""Places: where the calls of a runbook go, told by one parameter: an emulator, AWS, or an endpoint by its URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb import kernel_emulator
from batchnb.aws import Identity
from batchnb.connect import connect, set_default_endpoint
from batchnb.text import shown

if TYPE_CHECKING:
    from batchnb.local import LocalBatch

__all__ = ["Place", "use_endpoint"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calls of this process go. Its text is for people, to be read before anything is ended."""

    identity: Identity
    emulator: LocalBatch | None = None
    """The emulator of this process, where calls go to it."""

    def __str__(self) -> str:
        return f"Calls go to {self.identity}, as {shown(self.identity.caller or 'unknown', 300)}."


def use_endpoint(
    endpoint: str = "local", *, profile: str | None = None, region: str | None = None, seed: int = 0
) -> Place:
    """Send the calls of this process there, unless they say otherwise, and return where that is.

    "local" starts an emulator with the jobs of a made-up night, a new one each time; `seed` gives it other ids. "aws"
    is where boto3, `profile`, `region` and the `AWS_*` variables send calls. Anything else is the URL of an endpoint.
    An emulator that this process had before is stopped.

    Raises InputError for anything that is none of these, and where boto3 finds no Region or no such profile.
    """
    if endpoint == "local":
        kernel_emulator.stop()
        emulator = kernel_emulator.begin(seed)
        return Place(connect().identity(), emulator)
    url = None if endpoint == "aws" else endpoint
    profile, region = profile or None, region or None
    # Before anything changes: after an error, calls must not go to AWS that went to an emulator before.
    identity = connect(profile=profile, region=region, endpoint_url=url, ignore_default=True).identity()
    kernel_emulator.stop()
    set_default_endpoint(url, profile=profile, region=region)
    return Place(identity)
