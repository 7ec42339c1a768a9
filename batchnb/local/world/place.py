"""Where an emulator pretends to be: an account, a Region, and the ARNs of everything that lies there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from batchnb.errors import LocalError

__all__ = ["ACCOUNT", "REGION", "Place"]

REGION = "local-1"
"""No Region of AWS has this name."""

ACCOUNT = "000000000000"
"""No account of AWS has this number."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,12}(-[a-z]{1,16}){0,3}-[0-9]{1,2}")
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b"}


@dataclass(frozen=True, slots=True)
class Place:
    """An account in a Region. Raises `LocalError` for what cannot be either."""

    account: str = ACCOUNT
    region: str = REGION
    partition: str = field(init=False, repr=False)
    """The partition that the Region belongs to."""
    batch: str = field(init=False, repr=False)
    """What the ARNs of AWS Batch begin with here."""

    def __post_init__(self) -> None:
        if not isinstance(self.account, str) or not _ACCOUNT.fullmatch(self.account):
            raise LocalError(f"account must be 12 digits, got {self.account!r}")
        if not isinstance(self.region, str) or not _REGION.fullmatch(self.region):
            raise LocalError(f"region must be the name of a Region, like local-1 or eu-west-1, got {self.region!r}")
        partitions = (partition for start, partition in _PARTITIONS.items() if self.region.startswith(start))
        object.__setattr__(self, "partition", next(partitions, "aws"))
        object.__setattr__(self, "batch", self.arn("batch", ""))

    @property
    def caller_arn(self) -> str:
        """The ARN of the caller: every caller is the same user."""
        return f"arn:{self.partition}:iam::{self.account}:user/local"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of a service in this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def job_arn(self, job_id: str) -> str:
        """Return the ARN of a job."""
        return f"{self.batch}job/{job_id}"

    def queue_arn(self, name: str) -> str:
        """Return the ARN of a job queue."""
        return f"{self.batch}job-queue/{name}"

    def environment_arn(self, name: str) -> str:
        """Return the ARN of a compute environment."""
        return f"{self.batch}compute-environment/{name}"

    def definition_arn(self, definition: str) -> str:
        """Return the ARN of a job definition, given as `name:revision` or already as its ARN."""
        return definition if definition.startswith("arn:") else f"{self.batch}job-definition/{definition}"

    def strip(self, kind: str, name_or_arn: str) -> str:
        """Return the name in an ARN of this kind and place. An ARN of elsewhere stays whole, so nothing has it."""
        return name_or_arn.removeprefix(f"{self.batch}{kind}/")

    def strip_log_group(self, name_or_arn: str) -> str:
        """Return the name of a log group, given that or its ARN."""
        return name_or_arn.removeprefix(self.arn("logs", "log-group:")).removesuffix(":*")
