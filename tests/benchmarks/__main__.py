"""How fast batchnb is, beside its peers, in one run and one table.

    python -m tests.benchmarks                              # all parts: half an hour
    python -m tests.benchmarks ending road --jobs 2000 --runs 5
    python -m tests.benchmarks listing planning growth --many 100000

The emulator has a process of its own and answers each call after 50 ms; each client has one, too. Figures are the
medians of `--runs`, taken in turns, so that what else the machine does hits all alike; `lost` and `rejected` are the
worst. CPU is that of the client; memory is what it had at the most, above what its imports took. Clients that are too
slow for all jobs get fewer, as the table says. What limits do is a table of its own: see `tests.benchmarks.pacing`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from tests.benchmarks import ours, pacing, past_runs, peers, sweep
from tests.benchmarks.measured import Figures, Task, measure, median
from tests.benchmarks.served import LATENCY, World

LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
IN_FLIGHT = 8


@dataclass(frozen=True, slots=True)
class Contestant:
    """A client, the world it works on, and how many of the jobs it gets."""

    name: str
    task: Task
    world: World
    jobs: int | None = None
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    jobs: int
    many: int
    runs: int
    only: str = ""
    """What is in the names of the clients to measure."""


def ending(options: Options) -> None:
    """Print how fast jobs are ended by each client, and what part that is of 8 plain threads over TerminateJobs."""
    world = World(options.jobs)
    few = partial(min, options.jobs)
    contestants = [
        Contestant("aws batch terminate-job, a loop", peers.cli, world, few(20)),
        Contestant("boto3 TerminateJob, in sequence", peers.one_by_one, world, few(200)),
        Contestant("boto3 TerminateJob, 32 threads", partial(peers.thread_pool, 32), world),
        Contestant("boto3 TerminateJob, 64 threads", partial(peers.thread_pool, 64), world),
        Contestant("batchnb: requests, one job a call", ours.send, replace(world, bulk=False)),
        Contestant("raw sockets TerminateJob, 64", partial(peers.raw_single, 64), world),
        Contestant("boto3 TerminateJobs(50), a loop", peers.bulk_loop, world),
        Contestant("boto3 TerminateJobs(50), 8 threads", partial(peers.bulk_threads, 8), world),
        Contestant("raw sockets TerminateJobs(50), 8", partial(peers.raw_bulk, 8), world),
        Contestant("raw sockets TerminateJobs(50), 64", partial(peers.raw_bulk, 64), world),
        Contestant("batchnb: requests and their journal", ours.send, world),
        Contestant("batchnb: execute, to each job's end", ours.execute, world),
    ]
    base = "boto3 TerminateJobs(50), 8 threads"
    contestants = [one for one in contestants if options.only in one.name or one.name == base]
    compare("ending", contestants, options.runs, base)


def road(options: Options) -> None:
    """Print what the whole road takes, and what part of it the calls would take with 8 under way all the time."""
    world = World(options.jobs)
    base = "boto3, 8 threads: just these calls"
    contestants = [
        Contestant(base, partial(peers.same_calls, 8), world),
        Contestant("batchnb: list, plan, end, verify", ours.road, world),
    ]
    _, figures = compare("road", contestants, options.runs, base)
    pages, looks, groups = (-(-options.jobs // size) for size in (1000, 100, 50))
    ideal = (pages + looks + groups + looks) * LATENCY / IN_FLIGHT
    say(f"  ideal: {pages} list, {looks} describe, {groups} terminate, {looks} verify, 8 at once: {ideal:.2f} s")
    say(f"  of it: {ideal / figures.seconds:.0%}; {_parts(figures)}")


def listing(options: Options) -> None:
    """Print how fast jobs of 5 statuses in 4 queues are listed."""
    world = World(options.many, queues=4, statuses=LIVE)
    contestants = [
        Contestant("boto3 paginator, pages of 1000", peers.paginate, world, ends=False),
        Contestant("batchnb: list_jobs", ours.list_everything, world, ends=False),
    ]
    _, figures = compare("listing", contestants, options.runs, "boto3 paginator, pages of 1000")
    frame = figures.parts["frame"]
    say(f"  the DataFrame took {frame:.2f} s of it, {frame / figures.seconds:.0%}")


def planning(options: Options) -> None:
    """Print what a plan of very many ids takes."""
    world = World(options.many, queues=4)
    (figures,) = compare(
        "planning", [Contestant("batchnb: plan", ours.plan_everything, world, ends=False)], options.runs
    )
    say(f"  {_parts(figures)}")


def growth(options: Options) -> None:
    """Print what a job costs on the whole road when there are ten and a hundred times as many."""
    sizes = [options.many // 100, options.many // 10, options.many]
    contestants = [Contestant(f"batchnb: the road of {size:,}", ours.road, World(size)) for size in [1, *sizes]]
    constant, *measured = compare("growth", contestants, options.runs)
    say(f"  a job, less what a road of one job takes ({constant.seconds:.2f} s, {constant.memory:.0f} MiB):")
    for figures in measured:
        say(f"  {figures.jobs:9,} jobs: {_a_job(constant, figures)}")
    say("  each job more:")
    for fewer, more in pairwise(measured):
        say(f"  {fewer.jobs:9,} to {more.jobs:,} jobs: {_a_job(fewer, more)}")


def emulator(options: Options) -> None:
    """Print how fast the emulator itself is, without latency, over one connection, and how large."""
    world = World(options.many, queues=4, latency=0)
    alone = Contestant("raw sockets TerminateJob, 1", partial(peers.raw_single, 1), world, options.jobs)
    (figures,) = compare("emulator", [alone], options.runs)
    say(f"  {options.many:,} jobs take {figures.parts['service MiB']:.0f} MiB in it")


def history(options: Options) -> None:
    """Print what it takes to list 40 runs of 7,000 jobs, and to find that none is to be resumed."""
    times = past_runs.measure(tries=max(3, options.runs))
    say(f"history   {past_runs.RUNS} runs of {past_runs.JOBS:,} jobs, {times.bytes_a_job:,.0f} bytes a job")
    for what, seconds in (
        ("just reading the journals", times.reading),
        ("batchnb: history", times.history),
        ("batchnb: resume with nothing to resume", times.nothing_to_resume),
        ("batchnb: read_run of one", times.one_run),
    ):
        say(f"history   {what:40} {seconds:8.3f} s {seconds / times.reading:8.2f}")


def sizes(_options: Options) -> None:
    """Print what a job of a sweep of 7,000 costs in the journal and in memory, for each shape."""
    for shape in sweep.SHAPES:
        cost = sweep.measure(shape)
        say(f"sizes     {shape:16} {cost.journal:8,.0f} bytes a job in the journal, {cost.memory:8,.0f} in memory")


def limits(_options: Options) -> None:
    """Print how much of a rate limit is used, beside botocore's retry modes. It takes some ten minutes."""
    pacing.compare(pacing.JOBS, ["pace", *pacing.MODES], bulk=True)


