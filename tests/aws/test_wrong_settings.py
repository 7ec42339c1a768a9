"""A wrong profile or Region is told before any call, with what was meant."""

from __future__ import annotations

import socket
from typing import Any

import boto3
import pytest

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.errors import InputError
from tests.aws.fake_logins import AwsFiles

KEYS = "[default]\naws_access_key_id=K\naws_secret_access_key=x\n"


@pytest.fixture(autouse=True)
def profiles(files: AwsFiles) -> AwsFiles:
    """Return the files of somebody with keys and without a Region."""
    files.write("[default]\n[profile prod]\nregion=eu-west-1\n[profile prod-admin]\nregion=eu-west-1\n", KEYS)
    return files


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let names be looked up that begin with batch.eu-north-9; return all that were."""
    asked: list[str] = []

    def look_up(host: str, *_: Any) -> list[Any]:
        asked.append(host)
        if not host.startswith("batch.eu-north-9."):
            raise socket.gaierror(-2, "Name or service not known")
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return asked


def refusal(**arguments: Any) -> str:
    """Return what a connection is refused with."""
    with pytest.raises(InputError) as failed:
        connect(**arguments)
    return str(failed.value)


def test_without_a_region_it_says_where_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flag, the argument, the variable and the profile."""
    said = refusal()
    assert "no Region is configured" in said
    assert all(way in said for way in ("region=", "--region", "AWS_DEFAULT_REGION", "profile"))
    assert "AWS_REGION" not in said
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert "AWS_REGION is set to 'eu-west-1', but boto3 does not read it." in refusal()


def test_no_code_is_asked_for_before_the_region_is_known(files: AwsFiles) -> None:
    """Whoever has typed a code and waited for it does not want to hear of a Region then."""
    files.write(f"[profile prod]\ncredential_process={files.helper()}\n")
    assert "no Region is configured" in refusal(profile="prod")
    assert files.calls == 0


@pytest.mark.parametrize("wanted", ["prdo", "prod_", "Prod"])
def test_an_unknown_profile_says_which_was_meant(wanted: str) -> None:
    """The nearest one, and all there are."""
    said = refusal(profile=wanted)
    assert wanted in said
    assert "Did you mean 'prod'? There are: default, prod, prod-admin." in said


def test_an_unknown_profile_of_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gave no --profile does not know where the name comes from."""
    monkeypatch.setenv("AWS_PROFILE", "staging")
    said = refusal()
    assert "staging" in said
    assert "AWS_PROFILE names it." in said


def test_many_profiles_are_not_all_named(files: AwsFiles) -> None:
    """A company has hundreds."""
    files.write("".join(f"[profile team-{number:03}]\n" for number in range(200)))
    said = refusal(profile="team-0150")
    assert len(said) < 600
    assert " and 180 more." in said
    assert "'team-015'" in said or "'team-150'" in said


@pytest.mark.parametrize(
    ("region", "meant"),
    [
        ("eu-west-9", "eu-west-"),
        ("EU-WEST-1", "eu-west-1"),
        ("eu_west_1", "eu-west-1"),
        ("us-east", "us-east-2 or us-east-1"),
        ("eu-west-1a", "eu-west-1"),
        ("ireland", ""),
    ],
)
def test_a_region_that_does_not_exist_is_told_at_once(looked_up: list[str], region: str, meant: str) -> None:
    """And not as a host that cannot be reached, after six tries."""
    said = refusal(region=region)
    assert f"'{region}' is not a Region of AWS Batch." in said
    assert f"Did you mean {meant}" in said or not meant
    assert len(looked_up) <= 1


def test_a_region_that_is_newer_than_botocore_is_looked_up(looked_up: list[str]) -> None:
    """Its endpoint has a name."""
    assert connect(region="eu-north-9").region == "eu-north-9"
    assert looked_up == ["batch.eu-north-9.amazonaws.com"]


def test_behind_a_proxy_names_are_not_looked_up(looked_up: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """There the proxy knows the names of the internet, and this machine does not."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert connect(region="eu-west-9").region == "eu-west-9"
    assert looked_up == []


@pytest.mark.parametrize("region", ["eu-west-1", "cn-north-1", "us-gov-west-1", "fips-us-east-1"])
def test_a_known_region_is_not_looked_up(looked_up: list[str], region: str) -> None:
    """The usual case costs nothing."""
    connect(region=region)
    assert looked_up == []


def test_an_endpoint_has_the_regions_that_it_likes(emulator: local.LocalBatch, files: AwsFiles) -> None:
    """An emulator's is `local-1`, whether its address was given or stands in the configuration."""
    assert connect(region="local-1", endpoint_url=emulator.endpoint_url).queues()
    files.write(f"[default]\nregion=local-1\nendpoint_url={emulator.endpoint_url}\n", KEYS)
    assert connect().queues()


def test_a_broken_file_is_named(files: AwsFiles) -> None:
    """The path of it, and no traceback."""
    files.write("this is no configuration\n")
    assert str(files.config) in refusal(region="eu-west-1")


def test_a_default_session_without_a_region_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where boto3's own default session lacks it."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    boto3.setup_default_session()
    assert "no Region is configured" in refusal()
