"""An AWS Batch on 127.0.0.1, for demos, for runbooks under test, and for tests: no account, no cost, no Docker.

    import batchnb.local as local

    with local.start(local.night) as handle:
        boto3.client("batch", endpoint_url=handle.endpoint_url, region_name=handle.region, ...)

It is strict where AWS is strict, and its account and Region are those of nobody.
"""

from batchnb.local.handle import LocalBatch, start
from batchnb.local.http.dispatch import Call
from batchnb.local.http.faults import Fault, Faults, Kind
from batchnb.local.http.limits import Limit, Limits
from batchnb.local.http.wire import MARK
from batchnb.local.night import drill_night, hasty_night, night
from batchnb.local.world.clock import Clock, ManualClock, WallClock
from batchnb.local.world.job import Attempt, Dependency, Status, Stops
from batchnb.local.world.place import ACCOUNT, REGION
from batchnb.local.world.switches import Switches
from batchnb.local.world.times import Delays, Pace
from batchnb.local.world.truth import Truth
from batchnb.local.world.world import World

__all__ = [
    "ACCOUNT",
    "MARK",
    "REGION",
    "Attempt",
    "Call",
    "Clock",
    "Delays",
    "Dependency",
    "Fault",
    "Faults",
    "Kind",
    "Limit",
    "Limits",
    "LocalBatch",
    "ManualClock",
    "Pace",
    "Status",
    "Stops",
    "Switches",
    "Truth",
    "WallClock",
    "World",
    "drill_night",
    "hasty_night",
    "night",
    "start",
]
