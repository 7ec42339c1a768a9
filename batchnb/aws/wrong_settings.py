"""Checks a profile and a Region before any call: which exist, and which you may have meant."""

from __future__ import annotations

import os
import socket
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from batchnb.errors import InputError
from batchnb.text import sentence, shown, without_userinfo

if TYPE_CHECKING:
    import boto3

__all__ = ["check_region", "region_of", "setting_error"]

PROFILES_SHOWN = 20
_SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}
"""Suffixes of endpoints, for the partitions in the public DNS. [botocore's partitions.json]"""


def region_of(session: boto3.Session, region: str | None) -> str:
    """Return the Region that calls go to. Raises InputError where the configuration has none."""
    if found := region or session.region_name:
        return found
    unread = ""
    if other := os.environ.get("AWS_REGION"):
        unread = f" AWS_REGION is set to {shown(repr(other))}, but boto3 does not read it."
    raise InputError(
        "cannot connect to AWS Batch: no Region is configured. Give region= (in a magic --region), or set "
        f"AWS_DEFAULT_REGION, or region in the profile.{unread}"
    )


def check_region(session: boto3.Session, region: str) -> None:
    """Raise InputError for a Region that does not exist.

    botocore takes any name for one, and calls would then go to a host that nobody finds. A Region that is newer than
    this botocore is looked up by the name of its endpoint.
    """
    from botocore.exceptions import UnknownRegionError

    plain = region.removeprefix("fips-").removesuffix("-fips")
    partitions = session.get_available_partitions()
    known = [name for partition in partitions for name in session.get_available_regions("batch", partition)]
    if plain in known or "endpoint_url" in (scoped := _scoped_config(session)) or "services" in scoped:
        return
    try:
        partition = session.get_partition_for_region(plain)
    except UnknownRegionError:
        partition = ""
    if partition and (partition not in _SUFFIXES or _is_found(f"batch.{plain}.{_SUFFIXES[partition]}")):
        return
    meant_one = plain.lower().strip().replace("_", "-")
    close = [meant_one] if meant_one in known else get_close_matches(meant_one, sorted(known, reverse=True), 3, 0.6)
    close = sorted(close, key=lambda name: not name.startswith(meant_one))
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    raise InputError(
        f"{shown(repr(region))} is not a Region of AWS Batch.{meant} Correct region= (in a magic --region), "
        "AWS_DEFAULT_REGION or the profile; a name such as eu-west-1 is expected."
    )


def setting_error(error: Exception, profile: str | None) -> InputError:
    """Return the InputError for settings that botocore cannot read."""
    from botocore.exceptions import ProfileNotFound

    said = shown(without_userinfo(str(error)), 1000)
    if not isinstance(error, ProfileNotFound):
        return InputError(f"cannot connect to AWS Batch: {said}")
    from botocore.session import Session

    core = Session()
    core.set_config_variable("profile", None)
    names = sorted(core.full_config.get("profiles", {}))
    wanted = profile or os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or ""
    close = get_close_matches(wanted, names, 1, 0.5)
    meant = f" Did you mean {shown(close[0], 60)!r}?" if close else ""
    more = f" and {len(names) - PROFILES_SHOWN} more" if len(names) > PROFILES_SHOWN else ""
    there = ", ".join(shown(name, 60) for name in names[:PROFILES_SHOWN]) + more
    by = " AWS_PROFILE names it." if profile is None and wanted else ""
    which = f"There are: {there}." if names else "No profile is configured."
    return InputError(f"cannot connect to AWS Batch: {sentence(said)}{by}{meant} {which}")


def _scoped_config(session: boto3.Session) -> dict[str, Any]:
    config: dict[str, Any] = session._session.get_scoped_config()  # noqa: SLF001 - boto3 has no other way to it
    return config


def _is_found(host: str) -> bool:
    proxies = getproxies()
    if "https" in proxies or "all" in proxies:
        return True  # names are looked up by the proxy, and not here
    try:
        socket.getaddrinfo(host, 443)
    except OSError:
        return False
    return True
