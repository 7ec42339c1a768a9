"""The header strip of a picker: where its jobs are, as far as that is known without a call."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from batchnb.aws.connect import default_endpoint
from batchnb.aws.relist import remembered
from batchnb.errors import BatchnbError
from batchnb.guards.keywords import layer_of_keywords
from batchnb.guards.settings import guards
from batchnb.jobs.frame import ARN_COLUMNS
from batchnb.jobs.ids import parse_job_id
from batchnb.jobs.place import is_loopback
from batchnb.text import shown

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
    account: str | None
    region: str | None
    endpoint: str | None
    caller: str | None
    if planned is not None:
        account, region, endpoint, caller = planned.account, planned.region, planned.endpoint, planned.caller
    else:
        made = remembered(frame)
        account, region = _of_first_arn(frame)
        region = region or (made.region if made else None)
        endpoint = setup.connection.endpoint_url or default_endpoint() or (made.endpoint if made else None)
        caller = None
    return {
        "badge": _badge(account, endpoint, setup),
        "account": account,
        "region": region,
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


def _of_first_arn(frame: pd.DataFrame) -> tuple[str | None, str | None]:
    titles = list(frame.columns)
    for title in ARN_COLUMNS:
        if titles.count(title) == 1 and len(frame):
            arn = frame[title].iloc[0]
            try:
                job = parse_job_id(arn)
            except BatchnbError:
                return None, None
            return job.account, job.region
    return None, None


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
