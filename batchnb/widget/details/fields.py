"""The fields of the details of a job, in the order in which they are shown: each a title and lines of text."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from batchnb.jobs.ids import queue_name
from batchnb.jobs.job import Job
from batchnb.jobs.shapes import mappings_in, placement_record, text_in, whole_in
from batchnb.jobs.shapes.plain import mapping_in
from batchnb.widget.details.containers import Described, containers_of, main_node, nodes_of, pod_of, tasks_of

__all__ = ["Field", "fields_of", "limited"]

LONGEST = 4000
"""Characters of one line that are sent to the browser. Copy as JSON has all of them."""
MOST_LINES = 200


class Line(NamedTuple):
    """A line of a field."""

    label: str
    """What tells it from the others of its field; empty where it is the only one."""
    text: str
    title: str = ""
    """More of it, to be shown when somebody points at it."""


class Field(NamedTuple):
    """A field: its title, and its lines."""

    title: str
    lines: list[Line]


def fields_of(item: Mapping[str, Any], job: Job) -> list[Field]:
    """Return the fields of an item of DescribeJobs that have a value."""
    containers = containers_of(item)
    mains = [one for one in containers if one.is_main]
    return [
        Field(title, [Line(*map(limited, line)) for line in lines[:MOST_LINES]])
        for title, made in (
            ("Command", _commands(mains)),
            ("Image", _images(containers)),
            ("Exit", _exits(item, mains, job)),
            ("Where", _places(item, job)),
            ("Log stream", _streams(mains)),
            ("Queue", _queue(item)),
            ("Share", _share(item)),
            ("Definition", _definition(item)),
            ("Parameters", _pairs(item.get("parameters"))),
            ("Array", _array(item)),
            ("Retries", _retries(item)),
            ("Roles", _roles(item, mains)),
        )
        if (lines := list(made))
    ]


def limited(text: str) -> str:
    """Return a text that is not too long to be sent.

    >>> len(limited("x" * 9000))
    4001
    """
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _commands(mains: list[Described]) -> Iterator[Line]:
    for one in mains:
        words = [*_texts(one.body.get("command")), *_texts(one.body.get("args"))]
        if words:
            yield Line(_label(one, mains), shlex.join(words))


def _images(containers: list[Described]) -> Iterator[Line]:
    for one in containers:
        if image := text_in(one.body.get("image")):
            yield Line(_label(one, containers), image.rpartition("/")[2] or image, image)


def _exits(item: Mapping[str, Any], mains: list[Described], job: Job) -> Iterator[Line]:
    if nodes_of(item):
        # A multi-node job has no container of its own: its attempts are those of its main node.
        if job.attempts:
            yield from _exit("", job.attempts[-1].exit_code, job.attempts[-1].reason)
        return
    for one in mains:
        yield from _exit(_label(one, mains), whole_in(one.body.get("exitCode")), text_in(one.body.get("reason")))


def _exit(label: str, code: int | None, reason: str | None) -> Iterator[Line]:
    text = " · ".join(filter(None, ["" if code is None else str(code), reason]))
    if text:
        yield Line(label, text)


def _places(item: Mapping[str, Any], job: Job) -> Iterator[Line]:
    for placement in job.evidence.run.placements if job.evidence and job.evidence.run else ():
        for member, value in placement_record(placement).items():
            yield _placed(_PLACES[member], value)
    namespace = text_in(mapping_in(pod_of(item).get("metadata")).get("namespace"))
    if namespace and pod_of(item).get("podName"):
        yield Line("namespace", namespace)
    details = mapping_in(item.get("nodeDetails"))
    if (index := whole_in(details.get("nodeIndex"))) is not None:
        yield Line("node", f"{index}{', the main node' if details.get('isMainNode') is True else ''}")
    if nodes_of(item) and job.num_nodes:
        yield Line("nodes", f"{job.num_nodes:,}, main node {main_node(item)}")


_PLACES = {
    "taskArn": "task",
    "containerInstanceArn": "instance",
    "podName": "pod",
    "nodeName": "node",
    "podNamespace": "namespace",
}


def _placed(label: str, value: str) -> Line:
    return Line(label, value.rpartition("/")[2] or value, value) if value.startswith("arn:") else Line(label, value)


def _streams(mains: list[Described]) -> Iterator[Line]:
    for one in mains:
        if stream := text_in(one.body.get("logStreamName")):
            yield Line(_label(one, mains), stream)


def _queue(item: Mapping[str, Any]) -> Iterator[Line]:
    if arn := text_in(item.get("jobQueue")):
        yield Line("", queue_name(arn), arn)


def _share(item: Mapping[str, Any]) -> Iterator[Line]:
    if share := text_in(item.get("shareIdentifier")):
        yield Line("", share)
    if (priority := whole_in(item.get("schedulingPriority"))) is not None:
        yield Line("priority", str(priority))


def _definition(item: Mapping[str, Any]) -> Iterator[Line]:
    if arn := text_in(item.get("jobDefinition")):
        yield Line("", arn.rpartition(":job-definition/")[2] or arn, arn)


def _pairs(values: object) -> Iterator[Line]:
    for name, value in mapping_in(values).items():
        if isinstance(value, str):
            yield Line(str(name), value)


def _array(item: Mapping[str, Any]) -> Iterator[Line]:
    array = mapping_in(item.get("arrayProperties"))
    if size := whole_in(array.get("size")):
        yield Line("", f"{size:,} children")
        counts = ((str(name), whole_in(count)) for name, count in mapping_in(array.get("statusSummary")).items())
        text = ", ".join(f"{name} {count:,}" for name, count in counts if count)
        if text:
            yield Line("", text)
    elif (index := whole_in(array.get("index"))) is not None:
        yield Line("", f"child {index:,}")


def _retries(item: Mapping[str, Any]) -> Iterator[Line]:
    strategy = mapping_in(item.get("retryStrategy"))
    if attempts := whole_in(strategy.get("attempts")):
        yield Line("", f"{attempts} attempts at most" if attempts > 1 else "1 attempt")
    for rule in mappings_in(strategy.get("evaluateOnExit")):
        conditions = [f"{name[2:]} {rule[name]}" for name in _CONDITIONS if text_in(rule.get(name))]
        if action := text_in(rule.get("action")):
            yield Line("", f"{action.upper()} on {' and '.join(conditions)}" if conditions else action.upper())


_CONDITIONS = ("onStatusReason", "onReason", "onExitCode")


def _roles(item: Mapping[str, Any], mains: list[Described]) -> Iterator[Line]:
    found: dict[str, str] = {}
    parts = [*tasks_of(item), *(one.body for one in mains)]
    parts += [task for each in nodes_of(item) for task in tasks_of(each)]
    for part in parts:
        for member, label in _ROLES.items():
            if arn := text_in(part.get(member)):
                found.setdefault(arn, label)
    for arn, label in found.items():
        yield Line(label, arn.rpartition("/")[2] or arn, arn)
    for pod in (pod_of(item), *map(pod_of, nodes_of(item))):
        if account := text_in(pod.get("serviceAccountName")):
            yield Line("service account", account)


_ROLES = {"jobRoleArn": "job", "taskRoleArn": "job", "executionRoleArn": "execution"}


def _label(one: Described, among: list[Described]) -> str:
    return one.label if len(among) > 1 else ""


def _texts(values: object) -> Iterable[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []
