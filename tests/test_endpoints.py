"""Places: one parameter sends all calls to an emulator, to AWS or to a URL, and says where that is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import batchnb
from batchnb import endpoints, local
from batchnb.aws.connect import connect, set_default_endpoint
from batchnb.endpoints import use_endpoint
from batchnb.errors import InputError


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    """Leave no emulator and no default behind."""
    yield
    endpoints.stop_emulator()
    set_default_endpoint(None)


def test_local_is_an_emulator_with_jobs() -> None:
    """Calls that say nothing go there, and its text says that it is not AWS."""
    place = use_endpoint("local")
    assert place.emulator is not None
    assert f"EMULATOR at {place.emulator.endpoint_url}, not AWS" in str(place)
    assert len(batchnb.list_jobs(status="active")) > 100


def test_local_starts_anew_each_time() -> None:
    """A notebook that runs again finds the night as it was, with the ids of its seed."""
    first = use_endpoint("local", seed=5)
    ids = set(batchnb.list_jobs(status="active").jobId)
    second = use_endpoint("local", seed=5)
    assert first.emulator is not None
    assert second.emulator is not None
    assert (first.emulator.running, second.emulator.running) == (False, True)
    assert set(batchnb.list_jobs(status="active").jobId) == ids
    use_endpoint("local", seed=6)
    assert set(batchnb.list_jobs(status="active").jobId).isdisjoint(ids)


def test_settings_of_the_machine_do_not_reach_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that is missing or wants a login does not matter there."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    use_endpoint("local")
    assert not batchnb.list_jobs(status="active").empty


def test_a_url_is_where_calls_go(emulator: local.LocalBatch) -> None:
    """Also for whoever had an emulator before; that one is stopped."""
    before = use_endpoint("local")
    place = use_endpoint(emulator.endpoint_url, profile="", region="eu-west-1")
    assert before.emulator is not None
    assert not before.emulator.running
    assert place.emulator is None
    assert connect().endpoint == emulator.endpoint_url
    assert connect().region == "eu-west-1"
    assert emulator.endpoint_url in endpoints.emulator_status()


def test_aws_is_where_boto3_sends_calls(emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables decide; without a Region or with a profile that is missing, nothing has changed."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BATCH", emulator.endpoint_url)
    assert use_endpoint("aws", region="eu-west-3").identity.region == "eu-west-3"
    assert connect().region == "eu-west-3"
    assert connect(region="eu-west-2").region == "eu-west-2"
    with pytest.raises(InputError, match="nobody"):
        use_endpoint("aws", profile="nobody")
    assert connect().region == "eu-west-3"


@pytest.mark.parametrize("endpoint", ["lokal", "AWS", "", "127.0.0.1:80"])
def test_a_place_that_is_none_is_an_error(endpoint: str) -> None:
    """A typo changes nothing: calls that went to an emulator still do, and above all not to AWS."""
    before = use_endpoint("local")
    with pytest.raises(InputError, match="is not a URL"):
        use_endpoint(endpoint)
    assert connect().endpoint == before.identity.endpoint
    assert not batchnb.list_jobs(status="active").empty
