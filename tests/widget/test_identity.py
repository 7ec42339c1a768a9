"""Who calls is asked once, when a page shows the picker; jobs of another account are refused before anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batchnb import local
from batchnb.aws.kept_connection import forget_aliases
from batchnb.widget.identity import Identity
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]
OURS = "000000000000"


@pytest.fixture(autouse=True)
def _no_aliases() -> Iterator[None]:
    """Let no test know what another has asked."""
    forget_aliases()
    yield
    forget_aliases()


def asked(jobs: local.LocalBatch, operation: str = "GetCallerIdentity") -> int:
    """Return how often this was called."""
    return sum(call.operation == operation for call in jobs.calls)


def shown(hand: Hand) -> Hand:
    """Show the picker in a page, and wait until it knows who calls."""
    assert hand.ask("hello")["ok"]
    assert hand.ask("who")["ok"]
    assert hand.picker.wait(20)
    return hand


def test_nobody_is_asked_before_a_page_shows_it_and_sts_is_asked_once(hand: Hand, jobs: local.LocalBatch) -> None:
    """A plan, a run and a refresh ask no more: they use the same gateway."""
    jobs.calls.clear()
    hand.choose(0)
    assert asked(jobs) == 0
    shown(hand)
    assert [message["state"]["where"]["isAsking"] for message, _ in hand.sent if "header" in message] == [True]
    assert hand.state["where"]["caller"] == "local"
    hand.planned(0)
    hand.confirmed()
    shown(hand)
    hand.ask("refresh")
    assert hand.picker.wait(20)
    assert asked(jobs) == 1
    assert hand.state["where"]["caller"] == "local"


def test_another_login_is_asked_about_anew(hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway of before has the credentials of before."""
    shown(hand)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    jobs.calls.clear()
    hand.planned(0)
    assert asked(jobs) == 1


