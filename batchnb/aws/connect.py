"""Opens the Gateway: a client for the current login and endpoint, and the caller's identity."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from batchnb.aws.answers_seen import AnswersSeen
from batchnb.aws.callers import ask_caller, caller_settings
from batchnb.aws.decode import read_in_one_go
from batchnb.aws.gateway import Gateway
from batchnb.aws.login import Login
from batchnb.aws.logs import LogReader
from batchnb.aws.sessions import USER_AGENT, login_for, login_of, model_loader
from batchnb.aws.wrong_settings import check_region, region_of, setting_error
from batchnb.errors import BatchnbError, InputError
from batchnb.jobs.place import hostname, is_loopback
from batchnb.text import shown, without_userinfo

if TYPE_CHECKING:
    import boto3

__all__ = [
    "Target",
    "connect",
    "default_endpoint",
    "emulator_session",
    "find_target",
    "is_default_set",
    "is_of_aws",
    "make_iam_client",
    "open_target",
    "set_default_endpoint",
]

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
"""Seconds. A request that times out may have taken effect, and is repeated; that is harmless."""
LOG_TIMEOUT = 10.0
"""Seconds for which somebody who looks at a job waits for an answer of CloudWatch Logs."""
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
_building = threading.Lock()


def set_default_endpoint(
    endpoint_url: str | None,
    *,
    profile: str | None = None,
    region: str | None = None,
    session: boto3.Session | None = None,
) -> None:
    """Set the default endpoint of this process; None for all arguments is where boto3 sends calls.

    `%batch_local start` and `use_endpoint` use it, so that the cells below need no flag, and none can be forgotten.
    """
    global _default
    _default = _Default(_public(endpoint_url), profile, region, session)


def default_endpoint() -> str | None:
    """Return the default endpoint of this process, None where boto3 decides."""
    return _default.endpoint_url


def is_default_set() -> bool:
    """Return whether an endpoint, a profile or a Region was set for all calls of this process."""
    return _default != _Default(None, None, None, None)


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
    core.register_component("data_loader", model_loader(core.get_config_variable("data_path")))
    return boto3.Session(botocore_session=core, **_PLACEHOLDERS, region_name="local-1")


@dataclass(frozen=True, slots=True)
class Target:
    """Where calls go and with whose login; equal to another only while nobody has logged in anew."""

    login: Login
    region: str | None
    endpoint_url: str | None


def connect(
    session: boto3.Session | None = None,
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    ignore_default: bool = False,
) -> Gateway:
    """Return a Gateway to AWS Batch as `session`, or as boto3's default session and the `AWS_*` variables have it.

    The credentials are fetched here, in the thread that calls: an MFA code is asked for once, and a worker thread never
    has to. `endpoint_url` is for an emulator or a VPC endpoint. For one on this machine, a missing Region and missing
    credentials are filled with placeholders.

    Raises InputError where no Region can be found or it does not exist, where the profile does not exist, where the
    endpoint is not a URL, and where a profile or Region is given while an emulator is the default endpoint: neither
    must be taken for the other. Raises CredentialsError where the credentials cannot be had; that there are none at all
    is told by the first call.
    """
    from botocore.exceptions import BotoCoreError

    try:
        return open_target(find_target(session, profile, region, endpoint_url, ignore_default=ignore_default))
    except BatchnbError:
        raise
    except (BotoCoreError, ValueError) as error:
        raise setting_error(error, profile) from error


def find_target(
    session: boto3.Session | None,
    profile: str | None,
    region: str | None,
    endpoint_url: str | None,
    *,
    ignore_default: bool = False,
) -> Target:
    """Return where `connect` would connect to now: the same target twice needs one gateway only. Makes no call.

    Raises InputError as `connect`, and what botocore raises for a profile that cannot be read.
    """
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
    login = login_of(session) if session is not None else login_for(profile)
    return Target(login, region, _public(endpoint_url) or _endpoint_in_environment())


def open_target(target: Target) -> Gateway:
    """Return a Gateway to a target. Raises CredentialsError, and what botocore raises."""
    return _gateway(target.login, target.region, target.endpoint_url)


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


def _gateway(login: Login, region: str | None, endpoint_url: str | None) -> Gateway:
    session = login.session
    options: dict[str, Any] = {"region_name": region, "endpoint_url": endpoint_url}
    if not is_loopback(endpoint_url):
        options["region_name"] = region_of(session, region)
        if endpoint_url is None:
            check_region(session, options["region_name"])
    key_id = login.key_id()
    if is_loopback(endpoint_url):
        options |= _placeholders(session, region, has_credentials=key_id is not None)
    settings: dict[str, Any] = {
        "retries": {"total_max_attempts": 1, "mode": "standard"},
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": READ_TIMEOUT,
        "max_pool_connections": MAX_CONNECTIONS,
        **_user_agent(session),
    }
    client = _client(session, "batch", options, settings)
    final = _public(client.meta.endpoint_url)
    if final != client.meta.endpoint_url or is_loopback(final) != is_loopback(endpoint_url):
        # An endpoint of a configuration file is known only now: its password is not sent, and no proxy leads to it.
        client = _client(session, "batch", options | {"endpoint_url": final}, settings)
    read_in_one_go(client)
    seen = AnswersSeen()
    seen.watch(client, "batch")
    # Who only lists does not need to know who is calling: another client would cost more than the first page of jobs.
    ask = partial(ask_caller, partial(_sts_client, session, options, client.meta.endpoint_url), seen)
    # An endpoint on this machine that nobody has a login for is called with placeholders.
    needs_login = key_id is not None or not is_loopback(client.meta.endpoint_url)
    gateway = Gateway(client, ask, key_id, login=login if needs_login else None, seen=seen)
    make_client = partial(_log_client, session, options, settings, client.meta.endpoint_url)
    gateway.logs = LogReader(make_client, gateway.region, login if needs_login else None)
    return gateway


def _log_client(
    session: boto3.Session, options: Mapping[str, Any], settings: Mapping[str, Any], endpoint_url: str, region: str
) -> Any:
    # As for the caller's identity: an emulator answers for logs as well, and a VPC endpoint of Batch does not.
    ignores = os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    own = None if ignores else _public(os.environ.get("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"))
    url = own if is_of_aws(endpoint_url) else endpoint_url
    settings = {**settings, "read_timeout": LOG_TIMEOUT, "ignore_configured_endpoint_urls": True}
    return _client(session, "logs", {**options, "endpoint_url": url, "region_name": region}, settings)


def _client(session: boto3.Session, service: str, options: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
    from botocore.config import Config

    if is_loopback(options["endpoint_url"]):
        settings = {**settings, "proxies": {}}  # a company's proxy does not know this machine by this name
    with _building:  # a session makes one client at a time; several threads may share it
        return session.client(service, **options, config=Config(**settings))  # type: ignore[call-overload]


def make_iam_client(target: Target, gateway: Gateway) -> Any:
    """Return a client for IAM, which is asked as STS is: at an emulator, or else at the endpoint of AWS."""
    session, region = target.login.session, gateway.region
    own = _public(os.environ.get("AWS_ENDPOINT_URL_IAM"))
    here = own if is_of_aws(gateway.endpoint) else gateway.endpoint
    options: dict[str, Any] = {"region_name": region, "endpoint_url": here}
    if is_loopback(here):
        options |= _placeholders(session, region, has_credentials=target.login.key_id() is not None)
    return _client(session, "iam", options, caller_settings() | _user_agent(session))


def _user_agent(session: boto3.Session) -> dict[str, str]:
    # Sessions of ours say it in every client they make, those that fetch credentials included.
    said: str = session._session.user_agent_extra  # noqa: SLF001 - boto3 has no other way to it
    return {} if USER_AGENT in said else {"user_agent_extra": USER_AGENT}


def _endpoint_in_environment() -> str | None:
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    return _public(os.environ.get("AWS_ENDPOINT_URL_BATCH") or os.environ.get("AWS_ENDPOINT_URL"))


def _placeholders(session: boto3.Session, region: str | None, *, has_credentials: bool) -> dict[str, str]:
    placeholders = {"region_name": region or session.region_name or "local-1"}
    return placeholders if has_credentials else placeholders | _PLACEHOLDERS


def _sts_client(session: boto3.Session, options: Mapping[str, Any], endpoint_url: str) -> Any:
    # Who calls is asked where the calls go, wherever that was configured: an emulator answers for STS, and AWS is
    # not asked about it. A VPC endpoint of Batch does not answer for STS, so for all of AWS it is STS's own endpoint.
    own = _public(os.environ.get("AWS_ENDPOINT_URL_STS"))
    url = own if is_of_aws(endpoint_url) else endpoint_url
    return _client(session, "sts", {**options, "endpoint_url": url}, caller_settings() | _user_agent(session))
