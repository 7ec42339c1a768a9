"""Connection: where a caller wants calls to go, in one value for all functions that hand it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batchnb.aws.connect import connect

if TYPE_CHECKING:
    import boto3

    from batchnb.aws.gateway import Gateway

__all__ = ["Connection"]


@dataclass(frozen=True, slots=True)
class Connection:
    """The arguments that say where calls go. For an argument that is None, `use_endpoint` decides, or else boto3."""

    session: boto3.Session | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = field(default=None, repr=False)
    """Not in the repr: it may hold a password."""

    def open(self) -> Gateway:
        """Return a Gateway to AWS Batch there. Raises InputError as `connect` does."""
        return connect(self.session, profile=self.profile, region=self.region, endpoint_url=self.endpoint_url)
