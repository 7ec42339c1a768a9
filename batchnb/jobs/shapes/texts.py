"""Evidence as text, for the cells of a table: one text a job, however many containers it has."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from batchnb.jobs.shapes.bodies import Body
from batchnb.jobs.shapes.containers import Container, containers_in
from batchnb.jobs.shapes.evidence import Evidence
from batchnb.jobs.shapes.runs import ContainerRun, Placement, Run

__all__ = ["EvidenceTexts", "evidence_texts"]


@dataclass(frozen=True, slots=True)
class EvidenceTexts:
    """What a job was told to run, and how it ran. None for what is not known.

    Several containers are told apart by their names, those of a multi-node job by their nodes as well.
    """

    images: str | None = None
    commands: str | None = None
    exit_codes: str | None = None
    reasons: str | None = None
    log_streams: str | None = None
    pods: str | None = None
    nodes: str | None = None
    """Nodes of Kubernetes."""


_NOTHING = EvidenceTexts()


def evidence_texts(each: Iterable[Evidence | None]) -> list[EvidenceTexts]:
    """Return the texts of each job; jobs with the same body share the texts of images and commands."""
    told: dict[Body, tuple[str | None, str | None]] = {}
    texts = []
    for evidence in each:
        if evidence is None:
            texts.append(_NOTHING)
            continue
        if evidence.body not in told:
            told[evidence.body] = _told(containers_in(evidence.body.as_record()))
        texts.append(_texts(*told[evidence.body], evidence.run or Run()))
    return texts


def _told(containers: Sequence[Container]) -> tuple[str | None, str | None]:
    images = dict.fromkeys(container.image for container in containers if container.image)
    several = len(containers) > 1
    commands = [
        f"{_title(container)}: {shlex.join(container.command)}" if several else shlex.join(container.command)
        for container in containers
        if container.command
    ]
    return ", ".join(images) or None, "; ".join(commands) or None


def _title(container: Container) -> str:
    nodes = _nodes(container.nodes) if container.nodes else ""
    return " ".join(filter(None, [nodes, container.name])) or "container"


def _nodes(target_nodes: str) -> str:
    """Return a range of nodes as words, because another colon follows it."""
    first, colon, last = target_nodes.partition(":")
    if not colon:
        return f"node {first}"
    return f"nodes {first or 0} to {last}" if last else f"nodes from {first or 0}"


def _texts(images: str | None, commands: str | None, run: Run) -> EvidenceTexts:
    return EvidenceTexts(
        images,
        commands,
        _of_each(run.containers, lambda one: None if one.exit_code is None else str(one.exit_code)),
        _of_each(run.containers, lambda one: one.reason),
        _joined(one.log_stream for one in run.containers),
        _placed(run.placements, lambda one: one.pod_name),
        _placed(run.placements, lambda one: one.node_name),
    )


def _of_each(runs: Sequence[ContainerRun], of: Callable[[ContainerRun], str | None]) -> str | None:
    several = len(runs) > 1
    known = [(run.name, text) for run in runs if (text := of(run)) is not None]
    return ", ".join(f"{name or 'container'}={text}" if several else text for name, text in known) or None


def _placed(placements: Sequence[Placement], of: Callable[[Placement], str | None]) -> str | None:
    return _joined(of(one) for one in placements)


def _joined(texts: Iterable[str | None]) -> str | None:
    return ", ".join(text for text in texts if text) or None
