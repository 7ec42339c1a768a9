"""Expectation: another plan than the one that was seen is refused, and the difference is named job by job."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws import Gateway, Identity
from batchnb.clock import Clock
from batchnb.errors import InputError, PlanMismatchError
from batchnb.expected import check_expected, differences
from batchnb.ids import JobId
from batchnb.jobs import Job, JobStatus
from batchnb.plans import Plan, PlannedJob, Verdict, make_plan

HERE = Identity("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")


def _plan(verdicts: dict[str, Verdict], *, reason: str = "OPS-1", identity: Identity = HERE) -> Plan:
    jobs = tuple(
        PlannedJob(job_id, verdict, Job(job_id, f"name-{job_id}", JobStatus.RUNNING))
        for job_id, verdict in verdicts.items()
    )
    return Plan(reason, identity, jobs, datetime(2026, 1, 1, tzinfo=UTC), None)


SEEN = _plan({"a": Verdict.TERMINATE, "b": Verdict.TERMINATE, "c": Verdict.CANCEL})


@pytest.mark.parametrize("expect", [None, 3, "3", SEEN, SEEN.digest, SEEN.digest[:8], dataclasses.replace(SEEN)])
def test_the_expected_plan_passes(expect: Any) -> None:
    """Nothing in particular, the number, the digest, its beginning, or the plan itself."""
    check_expected(SEEN, expect)


def test_what_is_new_gone_and_changed_is_named() -> None:
    """Each job that differs is named with its name, and a changed one with what it was and is."""
    now = _plan({"a": Verdict.TERMINATE, "b": Verdict.FINISHED, "d": Verdict.CANCEL})
    with pytest.raises(PlanMismatchError) as caught:
        check_expected(now, SEEN)
    assert str(caught.value).splitlines()[1:] == [
        "  1 job new: d (name-d).",
        "  1 job gone: c (name-c).",
        "  1 job changed: b (name-b) was 'terminate' (RUNNING) and is 'finished' (RUNNING).",
        "Nothing was ended.",
    ]


def test_another_reason_or_place_is_named() -> None:
    """The same jobs for another reason, or in another Region, are another plan."""
    verdicts = {one.job_id: one.verdict for one in SEEN.jobs}
    assert differences(_plan(verdicts, reason="OPS-2"), SEEN) == ["The reason is 'OPS-2', and was 'OPS-1'."]
    elsewhere = dataclasses.replace(HERE, region="eu-west-2")
    (sentence,) = differences(_plan(verdicts, identity=elsewhere), SEEN)
    assert "eu-west-2" in sentence
    assert "eu-west-1" in sentence


def test_many_differences_are_counted_and_some_are_named() -> None:
    """7,000 new jobs make one readable line, whatever their names hold."""
    many = {f"{number}": Verdict.CANCEL for number in range(7000)}
    (sentence,) = differences(_plan(many), _plan({}))
    assert sentence.startswith("7,000 jobs new: 0 (name-0); ")
    assert sentence.endswith(", and 6,995 more.")
    hostile = PlannedJob("x", Verdict.CANCEL, Job("x", "<b>\n" + "y" * 10_000))
    (sentence,) = differences(dataclasses.replace(SEEN, jobs=(hostile,)), _plan({}))
    assert "\n" not in sentence
    assert len(sentence) < 200


@given(*[st.dictionaries(st.sampled_from("abcde"), st.sampled_from(Verdict), max_size=5)] * 2)
def test_plans_differ_where_their_digests_do(one: dict[str, Verdict], two: dict[str, Verdict]) -> None:
    """There is something to say exactly where the digests differ."""
    assert bool(differences(_plan(one), _plan(two))) == (_plan(one).digest != _plan(two).digest)


@pytest.mark.parametrize("expect", [2, "0" * 12])
def test_a_number_or_digest_that_is_wrong_says_what_the_plan_has(expect: Any) -> None:
    """Where only a number is known, the error counts what is there by verdict."""
    with pytest.raises(PlanMismatchError, match=r"Its jobs now: 2 terminate, 1 cancel\. .*Nothing was ended\."):
        check_expected(SEEN, expect)


@pytest.mark.parametrize("expect", [3.0, float("inf"), True, b"3", ["a"], "plan"])
def test_what_is_no_expectation_is_an_error(expect: Any) -> None:
    """A float is what papermill makes of a digest such as 12e45678: it is refused, and never taken for a number."""
    with pytest.raises(InputError, match="neither a number of jobs nor the first 8"):
        check_expected(SEEN, expect)


def test_a_saved_plan_is_expected_by_its_path(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, tmp_path: Path
) -> None:
    """As text or as a path: the plan in the file is what is expected; one that was edited expects nothing at all."""
    names = emulator.world.add_jobs("train", "job", 3)
    ids = [JobId(job_id) for job_id in names]
    path = tmp_path / "plan.json"
    make_plan(gateway, ids, "OPS-1", clock).save(path)
    for expect in (path, str(path)):
        make_plan(gateway, ids, "OPS-1", clock).check_expected(expect)
        with pytest.raises(PlanMismatchError, match=rf"1 job gone: {names[0]}"):
            make_plan(gateway, ids[1:], "OPS-1", clock).check_expected(expect)
        with pytest.raises(PlanMismatchError, match=rf"1 job gone: {names[0]}"):
            make_plan(gateway, ids[1:], "OPS-1", clock).execute(expect=expect, clock=clock)
    assert not [call for call in emulator.calls if "Terminate" in call.operation]
    assert make_plan(gateway, ids, "OPS-1", clock).execute(expect=path, clock=clock).ok

    path.write_text(path.read_text().replace("OPS-1", "OPS-2"))
    with pytest.raises(PlanMismatchError, match="was edited"):
        make_plan(gateway, ids, "OPS-1", clock).check_expected(path)
    with pytest.raises(InputError, match=re.escape("nowhere.json cannot be read")):
        make_plan(gateway, ids, "OPS-1", clock).check_expected("nowhere.json")