PARTS: dict[str, Callable[[Options], None]] = {
    one.__name__: one for one in (ending, road, listing, planning, growth, emulator, history, sizes, limits)
}


def compare(part: str, contestants: Sequence[Contestant], runs: int, base: str | None = None) -> list[Figures]:
    """Measure each contestant so many times, in turns, print a line for each, and return the medians."""
    taken: dict[str, list[Figures]] = {one.name: [] for one in contestants}
    for number in range(runs):
        for one in contestants:
            show(f"{part}: {number + 1} of {runs}: {one.name}")
            taken[one.name].append(measure(one.task, one.world, one.jobs, ends=one.ends))
    show("")
    medians = {name: median(figures) for name, figures in taken.items()}
    for line in _lines(part, medians, base):
        say(line)
    return list(medians.values())


def _lines(part: str, medians: dict[str, Figures], base: str | None) -> Iterator[str]:
    for name, figures in medians.items():
        ratio = f"{figures.rate / medians[base].rate:.2f}" if base else "-"
        yield (
            f"{part:9} {name:37} {figures.jobs:8,} {figures.seconds:8.2f} {figures.rate:9,.0f} {ratio:>6} "
            f"{figures.cpu / figures.jobs * 1000:8.3f} {figures.memory:7.0f} {figures.calls:7,} "
            f"{figures.rejected:8} {figures.lost:5}"
        )


def _a_job(fewer: Figures, more: Figures) -> str:
    jobs = more.jobs - (fewer.jobs if fewer.jobs > 1 else 0)
    seconds, cpu, memory = more.seconds - fewer.seconds, more.cpu - fewer.cpu, more.memory - fewer.memory
    return f"{seconds / jobs * 1000:.3f} ms, {cpu / jobs * 1000:.3f} ms of CPU, {memory / jobs * 1024:.2f} KiB"


def _parts(figures: Figures) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in figures.parts.items() if not name.startswith("service"))


def say(line: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def show(line: str) -> None:
    """Show what is going on to whoever waits at a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line:79}\r")
        sys.stderr.flush()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all where none is named")
    parser.add_argument("--jobs", type=int, default=10_000, help="jobs to end (10,000)")
    parser.add_argument(
        "--many", type=int, default=100_000, help="jobs to list, to plan, and of the largest road (100,000)"
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of which the medians are shown (3)")
    parser.add_argument("--only", default="", help="measure only the clients of `ending` with this in their names")
    given = parser.parse_args()
    unknown = [name for name in given.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    say(
        f"{'part':9} {'client':37} {'jobs':>8} {'seconds':>8} {'jobs/s':>9} {'ratio':>6} {'CPU ms':>8} {'MiB':>7} "
        f"{'calls':>7} {'rejected':>8} {'lost':>5}"
    )
    os.environ["TQDM_DISABLE"] = "1"  # a bar of its own would be drawn across the table
    for name in given.parts or PARTS:
        PARTS[name](Options(given.jobs, given.many, given.runs, given.only))


if __name__ == "__main__":
    main()
