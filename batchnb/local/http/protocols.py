"""The protocols on the port: AWS Batch, JSON by path; STS and IAM, forms and XML; CloudWatch Logs, JSON by a header."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.local.http import iam, sts
from batchnb.local.http.wire import Reply
from batchnb.local.operations.get_log_events import log_resource
from batchnb.local.operations.refusals import Refusal
from batchnb.local.operations.table import action_of, find_operation

if TYPE_CHECKING:
    from batchnb.local.http.wire import Request
    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.world import World

__all__ = ["ALIASES", "IDENTITY", "LOG_EVENTS", "UNKNOWN", "Batch", "Logs", "Service", "Sts", "find_service"]

IDENTITY = "GetCallerIdentity"
ALIASES = "ListAccountAliases"
LOG_EVENTS = "GetLogEvents"
UNKNOWN = "Unknown"

_TARGET = "Logs_20140328."
_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Batch:
    """AWS Batch: rest-json. An error has its code in a header."""

    operation: str

    @property
    def action(self) -> str:
        """The IAM action that a call needs."""
        return action_of(self.operation)

    def read(self, body: bytes) -> dict[str, Any]:
        """Return the members of a request."""
        return _read_json(body)

    def resource(self, world: World, fields: Fields) -> str:  # noqa: ARG002 - the operations that are refused whole need "*"
        """Return the resource that a refusal names."""
        return "*"

    def reply(self, world: World, body: dict[str, Any] | None, request_id: str) -> Reply:  # noqa: ARG002 - as Sts
        """Return the answer; an operation without output answers with no body at all."""
        return Reply(200, _encode(body).encode() if body else b"", {"x-amzn-RequestId": request_id})

    def refuse(self, refusal: Refusal, request_id: str) -> Reply:
        """Return the answer that refuses."""
        headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": refusal.code}
        return Reply(refusal.status, _encode({"message": refusal.message}).encode(), headers)


@dataclass(frozen=True, slots=True)
class Sts:
    """STS, and what IAM says of the account: query. It is in XML, and has codes of its own."""

    operation: str

    @property
    def action(self) -> str:
        """The IAM action that a call needs."""
        return f"{'iam' if self.operation == ALIASES else 'sts'}:{self.operation}"

    def read(self, body: bytes) -> dict[str, Any]:  # noqa: ARG002 - as Batch
        """Return the members of a request: there are none."""
        return {}

    def resource(self, world: World, fields: Fields) -> str:  # noqa: ARG002 - as Logs
        """Return the resource that a refusal names."""
        return "*"

    def reply(self, world: World, body: dict[str, Any] | None, request_id: str) -> Reply:  # noqa: ARG002 - as Batch
        """Return who calls, or the alias of the account."""
        headers = {"x-amzn-RequestId": request_id}
        if self.operation == ALIASES:
            return Reply(200, iam.aliases_xml(world.account_alias, request_id), headers, "text/xml")
        return Reply(200, sts.identity_xml(world.place, request_id), headers, "text/xml")

    def refuse(self, refusal: Refusal, request_id: str) -> Reply:
        """Return the answer that refuses."""
        headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": refusal.code}
        body = sts.refusal_xml(refusal.code, refusal.message, request_id)
        return Reply(refusal.status, body, headers, "text/xml")


_LOG_REFUSALS = {
    "TooManyRequestsException": (400, "ThrottlingException"),
    "AccessDeniedException": (400, "AccessDeniedException"),
    "ExpiredTokenException": (400, "ExpiredTokenException"),
    "ClientException": (400, "InvalidParameterException"),
    "ServerException": (503, "ServiceUnavailableException"),
}
"""What AWS Batch says in CloudWatch's words."""


@dataclass(frozen=True, slots=True)
class Logs:
    """CloudWatch Logs: JSON 1.1. The operation is in a header, and the code of an error in the body."""

    operation: str
    action = f"logs:{LOG_EVENTS}"

    def read(self, body: bytes) -> dict[str, Any]:
        """Return the members of a request."""
        return _read_json(body)

    def resource(self, world: World, fields: Fields) -> str:
        """Return the resource that a refusal names: the log stream."""
        return log_resource(world, fields)

    def reply(self, world: World, body: dict[str, Any] | None, request_id: str) -> Reply:  # noqa: ARG002 - as Sts
        """Return the answer."""
        return Reply(200, _encode(body or {}).encode(), {"x-amzn-RequestId": request_id}, "application/x-amz-json-1.1")

    def refuse(self, refusal: Refusal, request_id: str) -> Reply:
        """Return the answer that refuses."""
        status, code = _LOG_REFUSALS.get(refusal.code, (refusal.status, refusal.code))
        headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": code}
        body = _encode({"__type": code, "message": refusal.message}).encode()
        return Reply(status, body, headers, "application/x-amz-json-1.1")


Service = Batch | Sts | Logs


def find_service(request: Request) -> Service:
    """Return the service and the operation that a request is for; the operation may be `UNKNOWN`."""
    target = request.headers.get("x-amz-target")
    if target is not None:
        known = request.method == "POST" and request.path == "/" and target == f"{_TARGET}{LOG_EVENTS}"
        return Logs(LOG_EVENTS if known else UNKNOWN)
    if request.method != "POST":
        return Batch(UNKNOWN)
    if request.path == "/":
        action = sts.read_action(request.body)
        return Sts(action) if action in (IDENTITY, ALIASES) else Batch(UNKNOWN)
    return Batch(find_operation(request.path) or UNKNOWN)


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "SerializationException", "The body is not JSON.") from error
    if not isinstance(asked, dict):
        raise Refusal(400, "SerializationException", "The body is not a structure.")
    return asked
