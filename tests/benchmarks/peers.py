"""What else ends and lists jobs: the AWS CLI, boto3 in the ways it is used, and bare sockets as the limit of all."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from json import dumps
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.benchmarks.measured import timed

__all__ = [
    "bulk_loop",
    "bulk_threads",
    "cli",
    "one_by_one",
    "paginate",
    "raw_bulk",
    "raw_single",
    "same_calls",
    "thread_pool",
]

REASON = "a benchmark"
BULK = 50
LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")


def client(url: str, connections: int = 10) -> Any:
    """Return a client as boto3 makes it: with botocore's retries as they come."""
    return boto3.client("batch", endpoint_url=url, config=Config(max_pool_connections=connections))


def cli(url: str, ids: list[str]) -> None:
    """`aws batch terminate-job` for each job."""
    for job_id in ids:
        command = [sys.executable, "-m", "awscli", "--endpoint-url", url, "batch", "terminate-job"]
        subprocess.run([*command, "--job-id", job_id, "--reason", REASON], check=True, env=os.environ)


def one_by_one(url: str, ids: list[str]) -> dict[str, float]:
    """TerminateJob for each job, one after the other."""
    batch = client(url)
    return timed(lambda: [batch.terminate_job(jobId=job_id, reason=REASON) for job_id in ids])[0]


def thread_pool(threads: int, url: str, ids: list[str]) -> dict[str, float]:
    """TerminateJob for each job, in a pool of threads; what botocore gives up is lost."""
    batch = client(url, threads)

    def end(job_id: str) -> None:
        try:
            batch.terminate_job(jobId=job_id, reason=REASON)
        except ClientError:
            return

    with ThreadPoolExecutor(threads) as workers:
        return timed(lambda: list(workers.map(end, ids)))[0]


def bulk_loop(url: str, ids: list[str]) -> dict[str, float]:
    """TerminateJobs with 50 jobs, one call after the other."""
    batch = client(url)
    return timed(lambda: [batch.terminate_jobs(jobs=group, reason=REASON) for group in _groups(ids)])[0]


def bulk_threads(threads: int, url: str, ids: list[str]) -> dict[str, float]:
    """TerminateJobs with 50 jobs, in plain threads."""
    batch = client(url, threads)
    with ThreadPoolExecutor(threads) as workers:
        end = partial(batch.terminate_jobs, reason=REASON)
        return timed(lambda: list(workers.map(lambda group: end(jobs=group), _groups(ids))))[0]


def paginate(url: str, ids: list[str]) -> dict[str, float]:
    """List each live status of each queue with the paginator, one after the other, in pages of 1000."""

    def read() -> None:
        batch = client(url)  # as `list_jobs` makes one
        queues = [queue["jobQueueName"] for queue in batch.describe_job_queues()["jobQueues"]]
        pages = batch.get_paginator("list_jobs").paginate
        found = [
            job
            for queue in queues
            for status in LIVE
            for page in pages(jobQueue=queue, jobStatus=status, maxResults=1000)
            for job in page["jobSummaryList"]
        ]
        if len(found) != len(ids):
            raise SystemExit(f"{len(found)} jobs were listed, and there are {len(ids)}")

    return timed(read)[0]


def same_calls(threads: int, url: str, ids: list[str]) -> dict[str, float]:  # noqa: ARG001 - it lists them
    """Make the calls of a run and nothing else: list, describe, end and describe again, in plain threads.

    No journal, no dependents, no second sweep, one look after all has ended, and no word of what became of a job.
    """

    def look(batch: Any, jobs: list[str]) -> None:
        list(workers.map(lambda group: batch.describe_jobs(jobs=group), _groups(jobs, 100)))

    def travel() -> None:
        batch = client(url, threads)
        pages = batch.get_paginator("list_jobs").paginate(jobQueue="q0", jobStatus="RUNNING", maxResults=1000)
        jobs = [job["jobId"] for page in pages for job in page["jobSummaryList"]]
        look(batch, jobs)
        list(workers.map(lambda group: batch.terminate_jobs(jobs=group, reason=REASON), _groups(jobs, BULK)))
        look(batch, jobs)

    with ThreadPoolExecutor(threads) as workers:
        return timed(travel)[0]


def raw_bulk(connections: int, url: str, ids: list[str]) -> dict[str, float]:
    """Make the calls of TerminateJobs over bare keep-alive sockets, without a client's work."""
    requests = [_request("/v1/terminatejobs", {"jobs": group, "reason": REASON}, url) for group in _groups(ids)]
    return timed(lambda: _exchange(requests, connections, url))[0]


def raw_single(connections: int, url: str, ids: list[str]) -> dict[str, float]:
    """Make the calls of TerminateJob over bare keep-alive sockets, without a client's work."""
    requests = [_request("/v1/terminatejob", {"jobId": job_id, "reason": REASON}, url) for job_id in ids]
    return timed(lambda: _exchange(requests, connections, url))[0]


def _exchange(requests: Sequence[bytes], connections: int, url: str) -> None:
    parts = urlsplit(url)
    where = (parts.hostname, parts.port)

    def send(mine: Sequence[bytes]) -> None:
        with socket.create_connection(where) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in mine:
                connection.sendall(request)
                _read_answer(connection)

    with ThreadPoolExecutor(connections) as workers:
        list(workers.map(send, [requests[start::connections] for start in range(connections)]))


def _read_answer(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"the service answered {head[:80]!r}")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    left = int(lengths[0].partition(b":")[2]) - len(body)
    while left > 0:
        left -= len(connection.recv(65536))


def _request(path: str, body: Any, url: str) -> bytes:
    data = dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: none\r\nContent-Length: {len(data)}"
    return f"{head}\r\nContent-Type: application/json\r\n\r\n".encode() + data


def _groups(ids: list[str], size: int = BULK) -> Iterator[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
