"""Logins on this machine for the tests of this package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import botocore.credentials
import botocore.tokens
import pytest

from tests.aws.fake_logins import AwsFiles, FakeSts, fake_sts


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AwsFiles:
    """Return configuration files that the environment leads to, and no login in the cache of SSO."""
    folder = tmp_path / "aws"
    folder.mkdir()
    found = AwsFiles(folder)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(found.config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(found.credentials))
    for provider in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider):
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(folder / "sso"))
    return found


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSts]:
    """Return an STS, and an SSO, on this machine that every session goes to."""
    with fake_sts() as running:
        for service in ("STS", "SSO", "SSO_OIDC"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", running.url)
        yield running
