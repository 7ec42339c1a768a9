"""Every way in which credentials cannot be had is a CredentialsError in one line; what can be had is asked for once."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.credentials
import pytest

import batchnb
from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.login import Login
from batchnb.errors import CredentialsError
from tests.aws.fake_logins import NEVER, ROLE, AwsFiles, FakeSts

KEYS = "aws_access_key_id=BASE\naws_secret_access_key=x\n"
ASSUMES = f"[profile oncall]\nregion=eu-west-1\nrole_arn={ROLE}\nsource_profile=base\n"
WITH_MFA = f"{ASSUMES}mfa_serial=arn:aws:iam::123456789012:mfa/me\n"
SSO = (
    "[profile prod]\nregion=eu-west-1\nsso_start_url=https://example.awsapps.com/start\nsso_region=us-east-1\n"
    "sso_account_id=123456789012\nsso_role_name=oncall\n"
)


def refusal(profile: str | None = None, **arguments: Any) -> CredentialsError:
    """Return the error of a first call: one line, which names the profile, without a secret in it."""
    with pytest.raises(CredentialsError) as failed:
        connect(profile=profile, **arguments).queues()
    text = str(failed.value)
    assert text.isprintable()
    assert failed.value.__cause__ is not None
    assert failed.value.code
    assert profile is None or repr(profile) in text
    return failed.value


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let somebody type MFA codes; return the threads in which one was asked for."""
    asked: list[str] = []

    def type_code(_prompt: str) -> str:
        asked.append(threading.current_thread().name)
        return f"{len(asked):06}"

    monkeypatch.setattr(getpass, "getpass", type_code)
    return asked


def test_sso_that_nobody_logged_in_to_says_how(files: AwsFiles) -> None:
    """The command to type has the profile's name."""
    files.write(SSO)
    error = refusal("prod")
    assert "you have not logged in with SSO" in str(error)
    assert str(error).endswith("Run: aws sso login --profile prod")


def test_sso_that_has_expired_says_how(files: AwsFiles, sts: FakeSts) -> None:
    """The same for a login of yesterday, whether botocore sees that or SSO says so."""
    assert sts.refuses is None
    files.write(SSO)
    files.sso_token("https://example.awsapps.com/start", expired=True)
    error = refusal("prod")
    assert "the SSO login has expired" in str(error)
    assert str(error).endswith("Run: aws sso login --profile prod")


@pytest.mark.parametrize("expired", [None, True])
def test_a_shared_sso_session_says_how(files: AwsFiles, sts: FakeSts, *, expired: bool | None) -> None:
    """The newer form, in which several profiles log in together."""
    files.write(
        "[sso-session corp]\nsso_start_url=https://example.awsapps.com/start\nsso_region=us-east-1\n"
        "[profile prod]\nregion=eu-west-1\nsso_session=corp\nsso_account_id=123456789012\nsso_role_name=oncall\n"
    )
    if expired is not None:
        files.sso_token("corp", expired=expired)
    assert sts.asked == []
    assert str(refusal("prod")).endswith("Run: aws sso login --profile prod")


@pytest.mark.parametrize("source", ["source_profile=nobody", "credential_source=Nowhere", "source_profile=oncall"])
def test_a_role_without_a_source_is_the_configuration(files: AwsFiles, source: str) -> None:
    """A profile that names one that is not there, or itself."""
    files.write(f"[profile oncall]\nregion=eu-west-1\nrole_arn={ROLE}\n{source}\n")
    assert str(refusal("oncall"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((401, "UnauthorizedException", "Session token not found or invalid"), "Run: aws sso login --profile prod"),
        ((403, "ForbiddenException", "No access"), "SSO gives you no access (No access). Ask for the role"),
    ],
)
def test_sso_that_refuses_says_why(files: AwsFiles, sts: FakeSts, answer: tuple[int, str, str], says: str) -> None:
    """A login that was revoked, and a role that somebody does not have."""
    files.write(SSO)
    files.sso_token("https://example.awsapps.com/start", expired=False)
    sts.refuses = answer
    assert says in str(refusal("prod"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            (
                403,
                "AccessDenied",
                f"User: arn:aws:iam::1:user/me is not authorized to perform: sts:AssumeRole on {ROLE}",
            ),
            "Ask for sts:AssumeRole on that role; its trust policy has to allow you, too.",
        ),
        (
            (403, "ExpiredToken", "The security token included in the request is expired"),
            f"the credentials that assume {ROLE} have expired",
        ),
        ((403, "InvalidClientTokenId", "The security token included in the request is invalid."), "profile 'base'"),
        ((403, "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier"), "clock of this machine"),
        ((400, "RegionDisabledException", "STS is not activated in this region"), "RegionDisabledException"),
    ],
)
def test_a_role_that_cannot_be_assumed_says_why(
    files: AwsFiles, sts: FakeSts, answer: tuple[int, str, str], says: str
) -> None:
    """Denied, expired, wrong keys, and a wrong clock are four different things to do."""
    files.write(ASSUMES, f"[base]\n{KEYS}")
    sts.refuses = answer
    error = refusal("oncall")
    assert says in str(error)
    assert ROLE in str(error) or "clock" in says
    assert (error.code, error.operation, error.request_id) == (answer[1], "AssumeRole", "r-1")


