"""Which boto3 session calls are made with: boto3's own default session, or one for what botocore resolves now.

Sessions are kept, so that an MFA code and a `credential_process` are asked for once, and not for every listing, plan
and refresh. One is used again only while everything that botocore resolves it from is the same: the profile, the object
that is boto3's default session, the AWS_* variables, and the configuration files. A login that failed is not kept.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from batchnb._version import __version__
from batchnb.aws.login import Login

if TYPE_CHECKING:
    import boto3

__all__ = ["USER_AGENT", "forget_sessions", "login_for", "login_of", "model_loader"]

USER_AGENT = f"batchnb/{__version__}"
"""What CloudTrail shows of our calls in `userAgent`."""
MOST_KEPT = 16

_CREDENTIAL_CLIENTS: dict[str, Any] = {
    "connect_timeout": 5.0,
    "read_timeout": 30.0,
    "retries": {"total_max_attempts": 3, "mode": "standard"},
}
"""How STS and SSO are called for credentials. botocore would wait 60 s for a connection, several times."""

_Key = tuple[object, ...]
_kept: OrderedDict[_Key, Login] = OrderedDict()
_given: WeakKeyDictionary[boto3.Session, Login] = WeakKeyDictionary()
_stale: WeakKeyDictionary[boto3.Session, bool] = WeakKeyDictionary()
"""Default sessions of boto3 whose credentials were refused: the next login resolves them again."""
_met: WeakKeyDictionary[boto3.Session, _Key] = WeakKeyDictionary()
"""Default sessions of boto3, and what was configured when they were first seen."""
_lock = threading.RLock()


def login_for(profile: str | None) -> Login:
    """Return the login of this profile, or of boto3's default session, as it is configured now.

    Raises ProfileNotFound and ConfigParseError of botocore.
    """
    import boto3

    default = boto3.DEFAULT_SESSION
    if profile is not None and (default is None or _set_by_hand(default).get("profile") != profile):
        default = None
    configured = _configured()
    key = (profile, default, *configured)
    with _lock:
        login = _kept.pop(key, None)
        if login is not None and login.is_spent():
            _stale[login.session] = True
            login = None
        login = login or _new_login(default, profile, configured)
        _kept[key] = login
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return login


def login_of(session: boto3.Session) -> Login:
    """Return the login of a session that the caller made."""
    with _lock:
        if session not in _given:
            _given[session] = Login(session)
        return _given[session]


def forget_sessions() -> None:
    """Drop all sessions: for tests."""
    with _lock:
        for known in (_kept, _given, _stale, _met):
            known.clear()


def _forget(login: Login) -> None:
    with _lock:
        for key in [key for key, kept in _kept.items() if kept is login]:
            del _kept[key]
        _stale[login.session] = True


def _new_login(default: boto3.Session | None, profile: str | None, configured: _Key) -> Login:
    if default is not None:
        met = _met.setdefault(default, configured)
        if not _is_standard(default) or (met == configured and default not in _stale and _is_current(default)):
            return Login(default, _forget)
        profile = _set_by_hand(default).get("profile", profile)
        return Login(_session(profile, _set_by_hand(default).get("region")), _forget)
    return Login(_session(profile, None), _forget)


def _session(profile: str | None, region: str | None) -> boto3.Session:
    import boto3
    from botocore.config import Config
    from botocore.session import Session

    core = Session(profile=profile)
    # To read the models from the disk takes longer than everything else here; once a process is enough.
    core.register_component("data_loader", model_loader(core.get_config_variable("data_path")))
    core.user_agent_extra = USER_AGENT
    core.set_default_client_config(Config(**_CREDENTIAL_CLIENTS))
    return boto3.Session(botocore_session=core, region_name=region)


@lru_cache(maxsize=4)
def model_loader(data_path: str | None) -> Any:
    """Return the loader of botocore's models, which keeps what it has read."""
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _configured() -> _Key:
    """Return all that botocore resolves a login from: the AWS_* variables, and the state of the configuration files."""
    variables = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))
    config = os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"
    credentials = os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"
    return variables, _state_of(config), _state_of(credentials)


def _state_of(name: str) -> _Key:
    path = os.path.expanduser(name)  # noqa: PTH111 - as botocore does it, which leaves "~" where there is no home
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return (path,)
    return path, found.st_mtime_ns, found.st_size, found.st_ino


def _core(session: boto3.Session) -> Any:
    return session._session  # noqa: SLF001 - boto3 has no other way to what it was made with


def _set_by_hand(session: boto3.Session) -> dict[str, Any]:
    """Return what a session was told, and does not look up: its `profile` and `region`, as far as it was."""
    told: dict[str, Any] = _core(session).instance_variables()
    return told


def _is_standard(session: boto3.Session) -> bool:
    """Return whether the session finds its credentials as any other of boto3 does.

    One with keys of its own, with credentials that somebody has put in, or with a provider of its own can only be used
    as it is.
    """
    from botocore.session import Session

    core = _core(session)
    methods = [provider.METHOD for provider in core.get_component("credential_provider").providers]
    fresh = [provider.METHOD for provider in Session(profile=_set_by_hand(session).get("profile")).get_component(
        "credential_provider").providers]  # fmt: skip
    if methods != fresh:
        return False
    credentials = getattr(core, "_credentials", None)
    if credentials is None:
        return True
    if credentials.method == "assume-role":  # the name that many give to their own, too
        return "role_arn" in core.get_scoped_config()
    return credentials.method in methods


def _is_current(session: boto3.Session) -> bool:
    """Return whether the credentials that a session has are those that it would find now."""
    core = _core(session)
    credentials = getattr(core, "_credentials", None)
    if credentials is None:
        return True
    if credentials.method == "env":
        return bool(credentials.access_key == os.environ.get("AWS_ACCESS_KEY_ID"))
    for provider in core.get_component("credential_provider").providers:
        if provider.METHOD == "env" and "AWS_ACCESS_KEY_ID" in os.environ:
            return False
        if credentials.method == provider.METHOD and hasattr(provider, "_profile_name"):
            now = core.get_config_variable("profile") or "default"
            return bool(provider._profile_name == now)  # noqa: SLF001 - the one place where it stands
    return True
