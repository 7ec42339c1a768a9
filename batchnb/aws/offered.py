"""Profiles and Regions that can be named, from the files of boto3. No call is made, no credentials are looked up."""

from __future__ import annotations

from contextlib import suppress

__all__ = ["profiles", "regions"]


def profiles() -> list[str]:
    """Return the profiles in the configuration files; none where these cannot be read."""
    import botocore.session

    with suppress(Exception):  # a file that is broken is told where it is used
        return sorted(botocore.session.Session().available_profiles)
    return []


def regions() -> list[str]:
    """Return the Regions in which this botocore knows AWS Batch."""
    import botocore.session

    with suppress(Exception):
        return sorted(botocore.session.Session().get_available_regions("batch"))
    return []
