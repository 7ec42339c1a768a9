"""Queues that AWS would not list: such a queue hides neither the others nor itself."""

from __future__ import annotations

from dataclasses import dataclass

from batchnb.aws.gateway import Gateway
from batchnb.aws.retry import with_retries
from batchnb.clock import Clock
from batchnb.errors import AwsError, InputError, RefusedError
from batchnb.text import sentence, shown

__all__ = ["Refusal", "judge_refusal"]

_NAMES_SHOWN = 20
_SERVICE_JOBS = "SAGEMAKER_TRAINING"


@dataclass(frozen=True, slots=True)
class Refusal:
    """AWS's answer when a queue was to be listed, and the type of that queue, "" if unknown."""

    answer: AwsError
    queue_type: str = ""

    def __str__(self) -> str:
        if self.queue_type != _SERVICE_JOBS:
            return str(self.answer)
        only = f"Its type is {self.queue_type}: it has service jobs only, which batchnb neither lists nor ends."
        return f"{sentence(str(self.answer))} {only}"

    def as_error(self, queue: str) -> AwsError:
        """Return an error of the same kind as the answer, which names the queue."""
        answer, message = self.answer, f"queue {shown(queue)} cannot be listed: {self}"
        return type(answer)(message, code=answer.code, operation=answer.operation, request_id=answer.request_id)


def judge_refusal(gateway: Gateway, clock: Clock, queue: str, answer: AwsError, *, is_named: bool) -> Refusal | None:
    """Return the refusal of a queue, None for one that was deleted since the queues were listed: it has no jobs.

    Where somebody named the queue, it is an error: InputError where there is no such queue, else one as `answer`.
    """
    types = _types_or_none(gateway, clock) if isinstance(answer, RefusedError) else None
    if types is not None and queue not in types:
        if is_named:
            raise _no_such_queue(queue, list(types), gateway.region) from answer
        return None
    refusal = Refusal(answer, (types or {}).get(queue, ""))
    if is_named:
        raise refusal.as_error(queue) from answer
    return refusal


def _types_or_none(gateway: Gateway, clock: Clock) -> dict[str, str] | None:
    try:
        return with_retries(gateway.queue_types, clock)
    except AwsError:  # that the queues cannot be named must not hide why one could not be listed
        return None


def _no_such_queue(queue: str, queues: list[str], region: str) -> InputError:
    there_are = ", ".join(shown(name, 60) for name in sorted(queues)[:_NAMES_SHOWN]) or "none"
    more = f" and {len(queues) - _NAMES_SHOWN:,} more" if len(queues) > _NAMES_SHOWN else ""
    return InputError(f"queues: there is no job queue {shown(queue)!r} in {region}. There are: {there_are}{more}.")
