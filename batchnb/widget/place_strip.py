"""The header strip of a picker: where its jobs are, who calls, and whether these belong together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from batchnb.aws.connect import default_endpoint
from batchnb.aws.relist import remembered
from batchnb.errors import BatchnbError
from batchnb.guards.keywords import layer_of_keywords
from batchnb.guards.settings import account_names, guards
from batchnb.jobs.frame import ARN_COLUMNS
from batchnb.jobs.place import is_loopback
from batchnb.text import shown
from batchnb.widget.identity import Caller
from batchnb.widget.whereabouts import place_of_first_arn

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.jobs.place import Place
    from batchnb.widget.setup import Setup

__all__ = ["place_told", "wrong_account"]

_ASKING = "Asking who you are… Until the account of these jobs is known, nothing can be reviewed."
_UNKNOWN = "The account of these jobs is not known, so nothing can be reviewed. Log in, then press Refresh."


def place_told(
    frame: pd.DataFrame, setup: Setup, planned: Place | None = None, asked: Caller | None = None
) -> dict[str, Any]:
    """Return the badge, account, Region and caller, when the jobs were listed in epoch milliseconds, and `obstacle`.

    `planned` is the place of the last plan, which AWS has confirmed. Before there is one, account and Region are those
    of the first job's ARN, or else of the caller. `asked` is what is known of the caller. The badge is `emulator`,
    `production`, `aws` or `unknown`; `obstacle` says why nothing can be reviewed, empty where it can.
    """
    asked = asked or Caller()
    account: str | None
    region: str | None
    endpoint: str | None
    here = asked.place
    if planned is not None:
        account, region, endpoint = planned.account, planned.region, planned.endpoint
        here = here or planned
    else:
        made = remembered(frame)
        account, region = place_of_first_arn(frame)
        region = region or (made.region if made else None) or (here.region if here else None)
        endpoint = setup.connection.endpoint_url or default_endpoint() or (made.endpoint if made else None)
        endpoint = here.endpoint if here else endpoint
        account = account or (here.account if here else None)
    badge, why = _badge(account, setup, is_emulator=_is_emulator(endpoint, here, frame))
    if not why and badge == "unknown":
        why = _ASKING if asked.is_asking else _UNKNOWN
    return {
        "badge": badge,
        "account": account,
        "alias": _alias(account, asked),
        "region": region,
        "caller": shown(_short(here.caller), 120) if here and here.caller else None,
        "isAsking": asked.is_asking,
        "obstacle": wrong_account(frame, here) or why,
        "listedAt": _listed_at(frame),
    }


def wrong_account(frame: pd.DataFrame, here: Place | None) -> str:
    """Return that no job is in the account of the caller; empty where one is, or where that is not known."""
    account, _ = place_of_first_arn(frame)
    if here is None or account is None or here.account in (None, account):
        return ""
    title = next(title for title in ARN_COLUMNS if list(frame.columns).count(title) == 1)
    if any(isinstance(arn, str) and f":{here.account}:" in arn for arn in frame[title]):
        return ""  # which of them are selected is seen when they are
    jobs, ours = shown(account, 40), shown(here.account, 40)
    return f"These jobs are in {jobs}, but your credentials are for {ours}. Nothing was asked of AWS."


def _alias(account: str | None, asked: Caller) -> str | None:
    try:
        name = account_names().get(account or "")
    except BatchnbError:
        name = None  # the review says what is wrong with the file
    if name is None and asked.place is not None and asked.place.account == account:
        name = asked.alias
    return shown(name, 80) if name else None


def _is_emulator(endpoint: str | None, here: Place | None, frame: pd.DataFrame) -> bool:
    """Whether batchnb's own emulator has answered there. What else answers on this machine may be a tunnel to AWS."""
    if endpoint is None or not is_loopback(endpoint):
        return False
    if here is not None and (here.caller is not None or here.is_emulator):
        return here.is_emulator
    made = remembered(frame)
    return made is not None and made.endpoint == endpoint and made.is_emulator


def _badge(account: str | None, setup: Setup, *, is_emulator: bool) -> tuple[str, str]:
    """Return the badge, and what is wrong with the settings that decide it, empty where nothing is."""
    if is_emulator:
        return "emulator", ""
    if account is None:
        return "unknown", ""
    try:
        held = guards(layer_of_keywords(setup.guards))
    except (BatchnbError, TypeError) as error:
        return "unknown", f"The guards cannot be read: {shown(error, 600)}"
    return "production" if held.is_production(account) else "aws", ""


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
