"""The emulator of this kernel: what `%batch_local` starts, describes and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchnb.text import plural

if TYPE_CHECKING:
    from batchnb.local import LocalBatch

__all__ = ["begin", "start", "status", "stop"]

_emulator: LocalBatch | None = None


def start(seed: int) -> str:
    """Start the emulator unless it runs, and send the calls of this kernel to it; return what to say of it."""
    already = _emulator is not None and _emulator.running
    begin(seed)
    return ("It was started before, and goes on. " if already else "") + status()


def begin(seed: int) -> LocalBatch:
    """Start the emulator unless it runs, send the calls of this kernel to it, and return it."""
    global _emulator
    from batchnb import local
    from batchnb.connect import emulator_session, set_default_endpoint

    if _emulator is None or not _emulator.running:
        _emulator = local.start(local.hasty_night, seed=seed)
    set_default_endpoint(_emulator.endpoint_url, session=emulator_session())
    return _emulator


def status() -> str:
    """Return where the calls of this kernel go."""
    from batchnb.connect import default_endpoint

    if _emulator is None or not _emulator.running:
        return f"No emulator is running. Calls go to {default_endpoint() or 'AWS'}. '%batch_local start' starts one."
    jobs = sum(1 for _ in _emulator.world.jobs())
    return (
        f"The emulator runs at {_emulator.endpoint_url} with {plural(jobs, 'job')}: account {_emulator.account}, "
        f"Region {_emulator.region}. It is not AWS. Calls of this kernel go there until '%batch_local stop'."
    )


def stop() -> str:
    """Stop the emulator, and send calls to AWS again; return what to say of it."""
    global _emulator
    from batchnb.connect import set_default_endpoint

    set_default_endpoint(None)
    if _emulator is None or not _emulator.running:
        return "No emulator was running. Calls go to AWS."
    _emulator.stop()
    _emulator = None
    return "The emulator is stopped and its jobs are gone. Calls go to AWS from now on."
