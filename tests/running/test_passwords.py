"""A password in the URL of an endpoint stands nowhere: not in a journal, a plan, a report, an error, or a lock."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import batchnb
from batchnb import local
from batchnb.aws.connect import connect, set_default_endpoint
from batchnb.errors import AwsError, InputError
from batchnb.text import without_userinfo

SECRET = "s3cret"


@pytest.fixture
def url(emulator: local.LocalBatch) -> str:
    """Return the URL of an emulator, with a user and a password in it."""
    return emulator.endpoint_url.replace("://", f"://alice:{SECRET}@")


def in_a_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Configure the endpoint in AWS's configuration file."""
    (tmp_path / "config").write_text(f"[default]\nregion = local-1\nendpoint_url = {url}\n", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    return {}


def in_the_environment(url: str, _tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Configure the endpoint by a variable."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BATCH", url)
    return {}


def by_default(url: str, _tmp_path: Path, _monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Make the endpoint that of the process."""
    set_default_endpoint(url)
    return {}


def as_an_argument(url: str, _tmp_path: Path, _monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Give the endpoint with each call."""
    return {"endpoint_url": url}


@pytest.mark.parametrize("configure", [in_a_file, in_the_environment, by_default, as_an_argument])
def test_a_password_of_an_endpoint_stands_nowhere(
    emulator: local.LocalBatch,
    url: str,
    configure: Callable[..., dict[str, Any]],
    journals: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever the URL was configured, what a run shows and leaves behind has the host, and no password."""
    place = configure(url, tmp_path, monkeypatch)
    job_id = emulator.world.add_job("train", "job", stops="never")
    listing = batchnb.list_jobs(queues=["train"], **place)
    plan = batchnb.plan(listing, reason="OPS-1 why", **place)
    report = plan.execute(timeout=0)
    plan.save(tmp_path / "plan.json")
    again = batchnb.resume(timeout=0, **place)
    texts = [str(one) for one in (plan, report, again, batchnb.read_run(str(report.run_id)), listing.attrs)]
    texts += [plan._repr_mimebundle_()["text/html"], batchnb.history().to_csv(), batchnb.ticket(report)]
    texts += [path.read_text("utf-8") for path in [*journals.iterdir(), tmp_path / "plan.json"]]
    assert report.results[0].planned.job_id == job_id
    assert emulator.endpoint_url in texts[0]
    assert not any(SECRET in text or "alice" in text for text in texts)


def test_an_endpoint_that_does_not_answer_is_named_without_its_password() -> None:
    """Botocore's own message has the whole URL, and a traceback shows what an error was raised from."""
    with pytest.raises(AwsError) as caught:
        connect(endpoint_url=f"http://alice:{SECRET}@127.0.0.1:1").describe(["a"])
    shown = "".join(traceback.format_exception(caught.value))
    assert "127.0.0.1:1" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("url", [f"http://alice:{SECRET}/x@host", f"ftp://alice:{SECRET}@host", f"a:{SECRET}@b"])
def test_what_is_no_url_is_named_without_its_password(url: str) -> None:
    """A password that makes the URL invalid is not shown for that."""
    with pytest.raises(InputError, match="is not a URL") as caught:
        connect(endpoint_url=url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a:b@host:1/x@y?z=@", "https://host:1/x@y?z=@"),
        ("https://a:b@c@host", "https://host"),
        ("https://token@host/", "https://host/"),
        ("no answer of 'https://host/a b@c'", "no answer of 'https://host/a b@c'"),
        ("https://[::1]:80/", "https://[::1]:80/"),
    ],
)
def test_only_what_is_before_the_host_is_left_out(text: str, shown: str) -> None:
    """An @ elsewhere in a URL, or in a text, stays."""
    assert without_userinfo(text) == shown
