"""What to say of a plan none of whose ids AWS knows: the frame may have its job ids in another column."""

from __future__ import annotations

from typing import Any

from batchnb.jobs.foreign import is_frame
from batchnb.jobs.id_columns import find_ids, others_of_ids
from batchnb.model.facts import PlanFacts
from batchnb.model.verdict import Verdict
from batchnb.text import shown

__all__ = ["notes_on_columns"]


def notes_on_columns(jobs: Any, ids: object, plan: PlanFacts) -> list[str]:
    """Return a sentence that names the other columns of ids, where the plan was made of a frame and found no job."""
    if not is_frame(jobs) or not plan.jobs or any(one.verdict is not Verdict.NOT_FOUND for one in plan.jobs):
        return []
    column = find_ids(jobs, ids)
    others = others_of_ids(jobs, column)
    if not others:
        return []
    names = ", ".join(repr(name) for name in others)
    looked_at = f"AWS knows no job of column {shown(repr(column.name), 60)}."
    return [f"{looked_at} Ids stand in {names}, too: try ids={others[0]!r} or --ids {others[0]}."]
