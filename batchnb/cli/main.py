"""The command `batchnb`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from batchnb._version import __version__
from batchnb.errors import BatchnbError
from batchnb.local import command

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status: 0, 1 for an error, 2 for wrong arguments, 130 after Ctrl-C."""
    whole = parser()
    options = whole.parse_args(arguments)
    if options.command == "demo" and not options.lab and (options.port is not None or options.no_browser):
        whole.error("demo: --port and --no-browser are for JupyterLab: add --lab")
    try:
        if options.command == "runbooks":
            from batchnb.cli.runbooks import check_notebooks, copy_notebooks

            if options.check:
                return int(check_notebooks(Path(options.folder)) != 0)
            print(copy_notebooks(Path(options.folder), force=options.force))  # noqa: T201 - a command prints
            return 0
        if options.command == "emulator":
            return command.run(options)
        from batchnb.cli.demo import run_demo, run_lab

        if options.lab:
            return run_lab(port=options.port, browser=not options.no_browser)
        run_demo()
    except BatchnbError as error:
        print(f"batchnb: {error}", file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port must be a whole number up to 65535, got {text!r}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Return the command's arguments."""
    whole = argparse.ArgumentParser(
        prog="batchnb", description="Stop AWS Batch jobs in bulk from a notebook.", allow_abbrev=False
    )
    whole.add_argument("--version", action="version", version=f"batchnb {__version__}")
    commands = whole.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="the main job, on an emulator on this machine", allow_abbrev=False)
    demo.add_argument("--lab", action="store_true", help="the same as a notebook in JupyterLab")
    demo.add_argument("--port", type=_port, metavar="N", help="with --lab: the port that JupyterLab listens on")
    demo.add_argument("--no-browser", action="store_true", help="with --lab: open no browser, print the address only")
    emulator = commands.add_parser(
        "emulator", help="an AWS Batch on this machine, for other programs and their tests", allow_abbrev=False
    )
    command.add_arguments(emulator)
    runbooks = commands.add_parser("runbooks", help="copy the runbook notebooks into a folder", allow_abbrev=False)
    runbooks.add_argument(
        "folder", nargs="?", default="runbooks", metavar="DIR", help="where to; ./runbooks if not given"
    )
    runbooks.add_argument(
        "--check", action="store_true", help="run the notebooks in it on the emulator, and compare their outputs"
    )
    runbooks.add_argument("--force", action="store_true", help="also over notebooks that have been changed there")
    return whole