def test_a_source_that_logs_in_with_sso_is_the_one_to_log_in_to(files: AwsFiles) -> None:
    """A role that is assumed from an SSO profile: the profile to log in to is the source."""
    files.write(f"{SSO}[profile oncall]\nregion=eu-west-1\nrole_arn={ROLE}\nsource_profile=prod\n")
    assert str(refusal("oncall")).endswith("Run: aws sso login --profile prod")


def test_a_helper_that_fails_is_quoted(files: AwsFiles) -> None:
    """What it wrote on stderr, on one line."""
    helper = files.helper(fails="vault: permission denied\nlog in with: vault login\n")
    files.write(f"[profile prod]\nregion=eu-west-1\ncredential_process={helper}\n")
    error = refusal("prod")
    assert "credential_process failed: vault: permission denied log in with: vault login" in str(error)


def test_a_helper_that_is_missing_is_named(files: AwsFiles) -> None:
    """A program of another laptop is no traceback."""
    files.write("[profile prod]\nregion=eu-west-1\ncredential_process=/nowhere/vault --json\n")
    error = refusal("prod")
    assert "credential_process cannot be run, '/nowhere/vault': No such file or directory" in str(error)


@pytest.mark.parametrize("printed", ["", "You are not logged in", "{}", '{"Version": 1}', '{"Version": 2}', "[]"])
def test_a_helper_that_prints_something_else_is_told(files: AwsFiles, printed: str) -> None:
    """What is no JSON, or not the JSON that was agreed on."""
    helper = files.program("helper", f"print({printed!r})\n")
    files.write(f"[profile prod]\nregion=eu-west-1\ncredential_process={helper}\n")
    assert "credential_process" in str(refusal("prod")) or printed == "[]"


