"""The open points: what nobody outside AWS has confirmed about AWS Batch, each with the answers it may give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from batchnb.errors import LocalError

__all__ = ["SwitchAttribute", "Switches"]


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How the emulator behaves where the behaviour of AWS is unknown, or differs from case to case.

    Change one with `world.switches = dataclasses.replace(world.switches, finished_job="refused")`, or give
    `start(switches=Switches(…))`. Raises `LocalError` for an answer that the switch does not have.
    """

    mixed_queues: bool = False
    """Whether one TerminateJobs or CancelJobs call may name jobs of several queues. If not: ClientException."""

    queued_flag: Literal["isTerminated", "isCancelled", "both"] = "isTerminated"
    """What TerminateJob sets on a job that has not started."""

    reasons: Literal["first", "last"] = "first"
    """Whose reason a job keeps that is terminated twice: that of the first request, or of the last."""

    waits: Literal["until_dependency", "soon"] = "until_dependency"
    """When a terminated job ends that waits for a live dependency: once that completes, or soon."""

    finished_job: Literal["accepted", "refused"] = "accepted"
    """What ending a finished job answers: 200 and nothing happens, or a ClientException."""

    malformed_id: Literal["refused", "accepted"] = "refused"
    """What ending a job answers to an id that has not the form of one: a ClientException, or 200 as for an unknown id.

    The only public trace shows 200.
    """

    arn_as_id: Literal["refused", "accepted", "ignored"] = "refused"
    """What ending a job does with an ARN in place of the id: refuse it, end the job, or answer 200 and do nothing."""

    node_alone: Literal["refused", "ignored"] = "refused"
    """What ending a single node of a multi-node job answers: a ClientException, or 200 and nothing happens."""

    sequential_with_id: Literal["refused", "accepted"] = "refused"
    """Whether a SEQUENTIAL dependency may name a job. If so, the array waits for that job, too."""

    capacity_of_parents: Literal["each", "sum", "absent"] = "each"
    """What `capacityUsage` of an array or a multi-node job counts: one child or the main node, all of them, or none."""

    training_queue: Literal["refused", "empty"] = "refused"
    """What ListJobs answers for a queue of the type SAGEMAKER_TRAINING: a ClientException, or no jobs."""

    sparse_summaries: bool = False
    """Whether ListJobs leaves out all but id and name, as has been seen for some queries."""

    any_definition: bool = False
    """Whether SubmitJob takes a job definition that nobody has registered. AWS does not; some tests do not care."""

    def __post_init__(self) -> None:
        for name, choices in _choices().items():
            value = getattr(self, name)
            if value not in choices or type(value) is not type(choices[0]):
                raise LocalError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")


@cache
def _choices() -> dict[str, tuple[object, ...]]:
    hints = get_type_hints(Switches)
    return {name: get_args(hint) if get_origin(hint) is Literal else (False, True) for name, hint in hints.items()}


class SwitchAttribute(Generic[Value]):
    """One switch as an attribute of what has `switches`; assigning to it replaces them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, owner: Any, kind: type | None = None) -> Value:
        return cast(Value, getattr(owner.switches, self._name))

    def __set__(self, owner: Any, value: Value) -> None:
        owner.switches = replace(owner.switches, **{self._name: value})
