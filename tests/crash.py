"""A run in a process of its own, for tests that kill it: `python -m tests.crash ENDPOINT REASON ID...`."""

from __future__ import annotations

import sys

import batchnb


def main() -> None:
    """Plan and execute, as a notebook would, and say on stdout when the first request has been accepted."""
    endpoint, reason, *ids = sys.argv[1:]
    plan = batchnb.plan(ids, reason=reason, endpoint_url=endpoint)

    def on_event(event: batchnb.JobEvent) -> None:
        print(event.state.value, flush=True)  # noqa: T201 - so that the test knows how far it is

    plan.execute(timeout=30, on_event=on_event)
    print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
