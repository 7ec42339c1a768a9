"""Stop AWS Batch jobs in bulk from a notebook: the right ones, with the truth about each.

`%load_ext batchnb` brings the magics; `list_jobs` and `plan` are the same for scripts. Importing this loads nothing
heavy: boto3 and pandas come in with the first call that needs them.
"""

from __future__ import annotations

import logging
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from batchnb._version import __version__ as __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from batchnb import local as local
    from batchnb.api import list_jobs, load_plan, plan, resume
    from batchnb.endpoints import use_endpoint
    from batchnb.errors import AwsError, BatchnbError, GuardError, InputError, JournalError, PlanMismatchError
    from batchnb.jobs.outcome import Outcome
    from batchnb.model.event import JobEvent
    from batchnb.model.plan import Plan, Verdict
    from batchnb.model.report import InterruptedRunError, Report, TerminationFailedError
    from batchnb.model.ticket import ticket
    from batchnb.running.history import history, prune_history
    from batchnb.running.past import read_run
    from batchnb.widget import JobPicker

__all__ = [
    "AwsError",
    "BatchnbError",
    "GuardError",
    "InputError",
    "InterruptedRunError",
    "JobEvent",
    "JobPicker",
    "JournalError",
    "Outcome",
    "Plan",
    "PlanMismatchError",
    "Report",
    "TerminationFailedError",
    "Verdict",
    "history",
    "list_jobs",
    "load_plan",
    "local",
    "plan",
    "prune_history",
    "read_run",
    "resume",
    "ticket",
    "use_endpoint",
]

_ROOM_OF = {
    "AwsError": "batchnb.errors",
    "BatchnbError": "batchnb.errors",
    "GuardError": "batchnb.errors",
    "InputError": "batchnb.errors",
    "InterruptedRunError": "batchnb.model.report",
    "JobEvent": "batchnb.model.event",
    "JobPicker": "batchnb.widget",
    "JournalError": "batchnb.errors",
    "Outcome": "batchnb.jobs.outcome",
    "Plan": "batchnb.model.plan",
    "PlanMismatchError": "batchnb.errors",
    "Report": "batchnb.model.report",
    "TerminationFailedError": "batchnb.model.report",
    "Verdict": "batchnb.model.plan",
    "history": "batchnb.running.history",
    "list_jobs": "batchnb.api",
    "load_plan": "batchnb.api",
    "plan": "batchnb.api",
    "prune_history": "batchnb.running.history",
    "read_run": "batchnb.running.past",
    "resume": "batchnb.api",
    "ticket": "batchnb.model.ticket",
    "use_endpoint": "batchnb.endpoints",
}


# Silent, unless somebody listens: a warning must not end up on stderr because nobody has set up logging.
logging.getLogger(__name__).addHandler(logging.NullHandler())

# A relative folder of journals is meant from where the process is now, wherever `%cd` leads later.
if (_folder := os.environ.get("BATCHNB_JOURNAL_DIR")) and not os.path.isabs(_folder):  # noqa: PTH117 - pathlib is not loaded yet
    import_module("batchnb.running.journal_folder").remember(_folder)


def __getattr__(name: str) -> Any:
    if name == "local":
        return import_module("batchnb.local")
    if name in _ROOM_OF:
        return getattr(import_module(_ROOM_OF[name]), name)
    raise AttributeError(f"module 'batchnb' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics: what `%load_ext batchnb` calls."""
    from batchnb.magics.magics import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics away again: what `%unload_ext batchnb` calls."""
    from batchnb.magics.magics import unload

    unload(shell)
