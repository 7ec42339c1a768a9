"""The emulator as a command: `python -m batchnb.local`, and `batchnb emulator`."""

from __future__ import annotations

import argparse
import importlib
import os
import shlex
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from batchnb.errors import LocalError
from batchnb.local.handle import LocalBatch, start
from batchnb.local.night import hasty_night, night
from batchnb.local.world.clock import WallClock
from batchnb.local.world.environment import QUEUE_TYPES
from batchnb.local.world.place import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchnb.local.world.world import World

__all__ = ["add_arguments", "empty", "main", "run", "shell_lines"]

_POLL = 0.5
_LINES: dict[str, Callable[[str, str], str]] = {
    "sh": lambda name, value: f"export {name}={shlex.quote(value)}",
    "fish": lambda name, value: f"set -gx {name} {shlex.quote(value)}",
    "powershell": lambda name, value: f"$env:{name} = '{value}'",
    "dotenv": lambda name, value: f"{name}={value}",
}
_UNSET = {
    "sh": ["unset AWS_PROFILE AWS_SESSION_TOKEN"],
    "fish": ["set -e AWS_PROFILE AWS_SESSION_TOKEN"],
    "powershell": ["Remove-Item Env:AWS_PROFILE, Env:AWS_SESSION_TOKEN -ErrorAction SilentlyContinue"],
    "dotenv": [],
}
"""A profile would win over the variables in some SDKs."""


def empty(world: World) -> None:
    """Fill a world with a queue of each type that takes jobs, and no jobs: `ecs`, `ecs-fargate`, `eks` and so on."""
    for kind, resources in QUEUE_TYPES.items():
        if resources is not None:
            world.add_queue(kind.lower().replace("_", "-"), type=kind)


_FILLS: dict[str, Callable[[World], object]] = {"night": night, "hasty_night": hasty_night, "empty": empty}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="the port on 127.0.0.1; a free one if not given"
    )
    parser.add_argument(
        "--fill",
        default="night",
        metavar="WHAT",
        help="which jobs there are: night (the demo), hasty_night (the same, ending 20 times as fast), empty (a queue "
        "of each type) or MODULE:FUNCTION, which is called with the world",
    )
    parser.add_argument("--region", default=REGION, help=f"the Region that it says it is; {REGION} if not given")
    parser.add_argument("--account", default=ACCOUNT, help="the account that it says it is: 12 digits")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another number gives the jobs other ids")
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="how fast its time runs; 60 makes a minute a second"
    )
    parser.add_argument(
        "--shell",
        choices=sorted(_LINES),
        default=None,
        help="the form of the variables; that of this shell if not given",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, 1 for an error, 2 for wrong arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m batchnb.local",
        description="An AWS Batch on 127.0.0.1, for demos and tests.",
        allow_abbrev=False,
    )
    add_arguments(parser)
    try:
        return run(parser.parse_args(arguments))
    except LocalError as error:
        print(f"batchnb.local: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return 1


def run(options: argparse.Namespace) -> int:
    """Run an emulator until Ctrl-C or SIGTERM, and print the variables by which other programs find it.

    Raises LocalError for a port that cannot be opened, a place that cannot be, or a filling that is not there.
    """
    fill = _find_fill(options.fill)
    clock = WallClock(options.speed)
    place = {"account": options.account, "region": options.region}
    with start(fill, seed=options.seed, clock=clock, port=options.port, **place) as emulator:
        _print_until_stopped("\n".join(shell_lines(emulator, options.shell)))
    return 0


def _print_until_stopped(text: str) -> None:
    """Print, and wait for Ctrl-C or SIGTERM; a reader of the text may already send one."""
    stopped = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        print(text, flush=True)  # noqa: T201 - a command speaks
        while not stopped.wait(_POLL):  # in pieces: Windows lets nobody interrupt a wait without an end
            pass
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def shell_lines(emulator: LocalBatch, shell: str | None = None) -> list[str]:
    """Return what to paste into another shell: comments, and a line for each variable."""
    jobs = sum(1 for _ in emulator.world.jobs())
    form = shell or _this_shell()
    where = f"account {emulator.account}, Region {emulator.region}, {jobs:,} jobs"
    return [
        f"# An emulator of AWS Batch at {emulator.endpoint_url}: {where}. It is not AWS.",
        "# Paste these lines into the shell that is to use it. Ctrl-C here stops it.",
        *_UNSET[form],
        *(_LINES[form](name, value) for name, value in emulator.environ().items()),
    ]


def _this_shell() -> str:
    if os.name == "nt":
        return "powershell"
    return "fish" if os.environ.get("SHELL", "").endswith("/fish") else "sh"


def _find_fill(name: str) -> Callable[[World], object]:
    if name in _FILLS:
        return _FILLS[name]
    module, _, function = name.partition(":")
    if not function:
        raise LocalError(f"--fill must be {', '.join(_FILLS)} or MODULE:FUNCTION, got {name!r}")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise LocalError(f"--fill {name}: {error}") from error
    finally:
        sys.path.pop(0)
    if not callable(found):
        raise LocalError(f"--fill {name}: that is not a function")
    return found  # type: ignore[no-any-return]
