"""Whereabouts: the account, Region and endpoint of a picker's jobs, as far as they are known without a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.aws.connect import default_endpoint, is_of_aws
from batchnb.aws.relist import remembered
from batchnb.errors import BatchnbError
from batchnb.jobs.frame import ARN_COLUMNS
from batchnb.jobs.ids import parse_job_id

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.jobs.place import Place
    from batchnb.model.plan import Plan
    from batchnb.widget.setup import Setup

__all__ = ["Whereabouts", "place_of_first_arn", "planned_place", "where_planned", "whereabouts_of"]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where jobs are. None is what nobody has said yet."""

    account: str | None
    region: str | None
    endpoint: str | None

    @property
    def own_endpoint(self) -> str:
        """The endpoint; empty for those of AWS, which all lead to the same jobs, and where nobody says one."""
        return "" if self.endpoint is None or is_of_aws(self.endpoint) else self.endpoint

    def may_be(self, other: Whereabouts) -> bool:
        """Whether both may be the same place: they have the same endpoint, and differ in nothing that is known."""
        known = ({self.account, other.account} - {None}, {self.region, other.region} - {None})
        return self.own_endpoint == other.own_endpoint and all(len(values) <= 1 for values in known)


def whereabouts_of(frame: pd.DataFrame, setup: Setup) -> Whereabouts:
    """Return where the jobs of a frame are: by the first job's ARN, and where calls go for them."""
    made = remembered(frame)
    account, region = place_of_first_arn(frame)
    endpoint = setup.connection.endpoint_url or default_endpoint() or (made.endpoint if made else None)
    return Whereabouts(account, region or (made.region if made else None), endpoint)


def where_planned(place: Place) -> Whereabouts:
    """Return the place of a plan, which AWS has confirmed."""
    return Whereabouts(place.account, place.region, place.endpoint)


def planned_place(plan: Plan | None, frame: pd.DataFrame) -> Place | None:
    """Return the place of a plan, which AWS has confirmed; None once the frame has the jobs of another one."""
    return plan.identity if plan is not None and _may_be_of(frame, plan.identity) else None


def _may_be_of(frame: pd.DataFrame, place: Place) -> bool:
    known = next((title for title in ARN_COLUMNS if list(frame.columns).count(title) == 1), None)
    if known is None or place.account is None:
        return True
    words, is_told = f":{place.region}:{place.account}:", False
    for arn in frame[known]:
        if isinstance(arn, str):
            if words in arn:
                return True
            is_told = True
    return not is_told


def place_of_first_arn(frame: pd.DataFrame) -> tuple[str | None, str | None]:
    """Return account and Region of the first job, as its ARN has them; None where no column tells."""
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
