"""Opens the Gateway: which session, which endpoint, and who is calling. Only this package knows boto3."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from batchnb.aws.decode import read_in_one_go
from batchnb.aws.gateway import CALLER_TIMEOUT, Gateway
from batchnb.errors import InputError
from batchnb.jobs.place import hostname, is_loopback
from batchnb.text import shown, without_userinfo

if TYPE_CHECKING:
    import boto3

__all__ = ["connect", "default_endpoint", "emulator_session", "set_default_endpoint"]

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
"""Seconds. A request that times out may have taken effect, and is repeated; that is harmless."""
MAX_CONNECTIONS = 64

_PLACEHOLDERS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}

# What the names of AWS's endpoints end in, by partition. [botocore's partitions.json]
_AWS_SUFFIXES = (
    ".amazonaws.com", ".api.aws", ".amazonaws.com.cn", ".api.amazonwebservices.com.cn",
    ".amazonaws.eu", ".api.amazonwebservices.eu", ".c2s.ic.gov", ".api.aws.ic.gov", ".sc2s.sgov.gov",
    ".api.aws.scloud", ".cloud.adc-e.uk", ".api.cloud-aws.adc-e.uk", ".csp.hci.ic.gov", ".api.aws.hci.ic.gov",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Default:
    endpoint_url: str | None
    profile: str | None
    region: str | None
    session: boto3.Session | None


_default = _Default(None, None, None, None)


def set_default_endpoint(
    endpoint_url: str | None,
    *,
    profile: str | None = None,
    region: str | None = None,
    session: boto3.Session | None = None,
) -> None:
    """Send the calls of this process there where nothing else is said; None for all is where boto3 sends them.

    `%batch_local start` and `use_endpoint` use it, so that the cells below need no flag, and none can be forgotten.
    """
    global _default
    _default = _Default(_public(endpoint_url), profile, region, session)


def default_endpoint() -> str | None:
    """Return the endpoint to which calls go where nothing else is said, None where boto3 decides."""
    return _default.endpoint_url


def emulator_session() -> boto3.Session:
    """Return a session with placeholders that reads nothing of this machine's AWS settings.

    A profile may be missing or want a login, and neither matters to an emulator.
    """
    import boto3
    from botocore.configprovider import ConstantProvider
    from botocore.session import Session

    core = Session()
    for name, value in (("profile", None), ("config_file", os.devnull), ("credentials_file", os.devnull)):
        core.get_component("config_store").set_config_provider(name, ConstantProvider(value))
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))
    return boto3.Session(botocore_session=core, **_PLACEHOLDERS, region_name="local-1")


def connect(
    session: boto3.Session | None = None,
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    ignore_default: bool = False,
) -> Gateway:
    """Return a Gateway to AWS Batch as `session`, or as boto3 and the `AWS_*` variables have it.

    `endpoint_url` is for an emulator or a VPC endpoint. For one on this machine, a missing Region and missing
    credentials are filled with placeholders. Raises InputError where no Region can be found, where the
    profile does not exist, where the endpoint is not a URL, and where a profile or Region is given while an emulator
    is the default endpoint: neither must be taken for the other.
    """
    from botocore.exceptions import BotoCoreError

    if session is None and endpoint_url is None and not ignore_default:
        if _default.endpoint_url is not None and (profile is not None or region is not None):
            raise InputError(
                f"a profile or Region is for AWS, but the calls of this process go to {_default.endpoint_url}. "
                "Stop the emulator first ('%batch_local stop'), or name the endpoint."
            )
        endpoint_url, session = _default.endpoint_url, _default.session
        profile, region = profile or _default.profile, region or _default.region
    if endpoint_url is not None and not _is_url(endpoint_url):
        # A password in it need not be where that of a URL is.
        _password, at, rest = str(endpoint_url).rpartition("@")
        url = shown(repr(f"…@{rest}" if at else endpoint_url))
        raise InputError(f"endpoint_url: {url} is not a URL; expected one such as http://127.0.0.1:4566")
    try:
        return _gateway(session or _session(profile, region), region, _public(endpoint_url))
    except (BotoCoreError, ValueError) as error:
        raise InputError(f"cannot connect to AWS Batch: {without_userinfo(str(error))}") from error


def is_of_aws(url: str) -> bool:
    """Return whether the URL leads to AWS itself, a VPC endpoint included."""
    return (hostname(url) or "").endswith(_AWS_SUFFIXES)


def _public(url: str | None) -> str | None:
    """Return the URL without user name and password, which botocore does not send, and which messages would show."""
    return None if url is None else without_userinfo(url)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port that is not a number, or of half an IPv6 address
        return False


def _session(profile: str | None, region: str | None) -> boto3.Session:
    import boto3
    from botocore.session import Session

    core = Session(profile=profile)
    # To read the models from the disk takes longer than everything else here; once a process is enough.
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))
    return boto3.Session(botocore_session=core, region_name=region)


@lru_cache(maxsize=4)
def _loader(data_path: str | None) -> Any:
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _gateway(session: boto3.Session, region: str | None, endpoint_url: str | None) -> Gateway:
    from botocore.config import Config

    config = Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        max_pool_connections=MAX_CONNECTIONS,
        user_agent_extra="batchnb",
    )
    endpoint_url = endpoint_url or _endpoint_in_environment()
    options: dict[str, Any] = {"region_name": region, "endpoint_url": endpoint_url, "config": config}
    if is_loopback(endpoint_url):
        options |= _placeholders(session, region)
    client = session.client("batch", **options)
    if client.meta.endpoint_url != _public(client.meta.endpoint_url):  # from a configuration file
        client = session.client("batch", **(options | {"endpoint_url": _public(client.meta.endpoint_url)}))
    read_in_one_go(client)
    credentials = session.get_credentials()
    key_id = credentials.access_key if credentials else None
    # Who only lists does not need to know who is calling: another client would cost more than the first page of jobs.
    return Gateway(client, partial(_ask_caller, session, options, client.meta.endpoint_url), key_id)


def _endpoint_in_environment() -> str | None:
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return _public(os.environ.get("AWS_ENDPOINT_URL_BATCH") or os.environ.get("AWS_ENDPOINT_URL"))


def _placeholders(session: boto3.Session, region: str | None) -> dict[str, str]:
    placeholders = {"region_name": region or session.region_name or "local-1"}
    if session.get_credentials() is None:
        placeholders |= _PLACEHOLDERS
    return placeholders


def _ask_caller(session: boto3.Session, options: Mapping[str, Any], endpoint_url: str) -> Future[str | None]:
    # In the background: nobody waits for STS while there are jobs to describe.
    from botocore.config import Config

    settings: dict[str, Any] = {
        "retries": {"total_max_attempts": 1, "mode": "standard"},
        "connect_timeout": CALLER_TIMEOUT / 2,
        "read_timeout": CALLER_TIMEOUT / 2,
        "ignore_configured_endpoint_urls": True,
    }
    # Who calls is asked where the calls go, wherever that was configured: an emulator answers for STS, and AWS is
    # not asked about it. A VPC endpoint of Batch does not answer for STS, so for all of AWS it is STS's own endpoint.
    own = _public(os.environ.get("AWS_ENDPOINT_URL_STS"))
    options = {
        **options,
        "config": Config(**settings),
        "endpoint_url": own if is_of_aws(endpoint_url) else endpoint_url,
    }
    client = session.client("sts", **options)

    def ask() -> str | None:
        try:
            return client.get_caller_identity().get("Arn")
        except Exception:  # noqa: BLE001 - to know the caller is a courtesy; no failure of it may matter
            return None

    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batchnb-caller")
    try:
        return executor.submit(ask)
    finally:
        executor.shutdown(wait=False)
