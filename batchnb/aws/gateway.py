"""The Gateway: every call to AWS goes through it.

Its answers are records of batchnb's own and its failures are batchnb's errors: no exception of botocore
leaves this module. Answers are read where failures are translated: botocore hands on a 200 that was cut short as a
success without members, which would look like an empty listing or a job that is gone. botocore's own retries are
switched off, because from 1.44 on they give a call up after three attempts; who calls decides what is tried again
(see `retry`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from batchnb.aws.answers import BulkAnswer, Page, item_error
from batchnb.aws.answers_seen import AnswersSeen
from batchnb.aws.callers import CALLER_TIMEOUT, account_of
from batchnb.aws.errors import permission_needed, translated
from batchnb.aws.pace import CallKind, Pace, pace_for
from batchnb.aws.waiting_told import FirstAnswer
from batchnb.errors import CredentialsError, ThrottledError, UnsupportedError
from batchnb.jobs.ids import account_and_partition
from batchnb.jobs.job import Job, jobs_from_aws
from batchnb.jobs.place import Place, is_loopback

if TYPE_CHECKING:
    from mypy_boto3_batch import BatchClient

    from batchnb.aws.login import Login
    from batchnb.aws.logs import LogReader

__all__ = ["Gateway", "in_groups"]

DESCRIBE_LIMIT = 100
"""Job ids in one DescribeJobs call; one more is a ClientException."""
BULK_LIMIT = 50
"""Job ids in one TerminateJobs call."""
PAGE_LIMIT = 1000
"""Jobs in one ListJobs answer when `jobStatus` is given."""

_log = logging.getLogger("batchnb.aws")


class Gateway:
    """AWS Batch, as one account and Region shows it through one endpoint. Safe to share between threads."""

    _login: Login | None = None
    logs: LogReader | None = None

    def __init__(
        self,
        client: BatchClient,
        ask_caller: Callable[[], Future[str | None]],
        credentials: str | None = None,
        *,
        login: Login | None = None,
        seen: AnswersSeen | None = None,
    ) -> None:
        """`ask_caller` begins to ask who is calling, and is called at most once.

        `credentials` tells callers of different accounts apart without asking anybody: an access key's id. `login` is
        renewed before a call where that is due, None where there is nothing to log in to; `seen` notes the answers.
        """
        self._client = client
        self._ask_caller = ask_caller
        self._credentials = credentials
        self.region: str = client.meta.region_name
        self.endpoint: str = client.meta.endpoint_url
        self.has_bulk = hasattr(client, "terminate_jobs")
        """Whether this botocore knows TerminateJobs (1.43.93 and later do); the endpoint may still not."""
        self._account: str | None = None
        self._login = login
        self._seen = seen or AnswersSeen()
        self._first_answer: FirstAnswer | None = None

    @contextmanager
    def _calling(self, operation: str, permission: str | None = None) -> Iterator[None]:
        """Log in if needed (nothing is sent where that fails), and translate the failures of the call inside."""
        self.log_in()
        here = is_loopback(self.endpoint)
        where = f"AWS Batch at {self.endpoint}" if here else f"AWS Batch in {self.region}"
        if not self._seen.any and self._first_answer is None and not here:  # no firewall on the way
            self._first_answer = FirstAnswer(where)
        renewal = self._login.how_to_renew if self._login is not None else None
        try:
            with translated(operation, permission=permission, renewal=renewal, where=where):
                yield
        except CredentialsError:
            if self._login is not None:
                self._login.forget()
            raise
        except ThrottledError as error:
            _log.warning("%s is throttled: %s, request id %s", operation, error.code, error.request_id)
            raise
        finally:
            if self._first_answer is not None:
                self._first_answer.stop()

    def log_in(self) -> None:
        """Fetch or renew the credentials in this thread, before others need them. Raises CredentialsError."""
        if self._login is not None:
            self._login.check()

    def pace(self, kind: CallKind) -> Pace:
        """Return the pace of calls of this kind, which all gateways of this process with the same caller share."""
        return pace_for(self.endpoint, self.region, self._credentials, kind)

    @cached_property
    def _caller(self) -> Future[str | None]:
        return self._ask_caller()

    def ask_caller(self) -> None:
        """Ask for the caller's identity in the background, so that `identity` waits less."""
        _ = self._caller

    def identity(self, account: str | None = None) -> Place:
        """Return who calls and where; `account` as the job ARNs have it, since STS may refuse to tell.

        Never raises, and takes at most `CALLER_TIMEOUT` seconds.
        """
        try:
            caller = self._caller.result(timeout=CALLER_TIMEOUT)
        except FutureTimeoutError:
            caller = None
        return Place(account or account_of(caller), self.region, self.endpoint, caller, self.is_emulator)

    @property
    def is_emulator(self) -> bool:
        """Whether batchnb's own emulator has answered, from this machine."""
        return self._seen.from_emulator and is_loopback(self.endpoint)

    def queues(self) -> list[str]:
        """Return the names of all job queues of the account and Region."""
        return list(self.queue_types())

    def queue_types(self) -> dict[str, str]:
        """Return the `jobQueueType` of all job queues by name, "" where AWS does not say.

        It is ECS, ECS_FARGATE, EKS, ECS_MANAGED_INSTANCES, or SAGEMAKER_TRAINING, which has service jobs only.
        """
        return {queue["jobQueueName"]: queue.get("jobQueueType") or "" for queue in self.describe_queues()}

    def describe_queues(self) -> list[Mapping[str, Any]]:
        """Return what DescribeJobQueues says of all job queues."""
        queues: list[Mapping[str, Any]] = []
        request: dict[str, Any] = {}
        while True:
            with self._calling("DescribeJobQueues"):
                answer = self._client.describe_job_queues(**request)
                queues += [{**queue, "jobQueueName": queue["jobQueueName"]} for queue in answer["jobQueues"]]
            if not answer.get("nextToken"):
                return queues
            request["nextToken"] = answer["nextToken"]

    def describe_environments(self) -> list[Mapping[str, Any]]:
        """Return what DescribeComputeEnvironments says of all compute environments."""
        environments: list[Mapping[str, Any]] = []
        request: dict[str, Any] = {}
        while True:
            with translated("DescribeComputeEnvironments"):
                answer = self._client.describe_compute_environments(**request)
                environments += answer["computeEnvironments"]
            if not answer.get("nextToken"):
                return environments
            request["nextToken"] = answer["nextToken"]

    def front_of(self, job_queue: str) -> list[Mapping[str, Any]]:
        """Return the first 100 RUNNABLE jobs of a queue, as GetJobQueueSnapshot has them: `jobArn` and since when.

        Raises UnsupportedError where this botocore does not know the call: those before 1.34.93 do not.
        """
        if not hasattr(self._client, "get_job_queue_snapshot"):
            raise UnsupportedError("this botocore has no GetJobQueueSnapshot", code="", operation="GetJobQueueSnapshot")
        with translated("GetJobQueueSnapshot"):
            answer = self._client.get_job_queue_snapshot(jobQueue=job_queue)
            return list((answer.get("frontOfQueue") or {}).get("jobs") or ())

    def has_definition(self, key: str) -> bool:
        """Return whether there is a job definition of this name, or this `name:revision`."""
        asked: dict[str, Any] = {"jobDefinitions": [key]} if ":" in key else {"jobDefinitionName": key, "maxResults": 1}
        with self._calling("DescribeJobDefinitions"):
            answer = self._client.describe_job_definitions(**asked)
            return bool(answer["jobDefinitions"])

    def list_page(
        self,
        source: Mapping[str, str],
        *,
        status: str,
        share: str | None = None,
        next_token: str | None = None,
        job_queue: str | None = None,
    ) -> Page:
        """Return one page of the jobs in `status` of one queue, array job or multi-node job.

        `source` is one of `{"jobQueue": name or ARN}`, `{"arrayJobId": id}`, `{"multiNodeJobId": id}`.
        `share` is the one filter that AWS combines with a status; every other is done by `select`, since
        it would make AWS ignore the status. `job_queue` names the queue in the records.
        """
        request: dict[str, Any] = {**source, "jobStatus": status}
        if share is None:
            request["maxResults"] = PAGE_LIMIT
        else:
            request["filters"] = [{"name": "SHARE_IDENTIFIER", "values": [share]}]
        if next_token:
            request["nextToken"] = next_token
        with self._calling("ListJobs"):
            answer = self._client.list_jobs(**request)
            jobs = jobs_from_aws(answer["jobSummaryList"], job_queue=job_queue)
        return Page(jobs, answer.get("nextToken"))

    def list_created(self, job_queue: str, since_ms: int, next_token: str | None = None) -> Page:
        """Return one page of the jobs of a queue, in any status, that were created at `since_ms` or later.

        Times are epoch milliseconds. With this filter AWS answers up to 100 jobs, and leaves out children of arrays.
        """
        created = {"name": "AFTER_CREATED_AT", "values": [str(since_ms - 1)]}
        request: dict[str, Any] = {"jobQueue": job_queue, "filters": [created]}
        if next_token:
            request["nextToken"] = next_token
        with self._calling("ListJobs"):
            answer = self._client.list_jobs(**request)
            jobs = jobs_from_aws(answer["jobSummaryList"], job_queue=job_queue)
        return Page(jobs, answer.get("nextToken"))

    def describe(self, job_ids: Sequence[str]) -> dict[str, Job]:
        """Return the jobs with these ids, by id, at most `DESCRIBE_LIMIT` of them.

        An id that AWS does not know, or does not know yet, is left out, as AWS leaves it out.
        """
        asked = frozenset(job_ids)
        with self._calling("DescribeJobs"):
            answer = self._client.describe_jobs(jobs=list(job_ids))
            jobs = jobs_from_aws(answer["jobs"])
        described = {job.job_id: job for job in jobs if job.job_id in asked}
        if self._account is None and described:
            self._account = account_and_partition(next(iter(described.values())).job_arn)[0]
        return described

    def describe_items(self, job_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Return what DescribeJobs says of up to `DESCRIBE_LIMIT` jobs, by id, with values that can be secrets."""
        asked = frozenset(job_ids)
        with self._calling("DescribeJobs"):
            answer = self._client.describe_jobs(jobs=list(job_ids))
            return {job_id: item for item in answer["jobs"] if (job_id := item["jobId"]) in asked}

    def permission_to_end(self, job_id: str | None = None) -> str:
        """Return the sentence that says which permission the ending of jobs needs, and on which resource."""
        where: dict[str, Any] = {"region": self.region, "account": self._account}
        return permission_needed("TerminateJob", job_id=job_id, partition=self._client.meta.partition, **where)

    def terminate(self, job_id: str, reason: str) -> str | None:
        """Ask AWS to end one job; return the request id. An unknown id is accepted without a word."""
        with self._calling("TerminateJob", permission=self.permission_to_end(job_id)):
            answer = self._client.terminate_job(jobId=job_id, reason=reason)
        request_id: str | None = answer["ResponseMetadata"].get("RequestId")
        return request_id

    def terminate_bulk(self, job_ids: Sequence[str], reason: str) -> BulkAnswer:
        """Ask AWS to end up to `BULK_LIMIT` jobs of one queue.

        Raises UnsupportedError where the client or the endpoint has no such call. An id in both parts of
        an answer counts as an error; one that was not sent counts for nothing.
        """
        asked = frozenset(job_ids)
        if not self.has_bulk:
            raise UnsupportedError("this botocore has no TerminateJobs", code="", operation="TerminateJobs")
        with self._calling("TerminateJobs", permission=self.permission_to_end()):
            answer = self._client.terminate_jobs(jobs=list(job_ids), reason=reason)
            if "successful" not in answer and "errors" not in answer:
                raise KeyError("successful")
            told = [item_error(item) for item in answer.get("errors") or ()]
            errors = {error.job_id: error for error in told if error.job_id in asked}
            named = {job_id for job_id in answer.get("successful") or () if isinstance(job_id, str)}
            accepted = asked.intersection(named).difference(errors)
        return BulkAnswer(accepted, errors, answer["ResponseMetadata"].get("RequestId"))


def in_groups(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the items in order, `size` at a time.

    >>> list(in_groups("abcde", 2))
    ['ab', 'cd', 'e']
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]