def test_a_web_identity_file_that_is_missing_is_named(files: AwsFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pod without its token: the file and the variable."""
    files.write()
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    error = refusal(region="eu-west-1")
    assert "the web identity token cannot be read, '/nowhere/token': No such file" in str(error)
    assert "Correct AWS_WEB_IDENTITY_TOKEN_FILE" in str(error)


def test_a_web_identity_that_is_refused_says_so(files: AwsFiles, sts: FakeSts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that has expired is renewed by whatever writes the file."""
    files.write()
    (files.folder / "token").write_text("token")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(files.folder / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    sts.refuses = (400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration")
    error = refusal(region="eu-west-1")
    assert "the web identity token was refused" in str(error)
    assert "Renew the token file" in str(error)


def test_aws_login_that_this_botocore_cannot_read_says_what_to_install(
    files: AwsFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`aws login` profiles need a part of botocore that pip leaves out; an older botocore finds nothing in them."""
    knows_login = hasattr(botocore.credentials, "LoginProvider")
    if knows_login:
        monkeypatch.setattr(botocore.credentials, "EC", None)
    files.write("[profile prod]\nregion=eu-west-1\nlogin_session=arn:aws:iam::123456789012:user/me\n")
    assert ("pip install 'botocore[crt]'" if knows_login else "pip install -U boto3") in str(refusal("prod"))


def test_sts_that_cannot_be_reached_is_the_network(
    files: AwsFiles, sts: FakeSts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is wrong with the login; it says where it could not go."""
    files.write(ASSUMES, f"[base]\n{KEYS}")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    assert "cannot reach 127.0.0.1" in str(error := refusal("oncall"))
    assert "Check the network, the VPN and the proxy" in str(error)
    assert sts.asked == []


def test_no_credentials_says_which_profiles_there_are(files: AwsFiles) -> None:
    """Somebody who forgot --profile sees what to give."""
    files.write("[profile dev]\nregion=eu-west-1\n[profile prod]\nregion=eu-west-1\n")
    error = refusal(region="eu-west-1")
    assert "boto3 has found none" in str(error)
    assert "Profiles: dev, prod." in str(error)


def test_half_a_pair_of_keys_is_the_configuration(files: AwsFiles) -> None:
    """A line that was lost in copying."""
    files.write("[profile prod]\nregion=eu-west-1\n", "[prod]\naws_access_key_id=K\n")
    assert "the configuration is incomplete" in str(refusal("prod"))


def test_a_code_is_asked_for_once(
    files: AwsFiles, sts: FakeSts, codes: list[str], start: Callable[..., local.LocalBatch]
) -> None:
    """One question for listings, a plan, its execution and another Region's client."""
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    emulator = start(lambda world: (world.add_queue("q"), world.add_jobs("q", ["a", "b"]))[0], clock=local.WallClock())
    where: dict[str, Any] = {"endpoint_url": emulator.endpoint_url, "profile": "oncall"}
    jobs = batchnb.list_jobs(queues=["q"], **where)
    batchnb.list_jobs(queues=["q"], **where)
    plan = batchnb.plan(jobs, reason="OPS-1", **where)
    plan.execute(wait=False)
    connect(region="us-east-1", **where).queues()
    assert codes == ["MainThread"]
    assert sts.count("AssumeRole") == 1


def test_a_helper_is_run_once(files: AwsFiles, emulator: local.LocalBatch) -> None:
    """So it is with a program that may open a browser."""
    files.write(f"[profile prod]\nregion=eu-west-1\ncredential_process={files.helper()}\n")
    for _ in range(3):
        connect(profile="prod", endpoint_url=emulator.endpoint_url).queues()
    assert files.calls == 1


def test_a_code_that_was_wrong_is_asked_for_again(files: AwsFiles, sts: FakeSts, codes: list[str]) -> None:
    """A failed login is not remembered."""
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    sts.refuses = (403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
    assert "the MFA code was not accepted" in str(refusal("oncall"))
    sts.refuses = None
    assert connect(profile="oncall")._credentials == "KEY2"
    assert len(codes) == 2


def test_a_helper_that_failed_is_run_again(files: AwsFiles) -> None:
    """Whoever logs in elsewhere does not have to restart the kernel."""
    files.write(f"[profile prod]\nregion=eu-west-1\ncredential_process={files.helper(fails='not logged in')}\n")
    refusal("prod")
    files.helper()
    assert connect(profile="prod")._credentials == "KEYOFHELPER"


def test_where_nobody_can_type_it_says_so(files: AwsFiles, sts: FakeSts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduled run has no stdin."""

    def no_stdin(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", no_stdin)
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    error = refusal("oncall")
    assert "an MFA code is needed, and nobody can type it here (EOFError)" in str(error)
    assert error.code == "MfaCodeNeeded"
    assert sts.asked == []


def test_a_background_thread_asks_nobody(files: AwsFiles, sts: FakeSts, codes: list[str]) -> None:
    """A click in a picker is answered in a thread: no question, and no wait, but a sentence."""
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(refusal, "oncall").result()
    assert "a code cannot be typed into a background thread" in str(error)
    assert codes == []
    connect(profile="oncall")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(connect, profile="oncall").result()._credentials == "KEY1"
    assert codes == ["MainThread"]
    assert sts.count("AssumeRole") == 1


def test_a_click_in_a_picker_that_needs_a_code_says_so(
    files: AwsFiles, sts: FakeSts, codes: list[str], emulator: local.LocalBatch
) -> None:
    """And does not list for ever; after a cell in which the code was typed, the same click works."""
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    emulator.world.add_jobs("train", ["a"])
    jobs = batchnb.list_jobs(queues=["train"], endpoint_url=emulator.endpoint_url, session=_session_with_keys())
    picker = batchnb.JobPicker(jobs, profile="oncall", endpoint_url=emulator.endpoint_url)
    picker._on_message(picker, {"kind": "refresh", "id": 1}, [])
    assert picker.wait(60)
    assert isinstance(picker.error, CredentialsError)
    assert "an MFA code is needed" in str(picker.error)
    assert (codes, sts.asked) == ([], [])
    connect(profile="oncall")
    picker._on_message(picker, {"kind": "refresh", "id": 2}, [])
    assert picker.wait(60)
    assert picker.error is None
    picker.close()


def _session_with_keys() -> boto3.Session:
    return boto3.Session(aws_access_key_id="K", aws_secret_access_key="x", region_name="eu-west-1")


@pytest.mark.parametrize("loaded", [False, True])
def test_a_session_of_somebody_s_own_asks_nobody_in_a_thread_either(
    files: AwsFiles, sts: FakeSts, codes: list[str], *, loaded: bool
) -> None:
    """`session=` and boto3's default session, whether or not they have looked for credentials before."""
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    session = boto3.Session(profile_name="oncall")
    if loaded:
        assert session.get_credentials() is not None
    with ThreadPoolExecutor(1) as pool, pytest.raises(CredentialsError, match="background thread"):
        pool.submit(connect, session).result()
    assert (codes, sts.asked) == ([], [])


def test_threads_that_wait_for_one_login_share_its_failure(files: AwsFiles) -> None:
    """A helper that fails is not run again by each of the threads that waited for it."""
    helper = files.helper(fails="not logged in")
    files.write(f"[profile prod]\nregion=eu-west-1\ncredential_process={helper}\n")
    login, came = Login(boto3.Session(profile_name="prod")), threading.Semaphore(0)
    lock, fetch = login._lock, login._fetch

    class Counted:
        def __enter__(self) -> None:
            came.release()
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()

    def fetch_when_all_wait() -> Any:
        assert all(came.acquire(timeout=10) for _ in range(4))
        return fetch()

    login._lock, login._fetch = Counted(), fetch_when_all_wait  # type: ignore[assignment, method-assign]
    with ThreadPoolExecutor(4) as pool:
        failures = [one.exception() for one in [pool.submit(login.check) for _ in range(4)]]
    assert {type(failure) for failure in failures} == {CredentialsError}
    assert len({str(failure) for failure in failures}) == 1
    assert files.calls == 1


def test_keys_that_have_ended_when_they_come_are_told(files: AwsFiles, emulator: local.LocalBatch) -> None:
    """A helper with an old cache of its own."""
    files.write(
        f"[profile prod]\nregion=eu-west-1\ncredential_process={files.helper(expires='2020-01-01T00:00:00Z')}\n"
    )
    with pytest.raises(CredentialsError, match="still expired"):
        connect(profile="prod", endpoint_url=emulator.endpoint_url)


def test_what_a_code_gave_access_to_is_asked_for_again_when_it_is_over(
    files: AwsFiles, sts: FakeSts, codes: list[str]
) -> None:
    """Botocore refuses to ask twice in a session: a new listing asks in a new one, and an old plan says so."""
    files.write(WITH_MFA, f"[base]\n{KEYS}")
    sts.expires = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    gateway = connect(profile="oncall")
    with pytest.raises(CredentialsError, match="List the jobs again, which asks for a new code"):
        gateway.log_in()
    sts.expires = NEVER
    assert connect(profile="oncall")._credentials == "KEY2"
    assert len(codes) == 2


def test_refused_keys_are_looked_up_again(files: AwsFiles, emulator: local.LocalBatch) -> None:
    """After AWS has called the keys expired, the next call uses what the helper gives then."""
    files.write(f"[profile prod]\nregion=eu-west-1\ncredential_process={files.helper()}\n")
    gateway = connect(profile="prod", endpoint_url=emulator.endpoint_url)
    emulator.world.expire_credentials()
    with pytest.raises(CredentialsError, match=r"gets its credentials from .*helper.*: log in where that program does"):
        gateway.queues()
    connect(profile="prod", endpoint_url=emulator.endpoint_url)
    assert files.calls == 2
