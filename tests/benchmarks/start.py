"""What it costs to begin: `%load_ext batchnb` and the first `%batch_jobs`, beside others in the same run.

    python -m tests.benchmarks.start                     # two minutes or so
    python -m tests.benchmarks.start --rounds 31

Every figure is the median over fresh processes that take turns, with bytecode there, as after an installation. Loading
is measured from a shell that is ready, beside an extension that does nothing and IPython's own autoreload. The first
listing is measured with the extension loaded, against an emulator without latency, beside what nobody can do without:
`import boto3, pandas`, a client, and one raw call of ListJobs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from batchnb import local

ROOT = Path(__file__).parents[2]

SHELL = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
"""
TIMED = """
began, cpu = time.perf_counter(), time.process_time()
{code}
print()
print(time.perf_counter() - began, time.process_time() - cpu)
"""
LOADING = "shell.run_line_magic('load_ext', {name!r})"
NOTHING = "nothing_at_all"
JOBS = "frame = shell.run_line_magic('batch_jobs', '--queue train --endpoint-url {url}')"
RAW = """
import boto3, pandas
client = boto3.client("batch", endpoint_url={url!r})
client.list_jobs(jobQueue="train", jobStatus="RUNNING")
"""

Times = dict[str, list[tuple[float, float]]]


def _run(script: str, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds and the seconds of processor time that a script says it took, in a process of its own."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    seconds, processor = done.stdout.split()[-2:]
    return float(seconds), float(processor)


def measure(rounds: int, url: str, folder: Path) -> Times:
    """Return what each script took in each round; the first round writes the bytecode and is not counted."""
    (folder / f"{NOTHING}.py").write_text("def load_ipython_extension(shell):\n    pass\n", "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": local.REGION}
    environment |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONPATH": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    loaded = {name: TIMED.format(code=LOADING.format(name=name)) for name in (NOTHING, "batchnb", "autoreload")}
    scripts = {name: SHELL + code for name, code in loaded.items()}
    scripts["raw"] = SHELL + TIMED.format(code=RAW.format(url=url))
    scripts["jobs"] = SHELL + LOADING.format(name="batchnb") + TIMED.format(code=JOBS.format(url=url))
    times: Times = {name: [] for name in scripts}
    for number in range(rounds + 1):
        for name, script in scripts.items():
            taken = _run(script, environment)
            if number:
                times[name].append(taken)
        sys.stderr.write(f"\rround {number} of {rounds}")
    sys.stderr.write("\n")
    return times


def table(times: Times) -> str:
    """Return the medians, in milliseconds and beside their peers."""
    wall, processor = ({name: 1000 * median(one[at] for one in all_) for name, all_ in times.items()} for at in (0, 1))
    over_nothing = {name: wall[name] - wall[NOTHING] for name in ("batchnb", "autoreload")}
    rows = [f"{'':44} {'ms':>8} {'CPU ms':>8}"]
    titles = {
        NOTHING: "%load_ext of an extension that does nothing",
        "batchnb": "%load_ext batchnb",
        "autoreload": "%load_ext autoreload",
        "raw": "import boto3, pandas; client; one list_jobs",
        "jobs": "the first %batch_jobs",
    }
    rows += [f"{title:44} {wall[name]:8.1f} {processor[name]:8.1f}" for name, title in titles.items()]
    ratio = over_nothing["batchnb"] / over_nothing["autoreload"]
    rows.append(f"%load_ext batchnb: {over_nothing['batchnb']:.1f} ms over nothing, {ratio:.2f} of autoreload's.")
    over = wall["jobs"] - wall["raw"]
    rows.append(f"The first %batch_jobs: {over:.0f} ms over the raw call, {wall['jobs'] / wall['raw']:.2f} of it.")
    return "\n".join(rows)


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "sweep", 100)

    with TemporaryDirectory() as folder, local.start(fill) as emulator:
        sys.stdout.write(table(measure(rounds, emulator.endpoint_url, Path(folder))) + "\n")


if __name__ == "__main__":
    main()