def test_while_it_is_asked_the_strip_says_so(
    hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where STS does not answer, that the caller is not known: the account is that of the jobs all the same."""
    monkeypatch.setattr("batchnb.widget.identity.PATIENCE", 0.2)
    monkeypatch.setattr("batchnb.aws.gateway.CALLER_TIMEOUT", 0.4)
    jobs.faults.add(local.Fault(operation="GetCallerIdentity", kind="hang"))
    shown(hand)
    told = [message["state"]["where"] for message, _ in hand.sent if message["kind"] == "state"]
    assert not told[-1]["isAsking"]
    assert (told[-1]["caller"], told[-1]["account"], told[-1]["badge"]) == (None, OURS, "emulator")
    assert not told[-1]["obstacle"]


def test_jobs_of_another_account_cannot_be_reviewed(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """As soon as the caller is known: with both accounts, and without a call about the jobs, also if it is forged."""
    other = frame.assign(jobArn=[arn.replace(OURS, "210987654321") for arn in frame["jobArn"]])
    hand = shown(hold(other))
    said = f"These jobs are in 210987654321, but your credentials are for {OURS}. Nothing was asked of AWS."
    assert hand.state["where"]["obstacle"] == said
    jobs.calls.clear()
    assert hand.choose(0, kind="plan")["error"] == said
    assert hand.state["phase"] == "idle"
    assert not jobs.calls


def test_a_mixed_table_is_judged_by_what_is_selected(frame: pd.DataFrame, hold: Hold) -> None:
    """Rows of several accounts in one frame: those of the caller's can be reviewed, the others cannot."""
    arns = list(frame["jobArn"])
    arns[0] = arns[0].replace(OURS, "210987654321")
    hand = shown(hold(frame.assign(jobArn=arns)))
    assert not hand.state["where"]["obstacle"]
    assert "Nothing was asked of AWS" in hand.choose(0, kind="plan")["error"]
    assert hand.choose(1, kind="plan")["ok"]
    assert hand.picker.wait(20)
    assert hand.state["plan"]["toEnd"] == 1


def test_the_alias_of_the_account_is_asked_for_once_a_session(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """Every picker shows it; who may not ask is not told so."""
    jobs.world.account_alias = "acme-ml-<b>prod"
    for _ in range(2):
        assert shown(hold(frame)).state["where"]["alias"] == "acme-ml-<b>prod"
    assert asked(jobs, "ListAccountAliases") == 1


@pytest.mark.parametrize("how", ["denied", "none"])
def test_without_an_alias_there_is_the_number(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, how: str
) -> None:
    """A denial is no error: most callers may not ask, and it is not asked again."""
    if how == "denied":
        jobs.world.deny_operation("ListAccountAliases")
    for _ in range(2):
        hand = shown(hold(frame))
        assert (hand.state["where"]["alias"], hand.state["error"]) == (None, None)
    assert asked(jobs, "ListAccountAliases") == 1


def test_a_name_of_the_users_own_file_comes_first(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, user_file: Path
) -> None:
    """It is there before anything is asked, and IAM is not asked at all."""
    user_file.parent.mkdir(parents=True)
    user_file.write_text(f'account_names = {{"{OURS}" = "rehearsal"}}', "utf-8")
    jobs.world.account_alias = "acme"
    hand = hold(frame)
    assert hand.picker._session.state()["where"]["alias"] == "rehearsal"
    assert shown(hand).state["where"]["alias"] == "rehearsal"
    assert asked(jobs, "ListAccountAliases") == 0


def test_a_place_that_is_not_known_cannot_be_reviewed(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No login, no Region and no ARN: there is nothing to tell where the jobs are, and the badge says so."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BATCH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    bare = frame[["jobId", "jobName", "status"]].copy()
    bare.attrs = {}
    where = shown(hold(bare)).state["where"]
    assert (where["badge"], where["account"]) == ("unknown", None)
    assert "is not known" in where["obstacle"]


def test_a_job_tells_the_account_where_sts_does_not(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """STS may be out of reach, and the frame without ARNs: one description is asked for then."""
    jobs.world.deny_operation("GetCallerIdentity")
    bare = frame[["jobId", "jobName", "status"]].copy()
    bare.attrs = {}
    where = shown(hold(bare)).state["where"]
    assert (where["account"], where["caller"]) == (OURS, None)


def test_an_endpoint_of_this_machine_that_is_no_emulator_of_ours_is_not_called_one(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a tunnel to AWS: once it has answered, only batchnb's own emulator has the badge of one."""
    monkeypatch.setattr("batchnb.aws.answers_seen.EMULATOR_HEADER", "x-another")
    hand = hold(frame)
    assert hand.picker._session.state()["where"]["badge"] == "emulator"
    assert shown(hand).state["where"]["badge"] == "aws"


def test_it_is_told_at_most_a_few_times(frame: pd.DataFrame, hold: Hold) -> None:
    """However often pages say hello, there is one thread, which ends."""
    hand = hold(frame)
    for _ in range(5):
        hand.ask("hello")
        hand.ask("who")
    identity: Identity = hand.picker._session.identity
    assert identity.wait(20)
    assert len(hand.of_kind("state")) <= 10


@pytest.mark.parametrize("part", ["account", "Region"])
def test_the_place_of_an_earlier_plan_is_not_that_of_other_jobs(
    hand: Hand, frame: pd.DataFrame, jobs: local.LocalBatch, part: str
) -> None:
    """The table has the jobs of another place since: the strip says so, and nothing of them is reviewed."""
    hand.planned(0)
    hand.ask("cancel")
    here, there = {"account": (OURS, "210987654321"), "Region": ("local-1", "eu-west-9")}[part]
    hand.picker.refresh(frame.assign(jobArn=[arn.replace(here, there) for arn in frame["jobArn"]]))
    where = hand.picker._session.state()["where"]
    assert there in (where["account"], where["region"])
    assert there in (hand.picker._session.where.account, hand.picker._session.where.region)
    if part == "account":
        jobs.calls.clear()
        assert there in hand.choose(0, kind="plan")["error"]
        assert not jobs.calls
    hand.picker.refresh(frame)
    assert here in (hand.picker._session.where.account, hand.picker._session.where.region)


def test_the_place_of_a_plan_counts_where_the_jobs_are_of_several(frame: pd.DataFrame, hold: Hold) -> None:
    """The plan is for those of ours."""
    arns = frame["jobArn"].tolist()
    hand = hold(frame.assign(jobArn=[arns[0].replace(OURS, "210987654321"), *arns[1:]]))
    hand.planned(1)
    assert hand.state["phase"] == "confirming"
    assert hand.state["where"]["account"] == OURS
