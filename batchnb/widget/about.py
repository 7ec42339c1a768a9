"""About a list: how the jobs of a picker were listed, and what is not among them all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchnb.aws.relist import not_listed_text, remembered
from batchnb.text import plural, shown
from batchnb.widget.children import own_ids

if TYPE_CHECKING:
    from batchnb.widget.setup import Setup
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["about_told"]

_LENGTH = 1100


def about_told(snapshot: Snapshot, setup: Setup) -> list[tuple[str, str]]:
    """Return titles and texts: the selectors, what a limit left out, what was not listed, and what Refresh does."""
    frame = snapshot.frame
    attrs, made = frame.attrs, remembered(frame)
    listed_by, left_out, listed_at = attrs.get("listed_by"), attrs.get("left_out"), attrs.get("listed_at")
    is_known = isinstance(listed_by, str) and bool(listed_by)
    told = [("Jobs", f"{len(snapshot):,}")]
    told.append(("Listed by", str(listed_by) if is_known else "not known: these rows are not from batchnb.list_jobs"))
    if isinstance(listed_at, str):
        told.append(("Listed at", listed_at))
    if made is not None and made.wanted.limit is not None:
        told.append(("Limit", f"the oldest {plural(made.wanted.limit, 'job')}"))
    if isinstance(left_out, int) and left_out > 0:
        told.append(("Left out", f"{plural(left_out, 'job')}, by the limit"))
    if not_listed := not_listed_text(frame):
        told.append(("Not listed", not_listed))
    told.append(("Refresh", _refresh_text(snapshot, setup)))
    return [(title, shown(text, _LENGTH)) for title, text in told]


def _refresh_text(snapshot: Snapshot, setup: Setup) -> str:
    if setup.relist is not None:
        return "lists again by the function that this picker was given"
    made = remembered(snapshot.frame)
    if made is None or not made.is_whole(own_ids(snapshot)):
        return "looks at these jobs only: the table is not a whole listing, so new jobs are not looked for"
    return "lists again by the same selectors, and finds new jobs"
