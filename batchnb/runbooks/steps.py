"""Steps of a runbook: what is to be sent, what stands in its place in a dry run, and how a failure is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.running.run import Begun

if TYPE_CHECKING:
    from batchnb.runbooks.runbook import Runbook

__all__ = ["DryRun", "Run", "told"]

F = TypeVar("F", bound=Callable[..., Any])


def told(step: F) -> F:
    """Let the banner say what a step of a runbook, its first argument, raises."""

    @wraps(step)
    def tell(runbook: Runbook, *args: Any, **kwargs: Any) -> Any:
        try:
            return step(runbook, *args, **kwargs)
        except BaseException as error:
            runbook.fail(error)
            raise

    return cast(F, tell)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What stands in place of a report where nothing was to be ended."""

    sentence: str

    def __repr__(self) -> str:
        return self.sentence


class Run:
    """What is to be sent, or that nothing is."""

    def __init__(self, runbook: Runbook, plan: Plan, begun: Begun | None) -> None:
        self._runbook = runbook
        self._begun = begun
        self.plan = plan
        self.report: Report | None = None
        """What became of the jobs; None before they were sent, and in a dry run."""

    def send(self) -> Report | DryRun:
        """End the jobs and return the report, or say that this is a dry run."""
        return self._runbook.send(self, self._begun)

    @property
    def details(self) -> str:
        """The file that has all of it: the journal, or the saved plan of a dry run; empty where there is none."""
        if self._begun is not None:
            return str(self._begun.path)
        return str(self._runbook.given.get("save_plan") or "")

    def __repr__(self) -> str:
        if self._begun is None:
            return "Dry run: no run was begun, and no journal written."
        return f"Run {self._begun.run_id}. If it breaks off, resume it from its journal: {self._begun.path}"
