"""Text to take along from a picker: the cell that plans its jobs again, and the lines for a ticket."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.model.as_cell import cell_for
from batchnb.model.facts import DIGEST_SHOWN
from batchnb.model.ticket import ticket
from batchnb.text import plural, shown

if TYPE_CHECKING:
    from batchnb.aws.connection import Connection
    from batchnb.widget.session import PickerSession

__all__ = ["cell_of", "ticket_of"]

_MOMENT = "%Y-%m-%d %H:%M UTC"


def cell_of(session: PickerSession) -> str:
    """Return the cell that plans the end of the selected jobs, for the reason in the field. It ends nothing by itself.

    After a run, it is for the jobs of that run, until others are selected. Raises InputError where there is none.
    """
    with session.jobs.mutex:
        job_ids, plan, reason = session.jobs.selected_ids, session.plan, session.reason
        names = _names(session, job_ids)
        where = session.state()["where"]
    if plan is not None and (not job_ids or job_ids == [planned.job_id for planned in plan.jobs]):
        names = {planned.job_id: planned.job_name or "" for planned in plan.to_end}
        reason = plan.reason
        notes = [f"plan {plan.digest[:DIGEST_SHOWN]}: {plural(len(names), 'job')}, {shown(plan.identity, 300)}"]
        notes.append(f"{plan.identity.caller or 'caller not known'}, {plan.made_at:{_MOMENT}}")
    else:
        notes = [f"{plural(len(names), 'job')}, {_where_text(where)}"]
        notes.append(f"{where['caller'] or 'caller not known'}, {session.clock.wall():{_MOMENT}}")
    if not names:
        raise InputError("no job is selected: select some first.")
    options: dict[str, Any] = {**_where_to(session.setup.connection, where), **session.setup.guards}
    # In a production account the number is to be typed by a person, not pasted.
    is_production = where["badge"] == "production"
    return cell_for(names, reason, options, notes, expect=None if is_production else len(names))


def ticket_of(session: PickerSession) -> str:
    """Return the lines for a ticket about the last run. Raises InputError where there was none."""
    if session.report is None:
        raise InputError("there is no run yet to copy for a ticket.")
    return ticket(session.report)


def _names(session: PickerSession, job_ids: list[str]) -> dict[str, str]:
    place = session.jobs.snapshot.layout.place("name")
    if place is None:
        return dict.fromkeys(job_ids, "")
    texts = session.jobs.snapshot.frame.iloc[session.jobs.rows, place].tolist()
    return {job_id: text if isinstance(text, str) else "" for job_id, text in zip(job_ids, texts, strict=True)}


def _where_to(connection: Connection, where: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what leads the cell to this place from other notebooks as well, whose default profile may be another."""
    profile, region = connection.profile, connection.region
    if where["badge"] in ("aws", "production"):
        chosen = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
        profile, region = profile or (chosen if connection.session is None else None), region or where["region"]
    return {"profile": profile, "region": region, "endpoint_url": connection.endpoint_url}


def _where_text(where: Mapping[str, Any]) -> str:
    local = " (EMULATOR, not AWS)" if where["badge"] == "emulator" else ""
    return f"account {where['account'] or 'not known'}, Region {where['region'] or 'not known'}{local}"
