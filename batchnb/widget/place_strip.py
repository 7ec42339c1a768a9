"""The header strip of a picker: where its jobs are, as far as that is known without a call."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from batchnb.errors import BatchnbError
from batchnb.guards.keywords import layer_of_keywords
from batchnb.guards.settings import guards
from batchnb.jobs.place import is_loopback
from batchnb.text import shown
from batchnb.widget.whereabouts import where_planned, whereabouts_of

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.jobs.place import Place
    from batchnb.widget.setup import Setup

__all__ = ["place_told"]


def place_told(frame: pd.DataFrame, setup: Setup, planned: Place | None = None) -> dict[str, Any]:
    """Return the badge, account, Region and caller, and when the jobs were listed in epoch milliseconds.

    `planned` is the place of the last plan, which AWS has confirmed. Before there is one, account and Region are those
    of the first job's ARN, and the caller is not known. The badge is `emulator`, `production`, `aws` or `unknown`.
    """
    where = where_planned(planned) if planned is not None else whereabouts_of(frame, setup)
    caller = planned.caller if planned is not None else None
    return {
        "badge": _badge(where.account, where.endpoint, setup),
        "account": where.account,
        "region": where.region,
        "caller": shown(_short(caller), 120) if caller else None,
        "listedAt": _listed_at(frame),
    }


def _badge(account: str | None, endpoint: str | None, setup: Setup) -> str:
    if endpoint and is_loopback(endpoint):
        return "emulator"
    if account is None:
        return "unknown"
    try:
        held = guards(layer_of_keywords(setup.guards))
    except (BatchnbError, TypeError):
        # The review says what is wrong with the settings.
        return "unknown"
    return "production" if held.is_production(account) else "aws"


def _short(caller: str) -> str:
    """Return a caller's ARN without what the strip shows beside it.

    >>> _short("arn:aws:sts::123456789012:assumed-role/oncall-admin/maria@acme")
    'maria@acme (oncall-admin)'
    """
    name = caller.rpartition(":")[2]
    kind, _, rest = name.partition("/")
    role, _, session = rest.partition("/")
    return f"{session} ({role})" if kind == "assumed-role" and session else rest or name


def _listed_at(frame: pd.DataFrame) -> int | None:
    listed_at = frame.attrs.get("listed_at")
    try:
        return round(datetime.fromisoformat(listed_at).timestamp() * 1000) if isinstance(listed_at, str) else None
    except ValueError:
        return None
