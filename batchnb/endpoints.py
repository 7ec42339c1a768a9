"""Where the calls of this process go: the emulator of this kernel, AWS, or an endpoint by its URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.aws.connect import connect, default_endpoint, emulator_session, set_default_endpoint
from batchnb.jobs.place import Place
from batchnb.text import plural, shown

if TYPE_CHECKING:
    from batchnb.local import LocalBatch

__all__ = ["Destination", "begin_emulator", "emulator_status", "start_emulator", "stop_emulator", "use_endpoint"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the calls of this process go. Print it and read it before you end anything."""

    identity: Place
    emulator: LocalBatch | None = None
    """The emulator of this process, where calls go to it."""

    def __str__(self) -> str:
        return f"Calls go to {self.identity}, as {shown(self.identity.caller or 'unknown', 300)}."


def use_endpoint(
    endpoint: str = "local",
    *,
    profile: str | None = None,
    region: str | None = None,
    seed: int = 0,
    denied: bool = False,
) -> Destination:
    """Send the calls of this process there, unless they say otherwise, and return where that is.

    "local" starts an emulator with the jobs of a made-up night, a new one each time; `seed` gives it other ids, and
    with `denied` one job of its sweep belongs to somebody else, and cannot be ended. "aws" is where boto3, `profile`,
    `region` and the `AWS_*` variables send calls. Anything else is the URL of an endpoint.
    An emulator that this process had before is stopped.

    Raises InputError for anything else, and where boto3 finds no Region or no such profile.
    """
    if endpoint == "local":
        stop_emulator()
        emulator = begin_emulator(seed, denied=denied)
        return Destination(connect().identity(), emulator)
    url = None if endpoint == "aws" else endpoint
    profile, region = profile or None, region or None
    # Before anything changes: after an error, calls must not go to AWS that went to an emulator before.
    identity = connect(profile=profile, region=region, endpoint_url=url, ignore_default=True).identity()
    stop_emulator()
    set_default_endpoint(url, profile=profile, region=region)
    return Destination(identity)


_emulator: LocalBatch | None = None


def start_emulator(seed: int) -> str:
    """Start the emulator unless it runs, and send the calls of this kernel to it; return a message."""
    already = _emulator is not None and _emulator.running
    begin_emulator(seed)
    return ("It was started before, and goes on. " if already else "") + emulator_status()


def begin_emulator(seed: int, *, denied: bool = True) -> LocalBatch:
    """Start the emulator unless it runs, send the calls of this kernel to it, and return it.

    With `denied`, one job of its sweep cannot be ended.
    """
    global _emulator
    from batchnb import local

    if _emulator is None or not _emulator.running:
        _emulator = local.start(local.hasty_night if denied else local.drill_night, seed=seed)
    set_default_endpoint(_emulator.endpoint_url, session=emulator_session())
    return _emulator


def emulator_status() -> str:
    """Return where the calls of this kernel go."""
    if _emulator is None or not _emulator.running:
        return f"No emulator is running. Calls go to {default_endpoint() or 'AWS'}. '%batch_local start' starts one."
    jobs = sum(1 for _ in _emulator.world.jobs())
    return (
        f"The emulator runs at {_emulator.endpoint_url} with {plural(jobs, 'job')}: account {_emulator.account}, "
        f"Region {_emulator.region}. It is not AWS. Calls of this kernel go there until '%batch_local stop'."
    )


def stop_emulator() -> str:
    """Stop the emulator, and send calls to AWS again; return a message."""
    global _emulator
    set_default_endpoint(None)
    if _emulator is None or not _emulator.running:
        return "No emulator was running. Calls go to AWS."
    _emulator.stop()
    _emulator = None
    return "The emulator is stopped and its jobs are gone. Calls go to AWS from now on."
