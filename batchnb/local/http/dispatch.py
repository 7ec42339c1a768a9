"""From a request to its answer: who asks, what, how often, what goes wrong, and the record of it all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from batchnb.local.http.faults import Faults, Kind
from batchnb.local.http.protocols import ALIASES, IDENTITY, LOG_EVENTS, UNKNOWN, find_service
from batchnb.local.http.wire import Fate, Reply, Request, is_loopback
from batchnb.local.operations.fields import Fields
from batchnb.local.operations.get_log_events import get_log_events
from batchnb.local.operations.refusals import Refusal, denied, expired, throttled
from batchnb.local.operations.table import BULK, OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchnb.local.http.faults import Fault
    from batchnb.local.http.limits import Limit, Limits
    from batchnb.local.http.protocols import Service
    from batchnb.local.world.ids import IdMaker
    from batchnb.local.world.world import World

__all__ = ["Api", "Call"]

_FATES = {Kind.RESET: Fate.RESET, Kind.HANG: Fate.HANG, Kind.TRUNCATED: Fate.TRUNCATED}
_STATUSES = {Kind.CLIENT: 400, Kind.DENIED: 403, Kind.EXPIRED: 403, Kind.THROTTLED: 429, Kind.SERVER: 500}


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it was answered. `status` is 0 when no answer was sent, and `error` then says why."""

    operation: str
    request: dict[str, Any]
    status: int
    at: float
    """Seconds by the clock of the limits: monotonic, or the manual clock."""
    error: str | None


@dataclass(slots=True)
class Api:
    """Answers requests, one after the other, in the server's thread."""

    world: World
    limits: Limits
    request_ids: IdMaker
    now: Callable[[], float]
    bulk: bool
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        """Return the answer to a request; whatever goes wrong is an answer, too."""
        service = find_service(request)
        asked: dict[str, Any] = {}
        faults: list[Fault] = []
        with self.world.lock:
            at = self.now()
            try:
                asked = service.read(request.body) if service.operation != UNKNOWN else {}
                self._check_request(service.operation, request)
                faults = self.faults.strike(service.operation, asked)
                reply = self._perform(service, asked, faults)
            except Refusal as refusal:
                reply = self._refuse(service, refusal)
            reply = _apply_fate(reply, faults)
            self.calls.append(_record(service.operation, asked, at, reply))
        return reply

    def _check_request(self, operation: str, request: Request) -> None:
        if not is_loopback(request.headers.get("host", "")):
            raise Refusal(403, "AccessDeniedException", "This emulator answers to the loopback address only.")
        if operation == UNKNOWN or (operation in BULK and not self.bulk):
            raise Refusal(404, "UnknownOperationException", f"There is no operation at {request.path}.")
        if not request.headers.get("authorization"):
            raise Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")

    def _perform(self, service: Service, asked: dict[str, Any], faults: list[Fault]) -> Reply:
        """Do what is asked, unless the caller may not, is too fast, or a fault comes before the effect."""
        self._run(faults, "before")
        self._check_caller(service, asked)
        operation = service.operation
        limit = self.limits.of(operation)
        if limit and not (limit.per_item and operation in BULK) and not self.limits.take(limit):
            raise throttled(limit.retry_after)
        body = self._effect(operation, asked, limit, faults)
        self._run(faults, "after")
        return service.reply(self.world, body, self.request_ids.next_id())

    def _check_caller(self, service: Service, asked: dict[str, Any]) -> None:
        world = self.world
        if world.credentials_expired:
            raise expired()
        if {service.operation, service.action, service.action.partition(":")[2]} & world.denied_operations:
            raise denied(world.place, service.action, service.resource(world, Fields(asked)))

    def _run(self, faults: list[Fault], when: str) -> None:
        """Run the hooks of this moment, then raise the first error answer that is due."""
        due = [fault for fault in faults if fault.when == when]
        for fault in due:
            if fault.do is not None:
                fault.do(self.world)
        for fault in due:
            if fault.kind in _STATUSES or fault.kind in (Kind.BAD_GATEWAY, Kind.UNAVAILABLE):
                raise _fault_refusal(fault)
            if fault.kind in (Kind.RESET, Kind.HANG) and when == "before":
                raise Refusal(500, "ServerException", fault.message)

    def _effect(
        self, operation: str, asked: dict[str, Any], limit: Limit | None, faults: list[Fault]
    ) -> dict[str, Any] | None:
        if operation in (IDENTITY, ALIASES):
            return None
        bulk_faults = [fault for fault in faults if fault.is_item]
        unsaid = _unsaid_ids(asked, bulk_faults)

        def check(job_id: str) -> Refusal | None:
            if limit and limit.per_item and not self.limits.take(limit):
                return Refusal(429, "ThrottlingException", "Rate exceeded")
            if unsaid.get(job_id) == "before":  # refused here, and then left out of the answer
                return Refusal(500, "ServerException", "")
            return _item_refusal(job_id, bulk_faults, "before")

        now_ms = self.world.settle()
        if operation == LOG_EVENTS:
            return get_log_events(self.world, Fields(asked), now_ms)
        body = OPERATIONS[operation](self.world, Fields(asked), now_ms, check)
        return _spoil(body, bulk_faults, unsaid) if bulk_faults else body

    def _refuse(self, service: Service, refusal: Refusal) -> Reply:
        request_id = self.request_ids.next_id()
        if refusal.status in (502, 503) and refusal.code in (Kind.BAD_GATEWAY, Kind.UNAVAILABLE):
            page = f"<html><body><h1>{refusal.status}</h1></body></html>".encode()
            return Reply(refusal.status, page, {"x-amzn-RequestId": request_id}, "text/html")
        reply = service.refuse(refusal, request_id)
        if refusal.retry_after is not None:
            delay = {"x-amz-retry-after": str(round(refusal.retry_after * 1000))}
            reply = replace(reply, headers={**reply.headers, **delay})
        return reply


