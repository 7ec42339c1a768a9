"""Jobs over budget, as the runbook of that name meets them: listed, judged, ranked, and those that are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import batchnb.api as api
from batchnb.aws.relist import not_listed_text
from batchnb.errors import MissingExtraError
from batchnb.runbooks import budgets
from batchnb.runbooks.prices import read_prices
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.selection import check_found
from batchnb.runbooks.steps import told
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.plan import Plan

__all__ = ["Over", "find_over", "picture"]

_COLUMNS = ["jobName", "definition", "kind", "verdict", "hours", "vcpus", "gpus", "vcpu_hours", "cost"]
_ROWS_SHOWN = 10


@dataclass(frozen=True)
class Over:
    """The running jobs, those over budget ranked by what they cost, and those that are meant."""

    running: pd.DataFrame
    judged: pd.DataFrame
    ranked: pd.DataFrame
    meant: pd.DataFrame
    price: object
    currency: str

    def __repr__(self) -> str:
        """Return what runs, and for how long."""
        table = budgets.overview(self.judged).to_string() if len(self.judged) else "Nothing runs."
        said = [budgets.not_judged_text(self.judged), not_listed_text(self.running)]
        return "\n".join([table, *(text for text in [*said, self._unused_prices] if text)])

    @property
    def _unused_prices(self) -> str:
        queues = self.running.jobQueue.astype("string").fillna("") if len(self.running) else ()
        unused = read_prices(self.price).unused(queues)
        return f"A price is for {', '.join(shown(one, 60) for one in unused)}, where no job runs." if unused else ""

    @property
    def cost_text(self) -> str:
        """What the jobs over budget have cost, the dearest first."""
        of = "" if isinstance(self.price, dict) else " a vCPU-hour"
        head = f"{plural(len(self.ranked), 'job')} over budget; cost in {self.currency} at {self.price}{of}:"
        return f"{head}\n{_table(self.ranked)}\n\n{self.sums_text}"

    @property
    def sums_text(self) -> str:
        """The sums over all jobs over budget."""
        return budgets.over_budget_text(self.ranked, self.currency)

    @property
    def meant_text(self) -> str:
        """The sums over the jobs that are meant."""
        return f"  {budgets.over_budget_text(self.meant, self.currency)}"

    @property
    def left_text(self) -> str:
        """The jobs over budget that are not meant."""
        rest = self.ranked[~self.ranked.jobId.isin(self.meant.jobId)]
        why = "kept, finished, or beyond the most that may be chosen"
        return f"{len(rest):,} of {plural(len(self.ranked), 'job')} over budget were not meant: {why}.\n{_table(rest)}"


@told
def find_over(runbook: Runbook) -> Over:
    """List what runs, judge it by `longer_than` and `expected`, rank it by `price`, and choose the first `most`.

    Raises InputError for budgets and prices that are wrong, and where execute chooses fewer than `at_least`.
    """
    read_prices(runbook["price"])
    most = budgets.check_most(runbook["most"])
    running = budgets.list_running([runbook["queue"]] if runbook["queue"] else None)
    judged = budgets.find_over_budget(running, runbook["longer_than"], runbook["expected"])
    over = judged[judged.is_over]
    # To rank is not to end: for this plan the number does not matter.
    known = api.plan(
        over, reason=runbook["reason"], protect=runbook["keep"] or None, max_jobs=max(len(over), 1), empty_ok=True
    )
    ranked = budgets.rank(judged, known, runbook["price"])
    meant = ranked[ranked.verdict.isin(["terminate", "cancel"])].head(most)
    check_found(runbook, ranked, running)
    return Over(running, judged, ranked, meant, runbook["price"], shown(runbook["currency"], 20))


def picture(plan: Plan, over: Over) -> object:
    """Return the picture of the plan among all that runs, or what to install for it."""
    try:
        return plan.plot(over.running)
    except MissingExtraError as error:
        return str(error)


def _table(jobs: pd.DataFrame) -> str:
    if jobs.empty:
        return "none"
    rows = jobs[_COLUMNS].round(1).head(_ROWS_SHOWN)
    return rows.map(lambda value: shown(value, 60) if isinstance(value, str) else value).to_string()
