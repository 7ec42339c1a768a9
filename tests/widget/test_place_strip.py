"""The header strip: where the jobs are, as far as that is known without a call."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from batchnb.aws.connection import Connection
from batchnb.jobs.place import Place
from batchnb.widget.identity import Caller
from batchnb.widget.place_strip import place_told
from batchnb.widget.setup import Setup

ID = "11111111-2222-3333-4444-555555555555"
AWS_ENDPOINT = "https://batch.eu-west-1.amazonaws.com"


def frame(**columns: Any) -> pd.DataFrame:
    """Return a frame of one job."""
    return pd.DataFrame({"jobId": [ID], **{name: [value] for name, value in columns.items()}})


ARN = f"arn:aws:batch:eu-west-1:123456789012:job/{ID}"


def test_account_and_region_are_those_of_the_arn() -> None:
    """No call is made for them."""
    told = place_told(frame(jobArn=ARN), Setup())
    assert (told["account"], told["region"], told["badge"]) == ("123456789012", "eu-west-1", "aws")
    assert told["caller"] is None


@pytest.mark.parametrize("guarded", ["123456789012", "999999999999"])
def test_a_production_account_has_its_badge(guarded: str) -> None:
    """And no other has."""
    told = place_told(frame(jobArn=ARN), Setup(guards={"production_accounts": [guarded]}))
    assert told["badge"] == ("production" if guarded == "123456789012" else "aws")


@pytest.mark.parametrize("columns", [{}, {"jobArn": None}, {"jobArn": "arn:<img>"}, {"jobArn": 7}])
def test_an_unknown_place_is_said_to_be_unknown(columns: dict[str, Any]) -> None:
    """It must not look like one that is known to be harmless."""
    told = place_told(frame(**columns), Setup())
    assert (told["badge"], told["account"]) == ("unknown", None)


def test_an_emulator_is_no_aws_whatever_its_jobs_say() -> None:
    """Account numbers of an emulator can be those of a real one."""
    here = "http://127.0.0.1:4566"
    setup = Setup(connection=Connection(endpoint_url=here), guards={"production_accounts": ["123456789012"]})
    for caller in ("arn:aws:iam::123456789012:user/maria", None):
        asked = Caller(Place("123456789012", "eu-west-1", here, caller, is_emulator=True))
        assert place_told(frame(jobArn=ARN), setup, asked=asked)["badge"] == "emulator"


@pytest.mark.parametrize("caller", ["arn:aws:iam::123456789012:user/maria", None])
def test_an_address_on_this_machine_alone_is_no_emulator(caller: str | None) -> None:
    """It may be a tunnel to AWS, before it has answered as well, and where STS does not tell who calls."""
    here = "http://localhost:8080"
    setup = Setup(connection=Connection(endpoint_url=here), guards={"production_accounts": ["123456789012"]})
    for asked in (None, Caller(is_asking=True), Caller(Place("123456789012", "eu-west-1", here, caller))):
        assert place_told(frame(jobArn=ARN), setup, asked=asked)["badge"] == "production"


def test_a_loopback_in_a_name_is_no_emulator() -> None:
    """The host decides, not a text in the URL."""
    setup = Setup(connection=Connection(endpoint_url="https://127.0.0.1.example.com"))
    assert place_told(frame(jobArn=ARN), setup)["badge"] == "aws"


@pytest.mark.parametrize(
    ("caller", "shown"),
    [
        ("arn:aws:sts::123456789012:assumed-role/oncall-admin/maria@acme", "maria@acme (oncall-admin)"),
        ("arn:aws:iam::123456789012:user/maria", "maria"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:sts::123456789012:assumed-role/x/\u202eevil", "\\u202eevil (x)"),
    ],
)
def test_after_a_plan_the_caller_is_known(caller: str, shown: str) -> None:
    """The plan's place is the one that AWS has confirmed."""
    told = place_told(frame(), Setup(), Place("123456789012", "eu-west-1", AWS_ENDPOINT, caller))
    assert (told["caller"], told["account"], told["badge"]) == (shown, "123456789012", "aws")


@pytest.mark.parametrize(("said", "told"), [("2026-11-25T18:00:00+00:00", 1795629600000), ("soon", None), (7, None)])
def test_the_age_of_the_list_is_known_if_the_frame_says_so(said: object, told: int | None) -> None:
    """Attrs are anybody's: what makes no sense is no time."""
    jobs = frame()
    jobs.attrs["listed_at"] = said
    assert place_told(jobs, Setup())["listedAt"] == told
