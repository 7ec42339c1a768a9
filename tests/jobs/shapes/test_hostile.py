"""Whatever an answer holds in the place of a shape: the job is read, written down, and read again the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs.fastjson import from_json, to_json
from batchnb.jobs.shapes import Evidence, attempts_in, evidence_in, evidence_record, evidence_texts

from .items import ecs, eks, multi_node, one_container, pod_container, task_container

odd = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=6),
    st.just("2:0"), st.just("1e9"),
)  # fmt: skip
anything = st.recursive(odd, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=6), each))

WHOLE: list[dict[str, Any]] = [
    {"container": one_container(exitCode=1, reason="x", logStreamName="y", logConfiguration={"options": {"a": "b"}})},
    {"ecsProperties": ecs([task_container("a", exitCode=0, firelensConfiguration={"options": {}})], taskArn="t")},
    {"eksProperties": eks([pod_container("a", {"cpu": "1"})], [pod_container("b")], podName="p")},
    {"nodeProperties": multi_node(3, n0_={"container": one_container()})},
    {"attempts": [{"taskProperties": [{"taskArn": "t", "containers": [{"name": "a", "exitCode": 3}]}]}]},
    {"eksAttempts": [{"podName": "p", "containers": [{"name": "a"}], "initContainers": [{"exitCode": 2}]}]},
]


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """Return an item in which one thing, somewhere, is something else."""
    item: dict[str, Any] = from_json(to_json(draw(st.sampled_from(WHOLE))))
    place: Any = item
    for _ in range(draw(st.integers(1, 8))):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key]:
            break
        if draw(st.booleans()) and draw(st.booleans()):
            break
        place = place[key]
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    place[draw(st.sampled_from(keys))] = draw(anything)
    return item


def written(evidence: Evidence) -> Evidence | None:
    """Return the evidence after a way through JSON."""
    return evidence_in(from_json(to_json(evidence_record(evidence))))


@given(spoiled())
def test_one_odd_part_breaks_nothing(item: dict[str, Any]) -> None:
    """No part of an answer keeps the rest from being read, and what was read is what a record of it says."""
    evidence, attempts = evidence_in(item), attempts_in(item)
    assert all(attempt.exit_code is None or isinstance(attempt.exit_code, int) for attempt in attempts)
    assert len(evidence_texts([evidence])) == 1
    if evidence is not None:
        again = written(evidence)
        assert again is not None
        assert (again.body, again.body.figures, again.ended) == (evidence.body, evidence.body.figures, evidence.ended)


@given(st.dictionaries(st.sampled_from(sorted({name for item in WHOLE for name in item})), anything))
def test_anything_at_all_breaks_nothing(item: dict[str, Any]) -> None:
    """Nor what has nothing to do with a job."""
    evidence = evidence_in(item)
    attempts_in(item)
    evidence_texts([evidence])
    assert evidence is None or written(evidence) is not None