def _fault_refusal(fault: Fault) -> Refusal:
    kind = Kind(fault.kind)
    status = _STATUSES[kind] if kind in _STATUSES else int(kind)
    return Refusal(status, kind.value, fault.message, retry_after=fault.retry_after)


def _item_refusal(job_id: str, faults: list[Fault], when: str) -> Refusal | None:
    for fault in faults:
        if fault.kind is Kind.ITEM and fault.when == when and fault.job_id in (None, job_id):
            return Refusal(400, fault.code, fault.message)
    return None


def _unsaid_ids(asked: dict[str, Any], faults: list[Fault]) -> dict[str, str]:
    """Return the ids that a partial answer leaves out, and whether before or after their effect."""
    listed = asked.get("jobs")
    job_ids = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    unsaid: dict[str, str] = {}
    for fault in faults:
        if fault.kind is Kind.PARTIAL:
            chosen = job_ids[len(job_ids) // 2 :] if fault.job_id is None else [fault.job_id]
            unsaid |= dict.fromkeys(chosen, fault.when)
    return unsaid


def _spoil(body: dict[str, Any], faults: list[Fault], unsaid: dict[str, str]) -> dict[str, Any]:
    """Turn a true bulk answer into the one that the faults want."""
    successful, errors = [], [one for one in body["errors"] if one["job"] not in unsaid]
    for job_id in body["successful"]:
        refusal = _item_refusal(job_id, faults, "after")
        if refusal and job_id not in unsaid:
            errors.append({"job": job_id, "code": refusal.code, "message": refusal.message})
        elif job_id not in unsaid:
            successful.append(job_id)
    return {"successful": successful, "errors": errors}


def _apply_fate(reply: Reply, faults: list[Fault]) -> Reply:
    for fault in faults:
        if fate := _FATES.get(Kind(fault.kind)):
            return replace(reply, fate=fate)
    return reply


def _record(operation: str, asked: dict[str, Any], at: float, reply: Reply) -> Call:
    if reply.fate in (Fate.RESET, Fate.HANG):
        return Call(operation, asked, 0, at, reply.fate.name.lower())
    if reply.fate is Fate.TRUNCATED:
        return Call(operation, asked, reply.status, at, "truncated")
    error = reply.headers.get("x-amzn-ErrorType") or (str(reply.status) if reply.status >= 400 else None)
    return Call(operation, asked, reply.status, at, error)
