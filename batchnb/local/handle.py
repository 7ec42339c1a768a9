"""Starting and stopping: one call makes a world, fills it, and opens the port."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Self

from batchnb.local.http.dispatch import Api, Call
from batchnb.local.http.limits import Limit, Limits
from batchnb.local.http.server import HOST, Server
from batchnb.local.world.clock import ManualClock
from batchnb.local.world.ids import IdMaker
from batchnb.local.world.place import ACCOUNT, REGION, Place
from batchnb.local.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchnb.local.http.faults import Faults
    from batchnb.local.world.clock import Clock
    from batchnb.local.world.switches import Switches

__all__ = ["SERVICES", "LocalBatch", "start"]

SERVICES = ("BATCH", "STS", "CLOUDWATCH_LOGS", "LOGS")
"""The services that the emulator answers for, as variables of the environment name them.

SDKs go by the id of the service, which is CLOUDWATCH_LOGS; LOGS is what people and scripts look for.
"""


class LocalBatch:
    """A running emulator. `stop` it, or use it in a `with` statement."""

    def __init__(self, api: Api, server: Server) -> None:
        self._api = api
        self._server = server
        self.endpoint_url = f"http://{HOST}:{server.port}"

    @property
    def world(self) -> World:
        """The jobs, and what can be done to them behind the API's back."""
        return self._api.world

    @property
    def account(self) -> str:
        """The account that everything lies in."""
        return self._api.world.place.account

    @property
    def region(self) -> str:
        """The Region that everything lies in."""
        return self._api.world.place.region

    @property
    def clock(self) -> Clock:
        """The simulated time."""
        return self._api.world.clock

    @property
    def faults(self) -> Faults:
        """What goes wrong, and when."""
        return self._api.faults

    @property
    def limits(self) -> Limits:
        """The rate limits; they may be changed at any time."""
        return self._api.limits

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order of arrival. Clear it to count anew."""
        return self._api.calls

    @property
    def latency(self) -> float:
        """Real seconds between a call's effect and its answer."""
        return self._server.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._server.latency = seconds

    @property
    def running(self) -> bool:
        """Whether the port is open."""
        return self._server.is_running

    def environ(self) -> dict[str, str]:
        """Return the variables by which the AWS CLI or any SDK finds the emulator, and nothing else.

        Only AWS Batch, STS and CloudWatch Logs are sent to it. The credentials are good for nothing on AWS. Where a
        proxy is set, NO_PROXY exempts this machine from it.
        """
        return {
            **{f"AWS_ENDPOINT_URL_{service}": self.endpoint_url for service in SERVICES},
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            **_past_proxies(),
        }

    def stop(self) -> None:
        """Close the port and every connection. May be called again.

        Raises `LocalError`, once, if a fault's `do` or the emulator itself has raised while answering.
        """
        self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<LocalBatch {self.endpoint_url} {'running' if self.running else 'stopped'}>"


def _past_proxies() -> dict[str, str]:
    """Return NO_PROXY, in both spellings that programs read, where a proxy would be asked for this machine."""
    set_ones = {name.lower() for name, value in os.environ.items() if value}
    if not set_ones & {"http_proxy", "https_proxy", "all_proxy"}:
        return {}
    exempt = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if exempt.strip() == "*":
        return {}
    here = ",".join([*filter(None, [exempt]), *(host for host in (HOST, "localhost") if host not in exempt.split(","))])
    return {"NO_PROXY": here, "no_proxy": here}


def start(
    fill: Callable[[World], object] | None = None,
    *,
    seed: int = 0,
    clock: Clock | None = None,
    latency: float = 0.0,
    bulk: bool = True,
    limits: Mapping[str, Limit] | None = None,
    port: int = 0,
    account: str = ACCOUNT,
    region: str = REGION,
    switches: Switches | None = None,
) -> LocalBatch:
    """Start an emulator on 127.0.0.1 and return its handle. Several may run at once, each an account in a Region.

    `fill` puts queues and jobs into the world before the port opens. The same `seed` gives the same
    ids. `latency` is in real seconds. Without `bulk` the endpoint does not know TerminateJobs and
    CancelJobs. `limits` are by operation and run by real time, or by the clock when it is a
    `ManualClock`. Port 0 takes a free one. ARNs and STS say `account` (12 digits) and `region`. `switches`
    decide open points. Raises `LocalError` when the port cannot be opened or an argument cannot be.
    """
    world = World(clock, seed=seed, place=Place(account, region), switches=switches)
    if fill is not None:
        fill(world)
    now = _limit_clock(world.clock)
    request_ids = IdMaker(f"requests of {seed}")
    api = Api(world=world, limits=Limits(limits, now), request_ids=request_ids, now=now, bulk=bulk)
    return LocalBatch(api, Server(api.answer, port=port, latency=latency))


def _limit_clock(clock: Clock) -> Callable[[], float]:
    if isinstance(clock, ManualClock):
        return lambda: clock.now_ms() / 1000
    return time.monotonic
