"""How much of an unknown rate limit is used, beside boto3 in each of botocore's retry modes, over real HTTP.

    python -m tests.benchmarks.pacing                    # some ten minutes
    python -m tests.benchmarks.pacing --rates 50 --clients pace

The emulator, in a process of its own, answers after 50 ms and has a token bucket with a burst of one second. What is
printed is what the emulator saw: of all tokens that there were from the first call to the last that was let in, the
burst included, how many were used; the same after the first ten seconds; and how many calls were rejected. Lost are
the jobs that were given up. The last line is 10,000 jobs, 50 a call, at 50 calls a second.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from batchnb import local
from batchnb.aws.pace import MOST_PLACES, Pace

LATENCY = 0.05
JOBS = {10: 600, 50: 2_000, 200: 6_000}
BULK = 50
THREADS = 32
MODES = ("legacy", "standard", "adaptive")
REASON = "a benchmark"

Batch = Sequence[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """One run, as the emulator saw it."""

    seconds: float
    used: float
    used_later: float
    rejected: float
    lost: int

    def __str__(self) -> str:
        later = "-" if self.used_later != self.used_later else f"{self.used_later:.1%}"
        return f"{self.seconds:8.1f} {self.used:8.1%} {later:>8} {self.rejected:9.1%} {self.lost:6}"


def _serve(pipe: Connection, rate: int, jobs: int) -> None:
    """In a process of its own: be an emulator until told to stop, then hand over what was seen."""
    limit = local.Limit(rate=rate, burst=rate)
    ids: list[str] = []

    def fill(world: local.World) -> None:
        world.add_queue("q")
        ids.extend(world.add_jobs("q", "job", jobs, status="RUNNING"))

    with local.start(fill, latency=LATENCY, limits={"TerminateJob": limit, "TerminateJobs": limit}) as emulator:
        pipe.send((emulator.endpoint_url, ids))
        pipe.recv()
        calls = [(call.at, call.status == 200) for call in emulator.calls if call.operation.startswith("Terminate")]
        lost = sum(not emulator.world.job(job_id).is_terminated for job_id in ids)
        pipe.send((calls, lost))


@contextmanager
def _emulator(rate: int, jobs: int) -> Iterator[tuple[str, list[str], Callable[[], Seen]]]:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, rate, jobs), daemon=True)
    server.start()
    url, ids = ours.recv()

    def look() -> Seen:
        ours.send("stop")
        calls, lost = ours.recv()
        return _evaluate(calls, lost, rate)

    yield url, ids, look
    server.join()


def _evaluate(calls: list[tuple[float, bool]], lost: int, rate: int) -> Seen:
    first = calls[0][0]
    let_in = [at - first for at, accepted in calls if accepted]
    seconds = let_in[-1]
    later = sum(at >= 10 for at in let_in) / (rate * (seconds - 10)) if seconds > 11 else float("nan")
    return Seen(seconds, len(let_in) / (rate + rate * seconds), later, 1 - len(let_in) / len(calls), lost)


def _client(url: str, retries: dict[str, Any], connections: int) -> Any:
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=local.REGION)
    config = Config(retries=retries, max_pool_connections=connections)  # type: ignore[arg-type]
    return session.client("batch", endpoint_url=url, config=config)


def _terminate(client: Any, batch: Batch) -> None:
    if len(batch) == 1:
        client.terminate_job(jobId=batch[0], reason=REASON)
    else:
        client.terminate_jobs(jobs=batch, reason=REASON)


def send_paced(url: str, batches: list[Batch]) -> None:
    """Send with one dispatcher that asks a new `Pace`; what is throttled goes to the end of the queue."""
    client = _client(url, {"total_max_attempts": 1, "mode": "standard"}, MOST_PLACES)
    pace, waiting, under_way = Pace(), deque(batches), 0
    answered: SimpleQueue[tuple[Batch, float, ClientError | None]] = SimpleQueue()

    def work(batch: Batch, sent_at: float) -> None:
        try:
            _terminate(client, batch)
            answered.put((batch, sent_at, None))
        except ClientError as error:
            answered.put((batch, sent_at, error))

    with ThreadPoolExecutor(MOST_PLACES) as workers:
        while waiting or under_way:
            now = time.monotonic()
            has_room = bool(waiting) and under_way < pace.places
            if has_room and pace.take(now):
                workers.submit(work, waiting.popleft(), now)
                under_way += 1
                continue
            try:
                batch, sent_at, error = answered.get(timeout=pace.ready_at(now) - now if has_room else None)
            except Empty:
                continue
            under_way -= 1
            if error is None:
                pace.accepted(sent_at, time.monotonic())
            else:
                pace.throttled(sent_at, time.monotonic())
                waiting.append(batch)


def send_with_botocore(url: str, batches: list[Batch], mode: str) -> None:
    """Send with a pool of threads and leave retries to botocore, as it comes."""
    client = _client(url, {"mode": mode}, THREADS)

    def work(batch: Batch) -> None:
        try:
            _terminate(client, batch)
        except ClientError:
            return  # given up: the emulator knows the jobs that live on

    with ThreadPoolExecutor(THREADS) as workers:
        list(workers.map(work, batches))


def measure(client: str, rate: int, jobs: int, size: int = 1) -> Seen:
    """Let a client end so many jobs, `size` a call, and return what the emulator saw."""
    with _emulator(rate, jobs) as (url, ids, look):
        batches: list[Batch] = [ids[start : start + size] for start in range(0, jobs, size)]
        if client == "pace":
            send_paced(url, batches)
        else:
            send_with_botocore(url, batches, client)
        return look()


def main() -> None:
    """Measure, and print a line as each is done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=int, nargs="*", default=list(JOBS), help="limits, in calls a second")
    parser.add_argument("--clients", nargs="*", default=["pace", *MODES], choices=["pace", *MODES])
    parser.add_argument("--no-bulk", action="store_true", help="without the 10,000 jobs in bulk")
    options = parser.parse_args()
    compare(options.rates, options.clients, bulk=not options.no_bulk)


def compare(rates: Iterable[int], clients: Sequence[str], *, bulk: bool) -> None:
    """Print a line for each client under each limit, and with `bulk` for 10,000 jobs, 50 a call."""
    _say(
        f"{'limit':>9} {'jobs':>7}  {'client':12} {'seconds':>8} {'used':>8} {'10 s on':>8} {'rejected':>9} {'lost':>6}"
    )
    for rate in rates:
        for client in clients:
            jobs = JOBS.get(rate, 30 * rate)
            _say(f"{rate:7}/s {jobs:7,}  {client:12} {measure(client, rate, jobs)}")
    for client in clients if bulk else ():
        _say(f"{50:7}/s {10_000:7,}  {client:12} {measure(client, 50, 10_000, BULK)}  (50 a call)")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
